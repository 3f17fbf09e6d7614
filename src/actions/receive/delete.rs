//! Delete of a note, or of an actor with everything that it did here.

use super::{Sender, remember_gone};
use crate::actions::cases;
use crate::error::Result;
use crate::model::actor::Actor;
use crate::store::schema::{FOLLOWING, OWN_REACTIONS};
use crate::store::{Rows, Span, Write, actors, follows, notes, polls, reactions};

pub(super) fn delete(tx: &mut Write<'_>, from: &Sender<'_>, object: &str) -> Result<()> {
    let Some(actor) = from.row(tx)? else { return Ok(()) };
    if object == from.uri {
        return forget(tx, &actor);
    }
    match notes::by_uri(tx, object)? {
        Some(note) if note.author == actor.id => {
            notes::remove(tx, &note)?;
            remember_gone(tx, from, object)
        }
        None if crate::base::uri::same_origin(object, from.uri) => remember_gone(tx, from, object),
        Some(_) | None => Ok(()),
    }
}

/// Removes an actor: the person asked their own server to be forgotten.
fn forget(tx: &mut Write<'_>, actor: &Actor) -> Result<()> {
    for account in follows::followed_by(tx, actor.id)? {
        follows::remove(tx, account, actor)?;
    }
    for (kind, post) in reactions::of_actor(tx, actor.id)? {
        cases::unshared(tx, post, kind, actor.id)?;
    }
    for post in polls::of_actor(tx, actor.id)? {
        polls::remove(tx, post, actor.id)?;
    }
    for note in notes::of_author(tx, actor.id)? {
        notes::remove(tx, &note)?;
    }
    for account in crate::store::accounts::all(tx)? {
        follows::unblock(tx, account.id, actor.id)?;
        tx.remove(&FOLLOWING, &(account.id, actor.profile.uri.clone()))?;
    }
    if is_named(tx, actor)? { strip(tx, actor) } else { actors::erase(tx, actor) }
}

/// Whether a like or boost of our own goes on naming the actor's row.
fn is_named(tx: &Write<'_>, actor: &Actor) -> Result<bool> {
    Ok(tx.rows(&OWN_REACTIONS, Span::all())?.iter().any(|(_, row)| row.author == actor.id))
}

/// Leaves only what is needed to take our own reaction back.
fn strip(tx: &mut Write<'_>, actor: &Actor) -> Result<()> {
    let mut bare = actor.clone();
    bare.profile.name.clear();
    bare.profile.also_known_as.clear();
    actors::put(tx, &bare)
}
