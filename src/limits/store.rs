//! The one writer of the database.

use std::time::Duration;

/// The most verbs that share a commit: bounds the memory and the wait of the first among them.
pub const BATCH: usize = 256;
/// The most verbs that may wait; more are told that the server is busy.
pub const WAITING: usize = 4_096;
/// After a commit that failed (a full disk) callers are told to come back in so many seconds: the fault is not in
/// what they asked for, so nobody may drop it.
pub const COME_BACK: u32 = 30;
/// … and in so many while more verbs wait than may …
pub const CROWDED: u32 = 5;
/// … or while the file is being opened again.
pub const REOPENING: u32 = 1;
/// The wait before a file that could not be reopened is tried again.
pub const REOPEN: Duration = Duration::from_secs(1);
/// Rows whose last change is remembered, so that kept answers know whether they still hold: those of some minutes of
/// a wave. What was made before is made anew. About 40 bytes each.
pub const MARKS: usize = 32_768;
