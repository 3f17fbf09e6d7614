//! Crooked HTTP over real sockets: shapes that two programs read differently, and floods inside one connection.

use instance::base::time::Clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::http::{get, raw};
use crate::support::{Instance, START};

/// The statuses that come back for these bytes until the connection is closed by either side.
async fn statuses(us: &Instance, bytes: &[u8]) -> Vec<u16> {
    let said = raw(us.address, bytes).await;
    said.match_indices("HTTP/1.").filter_map(|(at, _)| said.get(at + 9..at + 12)?.parse().ok()).collect()
}

/// A second request that must not be answered, because it is not one.
const HIDDEN: &str = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";

/// The same behind chunks that have ended.
const CHUNKED: &str = "0\r\n\r\nGET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";

/// What it is, a head, what follows it, and the statuses that come back.
const CROOKED: &[(&str, &str, &str, &[u16])] = &[
    ("two lengths", "POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\ncontent-length: 35\r\n\r\n", HIDDEN, &[400]),
    ("a list of lengths", "POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 0, 35\r\n\r\n", HIDDEN, &[400]),
    ("a signed length", "POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: +0\r\n\r\n", HIDDEN, &[400]),
    (
        "a length and chunks",
        "POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 40\r\ntransfer-encoding: chunked\r\n\r\n",
        CHUNKED,
        &[404],
    ),
    (
        "chunks and a length",
        "POST /x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 40\r\n\r\n",
        CHUNKED,
        &[404],
    ),
    ("chunks alone", "POST /x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n", CHUNKED, &[404]),
    (
        "an encoding behind the chunks",
        "POST /x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, identity\r\n\r\n",
        CHUNKED,
        &[400],
    ),
    ("an unknown encoding", "POST /x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n", CHUNKED, &[400]),
    ("chunks in HTTP/1.0", "POST /x HTTP/1.0\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n", CHUNKED, &[400]),
    ("a space before the colon", "POST /x HTTP/1.1\r\nhost: x\r\ncontent-length : 35\r\n\r\n", HIDDEN, &[400]),
    (
        "a folded header",
        "GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: 1\r\n transfer-encoding: chunked\r\n\r\n",
        "",
        &[400],
    ),
    ("a header that begins with a space", "GET /healthz HTTP/1.1\r\n host: x\r\n\r\n", "", &[400]),
    ("a bare return in a header", "GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: 1\rx-b: 2\r\n\r\n", "", &[400]),
    ("a zero byte in a header", "GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: \0\r\n\r\n", "", &[400]),
    ("no name", "GET /healthz HTTP/1.1\r\nhost: x\r\n: 1\r\n\r\n", "", &[400]),
    ("a space in the path", "GET /health z HTTP/1.1\r\nhost: x\r\n\r\n", "", &[400]),
    ("an unknown version", "GET /healthz HTTP/3.1\r\nhost: x\r\n\r\n", "", &[400]),
    ("no version", "GET /healthz\r\n\r\n", "", &[400]),
    ("TLS on the wrong port", "\x16\x03\x01\x02\x00\x01\x00\x01", "\r\n\r\n", &[400]),
    (
        "a bad size of a chunk",
        "POST /ap/inbox HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n",
        "zz\r\n",
        &[400],
    ),
    (
        "a chunk larger than all",
        "POST /ap/inbox HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n",
        "FFFFFFFFFFFFFFFFF\r\n",
        &[400],
    ),
];

#[tokio::test]
async fn what_two_programs_could_read_differently_ends_the_connection() {
    let us = Instance::start(&Clock::by_hand(START)).await;
    for (what, head, body, expected) in CROOKED {
        assert_eq!(statuses(&us, format!("{head}{body}").as_bytes()).await, *expected, "{what}");
    }
}

#[tokio::test]
async fn odd_requests_are_answered_and_nothing_more() {
    let us = Instance::start(&Clock::by_hand(START)).await;
    let address = us.address;
    let long = |length: usize| format!("/{}", "a".repeat(length));
    let many = "x-a: 1\r\n".repeat(200);
    for (what, request, expected) in [
        // Bare line feeds end lines here (RFC 9112 §2.2 allows it), so the request is read as it looks.
        ("bare line feeds", "GET /healthz HTTP/1.1\nhost: x\n\n".to_owned(), &[200][..]),
        ("an absolute form", format!("GET http://{address}/healthz HTTP/1.1\r\nhost: {address}\r\n\r\n"), &[200]),
        ("an absolute form of another", "GET http://169.254.169.254/latest HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(), &[404]),
        ("a tunnel", "CONNECT 127.0.0.1:22 HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(), &[404]),
        ("an asterisk", "OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(), &[404]),
        ("TRACE", "TRACE / HTTP/1.1\r\nhost: x\r\ncookie: secret=1\r\n\r\n".to_owned(), &[404]),
        ("an unknown method", "BREW / HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(), &[404]),
        ("an upgrade", "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n".to_owned(), &[200]),
        ("an upgrade to HTTP/2", "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n".to_owned(), &[200]),
        ("an expectation that is refused at once", "POST /ap/inbox HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 9999999\r\n\r\n".to_owned(), &[413]),
        ("no host", "GET /healthz HTTP/1.1\r\n\r\n".to_owned(), &[400]),
        ("two hosts", "GET /healthz HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n".to_owned(), &[400]),
        ("a line break in a path", "GET /@Press/a%0d%0aX HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(), &[404]),
        ("a long path", format!("GET {} HTTP/1.1\r\nhost: x\r\n\r\n", long(9_000)), &[414]),
        ("a path longer than all headers may be", format!("GET {} HTTP/1.1\r\nhost: x\r\n\r\n", long(100_000)), &[431]),
        ("a header longer than all may be", format!("GET / HTTP/1.1\r\nhost: x\r\nx-a: {}\r\n\r\n", long(100_000)), &[431]),
        ("200 headers", format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n"), &[431]),
        ("two in one go", format!("{}{}", "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n", "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"), &[200, 200]),
        ("a path out of the tree", "GET /media/../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(), &[404]),
        ("a path that is no text", "GET /%ff%00 HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(), &[400]),
    ] {
        assert_eq!(statuses(&us, request.as_bytes()).await, expected, "{what}");
    }
}

/// A frame of HTTP/2: length, type, flags, stream, payload (RFC 9113 §4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// `GET / http`, from HPACK's static table.
const GET_ROOT: &[u8] = &[0x82, 0x84, 0x86, 0x41, 0x01, b'x'];
const CALM_DOWN: u32 = 0xb;

/// The error of the GOAWAY that a flood is answered with.
async fn farewell(us: &Instance, flood: &[u8]) -> Option<u32> {
    let mut stream = TcpStream::connect(us.address).await.unwrap();
    let _ = stream.write_all(&[PREFACE, &frame(4, 0, 0, &[]), flood].concat()).await;
    let mut error = None;
    loop {
        let mut head = [0; 9];
        if stream.read_exact(&mut head).await.is_err() {
            return error;
        }
        let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
        if stream.read_exact(&mut payload).await.is_err() {
            return error;
        }
        if head[3] == 7 {
            error = Some(u32::from_be_bytes(payload[4..8].try_into().unwrap()));
        }
    }
}

#[tokio::test]
async fn floods_inside_one_connection_end_it() {
    let us = Instance::start(&Clock::by_hand(START)).await;
    let streams = || (0..5_000_u32).map(|n| 2 * n + 1);
    let rapid_reset: Vec<u8> =
        streams().flat_map(|n| [frame(1, 5, n, GET_ROOT), frame(3, 0, n, &8_u32.to_be_bytes())].concat()).collect();
    let overflow = 0x7fff_ffff_u32.to_be_bytes();
    let overflows: Vec<u8> =
        streams().flat_map(|n| [frame(1, 4, n, GET_ROOT), frame(8, 0, n, &overflow)].concat()).collect();
    let mut continuations = frame(1, 1, 1, GET_ROOT);
    continuations.extend((0..5_000).flat_map(|_| frame(9, 0, 1, &[0x40, 1, b'a', 1, b'b'])));
    for (what, flood, error) in [
        ("rapid reset (CVE-2023-44487)", rapid_reset, CALM_DOWN),
        ("resets that we are made to send (CVE-2025-8671)", overflows, CALM_DOWN),
        ("continuations without end (CVE-2024-27316)", continuations, CALM_DOWN),
    ] {
        assert_eq!(farewell(&us, &flood).await, Some(error), "{what}");
        assert_eq!(get(&us.url("/healthz"), "*/*").await.status, 200);
    }
}
