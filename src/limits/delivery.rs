//! Sending to other servers: how many at once, how long each may take a place, how outcomes are gathered.

use std::time::Duration;

/// Servers written to at once, at first and at least: enough to fill a core while servers answer within 60 ms, and few
/// enough that a page asked for meanwhile waits behind no more than that many handshakes.
pub const LEAST_LANES: usize = 64;
/// … and at most: at half a second an answer and 1 ms of our own work for each, 500 fill a core. Each is a socket and
/// 20 to 60 KiB.
pub const MOST_LANES: usize = 384;
/// Lanes that have nothing to do with that number: of servers in trouble, and of those that take their time. As many
/// as 6 servers of a hundred that hang, of 8,000.
pub const SLOW_LANES: usize = 512;
/// Of these, lanes of servers known to be in trouble; the rest is kept for those that turn out slow.
pub const TROUBLED_LANES: usize = 128;
/// A lane that holds its place for longer is slow.
pub const SLOW_AFTER: Duration = Duration::from_secs(1);
/// Deliveries a lane makes before it lets others go first.
pub const TURN: usize = 16;

/// So often a delivery keeps its place in its lane, which the server's pause spaces out. What still fails then may be at
/// fault itself and lets the others pass.
pub const IN_ORDER: u32 = 5;

/// Seconds after which it is counted how many followers had a post: close together where people look, up to a try after
/// the third day.
pub const MARKS: [u64; 24] = [
    1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400,
    172_800, 302_400,
];
/// Stands behind the last mark, in seconds: whatever came later.
pub const LATER: u64 = 7 * 24 * 3600;
/// What was said about a post within this was said at once, language by language.
pub const TOGETHER: Duration = Duration::from_millis(500);
/// A hand on the button tries no server again that was tried within this: impatience is no reason to press others.
pub const AGAIN: Duration = Duration::from_secs(60);

/// After this long without success a delivery is given up (Mastodon tries for 2 to 3 days).
pub const LIFETIME: Duration = Duration::from_secs(3 * 24 * 3600);
/// What has waited this long is given up without another try.
pub const OVERDUE: Duration = Duration::from_secs(LIFETIME.as_secs() + 24 * 3600);
/// Nothing is given up after fewer tries, however much time seems to have passed: the clock may have leapt.
pub const FEWEST: u32 = 5;
/// A server that failed this often in a row, over at least [`SUSPEND_AFTER`], is suspended …
pub const SUSPEND_FAILURES: u32 = 10;
/// … since nobody repairs a server faster than over a weekend …
pub const SUSPEND_AFTER: Duration = Duration::from_secs(3 * 24 * 3600);
/// … and then tried once in so long until it answers, or until it contacts us itself.
pub const PROBE_EVERY: Duration = Duration::from_secs(24 * 3600);
/// A server that fails for less than this is tried again soon anyway. Without it, one that is too busy to take
/// anything but goes on sending would be tried anew with every activity of its own, whatever wait it asked for.
pub const FORGIVE_AFTER: Duration = Duration::from_secs(600);

/// How often the width is set anew while something is sent, by how late this very look comes.
pub const LOOK: Duration = Duration::from_millis(20);
/// A look that comes so late says that the processor is full: everything else waits as long.
pub const LATE: Duration = Duration::from_millis(20);

/// Outcomes that share a commit …
pub const OUTCOMES: usize = 256;
/// … and how long the first of them waits for others. A commit costs as much as half a delivery.
pub const GATHER: Duration = Duration::from_millis(25);
/// The wait after outcomes could not be written down (a full disk). Their lanes rest as long: what was sent and not
/// written down would be sent again.
pub const WRITE_AGAIN: Duration = Duration::from_secs(5);
/// The longest sleep: the system's clock may be moved.
pub const NAP: Duration = Duration::from_secs(60);
/// What is under way when the server is told to stop may come to its end for so long.
pub const LAST_WORDS: Duration = Duration::from_secs(3);
