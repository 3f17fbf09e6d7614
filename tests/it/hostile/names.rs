//! Who goes by which name: handles, spellings of ids, keys in other places, documents of another type.

use std::net::IpAddr;
use std::sync::Arc;

use instance::app::lookup;
use instance::base::time::Clock;
use instance::crypto::keys::RsaKey;
use instance::model::follow::ReactionKind;
use serde_json::{Value, json};

use super::{EVE, MAL, drain, follow, followers, note, rows, start};
use crate::support::evil::{Evil, Page, key, signed};
use crate::support::{Instance, START, World};

fn names(name: &str) -> Vec<IpAddr> {
    let ip = match name {
        "home.test" => MAL,
        "other.test" => EVE,
        _ => return Vec::new(),
    };
    vec![ip.parse().unwrap()]
}

/// One of ours, and two servers under names.
async fn two() -> (Instance, Evil, Evil) {
    let world = World { names: Arc::new(names), ..World::of(&[MAL, EVE]) };
    let us = Instance::start_in(&Clock::by_hand(START), &world).await;
    let (mut home, mut other) = (Evil::start(MAL).await, Evil::start(EVE).await);
    home.known_as("home.test");
    other.known_as("other.test");
    (us, home, other)
}

/// What a server answers to every question about a handle.
fn says(evil: &Evil, subject: &str, actor: &str) {
    let links = json!([{ "rel": "self", "type": "application/activity+json", "href": actor }]);
    let jrd = json!({ "subject": format!("acct:{subject}"), "links": links });
    evil.serve("/.well-known/webfinger", Page::typed("application/jrd+json", jrd.to_string()));
}

/// `ann@other.test`, with the port that stands in the addresses of the test.
fn at(user: &str, evil: &Evil) -> String {
    format!("{user}@{}", evil.url("").replace("http://", ""))
}

#[tokio::test]
async fn a_name_is_an_actors_own_only_if_its_server_says_so() {
    let (us, home, other) = two().await;
    home.be(&["ann", "bob"]);
    other.be(&["mal"]);
    let before = rows(&us);
    let asks = async |user: &str, evil: &Evil| {
        let domain = evil.url("").replace("http://", "");
        lookup::by_handle(&us.app, user, &domain).await.map(|actor| actor.profile.uri)
    };
    // What other.test says of mal or ann, what home.test says of itself, who is asked for.
    let (ann_here, ann_there) = (at("ann", &home), at("ann", &other));
    let away = "ann@elsewhere.test".to_owned();
    for (words, subject, actor, own) in [
        ("another's actor under a name of its own", &ann_there, home.actor("ann"), &ann_here),
        ("another's actor under another's name", &ann_here, home.actor("ann"), &at("bob", &home)),
        ("its own actor under another's name", &ann_here, other.actor("mal"), &ann_here),
        ("another's actor under a third name", &at("mal", &other), home.actor("bob"), &at("bob", &home)),
        ("one handle after the other", &ann_here, home.actor("ann"), &ann_there),
        ("a domain that nobody answers for", &away, home.actor("ann"), &ann_here),
        ("one of ours", &ann_there, us.actor(), &ann_here),
        ("a page", &ann_there, "javascript:alert(1)".to_owned(), &ann_here),
    ] {
        says(&other, subject, &actor);
        says(&home, own, &home.actor("ann"));
        assert!(asks("ann", &other).await.is_err(), "{words}");
        assert_eq!(rows(&us), before, "{words}");
    }
    // An institution whose handles are of another domain than its server, and both say so.
    says(&other, &ann_there, &home.actor("ann"));
    says(&home, &ann_there, &home.actor("ann"));
    assert_eq!(asks("ann", &other).await.unwrap(), home.actor("ann"));
    assert_eq!(asks("ANN", &home).await.unwrap(), home.actor("ann"));
    // Being known does not make up for it.
    says(&home, &ann_here, &home.actor("ann"));
    assert!(asks("ann", &other).await.is_err());
    assert_eq!(asks("ann", &home).await.unwrap(), home.actor("ann"));
}

#[tokio::test]
async fn an_id_has_one_spelling() {
    let (us, home, _other) = two().await;
    home.be(&["ann"]);
    follow(&us, &home, "ann", "/f/ann").await;
    let ann = home.person("ann", key(0));
    home.serve_rest(move |line| line.starts_with("GET").then(|| Page::activity(&ann).into()));
    let before = rows(&us);
    let id = home.actor("ann");
    for spelling in [
        id.replace("http:", "HTTP:"),
        id.replace("home.test", "HOME.test"),
        id.replace("home.test", "home.test."),
        id.replace("/u/ann", "/u/%61nn"),
        id.replace("/u/ann", "/u/./ann"),
        id.replace("/u/ann", "//u/ann"),
        format!("{id}/"),
        format!("{id}?"),
        format!("{id}?x=y"),
        format!("{id}#me"),
    ] {
        let follow = json!({ "id": home.url("/f/2"), "type": "Follow", "actor": spelling, "object": us.actor() });
        for key_id in [format!("{spelling}#main-key"), home.key_id("ann")] {
            let answer = signed(&us, &key_id, key(0), follow.to_string()).await;
            assert!(matches!(answer.status.as_u16(), 400 | 401), "{spelling} with {key_id}: {}", answer.text());
        }
        drain(&[&us]).await;
        assert_eq!(rows(&us), before, "{spelling}");
    }
}

#[tokio::test]
async fn keys_stand_in_their_actors_document_whatever_their_id() {
    let (_clock, us, mal) = start().await;
    let with_key = |name: &str, id: &str, key: &RsaKey| {
        let mut actor = mal.person(name, key);
        actor["publicKey"]["id"] = json!(id);
        mal.serve(&format!("/u/{name}"), Page::activity(&actor));
    };
    let follow = |name: &str| mal.activity(name, "Follow", &format!("/f/{name}"), &json!(us.actor())).to_string();
    // GoToSocial's and those of servers that give a key the actor's own id.
    for (n, (name, id)) in [("path", mal.url("/u/path/main-key")), ("bare", mal.actor("bare"))].into_iter().enumerate()
    {
        with_key(name, &id, key(0));
        assert_eq!(signed(&us, &id, key(0), follow(name)).await.status, 202, "{id}");
        drain(&[&us]).await;
        assert_eq!(followers(&us), n as u64 + 1, "{id}");
    }
    // A document of its own proves nothing: a stub of the actor, or a bare key that says whose it is.
    let mut stub = mal.person("ann", key(1));
    stub["publicKey"]["id"] = json!(mal.url("/u/ann/main-key"));
    mal.serve("/u/ann/main-key", Page::activity(&stub));
    mal.serve("/keys/1", Page::activity(&stub["publicKey"]));
    mal.be(&["ann"]);
    for id in [mal.url("/u/ann/main-key"), mal.url("/keys/1")] {
        assert_eq!(signed(&us, &id, key(1), follow("ann")).await.status, 401, "{id}");
    }
    let keys = mal.asked().into_iter().filter(|line| line.contains("key")).count();
    assert_eq!((keys, followers(&us)), (0, 2));
}

#[tokio::test]
async fn a_document_is_taken_for_what_it_is_and_nothing_else() {
    let (_clock, us, mal) = start().await;
    mal.be(&["ann", "bob"]);
    let uri = us.post_uri(us.publish("What is it?").await.id);
    follow(&us, &mal, "ann", "/f/ann").await;
    let honest = mal.note("ann", "/n/x", &uri, "A note");
    let of = |changes: Value| {
        let mut document = honest.clone();
        for (field, value) in changes.as_object().unwrap() {
            document[field] = value.clone();
        }
        document
    };
    let mut actor = mal.person("ann", key(0));
    actor["id"] = json!(mal.url("/n/x"));
    let before = rows(&us);
    for document in [
        actor,
        mal.activity("ann", "Create", "/n/x", &mal.note("ann", "/n/y", &uri, "Inside")),
        of(json!({ "type": "Collection" })),
        of(json!({ "type": "Tombstone" })),
        of(json!({ "type": "Person" })),
        of(json!({ "type": ["Key", "x"] })),
        of(json!({ "type": null })),
        of(json!({ "attributedTo": mal.actor("bob") })),
        of(json!({ "id": mal.url("/n/z") })),
        json!([honest]),
    ] {
        mal.serve("/n/x", Page::activity(&document));
        let create = mal.activity("ann", "Create", "/c/x", &json!(mal.url("/n/x")));
        assert_eq!(mal.say(&us, "ann", &create).await, 202);
        drain(&[&us]).await;
        assert_eq!(rows(&us), before, "{document}");
        if document["attributedTo"] != mal.actor("bob") {
            assert!(lookup::object(&us.app, &mal.url("/n/x"), ReactionKind::Boost).await.is_err(), "{document}");
        }
    }
    mal.serve("/n/x", Page::activity(&honest));
    super::tell(&us, &mal, "ann", &mal.activity("ann", "Create", "/c/x", &json!(mal.url("/n/x")))).await;
    assert!(note(&us, &mal.url("/n/x")).is_some());
}
