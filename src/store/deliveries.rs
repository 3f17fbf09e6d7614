//! Deliveries, and the lanes in which they wait: one per server, in order of due time.

use super::schema::{Brief, DELIVERIES, LANES, STATES};
use super::table::Span;
use super::tx::{Rows, Write};
use crate::base::time::Timestamp;
use crate::error::{Error, Result};
use crate::model::delivery::{Delivery, Flow, State, Wake};
use crate::model::ids::{ActivityId, InboxId, ServerId};

/// A delivery's key.
pub type Name = (ActivityId, InboxId);

pub fn get(rows: &impl Rows, name: Name) -> Result<Option<Delivery>> {
    rows.get(&DELIVERIES, &name)
}

/// Puts a row whose state stays as it is; what became of a delivery is put by `reach::Tally`.
pub fn put(tx: &mut Write<'_>, name: Name, delivery: &Delivery) -> Result<()> {
    replace(tx, name, delivery).map(|_| ())
}

/// Puts a row; answers with the state it had.
pub(super) fn replace(tx: &mut Write<'_>, name: Name, delivery: &Delivery) -> Result<Option<State>> {
    let old = get(tx, name)?;
    if let Some(old) = old.as_ref().filter(|old| old.state == State::Waiting) {
        tx.remove(&LANES, &(old.server, old.due, name.0, name.1))?;
    }
    if delivery.state == State::Waiting {
        tx.put(&LANES, &(delivery.server, delivery.due, name.0, name.1), &())?;
    }
    tx.put(&DELIVERIES, &name, delivery)?;
    Ok(old.map(|old| old.state))
}

/// Puts the deliveries of a new activity, of which there are none yet: thousands at once, before the writer goes on.
pub fn add(tx: &mut Write<'_>, of: Flow, to: &[(InboxId, ServerId)]) -> Result<()> {
    let now = tx.now();
    let row = |server| Delivery::new(server, of, now);
    tx.put_all(&DELIVERIES, to.iter().map(|(inbox, server)| ((of.activity, *inbox), row(*server))))?;
    let mut lanes: Vec<_> = to.iter().map(|(inbox, server)| (*server, now, of.activity, *inbox)).collect();
    lanes.sort_unstable();
    tx.put_all(&LANES, lanes.into_iter().map(|lane| (lane, ())))?;
    tx.after.deliveries.extend(to.iter().map(|(_, server)| Wake { server: *server, at: now, of: Some(of) }));
    Ok(())
}

pub fn remove(tx: &mut Write<'_>, name: Name) -> Result<()> {
    if let Some(old) = get(tx, name)?.filter(|old| old.state == State::Waiting) {
        tx.remove(&LANES, &(old.server, old.due, name.0, name.1))?;
    }
    tx.remove(&DELIVERIES, &name)?;
    Ok(())
}

/// The deliveries of an activity.
pub fn of_activity(rows: &impl Rows, activity: ActivityId) -> Result<Vec<(Name, Delivery)>> {
    rows.rows(&DELIVERIES, Span::under(&activity))
}

/// States of the deliveries of an activity, which may be thousands: nothing else of them is read.
pub fn states(rows: &impl Rows, activity: ActivityId) -> Result<Vec<(InboxId, State)>> {
    let found = rows.rows(&STATES, Span::under(&activity))?;
    Ok(found.into_iter().map(|((_, inbox), Brief { state })| (inbox, state)).collect())
}

/// Whether anything is known of the way of an activity.
pub fn has_any(rows: &impl Rows, activity: ActivityId) -> Result<bool> {
    Ok(!rows.keys(&DELIVERIES, Span::under(&activity).limit(1))?.is_empty())
}

/// What waits in a server's lane, soonest first.
pub fn lane(rows: &impl Rows, server: ServerId, limit: usize) -> Result<Vec<(Timestamp, Name)>> {
    let keys = rows.keys(&LANES, Span::under(&server).limit(limit))?;
    Ok(keys.into_iter().map(|(_, due, activity, inbox)| (due, (activity, inbox))).collect())
}

/// Servers with something waiting, each with its soonest due time. Skips from lane to lane.
pub fn lanes(rows: &impl Rows) -> Result<Vec<(ServerId, Timestamp)>> {
    let mut lanes: Vec<(ServerId, Timestamp)> = Vec::new();
    let mut span = Span::all().limit(1);
    loop {
        let Some((server, due, ..)) = rows.keys(&LANES, span)?.into_iter().next() else { return Ok(lanes) };
        lanes.push((server, due));
        span = Span::all().after(&server).limit(1);
    }
}

/// The same as after a commit, for a start: each lane with what waits first in it.
pub fn wakes(rows: &impl Rows) -> Result<Vec<Wake>> {
    let mut wakes = Vec::new();
    for (server, at) in lanes(rows)? {
        let mut of = None;
        for (_, name) in lane(rows, server, 1)? {
            let row = get(rows, name)?;
            of = row.map(|Delivery { account, urgent, .. }| Flow { activity: name.0, account, urgent });
        }
        wakes.push(Wake { server, at, of });
    }
    Ok(wakes)
}

/// How many deliveries wait.
pub fn waiting(rows: &impl Rows) -> Result<usize> {
    let mut count = 0;
    rows.each(&LANES, &Span::all(), |_, ()| {
        count += 1;
        Ok(true)
    })?;
    Ok(count)
}

/// All deliveries, newest activity first.
pub fn each(rows: &impl Rows, mut each: impl FnMut(Name, Delivery) -> Result<bool>) -> Result<()> {
    rows.each(&DELIVERIES, &Span::all().newest_first(), &mut each)
}

/// All deliveries behind `from`, oldest activity first.
pub fn oldest(
    rows: &impl Rows,
    from: Option<Name>,
    mut each: impl FnMut(Name, Delivery) -> Result<bool>,
) -> Result<()> {
    rows.each(&DELIVERIES, &from.map_or_else(Span::all, |from| Span::all().after(&from)), &mut each)
}

/// Takes a delivery whose row cannot be read out of its lane.
pub fn leave_lane(tx: &mut Write<'_>, server: ServerId, name: Name) -> Result<()> {
    for (due, other) in lane(tx, server, usize::MAX)? {
        if other == name {
            tx.remove(&LANES, &(server, due, name.0, name.1))?;
        }
    }
    Ok(())
}

/// Brings every waiting delivery of a lane forward to now.
pub fn hurry(tx: &mut Write<'_>, server: ServerId) -> Result<usize> {
    let now = tx.now();
    let waiting = lane(tx, server, usize::MAX)?;
    let mut moved = 0;
    for (due, name) in waiting {
        if due > now {
            let mut delivery = get(tx, name)?.ok_or_else(|| Error::bug("a lane names a delivery that is not there"))?;
            delivery.due = now;
            // `put` finds the old due time in the stored row.
            put(tx, name, &delivery)?;
            moved += 1;
        }
    }
    Ok(moved)
}

pub(super) fn replay(tx: &mut Write<'_>, from: &impl Rows) -> Result<()> {
    from.each(&DELIVERIES, &Span::all(), |name, delivery| {
        put(tx, name, &delivery)?;
        Ok(true)
    })
}
