//! The inbox of a team: what strangers said is taken, noted about, answered and done, and nobody outside hears of it.

use std::time::Duration;

use instance::actions;
use instance::actions::edit::Change;
use instance::app::lookup;
use instance::base::time::Clock;
use instance::control::{self, Command};
use instance::limits;
use instance::model::actor::Profile;
use instance::model::case::{About, Case, Stand};
use instance::model::follow::ReactionKind;
use instance::model::ids::{CaseId, NoteId, PostId, UserId};
use instance::model::note::{Content, Note, Shown};
use instance::model::post::{NewPost, Post, ReplyTo, Version};
use instance::model::user::{Rank, Role};
use instance::store::{actors, cases, notes};

use crate::support::http::{Answer, get};
use crate::support::seat::{Seat, user};
use crate::support::{Instance, START, at_once, between, drain};

const HOSTILE: &str = "</p><script>alert(1)</script> \"q\" 'a' <b>&amp;";

/// A note of a stranger under a post of ours, as the door would have kept it.
pub async fn note(server: &Instance, post: Option<PostId>, name: &str, html: &str, public: bool) -> NoteId {
    let (account, html, name) = (server.account.id, html.to_owned(), name.to_owned());
    let write = server.app.store.write(move |tx| {
        let (id, now) = (NoteId(tx.id()), tx.now());
        let uri = "https://elsewhere.example/users/ann".to_owned();
        let profile = Profile {
            inbox: format!("{uri}/inbox"),
            shared_inbox: None,
            user: "ann".into(),
            domain: "elsewhere.example".into(),
            name: name.clone(),
            url: "https://elsewhere.example/@ann".into(),
            keys: Vec::new(),
            also_known_as: Vec::new(),
            uri,
        };
        let author = actors::learn(tx, &profile)?.id;
        let uri = format!("https://elsewhere.example/notes/{id}");
        let content = Content {
            url: uri.clone(),
            uri,
            html: html.clone(),
            warning: String::new(),
            lang: Some("de".parse()?),
            published: now,
            updated: None,
            in_reply_to: None,
            mentions: Vec::new(),
            attachments: Vec::new(),
            public,
        };
        let note =
            Note { id, author, content, thread: post, concerns: vec![account], received: now, shown: Shown::Waiting };
        notes::put(tx, &note)?;
        Ok(id)
    });
    write.await.unwrap()
}

fn case(server: &Instance, id: u64) -> Option<Case> {
    server.app.store.read(|rows| cases::get(rows, CaseId(id))).unwrap()
}

/// Presses "Release" on the page of a note, as it is shown there.
pub async fn release(seat: &Seat<'_>, id: NoteId) -> Answer {
    let page = seat.get(&format!("/desk/inbox/{id}")).await.text();
    let stamp = between(&page, "name=\"seen\" value=\"", "\"").to_owned();
    seat.post(&format!("/desk/inbox/{id}/release"), &[("seen", &stamp)]).await
}

async fn person(server: &Instance, email: &str, roles: &[Role]) -> UserId {
    user(server, email, Rank::Member, server.account.id, roles).await.id
}

/// What colleagues note stays text, is bounded, and can be erased.
async fn notes_stay_inside(ana_s: &Seat<'_>, ben_s: &Seat<'_>, id: NoteId) {
    let path = format!("/desk/inbox/{id}");
    assert_eq!(ben_s.post(&format!("{path}/notes"), &[("remark", HOSTILE)]).await.header("location"), path);
    let page = ana_s.get(&path).await.text();
    assert!(page.contains("&#60;script&#62;") && !page.contains("<script>"), "{page}");
    assert!(page.contains("ben@city.example"), "{page}");
    let long = "x".repeat(limits::desk::REMARK + 1);
    let back = ben_s.post(&format!("{path}/notes"), &[("remark", &long)]).await;
    assert_eq!(back.status.as_u16(), 422);
    assert!(back.text().contains(&long) && back.text().contains("href=\"#remark\""));
    ana_s.post(&format!("{path}/notes/1/erase"), &[]).await;
    assert!(case(ana_s.server, id.0).unwrap().remarks.is_empty());
}

/// Taken by one, and seen by the other as theirs.
async fn taken_by_one(ana_s: &Seat<'_>, ben_s: &Seat<'_>, id: NoteId) {
    let path = format!("/desk/inbox/{id}");
    let taken = ana_s.post(&format!("{path}/assign"), &[("owner", "me"), ("back", "/desk/inbox?tab=mine")]).await;
    assert_eq!((taken.status.as_u16(), taken.header("location")), (303, "/desk/inbox?tab=mine"));
    assert!(ana_s.get("/desk/inbox?tab=mine").await.text().contains("Wie lange?"));
    assert!(!ben_s.get("/desk/inbox?tab=mine").await.text().contains("Wie lange?"));
    assert!(ben_s.get("/desk/inbox").await.text().contains("Taken by <b><bdi>ana@city.example"));
    // Nobody is given what they may not answer, and nobody is led elsewhere.
    let author = person(ana_s.server, "cleo@city.example", &[Role::Author]).await.to_string();
    assert_eq!(ben_s.post(&format!("{path}/assign"), &[("owner", &author)]).await.status.as_u16(), 422);
    for elsewhere in ["https://evil.example/", "//evil.example", "/desk/inbox/../users", "/desk/inbox?\r\nx: y"] {
        let back = ana_s.post(&format!("{path}/stand"), &[("stand", "open"), ("back", elsewhere)]).await;
        assert_eq!(back.header("location"), "/desk/inbox", "{elsewhere}");
    }
}

#[tokio::test]
async fn a_reply_is_taken_noted_about_answered_and_done() {
    let clock = Clock::by_hand(START);
    let server = Instance::start_as(&clock, false).await;
    at_once(&server).await;
    let (ana, ben) = (
        person(&server, "ana@city.example", &[Role::Replier]).await,
        person(&server, "ben@city.example", &[Role::Editor]).await,
    );
    let (ana_s, ben_s) = (Seat::of(&server, ana).await, Seat::of(&server, ben).await);
    let post = server.publish("The bridge is closed.").await;
    let id = note(&server, Some(post.id), HOSTILE, "<p>Wie lange?</p>", true).await;
    clock.advance(Duration::from_secs(3 * 3600));

    let page = ana_s.get("/desk/inbox").await.text();
    for part in
        ["Wie lange?", "The bridge is closed.", "for 3 h", "Open (1)", "/answer\"", "1<span class=\"vh\"> waiting"]
    {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains("<script>"), "{page}");
    assert_eq!(ana_s.get("/desk/replies").await.header("location"), "/desk/inbox");
    let path = format!("/desk/inbox/{id}");

    taken_by_one(&ana_s, &ben_s, id).await;
    notes_stay_inside(&ana_s, &ben_s, id).await;

    // Who begins to answer is seen by the others for ten minutes, who may all the same.
    let begun = ana_s.post(&format!("{path}/answer"), &[]).await;
    assert_eq!(begun.header("location"), format!("/desk?reply={id}"));
    let warned = "ana@city.example is answering (for 10 min more at most)";
    assert!(!ana_s.get(begun.header("location")).await.text().contains("is answering"));
    assert!(ben_s.get("/desk/inbox").await.text().contains(warned));
    let also = ben_s.post(&format!("{path}/answer"), &[]).await;
    assert_eq!(also.status.as_u16(), 303);
    assert!(ben_s.get(also.header("location")).await.text().contains(warned));
    clock.advance(limits::desk::ANSWERING);
    assert!(!ben_s.get("/desk/inbox").await.text().contains("is answering"));

    let (account, reply) = (server.account.id.to_string(), id.to_string());
    let fields = [("account", account.as_str()), ("lang", "de"), ("text", "Eine Woche."), ("reply", &reply)];
    let sent = ana_s.post_parts("/desk/posts", &fields).await;
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.text());
    let done = case(&server, id.0).unwrap();
    assert_eq!((done.stand, done.answers.len(), done.answering), (Stand::Done, 1, None));
    assert!(!ana_s.get("/desk/inbox").await.text().contains("Wie lange?"));
    assert!(!ana_s.get("/desk/inbox?tab=mine").await.text().contains("Wie lange?"));
    assert!(ana_s.get("/desk/inbox?tab=done").await.text().contains("answered after 3 h"));
    assert!(ana_s.get(&path).await.text().contains("Eine Woche."));
    // Nothing of it is public.
    let public = get(&server.url(&format!("/@press/{}", post.id)), "text/html").await.text();
    assert!(!public.contains("Wie lange?") && !public.contains("ana@city.example"), "{public}");
}

#[tokio::test]
async fn canned_answers_begin_an_answer() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let ana = person(&server, "ana@city.example", &[Role::Replier]).await;
    let seat = Seat::of(&server, ana).await;
    let id = note(&server, None, "Ann", "<p>Hallo</p>", true).await;
    let account = server.account.id;
    let path = format!("/desk/answers/{account}/new");
    let empty = seat.post(&path, &[("title", "Thanks"), ("lang", "de"), ("text", " \u{200b}")]).await;
    assert_eq!(empty.status.as_u16(), 422);
    assert!(empty.text().contains("href=\"#text\"") && empty.text().contains("value=\"Thanks\""), "{}", empty.text());
    for (title, lang, text) in [("Thanks", "en", "Thank you!"), (HOSTILE, "de", "Vielen Dank!")] {
        let kept = seat.post(&path, &[("title", title), ("lang", lang), ("text", text)]).await;
        assert_eq!(kept.status.as_u16(), 303, "{}", kept.text());
    }
    let all = server.app.store.read(|rows| cases::canned(rows, account)).unwrap();
    let list = seat.get("/desk/answers").await.text();
    assert!(list.contains("Vielen Dank!") && !list.contains("<script>"), "{list}");
    // The stranger's language comes first.
    let page = seat.get(&format!("/desk/inbox/{id}")).await.text();
    let place = |number: usize| page.find(&format!("<option value=\"{}\">", all[number].0)).unwrap();
    assert!(place(1) < place(0), "{page}");
    let chosen = all[1].0.to_string();
    let begun = seat.post(&format!("/desk/inbox/{id}/answer"), &[("canned", &chosen)]).await;
    let form = seat.get(begun.header("location")).await.text();
    assert!(form.contains("@ann@elsewhere.example Vielen Dank!"), "{form}");
    let one = format!("/desk/answers/{account}/{}", all[0].0);
    assert!(seat.get(&one).await.text().contains("Thank you!"));
    seat.post(&format!("{one}/delete"), &[]).await;
    assert_eq!(server.app.store.read(|rows| cases::canned(rows, account)).unwrap().len(), 1);
    assert_eq!(seat.get(&one).await.status.as_u16(), 404);
}

#[tokio::test]
async fn what_is_private_is_marked_and_who_is_gone_is_forgotten() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let ana = person(&server, "ana@city.example", &Role::ALL).await;
    let seat = Seat::of(&server, ana).await;
    let post = server.publish("Hello").await;
    let open = note(&server, Some(post.id), "Ann", "<p>In public</p>", true).await;
    let secret = note(&server, Some(post.id), "Ann", "<p>Between us</p>", false).await;
    let path = format!("/desk/inbox/{secret}");
    let page = seat.get(&path).await.text();
    assert!(page.contains("Only you and they can see this") && !page.contains("/release\""), "{page}");
    assert!(page.contains("In public"), "what they wrote before: {page}");
    assert!(!page.contains(&format!("{path}/boost")), "{page}");
    assert_eq!(seat.post(&format!("{path}/boost"), &[]).await.status.as_u16(), 422);
    for decision in ["release", "hide"] {
        assert_eq!(seat.post(&format!("{path}/{decision}"), &[]).await.status.as_u16(), 409, "{decision}");
        assert!(!page.contains(&format!("/{secret}/{decision}\"")), "{page}");
    }
    let said = between(&page, "id=\"said\"", "id=\"notes\"");
    assert!(said.contains("An answer is public.") && !said.contains("not decided yet"), "{page}");
    let waiting = seat.get("/desk/inbox?shown=waiting").await.text();
    assert!(waiting.contains("In public") && !waiting.contains("Between us"), "{waiting}");

    // Hiding closes, releasing does not.
    release(&seat, open).await;
    assert!(seat.get("/desk/inbox?shown=released").await.text().contains("In public"));
    seat.post(&format!("/desk/inbox/{open}/hide"), &[]).await;
    assert_eq!(case(&server, open.0).unwrap().stand, Stand::Done);

    seat.post(&format!("{path}/notes"), &[("remark", "Call her back")]).await;
    seat.post(&format!("{path}/assign"), &[("owner", "me")]).await;
    assert!(case(&server, secret.0).is_some());
    let gone = server.app.store.write(move |tx| {
        let note = notes::get(tx, secret)?.unwrap();
        notes::remove(tx, &note)
    });
    gone.await.unwrap();
    assert!(case(&server, secret.0).is_none());
    assert_eq!(seat.get(&path).await.status.as_u16(), 404);
    assert!(!seat.get("/desk/inbox?tab=mine").await.text().contains("Between us"));
}

#[tokio::test]
async fn an_answer_to_what_is_not_shown_says_so_and_can_release_it() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    at_once(&server).await;
    let (ana, ben) = (
        person(&server, "ana@city.example", &[Role::Editor, Role::Moderator]).await,
        person(&server, "ben@city.example", &[Role::Editor]).await,
    );
    let (ana, ben) = (Seat::of(&server, ana).await, Seat::of(&server, ben).await);
    let post = server.publish("Hello").await;
    let public = async || get(&server.url(&format!("/@press/{}", post.id)), "text/html").await.text();
    let bikes = note(&server, Some(post.id), "Ann", "<p>Bikes?</p>", true).await;
    assert_eq!(release(&ana, bikes).await.status.as_u16(), 303);
    let phones = note(&server, Some(post.id), "Ann", "<p>Phones?</p>", true).await;
    let unseen = "Your page does not show what they wrote";
    assert!(!ana.get(&format!("/desk?reply={bikes}")).await.text().contains(unseen));
    let path = format!("/desk?reply={phones}");
    let form = ben.get(&path).await.text();
    assert!(form.contains(unseen) && !form.contains("name=\"release\""), "nothing to tick for ben: {form}");
    let form = ana.get(&path).await.text();
    let stamp = between(&form, "name=\"release\" value=\"", "\"").to_owned();

    let (account, reply) = (server.account.id.to_string(), phones.to_string());
    let said = |text| [("account", account.as_str()), ("lang", "en"), ("text", text), ("reply", reply.as_str())];
    let ticked = |text, stamp, press| [&said(text)[..], &[("release", stamp), ("do", press)]].concat();
    // Looked at, the tick stays and nothing is decided; nobody decides without the role; nor about other words than theirs.
    let looked = ana.post_parts("/desk/posts", &ticked("Soon", &stamp, "preview")).await.text();
    assert!(looked.contains(&format!("value=\"{stamp}\" checked")), "{looked}");
    assert_eq!(ben.post_parts("/desk/posts", &ticked("Soon", &stamp, "publish")).await.status.as_u16(), 403);
    let wrong = ana.post_parts("/desk/posts", &ticked("Soon", "0", "publish")).await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert!(
        wrong.text().contains("href=\"#release\"") && wrong.text().contains("\nSoon</textarea>"),
        "{}",
        wrong.text()
    );
    let stands = |id| server.app.store.read(|rows| notes::get(rows, id)).unwrap().unwrap().shown;
    assert_eq!(stands(phones), Shown::Waiting);

    // Answered without it, the answer does not pass for one to somebody else.
    assert_eq!(ben.post_parts("/desk/posts", &said("Phones: soon")).await.status.as_u16(), 303);
    let page = public().await;
    assert!(page.contains("Phones: soon") && page.contains("In reply to Ann") && !page.contains("Phones?"), "{page}");
    assert_eq!(
        ana.post_parts("/desk/posts", &ticked("Phones: tomorrow", &stamp, "publish")).await.status.as_u16(),
        303
    );
    assert_eq!(stands(phones), Shown::Released);
    let page = public().await;
    assert!(page.contains("Phones?") && page.contains("Phones: tomorrow") && !page.contains("In reply to"), "{page}");
    // What was hidden, or is private, is not pointed at.
    ana.post(&format!("/desk/inbox/{phones}/hide"), &[]).await;
    let page = public().await;
    assert!(
        page.contains("In reply to something that is not shown here") && !page.contains("In reply to Ann"),
        "{page}"
    );
}

#[tokio::test]
async fn what_a_colleague_hid_is_not_released_by_the_way_and_whoever_only_answers_hears_what_became_of_it() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let (ana, rita) = (
        person(&server, "ana@city.example", &[Role::Editor, Role::Moderator]).await,
        person(&server, "rita@city.example", &[Role::Replier]).await,
    );
    let (ana, rita) = (Seat::of(&server, ana).await, Seat::of(&server, rita).await);
    let post = server.publish("Hello").await;
    let note = note(&server, Some(post.id), "Ann", "<p>Phones?</p>", true).await;
    let path = format!("/desk?reply={note}");
    let form = ana.get(&path).await.text();
    assert!(form.contains("can be undone until then"), "{form}");
    let stamp = between(&form, "name=\"release\" value=\"", "\"").to_owned();
    ana.post(&format!("/desk/inbox/{note}/hide"), &[]).await;
    let (account, reply) = (server.account.id.to_string(), note.to_string());
    let said = [("account", account.as_str()), ("lang", "en"), ("text", "Soon"), ("reply", reply.as_str())];
    for press in [("do", "publish"), ("keep", "ask")] {
        let late = ana.post_parts("/desk/posts", &[&said[..], &[("release", &stamp), press]].concat()).await;
        assert_eq!(late.status.as_u16(), 422);
        let page = late.text();
        assert!(
            page.contains("<a href=\"#release\">A colleague hid it meanwhile") && page.contains("\nSoon</textarea>"),
            "{page}"
        );
    }
    assert_eq!(server.app.store.read(|rows| notes::get(rows, note)).unwrap().unwrap().shown, Shown::Hidden);
    assert!(ana.get(&path).await.text().contains("they wrote</b>: somebody hid it"));
    // Who may answer and no more sends at once, is not told otherwise, and hears that it went out.
    let form = rita.get(&path).await.text();
    assert!(!form.contains("can be undone until then"), "{form}");
    let sent = rita.post_parts("/desk/posts", &[&said[..], &[("do", "publish")]].concat()).await;
    let led = rita.get(sent.header("location")).await;
    let page = rita.get(led.header("location")).await.text();
    assert!(page.contains("<p class=\"note\" role=\"status\">Published. <a href=\"/@press/"), "{page}");
}

/// Counts of the case of what was shared of a post.
fn shares(server: &Instance, post: &Post) -> Option<(Stand, u64)> {
    case(server, About::Shares(post.id).case().0).map(|case| (case.stand, case.seen))
}

async fn boost(who: &Instance, whom: &Instance, post: &Post) {
    let object = lookup::object(&who.app, &whom.post_uri(post.id), ReactionKind::Boost).await.unwrap();
    let (site, by) = (who.app.site.clone(), who.by());
    who.app.store.write(move |tx| actions::react::react(tx, &site, by, ReactionKind::Boost, &object)).await.unwrap();
    drain(&[who, whom]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shared_is_one_case_for_each_post() {
    let clock = Clock::by_hand(START);
    let (city, one, two) =
        (Instance::start(&clock).await, Instance::start(&clock).await, Instance::start(&clock).await);
    let ana = person(&city, "ana@city.example", &[Role::Editor]).await;
    let seat = Seat::of(&city, ana).await;
    let post = city.publish("Pass it on").await;
    assert_eq!(shares(&city, &post), None);
    boost(&one, &city, &post).await;
    assert_eq!(shares(&city, &post), Some((Stand::Open, 0)));
    let page = seat.get("/desk/inbox").await.text();
    assert!(page.contains("Passed on elsewhere: 1 share") && page.contains("Open (1)"), "{page}");
    let path = format!("/desk/inbox/{}", post.id);
    assert!(seat.get(&path).await.text().contains("Passed on elsewhere: 1 share"));
    seat.post(&format!("{path}/stand"), &[("stand", "done")]).await;
    assert_eq!(shares(&city, &post), Some((Stand::Done, 1)));
    // Twice as many are news again.
    boost(&two, &city, &post).await;
    assert_eq!(shares(&city, &post), Some((Stand::Open, 1)));
    let (site, by, id) = (city.app.site.clone(), city.by(), post.id);
    city.app.store.write(move |tx| actions::delete::delete(tx, &site, by, id)).await.unwrap();
    assert_eq!(shares(&city, &post), None);
    drain(&[&city, &one, &two]).await;
}

async fn change(server: &Instance, post: &Post, text: &str) {
    let (site, by, id) = (server.app.site.clone(), server.by(), post.id);
    let words = Version { text: text.into(), ..post.versions[0].clone() };
    let change = Change::words(vec![words]);
    server.app.store.write(move |tx| actions::edit::edit(tx, &site, by, id, &change)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_elsewhere_is_boosted_and_answered_by_its_address() {
    let clock = Clock::by_hand(START);
    let (city, other) = (Instance::start(&clock).await, Instance::start(&clock).await);
    at_once(&city).await;
    let ana = person(&city, "ana@city.example", &[Role::Editor]).await;
    let seat = Seat::of(&city, ana).await;
    let post = other.publish("News from the neighbours").await;
    let account = city.account.id.to_string();
    let uri = other.post_uri(post.id);
    let at = |address: &str| vec![("account", account.clone()), ("address", address.to_owned())];
    let own = city.publish("Our own").await;
    for wrong in ["nonsense", "javascript:alert(1)", &city.post_uri(own.id), &format!("{uri}0")] {
        let fields = at(wrong);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let back = seat.post("/desk/elsewhere", &fields).await;
        assert_eq!(back.status.as_u16(), 422, "{wrong}");
        assert!(back.text().contains("href=\"#address\""), "{wrong}: {}", back.text());
    }
    let none = seat.post("/desk/elsewhere", &[("account", &account), ("address", " ")]).await.text();
    assert!(none.contains("The address of the post is missing."), "{none}");
    let look = [("account", account.as_str()), ("address", uri.as_str())];
    let looked = seat.post("/desk/elsewhere", &look).await.text();
    for part in ["News from the neighbours", &other.app.site.handle("press"), "Not boosted yet."] {
        assert!(looked.contains(part), "{part} is not in {looked}");
    }
    // What is boosted is what was looked at: its writer changes it meanwhile.
    let seen = |page: &str| between(page, "name=\"seen\" value=\"", "\"").to_owned();
    let changed = "Something else is said";
    change(&other, &post, changed).await;
    for stale in [&seen(&looked), "1", ""] {
        let back = seat.post("/desk/elsewhere", &[&look[..], &[("seen", stale)]].concat()).await;
        let page = back.text();
        assert_eq!(back.status.as_u16(), 422, "{page}");
        assert!(page.contains("<a href=\"#found\">") && page.contains("Nothing was boosted."), "{page}");
        assert!(page.contains(changed) && !page.contains("News from the neighbours"), "{page}");
        assert!(!page.contains("/unboost\""), "nothing is boosted unseen");
    }
    let looked = seat.post("/desk/elsewhere", &[&look[..], &[("seen", "")]].concat()).await.text();
    let boosted = seat.post("/desk/elsewhere", &[&look[..], &[("seen", &seen(&looked))]].concat()).await;
    let there = (boosted.status.as_u16(), boosted.header("location"));
    assert_eq!(there, (303, "/desk/elsewhere?done=boosted"), "{}", boosted.text());
    drain(&[&city, &other]).await;
    let list = seat.get(boosted.header("location")).await.text();
    assert!(list.contains(&uri) && list.contains("/unboost\"") && list.contains("role=\"status\">Boosted."), "{list}");
    let looked = seat.post("/desk/elsewhere", &look).await.text();
    assert!(looked.contains("Boosted already as") && !looked.contains("Not boosted yet."), "{looked}");
    assert!(!looked.contains("name=\"seen\"") && looked.contains("name=\"answer\""), "{looked}");
    let back = seat.post("/desk/elsewhere/unboost", &[("account", &account), ("uri", &uri)]).await;
    let list = seat.get(back.header("location")).await.text();
    assert!(!list.contains(&uri) && list.contains("The boost is taken back."), "{list}");
    drain(&[&city, &other]).await;

    let fields = [("account", account.as_str()), ("address", &uri), ("answer", "1")];
    let form = seat.post("/desk/elsewhere", &fields).await;
    let target = between(form.header("location"), "/desk?reply=", "&as=").to_owned();
    assert!(seat.get(form.header("location")).await.text().contains(changed));
    // Nobody wrote it to us, so it waits in no inbox.
    assert!(!seat.get("/desk/inbox").await.text().contains(changed));
    let fields = [("account", account.as_str()), ("lang", "en"), ("text", "Well done"), ("reply", &target)];
    assert_eq!(seat.post_parts("/desk/posts", &fields).await.status.as_u16(), 303);
    drain(&[&city, &other]).await;
    let heard = other.app.store.read(|rows| notes::latest(rows, None, 9)).unwrap();
    assert!(heard.iter().any(|note| note.content.html.contains("Well done")));
}

#[tokio::test]
async fn the_command_line_does_the_same_and_an_answer_from_anywhere_closes() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    person(&server, "ana@city.example", &[Role::Replier]).await;
    let id = note(&server, None, "Ann", "<p>Hallo</p>", true).await;
    let run = |command: Command| control::run(&server.app, command);
    let reply = id.to_string();
    let open = run(Command::ReplyList { all: false, stand: Some(Stand::Open) }).await.unwrap();
    assert_eq!(open["replies"][0]["state"], "open");
    let user = Some("ana@city.example".to_owned());
    let given = run(Command::ReplyAssign { reply: reply.clone(), user }).await.unwrap();
    assert_eq!(given["owner"], "ana@city.example");
    run(Command::ReplyNote { reply: reply.clone(), text: "Ask the bridge people".into() }).await.unwrap();
    run(Command::ReplySet { reply: reply.clone(), stand: Stand::Waiting }).await.unwrap();
    let one = run(Command::ReplyOne { reply: reply.clone() }).await.unwrap();
    assert_eq!((&one["state"], &one["notes"][0]["text"]), (&"waiting".into(), &"Ask the bridge people".into()));
    let new = NewPost { reply_to: Some(ReplyTo::Note(id)), ..NewPost::plain("de".parse().unwrap(), "Ja") };
    let answer = server.publish_new(new).await;
    let one = run(Command::ReplyOne { reply }).await.unwrap();
    assert_eq!((&one["state"], &one["answers"][0]), (&"done".into(), &server.post_uri(answer.id).into()));
}
