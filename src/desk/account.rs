//! My account: what somebody is called and logs in by, their password, where they are logged in, their programs. What
//! is dangerous asks for the password again.

use std::sync::Arc;

use askama::Template;

use super::faults::{Faults, too_many};
use super::frame::{self, Frame, Wall};
use super::passkeys;
use crate::actions::{break_glass, secrets, sessions, tokens, users as verbs};
use crate::app::login::Way;
use crate::app::{App, login};
use crate::error::{Error, Problem, Result};
use crate::model::client::{Token, TokenId};
use crate::model::login::{Secrets, check_password};
use crate::model::user::{Own, User};
use crate::store::{Rows, Write, accounts, meta};
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

#[derive(Template)]
#[template(path = "desk/account.html")]
struct Account {
    f: Frame,
    faults: Faults,
    notice: &'static str,
    typed: Typed,
    standing: Vec<String>,
    /// Whether they may come in without the identity provider.
    local: bool,
    has_password: bool,
    second: bool,
    /// Recovery codes that are left.
    codes: usize,
    passkeys: Vec<passkeys::Shown>,
    ask: passkeys::Ask,
    /// What the new one is to be called, as it was typed.
    passkey: String,
    sessions: Vec<Open>,
    programs: Vec<Program>,
}

/// The first form, as it was sent or as things are.
struct Typed {
    name: String,
    email: String,
}

impl Typed {
    fn of(user: &User) -> Self {
        Self { name: user.name.clone(), email: user.email.clone() }
    }
}

/// A browser where somebody is logged in.
struct Open {
    id: String,
    browser: String,
    since: String,
    here: bool,
}

/// A client program that acts for somebody.
struct Program {
    id: String,
    name: String,
    account: String,
    scopes: String,
    since: String,
}

/// `GET /desk/account`, with `?done=` what was done.
pub(super) fn page(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let notice = match request.query("done") {
        Some("saved") => "Saved.",
        Some("password") => {
            "The password is set. You are logged out everywhere else, and a secret address of your calendar has ended."
        }
        Some("ended") => "Logged out there.",
        Some("revoked") => "The program can do nothing any more.",
        Some("passkey") => "The passkey is kept. Log in with it from now on.",
        Some("unpasskey") => "The passkey opens nothing any more.",
        Some("second") => "You log in without a second factor from now on.",
        Some(_) | None => "",
    };
    shown(app, browser, Typed::of(&browser.user), Faults::default(), notice)
}

/// The page once more, because of another of its forms.
pub(super) fn retry(app: &App, browser: &Browser, faults: Faults) -> Result<Response> {
    shown(app, browser, Typed::of(&browser.user), faults, "")
}

fn shown(app: &App, browser: &Browser, typed: Typed, faults: Faults, notice: &'static str) -> Result<Response> {
    let status = faults.status();
    let own = browser.asker().own()?;
    let account = app.store.read(|rows| {
        let f = Frame::of(rows, browser, "My account", "/desk/account")?.with(&faults).scripted(true);
        let wall = Wall::of(&meta::institution(rows)?);
        let kept = secrets::of(rows, browser.user.id)?;
        let open = |(key, session): ([u8; 32], crate::model::login::Session)| Open {
            id: TokenId::of(&key).to_string(),
            browser: session.browser,
            since: wall.time(session.created),
            here: key == browser.key,
        };
        let own_passkeys = passkeys::of(rows, browser.user.id)?;
        Ok(Account {
            f,
            notice,
            standing: super::users::standing(rows, &browser.user)?,
            local: break_glass::may_enter(rows, browser.user.id, app.config.login.passwords)?,
            has_password: kept.password.is_some(),
            second: kept.has_second(),
            codes: kept.recovery.len(),
            ask: passkeys::ask(app, browser, &own_passkeys),
            passkeys: own_passkeys.into_iter().map(|(key, passkey)| passkeys::Shown::of(&wall, key, passkey)).collect(),
            passkey: String::new(),
            sessions: sessions::of(rows, own)?.into_iter().map(open).collect(),
            programs: programs(rows, &wall, own)?,
            typed,
            faults,
        })
    })?;
    frame::scripted(status, &account.f, &account)
}

fn programs(rows: &impl Rows, wall: &Wall, own: Own) -> Result<Vec<Program>> {
    let program = |(hash, token): ([u8; 32], Token)| {
        Ok(Program {
            id: TokenId::of(&hash).to_string(),
            name: token.name,
            account: accounts::get(rows, token.account)?.map(|account| account.handle).unwrap_or_default(),
            scopes: token.scopes.to_string(),
            since: wall.time(token.created),
        })
    };
    tokens::own(rows, own)?.into_iter().map(program).collect()
}

pub(super) fn done(what: &str) -> Response {
    response::see_other(&format!("/desk/account?done={what}"))
}

pub(super) async fn describe(app: &Arc<App>, browser: &Browser, form: &Form) -> Result<Response> {
    let own = browser.asker().own()?;
    let typed = Typed { name: form.text("name"), email: form.text("email") };
    let (name, email, language) = (typed.name.clone(), typed.email.clone(), browser.user.language.clone());
    match browser.write(app, move |tx| verbs::describe(tx, own, &name, &email, &language).map(|_| ())).await {
        Ok(()) => Ok(done("saved")),
        Err(Error::Invalid(problem)) => {
            shown(app, browser, typed, Faults::of(problem.field.unwrap_or("name"), &problem), "")
        }
        Err(e) => Err(e),
    }
}

pub(super) async fn password(app: &Arc<App>, browser: &Browser, form: &Form) -> Result<Response> {
    let own = browser.asker().own()?;
    let mut faults = Faults::default();
    let fresh = form.find("password").unwrap_or_default().to_owned();
    if browser.user.email.is_empty() {
        let problem = Problem::new("E313", "People log in by their e-mail address, and there is none yet.");
        faults.push("email", &problem.remedy("Save one first."));
    }
    if let Err(Error::Invalid(problem)) = check_password(&fresh, &browser.user.email) {
        faults.push("password", &problem);
    }
    if faults.is_empty() {
        prove(app, browser, form, "current", &mut faults).await?;
    }
    if !faults.is_empty() {
        return shown(app, browser, Typed::of(&browser.user), faults, "");
    }
    let (kept, here) = (login::hash(app, fresh).await?, browser.key);
    browser.write(app, move |tx| secrets::set_password(tx, own, &kept, Some(here))).await?;
    Ok(done("password"))
}

/// Tries at the desk count as from one network, whichever it is.
const HERE: u64 = 0;

/// Whether a field holds the password; who has none yet came by a link, and that is proof enough. Tries are counted, those
/// of a code that the verb asks for too: a browser that was left open must not be the place to guess at it.
pub(super) async fn prove(
    app: &App,
    browser: &Browser,
    form: &Form,
    field: &'static str,
    faults: &mut Faults,
) -> Result<Secrets> {
    let kept = app.store.read(|rows| secrets::of(rows, browser.user.id))?;
    if kept.password.is_none() && !kept.has_second() {
        return Ok(kept);
    }
    let room = app.logins.room()?;
    if let Err(wait) = app.logins.count(Way::Desk, Some(browser.user.id), "", Some(HERE), app.now()) {
        faults.push(field, &too_many(wait, ""));
        return Ok(kept);
    }
    if kept.password.is_none() {
        return Ok(kept);
    }
    let typed = form.find(field).unwrap_or_default().to_owned();
    if !login::fits(app, room, kept.password.clone(), typed).await? {
        faults.push(field, &Problem::new("E314", "This is not your password."));
    }
    Ok(kept)
}

/// Logs out one browser, or all but this one.
pub(super) async fn end(app: &Arc<App>, browser: &Browser, id: Option<String>) -> Result<Response> {
    let (own, here) = (browser.asker().own()?, browser.key);
    let verb = move |tx: &mut Write<'_>| match &id {
        Some(id) => sessions::end(tx, own, |key| TokenId::of(&key).to_string() == *id),
        None => sessions::end_all(tx, own, Some(here)),
    };
    browser.write(app, verb).await?;
    Ok(done("ended"))
}

pub(super) async fn revoke(app: &Arc<App>, browser: &Browser, wanted: String) -> Result<Response> {
    let own = browser.asker().own()?;
    browser.write(app, move |tx| tokens::revoke_own(tx, own, |id| id.to_string() == wanted)).await?;
    Ok(done("revoked"))
}
