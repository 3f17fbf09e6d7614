//! What becomes of a post after it was published: changes that everybody may see, two people who change it at once, a
//! reason in place of what was deleted, the posts on top of a profile.

use std::time::Duration;

use instance::actions;
use instance::actions::edit::Change;
use instance::base::lang::Lang;
use instance::base::time::Clock;
use instance::control::{self, Command};
use instance::limits;
use instance::model::ids::PostId;
use instance::model::post::{NewPost, Post, Version};
use instance::model::user::{Rank, Role};
use instance::store::posts;
use serde_json::Value;

use crate::support::http::{activity, get, send};
use crate::support::seat::{Seat, user};
use crate::support::{Instance, START};

const HTML: &str = "text/html";

fn lang(tag: &str) -> Lang {
    tag.parse().unwrap()
}

fn version(tag: &str, text: &str) -> Version {
    Version { lang: lang(tag), text: text.into(), warning: String::new() }
}

async fn edit(server: &Instance, id: PostId, versions: Vec<Version>) -> Post {
    let (site, by) = (server.app.site.clone(), server.by());
    let change = Change::words(versions);
    server.app.store.write(move |tx| actions::edit::edit(tx, &site, by, id, &change)).await.unwrap()
}

fn kept(server: &Instance, id: PostId) -> Post {
    server.app.store.read(|rows| posts::get(rows, id)).unwrap().unwrap()
}

async fn json(url: &str) -> Value {
    serde_json::from_str(&get(url, "application/json").await.text()).unwrap()
}

#[tokio::test]
async fn everybody_sees_what_was_changed_word_by_word_in_each_language() {
    let clock = Clock::by_hand(START);
    let server = Instance::start(&clock).await;
    let versions = vec![version("en", "The bridge opens on Monday."), version("de", "Die Brücke öffnet am Montag.")];
    let post = server.publish_new(NewPost { versions, ..NewPost::plain(lang("en"), "") }).await;
    let page = server.url(&format!("/@press/{}", post.id));
    assert!(!get(&page, HTML).await.text().contains("/history"), "nothing has been changed");
    clock.advance(Duration::from_secs(60));
    let tuesday = "The bridge opens on Tuesday. <script>alert(1)</script>";
    edit(&server, post.id, vec![version("en", tuesday), version("de", "Die Brücke öffnet am Montag.")]).await;
    let shown = get(&page, HTML).await.text();
    assert!(
        shown.contains(&format!("href=\"/@press/{}/history\"", post.id)) && shown.contains("(2 versions)"),
        "{shown}"
    );
    let history = get(&format!("{page}/history"), HTML).await;
    assert_eq!(history.header("cache-control"), "public, no-cache");
    let history = history.text();
    assert!(history.contains("<del>Monday</del><ins>Tuesday</ins>"), "{history}");
    assert!(history.contains("&#60;script&#62;") && !history.contains("<script>"), "{history}");
    assert!(history.contains("noindex"), "what was corrected is not to be found");
    // German did not change, and stands in the first version only.
    assert_eq!(history.matches("Die Brücke öffnet am Montag.").count(), 1, "{history}");

    clock.advance(Duration::from_secs(60));
    edit(&server, post.id, vec![version("en", "The bridge stays closed.")]).await;
    let history = get(&format!("{page}/history"), HTML).await.text();
    assert!(history.contains("<del>Die Brücke öffnet am Montag.</del>"), "a language was taken away: {history}");
    let states = json(&server.url(&format!("/api/v1/statuses/{}/history", post.id))).await;
    let words: Vec<&str> = states.as_array().unwrap().iter().map(|state| state["content"].as_str().unwrap()).collect();
    assert_eq!(words.len(), 3);
    assert_eq!((words[0], words[2]), ("<p>The bridge opens on Monday.</p>", "<p>The bridge stays closed.</p>"));
    assert_eq!(states[0]["created_at"], post.published.rfc3339_millis());

    let other = get(&server.url(&format!("/@other/{}/history", post.id)), HTML).await;
    assert_eq!(other.header("location"), format!("/@press/{}/history", post.id));
    assert_eq!(get(&server.url("/@press/1/history"), HTML).await.status, 404);
}

#[tokio::test]
async fn a_machine_that_edits_does_not_fill_the_disk() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let post = server.publish("version 0").await;
    for n in 1..=limits::post::REVISIONS + 3 {
        edit(&server, post.id, vec![version("en", &format!("version {n}"))]).await;
    }
    let revisions = kept(&server, post.id).revisions;
    assert_eq!(revisions.len(), limits::post::REVISIONS);
    assert_eq!(
        (revisions[0].versions[0].text.as_str(), revisions[1].versions[0].text.as_str()),
        ("version 0", "version 4")
    );
    let history = get(&server.url(&format!("/@press/{}/history", post.id)), HTML).await.text();
    assert_eq!(history.matches("<section>").count(), limits::pages::CHANGES + 1);
    assert!(history.contains("changes in between are not shown"), "{history}");
}

#[tokio::test]
async fn who_saves_what_somebody_else_has_changed_gets_both_texts() {
    let clock = Clock::by_hand(START);
    let server = Instance::start_as(&clock, false).await;
    let ana = user(&server, "ana@city.example", Rank::Member, server.account.id, &[Role::Editor]).await;
    let seat = Seat::of(&server, ana.id).await;
    let post = server.publish("Open from Monday").await;
    let path = format!("/desk/posts/{}/edit", post.id);
    let of = |page: &str| {
        let (_, rest) = page.split_once("name=\"revision\" value=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    let first = of(&seat.get(&path).await.text());
    clock.advance(Duration::from_secs(60));
    edit(&server, post.id, vec![version("en", "Open from Tuesday & later")]).await;

    let fields =
        |of: &str| [("revision", of.to_owned()), ("lang", "en".into()), ("text", "Open from Wednesday".into())];
    let send = |of: String| {
        let (seat, path, fields) = (&seat, &path, fields(&of));
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            seat.post_parts(path, &fields).await
        }
    };
    let back = send(first.clone()).await;
    assert_eq!(back.status.as_u16(), 422);
    let page = back.text();
    assert!(page.contains("Somebody else changed this post in the meantime."), "{page}");
    assert!(page.contains("Open from Tuesday &#38; later") && page.contains("Open from Wednesday"), "{page}");
    assert!(page.contains("href=\"#text\""), "{page}");
    assert_eq!(kept(&server, post.id).versions[0].text, "Open from Tuesday & later");
    assert_ne!(of(&page), first);
    let done = send(of(&page)).await;
    assert_eq!(done.status.as_u16(), 303, "{}", done.text());
    assert_eq!(kept(&server, post.id).versions[0].text, "Open from Wednesday");

    // The verb itself looks once more: nobody slips in between the look and the change.
    let (site, by, id, since) = (server.app.site.clone(), server.by(), post.id, post.published);
    let late = Change { of: Some(since), ..Change::words(vec![version("en", "Late")]) };
    let refused = server.app.store.write(move |tx| actions::edit::edit(tx, &site, by, id, &late)).await;
    assert!(matches!(refused, Err(instance::error::Error::Conflict(_))));
}

#[tokio::test]
async fn what_was_deleted_says_when_and_why() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let ana = user(&server, "ana@city.example", Rank::Member, server.account.id, &[Role::Editor]).await;
    let seat = Seat::of(&server, ana.id).await;
    let versions = vec![version("en", "Free lunch"), version("de", "Freibier")];
    let post = server.publish_new(NewPost { versions, ..NewPost::plain(lang("en"), "") }).await;
    let path = format!("/desk/posts/{}/delete", post.id);
    let long = "x".repeat(limits::post::REASON + 1);
    let refused = seat.post(&path, &[("reason-0", "Fine"), ("reason-1", &long)]).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(refused.text().contains(&long) && refused.text().contains("href=\"#reason-1\""), "{}", refused.text());
    let wrong = "The date was wrong <b>& more";
    let done = seat.post(&path, &[("reason-0", wrong), ("reason-1", "Falsches Datum")]).await;
    assert_eq!(done.status.as_u16(), 303, "{}", done.text());

    let page = server.url(&format!("/@press/{}", post.id));
    let gone = get(&page, HTML).await;
    assert_eq!(gone.status.as_u16(), 410);
    assert!(gone.text().contains("The date was wrong &#60;b&#62;&#38; more"), "{}", gone.text());
    assert!(gone.text().contains("deleted on 23 November 2026"), "{}", gone.text());
    let german = get(&format!("{page}/de"), HTML).await.text();
    assert!(german.contains("Falsches Datum") && german.contains("<html lang=\"de\""), "{german}");
    let history = get(&format!("{page}/history"), HTML).await;
    assert_eq!(history.status.as_u16(), 410);
    assert!(!history.text().contains("Free lunch"));
    let stone: Value = serde_json::from_str(&activity(&server.post_uri(post.id)).await.text()).unwrap();
    assert_eq!((stone["type"].as_str(), stone["formerType"].as_str()), (Some("Tombstone"), Some("Note")));
    assert_eq!(stone["summaryMap"]["de"], "Falsches Datum");
    assert_eq!(stone["summary"], "The date was wrong &lt;b&gt;&amp; more");

    let other = server.publish("By the command line").await;
    let reason = vec![(None, "Twice".to_owned())];
    control::run(&server.app, Command::PostDelete { post: other.id.to_string(), reason }).await.unwrap();
    assert!(get(&server.url(&format!("/@press/{}", other.id)), HTML).await.text().contains("Twice"));
}

#[tokio::test]
async fn five_posts_stand_above_the_others_and_a_sixth_is_refused() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let ana = user(&server, "ana@city.example", Rank::Member, server.account.id, &[Role::Editor]).await;
    let seat = Seat::of(&server, ana.id).await;
    let mut all = Vec::new();
    for n in 0..=limits::account::PINNED {
        all.push(server.publish(&format!("Post {n}")).await.id);
    }
    for id in &all[..limits::account::PINNED] {
        let done = seat.post(&format!("/desk/posts/{id}/pin"), &[]).await;
        assert_eq!(done.status.as_u16(), 303, "{}", done.text());
    }
    let bearer = server.bearer("write").await;
    let pin = |id: PostId, how: &str| server.url(&format!("/api/v1/statuses/{id}/{how}"));
    let sixth = all[limits::account::PINNED];
    let by_desk = seat.post(&format!("/desk/posts/{sixth}/pin"), &[]).await;
    assert_eq!(by_desk.status.as_u16(), 422);
    assert!(
        by_desk.text().contains("5 posts are pinned already. Unpin one of them first.")
            || by_desk.text().contains("Unpin one of them first."),
        "{}",
        by_desk.text()
    );
    assert_eq!(send("POST", &pin(sixth, "pin"), &[("authorization", &bearer)], "").await.status.as_u16(), 422);
    let undone = send("POST", &pin(all[0], "unpin"), &[("authorization", &bearer)], "").await.text();
    assert_eq!(serde_json::from_str::<Value>(&undone).unwrap()["pinned"], false);
    let done = send("POST", &pin(sixth, "pin"), &[("authorization", &bearer)], "").await.text();
    assert_eq!(serde_json::from_str::<Value>(&done).unwrap()["pinned"], true);
    let featured: Value =
        serde_json::from_str(&activity(&format!("{}/featured", server.actor())).await.text()).unwrap();
    let order: Vec<&str> = featured["orderedItems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item.as_str().unwrap_or_else(|| item["id"].as_str().unwrap()))
        .collect();
    let wanted: Vec<String> = all[1..].iter().rev().map(|id| server.post_uri(*id)).collect();
    assert_eq!(order, wanted);
    assert!(seat.get("/desk/posts").await.text().contains("/unpin\""));
}
