//! What stands around every page: head, header, footer, the words and the language they are in.

use askama::Template;
use jiff::tz::TimeZone;

use super::words::{Words, fill};
use crate::base::lang::{Lang, date_long};
use crate::base::text;
use crate::base::time::Timestamp;
use crate::limits;
use crate::model::institution::{Emblem, Institution};
use crate::model::media::Media;
use crate::model::settings::Legal;
use crate::model::site::Site;
use crate::web::assets;

/// Where and in which language a page is shown.
pub struct Scene<'a> {
    pub site: &'a Site,
    pub institution: Institution,
    pub lang: Lang,
    pub w: &'static Words,
    /// The attribute that marks words of the interface as English where the page is in another language.
    pub ui: &'static str,
    zone: TimeZone,
    /// Language of `w`.
    spoken: Lang,
}

impl<'a> Scene<'a> {
    /// A page in `lang`, or in the institution's main language.
    pub fn new(site: &'a Site, institution: Institution, lang: Option<Lang>) -> Self {
        let lang = lang.unwrap_or_else(|| institution.main_language());
        let w = Words::of(&lang);
        let ui = if w.lang == lang.primary() { "" } else { " lang=\"en\" dir=\"ltr\"" };
        let zone = TimeZone::get(&institution.time_zone).unwrap_or(TimeZone::UTC);
        let spoken = w.lang.parse().unwrap_or_default();
        Self { site, institution, lang, w, ui, zone, spoken }
    }

    /// A moment in words, on the institution's clock.
    pub fn moment(&self, at: Timestamp) -> String {
        date_long(at, &self.zone, &self.spoken)
    }

    /// A moment for machines, with the offset of that clock.
    pub fn iso(&self, at: Timestamp) -> String {
        at.in_zone(&self.zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// The frame of a page called so.
    pub fn shell(&self, title: &str) -> Shell {
        let institution = name(&self.institution.name);
        let title = name(title);
        Shell {
            w: self.w,
            ui: self.ui,
            lang: self.lang.clone(),
            title: if title == institution { title } else { format!("{title} – {institution}") },
            times: fill(self.w.times_in, &self.institution.time_zone),
            css: assets::style(self.institution.settings.colours),
            icon: assets::emblem(&self.institution),
            emblem: self.institution.emblem.clone(),
            legal: legal(&self.institution, &self.lang, self.w),
            trial: !self.site.live,
            hidden: !self.site.live,
            institution,
        }
    }

    /// What a legal page is called.
    pub fn legal_title(&self, legal: Legal) -> &'static str {
        title_of(self.w, legal)
    }

    /// Its address: the one without a language answers whoever reads the main one.
    pub fn legal_path(&self, legal: Legal, lang: &Lang) -> String {
        path_of(&self.institution, legal, lang)
    }

    /// What preview cards of other servers show of a page.
    pub fn card(&self, kind: &'static str, path: &str, title: &str, description: &str) -> Card {
        Card {
            kind,
            url: format!("{}{path}", self.site.origin),
            title: text::clip(&name(title), limits::pages::TITLE).into_owned(),
            description: text::clip(&name(description), limits::pages::DESCRIPTION).into_owned(),
            site_name: name(&self.institution.name),
            locale: self.lang.locale(),
            image: None,
            creator: None,
            activity: None,
            feeds: Vec::new(),
        }
    }
}

fn title_of(w: &'static Words, legal: Legal) -> &'static str {
    match legal {
        Legal::Imprint => w.imprint,
        Legal::Privacy => w.privacy,
        Legal::Accessibility => w.accessibility,
        Legal::Terms => w.terms,
    }
}

fn path_of(institution: &Institution, legal: Legal, lang: &Lang) -> String {
    let main = institution.main_language();
    if institution.settings.spoken(legal, &main, &main).as_ref() == Some(lang) {
        format!("/about/{}", legal.name())
    } else {
        format!("/about/{}/{lang}", legal.name())
    }
}

/// Legal pages in the nearest language; what the program itself says of readers and of the pages where there is none.
pub(super) fn legal(institution: &Institution, lang: &Lang, w: &'static Words) -> Vec<(String, &'static str)> {
    let main = institution.main_language();
    let link = |legal: Legal| {
        let path = institution.settings.spoken(legal, lang, &main).map(|lang| path_of(institution, legal, &lang));
        let own = || legal.stands_in().then(|| format!("/about#{}", legal.name()));
        path.or_else(own).map(|path| (path, title_of(w, legal)))
    };
    Legal::ALL.into_iter().filter_map(link).collect()
}

/// The frame of a page.
pub struct Shell {
    pub w: &'static Words,
    pub ui: &'static str,
    pub lang: Lang,
    pub institution: String,
    pub title: String,
    pub times: String,
    pub css: String,
    pub icon: String,
    /// In the head of the page.
    pub emblem: Option<Emblem>,
    /// At the foot: path and name.
    pub legal: Vec<(String, &'static str)>,
    pub trial: bool,
    /// From search engines.
    pub hidden: bool,
}

/// Description, canonical address and OpenGraph of a page, and its other forms.
#[derive(Template)]
#[template(path = "card.html", ext = "html")]
#[template(print = "none")]
pub struct CardTemplate<'a> {
    c: &'a Card,
}

pub struct Card {
    pub kind: &'static str,
    pub url: String,
    pub title: String,
    pub description: String,
    pub site_name: String,
    pub locale: String,
    pub image: Option<CardImage>,
    /// `fediverse:creator`: Mastodon names the author under the card.
    pub creator: Option<String>,
    /// The same thing for other servers.
    pub activity: Option<String>,
    pub feeds: Vec<FeedLink>,
}

pub struct CardImage {
    pub url: String,
    pub width: u32,
    pub height: u32,
    pub alt: String,
}

#[derive(Clone)]
pub struct FeedLink {
    pub kind: &'static str,
    pub path: String,
    pub title: String,
}

impl Card {
    #[must_use]
    pub fn image(mut self, site: &Site, media: Option<&Media>) -> Self {
        self.image = media.and_then(|m| Some((m, m.still()?))).map(|(media, small)| CardImage {
            url: site.media(&small.file),
            width: small.width,
            height: small.height,
            alt: name(&media.alt),
        });
        self
    }

    /// Adds a feed in Atom, and in RSS where the address has that too.
    #[must_use]
    pub fn feed(mut self, path: &str, title: &str, rss: bool) -> Self {
        let link = |kind, ext: &str| FeedLink { kind, path: format!("{path}/feed.{ext}"), title: name(title) };
        self.feeds.push(link("application/atom+xml", "atom"));
        if rss {
            self.feeds.push(link("application/rss+xml", "rss"));
        }
        self
    }
}

impl std::fmt::Display for Card {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        CardTemplate { c: self }.fmt(f)
    }
}

/// Somebody's words as one line without characters that turn the direction of what follows.
pub fn name(words: &str) -> String {
    text::one_line(words)
}
