//! How people prove who they are, and how often they may try.

use super::Rate;

/// A password, in characters. With the rate of tries below, twelve of anybody's choosing are enough (NIST SP 800-63B-4
/// asks for eight with a second factor and fifteen without).
pub const PASSWORD_MIN: usize = 12;
/// A password, in characters: a whole sentence and more, and still cheap to hash.
pub const PASSWORD_MAX: usize = 500;
/// Different characters of a password: fewer are one word over and over.
pub const PASSWORD_DIFFERENT: usize = 5;
/// Different letters of a password that belong to no word that everybody tries, nor to the user's own address: with
/// fewer, a list of the usual words and some digits finds it.
pub const PASSWORD_OWN: usize = 4;
/// KiB of memory that one try of a password takes (Argon2id; OWASP's first choice for small machines).
pub const MEMORY: u32 = 19 * 1024;
/// Passes over that memory: about 30 ms of a processor in all.
pub const PASSES: u32 = 2;
/// Passwords that are tried at the same time: one, since each takes `MEMORY`.
pub const AT_ONCE: usize = 1;
/// Log-ins that wait for that; those beyond are told to come back.
pub const WAITING: usize = 30;
/// Seconds after which they should.
pub const COME_BACK: u32 = 5;
/// Tries for one address from one network: ten at once, then one a minute.
pub const FROM_NETWORK: Rate = Rate { burst: 10.0, per_second: 1.0 / 60.0, keys: 10_000 };
/// Tries for one address from everywhere: a hundred at once, then one a minute. A list of stolen passwords gets no
/// further; somebody who is locked out by it comes in by a link.
pub const FOR_ADDRESS: Rate = Rate { burst: 100.0, per_second: 1.0 / 60.0, keys: 10_000 };
/// Failed log-ins of one user that are written into the audit log: five at once, then one an hour. An attack is seen by
/// them, and does not fill the log.
pub const FAILURES_TOLD: Rate = Rate { burst: 5.0, per_second: 1.0 / 3600.0, keys: 1_000 };
/// Seconds for which a code of the second factor stands (RFC 6238 §5.2).
pub const STEP: u64 = 30;
/// Steps by which a phone's clock may be wrong, to either side (RFC 6238 §6 asks for no more than needed).
pub const DRIFT: u64 = 1;
/// One-time codes that stand in for a lost phone.
pub const RECOVERY: usize = 10;
