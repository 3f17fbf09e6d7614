//! Who is told: from an audience to one delivery row per distinct inbox.

use std::collections::HashSet;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::model::activity::{Activity, is_urgent};
use crate::model::delivery::{Flow, State};
use crate::model::ids::{AccountId, ActivityId, PostId};
use crate::model::reach::Reach;
pub use crate::store::audience::{Inboxes, followers, of_actor, of_copies, of_post};
use crate::store::reach::{self, Tally};
use crate::store::{Write, activities, actors, deliveries, follows, meta, posts};

/// An activity that is about to be said.
pub struct Saying<'a> {
    pub id: ActivityId,
    pub account: AccountId,
    pub post: Option<PostId>,
    /// In the outbox.
    pub listed: bool,
    pub json: &'a Value,
}

/// Stores an activity and its deliveries. The caller has made sure that the site is live.
pub fn say(tx: &mut Write<'_>, saying: &Saying<'_>, inboxes: &Inboxes) -> Result<()> {
    let json = serde_json::value::to_raw_value(saying.json).map_err(|e| Error::broken("encode an activity", e))?;
    let kind = saying.json.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let activity = Activity {
        id: saying.id,
        account: saying.account,
        at: tx.now(),
        kind,
        post: saying.post,
        listed: saying.listed,
        json,
    };
    activities::put(tx, &activity)?;
    if inboxes.is_empty() {
        return Ok(());
    }
    mark_first_delivery(tx)?;
    let urgent = is_urgent(&activity.kind) || is_emergency(tx, saying.post)?;
    let flow = Flow { activity: saying.id, account: saying.account, urgent };
    let to = actors::servers_of(tx, inboxes.iter().copied())?;
    if saying.post.is_some() && matches!(activity.kind.as_str(), "Create" | "Update") {
        let servers: HashSet<_> = to.iter().map(|(_, server)| server).collect();
        let (inboxes, servers) = (count(inboxes.len()), count(servers.len()));
        let followers =
            follows::reached(tx, saying.account, |inbox| to.binary_search_by_key(&inbox, |(i, _)| *i).is_ok())?;
        reach::put(tx, saying.id, &Reach { inboxes, servers, followers, ..Reach::default() })?;
    }
    deliveries::add(tx, flow, &to)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn is_emergency(tx: &Write<'_>, post: Option<PostId>) -> Result<bool> {
    let Some(id) = post else { return Ok(false) };
    Ok(posts::get(tx, id)?.is_some_and(|post| post.urgent))
}

/// From now on other servers know our ids: the origin cannot change any more.
fn mark_first_delivery(tx: &mut Write<'_>) -> Result<()> {
    let mut institution = meta::institution(tx)?;
    if institution.first_delivery.is_none() {
        institution.first_delivery = Some(tx.now());
        meta::put_institution(tx, &institution)?;
    }
    Ok(())
}

/// Takes back what was not sent yet of an activity.
pub fn take_back(tx: &mut Write<'_>, activity: ActivityId) -> Result<()> {
    let mut tally = Tally::default();
    for (name, mut delivery) in deliveries::of_activity(tx, activity)? {
        if delivery.state == State::Waiting {
            delivery.state = State::Dropped;
            tally.put(tx, name, &delivery)?;
        }
    }
    tally.keep(tx)
}
