//! Copies of strangers' pictures: whether there are to be any, what came of a fetch, and the end of old ones.

use crate::error::Result;
use crate::limits::copies::{AGAIN, KEPT, TRIES};
use crate::model::copied::{Copied, Copy, CopyKey, State};
use crate::model::ids::NoteId;
use crate::model::note::Note;
use crate::store::schema::COPIES;
use crate::store::{Rows, Span, Write, copies, meta, notes};

/// Whether the institution wants copies, as the settings say at the start; true when it did not before. From then on
/// they follow what is shown. Where none are wanted, none are left.
pub fn switch(tx: &mut Write<'_>, wanted: bool) -> Result<bool> {
    if meta::copies(tx)? == wanted {
        return Ok(false);
    }
    meta::put_copies(tx, wanted)?;
    if !wanted {
        for key in tx.keys(&COPIES, Span::all())? {
            copies::forget(tx, key)?;
        }
    }
    Ok(wanted)
}

/// What was shown lately gets copies too, newest first: one step of the way back, and where the next one begins.
pub fn catch_up(tx: &mut Write<'_>, before: Option<NoteId>) -> Result<Option<NoteId>> {
    let now = tx.now();
    let batch = notes::latest(tx, before, crate::limits::keep::STEP)?;
    let is_late = |note: &&Note| now.since(note.received) <= KEPT;
    for note in batch.iter().filter(is_late) {
        copies::want_shown(tx, note)?;
    }
    Ok(batch.last().filter(is_late).map(|last| last.id))
}

/// A picture was fetched and made small. When nobody wants it any more, its file goes with its hold.
pub fn came(tx: &mut Write<'_>, key: CopyKey, from: &str, copied: &Copied) -> Result<()> {
    let Some((copy, _)) = waiting(tx, key, from)? else { return Ok(()) };
    copies::put(tx, key, &Copy { state: State::Here(copied.clone()), ..copy })
}

/// It could not be had: for good, or it is tried again later.
pub fn failed(tx: &mut Write<'_>, key: CopyKey, from: &str, may_pass: bool) -> Result<()> {
    let Some((copy, tries)) = waiting(tx, key, from)? else { return Ok(()) };
    let tries = tries + 1;
    let state = if may_pass && tries < TRIES {
        State::Wanted { tries, due: tx.now().plus(AGAIN * 4_u32.pow(tries - 1)) }
    } else {
        State::Failed
    };
    copies::put(tx, key, &Copy { state, ..copy })
}

fn waiting(tx: &Write<'_>, key: CopyKey, from: &str) -> Result<Option<(Copy, u32)>> {
    Ok(copies::get(tx, key)?.filter(|copy| copy.from == from).and_then(|copy| match copy.state {
        State::Wanted { tries, .. } => Some((copy, tries)),
        State::Here(_) | State::Failed => None,
    }))
}
