//! Logging in through the institution's own identity provider (OpenID Connect).

use std::time::Duration;

use super::Rate;

/// Log-ins that come back from the provider, from one network: a whole office behind one address begins at nine.
pub const BACK: Rate = Rate { burst: 200.0, per_second: 2.0, keys: 10_000 };
/// Log-ins that talk with the provider at once; each takes up to three requests.
pub const AT_ONCE: usize = 16;
/// Seconds after which those beyond should come back.
pub const COME_BACK: u32 = 5;
/// How long somebody may take at the provider: to find their phone, and a new password where the old one ran out.
pub const TIME: Duration = Duration::from_secs(10 * 60);
/// Log-ins remembered as used up, for as long as they could come again: many times what `AT_ONCE` lets through.
pub const USED: usize = 50_000;
/// How long the provider's description of itself, and its keys, are taken as they were.
pub const FRESH: Duration = Duration::from_secs(3600);
/// Keys are fetched again at most this often: a provider that has just changed its keys is followed at once, and a
/// forged token cannot make us ask it over and over.
pub const REFETCH: Duration = Duration::from_secs(30);
/// An answer of the provider; a token with a thousand groups is below 100 kB.
pub const ANSWER: usize = 256 << 10;
/// An ID token.
pub const TOKEN: usize = 128 << 10;
/// Keys that are looked at in a set; real ones have two to six.
pub const KEYS: usize = 64;
/// Code, state and what else comes back in the address.
pub const PARAMETER: usize = 4 << 10;
/// Where somebody wanted to go when they had to log in; it travels in a cookie.
pub const TO: usize = 1 << 10;
/// A subject: OpenID Connect Core §2 allows 255 characters.
pub const SUBJECT: usize = 255;
/// By how much the clocks of the provider and of this machine may differ.
pub const SKEW: Duration = Duration::from_secs(60);
/// Groups of one person that are looked at.
pub const GROUPS: usize = 5_000;
/// A client secret, in bytes; real ones have some forty.
pub const SECRET: u64 = 4 << 10;
/// How long a provider that did not answer is not asked again: whoever logs in meanwhile is told at once.
pub const REST: Duration = Duration::from_secs(5);
