//! Who says it: keys, actor documents, signatures.

use std::time::Duration;

use bytes::Bytes;
use hyper::header::HeaderValue;
use instance::store::actors;
use serde_json::{Value, json};

use super::{EVE, drain, follow, followers, rows, start};
use crate::support::Instance;
use crate::support::evil::{Canary, Evil, Page, Signed, key, post, signed};

fn follow_of(us: &Instance, evil: &Evil, name: &str) -> Value {
    evil.activity(name, "Follow", &format!("/f/{name}"), &json!(us.actor()))
}

#[tokio::test]
async fn a_key_speaks_for_its_owner_alone() {
    let (_clock, us, evil) = start().await;
    let eve = Evil::start(EVE).await;
    evil.be(&["ann", "known"]);
    eve.be(&["eve"]);
    evil.serve("/u/bob", Page::activity(&evil.person("bob", key(1))));
    follow(&us, &evil, "known", "/f/known").await;
    let before = rows(&us);
    // Whose key id, which key, and whom the activity names.
    for (id, key, actor, words) in [
        (evil.key_id("bob"), key(1), "ann", "bob of the same host for ann"),
        (evil.key_id("ann"), key(1), "ann", "bob's key under ann's name"),
        (eve.key_id("eve"), key(0), "ann", "eve of another host for ann"),
        (evil.key_id("bob"), key(1), "known", "bob for somebody whom we know"),
        (evil.key_id("known"), key(1), "known", "bob's key under the name of somebody whom we know"),
        (evil.url("/u/ann#other-key"), key(0), "ann", "a key that ann does not list"),
        (format!("{}#main-key", us.actor()), key(0), "ann", "a key of ours"),
        (us.url("/ap/actor"), key(0), "ann", "the server's own key"),
        ("acct:ann@host.example".to_owned(), key(0), "ann", "no web address"),
    ] {
        let answer = signed(&us, &id, key, follow_of(&us, &evil, actor).to_string()).await;
        assert_eq!(answer.status, 401, "{words}");
        assert_eq!(answer.text().contains("this server"), words.contains("own key") || words.contains("of ours"));
        drain(&[&us]).await;
        assert_eq!(rows(&us), before, "{words}");
    }
    follow(&us, &evil, "ann", "/f/ann").await;
    assert_eq!(followers(&us), 2, "and ann herself may");
}

#[tokio::test]
async fn an_actor_is_what_its_own_server_serves_under_its_own_id() {
    let (_clock, us, evil) = start().await;
    let (eve, canary) = (Evil::start(EVE).await, Canary::new());
    let kind = "application/activity+json";
    let honest = |name: &str| evil.person(name, key(0));
    let with = |name: &str, field: &str, value: Value| {
        let mut actor = honest(name);
        actor[field] = value;
        Page::activity(&actor)
    };
    let key_of = |name: &str, id: &str, owner: &str| json!({ "id": if id.is_empty() { evil.key_id(name) } else { id.to_owned() }, "owner": owner, "publicKeyPem": key(0).public().to_pem() });
    let huge = format!("{}{}", honest("huge"), " ".repeat(2 << 20));
    let to_canary = format!("http://{}/u/redirected", canary.address);
    let mapped = format!("http://[::ffff:7f00:1]:{}/u/mapped", canary.address.port());
    for (name, page) in [
        ("other", with("other", "id", json!(evil.actor("elsewhere")))),
        ("foreign", with("foreign", "id", json!(eve.actor("foreign")))),
        ("text", Page::typed("text/plain", honest("text").to_string())),
        ("json", Page::typed("application/json", honest("json").to_string())),
        ("html", Page::typed("text/html", honest("html").to_string())),
        ("huge", Page::typed(kind, huge)),
        ("deep", Page::typed(kind, "[".repeat(100_000))),
        ("twice", Page::typed(kind, honest("twice").to_string().replace("\"type\"", "\"id\":\"x\",\"type\""))),
        ("redirected", Page::redirect(&to_canary)),
        ("mapped", Page::redirect(&mapped)),
        ("itself", Page::redirect(&evil.actor("itself"))),
        ("note", Page::activity(&evil.note("note", "/u/note", "", ""))),
        ("collection", with("collection", "type", json!("OrderedCollection"))),
        ("owned", with("owned", "publicKey", key_of("owned", "", &eve.actor("eve")))),
        ("keyed", with("keyed", "publicKey", key_of("keyed", &eve.key_id("eve"), &evil.actor("keyed")))),
        ("inbox", with("inbox", "inbox", json!(eve.url("/inbox")))),
        ("canary", with("canary", "inbox", json!(format!("http://{}/inbox", canary.address)))),
        ("bidi", with("bidi", "preferredUsername", json!("a\u{202e}b"))),
        ("missing", Page::status(404)),
        ("gone", Page::status(410)),
        ("error", Page::status(500)),
    ] {
        evil.serve(&format!("/u/{name}"), page);
        let before = rows(&us);
        let answer = signed(&us, &evil.key_id(name), key(0), follow_of(&us, &evil, name).to_string()).await;
        assert_eq!(answer.status, 401, "{name}: {}", answer.text());
        drain(&[&us]).await;
        assert_eq!(rows(&us), before, "{name}");
    }
    assert!(!canary.is_touched(), "an address that is not allowed was connected to");
    assert!(evil.asked_for("GET /u/itself") <= 4);
    assert!(eve.asked().iter().all(|line| line == "GET /u/foreign"), "{:?}", eve.asked());
}

#[tokio::test]
async fn nothing_is_asked_for_at_addresses_of_ours_or_of_the_house() {
    let (_clock, us, evil) = start().await;
    let canary = Canary::new();
    let before = rows(&us);
    let local = us.app.site.actor(us.account.id);
    let shouted = local.replacen("http://", "HTTP://", 1);
    for (actor, status) in [
        (local, 400),
        (shouted, 400),
        (format!("http://{}/u/ann", canary.address), 401),
        ("http://[::1]/u/ann".to_owned(), 401),
        ("http://localhost/u/ann".to_owned(), 401),
        ("http://2130706433/u/ann".to_owned(), 401),
        ("http://10.0.0.1/u/ann".to_owned(), 401),
        ("http://169.254.169.254/u/ann".to_owned(), 401),
        (format!("http://x@{}/u/ann", evil.address), 400),
        ("file:///etc/passwd".to_owned(), 400),
        ("data:application/activity+json,x".to_owned(), 400),
    ] {
        let activity = json!({ "id": format!("{actor}/f"), "type": "Follow", "actor": actor, "object": us.actor() });
        let answer = signed(&us, &format!("{actor}#main-key"), key(0), activity.to_string()).await;
        assert_eq!(answer.status.as_u16(), status, "{actor}: {}", answer.text());
    }
    assert!(!canary.is_touched());
    assert_eq!(rows(&us), before);
}

#[tokio::test]
async fn a_signature_proves_this_request_and_no_other() {
    let (clock, us, evil) = start().await;
    evil.be(&["ann"]);
    let before = rows(&us);
    let (inbox, own) = (us.url("/ap/inbox"), format!("{}/inbox", us.actor()));
    let body = follow_of(&us, &evil, "ann").to_string();
    let now = us.app.now();
    let key_id = evil.key_id("ann");
    let honest =
        |modern: bool| Signed { key_id: &key_id, key: key(0), body: body.as_bytes(), url: &inbox, at: now, modern };
    let elsewhere = evil.url("/ap/inbox");
    for modern in [false, true] {
        let old = now.0 - 14 * 3600 * 1000;
        let stripped = |name: &str| {
            let mut headers = honest(modern).headers();
            assert!(headers.remove(name).is_some());
            headers
        };
        let digest = if modern { "content-digest" } else { "digest" };
        let mut uncovered = honest(modern).headers();
        let name = if modern { "signature-input" } else { "signature" };
        let weak = uncovered[name]
            .to_str()
            .unwrap()
            .replace(" host", "")
            .replace(" digest", "")
            .replace(" \"content-digest\"", "");
        uncovered.insert(name, HeaderValue::from_str(&weak).unwrap());
        let other = body.replace("/f/ann", "/f/bob");
        for (words, headers, body) in [
            ("unsigned", hyper::HeaderMap::new(), body.clone()),
            ("another body", honest(modern).headers(), other),
            ("another inbox", Signed { url: &own, ..honest(modern) }.headers(), body.clone()),
            ("another server", Signed { url: &elsewhere, ..honest(modern) }.headers(), body.clone()),
            ("too old", Signed { at: instance::base::time::Timestamp(old), ..honest(modern) }.headers(), body.clone()),
            (
                "too early",
                Signed { at: now.plus(Duration::from_secs(7_200)), ..honest(modern) }.headers(),
                body.clone(),
            ),
            ("no digest", stripped(digest), body.clone()),
            ("no signature", stripped("signature"), body.clone()),
            ("digest not covered", uncovered, body.clone()),
        ] {
            let answer = post(&inbox, &headers, body).await;
            assert_eq!(answer.status, 401, "{words}, modern: {modern}: {}", answer.text());
        }
    }
    drain(&[&us]).await;
    assert_eq!(rows(&us), before);
    for modern in [false, true] {
        assert_eq!(post(&inbox, &honest(modern).headers(), body.clone()).await.status, 202, "modern: {modern}");
    }
    drain(&[&us]).await;
    assert_eq!(followers(&us), 1);
    // What was good this morning is nothing in the evening.
    let headers = honest(false).headers();
    clock.advance(Duration::from_secs(14 * 3600));
    assert_eq!(post(&inbox, &headers, body.clone()).await.status, 401);
}

#[tokio::test]
async fn a_signature_within_the_document_proves_nothing() {
    let (_clock, us, evil) = start().await;
    evil.be(&["ann"]);
    let mut activity = follow_of(&us, &evil, "ann");
    activity["signature"] =
        json!({ "type": "RsaSignature2017", "creator": evil.key_id("ann"), "signatureValue": "eA==" });
    activity["proof"] = json!({ "type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofValue": "z1" });
    let answer = post(&us.url("/ap/inbox"), &hyper::HeaderMap::new(), activity.to_string()).await;
    assert_eq!(answer.status, 401);
    assert!(evil.asked().is_empty());
}

#[tokio::test]
async fn a_new_key_is_fetched_once_and_then_not_for_a_while() {
    let (clock, us, evil) = start().await;
    evil.be(&["ann"]);
    follow(&us, &evil, "ann", "/f/1").await;
    assert_eq!(evil.asked_for("GET /u/ann"), 1);
    let says = async |key_number: usize, n: usize| {
        let body = Bytes::from(evil.activity("ann", "Like", &format!("/l/{n}"), &json!(us.actor())).to_string());
        let status = signed(&us, &evil.key_id("ann"), key(key_number), body).await.status.as_u16();
        drain(&[&us]).await;
        status
    };
    assert_eq!(says(0, 1).await, 202);
    assert_eq!(evil.asked_for("GET /u/ann"), 1, "a key that fits is not fetched");
    evil.serve("/u/ann", Page::activity(&evil.person("ann", key(1))));
    assert_eq!(says(1, 2).await, 202, "rotated");
    assert_eq!(says(1, 3).await, 202);
    assert_eq!(evil.asked_for("GET /u/ann"), 2);
    for n in 4..10 {
        assert_eq!(says(0, n).await, 401, "the old key is dead");
    }
    evil.serve("/u/ann", Page::activity(&evil.person("ann", key(2))));
    assert_eq!(says(2, 10).await, 401, "not again within five minutes");
    assert_eq!(evil.asked_for("GET /u/ann"), 2);
    clock.advance(Duration::from_secs(300));
    assert_eq!(says(2, 11).await, 202);
    assert_eq!(evil.asked_for("GET /u/ann"), 3);
    let ann = us.app.store.read(|rows| actors::by_uri(rows, &evil.actor("ann"))).unwrap().unwrap();
    assert_eq!(ann.profile.keys[0].key, key(2).public());
}
