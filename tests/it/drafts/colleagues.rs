//! What happens around a draft: colleagues without a log-in look at it by a secret link, approvers see everywhere that it
//! waits for them, the log tells who worked on it, and it goes out only while whoever planned it may still publish.

use std::time::Duration;

use instance::actions::drafts::{self as verbs, Pen, Seen};
use instance::actions::users::{self, Standing};
use instance::app::upload;
use instance::control::{self, AuditShow, Command};
use instance::crypto::token;
use instance::limits;
use instance::model::draft::{Approval, Attached, Draft, Rule, Sheet, State};
use instance::model::ids::UserId;
use instance::model::media::About;
use instance::model::user::{Asker, Rank, Role, User, Who};
use instance::store::schema::DRAFT_LINKS;
use instance::store::{Rows, Span, drafts};
use instance::{desk, work};
use serde_json::Value;

use super::{Office, problem, sheet, soon, thread};
use crate::support::http::{Answer, send};
use crate::support::seat::{Seat, led_to, owner_seat, user};
use crate::support::{between, drain, owner, second_account};

/// What a browser of somebody who is not logged in gets.
async fn look(office: &Office, path: &str) -> Answer {
    send("GET", &office.server.url(path), &[("accept", "text/html")], "").await
}

/// The path of a new link, made at the desk.
async fn link(office: &Office, user: &User, draft: &Draft) -> String {
    let seat = Seat::of(&office.server, user.id).await;
    let page = seat.post(&format!("/desk/drafts/{}/link", draft.id), &[]).await;
    assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, "no-store"), "{}", page.text());
    let address = between(&page.text(), "<code class=\"copy\">", "<").to_owned();
    let path = address.strip_prefix(&office.server.app.site.origin).unwrap().to_owned();
    assert!(path.starts_with("/preview/"), "{address}");
    path
}

fn kept(office: &Office) -> usize {
    office.server.app.store.read(|rows| rows.rows(&DRAFT_LINKS, Span::all())).unwrap().len()
}

async fn acts(office: &Office, act: &str) -> Vec<Value> {
    let meant = AuditShow { act: Some(act.into()), ..AuditShow::default() };
    let mut shown = control::run(&office.server.app, Command::AuditShow(meant)).await.unwrap();
    shown["entries"].take().as_array().unwrap().clone()
}

async fn switch_off(office: &Office, id: UserId) {
    office.write(move |tx| users::switch_off(tx, owner(), id).map(|_| ())).await.unwrap();
}

/// From now on somebody has these roles for the account, and no other.
async fn arrange(office: &Office, id: UserId, roles: &[Role]) {
    let (by, roles) = (office.server.by(), roles.iter().copied().collect());
    let wanted = Standing { rank: None, roles: vec![(by, roles)] };
    office.write(move |tx| users::arrange(tx, id, &wanted)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_a_draft_as_it_will_look_and_to_nobody_else() {
    let office = Office::new(Rule::Other).await;
    let app = &office.server.app;
    let mut pictures = Vec::new();
    for (words, wide) in [("A bridge", 90), ("A river", 120)] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(wide, 60).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        let media = upload::take_bytes(app, office.server.by(), bytes.get_ref(), About::words(words)).await.unwrap();
        pictures.push(media);
    }
    let mut whole = thread(&["The bridge opens.", "It is new."]);
    let german = sheet("").content.parts[0].versions[0].clone();
    let german = instance::model::post::Version { lang: "de".parse().unwrap(), text: "Die Brücke.".into(), ..german };
    whole.content.parts[0].versions.push(german);
    whole.content.parts[0].media = vec![Attached { id: pictures[0].id, about: About::words("A bridge") }];
    let mut bare = whole.content.clone();
    bare.parts[0].media[0].about = About::default();
    let pen = office.pen(&office.ana);
    let draft = office.write(move |tx| verbs::begin(tx, pen, &whole)).await.unwrap();
    let path = link(&office, &office.ana, &draft).await;
    assert!(!format!("{:?}", acts(&office, "draft").await).contains(path.rsplit('/').next().unwrap()));

    let got = look(&office, &path).await;
    let page = got.text();
    assert_eq!(got.status, 200, "{page}");
    for part in
        ["Not published: this is for your eyes.", "being written", "24 November 2026, 09:00 (UTC)", "Die Brücke."]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(page.contains("The bridge opens.") && page.contains("It is new.") && page.contains("On our page: Deutsch"));
    assert!(page.contains("<meta name=\"robots\" content=\"noindex\">"));
    // Programs that ask for ActivityPub get the same page.
    let program = send("GET", &office.server.url(&path), &[("accept", "application/activity+json")], "").await;
    assert_eq!(program.header("content-type"), "text/html; charset=utf-8");
    // Its files come by the same secret, and no others do.
    let small = &pictures[0].still().unwrap().file;
    assert!(page.contains(&format!("src=\"{path}/{small}\"")) && !page.contains("/media/"), "{page}");
    let file = look(&office, &format!("{path}/{small}")).await;
    assert_eq!((file.status.as_u16(), file.header("access-control-allow-origin")), (200, ""));
    assert!(file.header("content-type").starts_with("image/"));
    let other = look(&office, &format!("{path}/{}", pictures[1].file)).await;
    assert_eq!(other.status, 404, "another's file");
    for answer in [&got, &file, &other] {
        assert_eq!(
            (answer.header("cache-control"), answer.header("referrer-policy"), answer.header("set-cookie")),
            ("no-store", "no-referrer", "")
        );
        assert!(answer.header("x-robots-tag").starts_with("noindex"));
    }
    let (seen, bare) = (Seen::of(&draft), Sheet { content: bare, ..Sheet::default() });
    office.write(move |tx| verbs::save(tx, pen, seen, &bare)).await.unwrap();
    assert!(
        look(&office, &path).await.text().contains("alt=\"(no description yet)\""),
        "it shows the draft as it is now"
    );
    // The page can do nothing, and has no other methods.
    assert!(!page.contains("<form"));
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(send(method, &office.server.url(&path), &[], "").await.status, 404);
    }
}

#[tokio::test]
async fn whatever_is_wrong_with_a_link_the_answer_is_the_same() {
    let office = Office::new(Rule::None).await;
    let begin = async |words: &str| office.begin(&office.ben, words).await;
    let [over, revoked, published, dropped, left] =
        [begin("1").await, begin("2").await, begin("3").await, begin("4").await, begin("5").await];
    let mut dead = vec![format!("/preview/{}", token::new()), "/preview/x".to_owned(), "/preview/".to_owned()];
    for draft in [&revoked, &published, &dropped] {
        let path = link(&office, &office.ben, draft).await;
        assert_eq!(look(&office, &path).await.status, 200);
        dead.push(path);
    }
    dead.push(link(&office, &office.cem, &left).await);
    let seat = Seat::of(&office.server, office.ben.id).await;
    let page = seat.get(&format!("/desk/drafts/{}", revoked.id)).await.text();
    assert!(page.contains("A link by ben@city.example shows it until 24 November 2026, 09:00 (UTC)."), "{page}");
    led_to(&seat.post(&format!("/desk/drafts/{}/link/end", revoked.id), &[]).await);
    led_to(&seat.post(&format!("/desk/drafts/{}/publish", published.id), &[("revision", "1")]).await);
    office.clock.advance(Duration::from_secs(30));
    drain(&[&office.server]).await;
    led_to(&seat.post(&format!("/desk/drafts/{}/drop", dropped.id), &[]).await);
    arrange(&office, office.cem.id, &[]).await;
    let gone = link(&office, &office.ben, &over).await;
    office.clock.advance(limits::draft::LINK);
    dead.push(gone);

    let first = look(&office, &dead[0]).await;
    for path in &dead {
        let answer = look(&office, path).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (404, first.text()), "{path}");
        assert_eq!((answer.header("cache-control"), answer.header("referrer-policy")), ("no-store", "no-referrer"));
    }
    // What is over is swept, also what nobody asked for again.
    assert!(kept(&office) > 0);
    work::prune::turn(&office.server.app, false).await.unwrap();
    assert_eq!(kept(&office), 0);
    let told = acts(&office, "draft.share").await.len();
    assert_eq!((told, acts(&office, "draft.share-end").await.len()), (5, 1));
}

#[tokio::test]
async fn a_link_is_for_who_writes_or_judges_and_there_are_few_of_them() {
    let office = Office::new(Rule::Approver).await;
    let draft = office.begin(&office.ana, "Words").await;
    let place = format!("/desk/drafts/{}/link", draft.id);
    let replier =
        user(&office.server, "r@city.example", Rank::Member, office.server.account.id, &[Role::Replier]).await;
    let seat = Seat::of(&office.server, replier.id).await;
    assert_eq!(seat.post(&place, &[]).await.status, 403);
    assert!(!seat.get(&format!("/desk/drafts/{}", draft.id)).await.text().contains("Make a link"));
    let forged = Seat { csrf: token::new(), ..Seat::of(&office.server, office.ana.id).await };
    assert_eq!(forged.post(&place, &[]).await.status, 403);
    for _ in 0..limits::draft::LINKS {
        link(&office, &office.cem, &draft).await;
    }
    let full = Seat::of(&office.server, office.cem.id).await;
    let refused = full.post(&place, &[]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("5 links to this draft are open already"));
    assert!(!full.get(&format!("/desk/drafts/{}", draft.id)).await.text().contains("Make a link"));
    // The program's own links are links like others; whoever leaves takes theirs along.
    let run = |end| control::run(&office.server.app, Command::DraftLink { draft: draft.id.to_string(), end });
    assert_eq!(problem(run(false).await), "E531");
    switch_off(&office, office.cem.id).await;
    assert_eq!(kept(&office), 0);
    let made = run(false).await.unwrap();
    let path = made["url"].as_str().unwrap().strip_prefix(&office.server.app.site.origin).unwrap().to_owned();
    assert_eq!(
        (look(&office, &path).await.status.as_u16(), made["expires"].as_str()),
        (200, Some("2026-11-24T09:00:00Z"))
    );
    assert_eq!(run(true).await.unwrap()["ended"], 1);
    assert_eq!(look(&office, &path).await.status, 404);
}

#[tokio::test]
async fn what_is_planned_goes_out_only_while_its_planner_may_publish_and_holds_up_no_other() {
    let office = Office::new(Rule::None).await;
    let deputy = |name: &'static str| async {
        let rank = Rank::Member;
        user(&office.server, name, rank, office.server.account.id, &[Role::Editor]).await
    };
    let (gone, lower) = (deputy("gone@city.example").await, deputy("lower@city.example").await);
    let mut drafts = Vec::new();
    for (user, words) in [(&gone, "Of one who left"), (&lower, "Of one who lost the role")] {
        let draft = office.begin(user, words).await;
        drafts.push(office.plan(user, &draft, soon()).await.unwrap());
    }
    // Wrong in itself: what it quotes is gone by then.
    let first = office.server.publish("First").await;
    let (pen, mut broken) = (office.pen(&office.ben), sheet("Quotes"));
    broken.content.quote = Some(instance::model::post::ReplyTo::Own(first.id));
    let broken = office.write(move |tx| verbs::begin(tx, pen, &broken)).await.unwrap();
    office.plan(&office.ben, &broken, soon()).await.unwrap();
    let (site, by) = (office.server.app.site.clone(), office.server.by());
    office.write(move |tx| instance::actions::delete::delete(tx, &site, by, first.id)).await.unwrap();
    let well = office.begin(&office.ben, "Well").await;
    office.plan(&office.ben, &well, soon().plus(Duration::from_millis(1))).await.unwrap();
    switch_off(&office, gone.id).await;
    arrange(&office, lower.id, &[Role::Author]).await;
    office.clock.set(soon().plus(Duration::from_millis(1)));
    drain(&[&office.server]).await;
    assert_eq!(office.texts(), ["Well"]);
    for draft in &drafts {
        let State::Missed { why, .. } = office.now_is(draft.id).state else { panic!("not missed") };
        assert!(why.contains("may not publish for this account any more"), "{why}");
    }
    assert!(matches!(office.now_is(broken.id).state, State::Missed { .. }));
    let told = acts(&office, "draft.miss").await;
    assert_eq!(told.len(), 3);
    assert!(told.iter().all(|entry| entry["by"] == "nobody" && entry["account"] == "press"), "{told:?}");
    assert!(told[2]["why"].as_str().unwrap().contains("may not publish"), "{told:?}");
    let ben = Seat::of(&office.server, office.ben.id).await;
    let page = ben.get(&format!("/desk/drafts/{}", drafts[0].id)).await.text();
    assert!(page.contains("Whoever planned it may not publish for this account any more."), "{page}");
    assert!(ben.get("/desk/calendar").await.text().contains("<b>missed</b>"));
    assert!(ben.get("/desk/drafts").await.text().contains("3<span class=\"vh\"> waiting"));
    // Somebody who may decides about it.
    let again = office.clock.now().plus(Duration::from_secs(60));
    office.plan(&office.ben, &office.now_is(drafts[0].id), again).await.unwrap();
    office.clock.set(again);
    drain(&[&office.server]).await;
    assert_eq!(office.texts(), ["Well", "Of one who left"]);
}

#[tokio::test]
async fn the_log_tells_who_worked_on_a_draft_once_an_hour_and_each_comment_without_its_words() {
    let office = Office::new(Rule::Other).await;
    let mut draft = office.begin(&office.ana, "Words 0").await;
    for n in 1..=5 {
        office.clock.advance(Duration::from_secs(3));
        draft = office.save(&office.ana, Seen::of(&draft), &format!("Words {n}")).await.unwrap();
    }
    assert!(acts(&office, "draft.edit").await.is_empty(), "who began it an hour ago is told already");
    for n in 6..=8 {
        draft = office.save(&office.ben, Seen::of(&draft), &format!("Words {n}")).await.unwrap();
        draft = office.save(&office.ana, Seen::of(&draft), &format!("Words {n} again")).await.unwrap();
    }
    let told = acts(&office, "draft.edit").await;
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["user"], &told[0]["account"]), (&office.ben.id.to_string().into(), &"press".into()));
    assert_eq!(told[0]["object"], draft.id.to_string());
    assert!(told[0]["before"].as_str().unwrap().starts_with("draft; revision 6; en: 7 characters, "), "{told:?}");
    assert!(told[0]["after"].as_str().unwrap().starts_with("draft; revision 7; changed: text (en); en: "), "{told:?}");
    office.clock.advance(limits::draft::TOLD);
    let same = office.save(&office.ana, Seen::of(&draft), "Words 8 again").await.unwrap();
    assert_eq!(acts(&office, "draft.edit").await.len(), 1, "what changes nothing is not told");
    office.save(&office.ana, Seen::of(&same), "Last words").await.unwrap();
    assert_eq!(acts(&office, "draft.edit").await.len(), 2);
    let (eyes, id) = (office.eyes(&office.cem), draft.id);
    office.write(move |tx| verbs::comment(tx, eyes, id, "Not for the log")).await.unwrap();
    let told = acts(&office, "draft.comment").await;
    assert_eq!((told.len(), &told[0]["user"]), (1, &office.cem.id.to_string().into()));
    let all = format!("{:?}", acts(&office, "draft").await);
    assert!(!all.contains("Not for the log") && !all.contains("words") && !all.contains("Words"), "{all}");
}

#[tokio::test]
async fn each_step_of_a_draft_tells_where_it_stood_and_where_it_stands() {
    let office = Office::new(Rule::Other).await;
    let ask = async |draft: &Draft| office.approve(&office.cem, &office.ask(&office.ana, draft).await.unwrap()).await;
    let passed = ask(&office.begin(&office.ana, "Words").await).await.unwrap();
    // Within the hour, so that the words alone would not be told.
    let edited = office.save(&office.ana, Seen::of(&passed), "Other words").await.unwrap();
    let planned = office.plan(&office.ben, &ask(&edited).await.unwrap(), soon()).await.unwrap();
    let (by, id) = (Asker::User(office.ben.clone()).may(office.server.account.id).unwrap(), planned.id);
    let free = office.write(move |tx| verbs::unplan(tx, by, id)).await.unwrap();
    let (eyes, seen) = (office.eyes(&office.cem), Seen::of(&free));
    office.write(move |tx| verbs::send_back(tx, eyes, seen, "Shorter")).await.unwrap();
    let due = format!("planned, {}", soon().rfc3339());
    let told = |entry: &Value, field: &str| entry[field].as_str().unwrap().to_owned();
    for (act, before, after) in [
        ("draft.ask", "draft", "asked"),
        ("draft.approve", "asked", "approved"),
        ("draft.plan", "approved", due.as_str()),
        ("draft.unplan", due.as_str(), "approved"),
        ("draft.send-back", "approved", "draft"),
    ] {
        let newest = acts(&office, act).await.remove(0);
        assert_eq!((told(&newest, "before").as_str(), told(&newest, "after").as_str()), (before, after), "{act}");
    }
    let edit = acts(&office, "draft.edit").await.remove(0);
    assert!(told(&edit, "before").starts_with("approved; revision "), "{edit}");
    assert!(told(&edit, "after").starts_with("draft; revision ") && !edit.to_string().contains("words"), "{edit}");
    // At the desk the same in the words of a draft's own page, on the clocks of the institution.
    let page = owner_seat(&office.server).await.get("/desk/audit?act=draft").await.text();
    for part in [
        "Before: <bdi>being written</bdi>",
        "After: <bdi>waits for approval</bdi>",
        "After: <bdi>planned for ",
        "After: <bdi>being written; revision ",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains("<bdi>planned, 20"), "{page}");
}

#[tokio::test]
async fn an_approver_sees_on_every_page_and_in_the_calendar_that_something_waits() {
    let office = Office::new(Rule::Approver).await;
    office.rule(Approval { rule: Rule::Approver, ..Approval::default() }).await;
    let draft = office.begin(&office.ana, "Look at me; please").await;
    office.ask(&office.ana, &draft).await.unwrap();
    let (cem, ben) = (Seat::of(&office.server, office.cem.id).await, Seat::of(&office.server, office.ben.id).await);
    let mut pages = 0;
    for (method, path) in desk::routes() {
        if method != hyper::Method::GET || path.contains(":id") || path.starts_with("login") {
            continue;
        }
        let page = cem.get(format!("/desk/{path}").trim_end_matches('/')).await;
        if page.status == 200 && page.header("content-type").starts_with("text/html") {
            pages += 1;
            assert!(page.text().contains("Drafts <span class=\"n2\">1<span class=\"vh\"> waiting"), "{path}");
        }
    }
    assert!(pages > 8, "{pages}");
    assert!(!ben.get("/desk/drafts").await.text().contains(" waiting</span>"));
    let feed = async |seat: &Seat<'_>| {
        let page = seat.post("/desk/calendar/feed", &[]).await.text();
        let address = between(&page, "<code class=\"copy\">", "<").to_owned();
        look(&office, &address[address.find("/desk/").unwrap()..]).await.text().replace("\r\n ", "")
    };
    let told = feed(&cem).await;
    assert!(told.contains("BEGIN:VTODO\r\n") && told.contains("STATUS:NEEDS-ACTION\r\n"), "{told}");
    assert!(told.contains("SUMMARY:Waits for your approval: @press: Look at me\\; please\r\n"), "{told}");
    assert!(!feed(&ben).await.contains("VTODO"));
}

#[tokio::test]
async fn who_leaves_hands_their_drafts_over() {
    let office = Office::new(Rule::None).await;
    let other = second_account(&office.server).await;
    let draft = office.begin(&office.ana, "Unfinished").await;
    let (ana, ben) = (office.ana.id, office.ben.id);
    let pen = Pen::of(&Asker::Operator, other.id).unwrap();
    let elsewhere = office.write(move |tx| {
        let mut draft = verbs::begin(tx, pen, &sheet("Elsewhere"))?;
        draft.writer = Who::User(ana);
        drafts::put(tx, &draft)?;
        Ok(draft)
    });
    let elsewhere = elsewhere.await.unwrap();
    assert_eq!(problem(office.write(move |tx| verbs::hand_over(tx, owner(), ana, ana)).await), "E510");
    assert_eq!(office.write(move |tx| verbs::hand_over(tx, owner(), ana, ben)).await.unwrap(), 1);
    // What is left is nothing for Ben, and that is said.
    assert_eq!(problem(office.write(move |tx| verbs::hand_over(tx, owner(), ana, ben)).await), "E510");
    assert!(office.now_is(draft.id).is_of(ben) && office.now_is(elsewhere.id).is_of(ana), "only where Ben may write");
    // Words that were Ana's are Ben's too now.
    assert!(office.now_is(draft.id).is_by(Who::User(ben)));
}
