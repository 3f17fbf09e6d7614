//! A delivery: one activity to one inbox. It waits, and then it is done, refused or given up; nothing else.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ids::{AccountId, ActivityId, ServerId};
use crate::base::time::Timestamp;
use crate::limits::delivery::{IN_ORDER, LIFETIME};

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

/// What the institution can do about a server that does not have something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    Nothing,
    /// It is tried again for so many days.
    Wait(u64),
    /// Its clock and ours differ.
    Clock,
    /// It does not accept who we say we are.
    Signature,
    Blocked,
    /// Nobody is there any more.
    Gone,
    /// Write to whoever runs it.
    Ask,
}

impl Advice {
    pub fn words(self) -> String {
        match self {
            Self::Nothing => "Nothing.".to_owned(),
            Self::Wait(0) => "Nothing: it is tried for some hours more.".to_owned(),
            Self::Wait(1) => "Nothing: it is tried for one more day.".to_owned(),
            Self::Wait(days) => format!("Nothing: it is tried for {days} more days."),
            Self::Clock => "Check the clock of this server. If it is right, write to their administrator.".to_owned(),
            Self::Signature => "Write to their administrator: they do not accept our signature.".to_owned(),
            Self::Blocked => {
                "They block us, or servers they do not know. Write to their administrator if that is a mistake."
                    .to_owned()
            }
            Self::Gone => "Nothing: nobody is reached there any more.".to_owned(),
            Self::Ask => "Write to their administrator.".to_owned(),
        }
    }

    /// Whether another try may end otherwise though nobody there does anything.
    pub fn may_pass(self) -> bool {
        matches!(self, Self::Wait(_) | Self::Clock | Self::Ask)
    }
}

/// What a server answered, in a line.
pub fn answered(status: u16, line: &str) -> String {
    let line = line.strip_prefix(&status.to_string()).unwrap_or(line).trim_start();
    if line.is_empty() { format!("answered {status}") } else { format!("answered {status}: {line}") }
}

/// The status in such a line.
fn status(said: &str) -> Option<u16> {
    let words = said.strip_prefix("answered ")?;
    words.split(':').next()?.parse().ok()
}

impl Delivery {
    /// What one can do about it, by its state and by what was said last.
    pub fn advice(&self, now: Timestamp) -> Advice {
        let said = self.said.to_lowercase();
        let speaks_of = |words: &[&str]| words.iter().any(|word| said.contains(word));
        let wait = match self.state {
            State::Done | State::Dropped => return Advice::Nothing,
            State::Waiting => {
                let left = LIFETIME.saturating_sub(now.since(self.created));
                Advice::Wait(left.as_secs() / (24 * 3600))
            }
            State::Refused | State::GivenUp => Advice::Ask,
        };
        match status(&self.said) {
            Some(400..=403) if speaks_of(&["clock", "expired", "date header", "too old", "in the future", "stale"]) => {
                Advice::Clock
            }
            Some(400 | 401) if speaks_of(&["sign", "verif", "key", "digest"]) => Advice::Signature,
            Some(401) => Advice::Signature,
            Some(403 | 451) => Advice::Blocked,
            Some(400..=409 | 422) if speaks_of(&["block", "banned", "suspend", "denied", "not allowed"]) => {
                Advice::Blocked
            }
            Some(410) => Advice::Gone,
            Some(_) | None => wait,
        }
    }
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
    fn there_is_advice_for_whatever_is_said() {
        let of = Flow { activity: ActivityId(1), account: AccountId(1), urgent: false };
        let day = Duration::from_secs(24 * 3600);
        let advice = |state, said: &str| {
            let row = Delivery { state, said: said.into(), ..Delivery::new(ServerId(1), of, Timestamp(0)) };
            row.advice(Timestamp(0).plus(day))
        };
        for (state, said, expected) in [
            (State::Done, "", Advice::Nothing),
            (State::Dropped, "answered 403", Advice::Nothing),
            (State::Waiting, "", Advice::Wait(2)),
            (State::Waiting, "no answer in time", Advice::Wait(2)),
            (State::Waiting, "answered 503: Service Unavailable", Advice::Wait(2)),
            (State::Waiting, "answered 429", Advice::Wait(2)),
            (State::Waiting, "answered 401: Request not signed", Advice::Signature),
            (
                State::Waiting,
                "answered 401: Signed request date outside acceptable time window: expired",
                Advice::Clock,
            ),
            (State::GivenUp, "no connection: connection refused", Advice::Ask),
            (State::Refused, "answered 403", Advice::Blocked),
            (State::Refused, "answered 400: Domain is blocked", Advice::Blocked),
            (State::Refused, "answered 400: Invalid signature", Advice::Signature),
            (State::Refused, "answered 404: Not Found", Advice::Ask),
            (State::Refused, "answered 410: Gone", Advice::Gone),
            (State::Refused, "the inbox is no web address", Advice::Ask),
        ] {
            assert_eq!(advice(state, said), expected, "{state:?}: {said}");
        }
        assert_eq!(Advice::Wait(2).words(), "Nothing: it is tried for 2 more days.");
    }

    #[test]
    fn what_was_answered_is_written_and_read_the_same_way() {
        assert_eq!((answered(403, "").as_str(), status("answered 403")), ("answered 403", Some(403)));
        let line = answered(403, "403 Forbidden");
        assert_eq!((line.as_str(), status(&line)), ("answered 403: Forbidden", Some(403)));
        assert_eq!((status("no answer in time"), status("answered x")), (None, None));
    }

    #[test]
    fn jitter_stays_within_a_quarter() {
        for salt in [0, 1, 500, 501, u16::MAX] {
            let wait = jittered(Duration::from_secs(100), salt).as_secs_f64();
            assert!((75.0..=125.0).contains(&wait), "{wait}");
        }
    }
}
