//! Quotes of our posts that we let pass.

use super::schema::{QUOTES, QUOTES_OF_POST, fingerprint};
use super::table::Span;
use super::tx::{Rows, Write};
use crate::error::Result;
use crate::model::ids::{PostId, QuoteId};
use crate::model::moderation::Quote;

pub fn get(rows: &impl Rows, id: QuoteId) -> Result<Option<Quote>> {
    rows.get(&QUOTES, &id)
}

/// The quote of a post by a stranger's post.
pub fn find(rows: &impl Rows, post: PostId, instrument: &str) -> Result<Option<Quote>> {
    match rows.get(&QUOTES_OF_POST, &(post, fingerprint(instrument)))? {
        Some(id) => get(rows, id),
        None => Ok(None),
    }
}

pub fn put(tx: &mut Write<'_>, quote: &Quote) -> Result<()> {
    tx.put(&QUOTES_OF_POST, &(quote.post, fingerprint(&quote.instrument)), &quote.id)?;
    tx.put(&QUOTES, &quote.id, quote)
}

pub fn of_post(rows: &impl Rows, post: PostId) -> Result<Vec<Quote>> {
    let ids = rows.rows(&QUOTES_OF_POST, Span::under(&post))?;
    Ok(ids.into_iter().map(|(_, id)| get(rows, id)).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// The latest that are let pass, newest first.
pub fn latest(rows: &impl Rows, post: PostId, limit: usize) -> Result<Vec<Quote>> {
    let mut ids: Vec<QuoteId> = rows.rows(&QUOTES_OF_POST, Span::under(&post))?.into_iter().map(|(_, id)| id).collect();
    ids.sort_unstable_by(|a, b| b.cmp(a));
    let mut found = Vec::new();
    for id in ids {
        found.extend(get(rows, id)?.filter(|quote| quote.revoked.is_none()));
        if found.len() == limit {
            break;
        }
    }
    Ok(found)
}

pub fn count(rows: &impl Rows, post: PostId) -> Result<usize> {
    Ok(rows.keys(&QUOTES_OF_POST, Span::under(&post))?.len())
}

pub(super) fn replay(tx: &mut Write<'_>, from: &impl Rows) -> Result<()> {
    from.each(&QUOTES, &Span::all(), |_, quote| put(tx, &quote).map(|()| true))
}
