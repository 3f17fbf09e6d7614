//! The feed of a podcast: RSS 2.0 with the names of Apple (`itunes`), of Podcasting 2.0 (`podcast`) and of Atom, in pages
//! as RFC 5005 §3 has them. It carries what the large directories ask for.

use askama::Template;

use super::episode::chapters_path;
use super::{Asked, Found, Part, find, others, version};
use crate::activitypub::write;
use crate::base::lang::Lang;
use crate::base::text;
use crate::base::time::Timestamp;
use crate::error::Result;
use crate::limits;
use crate::limits::podcast::DESCRIPTION;
use crate::model::episode::{Episode, Person, clock};
use crate::model::institution::Institution;
use crate::model::media::Media;
use crate::model::podcast::{Order, Podcast, category};
use crate::model::post::{Post, Version};
use crate::model::site::Site;
use crate::pages::feeds::xml;
use crate::pages::items::{VersionLink, plain, version_path};
use crate::pages::shell::{Scene, name};
use crate::pages::words::fill;
use crate::store::Rows;
use crate::views::podcast::episodes;
use crate::views::post::PostView;

#[derive(Template)]
#[template(path = "podcast.xml")]
struct Feed<'a> {
    podcast: &'a Podcast,
    lang: Lang,
    title: String,
    description: String,
    author: String,
    page: String,
    own: String,
    first: Option<String>,
    next: Option<String>,
    others: Vec<VersionLink>,
    updated: Timestamp,
    cover: Option<String>,
    category: &'static str,
    subcategory: Option<&'static str>,
    serial: bool,
    guid: String,
    owner: String,
    version: &'static str,
    items: Vec<Item>,
}

struct Item {
    title: String,
    guid: String,
    page: String,
    published: Timestamp,
    /// HTML, within the bounds of directories.
    description: String,
    /// All of it, where that is more.
    content: Option<String>,
    url: String,
    bytes: u64,
    mime: String,
    seconds: u64,
    explicit: bool,
    season: Option<(u32, String)>,
    number: Option<u32>,
    kind: &'static str,
    chapters: Option<String>,
    transcripts: Vec<Transcript>,
    persons: Vec<Person>,
    /// The post as other servers know it: where it can be answered.
    post: String,
    account: String,
    profile: String,
}

/// What is said, as apps show it while they play, or as a page.
struct Transcript {
    url: String,
    mime: &'static str,
    lang: Lang,
    captions: bool,
}

/// The feed of a podcast in one of its languages, which carries the episodes in that language; the one in the main
/// language carries all.
pub fn render(rows: &impl Rows, site: &Site, institution: Institution, part: Part<'_>) -> Result<Found> {
    let asked = find(rows, part)?;
    if asked.misnamed {
        return Ok(Found::Elsewhere(format!("{}.rss", asked.path)));
    }
    let (podcast, told) = (&asked.series.podcast, &asked.told);
    let scene = Scene::new(site, institution, Some(told.lang.clone()));
    let only = part.lang.map(|_| &told.lang);
    let page = episodes(rows, site, podcast, only, part.before, limits::podcast::FEED)?;
    let items: Vec<Item> = page.posts.iter().filter_map(|view| item(&scene, &asked, part, view)).collect();
    let whole = format!("{}{}", site.origin, asked.path);
    let (top, sub) = category(&podcast.category).unwrap_or(("Government", None));
    let changed = page.posts.iter().map(|view| view.post().updated.unwrap_or(view.post().published));
    super::super::text(&Feed {
        title: xml(&name(&told.title)),
        description: xml(&told.description),
        author: xml(&name(&podcast.author)),
        own: part.before.map_or_else(|| format!("{whole}.rss"), |id| format!("{whole}.rss?before={id}")),
        first: (page.older.is_some() || part.before.is_some()).then(|| format!("{whole}.rss")),
        next: page.older.map(|id| format!("{whole}.rss?before={id}")),
        others: others(&asked)
            .into_iter()
            .map(|link| VersionLink { path: format!("{}{}.rss", site.origin, link.path), ..link })
            .collect(),
        updated: changed.max().unwrap_or(podcast.updated).max(podcast.updated),
        cover: asked.series.cover.as_ref().map(|cover| site.media(&cover.file)),
        category: top,
        subcategory: sub,
        serial: podcast.order == Order::Serial,
        guid: podcast.guid(&site.podcast(&asked.account.handle, &podcast.slug), &told.lang),
        owner: xml(&name(&scene.institution.name)),
        version: env!("CARGO_PKG_VERSION"),
        lang: told.lang.clone(),
        page: whole,
        podcast,
        items,
    })
    .map(Found::Here)
}

/// `None` when nothing of it can be heard (any more).
fn item(scene: &Scene<'_>, asked: &Asked, part: Part<'_>, view: &PostView) -> Option<Item> {
    let (site, post, account) = (scene.site, view.post(), view.account());
    let version = version(view, &asked.told.lang)?;
    let episode = post.episode.as_ref()?;
    let sound: &Media = episode.sound(&version.lang, &view.material.media)?;
    let (description, content) = described(site, view, version, episode);
    Some(Item {
        title: xml(&plain(view, version)),
        // Each language is a podcast of its own, and its recording may be another.
        guid: part.lang.map_or_else(|| site.post(post.id), |lang| format!("{}#{lang}", site.post(post.id))),
        page: format!("{}{}", site.origin, version_path(view, version)),
        published: post.published,
        description,
        content,
        url: site.media(&sound.file),
        bytes: sound.bytes,
        mime: sound.mime.clone(),
        seconds: sound.clip.as_ref().map(|clip| clip.millis.div_ceil(1_000)).unwrap_or_default(),
        explicit: episode.explicit || asked.series.podcast.explicit,
        season: episode.season.map(|n| (n, fill(scene.w.season, &n.to_string()))),
        number: episode.number,
        kind: episode.kind.as_str(),
        chapters: chapters(site, post, episode, &account.handle),
        transcripts: transcripts(site, view, sound),
        persons: episode.persons.iter().map(clean).collect(),
        post: site.post(post.id),
        account: site.handle(&account.handle),
        profile: site.profile(&account.handle),
    })
}

fn chapters(site: &Site, post: &Post, episode: &Episode, handle: &str) -> Option<String> {
    (!episode.chapters.is_empty()).then(|| format!("{}{}", site.origin, chapters_path(handle, post.id)))
}

/// Captions of each language, and the page with the transcript where there are none in its language.
fn transcripts(site: &Site, view: &PostView, sound: &Media) -> Vec<Transcript> {
    let place = (1..).zip(&view.material.media).find(|(_, media)| media.id == sound.id);
    let page = place.map(|(n, _)| site.player(&view.account().handle, view.post().id, n)).unwrap_or_default();
    let transcript = |(lang, _): (&Lang, &str)| match sound.spoken.captions.iter().find(|c| c.lang == *lang) {
        Some(captions) => {
            Transcript { url: site.media(&captions.file), mime: "text/vtt", lang: lang.clone(), captions: true }
        }
        None => Transcript { url: page.clone(), mime: "text/html", lang: lang.clone(), captions: false },
    };
    sound.spoken.texts().map(transcript).collect()
}

fn clean(person: &Person) -> Person {
    Person { name: xml(&name(&person.name)), role: xml(&name(&person.role)), url: person.url.clone() }
}

/// The text as HTML, the chapters below it, since apps make links of their times. What directories have no room for
/// stands in `content:encoded`, and the description is what fits of it.
fn described(site: &Site, view: &PostView, version: &Version, episode: &Episode) -> (String, Option<String>) {
    let mut html = write::text::html(site, view.post(), version);
    if !version.warning.is_empty() {
        html.insert_str(0, &format!("<p><strong>{}</strong></p>", crate::base::html::escape(&version.warning)));
    }
    if html.is_empty() {
        html = format!("<p>{}</p>", crate::base::html::escape(episode.title(&version.lang)));
    }
    let mut whole = html.clone();
    if !episode.chapters.is_empty() {
        let line = |c: &crate::model::episode::Chapter| {
            format!("{} {}", clock(c.millis / 1_000 * 1_000), crate::base::html::escape(&c.title))
        };
        let lines: Vec<String> = episode.chapters.iter().map(line).collect();
        whole.extend(["<p>", &lines.join("<br>"), "</p>"]);
    }
    let (html, whole) = (xml(&html), xml(&whole));
    if whole.len() <= DESCRIPTION {
        return (whole, None);
    }
    if html.len() <= DESCRIPTION {
        return (html, Some(whole));
    }
    let words = text::head(&version.text, DESCRIPTION / 2);
    let words = crate::base::html::escape(&text::clip(words, words.chars().count().saturating_sub(1)));
    (xml(text::head(&words, DESCRIPTION)), Some(whole))
}
