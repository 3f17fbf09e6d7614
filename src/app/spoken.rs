//! What belongs to a recording comes in: captions, which are read and written anew, and the picture that stands for it.

use std::io::{Read as _, Seek as _};
use std::sync::Arc;

use super::App;
use super::upload::{check_room, keep_copy};
use crate::base::lang::Lang;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::media::files::Unfinished;
use crate::media::hold::Hold;
use crate::media::{captions as text, picture};
use crate::model::media::{Media, Poster};
use crate::model::spoken::Captions;

/// Keeps captions of a recording. No row names them yet: whoever asked puts them into one with a verb that owns `hold`.
pub async fn captions(
    app: &Arc<App>,
    media: &Media,
    lang: Lang,
    file: Unfinished,
    hold: &mut Hold,
) -> Result<Captions> {
    let Some(clip) = &media.clip else {
        let problem = Problem::new("E207", "Captions are for video and sound.").field("captions");
        return Err(problem.remedy("Choose the recording that they belong to.").into());
    };
    check_room(app, media.account, file.length()?)?;
    let (mut kept, millis) = (app.files.hold(), clip.millis);
    let keep = move || {
        let read = text::read(&content(file, limits::captions::BYTES)?, millis)?;
        let vtt = read.vtt();
        let file = kept.put(vtt.as_bytes(), "vtt")?;
        Ok((Captions { lang, file, bytes: vtt.len() as u64, said: read.transcript() }, kept))
    };
    let done: Result<_> = tokio::task::spawn_blocking(keep).await.map_err(|e| Error::broken("look at captions", e))?;
    let (captions, kept) = done?;
    hold.join(kept);
    Ok(captions)
}

/// The same with the picture that stands for a recording.
pub async fn poster(app: &Arc<App>, media: &Media, file: Unfinished, hold: &mut Hold) -> Result<Poster> {
    check_room(app, media.account, file.length()?)?;
    let permit = app.decoding_room().await?;
    let mut kept = app.files.hold();
    let keep = move || {
        let _permit = permit;
        let picture = picture::process(&content(file, limits::media::PICTURE)?)?;
        let small = keep_copy(&mut kept, &picture.small)?;
        Ok((Poster { small, blurhash: picture.blurhash }, kept))
    };
    let done: Result<_> = tokio::task::spawn_blocking(keep).await.map_err(|e| Error::broken("look at a poster", e))?;
    let (poster, kept) = done?;
    hold.join(kept);
    Ok(poster)
}

/// The bytes of a file, or one more than are taken.
fn content(mut file: Unfinished, most: usize) -> Result<Vec<u8>> {
    let failed = |e| Error::broken("reading a media file", e);
    file.file.rewind().map_err(failed)?;
    let mut bytes = Vec::new();
    (&mut file.file).take(most as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}
