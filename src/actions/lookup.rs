//! Strangers whom one of us looked up: kept, because something of ours is about to name them.

use crate::activitypub::read::note::NoteIn;
use crate::error::{Error, Result};
use crate::model::actor::{Actor, Profile};
use crate::model::ids::{AccountId, NoteId};
use crate::model::note::{Note, Shown};
use crate::store::{Write, notes};

pub fn keep_actor(tx: &mut Write<'_>, profile: &Profile) -> Result<Actor> {
    super::replies::learn(tx, profile)
}

/// Keeps a note that an account of ours is about to answer. It is not under a post of ours, so no page shows it, and
/// since nobody wrote it to us it waits in no inbox.
pub fn keep_note(tx: &mut Write<'_>, account: AccountId, note: &NoteIn, author: &Profile) -> Result<NoteId> {
    if note.author != author.uri {
        return Err(Error::bug("a note was looked up with somebody else as its author"));
    }
    if let Some(known) = notes::by_uri(tx, &note.content.uri)? {
        return if known.is_open_to(account) { Ok(known.id) } else { Err(Error::NotFound) };
    }
    let author = super::replies::learn(tx, author)?;
    let row = Note {
        id: NoteId(tx.id()),
        author: author.id,
        content: note.content.clone(),
        thread: None,
        concerns: vec![account],
        received: tx.now(),
        shown: Shown::Hidden,
    };
    notes::put(tx, &row)?;
    super::cases::close(tx, account, &row)?;
    Ok(row.id)
}
