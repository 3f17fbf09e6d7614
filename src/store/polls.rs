//! Who chose what in our polls, until they are over.

use super::counts::{self, Count, step};
use super::schema::{POLLS_DUE, VOTES, VOTES_BY_ACTOR};
use super::table::Span;
use super::tx::{Rows, Write};
use crate::base::time::Timestamp;
use crate::error::Result;
use crate::model::ids::{ActorId, PostId};
use crate::model::poll::{Poll, Tally, Vote};

pub fn get(rows: &impl Rows, post: PostId, actor: ActorId) -> Result<Option<Vote>> {
    rows.get(&VOTES, &(post, actor))
}

pub fn put(tx: &mut Write<'_>, post: PostId, actor: ActorId, vote: Vote) -> Result<()> {
    remove(tx, post, actor)?;
    count(tx, post, vote, true)?;
    tx.put(&VOTES_BY_ACTOR, &(actor, post), &())?;
    tx.put(&VOTES, &(post, actor), &vote)
}

/// True when there was one.
pub fn remove(tx: &mut Write<'_>, post: PostId, actor: ActorId) -> Result<bool> {
    let Some(old) = get(tx, post, actor)? else { return Ok(false) };
    count(tx, post, old, false)?;
    tx.remove(&VOTES_BY_ACTOR, &(actor, post))?;
    tx.remove(&VOTES, &(post, actor))
}

fn count(tx: &mut Write<'_>, post: PostId, vote: Vote, up: bool) -> Result<()> {
    let answers = (0..u32::BITS).filter(|n| vote.chosen & (1 << n) != 0);
    for answer in answers.filter_map(|n| u8::try_from(n).ok()) {
        step(tx, Count::Votes(post, answer), up)?;
    }
    step(tx, Count::Voters(post), up)
}

/// Whoever voted, in the order of their rows.
pub fn voters(rows: &impl Rows, post: PostId, limit: usize) -> Result<Vec<ActorId>> {
    Ok(rows.keys(&VOTES, Span::under(&post).limit(limit))?.into_iter().map(|(_, actor)| actor).collect())
}

/// Where an actor voted.
pub fn of_actor(rows: &impl Rows, actor: ActorId) -> Result<Vec<PostId>> {
    Ok(rows.keys(&VOTES_BY_ACTOR, Span::under(&actor))?.into_iter().map(|(_, post)| post).collect())
}

/// How a poll stands, or what came of it.
pub fn tally(rows: &impl Rows, post: PostId, poll: &Poll) -> Result<Tally> {
    if let Some(result) = &poll.result {
        return Ok(result.clone());
    }
    let answers = (0..=u8::MAX).take(poll.answers.len());
    let votes = answers.map(|n| counts::get(rows, Count::Votes(post, n))).collect::<Result<_>>()?;
    Ok(Tally { votes, voters: counts::get(rows, Count::Voters(post))? })
}

/// Polls that ended at `now` or before and still have something to be done, those that ended first.
pub fn due(rows: &impl Rows, now: Timestamp, limit: usize) -> Result<Vec<PostId>> {
    let first = rows.keys(&POLLS_DUE, Span::all().limit(limit))?;
    Ok(first.into_iter().take_while(|(ends, _)| *ends <= now).map(|(_, post)| post).collect())
}

pub(super) fn replay(tx: &mut Write<'_>, from: &impl Rows) -> Result<()> {
    from.each(&VOTES, &Span::all(), |(post, actor), vote| put(tx, post, actor, vote).map(|()| true))
}
