//! Counters: how many of something there are, without walking it. An index like any other.

use super::schema::COUNTS;
use super::tx::{Rows, Write};
use crate::error::Result;
use crate::model::ids::{AccountId, PostId};

/// What is counted, and of whom.
#[derive(Debug, Clone, Copy)]
pub enum Count {
    Followers(AccountId),
    /// Public posts of an account.
    Posts(AccountId),
    Likes(PostId),
    Boosts(PostId),
    /// Strangers' public replies under a post, shown or not.
    Replies(PostId),
    /// Of these, the ones that are shown.
    RepliesShown(PostId),
    /// Public posts of the whole server.
    AllPosts,
    /// Activities in an account's outbox.
    Outbox(AccountId),
    /// Sample posts of a trial.
    Samples,
    /// Whoever voted in a poll that is not settled.
    Voters(PostId),
    /// Votes for an answer of it, by its place.
    Votes(PostId, u8),
}

/// Its key, for the migration that counted them first.
pub(super) const SAMPLES: (u64, u64) = (9, 0);

impl Count {
    fn key(self) -> (u64, u64) {
        match self {
            Self::Followers(id) => (1, id.0),
            Self::Posts(id) => (2, id.0),
            Self::Likes(id) => (3, id.0),
            Self::Boosts(id) => (4, id.0),
            Self::Replies(id) => (5, id.0),
            Self::RepliesShown(id) => (6, id.0),
            Self::AllPosts => (7, 0),
            Self::Outbox(id) => (8, id.0),
            Self::Samples => SAMPLES,
            Self::Voters(id) => (10, id.0),
            Self::Votes(id, answer) => (32 + u64::from(answer), id.0),
        }
    }
}

pub fn get(rows: &impl Rows, count: Count) -> Result<u64> {
    Ok(rows.get(&COUNTS, &count.key())?.unwrap_or_default())
}

/// Adds one, or takes one away.
pub(super) fn step(tx: &mut Write<'_>, count: Count, up: bool) -> Result<()> {
    let now = get(tx, count)?;
    let next = if up { now + 1 } else { now.saturating_sub(1) };
    if next == 0 {
        tx.remove(&COUNTS, &count.key())?;
        return Ok(());
    }
    tx.put(&COUNTS, &count.key(), &next)
}
