//! What belongs to a recording comes in: captions, which are read and written anew, and the picture that stands for it.

use std::io::{Read as _, Seek as _};
use std::sync::Arc;

use super::App;
use super::upload::{check_room, keep_copy};
use crate::base::lang::Lang;
use crate::error::{Error, Result};
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
    let millis = media.recording("captions")?.millis;
    check_room(app, media.account, file.length()?)?;
    kept(app, "look at captions", hold, move |hold| {
        let read = text::read(&content(file, limits::captions::BYTES)?, millis)?;
        let vtt = read.vtt();
        let file = hold.put(vtt.as_bytes(), "vtt")?;
        Ok(Captions { lang, file, bytes: vtt.len() as u64, said: read.transcript() })
    })
    .await
}

/// The same with the picture that stands for a recording.
pub async fn poster(app: &Arc<App>, media: &Media, file: Unfinished, hold: &mut Hold) -> Result<Poster> {
    media.recording("poster")?;
    check_room(app, media.account, file.length()?)?;
    let permit = app.decoding_room().await?;
    kept(app, "look at a poster", hold, move |hold| {
        let _permit = permit;
        let picture = picture::process(&content(file, limits::media::PICTURE)?)?;
        Ok(Poster { small: keep_copy(hold, &picture.small)?, blurhash: picture.blurhash })
    })
    .await
}

/// Makes something of what came, where blocking is fine; whoever owns `hold` then holds its files too.
async fn kept<T: Send + 'static>(
    app: &App,
    doing: &'static str,
    hold: &mut Hold,
    make: impl FnOnce(&mut Hold) -> Result<T> + Send + 'static,
) -> Result<T> {
    let mut fresh = app.files.hold();
    let keep = move || make(&mut fresh).map(|made| (made, fresh));
    let done: Result<_> = tokio::task::spawn_blocking(keep).await.map_err(|e| Error::broken(doing, e))?;
    let (made, fresh) = done?;
    hold.join(fresh);
    Ok(made)
}

/// The bytes of a file, or one more than are taken.
fn content(mut file: Unfinished, most: usize) -> Result<Vec<u8>> {
    let failed = |e| Error::broken("reading a media file", e);
    file.file.rewind().map_err(failed)?;
    let mut bytes = Vec::new();
    (&mut file.file).take(most as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}
