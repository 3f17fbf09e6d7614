//! A wave, honest or forged: what costs nothing is asked first, each server has its share, and a full house says so.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use hyper::HeaderMap;
use instance::limits;
use instance::model::activity::Received;
use instance::model::ids::ReceivedId;
use instance::store::counts::Count;
use instance::store::schema::{GONE, RECEIVED, REPORTS};
use instance::store::{Rows, Span};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{EVE, count, drain, follow, followers, note, rows, start, start_followed, tell};
use crate::support::evil::{Evil, Page, Signed, key, post, signed};
use crate::support::http::Line;
use crate::support::{Instance, START};

/// Statuses with the waits they ask for, and how often each came.
type Answers = BTreeMap<(u16, String), usize>;

/// Posts many requests over a few connections at once.
async fn flood(us: &Instance, requests: Vec<(HeaderMap, Bytes)>) -> Answers {
    let mut shares: Vec<Vec<_>> = (0..16).map(|_| Vec::new()).collect();
    for (n, request) in requests.into_iter().enumerate() {
        shares[n % 16].push(request);
    }
    let mut senders = JoinSet::new();
    for share in shares {
        let mut line = Line::open(us.address).await;
        senders.spawn(async move {
            let mut answers = Answers::new();
            for (headers, body) in share {
                *answers.entry(line.post("/ap/inbox", &headers, body).await).or_default() += 1;
            }
            answers
        });
    }
    let mut all = Answers::new();
    for (answer, times) in senders.join_all().await.into_iter().flatten() {
        *all.entry(answer).or_default() += times;
    }
    all
}

fn request(us: &Instance, evil: &Evil, name: &str, by: usize, activity: &Value) -> (HeaderMap, Bytes) {
    let (key_id, url, body) = (evil.key_id(name), us.url("/ap/inbox"), Bytes::from(activity.to_string()));
    let signed = Signed { key_id: &key_id, key: key(by), body: &body, url: &url, at: us.app.now(), modern: false };
    (signed.headers(), body)
}

fn of(status: u16, answers: &Answers) -> usize {
    answers.iter().filter(|((answer, _), _)| *answer == status).map(|(_, times)| times).sum()
}

#[tokio::test]
async fn what_costs_nothing_is_asked_first() {
    let (_clock, us, mal) = start().await;
    mal.be(&["ann", "bob"]);
    let like = |who: &str| mal.activity(who, "Like", "/l", &json!(us.post_uri(instance::model::ids::PostId(7))));
    let before = rows(&us);
    let (inbox, late) = (us.url("/ap/inbox"), us.app.now().plus(Duration::from_secs(9 * 3600)));
    let honest = request(&us, &mal, "ann", 0, &like("ann"));
    let unsigned = HeaderMap::new();
    let early = {
        let (key_id, body) = (mal.key_id("ann"), honest.1.clone());
        Signed { key_id: &key_id, key: key(0), body: &body, url: &inbox, at: late, modern: false }.headers()
    };
    let mut foreign = like("ann");
    foreign["id"] = json!("https://elsewhere.example/l");
    let elsewhere = mal.activity("ann", "Like", "/l", &json!("https://elsewhere.example/p/1"));
    let answer = mal.note("ann", "/n/1", "https://elsewhere.example/p/1", "Not for you");
    let farewell = mal.activity("ann", "Delete", "/d", &json!(mal.actor("ann")));
    // Each request has every fault of those before it that it can have, and so shows which is asked first.
    for (words, headers, body, status) in [
        ("too large, no JSON", &unsigned, Bytes::from(vec![b'{'; 2 << 20]), 413),
        ("no JSON, not signed", &unsigned, Bytes::from_static(b"{"), 400),
        ("not its own id, not signed", &unsigned, foreign.to_string().into(), 400),
        (
            "of ours, not signed",
            &unsigned,
            json!({ "type": "Like", "id": us.actor(), "actor": us.actor() }).to_string().into(),
            400,
        ),
        ("a farewell, not even signed", &unsigned, farewell.to_string().into(), 202),
        ("not signed, not for us", &unsigned, elsewhere.to_string().into(), 401),
        ("too early", &early, honest.1.clone(), 401),
        ("another body", &honest.0, like("bob").to_string().into(), 401),
    ] {
        assert_eq!(post(&inbox, headers, body).await.status, status, "{words}");
    }
    for (words, activity, status) in [
        ("not for us", elsewhere, 202),
        ("a note for others", mal.activity("ann", "Create", "/c", &answer), 202),
        ("an edit of what we never had", mal.activity("ann", "Update", "/e", &answer), 202),
        (
            "a move of nobody's",
            json!({ "type": "Move", "actor": mal.actor("ann"), "object": mal.actor("ann"), "target": mal.actor("bob") }),
            202,
        ),
        ("nothing we know", mal.activity("ann", "View", "/v", &json!(us.actor())), 202),
        ("another's key", mal.activity("ann", "View", "/v", &json!(us.actor())), 202),
    ] {
        let (headers, body) = request(&us, &mal, "ann", 1, &activity);
        assert_eq!(post(&inbox, &headers, body).await.status, status, "{words}");
    }
    drain(&[&us]).await;
    assert_eq!((mal.asked(), rows(&us)), (Vec::new(), before), "nothing was asked for, nothing left");
    // For us: now the document is worth its fetch, and it is fetched once.
    assert_eq!(post(&inbox, &honest.0, honest.1.clone()).await.status, 202);
    let (headers, body) = request(&us, &mal, "ann", 1, &like("ann"));
    assert_eq!(post(&inbox, &headers, body).await.status, 401);
    drain(&[&us]).await;
    // The second key may be a new one: asked for anew once.
    assert_eq!(mal.asked(), ["GET /u/ann", "GET /u/ann"]);
}

#[tokio::test]
async fn ten_thousand_farewells_leave_nothing() {
    let (_clock, us, mal) = start().await;
    let before = rows(&us);
    let farewells = (0..10_000).map(|n| {
        let who = format!("gone{n}");
        let headers = HeaderMap::new();
        (headers, Bytes::from(mal.activity(&who, "Delete", "/d", &json!(mal.actor(&who))).to_string()))
    });
    let answers = flood(&us, farewells.collect()).await;
    assert_eq!((of(202, &answers), answers.len()), (10_000, 1));
    assert!(mal.asked().is_empty());
    assert_eq!(rows(&us), before);
}

#[tokio::test]
async fn a_server_has_its_share_and_no_forger_uses_it_up() {
    let (clock, us, mal, eve) = start_followed().await;
    // Of its kind that is never taken for a repetition.
    let undo = |evil: &Evil, name: &str| evil.activity(name, "Undo", "/u", &json!(evil.url("/none")));
    let forged = request(&us, &mal, "ann", 1, &undo(&mal, "ann"));
    let answers = flood(&us, vec![forged; 2_000]).await;
    assert_eq!(of(401, &answers), 2_000);
    let asked = mal.asked_for("GET /u/ann");
    assert_eq!(asked, 2, "its document and, once, whether the key is new");
    let honest = request(&us, &mal, "ann", 0, &undo(&mal, "ann"));
    let share = 1_000 - 1;
    let answers = flood(&us, vec![honest.clone(); share + 2_000]).await;
    assert_eq!((of(202, &answers), of(429, &answers)), (share, 2_000));
    assert!(answers.keys().all(|(status, wait)| (*status == 429) == (wait == "1")), "{answers:?}");
    tell(&us, &eve, "eve", &undo(&eve, "eve")).await;
    clock.advance(Duration::from_secs(1));
    let answers = flood(&us, vec![honest; 100]).await;
    assert_eq!((of(202, &answers), of(429, &answers)), (50, 50));
    assert_eq!(mal.asked_for("GET /u/ann"), asked);
    let gone = us.app.store.read(|rows| rows.len(&GONE)).unwrap();
    assert_eq!(gone, 2, "one for each of them");
    drain(&[&us]).await;
}

#[tokio::test]
async fn long_activities_count_for_more() {
    let (_clock, us, mal) = start().await;
    mal.be(&["ann"]);
    follow(&us, &mal, "ann", "/f/ann").await;
    let mut undo = mal.activity("ann", "Undo", "/u", &json!(mal.url("/none")));
    undo["summary"] = json!("x".repeat(900 << 10));
    let mut answers = Answers::new();
    for _ in 0..20 {
        // One after the other: bodies of one network have a bound of their own.
        for (answer, times) in flood(&us, vec![request(&us, &mal, "ann", 0, &undo)]).await {
            *answers.entry(answer).or_default() += times;
        }
    }
    assert_eq!((of(202, &answers), of(429, &answers) + of(503, &answers)), (17, 3), "{answers:?}");
    drain(&[&us]).await;
}

#[tokio::test]
async fn when_too_much_waits_for_others_the_sender_is_told_and_the_rest_goes_on() {
    let (clock, us, mal) = start().await;
    mal.be(&["ann", "new"]);
    let post = us.publish("Who answers?").await;
    let uri = us.post_uri(post.id);
    follow(&us, &mal, "ann", "/f/ann").await;
    mal.serve("/n/1", Page::activity(&mal.note("ann", "/n/1", &uri, "I do")));
    let later = us.app.now().plus(Duration::from_secs(1_800));
    let row = Received {
        actor: mal.actor("ann"),
        at: us.app.now(),
        json: serde_json::from_str("{}").unwrap(),
        profile: None,
        refetch: None,
        tries: 0,
    };
    us.app
        .store
        .write(move |tx| {
            (0..limits::inbox::WAITING).try_for_each(|_| {
                let id = ReceivedId(tx.id());
                tx.put(&RECEIVED, &(later, id), &row)
            })
        })
        .await
        .unwrap();
    let before = rows(&us);
    let asked = mal.asked().len();
    for name in ["ann", "new"] {
        let by_address = mal.activity(name, "Create", "/c/1", &json!(mal.url("/n/1")));
        let answer = signed(&us, &mal.key_id(name), key(0), by_address.to_string()).await;
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "30"));
    }
    assert_eq!((mal.asked().len(), rows(&us)), (asked, before), "and nobody was asked for a key");
    let like = mal.activity("ann", "Like", "/l/1", &json!(uri));
    assert_eq!(mal.say(&us, "ann", &like).await, 202);
    assert_eq!(count(&us, Count::Likes(post.id)), 1, "what needs no fetch has its effect at once");
    us.app
        .store
        .write(|tx| {
            let keys = tx.keys(&RECEIVED, Span::all())?;
            keys.iter().try_for_each(|key| tx.remove(&RECEIVED, key).map(|_| ()))
        })
        .await
        .unwrap();
    clock.advance(Duration::from_secs(30));
    tell(&us, &mal, "ann", &mal.activity("ann", "Create", "/c/1", &json!(mal.url("/n/1")))).await;
    assert!(note(&us, &mal.url("/n/1")).is_some());
}

#[tokio::test]
async fn what_waits_for_a_fetch_does_not_wait_for_a_clock_that_was_set_back() {
    let (clock, us, mal) = start().await;
    mal.be(&["ann"]);
    let uri = us.post_uri(us.publish("Who answers?").await.id);
    follow(&us, &mal, "ann", "/f/ann").await;
    mal.serve("/n/1", Page::status(503));
    tell(&us, &mal, "ann", &mal.activity("ann", "Create", "/c/1", &json!(mal.url("/n/1")))).await;
    mal.serve("/n/1", Page::activity(&mal.note("ann", "/n/1", &uri, "I do")));
    drain(&[&us]).await;
    assert!(note(&us, &mal.url("/n/1")).is_none(), "it was put off");
    clock.set(START.minus(Duration::from_secs(365 * 24 * 3_600)));
    drain(&[&us]).await;
    assert!(note(&us, &mal.url("/n/1")).is_some());
}

#[tokio::test]
async fn what_has_to_be_fetched_has_a_smaller_share() {
    let (clock, us, mal) = start().await;
    mal.be(&["ann"]);
    follow(&us, &mal, "ann", "/f/ann").await;
    let requests = (0..150).map(|n| {
        let create = mal.activity("ann", "Create", &format!("/c/{n}"), &json!(mal.url(&format!("/n/{n}"))));
        request(&us, &mal, "ann", 0, &create)
    });
    let answers = flood(&us, requests.collect()).await;
    assert_eq!((of(202, &answers), of(429, &answers)), (100, 50));
    drain(&[&us]).await;
    // Everything is applied twice here, and each of these takes a fetch: more than its server's budget.
    let fetched = || mal.asked().iter().filter(|line| line.starts_with("GET")).count();
    assert_eq!(fetched(), 200);
    clock.advance(Duration::from_secs(60));
    drain(&[&us]).await;
    assert_eq!(fetched(), 201, "being busy is no failed try");
}

#[tokio::test]
async fn one_server_writes_so_many_reports_and_only_of_ours() {
    let (_clock, us, mal) = start().await;
    mal.be(&["ann"]);
    let uri = us.post_uri(us.publish("Bad?").await.id);
    let requests = (0..80).map(|n| {
        let objects = json!([us.actor(), uri, "https://victim.example/u/v", mal.actor("ann")]);
        request(&us, &mal, "ann", 0, &mal.activity("ann", "Flag", &format!("/flag/{n}"), &objects))
    });
    let answers = flood(&us, requests.collect()).await;
    assert_eq!((of(202, &answers), of(429, &answers)), (50, 30));
    let reports = us.app.store.read(|rows| rows.rows(&REPORTS, Span::all())).unwrap();
    assert_eq!(reports.len(), 50);
    assert!(reports.iter().all(|(_, report)| report.about == [us.actor(), uri.clone()]));
    assert_eq!(mal.asked(), ["GET /u/ann"], "once, however many came at the same time");
    assert_eq!(followers(&us), 0);
}

#[tokio::test]
async fn what_is_passed_on_of_a_known_author_asks_for_no_more_than_the_object() {
    let (_clock, us, mal) = start().await;
    let author = Evil::start(EVE).await;
    mal.be(&["relay"]);
    author.be(&["ann", "bob"]);
    let uri = us.post_uri(us.publish("Questions?").await.id);
    follow(&us, &author, "ann", "/f/ann").await;
    for (who, id) in [("ann", "/n/1"), ("bob", "/n/2"), ("bob", "/n/3")] {
        author.serve(id, Page::activity(&author.note(who, id, &uri, "Yes")));
        let create = author.activity(who, "Create", &format!("/c{id}"), &author.note(who, id, &uri, "Yes"));
        for _ in 0..3 {
            assert_eq!(signed(&us, &mal.key_id("relay"), key(0), create.to_string()).await.status, 202);
            drain(&[&us]).await;
        }
        assert!(note(&us, &author.url(id)).is_some());
    }
    let gets: Vec<_> = author.asked().into_iter().filter(|line| line.starts_with("GET")).collect();
    let of = |line: &str| gets.iter().filter(|get| *get == line).count();
    assert_eq!((of("GET /u/ann"), of("GET /u/bob")), (1, 1));
    assert_eq!(mal.asked(), ["GET /u/relay"]);
}
