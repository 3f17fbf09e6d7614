//! Who may say what, as far as the wire alone tells; and the bounds of every list, at the limit and one beyond.

use serde_json::{Value, json};

use super::{ANA, NOW, PUBLIC, RSA, ana, reply, with};
use crate::activitypub::read::{self, Intent};

use crate::crypto::keys::Ed25519Key;
use crate::error::Error;
use crate::limits;

const EVIL: &str = "https://evil.example/users/mallory";
const OURS: &str = "https://s.example/ap/posts/77";

fn activity(changes: &Value) -> Result<read::Incoming, Error> {
    let base = json!({ "id": "https://peer.example/activities/1", "type": "Like", "actor": ANA, "object": OURS });
    read::activity(&with(&base, changes))
}

fn actor(changes: &Value) -> Result<crate::model::actor::Profile, Error> {
    read::actor::actor(&with(&ana(), changes))
}

fn note(changes: &Value) -> Result<read::note::NoteIn, Error> {
    read::note::note(&with(&reply(), changes), NOW)
}

#[test]
fn a_note_belongs_to_one_author_of_its_own_origin() {
    assert_eq!(note(&json!({})).unwrap().author, ANA);
    for author in [
        json!(EVIL),
        json!("https://peer.example.evil/users/ana"),
        json!("http://peer.example/users/ana"),
        json!("https://peer.example:8443/users/ana"),
        json!("https://peer.example@evil.example/users/ana"),
        json!([ANA]),
        json!([ANA, EVIL]),
        json!({ "id": ANA }),
        json!({ "type": "Person", "id": ANA }),
        json!("1"),
        json!(1),
        json!(true),
        json!(""),
        Value::Null,
    ] {
        assert!(note(&json!({ "attributedTo": author })).is_err(), "{author}");
    }
    for id in [json!("https://victim.example/notes/1"), json!({ "id": "x" }), json!([]), json!("/notes/1"), Value::Null]
    {
        assert!(note(&json!({ "id": id })).is_err(), "{id}");
    }
}

#[test]
fn an_activity_has_one_actor_and_an_id_of_its_origin() {
    assert_eq!(activity(&json!({})).unwrap().actor, ANA);
    for changes in [
        json!({ "actor": [ANA, EVIL] }),
        json!({ "actor": [] }),
        json!({ "actor": {} }),
        json!({ "actor": { "type": "Person" } }),
        json!({ "actor": "ana@peer.example" }),
        json!({ "actor": "https://ana:secret@peer.example/users/ana" }),
        json!({ "actor": null }),
        json!({ "actor": null, "as:actor": ANA }),
        json!({ "actor": EVIL }),
        json!({ "id": "https://evil.example/activities/1" }),
        json!({ "id": "https://peer.example:444/activities/1" }),
        json!({ "id": 7 }),
        json!({ "id": "" }),
        json!({ "id": ["https://peer.example/activities/1"] }),
        json!({ "@graph": [{}] }),
        json!({ "@included": [{}] }),
    ] {
        assert!(activity(&changes).is_err(), "{changes}");
    }
    for shape in [json!([]), json!("x"), json!(null), json!(1), json!([{ "id": "https://peer.example/a" }])] {
        assert!(read::activity(&shape).is_err());
    }
}

#[test]
fn what_is_remembered_by_its_id_needs_one() {
    for kind in ["Follow", "Like", "EmojiReact", "Announce", "Block", "Flag", "QuoteRequest"] {
        let whole = json!({ "type": kind, "instrument": "https://peer.example/notes/2" });
        assert!(activity(&whole).is_ok(), "{kind}");
        assert!(activity(&with(&json!({ "id": 7 }), &whole)).is_err(), "{kind}");
        let mut without =
            json!({ "type": kind, "actor": ANA, "object": OURS, "instrument": "https://peer.example/notes/2" });
        assert!(read::activity(&without).is_err(), "{kind}");
        without["id"] = Value::Null;
        assert!(read::activity(&without).is_err(), "{kind}");
    }
    for kind in ["Add", "Remove", "Delete", "Undo", "Accept"] {
        let read = read::activity(&json!({ "type": kind, "actor": ANA, "object": "https://peer.example/x" })).unwrap();
        assert_eq!(read.id, "", "{kind}");
        let elsewhere = json!({ "type": kind, "actor": ANA, "object": "x", "id": "https://evil.example/1" });
        assert!(read::activity(&elsewhere).is_err(), "{kind}");
    }
}

#[test]
fn nothing_is_taken_from_an_embedded_stranger() {
    let victims = json!({ "id": "https://victim.example/notes/1", "type": "Note", "attributedTo": "https://victim.example/u", "content": "forged" });
    let announce = activity(&json!({ "type": "Announce", "object": victims })).unwrap().intent;
    let Intent::Announce { object, .. } = announce else { panic!("{announce:?}") };
    assert_eq!(object, "https://victim.example/notes/1");
    // A Create carries it on; its author is then compared with the actor.
    let Intent::Create { object } = activity(&json!({ "type": "Create", "object": victims })).unwrap().intent else {
        panic!()
    };
    assert_ne!(read::note::note(&object, NOW).unwrap().author, ANA);
}

#[test]
fn an_undo_takes_back_only_ones_own() {
    let like =
        |actor: &str| json!({ "id": "https://peer.example/likes/1", "type": "Like", "actor": actor, "object": OURS });
    assert!(activity(&json!({ "type": "Undo", "object": like(ANA) })).is_ok());
    assert!(activity(&json!({ "type": "Undo", "object": like(EVIL) })).is_err());
    assert!(activity(&json!({ "type": "Undo", "object": like("https://peer.example/users/bob") })).is_err());
    assert!(activity(&json!({ "type": "Undo", "object": [] })).is_err());
    let emoji = json!({ "type": "EmojiReact", "actor": ANA, "object": OURS, "content": "🎉" });
    let Intent::Undo(undone) = activity(&json!({ "type": "Undo", "object": emoji })).unwrap().intent else { panic!() };
    assert_eq!((undone.kind.as_deref(), undone.object.as_deref()), (Some("Like"), Some(OURS)));
}

#[test]
fn answers_name_the_follow_by_id() {
    let follow = json!({ "id": "https://s.example/ap/activities/5", "type": "Follow", "actor": EVIL, "object": ANA });
    for (kind, object) in [("Accept", follow.clone()), ("Accept", json!("https://s.example/ap/activities/5"))] {
        let Intent::Accept { object, .. } = activity(&json!({ "type": kind, "object": object })).unwrap().intent else {
            panic!()
        };
        assert_eq!(object, "https://s.example/ap/activities/5");
    }
    assert!(activity(&json!({ "type": "Accept", "object": with(&follow, &json!({ "id": null })) })).is_err());
}

#[test]
fn an_actor_owns_its_inbox_and_keys() {
    assert_eq!(actor(&json!({})).unwrap().uri, ANA);
    let pem = RSA.to_pem();
    for changes in [
        json!({ "inbox": "https://victim.example/inbox" }),
        json!({ "inbox": "http://peer.example/users/ana/inbox" }),
        json!({ "inbox": ["https://peer.example/users/ana/inbox"] }),
        json!({ "inbox": null }),
        json!({ "id": "https://victim.example/users/ana" }),
        json!({ "id": null }),
        json!({ "publicKey": null }),
        json!({ "publicKey": "https://peer.example/users/ana#main-key" }),
        json!({ "publicKey": { "id": format!("{ANA}#main-key"), "owner": "https://victim.example/u", "publicKeyPem": pem } }),
        json!({ "publicKey": { "id": format!("{ANA}#main-key"), "owner": [ANA], "publicKeyPem": pem } }),
        json!({ "publicKey": { "id": format!("{ANA}#main-key"), "publicKeyPem": pem } }),
        json!({ "publicKey": { "id": "https://victim.example/u#main-key", "owner": ANA, "publicKeyPem": pem } }),
        json!({ "publicKey": { "owner": ANA, "publicKeyPem": pem } }),
        json!({ "publicKey": { "id": format!("{ANA}#main-key"), "owner": ANA, "publicKeyPem": "-----BEGIN PUBLIC KEY-----" } }),
    ] {
        assert!(actor(&changes).is_err(), "{changes}");
    }
    for kind in ["Note", "Tombstone", "Key", "Collection", ""] {
        assert!(actor(&json!({ "type": kind })).is_err(), "{kind}");
    }
}

#[test]
fn a_multikey_names_its_controller() {
    let ed25519 = Ed25519Key::from_seed([9; 32]).public();
    let key = json!({ "id": format!("{ANA}#ed"), "type": "Multikey", "controller": ANA, "publicKeyMultibase": ed25519.to_multibase() });
    let keys = |key: &Value| actor(&json!({ "assertionMethod": key })).unwrap().keys.len();
    assert_eq!(keys(&key), 2);
    assert_eq!(keys(&with(&key, &json!({ "controller": EVIL }))), 1);
    assert_eq!(keys(&with(&key, &json!({ "controller": null }))), 1);
    assert_eq!(keys(&with(&key, &json!({ "id": "https://evil.example/users/mallory#ed" }))), 1);
    assert_eq!(keys(&with(&key, &json!({ "publicKeyMultibase": "z6Mk" }))), 1);
}

#[test]
fn elsewhere_is_not_ones_own() {
    let shared = actor(&json!({ "endpoints": { "sharedInbox": "https://victim.example/inbox" } })).unwrap();
    assert_eq!(shared.delivery_inbox(), "https://peer.example/users/ana/inbox");
    assert_eq!(actor(&json!({ "url": "https://victim.example/@ana" })).unwrap().url, ANA);
    assert_eq!(actor(&json!({ "url": "javascript:alert(1)" })).unwrap().url, ANA);
}

#[test]
fn names_cannot_fool() {
    for user in
        ["ana@victim.example", "an a", "ana\u{202e}", "ana\u{200b}", "аna", "", ".ana", "ana\n", &"a".repeat(256)]
    {
        assert!(actor(&json!({ "preferredUsername": user })).is_err(), "{user}");
    }
    assert!(actor(&json!({ "preferredUsername": ["ana"] })).is_err());
    let name = actor(&json!({ "name": "Ana\u{202e}\u{2066}\n@press@s.example\u{0}" })).unwrap().name;
    assert_eq!(name, "Ana @press@s.example");
    assert!(actor(&json!({ "name": "x".repeat(1_000_000) })).unwrap().name.chars().count() <= 200);
    assert!(actor(&json!({ "name": { "en": "Ana" } })).unwrap().name.is_empty());
}

#[test]
fn lists_at_their_limit_and_beyond() {
    let public_last = |n: usize| {
        let mut to: Vec<String> = (1..n).map(|n| format!("https://peer.example/u/{n}")).collect();
        to.push(PUBLIC.to_owned());
        note(&json!({ "to": to })).unwrap().content.public
    };
    assert!(public_last(limits::stranger::LIST) && !public_last(limits::stranger::LIST + 1));

    let mentions = |n: usize| {
        let tags: Vec<_> =
            (0..n).map(|n| json!({ "type": "Mention", "href": format!("https://peer.example/u/{n}") })).collect();
        note(&json!({ "tag": tags })).unwrap().content.mentions.len()
    };
    assert_eq!((mentions(100), mentions(101), mentions(10_000)), (100, 100, 100));

    let files = |n: usize| {
        let files: Vec<_> =
            (0..n).map(|n| json!({ "type": "Image", "url": format!("https://peer.example/{n}.png") })).collect();
        note(&json!({ "attachment": files })).unwrap().content.attachments.len()
    };
    assert_eq!((files(16), files(17), files(10_000)), (16, 16, 16));

    let keys = |n: usize| {
        let key = |n: usize| json!({ "id": format!("{ANA}#{n}"), "owner": ANA, "publicKeyPem": RSA.to_pem() });
        actor(&json!({ "publicKey": (0..n).map(key).collect::<Vec<_>>() })).unwrap().keys.len()
    };
    assert_eq!(
        (keys(limits::signature::KEYS), keys(limits::signature::KEYS + 1)),
        (limits::signature::KEYS, limits::signature::KEYS)
    );

    let aliases = |n: usize| {
        let aliases: Vec<_> = (0..n).map(|n| format!("https://old.example/u/{n}")).collect();
        actor(&json!({ "alsoKnownAs": aliases })).unwrap().also_known_as.len()
    };
    assert_eq!((aliases(20), aliases(21), aliases(10_000)), (20, 20, 20));

    let flagged = |n: usize| {
        let objects: Vec<_> = (0..n).map(|n| format!("https://s.example/ap/posts/{n}")).collect();
        let Intent::Flag { objects, .. } = activity(&json!({ "type": "Flag", "object": objects })).unwrap().intent
        else {
            panic!()
        };
        objects.len()
    };
    assert_eq!((flagged(100), flagged(101)), (100, 100));
}

#[test]
fn words_at_their_limit_and_beyond() {
    let warning = |n: usize| note(&json!({ "summary": "x".repeat(n) })).unwrap().content.warning.chars().count();
    assert_eq!((warning(500), warning(501), warning(1_000_000)), (500, 500, 500));
    let alt = |n: usize| {
        let file = json!({ "type": "Image", "url": "https://peer.example/1.png", "name": "é".repeat(n) });
        note(&json!({ "attachment": file })).unwrap().content.attachments[0].name.chars().count()
    };
    assert_eq!((alt(1_500), alt(1_501), alt(500_000)), (1_500, 1_500, 1_500));
    let report = |n: usize| {
        let Intent::Flag { text, .. } = activity(&json!({ "type": "Flag", "content": "x".repeat(n) })).unwrap().intent
        else {
            panic!()
        };
        text.chars().count()
    };
    assert_eq!(
        (report(limits::stranger::REPORT), report(limits::stranger::REPORT + 1)),
        (limits::stranger::REPORT, limits::stranger::REPORT)
    );
    assert!(note(&json!({ "content": "<b>".repeat(300_000) })).unwrap().content.html.len() <= 64 * 1024);
    let long = format!("https://peer.example/{}", "a".repeat(2_048));
    assert!(note(&json!({ "id": long })).is_err() && activity(&json!({ "object": long })).is_err());
    assert_eq!(note(&json!({ "inReplyTo": long })).unwrap().content.in_reply_to, None);
    assert_eq!(actor(&json!({ "alsoKnownAs": [long, "acct:x", 7] })).unwrap().also_known_as, [""; 0]);
    let kind = activity(&json!({ "type": "x".repeat(1_000_000) })).unwrap().intent;
    assert!(matches!(kind, Intent::Other(kind) if kind.chars().count() == 50));
}

#[test]
fn a_report_keeps_its_lines_and_signs() {
    let Intent::Flag { text, objects } =
        activity(&json!({ "type": "Flag", "content": "1 < 2\n<b>\u{202e}spam" })).unwrap().intent
    else {
        panic!()
    };
    assert_eq!((text.as_str(), objects), ("1 < 2\n<b>spam", vec![OURS.to_owned()]));
}

#[test]
fn dates_out_of_range_are_not_believed() {
    for (date, read) in [
        ("9999-12-31T23:59:59Z", NOW),
        ("+275760-09-13T00:00:00Z", NOW),
        ("0000-01-01T00:00:00Z", NOW),
        ("1969-12-31T23:59:59Z", NOW),
        ("2026-11-23 08:00", NOW),
        ("", NOW),
        ("2016-12-31T23:59:60Z", crate::base::time::Timestamp(1_483_228_799_000)),
    ] {
        assert_eq!(note(&json!({ "published": date })).unwrap().content.published, read, "{date}");
    }
    let updated = note(&json!({ "updated": "9999-01-01T00:00:00Z" })).unwrap().content.updated;
    assert_eq!(updated, Some(NOW));
}

proptest::proptest! {
    #[test]
    fn no_shape_makes_a_reader_panic(field in "id|type|actor|attributedTo|object|to|tag|url|content|contentMap|summary|inReplyTo|attachment|publicKey|endpoints|alsoKnownAs|name|published",
        shape in 0_usize..9, text in "\\PC{0,20}|https?://[a-z]{1,5}/[a-z]{0,3}") {
        let shapes = [json!(null), json!(true), json!(-1.5), json!(text), json!([text]), json!({ "id": text }), json!({ "href": text, "type": ["Link", 1] }),
            json!([[], {}, null, { "id": [text] }]), json!({ text.clone(): { "id": {} } })];
        for base in [ana(), reply()] {
            let mut value = base;
            value[&field] = shapes[shape].clone();
            let _ = (read::actor::actor(&value), read::note::note(&value, NOW), read::activity(&value));
            let mut create = json!({ "type": "Create", "id": "https://peer.example/c/1", "actor": ANA, "object": value });
            proptest::prop_assert!(read::activity(&create).is_ok());
            create[&field] = shapes[shape].clone();
            let _ = read::activity(&create);
        }
    }
}
