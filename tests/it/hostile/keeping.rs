//! What strangers make us keep, and what of it stands on our pages: little of each, so much of all, and nothing that
//! nobody looked at.

use instance::limits;
use instance::model::account::Replies;
use instance::model::activity::Received;
use instance::model::ids::{NoteId, ReceivedId};
use instance::model::note::Shown;
use instance::store::Rows;
use instance::store::schema::RECEIVED;
use serde_json::{Value, json};

use super::{EVE, MAL, count, drain, follow, note, rows, start, start_followed, tell, victim};
use crate::support::Instance;
use crate::support::evil::{Evil, Page, key};

#[tokio::test]
async fn of_the_fattest_answer_little_is_kept() {
    let (_clock, us, mal) = start().await;
    mal.be(&["ann"]);
    let uri = us.post_uri(us.publish("Well?").await.id);
    follow(&us, &mal, "ann", "/f/ann").await;
    let mut fat = mal.note("ann", "/n/fat", &uri, &"<b>x</b>".repeat(8 << 10));
    let long = |n: usize| format!("https://x.example/{n}/{}", "x".repeat(2_000));
    let others = (0..100).map(|n| json!({ "type": "Mention", "href": long(n) }));
    fat["tag"] = std::iter::once(json!({ "type": "Mention", "href": us.actor() })).chain(others).collect();
    fat["attachment"] =
        (0..16).map(|n| json!({ "type": "Image", "url": long(n), "name": "\u{1f600}".repeat(1_500) })).collect();
    fat["summary"] = json!("w".repeat(5_000));
    tell(&us, &mal, "ann", &mal.activity("ann", "Create", "/c/fat", &fat)).await;
    let kept = note(&us, &mal.url("/n/fat")).unwrap();
    assert_eq!(kept.content.mentions, [us.actor()]);
    let length = serde_json::to_vec(&kept).unwrap().len();
    assert!((40 << 10..96 << 10).contains(&length), "{length}");
    // Nor by an Update.
    fat["updated"] = json!("2026-11-23T08:30:00Z");
    tell(&us, &mal, "ann", &mal.activity("ann", "Update", "/u/fat", &fat)).await;
    assert_eq!(note(&us, &mal.url("/n/fat")).unwrap().content.mentions, [us.actor()]);
}

#[tokio::test]
async fn a_server_makes_us_keep_so_much_and_is_then_told_to_come_later() {
    let (clock, us, mal) = start().await;
    let eve = Evil::start(EVE).await;
    mal.be(&["ann", "new"]);
    eve.be(&["eve"]);
    let post = us.publish("Well?").await;
    let uri = us.post_uri(post.id);
    follow(&us, &mal, "ann", "/f/ann").await;
    // `limits::inbox::KEPT_OF_HOST`, but for less than the smallest of these would take.
    us.app.inbound.keep(&MAL.to_owned(), (64 << 20) - (8 << 10), us.app.now()).unwrap();
    while us.app.inbound.keep(&MAL.to_owned(), 100, us.app.now()).is_ok() {}
    let before = rows(&us);
    let answer = mal.activity("ann", "Create", "/c/1", &mal.note("ann", "/n/1", &uri, "I do"));
    assert_eq!(mal.say(&us, "ann", &answer).await, 503);
    assert_eq!(mal.say(&us, "new", &mal.activity("new", "Follow", "/f/new", &json!(us.actor()))).await, 503);
    mal.serve("/n/2", Page::activity(&mal.note("ann", "/n/2", &uri, "I do, too")));
    tell(&us, &mal, "ann", &mal.activity("ann", "Create", "/c/2", &json!(mal.url("/n/2")))).await;
    let mut after = before.clone();
    // A copy of whatever waits is put beside it here.
    after.insert("received", 2);
    assert_eq!(rows(&us), after);
    // What leaves next to nothing, and other servers, are welcome.
    tell(&us, &mal, "ann", &mal.activity("ann", "Like", "/l/1", &json!(uri))).await;
    follow(&us, &eve, "eve", "/f/eve").await;
    assert_eq!((count(&us, instance::store::counts::Count::Likes(post.id)), super::followers(&us)), (1, 2));
    clock.advance(std::time::Duration::from_secs(60));
    tell(&us, &mal, "new", &mal.activity("new", "Follow", "/f/new", &json!(us.actor()))).await;
    assert!(note(&us, &mal.url("/n/2")).is_some());
    assert_eq!(super::followers(&us), 3);
}

#[tokio::test]
async fn one_domain_does_not_fill_the_list_of_what_waits_for_others() {
    let (_clock, us, mal, eve) = start_followed().await;
    let later = us.app.now().plus(std::time::Duration::from_secs(1_800));
    let row = |actor: String| Received {
        actor,
        at: later,
        json: serde_json::from_str("{}").unwrap(),
        profile: None,
        refetch: None,
        tries: 0,
    };
    let crowd = usize::try_from(limits::inbox::CROWDED).unwrap() - limits::inbox::WAITING_OF_DOMAIN;
    let crowd = (0..crowd).map(|n| row(format!("https://h.d{n}.test/u")));
    let many = (0..limits::inbox::WAITING_OF_DOMAIN).map(|n| row(mal.actor(&format!("u{n}"))));
    let waiting: Vec<Received> = crowd.chain(many).collect();
    us.app
        .store
        .write(move |tx| {
            waiting.iter().try_for_each(|row| {
                let id = ReceivedId(tx.id());
                tx.put(&RECEIVED, &(later, id), row)
            })
        })
        .await
        .unwrap();
    let create = |evil: &Evil, name: &str| evil.activity(name, "Create", "/c/1", &json!(evil.url("/n/1")));
    assert_eq!(mal.say(&us, "ann", &create(&mal, "ann")).await, 503);
    assert_eq!(eve.say(&us, "eve", &create(&eve, "eve")).await, 202);
    us.app
        .store
        .write(|tx| {
            let keys = tx.keys(&RECEIVED, instance::store::Span::all())?;
            keys.iter().try_for_each(|key| tx.remove(&RECEIVED, key).map(|_| ()))
        })
        .await
        .unwrap();
}

async fn release(us: &Instance, id: NoteId) {
    let by = us.by();
    us.app.store.write(move |tx| instance::actions::replies::show(tx, by, id, Shown::Released, None)).await.unwrap();
}

#[tokio::test]
async fn what_was_released_does_not_change_its_face() {
    let (_clock, us, mal) = start().await;
    let (post, answer) = victim(&us, &mal).await;
    let id = note(&us, &answer).unwrap().id;
    let shown = || note(&us, &answer).unwrap().shown;
    let same = |extra: &Value| {
        let mut same = mal.note("vic", "/n/vic", &us.post_uri(post.id), "For how long?");
        same["updated"] = json!("2026-11-23T08:20:00Z");
        same.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        mal.activity("vic", "Update", &format!("/up/{}", extra.to_string().len()), &same)
    };
    release(&us, id).await;
    // The same again is no reason to look again, nor is an address that would not be shown.
    tell(&us, &mal, "vic", &same(&json!({ "url": "https://phish.example/login" }))).await;
    assert_eq!((shown(), note(&us, &answer).unwrap().content.url), (Shown::Released, answer.clone()));
    for extra in [json!({ "url": mal.url("/elsewhere") }), json!({ "contentMap": { "ar": "<p>For how long?</p>" } })] {
        tell(&us, &mal, "vic", &same(&extra)).await;
        assert_eq!(shown(), Shown::Waiting, "{extra}");
        release(&us, id).await;
    }
    for (field, value) in [("name", json!("The Mayor (official)")), ("url", json!(mal.url("/login")))] {
        let mut person = mal.person("vic", key(0));
        person["name"] = json!("The Mayor (official)");
        person[field] = value;
        let update = mal.activity("vic", "Update", &format!("/up/{field}"), &person);
        tell(&us, &mal, "vic", &update).await;
        assert_eq!(shown(), Shown::Waiting, "{field}");
        release(&us, id).await;
        tell(&us, &mal, "vic", &update).await;
        assert_eq!(shown(), Shown::Released, "said again, it is what was released");
    }
    // Whoever has everything shown at once has this shown, too.
    us.app
        .store
        .write(move |tx| {
            let mut account = instance::store::accounts::need(tx, post.account)?;
            account.replies = Replies::AtOnce;
            instance::store::accounts::put(tx, &account)
        })
        .await
        .unwrap();
    tell(&us, &mal, "vic", &mal.activity("vic", "Update", "/up/back", &mal.person("vic", key(0)))).await;
    assert_eq!(shown(), Shown::Released);
    drain(&[&us]).await;
}
