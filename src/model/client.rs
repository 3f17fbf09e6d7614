//! Tokens of client programs, and what they may do.

use serde::{Deserialize, Serialize};

use super::ids::{AccountId, UserId};
use crate::base::time::Timestamp;
use crate::error::{Problem, Result};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Token {
    pub account: AccountId,
    pub scopes: Scopes,
    /// What the administrator called it.
    pub name: String,
    pub created: Timestamp,
    /// Who made it: it can do no more than they can. The operator's is nobody's.
    #[serde(default)]
    pub user: Option<UserId>,
}

/// What a token is called by: the beginning of its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenId(pub [u8; 6]);

impl TokenId {
    pub fn of(hash: &[u8; 32]) -> Self {
        let mut id = [0; 6];
        id.iter_mut().zip(hash).for_each(|(to, from)| *to = *from);
        Self(id)
    }
}

impl std::fmt::Display for TokenId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::crypto::digest::hex(&self.0))
    }
}

/// The scopes of the Mastodon API that this server knows: `read` and `write`, and their children
/// (`read:accounts`, `write:statuses` …) as narrower grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(Vec<String>);

/// Every scope that a token may be given.
pub const KNOWN_SCOPES: [&str; 8] =
    ["read", "write", "read:accounts", "read:statuses", "write:accounts", "write:statuses", "write:media", "profile"];

impl Scopes {
    /// Reads a list parted by commas or spaces.
    pub fn parse(text: &str) -> Result<Self> {
        let mut scopes: Vec<String> =
            text.split([',', ' ', '+']).filter(|s| !s.is_empty()).map(str::to_owned).collect();
        scopes.sort();
        scopes.dedup();
        if let Some(unknown) = scopes.iter().find(|s| !KNOWN_SCOPES.contains(&s.as_str())) {
            let problem = Problem::new("E140", format!("There is no scope '{unknown}'.")).field("scopes");
            return Err(problem.remedy(format!("Known are: {}.", KNOWN_SCOPES.join(", "))).into());
        }
        if scopes.is_empty() {
            return Err(Problem::new("E141", "A token needs at least one scope.")
                .field("scopes")
                .remedy("For example: --scopes read,write")
                .into());
        }
        Ok(Self(scopes))
    }

    /// Whether `wanted` (e.g. `write:statuses`) is covered, by itself or by its parent.
    pub fn allow(&self, wanted: &str) -> bool {
        let parent = wanted.split_once(':').map_or(wanted, |(parent, _)| parent);
        self.0.iter().any(|s| s == wanted || s == parent)
    }
}

impl std::fmt::Display for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_covers_its_children_and_not_the_reverse() {
        let narrow = Scopes::parse("write:media").unwrap();
        assert!(narrow.allow("write:media") && !narrow.allow("write:statuses") && !narrow.allow("write"));
        let wide = Scopes::parse("read,write").unwrap();
        assert!(wide.allow("write:statuses") && wide.allow("read:accounts"));
        assert!(Scopes::parse("admin").is_err() && Scopes::parse(" ,").is_err());
    }
}
