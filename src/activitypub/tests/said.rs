//! Activities that we send, word for word.

use serde_json::{Value, json};

use super::documents::{actor_of, note_of};
use super::{ANA, ED25519, NOW, PUBLIC, RSA, account, media, post, site, with};
use crate::activitypub::context;
use crate::activitypub::write::NoteParts;
use crate::activitypub::write::actor::ActorParts;
use crate::activitypub::write::{self, quote_authorization};
use crate::base::time::Timestamp;
use crate::model::ids::{AccountId, ActivityId, ActorId, PostId, QuoteId};
use crate::model::media::{Clip, Media, Small};
use crate::model::moderation::Quote;
use crate::model::post::{Material, Post, ReplyTo, Visibility};

const AS: &str = "https://www.w3.org/ns/activitystreams";
const ME: &str = "https://s.example/ap/accounts/1";
const ID: ActivityId = ActivityId(5);
const FOLLOWERS: &str = "https://s.example/ap/accounts/1/followers";
const THEIRS: &str = "https://peer.example/notes/1";

fn said(kind: &str, rest: &Value) -> Value {
    let base = json!({ "@context": AS, "id": "https://s.example/ap/activities/5", "type": kind, "actor": ME });
    with(&base, rest)
}

fn material(post: Post) -> Material {
    let (parent, own_replies) = (Some(THEIRS.to_owned()), vec![PostId(78)]);
    let (account, media, parent_langs) = (account(), vec![media()], Vec::new());
    Material { post, account, media, series: None, tally: None, parent, parent_langs, likes: 2, boosts: 3, own_replies }
}

#[test]
fn create() {
    let (site, material) = (site(), material(post()));
    let expected = said(
        "Create",
        &json!({
            "@context": context::note(),
            "published": "2026-11-23T09:00:00Z",
            "to": [PUBLIC],
            "cc": [FOLLOWERS],
            "object": note_of(&post(), &[media()]),
        }),
    );
    assert_eq!(write::create(&NoteParts::of(&site, &material), ID), expected);
}

#[test]
fn of_what_is_too_heavy_a_picture_goes_out() {
    let (site, post) = (site(), post());
    let clip = |local| Some(Clip { millis: 1_000, sound: true, chapters: Vec::new(), local });
    let sound = Media { file: "1.mp3".into(), width: 0, height: 0, small: None, clip: clip(true), ..media() };
    let sent = |media: &Media, cover: Option<&Media>| {
        let media = vec![media.clone()];
        let material = Material { media, ..material(post.clone()) };
        let object = write::note::note(&NoteParts { cover, ..NoteParts::of(&site, &material) });
        (object["attachment"].as_array().unwrap().clone(), object["content"].to_string().contains("Listen here"))
    };
    let cover = Media { small: Some(Small { file: "cover.jpg".into(), ..media().small.unwrap() }), ..media() };
    let (attached, line) = sent(&sound, Some(&cover));
    assert_eq!(attached[0]["url"], "https://s.example/media/cover.jpg");
    assert!(line && attached[0]["duration"].is_null());
    assert_eq!(sent(&sound, None), (Vec::new(), true));
    let (attached, line) = sent(&Media { clip: clip(false), ..sound }, Some(&cover));
    assert_eq!(attached[0]["url"], "https://s.example/media/1.mp3");
    assert!(!line);
}

#[test]
fn create_of_an_answer() {
    let site = site();
    let answers = |to| {
        let material = material(Post { reply_to: Some(to), ..post() });
        write::create(&NoteParts::of(&site, &material), ID)["object"]["inReplyTo"].clone()
    };
    assert_eq!(answers(ReplyTo::Own(PostId(70))), "https://s.example/ap/posts/70");
    assert_eq!(answers(ReplyTo::Note(crate::model::ids::NoteId(9))), THEIRS);
}

#[test]
fn update_of_a_note() {
    let edited = Post { updated: Some(Timestamp(NOW.0 + 60_000)), visibility: Visibility::Quiet, ..post() };
    let (site, material) = (site(), material(edited.clone()));
    let expected = said(
        "Update",
        &json!({
            "@context": context::note(),
            "published": "2026-11-23T09:01:00Z",
            "to": [FOLLOWERS],
            "cc": [PUBLIC],
            "object": note_of(&edited, &[media()]),
        }),
    );
    assert_eq!(write::update_note(&NoteParts::of(&site, &material), ID), expected);
}

#[test]
fn update_of_an_account() {
    let (site, account) = (site(), account());
    let parts = ActorParts { site: &site, account: &account, rsa: &RSA, ed25519: &ED25519, avatar: None, header: None };
    let object = with(&actor_of(&account, None), &json!({ "@context": null }));
    let rest = json!({ "@context": context::actor(), "to": [PUBLIC], "cc": [FOLLOWERS], "object": object });
    assert_eq!(write::update_actor(&parts, ID), said("Update", &rest));
}

#[test]
fn what_is_only_about_ids() {
    let (site, me) = (site(), AccountId(1));
    let (follow, post) = ("https://peer.example/follows/1", "https://s.example/ap/posts/77");
    for (written, kind, rest) in [
        (
            write::delete_note(&site, me, &site.post(PostId(77)), ID),
            "Delete",
            json!({ "to": [PUBLIC], "cc": [FOLLOWERS], "object": { "id": post, "type": "Tombstone" } }),
        ),
        (
            write::accept(&site, me, ID, follow, ANA),
            "Accept",
            json!({ "to": [ANA], "object": { "id": follow, "type": "Follow", "actor": ANA, "object": ME } }),
        ),
        (write::reject(&site, me, ID, follow, ANA), "Reject", json!({ "to": [ANA], "object": follow })),
        (write::follow(&site, me, ID, ANA), "Follow", json!({ "to": [ANA], "object": ANA })),
        (write::like(&site, me, ID, THEIRS), "Like", json!({ "object": THEIRS })),
        (
            write::announce(&site, me, ID, THEIRS, ANA, NOW),
            "Announce",
            json!({ "published": "2026-11-23T09:00:00Z", "to": [PUBLIC], "cc": [FOLLOWERS, ANA], "object": THEIRS }),
        ),
        (
            write::pin(&site, me, ID, PostId(77), true),
            "Add",
            json!({ "to": [PUBLIC], "cc": [FOLLOWERS], "object": post, "target": format!("{ME}/featured") }),
        ),
        (
            write::pin(&site, me, ID, PostId(77), false),
            "Remove",
            json!({ "to": [PUBLIC], "cc": [FOLLOWERS], "object": post, "target": format!("{ME}/featured") }),
        ),
    ] {
        assert_eq!(written, said(kind, &rest));
    }
}

#[test]
fn undo_says_again_what_it_takes_back() {
    let (site, me) = (site(), AccountId(1));
    let boost = write::announce(&site, me, ActivityId(4), THEIRS, ANA, NOW);
    let object = with(&boost, &json!({ "@context": null }));
    let expected = said("Undo", &json!({ "to": [PUBLIC], "cc": [FOLLOWERS, ANA], "object": object }));
    assert_eq!(write::undo(&site, me, ID, &boost), expected);
}

#[test]
fn quotes_are_let_pass_and_proven() {
    let site = site();
    let (request, quoting) = ("https://peer.example/requests/1", "https://peer.example/notes/2");
    assert_eq!(
        write::accept_quote(&site, AccountId(1), ID, request, ANA, QuoteId(9)),
        said(
            "Accept",
            &json!({
                "@context": context::quote(),
                "to": [ANA],
                "object": request,
                "result": "https://s.example/ap/quotes/9",
            })
        )
    );
    let quote = Quote {
        id: QuoteId(9),
        post: PostId(77),
        lang: None,
        account: AccountId(1),
        actor: Some(ActorId(3)),
        instrument: quoting.into(),
        at: NOW,
        revoked: None,
    };
    assert_eq!(
        quote_authorization(&site, &quote),
        json!({
            "@context": context::quote(),
            "id": "https://s.example/ap/quotes/9",
            "type": "QuoteAuthorization",
            "attributedTo": ME,
            "interactingObject": quoting,
            "interactionTarget": "https://s.example/ap/posts/77",
        })
    );
}

/// Mastodon compares context members as strings, and JSON-LD readers drop what no context defines.
#[test]
fn contexts_define_what_the_documents_use() {
    let defined = |context: &Value, term: &str| {
        let own = context.as_array().unwrap().iter().filter_map(Value::as_object);
        own.into_iter().any(|terms| terms.contains_key(term))
    };
    for context in [context::actor(), context::note(), context::quote()] {
        assert_eq!(context[0], AS);
    }
    for term in
        ["PropertyValue", "value", "discoverable", "indexable", "featured", "featuredTags", "attributionDomains"]
    {
        assert!(defined(&context::actor(), term), "{term}");
    }
    for term in ["alsoKnownAs", "movedTo", "manuallyApprovesFollowers", "assertionMethod", "webfinger"] {
        assert!(defined(&context::actor(), term), "{term}");
    }
    for term in ["sensitive", "Hashtag", "blurhash", "focalPoint", "interactionPolicy", "canQuote", "automaticApproval"]
    {
        assert!(defined(&context::note(), term), "{term}");
    }
    for term in ["QuoteAuthorization", "interactingObject", "interactionTarget"] {
        assert!(defined(&context::quote(), term), "{term}");
    }
}
