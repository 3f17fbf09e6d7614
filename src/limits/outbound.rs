//! Going out to other servers.

use std::time::Duration;

/// All look-ups of the mentions of one text together; who is not found by then stays plain text.
pub const MENTIONS: Duration = Duration::from_secs(10);

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
