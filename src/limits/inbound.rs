//! What comes in over HTTP: connections, requests and their bodies.

use std::time::Duration;

use super::{clip, media};

/// Connections at once; each costs about 26 KB when idle over TLS.
pub const CONNECTIONS: usize = 2_048;
/// Pending connections the kernel may hold: with tokio's default of 128 a wave stalls for a second.
pub const BACKLOG: u32 = 4_096;
/// The wait before connections are taken again, when the system would not hand one over: out of file descriptors,
/// most likely, and some will be given back soon.
pub const AGAIN: Duration = Duration::from_millis(50);
/// Headers must be there by then, counted from the first byte or from the end of the last answer.
pub const HEADER_TIME: Duration = Duration::from_secs(10);
/// All headers of a request together.
pub const HEADERS: usize = 32 << 10;
/// Path and query; longer ones answer 414.
pub const TARGET: usize = 8 << 10;
/// Requests at once on one HTTP/2 connection.
pub const STREAMS: u32 = 64;
/// A body must be there by then; an upload has `UPLOAD_TIME`.
pub const BODY_TIME: Duration = Duration::from_secs(30);
/// A form without files: 30 versions of 5,000 characters of up to 4 bytes, percent-encoded, would be larger, but
/// nobody writes that; the desk says so.
pub const FORM: usize = 1 << 20;
/// Fields of a form.
pub const FIELDS: usize = 200;
/// A form with files: three pictures and a film, or as many films as come to that.
pub const UPLOAD: u64 = 3 * media::PICTURE as u64 + clip::BYTES + FORM as u64;
/// A form with files must be there by then: 99 MB at one Mbit/s.
pub const UPLOAD_TIME: Duration = Duration::from_secs(15 * 60);
/// Uploads at once, over all doors: each is written to the disk as it arrives.
pub const UPLOADS: usize = 16;
/// How long an attempt to publish is remembered, so that the same one again publishes nothing (Mastodon: an hour).
pub const REPEATS: Duration = Duration::from_secs(3600);
/// How long requests may go on after the signal to stop.
pub const STOP_TIME: Duration = Duration::from_secs(20);
