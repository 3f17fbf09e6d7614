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
use crate::model::user::Asker;
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
}

pub(super) fn page(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let all = request.query("all").is_some();
    let before = request.position("before");
    let replies = app.store.read(|rows| {
        let f = Frame::of(rows, browser, "Replies", "/desk/replies")?;
        let found = if all {
            notes::latest(rows, before, limits::desk::REPLIES)?
        } else {
            notes::waiting(rows, before, limits::desk::REPLIES)?
        };
        let older = found.get(limits::desk::REPLIES - 1).map(|note| note.id);
        let wall = Wall::of(&meta::institution(rows)?);
        let notes = found.into_iter().map(|note| item(rows, &wall, note)).collect::<Result<_>>()?;
        Ok(Replies { f, all, notes, older })
    })?;
    frame::page(StatusCode::OK, &replies)
}

fn item(rows: &impl Rows, wall: &Wall, note: Note) -> Result<Item> {
    let author = actors::named_by_row(rows, note.author)?.profile;
    let answers = match note.thread.map(|id| posts::get(rows, id)).transpose()?.flatten() {
        Some(post) if post.is_public() => {
            let account = accounts::get(rows, post.account)?.filter(|account| account.deleted.is_none());
            account.map(|account| (listing::first(&post, 80), listing::path(&account, post.id)))
        }
        Some(_) | None => None,
    };
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
        can_release: content.public && note.shown != Shown::Released,
        can_hide: note.shown != Shown::Hidden,
    })
}

/// Shows or hides a reply, and goes back to the list it was decided on.
pub(super) async fn decide(app: &Arc<App>, id: NoteId, verb: &str, form: &Form) -> Result<Response> {
    let shown = match verb {
        "release" => Shown::Released,
        "hide" => Shown::Hidden,
        _ => return Err(Error::NotFound),
    };
    let owner = Asker::Desk.may_run()?;
    app.store.write(move |tx| actions::replies::show(tx, owner, id, shown)).await?;
    Ok(response::see_other(if form.find("all").is_some() { "/desk/replies?all=1" } else { "/desk/replies" }))
}
