//! Which records name which file: the way from an address back to whoever may see it. A file is there for as long as one
//! of them names it, and with the last it goes, here and in the object storage. Several may name one file, since files are
//! called by what is in them.

use std::collections::{BTreeMap, BTreeSet};

use super::errands;
use super::schema::{NAMES, STORED};
use super::table::Span;
use super::tx::{Fate, Rows, Write};
use crate::error::{Error, Problem, Result};
use crate::model::stored::Holder;

/// What the records that name a file make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Held {
    /// There is one at all.
    named: bool,
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
        named: true,
        public: held.public || public,
        carried: held.carried || holder.is_carried(),
    };
    Ok(holders(rows, name)?.into_iter().fold(Held::default(), with))
}

/// A record names these files from now on, and no others; with each stands whether it is published. What becomes of those
/// that it named is settled when its verb has ended: another record may take them over until then.
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

/// Remembers how it was before the verb began.
fn touch(tx: &mut Write<'_>, name: &str) -> Result<()> {
    if !tx.touched.contains_key(name) {
        let before = held(tx, name)?;
        tx.touched.insert(name.to_owned(), before);
    }
    Ok(())
}

/// At the end of a verb: whatever files it touched come, stay or go.
pub(super) fn settle(tx: &mut Write<'_>) -> Result<()> {
    for (name, before) in std::mem::take(&mut tx.touched) {
        let after = held(tx, &name)?;
        if after.carried && !before.carried {
            errands::came(tx, &name)?;
        }
        if !after.named {
            errands::gone(tx, &name)?;
            continue;
        }
        if !before.named && !(tx.there)(&name) {
            return Err(replaced());
        }
        if !tx.has(&STORED, &name)? {
            tx.after.file(&name, Fate::Named);
        }
        if before.public && !after.public {
            tx.after.file(&name, Fate::Covered);
        }
    }
    Ok(())
}

/// Whoever wrote this had looked at a state in which somebody else has changed something since.
fn replaced() -> Error {
    let what = "A file that belongs to it was replaced or thrown away meanwhile.";
    Problem::new("E213", what).field("media").remedy("Look at it as it is now, and choose the file again.").into()
}
