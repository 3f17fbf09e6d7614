//! What comes in over HTTP: connections, requests and their bodies.

use std::time::Duration;

use super::{media, post};

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
/// A body must be there by then; an upload may take ten times as long.
pub const BODY_TIME: Duration = Duration::from_secs(30);
/// A form without files: 30 versions of 5,000 characters of up to 4 bytes, percent-encoded, would be larger, but
/// nobody writes that; the desk says so.
pub const FORM: usize = 1 << 20;
/// Fields of a form.
pub const FIELDS: usize = 200;
/// Bytes of a field's name where a form is sent as JSON; Mastodon's longest is `subscription[keys][p256dh]`. The name of
/// a list is written out for each of its values.
pub const NAME: usize = 200;
/// A form with pictures.
pub const UPLOAD: usize = post::PICTURES * media::PICTURE + FORM;
/// Uploads held in memory at once, over all doors.
pub const UPLOADS: usize = 2;
/// How long an attempt to publish is remembered, so that the same one again publishes nothing (Mastodon: an hour).
pub const REPEATS: Duration = Duration::from_secs(3600);
/// How long requests may go on after the signal to stop.
pub const STOP_TIME: Duration = Duration::from_secs(20);
