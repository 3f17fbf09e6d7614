//! `scheduled_statuses`: what a program plans, to be put off or taken back until it goes out.

use std::sync::Arc;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{entities, input};
use crate::actions::drafts::{self as verbs, Pen, Seen};
use crate::app::App;
use crate::app::once::{self, Attempt};
use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::draft::{Content, Draft, Sheet, Stage, When};
use crate::model::ids::DraftId;
use crate::model::post::{NewPost, ReplyTo, Visibility};
use crate::model::power::{Publish, Read};
use crate::model::user::{Asker, By, Client};
use crate::store::schema::MEDIA;
use crate::store::{Rows, Write, drafts};
use crate::web::request::Request;
use crate::web::response::{self, Response};
use crate::web::who::Acts as _;

fn by(client: &Client) -> Result<By<Publish>> {
    Asker::Client(client.clone()).may(client.token.account)
}

/// A moment at least five minutes ahead, as Mastodon wants it.
pub(super) fn moment(app: &App, typed: &str) -> Result<Timestamp> {
    let at = Timestamp::parse_rfc3339(typed.trim()).ok_or_else(|| {
        Problem::new("E505", "The field scheduled_at is no day and time.")
            .field("scheduled_at")
            .remedy("Send it with its offset: 2026-12-01T09:00:00Z")
    })?;
    if at < app.now().plus(limits::draft::CLIENT_AHEAD) {
        let problem = Problem::new("E504", "Scheduled at must be at least 5 minutes in the future.");
        return Err(problem.field("scheduled_at").into());
    }
    Ok(at)
}

/// Plans instead of publishing.
pub(super) async fn plan(
    app: &Arc<App>,
    client: &Client,
    new: NewPost,
    at: Timestamp,
    attempt: Option<Attempt>,
) -> Result<Response> {
    let asker = Asker::Client(client.clone());
    let (by, pen) = (by(client)?, Pen::of(&asker, client.token.account)?);
    let media = app.store.read(|rows| {
        let row = |id| rows.get(&MEDIA, id).map(|media| media.map(|media| (media.id, media.about())));
        Ok(new.media.iter().map(row).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect::<Vec<_>>())
    })?;
    let content = Content::of(&new, &media);
    let sheet = Sheet { content, mentions: vec![new.mentions.clone()], when: Some(When::exactly(at)), edits: None };
    let plan = move |tx: &mut Write<'_>| {
        let draft = verbs::begin(tx, pen, &sheet)?;
        verbs::plan(tx, by, Seen::of(&draft), &When::exactly(at))
    };
    shown(app, &once::plan(app, attempt, client.held(plan)).await?)
}

/// What the same attempt planned a moment ago.
pub(super) fn again(app: &App, client: &Client, planned: &Draft) -> Result<Response> {
    by(client)?;
    shown(app, planned)
}

fn shown(app: &App, draft: &Draft) -> Result<Response> {
    response::json(StatusCode::OK, &app.store.read(|rows| document(app, rows, draft))?)
}

/// `ScheduledStatus`
fn document(app: &App, rows: &impl Rows, draft: &Draft) -> Result<Value> {
    let version = draft.content.main();
    let mut media = Vec::new();
    for file in draft.content.media() {
        media.extend(rows.get(&MEDIA, &file.id)?.map(|row| entities::media::media(app, &row)));
    }
    let ids: Vec<String> = draft.content.media().map(|file| file.id.to_string()).collect();
    Ok(json!({
        "id": draft.id.to_string(),
        "scheduled_at": draft.due().map(Timestamp::rfc3339_millis),
        "params": {
            "text": version.map(|version| version.text.as_str()),
            "spoiler_text": version.map(|version| version.warning.as_str()),
            "language": version.map(|version| version.lang.to_string()),
            "media_ids": if ids.is_empty() { Value::Null } else { json!(ids) },
            "sensitive": draft.content.sensitive,
            "visibility": match draft.content.visibility {
                Visibility::Public => "public",
                Visibility::Quiet => "unlisted",
            },
            "in_reply_to_id": draft.content.reply_to.map(|to| match to {
                ReplyTo::Own(id) => id.to_string(),
                ReplyTo::Note(id) => id.to_string(),
            }),
            "poll": draft.content.poll.as_ref().map(|poll| json!({
                "options": poll.answers.iter().map(|answer| answer.text.as_str()).collect::<Vec<_>>(),
                "expires_in": poll.lasts.to_string(),
                "multiple": poll.multiple,
                "hide_totals": false,
            })),
            "idempotency": null,
            "application_id": 0,
            "scheduled_at": null,
            "with_rate_limit": false,
        },
        "media_attachments": media,
    }))
}

/// What is planned of the token's account, the next first, whoever planned it.
pub(super) fn list(app: &App, client: &Client) -> Result<Response> {
    let account = client.token.account;
    Asker::Client(client.clone()).may::<Read>(account)?;
    let all = app.store.read(|rows| {
        let mut all = drafts::of(rows, account, Stage::Planned, limits::draft::PER_ACCOUNT)?;
        all.sort_by_key(|draft| (draft.due(), draft.id));
        all.truncate(limits::pages::API_ANSWERS);
        all.iter().map(|draft| document(app, rows, draft)).collect::<Result<Vec<_>>>()
    })?;
    response::json(StatusCode::OK, &all)
}

fn planned(app: &App, client: &Client, id: &str) -> Result<Draft> {
    let id: DraftId = id.parse()?;
    let draft = app.store.read(|rows| drafts::need(rows, id))?;
    let fits = draft.account == client.token.account && draft.stage() == Stage::Planned;
    if fits { Ok(draft) } else { Err(Error::NotFound) }
}

pub(super) fn show(app: &App, client: &Client, id: &str) -> Result<Response> {
    Asker::Client(client.clone()).may::<Read>(client.token.account)?;
    shown(app, &planned(app, client, id)?)
}

/// Puts it off, or forward.
pub(super) async fn change(app: &Arc<App>, request: &mut Request, client: &Client, id: &str) -> Result<Response> {
    let by = by(client)?;
    let draft = planned(app, client, id)?;
    let form = input::form(request, &app.files).await?;
    let at = moment(app, form.find("scheduled_at").unwrap_or_default())?;
    let seen = Seen::of(&draft);
    shown(app, &client.write(app, move |tx| verbs::plan(tx, by, seen, &When::exactly(at))).await?)
}

/// Takes it back for good.
pub(super) async fn cancel(app: &Arc<App>, client: &Client, id: &str) -> Result<Response> {
    by(client)?;
    let draft = planned(app, client, id)?;
    let pen = Pen::of(&Asker::Client(client.clone()), draft.account)?;
    client.write(app, move |tx| verbs::discard(tx, pen, draft.id)).await?;
    response::json(StatusCode::OK, &json!({}))
}
