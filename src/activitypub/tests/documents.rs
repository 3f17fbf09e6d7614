//! Documents that others fetch, word for word: actors, notes, collections, and how to find them.

use serde_json::{Value, json};

use super::{ED25519, NOW, PUBLIC, RSA, account, media, mention, post, schema, site, version, with};
use crate::activitypub::write::NoteParts;
use crate::activitypub::write::actor::{ActorParts, actor, instance_actor};
use crate::activitypub::write::note::{note, tombstone};
use crate::activitypub::write::text::html;
use crate::activitypub::write::{collection, with_context};
use crate::activitypub::{context, nodeinfo, webfinger};
use crate::base::time::Timestamp;
use crate::model::account::{Account, Kind};
use crate::model::ids::{AccountId, PostId};
use crate::model::media::Media;
use crate::model::post::{Mention, Post, Quoting, Visibility};

pub(super) fn actor_of(account: &Account, avatar: Option<&Media>) -> Value {
    actor(&ActorParts { site: &site(), account, rsa: &RSA, ed25519: &ED25519, avatar, header: None })
}

pub(super) fn note_of(post: &Post, media: &[Media]) -> Value {
    let (site, account) = (site(), account());
    note(&NoteParts {
        site: &site,
        account: &account,
        post,
        lang: None,
        media,
        cover: None,
        in_reply_to: None,
        likes: 2,
        shares: 3,
        own_replies: &[PostId(78)],
        tally: None,
    })
}

fn expected_actor() -> Value {
    json!({
        "@context": context::actor(),
        "id": "https://s.example/ap/accounts/1",
        "type": "Organization",
        "preferredUsername": "press",
        "name": "City of Example",
        "summary": "<p>News of the city. See <a href=\"https://city.example/\" rel=\"nofollow noopener\" translate=\"no\">\
            <span class=\"invisible\">https://</span><span>city.example/</span></a> \
            <a href=\"https://s.example/tags/news\" class=\"mention hashtag\" rel=\"tag\">#<span>news</span></a></p>",
        "url": "https://s.example/@press",
        "inbox": "https://s.example/ap/accounts/1/inbox",
        "outbox": "https://s.example/ap/accounts/1/outbox",
        "followers": "https://s.example/ap/accounts/1/followers",
        "following": "https://s.example/ap/accounts/1/following",
        "featured": "https://s.example/ap/accounts/1/featured",
        "featuredTags": "https://s.example/ap/accounts/1/tags",
        "endpoints": { "sharedInbox": "https://s.example/ap/inbox" },
        "publicKey": {
            "id": "https://s.example/ap/accounts/1#main-key",
            "owner": "https://s.example/ap/accounts/1",
            "publicKeyPem": RSA.to_pem(),
        },
        "assertionMethod": [{
            "id": "https://s.example/ap/accounts/1#ed25519-key",
            "type": "Multikey",
            "controller": "https://s.example/ap/accounts/1",
            "publicKeyMultibase": ED25519.to_multibase(),
        }],
        "attachment": [
            {
                "type": "PropertyValue",
                "name": "Website",
                "value": "<a href=\"https://city.example/\" rel=\"me nofollow noopener\">https://city.example/</a>",
            },
            { "type": "PropertyValue", "name": "Hours", "value": "9 &lt; 17 &amp; Sundays" },
        ],
        "webfinger": "press@city.example",
        "discoverable": true,
        "indexable": true,
        "manuallyApprovesFollowers": false,
        "attributionDomains": ["city.example"],
        "published": "2026-01-01T00:00:00Z",
        "updated": "2026-11-23T09:00:00Z",
        "icon": { "type": "Image", "mediaType": "image/jpeg", "url": "https://s.example/media/1.jpg", "summary": "Map of the detour" },
    })
}

#[test]
fn an_account() {
    assert_eq!(actor_of(&account(), Some(&media())), expected_actor());
}

#[test]
fn an_account_that_moves() {
    let old = "https://old.example/users/press".to_owned();
    let moved = Account {
        kind: Kind::Service,
        summary: String::new(),
        fields: Vec::new(),
        also_known_as: vec![old.clone()],
        moved_to: Some("https://new.example/users/press".into()),
        ..account()
    };
    let expected = with(
        &expected_actor(),
        &json!({
            "type": "Service",
            "summary": "",
            "attachment": [],
            "icon": null,
            "alsoKnownAs": [old],
            "movedTo": "https://new.example/users/press",
        }),
    );
    assert_eq!(actor_of(&moved, None), expected);
}

#[test]
fn the_server_itself() {
    assert_eq!(
        instance_actor(&site(), "City of Example", &RSA, &ED25519),
        json!({
            "@context": context::actor(),
            "id": "https://s.example/ap/actor",
            "type": "Application",
            "preferredUsername": "s.example",
            "name": "City of Example",
            "url": "https://s.example/about",
            "inbox": "https://s.example/ap/actor/inbox",
            "outbox": "https://s.example/ap/actor/outbox",
            "endpoints": { "sharedInbox": "https://s.example/ap/inbox" },
            "publicKey": {
                "id": "https://s.example/ap/actor#main-key",
                "owner": "https://s.example/ap/actor",
                "publicKeyPem": RSA.to_pem(),
            },
            "assertionMethod": [{
                "id": "https://s.example/ap/actor#ed25519-key",
                "type": "Multikey",
                "controller": "https://s.example/ap/actor",
                "publicKeyMultibase": ED25519.to_multibase(),
            }],
            "manuallyApprovesFollowers": true,
        })
    );
}

const TEXT: &str = "<p>Bridge closed <a href=\"https://s.example/tags/traffic\" class=\"mention hashtag\" rel=\"tag\">#<span>Traffic</span></a></p>";

fn expected_note() -> Value {
    json!({
        "id": "https://s.example/ap/posts/77",
        "type": "Note",
        "attributedTo": "https://s.example/ap/accounts/1",
        "url": "https://s.example/@press/77",
        "published": "2026-11-23T09:00:00Z",
        "to": [PUBLIC],
        "cc": ["https://s.example/ap/accounts/1/followers"],
        "inReplyTo": null,
        "content": TEXT,
        "contentMap": { "en": TEXT },
        "summary": null,
        "sensitive": false,
        "attachment": [{
            "type": "Document",
            "mediaType": "image/jpeg",
            "url": "https://s.example/media/1.jpg",
            "name": "Map of the detour",
            "nameMap": { "en": "Map of the detour" },
            "summary": "Map of the detour",
            "width": 1600,
            "height": 900,
            "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
            "focalPoint": [0.0, 0.2],
        }],
        "tag": [{ "type": "Hashtag", "href": "https://s.example/tags/traffic", "name": "#Traffic" }],
        "replies": {
            "id": "https://s.example/ap/posts/77/replies",
            "type": "Collection",
            "first": {
                "id": "https://s.example/ap/posts/77/replies?page=true",
                "type": "CollectionPage",
                "partOf": "https://s.example/ap/posts/77/replies",
                "next": "https://s.example/ap/posts/77/replies?page=others",
                "items": ["https://s.example/ap/posts/78"],
            },
        },
        "likes": { "id": "https://s.example/ap/posts/77/likes", "type": "Collection", "totalItems": 2 },
        "shares": { "id": "https://s.example/ap/posts/77/shares", "type": "Collection", "totalItems": 3 },
        "interactionPolicy": { "canQuote": { "automaticApproval": [PUBLIC] } },
    })
}

#[test]
fn a_note() {
    let note = note_of(&post(), &[media()]);
    assert_eq!(note, expected_note());
    let whole = with_context(note);
    assert_eq!(whole["@context"], context::note());
    assert!(whole.to_string().starts_with("{\"@context\""));
}

#[test]
fn a_quiet_note_with_everything() {
    let mut post = Post {
        visibility: Visibility::Quiet,
        quoting: Quoting::Nobody,
        updated: Some(Timestamp(NOW.0 + 60_000)),
        mentions: vec![
            mention(),
            Mention {
                user: "mayor".into(),
                domain: String::new(),
                uri: String::new(),
                url: String::new(),
                own: Some(AccountId(2)),
            },
        ],
        versions: vec![
            version("de-AT", "@Ana@peer.example und @mayor"),
            version("en", "For @ana@peer.example"),
            version("de-simple", "Kurz"),
        ],
        tags: Vec::new(),
        ..post()
    };
    post.versions[0].warning = "Unfall".into();
    let ana =
        "<span class=\"h-card\" translate=\"no\"><a href=\"https://peer.example/@ana\" class=\"u-url mention\">@<span>";
    let mayor =
        "<span class=\"h-card\" translate=\"no\"><a href=\"https://s.example/@mayor\" class=\"u-url mention\">@<span>";
    let page = "https://s.example/@press/77";
    let german = format!(
        "<p>{ana}Ana</span></a></span> und {mayor}mayor</span></a></span></p>\
         <p>English: <a href=\"{page}/en\" rel=\"noopener\">{page}/en</a><br>\
         Leichte Sprache: <a href=\"{page}/de-simple\" rel=\"noopener\">{page}/de-simple</a></p>"
    );
    let expected = with(
        &expected_note(),
        &json!({
            "to": ["https://s.example/ap/accounts/1/followers"],
            "cc": [PUBLIC, super::ANA, "https://s.example/ap/accounts/2"],
            "content": german,
            "contentMap": { "de": german, "en": format!("<p>For {ana}ana</span></a></span></p>") },
            "summary": "Unfall",
            "sensitive": true,
            "attachment": [],
            "tag": [
                { "type": "Mention", "href": super::ANA, "name": "@ana@peer.example" },
                { "type": "Mention", "href": "https://s.example/ap/accounts/2", "name": "@mayor@city.example" },
            ],
            "interactionPolicy": { "canQuote": { "automaticApproval": ["https://s.example/ap/accounts/1"] } },
            "updated": "2026-11-23T09:01:00Z",
        }),
    );
    let note = note_of(&post, &[]);
    assert_eq!(note, expected);
    assert_eq!(note["contentMap"].as_object().unwrap().keys().next().unwrap(), "de", "the main language comes first");
}

#[test]
fn pages_show_the_text_without_the_line_of_languages() {
    let post = Post { versions: vec![version("en", "Hello"), version("de", "Hallo")], ..post() };
    assert_eq!(html(&site(), &post, &post.versions[0]), "<p>Hello</p>");
}

#[test]
fn what_nobody_resolved_stays_text() {
    let post = Post { versions: vec![version("en", "@ana@other.example @press")], mentions: vec![mention()], ..post() };
    assert_eq!(html(&site(), &post, &post.versions[0]), "<p>@ana@other.example @press</p>");
}

#[test]
fn a_deleted_post() {
    let post = Post { deleted: Some(NOW), versions: Vec::new(), ..post() };
    assert_eq!(
        tombstone(&site(), &post, None),
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": "https://s.example/ap/posts/77",
            "type": "Tombstone",
            "formerType": "Note",
            "deleted": "2026-11-23T09:00:00Z",
        })
    );
}

#[test]
fn collections() {
    let context = "https://www.w3.org/ns/activitystreams";
    let id = "https://s.example/c";
    for (written, expected) in [
        (
            collection::counted(id, 7),
            json!({ "@context": context, "id": id, "type": "OrderedCollection", "totalItems": 7 }),
        ),
        (collection::tally(id, 7), json!({ "@context": context, "id": id, "type": "Collection", "totalItems": 7 })),
        (
            collection::paged(id, 7, "https://s.example/c?page=true"),
            json!({ "@context": context, "id": id, "type": "OrderedCollection", "totalItems": 7, "first": "https://s.example/c?page=true" }),
        ),
        (
            collection::ordered(id, &[json!("x")]),
            json!({ "@context": context, "id": id, "type": "OrderedCollection", "totalItems": 1, "orderedItems": ["x"] }),
        ),
        (
            collection::unordered(id, &[]),
            json!({ "@context": context, "id": id, "type": "Collection", "totalItems": 0, "items": [] }),
        ),
        (
            collection::page("https://s.example/c?page=true", id, &[json!("x")], Some("https://s.example/c?page=2")),
            json!({
                "@context": context::note(),
                "id": "https://s.example/c?page=true",
                "type": "OrderedCollectionPage",
                "partOf": id,
                "orderedItems": ["x"],
                "next": "https://s.example/c?page=2",
            }),
        ),
        (
            collection::unordered_page("https://s.example/c?page=true", id, &[json!("x")], None),
            json!({
                "@context": context,
                "id": "https://s.example/c?page=true",
                "type": "CollectionPage",
                "partOf": id,
                "items": ["x"],
            }),
        ),
    ] {
        assert_eq!(written, expected);
    }
}

#[test]
fn finding_an_account() {
    let site = site();
    let avatar = Some(("image/png", "https://s.example/media/a.png"));
    assert_eq!(
        webfinger::jrd(&site, "press", "https://s.example/ap/accounts/1", "https://s.example/@press", avatar),
        json!({
            "subject": "acct:press@city.example",
            "aliases": ["https://s.example/@press", "https://s.example/ap/accounts/1"],
            "links": [
                { "rel": "self", "type": "application/activity+json", "href": "https://s.example/ap/accounts/1" },
                { "rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": "https://s.example/@press" },
                { "rel": "http://webfinger.net/rel/avatar", "type": "image/png", "href": "https://s.example/media/a.png" },
            ],
        })
    );
    let server = webfinger::jrd(&site, "s.example", "https://s.example/ap/actor", "https://s.example/about", None);
    assert_eq!(server["subject"], "acct:s.example@s.example");
    assert_eq!(server["links"].as_array().unwrap().len(), 2);
}

#[test]
fn host_meta_names_webfinger() {
    assert_eq!(
        webfinger::host_meta(&site()),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
         <Link rel=\"lrdd\" type=\"application/jrd+json\" template=\"https://s.example/.well-known/webfinger?resource={uri}\"/>\n</XRD>\n"
    );
}

#[test]
fn nodeinfo_obeys_its_schema() {
    let links = nodeinfo::links(&site());
    assert_eq!(
        links["links"][1],
        json!({ "rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": "https://s.example/nodeinfo/2.1" })
    );
    for (version, text) in [
        ("2.0", include_str!("../../../tests/vectors/nodeinfo/2.0.json")),
        ("2.1", include_str!("../../../tests/vectors/nodeinfo/2.1.json")),
    ] {
        let rules: Value = serde_json::from_str(text).unwrap();
        let numbers = nodeinfo::Numbers { accounts: 3, posts: 14 };
        let document = nodeinfo::document(version, numbers, "City of Example", "0.1.0");
        assert_eq!(schema::complaint(&rules, &document), None);
        assert_eq!(document["usage"], json!({ "users": { "total": 3 }, "localPosts": 14 }));
        let wrong = with(&document, &json!({ "version": "1.0" }));
        assert!(schema::complaint(&rules, &wrong).is_some(), "the check sees what is wrong");
    }
}
