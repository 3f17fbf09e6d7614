//! What belongs to a recording comes in: captions, which are read and written anew, and the picture that stands for it.

use std::io::{Read as _, Seek as _};
use std::sync::Arc;

use super::App;
use super::upload::{check_room, keep_copy};
use crate::base::lang::Lang;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::media::files::Unfinished;
use crate::media::{captions as text, picture};
use crate::model::media::{Media, Poster};
use crate::model::spoken::Captions;

/// Keeps captions of a recording. No row names them yet: whoever asked puts them into one, or the sweep finds them.
pub async fn captions(app: &Arc<App>, media: &Media, lang: Lang, file: Unfinished) -> Result<Captions> {
    let Some(clip) = &media.clip else {
        return Err(Problem::new("E207", "Captions are for video and sound.").field("captions").into());
    };
    check_room(app, media.account, file.length()?)?;
    let (files, millis) = (app.files.clone(), clip.millis);
    let keep = move || {
        let read = text::read(&content(file, limits::captions::BYTES)?, millis)?;
        let vtt = read.vtt();
        let mut hold = files.hold();
        let file = hold.put(vtt.as_bytes(), "vtt")?;
        hold.lend();
        Ok(Captions { lang, file, bytes: vtt.len() as u64, said: read.transcript() })
    };
    tokio::task::spawn_blocking(keep).await.map_err(|e| Error::broken("look at captions", e))?
}

/// Keeps the picture that stands for a recording; no row names it yet.
pub async fn poster(app: &Arc<App>, media: &Media, file: Unfinished) -> Result<Poster> {
    check_room(app, media.account, file.length()?)?;
    let permit = app.decoding_room().await?;
    let files = app.files.clone();
    let keep = move || {
        let _permit = permit;
        let picture = picture::process(&content(file, limits::media::PICTURE)?)?;
        let mut hold = files.hold();
        let small = keep_copy(&mut hold, &picture.small)?;
        hold.lend();
        Ok(Poster { small, blurhash: picture.blurhash })
    };
    tokio::task::spawn_blocking(keep).await.map_err(|e| Error::broken("look at a poster", e))?
}

/// The bytes of a file, or one more than are taken.
fn content(mut file: Unfinished, most: usize) -> Result<Vec<u8>> {
    let failed = |e| Error::broken("reading a media file", e);
    file.file.rewind().map_err(failed)?;
    let mut bytes = Vec::new();
    (&mut file.file).take(most as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}
