//! Somebody else's machine, and how it has been to deliver to it.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::delivery::delay;
use super::ids::{InboxId, ServerId};
use crate::base::time::Timestamp;
use crate::limits;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    pub id: ServerId,
    /// Host, with the port where it is not the usual one.
    pub host: String,
    /// Failed tries in a row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub failures: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub failing_since: Option<Timestamp>,
    /// No delivery before this moment.
    #[serde(default, skip_serializing_if = "is_default")]
    pub paused_until: Timestamp,
    #[serde(default, skip_serializing_if = "is_default")]
    pub suspended: bool,
}

/// A place that takes deliveries; several actors of a server may share one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    pub id: InboxId,
    pub url: String,
    pub server: ServerId,
    /// Domains of people behind it that are not its host: some of them, where there are many.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub domains: BTreeSet<String>,
}

/// Nearly all are well, and nothing is written of it.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Server {
    pub fn new(id: ServerId, host: String) -> Self {
        Self { id, host, failures: 0, failing_since: None, paused_until: Timestamp(0), suspended: false }
    }

    /// Whether there is anything to forget when it turns out to be well.
    pub fn is_troubled(&self) -> bool {
        self.failures > 0 || self.suspended || self.failing_since.is_some()
    }

    /// Whether a sign of life is a reason to try again at once.
    pub fn may_be_forgiven(&self, now: Timestamp) -> bool {
        self.suspended || self.failing_since.is_some_and(|since| now.since(since) >= limits::delivery::FORGIVE_AFTER)
    }

    /// It took a delivery, or sent us a valid request: every mark against it is lifted.
    pub fn well(&mut self) {
        self.failures = 0;
        self.failing_since = None;
        self.paused_until = Timestamp(0);
        self.suspended = false;
    }

    /// It failed. `asked` is the wait it asked for itself (`Retry-After`), honoured up to a day.
    pub fn failed(&mut self, now: Timestamp, asked: Option<Duration>) {
        self.failures = self.failures.saturating_add(1);
        let since = *self.failing_since.get_or_insert(now);
        self.suspended =
            self.failures >= limits::delivery::SUSPEND_FAILURES && now.since(since) >= limits::delivery::SUSPEND_AFTER;
        let own = if self.suspended { limits::delivery::PROBE_EVERY } else { delay(self.failures) };
        self.paused_until = now.plus(asked.unwrap_or_default().min(limits::outbound::RETRY_AFTER).max(own));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_days_of_failure_suspend_and_one_success_forgives() {
        let mut server = Server::new(ServerId(1), "x.example".into());
        let mut now = Timestamp(1_000_000_000);
        while !server.suspended {
            server.failed(now, None);
            assert!(server.paused_until > now);
            now = server.paused_until;
            assert!(server.failures < 100);
        }
        assert!(now.since(Timestamp(1_000_000_000)) >= limits::delivery::SUSPEND_AFTER);
        server.well();
        assert!(!server.is_troubled() && server.paused_until <= now);
    }

    #[test]
    fn a_sign_of_life_counts_once_in_a_while() {
        let mut server = Server::new(ServerId(1), "x.example".into());
        assert!(!server.may_be_forgiven(Timestamp(0)));
        server.failed(Timestamp(0), Some(Duration::from_secs(3600)));
        assert!(!server.may_be_forgiven(Timestamp(599_999)) && server.may_be_forgiven(Timestamp(600_000)));
        server.well();
        server.failed(Timestamp(600_000), None);
        assert!(!server.may_be_forgiven(Timestamp(600_001)));
    }

    #[test]
    fn a_wait_asked_for_is_honoured_but_bounded() {
        let mut server = Server::new(ServerId(1), "x.example".into());
        server.failed(Timestamp(0), Some(Duration::from_secs(60)));
        assert_eq!(server.paused_until, Timestamp(60_000));
        server.failed(Timestamp(0), Some(Duration::from_secs(999_999_999)));
        assert_eq!(server.paused_until, Timestamp(24 * 3600 * 1000));
    }
}
