//! Posts that are not published yet, as they will be seen: on our page, on Mastodon, in a feed, and in the order in which a
//! screen reader says them. Made by the same templates and the same writers as the real things.

use askama::Template;

use super::feeds;
use super::files::words;
use super::items::{Place, PostItem, plain};
use super::shell::{Scene, name};
use crate::activitypub::write;
use crate::activitypub::write::NoteParts;
use crate::app::App;
use crate::base::html::{sanitise, to_text};
use crate::base::lang::Lang;
use crate::base::text;
use crate::base::time::Timestamp;
use crate::error::Result;
use crate::limits;
use crate::model::account::Account;
use crate::model::ids::{MediaId, PostId};
use crate::model::institution::Institution;
use crate::model::media::{About, Media, Sort};
use crate::model::poll::Answer;
use crate::model::post::{Material, NewPost, Post, ReplyTo, Version, Visibility};
use crate::model::site::Site;
use crate::store::schema::MEDIA;
use crate::store::{Rows, meta, notes, polls};
use crate::views::post::{PostView, unwritten};

/// Stands for the description of a file until it has one.
const UNDESCRIBED: &str = "(no description yet)";

#[derive(Template)]
#[template(path = "lenses.html")]
struct Lenses {
    parts: Vec<Part>,
    quiet: bool,
}

/// One post of a thread.
struct Part {
    /// `Post 2 of 3`; empty for a post alone.
    called: String,
    pages: Vec<OwnPage>,
    cards: Vec<Card>,
    feed: Option<Entry>,
    orders: Vec<Order>,
}

struct OwnPage {
    lang: Lang,
    item: String,
}

/// A post as Mastodon shows it.
struct Card {
    /// The one language that is shown.
    lang: Lang,
    name: String,
    handle: String,
    warning: String,
    html: String,
    /// The beginning, of a text that is folded.
    folded: String,
    pictures: Vec<Picture>,
    /// Of a poll.
    answers: Vec<String>,
    /// Other files, by what they are.
    others: Vec<&'static str>,
    /// The page that a card with title and picture is made from.
    link: String,
}

struct Picture {
    src: String,
    width: u32,
    height: u32,
    alt: String,
    focus: String,
}

struct Entry {
    lang: Lang,
    title: String,
    html: String,
}

struct Order {
    lang: Lang,
    lines: Vec<String>,
}

/// Posts of a thread as they will be seen when they go out at that moment.
pub fn shown(
    app: &App,
    account: &Account,
    at: Timestamp,
    posts: &[NewPost],
    about: &[(MediaId, About)],
) -> Result<String> {
    app.store.read(|rows| {
        let all: Result<Vec<Material>> = posts.iter().map(|new| material(rows, account, at, new, about)).collect();
        lenses(rows, &app.site, &meta::institution(rows)?, all?)
    })
}

fn material(
    rows: &impl Rows,
    account: &Account,
    at: Timestamp,
    new: &NewPost,
    about: &[(MediaId, About)],
) -> Result<Material> {
    let mut media: Vec<Media> = Vec::new();
    for id in &new.media {
        let file = rows.get(&MEDIA, id)?;
        let words = about.iter().find(|(of, _)| of == id).map(|(_, about)| about.clone());
        let mut file = file.map(|file| words.map_or_else(|| file.clone(), |words| file.clone().with(words)));
        // Said where it is missing: a link around a picture would else have no name.
        if let Some(bare) = file.as_mut().filter(|file| !file.decorative && file.alt.is_empty()) {
            UNDESCRIBED.clone_into(&mut bare.alt);
        }
        media.extend(file);
    }
    let parent = match new.reply_to {
        Some(ReplyTo::Note(id)) => notes::get(rows, id)?.map(|note| note.content.uri),
        Some(ReplyTo::Own(_)) | None => None,
    };
    let post = Post::new(PostId(0), account, at, new);
    Ok(Material {
        tally: post.poll.as_ref().map(|poll| polls::tally(rows, post.id, poll)).transpose()?,
        post,
        account: account.clone(),
        media,
        series: None,
        parent,
        parent_langs: Vec::new(),
        likes: 0,
        boosts: 0,
        own_replies: Vec::new(),
    })
}

/// All views of posts that follow each other as a thread, as a part of a page.
fn lenses(rows: &impl Rows, site: &Site, institution: &Institution, posts: Vec<Material>) -> Result<String> {
    let (count, quiet) = (posts.len(), posts.iter().any(|m| m.post.visibility == Visibility::Quiet));
    let mut parts = Vec::with_capacity(count);
    for (n, mut material) in (1..).zip(posts) {
        // Ids that differ, for the marks of the page; nothing is known under them.
        material.post.id = PostId(n * 100);
        let called = if count > 1 { format!("Post {n} of {count}") } else { String::new() };
        parts.push(part(rows, site, institution, called, material)?);
    }
    super::text(&Lenses { parts, quiet })
}

fn part(rows: &impl Rows, site: &Site, of: &Institution, called: String, material: Material) -> Result<Part> {
    let view = unwritten(rows, site, material)?;
    let scene = |version: &Version| Scene::new(site, of.clone(), Some(version.lang.clone()));
    let versions = view.post().versions.clone();
    let mut pages = Vec::with_capacity(versions.len());
    for (n, version) in (0..).zip(&versions) {
        let mut view = view.clone();
        view.material.post.id = PostId(view.material.post.id.0 + n);
        pages.push(own_page(&scene(version), &view, version)?);
    }
    let cards = view.post().notes().iter().filter_map(|lang| card(site, &view, lang.as_ref())).collect();
    let feed = view.post().main().map(|main| Entry {
        lang: main.lang.clone(),
        title: text::clip(&plain(&view, main), limits::pages::TITLE).into_owned(),
        html: at_home(site, &feeds::html(&scene(main), &view, main)),
    });
    let orders = versions.iter().map(|version| order(&scene(version), &view, version)).collect();
    Ok(Part { called, pages, cards, feed: feed.filter(|_| view.post().visibility == Visibility::Public), orders })
}

fn own_page(scene: &Scene<'_>, view: &PostView, version: &Version) -> Result<OwnPage> {
    let item = super::text(&PostItem::new(scene, view, version, Place::Alone))?;
    let path = format!("href=\"/@{}/{}", view.account().handle, view.post().id);
    Ok(OwnPage { lang: version.lang.clone(), item: elsewhere(&item, &path) })
}

/// Links to a post that is not there stay on the page.
fn elsewhere(html: &str, start: &str) -> String {
    let mut parts = html.split(start);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.split_once('"').map_or("", |(_, rest)| rest);
        out.extend(["href=\"#preview\"", rest]);
    }
    out
}

/// Files of ours, under whatever name the server is reached by.
fn at_home(site: &Site, html: &str) -> String {
    html.replace(&format!("src=\"{}/", site.origin), "src=\"/")
}

fn card(site: &Site, view: &PostView, lang: Option<&Lang>) -> Option<Card> {
    let (post, account) = (view.post(), view.account());
    let version = lang.map_or_else(|| post.main(), |lang| post.version(lang))?;
    let note = write::note::note(&NoteParts::in_language(site, &view.material, lang));
    let field = |name: &str| note.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    // Its own address is not known yet.
    let path = format!("/@{}/{}", account.handle, post.id);
    let html = elsewhere(&sanitise(field("content")), &format!("href=\"{}{path}", site.origin));
    let html = html.replace(&path, &format!("/@{}/…", account.handle));
    let (plain, media) = (to_text(&html), &view.material.media);
    let folded = text::clip(&plain, limits::post::SHOWN_WHOLE);
    let other = |media: &Media| match media.sort() {
        Sort::Picture => None,
        Sort::Video => Some("Video"),
        Sort::Sound => Some("Sound"),
    };
    Some(Card {
        lang: version.lang.clone(),
        name: name(&account.name),
        handle: site.handle(&account.handle),
        warning: name(field("summary")),
        folded: if folded.len() < plain.len() { folded.into_owned() } else { String::new() },
        answers: answers(post, version),
        pictures: media.iter().filter_map(|media| picture(post, version, media)).collect(),
        others: media.iter().filter_map(other).collect(),
        link: if media.is_empty() { first_link(field("content")).replace(&path, "/…") } else { String::new() },
        html,
    })
}

fn picture(post: &Post, version: &Version, media: &Media) -> Option<Picture> {
    let small = media.still().filter(|_| media.sort() == Sort::Picture)?;
    let (alt, _) = words(post, version, media);
    Some(Picture {
        src: small.file.clone(),
        width: small.width,
        height: small.height,
        alt: name(alt),
        focus: media.focus.map(super::files::focus).unwrap_or_default(),
    })
}

fn answers(post: &Post, version: &Version) -> Vec<String> {
    let words = |answer: &Answer| name(answer.in_language(&version.lang).unwrap_or(&answer.text));
    post.poll.iter().flat_map(|poll| &poll.answers).map(words).collect()
}

/// The first link that is neither a mention nor a tag (`fetch_link_card_service.rb`).
fn first_link(html: &str) -> String {
    let tags = html.split("<a ").skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag);
    let mut plain = tags.filter(|tag| !tag.contains("mention") && !tag.contains("rel=\"tag\""));
    let href = plain.next().and_then(|tag| tag.split("href=\"").nth(1)).and_then(|rest| rest.split('"').next());
    to_text(href.unwrap_or_default())
}

/// What is said, line by line.
fn order(scene: &Scene<'_>, view: &PostView, version: &Version) -> Order {
    let (post, w) = (view.post(), scene.w);
    let mut lines = vec![name(&view.account().name), scene.site.handle(&view.account().handle)];
    if !version.warning.is_empty() {
        lines.push(format!("{}: {}", w.warning, name(&version.warning)));
    }
    let html = write::text::titled(scene.site, post, version);
    lines.extend(to_text(&html).lines().filter(|line| !line.trim().is_empty()).map(str::to_owned));
    lines.extend(answers(post, version).into_iter().map(|answer| format!("Answer: {answer}")));
    for media in &view.material.media {
        let (alt, _) = words(post, version, media);
        lines.push(match (media.sort(), media.decorative) {
            (_, true) => "(Decoration: nothing is said)".to_owned(),
            (Sort::Picture, false) => format!("Picture: {}", name(alt)),
            (Sort::Video, false) => format!("Video: {}", name(alt)),
            (Sort::Sound, false) => format!("Sound: {}", name(alt)),
        });
    }
    let others = post.versions.iter().filter(|other| other.lang != version.lang);
    let others: Vec<&str> = others.map(|other| other.lang.own_name()).collect();
    if !others.is_empty() {
        lines.push(format!("{} {}", w.also_in, others.join(", ")));
    }
    Order { lang: version.lang.clone(), lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_card_is_of_the_first_plain_link() {
        let html = "<p><a href=\"https://s.example/tags/a\" class=\"mention hashtag\" rel=\"tag\">#a</a> \
                    <span class=\"h-card\"><a href=\"https://p.example/@a\" class=\"u-url mention\">@a</a></span> \
                    <a href=\"https://city.example/?a=1&amp;b=2\" rel=\"nofollow noopener\">x</a></p>";
        assert_eq!(first_link(html), "https://city.example/?a=1&b=2");
        assert_eq!(first_link("<p>nothing</p>"), "");
    }

    #[test]
    fn links_to_what_is_not_there_stay_on_the_page() {
        let html =
            "<a href=\"/@press/100\">x</a> <a href=\"/@press/100/de\" lang=\"de\">y</a> <a href=\"/@press\">z</a>";
        assert_eq!(
            elsewhere(html, "href=\"/@press/100"),
            "<a href=\"#preview\">x</a> <a href=\"#preview\" lang=\"de\">y</a> <a href=\"/@press\">z</a>"
        );
    }
}
