//! Doors for the public: pages without script or cookie, feeds, pictures, and the small texts that programs ask for.

mod about;
mod errors;
mod feeds;
mod files;
mod home;
mod items;
mod plain;
mod post;
mod profile;
mod shell;
mod tag;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use hyper::{Method, StatusCode, header};

use crate::app::App;
use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::crypto::digest;
use crate::error::{Error, Result};
use crate::media::files::Files;
use crate::model::ids::PostId;
use crate::store::{Read, accounts, meta, posts};
use crate::web::assets;
use crate::web::request::Request;
use crate::web::response::{Body, Response, answer, bare, file, found, html, set, set_text};

use feeds::{Kind, Of};
use shell::Scene;

/// How long anybody may show a page without asking again.
const CACHE: &str = "public, max-age=60, stale-while-revalidate=600";

/// The site map.
pub async fn handle(app: &Arc<App>, request: &Request) -> Result<Response> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Error::NotFound);
    }
    let before = request.position::<PostId>("before");
    let response = match request.segments().as_slice() {
        [] => page(app, |rows, scene| home::render(rows, scene, before))?,
        ["about"] => page(app, |rows, scene| about::render(rows, scene, app.config.contact.as_deref()))?,
        ["tags", tag] => page(app, |rows, scene| tag::render(rows, scene, tag, before))?,
        ["feed.atom"] => feed(app, Of::All, Kind::Atom)?,
        ["tags", tag, "feed.atom"] => feed(app, Of::Tag(tag), Kind::Atom)?,
        ["robots.txt"] => text_file(plain::robots(&app.site)),
        [".well-known", "security.txt"] => security(app)?,
        ["favicon.ico"] => return assets::serve("emblem.svg"),
        ["assets", _, name] => return assets::serve(name),
        ["media", name] => return media(app, request, name).await,
        [handle, rest @ ..] if handle.starts_with('@') => of_account(app, request, handle, rest)?,
        _ => return Err(Error::NotFound),
    };
    Ok(fresh(request, response))
}

/// The answer for a request that found no page. Works when the store does not.
pub fn error(app: &App, error: &Error, _request: &Request) -> Response {
    errors::page(&voice(app), error, app.now())
}

fn of_account(app: &App, request: &Request, handle: &str, rest: &[&str]) -> Result<Response> {
    let name = handle.trim_start_matches('@');
    if let Some(path) = rightly(app, handle, name, rest) {
        return Ok(found(&path));
    }
    match rest {
        [] if request.wants_activity() => {
            let id = app.store.read(|rows| Ok(accounts::named(rows, name)?.id))?;
            Ok(negotiated(found(&app.site.actor(id))))
        }
        [] => {
            let part = profile::Part { before: request.position("before"), all: request.query("replies").is_some() };
            page(app, |rows, scene| profile::render(rows, scene, name, part)).map(negotiated)
        }
        ["feed.atom"] => feed(app, Of::Account(name), Kind::Atom),
        ["feed.rss"] => feed(app, Of::Account(name), Kind::Rss),
        [id] if request.wants_activity() => {
            let id = id.parse::<PostId>()?;
            app.store.read(|rows| posts::need(rows, id))?;
            Ok(negotiated(found(&app.site.post(id))))
        }
        [id] => one_post(app, name, id.parse()?, None).map(negotiated),
        [id, lang] => one_post(app, name, id.parse()?, Some(lang)),
        _ => Err(Error::NotFound),
    }
}

/// Where an address leads that was written in another way than ours: `/@Press`, `/@press@city.example`.
fn rightly(app: &App, handle: &str, name: &str, rest: &[&str]) -> Option<String> {
    let (user, domain) = name.split_once('@').unwrap_or((name, ""));
    let ours = domain.is_empty() || domain == app.site.handle_domain || domain == app.site.authority();
    let right = format!("@{}", user.to_lowercase());
    (ours && right != handle && crate::base::text::valid_handle(user))
        .then(|| std::iter::once("").chain([right.as_str()]).chain(rest.iter().copied()).collect::<Vec<_>>().join("/"))
}

fn one_post(app: &App, handle: &str, id: PostId, lang: Option<&str>) -> Result<Response> {
    let answer = app.store.read(|rows| {
        let institution = meta::institution(rows)?;
        match post::render(rows, &app.site, institution, handle, id, lang) {
            Err(Error::Gone) => Ok(Err(posts::get(rows, id)?.and_then(|post| post.deleted))),
            other => other.map(Ok),
        }
    })?;
    Ok(match answer {
        Ok(post::Found::Page(page)) => html(StatusCode::OK, page),
        Ok(post::Found::Elsewhere(path)) => found(&path),
        Err(deleted) => gone(app, deleted),
    })
}

fn gone(app: &App, deleted: Option<Timestamp>) -> Response {
    let institution = app.store.read(meta::institution);
    let when = institution.ok().zip(deleted).map(|(i, at)| Scene::new(&app.site, i, None).moment(at));
    errors::gone(&voice(app), when.as_deref())
}

fn page(app: &App, render: impl FnOnce(&Read, &Scene<'_>) -> Result<String>) -> Result<Response> {
    let page = app.store.read(|rows| render(rows, &Scene::new(&app.site, meta::institution(rows)?, None)))?;
    Ok(html(StatusCode::OK, page))
}

fn feed(app: &App, of: Of<'_>, kind: Kind) -> Result<Response> {
    let render = |rows: &Read| feeds::render(rows, &Scene::new(&app.site, meta::institution(rows)?, None), of, kind);
    Ok(answer(StatusCode::OK, kind.mime(), app.store.read(render)?))
}

fn text_file(body: String) -> Response {
    answer(StatusCode::OK, "text/plain; charset=utf-8", body)
}

fn security(app: &App) -> Result<Response> {
    let contact = app.config.contact.as_deref().ok_or(Error::NotFound)?;
    let institution = app.store.read(meta::institution)?;
    plain::security(&app.site, &institution, contact, app.now()).map(text_file).ok_or(Error::NotFound)
}

async fn media(app: &App, request: &Request, name: &str) -> Result<Response> {
    let path = app.files.path(name).ok_or(Error::NotFound)?;
    let kind = Files::mime(name).ok_or(Error::NotFound)?;
    file(&path, kind, request.header("range")).await
}

/// Its form depends on what the asker accepts.
fn negotiated(mut response: Response) -> Response {
    set(response.headers_mut(), header::VARY, "Accept");
    response
}

/// Adds what lets others keep a page and ask whether it is still the same, and answers that question.
fn fresh(request: &Request, mut response: Response) -> Response {
    if response.status() != StatusCode::OK {
        return response;
    }
    let Body::Full(Some(body)) = response.body() else { return response };
    let tag = etag(body);
    let headers = response.headers_mut();
    set(headers, header::CACHE_CONTROL, CACHE);
    set_text(headers, header::ETAG, &tag);
    if request.header("if-none-match").is_some_and(|known| matches_tag(known, &tag)) {
        let mut same = bare(StatusCode::NOT_MODIFIED);
        for name in [header::CACHE_CONTROL, header::ETAG, header::VARY] {
            if let Some(value) = response.headers().get(&name) {
                same.headers_mut().insert(name, value.clone());
            }
        }
        return same;
    }
    response
}

fn etag(body: &[u8]) -> String {
    let hash = digest::hex(&digest::sha256(body));
    format!("\"{}\"", hash.get(..16).unwrap_or_default())
}

/// `If-None-Match` compares weakly (RFC 9110 §13.1.2).
fn matches_tag(known: &str, tag: &str) -> bool {
    known.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*")
}

/// In whose name an error is told: the institution's where the store answers, else the domain's, in English.
fn voice(app: &App) -> errors::Voice {
    match app.store.read(meta::institution) {
        Ok(institution) => errors::Voice { lang: institution.main_language(), institution: institution.name },
        Err(_) => errors::Voice { lang: Lang::default(), institution: app.site.handle_domain.clone() },
    }
}

/// A template as text. Writing into memory cannot fail, but the type says it might.
fn text(template: &impl askama::Template) -> Result<String> {
    template.render().map_err(|e| Error::broken("render a page", e))
}
