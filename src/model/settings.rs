//! What the institution chooses while the server runs: one table of settings, each with what it does, its default, how it
//! is checked, and who changed it last. The desk and the command line know them by the same names.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::colour::{Colour, Colours};
use super::institution::Institution;
use super::user::Who;
use crate::base::lang::Lang;
use crate::base::text;
use crate::base::time::Timestamp;
use crate::error::{Problem, Result};
use crate::limits;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Settings {
    /// Years for which the audit log keeps its entries.
    #[serde(default = "audit_years")]
    pub audit_years: u64,
    /// Those of the style sheet, when there are none.
    #[serde(default)]
    pub colours: Option<Colours>,
    #[serde(default)]
    pub contacts: Contacts,
    /// Which legal pages there are, in which languages; their texts stand apart.
    #[serde(default)]
    pub legal: BTreeMap<Legal, BTreeSet<Lang>>,
    /// Who changed what last, by the name of the setting.
    #[serde(default)]
    pub changed: BTreeMap<String, Changed>,
}

/// Whom to write to, for whom; empty for nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contacts {
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub phone: String,
    /// Regulation (EU) 2022/2065, Article 11.
    #[serde(default)]
    pub authorities: String,
    /// Article 12.
    #[serde(default)]
    pub readers: String,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Changed {
    pub by: Who,
    pub at: Timestamp,
}

fn audit_years() -> u64 {
    limits::audit::YEARS
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            audit_years: audit_years(),
            colours: None,
            contacts: Contacts::default(),
            legal: BTreeMap::new(),
            changed: BTreeMap::new(),
        }
    }
}

/// What the names of legal pages begin with, as settings.
const LEGAL: &str = "legal.";

/// A page that the law asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Legal {
    Imprint,
    Privacy,
    Accessibility,
    Terms,
}

impl Legal {
    pub const ALL: [Self; 4] = [Self::Imprint, Self::Privacy, Self::Accessibility, Self::Terms];

    /// As it is typed, and in its address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Imprint => "imprint",
            Self::Privacy => "privacy",
            Self::Accessibility => "accessibility",
            Self::Terms => "terms",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|legal| legal.name() == name)
    }

    /// Whether the program says something of it itself where nobody wrote a text.
    pub fn stands_in(self) -> bool {
        match self {
            Self::Privacy | Self::Accessibility => true,
            Self::Imprint | Self::Terms => false,
        }
    }

    /// What its text in a language is called, as a setting: `legal.imprint.de`.
    pub fn setting(self, lang: &Lang) -> String {
        format!("{LEGAL}{}.{lang}", self.name())
    }

    /// Whose text a setting is, and in which language.
    pub fn of_setting(name: &str) -> Option<(Self, Lang)> {
        let (legal, lang) = name.strip_prefix(LEGAL)?.split_once('.')?;
        Some((Self::named(legal)?, lang.parse().ok()?))
    }

    /// Whether a name is to be one of those, well made or not.
    pub fn is_setting(name: &str) -> bool {
        name.starts_with(LEGAL)
    }
}

impl Settings {
    /// The language in which a legal page answers somebody who reads in `lang`, while there is one.
    pub fn spoken(&self, legal: Legal, lang: &Lang, main: &Lang) -> Option<Lang> {
        let there = self.legal.get(&legal)?;
        let fits = |wanted: &Lang| there.get(wanted).or_else(|| there.iter().find(|l| l.primary() == wanted.primary()));
        fits(lang).or_else(|| fits(main)).or_else(|| there.first()).cloned()
    }
}

/// One thing that can be chosen.
pub struct Setting {
    /// As scripts and fields of forms name it.
    pub name: &'static str,
    pub title: &'static str,
    /// What it does.
    pub what: &'static str,
    /// As text, when nobody has chosen.
    pub default: &'static str,
    /// All that can be typed, where that is a few words; empty where it is anything else.
    pub choices: &'static [&'static str],
    get: fn(&Institution) -> String,
    put: fn(&mut Institution, &str) -> Result<(), String>,
}

/// All of them, in the order in which they are shown.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "name",
        title: "Name of the institution",
        what: "Stands at the head of each page, and other servers show it.",
        default: "",
        choices: &[],
        get: |of| of.name.clone(),
        put: |of, typed| {
            let name = text::one_line(typed);
            bounded(&name, limits::settings::NAME)?;
            if name.is_empty() {
                return Err("an institution has a name".to_owned());
            }
            of.name = name;
            Ok(())
        },
    },
    Setting {
        name: "languages",
        title: "Languages",
        what: "In which you publish, the main one first, parted by commas: en,de. Pages speak the main one.",
        default: "",
        choices: &[],
        get: |of| of.languages.iter().map(Lang::as_str).collect::<Vec<_>>().join(","),
        put: |of, typed| {
            let mut languages: Vec<Lang> = Vec::new();
            for part in typed.split([',', ' ']).filter(|part| !part.is_empty()) {
                let lang: Lang = part.parse().map_err(|_| format!("'{part}' is no language; write en, de, pt-BR"))?;
                if !languages.contains(&lang) {
                    languages.push(lang);
                }
            }
            if !(1..=limits::settings::LANGUAGES).contains(&languages.len()) {
                return Err(format!("it takes 1 to {} languages", limits::settings::LANGUAGES));
            }
            of.languages = languages;
            Ok(())
        },
    },
    Setting {
        name: "time_zone",
        title: "Time zone",
        what: "In which pages show times and posts are planned, e.g. Europe/Brussels.",
        default: "UTC",
        choices: &[],
        get: |of| of.time_zone.clone(),
        put: |of, typed| {
            let zone = jiff::tz::TimeZone::get(typed.trim())
                .map_err(|_| format!("there is no time zone '{typed}'; write it as Europe/Brussels"))?;
            zone.iana_name().unwrap_or("UTC").clone_into(&mut of.time_zone);
            Ok(())
        },
    },
    Setting {
        name: "hold",
        title: "Seconds before \u{201c}Publish now\u{201d} publishes",
        what: "For whoever thinks again: 0 to 300. Until then there is an Undo.",
        default: "30",
        choices: &[],
        get: |of| of.hold.to_string(),
        put: |of, typed| {
            let seconds = number(typed, 0, limits::draft::HOLD.as_secs())?;
            of.hold = u16::try_from(seconds).unwrap_or(limits::draft::HOLD_DEFAULT);
            Ok(())
        },
    },
    Setting {
        name: "second_factor",
        title: "Second factor",
        what: "required: whoever has none sets one up before anything else. voluntary: everybody chooses.",
        default: "voluntary",
        choices: &["voluntary", "required"],
        get: |of| factor_word(of.second_factor).to_owned(),
        put: |of, typed| {
            let meant = [true, false].into_iter().find(|required| factor_word(*required) == typed.trim());
            of.second_factor = meant.ok_or("it is required or voluntary")?;
            Ok(())
        },
    },
    Setting {
        name: "audit_years",
        title: "Years for which the audit log keeps its entries",
        what: "Older ones are cut off, and an entry says so.",
        default: "5",
        choices: &[],
        get: |of| of.settings.audit_years.to_string(),
        put: |of, typed| {
            let (least, most) = (*limits::audit::YEARS_POSSIBLE.start(), *limits::audit::YEARS_POSSIBLE.end());
            of.settings.audit_years = number(typed, least, most)?;
            Ok(())
        },
    },
    Setting {
        name: "colour.ground",
        title: "Colour of the head and of buttons",
        what: "Six digits: #0b3d91.",
        default: "#0b3d91",
        choices: &[],
        get: |of| colours(of).ground.to_string(),
        put: |of, typed| coloured(of, typed, |colours| &mut colours.ground),
    },
    Setting {
        name: "colour.text",
        title: "Colour of the words on that",
        what: "Has to be read on it: a contrast of 4.5 : 1 or more.",
        default: "#ffffff",
        choices: &[],
        get: |of| colours(of).text.to_string(),
        put: |of, typed| coloured(of, typed, |colours| &mut colours.text),
    },
    Setting {
        name: "colour.accent",
        title: "Colour of links",
        what: "Has to be read on the page: a contrast of 4.5 : 1 or more. Dark pages take its nearest shade that can be read there.",
        default: "#0b4fb3",
        choices: &[],
        get: |of| colours(of).accent.to_string(),
        put: |of, typed| coloured(of, typed, |colours| &mut colours.accent),
    },
    Setting {
        name: "contact.email",
        title: "E-mail address for readers",
        what: "Stands on the page About.",
        default: "",
        choices: &[],
        get: |of| of.settings.contacts.email.clone(),
        put: |of, typed| {
            let email = typed.trim();
            if !email.is_empty() && (!email.contains('@') || email.contains(char::is_whitespace)) {
                return Err("write it as name@city.example".to_owned());
            }
            contact(&mut of.settings.contacts.email, typed)
        },
    },
    Setting {
        name: "contact.phone",
        title: "Telephone",
        what: "Stands on the page About.",
        default: "",
        choices: &[],
        get: |of| of.settings.contacts.phone.clone(),
        put: |of, typed| contact(&mut of.settings.contacts.phone, typed),
    },
    Setting {
        name: "contact.authorities",
        title: "Contact point for authorities",
        what: "Article 11 of the Digital Services Act: where authorities write to, and in which languages.",
        default: "",
        choices: &[],
        get: |of| of.settings.contacts.authorities.clone(),
        put: |of, typed| contact(&mut of.settings.contacts.authorities, typed),
    },
    Setting {
        name: "contact.readers",
        title: "Contact point for readers",
        what: "Article 12 of the Digital Services Act: where readers reach a person.",
        default: "",
        choices: &[],
        get: |of| of.settings.contacts.readers.clone(),
        put: |of, typed| contact(&mut of.settings.contacts.readers, typed),
    },
];

impl Setting {
    pub fn named(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name)
    }

    pub fn get(&self, of: &Institution) -> String {
        (self.get)(of)
    }

    /// Takes in what was typed, or says what is wrong with it. What only several settings together can get wrong is
    /// checked by [`check`].
    pub fn put(&'static self, of: &mut Institution, typed: &str) -> Result<(), Problem> {
        (self.put)(of, typed).map_err(|what| Problem::new("E705", format!("{}: {what}.", self.title)).field(self.name))
    }
}

/// How it is typed whether everybody needs a second factor.
pub fn factor_word(required: bool) -> &'static str {
    if required { "required" } else { "voluntary" }
}

/// What only all of them together can get wrong.
pub fn check(of: &Institution) -> Result<(), Problem> {
    of.settings.colours.map_or(Ok(()), |colours| colours.check())
}

fn colours(of: &Institution) -> Colours {
    of.settings.colours.unwrap_or_default()
}

/// One colour; empty is that of the style sheet. When all are those, none is kept.
fn coloured(of: &mut Institution, typed: &str, part: fn(&mut Colours) -> &mut Colour) -> Result<(), String> {
    let (mut new, mut usual) = (colours(of), Colours::default());
    *part(&mut new) = if typed.trim().is_empty() {
        *part(&mut usual)
    } else {
        typed.parse().map_err(|problem: Problem| problem.what.trim_end_matches('.').to_owned())?
    };
    of.settings.colours = Some(new).filter(|new| *new != Colours::default());
    Ok(())
}

fn contact(field: &mut String, typed: &str) -> Result<(), String> {
    let line = text::one_line(typed);
    bounded(&line, limits::settings::CONTACT)?;
    *field = line;
    Ok(())
}

fn bounded(text: &str, most: usize) -> Result<(), String> {
    if text.chars().count() > most { Err(format!("it has at most {most} characters")) } else { Ok(()) }
}

fn number(typed: &str, least: u64, most: u64) -> Result<u64, String> {
    let number = typed.trim().parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("it is a number from {least} to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn city() -> Institution {
        Institution::new("City", vec!["en".parse().unwrap()], "UTC", Timestamp(1))
    }

    #[test]
    fn what_is_shown_can_be_typed_and_wrong_values_say_so() {
        for setting in SETTINGS {
            let mut of = city();
            let shown = setting.get(&of);
            setting.put(&mut of, &shown).unwrap();
            assert_eq!(setting.get(&of), shown, "{}", setting.name);
            assert!(setting.choices.is_empty() || setting.choices.contains(&shown.as_str()), "{}", setting.name);
            for choice in setting.choices {
                setting.put(&mut of, choice).unwrap();
                assert_eq!(setting.get(&of), *choice, "{}", setting.name);
            }
            if !setting.default.is_empty() {
                assert_eq!(shown, setting.default, "{}", setting.name);
            }
        }
        for (name, wrong) in [
            ("name", " "),
            ("languages", ""),
            ("languages", "en,xx-"),
            ("time_zone", "Europe/Atlantis"),
            ("hold", "301"),
            ("second_factor", "yes"),
            ("audit_years", "0"),
            ("colour.text", "white"),
            ("contact.email", "nobody"),
        ] {
            let problem = Setting::named(name).unwrap().put(&mut city(), wrong).unwrap_err();
            assert_eq!((problem.id, problem.field), ("E705", Some(name)), "{wrong}");
        }
    }

    #[test]
    fn colours_are_judged_together_and_forgotten_when_they_are_ours() {
        let mut of = city();
        let put = |of: &mut Institution, name, typed| Setting::named(name).unwrap().put(of, typed).unwrap();
        put(&mut of, "colour.ground", "#ffcc00");
        assert_eq!(check(&of).unwrap_err().field, Some("colour.text"));
        put(&mut of, "colour.text", "#000");
        check(&of).unwrap();
        put(&mut of, "colour.ground", "");
        put(&mut of, "colour.text", "");
        assert_eq!(of.settings.colours, None);
    }

    #[test]
    fn the_name_of_a_legal_page_as_a_setting_comes_back() {
        for legal in Legal::ALL {
            let name = legal.setting(&"pt-BR".parse().unwrap());
            assert_eq!(Legal::of_setting(&name), Some((legal, "pt-BR".parse().unwrap())), "{name}");
        }
        for wrong in ["legal.imprint", "legal.imprint.", "legal.rules.en", "imprint.en", "legal.imprint.en-"] {
            assert_eq!(Legal::of_setting(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_legal_page_is_found_in_the_nearest_language() {
        let lang = |tag: &str| tag.parse::<Lang>().unwrap();
        let mut settings = Settings::default();
        assert_eq!(settings.spoken(Legal::Imprint, &lang("en"), &lang("en")), None);
        settings.legal.insert(Legal::Imprint, BTreeSet::from([lang("de"), lang("fr")]));
        let spoken =
            |of: &str, main: &str| settings.spoken(Legal::Imprint, &lang(of), &lang(main)).unwrap().to_string();
        assert_eq!(
            (spoken("fr-CA", "de"), spoken("it", "fr"), spoken("it", "en")),
            ("fr".into(), "fr".into(), "de".into())
        );
    }
}
