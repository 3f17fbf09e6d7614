//! What strangers said, on four lists: open, mine, waiting, done. Who takes it, what to answer, what our pages show.

mod filter;
mod one;
mod shown;

use std::sync::Arc;

use askama::Template;
use hyper::StatusCode;

use filter::{Filter, Filters, Tab};
use shown::{Group, Sight};

use super::frame::{self, Frame};
use super::write::Choice;
use crate::actions;
use crate::app::App;
use crate::base::lang::Lang;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::case::{Canned, Stand};
use crate::model::ids::{AccountId, CannedId, CaseId, NoteId, UserId};
use crate::model::note::Shown;
use crate::model::power::{Power, Read, Reply};
use crate::model::user::{Asker, By};
use crate::store::{Rows, Write, accounts, cases, notes, users};
use crate::views::inbox;
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

pub(super) use one::page as one;
pub(super) use shown::{Words, busy};

#[derive(Template)]
#[template(path = "desk/inbox.html")]
struct Inbox {
    f: Frame,
    tabs: Vec<Tab>,
    filters: Filters,
    /// The list as an address, to come back to.
    back: String,
    groups: Vec<Group>,
    older: Option<String>,
}

pub(super) fn page(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let asker = browser.asker();
    let filter = Filter::of(request);
    let list = app.store.read(|rows| {
        let f = Frame::of(rows, browser, "Inbox", "/desk/inbox")?;
        let all = seen(rows, &asker)?;
        let sight = Sight::new(rows, &asker, browser.user.id, app.now())?;
        let page = inbox::page(rows, &filter.wanted(browser.user.id, &all))?;
        Ok(Inbox {
            f,
            tabs: filter.tabs(rows, browser.user.id, &all)?,
            filters: filter.filters(rows, &app.site, &all)?,
            back: filter.here(),
            older: page.older.map(|id| filter.href(filter.tab, Some(id))),
            groups: sight.groups(page.items)?,
        })
    })?;
    frame::page(StatusCode::OK, &list)
}

/// The accounts that somebody has to do with.
pub(super) fn seen(rows: &impl Rows, asker: &Asker) -> Result<Vec<AccountId>> {
    let all = accounts::all(rows)?.into_iter().filter(|account| account.deleted.is_none());
    Ok(all.map(|account| account.id).filter(|account| asker.can::<Read>(*account)).collect())
}

/// How much is open for somebody, counted so far.
pub(super) fn open(rows: &impl Rows, asker: &Asker) -> Result<usize> {
    inbox::open(rows, &seen(rows, asker)?, limits::desk::COUNTED)
}

/// A power for one of the accounts that something concerns.
pub(super) fn concerned<P: Power>(asker: &Asker, concerns: &[AccountId]) -> Result<By<P>> {
    let has = concerns.iter().find(|account| asker.can::<P>(**account));
    let sees = concerns.iter().find(|account| asker.can::<Read>(**account));
    asker.may(*has.or(sees).ok_or(Error::NotFound)?)
}

fn may<P: Power>(app: &App, browser: &Browser, id: CaseId) -> Result<By<P>> {
    concerned(&browser.asker(), &app.store.read(|rows| cases::need(rows, id))?.accounts)
}

/// Back to the list or page that the form was on; nowhere else.
pub(super) fn back(form: &Form) -> Response {
    let path = form.find("back").filter(|path| *path == "/desk/inbox" || path.starts_with("/desk/inbox?"));
    let one = form.find("back").filter(|path| {
        path.strip_prefix("/desk/inbox/").is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
    });
    let plain = |path: &&str| path.bytes().all(|b| b.is_ascii_graphic());
    response::see_other(path.or(one).filter(plain).unwrap_or("/desk/inbox"))
}

/// Shows or hides a reply on our pages.
pub(super) async fn decide(
    app: &Arc<App>,
    browser: &Browser,
    id: NoteId,
    shown: Shown,
    form: &Form,
) -> Result<Response> {
    let of = app.store.read(|rows| {
        let note = notes::get(rows, id)?.ok_or(Error::NotFound)?;
        actions::replies::decided_by(rows, &note)
    })?;
    let by = concerned(&browser.asker(), &of)?;
    let seen = form.text("seen");
    match browser.write(app, move |tx| actions::replies::show(tx, by, id, shown, Some(&seen))).await {
        Ok(_) => Ok(back(form)),
        Err(Error::Invalid(problem)) => one::again(app, browser, CaseId(id.0), "", &problem),
        Err(e) => Err(e),
    }
}

/// Says how far it is, for every account that they may answer for.
pub(super) async fn set(app: &Arc<App>, browser: &Browser, id: CaseId, form: &Form) -> Result<Response> {
    let (asker, case) = (browser.asker(), app.store.read(|rows| cases::need(rows, id))?);
    let first = concerned::<Reply>(&asker, &case.accounts)?;
    let others = case.accounts.iter().filter(|account| **account != first.account());
    let all: Vec<By<Reply>> = std::iter::once(first).chain(others.filter_map(|of| asker.may(*of).ok())).collect();
    let stand = form.find("stand").and_then(Stand::named).ok_or_else(|| -> Error {
        let what = "The form does not say whether it is open, waits or is done.";
        Problem::new("E588", what).field("stand").remedy("Go back, and press one of the buttons.").into()
    })?;
    let set =
        move |tx: &mut Write<'_>| all.iter().try_for_each(|by| actions::cases::set(tx, *by, id, stand).map(|_| ()));
    browser.write(app, set).await?;
    Ok(back(form))
}

/// Gives it to somebody: `me`, a user by number, or nobody.
pub(super) async fn assign(app: &Arc<App>, browser: &Browser, id: CaseId, form: &Form) -> Result<Response> {
    let by = may::<Reply>(app, browser, id)?;
    let owner = match form.find("owner").unwrap_or_default() {
        "" => None,
        "me" => Some(browser.user.id),
        user => Some(user.parse::<UserId>()?),
    };
    browser.write(app, move |tx| actions::cases::assign(tx, by, id, owner)).await?;
    Ok(back(form))
}

/// Begins an answer: the others see it, and the form opens with the words that were chosen.
pub(super) async fn answer(app: &Arc<App>, browser: &Browser, id: CaseId, form: &Form) -> Result<Response> {
    let by = may::<Reply>(app, browser, id)?;
    browser.write(app, move |tx| actions::cases::begin(tx, by, id)).await?;
    let canned = form.find("canned").and_then(|canned| canned.parse::<CannedId>().ok());
    let canned = canned.map(|canned| format!("&canned={canned}")).unwrap_or_default();
    Ok(response::see_other(&format!("/desk?reply={id}{canned}")))
}

/// Notes something for colleagues. What is wrong comes back on the page with the words.
pub(super) async fn remark(app: &Arc<App>, browser: &Browser, id: CaseId, form: &Form) -> Result<Response> {
    let by = may::<Reply>(app, browser, id)?;
    let (text, typed) = (form.text("remark"), form.text("remark"));
    match browser.write(app, move |tx| actions::cases::remark(tx, by, id, &text)).await {
        Ok(_) => Ok(response::see_other(&format!("/desk/inbox/{id}"))),
        Err(Error::Invalid(problem)) => one::again(app, browser, id, &typed, &problem),
        Err(e) => Err(e),
    }
}

pub(super) async fn erase_remark(app: &Arc<App>, browser: &Browser, id: CaseId, number: &str) -> Result<Response> {
    let case = app.store.read(|rows| cases::need(rows, id))?;
    // No note has the number 0.
    let number = number.parse().unwrap_or_default();
    let of = case.remarks.iter().find(|remark| remark.number == number).and_then(|remark| remark.account);
    let by = concerned::<Reply>(&browser.asker(), &of.map_or(case.accounts, |of| vec![of]))?;
    browser.write(app, move |tx| actions::cases::erase_remark(tx, by, id, number)).await?;
    Ok(response::see_other(&format!("/desk/inbox/{id}")))
}

/// A text from which answers of an account begin.
pub(super) fn canned_text(rows: &impl Rows, account: AccountId, id: CannedId) -> Result<String> {
    let all = cases::canned(rows, account)?;
    Ok(all.into_iter().find(|(known, _)| *known == id).map(|(_, canned)| canned.text).unwrap_or_default())
}

/// Who may answer for one of these accounts, to choose from.
fn repliers(rows: &impl Rows, accounts: &[AccountId], chosen: Option<UserId>) -> Result<Vec<Choice>> {
    let mut choices = Vec::new();
    for user in users::all(rows)? {
        let (value, name, id) = (user.id.to_string(), user.told_apart(), user.id);
        let asker = Asker::User(user);
        if accounts.iter().any(|account| asker.can::<Reply>(*account)) {
            choices.push(Choice { value, name, chosen: Some(id) == chosen });
        }
    }
    Ok(choices)
}

/// What is wrong with a note, or with what was to be released, as the page says it.
fn told(problem: &Problem) -> super::faults::Faults {
    super::faults::Faults::of(if problem.field == Some("seen") { "said" } else { "remark" }, problem)
}

/// Texts to begin an answer with: of the accounts that one may answer for, those in the stranger's language first.
fn canned_choices(rows: &impl Rows, asker: &Asker, accounts: &[AccountId], lang: Option<&Lang>) -> Result<Vec<Choice>> {
    let Some(account) = accounts.iter().find(|account| asker.can::<Reply>(**account)) else { return Ok(Vec::new()) };
    let mut all = cases::canned(rows, *account)?;
    let other = |canned: &Canned| lang.is_none_or(|lang| canned.lang.primary() != lang.primary());
    all.sort_by_key(|(_, canned)| other(canned));
    let choice = |(id, canned): (CannedId, Canned)| Choice {
        value: id.to_string(),
        name: format!("{} ({})", canned.title, canned.lang.own_name()),
        chosen: false,
    };
    Ok(all.into_iter().map(choice).collect())
}
