//! The front door: who sends or takes too slowly, comes too often, or speaks crookedly is let go, and others are served
//! meanwhile. Most connections are pipes in memory on a clock that jumps when nobody has anything to do, so that
//! seconds pass in no time and always the same.

mod crooked;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use instance::base::time::Clock;
use instance::limits::{Rate, inbound};
use instance::serve::House;
use instance::web::front::Rules;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::{Instant, sleep};

use crate::support::{Instance, START};

const ALICE: &str = "198.51.100.1";
const BOB: &str = "198.51.100.2";
const PROXY: &str = "127.0.0.1";

/// A house that is entered by pipes.
struct Door {
    clock: Clock,
    us: Instance,
    house: Arc<House>,
}

impl Door {
    async fn open(change: impl FnOnce(&mut Rules)) -> Self {
        let clock = Clock::by_hand(START);
        let us = Instance::start(&clock).await;
        let mut rules = Rules::new(us.app.trusted.clone());
        change(&mut rules);
        Self { clock, house: House::new(&us.app, rules), us }
    }

    fn connect(&self, from: &str) -> DuplexStream {
        self.connect_narrow(from, 64 << 10)
    }

    /// A connection that holds so many bytes on their way.
    fn connect_narrow(&self, from: &str, room: usize) -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(room);
        self.house.enter(theirs, from.parse::<IpAddr>().unwrap());
        ours
    }

    /// One request on a connection of its own.
    async fn ask(&self, from: &str, request: &str) -> Said {
        ask(&mut self.connect(from), request).await
    }

    async fn get(&self, from: &str, path: &str) -> Said {
        self.ask(from, &get(path)).await
    }
}

/// An answer's head.
struct Said {
    status: u16,
    head: String,
}

impl Said {
    fn retry_after(&self) -> Option<u32> {
        self.head.lines().find_map(|line| line.strip_prefix("retry-after: ")).and_then(|text| text.parse().ok())
    }
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")
}

fn post(path: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/activity+json\r\ncontent-length: {length}\r\n\r\n"
    )
}

/// Sends a request and takes the whole answer. The connection stays as it is.
async fn ask(stream: &mut DuplexStream, request: &str) -> Said {
    stream.write_all(request.as_bytes()).await.unwrap();
    answer(stream).await
}

async fn answer(stream: &mut DuplexStream) -> Said {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("an answer, not silence"));
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    Said { status: head.split(' ').nth(1).unwrap().parse().unwrap(), head }
}

/// Seconds until the other side hangs up; nothing more may come.
async fn seconds_until_closed(stream: &mut DuplexStream) -> u64 {
    let began = Instant::now();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert_eq!(String::from_utf8_lossy(&rest), "");
    began.elapsed().as_secs()
}

/// Comes back when everybody has done what there was to do: only then does the clock move.
async fn rest() {
    sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn slow_heads_are_cut_off_and_others_are_served() {
    let door = Door::open(|_| {}).await;
    let mut silent = door.connect(ALICE);
    let mut slow = door.connect(ALICE);
    slow.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    assert_eq!(door.get(BOB, "/healthz").await.status, 200);
    let began = Instant::now();
    let mut sent = 0;
    while slow.write_all(b"x").await.is_ok() {
        sleep(Duration::from_secs(1)).await;
        sent += 1;
    }
    assert!(sent <= 12 && began.elapsed() >= inbound::HEADER_TIME, "{sent} bytes went through");
    // It was there as long as the other one.
    assert_eq!(seconds_until_closed(&mut silent).await, 0);
    // A preface of HTTP/2 that is never finished is no way around.
    let mut preface = door.connect(ALICE);
    preface.write_all(b"PRI * HTTP/2.0\r\n").await.unwrap();
    assert!(seconds_until_closed(&mut preface).await <= 12);
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_kept_while_it_rests_but_not_for_ever() {
    let door = Door::open(|_| {}).await;
    let mut kept = door.connect(ALICE);
    for _ in 0..3 {
        assert_eq!(ask(&mut kept, &get("/healthz")).await.status, 200);
        // nginx keeps its own for a minute: it must never find it closed.
        sleep(Duration::from_secs(60)).await;
    }
    assert_eq!(ask(&mut kept, &get("/healthz")).await.status, 200);
    assert_eq!(seconds_until_closed(&mut kept).await, inbound::IDLE_TIME.as_secs());
}

/// Our own pings are answered all the while; that is no request.
#[tokio::test(start_paused = true)]
async fn a_connection_of_http2_rests_as_long() {
    let door = Door::open(|_| {}).await;
    let stream = TokioIo::new(door.connect(ALICE));
    let (mut ask, connection) = http2::handshake(TokioExecutor::new(), stream).await.unwrap();
    let closed = tokio::spawn(connection);
    for _ in 0..2 {
        let request = hyper::Request::get("http://x/healthz").body(String::new()).unwrap();
        assert_eq!(ask.send_request(request).await.unwrap().status(), 200);
        sleep(Duration::from_secs(60)).await;
    }
    let began = Instant::now();
    let _ = closed.await.unwrap();
    assert_eq!(began.elapsed().as_secs() + 60, inbound::IDLE_TIME.as_secs());
}

#[tokio::test(start_paused = true)]
async fn slow_bodies_are_cut_off_and_steady_ones_are_not() {
    let door = Door::open(|_| {}).await;
    let mut drip = door.connect(ALICE);
    drip.write_all(post("/ap/inbox", 5_000).as_bytes()).await.unwrap();
    let began = Instant::now();
    let said = loop {
        tokio::select! {
            said = answer(&mut drip) => break said,
            () = sleep(Duration::from_secs(1)) => drip.write_all(b"x").await.unwrap(),
        }
    };
    assert_eq!((said.status, began.elapsed().as_secs()), (408, inbound::BODY_PACE.as_secs()));
    assert_eq!(door.get(BOB, "/healthz").await.status, 200);
    // A thousand bytes a second are slow, and enough.
    let mut steady = door.connect(ALICE);
    steady.write_all(post("/ap/inbox", 25_000).as_bytes()).await.unwrap();
    for _ in 0..25 {
        steady.write_all(&[b' '; 1_000]).await.unwrap();
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(answer(&mut steady).await.status, 400);
    // But not for longer than a body may take.
    let mut endless = door.connect(ALICE);
    endless.write_all(post("/ap/inbox", 1_000_000).as_bytes()).await.unwrap();
    let began = Instant::now();
    let said = loop {
        tokio::select! {
            said = answer(&mut endless) => break said,
            () = sleep(Duration::from_secs(1)) => endless.write_all(&[b' '; 1_000]).await.unwrap(),
        }
    };
    assert_eq!((said.status, began.elapsed().as_secs()), (408, inbound::BODY_TIME.as_secs()));
}

#[tokio::test(start_paused = true)]
async fn who_does_not_take_the_answer_is_let_go() {
    let door = Door::open(|_| {}).await;
    let (page, most) = (get("/"), 100_000);
    for (pause, whole) in [(Duration::from_secs(1), false), (Duration::from_millis(1), true)] {
        let mut reader = door.connect_narrow(ALICE, 512);
        reader.write_all(page.as_bytes()).await.unwrap();
        let (mut taken, mut length) = (Vec::new(), most);
        let began = Instant::now();
        while taken.len() < length
            && let Ok(byte) = reader.read_u8().await
        {
            taken.push(byte);
            if taken.ends_with(b"\r\n\r\n") && length == most {
                let head = String::from_utf8_lossy(&taken).into_owned();
                let number = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
                length = taken.len() + number.parse::<usize>().unwrap();
            }
            sleep(pause).await;
        }
        assert_eq!(taken.len() == length, whole, "{} of {length}", taken.len());
        let time = began.elapsed();
        assert!(whole || time >= inbound::ANSWER_TIME, "{time:?}");
        // What was on its way already, and the goodbye.
        assert!(whole || time < inbound::ANSWER_TIME + Duration::from_secs(600), "{time:?}");
    }
    assert_eq!(door.get(BOB, "/healthz").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn in_a_full_house_the_idle_make_room_and_only_then_newcomers_are_refused() {
    let door = Door::open(|rules| rules.connections = 3).await;
    let mut idle = Vec::new();
    for _ in 0..3 {
        let mut stream = door.connect(ALICE);
        assert_eq!(ask(&mut stream, &get("/healthz")).await.status, 200);
        sleep(Duration::from_secs(1)).await;
        idle.push(stream);
    }
    // The one that has rested longest goes; the others stay.
    let mut fresh = door.connect(BOB);
    assert_eq!(ask(&mut fresh, &get("/healthz")).await.status, 200);
    assert_eq!(seconds_until_closed(&mut idle.remove(0)).await, 0);
    assert_eq!(ask(&mut idle[0], &get("/healthz")).await.status, 200);
    idle.push(fresh);
    // Nobody is idle now: bodies are on their way.
    for stream in &mut idle {
        stream.write_all(post("/ap/inbox", 10).as_bytes()).await.unwrap();
    }
    rest().await;
    let mut late = door.connect(BOB);
    let said = ask(&mut late, &get("/healthz")).await;
    assert_eq!((said.status, said.retry_after()), (503, Some(inbound::COME_BACK)));
    assert!(said.head.contains("connection: close"), "{}", said.head);
    assert_eq!(seconds_until_closed(&mut late).await, 0);
    // One who is refused and says nothing does not stay either.
    assert_eq!(seconds_until_closed(&mut door.connect(BOB)).await, inbound::REFUSAL_TIME.as_secs());
    for stream in &mut idle {
        stream.write_all(b"0123456789").await.unwrap();
        assert_eq!(answer(stream).await.status, 400);
    }
    assert_eq!(door.get(BOB, "/healthz").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn one_network_does_not_take_all_seats() {
    let door = Door::open(|rules| rules.connections_of_network = 2).await;
    let mut busy = [door.connect(ALICE), door.connect(ALICE)];
    for stream in &mut busy {
        stream.write_all(post("/ap/inbox", 10).as_bytes()).await.unwrap();
    }
    rest().await;
    let said = door.get(ALICE, "/healthz").await;
    assert_eq!((said.status, said.retry_after()), (429, Some(inbound::COME_BACK)));
    assert_eq!(door.get(BOB, "/healthz").await.status, 200);
    // A proxy brings everybody and has no bound of its own.
    let mut brought = Vec::new();
    for _ in 0..5 {
        let mut stream = door.connect(PROXY);
        stream.write_all(post("/ap/inbox", 10).as_bytes()).await.unwrap();
        brought.push(stream);
    }
    assert_eq!(door.get(PROXY, "/healthz").await.status, 200);
    // Its own idle connection makes room for its own new one.
    busy[0].write_all(b"0123456789").await.unwrap();
    assert_eq!(answer(&mut busy[0]).await.status, 400);
    assert_eq!(door.get(ALICE, "/healthz").await.status, 200);
    assert_eq!(seconds_until_closed(&mut busy[0]).await, 0);
}

#[tokio::test(start_paused = true)]
async fn bodies_have_a_budget_and_each_network_a_share() {
    let door = Door::open(|rules| (rules.bodies, rules.bodies_of_network) = (10_000, 6_000)).await;
    let begin = async |from: &str, there: usize| {
        let mut stream = door.connect(from);
        stream.write_all(post("/ap/inbox", there + 1).as_bytes()).await.unwrap();
        stream.write_all(&vec![b' '; there]).await.unwrap();
        stream
    };
    let mut alice = begin(ALICE, 5_000).await;
    let mut refused = begin(ALICE, 2_000).await;
    let said = answer(&mut refused).await;
    assert_eq!((said.status, said.retry_after()), (503, Some(inbound::COME_BACK)));
    let mut bob = begin(BOB, 4_500).await;
    assert_eq!(answer(&mut begin("198.51.100.3", 600).await).await.status, 503);
    // What is announced and does not come takes no room.
    let mut empty = door.connect("198.51.100.3");
    empty.write_all(post("/ap/inbox", 1_000_000).as_bytes()).await.unwrap();
    for stream in [&mut alice, &mut bob] {
        stream.write_all(b" ").await.unwrap();
        assert_eq!(answer(stream).await.status, 400);
    }
    // All of it came back.
    let mut again = begin("198.51.100.3", 5_500).await;
    again.write_all(b" ").await.unwrap();
    assert_eq!(answer(&mut again).await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn bodies_of_strangers_take_no_room_from_who_shows_a_token() {
    let door = Door::open(|rules| rules.bodies = 1_000).await;
    let token = door.us.bearer("write").await;
    let mut stranger = door.connect(BOB);
    stranger.write_all(post("/ap/inbox", 1_001).as_bytes()).await.unwrap();
    stranger.write_all(&[b' '; 1_000]).await.unwrap();
    rest().await;
    let body = "status=Hello";
    let say = |token: &str| {
        format!(
            "POST /api/v1/statuses HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n{token}content-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    assert_eq!(door.ask(ALICE, &format!("{}12345", post("/ap/inbox", 5))).await.status, 503);
    assert_eq!(door.ask(ALICE, &say(&format!("authorization: {token}\r\n"))).await.status, 200);
    drop(stranger);
}

#[tokio::test(start_paused = true)]
async fn pages_have_a_pace_for_each_network_whatever_it_says_of_itself() {
    let door = Door::open(|rules| rules.reads = Rate { burst: 4.0, per_second: 1.0, keys: 100 }).await;
    // However it is spelt, it counts; what was not found was looked for all the same.
    for (path, status) in [("/?before=9", 200), ("//", 404), ("/@press/", 200), ("/nothing.json?x", 404)] {
        assert_eq!(door.get(ALICE, path).await.status, status, "{path}");
    }
    for path in [
        "/?before=9",
        "/@press?before=9",
        "/nothing",
        "/.well-known/webfinger?resource=acct:a@b",
        "/ap/posts/1",
        "/api/v1/instance",
    ] {
        let said = door.get(ALICE, path).await;
        assert_eq!((said.status, said.retry_after()), (429, Some(1)), "{path}");
    }
    // A header that nobody reads there makes it no other.
    for path in ["/?before=9", "/ap/posts/1", "/api/v1/instance"] {
        let with = format!("GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer guess\r\n\r\n");
        assert_eq!(door.ask(ALICE, &with).await.status, 429, "{path}");
    }
    // What lies at hand is free, others are served, and a second later there is one more.
    assert_eq!(door.get(ALICE, "/favicon.ico").await.status, 200);
    assert_eq!(door.get(BOB, "/?before=9").await.status, 200);
    door.clock.advance(Duration::from_secs(1));
    assert_eq!(door.get(ALICE, "/?before=9").await.status, 200);
    assert_eq!(door.get(ALICE, "/?before=9").await.status, 429);
    // What it writes into the header itself is not believed, through a proxy or not.
    for n in 0..8 {
        let forged = format!("GET /?before=9 HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 203.0.113.{n}");
        assert_eq!(door.ask(ALICE, &format!("{forged}\r\n\r\n")).await.status, 429);
        assert_eq!(door.ask(PROXY, &format!("{forged}, {ALICE}\r\n\r\n")).await.status, 429);
    }
    assert_eq!(
        door.ask(PROXY, "GET /?before=9 HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 203.0.113.9\r\n\r\n").await.status,
        200
    );
    // A proxy that does not say who asks is not taken for one who asks a lot.
    for _ in 0..8 {
        assert_eq!(door.get(PROXY, "/?before=9").await.status, 200);
    }
    // Many on one connection are many.
    let mut kept = door.connect("203.0.113.50");
    for n in 0..6 {
        assert_eq!(ask(&mut kept, &get("/?before=9")).await.status, if n < 4 { 200 } else { 429 });
    }
}

#[tokio::test(start_paused = true)]
async fn faults_have_a_pace_and_do_not_keep_a_network_from_reading() {
    let door = Door::open(|rules| rules.faults = Rate { burst: 3.0, per_second: 1.0, keys: 100 }).await;
    let guesses = [
        "POST /ap/inbox HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}".to_owned(),
        format!(
            "POST /desk/start/AAAA HTTP/1.1\r\nhost: x\r\norigin: {}\r\ncontent-length: 0\r\n\r\n",
            door.us.app.site.origin
        ),
        "GET /api/v1/accounts/verify_credentials HTTP/1.1\r\nhost: x\r\nauthorization: Bearer guess\r\n\r\n".to_owned(),
    ];
    for (guess, status) in guesses.iter().zip([400, 410, 401]) {
        assert_eq!(door.ask(ALICE, guess).await.status, status, "{guess}");
    }
    for guess in &guesses {
        let said = door.ask(ALICE, guess).await;
        assert_eq!((said.status, said.retry_after()), (429, Some(1)), "{guess}");
        assert_ne!(door.ask(BOB, guess).await.status, 429);
    }
    assert_eq!(door.get(ALICE, "/desk/start/BBBB").await.status, 429);
    assert_eq!(door.get(ALICE, "/").await.status, 200);
    door.clock.advance(Duration::from_secs(1));
    assert_eq!(door.ask(ALICE, &guesses[2]).await.status, 401);
    assert_eq!(door.ask(ALICE, &guesses[2]).await.status, 429);
}
