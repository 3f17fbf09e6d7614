//! An object storage for media files.

use std::time::Duration;

/// How long a signed address holds: the clocks of both ends may differ by as much.
pub const SIGNED: Duration = Duration::from_secs(15 * 60);
/// Connections kept open between requests.
pub const KEPT: usize = 16;
/// Bytes a second that a file goes out with at least; slower ones are tried again: one Mbit/s.
pub const PACE: u64 = 125_000;
/// How long nothing may come of a file.
pub const STALL: Duration = Duration::from_secs(30);
/// What is read of an answer that says no.
pub const ANSWER: usize = 8 << 10;
/// Files carried at once, in one turn.
pub const AT_ONCE: usize = 8;
/// How long a command that moves files takes turns before it tells how far it is.
pub const TURN: Duration = Duration::from_secs(1);
/// The wait after a failure, before what is left is tried again.
pub const NAP: Duration = Duration::from_secs(60);
/// Readers whom files are handed through to at once; beyond it the answer is 503. Small files come from memory.
pub const READERS: usize = 256;
/// Groups of names; in each one small file is fetched at a time, so that a wave fetches it once.
pub const LANES: usize = 32;
/// The seconds after which a reader may ask again when the storage does not answer.
pub const COME_BACK: u32 = 30;
/// A secret key, in bytes; real ones have some forty.
pub const SECRET: u64 = 1 << 10;
