//! What an author is told before a post goes out: things that readers, screen readers or other servers make nothing good
//! of. Advice never blocks, and each piece says what to do. Pure: who needs the network or the clock hands it in.

mod dates;

use std::fmt;

use icu_properties::CodePointSetData;
use icu_properties::props::EmojiPresentation;
use jiff::civil::Date;
use unicode_segmentation::UnicodeSegmentation as _;

use super::post::Version;
use crate::base::lang::Lang;
use crate::base::{markup, text};
use crate::limits;

/// What is known about a post besides its words.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// Those in which the institution publishes.
    pub languages: &'a [Lang],
    /// In the institution's time zone.
    pub today: Date,
    /// Who is named, as written, and was looked for in vain.
    pub unknown: &'a [String],
}

/// A piece of advice, in words for whoever writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The version it is about; none for the whole.
    pub lang: Option<Lang>,
    pub text: String,
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.lang {
            Some(lang) => write!(f, "{} ({lang}): {}", lang.own_name(), self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// Everything there is to say about the versions of one post.
pub fn on(versions: &[Version], around: &Around<'_>) -> Vec<Advice> {
    let mut all = Vec::new();
    for version in versions {
        let lang = Some(&version.lang).filter(|_| versions.len() > 1);
        let found = [length, hashtags, links, emoji, capitals].into_iter().filter_map(|look| look(&version.text));
        let past = dates::past(&version.text, &version.lang, around.today);
        all.extend(found.chain(past).map(|text| Advice { lang: lang.cloned(), text }));
    }
    let whole = around.unknown.iter().map(|handle| unknown(handle)).chain(missing(versions, around.languages));
    all.extend(whole.map(|text| Advice { lang: None, text }));
    all
}

fn length(text: &str) -> Option<String> {
    let (length, most) = (markup::length(text), limits::post::SHOWN_WHOLE);
    (length > most).then(|| {
        format!(
            "The text has {length} characters. Other servers fold what is longer than {most}, and some cut it: \
             shorten it, or part it into a thread with lines of ---."
        )
    })
}

/// Long and without any capital: most likely several words, which a screen reader runs together.
fn hashtags(text: &str) -> Option<String> {
    let joined = |tag: &markup::Tag| {
        let letters = tag.shown.chars().filter(|c| c.is_alphabetic()).count();
        letters >= limits::advice::TAG && tag.shown.chars().all(|c| c.is_lowercase() || c.is_numeric())
    };
    let tag = markup::hashtags(text).into_iter().find(joined)?.shown;
    Some(format!(
        "#{tag}: when it is several words, begin each with a capital letter, as in #RepairLabel; screen readers then \
         read them apart."
    ))
}

/// "Click here" in the official languages of the European Union, as institutions write it.
const CLICK_HERE: [&str; 33] = [
    "click here",
    "hier klicken",
    "klicken sie hier",
    "klick hier",
    "klicke hier",
    "cliquez ici",
    "cliquer ici",
    "haga clic aquí",
    "haz clic aquí",
    "pulse aquí",
    "clicca qui",
    "cliccare qui",
    "clique aqui",
    "klik hier",
    "klik her",
    "klicka här",
    "klikkaa tästä",
    "klikkaa tähän",
    "klikněte zde",
    "kliknite sem",
    "kliknite ovdje",
    "kliknite tukaj",
    "kliknij tutaj",
    "kliknij tu",
    "click aici",
    "kattintson ide",
    "kattints ide",
    "κάντε κλικ εδώ",
    "кликнете тук",
    "klõpsake siin",
    "spauskite čia",
    "ikklikkja hawn",
    "cliceáil anseo",
];

fn links(text: &str) -> Option<String> {
    let plain = text::one_line(text).to_lowercase();
    let whole = |words: &&&str| {
        plain.match_indices(**words).any(|(at, found)| {
            let before = plain.get(..at).and_then(|s| s.chars().next_back());
            let after = plain.get(at + found.len()..).and_then(|s| s.chars().next());
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
    };
    let words = CLICK_HERE.iter().find(whole)?;
    Some(format!("“{words}” says nothing about where a link leads: say what is there, and put the address behind it."))
}

fn emoji(text: &str) -> Option<String> {
    let (mut all, mut row, mut longest) = (0_usize, 0_usize, 0_usize);
    for sign in text.graphemes(true).filter(|sign| !sign.trim().is_empty()) {
        row = if is_emoji(sign) { row + 1 } else { 0 };
        all += usize::from(row > 0);
        longest = longest.max(row);
    }
    let (most, in_a_row) = (limits::advice::EMOJI, limits::advice::EMOJI_IN_A_ROW);
    if all > most {
        return Some(format!(
            "There are {all} emoji. A screen reader reads each by its long name: keep {most} at most."
        ));
    }
    (longest > in_a_row).then(|| {
        format!("{longest} emoji stand in a row. A screen reader reads each by its long name: one says it as well.")
    })
}

/// Drawn as an emoji by itself, or asked to be by U+FE0F.
fn is_emoji(sign: &str) -> bool {
    let drawn = CodePointSetData::new::<EmojiPresentation>();
    sign.contains('\u{fe0f}') || sign.chars().next().is_some_and(|c| drawn.contains(c))
}

/// Three words in a row of nothing but capitals: no abbreviation.
fn capitals(text: &str) -> Option<String> {
    let words = markup_free(text);
    let mut run: Vec<&str> = Vec::new();
    for word in words.split_whitespace().chain(std::iter::once("end")) {
        let letters = || word.chars().filter(|c| c.is_alphabetic());
        if letters().count() > 1 && letters().all(char::is_uppercase) {
            run.push(word);
            continue;
        }
        let length: usize = run.iter().map(|word| word.chars().count()).sum();
        if run.len() >= limits::advice::CAPITAL_WORDS && length >= limits::advice::CAPITALS {
            let shown = run.iter().take(4).copied().collect::<Vec<_>>().join(" ");
            return Some(format!(
                "“{shown}” is all in capitals: it is hard to read, and some screen readers spell it. Write it as usual."
            ));
        }
        run.clear();
    }
    None
}

/// Without addresses, names and tags, whose letters are not ours to choose.
fn markup_free(text: &str) -> String {
    use crate::base::scan::{Piece, pieces};
    let words = |piece: Piece<'_>| match piece {
        Piece::Text(plain) => plain.to_owned(),
        Piece::Link { .. } | Piece::Mention { .. } | Piece::Hashtag { .. } => " · ".to_owned(),
    };
    pieces(text).into_iter().map(words).collect()
}

fn unknown(handle: &str) -> String {
    format!("@{handle} was not found, stays plain text and is told nothing: check how the name is written.")
}

/// A version in an easy form of a language is one more, not the one.
fn missing(versions: &[Version], languages: &[Lang]) -> Option<String> {
    let easy = |lang: &Lang| lang.as_str().contains("-simple");
    let serves = |own: &Lang, lang: &Lang| own == lang || own.primary() == lang.primary() && !easy(own) && !easy(lang);
    let is_missing = |lang: &&Lang| !versions.iter().any(|version| serves(&version.lang, lang));
    let missing: Vec<String> =
        languages.iter().filter(is_missing).map(|lang| format!("{} ({lang})", lang.own_name())).collect();
    (!missing.is_empty()).then(|| {
        format!(
            "There is no version in {}, in which you publish too: add one, or leave it on purpose.",
            missing.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lang(tag: &str) -> Lang {
        tag.parse().unwrap()
    }

    fn version(tag: &str, text: &str) -> Version {
        Version { lang: lang(tag), text: text.into(), warning: String::new() }
    }

    /// What is said about one English text.
    fn said(text: &str) -> Vec<String> {
        let around = Around { languages: &[], today: Date::constant(2026, 11, 25), unknown: &[] };
        on(&[version("en", text)], &around).into_iter().map(|advice| advice.text).collect()
    }

    fn begins(text: &str, beginning: &str) {
        let said = said(text);
        assert!(matches!(said.as_slice(), [one] if one.starts_with(beginning)), "{text}: {said:?}");
    }

    #[test]
    fn a_plain_announcement_gets_no_advice() {
        for text in [
            "The bridge is closed from 1 December 2026. #Traffic #Straßenbahn #B10 https://city.example/CLICK",
            "WHO and EU agree on COVID rules. NATO, UN: see @PRESS@CITY.EXAMPLE 🎉🎉",
            "Here you click through the plan. Clickhere Ltd. won. 3 2 1 © ™ # *",
            "#traffic #environ",
        ] {
            assert_eq!(said(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn each_fault_is_told_with_what_to_do() {
        begins(&"a ".repeat(260), "The text has 519 characters. Other servers fold");
        begins("New: #repairlabel for phones", "#repairlabel: when it is several words");
        begins("For details CLICK\nhere: https://a.example", "“click here” says nothing");
        begins("Bitte klicken Sie hier.", "“klicken sie hier” says");
        begins("Pour en savoir plus, cliquez ici", "“cliquez ici” says");
        begins("🎉 a 🎉 b 🎉 c 🎉 d 🎉 e 🎉 f 🎉", "There are 7 emoji.");
        begins("Party 🎉 🎉❤️", "3 emoji stand in a row.");
        begins("Flags 🇩🇪🇫🇷👩‍👩‍👧‍👦", "3 emoji stand in a row.");
        begins("THE BRIDGE IS CLOSED today", "“THE BRIDGE IS CLOSED” is all in capitals");
        begins("Closed since 24 November 2026.", "“24 November 2026” is in the past");
    }

    #[test]
    fn languages_and_names_are_told_for_the_whole() {
        let (languages, unknown) = ([lang("en"), lang("de"), lang("fr")], ["ana@peer.example".to_owned()]);
        let around = Around { languages: &languages, today: Date::constant(2026, 11, 25), unknown: &unknown };
        let texts = |versions: &[Version]| on(versions, &around).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            texts(&[version("en-GB", "Hello"), version("de-simple", "HALLO AN ALLE LEUTE")]),
            [
                "Leichte Sprache (de-simple): “HALLO AN ALLE LEUTE” is all in capitals: it is hard to read, and some screen \
                 readers spell it. Write it as usual.",
                "@ana@peer.example was not found, stays plain text and is told nothing: check how the name is written.",
                "There is no version in Deutsch (de), français (fr), in which you publish too: add one, or leave it on purpose.",
            ]
        );
    }

    #[test]
    fn hostile_text_is_linear() {
        for part in ["click here", "A ", "🎉", "#a", "1 ", "20.11.2026 ", "(", "@a@b.c "] {
            let text = part.repeat(100_000 / part.len());
            assert!(said(&text).len() <= 6, "{part}");
        }
    }
}
