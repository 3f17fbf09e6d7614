//! Where we are sent: into our own network, round in circles, to servers that never come to an end, from one address to
//! the next.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use instance::app::lookup;
use instance::base::time::Clock;
use instance::model::delivery::State;
use instance::model::follow::ReactionKind;
use instance::store::{actors, deliveries};
use instance::work;
use serde_json::json;

use super::{MAL, drain, follow, followers, note, rows, start, tell};
use crate::support::evil::{Act, Canary, Evil, Page, Signed, TLS, key, post, signed};
use crate::support::{Instance, START, World};

/// Hosts that are this machine, in many spellings, and names that lead there.
const INSIDE: [&str; 21] = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0177.0.0.1",
    "0x7f.1",
    "0",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "localhost",
    "inner.test",
    "zero.test",
    "six.test",
    "mapped.test",
    "translated.test",
    "both.test",
];

fn names(name: &str) -> Vec<IpAddr> {
    let all: &[&str] = match name {
        "localhost" | "inner.test" => &["127.0.0.1"],
        "zero.test" => &["0.0.0.0"],
        "six.test" => &["::"],
        "mapped.test" => &["::ffff:127.0.0.1"],
        "translated.test" => &["64:ff9b::7f00:1"],
        "both.test" => &[MAL, "127.0.0.1"],
        _ => &[],
    };
    all.iter().map(|ip| ip.parse().unwrap()).collect()
}

/// Comes to rest over days, until what cannot be fetched is given up.
async fn days(clock: &Clock, us: &Instance) {
    for _ in 0..6 {
        clock.advance(Duration::from_secs(24 * 3600));
        drain(&[us]).await;
    }
}

/// A follow from somebody whose document has to be fetched first; answers with the status.
async fn knock(us: &Instance, actor: &str) -> u16 {
    let activity = json!({ "id": format!("{actor}/f"), "type": "Follow", "actor": actor, "object": us.actor() });
    signed(us, &format!("{actor}#main-key"), key(0), activity.to_string()).await.status.as_u16()
}

#[tokio::test]
async fn no_way_out_leads_inside() {
    let clock = Clock::by_hand(START);
    let us = Instance::start_in(&clock, &World { names: Arc::new(names), ..World::of(&[MAL]) }).await;
    let (mal, canary) = (Evil::start(MAL).await, Canary::new());
    let uri = us.post_uri(us.publish("Where to?").await.id);
    mal.be(&["ann"]);
    follow(&us, &mal, "ann", "/f/ann").await;
    let before = rows(&us);
    for host in INSIDE {
        let inside = |path: &str| format!("http://{host}:{}{path}", canary.address.port());
        let (actor, there) = (inside("/u/x"), inside("/n/x"));
        // A key, also behind a redirect and behind another's id.
        assert_eq!(knock(&us, &actor).await, 401, "{actor}");
        assert!(!canary.is_touched(), "{actor}");
        mal.serve("/u/moved", Page::redirect(&actor));
        let mut liar = mal.person("liar", key(0));
        liar["id"] = json!(actor);
        mal.serve("/u/liar", Page::activity(&liar));
        for name in ["moved", "liar"] {
            assert_eq!(knock(&us, &mal.actor(name)).await, 401, "{name} to {actor}");
        }
        // What somebody passes on, where somebody moves, what an answer links to.
        let inner = json!({ "id": there, "type": "Note", "attributedTo": actor, "inReplyTo": uri, "content": "x" });
        let passed = json!({ "id": inside("/c/x"), "type": "Create", "actor": actor, "object": inner }).to_string();
        assert_eq!(signed(&us, &mal.key_id("ann"), key(0), passed).await.status, 202, "{there}");
        let mut moves = mal.activity("ann", "Move", "/m/1", &json!(mal.actor("ann")));
        moves["target"] = json!(actor);
        tell(&us, &mal, "ann", &moves).await;
        // What one of ours looks up.
        let port = canary.address.port();
        assert!(lookup::by_handle(&us.app, "x", &format!("{host}:{port}")).await.is_err(), "{host}");
        assert!(lookup::by_uri(&us.app, &actor).await.is_err(), "{actor}");
        assert!(lookup::object(&us.app, &there, ReactionKind::Boost).await.is_err(), "{there}");
        assert!(lookup::reply_target(&us.app, us.account.id, &there).await.is_err(), "{there}");
        let links = json!([{ "rel": "self", "type": "application/activity+json", "href": actor }]);
        let finger = json!({ "subject": format!("acct:x@{}", mal.address), "links": links });
        for page in [Page::typed("application/jrd+json", finger.to_string()), Page::redirect(&inside("/finger"))] {
            mal.serve("/.well-known/webfinger", page);
            assert!(lookup::by_handle(&us.app, "x", &mal.address.to_string()).await.is_err(), "{actor}");
        }
        assert!(!canary.is_touched(), "{host}");
    }
    days(&clock, &us).await;
    assert!(!canary.is_touched());
    assert_eq!(rows(&us), before);
}

#[tokio::test]
async fn names_of_our_own_network_are_like_names_that_are_not() {
    let names = |name: &str| if name == "files.corp.test" { vec!["10.1.2.3".parse().unwrap()] } else { Vec::new() };
    let us = Instance::start_in(&Clock::by_hand(START), &World { names: Arc::new(names), ..World::of(&[MAL]) }).await;
    let mut said = Vec::new();
    for host in ["files.corp.test", "wiles.corp.test"] {
        let actor = format!("https://{host}/u/x");
        let activity = json!({ "id": format!("{actor}/f"), "type": "Follow", "actor": actor, "object": us.actor() });
        let answer = signed(&us, &format!("{actor}#main-key"), key(0), activity.to_string()).await;
        assert_eq!(answer.status, 401);
        said.push(answer.text().replace(host, "it"));
    }
    assert_eq!(said[0], said[1]);
}

#[tokio::test]
async fn what_is_written_sends_us_nowhere() {
    let (_clock, us, mal) = start().await;
    let canary = Canary::new();
    let inside = format!("http://{}/x", canary.address);
    let uri = us.post_uri(us.publish(&format!("See {inside}")).await.id);
    let mut ann = mal.person("ann", key(0));
    for field in ["icon", "image"] {
        ann[field] = json!({ "type": "Image", "url": inside });
    }
    ann["attachment"] = json!([{ "type": "PropertyValue", "name": "Home", "value": format!("<a href=\"{inside}\">") }]);
    mal.serve("/u/ann", Page::activity(&ann));
    follow(&us, &mal, "ann", "/f/ann").await;
    let mut reply = mal.note("ann", "/n/1", &uri, &format!("<a href=\"{inside}\">look</a><img src=\"{inside}\">"));
    reply["attachment"] = json!([{ "type": "Image", "url": inside }, { "type": "Link", "href": inside }]);
    reply["preview"] = json!({ "type": "Link", "href": inside });
    reply["url"] = json!([inside, { "type": "Link", "href": inside }]);
    tell(&us, &mal, "ann", &mal.activity("ann", "Create", "/c/1", &reply)).await;
    assert!(note(&us, &mal.url("/n/1")).is_some());
    assert!(!canary.is_touched());
}

#[tokio::test]
async fn a_name_is_asked_once_and_only_the_checked_address_is_connected_to() {
    let (canary, asked) = (Canary::new(), Arc::new(AtomicUsize::new(0)));
    let mut mal = Evil::start_at(&format!("{MAL}:{}", canary.address.port())).await;
    mal.known_as("turn.test");
    // Outside and inside by turns, then what stands in the test.
    let turn = Arc::clone(&asked);
    let names = move |name: &str| {
        assert_eq!(name, "turn.test");
        let outside = turn.fetch_add(1, Ordering::Relaxed) % 2 == 0;
        vec![if outside { MAL.parse().unwrap() } else { "127.0.0.1".parse().unwrap() }]
    };
    let clock = Clock::by_hand(START);
    let us = Instance::start_in(&clock, &World { names: Arc::new(names), ..World::of(&[MAL]) }).await;
    let mut statuses = Vec::new();
    for n in 0..6 {
        let name = format!("u{n}");
        let page = Page::activity(&mal.person(&name, key(0))).with("connection", "close");
        mal.serve(&format!("/u/{name}"), page);
        mal.serve(&format!("POST /u/{name}/inbox"), Page::status(202).with("connection", "close"));
        statuses.push(knock(&us, &mal.actor(&name)).await);
    }
    assert_eq!((statuses, asked.load(Ordering::Relaxed)), (vec![202, 401, 202, 401, 202, 401], 6));
    assert!(!canary.is_touched());
    // Deliveries to those whose name turns inward wait until it turns back.
    drain(&[&us]).await;
    assert_eq!(followers(&us), 3);
    for _ in 0..20 {
        clock.advance(Duration::from_secs(2 * 3600));
        drain(&[&us]).await;
    }
    assert_eq!((us.deliveries(State::Waiting), us.deliveries(State::GivenUp)), (0, 0));
    assert!(mal.taken().len() >= 3);
    assert!(!canary.is_touched());
}

#[tokio::test]
async fn redirects_end_and_what_failed_is_left_alone() {
    let (_clock, us, mal) = start().await;
    let base = mal.url("");
    mal.serve_rest(move |line| {
        let target = line.strip_prefix("GET ")?;
        let to = match target.split_once("?n=") {
            Some((start, n)) => format!("{start}?n={}", n.parse::<u32>().unwrap() + 1),
            None if target == "/ping" => "/pong".to_owned(),
            None if target == "/pong" => "/ping".to_owned(),
            None => target.to_owned(),
        };
        Some(Page::redirect(&format!("{base}{to}")).into())
    });
    let before = rows(&us);
    for (path, requests) in [("/far?n=0", 4), ("/ping", 2), ("/self", 1)] {
        let asked = mal.asked().len();
        for _ in 0..3 {
            assert_eq!(knock(&us, &mal.url(path)).await, 401, "{path}");
        }
        assert_eq!(mal.asked().len() - asked, requests, "{path}");
    }
    assert_eq!(rows(&us), before);
}

#[tokio::test]
async fn drips_floods_bombs_and_silence_end_with_the_exchange() {
    let world = World { patience: Some(Duration::from_secs(2)), ..World::of(&[MAL]) };
    let clock = Clock::by_hand(START);
    let us = Instance::start_in(&clock, &world).await;
    let mal = Evil::start(MAL).await;
    let person = |name: &str| mal.person(name, key(0)).to_string();
    let acts: [(&str, Act); 12] = [
        ("a head that drips", Act::Drip("HTTP/1.1 200 OK\r\nx-slow: ".into())),
        ("a body that drips", Act::Drip(Act::head("content-length: 50000\r\n\r\n{"))),
        ("a body without length that drips", Act::Drip(Act::head("\r\n{"))),
        ("a redirect that drips", Act::Drip("HTTP/1.1 302 Found\r\nlocation: /".into())),
        ("a promise of 100 GB", Act::Drip(Act::head("content-length: 99999999999\r\n\r\n{"))),
        ("a body without end", Act::Pour(Act::head("\r\n{"))),
        ("a chunk without end", Act::Pour(Act::head("transfer-encoding: chunked\r\n\r\nfffffff0\r\n{"))),
        ("a head without end", Act::Pour("HTTP/1.1 200 OK\r\nx-long: ".into())),
        ("silence", Act::Silence),
        ("gzip", gzip(&person("gzip")).into()),
        ("gzip in gzip", gzip(&person("gzip in gzip")).with("content-encoding", "gzip").into()),
        ("brotli", Page::typed("application/activity+json", "x").with("content-encoding", "br").into()),
    ];
    mal.be(&["well"]);
    mal.serve(TLS, Act::Silence);
    let mut actors = vec![format!("https://{}/u/handshake", mal.address)];
    for (n, (_, act)) in acts.iter().enumerate() {
        mal.serve(&format!("/u/{n}"), act.clone());
        actors.push(mal.actor(&n.to_string()));
    }
    let before = rows(&us);
    let statuses = knock_together(&us, &actors).await;
    for (status, (words, _)) in statuses.iter().zip([("a handshake that never ends", Act::Silence)].iter().chain(&acts))
    {
        assert_eq!(*status, 401, "{words}");
    }
    // None is asked again for a while, and the same server's honest actor is not shut out for long.
    let asked = mal.asked().len();
    assert_eq!((asked, knock_together(&us, &actors).await), (actors.len(), statuses));
    assert_eq!((mal.asked().len(), rows(&us)), (asked, before));
    clock.advance(instance::limits::outbound::SILENCE);
    follow(&us, &mal, "well", "/f/well").await;
    assert_eq!(followers(&us), 1);
}

/// The body is what it says, so that it would be read if it were decompressed.
fn gzip(text: &str) -> Page {
    let (length, mut crc) = (u16::try_from(text.len()).unwrap(), !0_u32);
    for byte in text.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    let mut body = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1];
    body.extend([length.to_le_bytes(), (!length).to_le_bytes()].concat());
    body.extend([text.as_bytes(), &(!crc).to_le_bytes(), &u32::from(length).to_le_bytes()].concat());
    Page::typed("application/activity+json", body).with("content-encoding", "gzip")
}

/// All knock at the same time; the statuses in their order.
async fn knock_together(us: &Instance, actors: &[String]) -> Vec<u16> {
    let mut all = tokio::task::JoinSet::new();
    for (n, actor) in actors.iter().enumerate() {
        let activity = json!({ "id": format!("{actor}/f"), "type": "Follow", "actor": actor, "object": us.actor() });
        let (url, body, at) = (us.url("/ap/inbox"), activity.to_string(), us.app.now());
        let key_id = format!("{actor}#main-key");
        let signed = Signed { key_id: &key_id, key: key(0), body: body.as_bytes(), url: &url, at, modern: false };
        let headers = signed.headers();
        all.spawn(async move { (n, post(&url, &headers, body).await.status.as_u16()) });
    }
    let mut statuses = all.join_all().await;
    statuses.sort_unstable();
    statuses.into_iter().map(|(_, status)| status).collect()
}

/// Comes back when every try that was under way is written down.
async fn settled(us: &Instance) {
    let due = |rows: &_| {
        let mut all = deliveries::lanes(rows)?;
        all.retain(|(server, _)| actors::get_server(rows, *server).unwrap().paused_until <= us.app.now());
        Ok(!all.is_empty())
    };
    while us.app.store.read(due).unwrap() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn silent_servers_hold_up_nobody() {
    const SILENT: usize = 24;
    let names = |_: &str| vec![MAL.parse().unwrap()];
    // Longer than any test waits.
    let patience = Some(Duration::from_secs(3_600));
    let world = World { names: Arc::new(names), patience, ..World::of(&[MAL]) };
    let clock = Clock::by_hand(START);
    let us = Instance::start_in(&clock, &world).await;
    let mut mal = Evil::start(MAL).await;
    for n in 0..SILENT {
        mal.known_as(&format!("s{n}.test"));
        mal.be(&["ann"]);
        follow(&us, &mal, "ann", "/f/ann").await;
    }
    mal.known_as("well.test");
    mal.be(&["well"]);
    follow(&us, &mal, "well", "/f/well").await;
    assert_eq!(usize::try_from(followers(&us)).unwrap(), SILENT + 1);
    mal.serve("POST /u/ann/inbox", Act::Silence);
    let (silent, well) = (mal.asked_for("POST /u/ann/inbox"), mal.asked_for("POST /u/well/inbox"));
    us.publish("To all").await;
    us.app.spawn(work::deliver::run(Arc::clone(&us.app)));
    mal.until_asked_for("POST /u/ann/inbox", silent + SILENT).await;
    mal.until_asked_for("POST /u/well/inbox", well + 1).await;
    us.app.stop();
    mal.serve("POST /u/ann/inbox", Page::status(202));
    mal.hang_up();
    settled(&us).await;
    days(&clock, &us).await;
    assert_eq!(us.deliveries(State::Waiting), 0);
}
