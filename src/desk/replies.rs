//! What strangers answered: seen, released, hidden.

use std::sync::Arc;

use askama::Template;
use hyper::StatusCode;

use super::frame::{self, Frame, Wall};
use super::listing;
use crate::actions;
use crate::app::App;
use crate::base::text;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::ids::NoteId;
use crate::model::note::{Attachment, Note, Shown};
use crate::model::power::{Moderate, Power, Read, Reply};
use crate::model::user::{Asker, By};
use crate::store::{Rows, accounts, actors, meta, notes, posts};
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::Browser;

#[derive(Template)]
#[template(path = "desk/replies.html")]
struct Replies {
    f: Frame,
    all: bool,
    notes: Vec<Item>,
    older: Option<NoteId>,
}

/// A note in the list.
#[expect(clippy::struct_excessive_bools, reason = "what the template asks, one by one")]
struct Item {
    id: NoteId,
    name: String,
    handle: String,
    profile: String,
    url: String,
    time: String,
    machine_time: String,
    lang: String,
    lang_name: String,
    dir: &'static str,
    state: &'static str,
    /// First words and path of the post of ours at the top of the thread.
    answers: Option<(String, String)>,
    public: bool,
    warning: String,
    /// Safe: sanitised when it was read (`base::html`).
    html: String,
    attachments: Vec<Attachment>,
    can_release: bool,
    can_hide: bool,
    can_answer: bool,
}

pub(super) fn page(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let all = request.query("all").is_some();
    let before = request.position("before");
    let replies = app.store.read(|rows| {
        let f = Frame::of(rows, browser, "Replies", "/desk/replies")?;
        let asker = browser.asker();
        let (found, older) = seen(rows, &asker, all, before, limits::desk::REPLIES)?;
        let wall = Wall::of(&meta::institution(rows)?);
        let notes = found.into_iter().map(|note| item(rows, &wall, &asker, note)).collect::<Result<_>>()?;
        Ok(Replies { f, all, notes, older })
    })?;
    frame::page(StatusCode::OK, &replies)
}

/// Up to `most` replies that concern somebody, newest first, and where to go on from when there may be more. Who has to
/// do with few accounts gets fewer rather than have all be read for them.
pub(super) fn seen(
    rows: &impl Rows,
    asker: &Asker,
    all: bool,
    mut before: Option<NoteId>,
    most: usize,
) -> Result<(Vec<Note>, Option<NoteId>)> {
    let mut found = Vec::new();
    for _ in 0..limits::desk::LOOKS {
        let batch = if all { notes::latest(rows, before, most)? } else { notes::waiting(rows, before, most)? };
        let full = batch.len() == most;
        for note in batch {
            before = Some(note.id);
            if note.concerns.iter().any(|account| asker.can::<Read>(*account)) {
                found.push(note);
            }
            if found.len() == most {
                return Ok((found, before));
            }
        }
        if !full {
            return Ok((found, None));
        }
    }
    Ok((found, before))
}

/// A power for one of the accounts that a note concerns.
pub(super) fn concerned<P: Power>(asker: &Asker, note: &Note) -> Result<By<P>> {
    let has = note.concerns.iter().find(|account| asker.can::<P>(**account));
    let sees = note.concerns.iter().find(|account| asker.can::<Read>(**account));
    asker.may(*has.or(sees).ok_or(Error::NotFound)?)
}

fn item(rows: &impl Rows, wall: &Wall, asker: &Asker, note: Note) -> Result<Item> {
    let author = actors::named_by_row(rows, note.author)?.profile;
    let answers = match note.thread.map(|id| posts::get(rows, id)).transpose()?.flatten() {
        Some(post) if post.is_public() => {
            let account = accounts::get(rows, post.account)?.filter(|account| account.deleted.is_none());
            account.map(|account| (listing::first(&post, 80), listing::path(&account, post.id)))
        }
        Some(_) | None => None,
    };
    let decides = note.concerns.iter().any(|account| asker.can::<Moderate>(*account));
    let can_answer = note.concerns.iter().any(|account| asker.can::<Reply>(*account));
    let content = note.content;
    Ok(Item {
        id: note.id,
        name: text::clean_name(&author.name, 60),
        handle: author.handle(),
        profile: author.url,
        url: content.url,
        time: wall.time(content.published),
        machine_time: content.published.rfc3339(),
        lang: content.lang.as_ref().map(ToString::to_string).unwrap_or_default(),
        lang_name: content.lang.as_ref().map(|lang| lang.own_name().to_owned()).unwrap_or_default(),
        dir: content.lang.as_ref().map_or("auto", crate::base::lang::Lang::dir),
        state: match note.shown {
            Shown::Waiting => "waiting",
            Shown::Released => "shown",
            Shown::Hidden => "hidden",
        },
        answers,
        public: content.public,
        warning: content.warning,
        html: content.html,
        attachments: content.attachments,
        can_release: decides && content.public && note.shown != Shown::Released,
        can_hide: decides && note.shown != Shown::Hidden,
        can_answer,
    })
}

/// Shows or hides a reply, and goes back to the list it was decided on.
pub(super) async fn decide(
    app: &Arc<App>,
    browser: &Browser,
    id: NoteId,
    shown: Shown,
    form: &Form,
) -> Result<Response> {
    let note = app.store.read(|rows| notes::get(rows, id))?.ok_or(Error::NotFound)?;
    let by = concerned(&browser.asker(), &note)?;
    app.store.write(move |tx| actions::replies::show(tx, by, id, shown)).await?;
    Ok(response::see_other(if form.find("all").is_some() { "/desk/replies?all=1" } else { "/desk/replies" }))
}
