//! What is not published yet, found by its account and stage, and by the moment at which it goes out.

use super::schema::{DRAFTS, DRAFTS_BY_STAGE, DRAFTS_DUE};
use super::table::Span;
use super::tx::{Rows, Write};
use super::{media, names};
use crate::base::time::Timestamp;
use crate::error::{Error, Result};
use crate::model::draft::{Draft, Stage, State};
use crate::model::ids::{AccountId, DraftId, UserId};
use crate::model::media::Weight;
use crate::model::stored::Holder;
use crate::model::user::Who;

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

/// The next moment after `now` at which something goes out by itself.
pub fn next(rows: &impl Rows, now: Timestamp) -> Result<Option<Timestamp>> {
    let later = Span::all().after(&(now, DraftId(u64::MAX))).limit(1);
    Ok(rows.keys(&DRAFTS_DUE, later)?.first().map(|(due, _)| *due))
}

/// What was to go out by now, the oldest plan first.
pub fn due(rows: &impl Rows, now: Timestamp) -> Result<Vec<DraftId>> {
    let after = Timestamp(now.0.saturating_add(1));
    Ok(rows.keys(&DRAFTS_DUE, Span::all().before(&after))?.into_iter().map(|(_, id)| id).collect())
}

/// The account of each that is not published and somebody's, without a look at them.
pub fn of_writer(rows: &impl Rows, user: UserId) -> Result<Vec<AccountId>> {
    let all = rows.rows(&DRAFTS_BY_STAGE, Span::all())?;
    let theirs = all.into_iter().filter(|((_, stage, _), whose)| stage.is_open() && whose.user() == Some(user));
    Ok(theirs.map(|((account, ..), _)| account).collect())
}

/// Those of an account that are not published: where each stands, and whose it is.
pub fn open(rows: &impl Rows, account: AccountId) -> Result<Vec<(Stage, DraftId, Who)>> {
    let mut found = Vec::new();
    for stage in Stage::ALL.into_iter().filter(|stage| stage.is_open()) {
        let of_stage = rows.rows(&DRAFTS_BY_STAGE, Span::under(&(account, stage)))?;
        found.extend(of_stage.into_iter().map(|((.., id), whose)| (stage, id, whose)));
    }
    Ok(found)
}

/// Looks at up to `limit` drafts behind `from` and forgets those that were published before a moment and owe nothing;
/// answers with where to go on.
pub fn forget(tx: &mut Write<'_>, from: Option<DraftId>, limit: usize, before: Timestamp) -> Result<Option<DraftId>> {
    let span = from.map_or_else(Span::all, |from| Span::all().after(&from)).limit(limit);
    let found: Vec<(DraftId, Draft)> = tx.rows(&DRAFTS, span)?;
    for (id, draft) in &found {
        if matches!(draft.state, State::Published { at, owes: false, .. } if at < before) {
            remove(tx, *id)?;
        }
    }
    Ok(found.last().map(|(id, _)| *id).filter(|_| found.len() == limit))
}

/// Every one, oldest first.
pub fn each(rows: &impl Rows, each: impl FnMut(DraftId, Draft) -> Result<bool>) -> Result<()> {
    rows.each(&DRAFTS, &Span::all(), each)
}

pub fn put(tx: &mut Write<'_>, draft: &Draft) -> Result<()> {
    let old = unindex(tx, draft.id)?;
    names::follow(
        tx,
        Holder::Change(draft.id),
        old.iter().flat_map(Draft::brings),
        draft.brings().map(|name| (name, false)),
    )?;
    index(tx, draft)?;
    tx.put(&DRAFTS, &draft.id, draft)
}

/// Puts a draft into the indexes by stage and moment, and what it brings to what its account weighs.
pub(super) fn index(tx: &mut Write<'_>, draft: &Draft) -> Result<()> {
    media::weigh(tx, draft.account, Weight::default(), Weight { media: 0, bytes: draft.weight() })?;
    tx.put(&DRAFTS_BY_STAGE, &(draft.account, draft.stage(), draft.id), &draft.writer)?;
    if let Some(due) = draft.due() {
        tx.put(&DRAFTS_DUE, &(due, draft.id), &())?;
        tx.after.plans = true;
    }
    Ok(())
}

pub fn remove(tx: &mut Write<'_>, id: DraftId) -> Result<()> {
    let old = unindex(tx, id)?;
    names::follow(tx, Holder::Change(id), old.iter().flat_map(Draft::brings), std::iter::empty())?;
    tx.remove(&DRAFTS, &id)?;
    Ok(())
}

/// Takes a draft out of all these, and answers what it was.
fn unindex(tx: &mut Write<'_>, id: DraftId) -> Result<Option<Draft>> {
    let Some(old) = get(tx, id)? else { return Ok(None) };
    media::weigh(tx, old.account, Weight { media: 0, bytes: old.weight() }, Weight::default())?;
    tx.remove(&DRAFTS_BY_STAGE, &(old.account, old.stage(), old.id))?;
    if let Some(due) = old.due() {
        tx.remove(&DRAFTS_DUE, &(due, old.id))?;
    }
    Ok(Some(old))
}

fn known(rows: &impl Rows, id: DraftId) -> Result<Draft> {
    get(rows, id)?.ok_or_else(|| Error::bug("an index names a draft that is not there"))
}
