//! Who asks, and the proofs of what they may do. A verb that changes something takes a `By` or an `Owner`;
//! neither can be made anywhere but here, so that no verb can be called without its power being shown.

use serde::{Deserialize, Serialize};

use super::client::Token;
use super::ids::AccountId;
use crate::base::time::Timestamp;
use crate::error::{Error, Result};

/// A one-time link to the desk, stored under the hash of its code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginLink {
    pub expires: Timestamp,
}

/// A browser that is logged in, stored under the hash of its cookie.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    pub created: Timestamp,
    pub expires: Timestamp,
    /// Every form of this session must carry it.
    pub csrf: String,
}

impl Session {
    /// Whether it still lasts. One from the future does not yet: the clock was set back, and it would last longer than
    /// it was meant to.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.created <= now && now < self.expires
    }
}

/// Who asks for something.
#[derive(Debug, Clone)]
pub enum Asker {
    /// Whoever may read the data directory: the command line.
    Operator,
    /// Somebody at the desk. Roles come with users; until then a session was opened by the operator's link and
    /// may do what the operator may.
    Desk,
    /// A client program with a token.
    Client(Token),
}

/// Proof that its bearer may publish for an account.
#[derive(Debug, Clone, Copy)]
pub struct By {
    account: AccountId,
}

/// Proof that its bearer may change the server itself: accounts, tokens, what is shown.
#[derive(Debug, Clone, Copy)]
pub struct Owner {
    _made_here: (),
}

impl Asker {
    /// `scope` is what a client's token must cover; the desk and the operator have no scopes.
    pub fn may_publish(&self, account: AccountId, scope: &str) -> Result<By> {
        match self {
            Self::Client(token) if token.account != account => Err(Error::NotFound),
            Self::Client(token) if !token.scopes.allow(scope) => {
                Err(Error::Forbidden("this token does not cover the scope"))
            }
            Self::Operator | Self::Desk | Self::Client(_) => Ok(By { account }),
        }
    }

    pub fn may_run(&self) -> Result<Owner> {
        match self {
            Self::Operator | Self::Desk => Ok(Owner { _made_here: () }),
            Self::Client(_) => Err(Error::Forbidden("client programs may not change the server")),
        }
    }
}

impl By {
    pub fn account(self) -> AccountId {
        self.account
    }
}
