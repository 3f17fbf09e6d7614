//! What an episode shows besides its post: title and number in lists; on its own page the series, chapters, who is heard,
//! where to subscribe. Chapters also as a document for apps (JSON chapters 1.2).

use serde_json::json;

use super::{Cover, feed_link, path};
use crate::base::lang::Lang;
use crate::base::uri;
use crate::error::{Error, Result};
use crate::model::episode::{Chapter, Episode, Kind, Person, clock};
use crate::model::ids::PostId;
use crate::model::media::{Media, Sort};
use crate::model::post::Version;
use crate::model::site::Site;
use crate::pages::shell::{FeedLink, name};
use crate::pages::words::{Words, fill};
use crate::store::{Rows, accounts, material, posts};
use crate::views::post::PostView;

/// Title and number.
pub struct Heading {
    pub title: String,
    /// Season, number and kind in words; may be empty.
    pub facts: String,
}

impl Heading {
    pub fn new(w: &Words, view: &PostView, version: &Version) -> Option<Self> {
        let episode = view.post().episode.as_ref()?;
        Some(Self { title: name(episode.title(&version.lang)), facts: facts(w, episode) })
    }
}

/// On the episode's own page.
pub struct Whole {
    pub heading: Heading,
    pub series: Option<SeriesLink>,
    pub chapters: Vec<ChapterItem>,
    pub persons: Vec<PersonItem>,
}

/// The podcast that an episode belongs to.
pub struct SeriesLink {
    pub title: String,
    pub lang: Lang,
    pub path: String,
    pub cover: Option<Cover>,
    /// Of its feed.
    pub address: String,
    pub feed: FeedLink,
}

pub struct ChapterItem {
    /// The recording from there on (Media Fragments URI 1.0 §4.2.1).
    pub href: String,
    pub time: String,
    pub title: String,
    pub url: Option<String>,
}

pub struct PersonItem {
    pub name: String,
    pub role: String,
    pub url: Option<String>,
}

impl Whole {
    pub fn new(site: &Site, w: &Words, view: &PostView, version: &Version) -> Option<Self> {
        let episode = view.post().episode.as_ref()?;
        let sound = episode.sound(&version.lang, &view.material.media);
        let chapter = |chapter: &Chapter| Some(chapter_item(sound?, chapter));
        Some(Self {
            heading: Heading::new(w, view, version)?,
            series: series(site, view, version),
            chapters: episode.chapters.iter().filter_map(chapter).collect(),
            persons: episode.persons.iter().map(|person| person_item(w, person)).collect(),
        })
    }
}

fn series(site: &Site, view: &PostView, version: &Version) -> Option<SeriesLink> {
    let series = view.material.series.as_ref()?;
    let podcast = &series.podcast;
    let told = podcast.told(&version.lang).or_else(|| podcast.main())?;
    let path = path(view.account(), podcast, told);
    Some(SeriesLink {
        title: name(&told.title),
        lang: told.lang.clone(),
        address: format!("{}{path}.rss", site.origin),
        feed: feed_link(&path, told),
        cover: series.cover.as_ref().and_then(Cover::new),
        path,
    })
}

fn chapter_item(sound: &Media, chapter: &Chapter) -> ChapterItem {
    let (seconds, thousandths) = (chapter.millis / 1_000, chapter.millis % 1_000);
    let part = if thousandths > 0 { format!(".{thousandths:03}") } else { String::new() };
    ChapterItem {
        href: format!("/media/{}#t={seconds}{part}", sound.file),
        time: clock(chapter.millis / 1_000 * 1_000),
        title: name(&chapter.title),
        url: chapter.url.as_deref().and_then(uri::http).map(Into::into),
    }
}

fn person_item(w: &Words, person: &Person) -> PersonItem {
    let role = match person.role.as_str() {
        "host" => w.host.to_owned(),
        "guest" => w.guest.to_owned(),
        other => name(other),
    };
    PersonItem { name: name(&person.name), role, url: person.url.as_deref().and_then(uri::http).map(Into::into) }
}

/// Season, number and kind of an episode in words.
fn facts(w: &Words, episode: &Episode) -> String {
    let mut facts = Vec::new();
    facts.extend(episode.season.map(|n| fill(w.season, &n.to_string())));
    facts.extend(episode.number.map(|n| fill(w.episode, &n.to_string())));
    match episode.kind {
        Kind::Full => {}
        Kind::Trailer => facts.push(w.trailer.to_owned()),
        Kind::Bonus => facts.push(w.bonus.to_owned()),
    }
    if episode.explicit {
        facts.push(w.explicit.to_owned());
    }
    facts.join(" · ")
}

/// The files of a post as readers of a version meet them: of an episode's recordings only the one in their language.
pub fn media(view: &PostView, version: &Version) -> Vec<Media> {
    let all = &view.material.media;
    let Some(episode) = &view.post().episode else { return all.clone() };
    let heard = episode.sound(&version.lang, all).map(|media| media.id);
    all.iter().filter(|media| media.sort() != Sort::Sound || Some(media.id) == heard).cloned().collect()
}

/// The path of an episode's chapters as a document.
pub fn chapters_path(handle: &str, id: PostId) -> String {
    format!("/@{handle}/{id}/chapters.json")
}

/// The chapters of an episode for apps; `NotFound` where there are none.
pub fn chapters(rows: &impl Rows, handle: &str, id: PostId) -> Result<String> {
    let post = posts::need(rows, id)?;
    let account = accounts::named(rows, handle)?;
    let episode = post.episode.as_ref().filter(|episode| account.id == post.account && !episode.chapters.is_empty());
    let (Some(episode), Some(main)) = (episode, post.main()) else { return Err(Error::NotFound) };
    let chapter = |chapter: &Chapter| {
        let mut value = json!({ "startTime": seconds(chapter.millis), "title": name(&chapter.title) });
        if let (Some(object), Some(url)) = (value.as_object_mut(), &chapter.url) {
            object.insert("url".to_owned(), json!(url));
        }
        value
    };
    let title = name(episode.title(&main.lang));
    let mut document = json!({ "version": "1.2.0", "title": title });
    if let Some(object) = document.as_object_mut() {
        if let Some(series) = material::of(rows, post.clone())?.series {
            object.insert("author".to_owned(), json!(name(&series.podcast.author)));
            object.insert("podcastName".to_owned(), json!(series.podcast.main().map(|told| name(&told.title))));
        }
        object.insert("chapters".to_owned(), episode.chapters.iter().map(chapter).collect());
    }
    Ok(document.to_string())
}

/// Whole seconds as a whole number.
fn seconds(millis: u64) -> serde_json::Value {
    if millis.is_multiple_of(1_000) {
        json!(millis / 1_000)
    } else {
        json!(std::time::Duration::from_millis(millis).as_secs_f64())
    }
}
