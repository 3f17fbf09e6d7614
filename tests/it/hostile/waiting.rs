//! Who lets us wait: servers that never answer, named by requests from many networks, and what they must not take from
//! everybody else.

use std::sync::Arc;

use bytes::Bytes;
use hyper::HeaderMap;
use instance::base::time::Clock;
use instance::limits::inbox::ASKING_OF_NETWORK;
use instance::limits::outbound::{IN_LINE, STRANGE};
use serde_json::json;
use tokio::task::JoinSet;

use super::{EVE, MAL, drain, follow, followers};
use crate::support::evil::{Act, Evil, Page, Signed, key, post};
use crate::support::{Instance, START, World};

/// One of ours behind a proxy that says who asks, a server that never answers for its actors, and an honest one with a
/// follower here.
async fn start() -> (Instance, Evil, Evil) {
    let names = |name: &str| if name.ends_with(".silent.test") { vec![EVE.parse().unwrap()] } else { Vec::new() };
    let world = World { names: Arc::new(names), ..World::of(&[MAL, EVE]) };
    let us = Instance::start_in(&Clock::by_hand(START), &world).await;
    let (silent, well) = (Evil::start(EVE).await, Evil::start(MAL).await);
    silent.serve_rest(|line| line.starts_with("GET").then_some(Act::Silence));
    well.be(&["ann", "new"]);
    follow(&us, &well, "ann", "/f/ann").await;
    (us, silent, well)
}

/// A follow, padded to so many bytes, from an actor at a host.
fn request(us: &Instance, actor: &str, length: usize) -> (HeaderMap, Bytes) {
    let follow = json!({ "id": format!("{actor}/f"), "type": "Follow", "actor": actor, "object": us.actor() });
    let mut body = follow.to_string();
    body.extend(std::iter::repeat_n(' ', length.saturating_sub(body.len())));
    let body = Bytes::from(body);
    let (key_id, url) = (format!("{actor}#main-key"), us.url("/ap/inbox"));
    let signed = Signed { key_id: &key_id, key: key(0), body: &body, url: &url, at: us.app.now(), modern: false };
    (signed.headers(), body)
}

/// The status of a request that comes from a network.
async fn from(network: String, url: String, (mut headers, body): (HeaderMap, Bytes)) -> u16 {
    headers.insert("x-forwarded-for", network.parse().unwrap());
    post(&url, &headers, body).await.status.as_u16()
}

/// Sends each from its network; comes back when all but so many are answered, which have to be told to come later.
async fn all_but(waiting: usize, us: &Instance, requests: Vec<(String, (HeaderMap, Bytes))>) -> JoinSet<u16> {
    let mut sent = JoinSet::new();
    let refused = requests.len() - waiting;
    for (network, request) in requests {
        sent.spawn(from(network, us.url("/ap/inbox"), request));
    }
    for _ in 0..refused {
        assert_eq!(sent.join_next().await.unwrap().unwrap(), 503);
    }
    sent
}

/// Lets those who wait go.
async fn end(us: &Instance, silent: &Evil, sent: JoinSet<u16>) {
    silent.serve_rest(|line| line.starts_with("GET").then(|| Page::status(404).into()));
    silent.hang_up();
    assert!(sent.join_all().await.into_iter().all(|status| status == 401));
    drain(&[us]).await;
}

#[tokio::test]
async fn one_silent_server_keeps_no_newcomer_out_whoever_names_it() {
    let (us, silent, well) = start().await;
    let requests =
        (0..2 * STRANGE).map(|n| (format!("198.51.100.{n}"), request(&us, &silent.actor(&n.to_string()), 0)));
    let sent = all_but(IN_LINE, &us, requests.collect()).await;
    follow(&us, &well, "new", "/f/new").await;
    assert_eq!(from("203.0.113.1".into(), us.url("/ap/inbox"), request(&us, &well.actor("ann"), 0)).await, 202);
    assert_eq!(followers(&us), 2);
    end(&us, &silent, sent).await;
}

#[tokio::test]
async fn one_network_has_few_waits_however_many_servers_it_names() {
    let (us, silent, well) = start().await;
    let port = silent.address.port();
    let actor = |n| format!("http://h{n}.silent.test:{port}/u/x");
    let requests = (0..2 * STRANGE).map(|n| ("198.51.100.9".to_owned(), request(&us, &actor(n), 0)));
    let sent = all_but(ASKING_OF_NETWORK, &us, requests.collect()).await;
    follow(&us, &well, "new", "/f/new").await;
    assert_eq!(followers(&us), 2);
    end(&us, &silent, sent).await;
}

#[tokio::test]
async fn who_joins_a_wait_is_counted_like_who_began_it() {
    let (us, silent, _well) = start().await;
    let requests = (0..2 * STRANGE).map(|n| (format!("198.51.100.{n}"), request(&us, &silent.actor("same"), 0)));
    let sent = all_but(STRANGE, &us, requests.collect()).await;
    silent.until_asked_for("GET /u/same", 1).await;
    assert_eq!(silent.asked_for("GET /u/same"), 1);
    end(&us, &silent, sent).await;
}

#[tokio::test]
async fn the_largest_bodies_wait_for_their_keys_without_taking_room_from_others() {
    let (us, silent, well) = start().await;
    let port = silent.address.port();
    let large = |n: usize| request(&us, &format!("http://h{n}.silent.test:{port}/u/x"), 1 << 20);
    let requests = (0..8).map(|n| (format!("198.51.100.{}", n % 2), large(n)));
    let sent = all_but(2, &us, requests.collect()).await;
    // As large, and its key is here.
    let known = request(&us, &well.actor("ann"), 1 << 20);
    assert_eq!(from("203.0.113.1".into(), us.url("/ap/inbox"), known).await, 202);
    follow(&us, &well, "new", "/f/new").await;
    assert_eq!(followers(&us), 2);
    end(&us, &silent, sent).await;
}

#[tokio::test]
async fn nobody_is_sent_on_to_a_victim() {
    let (us, victim, mal) = start().await;
    for (name, page) in
        [("moved", Page::redirect(&victim.actor("a"))), ("named", Page::activity(&victim.person("b", key(0))))]
    {
        mal.serve(&format!("/u/{name}"), page);
        let network = "198.51.100.1".to_owned();
        assert_eq!(from(network, us.url("/ap/inbox"), request(&us, &mal.actor(name), 0)).await, 401, "{name}");
    }
    assert_eq!(victim.asked().iter().filter(|line| line.starts_with("GET")).count(), 0);
}
