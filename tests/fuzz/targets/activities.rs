//! JSON from other servers: bounded, read as everybody reads it, and what it says is said by whom it belongs to.

use instance::activitypub::read::actor::actor;
use instance::activitypub::read::note::{NoteIn, note};
use instance::activitypub::read::{self, Incoming, Intent, Undone};
use instance::base::{json, text, uri};
use instance::limits::{self, signature, stranger};
use instance::model::actor::Profile;
use instance::net::webfinger;
use serde_json::{Value, json};
use url::Url;

use super::NOW;
use super::html::inspect;

/// A document: an activity, an actor, a note, or the answer to a question by WebFinger.
pub fn activities(data: &[u8]) {
    let Ok(value) = json::parse(data) else { return };
    assert_eq!(serde_json::from_slice::<Value>(data).ok().as_ref(), Some(&value), "everybody reads the same");
    let mut left = limits::text::JSON_VALUES;
    bounded(&value, limits::text::JSON_DEPTH, &mut left);
    if let Ok(incoming) = read::activity(&value) {
        activity(&incoming);
        let mut other = value.clone();
        other["actor"] = json!([{ "id": incoming.actor }]);
        assert_eq!(read::activity(&other).ok(), Some(incoming), "shapes make no difference");
    }
    for document in [Some(&value), value.get("object")].into_iter().flatten() {
        note(document, NOW).map(|note| said(&note)).unwrap_or_default();
        actor(document).map(|profile| known(&profile)).unwrap_or_default();
    }
    if let Some(found) = webfinger::found(&value) {
        assert_eq!(uri::http(found.actor.as_str()), Some(found.actor.clone()), "one reading, and nobody's password");
        let url = uri::http(&format!("https://{}/", found.domain)).expect("a domain makes an address");
        assert_eq!(uri::authority(&url), found.domain);
    }
}

fn bounded(value: &Value, depth: usize, left: &mut usize) {
    *left = left.checked_sub(1).expect("no more values than promised");
    let inside = || depth.checked_sub(1).expect("no deeper than promised");
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => assert!(!text.contains('\0')),
        Value::Array(list) => list.iter().for_each(|value| bounded(value, inside(), left)),
        Value::Object(fields) => fields.values().for_each(|value| bounded(value, inside(), left)),
    }
    if let Value::Array(_) | Value::Object(_) = value {
        inside();
    }
}

/// By another way than `uri::same_origin`.
fn same_origin(one: &str, other: &str) -> bool {
    let origin = |text: &str| Url::parse(text).map(|url| url.origin()).ok();
    is_web(one) && is_web(other) && origin(one) == origin(other)
}

fn is_web(address: &str) -> bool {
    let plain = |url: &Url| url.username().is_empty() && url.password().is_none() && url.has_host();
    let parsed = Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && plain(&url));
    parsed && address.len() <= limits::text::URI && !address.contains(|c: char| c.is_whitespace() || c.is_control())
}

fn activity(incoming: &Incoming) {
    assert!(is_web(&incoming.actor), "{incoming:?}");
    assert!(incoming.id.is_empty() || same_origin(&incoming.id, &incoming.actor), "{incoming:?}");
    let short = |id: &str| assert!(id.len() <= limits::text::URI, "{} bytes of id", id.len());
    match &incoming.intent {
        Intent::Accept { object, result } => [object].into_iter().chain(result).for_each(|id| short(id)),
        Intent::Reject { object } | Intent::Delete { object } => short(object),
        Intent::Follow { object }
        | Intent::Like { object }
        | Intent::Announce { object, .. }
        | Intent::Block { object } => {
            assert!(!incoming.id.is_empty(), "remembered by its id");
            short(object);
        }
        Intent::Undo(Undone { id, kind, object }) => {
            [Some(id), object.as_ref()].into_iter().flatten().for_each(|id| short(id));
            assert!(kind.as_ref().is_none_or(|kind| kind.chars().count() <= stranger::KIND));
        }
        Intent::Create { object } | Intent::Update { object } => assert!(object.is_string() || object.is_object()),
        Intent::Flag { objects, text } => {
            assert!(
                !incoming.id.is_empty()
                    && objects.len() <= stranger::FLAGGED
                    && text.chars().count() <= stranger::REPORT
            );
            for id in objects {
                short(id);
            }
        }
        Intent::Move { object, target: other } | Intent::QuoteRequest { object, instrument: other } => {
            short(object);
            short(other);
        }
        Intent::Other(kind) => assert!(kind.chars().count() <= stranger::KIND),
    }
}

fn said(NoteIn { author, content, vote }: &NoteIn) {
    assert!(same_origin(author, &content.uri), "{author} wrote {}", content.uri);
    assert!(is_web(&content.url) && content.in_reply_to.as_deref().is_none_or(is_web));
    assert!(content.published <= NOW && content.updated.is_none_or(|moment| moment <= NOW));
    inspect(&content.html);
    assert!(content.warning.chars().count() <= stranger::WARNING && content.warning.chars().all(text::printable));
    assert!(content.mentions.len() <= stranger::MENTIONS && content.mentions.iter().all(|id| is_web(id)));
    assert!(content.attachments.len() <= stranger::ATTACHMENTS);
    for file in &content.attachments {
        assert!(
            is_web(&file.url) && file.name.chars().count() <= stranger::ALT && file.name.chars().all(text::printable)
        );
    }
    assert!(vote.is_none() || content.html.is_empty());
}

fn known(profile: &Profile) {
    let own = |address: &str| assert!(same_origin(address, &profile.uri), "{address} of {}", profile.uri);
    [&profile.inbox, &profile.url].into_iter().chain(&profile.shared_inbox).for_each(|address| own(address));
    assert!((1..=signature::KEYS).contains(&profile.keys.len()));
    for key in &profile.keys {
        own(&key.id);
        assert!(profile.key(&key.id).is_some());
    }
    assert!(text::valid_remote_user(&profile.user) && profile.name.chars().count() <= stranger::NAME);
    assert_eq!(uri::parse_acct(&profile.handle()), Some((profile.user.clone(), profile.domain.clone())));
    assert!(
        profile.also_known_as.len() <= stranger::ALIASES && profile.also_known_as.iter().all(|address| is_web(address))
    );
    let stored = serde_json::to_string(profile).expect("a profile can be stored");
    assert_eq!(serde_json::from_str::<Profile>(&stored).ok().as_ref(), Some(profile));
}
