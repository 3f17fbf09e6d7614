//! What a person logs in with, and what is open once they have.

mod common;

use serde::{Deserialize, Serialize};

use super::ids::UserId;
use crate::base::text;
use crate::base::time::Timestamp;
use crate::crypto::{password, totp};
use crate::error::{Problem, Result};
use crate::limits::login::{PASSWORD_DIFFERENT, PASSWORD_MAX, PASSWORD_MIN};

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
    /// What they proved who they are by.
    #[serde(default)]
    pub how: How,
}

/// A way into the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// And a code, where they have a second factor.
    #[default]
    Password,
    Link,
    /// The institution's identity provider.
    Provider,
    /// A passkey that asked who they are.
    Passkey,
}

impl How {
    /// As the audit log tells it.
    pub fn told(self) -> &'static str {
        match self {
            Self::Password => "by password",
            Self::Link => "by a link",
            Self::Provider => "through the identity provider",
            Self::Passkey => "by a passkey",
        }
    }

    /// Whether it stands for a second factor too. A passkey is one and asks for another; the provider asks for one, or
    /// not, as the institution has it.
    pub fn is_enough(self) -> bool {
        matches!(self, Self::Provider | Self::Passkey)
    }

    /// Whether this server alone decides by it, without the provider.
    pub fn is_local(self) -> bool {
        self != Self::Provider
    }
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
    pub password: Option<password::Kept>,
    /// The second factor: an app that shows codes (RFC 6238).
    #[serde(default)]
    pub totp: Option<Totp>,
    /// Hashes of one-time codes that stand in for the app.
    #[serde(default)]
    pub recovery: Vec<[u8; 32]>,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Totp {
    pub secret: totp::Secret,
    /// The last time step whose code was used: none is taken twice.
    pub last: u64,
}

impl Secrets {
    pub fn has_second(&self) -> bool {
        self.totp.is_some()
    }
}

/// Whether a password will do. No signs of certain kinds are asked for: they make it no harder to guess, and harder to
/// remember (NIST SP 800-63B-4 §3.1.1).
pub fn check_password(typed: &str, email: &str) -> Result<()> {
    let length = typed.chars().count();
    let mut signs: Vec<char> = typed.chars().collect();
    signs.sort_unstable();
    signs.dedup();
    let wrong = |what: String| {
        let remedy = "A few words that you can remember are best.";
        Err(Problem::new("E308", what).field("password").remedy(remedy).into())
    };
    if length < PASSWORD_MIN {
        return wrong(format!("The password is too short: it needs {PASSWORD_MIN} characters."));
    }
    if length > PASSWORD_MAX {
        return wrong(format!("The password is too long: it may have {PASSWORD_MAX} characters."));
    }
    let name = email.split('@').next().unwrap_or_default();
    let told = text::one_line(typed).to_lowercase();
    let known: Vec<&str> = email.split(['@', '.', '-', '_']).collect();
    if common::is_common(typed, &known)
        || signs.len() < PASSWORD_DIFFERENT
        || !email.is_empty() && (told == email.to_lowercase() || told == name)
    {
        return wrong("The password is easy to guess.".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_and_not_the_address() {
        for right in ["a few words here", "Zwölf Zeichen!", &"a river of words ".repeat(29)] {
            assert!(check_password(right, "ana@city.example").is_ok(), "{right}");
        }
        let long = "abcde".repeat(101);
        for wrong in ["Password1234!", "short", "aaaaaaaaaaaaaaaa", "abababababababab", "Ana@City.Example", "", &long] {
            assert!(check_password(wrong, "ana@city.example").is_err(), "{wrong}");
        }
    }
}
