//! Links to look at a draft, for colleagues without a log-in: made, shown once, ended. What they show is a page for the
//! public (see `pages::draft`).

use std::sync::Arc;

use askama::Template;
use hyper::StatusCode;

use super::frame::{self, Frame, Wall};
use crate::actions::drafts::{Eyes, links};
use crate::app::App;
use crate::base::time::Timestamp;
use crate::crypto::token;
use crate::error::Result;
use crate::limits;
use crate::model::draft::Draft;
use crate::model::ids::DraftId;
use crate::model::user::Asker;
use crate::store::{Rows, drafts, meta};
use crate::views::people;
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

/// What the page of a draft says of them.
pub(super) struct Links {
    /// Whether there is anything to do for whoever looks, and whether one more fits.
    pub may: bool,
    pub room: bool,
    /// Those that are open, as sentences.
    pub open: Vec<String>,
}

impl Links {
    pub(super) fn of(rows: &impl Rows, asker: &Asker, wall: &Wall, draft: &Draft, now: Timestamp) -> Result<Self> {
        let may = draft.stage().is_open() && Eyes::of(asker, draft.account).is_ok();
        let mut open = Vec::new();
        for link in links::of_draft(rows, draft.id, now)? {
            let (by, until) = (people::who(rows, link.by)?, wall.time(link.expires));
            open.push(format!("A link by {by} shows it until {until}."));
        }
        Ok(Self { may, room: open.len() < limits::draft::LINKS, open })
    }
}

#[derive(Template)]
#[template(path = "desk/link.html")]
struct Made {
    f: Frame,
    id: DraftId,
    address: String,
    ends: String,
}

/// `POST /desk/drafts/ID/link`: a new address, shown once.
pub(super) async fn make(app: &Arc<App>, browser: &Browser, id: DraftId) -> Result<Response> {
    let eyes = eyes(app, browser, id)?;
    let secret = token::new();
    let hash = token::hash(&secret);
    let link = browser.write(app, move |tx| links::share(tx, eyes, id, hash)).await?;
    let page = app.store.read(|rows| {
        let f = Frame::of(rows, browser, "A link to look at", "/desk/drafts")?;
        let ends = Wall::of(&meta::institution(rows)?).time(link.expires);
        Ok(Made { f, id, address: app.site.preview(&secret), ends })
    })?;
    frame::page(StatusCode::OK, &page)
}

/// `POST /desk/drafts/ID/link/end`
pub(super) async fn end(app: &Arc<App>, browser: &Browser, id: DraftId) -> Result<Response> {
    let eyes = eyes(app, browser, id)?;
    browser.write(app, move |tx| links::unshare(tx, eyes, id)).await?;
    Ok(response::see_other(&format!("/desk/drafts/{id}?done=unshared")))
}

fn eyes(app: &App, browser: &Browser, id: DraftId) -> Result<Eyes> {
    let draft = app.store.read(|rows| drafts::need(rows, id))?;
    Eyes::of(&browser.asker(), draft.account)
}
