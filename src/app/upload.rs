//! A file comes in: written down as it arrives, looked at under limits, stripped, stored, and known by a row.

use std::io::{Read as _, Seek as _, Write as _};
use std::sync::Arc;

use super::App;
use crate::actions;
use crate::error::{Error, Problem, Result};
use crate::media::clip;
use crate::media::files::{Files, Unfinished, unwritten};
use crate::media::picture;
use crate::model::episode;
use crate::model::ids::{AccountId, MediaId};
use crate::model::media::{About, Clip, Media, Small};
use crate::model::power::Attach;
use crate::model::user::By;

/// Takes a file in for an account. A description may still be missing; it is required when it is published.
pub async fn take(app: &Arc<App>, by: By<Attach>, file: Unfinished, about: About) -> Result<Media> {
    let room = Arc::clone(&app.decoding).acquire_owned();
    let permit = room.await.map_err(|_| Error::bug("the semaphore is closed"))?;
    let files = app.files.clone();
    let store = move || -> Result<Media> {
        // Kept until the work ends, also when its client hangs up.
        let _permit = permit;
        keep(&files, file)
    };
    let media = tokio::task::spawn_blocking(store).await.map_err(|e| Error::broken("look at a file", e))??;
    let media = media.with(about);
    let row = media.clone();
    let id = app.store.write(move |tx| actions::media::add(tx, by, &row)).await?;
    Ok(Media { id, account: by.account(), ..media })
}

/// As `take`, of a picture that can be the cover of a podcast.
pub async fn take_cover(app: &Arc<App>, by: By<Attach>, mut file: Unfinished, about: About) -> Result<Media> {
    let mut bytes = Vec::new();
    file.file.rewind()?;
    (&mut file.file).take(crate::limits::podcast::COVER + 1).read_to_end(&mut bytes)?;
    picture::check_cover(&bytes)?;
    drop(bytes);
    take(app, by, file, about).await
}

/// As `take`, of bytes at hand.
pub async fn take_bytes(app: &Arc<App>, by: By<Attach>, bytes: &[u8], about: About) -> Result<Media> {
    let mut file = app.files.begin()?;
    file.file.write_all(bytes).map_err(unwritten)?;
    take(app, by, file, about).await
}

fn keep(files: &Files, mut file: Unfinished) -> Result<Media> {
    let failed = |e| Error::broken("reading a media file", e);
    let length = file.file.metadata().map_err(failed)?.len();
    if length == 0 {
        return Err(Problem::new("E134", "The file is empty.").field("media").into());
    }
    let mut head = Vec::new();
    file.file.rewind().map_err(failed)?;
    (&mut file.file).take(crate::limits::media::HEAD).read_to_end(&mut head).map_err(failed)?;
    if clip::is_clip(&head) {
        return keep_clip(files, &mut file, length);
    }
    picture::check_weight(length)?;
    file.file.rewind().map_err(failed)?;
    let mut bytes = Vec::new();
    file.file.read_to_end(&mut bytes).map_err(failed)?;
    drop(file);
    keep_picture(files, &picture::process(&bytes)?)
}

fn keep_clip(files: &Files, file: &mut Unfinished, length: u64) -> Result<Media> {
    clip::check_weight(length)?;
    let found = clip::read(&mut file.file)?;
    let mut clean = files.begin()?;
    found.write(&mut file.file, &mut clean.file)?;
    let (width, height) = found.frame.unwrap_or_default();
    Ok(Media {
        file: files.keep(clean, found.ext)?,
        mime: found.mime.to_owned(),
        width,
        height,
        bytes: found.bytes(),
        clip: Some(Clip {
            millis: found.millis,
            sound: found.sound,
            chapters: episode::found(clip::chapters(&mut file.file)?, found.millis),
        }),
        ..blank()
    })
}

fn keep_picture(files: &Files, picture: &picture::Picture) -> Result<Media> {
    let (original, small) = (&picture.original, &picture.small);
    let file = files.put(&original.bytes, original.ext)?;
    Ok(Media {
        file: file.clone(),
        mime: original.mime.to_owned(),
        width: picture.width,
        height: picture.height,
        bytes: original.bytes.len() as u64,
        small: Some(Small {
            file: files.put(&small.bytes, small.ext).inspect_err(|_| {
                // Nobody would ask for it; should it stay, the sweep finds it (see `work::prune`).
                let _ = files.remove(&file);
            })?,
            mime: small.mime.to_owned(),
            width: small.width,
            height: small.height,
        }),
        blurhash: picture.blurhash.clone(),
        ..blank()
    })
}

/// What the row, its account and its description add.
fn blank() -> Media {
    Media {
        id: MediaId(0),
        account: AccountId(0),
        created: crate::base::time::Timestamp(0),
        alt: String::new(),
        alts: Vec::new(),
        decorative: false,
        file: String::new(),
        mime: String::new(),
        width: 0,
        height: 0,
        bytes: 0,
        small: None,
        blurhash: String::new(),
        middle: None,
        clip: None,
        focus: None,
        used: false,
    }
}
