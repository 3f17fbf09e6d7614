//! Whose look the posts of an account need before they go out.

use std::sync::Arc;

use askama::Template;
use hyper::StatusCode;

use super::frame::{self, Frame, Wall};
use crate::actions::drafts as verbs;
use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::account::Account;
use crate::model::draft::{Approval, Rule, Stage};
use crate::model::ids::AccountId;
use crate::model::power::{Administer, Read};
use crate::model::user::Asker;
use crate::store::{Rows, accounts, drafts, meta};
use crate::views::people;
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

#[derive(Template)]
#[template(path = "desk/approval.html")]
struct Page {
    f: Frame,
    notice: &'static str,
    account: AccountId,
    handle: String,
    rules: Vec<Choice>,
    urgent_first: bool,
    answers: bool,
    /// Who said so last; empty where nobody did.
    set: String,
    /// What is planned and was not let pass as the rule demands, as a sentence; empty where there is none.
    held_up: String,
    may: bool,
}

struct Choice {
    value: &'static str,
    title: &'static str,
    hint: &'static str,
    on: bool,
}

/// What a rule is called, and what it means.
pub(super) fn words(rule: Rule) -> (&'static str, &'static str) {
    match rule {
        Rule::None => ("Nobody", "editors publish by themselves"),
        Rule::Other => ("Somebody else", "a colleague who did not write it: an author, editor or approver"),
        Rule::Approver => ("An approver", "somebody with that role who did not write it"),
    }
}

/// Who made the rule what it is, and when, as a sentence: whoever relies on it sees that it was made weaker.
pub(super) fn set(rows: &impl Rows, account: &Account) -> Result<String> {
    let Some((by, at)) = account.approval.set else { return Ok(String::new()) };
    let wall = Wall::of(&meta::institution(rows)?);
    Ok(format!("Set by {}, {}.", people::who(rows, by)?, wall.time(at)))
}

/// A plan from before the rule goes nowhere at its time: what nobody approved does not go out, and nobody finds that out only
/// when it is missed.
fn held_up(rows: &impl Rows, account: &Account) -> Result<String> {
    let planned = drafts::of(rows, account.id, Stage::Planned, limits::draft::PER_ACCOUNT)?;
    Ok(match planned.iter().filter(|draft| draft.is_held_up(account.approval)).count() {
        0 => String::new(),
        1 => "1 planned post does not go out at its time: nobody has approved it as this rule demands.".to_owned(),
        n => format!("{n} planned posts do not go out at their times: nobody has approved them as this rule demands."),
    })
}

/// `GET /desk/accounts/ID/approval`
pub(super) fn page(app: &App, browser: &Browser, id: AccountId, request: &Request) -> Result<Response> {
    let notice = if request.query("done").is_some() { "Saved." } else { "" };
    let page = app.store.read(|rows| {
        let asker = browser.asker();
        let account = seen(rows, &asker, id)?;
        let rule = account.approval.rule;
        let choice = |of: Rule| {
            let (title, hint) = words(of);
            Choice { value: of.name(), title, hint, on: of == rule }
        };
        Ok(Page {
            f: Frame::of(rows, browser, "Approval", "/desk/drafts")?,
            notice,
            account: id,
            rules: Rule::ALL.into_iter().map(choice).collect(),
            urgent_first: account.approval.urgent_first,
            answers: account.approval.answers,
            set: set(rows, &account)?,
            held_up: held_up(rows, &account)?,
            may: asker.can::<Administer>(id),
            handle: account.handle,
        })
    })?;
    frame::page(StatusCode::OK, &page)
}

fn seen(rows: &impl Rows, asker: &Asker, id: AccountId) -> Result<Account> {
    let account = accounts::need(rows, id)?;
    asker.may::<Read>(id)?;
    Ok(account)
}

/// `POST /desk/accounts/ID/approval`
pub(super) async fn save(app: &Arc<App>, browser: &Browser, id: AccountId, form: &Form) -> Result<Response> {
    let by = browser.asker().may::<Administer>(id)?;
    let rule = Rule::named(form.find("rule").unwrap_or_default()).ok_or_else(|| -> Error {
        Problem::new("E512", "The form does not say whose look is needed.")
            .field("rule")
            .remedy("Go back, and choose one of the three.")
            .into()
    })?;
    let approval = Approval {
        rule,
        urgent_first: form.find("urgent_first").is_some(),
        answers: form.find("answers").is_some(),
        ..Approval::default()
    };
    browser.write(app, move |tx| verbs::set_rule(tx, by, approval).map(|_| ())).await?;
    Ok(response::see_other(&format!("/desk/accounts/{id}/approval?done=1")))
}
