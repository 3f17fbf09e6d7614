//! A delivery: one activity to one inbox. It waits, and then it is done, refused or given up; nothing else.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ids::{AccountId, ActivityId, ServerId};
use crate::base::time::Timestamp;
use crate::limits::delivery::IN_ORDER;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub server: ServerId,
    /// Whose key signs.
    pub account: AccountId,
    pub state: State,
    #[serde(default)]
    pub tries: u32,
    pub created: Timestamp,
    /// Next try; meaningful while waiting.
    pub due: Timestamp,
    /// The last try.
    #[serde(default)]
    pub last: Option<Timestamp>,
    /// What the server said to the last try, in a line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub said: String,
    /// Goes before what is not, to whatever servers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
}

/// News of a commit: a server has something to receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wake {
    pub server: ServerId,
    pub at: Timestamp,
    /// What it is part of; `None` when old deliveries are tried again.
    pub of: Option<Flow>,
}

/// One activity on its way to all who hear of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    pub activity: ActivityId,
    pub account: AccountId,
    pub urgent: bool,
}

impl Delivery {
    /// The first of an activity to a server.
    pub fn new(server: ServerId, of: Flow, now: Timestamp) -> Self {
        Self {
            server,
            account: of.account,
            state: State::Waiting,
            tries: 0,
            created: now,
            due: now,
            last: None,
            said: String::new(),
            urgent: of.urgent,
        }
    }

    /// Whether it failed so often that it no longer keeps its place.
    pub fn lets_others_pass(&self) -> bool {
        self.tries > IN_ORDER
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Waiting,
    Done,
    /// The server said no for good.
    Refused,
    /// Tried for three days in vain.
    GivenUp,
    /// Taken back before it was sent, or dropped by hand.
    Dropped,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::GivenUp => "given up",
            Self::Dropped => "dropped",
        }
    }
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Try again; not before `retry_after`, if the server named a time.
    Later {
        said: String,
        retry_after: Option<Duration>,
    },
    /// Something here is at fault, not the server: it is tried again, and lets others pass at once.
    Ours {
        said: String,
    },
    /// A newer version of the same thing has arrived there, which this one must not overwrite.
    Late,
    /// Trying again cannot help. `status`: what the server answered; `None` when it was not even asked.
    Never {
        said: String,
        status: Option<u16>,
    },
}

/// The wait before try `tries + 1`, without jitter: 10 s, 30 s, 90 s … and at most 8 hours, so that a server which
/// was restarted has a post within the minute and one that was down over a weekend still gets it.
pub fn delay(tries: u32) -> Duration {
    let seconds = 10_u64.saturating_mul(3_u64.saturating_pow(tries.saturating_sub(1)));
    Duration::from_secs(seconds.min(8 * 3600))
}

/// Spreads a wait by ±25 %, so that servers which failed together are not all tried again together.
/// `salt` is any random number.
pub fn jittered(wait: Duration, salt: u16) -> Duration {
    let share = 750 + u64::from(salt) % 501;
    Duration::from_millis(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).saturating_mul(share) / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_fill_three_days() {
        let waits: Vec<u64> = (1..=8).map(|n| delay(n).as_secs()).collect();
        assert_eq!(waits, [10, 30, 90, 270, 810, 2_430, 7_290, 21_870]);
        assert_eq!(delay(u32::MAX).as_secs(), 28_800);
    }

    #[test]
    fn jitter_stays_within_a_quarter() {
        for salt in [0, 1, 500, 501, u16::MAX] {
            let wait = jittered(Duration::from_secs(100), salt).as_secs_f64();
            assert!((75.0..=125.0).contains(&wait), "{wait}");
        }
    }
}
