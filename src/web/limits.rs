//! Every bound on what comes in, on one page, each with its reason.

use std::time::Duration;

/// An activity: what Mastodon since 4.5 takes (`ActivityPub::Activity::MAX_JSON_SIZE`).
pub const ACTIVITY: usize = 1 << 20;
/// A form without files: 30 versions of 5,000 characters of up to 4 bytes, percent-encoded, would be larger, but
/// nobody writes that; the desk says so.
pub const FORM: usize = 1 << 20;
/// One picture: Mastodon's own limit.
pub const PICTURE: usize = 16 << 20;
/// A form with four pictures.
pub const UPLOAD: usize = 4 * PICTURE + FORM;
/// Fields of a form.
pub const FIELDS: usize = 200;
/// Path and query; longer ones answer 414.
pub const TARGET: usize = 8 << 10;
/// All headers of a request together.
pub const HEADERS: usize = 32 << 10;
/// Connections at once; each costs about 26 KB when idle over TLS.
pub const CONNECTIONS: usize = 2_048;
/// Pending connections the kernel may hold: with tokio's default of 128 a wave stalls for a second.
pub const BACKLOG: u32 = 4_096;
/// Requests at once on one HTTP/2 connection.
pub const STREAMS: u32 = 64;
/// Headers must be there by then, counted from the first byte or from the end of the last answer.
pub const HEADER_TIME: Duration = Duration::from_secs(10);
/// A body must be there by then; an upload may take ten times as long.
pub const BODY_TIME: Duration = Duration::from_secs(30);
/// How long requests may go on after the signal to stop.
pub const STOP_TIME: Duration = Duration::from_secs(20);
