//! Headers and keys that prove a sender: read before anything is known of who sends.

use std::time::Duration;

/// The longest `Signature`, `Signature-Input` or digest header that is read.
pub const HEADER: usize = 8 << 10;
/// The most headers or components that a signature may cover.
pub const COVERED: usize = 64;
/// Members, items or parameters that one header may list.
pub const LISTED: usize = 64;
/// How wrong another server's clock may be (as Mastodon).
pub const SKEW: Duration = Duration::from_hours(1);
/// How long a signature is good for, whatever it says of itself. Mastodon documents 12 hours.
pub const LIFETIME: Duration = Duration::from_hours(12);
/// Longest key in PEM: an RSA key of 8192 bits takes 1,500 characters.
pub const PEM: usize = 4 << 10;
/// Longest key in Multibase: an RSA key of 8192 bits takes 1,420 characters.
pub const MULTIBASE: usize = 1_500;
/// Keys of one actor: Mastodon since 4.6 publishes up to ten.
pub const KEYS: usize = 10;
