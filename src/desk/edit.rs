//! Changing and deleting what was published. Deleting asks once more, on a page of its own.

use std::sync::Arc;

use askama::Template;
use hyper::StatusCode;

use super::faults::Faults;
use super::form;
use super::frame::{self, Frame, Wall};
use super::listing::{self, Row};
use super::slots::{self, Place, Slot};
use crate::actions;
use crate::actions::edit::Change;
use crate::app::{App, mentions};
use crate::base::lang::Lang;
use crate::error::{Error, Result};
use crate::model::ids::PostId;
use crate::model::post::{Post, Version, check_versions};
use crate::model::power::Publish;
use crate::model::user::By;
use crate::store::{accounts, material, meta, posts};
use crate::web::csrf;
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::Browser;

#[derive(Template)]
#[template(path = "desk/edit.html")]
struct Edit {
    f: Frame,
    faults: Faults,
    handle: String,
    versions: Vec<Words>,
    slots: Vec<Place>,
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
    let slots = Slot::of_post(&media, &main(&post), &others(&post));
    shown(app, browser, &post, &post.versions, slots, Faults::default())
}

fn main(post: &Post) -> Lang {
    post.main().map(|version| version.lang.clone()).unwrap_or_default()
}

/// The languages of a post besides the main one.
fn others(post: &Post) -> Vec<Lang> {
    post.versions.iter().skip(1).map(|version| version.lang.clone()).collect()
}

fn shown(
    app: &App,
    browser: &Browser,
    post: &Post,
    versions: &[Version],
    slots: Vec<Slot>,
    faults: Faults,
) -> Result<Response> {
    let status = faults.status();
    let edit = app.store.read(|rows| {
        let f = Frame::of(rows, browser, "Edit", "/desk/posts")?.with(&faults);
        Ok(Edit {
            f,
            handle: app.site.handle(&accounts::need(rows, post.account)?.handle),
            versions: versions.iter().enumerate().map(|(n, version)| words(n, version)).collect(),
            slots: slots::places(rows, slots, &others(post), &faults)?,
            faults,
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

pub(super) async fn edit(app: &Arc<App>, request: &mut Request, browser: &Browser, id: PostId) -> Result<Response> {
    let _permit = app.upload_room()?;
    let parts = form::parts(app, request).await?;
    csrf::check_token(&browser.session, parts.form.find("csrf").unwrap_or_default())?;
    let post = app.store.read(|rows| posts::need(rows, id))?;
    let by: By<Publish> = browser.asker().may(post.account)?;
    let versions: Vec<Version> =
        post.versions.iter().enumerate().map(|(n, old)| version(&parts.form, n, old)).collect();
    let look = parts.form.find("look").is_some();
    let mut slots = Slot::all(&parts.form, parts.files, &main(&post), &others(&post));
    let mut faults = Faults::default();
    slots::take(app, by.to(), &mut slots, &post.media, &mut faults).await?;
    if look {
        return shown(app, browser, &post, &versions, slots, faults);
    }
    let about = slots::told(app, &slots, &mut faults)?;
    check(&versions, !about.is_empty(), &mut faults);
    if faults.is_empty() {
        let change = Change {
            mentions: mentions::of_edit(app, &versions, &post.mentions).await?,
            versions: versions.clone(),
            media: Some(about.iter().map(|(id, _)| *id).collect()),
            about,
            sensitive: None,
            episode: None,
        };
        let site = app.site.clone();
        match app.store.write(move |tx| actions::edit::edit(tx, &site, by, id, &change)).await {
            Ok(post) => return Ok(response::see_other(&format!("/desk?changed={}", post.id))),
            Err(Error::Invalid(problem)) => faults.push(text_id(0), &problem),
            Err(e) => return Err(e),
        }
    }
    shown(app, browser, &post, &versions, slots, faults)
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

fn check(versions: &[Version], has_media: bool, faults: &mut Faults) {
    for (n, version) in versions.iter().enumerate() {
        if let Err(Error::Invalid(problem)) = check_versions(std::slice::from_ref(version), has_media) {
            let at = if problem.field == Some("warning") { warning_id(n) } else { text_id(n) };
            faults.push(at, &problem);
        }
    }
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
