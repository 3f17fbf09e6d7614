//! An account of ours likes or boosts a stranger's post, and takes it back. Whoever publishes does that alone, also where
//! posts need another's look: nothing is said in the account's own words, it is in the audit log, and taken back at once.

use crate::activitypub::write;
use crate::error::{Error, Result};
use crate::model::audit::{Act, Deed, Object as Known};
use crate::model::follow::{OwnReaction, ReactionKind};
use crate::model::ids::{ActivityId, ActorId};
use crate::model::site::Site;
use crate::model::user::By;
use crate::store::schema::OWN_REACTIONS;
use crate::store::{Rows, Write, activities, actors};

use super::address::{self, Saying};
use super::audit;

/// The stranger's post, as found beforehand.
#[derive(Debug, Clone)]
pub struct Object {
    pub uri: String,
    /// Its author's actor id and known row.
    pub author: ActorId,
}

/// Once is enough: a second time changes nothing. On a trial it is refused, since nothing can leave.
pub fn react(tx: &mut Write<'_>, site: &Site, by: By, kind: ReactionKind, object: &Object) -> Result<()> {
    let account = live(site, by)?;
    let key = (account, kind, object.uri.clone());
    if tx.has(&OWN_REACTIONS, &key)? {
        return Ok(());
    }
    let author = actors::named_by_row(tx, object.author)?;
    let id = ActivityId(tx.id());
    let mut inboxes = address::of_actor(tx, author.id)?;
    let json = match kind {
        ReactionKind::Like => write::like(site, account, id, &object.uri),
        ReactionKind::Boost => {
            inboxes.extend(address::followers(tx, account)?);
            write::announce(site, account, id, &object.uri, &author.profile.uri, tx.now())
        }
    };
    let row = OwnReaction { activity: id, author: author.id, at: tx.now() };
    tx.put(&OWN_REACTIONS, &key, &row)?;
    let act = match kind {
        ReactionKind::Like => Act::PostLike,
        ReactionKind::Boost => Act::PostBoost,
    };
    audit::note(tx, by.who(), &Deed::new(act).of(account).on(Known::Elsewhere(object.uri.clone())))?;
    let listed = kind == ReactionKind::Boost;
    address::say(tx, &Saying { id, account, post: None, listed, json: &json }, &inboxes)
}

/// Takes a like or boost back.
pub fn unreact(tx: &mut Write<'_>, site: &Site, by: By, kind: ReactionKind, uri: &str) -> Result<()> {
    let account = live(site, by)?;
    let key = (account, kind, uri.to_owned());
    let row = tx.need(&OWN_REACTIONS, &key)?;
    let mut inboxes = address::of_actor(tx, row.author)?;
    if kind == ReactionKind::Boost {
        inboxes.extend(address::followers(tx, account)?);
    }
    tx.remove(&OWN_REACTIONS, &key)?;
    let act = match kind {
        ReactionKind::Like => Act::PostUnlike,
        ReactionKind::Boost => Act::PostUnboost,
    };
    audit::note(tx, by.who(), &Deed::new(act).of(account).on(Known::Elsewhere(uri.to_owned())))?;
    undo(tx, site, by, row.activity, &inboxes)
}

/// Says that an activity of ours no longer holds.
pub(super) fn undo(
    tx: &mut Write<'_>,
    site: &Site,
    by: By,
    what: ActivityId,
    inboxes: &address::Inboxes,
) -> Result<()> {
    let Some(activity) = activities::get(tx, what)? else { return Ok(()) };
    let inner = serde_json::from_str(activity.json.get()).map_err(|e| Error::broken("read an activity of ours", e))?;
    address::take_back(tx, what)?;
    activities::unlist(tx, what)?;
    let id = ActivityId(tx.id());
    let json = write::undo(site, by.account(), id, &inner);
    address::say(tx, &Saying { id, account: by.account(), post: None, listed: false, json: &json }, inboxes)
}

/// Only a live site can say anything to others.
pub(super) fn live(site: &Site, by: By) -> Result<crate::model::ids::AccountId> {
    site.check_live("sent to").map(|()| by.account())
}
