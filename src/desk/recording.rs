//! What belongs to a video or a sound in a form: captions, transcript, poster, the reason why there are no captions, and
//! advice about its weight.

use std::sync::Arc;

use super::faults::Faults;
use crate::actions;
use crate::app::{App, spoken};
use crate::base::lang::Lang;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::media::files::Unfinished;
use crate::model::fresh::{self, Piece};
use crate::model::media::{About, Media};
use crate::model::power::Attach;
use crate::model::spoken::{Captions, REASONS, Without};
use crate::model::user::By;
use crate::web::request::Form;
use crate::web::who::{Acts as _, Browser};

/// What was sent about the recording of a place.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Language of the post and of the transcript.
    main: Lang,
    captions: Option<Unfinished>,
    captions_lang: String,
    poster: Option<Unfinished>,
    transcript: String,
    /// Name of a reason; empty for none.
    reason: String,
    why: String,
    /// Captions to leave out.
    drop: Vec<Lang>,
    /// What an earlier press of a button brought; see [`Piece::key`].
    kept: Vec<String>,
    /// Brought for a recording that is part of a draft or published already: said of it with the change of that. At most
    /// one poster, and captions in a language once.
    fresh: Vec<Piece>,
}

impl Words {
    pub fn of(form: &Form, files: &mut Vec<(String, Unfinished)>, n: usize, main: &Lang) -> Self {
        let mut file = |name: String| {
            let at = files.iter().position(|(field, _)| *field == name);
            at.map(|at| files.swap_remove(at).1)
        };
        Self {
            main: main.clone(),
            captions: file(format!("captions-file{n}")),
            captions_lang: form.text(&format!("captions-lang{n}")),
            poster: file(format!("poster{n}")),
            transcript: form.text(&format!("transcript{n}")),
            reason: form.text(&format!("reason{n}")),
            why: form.text(&format!("why{n}")),
            drop: form.all(&format!("drop{n}")).filter_map(|lang| lang.parse().ok()).collect(),
            kept: form.all(&format!("fresh{n}")).take(limits::captions::FRESH).map(str::to_owned).collect(),
            ..Self::default()
        }
    }

    pub fn of_media(media: &Media, main: &Lang) -> Self {
        let without = media.spoken.without.as_ref();
        let reason = without.and_then(|without| REASONS.iter().find(|(_, reason)| *reason == without.reason));
        let written = media.spoken.transcripts.iter().find(|text| text.lang == *main);
        Self {
            main: main.clone(),
            transcript: written.map(|text| text.text.clone()).unwrap_or_default(),
            reason: reason.map(|(name, _)| (*name).to_owned()).unwrap_or_default(),
            why: without.map(|without| without.words.clone()).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Puts what was sent into what is said about the file.
    pub fn tell(&self, about: &mut About) {
        for lang in &self.drop {
            about.spoken.drop(lang);
        }
        self.add(about);
        about.spoken.write(&self.main, &self.transcript);
        let without = (!self.reason.is_empty()).then(|| Without::of(&format!("{}:{}", self.reason, self.why)));
        about.spoken.without = without;
    }

    fn add(&self, about: &mut About) {
        for piece in &self.fresh {
            piece.onto(about);
        }
    }

    /// The recording with what was brought, as the form shows it: what is to be left out can still be taken back.
    pub fn onto(&self, media: Media) -> Media {
        let mut about = media.about();
        self.add(&mut about);
        media.with(about)
    }

    /// Finds what an earlier press brought. What is said of the recording by now needs nothing more.
    fn recall(&mut self, media: &Media, n: usize, faults: &mut Faults) {
        let said: Vec<String> = fresh::said(&media.about()).collect();
        for key in std::mem::take(&mut self.kept) {
            match media.fresh(&key) {
                Some(piece) if piece.lang().is_some_and(|lang| self.drop.contains(lang)) => {}
                Some(piece) => self.brought(piece.clone()),
                None if said.contains(&key) => {}
                None => {
                    let what = "Captions or a poster that you chose before are not there any more.";
                    let problem = Problem::new("E211", what).remedy("Choose the file again.");
                    let field = if key.contains(' ') { "captions-file" } else { "poster" };
                    faults.push(format!("{field}{n}"), &problem);
                }
            }
        }
    }

    /// What comes takes the place of what came before.
    fn brought(&mut self, piece: Piece) {
        self.fresh.retain(|known| known.lang() != piece.lang());
        self.fresh.push(piece);
    }
}

/// Keeps captions and poster of a place, so that they need not be sent again: said of the recording at once where it is
/// part of nothing yet, and beside it otherwise, until the form is saved. `media` comes as the form has it so far.
pub(super) async fn take(
    app: &Arc<App>,
    (browser, by): (&Browser, By<Attach>),
    media: &Media,
    n: usize,
    words: &mut Words,
    faults: &mut Faults,
) -> Result<()> {
    words.recall(media, n, faults);
    let (mut pieces, mut hold) = (Vec::new(), app.files.hold());
    if let Some(file) = words.captions.take() {
        let lang = if words.captions_lang.is_empty() { Ok(words.main.clone()) } else { words.captions_lang.parse() };
        let taken = match lang {
            Ok(lang) => spoken::captions(app, media, lang, file, &mut hold).await,
            Err(e) => Err(e),
        };
        pieces.extend(told(taken, format!("captions-file{n}"), faults)?.map(Piece::Captions));
    }
    if let Some(file) = words.poster.take() {
        let taken = spoken::poster(app, media, file, &mut hold).await;
        pieces.extend(told(taken, format!("poster{n}"), faults)?.map(Piece::Poster));
    }
    if pieces.is_empty() {
        return Ok(());
    }
    let (id, brought) = (media.id, pieces.clone());
    let bring = hold.until(move |tx| actions::media::bring(tx, by, id, &pieces));
    match browser.write(app, bring).await {
        Ok(media) => {
            // Chosen for these captions; the next ones are in another language.
            if brought.iter().any(|piece| piece.lang().is_some()) {
                words.captions_lang.clear();
            }
            let waits = brought.into_iter().filter(|piece| media.fresh(&piece.key()).is_some());
            waits.for_each(|piece| words.brought(piece));
        }
        Err(Error::Invalid(problem)) => {
            faults.push(field(n, &problem).unwrap_or_else(|| format!("captions-file{n}")), &problem);
        }
        Err(e) => return Err(e),
    }
    Ok(())
}

/// Captions and poster that came for a recording that is not there, or was refused, are lost, and that is said: one that
/// was there before is another.
pub(super) fn lost(n: usize, words: &mut Words, faults: &mut Faults) {
    let fields = [("captions-file", words.captions.take().is_some()), ("poster", words.poster.take().is_some())];
    for (field, _) in fields.into_iter().filter(|(_, is)| *is) {
        let problem = Problem::new("E212", "It was not kept: the recording that it belongs to is not there.");
        faults.push(format!("{field}{n}"), &problem.remedy("Choose it again together with the recording."));
    }
}

/// What is wrong with it stands at a field.
fn told<T>(result: Result<T>, at: String, faults: &mut Faults) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::Invalid(problem)) => {
            faults.push(at, &problem);
            Ok(None)
        }
        Err(e) => Err(e),
    }
}

/// The field that a problem of a recording is about.
pub(super) fn field(n: usize, problem: &Problem) -> Option<String> {
    match problem.field? {
        "captions" => Some(format!("captions-file{n}")),
        "poster" => Some(format!("poster{n}")),
        "transcript" => Some(format!("transcript{n}")),
        "without" => Some(format!("why{n}")),
        _ => None,
    }
}

/// What belongs to a recording, as the page shows it.
pub(super) struct Place {
    pub n: usize,
    /// With whether they are to be left out.
    pub captions: Vec<(Captions, bool)>,
    /// What waits for the form to be saved; see [`Piece::key`].
    pub fresh: Vec<String>,
    pub lang: String,
    pub poster: bool,
    pub transcript: String,
    pub reasons: Vec<(&'static str, &'static str, bool)>,
    pub why: String,
    /// About its weight.
    pub advice: Option<String>,
    pub open: bool,
    pub ids: Ids,
}

pub(super) struct Ids {
    pub captions: String,
    pub captions_hint: String,
    pub poster: String,
    pub transcript: String,
    pub transcript_hint: String,
    pub why: String,
}

impl Place {
    /// `kept` is what `words` were put onto.
    pub fn new(n: usize, words: &Words, kept: Option<&Media>, faults: &Faults) -> Self {
        let clip = kept.filter(|media| media.clip.is_some());
        let ids = Ids {
            captions: format!("captions-file{n}"),
            captions_hint: format!("captions-file{n}-h"),
            poster: format!("poster{n}"),
            transcript: format!("transcript{n}"),
            transcript_hint: format!("transcript{n}-h"),
            why: format!("why{n}"),
        };
        let reason = |(name, says): (&'static str, &'static str)| (name, says, words.reason == name);
        let captions = |captions: &Captions| {
            let is_new = words.fresh.iter().any(|piece| piece.lang() == Some(&captions.lang));
            (captions.clone(), words.drop.contains(&captions.lang) && !is_new)
        };
        let wrong = [&ids.captions, &ids.poster, &ids.transcript, &ids.why].iter().any(|id| faults.at(id).is_some());
        Self {
            n,
            captions: clip.iter().flat_map(|media| &media.spoken.captions).map(captions).collect(),
            fresh: words.fresh.iter().map(Piece::key).collect(),
            lang: words.captions_lang.clone(),
            poster: clip.is_some_and(|media| media.small.is_some()),
            transcript: words.transcript.clone(),
            reasons: SAID.into_iter().map(reason).collect(),
            why: words.why.clone(),
            advice: clip.and_then(Media::advice),
            open: clip.is_some() || wrong,
            ids,
        }
    }
}

/// Reasons in words, by name.
const SAID: [(&str, &str); 5] = [
    ("", "There are captions, or a transcript"),
    ("no-speech", "Nothing is spoken"),
    ("in-picture", "What is said is written in the picture"),
    ("in-text", "The post says the same in words"),
    ("other", "Another reason, which is:"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_can_be_chosen() {
        assert!(REASONS.iter().all(|(name, _)| SAID.iter().any(|(known, _)| known == name)));
    }

    #[test]
    fn what_was_sent_takes_the_place_of_what_was_said() {
        let captions =
            |lang: &str| Captions { lang: lang.parse().unwrap(), file: lang.into(), bytes: 2, said: lang.into() };
        let mut about = About::words("x");
        for lang in ["en", "de"] {
            about.spoken.add(captions(lang));
        }
        let words = Words {
            drop: vec!["de".parse().unwrap()],
            fresh: vec![Piece::Captions(captions("fr"))],
            reason: "other".into(),
            why: "A song".into(),
            transcript: "Written".into(),
            ..Words::default()
        };
        words.tell(&mut about);
        let langs: Vec<_> = about.spoken.captions.iter().map(|known| known.lang.as_str()).collect();
        assert_eq!(langs, ["en", "fr"]);
        assert_eq!(about.spoken.without, Some(Without::of("A song")));
        Words::default().tell(&mut about);
        assert!(about.spoken.without.is_none() && about.spoken.transcripts.is_empty());
    }
}
