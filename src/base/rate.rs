//! How often something may happen, for each of many: a bucket of tokens for every key, refilled as time passes.

use std::hash::Hash;
use std::sync::Mutex;

use super::cache::Cache;
use super::time::Timestamp;
use crate::limits::Rate;

/// Buckets by key. Strangers choose the keys, so only those used lately are kept; one that was forgotten is full.
#[derive(Debug)]
pub struct Rates<K> {
    rate: Rate,
    left: Mutex<Cache<K, (f64, Timestamp)>>,
}

impl<K: Eq + Hash + Clone> Rates<K> {
    pub fn new(rate: Rate) -> Self {
        Self { rate, left: Mutex::new(Cache::new(rate.keys)) }
    }

    /// Takes `tokens` from a key's bucket, or answers with the seconds after which they are there.
    pub fn take(&self, key: &K, tokens: u32, now: Timestamp) -> Result<(), u32> {
        // A thread that panicked in here left nothing worse than a bucket too full.
        let mut left = self.left.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let has = self.has(left.get(key), now);
        let wanted = f64::from(tokens).min(self.rate.burst);
        // Written down in any case: a clock that was put back must not stop the refilling.
        left.insert(key.clone(), (if has < wanted { has } else { has - wanted }, now));
        self.enough(has, wanted)
    }

    /// As `take`, but takes nothing.
    pub fn look(&self, key: &K, tokens: u32, now: Timestamp) -> Result<(), u32> {
        let mut left = self.left.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let has = self.has(left.get(key), now);
        self.enough(has, f64::from(tokens).min(self.rate.burst))
    }

    fn has(&self, bucket: Option<(f64, Timestamp)>, now: Timestamp) -> f64 {
        let (had, at) = bucket.unwrap_or((self.rate.burst, now));
        (had + now.since(at).as_secs_f64() * self.rate.per_second).min(self.rate.burst)
    }

    fn enough(&self, has: f64, wanted: f64) -> Result<(), u32> {
        if has < wanted {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded up, and clamped")]
            return Err(((wanted - has) / self.rate.per_second).ceil().clamp(1.0, 3600.0) as u32);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const RATE: Rate = Rate { burst: 200.0, per_second: 20.0, keys: 100 };

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let rates = Rates::new(RATE);
        let mut now = Timestamp(1_000_000);
        let taken = |key: &str, now| (0..1_000).filter(|_| rates.take(&key.to_owned(), 1, now).is_ok()).count();
        assert_eq!((taken("x", now), taken("y", now)), (200, 200));
        now = now.plus(Duration::from_secs(1));
        assert_eq!(taken("x", now), 20);
        now = now.plus(Duration::from_secs(3600));
        assert_eq!(taken("x", now), 200);
        assert_eq!(rates.take(&"x".to_owned(), 1, Timestamp(0)), Err(1), "a clock that goes back fills nothing");
        assert_eq!(rates.take(&"x".to_owned(), 1, Timestamp(1_000)), Ok(()), "and goes on from there");
    }

    #[test]
    fn the_wait_is_told_and_enough() {
        let rates = Rates::new(RATE);
        let now = Timestamp(1_000_000);
        assert_eq!(rates.take(&1, 150, now), Ok(()));
        let wait = rates.take(&1, 150, now).unwrap_err();
        assert_eq!(wait, 5);
        assert_eq!(
            (rates.look(&1, 50, now), rates.look(&1, 51, now), rates.look(&1, 50, now)),
            (Ok(()), Err(1), Ok(()))
        );
        assert_eq!(rates.take(&1, 150, now.plus(Duration::from_secs(wait.into()))), Ok(()));
        assert_eq!(rates.take(&2, 1_000, now), Ok(()), "more than a bucket holds is a whole bucket");
    }

    #[test]
    fn a_thousand_keys_keep_a_hundred_buckets() {
        let rates = Rates::new(RATE);
        for key in 0..1_000 {
            assert_eq!(rates.take(&key, 200, Timestamp(0)), Ok(()));
        }
        assert!(rates.left.lock().unwrap().len() <= 100);
    }
}
