//! Changing and deleting what was published. Deleting asks once more, on a page of its own.

use std::sync::Arc;

use askama::Template;

use super::faults::Faults;
use super::form;
use super::frame::{self, Frame, Wall};
use super::listing::{self, Row};
use super::slots::{self, Place, Slot};
use crate::actions;
use crate::actions::edit::Change;
use crate::app::{App, mentions};
use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::ids::PostId;
use crate::model::post::{Post, Reason, Version, check_versions};
use crate::model::power::Publish;
use crate::model::user::By;
use crate::store::{accounts, material, meta, posts};
use crate::views::delivery;
use crate::web::csrf;
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

#[derive(Template)]
#[template(path = "desk/edit.html")]
struct Edit {
    f: Frame,
    faults: Faults,
    handle: String,
    /// The state of the post that the form was made from.
    of: Timestamp,
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
    /// What somebody else wrote there in the meantime.
    meanwhile: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/delete.html")]
struct Delete {
    f: Frame,
    faults: Faults,
    row: Row,
    told: String,
    reasons: Vec<Why>,
}

/// A field for the reason in one language.
struct Why {
    id: String,
    name: String,
    lang: Lang,
    text: String,
}

pub(super) fn page(app: &App, browser: &Browser, id: PostId) -> Result<Response> {
    let post = app.store.read(|rows| posts::need(rows, id))?;
    browser.asker().may::<Publish>(post.account)?;
    let media = app.store.read(|rows| material::media(rows, &post.media))?;
    let slots = Slot::of_post(&media, &main(&post), &others(&post));
    shown(app, browser, &post, &post.versions, slots, Faults::default(), false)
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
    stale: bool,
) -> Result<Response> {
    let status = faults.status();
    let edit = app.store.read(|rows| {
        let f = Frame::of(rows, browser, "Edit", "/desk/posts")?.with(&faults);
        Ok(Edit {
            f,
            handle: app.site.handle(&accounts::need(rows, post.account)?.handle),
            of: post.since(),
            versions: versions
                .iter()
                .enumerate()
                .map(|(n, version)| words(n, version, post.version(&version.lang).filter(|_| stale)))
                .collect(),
            slots: slots::places(rows, slots, &others(post), &faults)?,
            faults,
        })
    })?;
    frame::page(status, &edit)
}

fn words(n: usize, version: &Version, now: Option<&Version>) -> Words {
    Words {
        name: format!("{} ({})", version.lang.own_name(), version.lang),
        lang: version.lang.to_string(),
        dir: version.lang.dir(),
        text_id: text_id(n),
        warning_id: warning_id(n),
        text: version.text.clone(),
        warning: version.warning.clone(),
        meanwhile: now.filter(|now| *now != version).map(said),
    }
}

/// Warning and text as one.
fn said(version: &Version) -> String {
    let both = [version.warning.as_str(), version.text.as_str()];
    both.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn text_id(n: usize) -> String {
    format!("text-{n}")
}

fn warning_id(n: usize) -> String {
    format!("warning-{n}")
}

pub(super) async fn edit(app: &Arc<App>, request: &mut Request, browser: &Browser, id: PostId) -> Result<Response> {
    let _permit = app.uploads.take(browser.asker().who())?;
    let parts = form::parts(app, request).await?;
    csrf::check_token(&browser.session, parts.form.find("csrf").unwrap_or_default())?;
    let post = app.store.read(|rows| posts::need(rows, id))?;
    let by: By<Publish> = browser.asker().may(post.account)?;
    let of = parts.form.find("of").and_then(|of| of.parse().ok()).map(Timestamp);
    let versions: Vec<Version> =
        post.versions.iter().enumerate().map(|(n, old)| version(&parts.form, n, old)).collect();
    let look = parts.form.find("look").is_some();
    let mut slots = Slot::all(&parts.form, parts.files, &main(&post), &others(&post));
    let mut faults = Faults::default();
    slots::take(app, by.to(), &mut slots, &post.media, &mut faults).await?;
    if look {
        return shown(app, browser, &post, &versions, slots, faults, false);
    }
    if of.is_some_and(|of| of != post.since()) {
        return meanwhile(app, browser, id, &versions, slots);
    }
    let about = slots::told(app, &slots, &mut faults)?;
    check(&versions, !about.is_empty(), &mut faults);
    if faults.is_empty() {
        let change = Change {
            of,
            mentions: mentions::of_edit(app, &versions, &post.mentions).await?,
            versions: versions.clone(),
            media: Some(about.iter().map(|(id, _)| *id).collect()),
            about,
            sensitive: None,
            episode: None,
        };
        let site = app.site.clone();
        match browser.write(app, move |tx| actions::edit::edit(tx, &site, by, id, &change)).await {
            Ok(post) => return Ok(response::see_other(&format!("/desk?changed={}", post.id))),
            Err(Error::Invalid(problem)) => faults.push(text_id(0), &problem),
            Err(Error::Conflict(_)) => return meanwhile(app, browser, id, &versions, slots),
            Err(e) => return Err(e),
        }
    }
    shown(app, browser, &post, &versions, slots, faults, false)
}

/// Somebody else was quicker: both texts come back, and nothing is lost before somebody has seen them.
fn meanwhile(app: &App, browser: &Browser, id: PostId, typed: &[Version], slots: Vec<Slot>) -> Result<Response> {
    let post = app.store.read(|rows| posts::need(rows, id))?;
    // What was typed goes with its language, should the order have changed.
    let find = |now: &Version| typed.iter().find(|version| version.lang == now.lang).unwrap_or(now).clone();
    let versions: Vec<Version> = post.versions.iter().map(find).collect();
    let problem = Problem::new("E582", actions::edit::MEANWHILE)
        .remedy("What it says now stands above your text. To replace it by yours, save once more.");
    shown(app, browser, &post, &versions, slots, Faults::of(text_id(0), &problem), true)
}

/// A version as the form has it; a field that did not come stays as it was.
fn version(form: &Form, n: usize, old: &Version) -> Version {
    let named = |n: &usize| form.find(&format!("lang-{n}")) == Some(old.lang.as_str());
    let n = (0..limits::post::VERSIONS).find(named).unwrap_or(n);
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
    shown_delete(app, browser, id, &[], Faults::default())
}

fn shown_delete(app: &App, browser: &Browser, id: PostId, typed: &[Reason], faults: Faults) -> Result<Response> {
    let status = faults.status();
    let delete = app.store.read(|rows| {
        let post = posts::need(rows, id)?;
        browser.asker().may::<Publish>(post.account)?;
        let account = accounts::need(rows, post.account)?;
        let wall = Wall::of(&meta::institution(rows)?);
        Ok(Delete {
            f: Frame::of(rows, browser, "Delete", "/desk/posts")?.with(&faults),
            reasons: post.versions.iter().enumerate().map(|(n, version)| why(n, &version.lang, typed)).collect(),
            faults,
            row: listing::row(rows, &app.site, &wall, &browser.asker(), &post, &account)?,
            told: told(if app.site.live && !post.demo { delivery::told(rows, &post)?.servers } else { 0 }),
        })
    })?;
    frame::page(status, &delete)
}

fn why(n: usize, lang: &Lang, typed: &[Reason]) -> Why {
    let text = typed.iter().find(|reason| reason.lang == *lang).map(|reason| reason.text.clone());
    Why { id: reason_id(n), name: lang.own_name().to_owned(), lang: lang.clone(), text: text.unwrap_or_default() }
}

fn reason_id(n: usize) -> String {
    format!("reason-{n}")
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

pub(super) async fn delete(app: &Arc<App>, browser: &Browser, id: PostId, form: &Form) -> Result<Response> {
    let post = app.store.read(|rows| posts::need(rows, id))?;
    let (site, by) = (app.site.clone(), browser.asker().may(post.account)?);
    let reason = |(n, version): (usize, &Version)| Reason {
        lang: version.lang.clone(),
        text: form.text(&reason_id(n)).trim().to_owned(),
    };
    let why: Vec<Reason> = post.versions.iter().enumerate().map(reason).collect();
    let said = why.clone();
    match browser.write(app, move |tx| actions::delete::delete_because(tx, &site, by, id, &said)).await {
        Ok(()) => Ok(response::see_other("/desk?deleted=1")),
        Err(Error::Invalid(problem)) => {
            let long = why.iter().position(|reason| reason.text.chars().count() > limits::post::REASON);
            shown_delete(app, browser, id, &why, Faults::of(reason_id(long.unwrap_or_default()), &problem))
        }
        Err(e) => Err(e),
    }
}
