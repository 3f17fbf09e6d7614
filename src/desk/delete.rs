//! Deleting what was published: it is asked once more, on a page of its own.

use std::sync::Arc;

use askama::Template;

use super::faults::Faults;
use super::frame::{self, Frame, Wall};
use super::listing::{self, Row};
use crate::actions;
use crate::app::App;
use crate::base::lang::Lang;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::ids::PostId;
use crate::model::post::{Post, Reason, Version};
use crate::model::power::Publish;
use crate::store::{Rows, accounts, meta, posts};
use crate::views::delivery;
use crate::web::request::Form;
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

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
            told: words(told(rows, app, &post)?),
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

/// How many servers hear of it when a post is changed or deleted.
pub(super) fn told(rows: &impl Rows, app: &App, post: &Post) -> Result<usize> {
    if app.site.live && !post.demo { Ok(delivery::told(rows, post)?.servers) } else { Ok(0) }
}

fn words(servers: usize) -> String {
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
