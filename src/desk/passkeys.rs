//! Passkeys: in by a touch, and made and removed under My account. The browser gives them to script only; what it says is
//! sent as any form is.

use std::sync::Arc;

use hyper::StatusCode;

use super::account::{done, prove, retry};
use super::faults::{Faults, too_many};
use super::frame::Wall;
use super::start;
use crate::actions::passkeys::{self, Touch};
use crate::app::challenges::Purpose;
use crate::app::{App, login};
use crate::crypto::webauthn::{self, Expected};
use crate::error::{Error, Problem, Result};
use crate::model::client::TokenId;
use crate::model::ids::UserId;
use crate::model::passkey::Passkey;
use crate::store::{Rows, Write};
use crate::web::multipart;
use crate::web::request::{Form, Request};
use crate::web::response::Response;
use crate::web::who::{Acts as _, Browser};

/// The name that passkeys are bound to.
fn host(app: &App) -> &str {
    let authority = app.site.authority();
    // A port has no part in it, nor have the brackets of an address any.
    authority.rsplit_once(':').map_or(authority, |(host, _)| host)
}

fn expected<'a>(app: &'a App, challenge: &'a str) -> Expected<'a> {
    Expected { challenge, origin: &app.site.origin, host: host(app) }
}

fn field(form: &Form, name: &str) -> Vec<u8> {
    webauthn::read(form.find(name).unwrap_or_default()).unwrap_or_default()
}

/// `POST /desk/login/passkey`. What was wrong is told no more than for a password.
pub(super) async fn enter(app: &Arc<App>, request: &mut Request) -> Result<Response> {
    let form = multipart::fields(request, 0).await?;
    let way = start::Way::of(&form);
    let refuse = |status, problem: &Problem| start::again(app, status, way.clone(), Faults::of("passkey", problem));
    let whose = app.store.read(|rows| passkeys::whose(rows, &field(&form, "id")))?;
    if let Err(wait) = start::count(app, request, login::Way::Passkey, whose, &form.text("id")) {
        return refuse(StatusCode::TOO_MANY_REQUESTS, &too_many(wait, ""));
    }
    let touch = Touch {
        id: field(&form, "id"),
        client: field(&form, "client"),
        data: field(&form, "data"),
        signature: field(&form, "signature"),
    };
    let wrong = Problem::new("E335", "This passkey does not open the desk, or the page was open for too long.")
        .remedy("Try once more, or log in by password.");
    let challenge = webauthn::challenge(&touch.client).unwrap_or_default();
    if !app.challenges.is_open(&challenge, Purpose::LogIn, app.now()) {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, &wrong);
    }
    let (browser, all) = (start::browser_name(request), app.config.login.passwords);
    let here = Arc::clone(app);
    let mut ours = false;
    let verb = move |tx: &mut Write<'_>| {
        let opened = passkeys::enter(tx, &touch, expected(&here, &challenge), &browser, all)?;
        // Two answers to one question may come at the same moment: the writer lets one of them in. It runs this again
        // when a neighbour in the commit fails, and then the question was closed by this very answer.
        if opened.1.is_some() {
            ours = ours || here.challenges.close(&challenge, tx.now());
            if !ours {
                return Err(Error::Conflict("This passkey was used just now."));
            }
        }
        Ok(opened)
    };
    match app.store.write(verb).await? {
        (_, Some(fresh)) => way.go(app, &fresh).await,
        (user, None) => {
            if let Some(user) = user {
                login::failed(app, user);
            }
            refuse(StatusCode::UNPROCESSABLE_ENTITY, &wrong)
        }
    }
}

/// `POST /desk/account/passkeys`: keeps the one that the browser has just made.
pub(super) async fn add(app: &Arc<App>, browser: &Browser, form: &Form) -> Result<Response> {
    let own = browser.asker().own()?;
    let mut faults = Faults::default();
    prove(app, browser, form, "passkey-current", &mut faults).await?;
    if !faults.is_empty() {
        return retry(app, browser, faults);
    }
    let (client, data) = (field(form, "client"), field(form, "data"));
    let challenge = webauthn::challenge(&client).unwrap_or_default();
    let asked = app.challenges.is_open(&challenge, Purpose::Add(&browser.session.csrf), app.now());
    let made = match webauthn::made(&client, &data, expected(app, &challenge)) {
        Ok(made) if asked && app.challenges.close(&challenge, app.now()) => made,
        other => {
            let why = other.err().unwrap_or(webauthn::Refusal::Challenge);
            let problem = Problem::new("E336", format!("The new passkey was not taken: {why}."));
            return retry(app, browser, Faults::of("passkey", &problem.remedy("Try once more.")));
        }
    };
    let (name, code) = (form.text("passkey"), form.text("passkey-code"));
    match browser.write(app, move |tx| passkeys::add(tx, own, &code, &name, &made)).await {
        Ok(()) => Ok(done("passkey")),
        Err(Error::Invalid(problem)) => {
            let at = if problem.field == Some("code") { "passkey-code" } else { "passkey" };
            retry(app, browser, Faults::of(at, &problem))
        }
        Err(e) => Err(e),
    }
}

/// `POST /desk/account/passkeys/ID/remove`
pub(super) async fn remove(app: &Arc<App>, browser: &Browser, id: String) -> Result<Response> {
    let own = browser.asker().own()?;
    browser.write(app, move |tx| passkeys::remove(tx, own, |key| passkeys::is_named(key, &id))).await?;
    Ok(done("unpasskey"))
}

/// One in a list.
pub(super) struct Shown {
    pub id: String,
    pub name: String,
    pub since: String,
    pub last: String,
}

impl Shown {
    pub(super) fn of(wall: &Wall, key: [u8; 32], passkey: Passkey) -> Self {
        Self {
            id: TokenId::of(&key).to_string(),
            name: passkey.name,
            since: wall.time(passkey.created),
            last: passkey.last.map(|at| wall.time(at)).unwrap_or_default(),
        }
    }
}

/// What the page needs to ask for another one.
pub(super) struct Ask {
    pub challenge: String,
    /// Of the person, for the authenticator's own lists.
    pub user: String,
    /// Those that are there already: an authenticator holds one of them.
    pub known: String,
}

pub(super) fn ask(app: &App, browser: &Browser, own: &[([u8; 32], Passkey)]) -> Ask {
    let ids: Vec<String> = own.iter().map(|(_, passkey)| webauthn::written(&passkey.id)).collect();
    Ask {
        challenge: app.challenges.ask(Purpose::Add(&browser.session.csrf), app.now()),
        user: browser.user.id.to_string(),
        known: ids.join(" "),
    }
}

pub(super) fn of(rows: &impl Rows, user: UserId) -> Result<Vec<([u8; 32], Passkey)>> {
    passkeys::of(rows, user)
}
