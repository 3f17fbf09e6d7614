//! Places for files in a form: what was chosen, uploaded and said, and how the page shows it. Where to look in a picture
//! is one of nine parts, chosen over the picture itself.

use std::sync::Arc;

use super::faults::Faults;
use super::form::{Typed, called, number};
use super::{intake, recording};
use crate::app::App;
use crate::base::lang::Lang;
use crate::error::{Problem, Result};
use crate::limits;
use crate::media::files::Unfinished;
use crate::media::picture::Shape;
use crate::model::ids::MediaId;
use crate::model::media::{self, About, Media, Sort, undescribed};
use crate::model::power::Attach;
use crate::model::user::By;
use crate::store::Rows;
use crate::store::schema::MEDIA;
use crate::web::request::Form;
use crate::web::who::Browser;

/// A place for a file. Numbered from 1.
#[derive(Debug, Default)]
pub(super) struct Slot {
    pub n: usize,
    pub file: Option<Unfinished>,
    /// A file that was uploaded with an earlier attempt, or is part of the post.
    pub kept: Option<MediaId>,
    pub alt: String,
    /// In the other languages of the post, in their order.
    pub alts: Vec<String>,
    pub decorative: bool,
    /// Which ninth of the picture, in reading order.
    pub part: Option<usize>,
    pub words: recording::Words,
}

impl Slot {
    /// All places of a form that came; `others` are the numbers of its other languages.
    pub(super) fn all(form: &Form, mut files: Vec<(String, Unfinished)>, main: &Lang, others: &[String]) -> Vec<Self> {
        let mut slot = |n: usize| {
            let at = files.iter().position(|(name, _)| *name == format!("picture{n}"));
            let file = at.map(|at| files.swap_remove(at).1);
            let words = recording::Words::of(form, &mut files, n, main);
            if form.find(&format!("remove{n}")).is_some() {
                return Self { n, ..Self::default() };
            }
            let number = |name: &str| form.find(&format!("{name}{n}")).and_then(|typed| typed.parse::<u64>().ok());
            Self {
                n,
                file,
                kept: number("kept").map(MediaId),
                alt: form.text(&format!("alt{n}")),
                alts: others.iter().map(|other| form.text(&format!("alt{n}-{other}"))).collect(),
                decorative: form.find(&format!("decorative{n}")).is_some(),
                words,
                part: number("focus").and_then(|part| usize::try_from(part).ok()).filter(|part| *part < PARTS.len()),
            }
        };
        (1..=limits::post::PICTURES).map(&mut slot).collect()
    }

    pub(super) fn blank() -> Vec<Self> {
        (1..=limits::post::PICTURES).map(|n| Self { n, ..Self::default() }).collect()
    }

    /// The files of a post as they are, and free places.
    pub(super) fn of_post(media: &[Media], main: &Lang, langs: &[Lang]) -> Vec<Self> {
        let mut all = Self::blank();
        for (slot, media) in all.iter_mut().zip(media) {
            let told = |lang: &Lang| media.alts.iter().find(|(other, _)| other == lang).map(|(_, alt)| alt.clone());
            slot.kept = Some(media.id);
            slot.alt.clone_from(&media.alt);
            slot.alts = langs.iter().map(|lang| told(lang).unwrap_or_default()).collect();
            slot.decorative = media.decorative;
            slot.words = recording::Words::of_media(media, main);
        }
        all
    }

    /// What is to be said about the file of this place, of which `before` was said; `langs` are the other languages.
    pub(super) fn about(&self, before: &About, langs: &[Lang]) -> About {
        let mut about = About { alt: self.alt.clone(), ..before.clone() };
        self.words.tell(&mut about);
        about.alts.retain(|(lang, _)| langs.contains(lang));
        for (lang, alt) in langs.iter().zip(&self.alts) {
            about.describe(lang, alt.clone());
        }
        about.decorative = self.decorative;
        // Whoever placed it more exactly meant it: only another part of the picture takes that back.
        let moved = self.part.filter(|part| *part != part_of(before.focus));
        about.focus = moved.map_or(before.focus, |part| PARTS.get(part).map(|(_, point)| *point));
        about
    }

    fn file_id(&self) -> String {
        format!("picture{}", self.n)
    }

    fn alt_id(&self) -> String {
        format!("alt{}", self.n)
    }

    /// The field of the description in another language of the post, by its place among them.
    fn alt_in(&self, at: usize) -> String {
        format!("{}-{}", self.alt_id(), number(at + 1))
    }
}

/// The nine parts of a picture and the middle of each, as `focalPoint` has it.
pub(super) const PARTS: [(&str, (f32, f32)); 9] = [
    ("Top left", (-0.66, 0.66)),
    ("Top", (0.0, 0.66)),
    ("Top right", (0.66, 0.66)),
    ("Left", (-0.66, 0.0)),
    ("Middle", (0.0, 0.0)),
    ("Right", (0.66, 0.0)),
    ("Bottom left", (-0.66, -0.66)),
    ("Bottom", (0.0, -0.66)),
    ("Bottom right", (0.66, -0.66)),
];

/// The part in which a point is; the middle where none was chosen.
pub(super) fn part_of(focus: Option<(f32, f32)>) -> usize {
    let third = |share: f32| usize::from(share > -1.0 / 3.0) + usize::from(share > 1.0 / 3.0);
    let (x, y) = focus.unwrap_or_default();
    third(-y) * 3 + third(x)
}

/// Stores the new files, so that none need be sent again whatever else is wrong.
pub(super) async fn take(
    app: &Arc<App>,
    (browser, by): (&Browser, By<Attach>),
    typed: &mut Typed,
    of: &[MediaId],
    faults: &mut Faults,
) -> Result<()> {
    for slot in &mut typed.slots {
        let (file, field) = (slot.file.take(), slot.file_id());
        let place = intake::Place { field, file, kept: &mut slot.kept, of, shape: Shape::Whole, check: |_| Ok(()) };
        let there = intake::take(app, by, place, faults).await?;
        if there.is_none() || faults.at(slot.file_id()).is_some() {
            recording::lost(slot.n, &mut slot.words, faults);
        }
        if let Some(media) = there {
            let media = as_told(media, &typed.about);
            recording::take(app, (browser, by), &media, slot.n, &mut slot.words, faults).await?;
        }
    }
    Ok(())
}

/// A file with what a change of a post says of it so far.
fn as_told(media: Media, about: &[(MediaId, About)]) -> Media {
    let told = about.iter().find(|(id, _)| *id == media.id).map(|(_, about)| about.clone());
    let about = told.unwrap_or_else(|| media.about());
    media.with(about)
}

/// What is said about each file that is there, checked. Faults stand at the fields.
pub(super) fn told(app: &App, typed: &Typed, faults: &mut Faults) -> Result<Vec<(MediaId, About)>> {
    let (slots, langs, mut all) = (&typed.slots, typed.others(), Vec::new());
    for slot in slots {
        let Some(id) = slot.kept else {
            if !slot.alt.trim().is_empty() && faults.at(slot.file_id()).is_none() {
                let problem = Problem::new("E157", format!("File {} has a description but is not there.", slot.n));
                faults.push(slot.file_id(), &problem.remedy("Choose the file, or empty the description."));
            }
            continue;
        };
        let media = app.store.read(|rows| rows.need(&MEDIA, &id))?;
        let about = slot.about(&as_told(media.clone(), &typed.about).about(), &langs);
        for problem in media.faults(&about) {
            faults.push(recording::field(slot.n, &problem).unwrap_or_else(|| slot.alt_id()), &problem);
        }
        // Where no language is chosen yet, that is what is wrong.
        let chosen = |at: usize| typed.versions.get(at + 1).is_some_and(|words| !words.lang.is_empty());
        for (at, lang) in langs.iter().enumerate().filter(|(at, lang)| chosen(*at) && about.lacks(lang)) {
            faults.push(slot.alt_in(at), &undescribed(&media::place(slot.n - 1, (0, 1)), lang));
        }
        all.push((id, about));
    }
    Ok(all)
}

/// A place for a file, as the page shows it.
pub(super) struct Place {
    pub n: usize,
    pub kept: Option<Media>,
    pub alt: String,
    /// One field for each further language.
    pub alts: Vec<Words>,
    pub decorative: bool,
    pub parts: Vec<Part>,
    pub open: bool,
    pub file_id: String,
    pub hint_id: String,
    pub alt_id: String,
    pub recording: recording::Place,
}

pub(super) struct Words {
    pub id: String,
    pub lang: Lang,
    /// What it is called.
    pub name: String,
    pub alt: String,
}

/// A choice of where to look.
pub(super) struct Part {
    pub name: &'static str,
    pub value: usize,
    pub chosen: bool,
}

/// `about` is what a change of a post says of files so far.
pub(super) fn places(
    rows: &impl Rows,
    slots: Vec<Slot>,
    about: &[(MediaId, About)],
    langs: &[Lang],
    faults: &Faults,
) -> Result<Vec<Place>> {
    let place = |slot: Slot| {
        let kept = slot.kept.map(|id| rows.get(&MEDIA, &id)).transpose()?.flatten();
        let kept = kept.map(|media| slot.words.onto(as_told(media, about)));
        Ok(place(slot, kept, langs, faults))
    };
    slots.into_iter().map(place).collect()
}

fn place(slot: Slot, kept: Option<Media>, langs: &[Lang], faults: &Faults) -> Place {
    let (file_id, alt_id) = (slot.file_id(), slot.alt_id());
    let wrong = faults.at(&file_id).is_some() || faults.at(&alt_id).is_some();
    let picture = kept.as_ref().filter(|media| media.sort() == Sort::Picture);
    let chosen = picture.map(|media| slot.part.unwrap_or_else(|| part_of(media.focus)));
    let part = |(value, (name, _)): (usize, &(&'static str, _))| Part { name, value, chosen: chosen == Some(value) };
    let words = |(at, lang): (usize, &Lang)| Words {
        id: slot.alt_in(at),
        alt: slot.alts.get(at).cloned().unwrap_or_default(),
        name: called(lang),
        lang: lang.clone(),
    };
    Place {
        n: slot.n,
        open: slot.n == 1 || kept.is_some() || wrong || !slot.alt.is_empty(),
        parts: if chosen.is_some() { PARTS.iter().enumerate().map(part).collect() } else { Vec::new() },
        alts: langs.iter().enumerate().map(words).collect(),
        recording: recording::Place::new(slot.n, &slot.words, kept.as_ref(), faults),
        kept,
        alt: slot.alt,
        decorative: slot.decorative,
        hint_id: format!("{file_id}-h"),
        file_id,
        alt_id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_where_its_point_is() {
        for (n, (name, point)) in PARTS.iter().enumerate() {
            assert_eq!(part_of(Some(*point)), n, "{name}");
        }
        assert_eq!((part_of(None), part_of(Some((1.0, -1.0))), part_of(Some((-0.2, 0.9)))), (4, 8, 1));
    }

    #[test]
    fn an_exact_place_stays_until_another_part_is_chosen() {
        let before = About { focus: Some((0.2, 0.9)), ..About::words("A bridge") };
        let slot = |part| Slot { part, alt: "A bridge".into(), ..Slot::default() };
        let focus = |part, before: &About| slot(part).about(before, &[]).focus;
        assert_eq!(focus(None, &before), Some((0.2, 0.9)));
        assert_eq!(focus(Some(1), &before), Some((0.2, 0.9)));
        assert_eq!(focus(Some(2), &before), Some((0.66, 0.66)));
        assert_eq!(focus(Some(4), &About::default()), None);
    }
}
