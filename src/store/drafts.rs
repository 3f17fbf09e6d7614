//! What is not published yet, found by its account and stage, and by the moment at which it goes out.

use super::schema::{DRAFTS, DRAFTS_BY_STAGE, DRAFTS_DUE};
use super::table::Span;
use super::tx::{Rows, Write};
use crate::base::time::Timestamp;
use crate::error::{Error, Result};
use crate::model::draft::{Draft, Stage};
use crate::model::ids::{AccountId, DraftId};

pub fn get(rows: &impl Rows, id: DraftId) -> Result<Option<Draft>> {
    rows.get(&DRAFTS, &id)
}

pub fn need(rows: &impl Rows, id: DraftId) -> Result<Draft> {
    get(rows, id)?.ok_or(Error::NotFound)
}

/// Those of an account in one stage, oldest first.
pub fn of(rows: &impl Rows, account: AccountId, stage: Stage, limit: usize) -> Result<Vec<Draft>> {
    let keys = rows.keys(&DRAFTS_BY_STAGE, Span::under(&(account, stage)).limit(limit))?;
    keys.into_iter().map(|(_, _, id)| known(rows, id)).collect()
}

/// How many of an account are in one stage, without a look at them; counted up to `limit`.
pub fn count(rows: &impl Rows, account: AccountId, stage: Stage, limit: usize) -> Result<usize> {
    Ok(rows.keys(&DRAFTS_BY_STAGE, Span::under(&(account, stage)).limit(limit))?.len())
}

/// What goes out by itself, the next first.
pub fn planned(rows: &impl Rows, limit: usize) -> Result<Vec<(Timestamp, DraftId)>> {
    rows.keys(&DRAFTS_DUE, Span::all().limit(limit))
}

/// What was to go out by now, the oldest plan first.
pub fn due(rows: &impl Rows, now: Timestamp) -> Result<Vec<DraftId>> {
    let after = Timestamp(now.0.saturating_add(1));
    Ok(rows.keys(&DRAFTS_DUE, Span::all().before(&after))?.into_iter().map(|(_, id)| id).collect())
}

/// Every one, oldest first.
pub fn each(rows: &impl Rows, each: impl FnMut(DraftId, Draft) -> Result<bool>) -> Result<()> {
    rows.each(&DRAFTS, &Span::all(), each)
}

pub fn put(tx: &mut Write<'_>, draft: &Draft) -> Result<()> {
    unindex(tx, draft.id)?;
    tx.put(&DRAFTS_BY_STAGE, &(draft.account, draft.stage(), draft.id), &())?;
    if let Some(due) = draft.due() {
        tx.put(&DRAFTS_DUE, &(due, draft.id), &())?;
        tx.after.plans = true;
    }
    tx.put(&DRAFTS, &draft.id, draft)
}

pub fn remove(tx: &mut Write<'_>, id: DraftId) -> Result<()> {
    unindex(tx, id)?;
    tx.remove(&DRAFTS, &id)?;
    Ok(())
}

fn unindex(tx: &mut Write<'_>, id: DraftId) -> Result<()> {
    if let Some(old) = get(tx, id)? {
        tx.remove(&DRAFTS_BY_STAGE, &(old.account, old.stage(), old.id))?;
        if let Some(due) = old.due() {
            tx.remove(&DRAFTS_DUE, &(due, old.id))?;
        }
    }
    Ok(())
}

fn known(rows: &impl Rows, id: DraftId) -> Result<Draft> {
    get(rows, id)?.ok_or_else(|| Error::bug("an index names a draft that is not there"))
}
