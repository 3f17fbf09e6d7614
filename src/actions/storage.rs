//! Media files between the disk and an object storage: each step is a row before anything is carried, and a row again
//! when it is done. Whichever copy counts is whole at any moment.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::model::audit::{Act, Deed};
use crate::model::stored::{Errand, Place, Stored};
use crate::model::user::Owner;
use crate::store::schema::{ERRANDS, MEDIA, STORED};
use crate::store::{Rows, Span, Write, meta};

/// New files go to this place from now on, and the others follow.
pub fn move_to(tx: &mut Write<'_>, owner: Owner, place: Place) -> Result<()> {
    let before = meta::media_place(tx)?;
    super::audit::note(tx, owner.who(), &Deed::new(Act::MediaMove).change(before.name(), place.name()))?;
    meta::put_media_place(tx, place)?;
    for name in named(tx)? {
        match place {
            Place::Disk => back(tx, &name)?,
            Place::S3 => out(tx, &name)?,
        }
    }
    Ok(())
}

/// Sees to it that every file that a record names is or gets where it belongs, and that nothing else stays there.
pub fn straighten(tx: &mut Write<'_>) -> Result<()> {
    let named = named(tx)?;
    if meta::media_place(tx)? == Place::S3 {
        for name in &named {
            if !tx.has(&STORED, name)? && !tx.has(&ERRANDS, name)? {
                out(tx, name)?;
            }
        }
    }
    let errands: Vec<_> = tx.rows(&ERRANDS, Span::all())?;
    let going = errands.into_iter().filter(|(_, errand)| *errand != Errand::Remove).map(|(name, _)| name);
    let stored: Vec<String> = tx.rows(&STORED, Span::all())?.into_iter().map(|(name, _)| name).collect();
    for name in &stored {
        // The copy over there counts. Its file stays here when the process is killed between the row and the file.
        if !tx.has(&ERRANDS, name)? {
            tx.after.files.push(name.clone());
        }
    }
    let lost: BTreeSet<String> = going.chain(stored).filter(|name| !named.contains(name)).collect();
    for name in &lost {
        forget(tx, name)?;
    }
    Ok(())
}

/// The files that records name. What a change of a post adds to a file that is published, the change alone names.
pub fn named(rows: &impl Rows) -> Result<BTreeSet<String>> {
    let media = rows.rows(&MEDIA, Span::all())?;
    let mut named: BTreeSet<String> =
        media.iter().flat_map(|(_, media)| media.files().map(str::to_owned).collect::<Vec<_>>()).collect();
    named.append(&mut super::drafts::changing::named(rows)?);
    Ok(named)
}

/// A new file was written to the disk.
pub(super) fn came(tx: &mut Write<'_>, name: &String) -> Result<()> {
    if meta::media_place(tx)? == Place::S3 { out(tx, name) } else { Ok(()) }
}

/// Nothing names the file any more.
pub(super) fn forget(tx: &mut Write<'_>, name: &str) -> Result<()> {
    let name = name.to_owned();
    let was = tx.remove(&STORED, &name)?;
    if was || tx.has(&ERRANDS, &name)? { send(tx, &name, Errand::Remove) } else { Ok(()) }
}

fn out(tx: &mut Write<'_>, name: &String) -> Result<()> {
    if !tx.has(&STORED, name)? {
        return send(tx, name, Errand::Out);
    }
    tx.remove(&ERRANDS, name).map(drop)
}

fn back(tx: &mut Write<'_>, name: &String) -> Result<()> {
    if tx.has(&STORED, name)? {
        return send(tx, name, Errand::Back);
    }
    // Part of it may be there.
    if tx.has(&ERRANDS, name)? { send(tx, name, Errand::Remove) } else { Ok(()) }
}

fn send(tx: &mut Write<'_>, name: &String, errand: Errand) -> Result<()> {
    tx.after.errands = true;
    tx.put(&ERRANDS, name, &errand)
}

/// What came of an errand. False, and without effect, when it is another one by now.
pub fn done(tx: &mut Write<'_>, name: &String, errand: Errand, stored: Option<&Stored>) -> Result<bool> {
    if tx.get(&ERRANDS, name)? != Some(errand) {
        return Ok(false);
    }
    match (errand, stored) {
        (Errand::Out, Some(stored)) => tx.put(&STORED, name, stored)?,
        (Errand::Back, Some(_)) => {
            tx.remove(&STORED, name)?;
            return send(tx, name, Errand::Remove).map(|()| true);
        }
        // There was nothing to carry, or nothing is left of it.
        (Errand::Out | Errand::Back | Errand::Remove, _) => {}
    }
    tx.remove(&ERRANDS, name)?;
    Ok(true)
}
