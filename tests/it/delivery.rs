//! Deliveries among servers that are well, hang or fail: who is reached, in which order, and what is written down.

use std::sync::Arc;
use std::time::Duration;

use instance::actions;
use instance::actions::edit::Change;
use instance::app::{lookup, mentions};
use instance::base::time::Clock;
use instance::model::actor::Profile;
use instance::model::delivery::{Outcome, State};
use instance::model::ids::AccountId;
use instance::model::post::{Mention, NewPost, Version};
use instance::model::user::Asker;
use instance::store::schema::KEYS;
use instance::store::{Rows, actors, deliveries};
use instance::work;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::support::evil::{Evil, Page};
use crate::support::{self, Instance, START, drain, let_go, second_account};

/// Whatever takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(60);
const INBOX: &str = "POST /inbox";

/// Makes followers of people at these addresses (host and port).
async fn followers(us: &Instance, addresses: &[String]) {
    followers_of(us, us.account.id, addresses).await;
}

async fn followers_of(us: &Instance, account: AccountId, addresses: &[String]) {
    let profiles: Vec<Profile> = addresses
        .iter()
        .map(|address| Profile {
            uri: format!("http://{address}/u/ann"),
            inbox: format!("http://{address}/inbox"),
            shared_inbox: None,
            user: "ann".into(),
            domain: address.clone(),
            name: String::new(),
            url: format!("http://{address}/u/ann"),
            keys: Vec::new(),
            also_known_as: Vec::new(),
        })
        .collect();
    support::followers(us, account, profiles).await;
}

fn taken(peer: &Evil) -> Vec<String> {
    peer.taken().iter().map(|(_, activity)| activity["type"].as_str().unwrap().to_owned()).collect()
}

/// A listener that takes connections and never says a word; tells of each.
async fn silent() -> (u16, mpsc::UnboundedReceiver<tokio::net::TcpStream>) {
    let listener = TcpListener::bind(("0.0.0.0", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if tell.send(stream).is_err() {
                return;
            }
        }
    });
    (port, told)
}

#[tokio::test]
async fn servers_that_hang_do_not_stop_others() {
    let clock = Clock::by_hand(START);
    let us = Instance::start(&clock).await;
    let (port, mut hanging) = silent().await;
    let well = Evil::start("127.0.9.9").await;
    // More than the pool is wide, all known before the one that is well.
    let mut addresses: Vec<String> = (1..=100).map(|n| format!("127.0.8.{n}:{port}")).collect();
    addresses.push(well.address.to_string());
    followers(&us, &addresses).await;
    let running = us.app.spawn(work::deliver::run(Arc::clone(&us.app)));
    us.publish("The bridge is closed.").await;
    let mut held = Vec::new();
    while well.taken().is_empty() {
        held.push(timeout(PATIENCE, hanging.recv()).await.expect("nobody else is asked any more").unwrap());
        // Each that hangs has hung for a second when the next is looked at.
        clock.advance(Duration::from_secs(1));
        if held.len() == 100 {
            break;
        }
    }
    let reached = async {
        while well.taken().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, reached).await.expect("the server that is well is not reached");
    // None of them had to be given up first.
    us.app
        .store
        .read(|rows| {
            deliveries::each(rows, |_, delivery| {
                assert!(delivery.state == State::Done || delivery.tries == 0, "one was given up");
                Ok(true)
            })
        })
        .unwrap();
    us.app.stop();
    drop((held, hanging));
    timeout(PATIENCE, running).await.unwrap().unwrap();
    let_go(&us).await;
}

#[tokio::test]
async fn what_came_of_it_is_written_down_before_the_end() {
    let us = Instance::start(&Clock::by_hand(START)).await;
    let peers = [Evil::start("127.0.9.1").await, Evil::start("127.0.9.2").await, Evil::start("127.0.9.3").await];
    followers(&us, &peers.iter().map(|peer| peer.address.to_string()).collect::<Vec<_>>()).await;
    let running = us.app.spawn(work::deliver::run(Arc::clone(&us.app)));
    us.publish("The bridge is closed.").await;
    let reached = async {
        while peers.iter().any(|peer| peer.taken().is_empty()) {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, reached).await.unwrap();
    us.app.stop();
    timeout(PATIENCE, running).await.unwrap().unwrap();
    assert_eq!((us.deliveries(State::Done), us.deliveries(State::Waiting)), (3, 0));
    drain(&[&us]).await;
    assert!(peers.iter().all(|peer| taken(peer) == ["Create"]), "said twice");
}

#[tokio::test]
async fn answers_and_deletes_are_urgent_and_posts_are_not() {
    let us = Instance::start(&Clock::by_hand(START)).await;
    let peer = Evil::start("127.0.9.4").await;
    peer.be(&["bob"]);
    followers(&us, &[peer.address.to_string()]).await;
    let urgent = || {
        let wakes = us.app.wakers.take_wakes();
        wakes.iter().filter_map(|wake| wake.of).map(|of| of.urgent).collect::<Vec<_>>()
    };
    let post = us.publish("The bridge is closed.").await;
    assert_eq!(urgent(), [false]);
    let alarm =
        us.publish_new(NewPost { urgent: true, ..NewPost::plain("en".parse().unwrap(), "Leave the quay.") }).await;
    assert_eq!(urgent(), [true], "an emergency");
    let (site, by, change) = (
        us.app.site.clone(),
        us.by(),
        Change::words(vec![Version { text: "Leave the quay now.".into(), ..alarm.versions[0].clone() }]),
    );
    us.app.store.write(move |tx| actions::edit::edit(tx, &site, by, alarm.id, &change)).await.unwrap();
    assert_eq!(urgent(), [true], "what is corrected in it");
    let follow = peer.activity("bob", "Follow", "/follows/1", &us.actor().into());
    assert_eq!(peer.say(&us, "bob", &follow).await, 202);
    work::receive::turn(&us.app).await.unwrap();
    let answers = urgent();
    assert!(!answers.is_empty() && answers.iter().all(|urgent| *urgent), "an Accept");
    drain(&[&us]).await;
    urgent();
    let (site, by) = (us.app.site.clone(), us.by());
    us.app.store.write(move |tx| actions::delete::delete(tx, &site, by, post.id)).await.unwrap();
    assert!(urgent().into_iter().all(|urgent| urgent), "a Delete");
    drain(&[&us]).await;
    assert_eq!(taken(&peer).last().unwrap(), "Delete");
}

/// Who was named once has a copy, whatever became of the words since.
#[tokio::test]
async fn who_is_named_no_longer_is_told_of_edits_and_of_the_end() {
    let us = Instance::start(&Clock::by_hand(START)).await;
    let peer = Evil::start("127.0.9.6").await;
    peer.be(&["bob"]);
    let bob = lookup::by_uri(&us.app, &peer.actor("bob")).await.unwrap();
    let named = Mention {
        user: bob.profile.user.clone(),
        domain: bob.profile.domain.clone(),
        uri: bob.profile.uri.clone(),
        url: bob.profile.url.clone(),
        own: None,
    };
    let text = format!("Dear @{}@{}, the bridge is closed.", named.user, named.domain);
    let new = NewPost { mentions: vec![named.clone()], ..NewPost::plain("en".parse().unwrap(), &text) };
    let post = us.publish_new(new).await;
    drain(&[&us]).await;
    let (site, by) = (us.app.site.clone(), us.by());
    let change = Change::words(vec![Version { text: "The bridge is open.".into(), ..post.versions[0].clone() }]);
    us.app.store.write(move |tx| actions::edit::edit(tx, &site, by, post.id, &change)).await.unwrap();
    drain(&[&us]).await;
    let (site, by) = (us.app.site.clone(), us.by());
    us.app.store.write(move |tx| actions::delete::delete(tx, &site, by, post.id)).await.unwrap();
    drain(&[&us]).await;
    assert_eq!(taken(&peer), ["Create", "Update", "Delete"]);
    // Their server, which answers no WebFinger, is not asked again.
    let versions = [Version { lang: "en".parse().unwrap(), text, warning: String::new() }];
    let again = mentions::of_edit(&us.app, &versions, std::slice::from_ref(&named)).await.unwrap();
    assert_eq!(again, [named]);
}

/// The start of a server's life says the same as the wakes of commits would have.
#[tokio::test]
async fn after_a_start_all_lanes_are_found() {
    let us = Instance::start(&Clock::by_hand(START)).await;
    let addresses: Vec<String> = (1..=50).map(|n| format!("127.0.7.{n}:9")).collect();
    followers(&us, &addresses).await;
    us.publish("The bridge is closed.").await;
    let woken = us.app.wakers.take_wakes();
    let mut found = us.app.store.read(deliveries::wakes).unwrap();
    found.sort_unstable_by_key(|wake| wake.server);
    assert_eq!((woken.len(), &found), (50, &woken));
    let_go(&us).await;
}

#[tokio::test]
async fn an_older_version_never_comes_after_a_newer_one() {
    let clock = Clock::by_hand(START);
    let us = Instance::start(&clock).await;
    let peer = Evil::start("127.0.9.5").await;
    followers(&us, &[peer.address.to_string()]).await;
    peer.serve(INBOX, Page::status(503));
    let post = us.publish("The bridge is closed.").await;
    // So often that it lets others pass.
    for _ in 0..7 {
        clock.advance(Duration::from_secs(4 * 3600));
        drain(&[&us]).await;
    }
    assert_eq!(taken(&peer), ["Create"; 7]);
    peer.serve(INBOX, Page::status(202));
    let (site, by) = (us.app.site.clone(), us.by());
    let change = Change::words(vec![Version {
        lang: "en".parse().unwrap(),
        text: "It is open.".into(),
        warning: String::new(),
    }]);
    us.app.store.write(move |tx| actions::edit::edit(tx, &site, by, post.id, &change)).await.unwrap();
    for _ in 0..3 {
        clock.advance(Duration::from_secs(4 * 3600));
        drain(&[&us]).await;
    }
    assert_eq!(taken(&peer)[7..], ["Update"]);
    assert_eq!((us.deliveries(State::Dropped), us.deliveries(State::Waiting)), (1, 0));
}

/// What is wrong here with one delivery holds up nobody else's, and is not held against the server.
#[tokio::test]
async fn a_delivery_that_cannot_be_made_lets_others_pass_and_is_given_up() {
    let clock = Clock::by_hand(START);
    let us = Instance::start(&clock).await;
    let peer = Evil::start("127.0.9.7").await;
    let press = us.account.id;
    let water = second_account(&us).await.id;
    for account in [press, water] {
        followers_of(&us, account, &[peer.address.to_string()]).await;
    }
    let lost = move |tx: &mut instance::store::Write<'_>| {
        let keys = tx.need(&KEYS, &press)?;
        tx.remove(&KEYS, &press)?;
        Ok(keys)
    };
    let keys = us.app.store.write(lost).await.unwrap();
    us.publish("Nobody can sign this.").await;
    let (site, by) = (us.app.site.clone(), Asker::Operator.may(water).unwrap());
    let post = NewPost::plain("en".parse().unwrap(), "The water is clean.");
    us.app.store.write(move |tx| actions::publish::publish(tx, &site, by, &post)).await.unwrap();
    drain(&[&us]).await;
    assert_eq!(peer.taken().len(), 1);
    assert_eq!((us.deliveries(State::Done), us.deliveries(State::Waiting)), (1, 1));
    assert_eq!(us.app.store.read(actors::troubled).unwrap(), []);
    for _ in 0..9 {
        clock.advance(Duration::from_secs(10 * 3600));
        drain(&[&us]).await;
    }
    assert_eq!((us.deliveries(State::GivenUp), us.deliveries(State::Waiting)), (1, 0));
    us.app.store.write(move |tx| tx.put(&KEYS, &press, &keys)).await.unwrap();
}

#[tokio::test]
async fn only_a_server_that_answers_is_well_again() {
    let us = Instance::start(&Clock::by_hand(START)).await;
    followers(&us, &["127.0.9.6:9".to_owned()]).await;
    let mut names = Vec::new();
    for _ in 0..3 {
        us.publish("The bridge is closed.").await;
    }
    let note = |rows: &instance::store::Read| {
        deliveries::each(rows, |name, _| {
            names.push(name);
            Ok(true)
        })
    };
    us.app.store.read(note).unwrap();
    let refused = |status| Outcome::Never { said: "no".into(), status };
    let outcomes = [
        (Outcome::Later { said: "answered 503".into(), retry_after: None }, 1),
        (refused(None), 1),
        (refused(Some(404)), 0),
    ];
    assert_eq!(names.len(), outcomes.len());
    for (name, (outcome, troubled)) in names.into_iter().zip(outcomes) {
        us.app.store.write(move |tx| actions::deliver::settle(tx, name, &outcome)).await.unwrap();
        assert_eq!(us.app.store.read(actors::troubled).unwrap().len(), troubled);
    }
    let_go(&us).await;
}
