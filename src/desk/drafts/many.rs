//! Many drafts of one account, dropped at once: one person's, who filled the places with what nobody needs.

use askama::Template;

use super::{first, name, stage_words};
use crate::actions::drafts::{self as verbs, Pen, Seen};
use crate::app::App;
use crate::desk::faults::Faults;
use crate::desk::frame::{self, Frame, Wall};
use crate::error::{Problem, Result};
use crate::limits;
use crate::model::draft::{Draft, Stage};
use crate::model::ids::{AccountId, DraftId};
use crate::model::user::Who;
use crate::store::{Rows, accounts, drafts, meta};
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

#[derive(Template)]
#[template(path = "desk/drafts_drop.html")]
struct Page {
    f: Frame,
    faults: Faults,
    account: AccountId,
    handle: String,
    /// Whose are shown, and what they are called.
    whose: String,
    name: String,
    people: Vec<Person>,
    rows: Vec<Line>,
    /// How many more there are than are shown.
    more: usize,
    ticked: bool,
}

/// Somebody who has drafts that can go.
struct Person {
    key: String,
    name: String,
    count: usize,
}

/// A draft that can go.
struct Line {
    seen: String,
    first: String,
    lang: String,
    dir: &'static str,
    stage: &'static str,
    saved: String,
}

/// What the form and the address call somebody.
fn key(who: Who) -> String {
    who.user().map_or_else(|| "operator".to_owned(), |user| user.to_string())
}

/// `GET /desk/accounts/ID/drafts`: those of `by`; without it your own, where you have any.
pub(in crate::desk) fn page(app: &App, browser: &Browser, account: AccountId, request: &Request) -> Result<Response> {
    let ticked = request.query("tick").is_some();
    shown(app, browser, account, (request.query("by"), ticked), Faults::default())
}

fn shown(
    app: &App,
    browser: &Browser,
    account: AccountId,
    (by, ticked): (Option<&str>, bool),
    faults: Faults,
) -> Result<Response> {
    let status = faults.status();
    let page = app.store.read(|rows| {
        let pen = Pen::of(&browser.asker(), account)?;
        let mut open = drafts::open(rows, account)?;
        open.retain(|(stage, _, whose)| verbs::goes_along(pen, *stage, *whose));
        let mut people: Vec<Person> = Vec::new();
        for (.., whose) in &open {
            match people.iter_mut().find(|person| person.key == key(*whose)) {
                Some(person) => person.count += 1,
                None => people.push(Person { key: key(*whose), name: name(rows, *whose)?, count: 1 }),
            }
        }
        let own = people.iter().find(|person| person.key == key(pen.who())).or(people.first());
        let own = own.map(|person| person.key.clone()).unwrap_or_default();
        let whose = by.map_or(own, str::to_owned);
        open.retain(|(.., of)| key(*of) == whose);
        let wall = Wall::of(&meta::institution(rows)?);
        let lines: Vec<Line> =
            open.iter().take(limits::desk::DRAFTS).map(|row| line(rows, &wall, row)).collect::<Result<_>>()?;
        let shown = people.iter().find(|person| person.key == whose).map(|person| person.name.clone());
        Ok(Page {
            f: Frame::of(rows, browser, "Drop many drafts", "/desk/drafts")?.with(&faults),
            faults,
            account,
            handle: accounts::need(rows, account)?.handle,
            name: shown.unwrap_or_default(),
            whose,
            people,
            more: open.len() - lines.len(),
            rows: lines,
            ticked,
        })
    })?;
    frame::page(status, &page)
}

fn line(rows: &impl Rows, wall: &Wall, (stage, id, _): &(Stage, DraftId, Who)) -> Result<Line> {
    let draft: Draft = drafts::need(rows, *id)?;
    let version = draft.content.main();
    Ok(Line {
        seen: format!("{id}-{}-{}", draft.revision, stage.name()),
        first: first(&draft, limits::desk::FIRST_WORDS),
        lang: version.map(|version| version.lang.to_string()).unwrap_or_default(),
        dir: version.map_or("ltr", |version| version.lang.dir()),
        stage: stage_words(*stage),
        saved: wall.time(draft.saved),
    })
}

/// `POST /desk/accounts/ID/drafts`
pub(in crate::desk) async fn discard(
    app: &App,
    browser: &Browser,
    account: AccountId,
    form: &Form,
) -> Result<Response> {
    let pen = Pen::of(&browser.asker(), account)?;
    let seen = |typed: &str| {
        let (id, rest) = typed.split_once('-')?;
        let (revision, stage) = rest.split_once('-')?;
        Some((Seen { id: id.parse().ok()?, revision: revision.parse().ok()? }, Stage::named(stage)?))
    };
    let all: Vec<_> = form.all("draft").filter_map(seen).take(limits::desk::DRAFTS).collect();
    if all.is_empty() {
        let problem = Problem::new("E514", "No draft is ticked.").remedy("Tick those that nobody needs any more.");
        return shown(app, browser, account, (form.find("by"), false), Faults::of("draft1", &problem));
    }
    let ticked = all.len();
    let gone = browser.write(app, move |tx| verbs::discard_many(tx, pen, &all)).await?;
    Ok(response::see_other(&format!("/desk/drafts?done=many&gone={gone}&left={}", ticked.saturating_sub(gone))))
}
