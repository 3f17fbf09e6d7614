//! What was changed of a post after it was published, word by word: public, since readers and other servers saw it.

use askama::Template;

use super::post::Found;
use super::shell::{Scene, Shell, name};
use super::words::fill;
use crate::base::diff::{self, Piece};
use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::error::Result;
use crate::limits;
use crate::model::ids::{MediaId, PostId};
use crate::model::institution::Institution;
use crate::model::post::Version;
use crate::model::site::Site;
use crate::store::Rows;
use crate::views::post::{PostView, post};

#[derive(Template)]
#[template(path = "history.html")]
struct History {
    s: Shell,
    heading: String,
    /// Of the post.
    path: String,
    /// Newest first; the last one is the first version, whole.
    states: Vec<State>,
    skipped: Option<String>,
}

/// What became of a post at some moment.
struct State {
    title: String,
    iso: String,
    /// How it differs from the state before, by language.
    parts: Vec<Part>,
    files: bool,
}

struct Part {
    lang: Lang,
    /// Content warning and text, as the pieces of both.
    warning: Vec<Word>,
    text: Vec<Word>,
}

/// Words that stayed, went or came.
struct Word {
    mark: &'static str,
    words: String,
}

/// Where a post's changes are.
pub fn path(view: &PostView) -> String {
    format!("/@{}/{}/history", view.account().handle, view.post().id)
}

/// The page of a post's changes.
pub fn render(rows: &impl Rows, site: &Site, institution: Institution, handle: &str, id: PostId) -> Result<Found> {
    let view = post(rows, site, id)?;
    if view.account().handle != handle {
        return Ok(Found::Elsewhere(path(&view)));
    }
    let lang = view.post().main().map(|version| version.lang.clone());
    let scene = Scene::new(site, institution, lang);
    super::text(&page(&scene, &view)).map(Found::Page)
}

/// A post as it was for a while.
struct Was<'a> {
    since: Timestamp,
    versions: &'a [Version],
    media: &'a [MediaId],
}

fn page(scene: &Scene<'_>, view: &PostView) -> History {
    let (w, post) = (scene.w, view.post());
    let mut since = post.published;
    let mut all = Vec::with_capacity(post.revisions.len() + 1);
    for revision in &post.revisions {
        all.push(Was { since, versions: &revision.versions, media: &revision.media });
        since = revision.until;
    }
    all.push(Was { since, versions: &post.versions, media: &post.media });
    let mut left = limits::pages::COMPARED;
    let changes = all.windows(2).rev().take(limits::pages::CHANGES).filter_map(|pair| match pair {
        [old, new] => Some(changed(scene, old, new, &mut left)),
        _ => None,
    });
    let mut states: Vec<State> = changes.collect();
    let skipped = (all.len() - 1).saturating_sub(states.len()) as u64;
    states.extend(all.first().map(|first| State {
        title: fill(w.first, &scene.moment(first.since)),
        parts: first.versions.iter().map(as_it_was).collect(),
        iso: scene.iso(first.since),
        files: false,
    }));
    let mut s = scene.shell(&format!("{}: {}", w.history, view.account().name));
    // What was corrected is not to be found before the correction.
    s.hidden = true;
    History {
        s,
        heading: fill(w.post_by, &name(&view.account().name)),
        path: format!("/@{}/{}", view.account().handle, post.id),
        states,
        skipped: (skipped > 0).then(|| w.count(&w.skipped, skipped)),
    }
}

fn changed(scene: &Scene<'_>, old: &Was<'_>, new: &Was<'_>, left: &mut usize) -> State {
    let gone = old.versions.iter().filter(|was| new.versions.iter().all(|version| version.lang != was.lang));
    let parts = new.versions.iter().filter_map(|version| part(old, version, left));
    let mut parts: Vec<Part> = parts.collect();
    parts.extend(gone.map(|was| Part {
        lang: was.lang.clone(),
        warning: words(&was.warning, "", left),
        text: words(&was.text, "", left),
    }));
    State {
        title: fill(scene.w.changed, &scene.moment(new.since)),
        iso: scene.iso(new.since),
        parts,
        files: old.media != new.media,
    }
}

fn as_it_was(version: &Version) -> Part {
    Part { lang: version.lang.clone(), warning: plain(&version.warning), text: plain(&version.text) }
}

/// How a version differs from the one in the same language before; nothing where it does not.
fn part(old: &Was<'_>, version: &Version, left: &mut usize) -> Option<Part> {
    let was = old.versions.iter().find(|was| was.lang == version.lang);
    if was == Some(version) {
        return None;
    }
    let (warning, text) = was.map_or(("", ""), |was| (&was.warning, &was.text));
    Some(Part {
        lang: version.lang.clone(),
        warning: words(warning, &version.warning, left),
        text: words(text, &version.text, left),
    })
}

fn plain(text: &str) -> Vec<Word> {
    if text.is_empty() { Vec::new() } else { vec![Word { mark: "", words: text.to_owned() }] }
}

fn words(old: &str, new: &str, left: &mut usize) -> Vec<Word> {
    let word = |mark, words: &str| Word { mark, words: words.to_owned() };
    if old == new {
        return plain(new);
    }
    if old.is_empty() || new.is_empty() || *left == 0 {
        let both = [word("del", old), word("ins", new)];
        return both.into_iter().filter(|word| !word.words.is_empty()).collect();
    }
    *left -= 1;
    let piece = |piece: Piece<'_>| match piece {
        Piece::Same(text) => word("", text),
        Piece::Gone(text) => word("del", text),
        Piece::New(text) => word("ins", text),
    };
    diff::words(old, new).into_iter().map(piece).collect()
}
