//! Uploaded files. Their rows are written only here, since beside them stands who names which file, and what the files of
//! an account weigh.

use super::names;
use super::schema::{MEDIA_ROWS, WEIGHTS};
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
    let old = tx.get(&MEDIA_ROWS, &media.id)?;
    names::follow(tx, Holder::Media(media.id), old.iter().flat_map(Media::files), media.shown())?;
    weigh(tx, media.account, of(old.as_ref()), of(Some(media)))?;
    tx.put(&MEDIA_ROWS, &media.id, media)
}

/// Takes a row away, and answers what it was.
pub fn remove(tx: &mut Write<'_>, id: MediaId) -> Result<Option<Media>> {
    let Some(old) = tx.get(&MEDIA_ROWS, &id)? else { return Ok(None) };
    names::follow(tx, Holder::Media(id), old.files(), std::iter::empty())?;
    weigh(tx, old.account, of(Some(&old)), Weight::default())?;
    tx.remove(&MEDIA_ROWS, &id)?;
    Ok(Some(old))
}

/// What a row weighs.
pub(super) fn of(media: Option<&Media>) -> Weight {
    media.map(|media| Weight { media: 1, bytes: media.weight() }).unwrap_or_default()
}

/// A row weighs something else from now on, and never changes its account.
pub(super) fn weigh(tx: &mut Write<'_>, account: AccountId, was: Weight, is: Weight) -> Result<()> {
    if was == is {
        return Ok(());
    }
    let before = weight(tx, account)?;
    let now = Weight {
        media: (before.media + is.media).saturating_sub(was.media),
        bytes: (before.bytes + is.bytes).saturating_sub(was.bytes),
    };
    if now == Weight::default() {
        return tx.remove(&WEIGHTS, &account).map(drop);
    }
    tx.put(&WEIGHTS, &account, &now)
}

pub(super) fn replay(tx: &mut Write<'_>, from: &impl Rows) -> Result<()> {
    from.each(&MEDIA_ROWS, &Span::all(), |_, media| put(tx, &media).map(|()| true))
}
