//! Podcasts: the page of a series; beside it what an episode shows, and the feed.

pub mod episode;
pub mod feed;
#[cfg(test)]
mod tests;

use askama::Template;

use super::items::{Place, PostItem, VersionLink, Who, summary};
use super::shell::{Card, FeedLink, Scene, Shell, name};
use crate::base::lang::Lang;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::account::Account;
use crate::model::ids::PostId;
use crate::model::institution::Institution;
use crate::model::media::Media;
use crate::model::podcast::{Podcast, Series, Told};
use crate::model::post::Version;
use crate::model::site::Site;
use crate::store::{Rows, accounts, podcasts};
use crate::views::account::profile;
use crate::views::podcast::episodes;
use crate::views::post::PostView;

const RSS: &str = "application/rss+xml";

#[derive(Template)]
#[template(path = "podcast.html")]
struct PodcastPage {
    s: Shell,
    card: Card,
    alternates: Vec<VersionLink>,
    who: Who,
    cover: Option<Cover>,
    title: String,
    lang: Lang,
    author: String,
    explicit: bool,
    description: String,
    feed: String,
    feed_path: String,
    others: Vec<VersionLink>,
    posts: Vec<PostItem>,
    older: Option<String>,
    newest: Option<String>,
}

/// The picture of a series.
pub struct Cover {
    pub small: String,
    pub width: u32,
    pub height: u32,
    pub alt: String,
}

impl Cover {
    fn new(media: &Media) -> Option<Self> {
        let small = media.still()?;
        Some(Self { small: small.file.clone(), width: small.width, height: small.height, alt: name(&media.alt) })
    }
}

/// A page or a feed, or the path where it is.
pub enum Found {
    Here(String),
    Elsewhere(String),
}

/// Which podcast, in which language, and from which episode on.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    pub handle: &'a str,
    pub slug: &'a str,
    pub lang: Option<&'a str>,
    pub before: Option<PostId>,
}

/// What was asked for.
struct Asked {
    account: Account,
    series: Series,
    told: Told,
    /// Of the page; that of the feed ends in `.rss` besides.
    path: String,
    /// A language was named that needs no name, or in another spelling than ours.
    misnamed: bool,
}

/// `Gone` for a podcast that was given up.
fn find(rows: &impl Rows, part: Part<'_>) -> Result<Asked> {
    let account = accounts::named(rows, part.handle)?;
    let podcast = podcasts::shown(rows, account.id, part.slug)?;
    let told = match part.lang {
        None => podcast.main(),
        Some(tag) => podcast.told(&tag.parse::<Lang>().map_err(|_| Error::NotFound)?),
    };
    let told = told.cloned().ok_or(Error::NotFound)?;
    let path = path(&account, &podcast, &told);
    let misnamed = part.lang.is_some_and(|tag| podcast.main() == Some(&told) || tag != told.lang.as_str());
    Ok(Asked { series: podcasts::with_cover(rows, podcast)?, account, told, path, misnamed })
}

/// The path of a podcast's page: in its main language the podcast's own.
fn path(account: &Account, podcast: &Podcast, told: &Told) -> String {
    let path = format!("/@{}/podcast/{}", account.handle, podcast.slug);
    if podcast.main() == Some(told) { path } else { format!("{path}/{}", told.lang) }
}

/// The version of an episode for listeners of a language: that, else its main one.
fn version<'a>(view: &'a PostView, lang: &Lang) -> Option<&'a Version> {
    view.post().version(lang).or_else(|| view.post().main())
}

/// The page of a podcast in one of its languages.
pub fn render(rows: &impl Rows, site: &Site, institution: Institution, part: Part<'_>) -> Result<Found> {
    let asked = find(rows, part)?;
    let Asked { account, series: Series { podcast, cover }, told, path, .. } = &asked;
    if asked.misnamed {
        return Ok(Found::Elsewhere(path.clone()));
    }
    let scene = Scene::new(site, institution, Some(told.lang.clone()));
    let only = part.lang.map(|_| &told.lang);
    let page = episodes(rows, site, podcast, only, part.before, limits::pages::POSTS)?;
    let item = |view: &PostView| Some(PostItem::new(&scene, view, version(view, &told.lang)?, Place::Profile));
    let mut card = scene.card("website", path, &told.title, &told.description).image(site, cover.as_ref());
    card.feeds.push(feed_link(path, told));
    super::text(&PodcastPage {
        s: scene.shell(&told.title),
        card,
        alternates: alternates(site, &asked),
        who: Who::own(site, account, profile(rows, site, part.handle)?.entry.avatar.as_ref()),
        cover: cover.as_ref().and_then(Cover::new),
        title: name(&told.title),
        lang: told.lang.clone(),
        author: name(&podcast.author),
        explicit: podcast.explicit,
        description: summary(site, &told.description),
        feed: format!("{}{path}.rss", site.origin),
        feed_path: format!("{path}.rss"),
        others: others(&asked),
        posts: page.posts.iter().filter_map(item).collect(),
        older: page.older.map(|id| format!("{path}?before={id}")),
        newest: part.before.map(|_| path.clone()),
    })
    .map(Found::Here)
}

/// Its pages in other languages.
fn others(asked: &Asked) -> Vec<VersionLink> {
    let podcast = &asked.series.podcast;
    let others = podcast.versions.iter().filter(|told| **told != asked.told);
    others.map(|told| VersionLink { lang: told.lang.clone(), path: path(&asked.account, podcast, told) }).collect()
}

/// The whole addresses of all, this one's too, as search engines want them; none where there is only one.
fn alternates(site: &Site, asked: &Asked) -> Vec<VersionLink> {
    let mut all = others(asked);
    if !all.is_empty() {
        all.insert(0, VersionLink { lang: asked.told.lang.clone(), path: asked.path.clone() });
    }
    for link in &mut all {
        link.path.insert_str(0, &site.origin);
    }
    all
}

/// The feed of a podcast, for the head of a page.
fn feed_link(path: &str, told: &Told) -> FeedLink {
    FeedLink { kind: RSS, path: format!("{path}.rss"), title: name(&told.title) }
}

/// The pages of an account's podcasts, in the language of a page where they speak it.
pub fn links(rows: &impl Rows, scene: &Scene<'_>, account: &Account) -> Result<Vec<FeedLink>> {
    let link = |podcast: &Podcast| {
        let told = podcast.told(&scene.lang).or_else(|| podcast.main())?;
        Some(FeedLink { kind: RSS, path: path(account, podcast, told), title: name(&told.title) })
    };
    Ok(podcasts::of_account(rows, account.id)?.iter().filter_map(link).collect())
}
