//! Tests of the wire language as a whole: what we write word for word, what others write, and that we can read ourselves.

mod documents;
mod identity;
mod languages;
mod pasture;
mod peers;
mod rounds;
mod said;
mod schema;

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::base::time::Timestamp;
use crate::crypto::keys::{Ed25519Key, PublicKey, RsaKey};
use crate::model::account::{Account, Field, Kind, Languages, Replies};
use crate::model::draft::Approval;
use crate::model::ids::{AccountId, MediaId, PostId};
use crate::model::media::{Media, Small};
use crate::model::post::{Mention, Post, Quoting, Tag, Version, Visibility};
use crate::model::site::Site;

/// 2026-11-23T09:00:00Z
const NOW: Timestamp = Timestamp(1_795_424_400_000);
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
const ANA: &str = "https://peer.example/users/ana";

static RSA: LazyLock<PublicKey> = LazyLock::new(|| RsaKey::generate().unwrap().public());
static ED25519: LazyLock<PublicKey> = LazyLock::new(|| Ed25519Key::from_seed([7; 32]).public());

fn site() -> Site {
    Site { origin: "https://s.example".into(), handle_domain: "city.example".into(), live: true }
}

fn account() -> Account {
    Account {
        id: AccountId(1),
        handle: "press".into(),
        kind: Kind::Organization,
        name: "City of Example".into(),
        summary: "News of the city. See https://city.example/ #news".into(),
        fields: vec![
            Field { name: "Website".into(), value: "https://City.example".into() },
            Field { name: "Hours".into(), value: "9 < 17 & Sundays".into() },
        ],
        avatar: Some(MediaId(3)),
        header: None,
        language: "en".parse().unwrap(),
        created: Timestamp(1_767_225_600_000),
        updated: NOW,
        pinned: Vec::new(),
        also_known_as: Vec::new(),
        moved_to: None,
        replies: Replies::Released,
        languages: Languages::default(),
        approval: Approval::default(),
        demo: false,
        deleted: None,
    }
}

fn version(lang: &str, text: &str) -> Version {
    Version { lang: lang.parse().unwrap(), text: text.into(), warning: String::new() }
}

fn post() -> Post {
    Post {
        id: PostId(77),
        account: AccountId(1),
        published: NOW,
        updated: None,
        deleted: None,
        reason: Vec::new(),
        visibility: Visibility::Public,
        quoting: Quoting::Anyone,
        versions: vec![version("en", "Bridge closed #Traffic")],
        media: vec![MediaId(4)],
        sensitive: false,
        reply_to: None,
        episode: None,
        poll: None,
        quoted: None,
        mentions: Vec::new(),
        tags: vec![Tag { shown: "Traffic".into(), folded: "traffic".into() }],
        activities: Vec::new(),
        revisions: Vec::new(),
        urgent: false,
        demo: false,
        written: false,
        languages: Languages::default(),
        retired: Vec::new(),
    }
}

fn mention() -> Mention {
    Mention {
        user: "ana".into(),
        domain: "peer.example".into(),
        uri: ANA.into(),
        url: "https://peer.example/@ana".into(),
        own: None,
    }
}

fn media() -> Media {
    Media {
        id: MediaId(4),
        account: AccountId(1),
        created: NOW,
        alt: "Map of the detour".into(),
        alts: vec![
            ("fr".parse().unwrap(), "Not among the versions".into()),
            ("de".parse().unwrap(), "Karte der Umleitung".into()),
        ],
        decorative: false,
        file: "1.jpg".into(),
        mime: "image/jpeg".into(),
        width: 1600,
        height: 900,
        bytes: 100_000,
        small: Some(Small { file: "1s.jpg".into(), mime: "image/jpeg".into(), width: 800, height: 450, bytes: 9 }),
        middle: None,
        clip: None,
        spoken: crate::model::spoken::Spoken::default(),
        blurhash: "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH".into(),
        focus: Some((0.0, 0.2)),
        used: true,
        draft: None,
        fresh: Vec::new(),
    }
}

/// `base` with fields set, or taken away by null.
fn with(base: &Value, changes: &Value) -> Value {
    let mut value = base.clone();
    let fields = value.as_object_mut().expect("an object");
    for (name, change) in changes.as_object().expect("an object") {
        if change.is_null() {
            fields.shift_remove(name);
        } else {
            fields.insert(name.clone(), change.clone());
        }
    }
    value
}

/// A stranger's actor document.
fn ana() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": ANA,
        "type": "Person",
        "preferredUsername": "ana",
        "name": "Ana",
        "inbox": "https://peer.example/users/ana/inbox",
        "outbox": "https://peer.example/users/ana/outbox",
        "url": "https://peer.example/@ana",
        "endpoints": { "sharedInbox": "https://peer.example/inbox" },
        "publicKey": { "id": format!("{ANA}#main-key"), "owner": ANA, "publicKeyPem": RSA.to_pem() },
    })
}

/// A stranger's note.
fn reply() -> Value {
    json!({
        "id": "https://peer.example/users/ana/statuses/1",
        "type": "Note",
        "attributedTo": ANA,
        "content": "<p>For how long?</p>",
        "published": "2026-11-23T08:59:00Z",
        "to": [PUBLIC],
        "inReplyTo": "https://s.example/ap/posts/77",
    })
}
