//! Three servers in one process: they follow, post, answer, like, boost, edit, delete and unfollow over real sockets.
//! Everything that is received is applied twice.

use std::time::Duration;

use instance::actions::edit::Change;
use instance::actions::{self, react};
use instance::app::lookup;
use instance::base::time::Clock;
use instance::model::delivery::State;
use instance::model::follow::{FollowState, ReactionKind};
use instance::model::note::Shown;
use instance::model::post::{NewPost, ReplyTo};
use instance::store::counts::{self, Count};
use instance::store::schema::FOLLOWING;
use instance::store::{Rows, follows, notes};

use crate::support::http::{activity, get, send};
use crate::support::{Instance, START, drain, follow};

fn count(instance: &Instance, what: Count) -> u64 {
    instance.app.store.read(|rows| counts::get(rows, what)).unwrap()
}

async fn reply(who: &Instance, to: &str, text: &str) -> instance::model::post::Post {
    let target = lookup::reply_target(&who.app, who.account.id, to).await.unwrap();
    who.publish_new(NewPost { reply_to: Some(target), ..NewPost::plain("en".parse().unwrap(), text) }).await
}

#[tokio::test]
async fn a_life_of_a_post_among_three_servers() {
    let clock = Clock::by_hand(START);
    let (alpha, beta, gamma) =
        (Instance::start(&clock).await, Instance::start(&clock).await, Instance::start(&clock).await);
    let all = [&alpha, &beta, &gamma];

    follow(&beta, &alpha).await;
    follow(&gamma, &alpha).await;
    drain(&all).await;
    assert_eq!(count(&alpha, Count::Followers(alpha.account.id)), 2);
    let row = beta.app.store.read(|rows| rows.get(&FOLLOWING, &(beta.account.id, alpha.actor()))).unwrap().unwrap();
    assert_eq!(row.state, FollowState::Accepted);

    let post = alpha.publish("The bridge is closed. #Traffic").await;
    drain(&all).await;
    assert_eq!(alpha.deliveries(State::Done), 2, "one delivery for each follower's server");
    let document = activity(&alpha.post_uri(post.id)).await;
    assert_eq!(document.header("content-type"), "application/activity+json; charset=utf-8");
    assert_eq!(document.json()["id"], alpha.post_uri(post.id));
    assert_eq!(document.json()["tag"][0]["name"], "#Traffic");

    let answer = reply(&beta, &alpha.post_uri(post.id), "For how long?").await;
    drain(&all).await;
    let note = alpha.app.store.read(|rows| notes::by_uri(rows, &beta.post_uri(answer.id))).unwrap().unwrap();
    assert_eq!(note.shown, Shown::Waiting);
    assert_eq!((count(&alpha, Count::Replies(post.id)), count(&alpha, Count::RepliesShown(post.id))), (1, 0));
    let by = alpha.by();
    alpha.app.store.write(move |tx| actions::replies::show(tx, by, note.id, Shown::Released, None)).await.unwrap();
    assert_eq!(count(&alpha, Count::RepliesShown(post.id)), 1);
    let others = activity(&format!("{}/replies?page=others", alpha.post_uri(post.id))).await.json();
    assert_eq!(others["items"][0], beta.post_uri(answer.id));

    react_with(&beta, ReactionKind::Like, &alpha.post_uri(post.id)).await;
    react_with(&gamma, ReactionKind::Boost, &alpha.post_uri(post.id)).await;
    drain(&all).await;
    assert_eq!((count(&alpha, Count::Likes(post.id)), count(&alpha, Count::Boosts(post.id))), (1, 1));
    assert_eq!(activity(&alpha.post_uri(post.id)).await.json()["likes"]["totalItems"], 1);

    clock.advance(Duration::from_secs(60));
    let change = Change::words(NewPost::plain("en".parse().unwrap(), "The bridge is open again.").versions);
    let (site, by) = (alpha.app.site.clone(), alpha.by());
    alpha.app.store.write(move |tx| actions::edit::edit(tx, &site, by, post.id, &change)).await.unwrap();
    drain(&all).await;
    let kept = beta.app.store.read(|rows| notes::by_uri(rows, &alpha.post_uri(post.id))).unwrap().unwrap();
    assert!(kept.content.html.contains("open again"), "{}", kept.content.html);

    unreact(&beta, ReactionKind::Like, &alpha.post_uri(post.id)).await;
    unreact(&gamma, ReactionKind::Boost, &alpha.post_uri(post.id)).await;
    drain(&all).await;
    assert_eq!((count(&alpha, Count::Likes(post.id)), count(&alpha, Count::Boosts(post.id))), (0, 0));

    let (site, by) = (alpha.app.site.clone(), alpha.by());
    alpha.app.store.write(move |tx| actions::delete::delete(tx, &site, by, post.id)).await.unwrap();
    drain(&all).await;
    let gone = activity(&alpha.post_uri(post.id)).await;
    assert_eq!((gone.status.as_u16(), gone.json()["type"].as_str()), (410, Some("Tombstone")));
    assert!(beta.app.store.read(|rows| notes::by_uri(rows, &alpha.post_uri(post.id))).unwrap().is_none());

    let (site, by, whom) = (beta.app.site.clone(), beta.by(), alpha.actor());
    beta.app.store.write(move |tx| actions::follow::unfollow(tx, &site, by, &whom)).await.unwrap();
    drain(&all).await;
    assert_eq!(count(&alpha, Count::Followers(alpha.account.id)), 1);
    let before = alpha.deliveries(State::Done);
    alpha.publish("Only gamma hears this.").await;
    drain(&all).await;
    assert_eq!(alpha.deliveries(State::Done), before + 1);
}

async fn react_with(who: &Instance, kind: ReactionKind, uri: &str) {
    let object = lookup::object(&who.app, uri, ReactionKind::Boost).await.unwrap();
    let (site, by) = (who.app.site.clone(), who.by());
    who.app.store.write(move |tx| react::react(tx, &site, by, kind, &object)).await.unwrap();
}

async fn unreact(who: &Instance, kind: ReactionKind, uri: &str) {
    let (site, by, uri) = (who.app.site.clone(), who.by(), uri.to_owned());
    who.app.store.write(move |tx| react::unreact(tx, &site, by, kind, &uri)).await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_away_gets_everything_when_it_is_back() {
    let clock = Clock::by_hand(START);
    let alpha = Instance::start(&clock).await;
    let beta = Instance::start(&clock).await;
    follow(&beta, &alpha).await;
    drain(&[&alpha, &beta]).await;
    let address = beta.address;
    let actor = alpha.knows(&beta).unwrap();
    drop(beta);
    wait_until_closed(address).await;
    for day in 0..2 {
        alpha.publish(&format!("Day {day}")).await;
        drain(&[&alpha]).await;
        clock.advance(Duration::from_secs(24 * 3600));
    }
    let server =
        alpha.app.store.read(|rows| instance::store::actors::server_by_host(rows, &actor.profile.domain)).unwrap();
    assert!(server.unwrap().failures >= 2);
    assert_eq!(alpha.deliveries(State::Waiting), 2);
    for _ in 0..14 {
        clock.advance(Duration::from_secs(12 * 3600));
        drain(&[&alpha]).await;
    }
    instance::work::prune::turn(&alpha.app, true).await.unwrap();
    assert_eq!(alpha.deliveries(State::Waiting), 0);
    assert_eq!(alpha.deliveries(State::GivenUp), 2);
}

async fn wait_until_closed(address: std::net::SocketAddr) {
    for _ in 0..1_000 {
        if tokio::net::TcpStream::connect(address).await.is_err() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_one_is_can_be_found_in_every_way() {
    let clock = Clock::by_hand(START);
    let alpha = Instance::start(&clock).await;
    let host = alpha.address.to_string();
    for resource in [format!("acct:press@{host}"), format!("acct:PRESS@{host}"), alpha.actor(), alpha.url("/@press")] {
        let encoded: String = url::form_urlencoded::byte_serialize(resource.as_bytes()).collect();
        let answer =
            get(&alpha.url(&format!("/.well-known/webfinger?resource={encoded}")), "application/jrd+json").await;
        assert_eq!(answer.status, 200, "{resource}");
        assert_eq!(answer.json()["subject"], format!("acct:press@{host}"));
        let links = answer.json()["links"].clone();
        let own = links.as_array().unwrap().iter().find(|link| link["rel"] == "self").unwrap().clone();
        assert_eq!(
            (own["href"].as_str(), own["type"].as_str()),
            (Some(alpha.actor().as_str()), Some("application/activity+json"))
        );
    }
    for (resource, status) in [("acct:nobody@x.example", 404), ("", 400), ("acct:nobody", 400)] {
        let answer = get(&alpha.url(&format!("/.well-known/webfinger?resource={resource}")), "*/*").await;
        assert_eq!(answer.status.as_u16(), status, "{resource}");
    }
    let actor = activity(&alpha.actor()).await.json();
    assert_eq!(actor["type"], "Organization");
    assert_eq!(actor["inbox"], format!("{}/inbox", alpha.actor()));
    assert!(activity(&format!("{}/followers", alpha.actor())).await.json().get("first").is_none());
    let instance_actor = activity(&alpha.url("/ap/actor")).await.json();
    assert_eq!(instance_actor["type"], "Application");
    let page = get(&alpha.actor(), "text/html").await;
    assert_eq!((page.status.as_u16(), page.header("location")), (302, alpha.url("/@press").as_str()));
    assert!(page.header("vary").contains("Accept"));
}

#[tokio::test]
async fn a_trial_federates_nothing() {
    let clock = Clock::by_hand(START);
    let trial = Instance::start_as(&clock, false).await;
    trial.publish("Nobody hears this.").await;
    assert_eq!(trial.deliveries(State::Waiting), 0);
    let inbox = send("POST", &trial.url("/ap/inbox"), &[], "{}").await;
    assert_eq!(inbox.status, 503);
    let outbox = activity(&trial.url(&format!("/ap/accounts/{}/outbox", trial.account.id))).await.json();
    assert_eq!(outbox["totalItems"], 0);
}

#[tokio::test]
async fn unsigned_activities_are_refused_at_once() {
    let clock = Clock::by_hand(START);
    let (alpha, beta) = (Instance::start(&clock).await, Instance::start(&clock).await);
    let follow = serde_json::json!({
        "id": format!("{}/x", beta.actor()), "type": "Follow", "actor": beta.actor(), "object": alpha.actor(),
    });
    let kind = [("content-type", "application/activity+json")];
    assert_eq!(send("POST", &alpha.url("/ap/inbox"), &kind, follow.to_string()).await.status, 401);
    assert_eq!(send("POST", &alpha.url("/ap/inbox"), &kind, "{nope").await.status, 400);
    let unknown = serde_json::json!({
        "id": "https://gone.example/d/1", "type": "Delete", "actor": "https://gone.example/u", "object": "https://gone.example/u",
    });
    assert_eq!(send("POST", &alpha.url("/ap/inbox"), &kind, unknown.to_string()).await.status, 202);
    let ours = serde_json::json!({ "id": format!("{}/x", alpha.actor()), "type": "Follow", "actor": alpha.actor(), "object": alpha.actor() });
    assert_eq!(send("POST", &alpha.url("/ap/inbox"), &kind, ours.to_string()).await.status, 400);
    assert!(alpha.app.store.read(|rows| follows::inboxes(rows, alpha.account.id)).unwrap().is_empty());
}

#[tokio::test]
async fn a_reply_to_a_reply_stays_in_its_thread() {
    let clock = Clock::by_hand(START);
    let (alpha, beta, gamma) =
        (Instance::start(&clock).await, Instance::start(&clock).await, Instance::start(&clock).await);
    let all = [&alpha, &beta, &gamma];
    let post = alpha.publish("Questions?").await;
    let first = reply(&beta, &alpha.post_uri(post.id), "Yes!").await;
    drain(&all).await;
    let note = alpha.app.store.read(|rows| notes::by_uri(rows, &beta.post_uri(first.id))).unwrap().unwrap();
    let own = alpha
        .publish_new(NewPost {
            reply_to: Some(ReplyTo::Note(note.id)),
            ..NewPost::plain("en".parse().unwrap(), "Go on.")
        })
        .await;
    drain(&all).await;
    let kept = beta.app.store.read(|rows| notes::by_uri(rows, &alpha.post_uri(own.id))).unwrap().unwrap();
    assert_eq!(kept.thread, Some(first.id), "for beta it is an answer to its own post");
}
