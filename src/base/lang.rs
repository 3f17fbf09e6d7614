//! Languages: validated tags (BCP 47), their names, direction and wire form, and dates in them.

mod dates;
mod names;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::text;
use crate::error::{Error, Problem, Result};
use crate::limits;

pub use dates::{date_long, month};
pub use names::all as known;

/// A language tag: language, then perhaps extended language, script, region and variants, in canonical case
/// (`de`, `pt-BR`, `sr-Latn`, `de-simple`). Well-formed, not necessarily registered. English by default.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lang(String);

/// Which way a language is written, for the attribute `dir`.
const RTL_LANGUAGES: [&str; 19] = [
    "ar", "arc", "arz", "azb", "ckb", "dv", "fa", "glk", "he", "lrc", "mzn", "pnb", "ps", "sd", "syc", "syr", "ug",
    "ur", "yi",
];
const RTL_SCRIPTS: [&str; 8] = ["Adlm", "Arab", "Aran", "Hebr", "Nkoo", "Rohg", "Syrc", "Thaa"];

impl Lang {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language alone: `pt` of `pt-BR`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// `rtl` or `ltr`. A script in the tag decides, else the language.
    pub fn dir(&self) -> &'static str {
        let rtl = match self.script() {
            Some(script) => RTL_SCRIPTS.contains(&script),
            None => RTL_LANGUAGES.contains(&self.primary()),
        };
        if rtl { "rtl" } else { "ltr" }
    }

    /// What the language calls itself (`Deutsch`, `Leichte Sprache`); the tag where we do not know.
    pub fn own_name(&self) -> &str {
        names::own(&self.0).or_else(|| names::own(self.primary())).unwrap_or(&self.0)
    }

    /// What other servers are told. Mastodon's readers filter by plain codes and know no other regional forms
    /// than these (`languages_helper.rb`, `SUPPORTED_LOCALES`), so `de-AT` goes out as `de`.
    pub fn wire(&self) -> &str {
        match (self.primary(), self.region()) {
            ("zh", _) if self.0.split('-').nth(1) == Some("yue") => "zh-YUE",
            ("zh", Some("CN")) => "zh-CN",
            ("zh", Some("HK")) => "zh-HK",
            ("zh", Some("TW")) => "zh-TW",
            ("nan", Some("TW")) => "nan-TW",
            (primary, _) => primary,
        }
    }

    /// `language_TERRITORY` as `og:locale` wants it; the territory where the language is at home if the tag has none.
    pub fn locale(&self) -> String {
        match self.region() {
            Some(region) => format!("{}_{region}", self.primary()),
            None => names::locale(self.primary()).unwrap_or(self.primary()).to_owned(),
        }
    }

    fn script(&self) -> Option<&str> {
        self.0.split('-').skip(1).find(|part| part.len() == 4 && part.starts_with(|c: char| c.is_ascii_uppercase()))
    }

    fn region(&self) -> Option<&str> {
        let region = |part: &&str| part.len() == 2 || part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit());
        self.0.split('-').skip(1).find(region)
    }
}

impl Default for Lang {
    fn default() -> Self {
        Self("en".to_owned())
    }
}

impl FromStr for Lang {
    type Err = Error;

    /// Any case is read. Extensions and private use are refused: they name no language.
    fn from_str(text: &str) -> Result<Self> {
        canonical(text).map(Self).ok_or_else(|| problem(text).into())
    }
}

impl TryFrom<String> for Lang {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Lang> for String {
    fn from(lang: Lang) -> Self {
        lang.0
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where in a tag we are: each part only after what may stand before it.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Place {
    Language,
    Extended,
    Script,
    Region,
    Variant,
}

/// RFC 5646 §2.1 (`langtag` without extension and private use) and §2.1.1 (case).
fn canonical(text: &str) -> Option<String> {
    if text.len() > limits::text::LANGUAGE {
        return None;
    }
    let mut parts = text.split('-');
    let language = parts.next().filter(|part| matches!(part.len(), 2 | 3) && alphabetic(part))?;
    let mut tag = language.to_ascii_lowercase();
    let mut place = Place::Language;
    for part in parts {
        let next = place_of(part)?;
        let part = part.to_ascii_lowercase();
        let again = next == place && next == Place::Variant;
        if !(next > place || again) || again && tag.split('-').any(|before| before == part) {
            return None;
        }
        tag.push('-');
        match next {
            Place::Script => {
                let (first, rest) = part.split_at_checked(1)?;
                tag.extend([first.to_ascii_uppercase().as_str(), rest]);
            }
            Place::Region => tag.push_str(&part.to_ascii_uppercase()),
            Place::Language | Place::Extended | Place::Variant => tag.push_str(&part),
        }
        place = next;
    }
    Some(tag)
}

fn place_of(part: &str) -> Option<Place> {
    let digit_first = part.starts_with(|c: char| c.is_ascii_digit());
    match part.len() {
        3 if alphabetic(part) => Some(Place::Extended),
        4 if alphabetic(part) => Some(Place::Script),
        2 if alphabetic(part) => Some(Place::Region),
        3 if part.bytes().all(|b| b.is_ascii_digit()) => Some(Place::Region),
        4 if digit_first && alphanumeric(part) => Some(Place::Variant),
        5..=8 if alphanumeric(part) => Some(Place::Variant),
        _ => None,
    }
}

fn alphabetic(part: &str) -> bool {
    part.bytes().all(|b| b.is_ascii_alphabetic())
}

fn alphanumeric(part: &str) -> bool {
    part.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn problem(text: &str) -> Problem {
    let shown = text::clean_name(text, 40);
    let meant = names::code(text.trim()).map(str::to_owned).or_else(|| canonical(&text.trim().replace('_', "-")));
    let remedy = match meant {
        Some(code) => format!("Did you mean “{code}”?"),
        None => "Use a code such as en, de or pt-BR (BCP 47).".to_owned(),
    };
    Problem::new("E100", format!("“{shown}” is not a language code.")).remedy(remedy)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lang(tag: &str) -> Lang {
        tag.parse().unwrap()
    }

    #[test]
    fn tags_get_their_canonical_case() {
        for (text, tag) in [
            ("DE", "de"),
            ("pt-br", "pt-BR"),
            ("SR-latn-rs", "sr-Latn-RS"),
            ("de-SIMPLE", "de-simple"),
            ("de-CH-1996", "de-CH-1996"),
            ("es-419", "es-419"),
            ("zh-YUE", "zh-yue"),
            ("sl-rozaj-biske", "sl-rozaj-biske"),
            ("gsg", "gsg"),
            ("xx", "xx"),
        ] {
            assert_eq!(lang(text).as_str(), tag);
        }
    }

    #[test]
    fn what_is_no_tag_is_refused() {
        for wrong in [
            "",
            "e",
            "english",
            "de-",
            "-de",
            "de--AT",
            "de_AT",
            "de-AT-AT",
            "de-AT-Latn",
            "de-x-foo",
            "x-foo",
            "en-u-ca",
            "i-klingon",
            "dé",
            "de AT",
            "de\n",
            "de-simple-simple",
            "de-abcdefghi",
            "d3",
            "de-a",
            "sl-rozaj-biske-1994-abcde-bcdef-x",
        ] {
            assert!(wrong.parse::<Lang>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn refusals_help() {
        for (wrong, code) in [
            ("english", "“en”"),
            ("Deutsch", "“de”"),
            ("german", "“de”"),
            ("de_at", "“de-AT”"),
            ("Français ", "“fr”"),
            ("ΕΛΛΗΝΙΚΆ", "“el”"),
        ] {
            let Err(Error::Invalid(problem)) = wrong.parse::<Lang>() else { panic!("{wrong} is accepted") };
            assert_eq!(problem.id, "E100");
            assert!(problem.remedy.contains(code), "{wrong}: {}", problem.remedy);
        }
        let Err(Error::Invalid(problem)) = format!("\u{202e}{}", "x".repeat(1000)).parse::<Lang>() else {
            panic!("accepted")
        };
        assert!(problem.what.chars().count() < 80 && !problem.what.contains('\u{202e}'));
    }

    #[test]
    fn stored_tags_are_checked_when_read() {
        assert_eq!(serde_json::to_string(&lang("pt-BR")).unwrap(), "\"pt-BR\"");
        assert_eq!(serde_json::from_str::<Lang>("\"pt-br\"").unwrap(), lang("pt-BR"));
        assert!(serde_json::from_str::<Lang>("\"<b>\"").is_err());
    }

    #[test]
    fn direction_follows_script_then_language() {
        for tag in ["ar", "he", "fa-IR", "ur", "yi", "ps", "sd", "ug", "dv", "ckb", "syc", "az-Arab", "yi-Hebr"] {
            assert_eq!(lang(tag).dir(), "rtl", "{tag}");
        }
        for tag in ["en", "sd-Deva", "ug-Latn", "zh-Hant", "de-simple", "ku"] {
            assert_eq!(lang(tag).dir(), "ltr", "{tag}");
        }
    }

    #[test]
    fn names_and_wire_forms() {
        for (tag, name, wire, locale) in [
            ("de", "Deutsch", "de", "de_DE"),
            ("de-AT", "Deutsch", "de", "de_AT"),
            ("de-simple", "Leichte Sprache", "de", "de_DE"),
            ("el", "Ελληνικά", "el", "el_GR"),
            ("ga", "Gaeilge", "ga", "ga_IE"),
            ("en", "English", "en", "en_GB"),
            ("zh-TW", "中文", "zh-TW", "zh_TW"),
            ("zh-Hant-HK", "中文", "zh-HK", "zh_HK"),
            ("zh-yue", "中文", "zh-YUE", "zh_CN"),
            ("zh-SG", "中文", "zh", "zh_SG"),
            ("xx", "xx", "xx", "xx"),
            ("xx-Latn", "xx-Latn", "xx", "xx"),
        ] {
            let lang = lang(tag);
            assert_eq!((lang.own_name(), lang.wire(), lang.locale().as_str()), (name, wire, locale), "{tag}");
        }
    }

    proptest! {
        #[test]
        fn canonical_tags_stay_as_they_are(text in "[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,9}){0,4}") {
            if let Ok(lang) = text.parse::<Lang>() {
                prop_assert!(lang.as_str().eq_ignore_ascii_case(&text));
                prop_assert_eq!(lang.as_str().parse::<Lang>().unwrap(), lang);
            }
        }
    }
}
