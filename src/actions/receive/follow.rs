//! Follow, and the answers to our own Follows.

use super::{Sender, by_sender, is_taken, own_account};
use crate::actions::address::{self, Saying};
use crate::activitypub::write;
use crate::error::Result;
use crate::model::activity::Activity;
use crate::model::follow::{ActRef, FollowState, Follower};
use crate::model::ids::ActivityId;
use crate::model::site::Site;
use crate::store::schema::{FOLLOWING, GONE};
use crate::store::{Rows, Write, follows};

/// Every Follow is accepted, again and again: a sender that repeats it has lost our first answer.
pub(super) fn follow(tx: &mut Write<'_>, site: &Site, from: &Sender<'_>, id: &str, object: &str) -> Result<()> {
    let Some(account) = own_account(tx, site, object)? else { return Ok(()) };
    if was_overtaken(tx, from, id)? {
        return Ok(());
    }
    let Some(actor) = from.known(tx)? else { return Ok(()) };
    if is_taken(tx, &actor, id, ActRef::Follow(account, actor.id))? {
        return Ok(());
    }
    let now = tx.now();
    let since = follows::get(tx, account, &actor)?.map_or(now, |known| known.since);
    follows::put(tx, account, &actor, &Follower { uri: id.to_owned(), since })?;
    let activity = ActivityId(tx.id());
    let json = write::accept(site, account, activity, id, &actor.profile.uri);
    let inboxes = address::of_actor(tx, actor.id)?;
    address::say(tx, &Saying { id: activity, account, post: None, listed: false, json: &json }, &inboxes)
}

/// Whether its Undo came first, and only a moment ago: Misskey makes the id of the two actors' ids, so whoever follows
/// again after the Undo of a Follow that we did not have (any more) would otherwise be ignored for a month.
fn was_overtaken(tx: &Write<'_>, from: &Sender<'_>, id: &str) -> Result<bool> {
    let undone = tx.get(&GONE, &by_sender(from, id))?;
    Ok(undone.is_some_and(|at| tx.now().since(at) < crate::limits::inbox::OVERTAKEN))
}

/// An Accept or Reject counts only for a Follow that we sent to this very actor.
pub(super) fn answered(tx: &mut Write<'_>, from: &Sender<'_>, asked: &Activity, yes: bool) -> Result<()> {
    let key = (asked.account, from.uri.to_owned());
    let Some(mut row) = tx.get(&FOLLOWING, &key)?.filter(|row| row.activity == asked.id) else { return Ok(()) };
    let state = if yes { FollowState::Accepted } else { FollowState::Rejected };
    if row.state == state {
        return Ok(());
    }
    row.state = state;
    tx.put(&FOLLOWING, &key, &row)
}
