//! What strangers answered: shown or hidden on our pages.

use crate::error::{Error, Result};
use crate::model::ids::NoteId;
use crate::model::note::{Note, Shown};
use crate::model::power::Moderate;
use crate::model::user::By;
use crate::store::{Write, notes};

/// Decides about a note. A private one is never shown, whatever is asked.
pub fn show(tx: &mut Write<'_>, by: By<Moderate>, id: NoteId, shown: Shown) -> Result<Note> {
    let mut note = notes::get(tx, id)?.filter(|note| note.concerns.contains(&by.account())).ok_or(Error::NotFound)?;
    if shown == Shown::Released && !note.content.public {
        return Err(Error::Conflict("This answer is private: only its writer and you can read it."));
    }
    note.shown = shown;
    notes::put(tx, &note)?;
    Ok(note)
}
