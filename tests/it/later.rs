//! What still has to hold later: after a month, after a repetition, after a second thought.

use std::time::Duration;

use instance::actions;
use instance::actions::edit::Change;
use instance::actions::prune::{self, Place};
use instance::actions::receive::{Gathered, apply};
use instance::activitypub::read::{Incoming, Intent, Undone};
use instance::app::lookup;
use instance::base::time::{Clock, Timestamp};
use instance::error::Error;
use instance::limits::keep::STEP;
use instance::model::account::Replies;
use instance::model::ids::{AccountId, MediaId};
use instance::model::media::{Media, Small};
use instance::model::note::Shown;
use instance::model::post::{NewPost, Version};
use instance::store::counts::{self, Count};
use instance::store::schema::GONE;
use instance::store::{Rows, Write, follows, media, notes};

use crate::support::http::send;
use crate::support::{Instance, START, drain, follow};

const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test]
async fn a_follow_of_long_ago_can_be_undone() {
    let clock = Clock::by_hand(START);
    let (alpha, beta) = (Instance::start(&clock).await, Instance::start(&clock).await);
    follow(&beta, &alpha).await;
    drain(&[&alpha, &beta]).await;
    let followers = || alpha.app.store.read(|rows| follows::inboxes(rows, alpha.account.id)).unwrap().len();
    assert_eq!(followers(), 1);
    clock.advance(40 * DAY);
    instance::work::prune::turn(&beta.app, false).await.unwrap();
    let (site, by, whom) = (beta.app.site.clone(), beta.by(), alpha.actor());
    beta.app.store.write(move |tx| actions::follow::unfollow(tx, &site, by, &whom)).await.unwrap();
    drain(&[&alpha, &beta]).await;
    assert_eq!(followers(), 0, "beta has to say so");
}

/// Has an activity of beta's take effect at alpha, as if it had been received.
async fn receive(alpha: &Instance, beta: &Instance, intent: Intent) {
    let gathered = Gathered {
        incoming: Incoming { id: format!("{}/follows/a/b", beta.app.site.origin), actor: beta.actor(), intent },
        sender: Some(Box::new(lookup::by_uri(&alpha.app, &beta.actor()).await.unwrap().profile)),
        note: None,
        profile: None,
    };
    let site = alpha.app.site.clone();
    alpha.app.store.write(move |tx| apply(tx, &site, &gathered)).await.unwrap();
}

/// Misskey makes the id of a Follow of the two actors' ids, so it comes again after an Undo of one that we never had.
#[tokio::test]
async fn a_follow_that_was_overtaken_by_its_undo_may_come_again() {
    let clock = Clock::by_hand(START);
    let (alpha, beta) = (Instance::start(&clock).await, Instance::start(&clock).await);
    let following = || alpha.app.store.read(|rows| counts::get(rows, Count::Followers(alpha.account.id))).unwrap() == 1;
    let again = || Intent::Follow { object: alpha.actor() };
    let undo = || {
        Intent::Undo(Undone {
            id: format!("{}/follows/a/b", beta.app.site.origin),
            kind: Some("Follow".into()),
            object: Some(alpha.actor()),
        })
    };
    receive(&alpha, &beta, undo()).await;
    receive(&alpha, &beta, again()).await;
    assert!(!following(), "a moment after its Undo it is a late copy");
    clock.advance(Duration::from_secs(601));
    receive(&alpha, &beta, again()).await;
    assert!(following());
    drain(&[&alpha, &beta]).await;
}

#[tokio::test]
async fn an_answer_that_is_shown_at_once_stays_when_it_is_edited() {
    let clock = Clock::by_hand(START);
    let (alpha, beta) = (Instance::start(&clock).await, Instance::start(&clock).await);
    let (site, by) = (alpha.app.site.clone(), alpha.by());
    let change = actions::accounts::Change { replies: Some(Replies::AtOnce), ..Default::default() };
    alpha.app.store.write(move |tx| actions::accounts::edit(tx, &site, by, &change)).await.unwrap();
    let post = alpha.publish("Questions?").await;
    let target = lookup::reply_target(&beta.app, beta.account.id, &alpha.post_uri(post.id)).await.unwrap();
    let lang = "en".parse().unwrap();
    let answer =
        beta.publish_new(NewPost { reply_to: Some(target), ..NewPost::plain("en".parse().unwrap(), "Yess") }).await;
    drain(&[&alpha, &beta]).await;
    clock.advance(Duration::from_secs(60));
    let change = Change::words(vec![Version { lang, text: "Yes".into(), warning: String::new() }]);
    let (site, by) = (beta.app.site.clone(), beta.by());
    beta.app.store.write(move |tx| actions::edit::edit(tx, &site, by, answer.id, &change)).await.unwrap();
    drain(&[&alpha, &beta]).await;
    let note = alpha.app.store.read(|rows| notes::by_uri(rows, &beta.post_uri(answer.id))).unwrap().unwrap();
    assert!(note.content.html.contains("Yes<") && note.shown == Shown::Released, "{note:?}");
}

#[tokio::test]
async fn a_picture_has_one_place() {
    let alpha = Instance::start(&Clock::by_hand(START)).await;
    let small = Small { file: String::new(), mime: String::new(), width: 1, height: 1, bytes: 1 };
    let media = Media {
        id: MediaId(7),
        account: AccountId(alpha.account.id.0),
        created: Timestamp(1),
        alt: "A map".into(),
        alts: Vec::new(),
        decorative: false,
        file: String::new(),
        mime: String::new(),
        width: 1,
        height: 1,
        bytes: 1,
        small: Some(small),
        middle: None,
        clip: None,
        spoken: instance::model::spoken::Spoken::default(),
        blurhash: String::new(),
        focus: None,
        used: true,
        draft: None,
        fresh: Vec::new(),
    };
    let (site, by) = (alpha.app.site.clone(), alpha.by());
    let change = actions::accounts::Change { avatar: Some(Some(MediaId(7))), ..Default::default() };
    let refused = alpha
        .app
        .store
        .write(move |tx| {
            media::put(tx, &media)?;
            actions::accounts::edit(tx, &site, by, &change)
        })
        .await;
    assert!(matches!(refused, Err(Error::Invalid(problem)) if problem.id == "E133"));
}

/// However much there is, a look at it holds nobody up.
#[tokio::test]
async fn what_is_forgotten_is_looked_for_a_stretch_at_a_time() {
    let clock = Clock::by_hand(START);
    let us = Instance::start(&clock).await;
    let key = |n: u64| {
        let mut key = [0; 16];
        key[..8].copy_from_slice(&n.to_be_bytes());
        key
    };
    let most = STEP as u64;
    let fill = move |tx: &mut Write<'_>| {
        let now = tx.now();
        (0..most).try_for_each(|n| tx.put(&GONE, &key(n), &now))?;
        tx.put(&GONE, &key(most), &Timestamp(0))
    };
    us.app.store.write(fill).await.unwrap();
    let step = async |at| us.app.store.write(move |tx| prune::prune(tx, at)).await.unwrap();
    let left = || us.app.store.read(|rows| rows.len(&GONE)).unwrap();
    let next = step(Place::START).await;
    assert_eq!((next, left()), (Some(Place::Gone(Some(key(most - 1)))), most + 1));
    assert_eq!((step(next.unwrap()).await, left()), (Some(Place::Links(None)), most));
    clock.advance(40 * DAY);
    instance::work::prune::turn(&us.app, false).await.unwrap();
    assert_eq!(left(), 0);
}

#[tokio::test]
async fn an_attempt_that_is_repeated_at_once_makes_one_post() {
    let alpha = Instance::start(&Clock::by_hand(START)).await;
    let (bearer, url) = (alpha.bearer("write").await, alpha.url("/api/v1/statuses"));
    let headers =
        [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", "once")];
    let body = r#"{"status":"The bridge is closed."}"#;
    let mut ids = Vec::new();
    for answer in four_times(&url, &headers, body).await {
        assert_eq!(answer.status, 200, "{}", answer.text());
        ids.push(answer.json()["id"].clone());
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(alpha.app.store.read(|rows| counts::get(rows, Count::AllPosts)).unwrap(), 1);
}

async fn four_times(url: &str, headers: &[(&str, &str)], body: &'static str) -> [crate::support::http::Answer; 4] {
    let one = || send("POST", url, headers, body);
    tokio::join!(one(), one(), one(), one()).into()
}
