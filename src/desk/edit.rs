//! A published post is changed in the form in which it was written. What cannot be changed any more is said beside it, and
//! so is how many servers will be told. Where somebody has to let pass what the account says, a change is kept as a draft
//! and goes the same way.

use std::sync::Arc;

use super::delete::told;
use super::faults::Faults;
use super::form::{self, Press, Typed};
use super::frame::Wall;
use super::preview::Preview;
use super::write::{Beside, Published, Theirs, shown};
use super::{meaning, press, slots};
use crate::actions;
use crate::actions::drafts::{self, Pen, Seen, changing};
use crate::actions::edit::Change;
use crate::app::{App, mentions};
use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::model::account::Account;
use crate::model::draft::{Content, Draft, Sheet};
use crate::model::episode::Episode;
use crate::model::ids::{DraftId, PostId};
use crate::model::post::{Post, ReplyTo, Visibility};
use crate::model::power::Publish;
use crate::model::user::By;
use crate::store::{Rows, Write, accounts, material, meta, posts};
use crate::web::request::Request;
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

/// `GET /desk/posts/:id/edit`
pub(super) fn page(app: &App, browser: &Browser, id: PostId) -> Result<Response> {
    let post = app.store.read(|rows| posts::need(rows, id))?;
    browser.asker().may::<Publish>(post.account)?;
    let beside = beside(app, browser, &post)?;
    if beside.post.as_ref().is_some_and(|post| post.asks)
        && let Some(draft) = app.store.read(|rows| changing::pending(rows, post.account, id))?
    {
        return Ok(response::see_other(&format!("/desk/drafts/{}/edit", draft.id)));
    }
    let media = app.store.read(|rows| material::media(rows, &post.media))?;
    shown(app, browser, Typed::of_post(&post, &media), Faults::default(), beside)
}

/// What stands beside a draft that is a change of a post.
pub(super) fn of_change(app: &App, browser: &Browser, draft: &Draft, b: Beside) -> Result<Beside> {
    let Some(edits) = &draft.edits else { return Ok(b) };
    let post = app.store.read(|rows| posts::need(rows, edits.post))?;
    let Beside { post: published, .. } = beside(app, browser, &post)?;
    let theirs = (post.since() != edits.of).then(|| Theirs { by: None, versions: post.versions.clone() });
    Ok(Beside { post: published, theirs, ..b })
}

fn beside(app: &App, browser: &Browser, post: &Post) -> Result<Beside> {
    let who = browser.asker().who();
    app.store.read(|rows| {
        let told = match told(rows, app, post)? {
            0 => "No other server has it.".to_owned(),
            1 => "1 other server will be told of the change. It may show its readers the earlier text too.".to_owned(),
            n => format!("{n} other servers will be told of the change. Many show their readers the earlier text too."),
        };
        let demand = |urgent| actions::edit::demand(rows, post, who, urgent);
        let (asks, urgent) = (demand(false).is_err(), demand(true).is_ok());
        let saves = (!asks || urgent) && browser.asker().can::<Publish>(post.account);
        let post = Published { id: post.id, fixed: fixed(rows, app, post)?, told, asks, urgent: asks && urgent, saves };
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
    let typed = form::read(app, request, browser).await?;
    change(app, browser, id, typed).await
}

/// What was typed, wherever it came from.
pub(super) async fn change(app: &Arc<App>, browser: &Browser, id: PostId, typed: Typed) -> Result<Response> {
    let post = app.store.read(|rows| posts::need(rows, id))?;
    let by: By<Publish> = browser.asker().may(post.account)?;
    let account = app.store.read(|rows| accounts::need(rows, post.account))?;
    let mut typed = typed.fixed(&post);
    let (mut faults, mut beside) = (Faults::default(), beside(app, browser, &post)?);
    let asks = beside.post.as_ref().is_some_and(|post| post.asks) && typed.press != Press::Publish;
    slots::take(app, (browser, by.to()), &mut typed, &post.media, &mut faults).await?;
    if !meaning::fits(&typed, &account, &mut faults)? {
        return shown(app, browser, typed, faults, beside);
    }
    match typed.press {
        Press::Add => {
            meaning::versions(&typed, &account, &mut faults)?;
            typed.add(&app.store.read(meta::institution)?.languages);
        }
        Press::Preview => {
            let before = as_draft(app, browser, &post)?;
            beside.preview = Some(Preview::of(app, &account, &typed, Some(&before), &mut faults).await?);
        }
        Press::Publish | Press::Save | Press::Stay | Press::Ask => {
            press::check_whole(&typed, &mut faults);
            let work = Work { app, browser, by, post: &post, account: &account };
            let done = if asks { work.keep(&typed, &mut faults).await } else { work.save(&typed, &mut faults).await };
            match done {
                Ok(Some(path)) => return Ok(response::see_other(&path)),
                Ok(None) => {}
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

/// A change of a post, and who makes it. Done, unless something is wrong with it; then it is said where that leads.
#[derive(Clone, Copy)]
struct Work<'a> {
    app: &'a Arc<App>,
    browser: &'a Browser,
    by: By<Publish>,
    post: &'a Post,
    account: &'a Account,
}

impl Work<'_> {
    /// Keeps it as a draft.
    async fn keep(self, typed: &Typed, faults: &mut Faults) -> Result<Option<String>> {
        let Self { app, browser, by, post, account } = self;
        let before = as_draft(app, browser, post)?;
        let sheet = meaning::sheet(app, account, (typed, typed.press.goes()), faults, Some(&before)).await?;
        if !faults.is_empty() {
            return Ok(None);
        }
        let sheet = Sheet { edits: Some((post.id, Timestamp(typed.revision))), ..sheet };
        let (pen, asks) = (Pen::Editor(by), typed.press == Press::Ask);
        let verb = move |tx: &mut Write<'_>| {
            let draft = drafts::begin(tx, pen, &sheet)?;
            if asks { drafts::ask(tx, pen, Seen::of(&draft)) } else { Ok(draft) }
        };
        let draft = browser.write(app, verb).await?;
        Ok(Some(match typed.press {
            Press::Stay => format!("/desk/drafts/{}/edit", draft.id),
            Press::Save | Press::Ask | Press::Publish | Press::Preview | Press::Add => press::place(&draft),
        }))
    }

    /// Writes it down.
    async fn save(self, typed: &Typed, faults: &mut Faults) -> Result<Option<String>> {
        let Self { app, browser, by, post, account } = self;
        let versions = &meaning::versions(typed, account, faults)?;
        let of = Timestamp(typed.revision);
        if of != post.since() {
            return Err(Error::Conflict(actions::edit::MEANWHILE));
        }
        let about = slots::told(app, typed, faults)?;
        meaning::check(versions, typed, faults)?;
        if !faults.is_empty() {
            return Ok(None);
        }
        let change = Change {
            of: Some(of),
            mentions: mentions::of_edit(app, versions, &post.mentions).await?,
            media: Some(about.iter().map(|(id, _)| *id).collect()),
            about,
            sensitive: Some(meaning::covers(versions, post.sensitive, &post.versions)),
            versions: versions.clone(),
            episode: None,
            urgent: typed.urgent,
        };
        let (site, id) = (app.site.clone(), post.id);
        browser.write(app, move |tx| actions::edit::edit(tx, &site, by, id, &change)).await?;
        Ok(Some(format!("/desk?changed={id}")))
    }
}

/// A post as if it were a draft still.
fn as_draft(app: &App, browser: &Browser, post: &Post) -> Result<Draft> {
    let content = app.store.read(|rows| Ok(Content::of_post(post, &material::media(rows, &post.media)?)))?;
    let draft = Draft::new(DraftId(post.id.0), post.account, browser.asker().who(), app.now(), content);
    Ok(Draft { mentions: vec![post.mentions.clone()], ..draft })
}

/// What an episode becomes, where somebody has to let that pass: a draft, and where it is. Nothing where nobody has to.
pub(super) async fn keep_episode(
    app: &Arc<App>,
    browser: &Browser,
    by: By<Publish>,
    post: &Post,
    episode: &Episode,
) -> Result<Option<String>> {
    if app.store.read(|rows| Ok(actions::edit::demand(rows, post, by.who(), false).is_ok()))? {
        return Ok(None);
    }
    let Draft { content, mentions, .. } = as_draft(app, browser, post)?;
    let content = Content { episode: Some(episode.clone()), ..content };
    let sheet = Sheet { content, mentions, when: None, edits: Some((post.id, post.since())) };
    let draft = browser.write(app, move |tx| drafts::begin(tx, Pen::Editor(by), &sheet)).await?;
    Ok(Some(press::place(&draft)))
}
