//! Media files on their way out: from memory, or else opened by few at a time, so that a wave that asks for one of them
//! reads it once; where the disk has none, from the object storage.

use super::App;
use super::storage::{self, Far};
use crate::error::{Error, Result};
use crate::media::content::Content;

/// A file as readers get it.
pub enum Found {
    Here(Content),
    Far(Far),
}

impl Found {
    pub fn length(&self) -> u64 {
        match self {
            Self::Here(content) => content.length(),
            Self::Far(far) => far.length(),
        }
    }
}

/// The file of a name. Only what a row says is in the object storage is looked for there.
pub async fn find(app: &App, name: &str) -> Result<Found> {
    match here(app, name).await {
        Ok(content) => return Ok(Found::Here(content)),
        Err(Error::NotFound) => {}
        Err(e) => return Err(e),
    }
    match storage::find(app, name)? {
        Some(far) => Ok(Found::Far(far)),
        // It may have come back in this very moment.
        None => here(app, name).await.map(Found::Here),
    }
}

/// The file of a name from memory or the disk.
pub async fn here(app: &App, name: &str) -> Result<Content> {
    if let Some(content) = app.files.at_hand(name) {
        return Ok(content);
    }
    let _turn = app.opening.acquire().await.map_err(|_| Error::bug("the semaphore is closed"))?;
    if let Some(content) = app.files.at_hand(name) {
        return Ok(content);
    }
    let (files, name) = (app.files.clone(), name.to_owned());
    let opened = tokio::task::spawn_blocking(move || files.content(&name)).await;
    opened.map_err(|e| Error::broken("open a media file", e))?
}
