//! Followers, those who block us, and the audience: the distinct inboxes that a post goes to.

use std::collections::BTreeSet;

use super::counts::{Count, step};
use super::schema::{ACT_BY_URI, AUDIENCE, BLOCKS, DEPARTED, FOLLOWED_BY, FOLLOWERS, fingerprint};
use super::slim::SlimFollower;
use super::table::Span;
use super::tx::{Rows, Write};
use crate::error::Result;
use crate::model::actor::Actor;
use crate::model::follow::{ActRef, Follower};
use crate::model::ids::{AccountId, ActorId, InboxId};
use crate::model::moderation::Block;

/// Makes `actor` a follower; a repeated Follow replaces the id of the first, and brings back an inbox that departed.
pub fn put(tx: &mut Write<'_>, account: AccountId, actor: &Actor, follower: &Follower) -> Result<()> {
    let key = (account, actor.id);
    if !tx.has(&FOLLOWERS, &key)? {
        tx.put(&FOLLOWED_BY, &(actor.id, account), &())?;
        audience(tx, account, actor.delivery, true)?;
        step(tx, Count::Followers(account), true)?;
    }
    tx.remove(&DEPARTED, &actor.delivery)?;
    tx.put(&FOLLOWERS, &key, &SlimFollower::new(follower, &actor.profile.uri))
}

/// True when it was a follower.
pub fn remove(tx: &mut Write<'_>, account: AccountId, actor: &Actor) -> Result<bool> {
    if !tx.remove(&FOLLOWERS, &(account, actor.id))? {
        return Ok(false);
    }
    tx.remove(&FOLLOWED_BY, &(actor.id, account))?;
    audience(tx, account, actor.delivery, false)?;
    step(tx, Count::Followers(account), false)?;
    Ok(true)
}

fn audience(tx: &mut Write<'_>, account: AccountId, inbox: InboxId, up: bool) -> Result<()> {
    let key = (account, inbox);
    let now = tx.get(&AUDIENCE, &key)?.unwrap_or_default();
    match if up { now + 1 } else { now.saturating_sub(1) } {
        0 => tx.remove(&AUDIENCE, &key).map(|_| ()),
        count => tx.put(&AUDIENCE, &key, &count),
    }
}

/// An actor's deliveries go elsewhere from now on.
pub(super) fn reroute(tx: &mut Write<'_>, actor: ActorId, from: InboxId, to: InboxId) -> Result<()> {
    for account in followed_by(tx, actor)? {
        audience(tx, account, from, false)?;
        audience(tx, account, to, true)?;
    }
    Ok(())
}

pub fn get(rows: &impl Rows, account: AccountId, actor: &Actor) -> Result<Option<Follower>> {
    Ok(rows.get(&FOLLOWERS, &(account, actor.id))?.map(|row| row.whole(&actor.profile.uri)))
}

/// The accounts of ours that an actor follows.
pub fn followed_by(rows: &impl Rows, actor: ActorId) -> Result<Vec<AccountId>> {
    Ok(rows.keys(&FOLLOWED_BY, Span::under(&actor))?.into_iter().map(|(_, account)| account).collect())
}

/// Where a post of the account goes, each inbox once.
pub fn inboxes(rows: &impl Rows, account: AccountId) -> Result<Vec<InboxId>> {
    let departed = departed(rows)?;
    let all = rows.keys(&AUDIENCE, Span::under(&account))?.into_iter().map(|(_, inbox)| inbox);
    Ok(all.filter(|inbox| !departed.contains(inbox)).collect())
}

/// Nobody can be reached through an inbox any more. From now on nothing goes there; whom that concerns is found by
/// `leave_departed`, since no index says who is behind an inbox.
pub fn depart(tx: &mut Write<'_>, inbox: InboxId) -> Result<()> {
    tx.put(&DEPARTED, &inbox, &())
}

/// Inboxes that departed and may still have somebody behind them.
pub fn departed(rows: &impl Rows) -> Result<BTreeSet<InboxId>> {
    Ok(rows.keys(&DEPARTED, Span::all())?.into_iter().collect())
}

/// Looks at up to `most` followers behind `from` and removes those whose inbox departed. Answers with the last one while
/// there may be more; in the end inboxes with nobody behind them are forgotten, too.
pub fn leave_departed(
    tx: &mut Write<'_>,
    from: Option<(AccountId, ActorId)>,
    most: usize,
) -> Result<Option<(AccountId, ActorId)>> {
    let departed = departed(tx)?;
    if departed.is_empty() {
        return Ok(None);
    }
    let seen = tx.keys(&FOLLOWERS, from.map_or_else(Span::all, |from| Span::all().after(&from)).limit(most))?;
    for (account, actor) in &seen {
        let actor = super::actors::named_by_row(tx, *actor)?;
        if departed.contains(&actor.delivery) {
            remove(tx, *account, &actor)?;
        }
    }
    if seen.len() == most {
        return Ok(seen.last().copied());
    }
    let accounts = super::accounts::all(tx)?;
    for inbox in departed.into_iter().take(most) {
        let mut left = 0;
        for account in &accounts {
            left += behind(tx, account.id, inbox)?;
        }
        if left == 0 {
            tx.remove(&DEPARTED, &inbox)?;
        }
    }
    Ok(None)
}

/// How many followers are reached through an inbox.
pub fn behind(rows: &impl Rows, account: AccountId, inbox: InboxId) -> Result<u64> {
    Ok(rows.get(&AUDIENCE, &(account, inbox))?.unwrap_or_default())
}

/// The distinct inboxes of an account's followers, and how many are behind each.
pub fn behind_each(rows: &impl Rows, account: AccountId) -> Result<Vec<(InboxId, u64)>> {
    let all = rows.rows(&AUDIENCE, Span::under(&account))?;
    Ok(all.into_iter().map(|((_, inbox), behind)| (inbox, behind)).collect())
}

/// How many followers are reached through those inboxes that `is_told` names.
pub fn reached(rows: &impl Rows, account: AccountId, is_told: impl Fn(InboxId) -> bool) -> Result<u64> {
    let mut all = 0;
    rows.each(&AUDIENCE, &Span::under(&account), |(_, inbox), behind| {
        all += if is_told(inbox) { behind } else { 0 };
        Ok(true)
    })?;
    Ok(all)
}

/// Followers of an account, in the order in which we came to know them.
pub fn each(rows: &impl Rows, account: AccountId, mut each: impl FnMut(ActorId) -> Result<bool>) -> Result<()> {
    rows.each(&FOLLOWERS, &Span::under(&account), |(_, actor), _| each(actor))
}

pub fn block(tx: &mut Write<'_>, account: AccountId, actor: ActorId, block: &Block) -> Result<()> {
    if let Some(old) = tx.get(&BLOCKS, &(account, actor))? {
        forget_act(tx, &old.uri, ActRef::Block(account, actor))?;
    }
    put_act(tx, &block.uri, ActRef::Block(account, actor))?;
    tx.put(&BLOCKS, &(account, actor), block)
}

pub fn unblock(tx: &mut Write<'_>, account: AccountId, actor: ActorId) -> Result<bool> {
    if let Some(old) = tx.get(&BLOCKS, &(account, actor))? {
        forget_act(tx, &old.uri, ActRef::Block(account, actor))?;
    }
    tx.remove(&BLOCKS, &(account, actor))
}

pub fn blocks_us(rows: &impl Rows, account: AccountId, actor: ActorId) -> Result<bool> {
    rows.has(&BLOCKS, &(account, actor))
}

/// What an activity id stands for when `actor` names it: one thing, unless a server uses an id for several. Follows are
/// the actor's own; they are found among what it follows, so that a follower takes no row of the index.
pub fn acts(rows: &impl Rows, actor: &Actor, uri: &str) -> Result<Vec<ActRef>> {
    let indexed = rows.keys(&ACT_BY_URI, Span::under(&fingerprint(uri)))?;
    let mut acts: Vec<_> = indexed.into_iter().map(|(_, act)| act).collect();
    for account in followed_by(rows, actor.id)? {
        if get(rows, account, actor)?.is_some_and(|follower| follower.uri == uri) {
            acts.push(ActRef::Follow(account, actor.id));
        }
    }
    Ok(acts)
}

pub(super) fn put_act(tx: &mut Write<'_>, uri: &str, act: ActRef) -> Result<()> {
    tx.put(&ACT_BY_URI, &(fingerprint(uri), act), &())
}

pub(super) fn forget_act(tx: &mut Write<'_>, uri: &str, act: ActRef) -> Result<()> {
    tx.remove(&ACT_BY_URI, &(fingerprint(uri), act)).map(|_| ())
}

pub(super) fn replay(tx: &mut Write<'_>, from: &impl Rows) -> Result<()> {
    for ((account, actor), follower) in from.rows(&FOLLOWERS, Span::all())? {
        let actor = super::actors::named_by_row(tx, actor)?;
        let follower = follower.whole(&actor.profile.uri);
        put(tx, account, &actor, &follower)?;
    }
    for ((account, actor), row) in from.rows(&BLOCKS, Span::all())? {
        block(tx, account, actor, &row)?;
    }
    Ok(())
}
