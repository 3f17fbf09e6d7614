//! Changing and deleting what was published. Deleting asks once more, on a page of its own.

use std::sync::Arc;

use askama::Template;
use hyper::StatusCode;

use super::faults::Faults;
use super::frame::{self, Frame, Wall};
use super::listing::{self, Row};
use crate::actions;
use crate::app::{App, mentions};
use crate::error::{Error, Result};
use crate::model::ids::{MediaId, PostId};
use crate::model::media::{Media, check_alt};
use crate::model::post::{Post, Version, check_versions};
use crate::model::power::Publish;
use crate::store::{accounts, material, meta, posts};
use crate::web::request::Form;
use crate::web::response::{self, Response};
use crate::web::who::Browser;

#[derive(Template)]
#[template(path = "desk/edit.html")]
struct Edit {
    f: Frame,
    faults: Faults,
    handle: String,
    versions: Vec<Words>,
    pictures: Vec<Picture>,
}

/// A language version in the form.
struct Words {
    name: String,
    lang: String,
    dir: &'static str,
    text_id: String,
    warning_id: String,
    text: String,
    warning: String,
}

struct Picture {
    media: Media,
    alt_id: String,
    alt: String,
}

#[derive(Template)]
#[template(path = "desk/delete.html")]
struct Delete {
    f: Frame,
    row: Row,
    told: String,
}

pub(super) fn page(app: &App, browser: &Browser, id: PostId) -> Result<Response> {
    let post = app.store.read(|rows| posts::need(rows, id))?;
    browser.asker().may::<Publish>(post.account)?;
    let media = app.store.read(|rows| material::media(rows, &post.media))?;
    let alts: Vec<_> = media.iter().map(|media| (media.id, media.alt.clone())).collect();
    shown(app, browser, &post, &post.versions, &alts, Faults::default())
}

fn shown(
    app: &App,
    browser: &Browser,
    post: &Post,
    versions: &[Version],
    alts: &[(MediaId, String)],
    faults: Faults,
) -> Result<Response> {
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let edit = app.store.read(|rows| {
        let f = Frame { wrong: !faults.is_empty(), ..Frame::of(rows, browser, "Edit", "/desk/posts")? };
        let alt = |id| alts.iter().find(|(of, _)| *of == id).map(|(_, alt)| alt.clone()).unwrap_or_default();
        let media = material::media(rows, &post.media)?;
        let picture = |media: Media| Picture { alt_id: alt_id(media.id), alt: alt(media.id), media };
        Ok(Edit {
            f,
            faults,
            handle: app.site.handle(&accounts::need(rows, post.account)?.handle),
            versions: versions.iter().enumerate().map(|(n, version)| words(n, version)).collect(),
            pictures: media.into_iter().map(picture).collect(),
        })
    })?;
    frame::page(status, &edit)
}

fn words(n: usize, version: &Version) -> Words {
    Words {
        name: format!("{} ({})", version.lang.own_name(), version.lang),
        lang: version.lang.to_string(),
        dir: version.lang.dir(),
        text_id: text_id(n),
        warning_id: warning_id(n),
        text: version.text.clone(),
        warning: version.warning.clone(),
    }
}

fn text_id(n: usize) -> String {
    format!("text-{n}")
}

fn warning_id(n: usize) -> String {
    format!("warning-{n}")
}

fn alt_id(id: MediaId) -> String {
    format!("alt-{id}")
}

pub(super) async fn edit(app: &Arc<App>, browser: &Browser, id: PostId, form: &Form) -> Result<Response> {
    let post = app.store.read(|rows| posts::need(rows, id))?;
    let by = browser.asker().may(post.account)?;
    let versions: Vec<Version> = post.versions.iter().enumerate().map(|(n, old)| version(form, n, old)).collect();
    let alts: Vec<_> = post.media.iter().filter_map(|id| Some((*id, form.find(&alt_id(*id))?.to_owned()))).collect();
    let mut faults = check(&versions, &alts, !post.media.is_empty());
    if faults.is_empty() {
        let named = mentions::of_versions(app, &versions).await?;
        let (site, texts, alts_sent) = (app.site.clone(), versions.clone(), alts.clone());
        let edited =
            app.store.write(move |tx| actions::edit::edit(tx, &site, by, id, &texts, &alts_sent, &named)).await;
        match edited {
            Ok(post) => return Ok(response::see_other(&format!("/desk?changed={}", post.id))),
            Err(Error::Invalid(problem)) => faults.push(text_id(0), &problem),
            Err(e) => return Err(e),
        }
    }
    shown(app, browser, &post, &versions, &alts, faults)
}

/// A version as the form has it; a field that did not come stays as it was.
fn version(form: &Form, n: usize, old: &Version) -> Version {
    let sent = |id: String, old: &str| form.find(&id).map_or_else(|| old.to_owned(), |_| form.text(&id));
    Version {
        lang: old.lang.clone(),
        text: sent(text_id(n), &old.text).trim_end().to_owned(),
        warning: sent(warning_id(n), &old.warning).trim().to_owned(),
    }
}

fn check(versions: &[Version], alts: &[(MediaId, String)], has_media: bool) -> Faults {
    let mut faults = Faults::default();
    for (n, version) in versions.iter().enumerate() {
        if let Err(Error::Invalid(problem)) = check_versions(std::slice::from_ref(version), has_media) {
            let at = if problem.field == Some("warning") { warning_id(n) } else { text_id(n) };
            faults.push(at, &problem);
        }
    }
    for (id, alt) in alts {
        if let Err(Error::Invalid(problem)) = check_alt(alt) {
            faults.push(alt_id(*id), &problem);
        }
    }
    faults
}

pub(super) fn delete_page(app: &App, browser: &Browser, id: PostId) -> Result<Response> {
    let delete = app.store.read(|rows| {
        let post = posts::need(rows, id)?;
        browser.asker().may::<Publish>(post.account)?;
        let account = accounts::need(rows, post.account)?;
        let wall = Wall::of(&meta::institution(rows)?);
        let outcome = listing::outcome(rows, &post)?;
        Ok(Delete {
            f: Frame::of(rows, browser, "Delete", "/desk/posts")?,
            row: listing::row(rows, &app.site, &wall, &browser.asker(), &post, &account)?,
            told: told(outcome.delivered + outcome.waiting),
        })
    })?;
    frame::page(StatusCode::OK, &delete)
}

fn told(servers: usize) -> String {
    match servers {
        0 => "No other server has it.".to_owned(),
        1 => "1 other server will be told to delete its copy. Most do; what people have copied elsewhere stays."
            .to_owned(),
        n => format!(
            "{n} other servers will be told to delete their copies. Most do; what people have copied elsewhere stays."
        ),
    }
}

pub(super) async fn delete(app: &Arc<App>, browser: &Browser, id: PostId) -> Result<Response> {
    let post = app.store.read(|rows| posts::need(rows, id))?;
    let (site, by) = (app.site.clone(), browser.asker().may(post.account)?);
    app.store.write(move |tx| actions::delete::delete(tx, &site, by, id)).await?;
    Ok(response::see_other("/desk?deleted=1"))
}
