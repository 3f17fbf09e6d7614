//! What cannot be read: bodies, forms and markup that are made to break whoever reads them.

use instance::base::time::Clock;
use instance::media::draw;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{drain, follow, note, rows, start, tell};
use crate::support::evil::{Signed, key, signed};
use crate::support::http::{Answer, get, send};
use crate::support::{Instance, START};

const PART: &str = "--x\r\nContent-Disposition: form-data; name=";

/// One part of a form in parts, and the end of it.
fn part(head: &str, body: &str) -> String {
    format!("{PART}{head}\r\n\r\n{body}\r\n")
}

async fn upload(us: &Instance, bearer: &str, kind: &str, body: impl Into<bytes::Bytes>) -> Answer {
    let headers = [("authorization", bearer), ("content-type", kind)];
    send("POST", &us.url("/api/v2/media"), &headers, body).await
}

#[tokio::test]
async fn forms_in_parts_that_are_none() {
    let us = Instance::start(&Clock::by_hand(START)).await;
    let (bearer, before) = (us.bearer("write").await, rows(&us));
    let parts = "multipart/form-data; boundary=x";
    let file = part("\"file\"; filename=\"a.png\"", "x");
    for (words, kind, body, status) in [
        ("no boundary", "multipart/form-data", format!("{file}--x--\r\n"), 422),
        ("an empty boundary", "multipart/form-data; boundary=", format!("{file}--x--\r\n"), 422),
        ("another boundary", "multipart/form-data; boundary=y", format!("{file}--x--\r\n"), 422),
        ("a boundary of 10 kB", &format!("multipart/form-data; boundary={}", "y".repeat(10_000)), file.clone(), 422),
        ("nothing", parts, String::new(), 422),
        ("an end only", parts, "--x--\r\n".to_owned(), 422),
        ("no end", parts, file.clone(), 422),
        ("no file", parts, format!("{}--x--\r\n", part("\"description\"", "A map")), 422),
        ("a file under another name", parts, format!("{}--x--\r\n", part("\"files\"; filename=\"a.png\"", "x")), 422),
        ("a file of no bytes", parts, format!("{}--x--\r\n", part("\"file\"; filename=\"a.png\"", "")), 422),
        ("a part without a name", parts, "--x\r\n\r\nbare\r\n--x--\r\n".to_owned(), 422),
        ("100,000 files", parts, format!("{}--x--\r\n", file.repeat(100_000)), 422),
        ("100,000 fields", parts, format!("{}--x--\r\n", part("\"a\"", "").repeat(100_000)), 422),
        ("100,000 fields and a file", parts, format!("{}{file}--x--\r\n", part("\"a\"", "").repeat(100_000)), 422),
        ("a head of 1 MB", parts, format!("{}--x--\r\n", part(&"y".repeat(1 << 20), "x")), 422),
        ("20 MB", parts, format!("{}--x--\r\n", part("\"file\"; filename=\"a.png\"", &"x".repeat(20 << 20))), 422),
        (
            "JSON for a picture",
            parts,
            format!("{}--x--\r\n", part("\"file\"; filename=\"a.png\"", "{\"id\":\"x\"}")),
            422,
        ),
        ("SVG", parts, format!("{}--x--\r\n", part("\"file\"; filename=\"a.png\"", "<svg onload=alert(1)/>")), 422),
    ] {
        let answer = upload(&us, &bearer, kind, body).await;
        assert_eq!(answer.status.as_u16(), status, "{words}: {}", answer.text());
        assert_eq!(rows(&us), before, "{words}");
    }
    // A path for a name is no path for us, and what is served has the type of a picture.
    for name in ["../../../../etc/passwd", "/etc/passwd", "a.html", "..\\\\..\\\\x.png", ""] {
        let head = format!("{PART}\"file\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n");
        let body = [head.as_bytes(), &draw::avatar("press", "P"), b"\r\n--x--\r\n"].concat();
        let made = upload(&us, &bearer, parts, body).await;
        assert_eq!(made.status, 200, "{name}: {}", made.text());
        let url = made.json()["url"].as_str().unwrap().to_owned();
        assert!(!url.contains("passwd") && !url.contains(".."), "{url}");
        let served = get(&url, "application/activity+json").await;
        assert_eq!((served.header("content-type"), served.header("x-content-type-options")), ("image/png", "nosniff"));
    }
}

#[tokio::test]
async fn forms_with_too_much_in_them() {
    let us = Instance::start(&Clock::by_hand(START)).await;
    let (bearer, before) = (us.bearer("write").await, rows(&us));
    let form = "application/x-www-form-urlencoded";
    let many = |one: &str, n: usize| format!("status=x&{}", one.repeat(n));
    let deep = format!("{}1{}", "{\"a\":".repeat(60), "}".repeat(60));
    for (words, kind, body, status) in [
        ("500,000 fields", form, many("a&", 500_000), 422),
        ("201 fields", form, many("a=b&", 201), 422),
        ("200 pictures", form, many("media_ids[]=7&", 201), 422),
        ("numbered pictures", form, (0..300).map(|n| format!("media_ids[{n}]={n}")).collect::<Vec<_>>().join("&"), 422),
        ("2 MB", form, many("a", 2 << 20), 413),
        ("two texts of JSON", "application/json", "{\"status\":\"x\",\"status\":\"y\"}".to_owned(), 422),
        ("a deep name", "application/json", format!("{{\"status\":{deep}}}"), 422),
        ("100,000 brackets", "application/json", "[".repeat(100_000), 422),
        (
            "a long name times many",
            "application/json",
            format!("{{\"{}\":[{}1]}}", "k".repeat(900_000), "1,".repeat(40_000)),
            422,
        ),
        ("many names", "application/json", json!({ "status": vec![1; 50_000] }).to_string(), 422),
    ] {
        let headers = [("authorization", bearer.as_str()), ("content-type", kind)];
        let answer = send("POST", &us.url("/api/v1/statuses"), &headers, body).await;
        assert_eq!(answer.status.as_u16(), status, "{words}: {}", answer.text());
        assert_eq!(rows(&us), before, "{words}");
    }
    // A name that nests is a name like any other.
    let nested = format!("status=Hello&a{}=1", "[b]".repeat(10_000));
    let headers = [("authorization", bearer.as_str()), ("content-type", form)];
    assert_eq!(send("POST", &us.url("/api/v1/statuses"), &headers, nested).await.status, 200);
}

#[tokio::test]
async fn a_body_without_end_is_cut_off_while_it_comes() {
    let (_clock, us, mal) = start().await;
    mal.be(&["ann"]);
    let before = rows(&us);
    let url = us.url("/ap/inbox");
    let signed =
        Signed { key_id: &mal.key_id("ann"), key: key(0), body: b"", url: &url, at: us.app.now(), modern: false };
    let headers = signed.headers();
    let mut head = format!("POST /ap/inbox HTTP/1.1\r\nhost: {}\r\ntransfer-encoding: chunked\r\n", us.address);
    for (name, value) in headers.iter().filter(|(name, _)| *name != "host") {
        head.extend([name.as_str(), ": ", value.to_str().unwrap(), "\r\n"]);
    }
    let mut stream = TcpStream::connect(us.address).await.unwrap();
    stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    let (mut reading, mut writing) = stream.split();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x1_0000));
    let pour = async {
        let mut poured = 0_usize;
        while writing.write_all(chunk.as_bytes()).await.is_ok() {
            poured += 1;
            assert!(poured < 500, "nobody stopped it, and this is more than the sockets hold");
        }
    };
    let mut answer = [0; 12];
    let ((), answered) = tokio::join!(pour, reading.read_exact(&mut answer));
    // The end of the connection may overtake the answer.
    assert!(answered.is_err() || &answer == b"HTTP/1.1 413", "{answer:?}");
    assert_eq!(rows(&us), before);
    assert!(mal.asked().is_empty());
}

#[tokio::test]
async fn markup_that_breaks_readers_stops_nobody_elses_words() {
    let (_clock, us, mal) = start().await;
    mal.be(&["ann"]);
    let uri = us.post_uri(us.publish("Say something").await.id);
    follow(&us, &mal, "ann", "/f/ann").await;
    let mut answers = Vec::new();
    for (n, words) in [
        "<div>".repeat(100_000),
        "<b><i>".repeat(60_000),
        "<a ".repeat(100_000),
        "<svg><math><mtext><table><mglyph><style><!--</style><img src onerror=alert(1)>".to_owned(),
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">".to_owned(),
        "<![CDATA[<script>alert(1)</script>]]>".to_owned(),
        "<p ".to_owned() + &"a=b ".repeat(100_000) + ">",
        "&".repeat(300_000),
        "&lt;script&gt;".repeat(1_000),
        "\u{202e}\u{2066}".repeat(50_000),
        "a\u{301}".repeat(100_000),
        "@@@@((((".repeat(40_000),
        "<template><frameset><plaintext>".repeat(1_000),
        "\u{1}\u{fffe}\u{feff}".repeat(1_000),
    ]
    .into_iter()
    .enumerate()
    {
        let mut reply = mal.note("ann", &format!("/n/{n}"), &uri, "");
        reply["content"] = json!(words);
        let create = mal.activity("ann", "Create", &format!("/c/{n}"), &reply);
        assert_eq!(mal.say(&us, "ann", &create).await, 202, "{n}");
        answers.push(mal.url(&format!("/n/{n}")));
    }
    let last = mal.note("ann", "/n/last", &uri, "Still here");
    tell(&us, &mal, "ann", &mal.activity("ann", "Create", "/c/last", &last)).await;
    assert_eq!(note(&us, &mal.url("/n/last")).unwrap().content.html, "<p>Still here</p>");
    // What draws nothing is as good as empty, and not kept.
    let kept: Vec<_> = answers.iter().filter_map(|uri| Some((uri, note(&us, uri)?))).collect();
    assert!(kept.len() >= 4);
    for (uri, kept) in kept {
        let html = kept.content.html;
        let plain = html.to_ascii_lowercase();
        assert!(html.len() <= 64 << 10, "{uri}");
        for bad in ["<script", "<svg", "<img", "<style", "onerror=", "<plaintext", "\u{202e}", "\u{1}"] {
            assert!(!plain.contains(bad) || plain.contains("&lt;script"), "{uri}: {bad} in {plain}");
        }
    }
}

#[tokio::test]
async fn a_context_neither_is_fetched_nor_changes_what_words_mean() {
    let (_clock, us, mal) = start().await;
    mal.be(&["ann", "bob"]);
    let uri = us.post_uri(us.publish("What does it mean?").await.id);
    follow(&us, &mal, "ann", "/f/ann").await;
    let asked = mal.asked().len();
    let before = rows(&us);
    let like = mal.activity("ann", "Like", "/l/1", &json!(uri));
    let turned = |context: Value, fields: Value| {
        let mut activity = like.clone();
        activity["@context"] = context;
        for (field, value) in fields.as_object().unwrap() {
            activity[field] = value.clone();
        }
        activity
    };
    let nothing = json!({ "type": "Note", "object": null });
    for (words, activity, status) in [
        ("another word for Like", turned(json!({ "Heart": "as:Like" }), json!({ "type": "Heart" })), 202),
        (
            "another word for the object",
            turned(json!({ "what": "as:object" }), json!({ "object": null, "what": uri })),
            400,
        ),
        ("an alias for type", turned(json!({ "kind": "@type" }), json!({ "type": null, "kind": "Like" })), 202),
        ("a graph", turned(json!({}), json!({ "@graph": [like] })), 400),
        ("what is included", turned(json!({}), json!({ "@included": [like] })), 400),
        ("turned round", turned(json!({}), json!({ "type": "x", "@reverse": { "object": like } })), 202),
        ("a context on our side", turned(json!(mal.url("/context")), nothing), 202),
    ] {
        let answer = signed(&us, &mal.key_id("ann"), key(0), activity.to_string()).await;
        assert_eq!(answer.status.as_u16(), status, "{words}: {}", answer.text());
        drain(&[&us]).await;
        assert_eq!(rows(&us), before, "{words}");
    }
    // Nor does one take anything from words that are plain.
    let odd =
        json!([mal.url("/context"), { "Like": "as:Delete", "actor": "as:object", "object": { "@id": "as:actor" } }]);
    tell(&us, &mal, "ann", &turned(odd, json!({ "as:actor": mal.actor("bob") }))).await;
    assert_eq!(rows(&us)["reactions"], before["reactions"] + 1);
    assert_eq!(mal.asked().len(), asked);
}
