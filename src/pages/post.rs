//! A post's page: one version of it, and what was answered.

use askama::Template;

use super::files::words as words_of;
use super::items::{AnswerItem, Place, PostItem, VersionLink, others, plain, version_path};
use super::podcast::episode::Whole;
use super::shell::{Card, Scene, Shell};
use super::words::fill;
use crate::base::lang::Lang;
use crate::error::{Error, Result};
use crate::model::ids::PostId;
use crate::model::institution::Institution;
use crate::model::media::Media;
use crate::model::post::Version;
use crate::model::site::Site;
use crate::store::Rows;
use crate::views::post::{PostView, post};
use crate::views::thread::{Answer, Said, Thread, thread};

#[derive(Template)]
#[template(path = "post.html")]
struct PostPage {
    s: Shell,
    card: Card,
    alternates: Vec<VersionLink>,
    heading: String,
    episode: Option<Whole>,
    post: PostItem,
    /// To paste into an app.
    address: String,
    /// Some answers are not ours.
    strangers: bool,
    not_ours: String,
    answers: Vec<AnswerItem>,
    counted: Vec<String>,
}

/// A page, or the address where it is.
pub enum Found {
    Page(String),
    Elsewhere(String),
}

/// The page of a post in a language; without one, in its main language.
pub fn render(
    rows: &impl Rows,
    site: &Site,
    institution: Institution,
    handle: &str,
    id: PostId,
    lang: Option<&str>,
) -> Result<Found> {
    let view = post(rows, site, id)?;
    let version = version(&view, lang)?;
    let elsewhere = |lang: &str| view.post().main() == Some(version) || lang != version.lang.as_str();
    if view.account().handle != handle || lang.is_some_and(elsewhere) {
        return Ok(Found::Elsewhere(version_path(&view, version)));
    }
    let scene = Scene::new(site, institution, Some(version.lang.clone()));
    let thread = thread(rows, site, id)?;
    super::text(&page(&scene, &view, version, &thread)).map(Found::Page)
}

fn version<'a>(view: &'a PostView, lang: Option<&str>) -> Result<&'a Version> {
    let found = match lang {
        None => view.post().main(),
        Some(tag) => view.post().version(&tag.parse::<Lang>().map_err(|_| Error::NotFound)?),
    };
    found.ok_or(Error::NotFound)
}

fn page(scene: &Scene<'_>, view: &PostView, version: &Version, thread: &Thread) -> PostPage {
    let (w, account) = (scene.w, view.account());
    let words = plain(view, version);
    let mut s = scene.shell(&format!("{}: {}", account.name, crate::base::text::clip(&words, 60)));
    if let Some(small) = view.avatar.as_ref().and_then(Media::still) {
        s.icon = format!("/media/{}", small.file);
    }
    s.hidden |= view.post().demo;
    let mut card = card(scene, view, version, &words);
    let episode = Whole::new(scene.site, w, view, version);
    card.feeds.extend(episode.as_ref().and_then(|episode| Some(episode.series.as_ref()?.feed.clone())));
    PostPage {
        s,
        card,
        alternates: alternates(scene.site, view, version),
        heading: fill(w.post_by, &super::shell::name(&account.name)),
        episode,
        post: PostItem::new(scene, view, version, Place::Alone),
        address: scene.site.post_page(&account.handle, view.post().id),
        strangers: thread.answers.iter().any(has_stranger),
        not_ours: fill(w.not_ours, &scene.institution.name),
        answers: AnswerItem::all(scene, &thread.answers),
        counted: counted(scene, thread),
    }
}

fn has_stranger(answer: &Answer) -> bool {
    matches!(answer.said, Said::Stranger(_)) || answer.answers.iter().any(has_stranger)
}

/// What is not shown, in numbers.
fn counted(scene: &Scene<'_>, thread: &Thread) -> Vec<String> {
    let w = scene.w;
    if thread.closed {
        return vec![w.replies_closed.to_owned()];
    }
    let mut lines = Vec::new();
    for (what, n) in [(&w.hidden, thread.hidden), (&w.waiting, thread.waiting), (&w.elsewhere, thread.more)] {
        if n > 0 {
            lines.push(w.count(what, n));
        }
    }
    if lines.is_empty() && thread.shown == 0 {
        lines.push(w.no_replies.to_owned());
    }
    lines
}

fn card(scene: &Scene<'_>, view: &PostView, version: &Version, words: &str) -> Card {
    let (site, account) = (scene.site, view.account());
    // A picture behind a warning is not put on a card in front of it.
    let open = !view.post().sensitive && version.warning.is_empty();
    let picture = view.material.media.iter().find(|media| media.still().is_some()).filter(|_| open);
    let picture = picture.or_else(|| view.material.series.as_ref()?.cover.as_ref()).or(view.avatar.as_ref());
    let mut words = words.to_owned();
    if view.post().episode.is_some() {
        words = format!("{words}. {}", super::shell::name(&version.text));
    }
    let mut card = scene.card("article", &version_path(view, version), &account.name, &words);
    card = card.image(site, picture);
    if let (Some(image), Some(media)) =
        (&mut card.image, picture.filter(|media| view.material.media.iter().any(|m| m.id == media.id)))
    {
        image.alt = super::shell::name(words_of(view.post(), version, media).0);
    }
    card = card.feed(&format!("/@{}", account.handle), &account.name, true);
    card.creator = Some(site.handle(&account.handle));
    let lang = Some(version.lang.clone()).filter(|lang| view.post().notes().contains(&Some(lang.clone())));
    card.activity = Some(site.note(view.post().id, lang.as_ref()));
    card
}

/// Every version's address, this one's too, as search engines want them; none where there is only one.
fn alternates(site: &Site, view: &PostView, version: &Version) -> Vec<VersionLink> {
    let mut all = others(view, version);
    if all.is_empty() {
        return all;
    }
    all.insert(0, VersionLink { lang: version.lang.clone(), path: version_path(view, version) });
    for link in &mut all {
        link.path.insert_str(0, &site.origin);
    }
    all
}
