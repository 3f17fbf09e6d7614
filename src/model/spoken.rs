//! What is said in a recording, for those who cannot hear it: captions, transcripts, or the reason why there are none.

use serde::{Deserialize, Serialize};

use super::media::Sort;
use crate::base::lang::Lang;
use crate::error::{Error, Problem, Result};
use crate::limits::captions as limits;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// Each language once.
    #[serde(default)]
    pub captions: Vec<Captions>,
    /// Written by somebody; in other languages what the captions say is the transcript.
    #[serde(default)]
    pub transcripts: Vec<Transcript>,
    #[serde(default)]
    pub without: Option<Without>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Captions {
    pub lang: Lang,
    /// File name under `/media/`.
    pub file: String,
    #[serde(default)]
    pub bytes: u64,
    /// What they say, in paragraphs.
    pub said: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    pub lang: Lang,
    pub text: String,
}

/// Why there is nothing to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Without {
    pub reason: Reason,
    /// In words of the publisher, shown to readers; required for other reasons.
    #[serde(default)]
    pub words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nothing is spoken.
    NoSpeech,
    /// What is said is written in the picture.
    InPicture,
    /// The post says the same in words.
    InText,
    Other,
}

/// Reasons as forms, programs and the command line name them.
pub const REASONS: [(&str, Reason); 4] = [
    ("no-speech", Reason::NoSpeech),
    ("in-picture", Reason::InPicture),
    ("in-text", Reason::InText),
    ("other", Reason::Other),
];

impl Without {
    /// One of the names of reasons, perhaps with words behind a colon, or words alone.
    pub fn of(typed: &str) -> Self {
        let (name, words) = typed.split_once(':').unwrap_or((typed, ""));
        match REASONS.iter().find(|(known, _)| *known == name.trim()) {
            Some((_, reason)) => Self { reason: *reason, words: words.trim().to_owned() },
            None => Self { reason: Reason::Other, words: typed.trim().to_owned() },
        }
    }

    fn check(&self) -> Result<()> {
        if self.reason == Reason::Other && self.words.is_empty() {
            let problem = Problem::new("E206", "The reason why there are no captions is not said.");
            return Err(problem.field("without").remedy("Say it in a sentence; readers will see it.").into());
        }
        if self.words.chars().count() > limits::REASON {
            let what = format!("The reason has more than {} characters.", limits::REASON);
            return Err(Problem::new("E206", what).field("without").remedy("Shorten it.").into());
        }
        Ok(())
    }
}

impl Spoken {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Puts captions in the place of those in the same language.
    pub fn add(&mut self, captions: Captions) {
        self.drop(&captions.lang);
        self.captions.push(captions);
    }

    pub fn drop(&mut self, lang: &Lang) {
        self.captions.retain(|known| known.lang != *lang);
    }

    /// Sets the transcript of a language; an empty one goes away.
    pub fn write(&mut self, lang: &Lang, text: &str) {
        self.transcripts.retain(|known| known.lang != *lang);
        if !text.trim().is_empty() {
            self.transcripts.push(Transcript { lang: lang.clone(), text: text.trim().to_owned() });
        }
    }

    /// What can be read: what somebody wrote, and in other languages what the captions say.
    pub fn texts(&self) -> impl Iterator<Item = (&Lang, &str)> {
        let written = |lang: &Lang| self.transcripts.iter().any(|known| known.lang == *lang);
        let said = self.captions.iter().filter(move |captions| !written(&captions.lang));
        let said = said.map(|captions| (&captions.lang, captions.said.as_str()));
        self.transcripts.iter().map(|known| (&known.lang, known.text.as_str())).chain(said)
    }

    /// Whether it may be kept: something may still be missing.
    pub fn check_bounds(&self) -> Result<()> {
        let bytes: usize = self.texts().map(|(_, text)| text.len()).sum();
        if self.captions.len() > limits::LANGUAGES || self.transcripts.len() > limits::LANGUAGES {
            let what = format!("There are captions in more than {} languages.", limits::LANGUAGES);
            return Err(Problem::new("E204", what).field("captions").into());
        }
        if bytes > limits::TRANSCRIPTS {
            let what = format!("The transcripts take more than {} MiB together.", limits::TRANSCRIPTS >> 20);
            return Err(Problem::new("E204", what).field("transcript").remedy("Shorten them.").into());
        }
        self.without.as_ref().map_or(Ok(()), Without::check)
    }

    /// Whether a recording may be published with it. `sound` tells whether anything is heard in it.
    pub fn check(&self, sort: Sort, sound: bool) -> Result<()> {
        self.check_bounds()?;
        match sort {
            Sort::Video if sound && self.captions.is_empty() && self.without.is_none() => Err(no_captions()),
            Sort::Sound if self.texts().next().is_none() && self.without.is_none() => Err(no_transcript()),
            Sort::Picture | Sort::Video | Sort::Sound => Ok(()),
        }
    }
}

fn no_captions() -> Error {
    Problem::new("E200", "The video has no captions.")
        .field("captions")
        .remedy("Add a WebVTT or SRT file, or say why none are needed.")
        .into()
}

fn no_transcript() -> Error {
    Problem::new("E201", "The recording has no transcript.")
        .field("transcript")
        .remedy("Write down what is said, add captions, or say why none is needed.")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(checked: Result<()>) -> &'static str {
        match checked {
            Ok(()) => "",
            Err(Error::Invalid(problem)) => problem.id,
            Err(other) => panic!("{other:?}"),
        }
    }

    fn captions(lang: &str) -> Captions {
        Captions { lang: lang.parse().unwrap(), file: format!("{lang}.vtt"), bytes: 9, said: format!("said in {lang}") }
    }

    #[test]
    fn a_recording_is_read_or_says_why_not() {
        let mut spoken = Spoken::default();
        assert_eq!(id(spoken.check(Sort::Video, true)), "E200");
        assert_eq!(id(spoken.check(Sort::Sound, true)), "E201");
        assert_eq!((id(spoken.check(Sort::Video, false)), id(spoken.check(Sort::Picture, false))), ("", ""));
        spoken.write(&"en".parse().unwrap(), " Words ");
        assert_eq!((id(spoken.check(Sort::Video, true)), id(spoken.check(Sort::Sound, true))), ("E200", ""));
        spoken.without = Some(Without::of("no-speech"));
        assert_eq!(id(spoken.check(Sort::Video, true)), "");
        spoken.without = Some(Without::of("other:"));
        assert_eq!(id(spoken.check(Sort::Video, true)), "E206");
        spoken.without = Some(Without::of(&"x".repeat(501)));
        assert_eq!(id(spoken.check_bounds()), "E206");
        spoken = Spoken { captions: vec![captions("en"); 31], ..Spoken::default() };
        assert_eq!(id(spoken.check_bounds()), "E204");
    }

    #[test]
    fn each_language_has_one_text_and_what_was_written_goes_before() {
        let mut spoken = Spoken::default();
        for lang in ["en", "de", "en"] {
            spoken.add(captions(lang));
        }
        assert_eq!(spoken.captions.len(), 2);
        let (en, de): (Lang, Lang) = ("en".parse().unwrap(), "de".parse().unwrap());
        spoken.write(&en, "Written");
        let texts: Vec<_> = spoken.texts().map(|(lang, text)| (lang.as_str(), text)).collect();
        assert_eq!(texts, [("en", "Written"), ("de", "said in de")]);
        spoken.write(&en, " ");
        spoken.drop(&de);
        assert_eq!(spoken.texts().map(|(_, text)| text).collect::<Vec<_>>(), ["said in en"]);
    }

    #[test]
    fn reasons_have_names_or_words() {
        assert_eq!(Without::of("in-text"), Without { reason: Reason::InText, words: String::new() });
        assert_eq!(Without::of("no-speech: birds").words, "birds");
        assert_eq!(Without::of("Ours: a song").reason, Reason::Other);
    }
}
