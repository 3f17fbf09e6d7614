//! What strangers said, as the desk goes through it: by account and how far it is, and by who takes care of it.

use super::notes;
use super::schema::{CANNED, CASES, CASES_BY_OWNER, CASES_BY_STAND};
use super::table::Span;
use super::tx::{Rows, Write};
use crate::error::{Error, Result};
use crate::model::case::{About, Canned, Case, Stand};
use crate::model::ids::{AccountId, CannedId, CaseId, NoteId, UserId};
use crate::model::note::Note;

/// A case that somebody has touched.
pub fn get(rows: &impl Rows, id: CaseId) -> Result<Option<Case>> {
    rows.get(&CASES, &id)
}

/// A case, touched or not.
pub fn need(rows: &impl Rows, id: CaseId) -> Result<Case> {
    match get(rows, id)? {
        Some(case) => Ok(case),
        None => of_note(rows, &notes::get(rows, NoteId(id.0))?.ok_or(Error::NotFound)?),
    }
}

/// The case of a note, touched or not.
pub fn of_note(rows: &impl Rows, note: &Note) -> Result<Case> {
    let untouched = || Case::new(About::Note(note.id), note.concerns.clone());
    Ok(get(rows, CaseId(note.id.0))?.unwrap_or_else(untouched))
}

pub fn put(tx: &mut Write<'_>, case: &Case) -> Result<()> {
    unindex(tx, case.id(), &case.accounts)?;
    index(tx, case)?;
    tx.put(&CASES, &case.id(), case)
}

/// A note has come: it is open, without a row of its own.
pub(super) fn begin(tx: &mut Write<'_>, note: &Note) -> Result<()> {
    let id = CaseId(note.id.0);
    if let Some(case) = get(tx, id)? {
        return index(tx, &case);
    }
    note.concerns.iter().try_for_each(|account| tx.put(&CASES_BY_STAND, &(*account, Stand::Open, id), &()))
}

/// Forgets a case with everything that was noted.
pub fn erase(tx: &mut Write<'_>, id: CaseId, accounts: &[AccountId]) -> Result<()> {
    unindex(tx, id, accounts)?;
    tx.remove(&CASES, &id)?;
    Ok(())
}

fn index(tx: &mut Write<'_>, case: &Case) -> Result<()> {
    let id = case.id();
    for account in &case.accounts {
        tx.put(&CASES_BY_STAND, &(*account, case.stand_of(*account), id), &())?;
    }
    match case.owner.filter(|_| case.stand_for(&case.accounts) != Stand::Done) {
        Some(owner) => tx.put(&CASES_BY_OWNER, &(owner, id), &()),
        None => Ok(()),
    }
}

fn unindex(tx: &mut Write<'_>, id: CaseId, accounts: &[AccountId]) -> Result<()> {
    let old = get(tx, id)?;
    for account in accounts {
        let stand = old.as_ref().map_or(Stand::Open, |old| old.stand_of(*account));
        tx.remove(&CASES_BY_STAND, &(*account, stand, id))?;
    }
    if let Some(owner) = old.and_then(|old| old.owner) {
        tx.remove(&CASES_BY_OWNER, &(owner, id))?;
    }
    Ok(())
}

/// Cases of an account that are so far, newest first.
pub fn of_account(
    rows: &impl Rows,
    account: AccountId,
    stand: Stand,
    before: Option<CaseId>,
    limit: usize,
) -> Result<Vec<CaseId>> {
    let span = Span::under(&(account, stand)).newest_first().limit(limit);
    let span = before.map_or_else(|| span.clone(), |id| span.clone().before(&(account, stand, id)));
    Ok(rows.keys(&CASES_BY_STAND, span)?.into_iter().map(|(_, _, id)| id).collect())
}

/// What somebody takes care of and has not done, newest first.
pub fn of_owner(rows: &impl Rows, owner: UserId, before: Option<CaseId>, limit: usize) -> Result<Vec<CaseId>> {
    let span = Span::under(&owner).newest_first().limit(limit);
    let span = before.map_or_else(|| span.clone(), |id| span.clone().before(&(owner, id)));
    Ok(rows.keys(&CASES_BY_OWNER, span)?.into_iter().map(|(_, id)| id).collect())
}

/// Canned answers of an account, in the order in which they were made.
pub fn canned(rows: &impl Rows, account: AccountId) -> Result<Vec<(CannedId, Canned)>> {
    let found = rows.rows(&CANNED, Span::under(&account))?;
    Ok(found.into_iter().map(|((_, id), canned)| (id, canned)).collect())
}

pub(super) fn replay(tx: &mut Write<'_>, from: &impl Rows) -> Result<()> {
    from.each(&CASES, &Span::all(), |_, case| put(tx, &case).map(|()| true))
}
