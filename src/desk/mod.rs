//! Doors for the people of the institution: log in by a link, write with pictures, see what became of it, change and
//! delete it, decide about replies. Plain forms; nothing here needs script.

mod edit;
mod episodes;
mod faults;
mod form;
mod frame;
mod listing;
mod podcasts;
mod replies;
mod slots;
mod start;
mod write;

use std::sync::Arc;

use hyper::{Method, StatusCode, header};

use crate::app::App;
use crate::error::{Error, Result};
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::Browser;
use crate::web::{csrf, who};

/// Answers a request under `/desk`.
pub async fn handle(app: &Arc<App>, mut request: Request) -> Result<Response> {
    let segments: Vec<String> = request.segments().into_iter().skip(1).map(str::to_owned).collect();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    if request.is_read() {
        return read(app, &request, &path).map(unstored);
    }
    if request.method() != Method::POST {
        return Err(Error::NotFound);
    }
    csrf::check_origin(&request, &app.site)?;
    change(app, &mut request, &path).await.map(unstored)
}

/// What is only looked at. Nothing here changes anything: programs that check links call it too.
fn read(app: &App, request: &Request, path: &[&str]) -> Result<Response> {
    if let ["start", code] = path {
        return start::page(app, code);
    }
    let browser = browser(app, request)?;
    match path {
        [] => write::page(app, &browser, request),
        ["posts"] => listing::page(app, &browser, request),
        ["posts", id, "edit"] => edit::page(app, &browser, id.parse()?),
        ["posts", id, "delete"] => edit::delete_page(app, &browser, id.parse()?),
        ["posts", id, "episode"] => episodes::page(app, &browser, id.parse()?),
        ["podcasts"] => podcasts::list(app, &browser),
        ["podcasts", "new"] => podcasts::blank(app, &browser),
        ["podcasts", account, slug] => podcasts::page(app, &browser, account.parse()?, slug),
        ["podcasts", account, slug, "episodes"] => episodes::blank(app, &browser, account.parse()?, slug),
        ["podcasts", account, slug, "delete"] => podcasts::delete_page(app, &browser, account.parse()?, slug),
        ["replies"] => replies::page(app, &browser, request),
        _ => Err(Error::NotFound),
    }
}

/// What changes something; the origin of the form is checked already.
async fn change(app: &Arc<App>, request: &mut Request, path: &[&str]) -> Result<Response> {
    if let ["start", code] = path {
        return start::open(app, request, code).await;
    }
    let browser = browser(app, request)?;
    request.is_ours();
    match path {
        ["logout"] => {
            form(request, &browser).await?;
            start::logout(app, &browser).await
        }
        ["posts"] => write::publish(app, request, &browser).await,
        ["posts", id, "edit"] => edit::edit(app, request, &browser, id.parse()?).await,
        ["posts", id, "delete"] => {
            form(request, &browser).await?;
            edit::delete(app, &browser, id.parse()?).await
        }
        ["posts", id, "episode"] => {
            let form = form(request, &browser).await?;
            episodes::edit(app, &browser, id.parse()?, &form).await
        }
        ["podcasts"] => podcasts::save(app, request, &browser, None).await,
        ["podcasts", account, slug] => podcasts::save(app, request, &browser, Some((account.parse()?, slug))).await,
        ["podcasts", account, slug, "episodes"] => {
            episodes::publish(app, request, &browser, account.parse()?, slug).await
        }
        ["podcasts", account, slug, "delete"] => {
            form(request, &browser).await?;
            podcasts::delete(app, &browser, account.parse()?, slug).await
        }
        ["replies", id, verb] => {
            let form = form(request, &browser).await?;
            replies::decide(app, &browser, id.parse()?, verb, &form).await
        }
        _ => Err(Error::NotFound),
    }
}

fn browser(app: &App, request: &Request) -> Result<Browser> {
    app.store.read(|rows| who::browser(rows, request, is_secure(app), app.now()))
}

/// A posted form without files that carries the session's token.
async fn form(request: &mut Request, browser: &Browser) -> Result<Form> {
    let form = request.form().await?;
    csrf::check_token(&browser.session, form.find("csrf").unwrap_or_default())?;
    Ok(form)
}

fn is_secure(app: &App) -> bool {
    app.site.origin.starts_with("https:")
}

/// Nothing of the desk stays in a cache, nor comes back by the Back button after logging out.
fn unstored(mut response: Response) -> Response {
    response::set(response.headers_mut(), header::CACHE_CONTROL, "no-store");
    response
}

/// An error as a page that says what to do next.
pub fn error(app: &App, error: &Error) -> Response {
    let (status, title, mut lines) = match error {
        Error::SignIn => (
            StatusCode::UNAUTHORIZED,
            "Log in first",
            vec!["Nobody is logged in on this browser. On the server, run:".to_owned()],
        ),
        Error::NotFound => (StatusCode::NOT_FOUND, "Not found", vec!["There is no such page at the desk.".to_owned()]),
        Error::Gone => (StatusCode::GONE, "Deleted", vec!["This was deleted.".to_owned()]),
        Error::Forbidden(why) => (StatusCode::FORBIDDEN, "Not allowed", vec![(*why).to_owned()]),
        Error::Invalid(problem) => {
            let status = response::fault(problem, StatusCode::UNPROCESSABLE_ENTITY);
            (status, "That did not work", vec![problem.what.clone(), problem.remedy.clone()])
        }
        Error::Conflict(what) => (StatusCode::CONFLICT, "That did not work", vec![(*what).to_owned()]),
        Error::Busy { .. } => {
            let why = "There is too much to do at once, or its disk is full; then the log of the server says so.";
            (StatusCode::SERVICE_UNAVAILABLE, "The server cannot take this in now", vec![why.to_owned()])
        }
        Error::Peer { .. } => (StatusCode::BAD_GATEWAY, "Another server failed", vec![error.to_string()]),
        Error::Broken(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong",
            vec!["Something went wrong on this server. The log of the server says what.".to_owned()],
        ),
    };
    lines.retain(|line| !line.is_empty());
    if !matches!(error, Error::SignIn | Error::NotFound | Error::Gone) {
        lines.push("If you had written something: go back, it is most likely still in the form.".to_owned());
    }
    let command = if matches!(error, Error::SignIn) { "instance user login-link" } else { "" };
    let mut response = frame::message(app, status, title, lines, command);
    if let Error::Busy { retry_after } = error {
        response::come_back(&mut response, *retry_after);
    }
    unstored(response)
}
