//! What comes with a video or a sound: captions, poster, transcript, or the reason why there are none.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Upload;
use crate::app::{App, spoken};
use crate::base::lang::Lang;
use crate::error::{Error, Problem, Result};
use crate::media::hold::Hold;
use crate::model::ids::MediaId;
use crate::model::media::{About, Media};
use crate::model::spoken::Without;
use crate::store::material;

/// One thing that belongs to a recording.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recording {
    /// Of the file among those of the post, counted from 1; of the only recording when there is none.
    pub place: Option<usize>,
    pub what: What,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Captions(Lang, Upload),
    Poster(Upload),
    /// In the language of the post.
    Transcript(String),
    /// The name of a reason, or a sentence.
    Without(String),
}

impl Recording {
    pub(super) fn upload(&mut self) -> Option<&mut Upload> {
        match &mut self.what {
            What::Captions(_, upload) | What::Poster(upload) => Some(upload),
            What::Transcript(_) | What::Without(_) => None,
        }
    }
}

/// Puts it into what is said about the files of a post; `about` has those of which something is said already. The verb that
/// writes it owns `hold`.
pub(super) async fn told(
    app: &Arc<App>,
    media: &[MediaId],
    main: &Lang,
    recordings: Vec<Recording>,
    mut about: Vec<(MediaId, About)>,
    hold: &mut Hold,
) -> Result<Vec<(MediaId, About)>> {
    let media = app.store.read(|rows| material::media(rows, media))?;
    for Recording { place, what } in recordings {
        let media = meant(&media, place)?;
        if about.iter().all(|(id, _)| *id != media.id) {
            about.push((media.id, media.about()));
        }
        let Some((_, about)) = about.iter_mut().find(|(id, _)| *id == media.id) else { continue };
        match what {
            What::Captions(lang, file) => {
                about.spoken.add(spoken::captions(app, media, lang, file.unfinished(app)?, hold).await?);
            }
            What::Poster(file) => about.poster = Some(spoken::poster(app, media, file.unfinished(app)?, hold).await?),
            What::Transcript(text) => about.spoken.write(main, &text),
            What::Without(why) => about.spoken.without = (!why.trim().is_empty()).then(|| Without::of(&why)),
        }
    }
    Ok(about)
}

fn meant(media: &[Media], place: Option<usize>) -> Result<&Media> {
    let mut recordings = media.iter().filter(|media| media.clip.is_some());
    let found = match place {
        Some(place) => place.checked_sub(1).and_then(|at| media.get(at)).filter(|media| media.clip.is_some()),
        None => recordings.next().filter(|_| recordings.next().is_none()),
    };
    found.ok_or_else(|| -> Error {
        Problem::new("E207", "It is not clear to which video or sound captions, transcript or poster belong.")
            .field("captions")
            .remedy("Say the place of the file before it: --captions 2:en=film.vtt")
            .into()
    })
}
