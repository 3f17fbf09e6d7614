//! Questions that a page asks of a passkey: each is answered once, by the page that asked, while it may stay open. Nothing
//! is kept of those that nobody answers.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::base::time::Timestamp;
use crate::crypto::{random, token};
use crate::limits::passkey::{TIME, USED};

pub struct Challenges {
    key: [u8; 32],
    used: Mutex<HashMap<[u8; 32], Timestamp>>,
}

impl Default for Challenges {
    fn default() -> Self {
        Self { key: random::bytes(), used: Mutex::default() }
    }
}

/// What a question is about: for whom, where that is known.
#[derive(Debug, Clone, Copy)]
pub enum Purpose<'a> {
    LogIn,
    /// By the token of the forms of a session.
    Add(&'a str),
}

impl Challenges {
    /// A fresh one: a plain word.
    pub fn ask(&self, purpose: Purpose<'_>, now: Timestamp) -> String {
        let base = format!("{}{:012x}", token::new(), now.0 & 0xffff_ffff_ffff);
        let mark = self.mark(purpose, &base);
        format!("{base}-{mark}")
    }

    fn mark(&self, purpose: Purpose<'_>, base: &str) -> String {
        match purpose {
            Purpose::LogIn => token::derived(&self.key, "log in", base),
            Purpose::Add(session) => token::derived(&self.key, "add", &format!("{session} {base}")),
        }
    }

    /// Whether it is one of ours, for this purpose, young enough and unanswered.
    pub fn is_open(&self, challenge: &str, purpose: Purpose<'_>, now: Timestamp) -> bool {
        let Some((base, mark)) = challenge.split_at_checked(BASE).and_then(|(base, rest)| {
            let mark = rest.strip_prefix('-')?;
            Some((base, mark))
        }) else {
            return false;
        };
        let right = token::equal(mark.as_bytes(), self.mark(purpose, base).as_bytes());
        let at = base.get(TOKEN..).and_then(|at| u64::from_str_radix(at, 16).ok()).map(Timestamp);
        let young = at.is_some_and(|at| at <= now && now.since(at) < TIME);
        right && young && !self.used().contains_key(&token::hash(challenge))
    }

    /// Notes that it was answered rightly; false when it was before, or when there is no room to note it.
    #[must_use]
    pub fn close(&self, challenge: &str, now: Timestamp) -> bool {
        let mut used = self.used();
        if used.len() >= USED {
            used.retain(|_, at| now.since(*at) < TIME);
        }
        used.len() < USED && used.insert(token::hash(challenge), now).is_none()
    }

    fn used(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 32], Timestamp>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Signs of a token, which is random …
const TOKEN: usize = 43;
/// … and of it with a moment behind it.
const BASE: usize = TOKEN + 12;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_question_is_answered_once_in_time_and_where_it_was_asked() {
        let (challenges, now) = (Challenges::default(), Timestamp(1_795_424_400_000));
        let asked = challenges.ask(Purpose::LogIn, now);
        assert!(asked.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') && asked.len() < 128);
        assert!(challenges.is_open(&asked, Purpose::LogIn, now));
        assert!(!challenges.is_open(&asked, Purpose::Add(""), now));
        assert!(!Challenges::default().is_open(&asked, Purpose::LogIn, now), "of another process");
        let later = now.plus(TIME);
        assert!(!challenges.is_open(&asked, Purpose::LogIn, later), "too old");
        assert!(!challenges.is_open(&asked, Purpose::LogIn, now.minus(Duration::from_millis(1))), "from the future");
        for wrong in ["", "-", &asked[1..], &format!("{asked}A"), &asked.replacen(&asked[..1], "é", 1)] {
            assert!(!challenges.is_open(wrong, Purpose::LogIn, now), "{wrong}");
        }
        let own = challenges.ask(Purpose::Add("session"), now);
        assert!(challenges.is_open(&own, Purpose::Add("session"), now));
        assert!(!challenges.is_open(&own, Purpose::Add("other"), now));
        assert!(challenges.close(&asked, now) && !challenges.close(&asked, now));
        assert!(!challenges.is_open(&asked, Purpose::LogIn, now), "answered");
    }
}
