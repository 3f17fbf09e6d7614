//! What we write, read by our own reader: the facts come back.

use serde_json::json;

use super::documents::{actor_of, note_of};
use super::{ANA, ED25519, NOW, RSA, account, media, mention, post, site, version};
use crate::activitypub::read::{self, Intent, Undone};
use crate::activitypub::write;
use crate::activitypub::write::actor::instance_actor;
use crate::base::html;
use crate::base::time::Timestamp;
use crate::model::account::Account;
use crate::model::ids::{AccountId, ActivityId, PostId, QuoteId};
use crate::model::note::Attachment;
use crate::model::post::{Material, Post, Visibility};

const ME: &str = "https://s.example/ap/accounts/1";
const THEIRS: &str = "https://peer.example/notes/1";

#[test]
fn an_account_comes_back() {
    let old = "https://old.example/users/press".to_owned();
    let profile =
        read::actor::actor(&actor_of(&Account { also_known_as: vec![old.clone()], ..account() }, None)).unwrap();
    assert_eq!(profile.uri, ME);
    assert_eq!((profile.user.as_str(), profile.domain.as_str()), ("press", "s.example"));
    assert_eq!((profile.name.as_str(), profile.url.as_str()), ("City of Example", "https://s.example/@press"));
    assert_eq!(profile.inbox, format!("{ME}/inbox"));
    assert_eq!(profile.delivery_inbox(), "https://s.example/ap/inbox");
    assert_eq!(profile.also_known_as, [old]);
    assert_eq!(profile.key(&site().key_id(AccountId(1))), Some(&*RSA));
    assert_eq!(profile.key(&format!("{ME}#ed25519-key")), Some(&*ED25519));
}

#[test]
fn the_server_itself_comes_back() {
    let profile = read::actor::actor(&instance_actor(&site(), "City", &RSA, &ED25519)).unwrap();
    assert_eq!(profile.handle(), "@s.example@s.example");
    assert_eq!(profile.keys.len(), 2);
}

#[test]
fn a_post_comes_back() {
    let written = Post {
        mentions: vec![mention()],
        versions: vec![version("en", "For @ana@peer.example #Traffic"), version("fr", "Pour @ana@peer.example")],
        updated: Some(Timestamp(NOW.0 + 1_000)),
        ..post()
    };
    let later = Timestamp(NOW.0 + 60_000);
    let read = read::note::note(&note_of(&written, &[media()]), later).unwrap();
    assert_eq!(read.author, ME);
    assert!(read.vote.is_none());
    let content = read.content;
    assert_eq!(
        (content.uri.as_str(), content.url.as_str()),
        ("https://s.example/ap/posts/77", "https://s.example/@press/77")
    );
    let text = "For @ana #Traffic\n\nfrançais: https://s.example/@press/77/fr";
    assert_eq!(html::to_text(&content.html), text);
    assert_eq!(content.lang, Some("en".parse().unwrap()));
    assert_eq!((content.published, content.updated), (NOW, Some(Timestamp(NOW.0 + 1_000))));
    assert_eq!(content.mentions, [ANA]);
    let picture =
        Attachment { url: "https://s.example/media/1.jpg".into(), name: "Map of the detour".into(), picture: true };
    assert_eq!(content.attachments, [picture]);
    assert!(content.public && content.warning.is_empty() && content.in_reply_to.is_none());
}

#[test]
fn a_quiet_warning_comes_back() {
    let mut written = Post { visibility: Visibility::Quiet, ..post() };
    written.versions[0].warning = "Accident & fire".into();
    let content = read::note::note(&note_of(&written, &[]), NOW).unwrap().content;
    assert!(content.public);
    assert_eq!(content.warning, "Accident & fire");
}

#[test]
fn activities_come_back() {
    let (site, me, id) = (site(), AccountId(1), ActivityId(5));
    let material = Material {
        post: post(),
        account: account(),
        media: vec![],
        series: None,
        tally: None,
        parent: None,
        parent_langs: vec![],
        likes: 0,
        boosts: 0,
        own_replies: vec![],
    };
    let parts = write::NoteParts::of(&site, &material);
    let note = write::note::note(&parts);
    let like = write::like(&site, me, ActivityId(4), THEIRS);
    let post = "https://s.example/ap/posts/77".to_owned();
    for (said, meant) in [
        (write::create(&parts, id), Intent::Create { object: note.clone() }),
        (write::update_note(&parts, id), Intent::Update { object: note }),
        (write::delete_note(&site, me, &site.post(PostId(77)), id), Intent::Delete { object: post.clone() }),
        (
            write::accept(&site, me, id, "https://peer.example/f/1", ANA),
            Intent::Accept { object: "https://peer.example/f/1".into(), result: None },
        ),
        (
            write::reject(&site, me, id, "https://peer.example/f/1", ANA),
            Intent::Reject { object: "https://peer.example/f/1".into() },
        ),
        (
            write::accept_quote(&site, me, id, "https://peer.example/q/1", ANA, QuoteId(9)),
            Intent::Accept {
                object: "https://peer.example/q/1".into(),
                result: Some("https://s.example/ap/quotes/9".into()),
            },
        ),
        (write::follow(&site, me, id, ANA), Intent::Follow { object: ANA.into() }),
        (like.clone(), Intent::Like { object: THEIRS.into() }),
        (
            write::announce(&site, me, id, THEIRS, ANA, NOW),
            Intent::Announce { object: THEIRS.into(), published: Some(NOW) },
        ),
        (
            write::undo(&site, me, id, &like),
            Intent::Undo(Undone {
                id: "https://s.example/ap/activities/4".into(),
                kind: Some("Like".into()),
                object: Some(THEIRS.into()),
            }),
        ),
        (write::pin(&site, me, id, PostId(77), true), Intent::Other("Add".into())),
    ] {
        let read = read::activity(&said).unwrap();
        assert_eq!((read.actor.as_str(), read.intent), (ME, meant));
        assert_eq!(json!(read.id), said["id"]);
    }
}
