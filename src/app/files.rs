//! Media files on their way out: from memory, or else opened by few at a time, so that a wave that asks for one of them
//! reads it once.

use super::App;
use crate::error::{Error, Result};
use crate::media::content::Content;

/// The file of a name.
pub async fn open(app: &App, name: &str) -> Result<Content> {
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
