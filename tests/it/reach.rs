//! How far posts come, as the desk and the command line tell it; and the statistics that are made of it.

use std::time::Duration;

use instance::actions::prune::{Place, prune};
use instance::actions::{self, queue::Again};
use instance::base::time::Clock;
use instance::control::{self, Command};
use instance::model::actor::Profile;
use instance::model::ids::NoteId;
use instance::model::note::Shown;
use instance::model::post::{NewPost, Post, ReplyTo};
use instance::model::reach::Reach;
use instance::model::user::{Rank, Role};
use instance::store::{Write, actors, days, deliveries, notes, reach};
use instance::views;
use instance::work;

use crate::support::evil::{Evil, Page};
use crate::support::seat::{Seat, user};
use crate::support::{self, Instance, START, let_go};

const INBOX: &str = "POST /inbox";
const DAY: Duration = Duration::from_secs(24 * 3600);

/// So many people at a server whose names end in a domain.
async fn followers(us: &Instance, address: &str, domain: &str, count: usize) {
    let profiles: Vec<Profile> = (0..count)
        .map(|n| Profile {
            uri: format!("http://{address}/u/{n}"),
            inbox: format!("http://{address}/u/{n}/inbox"),
            shared_inbox: Some(format!("http://{address}/inbox")),
            user: format!("u{n}"),
            domain: domain.to_owned(),
            name: format!("Secret Name {n}"),
            url: format!("http://{address}/u/{n}"),
            keys: Vec::new(),
            also_known_as: Vec::new(),
        })
        .collect();
    support::followers(us, us.account.id, profiles).await;
}

/// Tries whatever is due, once.
async fn deliver(us: &Instance) {
    work::deliver::drain(&us.app).await.unwrap();
}

async fn editor(us: &Instance) -> Seat<'_> {
    let editor = user(us, "ed@city.example", Rank::Member, us.account.id, &[Role::Editor]).await;
    Seat::of(us, editor.id).await
}

fn forbidden() -> Page {
    let mut page =
        Page::typed("text/html", "<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1>");
    page.status = 403;
    page
}

struct World {
    us: Instance,
    clock: Clock,
    well: Evil,
    busy: Evil,
    strict: Evil,
    post: Post,
}

/// A post that 50 of 60 followers have: one server is busy, another refuses.
async fn world(n: u8) -> World {
    let clock = Clock::by_hand(START);
    let us = Instance::start(&clock).await;
    let well = Evil::start(&format!("127.0.{n}.1")).await;
    let busy = Evil::start(&format!("127.0.{n}.2")).await;
    let strict = Evil::start(&format!("127.0.{n}.3")).await;
    followers(&us, &well.address.to_string(), &well.address.to_string(), 50).await;
    followers(&us, &busy.address.to_string(), "blog.example", 7).await;
    followers(&us, &strict.address.to_string(), &strict.address.to_string(), 3).await;
    busy.serve(INBOX, Page::status(503));
    strict.serve(INBOX, forbidden());
    let post = us.publish("The new rules on repairable goods").await;
    clock.advance(Duration::from_secs(4));
    deliver(&us).await;
    World { us, clock, well, busy, strict, post }
}

#[tokio::test]
async fn the_desk_shows_who_has_a_post_and_what_the_others_said() {
    let World { us, clock, well, busy, strict, post } = world(21).await;
    let desk = editor(&us).await;
    let path = format!("/desk/posts/{}/delivery", post.id);
    assert!(desk.get("/desk/posts").await.text().contains("Servers: 1 delivered, 1 waiting, 1 refused"));
    let page = desk.get(&path).await.text();
    for part in [
        "The new rules on repairable goods",
        "<b>1</b> server has it",
        "<b>1</b> is retried, next in ",
        "<b>1</b> refuses it",
        "<b>50</b> of 60 followers reached",
        "1 of 3 servers has the post, 1 is retried, 1 refuses it.",
        "answered 503",
        "answered 403: Forbidden",
        "They block us",
        "Nothing: it is tried for 2 more days.",
        "for <bdi>blog.example</bdi>",
        "50 % of the followers had it within 5 s",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains("&lt;html") && !page.contains("Secret Name"), "{page}");
    let (first, second) =
        (page.find(&busy.address.to_string()).unwrap(), page.find(&strict.address.to_string()).unwrap());
    assert!(first < second, "those with most followers stand first");

    // The one that is busy is well again, and somebody presses the button; at once it would be too soon.
    busy.serve(INBOX, Page::status(202));
    let of = post.activities[0].to_string();
    let again = desk.post(&path, &[("of", &of)]).await;
    assert_eq!(again.header("location"), format!("{path}?of={of}&tried=0&spared=1"));
    clock.advance(Duration::from_secs(61));
    let again = desk.post(&path, &[("of", &of)]).await;
    let told = format!("{path}?of={of}&tried=1&spared=0");
    assert_eq!((again.status.as_u16(), again.header("location")), (303, told.as_str()), "who blocks us is left alone");
    assert!(desk.get(&told).await.text().contains("One delivery is tried now."));
    deliver(&us).await;
    let page = desk.get(&path).await.text();
    assert!(page.contains("<b>2</b> servers have it") && page.contains("<b>57</b> of 60 followers reached"), "{page}");

    // Whoever knows better may have one tried that refused.
    strict.serve(INBOX, Page::status(202));
    let page_of =
        |page: &str| page.split("name=\"server\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let server = page_of(&page);
    desk.post(&path, &[("of", &of), ("server", &server)]).await;
    deliver(&us).await;
    let page = desk.get(&path).await.text();
    assert!(page.contains("<b>60</b> of 60 followers reached") && !page.contains("that do not have it"), "{page}");
    assert_eq!((well.taken().len(), strict.taken().len()), (1, 2));
    let csv = desk.get(&format!("{path}?csv=1")).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.text().starts_with("Within,Followers,Percent\r\n1 s,0,0\r\n"), "{}", csv.text());
    assert!(csv.text().ends_with(",60,100\r\n"), "{}", csv.text());
}

#[tokio::test]
async fn what_is_known_of_a_way_outlives_its_rows() {
    let World { us, clock, post, .. } = world(22).await;
    let_go(&us).await;
    clock.advance(DAY * 31);
    let mut next = Some(Place::START);
    while let Some(at) = next {
        next = us.app.store.write(move |tx| prune(tx, at)).await.unwrap();
    }
    assert!(!us.app.store.read(|rows| deliveries::has_any(rows, post.activities[0])).unwrap());
    let desk = editor(&us).await;
    let page = desk.get(&format!("/desk/posts/{}/delivery", post.id)).await.text();
    assert!(page.contains("<b>50</b> of 60 followers reached") && page.contains("equal shares"), "{page}");
    assert!(page.contains("<b>1</b> server has it") && page.contains("<b>1</b> refuses it"), "{page}");
    assert!(desk.get("/desk/posts").await.text().contains("Servers: 1 delivered, 0 waiting, 1 refused"));
    let site = us.app.site.clone();
    let (id, by) = (post.id, us.by());
    us.app.store.write(move |tx| actions::delete::delete(tx, &site, by, id)).await.unwrap();
    let_go(&us).await;
    let left = us.app.store.read(|rows| reach::of(rows, post.activities[0])).unwrap();
    assert_eq!(left, Reach::default(), "nothing is kept of what was deleted");
}

#[tokio::test]
async fn the_command_line_tells_the_same() {
    let World { us, post, strict, .. } = world(23).await;
    let shown = control::run(&us.app, Command::PostShow { post: post.id.to_string(), delivery: true }).await.unwrap();
    let way = &shown["delivery"];
    assert_eq!((&way["delivered"], &way["waiting"], &way["refused"]), (&1.into(), &1.into(), &1.into()));
    assert_eq!((&way["followers"], &way["reached"]), (&60.into(), &50.into()));
    let missing = &way["missing"][1];
    assert_eq!((&missing["server"], &missing["state"]), (&strict.address.to_string().into(), &"refused".into()));
    assert_eq!(missing["said"], "answered 403: Forbidden");
    assert!(missing["advice"].as_str().unwrap().starts_with("They block us"), "{missing}");
    let queue = control::run(&us.app, Command::QueueList).await.unwrap();
    let said: Vec<&str> =
        queue["deliveries"].as_array().unwrap().iter().map(|row| row["said"].as_str().unwrap()).collect();
    assert!(said.contains(&"answered 403: Forbidden") && !queue.to_string().contains("html"), "{queue}");
    let told = us.app.store.read(|rows| views::delivery::told(rows, &post)).unwrap();
    assert_eq!((told.servers, told.followers), (3, 60));
    let_go(&us).await;
}

#[tokio::test]
async fn a_button_tries_nothing_of_others() {
    let World { us, post, clock, .. } = world(24).await;
    let other = us.publish("Another").await;
    clock.advance(Duration::from_secs(120));
    let (by, id, of) = (us.by(), post.id, other.activities[0]);
    let wrong = us.app.store.write(move |tx| actions::queue::try_again(tx, by, id, of, None)).await;
    assert!(matches!(wrong, Err(instance::error::Error::NotFound)), "{wrong:?}");
    let (by, of) = (us.by(), post.activities[0]);
    let again = move |tx: &mut Write<'_>| actions::queue::try_again(tx, by, id, of, None);
    assert_eq!(us.app.store.write(again).await.unwrap(), Again { tried: 1, spared: 0 });
    let_go(&us).await;
    assert_eq!(us.app.store.write(again).await.unwrap(), Again::default(), "what was let go stays so");
}

#[tokio::test]
async fn statistics_count_and_name_nobody() {
    let clock = Clock::by_hand(START);
    let us = Instance::start(&clock).await;
    let large = Evil::start("127.0.25.1").await;
    let small = Evil::start("127.0.25.2").await;
    work::days::turn(&us.app).await.unwrap();
    followers(&us, &large.address.to_string(), &large.address.to_string(), 12).await;
    let desk = editor(&us).await;
    let first = desk.get("/desk/statistics").await.text();
    assert!(first.contains("12 on 23 November 2026.") && first.contains("servers are counted once an hour"), "{first}");
    work::days::turn(&us.app).await.unwrap();
    clock.advance(DAY);
    followers(&us, &small.address.to_string(), &small.address.to_string(), 4).await;
    work::days::turn(&us.app).await.unwrap();
    work::days::turn(&us.app).await.unwrap();
    us.publish("=HYPERLINK(\"http://evil.example\")").await;
    deliver(&us).await;
    answered(&us, &clock, &large).await;

    let page = desk.get("/desk/statistics").await.text();
    for part in [
        "the last 90 days",
        "From 12 on 23 November 2026 to 16 on 24 November 2026: 4 more.",
        "On 2 servers; ",
        "with 75 % of the followers",
        "1 server with fewer than 5",
        "2 posts reached 100 % of the followers on average and had 0 answers.",
        "One answer came, within 2 h.",
        "November 2026</a>",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains(&small.address.to_string()) && !page.contains("Secret Name"), "{page}");
    let csv = desk.get("/desk/statistics?csv=followers").await.text();
    assert_eq!(csv, "Day,Followers,Posts\r\n2026-11-23,12,0\r\n2026-11-24,16,2\r\n");
    let csv = desk.get("/desk/statistics/2026-11?csv=posts").await.text();
    assert!(csv.contains("\"'=HYPERLINK(\"\"http") && !csv.contains(",=HYPER"), "{csv}");
    let csv = desk.get("/desk/statistics?csv=servers").await.text();
    assert_eq!(csv.lines().count(), 3, "{csv}");
    assert!(desk.get("/desk/statistics/2026-11").await.text().contains("November 2026</h1>"));
    for wrong in
        ["/desk/statistics/2026-12", "/desk/statistics/x", "/desk/statistics?csv=x", "/desk/statistics?account=1"]
    {
        assert_eq!(desk.get(wrong).await.status.as_u16(), 404, "{wrong}");
    }
    // Of days that are over in the same month only the number is kept.
    let days = us.app.store.read(|rows| days::between(rows, us.account.id, 0, u64::MAX)).unwrap();
    let places: Vec<bool> = days.iter().map(|(_, day)| day.places.is_some()).collect();
    assert_eq!(places, [false, true]);
    let_go(&us).await;
}

/// A stranger writes, and two hours later we answer.
async fn answered(us: &Instance, clock: &Clock, peer: &Evil) {
    let (account, uri) = (us.account.id, format!("http://{}/u/0", peer.address));
    let note = us.app.store.write(move |tx| {
        let author = actors::by_uri(tx, &uri)?.unwrap().id;
        let id = NoteId(tx.id());
        let row = serde_json::json!({ "id": id, "author": author, "uri": format!("{uri}/1"), "url": uri, "html": "<p>Why?</p>",
            "published": tx.now(), "public": true, "concerns": [account], "received": tx.now(), "shown": Shown::Waiting });
        notes::put(tx, &serde_json::from_value(row).unwrap())?;
        Ok(id)
    });
    let reply_to = Some(ReplyTo::Note(note.await.unwrap()));
    us.publish("Another").await;
    deliver(us).await;
    clock.advance(Duration::from_secs(7_200));
    us.publish_new(NewPost { reply_to, ..NewPost::plain("en".parse().unwrap(), "Because.") }).await;
    deliver(us).await;
}
