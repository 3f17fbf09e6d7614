//! Passkeys.

use std::time::Duration;

/// How long the page that asks for one may stay open.
pub const TIME: Duration = Duration::from_secs(30 * 60);
/// What a browser or an authenticator says in one part; real ones stay below a kilobyte.
pub const SAID: usize = 4 << 10;
/// The id of a passkey (Web Authentication §4, "Credential ID").
pub const CREDENTIAL: usize = 1023;
/// Passkeys of one person: a phone, a computer, a key in the safe, and room.
pub const OF_ONE: usize = 20;
/// The name of one, in characters.
pub const NAME: usize = 40;
/// Pages that were answered, remembered for as long as they could be answered again.
pub const USED: usize = 50_000;
