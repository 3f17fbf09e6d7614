//! Feeds: what was published, whole, for programs that read them. Atom (RFC 4287) and RSS 2.0.

use askama::Template;

use super::files::words;
use super::items::{VersionLink, others, plain, version_path};
use super::shell::{Scene, name};
use crate::activitypub::write;
use crate::base::html::escape;
use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::base::{markup, text};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::media::{Media, Sort};
use crate::model::poll::Answer;
use crate::model::post::Version;
use crate::store::{Rows, accounts};
use crate::views::post::PostView;
use crate::views::timeline::{self, Page, Which};

/// Whose posts.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a> {
    All,
    Account(&'a str),
    Tag(&'a str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Atom,
    Rss,
}

impl Kind {
    pub fn mime(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Rss => "application/rss+xml; charset=utf-8",
        }
    }
}

#[derive(Template)]
#[template(path = "atom.xml")]
struct Atom<'a> {
    f: &'a Feed,
}

#[derive(Template)]
#[template(path = "rss.xml")]
struct Rss<'a> {
    f: &'a Feed,
}

struct Feed {
    id: String,
    title: String,
    description: String,
    lang: Lang,
    updated: Timestamp,
    own: String,
    page: String,
    icon: Option<String>,
    version: &'static str,
    entries: Vec<Entry>,
}

struct Entry {
    id: String,
    lang: Lang,
    title: String,
    published: Timestamp,
    updated: Timestamp,
    author: String,
    author_page: String,
    page: String,
    versions: Vec<VersionLink>,
    media: Vec<Enclosure>,
    categories: Vec<Category>,
    html: String,
}

struct Enclosure {
    url: String,
    mime: String,
    bytes: u64,
    alt: String,
}

struct Category {
    term: String,
    label: String,
}

/// The newest posts as a feed.
pub fn render(rows: &impl Rows, scene: &Scene<'_>, of: Of<'_>, kind: Kind) -> Result<String> {
    let site = scene.site;
    let institution = name(&scene.institution.name);
    let (path, title, page, icon) = match of {
        Of::All => {
            let icon = scene.institution.emblem.as_ref().map(|emblem| site.media(&emblem.file));
            (String::new(), institution.clone(), timeline::home(rows, site, None, limits::pages::POSTS)?, icon)
        }
        Of::Account(handle) => {
            let account = accounts::named(rows, handle)?;
            let page = timeline::of_account(rows, site, &account, Which::Listed, None, limits::pages::POSTS)?;
            let title = format!("{} ({})", account.name, site.handle(&account.handle));
            let icon =
                page.posts.first().and_then(|view| view.avatar.as_ref()?.still()).map(|small| site.media(&small.file));
            (format!("/@{}", account.handle), title, page, icon)
        }
        Of::Tag(tag) => {
            let folded = markup::fold(tag);
            let page = timeline::tagged(rows, site, &folded, None, limits::pages::POSTS)?;
            if page.posts.is_empty() {
                return Err(Error::NotFound);
            }
            let path = site.tag(&folded).replacen(&site.origin, "", 1);
            (path, format!("#{folded} – {institution}"), page, None)
        }
    };
    let feed = feed(scene, &path, &title, &page, icon, kind);
    match kind {
        Kind::Atom => super::text(&Atom { f: &feed }),
        Kind::Rss => super::text(&Rss { f: &feed }),
    }
}

fn feed(scene: &Scene<'_>, path: &str, title: &str, page: &Page, icon: Option<String>, kind: Kind) -> Feed {
    let entries: Vec<Entry> = page.posts.iter().filter_map(|view| entry(scene, view)).collect();
    let ext = match kind {
        Kind::Atom => "atom",
        Kind::Rss => "rss",
    };
    let page = format!("{}{}", scene.site.origin, if path.is_empty() { "/" } else { path });
    Feed {
        // The address of the feed stays when its form changes.
        id: format!("{}{path}/feed.atom", scene.site.origin),
        title: xml(title),
        description: xml(&super::words::fill(scene.w.profile_says, title)),
        lang: scene.institution.main_language(),
        updated: entries.iter().map(|e| e.updated).max().unwrap_or(scene.institution.created),
        own: format!("{}{path}/feed.{ext}", scene.site.origin),
        page,
        icon,
        version: env!("CARGO_PKG_VERSION"),
        entries,
    }
}

fn entry(scene: &Scene<'_>, view: &PostView) -> Option<Entry> {
    let (site, post) = (scene.site, view.post());
    let version = post.main()?;
    let absolute = |path: String| format!("{}{path}", site.origin);
    let mut versions = others(view, version);
    for link in &mut versions {
        link.path.insert_str(0, &site.origin);
    }
    Some(Entry {
        id: site.post(post.id),
        lang: version.lang.clone(),
        title: xml(&text::clip(&plain(view, version), 100)),
        published: post.published,
        updated: post.updated.unwrap_or(post.published),
        author: xml(&view.account().name),
        author_page: site.profile(&view.account().handle),
        page: absolute(version_path(view, version)),
        versions,
        media: view.material.media.iter().map(|media| enclosure(scene, media, words(post, version, media).0)).collect(),
        categories: post.tags.iter().map(|t| Category { term: xml(&t.folded), label: xml(&t.shown) }).collect(),
        html: html(scene, view, version),
    })
}

fn enclosure(scene: &Scene<'_>, media: &Media, alt: &str) -> Enclosure {
    Enclosure { url: scene.site.media(&media.file), mime: media.mime.clone(), bytes: media.bytes, alt: xml(&name(alt)) }
}

/// The whole post: warning, text, pictures.
pub(super) fn html(scene: &Scene<'_>, view: &PostView, version: &Version) -> String {
    let mut html = String::new();
    if !version.warning.is_empty() {
        html.extend(["<p><strong>", scene.w.warning, ": ", &escape(&version.warning), "</strong></p>"]);
    }
    html.push_str(&write::text::html(scene.site, view.post(), version));
    html.push_str(&poll(view, version));
    if !view.post().sensitive && version.warning.is_empty() {
        let alt = |media| words(view.post(), version, media).0;
        html.extend(view.material.media.iter().map(|media| picture(scene, media, alt(media))));
    }
    xml(&html)
}

/// The answers of a poll. How they stand is said on the page: a feed is not read anew for it.
fn poll(view: &PostView, version: &Version) -> String {
    let Some(poll) = &view.post().poll else { return String::new() };
    let answer =
        |answer: &Answer| format!("<li>{}</li>", escape(answer.in_language(&version.lang).unwrap_or(&answer.text)));
    format!("<ul>{}</ul>", poll.answers.iter().map(answer).collect::<String>())
}

fn picture(scene: &Scene<'_>, media: &Media, alt: &str) -> String {
    let (site, alt) = (scene.site, escape(alt));
    let src = site.media(&media.file);
    match (media.sort(), media.still()) {
        (Sort::Video, poster) => {
            let poster = poster.map(|still| format!(" poster=\"{}\"", site.media(&still.file))).unwrap_or_default();
            format!("<p><video controls{poster} src=\"{src}\" aria-label=\"{alt}\"></video></p><p>{alt}</p>")
        }
        (Sort::Sound, _) => format!("<p><audio controls src=\"{src}\" aria-label=\"{alt}\"></audio></p><p>{alt}</p>"),
        (Sort::Picture, None) => String::new(),
        (Sort::Picture, Some(small)) => {
            let (src, width, height) = (site.media(&small.file), small.width, small.height);
            format!("<p><img src=\"{src}\" width=\"{width}\" height=\"{height}\" alt=\"{alt}\"></p>")
        }
    }
}

/// Only characters that XML 1.0 can carry, and none that turn the direction of what follows. The templates escape.
pub(super) fn xml(words: &str) -> String {
    words.chars().filter(|c| text::printable(*c)).collect()
}
