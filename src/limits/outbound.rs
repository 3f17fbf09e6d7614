//! Going out to other servers.

use std::time::Duration;

use super::Rate;

/// For one whole exchange: name lookup, connecting, TLS, redirects, headers and body.
pub const DEADLINE: Duration = Duration::from_secs(10);
/// Redirects followed, as Mastodon does.
pub const REDIRECTS: usize = 3;
/// Of the answer to a delivery only a line is kept.
pub const ANSWER: usize = 4 << 10;
/// Characters of that line, and of every text of a peer that reaches a person.
pub const LINE: usize = 200;
/// A peer that asks for patience gets a day at most.
pub const RETRY_AFTER: Duration = Duration::from_secs(24 * 3600);
/// A clock that differs by so much from those of other servers is told of: they take signatures for minutes to hours …
pub const CLOCK_OFF: Duration = Duration::from_secs(5 * 60);
/// … when so many servers say the same, and none another time between them …
pub const CLOCK_WITNESSES: usize = 3;
/// … and at most so often.
pub const CLOCK_AGAIN: Duration = Duration::from_secs(3600);
/// The head of an answer over HTTP/1.
pub const HEADERS: usize = 64 << 10;
/// What a peer may send over HTTP/2 before we read it, in one answer (hyper's own limit is 2 MiB) …
pub const STREAM_WINDOW: u32 = 256 << 10;
/// … and on one connection (5 MiB).
pub const CONNECTION_WINDOW: u32 = 512 << 10;
/// Between two HTTP/2 pings on a connection that is used, …
pub const PING: Duration = Duration::from_secs(5);
/// … and the wait for their answer: a dead connection is noticed within the time of one exchange.
pub const PONG: Duration = Duration::from_secs(4);
/// Addresses tried of one host, as Mastodon does: two of each family.
pub const ADDRESSES: usize = 4;
/// Share of the time of an exchange that one address gets, so that a dead one leaves time for the next.
pub const ADDRESS_SHARE: u32 = 3;
/// Names whose addresses are remembered, as long as DNS allows; under 6 MB. More than the servers of a large audience:
/// a post goes round all of them, and in a cache that is a little too small each name has just been forgotten.
pub const NAMES: u64 = 12_288;
/// No answer of DNS is trusted longer than this, whatever its time to live.
pub const NAME_TTL: Duration = Duration::from_secs(3600);
/// "No such name" is forgotten sooner: the owner may be setting it up right now.
pub const NO_NAME_TTL: Duration = Duration::from_secs(300);
/// For one question to one DNS server, so that a second one is asked before the whole exchange runs out of time.
pub const DNS_TIME: Duration = Duration::from_secs(3);
/// An answer of WebFinger; real ones are below 4 kB.
pub const WEBFINGER: usize = 64 << 10;
/// A user's name at WebFinger: Mastodon takes names of 2048 characters; nobody has one.
pub const WEBFINGER_USER: usize = 256;
/// All look-ups of the mentions of one post or thread together; who is not found by then stays plain text.
pub const MENTIONS: Duration = Duration::from_secs(10);
/// The same when the time of a plan has come: who was not found when it was saved has a last chance, and the minute is
/// kept.
pub const MENTIONS_PLANNED: Duration = Duration::from_secs(2);
/// Such look-ups at once, of one post or thread.
pub const LOOK_UPS: usize = 8;
/// Fetches from one server. A press event brings tens of followers a second from the largest servers; a forged wave
/// must not make us an amplifier.
pub const FETCHES: Rate = Rate { burst: 200.0, per_second: 20.0, keys: 4_096 };
/// Fetches from one server at once: what keeps a fast one busy and leaves the others room when it is slow.
pub const AT_ONCE: usize = 8;
/// Requests that may wait here for one server's documents, those under way included: twice what is asked at once, which
/// is more than the budget of a fast server lets through, and a small part of the rooms below for one that is silent.
pub const IN_LINE: usize = 16;
/// After so many exchanges in a row that a server let run out of time, …
pub const SILENCES: u32 = 2;
/// … nobody waits for it for so long; then one may look whether it is back.
pub const SILENCE: Duration = Duration::from_secs(60);
/// Requests at the inbox that may wait for documents of servers we have rows of; each fetch is about 60 KB of memory
/// while TLS is set up.
pub const KNOWN: usize = 128;
/// The same for servers that we never heard of: names are free, so a flood of them is kept apart.
pub const STRANGE: usize = 64;
/// Bytes of actor documents remembered: of thousands that are usual, of 500 at least (`stranger::ACTOR`).
pub const REMEMBERED: usize = 6 << 20;
/// Actors remembered of which nothing could be fetched, or whose key was asked for anew; 60 bytes each.
pub const TRIED: usize = 8_192;
/// A document is taken as it was for this long.
pub const FRESH: Duration = Duration::from_secs(3600);
/// What could not be fetched is not asked for again before this (Mastodon's own circuit breaker: 5 minutes).
pub const REFUSED: Duration = Duration::from_secs(300);
/// A key that does not fit is fetched anew at most this often.
pub const REFETCH: Duration = Duration::from_secs(300);

/// Servers whose last TLS session is remembered: a resumed handshake costs us a quarter of the time of a full one.
/// 3 to 5 KB each, mostly the server's certificates.
pub const SESSIONS: usize = 8192;
/// What all remembered sessions may take together, counted by what was read for them.
pub const SESSION_BYTES: usize = 40 << 20;
/// A server that sent more before its session could be kept is not worth remembering: how large certificates and
/// tickets are is its own choice, up to 128 KiB.
pub const SESSION: usize = 16 << 10;
/// Hosts to which connections are kept; each connection is 30 to 50 KiB.
pub const KEPT_HOSTS: usize = 256;
/// Connections kept to one host.
pub const KEPT_PER_HOST: usize = 1;
/// How long an unused one is kept.
pub const KEPT_IDLE: Duration = Duration::from_secs(45);
