//! What we quote of others: asked, allowed, refused, taken back.

use instance::app::lookup;
use instance::base::time::Clock;
use instance::error::Error;
use instance::model::post::{NewPost, Post, Quoting, ReplyTo};
use instance::model::user::Asker;
use instance::store::posts;
use serde_json::{Value, json};

use crate::support::evil::{Evil, Page};
use crate::support::http::{activity, get};
use crate::support::{Instance, START, drain, second_account};

/// A post that quotes one of ann's, and the request that came to her.
async fn quoting(us: &Instance, evil: &Evil) -> (Post, Value) {
    evil.be(&["ann", "bob"]);
    let theirs = evil.note("ann", "/n/1", &evil.url("/n/0"), "Bring your own mug.");
    evil.serve("/n/1", Page::activity(&theirs));
    let quote = lookup::reply_target(&us.app, us.account.id, &evil.url("/n/1")).await.unwrap();
    let post =
        us.publish_new(NewPost { quote: Some(quote), ..NewPost::plain("en".parse().unwrap(), "Well said.") }).await;
    drain(&[us]).await;
    let asked = evil.taken().into_iter().find(|(_, body)| body["type"] == "QuoteRequest").unwrap().1;
    (post, asked)
}

async fn says(us: &Instance, evil: &Evil, name: &str, kind: &str, request: &Value, result: &Value) {
    let mut answer = evil.activity(name, kind, &format!("/answer/{name}/{kind}"), &request["id"]);
    answer["result"] = result.clone();
    evil.say(us, name, &answer).await;
    drain(&[us]).await;
}

async fn page(us: &Instance, post: &Post) -> String {
    get(&us.url(&format!("/@{}/{}", us.account.handle, post.id)), "text/html").await.text()
}

#[tokio::test]
async fn the_author_is_asked_and_can_take_it_back() {
    let us = Instance::start(&Clock::by_hand(START)).await;
    let evil = Evil::start("127.0.9.44").await;
    let (post, asked) = quoting(&us, &evil).await;
    assert_eq!((&asked["object"], &asked["instrument"]), (&json!(evil.url("/n/1")), &json!(us.post_uri(post.id))));
    let document = activity(&us.post_uri(post.id)).await.json();
    assert_eq!(document["quote"], evil.url("/n/1"));
    assert!(document["content"].as_str().unwrap().starts_with("<p class=\"quote-inline\">RE: "), "{document}");
    assert!(document.get("quoteAuthorization").is_none());
    let shown = page(&us, &post).await;
    assert!(shown.contains("/n/1") && !shown.contains("Bring your own mug"), "not before its author said yes");

    let authorization = json!(evil.url("/auth/1"));
    says(&us, &evil, "ann", "Accept", &asked, &authorization).await;
    let document = activity(&us.post_uri(post.id)).await.json();
    assert_eq!(document["quoteAuthorization"], authorization);
    assert!(document.get("updated").is_none());
    assert!(page(&us, &post).await.contains("Bring your own mug"));

    let stranger = evil.activity("bob", "Delete", "/d/bob", &authorization);
    evil.say(&us, "bob", &stranger).await;
    drain(&[&us]).await;
    assert!(page(&us, &post).await.contains("Bring your own mug"), "only its author takes it back");
    let gone = evil.activity("ann", "Delete", "/d/ann", &authorization);
    evil.say(&us, "ann", &gone).await;
    drain(&[&us]).await;
    assert!(activity(&us.post_uri(post.id)).await.json().get("quoteAuthorization").is_none());
    assert!(!page(&us, &post).await.contains("Bring your own mug"));
}

#[tokio::test]
async fn nobody_says_yes_for_somebody_else_or_from_elsewhere() {
    let us = Instance::start(&Clock::by_hand(START)).await;
    let evil = Evil::start("127.0.9.45").await;
    let (post, asked) = quoting(&us, &evil).await;
    let stands = || us.app.store.read(|rows| posts::need(rows, post.id)).unwrap().quoted.unwrap();
    says(&us, &evil, "bob", "Accept", &asked, &json!(evil.url("/auth/1"))).await;
    says(&us, &evil, "ann", "Accept", &asked, &json!("https://victim.example/auth/1")).await;
    says(&us, &evil, "ann", "Accept", &asked, &Value::Null).await;
    assert!(!stands().is_allowed() && !stands().is_refused());
    says(&us, &evil, "ann", "Reject", &asked, &Value::Null).await;
    assert!(stands().is_refused());
}

#[tokio::test]
async fn an_earlier_post_of_the_account_is_quoted_without_asking() {
    let us = Instance::start(&Clock::by_hand(START)).await;
    let first = us.publish("The bridge opens on Monday.").await;
    let new = NewPost { quote: Some(ReplyTo::Own(first.id)), ..NewPost::plain("en".parse().unwrap(), "It did.") };
    let post = us.publish_new(new.clone()).await;
    drain(&[&us]).await;
    assert_eq!(activity(&us.post_uri(post.id)).await.json()["quote"], us.post_uri(first.id));
    assert!(page(&us, &post).await.contains("opens on Monday"));
    let (site, by, id) = (us.app.site.clone(), us.by(), first.id);
    us.app.store.write(move |tx| instance::actions::delete::delete(tx, &site, by, id)).await.unwrap();
    assert!(!page(&us, &post).await.contains("opens on Monday"));
    let (site, by) = (us.app.site.clone(), us.by());
    let again = us.app.store.write(move |tx| instance::actions::publish::publish(tx, &site, by, &new)).await;
    assert!(again.is_err(), "what is gone is not quoted");
}

/// Two accounts of one house: nobody is asked, and other servers find the authorization that they look for.
#[tokio::test]
async fn another_account_of_ours_lets_itself_be_quoted_by_its_own_rule() {
    let us = Instance::start(&Clock::by_hand(START)).await;
    let other = second_account(&us).await;
    let (site, by) = (us.app.site.clone(), Asker::Operator.may(other.id).unwrap());
    let publish = async |new: NewPost| {
        let site = site.clone();
        us.app.store.write(move |tx| instance::actions::publish::publish(tx, &site, by, &new)).await.unwrap()
    };
    let plain = |text: &str| NewPost::plain("en".parse().unwrap(), text);
    let theirs = publish(plain("The water is safe.")).await;
    let shut = publish(NewPost { quoting: Quoting::Nobody, ..plain("Not to be quoted.") }).await;
    let quoting = |of: &Post| NewPost { quote: Some(ReplyTo::Own(of.id)), ..plain("Good news.") };
    let post = us.publish_new(quoting(&theirs)).await;
    drain(&[&us]).await;

    let document = activity(&us.post_uri(post.id)).await.json();
    assert_eq!(document["quote"], us.post_uri(theirs.id));
    let address = document["quoteAuthorization"].as_str().unwrap().to_owned();
    let stamp = activity(&address).await.json();
    assert_eq!(stamp["type"], "QuoteAuthorization");
    assert_eq!((&stamp["attributedTo"], &stamp["id"]), (&json!(us.app.site.actor(other.id)), &json!(address)));
    assert_eq!(
        (&stamp["interactingObject"], &stamp["interactionTarget"]),
        (&json!(us.post_uri(post.id)), &json!(us.post_uri(theirs.id)))
    );
    assert!(page(&us, &post).await.contains("The water is safe."));
    // What was sent has it too: the stamp was there before anybody was told.
    let sent = us.app.store.read(|rows| instance::store::activities::get(rows, post.activities[0])).unwrap().unwrap();
    assert!(sent.json.get().contains(&address));

    let (of, by, new) = (us.app.site.clone(), us.by(), quoting(&shut));
    let refused = us.app.store.write(move |tx| instance::actions::publish::publish(tx, &of, by, &new)).await;
    assert!(matches!(refused, Err(Error::Invalid(problem)) if problem.id == "E532"));

    // The authorization goes with either post.
    let again = us.publish_new(quoting(&theirs)).await;
    let second = activity(&us.post_uri(again.id)).await.json()["quoteAuthorization"].as_str().unwrap().to_owned();
    assert_ne!(second, address);
    let (of, by, id) = (us.app.site.clone(), us.by(), again.id);
    us.app.store.write(move |tx| instance::actions::delete::delete(tx, &of, by, id)).await.unwrap();
    assert_eq!((activity(&second).await.status.as_u16(), activity(&address).await.status.as_u16()), (404, 200));
    let (of, by, id) = (us.app.site.clone(), Asker::Operator.may(other.id).unwrap(), theirs.id);
    us.app.store.write(move |tx| instance::actions::delete::delete(tx, &of, by, id)).await.unwrap();
    assert_eq!(activity(&address).await.status, 404);
    drain(&[&us]).await;
}
