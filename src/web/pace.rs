//! Whether a file that comes in comes at a pace: whoever trickles gives the place back, however much they announced.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::error::{Error, Problem, Result};
use crate::limits::inbound::{BODY_LEAST, BODY_PACE, UPLOAD_PACE, UPLOAD_TIME};

/// What has arrived, and since when.
#[derive(Debug)]
pub struct Pace {
    begun: Instant,
    arrived: u64,
    /// The end of the span in which the body has to grow, and how much it grew in it.
    span: Instant,
    lately: usize,
}

impl Pace {
    pub fn begin() -> Self {
        let now = Instant::now();
        Self { begun: now, arrived: 0, span: now + BODY_PACE, lately: 0 }
    }

    /// Waits for the next piece, until the span ends or all the time that what arrived has earned.
    pub async fn next<T>(&self, piece: impl Future<Output = T>) -> Result<T> {
        let earned = self.begun + UPLOAD_TIME + Duration::from_secs(self.arrived / UPLOAD_PACE);
        timeout_at(self.span.min(earned), piece).await.map_err(|_| late())
    }

    /// Bytes have come.
    pub fn came(&mut self, bytes: usize) {
        self.arrived += bytes as u64;
        self.lately += bytes;
        if self.lately >= BODY_LEAST {
            (self.span, self.lately) = (Instant::now() + BODY_PACE, 0);
        }
    }
}

pub fn late() -> Error {
    Problem::new("E152", "The request took too long to arrive.").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{advance, sleep};

    #[tokio::test(start_paused = true)]
    async fn who_trickles_is_late_and_who_sends_is_not() {
        let mut pace = Pace::begin();
        for _ in 0..100 {
            assert!(pace.next(sleep(Duration::from_secs(6))).await.is_ok());
            pace.came(BODY_LEAST);
        }
        let mut drops = 0;
        while pace.next(sleep(Duration::from_secs(6))).await.is_ok() {
            pace.came(1);
            drops += 1;
        }
        assert_eq!(drops, 1, "a byte in six seconds is no file");
    }

    #[tokio::test(start_paused = true)]
    async fn the_whole_takes_no_longer_than_what_arrived_has_earned() {
        let mut pace = Pace::begin();
        let slow = async {
            for n in 0_u64.. {
                if pace.next(std::future::ready(())).await.is_err() {
                    return n;
                }
                pace.came(BODY_LEAST);
                advance(Duration::from_secs(9)).await;
                if pace.next(sleep(Duration::from_millis(1))).await.is_err() {
                    return n;
                }
            }
            0
        };
        let sent = slow.await;
        assert!((90..120).contains(&sent), "{sent} pieces in a quarter of an hour");
    }
}
