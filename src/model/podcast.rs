//! A podcast: a series of an account, whose episodes are posts with sound. The rules are those of the directories that
//! list it (Apple's "A podcaster's guide to RSS", and the podcast namespace).

mod categories;

use serde::{Deserialize, Serialize};

use super::ids::{AccountId, MediaId};
use super::media::Media;
use crate::base::lang::Lang;
use crate::base::text;
use crate::base::time::Timestamp;
use crate::crypto::digest;
use crate::error::{Error, Problem, Result};
use crate::limits::podcast as limits;

pub use categories::ALL as CATEGORIES;

/// The name space of `podcast:guid`, as the podcast namespace fixes it.
const GUIDS: [u8; 16] =
    [0xea, 0xd4, 0xc2, 0x36, 0xbf, 0x58, 0x58, 0xc6, 0xa2, 0xc6, 0xa6, 0xb2, 0x8d, 0x12, 0x8c, 0xb6];

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Podcast {
    pub account: AccountId,
    /// Its name in addresses, for good: apps know it by its feed.
    pub slug: String,
    pub created: Timestamp,
    pub updated: Timestamp,
    /// Since then its feed answers 410, which takes it out of directories; its episodes stay posts.
    #[serde(default)]
    pub deleted: Option<Timestamp>,
    /// The main language first. Each has a feed of its own.
    pub versions: Vec<Told>,
    pub author: String,
    /// The mailbox by which directories ask whether the feed is ours. It stands in the feed.
    pub mail: String,
    /// One of Apple's, as `News` or `News > Politics`.
    pub category: String,
    #[serde(default)]
    pub explicit: bool,
    #[serde(default)]
    pub order: Order,
    /// Other hosts may not take the feed over.
    #[serde(default)]
    pub locked: bool,
    /// There will be no more episodes.
    #[serde(default)]
    pub complete: bool,
    pub cover: MediaId,
    /// The one that it had elsewhere: it stays when a podcast moves.
    #[serde(default)]
    pub guid: Option<String>,
    /// Its page without the scheme when it was first public: what its ids are made from. Nothing in a trial.
    #[serde(default)]
    pub home: Option<String>,
}

/// What it says of itself in a language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub lang: Lang,
    pub title: String,
    /// Plain text.
    pub description: String,
}

/// In which order it wants to be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The newest first.
    #[default]
    Episodic,
    /// From the first on: then episodes have numbers.
    Serial,
}

/// A podcast with its cover.
#[derive(Debug, Clone)]
pub struct Series {
    pub podcast: Podcast,
    pub cover: Option<Media>,
}

impl Podcast {
    /// What it says in its main language; never none.
    pub fn main(&self) -> Option<&Told> {
        self.versions.first()
    }

    pub fn told(&self, lang: &Lang) -> Option<&Told> {
        self.versions.iter().find(|told| told.lang == *lang)
    }

    /// `podcast:guid` of the feed in a language. `page` is its page now, which counts until it was public.
    pub fn guid(&self, page: &str, lang: &Lang) -> String {
        let main = self.main().is_none_or(|told| told.lang == *lang);
        if let Some(guid) = self.guid.as_ref().filter(|_| main) {
            return guid.clone();
        }
        let home = self.home.as_deref().unwrap_or_else(|| page.split_once("://").map_or(page, |(_, rest)| rest));
        digest::uuid5(GUIDS, &if main { format!("{home}.rss") } else { format!("{home}/{lang}.rss") })
    }

    /// Everything but the cover, which is checked when it comes, and whether the name is free.
    pub fn check(&self) -> Result<()> {
        self.problems().into_iter().next().map_or(Ok(()), |(_, problem)| Err(problem))
    }

    /// All that is wrong, each with the place of the version that it is about.
    pub fn problems(&self) -> Vec<(usize, Error)> {
        let mut found = vec![(0, check_slug(&self.slug)), (0, check_count(self.versions.len()))];
        for (n, told) in self.versions.iter().enumerate() {
            let before = self.versions.iter().take(n);
            found.push((n, check_lang(&told.lang, before)));
            found.push((n, check_line(&told.title, limits::TITLE, "title", "The title")));
            found.push((n, check_description(&told.description)));
        }
        found.extend([
            (0, check_category(&self.category)),
            (0, check_line(&self.author, limits::AUTHOR, "author", "The author")),
            (0, check_mail(&self.mail)),
            (0, self.guid.as_deref().map_or(Ok(()), check_guid)),
        ]);
        found.into_iter().filter_map(|(n, checked)| Some((n, checked.err()?))).collect()
    }
}

/// Category and subcategory as Apple spells them.
pub fn category(typed: &str) -> Option<(&'static str, Option<&'static str>)> {
    let (top, sub) = match typed.split_once('>') {
        Some((top, sub)) => (top.trim(), Some(sub.trim())),
        None => (typed.trim(), None),
    };
    let (top, subs) = CATEGORIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(top))?;
    match sub {
        None => Some((top, None)),
        Some(sub) => subs.iter().find(|name| name.eq_ignore_ascii_case(sub)).map(|sub| (*top, Some(*sub))),
    }
}

fn check_slug(slug: &str) -> Result<()> {
    let letters = slug.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if letters && (1..=limits::SLUG).contains(&slug.len()) && !slug.starts_with('-') && !slug.ends_with('-') {
        return Ok(());
    }
    let what = match slug {
        "" => "The podcast has no name for its addresses.".to_owned(),
        _ => format!("'{slug}' cannot be a podcast's name in addresses."),
    };
    let remedy = format!("Use 1 to {} letters a to z, digits and hyphens: city-talk", limits::SLUG);
    Err(Problem::new("E401", what).field("slug").remedy(remedy).into())
}

fn check_count(versions: usize) -> Result<()> {
    let most = crate::limits::post::VERSIONS;
    if (1..=most).contains(&versions) {
        return Ok(());
    }
    Err(Problem::new("E400", format!("A podcast speaks 1 to {most} languages.")).field("title").into())
}

fn check_description(description: &str) -> Result<()> {
    let bytes = description.len();
    if !description.trim().is_empty() && bytes <= limits::DESCRIPTION {
        return Ok(());
    }
    let (what, remedy) = if description.trim().is_empty() {
        let remedy = "Say in some sentences what it is about: directories refuse a podcast without.";
        ("The description is missing.".to_owned(), remedy)
    } else {
        let what = format!("The description has {bytes} bytes, and directories take {}.", limits::DESCRIPTION);
        (what, "Shorten it: a letter of the Latin alphabet is one byte, others are two or more.")
    };
    Err(Problem::new("E400", what).field("description").remedy(remedy).into())
}

fn check_lang<'a>(lang: &Lang, mut before: impl Iterator<Item = &'a Told>) -> Result<()> {
    if before.all(|other| other.lang != *lang) {
        return Ok(());
    }
    Err(Problem::new("E400", format!("The podcast is described twice in the language {lang}.")).field("lang").into())
}

fn check_category(typed: &str) -> Result<()> {
    if category(typed).is_some() {
        return Ok(());
    }
    let (what, remedy) = match typed {
        "" => ("No category is chosen.".to_owned(), "Directories sort podcasts by it: choose one, such as Government."),
        _ => (
            format!("Apple's list has no category '{typed}'."),
            "For example: Government, News > Politics, Education. All of them: instance help podcast-categories",
        ),
    };
    Err(Problem::new("E403", what).field("category").remedy(remedy).into())
}

/// One line of words, neither empty nor too long.
pub(super) fn check_line(words: &str, most: usize, field: &'static str, called: &str) -> Result<()> {
    let length = words.chars().count();
    if !text::one_line(words).is_empty() && length <= most && !words.contains('\n') {
        return Ok(());
    }
    let what = if text::one_line(words).is_empty() {
        format!("{called} is missing.")
    } else {
        format!("{called} has 1 to {most} characters in one line; this one has {length}.")
    };
    Err(Problem::new("E400", what).field(field).into())
}

fn check_mail(mail: &str) -> Result<()> {
    let fits = mail.len() <= limits::MAIL && mail.chars().all(|c| c.is_ascii_graphic() && !"<>\"(),;:".contains(c));
    let parts = mail.split_once('@').filter(|(user, domain)| {
        !user.is_empty()
            && !domain.contains('@')
            && domain.split('.').count() > 1
            && !domain.split('.').any(str::is_empty)
    });
    if fits && parts.is_some() {
        return Ok(());
    }
    let what = match mail {
        "" => "The e-mail address is missing.".to_owned(),
        _ => format!("'{mail}' is not a complete e-mail address."),
    };
    Err(Problem::new("E402", what)
        .field("mail")
        .remedy("Directories write to it to ask whether the podcast is yours, and it stands in the feed: podcast@city.example")
        .into())
}

fn check_guid(guid: &str) -> Result<()> {
    let right = guid.len() == 36
        && guid
            .char_indices()
            .all(|(at, c)| if matches!(at, 8 | 13 | 18 | 23) { c == '-' } else { matches!(c, '0'..='9' | 'a'..='f') });
    if right {
        return Ok(());
    }
    Err(Problem::new("E405", format!("'{guid}' is no guid."))
        .field("guid")
        .remedy("Leave it out, unless the podcast comes from elsewhere; then copy what stands in <podcast:guid> there.")
        .into())
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// An error's id, what is set, and values that are wrong.
    type Case<'a> = (&'a str, fn(&mut Podcast, &str), &'a [&'a str]);

    pub fn podcast() -> Podcast {
        let told = |lang: &str, title: &str| Told {
            lang: lang.parse().unwrap(),
            title: title.into(),
            description: "What the council decides.".into(),
        };
        Podcast {
            account: AccountId(1),
            slug: "city-talk".into(),
            created: Timestamp(1),
            updated: Timestamp(1),
            deleted: None,
            versions: vec![told("en", "City Talk"), told("de", "Stadtgespräch")],
            author: "City of Example".into(),
            mail: "podcast@city.example".into(),
            category: "News > Politics".into(),
            explicit: false,
            order: Order::Episodic,
            locked: true,
            complete: false,
            cover: MediaId(1),
            guid: None,
            home: None,
        }
    }

    #[test]
    fn an_id_is_made_from_the_first_address_and_stays() {
        let (en, de) = ("en".parse().unwrap(), "de".parse().unwrap());
        // The examples of the podcast namespace's page on the tag.
        assert_eq!(digest::uuid5(GUIDS, "podnews.net/rss"), "9b024349-ccf0-5f69-a609-6b82873eab3c");
        assert_eq!(digest::uuid5(GUIDS, "mp3s.nashownotes.com/pc20rss.xml"), "917393e3-1b1e-5cef-ace4-edaa54e1f810");
        let mut podcast = podcast();
        let trial = podcast.guid("http://localhost:8080/@press/podcast/city-talk", &en);
        assert_eq!(trial, digest::uuid5(GUIDS, "localhost:8080/@press/podcast/city-talk.rss"));
        podcast.home = Some("s.example/@press/podcast/city-talk".into());
        let (main, german) = (podcast.guid("https://new.example/x", &en), podcast.guid("https://new.example/x", &de));
        assert_eq!(main, digest::uuid5(GUIDS, "s.example/@press/podcast/city-talk.rss"));
        assert_eq!(german, digest::uuid5(GUIDS, "s.example/@press/podcast/city-talk/de.rss"));
        podcast.guid = Some("917393e3-1b1e-5cef-ace4-edaa54e1f810".into());
        assert_eq!(podcast.guid("", &en), "917393e3-1b1e-5cef-ace4-edaa54e1f810");
        assert_eq!(podcast.guid("", &de), german);
    }

    #[test]
    fn what_directories_refuse_is_refused_here() {
        assert!(podcast().check().is_ok());
        let long = "x".repeat(4_001);
        let cases: [Case<'_>; 7] = [
            ("E401", |p, v| p.slug = v.into(), &["", "City", "a b", "a.rss", "-a", "a-", "ü"]),
            ("E400", |p, v| p.versions[0].title = v.into(), &["", " ", "a\nb", &long]),
            ("E400", |p, v| p.versions[1].description = v.into(), &["", " ", &long]),
            ("E400", |p, v| p.versions[1].lang = v.parse().unwrap(), &["en"]),
            ("E402", |p, v| p.mail = v.into(), &["", "a", "a@b", "@b.c", "a@b..c", "a@b.c\n", "<a@b.c>", "a@b@c.d"]),
            ("E403", |p, v| p.category = v.into(), &["", "News >", "News > Baseball", "Politics", "Government > x"]),
            ("E405", |p, v| p.guid = Some(v.into()), &["", "917393e3", "917393E3-1b1e-5cef-ace4-edaa54e1f810"]),
        ];
        for (id, set, wrong) in cases {
            for value in wrong {
                let mut podcast = podcast();
                set(&mut podcast, value);
                match podcast.check() {
                    Err(Error::Invalid(problem)) => assert_eq!(problem.id, id, "{value}"),
                    other => panic!("{id} {value}: {other:?}"),
                }
            }
        }
    }

    #[test]
    fn categories_are_apples() {
        assert_eq!(category("kids & family>parenting"), Some(("Kids & Family", Some("Parenting"))));
        assert_eq!(category(" Government "), Some(("Government", None)));
        assert_eq!((CATEGORIES.len(), CATEGORIES.iter().map(|(_, subs)| subs.len()).sum::<usize>()), (19, 91));
    }
}
