//! Copies of strangers' pictures follow what is shown of strangers: wanted when a note is released, gone when it is
//! hidden, changed or deleted. Only where the institution wants copies at all (see `meta::copies`).

use super::meta;
use super::names;
use super::notes;
use super::schema::COPY_ROWS;
use super::table::Span;
use super::tx::{Rows, Write};
use crate::base::time::Timestamp;
use crate::error::Result;
use crate::limits::copies::{COUNT, FACE_KEPT, FILES};
use crate::model::copied::{self, Copied, Copy, CopyKey, State};
use crate::model::ids::ActorId;
use crate::model::note::{Note, Shown};
use crate::model::stored::Holder;

pub fn get(rows: &impl Rows, key: CopyKey) -> Result<Option<Copy>> {
    rows.get(&COPY_ROWS, &key)
}

/// The pictures that stand by a note: its author's face, and those of its files that were copied.
pub fn of_note(rows: &impl Rows, note: &Note) -> Result<Vec<(CopyKey, Copied)>> {
    let face = copied::face(note.author);
    let mut all: Vec<(CopyKey, Copy)> = get(rows, face)?.into_iter().map(|copy| (face, copy)).collect();
    all.extend(rows.rows(&COPY_ROWS, Span::under(&note.id.0))?);
    Ok(all.into_iter().filter_map(|(key, copy)| Some((key, copy.here()?.clone()))).collect())
}

/// What is to be fetched by now, the first that there is.
pub fn due(rows: &impl Rows, now: Timestamp) -> Result<Option<(CopyKey, Copy)>> {
    let mut found = None;
    rows.each(&COPY_ROWS, &Span::all(), |key, copy: Copy| {
        if matches!(copy.state, State::Wanted { due, .. } if due <= now) {
            found = Some((key, copy));
        }
        Ok(found.is_none())
    })?;
    Ok(found)
}

pub fn put(tx: &mut Write<'_>, key: CopyKey, copy: &Copy) -> Result<()> {
    let old = get(tx, key)?;
    names::follow(tx, Holder::Copy(key), old.iter().filter_map(file), file(copy).map(|name| (name, true)).into_iter())?;
    tx.put(&COPY_ROWS, &key, copy)
}

fn file(copy: &Copy) -> Option<&str> {
    copy.here().map(|copied| copied.file.as_str())
}

pub(super) fn replay(tx: &mut Write<'_>, from: &impl Rows) -> Result<()> {
    from.each(&COPY_ROWS, &Span::all(), |key, copy| put(tx, key, &copy).map(|()| true))
}

pub fn forget(tx: &mut Write<'_>, key: CopyKey) -> Result<()> {
    let Some(copy) = get(tx, key)? else { return Ok(()) };
    names::follow(tx, Holder::Copy(key), file(&copy).into_iter(), std::iter::empty())?;
    tx.remove(&COPY_ROWS, &key).map(drop)
}

fn is_shown(note: &Note) -> bool {
    note.shown == Shown::Released && note.content.public && note.thread.is_some()
}

/// A note is about to be written as `new`, or to go. `NOTES` still holds what it was.
pub(super) fn follow(tx: &mut Write<'_>, old: Option<&Note>, new: Option<&Note>) -> Result<()> {
    let shown = new.filter(|note| is_shown(note));
    let Some(was) = old.filter(|note| is_shown(note)) else {
        return shown.map_or(Ok(()), |note| want(tx, note));
    };
    let kept: Vec<(u64, &String)> = shown.into_iter().flat_map(pictures).collect();
    for picture in pictures(was).filter(|picture| !kept.contains(picture)) {
        forget(tx, copied::file(was.id, picture.0))?;
    }
    match shown {
        Some(note) => want(tx, note),
        None => leave_face(tx, was),
    }
}

/// The files of a note that are pictures, with their place among all.
fn pictures(note: &Note) -> impl Iterator<Item = (u64, &String)> {
    let files = (1..).zip(&note.content.attachments).filter(|(_, file)| file.picture);
    files.map(|(n, file)| (n, &file.url)).take(FILES)
}

/// The same for a note that was shown before copies were wanted.
pub fn want_shown(tx: &mut Write<'_>, note: &Note) -> Result<()> {
    if is_shown(note) { want(tx, note) } else { Ok(()) }
}

/// Notes what is to be fetched for a note that is shown.
fn want(tx: &mut Write<'_>, note: &Note) -> Result<()> {
    if !meta::copies(tx)? {
        return Ok(());
    }
    let mut room = COUNT.saturating_sub(tx.keys(&COPY_ROWS, Span::all().limit(COUNT))?.len());
    let face = super::actors::get(tx, note.author)?.map(|actor| (copied::face(note.author), actor.profile.uri));
    let files = pictures(note).map(|(n, url)| (copied::file(note.id, n), url.clone()));
    for (key, from) in face.into_iter().chain(files).collect::<Vec<_>>() {
        match get(tx, key)? {
            Some(copy) if copy.from == from && !is_old(key, &copy, tx.now()) => continue,
            Some(_) => forget(tx, key)?,
            None if room == 0 => continue,
            None => room -= 1,
        }
        let copy = Copy::wanted(from, tx.now());
        put(tx, key, &copy)?;
        tx.after.copies = true;
    }
    Ok(())
}

/// A file of a note is what its address says; a face changes, so that whoever releases an answer gets the one of now.
fn is_old(key: CopyKey, copy: &Copy, now: Timestamp) -> bool {
    copied::is_face(key) && now.since(copy.since) > FACE_KEPT
}

/// Forgets the face of an author of whom nothing else is shown.
fn leave_face(tx: &mut Write<'_>, was: &Note) -> Result<()> {
    let face = copied::face(was.author);
    if get(tx, face)?.is_none() || shows_another(tx, was.author, was)? {
        return Ok(());
    }
    forget(tx, face)
}

fn shows_another(tx: &Write<'_>, author: ActorId, but: &Note) -> Result<bool> {
    Ok(notes::of_author(tx, author)?.iter().any(|note| note.id != but.id && is_shown(note)))
}
