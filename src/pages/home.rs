//! The first page: who speaks here, and what was said last.

use askama::Template;

use super::items::{Place, PostItem, Who};
use super::shell::{Card, Scene, Shell, name};
use crate::base::lang::Lang;
use crate::base::text;
use crate::error::Result;
use crate::limits;
use crate::model::ids::PostId;
use crate::store::Rows;
use crate::views::account::{Entry, directory};
use crate::views::timeline;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    s: Shell,
    card: Card,
    /// Only on the first page.
    directory: Option<Vec<EntryItem>>,
    posts: Vec<PostItem>,
    older: Option<String>,
    newest: Option<String>,
}

struct EntryItem {
    who: Who,
    summary: String,
    lang: Lang,
    sample: bool,
    numbers: String,
}

pub fn render(rows: &impl Rows, scene: &Scene<'_>, before: Option<PostId>) -> Result<String> {
    let page = timeline::home(rows, scene.site, before, limits::pages::POSTS)?;
    let directory = match before {
        None => Some(directory(rows)?.iter().map(|e| entry(scene, e)).collect()),
        Some(_) => None,
    };
    let level = if directory.is_some() { 3 } else { 2 };
    let items = page.posts.iter().filter_map(|view| PostItem::fitting(scene, view, Place::List));
    let institution = name(&scene.institution.name);
    let home = Home {
        s: scene.shell(if before.is_none() { &institution } else { scene.w.all_posts }),
        card: scene.card("website", "/", &institution, scene.w.lead).feed("", &institution, false),
        directory,
        posts: items.map(|item| item.level(level)).collect(),
        older: page.older.map(|id| format!("/?before={id}")),
        newest: before.map(|_| "/".to_owned()),
    };
    super::text(&home)
}

fn entry(scene: &Scene<'_>, entry: &Entry) -> EntryItem {
    let (w, account) = (scene.w, &entry.account);
    let mut numbers = vec![w.count(&w.posts, entry.posts), w.count(&w.followers, entry.followers)];
    numbers.extend(entry.last.map(|at| super::words::fill(w.last_post, &scene.moment(at))));
    EntryItem {
        who: Who::own(scene.site, account, entry.avatar.as_ref()),
        summary: text::clip(&name(&account.summary), limits::pages::SUMMARY).into_owned(),
        lang: account.language.clone(),
        sample: account.demo,
        numbers: numbers.join(" · "),
    }
}
