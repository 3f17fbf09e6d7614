//! One thing that names the next without end: nothing is fetched but what an activity of concern needs, and nothing is
//! sent on for others.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use instance::model::delivery::State;
use instance::store::counts::Count;
use serde_json::{Value, json};

use super::{EVE, count, drain, follow, followers, note, rows, start, start_followed, tell};
use crate::support::evil::{Evil, Page, key};
use crate::support::http::{activity, get};
use crate::support::{Instance, evil};

/// Every way in which a document names others, each a new address.
fn more(next: &dyn Fn() -> String) -> Value {
    let mut document = json!({ "@context": ["https://www.w3.org/ns/activitystreams", next()] });
    for field in ["alsoKnownAs", "bto", "cc", "attributedTo", "generator", "instrument", "quoteUrl", "quote", "context"]
    {
        document[field] = json!([next(), next()]);
    }
    for field in [
        "featured",
        "featuredTags",
        "outbox",
        "followers",
        "following",
        "liked",
        "replies",
        "likes",
        "shares",
        "movedTo",
        "conversation",
        "partOf",
        "first",
        "next",
        "last",
        "items",
        "orderedItems",
        "proof",
        "signature",
        "preview",
    ] {
        document[field] = json!({ "id": next(), "type": "OrderedCollectionPage", "next": next(), "first": next() });
    }
    document["icon"] = json!({ "type": "Image", "url": next() });
    document["attachment"] = json!([{ "type": "Document", "url": next() }, { "type": "Link", "href": next() }]);
    document["tag"] = json!([
        { "type": "Mention", "href": next() },
        { "type": "Hashtag", "href": next() },
        { "type": "Emoji", "id": next(), "icon": { "url": next() } },
        { "type": "Link", "href": next(), "mediaType": "application/ld+json", "rel": next() },
    ]);
    document
}

fn with(mut document: Value, fields: &Value) -> Value {
    for (field, value) in fields.as_object().unwrap() {
        document[field] = value.clone();
    }
    document
}

/// A server on which every address has a document that names new ones.
fn endless(evil: &Evil) -> impl Fn() -> String + Clone + Send + Sync + 'static {
    let (base, counter) = (evil.url(""), std::sync::Arc::new(AtomicUsize::new(0)));
    let next = move || format!("{base}/more/{}", counter.fetch_add(1, Ordering::Relaxed));
    let (fresh, person) = (next.clone(), evil.person("x", key(0)));
    let base = evil.url("");
    evil.serve_rest(move |line| {
        let id = format!("{base}{}", line.strip_prefix("GET ")?);
        let own = json!({ "id": id, "inbox": format!("{id}/inbox"), "publicKey": { "owner": id } });
        Some(Page::activity(&with(with(person.clone(), &more(&fresh)), &own)).into())
    });
    next
}

#[tokio::test]
async fn nothing_leads_on() {
    let (_clock, us, mal) = start().await;
    let eve = Evil::start(EVE).await;
    let uri = us.post_uri(us.publish("How far?").await.id);
    let (here, there) = (endless(&mal), endless(&eve));
    let ann = with(more(&there), &mal.person("ann", key(0)));
    mal.serve("/u/ann", Page::activity(&ann));
    follow(&us, &mal, "ann", "/f/ann").await;
    let reply = |id: &str, to: &str| {
        with(with(more(&there), &mal.note("ann", id, to, "On and on")), &json!({ "to": ["as:Public", us.actor()] }))
    };
    mal.serve("/n/address", Page::activity(&reply("/n/address", &uri)));
    let before = rows(&us);
    for (kind, object) in [
        ("Create", reply("/n/1", &uri)),
        ("Create", json!(mal.url("/n/address"))),
        ("Create", json!(there())),
        ("Update", json!(there())),
        ("Create", reply("/n/2", &here())),
        ("Create", reply("/n/3", &there())),
        ("Update", reply("/n/1", &there())),
        ("Update", ann.clone()),
        ("Announce", json!(there())),
        ("Announce", json!(here())),
        ("Announce", reply("/n/4", &uri)),
        ("Like", json!(there())),
        ("Accept", json!(there())),
        ("Undo", json!(here())),
        ("Add", json!(there())),
        ("Flag", json!([us.actor(), there(), here()])),
        ("Block", json!(there())),
        ("Delete", json!(here())),
    ] {
        let activity = with(more(&there), &mal.activity("ann", kind, &format!("/{kind}/{}", here().len()), &object));
        tell(&us, &mal, "ann", &activity).await;
    }
    let asked: BTreeSet<_> = mal.asked().into_iter().filter(|line| line.starts_with("GET")).collect();
    assert_eq!(asked, BTreeSet::from(["GET /u/ann".to_owned(), "GET /n/address".to_owned()]));
    assert_eq!(mal.asked_for("GET /u/ann"), 1);
    assert!(eve.asked().is_empty(), "{:?}", eve.asked());
    let after = rows(&us);
    assert_eq!((after["actors"], after["servers"]), (before["actors"], before["servers"]));
    assert!(after["notes"] <= before["notes"] + 4);
}

#[tokio::test]
async fn many_hosts_leave_nothing_behind() {
    let (_clock, us, _mal) = start().await;
    let before = rows(&us);
    for n in 0..200 {
        let actor = format!("http://h{n}.test/u/x");
        let activity = json!({ "id": format!("{actor}/f"), "type": "Follow", "actor": actor, "object": us.actor() });
        let answer = evil::signed(&us, &format!("{actor}#main-key"), key(0), activity.to_string()).await;
        assert_eq!(answer.status, 401, "{actor}");
    }
    assert_eq!(rows(&us), before);
}

#[tokio::test]
async fn one_inbox_is_told_once_whoever_names_it() {
    let (_clock, us, mal) = start().await;
    for n in 0..20 {
        let (name, mut actor) = (format!("u{n}"), mal.person(&format!("u{n}"), key(0)));
        actor["inbox"] = json!(mal.url("/victim"));
        actor["type"] = json!(["Person", "Service", "Group", "Application", "Organization"][n % 5]);
        mal.serve(&format!("/u/{name}"), Page::activity(&actor));
        follow(&us, &mal, &name, &format!("/f/{name}")).await;
    }
    assert_eq!(followers(&us), 20);
    let seen = mal.taken().len();
    us.publish("To twenty").await;
    drain(&[&us]).await;
    assert_eq!(mal.taken().len(), seen + 1);
}

#[tokio::test]
async fn nothing_is_passed_on_for_others() {
    let (_clock, us, mal, eve) = start_followed().await;
    let uri = us.post_uri(us.publish("Talk").await.id);
    drain(&[&us]).await;
    let told = (mal.taken().len(), eve.taken().len());
    let followers = format!("{}/followers", us.actor());
    for (n, kind) in ["Create", "Update", "Announce", "Like", "Delete"].into_iter().enumerate() {
        let mut object = eve.note("eve", "/n/eve", &uri, "To all of your followers");
        object["cc"] = json!([followers, mal.actor("ann")]);
        let object = if matches!(kind, "Announce" | "Like") { json!(uri) } else { object };
        let mut activity = eve.activity("eve", kind, &format!("/a/{n}"), &object);
        activity["to"] = json!([followers, us.actor(), mal.actor("ann"), "as:Public"]);
        activity["signature"] = json!({ "type": "RsaSignature2017" });
        tell(&us, &eve, "eve", &activity).await;
    }
    assert_eq!((mal.taken().len(), eve.taken().len()), told);
    assert_eq!(us.deliveries(State::Waiting), 0);
}

#[tokio::test]
async fn a_wave_of_mentions_is_shown_nowhere() {
    let (_clock, us, mal) = start().await;
    let post = us.publish("Good morning").await;
    let uri = us.post_uri(post.id);
    for n in 0..30 {
        let name = format!("u{n}");
        mal.be(&[&name]);
        let mut spam = mal.note(&name, &format!("/n/{n}"), "", "Buy <a href=\"https://spam.example/\">spam</a>");
        spam["inReplyTo"] = if n % 2 == 0 { json!(uri) } else { Value::Null };
        spam["tag"] = json!([{ "type": "Mention", "href": us.actor() }, { "type": "Hashtag", "name": "#spam" }]);
        tell(&us, &mal, &name, &mal.activity(&name, "Create", &format!("/c/{n}"), &spam)).await;
        tell(&us, &mal, &name, &mal.activity(&name, "Announce", &format!("/b/{n}"), &json!(mal.url("/n/0")))).await;
    }
    assert_eq!((rows(&us)["notes"], count(&us, Count::RepliesShown(post.id))), (30, 0));
    assert!(note(&us, &mal.url("/n/0")).is_some());
    for path in public(&us, &uri) {
        for answer in [get(&path, "text/html").await, activity(&path).await] {
            let text = answer.text();
            assert!(!text.contains("spam") && !text.contains("/n/"), "{path}: {text}");
        }
    }
    assert_eq!(mal.taken().len(), 0, "nor does anybody get an answer");
}

/// Where anybody may look.
fn public(us: &Instance, uri: &str) -> Vec<String> {
    let (page, id) = (us.url("/@press"), uri.rsplit('/').next().unwrap());
    let mut all = vec![us.url("/"), page.clone(), format!("{page}/{id}"), us.url("/tags/spam"), uri.to_owned()];
    all.extend(["/@press/feed.atom", "/@press/feed.rss", "/feed.atom"].map(|path| us.url(path)));
    all.extend(["/replies", "/replies?page=true", "/replies?page=others"].map(|name| format!("{uri}{name}")));
    all.extend(["/outbox", "/outbox?page=true", "/featured", "/followers"].map(|name| format!("{}{name}", us.actor())));
    all.push(us.url(&format!("/api/v1/statuses/{id}/context")));
    all.push(us.url(&format!("/api/v1/accounts/{}/statuses", us.account.id)));
    all
}

#[tokio::test]
async fn a_crawler_comes_to_an_end() {
    let (_clock, us, _mal) = start().await;
    for n in 0..45 {
        us.publish(&format!("Number {n} #number #n{}", n % 3)).await;
    }
    let (mut seen, mut left) = (BTreeSet::from(["/".to_owned()]), vec!["/".to_owned()]);
    while let Some(path) = left.pop() {
        let answer = get(&us.url(&path), "text/html").await;
        assert!(answer.status.as_u16() < 400, "{path}: {}", answer.status);
        for part in answer.text().split("href=\"").skip(1) {
            let link = part.split('"').next().unwrap().replace("&amp;", "&").replace(&us.url(""), "");
            let page = link.split('#').next().unwrap().to_owned();
            if page.starts_with('/') && !page.starts_with("/assets/") && seen.insert(page.clone()) {
                left.push(page);
            }
        }
        assert!(seen.len() < 200, "{seen:?}");
    }
    assert!(seen.len() > 45 + 4, "{seen:?}");
    // What nobody links to is not there, or is the same page again.
    for path in ["/?before=x", "/?before=-1", "/?before=99999999999999999999", "/@press?before=0&before=1"] {
        assert_eq!(get(&us.url(path), "text/html").await.status, 200, "{path}");
    }
    for path in ["/@press/999", "/@nobody", "/tags", "/@press/feed.atom/feed.atom", "/proxy?url=http://127.0.0.1/"] {
        assert_eq!(get(&us.url(path), "text/html").await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn two_servers_that_check_each_other_do_not_wait_for_each_other() {
    let (_clock, us, mal) = start().await;
    // What signs our GETs is there for whoever wants to check them, signed or not, and is answered without a question.
    for (path, headers) in [("/ap/actor", vec![]), ("/ap/actor", vec![("signature", "keyId=\"x\"")])] {
        let mut headers = headers;
        headers.push(("accept", "application/activity+json"));
        let answer = crate::support::http::send("GET", &us.url(path), &headers, "").await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["publicKey"]["id"].clone()),
            (200, json!(us.url("/ap/actor#main-key")))
        );
    }
    assert!(mal.asked().is_empty());
    mal.be(&["ann"]);
    follow(&us, &mal, "ann", "/f/ann").await;
    assert_eq!((followers(&us), mal.asked_for("GET /u/ann")), (1, 1));
}
