//! An episode of a podcast: what a post is besides when it belongs to a series. Chapters and persons are read here from
//! what people type.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ids::MediaId;
use super::media::{About, Media, Sort};
use super::podcast::check_line;
use crate::base::lang::Lang;
use crate::base::{json, text, uri};
use crate::error::{Error, Problem, Result};
use crate::limits::podcast as limits;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    /// The series, by its name in addresses.
    pub series: String,
    /// In the languages of the post, the main one first.
    pub titles: Vec<Titled>,
    #[serde(default)]
    pub season: Option<u32>,
    #[serde(default)]
    pub number: Option<u32>,
    #[serde(default)]
    pub kind: Kind,
    #[serde(default)]
    pub explicit: bool,
    /// In order.
    #[serde(default)]
    pub chapters: Vec<Chapter>,
    #[serde(default)]
    pub persons: Vec<Person>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Titled {
    pub lang: Lang,
    pub title: String,
    /// What is heard in this language; the first sound of the post where there is none.
    #[serde(default)]
    pub sound: Option<MediaId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    #[default]
    Full,
    Trailer,
    Bonus,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    pub millis: u64,
    pub title: String,
    /// What it speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Somebody who is heard or took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    /// As the podcast taxonomy has it: `host`, `guest`, …
    pub role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Trailer => "trailer",
            Self::Bonus => "bonus",
        }
    }

    pub fn parse(typed: &str) -> Option<Self> {
        [Self::Full, Self::Trailer, Self::Bonus].into_iter().find(|kind| kind.as_str() == typed)
    }
}

impl Episode {
    /// Calls its recording by its titles, in languages besides the main one in which nothing else is said of it.
    pub fn call(&self, about: &mut About) {
        for titled in self.titles.iter().skip(1) {
            if about.lacks(&titled.lang) {
                about.describe(&titled.lang, titled.title.clone());
            }
        }
    }

    /// The title for readers of a language.
    pub fn title(&self, lang: &Lang) -> &str {
        let found = self.titles.iter().find(|titled| titled.lang == *lang).or(self.titles.first());
        found.map(|titled| titled.title.as_str()).unwrap_or_default()
    }

    /// Whether it speaks to readers of a language.
    pub fn speaks(&self, lang: &Lang) -> bool {
        self.titles.iter().any(|titled| titled.lang == *lang)
    }

    /// What is heard in a language; `media` is all that the post has.
    pub fn sound<'a>(&self, lang: &Lang, media: &'a [Media]) -> Option<&'a Media> {
        let own = self.titles.iter().find(|titled| titled.lang == *lang).and_then(|titled| titled.sound);
        let sounds = || media.iter().filter(|media| media.sort() == Sort::Sound);
        sounds().find(|media| Some(media.id) == own).or_else(|| sounds().next())
    }

    /// Everything that can be said without the files.
    pub fn check(&self) -> Result<()> {
        if self.titles.is_empty() || self.titles.len() > crate::limits::post::VERSIONS {
            return Err(Problem::new("E409", "The episode has no title.").field("title").into());
        }
        for titled in &self.titles {
            check_line(&titled.title, limits::TITLE, "title", "The title")?;
        }
        for (number, field) in [(self.season, "season"), (self.number, "number")] {
            if number.is_some_and(|number| number == 0 || number > limits::NUMBER) {
                let what = format!("Seasons and episodes are numbered from 1 to {}.", limits::NUMBER);
                return Err(Problem::new("E410", what).field(field).into());
            }
        }
        check_chapters(&self.chapters)?;
        check_persons(&self.persons)
    }

    /// Without chapters of its own it has those that its recording brought along.
    #[must_use]
    pub fn with_chapters(mut self, media: &[Media]) -> Self {
        if self.chapters.is_empty()
            && let Some(clip) = self.titles.first().and_then(|titled| self.sound(&titled.lang, media)?.clip.clone())
        {
            self.chapters = clip.chapters;
        }
        self
    }

    /// With the files of the post: something is heard, and the chapters lie in it.
    pub fn check_sound(&self, media: &[Media]) -> Result<()> {
        let Some(sound) = self.titles.first().and_then(|titled| self.sound(&titled.lang, media)) else {
            return Err(Problem::new("E408", "The episode has no sound.")
                .field("audio")
                .remedy("Add the recording as MP3 or M4A; pictures and videos cannot stand for it.")
                .into());
        };
        let length = sound.clip.as_ref().map(|clip| clip.millis).unwrap_or_default();
        match self.chapters.last().filter(|last| last.millis >= length) {
            None => Ok(()),
            Some(last) => {
                let what = format!("The chapter '{}' begins after the end, at {}.", last.title, clock(last.millis));
                Err(Problem::new("E411", what).field("chapters").into())
            }
        }
    }
}

/// Reads chapters: lines of `00:00 Title`, or a document of the podcast namespace (JSON chapters 1.2). Of that, marks
/// that are not to be shown and pictures are left out.
pub fn chapters(typed: &str) -> Result<Vec<Chapter>> {
    if typed.len() > limits::CHAPTERS_TYPED {
        let what = format!("The chapters have more than {} bytes.", limits::CHAPTERS_TYPED);
        return Err(Problem::new("E411", what).field("chapters").into());
    }
    let typed = typed.trim_start_matches('\u{feff}').trim();
    let mut found =
        if typed.starts_with('{') { document(typed)? } else { lines(typed).map(line).collect::<Result<Vec<_>>>()? };
    found.sort_by_key(|chapter| chapter.millis);
    check_chapters(&found)?;
    Ok(found)
}

/// Chapters as `chapters` reads them.
pub fn chapters_typed(chapters: &[Chapter]) -> String {
    let line = |c: &Chapter| match &c.url {
        Some(url) => format!("{} {} {url}\n", clock(c.millis), c.title),
        None => format!("{} {}\n", clock(c.millis), c.title),
    };
    chapters.iter().map(line).collect()
}

/// Lines of a field, without empty ones.
pub fn lines(typed: &str) -> impl Iterator<Item = &str> {
    typed.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn line(line: &str) -> Result<Chapter> {
    let (time, title) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let millis =
        millis(time).ok_or_else(|| unread(format!("'{}' does not begin with a time.", text::clip(line, 60))))?;
    let (title, url) = match title.trim().rsplit_once(char::is_whitespace) {
        Some((title, last)) if last.contains("://") && uri::http(last).is_some() => (title, address(last)),
        Some(_) | None => (title, None),
    };
    Ok(Chapter { millis, title: text::one_line(title), url })
}

fn document(typed: &str) -> Result<Vec<Chapter>> {
    let document = json::parse(typed.as_bytes())?;
    let list = document.get("chapters").and_then(Value::as_array);
    let list = list.ok_or_else(|| unread("The JSON has no list 'chapters'.".to_owned()))?;
    let shown = list.iter().filter(|chapter| chapter.get("toc") != Some(&Value::Bool(false)));
    let chapter = |value: &Value| {
        let seconds = value.get("startTime").and_then(Value::as_f64).filter(|seconds| (0.0..1e9).contains(seconds));
        let millis = seconds.and_then(|s| u64::try_from(std::time::Duration::from_secs_f64(s).as_millis()).ok());
        let millis = millis.ok_or_else(|| unread("A chapter in the JSON has no 'startTime'.".to_owned()))?;
        let words = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        let url = address(words("url"));
        Ok(Chapter { millis, title: text::one_line(words("title")), url })
    };
    shown.map(chapter).collect()
}

/// An address of the web in its normal form, without white space.
fn address(typed: &str) -> Option<String> {
    uri::http(typed).map(String::from)
}

/// `1:05`, `01:02:03`, `00:00:01.500`.
pub fn millis(time: &str) -> Option<u64> {
    let (whole, part) = time.split_once('.').unwrap_or((time, "0"));
    let digits = |text: &str| (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then_some(());
    digits(part)?;
    let thousandths: u64 = format!("{part:0<3}").get(..3)?.parse().ok()?;
    let fields: Vec<&str> = whole.split(':').collect();
    if !(2..=3).contains(&fields.len()) {
        return None;
    }
    let mut seconds: u64 = 0;
    for (n, field) in fields.iter().enumerate() {
        digits(field)?;
        let number: u64 = field.parse().ok().filter(|number| n == 0 || *number < 60)?;
        seconds = seconds.checked_mul(60)?.checked_add(number)?;
    }
    seconds.checked_mul(1_000)?.checked_add(thousandths)
}

/// `1:05`, `1:02:03`, `0:01.500`: what `millis` reads.
pub fn clock(millis: u64) -> String {
    let (seconds, part) = (millis / 1_000, millis % 1_000);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let whole =
        if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") };
    if part > 0 { format!("{whole}.{part:03}") } else { whole }
}

fn unread(what: String) -> Error {
    Problem::new("E411", what)
        .field("chapters")
        .remedy("One chapter a line, its time first: 00:00 Welcome. Or a file of JSON chapters.")
        .into()
}

/// Chapters as a file brought them along, as far as they are any: those with a title, one for each moment.
pub fn found(marks: Vec<(u64, String)>, length: u64) -> Vec<Chapter> {
    let title = |title: &str| text::clip(&text::one_line(title), limits::CHAPTER).into_owned();
    let chapters = marks.into_iter().map(|(millis, words)| Chapter { millis, title: title(&words), url: None });
    let found: Vec<Chapter> = chapters.filter(|c| c.millis < length && !c.title.is_empty()).collect();
    if check_chapters(&found).is_ok() { found } else { Vec::new() }
}

fn check_chapters(chapters: &[Chapter]) -> Result<()> {
    if chapters.len() > limits::CHAPTERS {
        let what = format!("There are {} chapters; at most {} are possible.", chapters.len(), limits::CHAPTERS);
        return Err(Problem::new("E411", what).field("chapters").into());
    }
    for (n, chapter) in chapters.iter().enumerate() {
        let length = chapter.title.chars().count();
        if length == 0 || length > limits::CHAPTER {
            let what = format!(
                "The chapter at {} needs a title of 1 to {} characters.",
                clock(chapter.millis),
                limits::CHAPTER
            );
            return Err(Problem::new("E411", what).field("chapters").into());
        }
        if n.checked_sub(1).and_then(|before| chapters.get(before)).is_some_and(|b| b.millis >= chapter.millis) {
            let what = format!("Two chapters begin at {}.", clock(chapter.millis));
            return Err(Problem::new("E411", what).field("chapters").into());
        }
    }
    Ok(())
}

/// Reads a person: `Ann Example`, `Ann Example; guest`, `Ann Example; guest; https://ann.example`. Whoever has no role is
/// a host.
pub fn person(typed: &str) -> Result<Person> {
    let mut parts = typed.splitn(3, ';').map(text::one_line);
    let name = parts.next().unwrap_or_default();
    let role =
        parts.next().filter(|role| !role.is_empty()).map_or_else(|| "host".to_owned(), |role| role.to_lowercase());
    let url = parts.next().filter(|url| !url.is_empty());
    let person = Person { name, role, url };
    check_persons(std::slice::from_ref(&person))?;
    Ok(person)
}

/// A person as `person` reads it.
pub fn person_typed(person: &Person) -> String {
    let mut typed = format!("{}; {}", person.name, person.role);
    typed.extend(person.url.iter().flat_map(|url| ["; ", url]));
    typed
}

fn check_persons(persons: &[Person]) -> Result<()> {
    let wrong = |what: String| {
        let problem = Problem::new("E412", what).field("persons");
        problem.remedy("One person a line: Ann Example; guest; https://ann.example (role and address may be left out)")
    };
    if persons.len() > limits::PERSONS {
        return Err(
            wrong(format!("There are {} persons; at most {} are possible.", persons.len(), limits::PERSONS)).into()
        );
    }
    for Person { name, role, url } in persons {
        if name.is_empty() || name.chars().count() > limits::PERSON || role.chars().count() > limits::PERSON {
            return Err(wrong(format!(
                "A person has a name and perhaps a role, of 1 to {} characters.",
                limits::PERSON
            ))
            .into());
        }
        if url.as_ref().is_some_and(|url| uri::http(url).is_none()) {
            return Err(wrong(format!("The address of {name} is no address of the web.")).into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(result: Result<Vec<Chapter>>) -> String {
        match result {
            Err(Error::Invalid(problem)) => problem.what,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn chapters_are_lines_or_a_document() {
        let typed = "\u{feff}1:02:03 The end\n\n00:00 Welcome\r\n0:59.5  What it costs  https://city.example/budget\n";
        let read = chapters(typed).unwrap();
        assert_eq!(
            chapters_typed(&read),
            "0:00 Welcome\n0:59.500 What it costs https://city.example/budget\n1:02:03 The end\n"
        );
        let json = r#"{"version":"1.2.0","chapters":[{"startTime":59.5,"title":"What it costs","url":"https://city.example/budget"},
            {"startTime":0,"title":" Welcome "},{"startTime":7,"toc":false},{"startTime":3723,"title":"The end","url":"javascript:x"}]}"#;
        assert_eq!(chapters(json).unwrap(), read);
        assert_eq!(chapters(" \n ").unwrap(), []);
    }

    #[test]
    fn wrong_chapters_are_named() {
        for (typed, said) in [
            ("Welcome", "does not begin with a time"),
            ("00:00", "needs a title"),
            ("0:75 A", "does not begin with a time"),
            ("12 A", "does not begin with a time"),
            ("00:00 A\n0:00 B", "Two chapters begin at 0:00"),
            ("{}", "no list"),
            ("{\"chapters\":[{}]}", "startTime"),
            ("{\"chapters\":[{\"startTime\":-1,\"title\":\"A\"}]}", "startTime"),
            ("{\"chapters\":[{\"startTime\":1e300,\"title\":\"A\"}]}", "startTime"),
            ("{", "cannot be read"),
        ] {
            let what = refused(chapters(typed));
            assert!(what.contains(said), "{typed}: {what}");
        }
        assert!(refused(chapters(&"x".repeat(limits::CHAPTERS_TYPED + 1))).contains("more than"));
        let many: String = (0..=limits::CHAPTERS).flat_map(|n| [n.to_string(), ":00 A\n".to_owned()]).collect();
        assert!(refused(chapters(&many)).contains("at most"));
        assert!(refused(chapters(&format!("0:00 {}", "x".repeat(limits::CHAPTER + 1)))).contains("needs a title"));
    }

    #[test]
    fn persons_have_a_name_and_perhaps_more() {
        for (typed, read) in [
            ("Ann Example", "Ann Example; host"),
            (" Ann ;Guest", "Ann; guest"),
            ("Ann;;https://ann.example/", "Ann; host; https://ann.example/"),
        ] {
            assert_eq!(person_typed(&person(typed).unwrap()), read);
        }
        for wrong in ["", " ;guest", "Ann;guest;javascript:alert(1)", "Ann;guest;ann.example"] {
            assert!(person(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_words_make_a_reader_panic(typed: String) {
            let _ = (chapters(&typed), person(&typed), millis(&typed));
        }

        #[test]
        fn times_come_back(time in 0_u64..360_000_000) {
            prop_assert_eq!(millis(&clock(time)), Some(time));
        }
    }
}
