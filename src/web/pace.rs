//! Whether a body comes at a pace: it has to grow in each span, and to be there in time. Whoever trickles gives the place
//! back, however much they announced.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::error::{Error, Problem, Result};
use crate::limits::inbound::{BODY_LEAST, BODY_PACE, BODY_TIME, UPLOAD_PACE, UPLOAD_TIME};

/// How long the whole may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// `BODY_TIME`.
    Body,
    /// `UPLOAD_TIME`, and longer the more of it has come.
    Upload,
}

/// What has arrived, and since when.
#[derive(Debug)]
pub struct Pace {
    whole: Whole,
    begun: Instant,
    arrived: u64,
    /// The end of the span in which the body has to grow, and how much it grew in it.
    span: Instant,
    lately: usize,
}

impl Pace {
    pub fn begin(whole: Whole) -> Self {
        let now = Instant::now();
        Self { whole, begun: now, arrived: 0, span: now + BODY_PACE, lately: 0 }
    }

    /// Waits for the next piece, as long as its pace allows.
    pub async fn next<T>(&mut self, piece: impl Future<Output = T>) -> Result<T> {
        let (mut piece, end) = (pin!(piece), self.end());
        loop {
            if let Ok(came) = timeout_at(self.span.min(end), piece.as_mut()).await {
                return Ok(came);
            }
            if self.span > end || self.lately < BODY_LEAST {
                return Err(late());
            }
            // From now: what a stall of ours took is not the sender's.
            (self.span, self.lately) = (Instant::now() + BODY_PACE, 0);
        }
    }

    /// Bytes have come.
    pub fn came(&mut self, bytes: usize) {
        self.arrived += bytes as u64;
        self.lately += bytes;
    }

    fn end(&self) -> Instant {
        self.begun
            + match self.whole {
                Whole::Body => BODY_TIME,
                Whole::Upload => UPLOAD_TIME + Duration::from_secs(self.arrived / UPLOAD_PACE),
            }
    }
}

fn late() -> Error {
    Problem::new("E152", "The request took too long to arrive.").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{advance, sleep};

    #[tokio::test(start_paused = true)]
    async fn who_trickles_is_late_and_who_sends_is_not() {
        let mut pace = Pace::begin(Whole::Upload);
        for _ in 0..100 {
            assert!(pace.next(sleep(Duration::from_secs(6))).await.is_ok());
            pace.came(BODY_LEAST);
        }
        let mut drops = 0;
        while pace.next(sleep(Duration::from_secs(6))).await.is_ok() {
            pace.came(1);
            drops += 1;
        }
        assert!(drops <= 3, "a byte in six seconds is no file, and {drops} were waited for");
    }

    #[tokio::test(start_paused = true)]
    async fn who_sends_is_not_late_because_we_stood_still() {
        let mut pace = Pace::begin(Whole::Upload);
        for _ in 0..3 {
            pace.came(BODY_LEAST);
            advance(BODY_PACE * 5 / 2).await;
            assert!(pace.next(sleep(Duration::from_secs(1))).await.is_ok());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_whole_takes_no_longer_than_it_may() {
        for (whole, pieces) in [(Whole::Body, 3..=4), (Whole::Upload, 90..=120)] {
            let (mut pace, mut sent) = (Pace::begin(whole), 0);
            while pace.next(sleep(Duration::from_millis(1))).await.is_ok() {
                pace.came(BODY_LEAST);
                advance(Duration::from_secs(9)).await;
                sent += 1;
            }
            assert!(pieces.contains(&sent), "{sent} pieces, one in nine seconds: {whole:?}");
        }
    }
}
