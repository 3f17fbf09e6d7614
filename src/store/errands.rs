//! What is to be done with the copies of files in the object storage: a row before it is done (see `app::storage`).

use super::meta;
use super::schema::{ERRANDS, STORED};
use super::tx::{Fate, Rows, Write};
use crate::error::Result;
use crate::model::stored::{Errand, Place};

/// A file is on the disk, and belongs where new ones go.
pub(super) fn came(tx: &mut Write<'_>, name: &String) -> Result<()> {
    if meta::media_place(tx)? == Place::S3 { out(tx, name) } else { Ok(()) }
}

/// Nothing names the file any more.
pub fn gone(tx: &mut Write<'_>, name: &String) -> Result<()> {
    tx.after.file(name, Fate::Gone);
    let was = tx.remove(&STORED, name)?;
    if was || tx.has(&ERRANDS, name)? { send(tx, name, Errand::Remove) } else { Ok(()) }
}

/// It is to be in the object storage.
pub fn out(tx: &mut Write<'_>, name: &String) -> Result<()> {
    if !tx.has(&STORED, name)? {
        return send(tx, name, Errand::Out);
    }
    // The copy over there counts, whatever was brought once more.
    tx.after.file(name, Fate::Gone);
    tx.remove(&ERRANDS, name).map(drop)
}

/// It is to be on the disk.
pub fn back(tx: &mut Write<'_>, name: &String) -> Result<()> {
    if tx.has(&STORED, name)? {
        return send(tx, name, Errand::Back);
    }
    // Part of it may be there.
    if tx.has(&ERRANDS, name)? { send(tx, name, Errand::Remove) } else { Ok(()) }
}

/// Something is to be done with its copy in the object storage.
pub fn send(tx: &mut Write<'_>, name: &String, errand: Errand) -> Result<()> {
    tx.after.errands = true;
    tx.put(&ERRANDS, name, &errand)
}
