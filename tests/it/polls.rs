//! Polls of ours: asked, voted in from elsewhere, closed.

use std::time::Duration;

use instance::base::time::Clock;
use instance::model::poll::{Answer, NewPoll};
use instance::model::post::{NewPost, Post};
use instance::store::counts::{self, Count};
use instance::store::{polls, posts};
use instance::work;
use serde_json::{Value, json};

use crate::support::evil::Evil;
use crate::support::http::{activity, get, send};
use crate::support::{Instance, START, drain};

const HOUR: u64 = 3_600;

fn asked(multiple: bool) -> NewPost {
    let answers = ["Phones", "Bicycles", "Lamps"].map(Answer::plain).to_vec();
    let poll = NewPoll { answers, multiple, lasts: HOUR };
    NewPost { poll: Some(poll), ..NewPost::plain("en".parse().unwrap(), "What do you repair?") }
}

/// A vote as Mastodon sends it; each has an id of its own.
async fn vote(us: &Instance, evil: &Evil, name: &str, post: &Post, words: &str) {
    let id = format!("/votes/{name}/{}", words.len());
    let choice = json!({
        "id": evil.url(&id), "type": "Note", "name": words, "attributedTo": evil.actor(name),
        "to": us.actor(), "inReplyTo": us.post_uri(post.id),
    });
    assert_eq!(evil.say(us, name, &evil.activity(name, "Create", &format!("{id}/activity"), &choice)).await, 202);
    drain(&[us]).await;
}

fn votes(us: &Instance, post: &Post) -> (Vec<u64>, u64) {
    let tally = us.app.store.read(|rows| {
        let post = posts::need(rows, post.id)?;
        polls::tally(rows, post.id, post.poll.as_ref().unwrap())
    });
    let tally = tally.unwrap();
    (tally.votes, tally.voters)
}

#[tokio::test]
async fn a_poll_is_asked_voted_in_and_closed() {
    let clock = Clock::by_hand(START);
    let us = Instance::start(&clock).await;
    let evil = Evil::start("127.0.9.41").await;
    evil.be(&["ann", "bob"]);
    let follows = evil.activity("ann", "Follow", "/f/ann", &json!(us.actor()));
    assert_eq!(evil.say(&us, "ann", &follows).await, 202);
    let post = us.publish_new(asked(false)).await;
    drain(&[&us]).await;

    let document = activity(&us.post_uri(post.id)).await.json();
    assert_eq!(document["type"], "Question");
    assert_eq!(document["oneOf"][1]["name"], "Bicycles");
    assert_eq!(document["endTime"], "2026-11-23T10:00:00Z");
    assert!(document.get("closed").is_none() && document.get("anyOf").is_none());

    vote(&us, &evil, "ann", &post, "Bicycles").await;
    vote(&us, &evil, "ann", &post, "Phones").await;
    vote(&us, &evil, "bob", &post, "lamps").await;
    vote(&us, &evil, "bob", &post, "Cars, which nobody asked about").await;
    assert_eq!(votes(&us, &post), (vec![0, 1, 1], 2), "one vote for each");
    assert_eq!(us.app.store.read(|rows| counts::get(rows, Count::Replies(post.id))).unwrap(), 0, "a vote is no reply");
    assert_eq!(activity(&us.post_uri(post.id)).await.json()["votersCount"], 2);

    clock.advance(Duration::from_secs(HOUR));
    vote(&us, &evil, "ann", &post, "Lamps and more").await;
    let told = evil.count();
    work::polls::turn(&us.app).await.unwrap();
    drain(&[&us]).await;
    let taken = evil.taken_after(told);
    let updates: Vec<&Value> = taken.iter().map(|(_, body)| body).filter(|body| body["type"] == "Update").collect();
    assert_eq!(updates.len(), 2, "a follower, who voted, and a voter, at inboxes of their own: {taken:?}");
    for update in updates {
        let object = &update["object"];
        assert_eq!((&object["closed"], &object["votersCount"]), (&json!("2026-11-23T10:00:00Z"), &json!(2)));
        assert!(object.get("updated").is_none(), "Mastodon would take it for an edit");
    }
    assert_eq!(us.app.store.read(|rows| polls::voters(rows, post.id, 10)).unwrap(), [], "who chose what is forgotten");
    assert_eq!(votes(&us, &post), (vec![0, 1, 1], 2), "and what came of it is not");
    vote(&us, &evil, "ann", &post, "Phones").await;
    work::polls::turn(&us.app).await.unwrap();
    assert_eq!((votes(&us, &post).1, evil.count()), (2, told + 2), "nothing is told twice");
}

#[tokio::test]
async fn several_answers_count_once_each_and_a_person_is_forgotten_with_their_votes() {
    let clock = Clock::by_hand(START);
    let us = Instance::start(&clock).await;
    let evil = Evil::start("127.0.9.42").await;
    evil.be(&["ann", "bob"]);
    let post = us.publish_new(asked(true)).await;
    for words in ["Phones", "Lamps", "Lamps"] {
        vote(&us, &evil, "ann", &post, words).await;
    }
    vote(&us, &evil, "bob", &post, "Lamps").await;
    assert_eq!(votes(&us, &post), (vec![1, 0, 2], 2));
    let gone = evil.activity("ann", "Delete", "/gone", &json!(evil.actor("ann")));
    assert_eq!(evil.say(&us, "ann", &gone).await, 202);
    drain(&[&us]).await;
    assert_eq!(votes(&us, &post), (vec![0, 0, 1], 1));

    let (site, by, id) = (us.app.site.clone(), us.by(), post.id);
    us.app.store.write(move |tx| instance::actions::delete::delete(tx, &site, by, id)).await.unwrap();
    assert_eq!(us.app.store.read(|rows| polls::voters(rows, id, 10)).unwrap(), []);
    assert_eq!(us.app.store.read(|rows| counts::get(rows, Count::Votes(id, 2))).unwrap(), 0);
}

#[tokio::test]
async fn nobody_votes_in_what_is_no_poll_or_for_somebody_else() {
    let clock = Clock::by_hand(START);
    let us = Instance::start(&clock).await;
    let evil = Evil::start("127.0.9.43").await;
    evil.be(&["ann"]);
    let plain = us.publish("No question.").await;
    vote(&us, &evil, "ann", &plain, "Phones").await;
    let post = us.publish_new(asked(false)).await;
    let forged = json!({
        "id": evil.url("/votes/x"), "type": "Note", "name": "Phones", "attributedTo": "https://victim.example/u",
        "to": us.actor(), "inReplyTo": us.post_uri(post.id),
    });
    evil.say(&us, "ann", &evil.activity("ann", "Create", "/votes/x/activity", &forged)).await;
    drain(&[&us]).await;
    assert_eq!(votes(&us, &post), (vec![0, 0, 0], 0));
}

#[tokio::test]
async fn a_poll_is_seen_on_its_page_in_the_feed_and_by_client_programs() {
    let clock = Clock::by_hand(START);
    let us = Instance::start(&clock).await;
    let bearer = us.bearer("read write").await;
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let body = json!({ "status": "Tea or coffee?", "poll": { "options": ["Tea", "<b>Coffee"], "expires_in": 600, "multiple": true } });
    let answer = send("POST", &us.url("/api/v1/statuses"), &headers, body.to_string()).await;
    let status = answer.json();
    assert_eq!(
        (answer.status.as_u16(), &status["poll"]["options"][1]["title"]),
        (200, &json!("<b>Coffee")),
        "{status}"
    );
    let id = status["id"].as_str().unwrap();
    let poll = get(&us.url(&format!("/api/v1/polls/{id}")), "application/json").await.json();
    assert_eq!((&poll["multiple"], &poll["expired"], &poll["voters_count"]), (&json!(true), &json!(false), &json!(0)));
    let page = get(&us.url(&format!("/@{}/{id}", us.account.handle)), "text/html").await.text();
    assert!(page.contains("&#60;b&#62;Coffee") && page.contains("0 people voted"), "{page}");
    let feed = get(&us.url(&format!("/@{}/feed.rss", us.account.handle)), "*/*").await.text();
    assert!(feed.contains("Tea</li>") || feed.contains("Tea&#60;/li"), "{feed}");

    let short = json!({ "status": "?", "poll": { "options": ["Tea"], "expires_in": 600 } });
    let refused = send("POST", &us.url("/api/v1/statuses"), &headers, short.to_string()).await;
    assert_eq!(refused.status.as_u16(), 422);
}
