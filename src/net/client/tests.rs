//! The client against peers that do not mean well: it goes nowhere it must not, waits for nobody too long, and
//! takes no more than it wants. The canaries on 127.0.0.1 and `::1` stand for everything behind our own walls.

use super::super::peer::{Act, NOW, Peer, answer, client, hasty, is_signed, options, redirect, signer};
use super::*;
use crate::error::Again;

const REFUSED: &str = "no address that we connect to";
const CAP: usize = 64 * 1024;

async fn get(client: &Client, url: &str) -> Result<Answer> {
    client.get(&Url::parse(url).unwrap(), "application/json", None, CAP, NOW).await
}

fn words(result: Result<Answer>) -> String {
    match result {
        Err(Error::Peer { what, .. }) => what,
        other => panic!("{other:?}"),
    }
}

/// Everything that leads, by one spelling or another, to ourselves.
const INSIDE: [&str; 30] = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "2130706433",
    "0177.0.0.1",
    "0x7f.1",
    "0x7f000001",
    "0x7F.0.0.0x1",
    "127。0。0。1",
    "１２７.0.0.1",
    "①②⑦.0.0.1",
    "%31%32%37.0.0.1",
    "0",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::127.0.0.1]",
    "[2002:7f00:1::]",
    "localhost",
    "LocalHost.",
    "zero.test",
    "six-zero.test",
    "mapped.test",
    "mixed.test",
];

fn names() -> Vec<(&'static str, &'static str)> {
    vec![
        ("localhost", "127.0.0.1"),
        ("zero.test", "0.0.0.0"),
        ("six-zero.test", "::"),
        ("mapped.test", "::ffff:127.0.0.1"),
        ("mixed.test", "127.0.0.11"),
        ("mixed.test", "127.0.0.1"),
    ]
}

#[tokio::test]
async fn no_spelling_of_an_inner_address_gets_a_connection() {
    let canaries = [Peer::canary("127.0.0.1").await, Peer::canary("::1").await];
    let peer = Peer::canary("127.0.0.11").await.unwrap();
    let client = client(&["127.0.0.11"], &names());
    for port in canaries.iter().flatten().map(|canary| canary.at.port()).chain([peer.at.port(), 443]) {
        for host in INSIDE {
            for scheme in ["http", "https"] {
                let url = format!("{scheme}://{host}:{port}/");
                assert_eq!(words(get(&client, &url).await), REFUSED, "{url}");
            }
        }
    }
    assert_eq!(canaries.iter().flatten().map(Peer::connections).sum::<usize>(), 0);
    assert_eq!(peer.connections(), 0, "not even the good address of a name that also has a bad one");
}

#[tokio::test]
async fn redirects_lead_nowhere_inside() {
    let canary = Peer::canary("127.0.0.1").await.unwrap();
    let port = canary.at.port();
    let peer =
        Peer::start("127.0.0.11", |request| redirect(request.split(' ').nth(1).unwrap().strip_prefix("/to?").unwrap()))
            .await;
    let client = client(&["127.0.0.11"], &names());
    for host in INSIDE {
        let url = peer.url(&format!("/to?http://{host}:{port}/"));
        assert_eq!(words(get(&client, url.as_str()).await), REFUSED, "{url}");
    }
    for target in
        ["file:///etc/passwd", "ftp://127.0.0.11/", "data:application/activity+json,{}", "http://u:p@127.0.0.11/"]
    {
        let result = get(&client, peer.url(&format!("/to?{target}")).as_str()).await;
        assert!(matches!(result, Err(Error::Peer { again: Again::Never, .. })), "{target}");
    }
    assert_eq!(peer.requests().len(), INSIDE.len() + 4);
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn what_an_address_itself_shows_is_refused_for_good() {
    let client = client(&["127.0.0.11"], &[("far.test", "203.0.114.7")]);
    let long = format!("http://127.0.0.11/{}", "a".repeat(5_000));
    for url in [
        "ftp://127.0.0.11/",
        "file:///etc/passwd",
        "data:application/activity+json,{}",
        "javascript:alert(1)",
        "mailto:press@peer.test",
        "http://user@127.0.0.11/",
        "https://far.test@127.0.0.11/",
        "https://:secret@127.0.0.11/",
        "http://far.test/",
        "http://far.test:443/",
        "https://far.test:22/",
        "https://far.test:8443/",
        "https://203.0.114.7/",
        long.as_str(),
    ] {
        match get(&client, url).await {
            Err(Error::Peer { what, again, .. }) => {
                assert_eq!((what.as_str(), again), (REFUSED, Again::Never), "{url}");
            }
            other => panic!("{url}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn where_a_name_points_may_be_put_right() {
    let result = get(&client(&[], &[("inner.test", "10.0.0.1")]), "https://inner.test/").await;
    assert!(matches!(result, Err(Error::Peer { again: Again::Later, ref what, .. }) if what == REFUSED), "{result:?}");
    let result = get(&client(&[], &[]), "https://unknown.test/").await;
    assert!(matches!(result, Err(Error::Peer { again: Again::Later, .. })), "{result:?}");
}

#[tokio::test]
async fn redirects_end() {
    let peer = Peer::start("127.0.0.11", |request| {
        let path = request.split(' ').nth(1).unwrap();
        match path.split_once('=') {
            Some((start, n)) => redirect(&format!("{start}={}", n.parse::<u32>().unwrap() + 1)),
            None if path == "/self" => redirect("/self#again"),
            None if path == "/a" => redirect("/b"),
            None if path == "/b" => redirect("/a"),
            None => answer(302, "", ""),
        }
    })
    .await;
    let client = client(&["127.0.0.11"], &[]);
    for (path, words_wanted, requests) in [
        ("/r?n=0", "redirects without end", 4),
        ("/self", "redirects without end", 1),
        ("/a", "redirects without end", 2),
        ("/no-location", "redirects to nowhere", 1),
    ] {
        let before = peer.requests().len();
        assert_eq!(words(get(&client, peer.url(path).as_str()).await), words_wanted, "{path}");
        assert_eq!(peer.requests().len() - before, requests, "{path}");
    }
}

#[tokio::test]
async fn three_redirects_are_followed_and_each_request_is_signed_for_its_own_address() {
    let second = Peer::start("127.0.0.12", |_| answer(200, "content-type: text/plain\r\n", "here")).await;
    let far = second.url("/4").to_string();
    let first = Peer::start("127.0.0.11", move |request| match request.split(' ').nth(1).unwrap() {
        "/1" => redirect("/2"),
        "/2" => redirect("3"),
        _ => redirect(&far),
    })
    .await;
    let client = client(&["127.0.0.11", "127.0.0.12"], &[]);
    let url = first.url("/1#fragment");
    let answer = client.get(&url, "application/json", Some(&signer()), CAP, NOW).await.unwrap();
    assert_eq!((answer.url, answer.status, &answer.body[..]), (second.url("/4"), 200, &b"here"[..]));
    assert_eq!(answer.content_type, "text/plain");
    let requests = [first.requests(), second.requests()].concat();
    assert_eq!(requests.len(), 4);
    for (request, peer) in requests.iter().zip([&first, &first, &first, &second]) {
        assert!(is_signed(request, &format!("http://{}", peer.at)), "{request}");
        assert!(request.contains("\r\nuser-agent: instance/test\r\n"), "{request}");
        assert!(request.contains("\r\naccept: application/json\r\n"), "{request}");
    }
}

#[tokio::test]
async fn nobody_makes_us_wait() {
    let drip_head = Peer::start("127.0.0.11", |_| Act::Drip(b"HTTP/1.1 200 OK\r\nx-slow: ".to_vec())).await;
    let drip_body =
        Peer::start("127.0.0.11", |_| Act::Drip(b"HTTP/1.1 200 OK\r\ncontent-length: 50000\r\n\r\n".to_vec())).await;
    let hops = Peer::start("127.0.0.11", |_| Act::Drip(b"HTTP/1.1 302 X\r\nlocation: /".to_vec())).await;
    let silent = Peer::canary("127.0.0.12").await.unwrap();
    let client = hasty(&["127.0.0.11", "127.0.0.12"], Duration::from_millis(250));
    for url in [drip_head.url("/"), drip_body.url("/"), hops.url("/"), silent.url("/")] {
        assert_eq!(words(get(&client, url.as_str()).await), "no answer in time", "{url}");
    }
    // A handshake that never ends.
    let url = format!("https://{}/", silent.at);
    let slow = words(get(&client, &url).await);
    assert!(slow == "no answer in time" || slow == "no connection in time", "{slow}");
}

#[tokio::test]
async fn no_more_is_taken_than_wanted() {
    let peer = Peer::start("127.0.0.11", |request| {
        let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        match request.split(' ').nth(1).unwrap() {
            "/fits" => answer(200, "", &"x".repeat(CAP)),
            "/chunks-fit" => Act::Say(format!("{chunked}{CAP:x}\r\n{}\r\n0\r\n\r\n", "x".repeat(CAP)).into()),
            "/one-more" => answer(200, "", &"x".repeat(CAP + 1)),
            "/chunks-one-more" => Act::Say(format!("{chunked}{CAP:x}\r\n{}\r\n1\r\nx\r\n", "x".repeat(CAP)).into()),
            "/promises" => Act::Say(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n".to_vec()),
            "/endless" => Act::Pour(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
            "/endless-head" => Act::Pour(b"HTTP/1.1 200 OK\r\nx-long: ".to_vec()),
            _ => Act::Pour(format!("{chunked}fffffff0\r\n").into()),
        }
    })
    .await;
    let client = client(&["127.0.0.11"], &[]);
    for path in ["/fits", "/chunks-fit"] {
        assert_eq!(get(&client, peer.url(path).as_str()).await.unwrap().body.len(), CAP, "{path}");
    }
    for path in ["/one-more", "/chunks-one-more", "/promises", "/endless", "/endless-chunk"] {
        let what = words(get(&client, peer.url(path).as_str()).await);
        assert_eq!(what, format!("the answer is larger than {CAP} bytes"), "{path}");
    }
    assert!(words(get(&client, peer.url("/endless-head").as_str()).await).starts_with("the connection failed"));
}

#[tokio::test]
async fn compression_is_neither_asked_for_nor_taken() {
    let peer = Peer::start("127.0.0.11", |_| answer(200, "content-encoding: gzip\r\n", "\x1f")).await;
    let client = client(&["127.0.0.11"], &[]);
    assert!(words(get(&client, peer.url("/").as_str()).await).contains("compressed"));
    let request = peer.requests().remove(0);
    assert!(request.contains("\r\naccept-encoding: identity\r\n"), "{request}");
}

#[tokio::test]
async fn a_delivery_with_a_status_is_a_delivery() {
    let peer = Peer::start("127.0.0.11", |request| match request.split(' ').nth(1).unwrap() {
        "/pour" => Act::Pour(b"HTTP/1.1 202 Accepted\r\n\r\nfine\n".to_vec()),
        "/promises" => Act::Drip(b"HTTP/1.1 202 Accepted\r\ncontent-length: 99999999999\r\n\r\n".to_vec()),
        "/moved" => answer(307, "location: /elsewhere\r\n", ""),
        "/busy" => answer(429, "retry-after: 120\r\n", "\r\n \x1b[31mslow\t\u{202e}down\u{7f}\r\nsecond"),
        "/date" => answer(503, "retry-after: Mon, 23 Nov 2026 09:01:30 GMT\r\n", ""),
        _ => answer(503, "retry-after: 99999999999\r\n", &"long ".repeat(2_000)),
    })
    .await;
    let client = client(&["127.0.0.11"], &[]);
    for (path, status, line, wait) in [
        ("/pour", 202, Some(""), None),
        ("/promises", 202, None, None),
        ("/moved", 307, Some(""), None),
        ("/busy", 429, Some("[31mslow down"), Some(120)),
        ("/date", 503, Some(""), Some(90)),
        ("/long", 503, None, Some(24 * 3600)),
    ] {
        let body = Bytes::from_static(b"{\"type\":\"Create\"}");
        let posted = client.post(&peer.url(path), body, &signer(), NOW).await.unwrap();
        assert_eq!((posted.status, posted.retry_after), (status, wait.map(Duration::from_secs)), "{path}");
        assert!(line.is_none_or(|line| line == posted.line), "{path}: {}", posted.line);
        assert!(posted.line.chars().count() <= crate::limits::outbound::LINE, "{path}");
    }
    let requests = peer.requests();
    assert_eq!(requests.len(), 6, "no redirect was followed");
    assert!(
        requests
            .iter()
            .all(|request| request.starts_with("POST /") && request.ends_with("\r\n\r\n{\"type\":\"Create\"}"))
    );
    assert!(requests.iter().all(|request| request.contains("\r\ncontent-type: application/activity+json\r\n")));
    let origin = format!("http://{}", peer.at);
    assert!(requests.iter().all(|request| request.contains("\r\ndigest: SHA-256=") && is_signed(request, &origin)));
}

#[tokio::test]
async fn an_answer_without_end_does_not_undo_its_status() {
    let peer = Peer::start("127.0.0.11", |_| Act::Drip(b"HTTP/1.1 202 Accepted\r\n\r\n".to_vec())).await;
    let client = hasty(&["127.0.0.11"], Duration::from_secs(3));
    assert_eq!(client.post(&peer.url("/"), Bytes::new(), &signer(), NOW).await.unwrap().status, 202);
}

#[tokio::test]
async fn deliveries_go_nowhere_inside_either() {
    let canary = Peer::canary("127.0.0.1").await.unwrap();
    let client = client(&["127.0.0.11"], &names());
    for host in INSIDE {
        let url = Url::parse(&format!("http://{host}:{}/inbox", canary.at.port())).unwrap();
        let result = client.post(&url, Bytes::new(), &signer(), NOW).await;
        assert!(matches!(result, Err(Error::Peer { ref what, .. }) if what == REFUSED), "{host}: {result:?}");
    }
    assert_eq!(canary.connections(), 0);
}

mod connections;

#[test]
fn of_an_answer_in_html_or_json_only_the_words_are_kept() {
    for (body, line) in [
        (
            "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>",
            "403 Forbidden",
        ),
        (
            "<!DOCTYPE html><html><script>alert(1)</script><p>We are\nasleep &amp; dreaming</p>",
            "We are asleep & dreaming",
        ),
        (r#"{"error":"Request not signed"}"#, "Request not signed"),
        (r#"{"error":{"message":"No such key","code":"X"}}"#, "No such key"),
        (r#"{"type":"about:blank","title":"Bad Request","detail":"the date is stale"}"#, "the date is stale"),
        (r#"{"ok":false}"#, ""),
        ("{not json", "{not json"),
        ("<html>", ""),
        ("", ""),
    ] {
        assert_eq!(super::first_line(body.as_bytes()), line, "{body}");
    }
}
