//! How long things are remembered that nobody asked to keep, and how they are swept up.

use std::time::Duration;

/// Deleted strangers' objects are remembered this long (Mastodon: six hours; queues are retried for days).
pub const GONE: Duration = Duration::from_secs(30 * 24 * 3600);
/// An upload that became part of nothing.
pub const UNUSED_UPLOAD: Duration = Duration::from_secs(24 * 3600);
/// How long outcomes of deliveries are kept, for who looks what became of a post.
pub const OUTCOMES: Duration = Duration::from_secs(30 * 24 * 3600);
/// The longest that anything is put off: a day, which a server may ask for, and a quarter more by jitter, and an hour to spare. What waits for
/// a later moment was put off by a clock that has been set back since.
pub const LONGEST_WAIT: Duration = Duration::from_secs(super::outbound::RETRY_AFTER.as_secs() * 5 / 4 + 3600);
/// Between two counts of a day for the statistics; the last one stays.
pub const COUNT_EVERY: Duration = Duration::from_secs(3600);
/// Rows looked at in one transaction, so that pruning holds nobody up.
pub const STEP: usize = 1_000;
/// Between two rounds of pruning.
pub const EVERY: Duration = Duration::from_secs(3600);
/// A file this young may belong to a row that is on its way.
pub const YOUNG_FILE: Duration = Duration::from_secs(24 * 3600);
/// Rounds of pruning from one sweep for lost files to the next: a day.
pub const SWEEP: u32 = 24;
