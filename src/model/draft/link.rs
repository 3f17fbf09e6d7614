//! A secret address under which colleagues without a log-in look at a draft.

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::limits;
use crate::model::ids::DraftId;
use crate::model::user::Who;

/// Kept under the hash of the secret. Whoever has the secret reads, and does nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub draft: DraftId,
    pub by: Who,
    pub expires: Timestamp,
}

impl Link {
    pub fn new(draft: DraftId, by: Who, now: Timestamp) -> Self {
        Self { draft, by, expires: now.plus(limits::draft::LINK) }
    }

    /// Whether it still leads somewhere. One that lasts longer than any is from the future: the clock was set back.
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires && self.expires <= now.plus(limits::draft::LINK)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_link_lasts_a_day_and_no_longer_after_the_clock_was_set_back() {
        let made = Timestamp(1_000_000_000);
        let (link, day) = (Link::new(DraftId(1), Who::Operator, made), Duration::from_secs(86_400));
        assert!(link.is_open(made) && link.is_open(made.plus(day).minus(Duration::from_millis(1))));
        assert!(!link.is_open(made.plus(day)) && !link.is_open(made.minus(Duration::from_millis(1))));
    }
}
