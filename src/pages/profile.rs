//! An account's page.

use askama::Template;

use super::items::{Place, PostItem, Who, summary};
use super::podcast;
use super::shell::{Card, FeedLink, Scene, Shell, name};
use super::words::fill;
use crate::base::lang::Lang;
use crate::base::uri;
use crate::error::Result;
use crate::limits;
use crate::model::account::Field;
use crate::model::ids::PostId;
use crate::model::media::Media;
use crate::store::Rows;
use crate::views::account::profile;
use crate::views::timeline::{self, Which};

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage {
    s: Shell,
    card: Card,
    who: Who,
    avatar_alt: String,
    header: Option<String>,
    header_alt: String,
    official: Option<String>,
    sample: bool,
    moved: Option<Moved>,
    lang: Lang,
    summary: String,
    fields: Vec<FieldItem>,
    numbers: String,
    podcasts: Vec<FeedLink>,
    /// With answers to strangers.
    all: bool,
    posts: Vec<PostItem>,
    older: Option<String>,
    newest: Option<String>,
}

struct Moved {
    text: String,
    url: String,
}

struct FieldItem {
    name: String,
    value: String,
    url: Option<String>,
}

/// Which part of a profile's posts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Part {
    pub before: Option<PostId>,
    pub all: bool,
}

pub fn render(rows: &impl Rows, scene: &Scene<'_>, handle: &str, part: Part) -> Result<String> {
    let profile = profile(rows, scene.site, handle)?;
    let entry = &profile.entry;
    let (account, w) = (&entry.account, scene.w);
    let which = if part.all { Which::All } else { Which::NoAnswers };
    let page = timeline::of_account(rows, scene.site, account, which, part.before, limits::pages::POSTS)?;
    let mut posts = Vec::new();
    if part.before.is_none() && !part.all {
        posts.extend(profile.pinned.iter().filter_map(|view| PostItem::fitting(scene, view, Place::Pinned)));
    }
    posts.extend(page.posts.iter().filter_map(|view| PostItem::fitting(scene, view, Place::Profile)));

    let path = format!("/@{}", account.handle);
    let handle = scene.site.handle(&account.handle);
    let start = if part.all { format!("{path}?replies") } else { path.clone() };
    let mut s = scene.shell(&format!("{} ({handle})", account.name));
    if let Some(small) = entry.avatar.as_ref().and_then(Media::still) {
        s.icon = format!("/media/{}", small.file);
    }
    let description =
        if account.summary.is_empty() { fill(w.profile_says, &account.name) } else { account.summary.clone() };
    let mut card = scene.card("profile", &path, &account.name, &description);
    card = card.image(scene.site, entry.avatar.as_ref()).feed(&path, &account.name, true);
    let podcasts = podcast::links(rows, scene, account)?;
    let feed = |link: &FeedLink| FeedLink { path: format!("{}.rss", link.path), ..link.clone() };
    card.feeds.extend(podcasts.iter().map(feed));
    card.creator = Some(handle);
    card.activity = Some(scene.site.actor(account.id));
    super::text(&ProfilePage {
        s,
        card,
        who: Who::own(scene.site, account, entry.avatar.as_ref()),
        avatar_alt: entry.avatar.as_ref().map(|m| name(&m.alt)).unwrap_or_default(),
        header: profile.header.as_ref().map(|m| format!("/media/{}", m.file)),
        header_alt: profile.header.as_ref().map(|m| name(&m.alt)).unwrap_or_default(),
        official: (scene.site.live && !account.demo).then(|| fill(w.official, &scene.site.handle_domain)),
        sample: account.demo,
        moved: account.moved_to.as_ref().and_then(|to| moved(w.moved, to)),
        lang: account.language.clone(),
        summary: summary(scene.site, &account.summary),
        fields: account.fields.iter().map(field).collect(),
        numbers: [w.count(&w.posts, entry.posts), w.count(&w.followers, entry.followers)].join(" · "),
        podcasts,
        all: part.all,
        posts,
        older: page.older.map(|id| format!("{start}{}before={id}", if part.all { '&' } else { '?' })),
        newest: part.before.map(|_| start.clone()),
    })
}

fn moved(sentence: &str, to: &str) -> Option<Moved> {
    Some(Moved { text: fill(sentence, "").trim_end().to_owned(), url: uri::http(to)?.into() })
}

/// A field whose value is one address is a link, shown without its scheme.
fn field(field: &Field) -> FieldItem {
    let url = uri::http(field.value.trim()).map(String::from);
    let value = name(&field.value);
    let short = value.strip_prefix("https://").filter(|_| url.is_some()).map(|v| v.trim_end_matches('/').to_owned());
    FieldItem { name: name(&field.name), value: short.unwrap_or(value), url }
}
