//! The world is gone for a while: all servers for days, the names of all servers, or the right time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use instance::base::time::{Clock, Timestamp};
use instance::model::delivery::State;
use instance::store::{actors, deliveries, notes};
use instance::work;
use serde_json::json;

use crate::support::evil::{Evil, Page, Signed, key, post};
use crate::support::{Instance, START, World, drain};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// One of ours with a follower on each of some servers.
async fn start(hosts: &[&'static str]) -> (Clock, Instance, Vec<Evil>) {
    let clock = Clock::by_hand(START);
    let us = Instance::start_in(&clock, &World::of(hosts)).await;
    let mut peers = Vec::new();
    for host in hosts {
        let peer = Evil::start(host).await;
        peer.be(&["ann"]);
        let follow = peer.activity("ann", "Follow", "/f/1", &json!(us.actor()));
        assert_eq!(peer.say(&us, "ann", &follow).await, 202);
        peers.push(peer);
    }
    drain(&[&us]).await;
    (clock, us, peers)
}

fn set_well(peers: &[Evil], well: bool) {
    for peer in peers {
        peer.serve("POST /u/ann/inbox", Page::status(if well { 202 } else { 503 }));
    }
}

/// The moment at which something is to be tried next.
fn next(us: &Instance) -> Option<Timestamp> {
    us.app
        .store
        .read(|rows| {
            let mut soonest: Option<Timestamp> = None;
            for server in actors::servers(rows)? {
                if let Some((due, _)) = deliveries::lane(rows, server.id, 1)?.first() {
                    let at = (*due).max(server.paused_until);
                    soonest = Some(soonest.map_or(at, |known| known.min(at)));
                }
            }
            Ok(soonest)
        })
        .unwrap()
}

/// Lets the clock run for so long, from one thing that is due to the next, with the hourly rounds between.
async fn pass(us: &Instance, clock: &Clock, span: Duration) {
    let end = clock.now().plus(span);
    let mut round = clock.now().plus(HOUR);
    while clock.now() < end {
        let due = next(us).unwrap_or(end).max(clock.now().plus(Duration::from_secs(1)));
        clock.set(due.min(round).min(end));
        if clock.now() == round {
            work::prune::turn(&us.app, false).await.unwrap();
            round = round.plus(HOUR);
        }
        drain(&[us]).await;
    }
}

/// What a peer was told of posts after so many deliveries, in the order of the posts: who was away for longer than a
/// few tries may have them in another.
fn told_after(peer: &Evil, before: usize) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for (_, activity) in peer.taken_after(before) {
        let object = &activity["object"];
        let words = object["content"].as_str().map(str::to_owned);
        let what = words.unwrap_or_else(|| object["id"].as_str().unwrap_or_default().to_owned());
        let line = format!("{} {what}", activity["type"].as_str().unwrap());
        if matches!(activity["type"].as_str(), Some("Create" | "Update" | "Delete")) && !told.contains(&line) {
            told.push(line);
        }
    }
    told.sort();
    told
}

fn told(peer: &Evil) -> Vec<String> {
    told_after(peer, 0)
}

fn posts(n: std::ops::Range<u32>) -> Vec<String> {
    n.map(|n| format!("Create <p>Notice {n:02}</p>")).collect()
}

#[tokio::test]
async fn everybody_is_gone_for_almost_three_days_and_has_all_of_it() {
    let (clock, us, peers) = start(&["127.0.2.1", "127.0.2.2", "127.0.2.3"]).await;
    set_well(&peers, false);
    let accepts: Vec<usize> = peers.iter().map(Evil::count).collect();
    for n in 0..12 {
        us.publish(&format!("Notice {n:02}")).await;
        pass(&us, &clock, 5 * HOUR).await;
    }
    assert_eq!(us.deliveries(State::Waiting), 3 * 12);
    for (peer, before) in peers.iter().zip(accepts) {
        let tries = peer.count() - before;
        assert!((10..30).contains(&tries), "{tries} tries in sixty hours, however much waits");
    }
    set_well(&peers, true);
    let before: Vec<usize> = peers.iter().map(Evil::count).collect();
    // The longest wait that a server is given before it is suspended.
    pass(&us, &clock, 10 * HOUR).await;
    assert_eq!((us.deliveries(State::Waiting), us.deliveries(State::GivenUp)), (0, 0));
    for (peer, before) in peers.iter().zip(before) {
        assert_eq!(told_after(peer, before), posts(0..12));
        assert_eq!(peer.count() - before, 12, "each once, now that it answers");
    }
}

#[tokio::test]
async fn who_is_gone_for_a_week_is_looked_for_once_a_day_and_found_by_a_sign_of_life() {
    let (clock, us, peers) = start(&["127.0.2.4", "127.0.2.5"]).await;
    set_well(&peers, false);
    us.publish("Notice 00").await;
    pass(&us, &clock, 5 * DAY).await;
    assert_eq!((us.deliveries(State::Waiting), us.deliveries(State::GivenUp)), (0, 2), "three days are enough");
    us.publish("Notice 01").await;
    let before = peers[0].count();
    pass(&us, &clock, 3 * DAY).await;
    let tries = peers[0].count() - before;
    assert!((1..=4).contains(&tries), "{tries} tries in three days");
    set_well(&peers, true);
    // One of them writes to us, and has what waits at once; the other is found by the next look.
    let like = peers[0].activity("ann", "Like", "/l/1", &json!("https://elsewhere.example/1"));
    us.publish("Notice 02").await;
    assert_eq!(peers[0].say(&us, "ann", &like).await, 202);
    drain(&[&us]).await;
    assert_eq!(told(&peers[0]).last().unwrap(), "Create <p>Notice 02</p>");
    assert!(!told(&peers[1]).contains(&"Create <p>Notice 02</p>".to_owned()));
    pass(&us, &clock, 31 * HOUR).await;
    assert_eq!(told(&peers[1]).last().unwrap(), "Create <p>Notice 02</p>");
    assert_eq!(us.deliveries(State::Waiting), 0);
}

/// As after a battery died: the right time comes back by and by.
#[tokio::test]
async fn a_clock_that_is_set_back_leaves_nothing_waiting_for_a_year() {
    let (clock, us, peers) = start(&["127.0.2.6"]).await;
    clock.advance(YEAR);
    set_well(&peers, false);
    let before = peers[0].count();
    let future = us.publish("Notice 00").await;
    // A reply whose note cannot be fetched waits, too.
    let reply = peers[0].activity("ann", "Create", "/c/1", &json!(peers[0].url("/n/1")));
    peers[0].serve("/n/1", Page::status(503));
    assert_eq!(peers[0].say(&us, "ann", &reply).await, 202);
    drain(&[&us]).await;
    clock.set(START.plus(HOUR));
    set_well(&peers, true);
    let note = peers[0].note("ann", "/n/1", &us.post_uri(future.id), "When?");
    peers[0].serve("/n/1", Page::activity(&note));
    let today = us.publish("Notice 01").await;
    assert!(today.id > future.id, "ids keep their order");
    assert_eq!(peers[0].count() - before, 1, "one try in vain");
    pass(&us, &clock, HOUR).await;
    assert_eq!(told(&peers[0]), posts(0..2));
    assert_eq!(us.deliveries(State::Waiting), 0);
    assert!(us.app.store.read(|rows| notes::by_uri(rows, &peers[0].url("/n/1"))).unwrap().is_some());
}

/// The loop itself, which remembers when it wanted to go on.
#[tokio::test]
async fn a_clock_that_is_set_back_wakes_who_waits_for_the_future() {
    let (clock, us, peers) = start(&["127.0.2.10"]).await;
    clock.advance(YEAR);
    set_well(&peers, false);
    let running = us.app.spawn(work::deliver::run(Arc::clone(&us.app)));
    let future = us.publish("Notice 00").await;
    let name = future.activities[0];
    let tried = || {
        let rows = us.app.store.read(|rows| deliveries::of_activity(rows, name)).unwrap();
        rows.iter().all(|(_, delivery)| delivery.tries == 1)
    };
    until(tried).await;
    clock.set(START.plus(HOUR));
    set_well(&peers, true);
    work::prune::turn(&us.app, false).await.unwrap();
    until(|| told(&peers[0]) == posts(0..1) && us.deliveries(State::Waiting) == 0).await;
    us.app.stop();
    running.await.unwrap();
}

/// Waits for what other tasks do by themselves.
async fn until(is_so: impl Fn() -> bool) {
    let reached = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reached).await.expect("it does not come to this");
}

#[tokio::test]
async fn a_clock_that_leaps_gives_nobody_up() {
    let (clock, us, peers) = start(&["127.0.2.7"]).await;
    set_well(&peers, false);
    for n in 0..3 {
        us.publish(&format!("Notice {n:02}")).await;
    }
    drain(&[&us]).await;
    for leap in [DAY, YEAR] {
        clock.advance(leap);
        let before = peers[0].count();
        work::prune::turn(&us.app, false).await.unwrap();
        drain(&[&us]).await;
        assert_eq!(peers[0].count() - before, 1, "one try, however much is due");
        assert_eq!(us.deliveries(State::Waiting), 3, "{leap:?}");
    }
    set_well(&peers, true);
    pass(&us, &clock, HOUR).await;
    assert_eq!(told(&peers[0]), posts(0..3));
}

/// A sender is refused as one who may come again, and is heard once the time is right.
#[tokio::test]
async fn signatures_are_refused_while_the_clock_is_wrong_and_taken_when_it_is_right() {
    let (clock, us, peers) = start(&["127.0.2.8"]).await;
    let say = |id: &str| peers[0].activity("ann", "Follow", id, &json!(us.actor()));
    for wrong in [START.plus(YEAR), START.minus(YEAR)] {
        let body = say("/f/2").to_string();
        let (url, key_id) = (us.url("/ap/inbox"), peers[0].key_id("ann"));
        let signed =
            Signed { key_id: &key_id, key: key(0), body: body.as_bytes(), url: &url, at: START, modern: false };
        let headers = signed.headers();
        clock.set(wrong);
        let answer = post(&url, &headers, body.clone()).await;
        assert_eq!(answer.status, 401, "Mastodon tries again after 401");
        clock.set(START);
        assert_eq!(post(&url, &headers, body).await.status, 202);
    }
    drain(&[&us]).await;
}

/// The names of all servers are gone for a day; whoever still knows ours and writes to it has what waits at once.
#[tokio::test]
async fn without_names_everything_waits_and_then_arrives() {
    let (clock, there) = (Clock::by_hand(START), Arc::new(AtomicBool::new(true)));
    let known = Arc::clone(&there);
    let names = move |_: &str| if known.load(Ordering::SeqCst) { vec!["127.0.2.9".parse().unwrap()] } else { vec![] };
    let us = Instance::start_in(&clock, &World { names: Arc::new(names), ..World::of(&["127.0.2.9"]) }).await;
    let mut peer = Evil::start("127.0.2.9").await;
    peer.known_as("peer.test");
    peer.be(&["ann"]);
    // A connection that stays open needs no name.
    peer.serve("POST /u/ann/inbox", Page::status(202).with("connection", "close"));
    let follow = peer.activity("ann", "Follow", "/f/1", &json!(us.actor()));
    assert_eq!(peer.say(&us, "ann", &follow).await, 202);
    drain(&[&us]).await;
    there.store(false, Ordering::SeqCst);
    let before = peer.count();
    for n in 0..3 {
        us.publish(&format!("Notice {n:02}")).await;
    }
    pass(&us, &clock, DAY).await;
    assert_eq!(us.deliveries(State::Waiting), 3, "no name is refused for good");
    assert_eq!(peer.count(), before);
    there.store(true, Ordering::SeqCst);
    let like = peer.activity("ann", "Like", "/l/1", &json!("https://elsewhere.example/1"));
    assert_eq!(peer.say(&us, "ann", &like).await, 202);
    drain(&[&us]).await;
    assert_eq!(told(&peer), posts(0..3));
}
