//! Commands about what is not published yet. A draft is named by its number, in the same space as posts.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{account, unknown};
use crate::actions::drafts::{self as verbs, Eyes, Pen, Seen};
use crate::app::{App, mentions};
use crate::base::lang::{self, Lang};
use crate::base::time::Timestamp;
use crate::base::zone::Zone;
use crate::crypto::token;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::media::hold::Hold;
use crate::model::draft::{Content, Draft, Sheet, Stage, State, When};
use crate::model::ids::{AccountId, DraftId, MediaId};
use crate::model::media::{About, Media};
use crate::model::post::NewPost;
use crate::model::power::Publish;
use crate::model::site::Site;
use crate::model::user::{Asker, By, Who};
use crate::store::{Rows, accounts, drafts as rows, material, meta};
use crate::views::people;

/// What becomes of a draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftStep {
    Ask,
    Withdraw,
    Approve { comment: String },
    SendBack { comment: String },
    Comment { comment: String },
    Plan { at: String },
    Unplan,
    Publish,
}

/// Keeps a post for later: planned, where a moment is given, or as a draft. `about` is what is said about some of its
/// files anew, and `hold` keeps what came with that; of the others what was said when they came in stands.
pub(super) async fn keep(
    app: &Arc<App>,
    by: By,
    new: &NewPost,
    about: &[(MediaId, About)],
    hold: Hold,
    at: Option<&str>,
) -> Result<Value> {
    let pen = Pen::of(&Asker::Operator, by.account())?;
    let when = at.map(|typed| moment(app, typed)).transpose()?;
    let files = app.store.read(|read| material::media(read, &new.media))?;
    let words =
        |file: &Media| about.iter().find(|(of, _)| *of == file.id).map_or_else(|| file.about(), |(_, new)| new.clone());
    let about: Vec<(MediaId, About)> = files.iter().map(|file| (file.id, words(file))).collect();
    let content = Content::of(new, &about);
    let sheet = Sheet { content, mentions: vec![new.mentions.clone()], when: when.clone(), edits: None };
    let keep = hold.until(move |tx| {
        let draft = verbs::begin(tx, pen, &sheet)?;
        match &when {
            Some(when) => verbs::plan(tx, by, Seen::of(&draft), when),
            None => Ok(draft),
        }
    });
    show(app, &app.store.write(keep).await?)
}

/// A moment as it was typed, on the wall of the institution's zone.
fn moment(app: &App, typed: &str) -> Result<When> {
    let zone = Zone::named(&app.store.read(meta::institution)?.time_zone);
    When::on(&zone, typed, None)
}

/// Those of an account or of all, of one stage or of all in which somebody has something to do.
pub(super) fn list(app: &App, typed: Option<&str>, stage: Option<Stage>) -> Result<Value> {
    let of = typed.map(|typed| account(app, typed)).transpose()?;
    app.store.read(|read| {
        let all = match &of {
            Some(account) => vec![account.clone()],
            None => accounts::all(read)?,
        };
        let stages =
            Stage::ALL.into_iter().filter(|known| stage.map_or(*known != Stage::Published, |wanted| wanted == *known));
        let mut found = Vec::new();
        for stage in stages {
            for account in &all {
                found.extend(rows::of(read, account.id, stage, limits::draft::PER_ACCOUNT)?);
            }
        }
        found.sort_by_key(|draft| (draft.due().unwrap_or(Timestamp(u64::MAX)), draft.id));
        let documents = found.iter().map(|draft| shown(&app.site, read, draft)).collect::<Result<Vec<_>>>()?;
        Ok(json!({ "drafts": documents }))
    })
}

/// A draft by its number; nothing when it is something else.
pub(super) fn find(app: &App, typed: &str) -> Result<Option<Draft>> {
    let Ok(id) = typed.parse::<DraftId>() else { return Ok(None) };
    app.store.read(|read| rows::get(read, id))
}

/// Several people write drafts, and see there who changed what.
pub(super) fn at_the_desk(typed: &str) -> Error {
    Problem::new("E513", format!("{typed} is a draft; its text is changed at the desk."))
        .remedy("Open it under Drafts; or drop it (instance post delete) and write another.")
        .into()
}

fn need(app: &App, typed: &str) -> Result<Draft> {
    find(app, typed)?.ok_or_else(|| {
        unknown(Error::NotFound, format!("There is no draft '{typed}'."), "All drafts: instance post list --drafts")
    })
}

pub(super) fn show(app: &App, draft: &Draft) -> Result<Value> {
    app.store.read(|rows| shown(&app.site, rows, draft))
}

pub(super) async fn step(app: &Arc<App>, typed: &str, step: DraftStep) -> Result<Value> {
    let draft = need(app, typed)?;
    let (of, seen, asker) = (draft.account, Seen::of(&draft), Asker::Operator);
    let (pen, eyes, by) = (Pen::of(&asker, of)?, Eyes::of(&asker, of)?, asker.may::<Publish>(of)?);
    let done = match step {
        DraftStep::Ask => app.store.write(move |tx| verbs::ask(tx, pen, seen)).await,
        DraftStep::Withdraw => app.store.write(move |tx| verbs::withdraw(tx, pen, seen.id)).await,
        DraftStep::Approve { comment } => app.store.write(move |tx| verbs::approve(tx, eyes, seen, &comment)).await,
        DraftStep::SendBack { comment } => app.store.write(move |tx| verbs::send_back(tx, eyes, seen, &comment)).await,
        DraftStep::Comment { comment } => app.store.write(move |tx| verbs::comment(tx, eyes, seen.id, &comment)).await,
        DraftStep::Plan { at } => {
            let when = moment(app, &at)?;
            app.store.write(move |tx| verbs::plan(tx, by, seen, &when)).await
        }
        DraftStep::Unplan => app.store.write(move |tx| verbs::unplan(tx, by, seen.id)).await,
        DraftStep::Publish => {
            let (named, site) = (mentions::of_draft(app, &draft).await?, app.site.clone());
            app.store.write(move |tx| verbs::publish(tx, &site, by, seen, &named)).await
        }
    };
    show(app, &done?)
}

/// A link to look at it; or, to `end`, how many led there until now.
pub(super) async fn link(app: &Arc<App>, typed: &str, end: bool) -> Result<Value> {
    let draft = need(app, typed)?;
    let (eyes, id) = (Eyes::of(&Asker::Operator, draft.account)?, draft.id);
    if end {
        let ended = app.store.write(move |tx| verbs::links::unshare(tx, eyes, id)).await?;
        return Ok(json!({ "draft": id.to_string(), "ended": ended }));
    }
    let secret = token::new();
    let hash = token::hash(&secret);
    let link = app.store.write(move |tx| verbs::links::share(tx, eyes, id, hash)).await?;
    Ok(json!({ "draft": id.to_string(), "url": app.site.preview(&secret), "expires": link.expires.rfc3339() }))
}

pub(super) async fn discard(app: &Arc<App>, draft: &Draft) -> Result<Value> {
    let (pen, id) = (Pen::of(&Asker::Operator, draft.account)?, draft.id);
    app.store.write(move |tx| verbs::discard(tx, pen, id)).await?;
    Ok(json!({ "id": id.to_string(), "uri": id.to_string() }))
}

/// Stops everything that is planned, of all accounts, or lets it go out again.
pub(super) async fn stop(app: &Arc<App>, stop: bool) -> Result<Value> {
    let all: Vec<AccountId> = app.store.read(accounts::all)?.into_iter().map(|account| account.id).collect();
    let all = all.into_iter().map(|id| Asker::Operator.may(id)).collect::<Result<Vec<By>>>()?;
    let missed = app.store.write(move |tx| {
        let mut missed = 0;
        for by in &all {
            if stop {
                verbs::stop(tx, *by)?;
            } else {
                missed += verbs::resume(tx, *by)?;
            }
        }
        Ok(missed)
    });
    Ok(json!({ "stopped": stop, "missed": missed.await? }))
}

/// Who did something, as a document names them.
fn named(rows: &impl Rows, who: Who) -> Result<Value> {
    Ok(if who == Who::Operator { json!("operator") } else { json!(people::who(rows, who)?) })
}

/// A draft as a document.
fn shown(site: &Site, rows: &impl Rows, draft: &Draft) -> Result<Value> {
    let account = accounts::get(rows, draft.account)?.map(|account| account.handle);
    let comments = draft
        .comments
        .iter()
        .map(|comment| Ok(json!({ "by": named(rows, comment.by)?, "at": comment.at.rfc3339(), "text": comment.text })));
    let part = |part: &crate::model::draft::Part| {
        let file = |file: &crate::model::draft::Attached| {
            json!({ "id": file.id.to_string(), "alt": file.about.alt, "decorative": file.about.decorative,
                    "alts": file.about.alts.iter().map(|(lang, alt)| (lang.to_string(), json!(alt))).collect::<Map<_, _>>() })
        };
        json!({ "versions": part.versions, "media": part.media.iter().map(file).collect::<Vec<_>>() })
    };
    let (posts, why) = match &draft.state {
        State::Published { posts, .. } => (posts.clone(), None),
        State::Missed { why, .. } => (Vec::new(), Some(why.clone())),
        State::Draft | State::Asked { .. } | State::Approved | State::Planned { .. } => (Vec::new(), None),
    };
    let zone = Zone::named(&meta::institution(rows)?.time_zone);
    let here = |at: Timestamp| format!("{} ({})", lang::date_long(at, zone.jiff(), &Lang::default()), zone.name());
    Ok(json!({
        "id": draft.id.to_string(),
        "account": account,
        "state": draft.stage().name(),
        "revision": draft.revision,
        "writer": named(rows, draft.writer)?,
        "saved": draft.saved.rfc3339(),
        "saved_by": named(rows, draft.saved_by)?,
        "wanted": draft.when.as_ref().map(|when| when.at.rfc3339()),
        "due": draft.due().map(Timestamp::rfc3339),
        "wanted_here": draft.when.as_ref().map(|when| here(when.at)),
        "due_here": draft.due().map(here),
        "approved_by": draft.approval().map(|passed| named(rows, passed.by)).transpose()?,
        "missed_because": why,
        "posts": posts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "uris": posts.iter().map(|id| site.post(*id)).collect::<Vec<_>>(),
        "visibility": draft.content.visibility,
        "urgent": draft.content.urgent,
        "poll": draft.content.poll,
        "parts": draft.content.parts.iter().map(part).collect::<Vec<_>>(),
        "comments": comments.collect::<Result<Vec<_>>>()?,
    }))
}
