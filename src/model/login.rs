//! What a person logs in with, and what is open once they have.

use serde::{Deserialize, Serialize};

use super::ids::UserId;
use crate::base::time::Timestamp;

/// A one-time link to the desk, stored under the hash of its code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginLink {
    pub user: UserId,
    pub expires: Timestamp,
}

/// A browser that is logged in, stored under the hash of its cookie.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    pub user: UserId,
    pub created: Timestamp,
    pub expires: Timestamp,
    /// Every form of this session must carry it.
    pub csrf: String,
    /// The browser by its own account, to tell one's sessions apart: `Firefox, Linux`.
    #[serde(default)]
    pub browser: String,
}

impl Session {
    /// Whether it still lasts. One from the future does not yet: the clock was set back, and it would last longer than
    /// it was meant to.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.created <= now && now < self.expires
    }
}

/// What a user proves themself by. No `Debug`: it is to stand in no log.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Secrets {
    #[serde(default)]
    pub password: Option<Password>,
    /// The second factor: an app that shows codes (RFC 6238).
    #[serde(default)]
    pub totp: Option<Totp>,
    /// Hashes of one-time codes that stand in for the app.
    #[serde(default)]
    pub recovery: Vec<[u8; 32]>,
}

/// A password as Argon2id keeps it, with the costs it was made at.
#[derive(Clone, Serialize, Deserialize)]
pub struct Password {
    pub salt: [u8; 16],
    pub hash: [u8; 32],
    /// KiB of memory.
    pub memory: u32,
    pub passes: u32,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Totp {
    pub secret: [u8; 20],
    /// The last time step whose code was used: none is taken twice.
    pub last: u64,
}
