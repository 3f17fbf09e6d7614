//! In and out: by password, by a one-time link, and logging out. What was wrong is never told apart, nor is an address
//! that is known from one that is not.

use std::sync::Arc;

use askama::Template;
use hyper::{StatusCode, header};

use super::faults::{Faults, too_many};
use super::frame::{self, Frame};
use super::late::Late;
use crate::actions::{break_glass, desk_login, secrets, sessions};
use crate::app::challenges::Purpose;
use crate::app::{App, login};
use crate::crypto::token;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::ids::UserId;
use crate::model::login::How;
use crate::store::schema::{PASSKEYS, SECRETS};
use crate::store::{Rows, users};
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::Browser;
use crate::web::{agent, cookie, multipart, who};

#[derive(Template)]
#[template(path = "desk/start.html")]
struct Start {
    f: Frame,
    faults: Faults,
    open: bool,
    /// Whether a code is asked for, besides the link.
    second: bool,
}

#[derive(Template)]
#[template(path = "desk/login.html")]
struct LogIn {
    f: Frame,
    faults: Faults,
    email: String,
    /// Where to go on.
    to: String,
    /// What was typed before it turned out that nobody is logged in.
    late: Option<Late>,
    /// Whether anybody has a password.
    open: bool,
    /// Whether it is for more than one owner.
    passwords: bool,
    provider: Option<Elsewhere>,
    /// What a passkey is asked, where anybody has one.
    challenge: Option<String>,
}

/// The institution's identity provider.
struct Elsewhere {
    host: String,
    /// The link that leads there.
    go: String,
    /// The link that logs out there, for whoever has just logged out here.
    out: Option<String>,
}

/// What is said to whoever did not get in.
const WRONG: &str = "The e-mail address, the password or the code is not right.";

/// The form, also in place of a page that is not for everybody.
pub(super) fn login_page(app: &App, request: &Request, status: StatusCode) -> Result<Response> {
    let to = if request.path().starts_with("/desk/login") { "/desk" } else { request.target() };
    let out = request.query("done") == Some("out");
    login_shown(app, status, String::new(), Way::to(to), out, Faults::default())
}

/// The same in place of an answer to a form.
pub(super) fn login_again(app: &App, status: StatusCode, late: Option<Late>) -> Result<Response> {
    let to = late.as_ref().map_or("/desk", |late| &late.to).to_owned();
    login_shown(app, status, String::new(), Way { to, late }, false, Faults::default())
}

/// Where to go on, and what with.
#[derive(Debug, Clone)]
pub(super) struct Way {
    to: String,
    late: Option<Late>,
}

impl Way {
    fn to(path: &str) -> Self {
        Self { to: path.to_owned(), late: None }
    }

    /// As the form of a log-in brings it.
    pub(super) fn of(form: &Form) -> Self {
        Self { to: form.text("to"), late: Late::of(form) }
    }

    /// Goes it, under a new token.
    pub(super) async fn go(self, app: &Arc<App>, fresh: &str) -> Result<Response> {
        let Some(late) = self.late else { return Ok(logged_in(app, fresh, &self.to)) };
        let browser = app.store.read(|rows| who::by_token(app, rows, fresh))?;
        Ok(keeping(app, fresh, late.shown(app, &browser, StatusCode::OK).await?))
    }
}

fn login_shown(app: &App, status: StatusCode, email: String, way: Way, out: bool, faults: Faults) -> Result<Response> {
    let Way { to, late } = way;
    let provider = app.provider.as_ref().map(|provider| Elsewhere {
        host: provider.host(),
        go: format!(
            "/desk/login/provider?{}",
            form_urlencoded::Serializer::new(String::new())
                .append_pair("to", if late.is_some() { "/desk" } else { &to })
                .finish()
        ),
        out: provider.farewell(&app.site.origin).filter(|_| out),
    });
    let passwords = app.config.login.passwords;
    let some = app.store.read(|rows| rows.len(&PASSKEYS))? > 0;
    let challenge = some.then(|| app.challenges.ask(Purpose::LogIn, app.now()));
    let open = app.store.read(|rows| rows.len(&SECRETS))? > 0;
    let f = Frame::open(app, "Log in").with(&faults).scripted(challenge.is_some());
    let page = LogIn { f, faults, email, to, late, open, passwords, provider, challenge };
    frame::scripted(status, &page.f, &page)
}

/// The page once more, with what was wrong.
pub(super) fn again(app: &App, status: StatusCode, way: Way, faults: Faults) -> Result<Response> {
    login_shown(app, status, String::new(), way, false, faults)
}

/// `POST /desk/login`: one form for all, so that a password cannot be tried without the code.
pub(super) async fn login(app: &Arc<App>, request: &mut Request) -> Result<Response> {
    let form = multipart::fields(request, 0).await?;
    let (email, way) = (form.text("email"), Way::of(&form));
    if let Some(late) = way.late.as_ref().filter(|_| form.find("on").is_some()) {
        if let Ok(browser) = app.store.read(|rows| who::browser(app, rows, request)) {
            return late.shown(app, &browser, StatusCode::OK).await;
        }
        let problem = Problem::new("E551", "Nobody is logged in on this browser yet.").remedy("Log in first.");
        return login_shown(app, StatusCode::UNAUTHORIZED, email, way, false, Faults::of("email", &problem));
    }
    let room = app.logins.room()?;
    let known = app.store.read(|rows| users::by_email(rows, &email))?;
    if let Err(wait) = count(app, request, login::Way::Password, known.as_ref().map(|user| user.id), &email) {
        let faults = Faults::of("email", &too_many(wait, ", or ask an owner for a link"));
        return login_shown(app, StatusCode::TOO_MANY_REQUESTS, email, way, false, faults);
    }
    let found = app.store.read(|rows| match known.filter(|user| user.off.is_none()) {
        Some(user) if break_glass::may_enter(rows, user.id, app.config.login.passwords)? => {
            Ok(Some((user.id, secrets::of(rows, user.id)?.password)))
        }
        Some(_) | None => Ok(None),
    })?;
    let (user, kept) = found.map_or((None, None), |(user, kept)| (Some(user), kept));
    let fits = login::fits(app, room, kept, form.find("password").unwrap_or_default().to_owned()).await?;
    let (code, browser) = (form.text("code"), browser_name(request));
    let opened = match user.filter(|_| fits) {
        Some(user) => app.store.write(move |tx| desk_login::enter(tx, user, &code, &browser)).await?,
        None => None,
    };
    if let Some(user) = user.filter(|_| opened.is_none()) {
        login::failed(app, user);
    }
    if let Some(fresh) = opened {
        return way.go(app, &fresh).await;
    }
    let problem = Problem::new("E310", WRONG).remedy("Whoever has lost one asks an owner for a link.");
    login_shown(app, StatusCode::UNPROCESSABLE_ENTITY, email, way, false, Faults::of("email", &problem))
}

pub(super) fn count(
    app: &App,
    request: &Request,
    way: login::Way,
    user: Option<UserId>,
    typed: &str,
) -> Result<(), u32> {
    let network = request.visitor().network().map(crate::web::network::Mark::number);
    app.logins.count(way, user, typed, network, app.now())
}

pub(super) fn browser_name(request: &Request) -> String {
    agent::name(request.header("user-agent").unwrap_or_default())
}

/// On to the desk under a new token, whatever cookie the browser sent.
pub(super) fn logged_in(app: &App, fresh: &str, to: &str) -> Response {
    let ours = to == "/desk" || to.starts_with("/desk/") || to.starts_with("/desk?");
    keeping(app, fresh, response::see_other(if ours { to } else { "/desk" }))
}

fn keeping(app: &App, fresh: &str, mut response: Response) -> Response {
    let kept = cookie::SESSION.keep(fresh, limits::desk::SESSION, app.site.is_secure());
    response::set_text(response.headers_mut(), header::SET_COOKIE, &kept);
    response
}

/// Codes may be typed by hand, in any case.
fn hash(code: &str) -> [u8; 32] {
    token::hash(&code.trim().to_ascii_uppercase())
}

/// The page behind a link. It uses nothing up: mail programs and chat servers open links before people do.
pub(super) fn page(app: &App, code: &str) -> Result<Response> {
    shown(app, StatusCode::OK, code, Faults::default())
}

fn closed(app: &App) -> Result<Response> {
    let f = Frame::open(app, "This link does not work any more");
    frame::page(StatusCode::GONE, &Start { f, faults: Faults::default(), open: false, second: false })
}

fn shown(app: &App, status: StatusCode, code: &str, faults: Faults) -> Result<Response> {
    let second = app.store.read(|rows| {
        let user = desk_login::is_open(rows, hash(code), app.now(), app.config.login.passwords)?;
        user.map(|user| Ok(secrets::of(rows, user.id)?.has_second())).transpose()
    })?;
    let Some(second) = second else { return closed(app) };
    let f = Frame::open(app, "Open the desk").with(&faults);
    frame::page(status, &Start { f, faults, open: true, second })
}

/// Uses the link up and logs this browser in.
pub(super) async fn open(app: &Arc<App>, request: &mut Request, code: &str) -> Result<Response> {
    let second = request.form().await?.text("code");
    let (hash, browser, all) = (hash(code), browser_name(request), app.config.login.passwords);
    let whose = app.store.read(|rows| desk_login::is_open(rows, hash, app.now(), all))?.map(|user| user.id);
    if let Err(wait) = count(app, request, login::Way::Link, whose, code) {
        return shown(app, StatusCode::TOO_MANY_REQUESTS, code, Faults::of("code", &too_many(wait, "")));
    }
    match app.store.write(move |tx| desk_login::consume(tx, hash, &second, &browser, all)).await {
        Ok(Some(fresh)) => Ok(logged_in(app, &fresh, "/desk")),
        Ok(None) => {
            if let Some(user) = app.store.read(|rows| desk_login::is_open(rows, hash, app.now(), all))? {
                login::failed(app, user.id);
            }
            let problem = Problem::new("E312", "The code is not right.")
                .remedy("Type the one that the app shows now, or one of your recovery codes.");
            shown(app, StatusCode::UNPROCESSABLE_ENTITY, code, Faults::of("code", &problem))
        }
        Err(Error::NotFound) => closed(app),
        Err(e) => Err(e),
    }
}

pub(super) async fn logout(app: &Arc<App>, browser: &Browser) -> Result<Response> {
    let key = browser.key;
    app.store.write(move |tx| sessions::logout(tx, key)).await?;
    let by_provider = browser.session.how == How::Provider && app.provider.is_some();
    let mut response = response::see_other(if by_provider { "/desk/login?done=out" } else { "/" });
    response::set_text(response.headers_mut(), header::SET_COOKIE, &cookie::SESSION.drop(app.site.is_secure()));
    Ok(response)
}
