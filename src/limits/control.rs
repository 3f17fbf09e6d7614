//! The command line and its socket. Who can reach it is the operator: these bounds catch mistakes, not attacks.

use std::time::Duration;

/// Longest command: 30 versions of 5,000 characters, however they are escaped. Files follow the command.
pub const LINE: u64 = 8 << 20;
/// A file that follows a command has to be here by then: it comes from this machine, the largest with 7 MB a second.
pub const FILE: Duration = Duration::from_secs(10 * 60);
/// A file is read in pieces of this size.
pub const PIECE: usize = 64 << 10;
/// Commands at once; the next ones wait in the backlog.
pub const AT_ONCE: usize = 4;
/// A command has to be here by then, and its answer to be taken.
pub const TRANSFER: Duration = Duration::from_secs(30);
/// How long commands may go on after the signal to stop.
pub const STOP: Duration = Duration::from_secs(20);
/// The wait before the socket is listened to again, when the system would not hand over a connection.
pub const AGAIN: Duration = Duration::from_millis(50);
/// Strangers' answers listed at once.
pub const REPLIES: usize = 100;
/// How often the data is asked for while somebody else's short command holds it.
pub const TRIES: u32 = 50;
/// The wait between two such tries.
pub const PAUSE: Duration = Duration::from_millis(100);
/// Mistyped answers to one question before it is given up.
pub const ANSWERS: usize = 10;
/// The largest file that is read as a text of a post; the exact limit is that of a post.
pub const TEXT: usize = 1 << 20;
