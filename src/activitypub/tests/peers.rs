//! What the servers out there send, in their own shapes, written by hand from their public documentation; and what we
//! make of it.

use serde_json::{Value, json};

use super::{NOW, RSA};
use crate::activitypub::read::{self, Incoming, Intent, Undone};
use crate::model::actor::Profile;
use crate::model::note::{Attachment, Content};

const US: &str = "https://s.example/ap/accounts/1";
const POST: &str = "https://s.example/ap/posts/77";

fn heard(value: &Value) -> Incoming {
    read::activity(value).unwrap_or_else(|e| panic!("{e}: {value}"))
}

fn profile(value: &Value) -> Profile {
    read::actor::actor(value).unwrap_or_else(|e| panic!("{e}: {value}"))
}

/// The note inside a Create.
fn created(value: &Value) -> (Content, Option<String>) {
    let Intent::Create { object } = heard(value).intent else { panic!("no Create: {value}") };
    let note = read::note::note(&object, NOW).unwrap_or_else(|e| panic!("{e}: {object}"));
    assert_eq!(note.author, heard(value).actor);
    (note.content, note.vote)
}

fn key(id: &str, owner: &str) -> Value {
    json!({ "id": id, "owner": owner, "publicKeyPem": RSA.to_pem() })
}

/// Accounts made since Mastodon 4.5 have numbers for names in their ids.
#[test]
fn mastodon_accounts() {
    let id = "https://mastodon.example/ap/users/115000000000000001";
    let read = profile(&json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1", { "toot": "http://joinmastodon.org/ns#" }],
        "id": id,
        "webfinger": "ben@mastodon.example",
        "type": "Person",
        "following": format!("{id}/following"),
        "inbox": format!("{id}/inbox"),
        "featured": format!("{id}/collections/featured"),
        "preferredUsername": "ben",
        "name": "Ben :wave:",
        "summary": "<p>Hi</p>",
        "url": "https://mastodon.example/@ben",
        "manuallyApprovesFollowers": false,
        "memorial": false,
        "publicKey": key(&format!("{id}#main-key"), id),
        "tag": [],
        "attachment": [],
        "endpoints": { "sharedInbox": "https://mastodon.example/inbox" },
        "icon": { "type": "Image", "mediaType": "image/png", "url": "https://files.mastodon.example/a.png" },
    }));
    assert_eq!(
        (read.handle().as_str(), read.delivery_inbox()),
        ("@ben@mastodon.example", "https://mastodon.example/inbox")
    );
    assert!(read.key(&format!("{id}#main-key")).is_some());
    let server = profile(&json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": "https://mastodon.example/actor",
        "type": "Application",
        "inbox": "https://mastodon.example/actor/inbox",
        "outbox": "https://mastodon.example/actor/outbox",
        "preferredUsername": "mastodon.example",
        "publicKey": key("https://mastodon.example/actor#main-key", "https://mastodon.example/actor"),
        "endpoints": { "sharedInbox": "https://mastodon.example/inbox" },
        "url": "https://mastodon.example/about/more?instance_actor=true",
        "manuallyApprovesFollowers": true,
    }));
    assert_eq!(server.handle(), "@mastodon.example@mastodon.example");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of what one server sends")]
fn mastodon_activities() {
    let actor = "https://mastodon.example/users/ana";
    let id = |rest: &str| format!("{actor}{rest}");
    let like = json!({ "id": id("#likes/9"), "type": "Like", "actor": actor, "object": POST });
    let public = "https://www.w3.org/ns/activitystreams#Public";
    for (value, meant) in [
        (
            json!({ "id": "https://mastodon.example/0b1c", "type": "Follow", "actor": actor, "object": US }),
            Intent::Follow { object: US.into() },
        ),
        (
            json!({ "id": id("#follows/1/undo"), "type": "Undo", "actor": actor,
                "object": { "id": "https://mastodon.example/0b1c", "type": "Follow", "actor": actor, "object": US } }),
            Intent::Undo(Undone {
                id: "https://mastodon.example/0b1c".into(),
                kind: Some("Follow".into()),
                object: Some(US.into()),
            }),
        ),
        (
            json!({ "id": id("#likes/9/undo"), "type": "Undo", "actor": actor, "object": like }),
            Intent::Undo(Undone { id: id("#likes/9"), kind: Some("Like".into()), object: Some(POST.into()) }),
        ),
        (
            json!({ "id": id("/statuses/5/activity"), "type": "Announce", "actor": actor, "published": "2026-11-23T09:00:00Z",
                "to": [public], "cc": [US, id("/followers")], "object": POST }),
            Intent::Announce { object: POST.into(), published: Some(NOW) },
        ),
        (
            json!({ "id": id("#delete"), "type": "Delete", "actor": actor, "to": [public], "object": actor, "signature": {} }),
            Intent::Delete { object: actor.into() },
        ),
        (
            json!({ "id": id("/statuses/4#delete"), "type": "Delete", "actor": actor,
                "object": { "id": id("/statuses/4"), "type": "Tombstone", "atomUri": id("/statuses/4") } }),
            Intent::Delete { object: id("/statuses/4") },
        ),
        (
            json!({ "id": id("#blocks/1"), "type": "Block", "actor": actor, "object": US }),
            Intent::Block { object: US.into() },
        ),
        (
            json!({ "id": id("#moves/1"), "type": "Move", "actor": actor, "object": actor, "target": "https://new.example/users/ana" }),
            Intent::Move { object: actor.into(), target: "https://new.example/users/ana".into() },
        ),
        (
            json!({ "id": id("#accepts/follows/1"), "type": "Accept", "actor": actor,
                "object": { "id": "https://s.example/ap/activities/5", "type": "Follow", "actor": US, "object": actor } }),
            Intent::Accept { object: "https://s.example/ap/activities/5".into(), result: None },
        ),
        (
            json!({ "id": id("/quote_requests/1"), "type": "QuoteRequest", "actor": actor, "object": POST,
                "instrument": { "id": id("/statuses/8"), "type": "Note", "attributedTo": actor, "quote": POST, "content": "<p>!</p>" } }),
            Intent::QuoteRequest { object: POST.into(), instrument: id("/statuses/8") },
        ),
        (
            json!({ "type": "Add", "actor": actor, "target": id("/collections/featured"), "object": id("/statuses/8") }),
            Intent::Other("Add".into()),
        ),
    ] {
        assert_eq!(heard(&value).intent, meant);
        assert_eq!(heard(&value).actor, actor);
    }
    let flag = json!({ "id": "https://mastodon.example/77aa", "type": "Flag", "actor": "https://mastodon.example/actor",
        "content": "Not true.\nAt all.", "object": [US, POST] });
    assert_eq!(
        heard(&flag).intent,
        Intent::Flag { objects: vec![US.into(), POST.into()], text: "Not true.\nAt all.".into() }
    );
}

#[test]
fn mastodon_notes() {
    let actor = "https://mastodon.example/users/ana";
    let public = "https://www.w3.org/ns/activitystreams#Public";
    let (content, vote) = created(&json!({
        "id": "https://mastodon.example/users/ana/statuses/6/activity",
        "type": "Create",
        "actor": actor,
        "object": {
            "id": "https://mastodon.example/users/ana/statuses/6",
            "type": "Note",
            "summary": "Traffic",
            "inReplyTo": POST,
            "published": "2026-11-23T08:00:00Z",
            "url": "https://mastodon.example/@ana/6",
            "attributedTo": actor,
            "to": [format!("{actor}/followers")],
            "cc": [public, US],
            "sensitive": true,
            "atomUri": "https://mastodon.example/users/ana/statuses/6",
            "content": "<p><span class=\"h-card\" translate=\"no\"><a href=\"https://s.example/@press\" class=\"u-url mention\">@<span>press</span></a></span> Danke</p>",
            "contentMap": { "de": "<p>…</p>" },
            "attachment": [{ "type": "Document", "mediaType": "image/png", "url": "https://files.mastodon.example/1.png", "name": null, "blurhash": "U" }],
            "tag": [{ "type": "Mention", "href": US, "name": "@press@city.example" }],
            "replies": { "id": "https://mastodon.example/users/ana/statuses/6/replies", "type": "Collection" },
        },
    }));
    assert!(vote.is_none() && content.public);
    assert_eq!((content.warning.as_str(), content.lang), ("Traffic", Some("de".parse().unwrap())));
    assert_eq!((content.mentions, content.in_reply_to.as_deref()), (vec![US.to_owned()], Some(POST)));
    assert_eq!(
        content.attachments,
        [Attachment { url: "https://files.mastodon.example/1.png".into(), name: String::new(), picture: true }]
    );
    let (private, vote) = created(&json!({
        "id": "https://mastodon.example/users/ana#votes/3/activity",
        "type": "Create",
        "actor": actor,
        "to": US,
        "object": { "id": "https://mastodon.example/users/ana#votes/3", "type": "Note", "name": "Yes", "attributedTo": actor, "to": US, "inReplyTo": POST },
    }));
    assert!(vote.as_deref() == Some("Yes") && !private.public);
}

/// Its keys live at addresses of their own, and a list of one may be written without brackets.
#[test]
fn gotosocial() {
    let id = "https://gts.example/users/cleo";
    let read = profile(&json!({
        "@context": ["https://w3id.org/security/v1", "https://www.w3.org/ns/activitystreams", "http://joinmastodon.org/ns"],
        "discoverable": true,
        "featured": format!("{id}/collections/featured"),
        "id": id,
        "inbox": format!("{id}/inbox"),
        "preferredUsername": "cleo",
        "publicKey": key(&format!("{id}/main-key"), id),
        "endpoints": { "sharedInbox": "https://gts.example/sharedInbox" },
        "type": "Person",
        "url": "https://gts.example/@cleo",
    }));
    assert!(read.key(&format!("{id}/main-key")).is_some() && read.name.is_empty());
    let (content, _) = created(&json!({
        "@context": ["https://gotosocial.org/ns", "https://www.w3.org/ns/activitystreams"],
        "actor": id,
        "cc": [format!("{id}/followers"), US],
        "id": format!("{id}/statuses/01H/activity#Create"),
        "object": {
            "attachment": [],
            "attributedTo": id,
            "cc": [format!("{id}/followers"), US],
            "content": "<p>Bien</p>",
            "contentMap": { "fr": "<p>Bien</p>" },
            "id": format!("{id}/statuses/01H"),
            "inReplyTo": POST,
            "interactionPolicy": { "canLike": { "automaticApproval": ["https://www.w3.org/ns/activitystreams#Public"] } },
            "published": "2026-11-23T10:00:00+02:00",
            "replies": { "first": { "type": "CollectionPage" }, "type": "Collection" },
            "sensitive": false,
            "summary": "",
            "tag": { "href": US, "name": "@press@city.example", "type": "Mention" },
            "to": "https://www.w3.org/ns/activitystreams#Public",
            "type": "Note",
            "url": "https://gts.example/@cleo/statuses/01H",
        },
        "published": "2026-11-23T10:00:00+02:00",
        "to": "https://www.w3.org/ns/activitystreams#Public",
        "type": "Create",
    }));
    assert!(content.public && content.mentions == [US]);
    assert_eq!(content.published.rfc3339(), "2026-11-23T08:00:00Z");
}

/// Reactions are Likes with an emoji; the key's id ends in `#main-key`; addresses of posts are `/notes/…`.
#[test]
fn misskey() {
    let id = "https://misskey.example/users/9abc";
    let read = profile(&json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1", { "misskey": "https://misskey-hub.net/ns#", "isCat": "misskey:isCat" }],
        "type": "Person",
        "id": id,
        "inbox": format!("{id}/inbox"),
        "sharedInbox": "https://misskey.example/inbox",
        "endpoints": { "sharedInbox": "https://misskey.example/inbox" },
        "url": "https://misskey.example/@dai",
        "preferredUsername": "dai",
        "name": "ダイ",
        "_misskey_summary": null,
        "isCat": true,
        "publicKey": { "id": format!("{id}#main-key"), "type": "Key", "owner": id, "publicKeyPem": RSA.to_pem() },
    }));
    assert_eq!((read.name.as_str(), read.keys.len()), ("ダイ", 1));
    let like = json!({ "type": "Like", "id": "https://misskey.example/likes/1", "actor": id, "object": POST, "content": ":blobcat:", "_misskey_reaction": ":blobcat:" });
    assert_eq!(heard(&like).intent, Intent::Like { object: POST.into() });
    let renote = json!({ "id": "https://misskey.example/notes/9/activity", "actor": id, "type": "Announce", "published": "2026-11-23T09:00:00.000Z",
        "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [format!("{id}/followers"), US], "object": POST });
    assert_eq!(heard(&renote).intent, Intent::Announce { object: POST.into(), published: Some(NOW) });
    let undo = json!({ "type": "Undo", "id": format!("{id}/undo"), "actor": id,
        "object": { "id": "https://misskey.example/follows/9/1", "type": "Follow", "actor": id, "object": US }, "published": "2026-11-23T09:00:00.000Z" });
    assert!(matches!(heard(&undo).intent, Intent::Undo(undone) if undone.object.as_deref() == Some(US)));
    let (content, _) = created(&json!({
        "id": "https://misskey.example/notes/8/activity",
        "actor": id,
        "type": "Create",
        "object": {
            "id": "https://misskey.example/notes/8",
            "type": "Note",
            "attributedTo": id,
            "summary": null,
            "content": "<p><a href=\"https://s.example/@press\" class=\"u-url mention\">@press@city.example</a><span> 質問です</span></p>",
            "_misskey_content": "@press@city.example 質問です",
            "source": { "content": "@press@city.example 質問です", "mediaType": "text/x.misskeymarkdown" },
            "published": "2026-11-23T08:00:00.000Z",
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
            "cc": [format!("{id}/followers"), US],
            "inReplyTo": POST,
            "attachment": [],
            "sensitive": false,
            "tag": [{ "type": "Mention", "href": US, "name": "@press@city.example" }],
        },
    }));
    assert!(content.html.contains("質問です") && content.warning.is_empty());
    assert_eq!(content.url, "https://misskey.example/notes/8");
}

/// Contexts, emoji reactions, `source`, and a language that says it is none.
#[test]
fn pleroma() {
    let id = "https://pleroma.example/users/eva";
    let reaction = json!({ "@context": ["https://www.w3.org/ns/activitystreams", "https://pleroma.example/schemas/litepub-0.1.jsonld"],
        "id": "https://pleroma.example/activities/1", "type": "EmojiReact", "actor": id, "content": "👍", "object": POST,
        "to": [US, format!("{id}/followers")], "cc": [], "context": "https://pleroma.example/contexts/1" });
    assert_eq!(heard(&reaction).intent, Intent::Like { object: POST.into() });
    let (content, _) = created(&json!({
        "id": "https://pleroma.example/activities/2",
        "type": "Create",
        "actor": id,
        "context": "https://pleroma.example/contexts/1",
        "directMessage": false,
        "object": {
            "id": "https://pleroma.example/objects/2",
            "type": "Note",
            "actor": id,
            "attributedTo": id,
            "attachment": [{ "type": "Document", "mediaType": "image/jpeg", "name": "cat.jpg",
                "url": [{ "type": "Link", "mediaType": "image/jpeg", "href": "https://pleroma.example/media/cat.jpg" }] }],
            "content": "Thanks",
            "contentMap": { "und": "Thanks" },
            "context": "https://pleroma.example/contexts/1",
            "conversation": "https://pleroma.example/contexts/1",
            "emoji": {},
            "inReplyTo": POST,
            "published": "2026-11-23T08:00:00.123456Z",
            "sensitive": null,
            "source": { "content": "Thanks", "mediaType": "text/plain" },
            "summary": "",
            "tag": [],
            "to": ["https://www.w3.org/ns/activitystreams#Public", US],
            "cc": [format!("{id}/followers")],
        },
    }));
    assert_eq!((content.lang, content.html.as_str()), (None, "Thanks"));
    assert_eq!(
        content.attachments,
        [Attachment { url: "https://pleroma.example/media/cat.jpg".into(), name: "cat.jpg".into(), picture: true }]
    );
}

/// Comments have an `audience` and a language object; communities wrap others' activities in an Announce.
#[test]
fn lemmy() {
    let id = "https://lemmy.example/u/fay";
    let comment = json!({
        "actor": id,
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "object": {
            "type": "Note",
            "id": "https://lemmy.example/comment/1",
            "attributedTo": id,
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
            "cc": ["https://lemmy.example/c/city", US],
            "content": "<p>ok</p>\n",
            "inReplyTo": POST,
            "mediaType": "text/html",
            "source": { "content": "ok", "mediaType": "text/markdown" },
            "published": "2026-11-23T08:00:00.000000Z",
            "tag": [{ "href": US, "name": "@press@city.example", "type": "Mention" }],
            "distinguished": false,
            "language": { "identifier": "en", "name": "English" },
            "audience": "https://lemmy.example/c/city",
        },
        "cc": ["https://lemmy.example/c/city"],
        "tag": [],
        "type": "Create",
        "id": "https://lemmy.example/activities/create/1",
    });
    assert_eq!(created(&comment).0.html, "<p>ok</p>");
    let wrapped = json!({ "actor": "https://lemmy.example/c/city", "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "object": comment, "cc": ["https://lemmy.example/c/city/followers"], "type": "Announce", "id": "https://lemmy.example/activities/announce/1" });
    // Only the wrapped activity's id is read, which is no post of ours.
    let Intent::Announce { object, .. } = heard(&wrapped).intent else { panic!() };
    assert_eq!(object, "https://lemmy.example/activities/create/1");
    let dislike = json!({ "actor": id, "object": POST, "type": "Dislike", "id": "https://lemmy.example/activities/dislike/1", "audience": "https://lemmy.example/c/city" });
    assert_eq!(heard(&dislike).intent, Intent::Other("Dislike".into()));
    let group = profile(&json!({
        "type": "Group",
        "id": "https://lemmy.example/c/city",
        "preferredUsername": "city",
        "inbox": "https://lemmy.example/c/city/inbox",
        "followers": "https://lemmy.example/c/city/followers",
        "publicKey": key("https://lemmy.example/c/city#main-key", "https://lemmy.example/c/city"),
        "endpoints": { "sharedInbox": "https://lemmy.example/inbox" },
        "language": [{ "identifier": "und", "name": "Undetermined" }],
        "postingRestrictedToMods": false,
    }));
    assert_eq!(group.handle(), "@city@lemmy.example");
}

/// A video belongs to an account and a channel at once: it is nobody's single work, and refused. Its comments are notes.
#[test]
fn peertube() {
    let (id, video) = ("https://tube.example/accounts/gus", "https://tube.example/videos/watch/1");
    let read = profile(&json!({
        "type": "Person", "id": id, "inbox": format!("{id}/inbox"), "preferredUsername": "gus", "name": "Gus",
        "url": [{ "type": "Link", "mediaType": "text/html", "href": "https://tube.example/a/gus" }],
        "endpoints": { "sharedInbox": "https://tube.example/inbox" },
        "publicKey": key(&format!("{id}#main-key"), id),
        "icon": [{ "type": "Image", "mediaType": "image/png", "height": 48, "width": 48, "url": "https://tube.example/a.png" }],
    }));
    assert_eq!(read.url, "https://tube.example/a/gus");
    let film = json!({ "type": "Video", "id": video, "name": "Film", "duration": "PT60S",
        "attributedTo": [{ "type": "Person", "id": id }, { "type": "Group", "id": "https://tube.example/video-channels/gus" }],
        "content": "…", "to": ["https://www.w3.org/ns/activitystreams#Public"] });
    assert!(read::note::note(&film, NOW).is_err());
    let (content, _) = created(&json!({
        "type": "Create", "id": format!("{video}/comments/2/activity"), "actor": id,
        "object": { "type": "Note", "id": format!("{video}/comments/2"), "attributedTo": id, "content": "@press look",
            "mediaType": "text/markdown", "inReplyTo": video, "updated": "2026-11-23T08:30:00.000Z", "published": "2026-11-23T08:00:00.000Z",
            "url": format!("{video};threadId=2"), "tag": [{ "type": "Mention", "href": US, "name": "@press@city.example" }], "replyApproval": null,
            "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [US] },
    }));
    assert_eq!(content.mentions, [US]);
    assert!(content.updated > Some(content.published));
    let view = json!({ "id": format!("{id}/views/1"), "type": "View", "actor": id, "object": video });
    assert_eq!(heard(&view).intent, Intent::Other("View".into()));
}

/// Activities carry Diaspora fields and a `generator`; a long post comes as an Article.
#[test]
fn friendica() {
    let id = "https://friendica.example/profile/hal";
    let like = json!({ "@context": ["https://www.w3.org/ns/activitystreams", { "diaspora": "https://diasporafoundation.org/ns/", "vcard": "http://www.w3.org/2006/vcard/ns#" }],
        "id": "https://friendica.example/objects/1/Like", "type": "Like", "actor": id, "published": "2026-11-23T09:00:00Z",
        "diaspora:guid": "1", "diaspora:like": "{}", "instrument": { "type": "Application", "name": "Friendica" },
        "object": POST, "to": [US], "cc": [], "signature": { "type": "RsaSignature2017" } });
    assert_eq!(heard(&like).intent, Intent::Like { object: POST.into() });
    let (content, _) = created(&json!({
        "id": "https://friendica.example/objects/2/Create",
        "type": "Create",
        "actor": id,
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "object": {
            "id": "https://friendica.example/objects/2",
            "type": "Article",
            "name": "On bridges",
            "summary": "A <b>short</b> <script>history</script>",
            "inReplyTo": POST,
            "diaspora:guid": "2",
            "attributedTo": id,
            "url": "https://friendica.example/display/2",
            "context": "https://friendica.example/contexts/2",
            "content": "…",
            "contentMap": { "nl": "…" },
            "source": { "content": "…", "mediaType": "text/bbcode" },
            "tag": [],
        },
    }));
    assert_eq!(
        content.html,
        "<p><strong>On bridges</strong></p>A <b>short</b><p><a href=\"https://friendica.example/display/2\" \
         rel=\"nofollow ugc noopener noreferrer\">https://friendica.example/display/2</a></p>"
    );
    assert!(content.public, "the audience of the activity counts where the object names none");
    assert_eq!(content.lang, Some("nl".parse().unwrap()));
}
