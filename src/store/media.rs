//! Uploaded files. Their rows are written only here, since beside them stands which files nobody outside has been shown.

use super::schema::{MEDIA, UNPUBLISHED};
use super::table::Span;
use super::tx::{Rows, Write};
use crate::error::Result;
use crate::model::ids::MediaId;
use crate::model::media::Media;

/// Of which upload a file is, by its name, if nobody outside is shown it.
pub fn unpublished(rows: &impl Rows, name: &str) -> Result<Option<MediaId>> {
    rows.get(&UNPUBLISHED, &name.to_owned())
}

pub fn put(tx: &mut Write<'_>, media: &Media) -> Result<()> {
    if let Some(old) = tx.get(&MEDIA, &media.id)? {
        forget_names(tx, &old)?;
    }
    for name in media.unpublished() {
        tx.put(&UNPUBLISHED, &name.to_owned(), &media.id)?;
    }
    tx.put(&MEDIA, &media.id, media)
}

/// Takes a row away, and answers what it was.
pub fn remove(tx: &mut Write<'_>, id: MediaId) -> Result<Option<Media>> {
    let Some(old) = tx.get(&MEDIA, &id)? else { return Ok(None) };
    forget_names(tx, &old)?;
    tx.remove(&MEDIA, &id)?;
    Ok(Some(old))
}

fn forget_names(tx: &mut Write<'_>, old: &Media) -> Result<()> {
    for name in old.unpublished() {
        tx.remove(&UNPUBLISHED, &name.to_owned())?;
    }
    Ok(())
}

pub(super) fn replay(tx: &mut Write<'_>, from: &impl Rows) -> Result<()> {
    from.each(&MEDIA, &Span::all(), |_, media| put(tx, &media).map(|()| true))
}
