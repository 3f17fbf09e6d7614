//! What comes in from other servers: what one of them may send, and what may wait here at once.

use std::time::Duration;

use super::Rate;

/// Activities held in memory while they are read, checked and committed, in KiB of what was sent. Nobody waits in here
/// for another server, so that it is soon free again. Beyond it the sender is told to come back (503) before memory grows. Less than `inbound::BODIES`, which counts the bytes alone:
/// parsed, a document takes about four times its length.
pub const ROOM: usize = 8 << 10;
/// A longer activity whose key has to be fetched waits in a room of its own, in bytes: usual ones are 2 to 8 KB, and all
/// that may wait at once (`outbound::KNOWN`, `outbound::STRANGE`) take 6 MB at most.
pub const SHORT: usize = 32 << 10;
/// That room, in KiB.
pub const LONG_ROOM: usize = 2 << 10;
/// Requests of one network that may wait for a key to be fetched: as many as one server's documents are worth
/// (`outbound::IN_LINE`), and a quarter of the smaller room.
pub const ASKING_OF_NETWORK: usize = 16;
/// What is told to whoever finds the house full, in seconds.
pub const COME_BACK: u32 = 30;
/// The same in a trial, until this is the real server.
pub const NOT_YET: u32 = 3_600;
/// What one server may send, once its signature is proven: no forged flood uses it up. The largest servers bring tens of
/// likes a second under a popular post, and what is told to come later (429) is lost nowhere. Every 16 KiB count anew.
pub const FROM_HOST: Rate = Rate { burst: 1_000.0, per_second: 50.0, keys: 4_096 };
/// Bytes of an activity that count as one more.
pub const WEIGHT: usize = 16 << 10;
/// Activities of one server whose object has to be fetched: rare in earnest, so these are few.
pub const TO_FETCH: Rate = Rate { burst: 100.0, per_second: 2.0, keys: 4_096 };
/// Bytes that one server may make us keep of its actors and their answers: 64 MiB at once, which is 60,000 followers from
/// the largest of them, and then 354 MB a day. What is sent and not kept (likes of those we know, farewells) is not counted.
pub const KEPT_OF_HOST: Rate = Rate { burst: 67_108_864.0, per_second: 4_096.0, keys: 4_096 };
/// The same for all servers together, since names are free: four times as much. Beyond it the answer is 503.
pub const KEPT: Rate = Rate { burst: 4.0 * KEPT_OF_HOST.burst, per_second: 4.0 * KEPT_OF_HOST.per_second, keys: 1 };
/// Reports from one server: a person writes each of them.
pub const REPORTS: Rate = Rate { burst: 50.0, per_second: 1.0 / 60.0, keys: 1_024 };
/// Reports kept; a desk that has so many before it reads no more of them.
pub const REPORTS_KEPT: u64 = 10_000;
/// Signatures remembered, so that the same request again costs next to nothing; 60 bytes each.
pub const SEEN: usize = 8_192;
/// Deletions and undoings remembered in advance of what they are about; 45 bytes each.
pub const GONE_KEPT: u64 = 200_000;

/// Activities that wait for something to be fetched; beyond it their senders are told to come back. Each is a row of
/// its addresses alone, at most 10 KB.
pub const WAITING: u64 = 2_000;
/// When so many wait, …
pub const CROWDED: u64 = 200;
/// … no more than this may for servers of one domain: a silent one does not fill the list.
pub const WAITING_OF_DOMAIN: usize = 50;
/// Fetches for received activities at once, over all servers. One of them has at most `outbound::AT_ONCE` of these.
pub const FETCHES: usize = 16;
/// An effect that needs a fetch is tried so often.
pub const TRIES: u32 = 5;
/// A row whose fetch is under way is left alone this long: more than all that can wait before it take. After a restart
/// it is taken up at once.
pub const LEASE: Duration = Duration::from_secs(3600);
/// Rows taken up in one look.
pub const BATCH: usize = 64;
/// The longest sleep between looks for what was put off.
pub const NAP: Duration = Duration::from_secs(30);
/// How much later than its Undo a Follow may arrive.
pub const OVERTAKEN: Duration = Duration::from_secs(600);
/// The most of our accounts that one note is put before.
pub const CONCERNS: usize = 10;
