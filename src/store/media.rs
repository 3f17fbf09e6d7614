//! Uploaded files. Their rows are written only here, since beside them stands who names which file, and what the files of
//! an account weigh.

use super::names;
use super::schema::{MEDIA, WEIGHTS};
use super::table::Span;
use super::tx::{Rows, Write};
use crate::error::Result;
use crate::model::ids::{AccountId, MediaId};
use crate::model::media::{Media, Weight};
use crate::model::stored::Holder;

/// What the files of an account weigh.
pub fn weight(rows: &impl Rows, account: AccountId) -> Result<Weight> {
    Ok(rows.get(&WEIGHTS, &account)?.unwrap_or_default())
}

pub fn put(tx: &mut Write<'_>, media: &Media) -> Result<()> {
    let old = tx.get(&MEDIA, &media.id)?;
    names::follow(tx, Holder::Media(media.id), old.iter().flat_map(Media::files), media.shown())?;
    weigh(tx, old.as_ref(), Some(media))?;
    tx.put(&MEDIA, &media.id, media)
}

/// Takes a row away, and answers what it was.
pub fn remove(tx: &mut Write<'_>, id: MediaId) -> Result<Option<Media>> {
    let Some(old) = tx.get(&MEDIA, &id)? else { return Ok(None) };
    names::follow(tx, Holder::Media(id), old.files(), std::iter::empty())?;
    weigh(tx, Some(&old), None)?;
    tx.remove(&MEDIA, &id)?;
    Ok(Some(old))
}

/// A row never changes its account.
fn weigh(tx: &mut Write<'_>, old: Option<&Media>, new: Option<&Media>) -> Result<()> {
    let Some(account) = new.or(old).map(|media| media.account) else { return Ok(()) };
    let before = weight(tx, account)?;
    let sum = |media: Option<&Media>| media.map(|media| (1, media.weight())).unwrap_or_default();
    let ((fewer, lighter), (more, heavier)) = (sum(old), sum(new));
    let now = Weight {
        media: (before.media + more).saturating_sub(fewer),
        bytes: (before.bytes + heavier).saturating_sub(lighter),
    };
    if now == Weight::default() {
        return tx.remove(&WEIGHTS, &account).map(drop);
    }
    tx.put(&WEIGHTS, &account, &now)
}

pub(super) fn replay(tx: &mut Write<'_>, from: &impl Rows) -> Result<()> {
    from.each(&MEDIA, &Span::all(), |_, media| put(tx, &media).map(|()| true))
}
