//! What it is about: others' things, forged copies, what was passed on, and quotes.

use std::time::Duration;

use instance::actions;
use instance::model::ids::CaseId;
use instance::model::note::Shown;
use instance::store::counts::Count;
use instance::store::schema::{FOLLOWING, REPORTS};
use instance::store::{Rows, Span, actors, cases, quotes};
use serde_json::{Value, json};

use super::{EVE, count, drain, follow, followers, note, rows, start, tell, victim};
use crate::support::Instance;
use crate::support::evil::{Evil, Page, key, signed};
use crate::support::http::{activity, get};

/// Somebody who lies about a victim, and all that the lies are about.
struct Liar<'a> {
    us: &'a Instance,
    evil: &'a Evil,
    who: &'a str,
    /// Where the victim is at home, and a host that is not the liar's.
    home: &'a Evil,
    elsewhere: &'a Evil,
    post: &'a str,
    answer: &'a str,
}

type Lie = (&'static str, Value, u16);

impl Liar<'_> {
    fn says(&self, kind: &str, object: &Value) -> Value {
        self.evil.activity(self.who, kind, &format!("/{kind}/1"), object)
    }

    fn note(&self, host: &Evil, by: &Value) -> Value {
        let mut note = host.note(self.who, "/n/fresh", self.post, "Forged");
        note["attributedTo"] = by.clone();
        note["updated"] = json!("2026-11-23T09:00:30Z");
        note
    }

    fn known(&self, by: &str) -> Value {
        let mut note = self.note(self.evil, &json!(by));
        note["id"] = json!(self.answer);
        note
    }

    fn about_notes(&self) -> Vec<Lie> {
        let (me, vic) = (self.evil.actor(self.who), self.home.actor("vic"));
        let create = |by: &Value| self.says("Create", &self.note(self.evil, by));
        let tombstone = json!({ "id": self.answer, "type": "Tombstone" });
        let forged = json!({ "id": self.answer, "type": "Note", "attributedTo": vic, "content": "Forged" });
        vec![
            ("Create on another host", self.says("Create", &self.note(self.elsewhere, &json!(me))), 202),
            ("Create by another", create(&json!(vic)), 202),
            ("Create by two", create(&json!([me, vic])), 202),
            ("Create by an object", create(&json!({ "id": me })), 202),
            ("Create by a number", create(&json!(1)), 202),
            ("Create by one of ours", create(&json!(self.us.actor())), 202),
            ("Create of what is known", self.says("Create", &self.known(&me)), 202),
            ("Create elsewhere, by address", self.says("Create", &json!(self.elsewhere.url("/n/vic"))), 202),
            ("Update by its own", self.says("Update", &self.known(&vic)), 202),
            ("Update by the sender", self.says("Update", &self.known(&me)), 202),
            ("Delete", self.says("Delete", &json!(self.answer)), 202),
            ("Delete of a tombstone", self.says("Delete", &tombstone), 202),
            ("Delete of a post of ours", self.says("Delete", &json!(self.post)), 202),
            ("Announce of a forged copy", self.says("Announce", &forged), 202),
        ]
    }

    fn about_actors(&self) -> Vec<Lie> {
        let (me, vic, us) = (self.evil.actor(self.who), self.home.actor("vic"), self.us.actor());
        let follow = self.home.url("/f/vic");
        let renamed = json!({ "id": follow, "type": "Follow", "actor": me, "object": us });
        let mut moved = self.says("Move", &json!(vic));
        moved["target"] = json!(me);
        let mut of_two = self.says("Delete", &json!(self.answer));
        of_two["actor"] = json!([me, vic]);
        let mut of_ours = self.says("Like", &json!(self.post));
        of_ours["id"] = json!(self.us.url("/x"));
        vec![
            ("Update of the actor", self.says("Update", &self.home.person("vic", key(1))), 202),
            ("Delete of the actor", self.says("Delete", &json!(vic)), 202),
            ("Undo of a follow, by id", self.says("Undo", &json!(follow)), 202),
            ("Undo of a like, by id", self.says("Undo", &json!(self.home.url("/l/vic"))), 202),
            ("Undo of a follow", self.says("Undo", &self.home.activity("vic", "Follow", "/f/vic", &json!(us))), 400),
            ("Undo of a follow under its name", self.says("Undo", &renamed), 202),
            ("Accept of nothing", self.says("Accept", &json!(self.us.url("/ap/activities/1"))), 202),
            ("Accept of another's", self.says("Accept", &json!(follow)), 202),
            ("Reject of a follower", self.says("Reject", &json!(follow)), 202),
            ("Move of another", moved, 202),
            ("Block of another", self.says("Block", &json!(vic)), 202),
            ("an actor of two", of_two, 400),
            ("an id of another host", of_ours, 400),
        ]
    }
}

#[tokio::test]
async fn nobody_touches_what_is_somebody_elses() {
    let (clock, us, mal) = start().await;
    let eve = Evil::start(EVE).await;
    let (post, answer) = victim(&us, &mal).await;
    let uri = us.post_uri(post.id);
    mal.be(&["mal"]);
    eve.be(&["eve"]);
    clock.advance(Duration::from_secs(60));
    let before = (rows(&us), serde_json::to_string(&note(&us, &answer)).unwrap());
    for (evil, who, elsewhere) in [(&mal, "mal", &eve), (&eve, "eve", &mal)] {
        let liar = Liar { us: &us, evil, who, home: &mal, elsewhere, post: &uri, answer: &answer };
        for (words, activity, status) in [liar.about_notes(), liar.about_actors()].concat() {
            assert_eq!(evil.say(&us, who, &activity).await, status, "{words} by {who}");
            drain(&[&us]).await;
            let mut after = rows(&us);
            // An Undo or a Delete may come before what it is about; that is remembered, and the next test sees of whom.
            after.insert("gone", before.0["gone"]);
            assert_eq!(after, before.0, "{words} by {who}");
            assert_eq!(serde_json::to_string(&note(&us, &answer)).unwrap(), before.1, "{words} by {who}");
            assert_eq!((followers(&us), count(&us, Count::Likes(post.id))), (1, 1), "{words} by {who}");
        }
    }
    let vic = us.app.store.read(|rows| actors::by_uri(rows, &mal.actor("vic"))).unwrap().unwrap();
    assert_eq!(vic.profile.keys[0].key, key(0).public());
    assert!(eve.asked().iter().all(|line| line == "GET /u/eve"), "{:?}", eve.asked());
}

#[tokio::test]
async fn an_id_of_another_is_not_taken_from_them() {
    let (_clock, us, mal) = start().await;
    let (post, answer) = victim(&us, &mal).await;
    let uri = us.post_uri(post.id);
    mal.be(&["mal", "late"]);
    follow(&us, &mal, "mal", "/f/mal").await;
    // What another of the same host will say is not deleted or undone in advance.
    let (late, like) =
        (mal.note("late", "/n/late", &uri, "Late"), mal.activity("late", "Like", "/l/late", &json!(uri)));
    tell(&us, &mal, "mal", &mal.activity("mal", "Delete", "/d/1", &json!(mal.url("/n/late")))).await;
    tell(&us, &mal, "mal", &mal.activity("mal", "Undo", "/u/1", &json!(mal.url("/l/late")))).await;
    tell(&us, &mal, "late", &mal.activity("late", "Create", "/c/late", &late)).await;
    tell(&us, &mal, "late", &like).await;
    assert!(note(&us, &mal.url("/n/late")).is_some());
    assert_eq!(count(&us, Count::Likes(post.id)), 2);
    // Whoever follows under the id of another's Follow takes it back for themselves alone.
    tell(&us, &mal, "late", &mal.activity("late", "Follow", "/f/vic", &json!(us.actor()))).await;
    // Nor does a second thing under the id of a first keep that from being undone.
    for (kind, id) in [("Follow", "/l/vic"), ("Like", "/f/vic"), ("Announce", "/f/vic"), ("Block", "/l/vic")] {
        let object = if matches!(kind, "Follow" | "Block") { us.actor() } else { uri.clone() };
        for who in ["mal", "vic"] {
            tell(&us, &mal, who, &mal.activity(who, kind, id, &json!(object))).await;
        }
    }
    let report = instance::store::check::check(&us.app.store).unwrap();
    assert!(report.is_sound(), "{:?}", report.wrong);
    let likes = count(&us, Count::Likes(post.id));
    tell(&us, &mal, "vic", &mal.activity("vic", "Undo", "/u/2", &json!(mal.url("/l/vic")))).await;
    assert_eq!(count(&us, Count::Likes(post.id)), likes - 1);
    let follows = followers(&us);
    for (who, left) in [("mal", follows), ("vic", follows - 1), ("late", follows - 2)] {
        let undo = mal.activity(who, "Undo", &format!("/u/{who}"), &json!(mal.url("/f/vic")));
        tell(&us, &mal, who, &undo).await;
        assert_eq!(followers(&us), left, "{who}");
    }
    assert!(note(&us, &answer).is_some());
}

#[tokio::test]
async fn a_move_needs_the_consent_of_the_new_place_and_is_looked_into_only_for_those_we_know() {
    let (_clock, us, mal) = start().await;
    let eve = Evil::start(EVE).await;
    mal.be(&["old", "unknown"]);
    eve.be(&["new"]);
    let found = instance::app::lookup::by_uri(&us.app, &mal.actor("old")).await.unwrap();
    let (site, by) = (us.app.site.clone(), us.by());
    us.app.store.write(move |tx| actions::follow::follow(tx, &site, by, &found.profile)).await.unwrap();
    drain(&[&us]).await;
    let ask = mal.taken().iter().find(|(_, body)| body["type"] == "Follow").unwrap().1["id"].clone();
    tell(&us, &mal, "old", &mal.activity("old", "Accept", "/ac/1", &ask)).await;
    let moves = |who: &str, object: &str| json!({ "id": mal.url("/m/1"), "type": "Move", "actor": mal.actor(who), "object": mal.actor(object), "target": eve.actor("new") });
    let we_follow = || us.app.store.read(|rows| Ok(rows.keys(&FOLLOWING, Span::all())?.len())).unwrap();
    for (who, object) in [("unknown", "unknown"), ("unknown", "old"), ("old", "unknown")] {
        tell(&us, &mal, who, &moves(who, object)).await;
    }
    assert!(eve.asked().is_empty(), "a stranger aimed a fetch at another host");
    tell(&us, &mal, "old", &moves("old", "old")).await;
    assert_eq!(we_follow(), 1, "no link back");
    let mut consenting = eve.person("new", key(0));
    consenting["alsoKnownAs"] = json!([mal.actor("unknown"), mal.actor("old")]);
    eve.serve("/u/new", Page::activity(&consenting));
    tell(&us, &mal, "old", &moves("old", "old")).await;
    assert_eq!(we_follow(), 2);
}

#[tokio::test]
async fn what_is_passed_on_is_fetched_from_its_author() {
    let (_clock, us, mal) = start().await;
    let author = Evil::start(EVE).await;
    mal.be(&["relay"]);
    author.be(&["ann", "bob"]);
    let uri = us.post_uri(us.publish("Questions?").await.id);
    let passed_on = async |kind: &str, id: &str, object: &Value| {
        let activity = author.activity("ann", kind, id, object).to_string();
        let status = signed(&us, &mal.key_id("relay"), key(0), activity).await.status.as_u16();
        drain(&[&us]).await;
        status
    };
    // Not served by its author's server: made up.
    assert_eq!(passed_on("Create", "/c/0", &author.note("ann", "/n/0", &uri, "Forged")).await, 202);
    assert!(author.asked_for("GET /n/0") > 0);
    assert!(note(&us, &author.url("/n/0")).is_none());
    // Served: its author's words are kept, not the relay's.
    author.serve("/n/3", Page::activity(&author.note("ann", "/n/3", &uri, "True")));
    assert_eq!(passed_on("Create", "/c/3", &author.note("ann", "/n/3", &uri, "Forged")).await, 202);
    assert_eq!(note(&us, &author.url("/n/3")).unwrap().content.html, "<p>True</p>");
    // Served, but by somebody else, or in answer to something else.
    author.serve("/n/1", Page::activity(&author.note("bob", "/n/1", &uri, "Bob's")));
    assert_eq!(passed_on("Create", "/c/1", &author.note("ann", "/n/1", &uri, "Forged")).await, 202);
    author.serve("/n/2", Page::activity(&author.note("ann", "/n/2", &author.url("/n/9"), "Elsewhere")));
    assert_eq!(passed_on("Create", "/c/2", &author.note("ann", "/n/2", &uri, "Forged")).await, 202);
    assert!(note(&us, &author.url("/n/1")).is_none() && note(&us, &author.url("/n/2")).is_none());
    assert_eq!(passed_on("Update", "/up/3", &author.note("ann", "/n/3", &uri, "Forged")).await, 202);
    assert_eq!(note(&us, &author.url("/n/3")).unwrap().content.html, "<p>True</p>");
    assert_eq!(passed_on("Delete", "/d/3", &json!(author.url("/n/3"))).await, 202);
    assert!(note(&us, &author.url("/n/3")).is_some(), "it is still there");
    author.serve("/n/3", Page::status(410));
    assert_eq!(passed_on("Delete", "/d/3", &json!(author.url("/n/3"))).await, 202);
    assert!(note(&us, &author.url("/n/3")).is_none());
    // Nothing but notes that concern us is passed on, and no more is fetched.
    let asked = author.asked().len();
    let before = rows(&us);
    for (kind, object) in [
        ("Create", author.note("ann", "/n/4", &author.url("/n/9"), "Nothing to us")),
        ("Create", mal.note("ann", "/n/4", &uri, "On another host")),
        ("Follow", json!(us.actor())),
        ("Like", json!(uri)),
        ("Announce", json!(uri)),
        ("Delete", json!(author.actor("ann"))),
        ("Undo", author.activity("ann", "Follow", "/f/1", &json!(us.actor()))),
    ] {
        assert_eq!(passed_on(kind, "/x/1", &object).await, 401, "{kind}");
    }
    assert_eq!((author.asked().len(), rows(&us)), (asked, before));
}

#[tokio::test]
async fn whoever_passes_something_on_does_not_vouch_for_its_authors_server() {
    let (clock, us, mal) = start().await;
    let author = Evil::start(EVE).await;
    mal.be(&["relay"]);
    author.be(&["ann"]);
    author.serve("POST /u/ann/inbox", Page::status(503));
    follow(&us, &author, "ann", "/f/ann").await;
    let troubled = || {
        let host = author.address.to_string();
        us.app.store.read(|rows| actors::server_by_host(rows, &host)).unwrap().unwrap().is_troubled()
    };
    assert!(troubled());
    let tries = author.asked_for("POST /u/ann/inbox");
    let uri = us.post_uri(us.publish("Questions?").await.id);
    let forged = author.activity("ann", "Create", "/c/0", &author.note("ann", "/n/0", &uri, "Forged"));
    assert_eq!(signed(&us, &mal.key_id("relay"), key(0), forged.to_string()).await.status, 202);
    drain(&[&us]).await;
    assert!(troubled(), "forgiven because another said so");
    assert_eq!(author.asked_for("POST /u/ann/inbox"), tries, "tried again because another said so");
    author.serve("POST /u/ann/inbox", Page::status(202));
    tell(&us, &author, "ann", &author.activity("ann", "Like", "/l/1", &json!(uri))).await;
    assert!(troubled(), "forgiven at once: it could have us try again with every word it says");
    clock.advance(Duration::from_secs(600));
    tell(&us, &author, "ann", &author.activity("ann", "Like", "/l/2", &json!(uri))).await;
    assert!(!troubled());
    clock.advance(Duration::from_secs(60));
    drain(&[&us]).await;
}

#[tokio::test]
async fn what_is_private_stays_between_its_writer_and_us() {
    let (_clock, us, mal) = start().await;
    mal.be(&["ann"]);
    let post = us.publish("Questions?").await;
    let uri = us.post_uri(post.id);
    for (n, to) in
        [json!([us.actor()]), json!([mal.url("/u/ann/followers")]), json!([]), json!(null)].into_iter().enumerate()
    {
        let mut secret = mal.note("ann", &format!("/n/{n}"), &uri, "My secret is 4711");
        secret["to"] = to;
        secret["tag"] = json!([{ "type": "Mention", "href": us.actor() }]);
        tell(&us, &mal, "ann", &mal.activity("ann", "Create", &format!("/c/{n}"), &secret)).await;
        let kept = note(&us, &mal.url(&format!("/n/{n}"))).unwrap();
        assert!(!kept.content.public && kept.shown == Shown::Waiting);
        let by = us.by();
        let release =
            us.app.store.write(move |tx| actions::replies::show(tx, by, kept.id, Shown::Released, None)).await;
        assert!(release.is_err());
        // It does not become public by being edited.
        secret["to"] = json!("as:Public");
        secret["updated"] = json!("2026-11-23T08:30:00Z");
        tell(&us, &mal, "ann", &mal.activity("ann", "Update", &format!("/up/{n}"), &secret)).await;
        assert!(!note(&us, &mal.url(&format!("/n/{n}"))).unwrap().content.public);
    }
    assert_eq!((count(&us, Count::Replies(post.id)), count(&us, Count::RepliesShown(post.id))), (0, 0));
    for path in ["/replies", "/replies?page=true", "/replies?page=others", ""] {
        let answer = activity(&format!("{uri}{path}")).await;
        assert_eq!(answer.status, 200);
        assert!(!answer.text().contains("/n/") && !answer.text().contains("4711"), "{path}: {}", answer.text());
    }
    assert_eq!(activity(&format!("{uri}/replies")).await.json()["totalItems"], 0);
    let page = us.app.site.post_page("press", post.id);
    for url in [page.clone(), us.url("/@press"), us.url("/"), us.url(&format!("/api/v1/statuses/{}/context", post.id))]
    {
        let answer = get(&url, "text/html").await;
        assert_eq!(answer.status, 200, "{url}");
        assert!(!answer.text().contains("4711"), "{url}");
    }
}

#[tokio::test]
async fn a_quote_is_let_pass_for_its_author_and_its_post_alone() {
    let (_clock, us, mal) = start().await;
    let eve = Evil::start(EVE).await;
    mal.be(&["ann", "mal"]);
    eve.be(&["eve"]);
    let post = us.publish("Quote me.").await;
    let uri = us.post_uri(post.id);
    let ask = async |evil: &Evil, who: &str, object: &str, instrument: &str| {
        let seen = evil.taken().len();
        let activity = json!({ "id": evil.url("/q/1"), "type": "QuoteRequest", "actor": evil.actor(who), "object": object, "instrument": instrument });
        tell(&us, evil, who, &activity).await;
        evil.taken().into_iter().skip(seen).map(|(_, body)| body).collect::<Vec<_>>()
    };
    let known = || us.app.store.read(|rows| quotes::of_post(rows, post.id)).unwrap();
    let instrument = mal.url("/n/quoting");
    let answers = ask(&mal, "ann", &uri, &instrument).await;
    assert!(!answers.is_empty() && answers.iter().all(|a| a["type"] == "Accept"), "{answers:?}");
    let id = known()[0].id;
    let stamp = answers[0]["result"].as_str().unwrap();
    assert_eq!(stamp, us.url(&format!("/ap/quotes/{id}")));
    let document = activity(stamp).await.json();
    for (field, value) in [
        ("id", stamp),
        ("type", "QuoteAuthorization"),
        ("attributedTo", us.actor().as_str()),
        ("interactionTarget", uri.as_str()),
        ("interactingObject", instrument.as_str()),
    ] {
        assert_eq!(document[field], value, "{field}");
    }
    let answers = ask(&mal, "mal", &uri, &instrument).await;
    assert!(
        !answers.is_empty() && answers.iter().all(|a| a["type"] == "Reject" && a.get("result").is_none()),
        "{answers:?}"
    );
    assert!(ask(&eve, "eve", &uri, &instrument).await.is_empty(), "another's post on another host");
    assert!(ask(&mal, "ann", &us.post_uri(instance::model::ids::PostId(7)), &instrument).await.is_empty());
    let (site, by) = (us.app.site.clone(), us.by());
    us.app.store.write(move |tx| actions::delete::delete(tx, &site, by, post.id)).await.unwrap();
    drain(&[&us]).await;
    assert!(ask(&mal, "ann", &uri, &mal.url("/n/again")).await.is_empty());
    assert_eq!(activity(stamp).await.status, 404);
    assert_eq!(known().len(), 1);
    tell(&us, &mal, "ann", &mal.activity("ann", "Delete", "/d/ann", &json!(mal.actor("ann")))).await;
}

#[tokio::test]
async fn a_report_is_kept_once_and_only_if_it_is_about_us() {
    let (_clock, us, mal) = start().await;
    mal.be(&["ann"]);
    let reports = |us: &Instance| us.app.store.read(|rows| Ok(rows.keys(&REPORTS, Span::all())?.len())).unwrap();
    for _ in 0..20 {
        tell(&us, &mal, "ann", &mal.activity("ann", "Flag", "/fl/1", &json!([us.actor()]))).await;
    }
    assert_eq!(reports(&us), 1);
    let before = rows(&us);
    for about in [
        json!([mal.actor("ann")]),
        json!([]),
        json!(us.url("/ap/actor")),
        json!(us.post_uri(instance::model::ids::PostId(7))),
    ] {
        assert_eq!(mal.say(&us, "ann", &mal.activity("ann", "Flag", "/fl/2", &about)).await, 202, "{about}");
        drain(&[&us]).await;
        assert_eq!(rows(&us), before, "{about}");
    }
}

#[tokio::test]
async fn what_draws_nothing_is_no_answer_and_who_goes_takes_what_was_noted_along() {
    let (_clock, us, mal) = start().await;
    let (post, answer) = victim(&us, &mal).await;
    for (id, words) in [("/n/1", "\u{200b}"), ("/n/2", " \u{2060}\u{200d} "), ("/n/3", "<b>\u{ad}</b>")] {
        let blank = mal.note("vic", id, &us.post_uri(post.id), words);
        tell(&us, &mal, "vic", &mal.activity("vic", "Create", &format!("/c{id}"), &blank)).await;
        assert!(note(&us, &mal.url(id)).is_none(), "{id}");
    }
    let case = CaseId(note(&us, &answer).unwrap().id.0);
    let by = us.by();
    us.app.store.write(move |tx| actions::cases::remark(tx, by, case, "Rings every day")).await.unwrap();
    assert!(us.app.store.read(|rows| cases::get(rows, case)).unwrap().is_some());
    tell(&us, &mal, "vic", &mal.activity("vic", "Delete", "/d/vic", &json!(mal.actor("vic")))).await;
    assert!(us.app.store.read(|rows| cases::get(rows, case)).unwrap().is_none());
}
