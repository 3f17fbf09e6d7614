//! `statuses`: publish, read, edit, delete.

use std::sync::Arc;

use hyper::StatusCode;
use serde_json::json;

use super::{entities, input, scheduled};
use crate::actions;
use crate::actions::edit::Change;
use crate::actions::publish::Voice;
use crate::app::{App, mentions, once};
use crate::base::lang::Lang;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::ids::{AccountId, MediaId, NoteId, PostId};
use crate::model::media::{self, About};
use crate::model::note::Shown;
use crate::model::post::{NewPost, Post, Quoting, ReplyTo, Version, Visibility};
use crate::model::power::Read;
use crate::model::user::{Asker, By, Client};
use crate::store::schema::MEDIA;
use crate::store::{Rows, accounts, notes, posts};
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::Acts as _;

fn by(client: &Client) -> Result<By> {
    Asker::Client(client.clone()).may(client.token.account)
}

pub(super) async fn publish(app: &Arc<App>, request: &mut Request, client: Client) -> Result<Response> {
    let account = client.token.account;
    let key = request.header("idempotency-key").map(|key| (account, key.to_owned()));
    let form = input::form(request, &app.files).await?;
    if let Some(known) = key.as_ref().map_or(Ok(None), |key| once::repeated(app, key))? {
        return status(app, &known.to_string());
    }
    if let Some(known) = key.as_ref().map_or(Ok(None), |key| once::planned(app, key))? {
        return scheduled::again(app, &client, &known);
    }
    let answered = target(app, form.find("in_reply_to_id").unwrap_or_default())?;
    if let Some(typed) = form.find("scheduled_at").filter(|typed| !typed.is_empty()) {
        let at = scheduled::moment(app, typed)?;
        let new = NewPost { reply_to: answered, ..new_post(app, &form, account).await? };
        return scheduled::plan(app, &client, new, at, key).await;
    }
    let answers = matches!(answered, Some(ReplyTo::Note(_)));
    let voice = Voice::of(&Asker::Client(client.clone()), account, answers)?;
    let new = NewPost { reply_to: answered, ..new_post(app, &form, account).await? };
    let site = app.site.clone();
    shown(app, once::publish(app, key, client.held(move |tx| voice.say(tx, &site, &new))).await?)
}

fn shown(app: &App, post: Post) -> Result<Response> {
    response::json(StatusCode::OK, &app.store.read(|rows| entities::status::status(app, rows, post))?)
}

async fn new_post(app: &Arc<App>, form: &Form, account: AccountId) -> Result<NewPost> {
    let account = app.store.read(|rows| accounts::need(rows, account))?;
    let version = version(form, &account.language)?;
    let media = form.all("media_ids").map(str::parse::<MediaId>).collect::<Result<Vec<_>>>()?;
    Ok(NewPost {
        mentions: mentions::of_versions(app, std::slice::from_ref(&version)).await?,
        versions: vec![version],
        media,
        sensitive: input::truth(form, "sensitive"),
        visibility: visibility(form.find("visibility").unwrap_or_default())?,
        quoting: if form.find("quote_approval_policy") == Some("nobody") { Quoting::Nobody } else { Quoting::Anyone },
        reply_to: None,
        episode: None,
        poll: super::polls::read(form)?,
        quote: target(app, form.find("quoted_status_id").unwrap_or_default())?,
        urgent: false,
        demo: false,
    })
}

fn version(form: &Form, default: &Lang) -> Result<Version> {
    let lang = match form.find("language").unwrap_or_default() {
        "" => default.clone(),
        code => code.parse()?,
    };
    Ok(Version { lang, text: form.text("status"), warning: form.text("spoiler_text") })
}

/// Official accounts speak in public; what is meant for one person does not belong on this server.
fn visibility(text: &str) -> Result<Visibility> {
    match text {
        "" | "public" => Ok(Visibility::Public),
        "unlisted" => Ok(Visibility::Quiet),
        other => Err(Problem::new(
            "E129",
            format!("Visibility '{other}' is not supported: posts are 'public' or 'unlisted'."),
        )
        .field("visibility")
        .into()),
    }
}

/// Posts and strangers' answers share one number space.
fn target(app: &App, id: &str) -> Result<Option<ReplyTo>> {
    if id.is_empty() {
        return Ok(None);
    }
    let number: PostId = id.parse()?;
    app.store.read(|rows| {
        if posts::get(rows, number)?.is_some() {
            return Ok(Some(ReplyTo::Own(number)));
        }
        let note = notes::get(rows, NoteId(number.0))?.ok_or(Error::NotFound)?;
        Ok(Some(ReplyTo::Note(note.id)))
    })
}

pub(super) fn status(app: &App, id: &str) -> Result<Response> {
    let id: PostId = id.parse()?;
    let value = app.store.read(|rows| match posts::get(rows, id)? {
        Some(post) if post.deleted.is_none() => entities::status::status(app, rows, post),
        Some(_) => Err(Error::Gone),
        None => {
            let note =
                notes::get(rows, NoteId(id.0))?.filter(|note| note.shown == Shown::Released && note.content.public);
            entities::status::answer(app, rows, &note.ok_or(Error::NotFound)?)
        }
    })?;
    response::json(StatusCode::OK, &value)
}

/// Changes the main version and the files; other languages stay as they are.
pub(super) async fn edit(app: &Arc<App>, request: &mut Request, id: &str, client: Client) -> Result<Response> {
    let (by, id) = (by(&client)?, id.parse::<PostId>()?);
    let form = input::form(request, &app.files).await?;
    let post = app.store.read(|rows| posts::need(rows, id))?;
    let about = media_attributes(app, &form)?;
    let mut versions = post.versions;
    let old = versions.first_mut().ok_or(Error::Gone)?;
    let mut new = version(&form, &old.lang)?;
    if form.find("status").is_none() {
        new.text.clone_from(&old.text);
    }
    if form.find("spoiler_text").is_none() {
        new.warning.clone_from(&old.warning);
    }
    *old = new;
    let media = form.all("media_ids").map(str::parse::<MediaId>).collect::<Result<Vec<_>>>()?;
    let change = Change {
        // As in Mastodon: whoever comes last has it.
        of: None,
        mentions: mentions::of_edit(app, &versions, &post.mentions).await?,
        versions,
        media: (!media.is_empty()).then_some(media),
        about,
        sensitive: form.find("sensitive").map(|_| input::truth(&form, "sensitive")),
        episode: None,
        urgent: false,
    };
    let site = app.site.clone();
    let edited = client.write(app, move |tx| actions::edit::edit(tx, &site, by, id, &change)).await?;
    shown(app, edited)
}

/// `media_attributes[][id]`, `[description]` and `[focus]`: a key that comes again begins the next file.
fn media_attributes(app: &App, form: &Form) -> Result<Vec<(MediaId, About)>> {
    let mut groups: Vec<Vec<(&str, &str)>> = Vec::new();
    for (name, value) in form.pairs() {
        let Some(key) = name.strip_prefix("media_attributes[][").and_then(|rest| rest.strip_suffix(']')) else {
            continue;
        };
        match groups.last_mut() {
            Some(group) if group.iter().all(|(other, _)| *other != key) => group.push((key, value)),
            Some(_) | None => groups.push(vec![(key, value)]),
        }
    }
    let mut all = Vec::new();
    for group in groups {
        let find = |key: &str| group.iter().find(|(other, _)| *other == key).map(|(_, value)| *value);
        let id: MediaId = find("id").ok_or(Error::NotFound)?.parse()?;
        let mut about = app.store.read(|rows| rows.need(&MEDIA, &id))?.about();
        if let Some(words) = find("description") {
            about.alt = words.replace("\r\n", "\n");
        }
        if let Some(typed) = find("focus").filter(|typed| !typed.is_empty()) {
            about.focus = Some(media::focus(typed)?);
        }
        all.push((id, about));
    }
    Ok(all)
}

/// Answers with the post as it was and the text to write it again.
pub(super) async fn delete(app: &Arc<App>, id: &str, client: Client) -> Result<Response> {
    let (by, id) = (by(&client)?, id.parse::<PostId>()?);
    let mut value = app.store.read(|rows| {
        let post = posts::need(rows, id)?;
        let source = entities::status::source(&post);
        let mut value = entities::status::status(app, rows, post)?;
        if let (Some(object), Some(text)) = (value.as_object_mut(), source.get("text")) {
            object.insert("text".to_owned(), text.clone());
        }
        Ok(value)
    })?;
    let site = app.site.clone();
    client.write(app, move |tx| actions::delete::delete(tx, &site, by, id)).await?;
    // The files are gone.
    if let Some(object) = value.as_object_mut() {
        object.insert("media_attachments".to_owned(), json!([]));
    }
    response::json(StatusCode::OK, &value)
}

pub(super) fn source(app: &App, id: &str, client: &Client) -> Result<Response> {
    let id: PostId = id.parse()?;
    let post = app.store.read(|rows| posts::need(rows, id))?;
    Asker::Client(client.clone()).may::<Read>(post.account)?;
    response::json(StatusCode::OK, &entities::status::source(&post))
}

/// Every state of a post since it was published, oldest first. Anybody may see it.
pub(super) fn history(app: &App, id: &str) -> Result<Response> {
    let id: PostId = id.parse()?;
    let value = app.store.read(|rows| entities::status::history(app, rows, posts::need(rows, id)?))?;
    response::json(StatusCode::OK, &value)
}

/// What a post answers, of ours, and its answers: our own and the released ones.
pub(super) fn context(app: &App, id: &str) -> Result<Response> {
    let id: PostId = id.parse()?;
    let value = app.store.read(|rows| {
        let mut ancestors = Vec::new();
        let mut above = posts::need(rows, id)?.reply_to;
        while let Some(ReplyTo::Own(parent)) = above {
            let Ok(post) = posts::need(rows, parent) else { break };
            above = post.reply_to;
            ancestors.insert(0, entities::status::status(app, rows, post)?);
            if ancestors.len() >= limits::pages::API_ANSWERS {
                break;
            }
        }
        let mut descendants = Vec::new();
        for post in posts::own_replies(rows, id, limits::pages::API_ANSWERS)? {
            descendants.push(entities::status::status(app, rows, post)?);
        }
        let answers = notes::of_thread(rows, id, limits::pages::API_ANSWERS)?;
        for note in answers.iter().filter(|note| note.shown == Shown::Released && note.content.public) {
            descendants.push(entities::status::answer(app, rows, note)?);
        }
        Ok(json!({ "ancestors": ancestors, "descendants": descendants }))
    })?;
    response::json(StatusCode::OK, &value)
}
