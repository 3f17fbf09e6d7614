//! Large files of a form, in pieces: a script begins, sends one piece after the other, asks how far it is when the
//! connection broke off, and puts the number of the finished file into the form. Without script the form brings the file.

use std::sync::Arc;

use hyper::StatusCode;
use serde_json::json;

use crate::app::{App, upload};
use crate::error::{Error, Result};
use crate::model::ids::AccountId;
use crate::model::media::About;
use crate::model::power::Attach;
use crate::model::user::By;
use crate::web::request::Request;
use crate::web::response::{Response, json as document};
use crate::web::who::Browser;
use crate::web::{csrf, pieces};

/// What carries the token of the session where there is no form.
const TOKEN: &str = "x-csrf";

fn by(browser: &Browser, account: AccountId) -> Result<By<Attach>> {
    browser.asker().may(account)
}

/// As `by`, for what changes something.
fn may_send(request: &Request, browser: &Browser, account: AccountId) -> Result<By<Attach>> {
    csrf::check_token(&browser.session, request.header(TOKEN).unwrap_or_default())?;
    by(browser, account)
}

pub(super) fn begin(app: &App, request: &Request, browser: &Browser, account: AccountId) -> Result<Response> {
    let by = may_send(request, browser, account)?;
    pieces::begin(app, request, by, &format!("/desk/uploads/{account}"))
}

pub(super) fn progress(app: &App, browser: &Browser, account: AccountId, name: &str) -> Result<Response> {
    pieces::progress(app, by(browser, account)?, name)
}

pub(super) async fn add(
    app: &App,
    request: &mut Request,
    browser: &Browser,
    account: AccountId,
    name: &str,
) -> Result<Response> {
    let by = may_send(request, browser, account)?;
    pieces::add(app, request, by, name).await
}

/// The file has come as a whole: its number, or what is wrong with it.
pub(super) async fn finish(
    app: &Arc<App>,
    request: &Request,
    browser: &Browser,
    account: AccountId,
    name: &str,
) -> Result<Response> {
    let by = may_send(request, browser, account)?;
    match upload::take_pieces(app, by, name, About::default()).await {
        Ok(media) => document(StatusCode::OK, &json!({ "id": media.id.to_string() })),
        Err(Error::Invalid(problem)) => {
            let words = format!("{} {}", problem.what, problem.remedy);
            document(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "error": words.trim() }))
        }
        Err(e) => Err(e),
    }
}
