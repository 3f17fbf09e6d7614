//! A published post is changed in the form in which it was written. What cannot be changed any more is said beside it, and
//! so is how many servers will be told.

use std::sync::Arc;

use super::delete::told;
use super::faults::Faults;
use super::form::{self, Press, Typed};
use super::frame::Wall;
use super::preview::Preview;
use super::write::{Beside, Published, Theirs, shown};
use super::{meaning, press, slots};
use crate::actions;
use crate::actions::edit::Change;
use crate::app::{App, mentions};
use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::model::ids::PostId;
use crate::model::post::{Post, ReplyTo, Version, Visibility};
use crate::model::power::Publish;
use crate::model::user::By;
use crate::store::{Rows, accounts, material, meta, posts};
use crate::web::request::Request;
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

/// `GET /desk/posts/:id/edit`
pub(super) fn page(app: &App, browser: &Browser, id: PostId) -> Result<Response> {
    let post = app.store.read(|rows| posts::need(rows, id))?;
    browser.asker().may::<Publish>(post.account)?;
    let media = app.store.read(|rows| material::media(rows, &post.media))?;
    shown(app, browser, Typed::of_post(&post, &media), Faults::default(), beside(app, &post)?)
}

fn beside(app: &App, post: &Post) -> Result<Beside> {
    app.store.read(|rows| {
        let told = match told(rows, app, post)? {
            0 => "No other server has it.".to_owned(),
            1 => "1 other server will be told of the change. It may show its readers the earlier text too.".to_owned(),
            n => format!("{n} other servers will be told of the change. Many show their readers the earlier text too."),
        };
        let post = Published { id: post.id, fixed: fixed(rows, app, post)?, told };
        Ok(Beside { post: Some(post), ..Beside::default() })
    })
}

/// What stays as it went out.
fn fixed(rows: &impl Rows, app: &App, post: &Post) -> Result<Vec<String>> {
    let account = accounts::need(rows, post.account)?;
    let wall = Wall::of(&meta::institution(rows)?);
    let mut fixed = vec![format!(
        "{} published it on {}{}.",
        app.site.handle(&account.handle),
        wall.time(post.published),
        match post.visibility {
            Visibility::Public => "",
            Visibility::Quiet => ", quiet: not on the home page, in feeds or on tag pages",
        },
    )];
    fixed.extend(post.reply_to.map(|to| match to {
        ReplyTo::Own(_) => "It goes on after an earlier post, or answers it.".to_owned(),
        ReplyTo::Note(_) => "It is an answer.".to_owned(),
    }));
    fixed.extend(post.quoted.as_ref().map(|_| "It quotes a post.".to_owned()));
    if let Some(poll) = &post.poll {
        let answers: Vec<&str> = poll.answers.iter().map(|answer| answer.text.as_str()).collect();
        fixed.push(format!("Its poll: {}. It is open until {}.", answers.join(" · "), wall.time(poll.ends)));
    }
    if post.urgent {
        fixed.push("It is an emergency: changes too go before everything else that waits.".to_owned());
    }
    Ok(fixed)
}

/// `POST /desk/posts/:id/edit`
pub(super) async fn edit(app: &Arc<App>, request: &mut Request, browser: &Browser, id: PostId) -> Result<Response> {
    let _permit = app.uploads.take(browser.asker().who())?;
    let typed = form::read(app, request).await?.checked(&browser.session)?;
    change(app, browser, id, typed).await
}

/// What was typed, wherever it came from.
pub(super) async fn change(app: &Arc<App>, browser: &Browser, id: PostId, typed: Typed) -> Result<Response> {
    let post = app.store.read(|rows| posts::need(rows, id))?;
    let by: By<Publish> = browser.asker().may(post.account)?;
    let account = app.store.read(|rows| accounts::need(rows, post.account))?;
    let mut typed = typed.fixed(&post);
    let (mut faults, mut beside) = (Faults::default(), beside(app, &post)?);
    slots::take(app, (browser, by.to()), &mut typed.slots, &post.media, &mut faults).await?;
    if !meaning::fits(&typed, &account, &mut faults) {
        return shown(app, browser, typed, faults, beside);
    }
    match typed.press {
        Press::Add => {
            meaning::versions(&typed, &account, &mut faults);
            typed.add(&app.store.read(meta::institution)?.languages);
        }
        Press::Preview => beside.preview = Some(Preview::of(app, &account, &typed, &mut faults).await?),
        Press::Publish | Press::Save | Press::Stay | Press::Ask => {
            press::check_whole(&typed, &mut faults);
            let versions = meaning::versions(&typed, &account, &mut faults);
            match save(app, browser, by, &post, &typed, &versions, &mut faults).await {
                Ok(true) => return Ok(response::see_other(&format!("/desk?changed={id}"))),
                Ok(false) => {}
                Err(Error::Invalid(problem)) => faults.push(meaning::field(problem.field, 0), &problem),
                Err(Error::Conflict(what)) if what == actions::edit::MEANWHILE => {
                    // Both texts come back, and nothing is lost before somebody has seen them.
                    let now = app.store.read(|rows| posts::need(rows, id))?;
                    let remedy = "What it says now stands below your text. To replace it by yours, save once more.";
                    faults.push("text", &Problem::new("E582", what).remedy(remedy));
                    typed.revision = now.since().0;
                    beside.theirs = Some(Theirs { by: None, versions: now.versions });
                }
                Err(e) => return Err(e),
            }
        }
    }
    shown(app, browser, typed, faults, beside)
}

/// Writes it down, unless something is wrong with it.
async fn save(
    app: &Arc<App>,
    browser: &Browser,
    by: By<Publish>,
    post: &Post,
    typed: &Typed,
    versions: &[Version],
    faults: &mut Faults,
) -> Result<bool> {
    let of = Timestamp(typed.revision);
    if of != post.since() {
        return Err(Error::Conflict(actions::edit::MEANWHILE));
    }
    let about = slots::told(app, typed, faults)?;
    meaning::check(versions, typed, faults);
    if !faults.is_empty() {
        return Ok(false);
    }
    // A warning hides the files too; where there was none, whatever else hid them stays.
    let warns = |versions: &[Version]| versions.iter().any(|version| !version.warning.is_empty());
    let change = Change {
        of: Some(of),
        mentions: mentions::of_edit(app, versions, &post.mentions).await?,
        media: Some(about.iter().map(|(id, _)| *id).collect()),
        about,
        sensitive: Some(warns(versions) || post.sensitive && !warns(&post.versions)),
        versions: versions.to_vec(),
        episode: None,
    };
    let (site, id) = (app.site.clone(), post.id);
    browser.write(app, move |tx| actions::edit::edit(tx, &site, by, id, &change)).await?;
    Ok(true)
}
