//! Posts of ours, and the orders in which they are read.

use super::counts::{Count, step};
use super::schema::{
    AUTHORIZED, EPISODES, OWN_REPLIES, POLLS_DUE, POSTS, POSTS_BY_ACCOUNT, POSTS_BY_TAG, POSTS_LISTED, fingerprint,
};
use super::table::Span;
use super::tx::{Rows, Write};
use crate::base::time::Timestamp;
use crate::error::{Error, Result};
use crate::model::ids::{AccountId, PostId};
use crate::model::post::{Post, ReplyTo};
use crate::model::quoted::Consent;

pub fn get(rows: &impl Rows, id: PostId) -> Result<Option<Post>> {
    rows.get(&POSTS, &id)
}

/// A post that can be read: `Gone` for a deleted one.
pub fn need(rows: &impl Rows, id: PostId) -> Result<Post> {
    match get(rows, id)? {
        Some(post) if post.deleted.is_some() => Err(Error::Gone),
        Some(post) => Ok(post),
        None => Err(Error::NotFound),
    }
}

pub fn put(tx: &mut Write<'_>, post: &Post) -> Result<()> {
    if let Some(old) = get(tx, post.id)? {
        unindex(tx, &old)?;
    }
    index(tx, post)?;
    tx.put(&POSTS, &post.id, post)
}

/// Takes a post away without a trace: for samples, which nobody outside has seen.
pub fn erase(tx: &mut Write<'_>, post: &Post) -> Result<()> {
    unindex(tx, post)?;
    tx.remove(&POSTS, &post.id)?;
    Ok(())
}

fn index(tx: &mut Write<'_>, post: &Post) -> Result<()> {
    if post.demo {
        step(tx, Count::Samples, true)?;
    }
    if !post.is_public() {
        return Ok(());
    }
    tx.put(&POSTS_BY_ACCOUNT, &(post.account, post.id), &())?;
    if let Some(ReplyTo::Own(parent)) = post.reply_to {
        tx.put(&OWN_REPLIES, &(parent, post.id), &())?;
    }
    if let Some(episode) = &post.episode {
        tx.put(&EPISODES, &(post.account, episode.series.clone(), post.id), &())?;
    }
    for authorization in authorizations(post) {
        tx.put(&AUTHORIZED, &fingerprint(authorization), &post.id)?;
    }
    if let Some(ends) = due(post) {
        tx.put(&POLLS_DUE, &(ends, post.id), &())?;
    }
    if post.is_listed() {
        tx.put(&POSTS_LISTED, &post.id, &())?;
        for tag in &post.tags {
            tx.put(&POSTS_BY_TAG, &(tag.folded.clone(), post.id), &())?;
        }
    }
    step(tx, Count::Posts(post.account), true)?;
    step(tx, Count::AllPosts, true)
}

fn unindex(tx: &mut Write<'_>, post: &Post) -> Result<()> {
    if post.demo {
        step(tx, Count::Samples, false)?;
    }
    if !post.is_public() {
        return Ok(());
    }
    tx.remove(&POSTS_BY_ACCOUNT, &(post.account, post.id))?;
    if let Some(ReplyTo::Own(parent)) = post.reply_to {
        tx.remove(&OWN_REPLIES, &(parent, post.id))?;
    }
    if let Some(episode) = &post.episode {
        tx.remove(&EPISODES, &(post.account, episode.series.clone(), post.id))?;
    }
    for authorization in authorizations(post) {
        tx.remove(&AUTHORIZED, &fingerprint(authorization))?;
    }
    if let Some(ends) = due(post) {
        tx.remove(&POLLS_DUE, &(ends, post.id))?;
    }
    if post.is_listed() {
        tx.remove(&POSTS_LISTED, &post.id)?;
        for tag in &post.tags {
            tx.remove(&POSTS_BY_TAG, &(tag.folded.clone(), post.id))?;
        }
    }
    step(tx, Count::Posts(post.account), false)?;
    step(tx, Count::AllPosts, false)
}

/// What allows it to quote.
fn authorizations(post: &Post) -> impl Iterator<Item = &str> {
    post.quoted.iter().flat_map(|quoted| quoted.consents.iter().filter_map(Consent::authorization))
}

/// The post that an authorization allows to quote.
pub fn by_authorization(rows: &impl Rows, authorization: &str) -> Result<Option<Post>> {
    let Some(id) = rows.get(&AUTHORIZED, &fingerprint(authorization))? else { return Ok(None) };
    let allows = |post: &Post| authorizations(post).any(|known| known == authorization);
    Ok(get(rows, id)?.filter(allows))
}

/// When something is to be done about its poll.
fn due(post: &Post) -> Option<Timestamp> {
    post.poll.as_ref().filter(|poll| !poll.settled).map(|poll| poll.ends)
}

/// Narrows a span to posts older than one.
fn older<K: super::Key>(span: Span, before: Option<K>) -> Span {
    before.map_or(span.clone(), |key| span.before(&key)).newest_first()
}

/// An account's posts, newest first.
pub fn of_account(rows: &impl Rows, account: AccountId, before: Option<PostId>, limit: usize) -> Result<Vec<Post>> {
    let span = older(Span::under(&account), before.map(|id| (account, id))).limit(limit);
    let keys = rows.keys(&POSTS_BY_ACCOUNT, span)?;
    load(rows, keys.into_iter().map(|(_, id)| id))
}

/// Listed posts of all accounts, newest first.
pub fn listed(rows: &impl Rows, before: Option<PostId>, limit: usize) -> Result<Vec<Post>> {
    let keys = rows.keys(&POSTS_LISTED, older(Span::all(), before).limit(limit))?;
    load(rows, keys)
}

/// Listed posts with a tag (folded), newest first.
pub fn tagged(rows: &impl Rows, tag: &str, before: Option<PostId>, limit: usize) -> Result<Vec<Post>> {
    let tag = tag.to_owned();
    let span = older(Span::under(&tag), before.map(|id| (tag.clone(), id))).limit(limit);
    let keys = rows.keys(&POSTS_BY_TAG, span)?;
    load(rows, keys.into_iter().map(|(_, id)| id))
}

/// The episodes of a podcast, newest first.
pub fn episodes(
    rows: &impl Rows,
    account: AccountId,
    series: &str,
    before: Option<PostId>,
    limit: usize,
) -> Result<Vec<Post>> {
    let lead = (account, series.to_owned());
    let span = older(Span::under(&lead), before.map(|id| (lead.0, lead.1.clone(), id))).limit(limit);
    let keys = rows.keys(&EPISODES, span)?;
    load(rows, keys.into_iter().map(|(_, _, id)| id))
}

/// Our own answers to a post of ours, oldest first.
pub fn own_replies(rows: &impl Rows, parent: PostId, limit: usize) -> Result<Vec<Post>> {
    let keys = rows.keys(&OWN_REPLIES, Span::under(&parent).limit(limit))?;
    load(rows, keys.into_iter().map(|(_, id)| id))
}

/// Every post, deleted ones too, oldest first.
pub fn each(rows: &impl Rows, each: impl FnMut(PostId, Post) -> Result<bool>) -> Result<()> {
    rows.each(&POSTS, &Span::all(), each)
}

fn load(rows: &impl Rows, ids: impl IntoIterator<Item = PostId>) -> Result<Vec<Post>> {
    ids.into_iter()
        .map(|id| get(rows, id)?.ok_or_else(|| Error::bug("an index names a post that is not there")))
        .collect()
}
