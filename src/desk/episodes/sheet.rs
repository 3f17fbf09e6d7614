//! An episode as it was typed, and what it says.

use super::{ONE, at, push};
use crate::app::App;
use crate::base::lang::Lang;
use crate::desk::faults::Faults;
use crate::desk::recording;
use crate::error::{Error, Problem, Result};
use crate::media::files::Unfinished;
use crate::model::episode::{self, Episode, Kind, Titled};
use crate::model::ids::MediaId;
use crate::model::media::About;
use crate::model::podcast::Podcast;
use crate::store::Rows;
use crate::store::schema::MEDIA;
use crate::web::request::Form;

/// An episode as it was typed.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) once: String,
    /// A number that another episode has, and that was meant nevertheless.
    pub(super) same: String,
    /// Of the first title, and of a new text.
    pub(super) lang: String,
    pub(super) titles: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) season: String,
    pub(super) number: String,
    pub(super) kind: String,
    pub(super) explicit: bool,
    pub(super) chapters: String,
    pub(super) persons: String,
    pub(super) kept: Option<MediaId>,
    pub(super) file: Option<Unfinished>,
    pub(super) words: recording::Words,
}

impl Sheet {
    /// `langs` are those of the titles that an episode has already.
    pub(super) fn of(form: &Form, langs: &[Lang], file: Option<Unfinished>) -> Self {
        let lang = form.text("lang-0");
        let tags: Vec<String> =
            if langs.is_empty() { vec![lang.clone()] } else { langs.iter().map(ToString::to_string).collect() };
        let title = |(n, tag): (usize, String)| (tag, form.text(&format!("title-{n}")).trim().to_owned());
        Self {
            once: form.text("once"),
            same: form.text("same"),
            lang,
            titles: tags.into_iter().enumerate().map(title).collect(),
            text: form.text("text"),
            season: form.text("season").trim().to_owned(),
            number: form.text("number").trim().to_owned(),
            kind: form.text("kind"),
            explicit: form.find("explicit").is_some(),
            chapters: form.text("chapters"),
            persons: form.text("persons"),
            kept: form.find("kept").and_then(|id| id.parse().ok()),
            file,
            words: recording::Words::default(),
        }
    }

    /// As it was typed of an episode that is there, and what it becomes by that: its languages and what is heard stay.
    pub(super) fn again(form: &Form, old: &Episode, podcast: &Podcast, faults: &mut Faults) -> (Self, Episode) {
        let langs: Vec<Lang> = old.titles.iter().map(|titled| titled.lang.clone()).collect();
        let sounds: Vec<_> = old.titles.iter().map(|titled| titled.sound).collect();
        let sheet = Self::of(form, &langs, None);
        let episode = sheet.episode(podcast, &sounds, faults);
        (sheet, episode)
    }

    pub(super) fn from(episode: &Episode) -> Self {
        let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
        let persons: Vec<String> = episode.persons.iter().map(episode::person_typed).collect();
        Self {
            titles: episode.titles.iter().map(|t| (t.lang.to_string(), t.title.clone())).collect(),
            season: number(episode.season),
            number: number(episode.number),
            kind: episode.kind.as_str().to_owned(),
            explicit: episode.explicit,
            chapters: episode::chapters_typed(&episode.chapters),
            persons: persons.join("\n"),
            ..Self::default()
        }
    }

    /// What is said about the recording: it is called by its title; what is said in it is the transcript.
    pub(super) fn about(&self, app: &App, sound: MediaId, episode: &Episode, faults: &mut Faults) -> Result<About> {
        let media = app.store.read(|rows| rows.need(&MEDIA, &sound))?;
        let title = episode.titles.first().map(|titled| titled.title.clone()).unwrap_or_default();
        let mut about = About { alt: title, ..media.about() };
        episode.call(&mut about);
        self.words.tell(&mut about);
        for problem in media.faults(&about) {
            if let Some(at) = recording::field(ONE, &problem) {
                faults.push(at, &problem);
            }
        }
        Ok(about)
    }

    /// The episode, with a fault for everything that is wrong.
    pub(super) fn episode(&self, podcast: &Podcast, sounds: &[Option<MediaId>], faults: &mut Faults) -> Episode {
        let main = podcast.main().map(|told| told.lang.clone()).unwrap_or_default();
        let titled = |(n, (tag, title)): (usize, &(String, String))| Titled {
            lang: tag.parse().unwrap_or_else(|_| main.clone()),
            title: title.clone(),
            sound: sounds.get(n).copied().flatten(),
        };
        let mut kept = |e: Error| push(faults, 0, e);
        let season = count(&self.season, "season").unwrap_or_else(|e| {
            kept(e);
            None
        });
        let number = count(&self.number, "number").unwrap_or_else(|e| {
            kept(e);
            None
        });
        let chapters = episode::chapters(&self.chapters).unwrap_or_else(|e| {
            kept(e);
            Vec::new()
        });
        let persons: Result<Vec<_>> = episode::lines(&self.persons).map(episode::person).collect();
        let persons = persons.unwrap_or_else(|e| {
            kept(e);
            Vec::new()
        });
        let episode = Episode {
            series: podcast.slug.clone(),
            titles: self.titles.iter().enumerate().map(titled).collect(),
            season,
            number,
            kind: Kind::parse(&self.kind).unwrap_or_default(),
            explicit: self.explicit,
            chapters,
            persons,
        };
        for (n, titled) in episode.titles.iter().enumerate() {
            let one = Episode { titles: vec![titled.clone()], ..episode.clone() };
            if let Err(e) = one.check()
                && faults.at(at(&e, n)).is_none()
            {
                push(faults, n, e);
            }
        }
        episode
    }
}

/// A number, or nothing.
fn count(typed: &str, field: &'static str) -> Result<Option<u32>> {
    if typed.is_empty() {
        return Ok(None);
    }
    let wrong =
        |_| Problem::new("E410", format!("'{typed}' is no number.")).field(field).remedy("Write digits, or nothing.");
    typed.parse().map(Some).map_err(wrong).map_err(Error::from)
}
