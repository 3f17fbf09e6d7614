//! What comes in over HTTP: connections, requests and their bodies.

use std::time::Duration;

use super::{Rate, media};

/// Connections at once; each costs about 26 KB when idle over TLS. When all are taken, the one that has been idle the
/// longest makes room for a new one; when none is idle, the new one is answered 503.
pub const CONNECTIONS: usize = 2_048;
/// Connections at once from one network (see [`NETWORKS`]) that is no trusted proxy: an office with one address and
/// 40 busy readers has six for each. Beyond it the network's own idle ones make room, then the answer is 429.
pub const CONNECTIONS_OF_NETWORK: usize = 256;
/// Refused connections that are still being answered; more wait in the kernel for one of them to end.
pub const REFUSALS: usize = 256;
/// How long a refused connection has to take its answer.
pub const REFUSAL_TIME: Duration = Duration::from_secs(2);
/// File descriptors that are not for connections of visitors: other servers, files, the database.
pub const OTHER_FILES: usize = 512;
/// Pending connections the kernel may hold: with tokio's default of 128 a wave stalls for a second.
pub const BACKLOG: u32 = 4_096;
/// The wait before connections are taken again, when the system would not hand one over: out of file descriptors,
/// most likely, and some will be given back soon.
pub const AGAIN: Duration = Duration::from_millis(50);
/// Headers must be there by then, counted from the first byte, or from the start of the connection. Phones in a train
/// need two seconds; a client that sends one byte a second is no client.
pub const HEADER_TIME: Duration = Duration::from_secs(10);
/// A connection without a request is kept this long after the last: longer than proxies keep theirs (nginx: 60 s), so
/// that it is the proxy that closes and no request is lost on the way.
pub const IDLE_TIME: Duration = Duration::from_secs(75);
/// While an answer is being taken, at least [`ANSWER_LEAST`] bytes must go out in each such span.
pub const ANSWER_TIME: Duration = Duration::from_secs(30);
/// 273 bytes a second: a tenth of the slowest mobile network (GPRS).
pub const ANSWER_LEAST: u64 = 8 << 10;
/// Milliseconds after which the kernel drops what a peer has not taken (`TCP_USER_TIMEOUT`); a small answer fits into
/// the kernel's buffer as a whole, so that only the kernel can see that nobody takes it.
pub const UNTAKEN_TIME: u32 = 60_000;
/// How long a connection whose time is up may take to say goodbye.
pub const GOODBYE: Duration = Duration::from_secs(1);
/// All headers of a request together.
pub const HEADERS: usize = 32 << 10;
/// Path and query; longer ones answer 414.
pub const TARGET: usize = 8 << 10;
/// Requests at once on one HTTP/2 connection.
pub const STREAMS: u32 = 64;
/// Streams that were reset before they were answered, on one HTTP/2 connection, before it is closed (CVE-2023-44487).
pub const RESETS: usize = 32;
/// What may arrive of one HTTP/2 body, or of all on one connection, before it is asked for: bounds what 2,048
/// connections can make us hold.
pub const WINDOW: u32 = 64 << 10;
/// What may wait to be sent on one HTTP/2 stream.
pub const SEND_BUFFER: usize = 64 << 10;
/// Between two HTTP/2 pings that ask whether the peer is still there.
pub const PING: Duration = Duration::from_secs(20);
/// A body of up to 1 MB must be there by then.
pub const BODY_TIME: Duration = Duration::from_secs(30);
/// A form with files must be there by then, and later the more of it has come: see [`UPLOAD_PACE`]. Only who is logged in may send one.
pub const UPLOAD_TIME: Duration = Duration::from_secs(15 * 60);
/// Bytes a second with which a form with files has to come: a little less than one Mbit/s.
pub const UPLOAD_PACE: u64 = 110_000;
/// In each such span a body must grow by [`BODY_LEAST`] bytes, or end.
pub const BODY_PACE: Duration = Duration::from_secs(10);
/// 400 bytes a second.
pub const BODY_LEAST: usize = 4 << 10;
/// Bytes of bodies in memory at once, uploads apart. Activities take 2 to 8 KB, so that this is thousands of them;
/// without it every connection could hold 1 MB. Beyond it the answer is 503.
pub const BODIES: usize = 16 << 20;
/// The part of [`BODIES`] that one network may hold.
pub const BODIES_OF_NETWORK: usize = BODIES / 4;
/// Bytes of bodies in memory at once of those who have shown a session or a token: texts and forms of a whole desk, and no
/// stranger keeps it from writing.
pub const OUR_BODIES: usize = 4 << 20;
/// The seconds after which who found no room, for a connection or a body, may come back.
pub const COME_BACK: u32 = 5;
/// Networks whose counts are remembered, about 60 bytes each. A network is one IPv4 address, since neighbours at a
/// hoster are strangers to each other, or an IPv6 /56, the smallest block that is usual for one customer (RIPE-690).
pub const NETWORKS: usize = 32_768;
/// How long the key under which networks are known is used. It is in memory only, and no address is kept anywhere.
pub const NETWORK_KEY: Duration = Duration::from_secs(24 * 3600);
/// Requests that have to be worked out (no file, and no page at hand) which a network may make: a Mastodon server
/// fetches from one or a few addresses, an office of a thousand opens a link from one mail. The pace after that is
/// about 2 % of one core.
pub const READS: Rate = Rate { burst: 1_000.0, per_second: 20.0, keys: NETWORKS };
/// Faults of a network: posts to an inbox that do not verify, wrong links and tokens, forms that do not parse. A server
/// whose keys were changed makes dozens before it is told; a person makes three. The pace after that is about 0.1 %
/// of one core.
pub const FAULTS: Rate = Rate { burst: 100.0, per_second: 2.0, keys: NETWORKS };
/// Entries of `X-Forwarded-For` that are read, from the right: more proxies than anybody has in a row.
pub const PROXIES: usize = 16;
/// A form without files: 30 versions of 5,000 characters of up to 4 bytes, percent-encoded, would be larger, but
/// nobody writes that; the desk says so.
pub const FORM: usize = 1 << 20;
/// Fields of a form.
pub const FIELDS: usize = 200;
/// Bytes of a field's name where a form is sent as JSON; Mastodon's longest is `subscription[keys][p256dh]`. The name of
/// a list is written out for each of its values.
pub const NAME: usize = 200;
/// A form with files, besides the largest film that is set: three pictures and words.
pub const UPLOAD: u64 = 3 * media::PICTURE as u64 + FORM as u64;
/// Uploads at once, over all doors: each is written to the disk as it arrives.
pub const UPLOADS: usize = 16;
/// Of these, those of one person and their programs.
pub const UPLOADS_EACH: usize = 6;
/// Uploads in pieces that are begun; each is an open file.
pub const PIECES_AT_ONCE: usize = 16;
/// Of these, those of one account.
pub const PIECES_EACH: usize = 4;
/// How long one is kept of which nothing has come.
pub const PIECES_EMPTY: Duration = Duration::from_secs(10 * 60);
/// How long one is kept after its last piece: a laptop is opened again the next morning.
pub const PIECES_KEPT: Duration = Duration::from_secs(24 * 3600);
/// The seconds after which another one may be begun when there are too many.
pub const PIECES_COME_BACK: u32 = 600;
/// How long an attempt to publish is remembered, so that the same one again publishes nothing (Mastodon: an hour).
pub const REPEATS: Duration = Duration::from_secs(3600);
/// Such attempts remembered; about 100 bytes each.
pub const ATTEMPTS: usize = 1_000;
/// How long requests may go on after the signal to stop.
pub const STOP_TIME: Duration = Duration::from_secs(20);
