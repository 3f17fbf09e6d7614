//! Too much of it: floods, bombs, and deliveries aimed at others.

use std::time::Duration;

use instance::model::delivery::State;
use instance::store::counts::Count;
use serde_json::{Value, json};

use super::{EVE, count, drain, follow, followers, note, rows, start, start_followed, tell};
use crate::support::evil::{Evil, Page, key, signed};
use crate::support::http::send;

#[tokio::test]
async fn farewells_of_strangers_cost_nothing() {
    let (_clock, us, mal) = start().await;
    let before = rows(&us);
    for n in 0..200 {
        let who = format!("gone{n}");
        let object =
            if n % 2 == 0 { json!(mal.actor(&who)) } else { json!({ "id": mal.actor(&who), "type": "Tombstone" }) };
        assert_eq!(mal.say(&us, &who, &mal.activity(&who, "Delete", "/d", &object)).await, 202);
    }
    drain(&[&us]).await;
    assert!(mal.asked().is_empty());
    assert_eq!(rows(&us), before);
}

#[tokio::test]
async fn unknown_keys_of_one_host_have_a_budget() {
    let (clock, us, mal) = start().await;
    let before = rows(&us);
    let mut answers = std::collections::BTreeMap::new();
    for n in 0..300 {
        let who = format!("u{n}");
        let activity = mal.activity(&who, "Follow", "/f", &json!(us.actor())).to_string();
        let answer = signed(&us, &mal.key_id(&who), key(0), activity).await;
        *answers.entry(answer.status.as_u16()).or_insert(0) += 1;
        assert!(answer.status != 503 || answer.header("retry-after") == "30");
    }
    assert_eq!((answers.get(&401), answers.get(&503), answers.len()), (Some(&200), Some(&100), 2));
    assert_eq!(mal.asked().len(), 200);
    assert_eq!(rows(&us), before);
    // One that failed is not asked for again, and another host does not pay for it.
    assert_eq!(mal.say(&us, "u0", &mal.activity("u0", "Follow", "/f", &json!(us.actor()))).await, 401);
    assert_eq!(mal.asked().len(), 200);
    let eve = Evil::start(EVE).await;
    eve.be(&["eve"]);
    follow(&us, &eve, "eve", "/f/eve").await;
    clock.advance(Duration::from_secs(1));
    mal.be(&["late"]);
    follow(&us, &mal, "late", "/f/late").await;
    assert_eq!(followers(&us), 2);
}

#[tokio::test]
async fn deliveries_go_to_the_actors_own_server() {
    let (_clock, us, mal) = start().await;
    let bystander = Evil::start(EVE).await;
    for (name, shared) in [("ann", bystander.url("/inbox")), ("bob", mal.url("/inbox")), ("cat", mal.url("/inbox"))] {
        let mut actor = mal.person(name, key(0));
        actor["endpoints"] = json!({ "sharedInbox": shared });
        mal.serve(&format!("/u/{name}"), Page::activity(&actor));
        follow(&us, &mal, name, &format!("/f/{name}")).await;
    }
    assert_eq!(followers(&us), 3);
    let seen = mal.taken().len();
    us.publish("To everybody").await;
    drain(&[&us]).await;
    let mut at: Vec<_> = mal.taken().into_iter().skip(seen).map(|(path, _)| path).collect();
    at.sort();
    assert_eq!(at, ["/inbox", "/u/ann/inbox"]);
    assert!(bystander.asked().is_empty());
    // Nor does an Update aim them there.
    let mut moved = mal.person("ann", key(0));
    moved["inbox"] = json!(bystander.url("/inbox"));
    tell(&us, &mal, "ann", &mal.activity("ann", "Update", "/up/1", &moved)).await;
    us.publish("And again").await;
    drain(&[&us]).await;
    assert!(bystander.asked().is_empty());
}

#[tokio::test]
async fn a_server_that_asks_for_patience_gets_it_and_one_that_is_gone_is_left() {
    let (clock, us, mal, eve) = start_followed().await;
    let busy = Page { headers: vec![("retry-after", "600".to_owned())], ..Page::status(429) };
    mal.serve("POST /u/ann/inbox", busy);
    eve.serve("POST /u/eve/inbox", Page::status(410));
    let (seen, left) = (mal.taken().len(), eve.taken().len() + 1);
    us.publish("One").await;
    drain(&[&us]).await;
    assert_eq!((mal.taken().len(), us.deliveries(State::Waiting)), (seen + 1, 1));
    for second in [1, 60, 300, 599] {
        us.publish(&format!("At {second}")).await;
        let passed = us.app.now().since(super::START).as_secs();
        clock.advance(Duration::from_secs(second - passed));
        drain(&[&us]).await;
        assert_eq!(mal.taken().len(), seen + 1, "tried after {second} s");
    }
    mal.serve("POST /u/ann/inbox", Page::status(202));
    clock.advance(Duration::from_secs(1));
    drain(&[&us]).await;
    assert_eq!((mal.taken().len(), us.deliveries(State::Waiting)), (seen + 6, 0));
    assert_eq!(eve.taken().len(), left, "nothing after the 410");
    assert_eq!(followers(&us), 2);
    instance::work::prune::turn(&us.app, false).await.unwrap();
    assert_eq!(followers(&us), 1, "whom it concerns is found once for all of them, and not while others write");
    eve.serve("POST /u/eve/inbox", Page::status(202));
    follow(&us, &eve, "eve", "/f/again").await;
    us.publish("Again").await;
    drain(&[&us]).await;
    assert_eq!(followers(&us), 2);
    assert_eq!(eve.taken().last().unwrap().1["type"], "Create");
}

#[tokio::test]
async fn bombs_are_refused_whole() {
    let (_clock, us, mal) = start().await;
    mal.be(&["ann"]);
    follow(&us, &mal, "ann", "/f/ann").await;
    let before = rows(&us);
    let like = mal.activity("ann", "Like", "/l/1", &json!(us.post_uri(us.publish("Here").await.id))).to_string();
    let before = {
        let mut now = rows(&us);
        now.insert("received", before["received"]);
        now
    };
    let asked = mal.asked().len();
    let nest = |open: &str, close: &str, n: usize| {
        like.replacen('{', &format!("{{\"x\":{}1{},", open.repeat(n), close.repeat(n)), 1)
    };
    for (words, body, status) in [
        ("100,000 brackets", "[".repeat(100_000), 400),
        ("100,000 levels of arrays", nest("[", "]", 100_000), 400),
        ("100,000 levels of objects", nest("{\"a\":", "}", 100_000), 400),
        ("two actors", like.replacen('{', &format!("{{\"actor\":\"{}\",", mal.actor("bob")), 1), 400),
        ("two of a key within", like.replacen('{', "{\"x\":{\"a\":1,\"a\":2},", 1), 400),
        ("2 MiB", format!("{like}{}", " ".repeat(2 << 20)), 413),
        ("200,000 values", like.replacen('{', &format!("{{\"x\":[{}0],", "0,".repeat(200_000)), 1), 400),
        ("a graph", like.replacen('{', "{\"@graph\":[],", 1), 400),
        ("two documents", format!("{like}{like}"), 400),
        ("a byte order mark", format!("\u{feff}{like}"), 400),
        ("a NUL", like.replacen('{', "{\"x\":\"\\u0000\",", 1), 400),
        ("a lone surrogate", like.replacen('{', "{\"x\":\"\\ud800\",", 1), 400),
        ("a number out of range", like.replacen('{', "{\"x\":1e999,", 1), 400),
        ("an array", format!("[{like}]"), 400),
        ("nothing", String::new(), 400),
    ] {
        let answer = signed(&us, &mal.key_id("ann"), key(0), body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{words}: {}", answer.text());
        let unsigned = send("POST", &us.url("/ap/inbox"), &[], body).await;
        assert_eq!(unsigned.status.as_u16(), status, "{words}");
    }
    drain(&[&us]).await;
    assert_eq!(rows(&us), before);
    assert_eq!(mal.asked().iter().skip(asked).filter(|line| line.starts_with("GET")).count(), 0);
}

#[tokio::test]
async fn lists_are_cut_and_unknown_things_leave_nothing() {
    let (_clock, us, mal) = start().await;
    mal.be(&["ann"]);
    let post = us.publish("Who?").await;
    follow(&us, &mal, "ann", "/f/ann").await;
    let many: Vec<Value> = (0..10_000).map(|n| json!(format!("https://x.example/{n}"))).collect();
    let mentions: Vec<Value> = many.iter().map(|href| json!({ "type": "Mention", "href": href })).collect();
    let mut crowd = mal.note("ann", "/n/crowd", &us.post_uri(post.id), "Hello");
    crowd["to"] = json!(many);
    crowd["tag"] = json!(mentions[..5_000]);
    crowd["attachment"] =
        json!(many.iter().take(5_000).map(|url| json!({ "type": "Image", "url": url })).collect::<Vec<_>>());
    tell(&us, &mal, "ann", &mal.activity("ann", "Create", "/c/crowd", &crowd)).await;
    let kept = note(&us, &mal.url("/n/crowd")).unwrap();
    assert_eq!((kept.content.mentions.len(), kept.content.attachments.len(), kept.content.public), (0, 16, false));
    assert_eq!(kept.concerns, [us.account.id]);
    let before = rows(&us);
    for kind in [
        "Add",
        "Remove",
        "View",
        "Listen",
        "Join",
        "Offer",
        "Invite",
        "Read",
        "Arrive",
        "TentativeAccept",
        "FeatureRequest",
        "x",
        "",
        "\u{202e}",
        "Like\u{0}",
        "https://w3id.org/x#Y",
    ] {
        let activity = mal.activity("ann", kind, "/x/1", &json!(us.post_uri(post.id)));
        let status = mal.say(&us, "ann", &activity).await;
        assert_eq!(status, if kind.contains('\0') { 400 } else { 202 }, "{kind:?}");
        drain(&[&us]).await;
        assert_eq!(rows(&us), before, "{kind:?}");
    }
    assert_eq!(count(&us, Count::Likes(post.id)), 0);
}

#[tokio::test]
async fn only_accounts_can_be_followed_and_strangers_who_miss_are_not_kept() {
    let (_clock, us, mal) = start().await;
    mal.be(&["ann"]);
    let before = rows(&us);
    let post = us.publish("Follow me").await;
    let before = {
        let now = rows(&us);
        assert_ne!(now, before);
        now
    };
    for object in [
        "as:Public",
        "Public",
        "https://www.w3.org/ns/activitystreams#Public",
        us.url("/ap/actor").as_str(),
        us.url("/ap/accounts/7").as_str(),
        us.url("/@press").as_str(),
        us.post_uri(post.id).as_str(),
        us.url("/").as_str(),
        mal.actor("ann").as_str(),
        "",
        &format!("{}#x", us.actor()),
        &format!("{}?x", us.actor()),
        &format!("{}/", us.actor()),
    ] {
        let status = mal.say(&us, "ann", &mal.activity("ann", "Follow", "/f/1", &json!(object))).await;
        assert_eq!(status, 202, "{object}");
        drain(&[&us]).await;
        assert_eq!(rows(&us), before, "{object}");
    }
    assert_eq!((followers(&us), mal.taken().len()), (0, 0));
}
