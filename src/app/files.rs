//! Media files on their way out: from memory, or else opened by few at a time, so that a wave that asks for one of them
//! reads it once; where the disk has none, from the object storage.
//!
//! What is not published yet is for those who work on it: who is logged in at the desk and has a role for its account, and
//! programs by the pass that is in the address they were given (see [`super::passes`]). For all others the name, which
//! says nothing of the file, leads nowhere, also for whoever heard it too early; and no cache between keeps the file, nor
//! that it is missing. When it is published it keeps its name. What no record names is not there for anybody.

use super::App;
use super::storage::{self, Far};
use crate::error::{Error, Result};
use crate::media::content::Content;
use crate::media::hold::Hold;
use crate::store;

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

/// Who has been shown a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Everybody,
    /// It is part of nothing that is published.
    Insiders,
}

/// The file of a name, for whoever was found to be one of those. Only what a row says is in the object storage is looked
/// for there.
pub async fn find(app: &App, name: &str, shown: Shown) -> Result<Found> {
    match here(app, name, shown).await {
        Ok(content) => Ok(Found::Here(content)),
        Err(Error::NotFound) => match storage::find(app, name, shown)? {
            Some(far) => Ok(Found::Far(far)),
            // It may have come back in this very moment.
            None => here(app, name, shown).await.map(Found::Here),
        },
        Err(e) => Err(e),
    }
}

/// Lets go of what was kept for a record that could not be written. What stays all the same, the sweep finds (see
/// `work::prune`).
pub async fn let_go(app: &App, hold: Hold) {
    let names = hold.names().to_vec();
    drop(hold);
    let gone = app.store.write(move |tx| names.iter().try_for_each(|name| store::names::unwanted(tx, name))).await;
    if let Err(e) = gone {
        tracing::warn!(what = %e.cause(), "files of an upload that failed stay until they are swept");
    }
}

/// The file of a name from memory or the disk.
pub async fn here(app: &App, name: &str, shown: Shown) -> Result<Content> {
    if let Some(content) = app.files.at_hand(name) {
        return Ok(content);
    }
    let _turn = app.opening.acquire().await.map_err(|_| Error::bug("the semaphore is closed"))?;
    if let Some(content) = app.files.at_hand(name) {
        return Ok(content);
    }
    let (files, name) = (app.files.clone(), name.to_owned());
    let opened = tokio::task::spawn_blocking(move || files.content(&name, shown == Shown::Everybody)).await;
    opened.map_err(|e| Error::broken("open a media file", e))?
}
