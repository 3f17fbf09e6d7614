//! Strangers' posts that concern us.

use std::collections::BTreeSet;

use super::counts::{Count, step};
use super::schema::{NOTE_AUTHORS, NOTE_BY_URI, NOTES, NOTES_BY_AUTHOR, NOTES_BY_THREAD, NOTES_WAITING};
use super::table::Span;
use super::tx::{Rows, Write};
use crate::error::{Error, Result};
use crate::model::ids::{ActorId, CaseId, NoteId, PostId};
use crate::model::note::{Note, Shown};

pub fn get(rows: &impl Rows, id: NoteId) -> Result<Option<Note>> {
    rows.get(&NOTES, &id)
}

pub fn by_uri(rows: &impl Rows, uri: &str) -> Result<Option<Note>> {
    match rows.get(&NOTE_BY_URI, &uri.to_owned())? {
        Some(id) => get(rows, id),
        None => Ok(None),
    }
}

pub fn put(tx: &mut Write<'_>, note: &Note) -> Result<()> {
    let old = get(tx, note.id)?;
    match &old {
        Some(old) => count(tx, old, false)?,
        None => super::cases::begin(tx, note)?,
    }
    super::copies::follow(tx, old.as_ref(), Some(note))?;
    count(tx, note, true)?;
    tx.put(&NOTE_BY_URI, &note.content.uri, &note.id)?;
    tx.put(&NOTES_BY_AUTHOR, &(note.author, note.id), &())?;
    if let Some(thread) = note.thread {
        tx.put(&NOTES_BY_THREAD, &(thread, note.id), &())?;
    }
    match note.shown {
        Shown::Waiting => tx.put(&NOTES_WAITING, &note.id, &())?,
        Shown::Released | Shown::Hidden => {
            tx.remove(&NOTES_WAITING, &note.id)?;
        }
    }
    tx.put(&NOTES, &note.id, note)
}

pub fn remove(tx: &mut Write<'_>, note: &Note) -> Result<()> {
    count(tx, note, false)?;
    super::copies::follow(tx, Some(note), None)?;
    tx.remove(&NOTE_BY_URI, &note.content.uri)?;
    tx.remove(&NOTES_BY_AUTHOR, &(note.author, note.id))?;
    if let Some(thread) = note.thread {
        tx.remove(&NOTES_BY_THREAD, &(thread, note.id))?;
    }
    tx.remove(&NOTES_WAITING, &note.id)?;
    super::cases::erase(tx, CaseId(note.id.0), &note.concerns)?;
    tx.remove(&NOTES, &note.id)?;
    Ok(())
}

/// Only what everybody may read is counted: a private answer stays between its writer and us.
fn count(tx: &mut Write<'_>, note: &Note, up: bool) -> Result<()> {
    let Some(thread) = note.thread.filter(|_| note.content.public) else { return Ok(()) };
    step(tx, Count::Replies(thread), up)?;
    if note.shown == Shown::Released { step(tx, Count::RepliesShown(thread), up) } else { Ok(()) }
}

/// Notes under a post of ours, oldest first.
pub fn of_thread(rows: &impl Rows, thread: PostId, limit: usize) -> Result<Vec<Note>> {
    let keys = rows.keys(&NOTES_BY_THREAD, Span::under(&thread).limit(limit))?;
    load(rows, keys.into_iter().map(|(_, id)| id))
}

/// Their ids, newest first.
pub fn ids_of_thread(rows: &impl Rows, thread: PostId, before: Option<NoteId>, limit: usize) -> Result<Vec<NoteId>> {
    let span = Span::under(&thread).newest_first().limit(limit);
    let span = before.map_or_else(|| span.clone(), |id| span.clone().before(&(thread, id)));
    Ok(rows.keys(&NOTES_BY_THREAD, span)?.into_iter().map(|(_, id)| id).collect())
}

/// The latest of an author, newest first.
pub fn latest_of_author(rows: &impl Rows, author: ActorId, limit: usize) -> Result<Vec<Note>> {
    let keys = rows.keys(&NOTES_BY_AUTHOR, Span::under(&author).newest_first().limit(limit))?;
    load(rows, keys.into_iter().map(|(_, id)| id))
}

/// Who wrote in a thread, each once. Of a wave of answers nothing else is read.
pub fn authors(rows: &impl Rows, thread: PostId) -> Result<BTreeSet<ActorId>> {
    let mut authors = BTreeSet::new();
    for (_, id) in rows.keys(&NOTES_BY_THREAD, Span::under(&thread))? {
        authors.extend(rows.get(&NOTE_AUTHORS, &id)?.map(|note| note.author));
    }
    Ok(authors)
}

pub fn of_author(rows: &impl Rows, author: ActorId) -> Result<Vec<Note>> {
    let keys = rows.keys(&NOTES_BY_AUTHOR, Span::under(&author))?;
    load(rows, keys.into_iter().map(|(_, id)| id))
}

/// What waits for a decision, newest first.
pub fn waiting(rows: &impl Rows, before: Option<NoteId>, limit: usize) -> Result<Vec<Note>> {
    let span = before.map_or(Span::all(), |id| Span::all().before(&id)).newest_first().limit(limit);
    let keys = rows.keys(&NOTES_WAITING, span)?;
    load(rows, keys)
}

/// All notes, newest first.
pub fn latest(rows: &impl Rows, before: Option<NoteId>, limit: usize) -> Result<Vec<Note>> {
    let span = before.map_or(Span::all(), |id| Span::all().before(&id)).newest_first().limit(limit);
    Ok(rows.rows(&NOTES, span)?.into_iter().map(|(_, note)| note).collect())
}

fn load(rows: &impl Rows, ids: impl IntoIterator<Item = NoteId>) -> Result<Vec<Note>> {
    ids.into_iter()
        .map(|id| get(rows, id)?.ok_or_else(|| Error::bug("an index names a note that is not there")))
        .collect()
}

pub(super) fn replay(tx: &mut Write<'_>, from: &impl Rows) -> Result<()> {
    from.each(&NOTES, &Span::all(), |_, note| {
        put(tx, &note)?;
        Ok(true)
    })
}
