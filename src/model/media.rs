//! An uploaded picture, video or sound, and what people say about it.

use serde::{Deserialize, Serialize};

use super::episode::Chapter;
use super::fresh::{Fresh, Piece};
use super::ids::{AccountId, DraftId, MediaId};
use super::post::Version;
use super::spoken::Spoken;
use crate::base::lang::Lang;
use crate::base::text;
use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::limits;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Media {
    pub id: MediaId,
    pub account: AccountId,
    pub created: Timestamp,
    /// What it shows, in the main language of what it belongs to; required before it is published.
    pub alt: String,
    /// The same in the other languages of its post, in each of which it is required too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alts: Vec<(Lang, String)>,
    /// Nobody misses anything who cannot see it; then it has no description.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub decorative: bool,
    /// File name under `/media/`.
    pub file: String,
    pub mime: String,
    /// Pixels; nothing for sound.
    pub width: u32,
    pub height: u32,
    pub bytes: u64,
    /// Of a picture the copy for pages, of a recording its poster.
    #[serde(default)]
    pub small: Option<Small>,
    /// Of a large picture: the copy for sharp screens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle: Option<Small>,
    #[serde(default)]
    pub blurhash: String,
    /// What plays; of a picture nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<Clip>,
    /// What can be read of it instead of heard.
    #[serde(default, skip_serializing_if = "Spoken::is_empty")]
    pub spoken: Spoken,
    /// Where the interesting part is: −1 to 1, from left to right and from bottom to top.
    #[serde(default)]
    pub focus: Option<(f32, f32)>,
    /// Part of a published post or a profile; what is not, nor part of a draft, expires after a day.
    #[serde(default)]
    pub used: bool,
    /// The draft that it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<DraftId>,
    /// What came for it and is not said of it yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fresh: Vec<Fresh>,
}

/// What the files of an account weigh, with captions and posters that only an open change of something published names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight {
    /// Pictures and recordings, each with all its files.
    pub media: u64,
    pub bytes: u64,
}

/// A smaller copy for pages: see `limits::media::SMALL_WIDTH` and `MIDDLE_WIDTH`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Small {
    pub file: String,
    pub mime: String,
    pub width: u32,
    pub height: u32,
    /// Unknown for old ones.
    #[serde(default)]
    pub bytes: u64,
}

/// What plays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clip {
    pub millis: u64,
    /// Whether anything is heard.
    pub sound: bool,
    /// Chapters that the file brought along; an episode without others has these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chapters: Vec<Chapter>,
    /// Too heavy for other servers: they get the poster and a link to the page that plays it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub local: bool,
}

/// What a file is to whoever reads, hears or sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Picture,
    Video,
    Sound,
}

impl Media {
    pub fn sort(&self) -> Sort {
        match &self.clip {
            None => Sort::Picture,
            Some(_) if self.width > 0 => Sort::Video,
            Some(_) => Sort::Sound,
        }
    }

    /// The picture that stands for it on pages.
    pub fn still(&self) -> Option<&Small> {
        self.small.as_ref()
    }

    /// Whether only our own pages have the file.
    pub fn is_local(&self) -> bool {
        self.clip.as_ref().is_some_and(|clip| clip.local)
    }

    /// What plays, for what belongs to that alone; a picture has no captions and no poster. `field` is where it came.
    pub fn recording(&self, field: &'static str) -> Result<&Clip> {
        self.clip.as_ref().ok_or_else(|| {
            Problem::new("E207", "Captions and posters are for video and sound.")
                .field(field)
                .remedy("Choose the recording that they belong to.")
                .into()
        })
    }

    /// What is said about it.
    pub fn about(&self) -> About {
        let Self { alt, alts, decorative, focus, spoken, .. } = self.clone();
        let poster = self.small.clone().filter(|_| self.clip.is_some());
        let poster = poster.map(|small| Poster { small, blurhash: self.blurhash.clone() });
        About { alt, alts, decorative, focus, spoken, poster }
    }

    /// The same file with other words, which were checked.
    #[must_use]
    pub fn with(self, about: About) -> Self {
        let About { alt, alts, decorative, focus, spoken, poster } = about;
        let (small, blurhash) = match (&self.clip, poster) {
            (None, _) => (self.small, self.blurhash),
            (Some(_), None) => (None, String::new()),
            (Some(_), Some(poster)) => (Some(poster.small), poster.blurhash),
        };
        Self { alt, alts, decorative, small, blurhash, spoken, focus, ..self }
    }

    /// Whether it may be published with these words, as far as its post has one language; see [`check_described`].
    pub fn check(&self, about: &About) -> Result<()> {
        self.checks(about).into_iter().collect()
    }

    /// Everything for which it may not, in the order of a form.
    pub fn faults(&self, about: &About) -> Vec<Problem> {
        let mut all: Vec<Problem> = Vec::new();
        for checked in self.checks(about) {
            if let Err(Error::Invalid(problem)) = checked
                && all.iter().all(|known| known.id != problem.id)
            {
                all.push(*problem);
            }
        }
        all
    }

    fn checks(&self, about: &About) -> [Result<()>; 3] {
        let heard = self.clip.as_ref().is_some_and(|clip| clip.sound);
        [about.check(self.sort()), about.spoken.check(self.sort(), heard), self.check_poster(about)]
    }

    fn check_poster(&self, about: &About) -> Result<()> {
        // A picture of our own invention would say what nobody said; a sound has at least the cover of its series.
        if self.is_local() && self.sort() == Sort::Video && about.poster.is_none() {
            return Err(Problem::new(
                "E205",
                "The video is too large for other servers, and has no poster to show in its place.",
            )
            .field("poster")
            .remedy("Add a still of it, or make the video smaller.")
            .into());
        }
        Ok(())
    }

    /// The description for readers of a language, and the language that it is in; `main` is that of `alt`.
    pub fn alt_in<'a>(&'a self, wanted: &'a Lang, main: &'a Lang) -> (&'a str, &'a Lang) {
        let found = self.alts.iter().find(|(lang, _)| lang == wanted && lang != main);
        found.map_or((&self.alt, main), |(lang, alt)| (alt, lang))
    }

    /// Bytes of all its files. The copy of a small picture may be the picture itself.
    pub fn weight(&self) -> u64 {
        let copies = self.small.iter().chain(&self.middle).filter(|copy| copy.file != self.file).map(|copy| copy.bytes);
        let said = self.spoken.captions.iter().map(|captions| captions.bytes);
        self.bytes + copies.chain(said).chain(self.fresh.iter().map(|fresh| fresh.what.bytes())).sum::<u64>()
    }

    /// What whoever publishes it should know about its weight.
    pub fn advice(&self) -> Option<String> {
        self.clip.as_ref().filter(|_| self.is_local() || self.bytes > limits::clip::SLOW)?;
        let megabytes = self.bytes / 1_000_000;
        let then = if self.is_local() {
            let poster = match self.sort() {
                Sort::Video => "its poster",
                Sort::Sound | Sort::Picture => "its cover, where it has one,",
            };
            format!("Other servers take none so large: they get {poster} and a link to the page that plays it.")
        } else {
            "Servers like Mastodon give up after 30 seconds, and many ask at the same time: those that do not get it in \
             time show a link."
                .to_owned()
        };
        let smaller = match self.sort() {
            Sort::Video => SMALLER_VIDEO,
            Sort::Sound | Sort::Picture => SMALLER_SOUND,
        };
        Some(format!("The file takes {megabytes} MB. {then} {smaller}"))
    }

    /// Every file that belongs to it.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.said().chain(self.fresh.iter().map(|fresh| fresh.what.file()))
    }

    /// The files that are shown to whoever is shown it.
    pub fn said(&self) -> impl Iterator<Item = &str> {
        let copies = self.small.iter().chain(&self.middle);
        let captions = self.spoken.captions.iter().map(|captions| captions.file.as_str());
        std::iter::once(self.file.as_str()).chain(copies.map(|copy| copy.file.as_str())).chain(captions)
    }

    /// The same, and whether everybody is shown them: none until it is published, and then what is said of it.
    pub fn shown(&self) -> impl Iterator<Item = (&str, bool)> {
        self.files().map(|name| (name, self.used && self.said().any(|said| said == name)))
    }

    /// What came for it and is not said of it yet, by what a form calls it.
    pub fn fresh(&self, key: &str) -> Option<&Piece> {
        self.fresh.iter().map(|fresh| &fresh.what).find(|piece| piece.key() == key)
    }
}

const SMALLER_VIDEO: &str = "Export it smaller in a film program (720 lines are enough), or on a command line: ffmpeg -i FILE \
                             -vf scale=-2:720 -c:v libx264 -crf 28 -pix_fmt yuv420p -c:a aac -movflags +faststart video.mp4";
const SMALLER_SOUND: &str = "Export it in a sound program as MP3 of 64 kbit/s in one channel, or on a command line: ffmpeg -i FILE \
                             -c:a libmp3lame -b:a 64k -ac 1 sound.mp3";

/// What people say about a file: words for whoever cannot see or hear it, and where to look.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct About {
    pub alt: String,
    #[serde(default)]
    pub alts: Vec<(Lang, String)>,
    #[serde(default)]
    pub decorative: bool,
    #[serde(default)]
    pub focus: Option<(f32, f32)>,
    #[serde(default)]
    pub spoken: Spoken,
    /// The picture that stands for a recording.
    #[serde(default)]
    pub poster: Option<Poster>,
}

/// A picture that stands for a recording until it plays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poster {
    pub small: Small,
    pub blurhash: String,
}

impl About {
    /// Files that come with what is said, captions and the poster, and their bytes.
    pub fn weights(&self) -> impl Iterator<Item = (&str, u64)> {
        let captions = self.spoken.captions.iter().map(|captions| (captions.file.as_str(), captions.bytes));
        captions.chain(self.poster.iter().map(|poster| (poster.small.file.as_str(), poster.small.bytes)))
    }

    /// The same files.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.weights().map(|(file, _)| file)
    }

    /// In one language and nothing else.
    pub fn words(alt: impl Into<String>) -> Self {
        Self { alt: alt.into(), ..Self::default() }
    }

    /// Puts the description in a language in place of the one before; an empty one goes away.
    pub fn describe(&mut self, lang: &Lang, alt: String) {
        self.alts.retain(|(other, _)| other != lang);
        if !text::is_blank(&alt) {
            self.alts.push((lang.clone(), alt));
        }
    }

    /// Whether those who read a post in this language would be told nothing in it; the main one is that of `alt`.
    pub fn lacks(&self, lang: &Lang) -> bool {
        !self.decorative && self.alts.iter().all(|(of, alt)| of != lang || text::is_blank(alt))
    }

    /// Whether a file may be published with it.
    pub fn check(&self, sort: Sort) -> Result<()> {
        if !self.decorative {
            check_alt(&self.alt)?;
        }
        self.check_bounds(sort)
    }

    /// Whether it may be kept: much may still be missing.
    pub fn check_bounds(&self, sort: Sort) -> Result<()> {
        if self.decorative && sort != Sort::Picture {
            return Err(Problem::new("E190", "Only a picture can be decorative.")
                .field("alt")
                .remedy("Say in a sentence what is seen or heard.")
                .into());
        }
        if self.decorative && (!self.alt.trim().is_empty() || !self.alts.is_empty()) {
            return Err(Problem::new("E190", "The picture is marked as decorative and has a description.")
                .field("alt")
                .remedy("Keep one of the two.")
                .into());
        }
        if sort == Sort::Picture && (!self.spoken.is_empty() || self.poster.is_some()) {
            return Err(Problem::new("E207", "Captions, transcripts and posters are for video and sound.")
                .field("captions")
                .remedy("Leave them out, or choose the recording that they belong to.")
                .into());
        }
        self.spoken.check_bounds()?;
        if self.alts.len() > limits::post::VERSIONS {
            return Err(Problem::new("E131", "There are more descriptions than languages.").field("alt").into());
        }
        check_length(&self.alt)?;
        self.alts.iter().try_for_each(|(_, alt)| check_length(alt))
    }
}

/// `0.25,-0.5`: from left to right and from bottom to top, each from −1 to 1.
pub fn focus(typed: &str) -> Result<(f32, f32)> {
    let number = |text: &str| text.trim().parse::<f32>().ok().filter(|n| (-1.0..=1.0).contains(n));
    let point = typed.split_once(',').and_then(|(x, y)| Some((number(x)?, number(y)?)));
    point.ok_or_else(|| {
        Problem::new("E191", format!("'{typed}' is no place in a picture."))
            .field("focus")
            .remedy("Two numbers from -1 to 1, from left to right and from bottom to top: 0.5,-0.25")
            .into()
    })
}

/// Descriptions are required: a picture without one shuts out people who cannot see it, a recording people who cannot
/// hear it.
pub fn check_alt(alt: &str) -> Result<()> {
    if text::is_blank(alt) {
        return Err(Problem::new("E130", "The file has no description.")
            .field("alt")
            .remedy("Say in a sentence what it shows, for people who cannot see or hear it.")
            .into());
    }
    check_length(alt)
}

/// What a file is called in a message: its place in its post, and where there are several posts, in which.
pub fn place(file: usize, (post, posts): (usize, usize)) -> String {
    if posts > 1 { format!("File {} of post {}", file + 1, post + 1) } else { format!("File {}", file + 1) }
}

/// The languages of a post, besides the main one, in which a file of it has no description, in the order of the files.
pub fn gaps<'a>(about: impl IntoIterator<Item = &'a About>, versions: &'a [Version]) -> Vec<(usize, &'a Lang)> {
    let others = || versions.iter().skip(1).map(|version| &version.lang);
    let of_file = |(n, about): (usize, &'a About)| others().filter(|lang| about.lacks(lang)).map(move |lang| (n, lang));
    about.into_iter().enumerate().flat_map(of_file).collect()
}

/// Whether the files of a post are described in each of its languages: whoever reads one of the others cannot see them
/// either. Which post it is, and of how many, is for the message.
pub fn check_described<'a>(
    about: impl IntoIterator<Item = &'a About>,
    versions: &'a [Version],
    post: (usize, usize),
) -> Result<()> {
    let gap = gaps(about, versions).into_iter().next();
    gap.map_or(Ok(()), |(n, lang)| Err(undescribed(&place(n, post), lang).into()))
}

/// What is said of a file, called so, that lacks a description in a language.
pub fn undescribed(file: &str, lang: &Lang) -> Problem {
    Problem::new("E130", format!("{file} has no description in {} ({lang}).", lang.own_name()))
        .field("alt")
        .remedy("Say in that language what it shows, or mark a picture that says nothing as decoration.")
}

fn check_length(alt: &str) -> Result<()> {
    let length = alt.chars().count();
    if length <= limits::post::ALT {
        return Ok(());
    }
    let what = format!("The description has {length} characters; at most {} reach every server.", limits::post::ALT);
    Err(Problem::new("E131", what).field("alt").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_picture_is_two_numbers() {
        assert_eq!(focus("0.25,-0.5").unwrap(), (0.25, -0.5));
        assert_eq!(focus(" -1, 1 ").unwrap(), (-1.0, 1.0));
        for wrong in ["", "0.5", "0.5,", "1.01,0", "NaN,0", "inf,0", "a,b", "0,0,0"] {
            assert!(focus(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_file_is_described_in_every_language_of_its_post() {
        let versions = |langs: &[&str]| -> Vec<Version> {
            let version =
                |lang: &&str| Version { lang: lang.parse().unwrap(), text: String::new(), warning: String::new() };
            langs.iter().map(version).collect()
        };
        let (one, three) = (versions(&["en"]), versions(&["en", "de", "fr"]));
        let mut about = About::words("A bridge");
        let decorative = About { decorative: true, ..About::default() };
        let told = |about: &About, versions: &[Version], posts: usize| match check_described(
            [&decorative, about],
            versions,
            (0, posts),
        ) {
            Ok(()) => String::new(),
            Err(Error::Invalid(problem)) => format!("{} {}", problem.id, problem.what),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(told(&about, &one, 1), "");
        assert_eq!(told(&about, &three, 1), "E130 File 2 has no description in Deutsch (de).");
        about.describe(&"de".parse().unwrap(), "Eine Brücke".into());
        assert_eq!(told(&about, &three, 2), "E130 File 2 of post 1 has no description in français (fr).");
        about.alts.push(("fr".parse().unwrap(), " ".into()));
        assert!(!told(&about, &three, 1).is_empty());
        about.describe(&"fr".parse().unwrap(), "Un pont".into());
        assert_eq!(told(&about, &three, 1), "");
    }

    #[test]
    fn words_or_a_mark_that_none_are_needed() {
        let refused = |about: &About| match about.check(Sort::Picture) {
            Err(crate::error::Error::Invalid(problem)) => problem.id,
            other => panic!("{other:?}"),
        };
        assert!(About::words("A bridge").check(Sort::Picture).is_ok());
        assert_eq!(refused(&About::default()), "E130");
        assert_eq!(refused(&About::words("x".repeat(1_501))), "E131");
        let mut about = About { decorative: true, ..About::default() };
        assert!(about.check(Sort::Picture).is_ok() && about.check(Sort::Video).is_err());
        about.describe(&"de".parse().unwrap(), "Eine Brücke".into());
        assert_eq!(refused(&about), "E190");
        about.describe(&"de".parse().unwrap(), " ".into());
        assert!(about.check(Sort::Picture).is_ok() && about.alts.is_empty());
    }
}
