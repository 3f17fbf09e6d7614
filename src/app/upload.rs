//! A picture comes in: decoded under limits, stripped, copied small, stored, and known by a row.

use std::sync::Arc;

use super::App;
use crate::actions;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::media::picture;
use crate::model::ids::{AccountId, MediaId};
use crate::model::media::{Media, Small};
use crate::model::user::By;

/// Takes a picture in for an account. `alt` may still be empty; it is required when it is published.
pub async fn take(app: &Arc<App>, by: By, bytes: Vec<u8>, alt: String) -> Result<Media> {
    if alt.chars().count() > limits::post::ALT {
        crate::model::media::check_alt(&alt)?;
    }
    if bytes.is_empty() {
        return Err(Problem::new("E134", "The picture is empty.").field("media").into());
    }
    let room = Arc::clone(&app.decoding).acquire_owned();
    let permit = room.await.map_err(|_| Error::bug("the semaphore is closed"))?;
    let files = app.files.clone();
    let store = move || -> Result<Media> {
        // Kept until the work ends, also when its client hangs up.
        let _permit = permit;
        let picture = picture::process(&bytes)?;
        let file = files.put(&picture.original.bytes, picture.original.ext)?;
        let small = files.put(&picture.small.bytes, picture.small.ext).inspect_err(|_| {
            // Nobody would ask for it; should it stay, the sweep finds it (see `work::prune`).
            let _ = files.remove(&file);
        })?;
        Ok(media(&picture, file, small))
    };
    let mut media = tokio::task::spawn_blocking(store).await.map_err(|e| Error::broken("decode a picture", e))??;
    media.alt = alt;
    let row = media.clone();
    let id = app.store.write(move |tx| actions::media::add(tx, by, &row)).await?;
    Ok(Media { id, account: by.account(), ..media })
}

fn media(picture: &picture::Picture, file: String, small: String) -> Media {
    Media {
        id: MediaId(0),
        account: AccountId(0),
        created: crate::base::time::Timestamp(0),
        alt: String::new(),
        file,
        mime: picture.original.mime.to_owned(),
        width: picture.width,
        height: picture.height,
        bytes: picture.original.bytes.len() as u64,
        small: Small {
            file: small,
            mime: picture.small.mime.to_owned(),
            width: picture.small.width,
            height: picture.small.height,
        },
        blurhash: picture.blurhash.clone(),
        focus: None,
        used: false,
    }
}
