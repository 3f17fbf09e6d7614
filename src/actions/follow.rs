//! An account of ours follows somebody, and stops.

use crate::activitypub::write;
use crate::error::Result;
use crate::model::actor::Profile;
use crate::model::audit::{Act, Deed, Object};
use crate::model::follow::{FollowState, Following};
use crate::model::ids::ActivityId;
use crate::model::site::Site;
use crate::model::user::By;
use crate::store::schema::FOLLOWING;
use crate::store::{Rows, Write, actors};

use super::address::{self, Saying};
use super::audit;

/// Asks to follow; their Accept makes it so. Asking again while it is open or after a refusal sends a new request.
pub fn follow(tx: &mut Write<'_>, site: &Site, by: By, profile: &Profile) -> Result<()> {
    let account = super::react::live(site, by)?;
    let key = (account, profile.uri.clone());
    if tx.get(&FOLLOWING, &key)?.is_some_and(|row| row.state == FollowState::Accepted) {
        return Ok(());
    }
    let actor = actors::learn(tx, profile)?;
    let id = ActivityId(tx.id());
    let row = Following { state: FollowState::Asked, activity: id, actor: actor.id, since: tx.now() };
    tx.put(&FOLLOWING, &key, &row)?;
    let deed = Deed::new(Act::FollowAsk).of(account).on(Object::Elsewhere(profile.uri.clone()));
    audit::note(tx, by.who(), &deed)?;
    let json = write::follow(site, account, id, &profile.uri);
    let inboxes = address::of_actor(tx, actor.id)?;
    address::say(tx, &Saying { id, account, post: None, listed: false, json: &json }, &inboxes)
}

pub fn unfollow(tx: &mut Write<'_>, site: &Site, by: By, uri: &str) -> Result<()> {
    let account = super::react::live(site, by)?;
    let key = (account, uri.to_owned());
    let row = tx.need(&FOLLOWING, &key)?;
    tx.remove(&FOLLOWING, &key)?;
    let deed = Deed::new(Act::FollowEnd).of(account).on(Object::Elsewhere(uri.to_owned()));
    audit::note(tx, by.who(), &deed)?;
    let inboxes = address::of_actor(tx, row.actor)?;
    super::react::undo(tx, site, by, row.activity, &inboxes)
}
