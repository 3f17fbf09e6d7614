//! Doors for servers: everything that another server asks for or sends.

mod collections;
mod inbox;
mod objects;
mod proof;
mod well_known;

use std::sync::Arc;

use hyper::header::{self, HeaderValue};
use hyper::{Method, StatusCode};
use serde_json::Value;

use crate::app::App;
use crate::base::lang::Lang;
use crate::error::{Error, Result};
use crate::web::cache::{fixed, made};
use crate::web::request::Request;
use crate::web::response::{self, ACTIVITY_JSON, Response, answer};

/// Answers a request under `/ap/`, `/.well-known/` or `/nodeinfo/`; `None` for paths that are not ours.
pub async fn handle(app: &Arc<App>, request: &mut Request) -> Result<Option<Response>> {
    let segments: Vec<String> = request.segments().into_iter().map(str::to_owned).collect();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    let post = request.method() == Method::POST;
    let answer = match path.as_slice() {
        ["ap", "inbox"] | ["ap", "actor", "inbox"] if post => inbox::receive(app, request).await?,
        ["ap", "accounts", id, "inbox"] if post => {
            app.store.read(|rows| objects::need_account(rows, id))?;
            inbox::receive(app, request).await?
        }
        ["ap" | ".well-known" | "nodeinfo", ..] if !request.is_read() => not_allowed(&path),
        [".well-known", "webfinger"] => well_known::webfinger(app, request)?,
        [".well-known", "host-meta"] => fixed(well_known::host_meta(app)),
        [".well-known", "nodeinfo"] => fixed(well_known::nodeinfo_links(app)?),
        ["nodeinfo", version @ ("2.0" | "2.1")] => made(app, |rows| well_known::nodeinfo(rows, version))?,
        ["ap", "actor"] => made(app, |rows| objects::instance_actor(app, rows))?,
        ["ap", "actor", "outbox" | "followers" | "following"] => fixed(collections::nothing(app, request)),
        ["ap", "accounts", id] => made(app, |rows| objects::account(app, rows, request, id))?,
        ["ap", "accounts", id, name] => made(app, |rows| collections::of_account(app, rows, request, id, name))?,
        ["ap", "posts", id] => made(app, |rows| objects::post(app, rows, request, id, None))?,
        ["ap", "posts", id, lang] if lang.parse::<Lang>().is_ok() => {
            let lang = lang.parse()?;
            made(app, |rows| objects::post(app, rows, request, id, Some(&lang)))?
        }
        ["ap", "posts", id, name] => made(app, |rows| collections::of_post(app, rows, request, id, name))?,
        ["ap", "activities", id] => made(app, |rows| objects::activity(rows, id))?,
        ["ap", "quotes", id] => made(app, |rows| objects::quote(app, rows, id))?,
        _ => return Ok(None),
    };
    Ok(Some(answer))
}

fn not_allowed(path: &[&str]) -> Response {
    let mut response = response::bare(StatusCode::METHOD_NOT_ALLOWED);
    let inbox = path.last() == Some(&"inbox");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(if inbox { "POST" } else { "GET, HEAD" }));
    response
}

/// An error as other servers want it: a status, and a line for whoever reads their log. 401, not 403, for what does
/// not verify: Mastodon 4.7 then tries its other signature scheme.
pub fn error(error: &Error) -> Response {
    let (status, words) = match error {
        Error::NotFound => (StatusCode::NOT_FOUND, error.to_string()),
        Error::SignIn => (StatusCode::UNAUTHORIZED, "the signature does not verify".to_owned()),
        Error::Forbidden(what) => (StatusCode::FORBIDDEN, (*what).to_owned()),
        Error::Invalid(problem) => (response::fault(problem, StatusCode::BAD_REQUEST), problem.what.clone()),
        Error::Conflict(what) => (StatusCode::CONFLICT, (*what).to_owned()),
        Error::Busy { .. } => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
        Error::Gone => (StatusCode::GONE, error.to_string()),
        Error::Peer { .. } => (StatusCode::UNAUTHORIZED, error.to_string()),
        Error::Broken(_) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    };
    let mut response = answer(status, "text/plain; charset=utf-8", format!("{words}\n"));
    if let Error::Busy { retry_after } = error {
        response::come_back(&mut response, *retry_after);
    }
    response
}

/// An ActivityPub document.
fn document(status: StatusCode, value: &Value) -> Response {
    answer(status, ACTIVITY_JSON, value.to_string())
}
