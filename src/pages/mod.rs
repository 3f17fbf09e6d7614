//! Doors for the public: pages without script or cookie, feeds, pictures, the small texts that programs ask for; and drafts,
//! for whoever has the secret of one.

mod about;
mod draft;
mod errors;
mod feeds;
mod files;
mod history;
mod home;
mod items;
mod law;
mod plain;
mod player;
mod podcast;
mod poll;
mod post;
pub mod preview;
mod profile;
mod shell;
mod tag;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use hyper::{Method, StatusCode, header};

use crate::app::App;
use crate::app::files::Shown;
use crate::base::lang::Lang;
use crate::base::{markup, text as texts};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::copied;
use crate::model::ids::PostId;
use crate::model::institution::Institution;
use crate::model::settings::Legal;
use crate::store::{Read, Rows, accounts, copies, meta, posts};
use crate::web::cache::{fixed, made, negotiated, passing};
use crate::web::request::Request;
use crate::web::response::{Response, answer, found, html, set, set_text};
use crate::web::{assets, file};

use feeds::{Kind, Of};
use shell::Scene;

/// The site map.
pub async fn handle(app: &Arc<App>, request: &Request) -> Result<Response> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Error::NotFound);
    }
    let before = request.position::<PostId>("before");
    match request.segments().as_slice() {
        [] => page(app, |rows, scene| home::render(rows, scene, before)),
        ["about"] => page(app, |rows, scene| about::render(rows, scene, app.config.contact.as_deref())),
        ["about", legal] => law_page(app, legal, None),
        ["about", legal, lang] => law_page(app, legal, Some(lang)),
        ["tags", tag] => page(app, |rows, scene| tag::render(rows, scene, tag, before)).map(|found| of_tag(tag, found)),
        ["feed.atom"] => feed(app, Of::All, Kind::Atom),
        ["tags", tag, "feed.atom"] => feed(app, Of::Tag(tag), Kind::Atom).map(|found| of_tag(tag, found)),
        ["robots.txt"] => Ok(fixed(text_file(plain::robots(&app.site)))),
        [".well-known", "security.txt"] => security(app),
        ["favicon.ico"] => favicon(app, request),
        ["assets", _, assets::STYLE] => style(app, request),
        ["assets", _, name] => assets::serve(request.path(), name),
        ["preview", path @ ..] => draft::handle(app, request, path).await,
        // A file has one address, so that caches between hold it once.
        ["media", ..] if !request.is_spelled() => Err(Error::NotFound),
        ["media", name] => file::open(app, request, name).await,
        ["media", "remote", name] => copy(app, request, name).await,
        [handle, rest @ ..] if handle.starts_with('@') => of_account(app, request, handle, rest),
        _ => Err(Error::NotFound),
    }
}

/// The answer for a request that found no page. Works when the store does not.
pub fn error(app: &App, error: &Error, _request: &Request) -> Response {
    errors::page(&voice(app), error, app.now())
}

/// Many spellings lead to a tag; what is under another than ours is not kept.
fn of_tag(tag: &str, response: Response) -> Response {
    if markup::fold(tag) == tag { response } else { passing(response) }
}

fn of_account(app: &App, request: &Request, handle: &str, rest: &[&str]) -> Result<Response> {
    let name = handle.trim_start_matches('@');
    if let Some(path) = rightly(app, handle, name, rest) {
        return Ok(found(&path));
    }
    match rest {
        [] if request.wants_activity() => made(app, |rows| {
            let account = accounts::named(rows, name)?;
            Ok(negotiated(found(&app.site.actor(account.id))))
        }),
        [] => {
            let part = profile::Part { before: request.position("before"), all: request.query("replies").is_some() };
            page(app, |rows, scene| profile::render(rows, scene, name, part)).map(negotiated)
        }
        ["feed.atom"] => feed(app, Of::Account(name), Kind::Atom),
        ["feed.rss"] => feed(app, Of::Account(name), Kind::Rss),
        ["podcast", part @ ..] => of_podcast(app, request, name, part),
        [id, "chapters.json"] => {
            let id = id.parse()?;
            let json = made(app, |rows| {
                let json = podcast::episode::chapters(rows, name, id)?;
                Ok(answer(StatusCode::OK, "application/json+chapters; charset=utf-8", json))
            });
            json.map(open_to_apps)
        }
        [id] if request.wants_activity() => {
            let id = id.parse()?;
            made(app, |rows| {
                let post = posts::need(rows, id)?;
                let known = accounts::named(rows, name).is_ok_and(|account| account.id == post.account);
                let response = negotiated(found(&app.site.post(id)));
                Ok(if known { response } else { passing(response) })
            })
        }
        [id, lang] if request.wants_activity() => {
            let (id, lang) = (id.parse()?, lang.parse().map_err(|_| Error::NotFound)?);
            made(app, |rows| note_of(app, rows, name, id, &lang))
        }
        [id] => one_post(app, name, id.parse()?, None).map(negotiated),
        [id, "history"] => changes(app, name, id.parse()?),
        [id, lang] => one_post(app, name, id.parse()?, Some(lang)).map(negotiated),
        [id, "play", n] => play(app, name, id.parse()?, n),
        _ => Err(Error::NotFound),
    }
}

/// A podcast's page or feed: `NAME`, `NAME/de`, `NAME.rss`, `NAME/de.rss`.
fn of_podcast(app: &App, request: &Request, handle: &str, path: &[&str]) -> Result<Response> {
    let (feed, slug, lang) = match path {
        [slug] => (slug.strip_suffix(".rss"), *slug, None),
        [slug, lang] => (lang.strip_suffix(".rss").map(|_| *slug), *slug, Some(lang.trim_end_matches(".rss"))),
        _ => return Err(Error::NotFound),
    };
    let part = podcast::Part { handle, slug: feed.unwrap_or(slug), lang, before: request.position("before") };
    let answered = made(app, |rows| {
        let institution = meta::institution(rows)?;
        let found = if feed.is_some() {
            podcast::feed::render(rows, &app.site, institution, part)?
        } else {
            podcast::render(rows, &app.site, institution, part)?
        };
        Ok(match found {
            podcast::Found::Elsewhere(path) => passing(crate::web::response::found(&path)),
            podcast::Found::Here(text) if feed.is_some() => answer(StatusCode::OK, Kind::Rss.mime(), text),
            podcast::Found::Here(page) => html(StatusCode::OK, page),
        })
    })?;
    Ok(if feed.is_some() { open_to_apps(answered) } else { answered })
}

/// Podcast apps in browsers may read it: it is the same for everybody.
fn open_to_apps(mut response: Response) -> Response {
    set(response.headers_mut(), header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    response
}

/// Where an address leads that was written in another way than ours: `/@Press`, `/@press@city.example`.
fn rightly(app: &App, handle: &str, name: &str, rest: &[&str]) -> Option<String> {
    let (user, domain) = name.split_once('@').unwrap_or((name, ""));
    let ours = domain.is_empty() || domain == app.site.handle_domain || domain == app.site.authority();
    let right = format!("@{}", user.to_lowercase());
    (ours && right != handle && texts::valid_handle(user))
        .then(|| std::iter::once("").chain([right.as_str()]).chain(rest.iter().copied()).collect::<Vec<_>>().join("/"))
}

/// A recording of a post, counted from 1.
fn play(app: &App, handle: &str, id: PostId, n: &str) -> Result<Response> {
    page(app, |rows, scene| player::render(rows, scene, handle, id, n))
}

/// A legal page, in the main language or in one that is named.
fn law_page(app: &App, legal: &str, lang: Option<&str>) -> Result<Response> {
    let legal = Legal::named(legal).ok_or(Error::NotFound)?;
    made(app, |rows| {
        let lang = law::language(rows, legal, lang)?;
        let scene = Scene::new(&app.site, meta::institution(rows)?, Some(lang));
        Ok(html(StatusCode::OK, law::render(rows, &scene, legal)?))
    })
}

/// The style sheet, in the institution's colours; in ours when the store cannot say which those are.
fn style(app: &App, request: &Request) -> Result<Response> {
    let ours = made(app, |rows| assets::serve_style(request.path(), meta::institution(rows)?.settings.colours));
    ours.or_else(|_| assets::serve(request.path(), assets::STYLE))
}

/// Any name and many spellings of a language lead to a post's own address; only what is there is kept.
fn one_post(app: &App, handle: &str, id: PostId, lang: Option<&str>) -> Result<Response> {
    made(app, |rows| {
        let institution = meta::institution(rows)?;
        match post::render(rows, &app.site, institution.clone(), handle, id, lang) {
            Ok(post::Found::Page(page)) => Ok(html(StatusCode::OK, page)),
            Ok(post::Found::Elsewhere(path)) => Ok(passing(found(&path))),
            Err(Error::Gone) => Ok(passing(gone(app, rows, institution, id, lang)?)),
            Err(e) => Err(e),
        }
    })
}

/// Where the Note of a version is: its own, or the one of the post.
fn note_of(app: &App, rows: &impl Rows, handle: &str, id: PostId, lang: &Lang) -> Result<Response> {
    let post = posts::need(rows, id)?;
    post.version(lang).ok_or(Error::NotFound)?;
    let own = post.notes().contains(&Some(lang.clone())).then_some(lang);
    let known = accounts::named(rows, handle).is_ok_and(|account| account.id == post.account);
    let response = negotiated(found(&app.site.note(id, own)));
    Ok(if known { response } else { passing(response) })
}

/// What was changed of a post after it was published.
fn changes(app: &App, handle: &str, id: PostId) -> Result<Response> {
    made(app, |rows| {
        let institution = meta::institution(rows)?;
        match history::render(rows, &app.site, institution.clone(), handle, id) {
            Ok(post::Found::Page(page)) => Ok(html(StatusCode::OK, page)),
            Ok(post::Found::Elsewhere(path)) => Ok(passing(found(&path))),
            Err(Error::Gone) => Ok(passing(gone(app, rows, institution, id, None)?)),
            Err(e) => Err(e),
        }
    })
}

/// In place of a deleted post: when and why, in the language that was asked for, else in the one that the reason has.
fn gone(app: &App, rows: &Read, institution: Institution, id: PostId, lang: Option<&str>) -> Result<Response> {
    let post = posts::get(rows, id)?;
    let reasons = post.as_ref().map(|post| post.reason.as_slice()).unwrap_or_default();
    let wanted = lang.and_then(|tag| tag.parse::<Lang>().ok());
    let reason = reasons.iter().find(|reason| Some(&reason.lang) == wanted.as_ref()).or_else(|| reasons.first());
    let lang = wanted.or_else(|| reason.map(|reason| reason.lang.clone()));
    let scene = Scene::new(&app.site, institution, lang);
    let voice = errors::Voice::of(&scene.institution, scene.lang.clone());
    let when = post.as_ref().and_then(|post| post.deleted).map(|at| scene.moment(at));
    Ok(errors::gone(&voice, when.as_deref(), reason))
}

fn page(app: &App, render: impl FnOnce(&Read, &Scene<'_>) -> Result<String>) -> Result<Response> {
    made(app, |rows| Ok(html(StatusCode::OK, render(rows, &Scene::new(&app.site, meta::institution(rows)?, None))?)))
}

fn feed(app: &App, of: Of<'_>, kind: Kind) -> Result<Response> {
    made(app, |rows| {
        let scene = Scene::new(&app.site, meta::institution(rows)?, None);
        Ok(answer(StatusCode::OK, kind.mime(), feeds::render(rows, &scene, of, kind)?))
    })
}

/// Our copy of a stranger's picture, named by what it belongs to: there is no way to ask for another.
async fn copy(app: &App, request: &Request, name: &str) -> Result<Response> {
    let key = copied::named(name).ok_or(Error::NotFound)?;
    let since = app.files.changes();
    let copy = app.store.read(|rows| copies::get(rows, key))?.ok_or(Error::NotFound)?;
    let file = &copy.here().ok_or(Error::NotFound)?.file;
    let mut response = file::send(app, request, file, Shown::Everybody(since)).await?;
    let kept = format!("public, max-age={}", limits::copies::CACHED);
    set_text(response.headers_mut(), header::CACHE_CONTROL, &kept);
    Ok(response)
}

/// What browsers ask for on their own: the emblem.
fn favicon(app: &App, request: &Request) -> Result<Response> {
    match app.store.read(meta::find_institution)?.and_then(|institution| institution.emblem) {
        Some(emblem) => Ok(passing(found(&format!("/media/{}", emblem.file)))),
        None => assets::serve(request.path(), "emblem.svg"),
    }
}

fn text_file(body: String) -> Response {
    answer(StatusCode::OK, "text/plain; charset=utf-8", body)
}

/// Made anew each time, since it names a day.
fn security(app: &App) -> Result<Response> {
    let contact = app.config.contact.as_deref().ok_or(Error::NotFound)?;
    let institution = app.store.read(meta::institution)?;
    let text = plain::security(&app.site, &institution, contact, app.now()).ok_or(Error::NotFound)?;
    Ok(passing(text_file(text)))
}

/// In whose name an error is told: the institution's where the store answers, else the domain's, in English.
fn voice(app: &App) -> errors::Voice {
    match app.store.read(meta::institution) {
        Ok(institution) => errors::Voice::of(&institution, institution.main_language()),
        Err(_) => errors::Voice::bare(&app.site.handle_domain),
    }
}

/// A template as text. Writing into memory cannot fail, but the type says it might.
fn text(template: &impl askama::Template) -> Result<String> {
    template.render().map_err(|e| Error::broken("render a page", e))
}
