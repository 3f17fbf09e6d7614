//! Passkeys: what somebody logs in with by a touch, where their browser has script. They come on top of a password, never
//! in its place.

use serde::{Deserialize, Serialize};

use super::ids::UserId;
use crate::base::bytes64;
use crate::base::time::Timestamp;

/// One passkey, stored under the hash of its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    pub user: UserId,
    /// As its owner called it.
    pub name: String,
    /// The authenticator's own name for it.
    #[serde(with = "bytes64")]
    pub id: Vec<u8>,
    /// The public key, as COSE has it.
    #[serde(with = "bytes64")]
    pub key: Vec<u8>,
    /// How often it says it was used; zero for those that do not count.
    pub counter: u32,
    pub created: Timestamp,
    /// The last log-in by it.
    #[serde(default)]
    pub last: Option<Timestamp>,
}
