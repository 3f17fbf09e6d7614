//! What the command line can ask of a live server: acting on posts of others, and a hand on the queue.

use instance::app::lookup;
use instance::base::time::Clock;
use instance::control::{self, Command, Fault, NewVersion, PostNew, React};
use instance::model::delivery::State;
use instance::model::post::{Quoting, Visibility};
use instance::store::counts::{self, Count};
use instance::{actions, work};
use serde_json::Value;

use crate::support::{Instance, START, drain};

async fn ask(instance: &Instance, command: Command) -> Value {
    control::run(&instance.app, command).await.unwrap()
}

async fn refused(instance: &Instance, command: Command) -> Fault {
    control::run(&instance.app, command).await.unwrap_err().into()
}

fn say(text: &str, reply_to: Option<String>) -> Command {
    Command::PostNew(PostNew {
        account: "press".into(),
        versions: vec![NewVersion { lang: None, text: text.into(), warning: String::new() }],
        media: Vec::new(),
        recordings: Vec::new(),
        sensitive: false,
        visibility: Visibility::Public,
        quoting: Quoting::Anyone,
        urgent: false,
        at: None,
        draft: false,
        reply_to,
        episode: None,
        poll: None,
        quote: None,
    })
}

fn react(post: &str, kind: React, undo: bool) -> Command {
    Command::React { account: "press".into(), post: post.into(), kind, undo }
}

#[tokio::test]
async fn likes_boosts_and_answers_reach_the_other_server_and_are_taken_back() {
    let clock = Clock::by_hand(START);
    let (alpha, beta) = (Instance::start(&clock).await, Instance::start(&clock).await);
    let post = alpha.publish("The bridge is closed.").await;
    let uri = alpha.post_uri(post.id);
    let count = |what| alpha.app.store.read(|rows| counts::get(rows, what)).unwrap();

    ask(&beta, react(&uri, React::Like, false)).await;
    ask(&beta, react(&uri, React::Boost, false)).await;
    let answer = ask(&beta, say("For how long?", Some(uri.clone()))).await;
    assert_eq!(answer["reply_to"], uri);
    drain(&[&alpha, &beta]).await;
    assert_eq!(
        (count(Count::Likes(post.id)), count(Count::Boosts(post.id)), count(Count::Replies(post.id))),
        (1, 1, 1)
    );
    let shown = ask(&alpha, Command::PostShow { post: uri.clone(), delivery: true }).await;
    assert_eq!((&shown["likes"], &shown["boosts"], &shown["replies"]), (&1.into(), &1.into(), &1.into()));

    ask(&beta, react(&uri, React::Like, true)).await;
    ask(&beta, react(&uri, React::Boost, true)).await;
    drain(&[&alpha, &beta]).await;
    assert_eq!((count(Count::Likes(post.id)), count(Count::Boosts(post.id))), (0, 0));
    assert_eq!(refused(&beta, react(&uri, React::Like, true)).await.id, "E040");
    assert_eq!(refused(&alpha, react(&uri, React::Like, false)).await.id, "E037");

    let pinned = ask(&alpha, Command::Pin { post: uri.clone(), undo: false }).await;
    assert_eq!(pinned["pinned"][0], uri);
    let pinned = ask(&alpha, Command::Pin { post: uri, undo: true }).await;
    assert_eq!(pinned["pinned"].as_array().map(Vec::len), Some(0));
    drain(&[&alpha, &beta]).await;
}

#[tokio::test]
async fn the_queue_is_seen_hurried_and_let_go() {
    let clock = Clock::by_hand(START);
    let (alpha, beta) = (Instance::start(&clock).await, Instance::start(&clock).await);
    let actor = lookup::by_uri(&beta.app, &alpha.actor()).await.unwrap();
    let (site, by) = (beta.app.site.clone(), beta.by());
    beta.app.store.write(move |tx| actions::follow::follow(tx, &site, by, &actor.profile)).await.unwrap();
    drain(&[&alpha, &beta]).await;
    let host = beta.address.to_string();
    drop(beta);

    ask(&alpha, say("Is anybody there?", None)).await;
    let mut tries = 0;
    while tries == 0 {
        // The other server may still be closing its door.
        work::deliver::drain(&alpha.app).await.unwrap();
        let queue = ask(&alpha, Command::QueueList).await;
        if queue["waiting"] == 0 {
            ask(&alpha, say("And now?", None)).await;
        } else {
            tries = queue["deliveries"][0]["tries"].as_u64().unwrap();
        }
    }
    let queue = ask(&alpha, Command::QueueList).await;
    let (row, lane) = (&queue["deliveries"][0], &queue["servers"][0]);
    assert_eq!(
        (&queue["waiting"], &row["server"], &lane["server"]),
        (&1.into(), &host.as_str().into(), &host.as_str().into())
    );
    assert_eq!((&row["kind"], &row["state"]), (&"Create".into(), &"waiting".into()));
    assert!(
        row["post"].as_str().unwrap().starts_with(alpha.app.site.origin.as_str()) && row["due"].is_string(),
        "{row}"
    );
    assert!(!row["said"].as_str().unwrap().is_empty(), "what went wrong is told: {row}");

    let retried = ask(&alpha, Command::QueueRetry { server: Some(host.clone()) }).await;
    assert_eq!(retried["deliveries"], 1);
    work::deliver::drain(&alpha.app).await.unwrap();
    let queue = ask(&alpha, Command::QueueList).await;
    assert_eq!(queue["deliveries"][0]["tries"], tries + 1, "it was tried at once");
    assert_eq!(refused(&alpha, Command::QueueRetry { server: Some("nowhere.example".into()) }).await.id, "E040");

    assert_eq!(ask(&alpha, Command::QueueDrop { server: None }).await["deliveries"], 1);
    assert_eq!(ask(&alpha, Command::QueueList).await["waiting"], 0);
    assert_eq!(alpha.deliveries(State::Dropped), 1);
}

#[tokio::test]
async fn advice_comes_with_what_was_published_all_the_same() {
    let clock = Clock::by_hand(START);
    let alpha = Instance::start(&clock).await;
    let answer = ask(&alpha, say("Ask @nobody or @press about the #repairlabel", None)).await;
    let advice: Vec<&str> = answer["advice"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let [tag, name, language] = advice.as_slice() else { panic!("{advice:?}") };
    assert!(tag.starts_with("#repairlabel: ") && name.starts_with("@nobody was not found"), "{advice:?}");
    assert!(language.contains("Deutsch (de)"), "the institution publishes in German too: {language}");
    assert!(answer["uri"].is_string());
}
