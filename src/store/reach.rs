//! How far activities about posts have come. Outcomes of one transaction are gathered, so that a fan-out writes each
//! record once for hundreds of them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::deliveries::{self, Name};
use super::follows;
use super::schema::REACH;
use super::tx::{Rows, Write};
use crate::error::Result;
use crate::model::delivery::{Delivery, State};
use crate::model::ids::ActivityId;
use crate::model::reach::Reach;

/// Of an activity that is about a post. Of one that was said before such records were kept, as far as its rows tell.
pub fn of(rows: &impl Rows, activity: ActivityId) -> Result<Reach> {
    if let Some(known) = rows.get(&REACH, &activity)? {
        return Ok(known);
    }
    let mut reach = Reach::default();
    for (name, delivery) in deliveries::of_activity(rows, activity)? {
        reach.inboxes += 1;
        reach.servers += 1;
        reach.followers += follows::behind(rows, delivery.account, name.1)?;
        count(rows, &mut reach, name, State::Waiting, &delivery)?;
    }
    Ok(reach)
}

pub fn put(tx: &mut Write<'_>, activity: ActivityId, reach: &Reach) -> Result<()> {
    tx.put(&REACH, &activity, reach)
}

pub fn erase(tx: &mut Write<'_>, activity: ActivityId) -> Result<()> {
    tx.remove(&REACH, &activity).map(|_| ())
}

fn count(rows: &impl Rows, reach: &mut Reach, name: Name, was: State, now: &Delivery) -> Result<()> {
    reach.turn(was, now.state);
    if let (State::Done, Some(last)) = (now.state, now.last) {
        reach.came(last.since(now.created), follows::behind(rows, now.account, name.1)?);
    }
    Ok(())
}

/// What became of deliveries in this transaction. Whoever makes one keeps it.
#[derive(Debug, Default)]
#[must_use]
pub struct Tally(BTreeMap<ActivityId, Option<Reach>>);

impl Tally {
    /// Whether there is a record of this activity, which is about a post then.
    pub fn knows(&mut self, rows: &impl Rows, activity: ActivityId) -> Result<bool> {
        Ok(self.record(rows, activity)?.is_some())
    }

    fn record(&mut self, rows: &impl Rows, activity: ActivityId) -> Result<&mut Option<Reach>> {
        Ok(match self.0.entry(activity) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(rows.get(&REACH, &activity)?),
        })
    }

    /// Puts what became of a delivery, and counts it.
    pub fn put(&mut self, tx: &mut Write<'_>, name: Name, delivery: &Delivery) -> Result<()> {
        let was = deliveries::replace(tx, name, delivery)?.unwrap_or(State::Waiting);
        if was != delivery.state
            && let Some(reach) = self.record(tx, name.0)?
        {
            count(tx, reach, name, was, delivery)?;
        }
        Ok(())
    }

    pub fn keep(self, tx: &mut Write<'_>) -> Result<()> {
        self.0.iter().try_for_each(|(activity, reach)| reach.as_ref().map_or(Ok(()), |reach| put(tx, *activity, reach)))
    }
}
