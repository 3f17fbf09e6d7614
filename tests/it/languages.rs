//! A post in several languages that has a Note for each: published, answered, changed and deleted between two servers.
//! Here it stays one post with one page.

use std::time::Duration;

use instance::actions::{self, accounts, edit::Change, react};
use instance::app::{lookup, mentions};
use instance::base::time::Clock;
use instance::model::account::Languages;
use instance::model::follow::ReactionKind;
use instance::model::post::{NewPost, Post, Version};
use instance::store::counts::{self, Count};
use instance::store::{notes, posts};

use crate::support::http::{activity, get};
use crate::support::{Instance, START, drain, follow};

async fn in_languages(server: &Instance, languages: Languages) {
    let (site, by) = (server.app.site.clone(), server.by());
    let change = accounts::Change { languages: Some(languages), ..accounts::Change::default() };
    server.app.store.write(move |tx| accounts::edit(tx, &site, by, &change)).await.unwrap();
}

fn version(lang: &str, text: &str) -> Version {
    Version { lang: lang.parse().unwrap(), text: text.into(), warning: String::new() }
}

/// A post that names the other server's account, which therefore keeps it.
async fn publish(server: &Instance, to: &Instance) -> Post {
    let name = format!("@press@{}", to.address);
    let versions = vec![version("en", &format!("Bridge closed {name}")), version("de", &format!("Brücke zu {name}"))];
    let mentions = mentions::of_versions(&server.app, &versions).await.unwrap();
    assert_eq!(mentions.len(), 1);
    server.publish_new(NewPost { versions, mentions, ..NewPost::plain("en".parse().unwrap(), "") }).await
}

fn kept(server: &Instance, uri: &str) -> Option<String> {
    server.app.store.read(|rows| notes::by_uri(rows, uri)).unwrap().map(|note| note.content.html)
}

async fn change(server: &Instance, post: &Post, versions: Vec<Version>) {
    let mentions = post.mentions.clone();
    let (site, by, id) = (server.app.site.clone(), server.by(), post.id);
    let change = Change { mentions, ..Change::words(versions) };
    server.app.store.write(move |tx| actions::edit::edit(tx, &site, by, id, &change)).await.unwrap();
}

#[tokio::test]
async fn each_language_lives_as_a_post_of_its_own_elsewhere() {
    let clock = Clock::by_hand(START);
    let (alpha, beta) = (Instance::start(&clock).await, Instance::start(&clock).await);
    let all = [&alpha, &beta];
    follow(&beta, &alpha).await;
    in_languages(&alpha, Languages::Posts).await;
    drain(&all).await;
    let post = publish(&alpha, &beta).await;
    drain(&all).await;
    let (english, german) = (alpha.post_uri(post.id), format!("{}/de", alpha.post_uri(post.id)));
    assert!(kept(&beta, &english).unwrap().contains("Bridge closed"));
    assert!(kept(&beta, &german).unwrap().contains("Brücke zu"));

    // The addresses lead to each other: the page to its Note, the Note to its page.
    let page = alpha.url(&format!("/@press/{}/de", post.id));
    let document = activity(&german).await.json();
    assert_eq!((&document["id"], &document["url"]), (&german.clone().into(), &page.clone().into()));
    assert_eq!(get(&page, "application/activity+json").await.header("location"), german);
    assert_eq!(get(&german, "text/html").await.header("location"), page);
    assert!(get(&page, "text/html").await.text().contains(&format!("href=\"{german}\"")), "for who pastes the page");
    assert_eq!(activity(&format!("{english}/fr")).await.status.as_u16(), 404);

    // What is said to either Note is said to the post.
    let object = lookup::object(&beta.app, &german, ReactionKind::Like).await.unwrap();
    let (site, by) = (beta.app.site.clone(), beta.by());
    beta.app.store.write(move |tx| react::react(tx, &site, by, ReactionKind::Like, &object)).await.unwrap();
    let target = lookup::reply_target(&beta.app, beta.account.id, &german).await.unwrap();
    beta.publish_new(NewPost { reply_to: Some(target), ..NewPost::plain("de".parse().unwrap(), "Wie lange?") }).await;
    drain(&all).await;
    let count = |what| alpha.app.store.read(|rows| counts::get(rows, what)).unwrap();
    assert_eq!((count(Count::Likes(post.id)), count(Count::Replies(post.id))), (1, 1));

    // A change reaches each Note; a language that is new gets its own, one that goes is deleted for good.
    clock.advance(Duration::from_secs(60));
    change(
        &alpha,
        &post,
        vec![version("en", "Bridge open"), version("de", "Brücke offen"), version("fr", "Pont ouvert")],
    )
    .await;
    drain(&all).await;
    assert!(kept(&beta, &english).unwrap().contains("Bridge open") && kept(&beta, &german).unwrap().contains("offen"));
    assert!(activity(&format!("{english}/fr")).await.json()["content"].as_str().unwrap().contains("Pont"));
    clock.advance(Duration::from_secs(60));
    change(&alpha, &post, vec![version("en", "Bridge open"), version("fr", "Pont ouvert")]).await;
    drain(&all).await;
    assert_eq!((kept(&beta, &german), activity(&german).await.status.as_u16()), (None, 410));
    clock.advance(Duration::from_secs(60));
    change(&alpha, &post, vec![version("en", "Bridge open"), version("de", "Wieder da")]).await;
    drain(&all).await;
    assert_eq!((kept(&beta, &german), activity(&german).await.status.as_u16()), (None, 410), "no id comes twice");
    assert!(kept(&beta, &english).unwrap().contains(&page), "it is reached by a link instead");
    assert!(get(&page, "text/html").await.text().contains("Wieder da"));

    let (site, by) = (alpha.app.site.clone(), alpha.by());
    alpha.app.store.write(move |tx| actions::delete::delete(tx, &site, by, post.id)).await.unwrap();
    drain(&all).await;
    assert_eq!(kept(&beta, &english), None);
    for note in [&english, &german, &format!("{english}/fr")] {
        let gone = activity(note).await;
        assert_eq!((gone.status.as_u16(), gone.json()["id"].as_str()), (410, Some(note.as_str())));
    }
}

#[tokio::test]
async fn a_post_goes_on_as_it_went_out() {
    let clock = Clock::by_hand(START);
    let (alpha, beta) = (Instance::start(&clock).await, Instance::start(&clock).await);
    let all = [&alpha, &beta];
    in_languages(&alpha, Languages::Stacked).await;
    let post = publish(&alpha, &beta).await;
    drain(&all).await;
    assert!(kept(&beta, &alpha.post_uri(post.id)).unwrap().contains("Brücke zu"));
    in_languages(&alpha, Languages::Posts).await;
    clock.advance(Duration::from_secs(60));
    change(&alpha, &post, vec![version("en", "Bridge open"), version("de", "Brücke offen")]).await;
    drain(&all).await;
    let text = kept(&beta, &alpha.post_uri(post.id)).unwrap();
    assert!(text.contains("Bridge open") && text.contains("Brücke offen"), "{text}");
    let stored = alpha.app.store.read(|rows| posts::need(rows, post.id)).unwrap();
    assert_eq!((stored.languages, stored.notes().len()), (Languages::Stacked, 1));
}
