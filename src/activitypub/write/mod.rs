//! What we say: each activity written one way, with its `@context`.

pub mod actor;
pub mod collection;
pub mod note;
mod parts;
mod question;
mod quote;
pub mod text;
pub mod versions;

use serde_json::{Value, json};

use super::context;
use super::vocab::PUBLIC;
use crate::base::time::Timestamp;
use crate::model::ids::{AccountId, ActivityId, PostId};
use crate::model::site::Site;
use actor::ActorParts;
pub use parts::NoteParts;
pub use quote::{accept_quote, quote_authorization, quote_request};

/// Puts the context of notes in front of a document.
pub fn with_context(document: Value) -> Value {
    let mut whole = json!({ "@context": context::note() });
    if let (Some(whole), Value::Object(document)) = (whole.as_object_mut(), document) {
        whole.extend(document);
    }
    whole
}

pub fn create(parts: &NoteParts<'_>, id: ActivityId) -> Value {
    let (to, cc) = note::audience(parts.site, parts.post);
    json!({
        "@context": context::note(),
        "id": parts.site.activity(id),
        "type": "Create",
        "actor": parts.site.actor(parts.post.account),
        "published": parts.post.published.rfc3339(),
        "to": to,
        "cc": cc,
        "object": note::note(parts),
    })
}

/// Mastodon sees an edit in it when `updated` has grown.
pub fn update_note(parts: &NoteParts<'_>, id: ActivityId) -> Value {
    let (to, cc) = note::audience(parts.site, parts.post);
    json!({
        "@context": context::note(),
        "id": parts.site.activity(id),
        "type": "Update",
        "actor": parts.site.actor(parts.post.account),
        "published": parts.post.updated.unwrap_or(parts.post.published).rfc3339(),
        "to": to,
        "cc": cc,
        "object": note::note(parts),
    })
}

pub fn update_actor(parts: &ActorParts<'_>, id: ActivityId) -> Value {
    let object = context::without(actor::actor(parts));
    json!({
        "@context": context::actor(),
        "id": parts.site.activity(id),
        "type": "Update",
        "actor": parts.site.actor(parts.account.id),
        "to": [PUBLIC],
        "cc": [parts.site.of_account(parts.account.id, "followers")],
        "object": object,
    })
}

pub fn delete_note(site: &Site, account: AccountId, note: &str, id: ActivityId) -> Value {
    json!({
        "@context": context::plain(),
        "id": site.activity(id),
        "type": "Delete",
        "actor": site.actor(account),
        "to": [PUBLIC],
        "cc": [site.of_account(account, "followers")],
        "object": { "id": note, "type": "Tombstone" },
    })
}

/// The Follow is named by its id and its parts: some servers look for the one, some for the others.
pub fn accept(site: &Site, account: AccountId, id: ActivityId, follow: &str, follower: &str) -> Value {
    json!({
        "@context": context::plain(),
        "id": site.activity(id),
        "type": "Accept",
        "actor": site.actor(account),
        "to": [follower],
        "object": { "id": follow, "type": "Follow", "actor": follower, "object": site.actor(account) },
    })
}

pub fn reject(site: &Site, account: AccountId, id: ActivityId, request: &str, sender: &str) -> Value {
    json!({
        "@context": context::plain(),
        "id": site.activity(id),
        "type": "Reject",
        "actor": site.actor(account),
        "to": [sender],
        "object": request,
    })
}

pub fn follow(site: &Site, account: AccountId, id: ActivityId, target: &str) -> Value {
    json!({
        "@context": context::plain(),
        "id": site.activity(id),
        "type": "Follow",
        "actor": site.actor(account),
        "to": [target],
        "object": target,
    })
}

pub fn like(site: &Site, account: AccountId, id: ActivityId, object: &str) -> Value {
    json!({
        "@context": context::plain(),
        "id": site.activity(id),
        "type": "Like",
        "actor": site.actor(account),
        "object": object,
    })
}

pub fn announce(site: &Site, account: AccountId, id: ActivityId, object: &str, author: &str, now: Timestamp) -> Value {
    json!({
        "@context": context::plain(),
        "id": site.activity(id),
        "type": "Announce",
        "actor": site.actor(account),
        "published": now.rfc3339(),
        "to": [PUBLIC],
        "cc": [site.of_account(account, "followers"), author],
        "object": object,
    })
}

/// Takes back what was said; it is sent along as it was, without its context.
pub fn undo(site: &Site, account: AccountId, id: ActivityId, inner: &Value) -> Value {
    let object = context::without(inner.clone());
    let field = |name: &str| inner.get(name).cloned().unwrap_or_else(|| json!([]));
    json!({
        "@context": context::plain(),
        "id": site.activity(id),
        "type": "Undo",
        "actor": site.actor(account),
        "to": field("to"),
        "cc": field("cc"),
        "object": object,
    })
}

/// Add to, or Remove from, the pinned posts.
pub fn pin(site: &Site, account: AccountId, id: ActivityId, post: PostId, add: bool) -> Value {
    json!({
        "@context": context::plain(),
        "id": site.activity(id),
        "type": if add { "Add" } else { "Remove" },
        "actor": site.actor(account),
        "to": [PUBLIC],
        "cc": [site.of_account(account, "followers")],
        "object": site.post(post),
        "target": site.of_account(account, "featured"),
    })
}
