//! What was said under a tag.

use askama::Template;

use super::items::{Place, PostItem};
use super::shell::{Card, Scene, Shell};
use super::words::fill;
use crate::base::markup;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::ids::PostId;
use crate::store::Rows;
use crate::views::timeline;

#[derive(Template)]
#[template(path = "tag.html")]
struct TagPage {
    s: Shell,
    card: Card,
    heading: String,
    path: String,
    posts: Vec<PostItem>,
    older: Option<String>,
    newest: Option<String>,
}

/// `NotFound` for a tag that nobody used: no address makes this server say what its accounts did not.
pub fn render(rows: &impl Rows, scene: &Scene<'_>, tag: &str, before: Option<PostId>) -> Result<String> {
    let folded = markup::fold(tag);
    let page = timeline::tagged(rows, scene.site, &folded, before, limits::pages::POSTS)?;
    let first = page.posts.first().ok_or(Error::NotFound)?;
    let shown = first.post().tags.iter().find(|t| t.folded == folded).map_or(folded.as_str(), |t| t.shown.as_str());
    let heading = fill(scene.w.tagged, &format!("#{shown}"));
    let path = scene.site.tag(&folded).replacen(&scene.site.origin, "", 1);
    super::text(&TagPage {
        s: scene.shell(&heading),
        card: scene.card("website", &path, &heading, &heading).feed(&path, &heading, false),
        posts: page.posts.iter().filter_map(|view| PostItem::fitting(scene, view, Place::List)).collect(),
        older: page.older.map(|id| format!("{path}?before={id}")),
        newest: before.map(|_| path.clone()),
        heading,
        path,
    })
}
