//! Whatever the order, and however often: the end is the same.

use bytes::Bytes;
use instance::model::note::Shown;
use instance::store::counts::Count;
use serde_json::{Value, json};

use super::{count, drain, follow, followers, note, rows, start, tell, victim};
use crate::support::evil::{key, signed};

#[tokio::test]
async fn the_same_bytes_twenty_times_have_one_effect() {
    let (_clock, us, mal) = start().await;
    mal.be(&["ann"]);
    let post = us.publish("Again?").await;
    let uri = us.post_uri(post.id);
    for activity in [
        mal.activity("ann", "Follow", "/f/1", &json!(us.actor())),
        mal.activity("ann", "Like", "/l/1", &json!(uri)),
        mal.activity("ann", "Announce", "/b/1", &json!(uri)),
        mal.activity("ann", "Create", "/c/1", &mal.note("ann", "/n/1", &uri, "Again!")),
    ] {
        let body = Bytes::from(activity.to_string());
        for n in 0..20 {
            assert_eq!(signed(&us, &mal.key_id("ann"), key(0), body.clone()).await.status, 202);
            if n % 5 == 0 {
                drain(&[&us]).await;
            }
        }
        drain(&[&us]).await;
    }
    let counts = [Count::Likes(post.id), Count::Boosts(post.id), Count::Replies(post.id)].map(|what| count(&us, what));
    assert_eq!((followers(&us), counts), (1, [1, 1, 1]));
    let kept = rows(&us);
    assert_eq!((kept["notes"], kept["reactions"], kept["followers"], kept["actors"]), (1, 2, 1, 1));
    assert_eq!(mal.asked_for("GET /u/ann"), 1);
}

#[tokio::test]
async fn what_is_gone_does_not_come_back() {
    let (_clock, us, mal) = start().await;
    mal.be(&["ann"]);
    let post = us.publish("Here?").await;
    let uri = us.post_uri(post.id);
    follow(&us, &mal, "ann", "/f/ann").await;
    let create =
        |n: u8| mal.activity("ann", "Create", &format!("/c/{n}"), &mal.note("ann", &format!("/n/{n}"), &uri, "Here"));
    let delete = |n: u8| {
        mal.activity(
            "ann",
            "Delete",
            &format!("/d/{n}"),
            &json!({ "id": mal.url(&format!("/n/{n}")), "type": "Tombstone" }),
        )
    };
    for (n, said) in [(1, [create(1), delete(1), create(1)]), (2, [delete(2), create(2), create(2)])] {
        for activity in &said {
            tell(&us, &mal, "ann", activity).await;
        }
        assert!(note(&us, &mal.url(&format!("/n/{n}"))).is_none(), "{n}");
    }
    for (kind, what) in [("Like", Count::Likes(post.id)), ("Announce", Count::Boosts(post.id))] {
        for order in ["do undo do", "undo do", "do undo undo do"] {
            let id = format!("/{kind}/{}", order.len());
            let act = mal.activity("ann", kind, &id, &json!(uri));
            for inner in [json!(mal.url(&id)), act.clone()] {
                for step in order.split(' ') {
                    let undo = mal.activity("ann", "Undo", &format!("{id}/undo"), &inner);
                    tell(&us, &mal, "ann", if step == "do" { &act } else { &undo }).await;
                }
                assert_eq!(count(&us, what), 0, "{kind}: {order}, {inner}");
            }
        }
    }
}

#[tokio::test]
async fn an_undo_may_overtake_its_follow_and_a_second_follow_may_have_the_first_ones_id() {
    let (_clock, us, mal) = start().await;
    mal.be(&["early", "ann"]);
    let undo = |who: &str, inner: &Value| mal.activity(who, "Undo", &format!("/undo/{who}"), inner);
    let early = mal.activity("early", "Follow", "/f/early", &json!(us.actor()));
    tell(&us, &mal, "early", &undo("early", &early)).await;
    tell(&us, &mal, "early", &early).await;
    assert_eq!(followers(&us), 0);
    // Misskey: one id for whoever follows whom.
    for _ in 0..3 {
        follow(&us, &mal, "ann", "/follows/ann/press").await;
        assert_eq!(followers(&us), 1);
        tell(&us, &mal, "ann", &undo("ann", &json!(mal.url("/follows/ann/press")))).await;
        assert_eq!(followers(&us), 0);
    }
}

#[tokio::test]
async fn an_undo_of_what_is_not_ours_is_not_remembered() {
    let (_clock, us, mal) = start().await;
    victim(&us, &mal).await;
    let before = rows(&us);
    let like = mal.activity("vic", "Like", "/l/x", &json!("https://elsewhere.example/n/1"));
    tell(&us, &mal, "vic", &mal.activity("vic", "Undo", "/u/x", &like)).await;
    assert_eq!(rows(&us), before);
}

#[tokio::test]
async fn only_the_newest_words_of_an_answer_stand() {
    let (_clock, us, mal) = start().await;
    let (post, answer) = victim(&us, &mal).await;
    let uri = us.post_uri(post.id);
    let words = || note(&us, &answer).unwrap().content.html;
    let edit = |id: &str, at: Option<&str>, words: &str| {
        let mut note = mal.note("vic", "/n/vic", &uri, words);
        note["id"] = json!(mal.url(id));
        if let Some(at) = at {
            note["updated"] = json!(at);
        }
        mal.activity("vic", "Update", &format!("/up/{words}"), &note)
    };
    // Unknown: an Update makes nothing.
    tell(&us, &mal, "vic", &edit("/n/unknown", Some("2026-11-23T08:10:00Z"), "New")).await;
    assert!(note(&us, &mal.url("/n/unknown")).is_none());
    for (at, said, stands) in [
        (Some("2026-11-23T08:20:00Z"), "Second", "Second"),
        (Some("2026-11-23T08:10:00Z"), "First", "Second"),
        (None, "Timeless", "Second"),
        (Some("nonsense"), "Nonsense", "Second"),
        (Some("2026-11-23T08:30:00Z"), "Third", "Third"),
    ] {
        tell(&us, &mal, "vic", &edit("/n/vic", at, said)).await;
        assert_eq!(words(), format!("<p>{stands}</p>"), "{said}");
    }
    // What was let pass was another text; and an Update moves nothing into another thread.
    let by = us.by();
    let id = note(&us, &answer).unwrap().id;
    us.app.store.write(move |tx| instance::actions::replies::show(tx, by, id, Shown::Released, None)).await.unwrap();
    let other = us.publish("Another").await;
    let mut moved = edit("/n/vic", Some("2026-11-23T08:40:00Z"), "Fourth");
    moved["object"]["inReplyTo"] = json!(us.post_uri(other.id));
    tell(&us, &mal, "vic", &moved).await;
    let kept = note(&us, &answer).unwrap();
    assert_eq!((kept.shown, kept.thread), (Shown::Waiting, Some(post.id)));
    assert_eq!(kept.content.in_reply_to, Some(uri));
    assert_eq!((count(&us, Count::RepliesShown(post.id)), count(&us, Count::Replies(other.id))), (0, 0));
}

#[tokio::test]
async fn who_is_deleted_leaves_nothing_behind() {
    let (_clock, us, mal) = start().await;
    let post = us.publish("All of it").await;
    let before = rows(&us);
    let uri = us.post_uri(post.id);
    mal.be(&["vic"]);
    follow(&us, &mal, "vic", "/f/vic").await;
    for (kind, object) in [("Like", &uri), ("Announce", &uri), ("Block", &us.actor())] {
        tell(&us, &mal, "vic", &mal.activity("vic", kind, &format!("/{kind}"), &json!(object))).await;
    }
    let answer = mal.note("vic", "/n/vic", &uri, "Mine");
    tell(&us, &mal, "vic", &mal.activity("vic", "Create", "/c/vic", &answer)).await;
    mal.serve("/u/vic", crate::support::evil::Page::status(410));
    tell(&us, &mal, "vic", &mal.activity("vic", "Delete", "/d/vic", &json!(mal.actor("vic")))).await;
    let mut after = rows(&us);
    for kept in ["inboxes", "servers"] {
        after.insert(kept, before[kept]);
    }
    assert_eq!(after, before);
    assert_eq!((followers(&us), count(&us, Count::Likes(post.id))), (0, 0));
}
