//! Strangers' likes and boosts of our posts.

use super::counts::{Count, step};
use super::follows::{forget_act, put_act};
use super::schema::{REACTIONS, REACTIONS_BY_ACTOR};
use super::table::Span;
use super::tx::{Rows, Write};
use crate::error::Result;
use crate::model::follow::{ActRef, Reaction, ReactionKind};
use crate::model::ids::{ActorId, PostId};

fn count(kind: ReactionKind, post: PostId) -> Count {
    match kind {
        ReactionKind::Like => Count::Likes(post),
        ReactionKind::Boost => Count::Boosts(post),
    }
}

/// True when it is new; a second like by the same actor only replaces the id of the first.
pub fn put(tx: &mut Write<'_>, post: PostId, kind: ReactionKind, actor: ActorId, reaction: &Reaction) -> Result<bool> {
    let key = (post, kind, actor);
    let old = tx.get(&REACTIONS, &key)?;
    if let Some(old) = &old {
        forget_act(tx, &old.uri, ActRef::Reaction(kind, post, actor))?;
    } else {
        tx.put(&REACTIONS_BY_ACTOR, &(actor, kind, post), &())?;
        step(tx, count(kind, post), true)?;
    }
    put_act(tx, &reaction.uri, ActRef::Reaction(kind, post, actor))?;
    tx.put(&REACTIONS, &key, reaction)?;
    Ok(old.is_none())
}

/// True when there was one.
pub fn remove(tx: &mut Write<'_>, post: PostId, kind: ReactionKind, actor: ActorId) -> Result<bool> {
    let key = (post, kind, actor);
    let Some(old) = tx.get(&REACTIONS, &key)? else { return Ok(false) };
    forget_act(tx, &old.uri, ActRef::Reaction(kind, post, actor))?;
    tx.remove(&REACTIONS_BY_ACTOR, &(actor, kind, post))?;
    step(tx, count(kind, post), false)?;
    tx.remove(&REACTIONS, &key)
}

pub fn has(rows: &impl Rows, post: PostId, kind: ReactionKind, actor: ActorId) -> Result<bool> {
    rows.has(&REACTIONS, &(post, kind, actor))
}

/// Who reacted to a post.
pub fn of_post(rows: &impl Rows, post: PostId) -> Result<Vec<(ReactionKind, ActorId)>> {
    Ok(rows.keys(&REACTIONS, Span::under(&post))?.into_iter().map(|(_, kind, actor)| (kind, actor)).collect())
}

/// What an actor reacted to.
pub fn of_actor(rows: &impl Rows, actor: ActorId) -> Result<Vec<(ReactionKind, PostId)>> {
    Ok(rows.keys(&REACTIONS_BY_ACTOR, Span::under(&actor))?.into_iter().map(|(_, kind, post)| (kind, post)).collect())
}

pub(super) fn replay(tx: &mut Write<'_>, from: &impl Rows) -> Result<()> {
    from.each(&REACTIONS, &Span::all(), |(post, kind, actor), reaction| {
        put(tx, post, kind, actor, &reaction)?;
        Ok(true)
    })
}
