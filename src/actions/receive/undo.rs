//! Undo: by the id of what is undone, or by what was sent along.

use super::{Sender, is_gone, own_account, remember_gone};
use crate::actions::cases;
use crate::activitypub::read::Undone;
use crate::error::Result;
use crate::model::actor::Actor;
use crate::model::follow::{ActRef, ReactionKind};
use crate::model::site::Site;
use crate::store::{Write, follows};

pub(super) fn undo(tx: &mut Write<'_>, site: &Site, from: &Sender<'_>, undone: &Undone) -> Result<()> {
    let Some(actor) = from.row(tx)? else { return early(tx, site, from, undone) };
    let known = follows::acts(tx, &actor, &undone.id)?;
    if let [act] = known.as_slice() {
        return by_reference(tx, from, &actor, *act, &undone.id);
    }
    // An id that stands for several things says less than the words sent along.
    match (undone.kind.as_deref(), undone.object.as_deref()) {
        (Some("Follow"), Some(object)) if by_words(tx, site, &actor, "Follow", object)? => {
            remember_follow(tx, from, &undone.id)
        }
        (Some(kind), Some(object)) if by_words(tx, site, &actor, kind, object)? => Ok(()),
        (_, _) if known.is_empty() => early(tx, site, from, undone),
        (_, _) => known.into_iter().try_for_each(|act| by_reference(tx, from, &actor, act, &undone.id)),
    }
}

/// An Undo may overtake what it undoes. Only the sender's own ids are remembered, and only of what could concern us.
fn early(tx: &mut Write<'_>, site: &Site, from: &Sender<'_>, undone: &Undone) -> Result<()> {
    let about_us = undone.kind.as_deref().is_none_or(|kind| matches!(kind, "Follow" | "Like" | "Announce" | "Block"))
        && undone.object.as_deref().is_none_or(|object| site.is_own(object));
    if about_us && crate::base::uri::same_origin(&undone.id, from.uri) && !was_follow(tx, from, &undone.id)? {
        remember_gone(tx, from, &undone.id)?;
    }
    Ok(())
}

/// A reaction that was taken back stays so, should its sender try an earlier delivery of it again.
fn by_reference(tx: &mut Write<'_>, from: &Sender<'_>, actor: &Actor, act: ActRef, id: &str) -> Result<()> {
    match act {
        ActRef::Follow(account, owner) if owner == actor.id => {
            follows::remove(tx, account, actor)?;
            remember_follow(tx, from, id)
        }
        ActRef::Reaction(kind, post, owner) if owner == actor.id => {
            cases::unshared(tx, post, kind, actor.id)?;
            remember_gone(tx, from, id)
        }
        ActRef::Block(account, owner) if owner == actor.id => follows::unblock(tx, account, actor.id).map(|_| ()),
        // Somebody else's: not theirs to undo.
        ActRef::Follow(..) | ActRef::Reaction(..) | ActRef::Block(..) => Ok(()),
    }
}

/// A Follow may come again under the id of one that was undone: Misskey makes its ids of the two whom they are about.
/// So a second copy of its Undo must not look like one that has overtaken its Follow.
fn remember_follow(tx: &mut Write<'_>, from: &Sender<'_>, id: &str) -> Result<()> {
    remember_gone(tx, from, &format!("follow {id}"))
}

fn was_follow(tx: &Write<'_>, from: &Sender<'_>, id: &str) -> Result<bool> {
    is_gone(tx, from, &format!("follow {id}"))
}

/// True when there was something to undo.
fn by_words(tx: &mut Write<'_>, site: &Site, actor: &Actor, kind: &str, object: &str) -> Result<bool> {
    match kind {
        "Follow" => match own_account(tx, site, object)? {
            Some(account) => follows::remove(tx, account, actor),
            None => Ok(false),
        },
        "Block" => match own_account(tx, site, object)? {
            Some(account) => follows::unblock(tx, account, actor.id),
            None => Ok(false),
        },
        "Like" | "Announce" => match site.own_post(object) {
            Some(post) => cases::unshared(tx, post, reaction(kind), actor.id),
            None => Ok(false),
        },
        _ => Ok(false),
    }
}

fn reaction(kind: &str) -> ReactionKind {
    if kind == "Like" { ReactionKind::Like } else { ReactionKind::Boost }
}
