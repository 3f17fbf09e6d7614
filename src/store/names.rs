//! Which records name which file: the way from an address back to whoever may see it. A file is there for as long as one
//! of them names it, and with the last it goes, here and in the object storage. Several may name one file, since files are
//! called by what is in them.

use std::collections::{BTreeMap, BTreeSet};

use super::meta;
use super::schema::{ERRANDS, NAMES, STORED};
use super::table::Span;
use super::tx::{Rows, Write};
use crate::error::Result;
use crate::model::stored::{Errand, Holder, Place};

/// What the records that name a file make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Held {
    /// One of them names it.
    is: bool,
    /// One of them is published.
    public: bool,
    /// One of them has it carried to the object storage.
    carried: bool,
}

/// The records that name a file, and whether it is published with them.
pub fn holders(rows: &impl Rows, name: &str) -> Result<Vec<(Holder, bool)>> {
    let keys = rows.rows(&NAMES, Span::under(&name.to_owned()))?;
    Ok(keys.into_iter().map(|((_, holder), public)| (holder, public)).collect())
}

/// Every file that a record names.
pub fn all(rows: &impl Rows) -> Result<BTreeSet<String>> {
    Ok(rows.keys(&NAMES, Span::all())?.into_iter().map(|(name, _)| name).collect())
}

/// Those that belong where new files go.
pub fn carried(rows: &impl Rows) -> Result<BTreeSet<String>> {
    let keys = rows.keys(&NAMES, Span::all())?.into_iter();
    Ok(keys.filter(|(_, holder)| holder.is_carried()).map(|(name, _)| name).collect())
}

fn held(rows: &impl Rows, name: &str) -> Result<Held> {
    let with = |held: Held, (holder, public): (Holder, bool)| Held {
        is: true,
        public: held.public || public,
        carried: held.carried || holder.is_carried(),
    };
    Ok(holders(rows, name)?.into_iter().fold(Held::default(), with))
}

/// A record names these files from now on, and no others; with each stands whether it is published. What becomes of those that it named is settled when its verb
/// has ended: another record may take them over until then.
pub(super) fn follow<'a>(
    tx: &mut Write<'_>,
    holder: Holder,
    was: impl Iterator<Item = &'a str>,
    now: impl Iterator<Item = (&'a str, bool)>,
) -> Result<()> {
    let mut files: BTreeMap<&str, bool> = BTreeMap::new();
    for (name, public) in now {
        *files.entry(name).or_default() |= public;
    }
    for name in was.filter(|name| !files.contains_key(name)) {
        touch(tx, name)?;
        tx.remove(&NAMES, &(name.to_owned(), holder))?;
    }
    for (name, public) in files {
        let key = (name.to_owned(), holder);
        if tx.get(&NAMES, &key)? != Some(public) {
            touch(tx, name)?;
            tx.put(&NAMES, &key, &public)?;
        }
    }
    Ok(())
}

/// A file was kept for a record that is not written after all.
pub fn unwanted(tx: &mut Write<'_>, name: &str) -> Result<()> {
    touch(tx, name)
}

/// Remembers how it was before the verb began.
fn touch(tx: &mut Write<'_>, name: &str) -> Result<()> {
    if !tx.named.contains_key(name) {
        let before = held(tx, name)?;
        tx.named.insert(name.to_owned(), before);
    }
    Ok(())
}

/// At the end of a verb: whatever files it touched come, stay or go.
pub(super) fn settle(tx: &mut Write<'_>) -> Result<()> {
    for (name, before) in std::mem::take(&mut tx.named) {
        let after = held(tx, &name)?;
        if after.carried && !before.carried {
            came(tx, &name)?;
        }
        if !after.is {
            gone(tx, &name)?;
        } else if !before.is {
            tx.after.named.push(name);
        } else if before.public && !after.public {
            tx.after.covered.push(name);
        }
    }
    Ok(())
}

/// A file is on the disk, and belongs where new ones go.
fn came(tx: &mut Write<'_>, name: &String) -> Result<()> {
    if meta::media_place(tx)? == Place::S3 { out(tx, name) } else { Ok(()) }
}

/// Nothing names the file any more.
pub fn gone(tx: &mut Write<'_>, name: &String) -> Result<()> {
    tx.after.files.push(name.clone());
    let was = tx.remove(&STORED, name)?;
    if was || tx.has(&ERRANDS, name)? { send(tx, name, Errand::Remove) } else { Ok(()) }
}

/// It is to be in the object storage.
pub fn out(tx: &mut Write<'_>, name: &String) -> Result<()> {
    if !tx.has(&STORED, name)? {
        return send(tx, name, Errand::Out);
    }
    // The copy over there counts, whatever was brought once more.
    tx.after.files.push(name.clone());
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
