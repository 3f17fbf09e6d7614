//! Drafts at the desk, by the client API and by the command line: the same draft by every door.

use std::time::Duration;

use instance::control::{self, AccountChange, Command, DraftStep, NewVersion, PostNew, Upload};
use instance::model::draft::{Approval, Rule, Stage};
use instance::model::institution::Institution;
use instance::model::media::About;
use instance::model::user::{Rank, Role};
use instance::store::meta;
use serde_json::{Value, json};

use super::Office;
use crate::client::Program;
use crate::support::http::send;
use crate::support::seat::{Seat, led_to, user};
use crate::support::{START, at_once, between, drain, second_account};

async fn zone(office: &Office, name: &str) {
    let name = name.to_owned();
    let set = office.write(move |tx| {
        let institution = Institution { time_zone: name.clone(), ..meta::institution(tx)? };
        meta::put_institution(tx, &institution)
    });
    set.await.unwrap();
}

#[tokio::test]
async fn from_the_form_to_the_public_without_script() {
    let office = Office::new(Rule::Approver).await;
    zone(&office, "Europe/Brussels").await;
    let (ana, ben, cem) = (
        Seat::of(&office.server, office.ana.id).await,
        Seat::of(&office.server, office.ben.id).await,
        Seat::of(&office.server, office.cem.id).await,
    );
    let account = office.server.account.id.to_string();
    assert!(ana.get("/desk").await.text().contains("Save draft"));
    let fields = [("account", account.as_str()), ("lang", "en"), ("text", "The bridge opens."), ("keep", "draft")];
    let path = led_to(&ana.post_parts("/desk/posts", &fields).await);
    let page = ana.get(&path).await.text();
    assert!(page.contains("aria-current=\"step\">Draft") && page.contains("The bridge opens."), "{page}");
    assert!(!page.contains("Publish now"), "authors publish nothing");
    led_to(&ana.post(&format!("{path}/ask"), &[("revision", "1")]).await);
    let list = cem.get("/desk/drafts").await.text();
    assert!(list.contains("You can approve it") && list.contains("1<span class=\"vh\"> waiting"), "{list}");
    assert!(!ben.get("/desk/drafts").await.text().contains("You can approve it"));
    // An older page than what is there approves nothing.
    let stale = cem.post(&format!("{path}/approve"), &[("revision", "0")]).await;
    assert_eq!(stale.status, 422);
    assert!(stale.text().contains("Somebody else saved this draft meanwhile"));
    led_to(&cem.post(&format!("{path}/approve"), &[("revision", "1"), ("comment", "Well said")]).await);
    let page = ben.get(&path).await.text();
    assert!(page.contains("aria-current=\"step\">Approved") && page.contains("Well said"), "{page}");
    // An hour that does not exist, and one that comes twice; what was typed comes back.
    let plan = format!("{path}/plan");
    let gap = ben.post(&plan, &[("revision", "1"), ("at", "2027-03-28T02:30")]).await;
    assert_eq!(gap.status, 422);
    let text = gap.text();
    assert!(text.contains("02:30 on 28 March 2027 does not exist") && text.contains("03:30"), "{text}");
    assert!(text.contains("value=\"2027-03-28T02:30\"") && text.contains("href=\"#at\""));
    let twice = ben.post(&plan, &[("revision", "1"), ("at", "2027-10-31T02:30")]).await.text();
    assert!(twice.contains("comes twice") && twice.contains("value=\"second\""), "{twice}");
    led_to(&ben.post(&plan, &[("revision", "1"), ("at", "2027-10-31T02:30"), ("turn", "second")]).await);
    led_to(&ben.post(&plan, &[("revision", "1"), ("at", "2026-12-01T09:00")]).await);
    let page = ben.get(&path).await.text();
    assert!(page.contains("It goes out on 1 December 2026, 09:00 (Europe/Brussels)"), "{page}");
    assert!(page.contains("datetime=\"2026-12-01T09:00:00+01:00\""), "shown with the day on which it goes out: {page}");
    let month = ana.get("/desk/calendar?month=2026-12").await.text();
    assert!(month.contains("09:00</time> · @press · planned") && month.contains("href=\"#d1\""), "{month}");
    assert!(month.contains("1<span class=\"vh\"> planned, on day 1</span>"), "{month}");
    office.clock.advance(Duration::from_secs(8 * 86_400 - 3_600));
    drain(&[&office.server]).await;
    assert_eq!(office.texts(), ["The bridge opens."]);
    assert!(ben.get(&path).await.text().contains("View what was published"));
    let month = ana.get("/desk/calendar?month=2026-12").await.text();
    assert!(
        month.contains("· @press · published") && month.contains("1<span class=\"vh\"> published, on day 1"),
        "{month}"
    );
}

#[tokio::test]
async fn what_changed_since_it_was_approved_is_shown_word_by_word() {
    let office = Office::new(Rule::Other).await;
    let draft = office.begin(&office.ana, "The bridge opens on Monday.").await;
    let asked = office.ask(&office.ana, &draft).await.unwrap();
    let passed = office.approve(&office.ben, &asked).await.unwrap();
    let seen = instance::actions::drafts::Seen::of(&passed);
    office.save(&office.ana, seen, "The bridge opens on <Tuesday>.").await.unwrap();
    let page = Seat::of(&office.server, office.cem.id).await.get(&format!("/desk/drafts/{}", draft.id)).await.text();
    assert!(page.contains("Changed since it was approved"), "{page}");
    assert!(page.contains("opens on <del>Monday</del><ins>&#60;Tuesday&#62;</ins>."), "{page}");
    assert!(page.contains("does not hold any more"));
}

#[tokio::test]
async fn two_who_edit_one_draft_see_each_other_and_both_texts() {
    let office = Office::new(Rule::Other).await;
    let draft = office.begin(&office.ana, "The bridge opens.").await;
    let path = format!("/desk/drafts/{}", draft.id);
    let (ana, ben) = (Seat::of(&office.server, office.ana.id).await, Seat::of(&office.server, office.ben.id).await);
    let edit = format!("{path}/edit");
    assert!(ana.get(&edit).await.text().contains("The bridge opens."));
    assert!(ben.get(&edit).await.text().contains("ana@city.example</bdi> is editing this too"));
    assert!(ben.get(&path).await.text().contains("ana@city.example</bdi> is editing this."));
    let text = |words| [("revision", "1"), ("lang", "en"), ("text", words), ("keep", "draft")];
    led_to(&ben.post_parts(&edit, &text("The old bridge opens.")).await);
    let slower = ana.post_parts(&edit, &text("The bridge opens <soon>.")).await;
    assert_eq!(slower.status, 422);
    let page = slower.text();
    assert!(page.contains("The bridge opens &#60;soon&#62;.</textarea>"), "what Ana typed: {page}");
    assert!(page.contains("The old bridge opens.</p>") && page.contains("Saved meanwhile by <bdi>ben@city.example"));
    assert!(page.contains("name=\"revision\" value=\"2\""), "saved again it replaces what she has seen");
    let again = [("revision", "2"), ("lang", "en"), ("text", "The old bridge opens soon."), ("keep", "draft")];
    led_to(&ana.post_parts(&edit, &again).await);
    assert_eq!(office.now_is(draft.id).content.parts[0].versions[0].text, "The old bridge opens soon.");
    // A form that is cut short takes nothing away.
    assert_eq!(ana.post_parts(&edit, &[("revision", "3")]).await.status, 422);
    assert_eq!(office.now_is(draft.id).revision, 3);
}

#[tokio::test]
async fn publish_now_waits_at_the_desk_and_can_be_undone() {
    let office = Office::new(Rule::None).await;
    let draft = office.begin(&office.ana, "Too soon").await;
    let ben = Seat::of(&office.server, office.ben.id).await;
    let path = format!("/desk/drafts/{}", draft.id);
    led_to(&ben.post(&format!("{path}/publish"), &[("revision", "1")]).await);
    assert!(ben.get(&path).await.text().contains(">Undo</button>"));
    office.clock.advance(Duration::from_secs(29));
    drain(&[&office.server]).await;
    led_to(&ben.post(&format!("{path}/unplan"), &[]).await);
    office.clock.advance(Duration::from_secs(60));
    drain(&[&office.server]).await;
    assert!(office.posts().is_empty());
    // What was planned is planned again, and the page says so; and that nothing goes out while everything is stopped.
    led_to(&ben.post(&format!("{path}/plan"), &[("revision", "1"), ("at", "2026-12-01T09:00")]).await);
    led_to(&ben.post(&format!("{path}/publish"), &[("revision", "1")]).await);
    let undone = ben.post(&format!("{path}/unplan"), &[]).await;
    let page = ben.get(undone.header("location")).await.text();
    assert!(page.contains("Undone: it is planned as before.") && page.contains("It goes out on 1 December"), "{page}");
    led_to(&ben.post(&format!("{path}/unplan"), &[]).await);
    led_to(&ben.post(&format!("{path}/plan"), &[("revision", "1"), ("at", "2026-12-01T09:00")]).await);
    ben.post("/desk/calendar/stop", &[]).await;
    let (page, list) = (ben.get(&path).await.text(), ben.get("/desk/drafts").await.text());
    assert!(page.contains("It does not go out: everything planned is stopped."), "{page}");
    assert!(list.contains("stopped · 1 December") && !list.contains("Goes out by itself.<"), "{list}");
    ben.post("/desk/calendar/resume", &[]).await;
    // An institution that does not want to wait does not.
    let at_once = office.write(|tx| {
        let institution = Institution { hold: 0, ..meta::institution(tx)? };
        meta::put_institution(tx, &institution)
    });
    at_once.await.unwrap();
    led_to(&ben.post(&format!("{path}/publish"), &[("revision", "1")]).await);
    assert_eq!(office.texts(), ["Too soon"]);
}

#[tokio::test]
async fn what_the_composer_publishes_waits_too() {
    let office = Office::new(Rule::None).await;
    let ben = Seat::of(&office.server, office.ben.id).await;
    let account = office.server.account.id.to_string();
    let thread =
        [("account", account.as_str()), ("once", "x"), ("lang", "en"), ("text", "One\n---\nTwo"), ("do", "publish")];
    let held = ben.post_parts("/desk/posts", &thread).await;
    let path = led_to(&held);
    assert_eq!(held.header("location"), format!("{path}?done=publish"));
    assert_eq!(ben.post_parts("/desk/posts", &thread).await.header("location"), held.header("location"));
    assert!(ben.get(held.header("location")).await.text().contains(">Undo</button>"));
    led_to(&ben.post(&format!("{path}/unplan"), &[]).await);
    office.clock.advance(Duration::from_secs(60));
    drain(&[&office.server]).await;
    assert!(office.posts().is_empty(), "thought again");
    // Gone back to the first form, and changed there: it is about the same draft, and nothing typed is lost.
    let back = [&thread[..3], &[("text", "One\n---\nToo"), ("keep", "draft")]].concat();
    assert_eq!(led_to(&ben.post_parts("/desk/posts", &back).await), path);
    assert!(ben.get(&path).await.text().contains("Too"));
    // From its own form, after a change, and pressed twice; another form of the same state comes too late.
    let edit = format!("{path}/edit");
    let again = [("revision", "2"), ("lang", "en"), ("text", "One\n---\nTwo!"), ("do", "publish")];
    assert_eq!(ben.post_parts(&edit, &again).await.header("location"), format!("{path}?done=publish"));
    assert_eq!(ben.post_parts(&edit, &again).await.header("location"), format!("{path}?done=publish"));
    let late = ben.post_parts(&edit, &[&again[..2], &[("text", "One\n---\nTwo?"), ("do", "publish")]].concat()).await;
    assert!(late.status == 422 && late.text().contains("You saved this draft"), "{}", late.text());
    office.clock.advance(Duration::from_secs(29));
    drain(&[&office.server]).await;
    assert!(office.posts().is_empty());
    office.clock.advance(Duration::from_secs(1));
    drain(&[&office.server]).await;
    assert_eq!(office.texts(), ["One", "Two!"]);
    let now = |text, more| [("account", account.as_str()), ("lang", "en"), ("text", text), ("do", "publish"), more];
    let urgent = ben.post_parts("/desk/posts", &now("Fire", ("urgent", "1"))).await;
    assert!(urgent.header("location").starts_with("/desk?done="), "{}", urgent.text());
    at_once(&office.server).await;
    let zero = ben.post_parts("/desk/posts", &now("Open", ("once", "y"))).await;
    assert!(zero.header("location").starts_with("/desk?done="), "{}", zero.text());
    let kept = [("account", account.as_str()), ("lang", "en"), ("text", "Clsed"), ("keep", "draft")];
    let edit = format!("{}/edit", led_to(&ben.post_parts("/desk/posts", &kept).await));
    let right = [("revision", "1"), ("lang", "en"), ("text", "Closed"), ("do", "publish")];
    assert!(ben.post_parts(&edit, &right).await.header("location").starts_with("/desk?done="));
    assert_eq!(office.texts()[2..], ["Fire", "Open", "Closed"]);
}

#[tokio::test]
async fn with_a_time_the_composer_plans_or_asks() {
    let office = Office::new(Rule::None).await;
    zone(&office, "Europe/Brussels").await;
    let ben = Seat::of(&office.server, office.ben.id).await;
    let account = office.server.account.id.to_string();
    let fields = [("account", account.as_str()), ("lang", "en"), ("text", "The <bridge> opens."), ("do", "publish")];
    let at = |more: &[(&'static str, &'static str)]| [&fields[..], more].concat();
    assert!(ben.get("/desk").await.text().contains("On the clocks of Europe/Brussels"));
    for (typed, words) in [
        ("2027-03-28T02:30", "02:30 on 28 March 2027 does not exist"),
        ("2027-10-31T02:30", "comes twice"),
        ("2026-11-01T09:00", "That moment is over."),
        ("soon", "no day and time"),
    ] {
        let back = ben.post_parts("/desk/posts", &at(&[("at", typed)])).await;
        let page = back.text();
        assert_eq!(back.status, 422, "{typed}");
        assert!(page.contains("<a href=\"#at\">") && page.contains(words), "{typed}: {page}");
        assert!(page.contains(&format!("value=\"{typed}\"")) && page.contains("The &#60;bridge&#62; opens."));
        assert_eq!(page.contains("name=\"turn\" value=\"second\""), typed == "2027-10-31T02:30");
    }
    assert!(office.posts().is_empty());
    let twice = at(&[("at", "2027-10-31T02:30"), ("turn", "second")]);
    let second = led_to(&ben.post_parts("/desk/posts", &twice).await);
    let form = ben.get(&format!("{second}/edit")).await.text();
    assert!(form.contains("value=\"second\" checked") && form.contains("value=\"2027-10-31T02:30\""), "{form}");
    let planned = ben.post_parts("/desk/posts", &at(&[("at", "2026-12-01T09:00")])).await;
    let path = led_to(&planned);
    assert_eq!(planned.header("location"), format!("{path}?done=plan"));
    let page = ben.get(&path).await.text();
    assert!(page.contains("It goes out on 1 December 2026, 09:00 (Europe/Brussels)"), "{page}");
    // A save leaves the plan as it is, whatever the field says; the button plans anew.
    let edit = format!("{path}/edit");
    let save = [("revision", "1"), ("lang", "en"), ("text", "Open."), ("at", "")];
    led_to(&ben.post_parts(&edit, &[&save[..], &[("keep", "draft")]].concat()).await);
    assert!(ben.get(&path).await.text().contains("1 December 2026, 09:00"));
    let later = [("revision", "2"), ("lang", "en"), ("text", "Open."), ("at", "2026-12-01T10:00"), ("do", "publish")];
    led_to(&ben.post_parts(&edit, &later).await);
    assert!(ben.get(&path).await.text().contains("It goes out on 1 December 2026, 10:00"));
    // Where somebody has to look, the draft keeps the time and asks.
    office.rule(Approval { rule: Rule::Other, ..Approval::default() }).await;
    let asked = ben.post_parts("/desk/posts", &at(&[("at", "2026-12-02T09:00")])).await;
    assert_eq!(asked.header("location"), format!("{}?done=ask", led_to(&asked)));
    let page = ben.get(&led_to(&asked)).await.text();
    assert!(page.contains("aria-current=\"step\">Asked"), "{page}");
    assert!(page.contains("It is wanted for 2 December 2026, 09:00 (Europe/Brussels)"), "{page}");
    // An author keeps a time too, and changes it.
    let ana = Seat::of(&office.server, office.ana.id).await;
    let kept = [&fields[..3], &[("keep", "draft"), ("at", "2026-12-03T09:00")]].concat();
    let path = led_to(&ana.post_parts("/desk/posts", &kept).await);
    let other = [("revision", "1"), ("lang", "en"), ("text", "Open."), ("keep", "draft"), ("at", "2026-12-04T09:00")];
    led_to(&ana.post_parts(&format!("{path}/edit"), &other).await);
    assert!(ana.get(&path).await.text().contains("It is wanted for 4 December 2026, 09:00"));
}

#[tokio::test]
async fn whoever_leaves_is_switched_off_and_their_drafts_go_on() {
    let office = Office::new(Rule::None).await;
    let draft = office.begin(&office.ana, "Unfinished").await;
    let owner = user(&office.server, "owner@city.example", Rank::Owner, office.server.account.id, &[]).await;
    let seat = Seat::of(&office.server, owner.id).await;
    let off = format!("/desk/users/{}/off", office.ana.id);
    let page = seat.get(&off).await.text();
    assert!(page.contains("1 draft is theirs") && page.contains("ben@city.example</option>"), "{page}");
    // A replier, and whoever writes for another account alone, is no heir; chosen all the same, it is said where.
    let (here, other) = (office.server.account.id, second_account(&office.server).await);
    let rita = user(&office.server, "rita@city.example", Rank::Member, here, &[Role::Replier]).await;
    user(&office.server, "joe@city.example", Rank::Member, other.id, &[Role::Editor]).await;
    let page = seat.get(&off).await.text();
    assert!(!page.contains("rita@city.example</option>") && !page.contains("joe@city.example</option>"), "{page}");
    let back = seat.post(&off, &[("heir", &rita.id.to_string())]).await;
    let page = back.text();
    assert_eq!(back.status, 422);
    for part in
        ["<a href=\"#heir\">", "They may not write", "id=\"heir-e\"", "1 draft is theirs", ">Switch off</button>"]
    {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(office.now_is(draft.id).is_of(office.ana.id), "nothing was done");
    assert_eq!(seat.post(&off, &[("heir", &office.ben.id.to_string())]).await.status, 303);
    assert!(office.now_is(draft.id).is_of(office.ben.id));
}

#[tokio::test]
async fn what_was_missed_is_asked_for_in_the_navigation() {
    let office = Office::new(Rule::None).await;
    let draft = office.begin(&office.ben, "Too late").await;
    office.plan(&office.ben, &draft, START.plus(Duration::from_secs(60))).await.unwrap();
    office.clock.set(START.plus(Duration::from_secs(86_400)));
    drain(&[&office.server]).await;
    let page = Seat::of(&office.server, office.ben.id).await.get("/desk/drafts").await.text();
    assert!(page.contains("1<span class=\"vh\"> waiting") && page.contains(">Missed</h2>"), "{page}");
    let page = Seat::of(&office.server, office.ana.id).await.get("/desk/drafts").await.text();
    assert!(!page.contains(" waiting</span>") && page.contains(">Missed</h2>"), "authors decide nothing");
}

#[tokio::test]
async fn a_calendar_program_reads_what_its_user_reads_until_the_address_is_taken_away() {
    let office = Office::new(Rule::None).await;
    let draft = office.begin(&office.ben, "Opening, with music; at noon").await;
    office.plan(&office.ben, &draft, START.plus(Duration::from_secs(3_600))).await.unwrap();
    let ana = Seat::of(&office.server, office.ana.id).await;
    let page = ana.post("/desk/calendar/feed", &[]).await.text();
    let address = between(&page, "<code class=\"copy\">", "<").to_owned();
    let path = &address[address.find("/desk/").unwrap()..];
    let fetch = async |path: &str| send("GET", &office.server.url(path), &[], "").await;
    let got = fetch(path).await;
    assert_eq!((got.status.as_u16(), got.header("content-type")), (200, "text/calendar; charset=utf-8"));
    let text = got.text().replace("\r\n ", "");
    assert!(text.contains("DTSTART:20261123T100000Z\r\n"), "{text}");
    assert!(text.contains("SUMMARY:@press: Opening\\, with music\\; at noon (planned)"), "{text}");
    let again = ana.post("/desk/calendar/feed", &[]).await.text();
    let second = between(&again, "<code class=\"copy\">", "<").to_owned();
    let second = second[second.find("/desk/").unwrap()..].to_owned();
    assert_eq!(fetch(path).await.status, 404, "a new address makes the old one worthless");
    assert_eq!(fetch(&second).await.status, 200);
    let gone = office.ana.id;
    office
        .write(move |tx| instance::actions::users::switch_off(tx, crate::support::owner(), gone).map(|_| ()))
        .await
        .unwrap();
    assert_eq!(fetch(&second).await.status, 404, "nor does it outlive its user");
}

#[tokio::test]
async fn a_program_plans_puts_off_and_takes_back() {
    let office = Office::new(Rule::None).await;
    let program = Program::new(&office.server, "read,write").await;
    let new = |at: &str| json!({ "status": "At noon", "scheduled_at": at, "visibility": "unlisted" });
    let refused = program.call("POST", "/api/v1/statuses", new("2026-11-23T09:04:59Z")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("5 minutes"), "{}", refused.text());
    let made = program.call("POST", "/api/v1/statuses", new("2026-11-23T13:00:00+01:00")).await.json();
    assert_eq!(made["scheduled_at"], "2026-11-23T12:00:00.000Z");
    assert_eq!((&made["params"]["text"], &made["params"]["visibility"]), (&json!("At noon"), &json!("unlisted")));
    let path = format!("/api/v1/scheduled_statuses/{}", made["id"].as_str().unwrap());
    let later = program.call("PUT", &path, json!({ "scheduled_at": "2026-11-23T12:30:00Z" })).await.json();
    assert_eq!(later["scheduled_at"], "2026-11-23T12:30:00.000Z");
    assert_eq!(program.call("GET", "/api/v1/scheduled_statuses", Value::Null).await.json()[0]["id"], made["id"]);
    let second = program.call("POST", "/api/v1/statuses", new("2026-11-23T13:00:00Z")).await.json();
    let cancel = format!("/api/v1/scheduled_statuses/{}", second["id"].as_str().unwrap());
    assert_eq!(program.call("DELETE", &cancel, Value::Null).await.status, 200);
    assert_eq!(program.call("GET", &cancel, Value::Null).await.status, 404);
    office.clock.advance(Duration::from_secs(12_600));
    drain(&[&office.server]).await;
    assert_eq!(office.texts(), ["At noon"]);
    assert_eq!(program.call("GET", &path, Value::Null).await.status, 404);
    // Where somebody has to let it pass, a program plans nothing.
    office.rule(Approval { rule: Rule::Other, ..Approval::default() }).await;
    let refused = program.call("POST", "/api/v1/statuses", new("2026-11-23T18:00:00Z")).await;
    assert!(refused.status == 422 && refused.text().contains("approve"), "{}", refused.text());
    assert_eq!(program.call("POST", "/api/v1/statuses", json!({ "status": "Now" })).await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_of_a_draft_keeps_the_words_that_came_with_it() {
    let office = Office::new(Rule::None).await;
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(90, 60).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let path = std::env::temp_dir().join(format!("instance-words-{}.png", std::process::id()));
    std::fs::write(&path, bytes.get_ref()).unwrap();
    let file = std::fs::File::open(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let media = vec![Upload::new(file, About::words("A black field")).unwrap()];
    let planned = PostNew { media, at: Some("2026-12-01T09:00".into()), ..new("Look") };
    let planned = control::run(&office.server.app, Command::PostNew(planned)).await.unwrap();
    assert_eq!(
        (&planned["state"], &planned["parts"][0]["media"][0]["alt"]),
        (&json!("planned"), &json!("A black field"))
    );
}

fn new(text: &str) -> PostNew {
    serde_json::from_value(json!({
        "account": "press", "versions": [NewVersion { lang: None, text: text.into(), warning: String::new() }],
        "media": [], "recordings": [], "sensitive": false, "visibility": "public", "quoting": "anyone",
        "urgent": false, "reply_to": null, "episode": null,
    }))
    .unwrap()
}

#[tokio::test]
async fn the_command_line_keeps_plans_and_tells_of_the_rule() {
    let office = Office::new(Rule::None).await;
    zone(&office, "Europe/Brussels").await;
    let app = &office.server.app;
    let run = |command: Command| control::run(app, command);
    let at = |typed: &str| PostNew { at: Some(typed.to_owned()), ..new("At nine") };
    let planned = run(Command::PostNew(at("2026-12-01T09:00"))).await.unwrap();
    assert_eq!((&planned["state"], &planned["due"]), (&json!("planned"), &json!("2026-12-01T08:00:00Z")));
    assert!(run(Command::PostNew(at("2026-11-01T09:00"))).await.is_err(), "that is over");
    let list = run(Command::DraftList { account: None, stage: Some(Stage::Planned) }).await.unwrap();
    assert_eq!(list["drafts"][0]["id"], planned["id"]);
    let id = planned["id"].as_str().unwrap().to_owned();
    assert_eq!(run(Command::PostShow { post: id.clone(), delivery: false }).await.unwrap()["state"], "planned");
    run(Command::PostDelete { post: id, reason: Vec::new() }).await.unwrap();

    let change = AccountChange { account: "press".into(), approval: Some(Rule::Other), ..AccountChange::default() };
    let account = run(Command::AccountEdit(Box::new(change))).await.unwrap();
    assert_eq!(account["approval"], "other");
    let refused = run(Command::PostNew(new("At once"))).await.unwrap_err();
    assert!(refused.to_string().contains("approve"), "{refused}");
    run(Command::PostNew(PostNew { urgent: true, ..new("An emergency") })).await.unwrap();
    assert_eq!(office.texts(), ["An emergency"]);
    // What Ana wrote the operator approves, and has it published.
    let draft = office.begin(&office.ana, "Ready").await;
    let step = |step| run(Command::DraftStep { draft: draft.id.to_string(), step });
    step(DraftStep::Ask).await.unwrap();
    step(DraftStep::Approve { comment: String::new() }).await.unwrap();
    let published = step(DraftStep::Publish).await.unwrap();
    assert_eq!(published["state"], "published");
    let uri = office.server.post_uri(published["posts"][0].as_str().unwrap().parse().unwrap());
    assert_eq!(published["uris"], json!([uri]));
    assert_eq!(office.texts(), ["An emergency", "Ready"]);
    run(Command::Plans { stop: true }).await.unwrap();
    assert!(run(Command::AccountShow { account: "press".into() }).await.unwrap()["plans_stopped"].is_string());
    assert_eq!(run(Command::Plans { stop: false }).await.unwrap()["missed"], 0);
}
