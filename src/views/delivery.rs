//! What waits to be delivered and what could not be, server by server.

use std::collections::BTreeMap;

use crate::base::time::Timestamp;
use crate::error::Result;
use crate::limits;
use crate::model::delivery::{Delivery, State};
use crate::model::ids::{ActivityId, PostId, ServerId};
use crate::model::post::Post;
use crate::store::deliveries::Name;
use crate::store::{Rows, activities, actors, audience, deliveries, follows};

#[derive(Debug, Default)]
pub struct Queue {
    /// By host.
    pub lanes: Vec<Lane>,
}

/// What concerns one server.
#[derive(Debug)]
pub struct Lane {
    pub host: String,
    pub suspended: bool,
    /// No try before this moment, whatever the rows say.
    paused_until: Timestamp,
    waiting: usize,
    failed: usize,
    /// Waiting ones first, soonest first; then failed ones, newest first. At most 100 of each.
    pub rows: Vec<Row>,
}

#[derive(Debug)]
pub struct Row {
    pub activity: ActivityId,
    /// The ActivityStreams type, `Create` for instance.
    pub kind: String,
    pub post: Option<PostId>,
    pub inbox: String,
    pub delivery: Delivery,
}

impl Queue {
    pub fn waiting(&self) -> usize {
        self.lanes.iter().map(|lane| lane.waiting).sum()
    }

    pub fn failed(&self) -> usize {
        self.lanes.iter().map(|lane| lane.failed).sum()
    }
}

impl Lane {
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    pub fn failed(&self) -> usize {
        self.failed
    }

    /// The most tries that anything waiting has had.
    pub fn tries(&self) -> u32 {
        self.rows.iter().map(|row| row.delivery.tries).max().unwrap_or_default()
    }

    /// When the server is tried next; none when nothing waits.
    pub fn next(&self) -> Option<Timestamp> {
        self.rows.iter().filter_map(Row::due).min().map(|due| due.max(self.paused_until))
    }

    /// What it said last, if anything.
    pub fn said(&self) -> &str {
        let last = self.rows.iter().filter(|row| row.delivery.last.is_some()).max_by_key(|row| row.delivery.last);
        last.map_or("", |row| row.delivery.said.as_str())
    }
}

impl Row {
    /// The next try, while there is one.
    pub fn due(&self) -> Option<Timestamp> {
        (self.delivery.state == State::Waiting).then_some(self.delivery.due)
    }
}

/// Who will be told when a post is changed or deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Distinct inboxes, which are other servers nearly always.
    pub servers: usize,
    pub followers: u64,
}

/// Everybody who may hold a copy of the post.
pub fn told(rows: &impl Rows, post: &Post) -> Result<Told> {
    let inboxes = audience::of_copies(rows, post)?;
    let followers = follows::reached(rows, post.account, |inbox| inboxes.contains(&inbox))?;
    Ok(Told { servers: inboxes.len(), followers })
}

/// Reads every delivery that is still kept: for people who ask, not for every request.
pub fn queue(rows: &impl Rows) -> Result<Queue> {
    let mut lanes: BTreeMap<ServerId, Lane> = BTreeMap::new();
    for (id, _) in deliveries::lanes(rows)? {
        let names = deliveries::lane(rows, id, usize::MAX)?;
        let lane = lane(rows, &mut lanes, id)?;
        lane.waiting = names.len();
        for (_, name) in names.into_iter().take(limits::desk::DELIVERIES) {
            if let Some(delivery) = deliveries::get(rows, name)? {
                lane.rows.push(row(rows, name, delivery)?);
            }
        }
    }
    let mut failed = Vec::new();
    deliveries::each(rows, |name, delivery| {
        match delivery.state {
            State::Refused | State::GivenUp => failed.push((name, delivery)),
            State::Waiting | State::Done | State::Dropped => {}
        }
        Ok(true)
    })?;
    for (name, delivery) in failed {
        let lane = lane(rows, &mut lanes, delivery.server)?;
        lane.failed += 1;
        if lane.failed <= limits::desk::DELIVERIES {
            lane.rows.push(row(rows, name, delivery)?);
        }
    }
    let mut lanes: Vec<Lane> = lanes.into_values().collect();
    lanes.sort_by(|a, b| a.host.cmp(&b.host));
    Ok(Queue { lanes })
}

fn lane<'a>(rows: &impl Rows, lanes: &'a mut BTreeMap<ServerId, Lane>, id: ServerId) -> Result<&'a mut Lane> {
    match lanes.entry(id) {
        std::collections::btree_map::Entry::Occupied(known) => Ok(known.into_mut()),
        std::collections::btree_map::Entry::Vacant(new) => {
            let server = actors::get_server(rows, id)?;
            let (suspended, paused_until) = (server.suspended, server.paused_until);
            Ok(new.insert(Lane { host: server.host, suspended, paused_until, waiting: 0, failed: 0, rows: Vec::new() }))
        }
    }
}

fn row(rows: &impl Rows, name: Name, delivery: Delivery) -> Result<Row> {
    let (id, inbox) = name;
    // The words of an activity may be gone while what was said about its delivery is kept.
    let (kind, post) =
        activities::get(rows, id)?.map_or((String::new(), None), |activity| (activity.kind, activity.post));
    Ok(Row { activity: id, kind, post, inbox: actors::get_inbox(rows, inbox)?.url, delivery })
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;
    use crate::model::activity::Activity;
    use crate::model::delivery::Flow;
    use crate::model::ids::AccountId;
    use crate::store::Write;
    use crate::views::samples::House;

    fn activity(tx: &mut Write<'_>) -> Result<ActivityId> {
        let (id, at) = (ActivityId(tx.id()), tx.now());
        let json = RawValue::from_string("{}".to_owned()).unwrap();
        let row = Activity {
            id,
            account: AccountId(1),
            at,
            kind: "Create".into(),
            post: Some(PostId(7)),
            listed: false,
            json,
        };
        activities::put(tx, &row)?;
        Ok(id)
    }

    fn delivery(server: ServerId, state: State, tries: u32, last: u64, said: &str) -> Delivery {
        let (due, last) = (Timestamp(5_000), (last > 0).then_some(Timestamp(last)));
        let of = Flow { activity: ActivityId(1), account: AccountId(1), urgent: false };
        let said = said.into();
        Delivery { state, tries, due, last, said, ..Delivery::new(server, of, Timestamp(0)) }
    }

    #[test]
    fn what_waits_and_what_failed_is_told_by_server() {
        let house = House::new();
        let near = house.stranger("anna", "Anna").delivery;
        let put = move |tx: &mut Write<'_>| {
            let far = actors::inbox(tx, "https://afar.example/inbox")?;
            let mut server = actors::get_server(tx, far.server)?;
            server.paused_until = Timestamp(9_000);
            actors::put_server(tx, &server)?;
            let near = actors::get_inbox(tx, near)?;
            for (inbox, state, tries, last, said) in [
                (&far, State::Waiting, 0, 0, ""),
                (&far, State::Waiting, 3, 20, "503"),
                (&far, State::Refused, 1, 10, "403"),
                (&near, State::Done, 1, 30, "202"),
                (&near, State::GivenUp, 9, 40, "gone"),
                (&near, State::Dropped, 0, 0, ""),
            ] {
                let id = activity(tx)?;
                deliveries::put(tx, (id, inbox.id), &delivery(inbox.server, state, tries, last, said))?;
            }
            Ok(())
        };
        house.store.write_blocking(put).unwrap();
        let queue = house.store.read(queue).unwrap();
        assert_eq!((queue.waiting(), queue.failed()), (2, 2));
        let [far, near] = queue.lanes.as_slice() else { panic!("{queue:?}") };
        assert_eq!(
            (far.host.as_str(), far.waiting(), far.failed(), far.tries(), far.said()),
            ("afar.example", 2, 1, 3, "503")
        );
        assert_eq!(far.next(), Some(Timestamp(9_000)), "a server that is paused is not tried before");
        assert_eq!(
            (near.host.as_str(), near.waiting(), near.failed(), near.next(), near.said()),
            ("other.example", 0, 1, None, "gone")
        );
        let [row] = near.rows.as_slice() else { panic!("{near:?}") };
        assert_eq!((row.kind.as_str(), row.post, row.due()), ("Create", Some(PostId(7)), None));
    }
}
