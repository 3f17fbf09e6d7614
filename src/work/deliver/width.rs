//! How many servers are written to at once.
//!
//! What is observed is our own latency: how much later than asked for the loop of deliveries gets its turn of the
//! processor. Whatever the other servers' latency is, there are enough exchanges under way when the processor is full,
//! and then the loop is late; so the width grows by an eighth at each look that comes in time while lanes wait for
//! room, and shrinks by an eighth at each that comes late, between the bounds that sockets and memory set. Requests
//! wait in the same queue as the loop, and so keep their share.

use std::time::Duration;

use crate::limits::delivery::{LATE, LEAST_LANES, MOST_LANES};

/// The number of lanes that may be at work at once.
pub struct Width(usize);

impl Width {
    pub fn new() -> Self {
        Self(LEAST_LANES)
    }

    pub fn now(&self) -> usize {
        self.0
    }

    /// A look came so `late`; `wanted`: lanes wait for room.
    pub fn look(&mut self, late: Duration, wanted: bool) {
        let step = self.0 / 8;
        if late >= LATE {
            self.0 = (self.0 - step).max(LEAST_LANES);
        } else if wanted && late < LATE / 4 {
            self.0 = (self.0 + step).min(MOST_LANES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A world that answers after `latency` ms, on a processor that needs 1 ms for each exchange: the loop is late by
    /// what is ready to run.
    fn settled(latency: usize) -> usize {
        let mut width = Width::new();
        for _ in 0..1000 {
            let ready = width.now().saturating_sub(latency);
            width.look(Duration::from_millis(ready as u64), true);
        }
        width.now()
    }

    #[test]
    fn a_slow_world_is_written_to_by_more_lanes_until_the_processor_is_full() {
        assert_eq!(settled(5), LEAST_LANES);
        let middle = settled(150);
        assert!((150..=200).contains(&middle), "{middle}");
        assert_eq!(settled(2_000), MOST_LANES);
    }

    #[test]
    fn it_grows_only_when_room_is_wanted() {
        let mut width = Width::new();
        width.look(Duration::ZERO, false);
        assert_eq!(width.now(), LEAST_LANES);
        width.look(Duration::ZERO, true);
        assert!(width.now() > LEAST_LANES);
    }

    #[test]
    fn a_full_processor_takes_back_what_was_given() {
        let mut width = Width(MOST_LANES);
        for _ in 0..100 {
            width.look(LATE, true);
        }
        assert_eq!(width.now(), LEAST_LANES);
    }
}
