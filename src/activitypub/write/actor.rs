//! Actors: accounts, and the server itself.

use serde_json::{Map, Value, json};

use crate::activitypub::context;
use crate::base::{html, markup, uri};
use crate::crypto::keys::PublicKey;
use crate::model::account::{Account, Field, Kind};
use crate::model::ids::INSTANCE;
use crate::model::media::Media;
use crate::model::site::Site;

/// An account with what stands in other rows.
pub struct ActorParts<'a> {
    pub site: &'a Site,
    pub account: &'a Account,
    pub rsa: &'a PublicKey,
    pub ed25519: &'a PublicKey,
    pub avatar: Option<&'a Media>,
    pub header: Option<&'a Media>,
}

/// The document at an account's id, with `@context`.
pub fn actor(parts: &ActorParts<'_>) -> Value {
    let ActorParts { site, account, .. } = parts;
    let id = site.actor(account.id);
    let mut value = json!({
        "@context": context::actor(),
        "id": id,
        "type": kind(account.kind),
        "preferredUsername": account.handle,
        "name": account.name,
        "summary": summary(site, &account.summary),
        "url": site.profile(&account.handle),
        "inbox": site.of_account(account.id, "inbox"),
        "outbox": site.of_account(account.id, "outbox"),
        "followers": site.of_account(account.id, "followers"),
        "following": site.of_account(account.id, "following"),
        "featured": site.of_account(account.id, "featured"),
        "featuredTags": site.of_account(account.id, "tags"),
        "endpoints": { "sharedInbox": site.shared_inbox() },
        "publicKey": public_key(&site.key_id(account.id), &id, parts.rsa),
        "assertionMethod": [multikey(&id, parts.ed25519)],
        "attachment": account.fields.iter().map(field).collect::<Vec<_>>(),
        "webfinger": format!("{}@{}", account.handle, site.handle_domain),
        "discoverable": true,
        "indexable": true,
        "manuallyApprovesFollowers": false,
        "attributionDomains": [site.handle_domain],
        "published": account.created.rfc3339(),
        "updated": account.updated.rfc3339(),
    });
    if let Some(object) = value.as_object_mut() {
        optional(object, parts);
    }
    value
}

fn optional(object: &mut Map<String, Value>, parts: &ActorParts<'_>) {
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            object.insert(name.to_owned(), value);
        }
    };
    set("icon", parts.avatar.map(|media| image(parts.site, media)));
    set("image", parts.header.map(|media| image(parts.site, media)));
    let aliases = &parts.account.also_known_as;
    set("alsoKnownAs", (!aliases.is_empty()).then(|| json!(aliases)));
    set("movedTo", parts.account.moved_to.as_ref().map(|to| json!(to)));
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Organization => "Organization",
        Kind::Person => "Person",
        Kind::Service => "Service",
    }
}

/// The server itself: it signs our GETs and is readable without a signature, or two strict servers would wait for each
/// other for ever. Fields as in Mastodon's `instance_actors_controller.rb`.
pub fn instance_actor(site: &Site, name: &str, rsa: &PublicKey, ed25519: &PublicKey) -> Value {
    let id = site.instance_actor();
    let host = site.authority().split(':').next().unwrap_or_default();
    json!({
        "@context": context::actor(),
        "id": id,
        "type": "Application",
        "preferredUsername": host,
        "name": name,
        "url": format!("{}/about", site.origin),
        "inbox": format!("{id}/inbox"),
        "outbox": format!("{id}/outbox"),
        "endpoints": { "sharedInbox": site.shared_inbox() },
        "publicKey": public_key(&site.key_id(INSTANCE), &id, rsa),
        "assertionMethod": [multikey(&id, ed25519)],
        "manuallyApprovesFollowers": true,
    })
}

fn public_key(key_id: &str, owner: &str, key: &PublicKey) -> Value {
    json!({ "id": key_id, "owner": owner, "publicKeyPem": key.to_pem() })
}

/// FEP-521a; read by Mastodon from 4.7 on.
fn multikey(owner: &str, key: &PublicKey) -> Value {
    json!({
        "id": format!("{owner}#ed25519-key"),
        "type": "Multikey",
        "controller": owner,
        "publicKeyMultibase": key.to_multibase(),
    })
}

/// An avatar or header. Mastodon since 4.6 reads its description from `summary`.
fn image(site: &Site, media: &Media) -> Value {
    let mut value = json!({ "type": "Image", "mediaType": media.mime, "url": site.media(&media.file) });
    if let Some(object) = value.as_object_mut().filter(|_| !media.alt.is_empty()) {
        object.insert("summary".to_owned(), json!(media.alt));
    }
    value
}

fn summary(site: &Site, text: &str) -> String {
    markup::render(text, &|_, _| None, &|tag| site.tag(tag))
}

/// Mastodon verifies a field whose value is one link with the address as its whole text, and the host in canonical
/// spelling (`models/account/field.rb`).
fn field(field: &Field) -> Value {
    let value = match uri::http(&field.value) {
        Some(url) => {
            let address = html::escape(url.as_str());
            format!("<a href=\"{address}\" rel=\"me nofollow noopener\">{address}</a>")
        }
        None => html::escape(&field.value),
    };
    json!({ "type": "PropertyValue", "name": field.name, "value": value })
}
