//! In and out: the one-time link, and logging out.

use std::sync::Arc;

use askama::Template;
use hyper::{StatusCode, header};

use super::frame::{self, Frame};
use super::is_secure;
use crate::actions::desk_login;
use crate::app::App;
use crate::crypto::token;
use crate::error::{Error, Result};
use crate::limits;
use crate::web::request::Request;
use crate::web::response::{self, Response};
use crate::web::who::Browser;
use crate::web::{agent, cookie};

#[derive(Template)]
#[template(path = "desk/start.html")]
struct Start {
    f: Frame,
    open: bool,
}

/// Codes may be typed by hand, in any case.
fn hash(code: &str) -> [u8; 32] {
    token::hash(&code.trim().to_ascii_uppercase())
}

/// The page behind a link. It uses nothing up: mail programs and chat servers open links before people do.
pub(super) fn page(app: &App, code: &str) -> Result<Response> {
    let open = app.store.read(|rows| desk_login::is_open(rows, hash(code), app.now()))?;
    if open.is_some() { shown(app, StatusCode::OK, "Open the desk", true) } else { closed(app) }
}

fn closed(app: &App) -> Result<Response> {
    shown(app, StatusCode::GONE, "This link does not work any more", false)
}

fn shown(app: &App, status: StatusCode, title: &'static str, open: bool) -> Result<Response> {
    frame::page(status, &Start { f: Frame::open(app, title), open })
}

/// Uses the link up and logs this browser in, under a new token whatever cookie it sent.
pub(super) async fn open(app: &Arc<App>, request: &Request, code: &str) -> Result<Response> {
    let (hash, browser) = (hash(code), agent::name(request.header("user-agent").unwrap_or_default()));
    match app.store.write(move |tx| desk_login::consume(tx, hash, &browser)).await {
        Ok(fresh) => {
            let mut response = response::see_other("/desk");
            let kept = cookie::keep(&fresh, limits::desk::SESSION, is_secure(app));
            response::set_text(response.headers_mut(), header::SET_COOKIE, &kept);
            Ok(response)
        }
        Err(Error::NotFound) => closed(app),
        Err(e) => Err(e),
    }
}

pub(super) async fn logout(app: &Arc<App>, browser: &Browser) -> Result<Response> {
    let key = browser.key;
    app.store.write(move |tx| desk_login::logout(tx, key)).await?;
    let mut response = response::see_other("/");
    response::set_text(response.headers_mut(), header::SET_COOKIE, &cookie::drop(is_secure(app)));
    Ok(response)
}
