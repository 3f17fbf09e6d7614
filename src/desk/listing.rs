//! What was published, with what became of it.

use std::sync::Arc;

use askama::Template;
use hyper::StatusCode;

use super::frame::{self, Frame, Wall};
use crate::actions;
use crate::app::App;
use crate::base::text;
use crate::error::Result;
use crate::limits;
use crate::model::account::Account;
use crate::model::ids::PostId;
use crate::model::post::Post;
use crate::model::power::{Publish, Read};
use crate::model::reach::Reach;
use crate::model::site::Site;
use crate::model::user::Asker;
use crate::store::{Rows, accounts, meta, posts};
use crate::views::reach;
use crate::web::request::Request;
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

/// A post in a list.
#[expect(clippy::struct_excessive_bools, reason = "what the template asks, one by one")]
pub(super) struct Row {
    pub id: PostId,
    pub first: String,
    pub short: String,
    pub lang: String,
    pub dir: &'static str,
    pub handle: String,
    pub time: String,
    pub machine_time: String,
    /// Its public page on this server, whatever name the browser knows the server by.
    pub page: String,
    pub delivered: String,
    /// Whether other servers were told.
    pub told: bool,
    /// Whether whoever looks may change it.
    pub mine: bool,
    /// On its account's profile, above the others.
    pub pinned: bool,
    /// Of a podcast.
    pub episode: bool,
}

#[derive(Template)]
#[template(path = "desk/posts.html")]
struct Listing {
    f: Frame,
    notice: Option<(&'static str, String)>,
    posts: Vec<Row>,
    older: Option<PostId>,
}

pub(super) fn page(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let (before, notice) = (request.position("before"), super::write::notice(app, request)?);
    let listing = app.store.read(|rows| {
        let f = Frame::of(rows, browser, "Posts", "/desk/posts")?;
        let posts = latest(rows, &app.site, &browser.asker(), before)?;
        let older = posts.get(limits::desk::POSTS - 1).map(|row| row.id);
        Ok(Listing { f, notice, posts, older })
    })?;
    frame::page(StatusCode::OK, &listing)
}

/// Puts a post above the others on its account's profile, or back among them.
pub(super) async fn pin(app: &Arc<App>, browser: &Browser, id: PostId, up: bool) -> Result<Response> {
    let post = app.store.read(|rows| posts::need(rows, id))?;
    let (site, by) = (app.site.clone(), browser.asker().may(post.account)?);
    let verb = if up { actions::pin::pin } else { actions::pin::unpin };
    browser.write(app, move |tx| verb(tx, &site, by, id)).await?;
    Ok(response::see_other(&format!("/desk/posts?before={}", post.id.0 + 1)))
}

/// The path of a post's public page.
pub(super) fn path(account: &Account, post: PostId) -> String {
    format!("/@{}/{post}", account.handle)
}

/// The latest posts of all accounts that somebody has to do with, newest first.
pub(super) fn latest(rows: &impl Rows, site: &Site, asker: &Asker, before: Option<PostId>) -> Result<Vec<Row>> {
    let wall = Wall::of(&meta::institution(rows)?);
    let mut found: Vec<(Post, Account)> = Vec::new();
    for account in accounts::all(rows)?.into_iter().filter(|account| asker.can::<Read>(account.id)) {
        let posts = posts::of_account(rows, account.id, before, limits::desk::POSTS)?;
        found.extend(posts.into_iter().map(|post| (post, account.clone())));
    }
    found.sort_by_key(|(post, _)| std::cmp::Reverse(post.id));
    found.truncate(limits::desk::POSTS);
    found.iter().map(|(post, account)| row(rows, site, &wall, asker, post, account)).collect()
}

pub(super) fn row(
    rows: &impl Rows,
    site: &Site,
    wall: &Wall,
    asker: &Asker,
    post: &Post,
    account: &Account,
) -> Result<Row> {
    let first = first(post, limits::desk::FIRST_WORDS);
    let main = post.main();
    let told = reach::latest(rows, post)?.map(|(_, reach)| words(&reach)).unwrap_or_default();
    Ok(Row {
        id: post.id,
        short: text::clip(&first, limits::desk::SHORT_WORDS).into_owned(),
        first,
        lang: main.map(|version| version.lang.to_string()).unwrap_or_default(),
        dir: main.map_or("ltr", |version| version.lang.dir()),
        handle: site.handle(&account.handle),
        time: wall.time(post.published),
        machine_time: post.published.rfc3339(),
        page: path(account, post.id),
        pinned: account.pinned.contains(&post.id),
        episode: post.episode.is_some(),
        told: !told.is_empty(),
        delivered: match (site.live && !post.demo, told) {
            (false, _) => "Not sent: a trial".to_owned(),
            (true, told) if told.is_empty() => "No other server to tell".to_owned(),
            (true, told) => told,
        },
        mine: asker.can::<Publish>(account.id),
    })
}

/// The first words of a post, or of its warning.
pub(super) fn first(post: &Post, chars: usize) -> String {
    let line = post.main().map(|version| version.first_words(chars)).unwrap_or_default();
    if line.is_empty() { "(a picture without text)".to_owned() } else { line }
}

/// In how many words it can be said how far a post has come; empty when nobody was told.
fn words(reach: &Reach) -> String {
    if reach.inboxes == 0 {
        return String::new();
    }
    format!("Servers: {} delivered, {} waiting, {} refused", reach.done, reach.waiting(), reach.refused)
}
