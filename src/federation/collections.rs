//! Collections: counts for all, pages for what is public anyway. Followers and whom we follow are numbers only.

use hyper::StatusCode;
use serde_json::Value;

use super::{document, objects};
use crate::activitypub::context;
use crate::activitypub::write::collection;
use crate::app::App;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::account::Account;
use crate::model::ids::{ActivityId, PostId};
use crate::model::note::Shown;
use crate::store::counts::{self, Count};
use crate::store::schema::FOLLOWING;
use crate::store::{Rows, Span, activities, notes, posts};
use crate::web::request::Request;
use crate::web::response::Response;

/// The server itself says nothing and follows nobody.
pub(super) fn nothing(app: &App, request: &Request) -> Response {
    let id = format!("{}{}", app.site.origin, request.path());
    document(StatusCode::OK, &collection::counted(&id, 0))
}

pub(super) fn of_account(app: &App, rows: &impl Rows, request: &Request, id: &str, name: &str) -> Result<Response> {
    let account = objects::need_account(rows, id)?;
    let address = app.site.of_account(account.id, name);
    let value = match name {
        "outbox" => outbox(rows, request, &account, &address)?,
        "followers" => collection::counted(&address, counts::get(rows, Count::Followers(account.id))?),
        "following" => collection::counted(&address, rows.keys(&FOLLOWING, Span::under(&account.id))?.len() as u64),
        "featured" => {
            let items: Vec<Value> = account.pinned.iter().map(|id| Value::from(app.site.post(*id))).collect();
            collection::ordered(&address, &items)
        }
        "tags" => collection::unordered(&address, &[]),
        _ => return Err(Error::NotFound),
    };
    Ok(document(StatusCode::OK, &value))
}

fn outbox(rows: &impl Rows, request: &Request, account: &Account, address: &str) -> Result<Value> {
    let total = counts::get(rows, Count::Outbox(account.id))?;
    if request.query("page").is_none() {
        return Ok(collection::paged(address, total, &format!("{address}?page=true")));
    }
    let before: Option<ActivityId> = request.position("before");
    let said = activities::outbox(rows, account.id, before, limits::pages::OUTBOX)?;
    let next = said
        .last()
        .filter(|_| said.len() == limits::pages::OUTBOX)
        .map(|last| format!("{address}?page=true&before={}", last.id));
    let id = before.map_or(format!("{address}?page=true"), |id| format!("{address}?page=true&before={id}"));
    let items = said.iter().map(|activity| inner(activity.json.get())).collect::<Result<Vec<_>>>()?;
    Ok(collection::page(&id, address, &items, next.as_deref()))
}

/// An activity inside a page: the page carries the context.
fn inner(json: &str) -> Result<Value> {
    let value: Value = serde_json::from_str(json).map_err(|e| Error::broken("read an activity of ours", e))?;
    Ok(context::without(value))
}

pub(super) fn of_post(app: &App, rows: &impl Rows, request: &Request, id: &str, name: &str) -> Result<Response> {
    let id: PostId = id.parse()?;
    let post = posts::need(rows, id)?;
    if post.demo {
        return Err(Error::NotFound);
    }
    let address = app.site.of_post(id, name);
    let value = match name {
        "likes" => collection::tally(&address, counts::get(rows, Count::Likes(id))?),
        "shares" => collection::tally(&address, counts::get(rows, Count::Boosts(id))?),
        "replies" => replies(app, rows, request, id, &address)?,
        _ => return Err(Error::NotFound),
    };
    Ok(document(StatusCode::OK, &value))
}

/// First our own answers, then the addresses of strangers' released ones.
fn replies(app: &App, rows: &impl Rows, request: &Request, id: PostId, address: &str) -> Result<Value> {
    let strangers = format!("{address}?page=others");
    if request.query("page") == Some("others") {
        let notes = notes::of_thread(rows, id, limits::pages::REPLIES)?;
        let shown = notes.iter().filter(|note| note.shown == Shown::Released && note.content.public);
        let items: Vec<Value> = shown.map(|note| Value::from(note.content.uri.clone())).collect();
        return Ok(collection::unordered_page(&strangers, address, &items, None));
    }
    let own = posts::own_replies(rows, id, limits::pages::REPLIES)?;
    let items: Vec<Value> = own.iter().map(|post| Value::from(app.site.post(post.id))).collect();
    let first = collection::unordered_page(&format!("{address}?page=true"), address, &items, Some(&strangers));
    if request.query("page").is_some() {
        return Ok(first);
    }
    let total = own.len() as u64 + counts::get(rows, Count::RepliesShown(id))?;
    let mut whole = collection::tally(address, total);
    if let Some(object) = whole.as_object_mut() {
        object.insert("first".to_owned(), context::without(first));
    }
    Ok(whole)
}
