//! Copies of strangers' pictures: whether there are to be any, what came of a fetch, and the end of old ones.

use crate::error::Result;
use crate::limits::copies::{AGAIN, KEPT, TRIES};
use crate::model::copied::{Copied, Copy, CopyKey, State};
use crate::model::ids::NoteId;
use crate::store::schema::COPIES;
use crate::store::{Rows, Span, Write, copies, meta, notes};

/// Whether the institution wants copies, as the settings say at the start. From then on they follow what is shown; what
/// was shown lately gets them too. Where none are wanted, none are left.
pub fn switch(tx: &mut Write<'_>, wanted: bool) -> Result<()> {
    if meta::copies(tx)? == wanted {
        return Ok(());
    }
    meta::put_copies(tx, wanted)?;
    if !wanted {
        for key in tx.keys(&COPIES, Span::all())? {
            copies::forget(tx, key)?;
        }
        return Ok(());
    }
    let now = tx.now();
    let mut before: Option<NoteId> = None;
    loop {
        let batch = notes::latest(tx, before, crate::limits::keep::STEP)?;
        for note in &batch {
            if now.since(note.received) <= KEPT {
                copies::want_shown(tx, note)?;
            }
        }
        match batch.last() {
            Some(last) if now.since(last.received) <= KEPT => before = Some(last.id),
            Some(_) | None => return Ok(()),
        }
    }
}

/// A picture was fetched and made small. When nobody wants it any more, its file goes.
pub fn came(tx: &mut Write<'_>, key: CopyKey, from: &str, copied: &Copied) -> Result<()> {
    if let Some((copy, _)) = waiting(tx, key, from)? {
        return copies::put(tx, key, &Copy { state: State::Here(copied.clone()), ..copy });
    }
    tx.after.files.push(copied.file.clone());
    Ok(())
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
