//! Texts from which answers begin, for each account, in each language.

use std::sync::Arc;

use askama::Template;
use hyper::StatusCode;

use super::faults::Faults;
use super::frame::{self, Frame};
use super::write::{Choice, langs};
use crate::actions;
use crate::app::App;
use crate::base::text;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::account::Account;
use crate::model::case::Canned;
use crate::model::ids::{AccountId, CannedId};
use crate::model::power::{Read, Reply};
use crate::model::user::By;
use crate::store::{accounts, cases};
use crate::web::request::Form;
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

#[derive(Template)]
#[template(path = "desk/answers.html")]
struct List {
    f: Frame,
    accounts: Vec<Kept>,
}

/// What an account has.
struct Kept {
    handle: String,
    /// Whether whoever looks may change it.
    new: Option<String>,
    rows: Vec<Row>,
}

struct Row {
    path: String,
    title: String,
    lang: String,
    lang_name: String,
    dir: &'static str,
    first: String,
}

#[derive(Template)]
#[template(path = "desk/answer.html")]
struct Page {
    f: Frame,
    faults: Faults,
    handle: String,
    path: String,
    known: bool,
    title: String,
    langs: Vec<Choice>,
    text: String,
}

/// What was typed.
#[derive(Default)]
struct Typed {
    title: String,
    lang: String,
    text: String,
}

pub(super) fn list(app: &App, browser: &Browser) -> Result<Response> {
    let asker = browser.asker();
    let list = app.store.read(|rows| {
        let mut kept = Vec::new();
        for account in accounts::all(rows)?.into_iter().filter(|account| asker.can::<Read>(account.id)) {
            let change = asker.can::<Reply>(account.id);
            let row = |(id, canned): (CannedId, Canned)| Row {
                path: format!("/desk/answers/{}/{id}", account.id),
                dir: canned.lang.dir(),
                lang_name: canned.lang.own_name().to_owned(),
                lang: canned.lang.to_string(),
                first: text::clip(&text::one_line(&canned.text), limits::desk::FIRST_WORDS).into_owned(),
                title: canned.title,
            };
            kept.push(Kept {
                handle: app.site.handle(&account.handle),
                new: change.then(|| format!("/desk/answers/{}/new", account.id)),
                rows: cases::canned(rows, account.id)?.into_iter().map(row).collect(),
            });
        }
        Ok(List { f: Frame::of(rows, browser, "Canned answers", "/desk/inbox")?, accounts: kept })
    })?;
    frame::page(StatusCode::OK, &list)
}

/// The form of one; `new` is the blank one.
pub(super) fn page(app: &App, browser: &Browser, account: AccountId, id: &str) -> Result<Response> {
    browser.asker().may::<Reply>(account)?;
    let known = number(id)?;
    let typed = app.store.read(|rows| {
        let Some(id) = known else { return Ok(Typed::default()) };
        let found = cases::canned(rows, account)?.into_iter().find(|(other, _)| *other == id);
        let (_, canned) = found.ok_or(Error::NotFound)?;
        Ok(Typed { title: canned.title, lang: canned.lang.to_string(), text: canned.text })
    })?;
    shown(app, browser, account, id, typed, Faults::default())
}

fn number(id: &str) -> Result<Option<CannedId>> {
    if id == "new" { Ok(None) } else { id.parse().map(Some) }
}

fn shown(app: &App, browser: &Browser, account: AccountId, id: &str, typed: Typed, faults: Faults) -> Result<Response> {
    let status = faults.status();
    let page = app.store.read(|rows| {
        let account: Account = accounts::need(rows, account)?;
        Ok(Page {
            f: Frame::of(rows, browser, "Canned answer", "/desk/inbox")?.with(&faults),
            handle: app.site.handle(&account.handle),
            path: format!("/desk/answers/{}/{id}", account.id),
            known: id != "new",
            langs: langs(rows, &typed.lang, Some(&account))?,
            title: typed.title,
            text: typed.text,
            faults,
        })
    })?;
    frame::page(status, &page)
}

pub(super) async fn save(
    app: &Arc<App>,
    browser: &Browser,
    account: AccountId,
    id: &str,
    form: &Form,
) -> Result<Response> {
    let by: By<Reply> = browser.asker().may(account)?;
    let known = number(id)?;
    let typed = Typed {
        title: text::one_line(&form.text("title")).trim().to_owned(),
        lang: form.text("lang"),
        text: form.text("text").trim_end().to_owned(),
    };
    let lang = match typed.lang.parse() {
        Ok(lang) => lang,
        Err(Error::Invalid(problem)) => {
            return shown(app, browser, account, id, typed, Faults::of("lang", &problem));
        }
        Err(e) => return Err(e),
    };
    let canned = Canned { lang, title: typed.title.clone(), text: typed.text.clone() };
    match browser.write(app, move |tx| actions::cases::keep_canned(tx, by, known, &canned)).await {
        Ok(_) => Ok(response::see_other("/desk/answers")),
        Err(Error::Invalid(problem)) => {
            let at = field(&problem);
            shown(app, browser, account, id, typed, Faults::of(at, &problem))
        }
        Err(e) => Err(e),
    }
}

fn field(problem: &Problem) -> &'static str {
    if problem.field == Some("text") { "text" } else { "title" }
}

pub(super) async fn delete(app: &Arc<App>, browser: &Browser, account: AccountId, id: &str) -> Result<Response> {
    let by: By<Reply> = browser.asker().may(account)?;
    let id = id.parse()?;
    browser.write(app, move |tx| actions::cases::drop_canned(tx, by, id)).await?;
    Ok(response::see_other("/desk/answers"))
}
