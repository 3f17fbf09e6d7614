//! Media files on their way out: from memory, or else opened by few at a time, so that a wave that asks for one of them
//! reads it once; where the disk has none, from the object storage.
//!
//! What is not published yet is for those who work on it: who is logged in at the desk and has a role for its account, and
//! programs by the pass that is in the address they were given (see [`super::passes`]). For all others the name, which
//! says nothing of the file, leads nowhere, also for whoever heard it too early; and no cache between keeps the file, nor
//! that it is missing. When it is published it keeps its name. What no record names is not there for anybody.

use std::collections::BTreeSet;

use super::App;
use super::storage::{self, Far};
use crate::error::{Error, Result};
use crate::media::content::Content;
use crate::media::files::Files;
use crate::store::schema::STORED;
use crate::store::{self, After, Fate, Rows as _, Span};

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
    /// As of so many changes (see [`Files::changes`]): it is kept at hand for everybody if there was none since.
    ///
    /// [`Files::changes`]: crate::media::files::Files::changes
    Everybody(u64),
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

/// What a commit tells of files, on the writer's thread.
pub(super) fn hear(files: &Files, after: &After) {
    if after.unsure {
        files.cover_all();
    }
    // Of what one verb let go of and the next one names, or the other way round, the last word counts.
    let mut settled = BTreeSet::new();
    for (name, fate) in after.files.iter().rev() {
        match fate {
            Fate::Covered => files.cover(name),
            Fate::Gone | Fate::Named if !settled.insert(name) => {}
            // A file that cannot be removed now is found again by the sweep (see `work::prune`).
            Fate::Gone => files.remove(name).unwrap_or_default(),
            Fate::Named => files.claim(name),
        }
    }
}

/// The files that records name and that are nowhere. Looks for every one.
pub fn lost(app: &App) -> Result<Vec<String>> {
    let mut named = app.store.read(|rows| {
        let mut named = store::names::all(rows)?;
        for name in rows.keys(&STORED, Span::all())? {
            named.remove(&name);
        }
        Ok(named)
    })?;
    named.retain(|name| !app.files.path(name).is_some_and(|path| path.exists()));
    // One may have gone with its record, or to the object storage, since.
    let is_lost = |name: &String| {
        let there =
            app.store.read(|rows| Ok(rows.has(&STORED, name)? || store::names::holders(rows, name)?.is_empty()));
        there.map(|there| !there)
    };
    named.into_iter().filter_map(|name| is_lost(&name).map(|lost| lost.then_some(name)).transpose()).collect()
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
    let keep = match shown {
        Shown::Everybody(since) => Some(since),
        Shown::Insiders => None,
    };
    let (files, name) = (app.files.clone(), name.to_owned());
    let opened = tokio::task::spawn_blocking(move || files.content(&name, keep)).await;
    opened.map_err(|e| Error::broken("open a media file", e))?
}
