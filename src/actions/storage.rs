//! Media files between the disk and an object storage: each step is a row before anything is carried, and a row again
//! when it is done. Whichever copy counts is whole at any moment.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::model::audit::{Act, Deed};
use crate::model::stored::{Errand, Place, Stored};
use crate::model::user::Owner;
use crate::store::schema::{ERRANDS, STORED};
use crate::store::{Fate, Rows, Span, Write, errands, meta, names};

/// New files go to this place from now on, and the others follow.
pub fn move_to(tx: &mut Write<'_>, owner: Owner, place: Place) -> Result<()> {
    let before = meta::media_place(tx)?;
    super::audit::note(tx, owner.who(), &Deed::new(Act::MediaMove).change(before.name(), place.name()))?;
    meta::put_media_place(tx, place)?;
    match place {
        Place::Disk => names::all(tx)?.iter().try_for_each(|name| errands::back(tx, name)),
        Place::S3 => names::carried(tx)?.iter().try_for_each(|name| errands::out(tx, name)),
    }
}

/// Sees to it that every file that a record names is or gets where it belongs, and that nothing else stays there.
pub fn straighten(tx: &mut Write<'_>) -> Result<()> {
    let named = names::all(tx)?;
    if meta::media_place(tx)? == Place::S3 {
        for name in names::carried(tx)? {
            if !tx.has(&STORED, &name)? && !tx.has(&ERRANDS, &name)? {
                errands::out(tx, &name)?;
            }
        }
    }
    let errands: Vec<_> = tx.rows(&ERRANDS, Span::all())?;
    let going = errands.into_iter().filter(|(_, errand)| *errand != Errand::Remove).map(|(name, _)| name);
    let stored: Vec<String> = tx.rows(&STORED, Span::all())?.into_iter().map(|(name, _)| name).collect();
    for name in &stored {
        // The copy over there counts. Its file stays here when the process is killed between the row and the file.
        if !tx.has(&ERRANDS, name)? {
            tx.after.file(name, Fate::Gone);
        }
    }
    let lost: BTreeSet<String> = going.chain(stored).filter(|name| !named.contains(name)).collect();
    lost.iter().try_for_each(|name| errands::gone(tx, name))
}

/// What came of an errand. Without effect when it is another one by now: then what was brought back may be of no use.
pub fn done(tx: &mut Write<'_>, name: &String, errand: Errand, stored: Option<&Stored>) -> Result<()> {
    if tx.get(&ERRANDS, name)? != Some(errand) {
        let counts_there = tx.has(&STORED, name)? || names::holders(tx, name)?.is_empty();
        if errand == Errand::Back && counts_there {
            tx.after.file(name, Fate::Gone);
        }
        return Ok(());
    }
    match (errand, stored) {
        (Errand::Out, Some(stored)) => {
            tx.put(&STORED, name, stored)?;
            tx.after.file(name, Fate::Gone);
        }
        (Errand::Back, Some(_)) => {
            tx.remove(&STORED, name)?;
            tx.after.file(name, Fate::Named);
            return errands::send(tx, name, Errand::Remove);
        }
        // There was nothing to carry, or nothing is left of it.
        (Errand::Out | Errand::Back | Errand::Remove, _) => {}
    }
    tx.remove(&ERRANDS, name).map(drop)
}
