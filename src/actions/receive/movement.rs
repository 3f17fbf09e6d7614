//! Move of an actor that follows us, or that we follow. Believed only when the new place names the old one.

use super::Sender;
use crate::activitypub::write;
use crate::error::Result;
use crate::model::actor::Profile;
use crate::model::follow::{FollowState, Following};
use crate::model::ids::{AccountId, ActivityId};
use crate::model::site::Site;
use crate::store::schema::FOLLOWING;
use crate::store::{Rows, Write, accounts, actors};

use crate::actions::address::{self, Saying};

/// `found` is the target's document, fetched for this activity.
pub(super) fn moved(
    tx: &mut Write<'_>,
    site: &Site,
    from: &Sender<'_>,
    object: &str,
    target: &str,
    found: Option<&Profile>,
) -> Result<()> {
    let Some(mut actor) = from.row(tx)? else { return Ok(()) };
    let Some(new) = found.filter(|new| new.uri == target && new.also_known_as.iter().any(|old| old == from.uri)) else {
        return Ok(());
    };
    if object != from.uri || actor.moved_to.as_deref() == Some(target) {
        return Ok(());
    }
    actor.moved_to = Some(target.to_owned());
    actors::put(tx, &actor)?;
    for account in accounts::all(tx)? {
        let key = (account.id, from.uri.to_owned());
        if tx.get(&FOLLOWING, &key)?.is_some_and(|row| row.state == FollowState::Accepted) {
            follow(tx, site, account.id, new)?;
        }
    }
    Ok(())
}

/// Whom we followed at the old place we follow at the new one.
fn follow(tx: &mut Write<'_>, site: &Site, account: AccountId, new: &Profile) -> Result<()> {
    let key = (account, new.uri.clone());
    if tx.has(&FOLLOWING, &key)? {
        return Ok(());
    }
    let actor = crate::actions::replies::learn(tx, new)?;
    let id = ActivityId(tx.id());
    let since = tx.now();
    tx.put(&FOLLOWING, &key, &Following { state: FollowState::Asked, activity: id, actor: actor.id, since })?;
    let json = write::follow(site, account, id, &new.uri);
    let inboxes = address::of_actor(tx, actor.id)?;
    address::say(tx, &Saying { id, account, post: None, listed: false, json: &json }, &inboxes)
}
