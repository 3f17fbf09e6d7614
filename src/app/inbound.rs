//! What the inbox knows without looking into the store: how full the house is, what each server sent lately, and which
//! requests were here already.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::base::cache::Cache;
use crate::base::rate::Rates;
use crate::base::time::Timestamp;
use crate::error::{Error, Result};
use crate::limits::inbox::{COME_BACK, FROM_HOST, KEPT, KEPT_OF_HOST, LONG_ROOM, REPORTS, ROOM, SEEN, SHORT, TO_FETCH};
use crate::store::schema::Fingerprint;

pub struct Inbound {
    room: Arc<Semaphore>,
    long: Arc<Semaphore>,
    seen: Mutex<Cache<Fingerprint, ()>>,
    /// By the host of a proven key.
    pub hosts: Rates<String>,
    /// Of these, what needs a fetch.
    pub to_fetch: Rates<String>,
    /// And reports.
    pub reports: Rates<String>,
    /// Of what is kept, in bytes.
    kept_of_hosts: Rates<String>,
    kept: Rates<()>,
}

impl Default for Inbound {
    fn default() -> Self {
        Self {
            room: Arc::new(Semaphore::new(ROOM)),
            long: Arc::new(Semaphore::new(LONG_ROOM)),
            seen: Mutex::new(Cache::new(SEEN)),
            hosts: Rates::new(FROM_HOST),
            to_fetch: Rates::new(TO_FETCH),
            reports: Rates::new(REPORTS),
            kept_of_hosts: Rates::new(KEPT_OF_HOST),
            kept: Rates::new(KEPT),
        }
    }
}

impl Inbound {
    /// Room for a body of so many bytes until what is returned is dropped; `Busy` when the house is full.
    pub fn enter(&self, bytes: usize) -> Result<OwnedSemaphorePermit> {
        room_in(&self.room, bytes)
    }

    /// Room for a body of so many bytes that has to wait for another server: none is needed for a short one, as few may
    /// wait at once.
    pub fn wait(&self, bytes: usize) -> Result<Option<OwnedSemaphorePermit>> {
        if bytes <= SHORT { Ok(None) } else { room_in(&self.long, bytes).map(Some) }
    }

    /// Lets a host, whose word was proven, make us keep so many bytes more; `Busy` when that is too much by now.
    pub fn keep(&self, host: &String, bytes: usize, now: Timestamp) -> Result<()> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        if bytes == 0 {
            return Ok(());
        }
        let taken = self.kept_of_hosts.take(host, bytes, now).and_then(|()| self.kept.take(&(), bytes, now));
        taken.map_err(|wait| Error::Busy { retry_after: wait.max(COME_BACK) })
    }

    /// Whether this very request was proven and taken before.
    pub fn is_seen(&self, request: &Fingerprint) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(request).is_some()
    }

    /// Remembers a request whose effect is durable.
    pub fn saw(&self, request: Fingerprint) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(request, ());
    }
}

fn room_in(room: &Arc<Semaphore>, bytes: usize) -> Result<OwnedSemaphorePermit> {
    let kibibytes = u32::try_from(bytes.div_ceil(1 << 10).max(1)).unwrap_or(u32::MAX);
    Arc::clone(room).try_acquire_many_owned(kibibytes).map_err(|_| Error::Busy { retry_after: COME_BACK })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_house_says_so_and_has_room_again() {
        let inbound = Inbound::default();
        let held: Vec<_> = (0..8).map(|_| inbound.enter(1 << 20).unwrap()).collect();
        assert!(matches!(inbound.enter(1), Err(Error::Busy { .. })));
        drop(held);
        assert!(inbound.enter(1 << 20).is_ok());
    }

    #[test]
    fn what_waits_for_another_server_leaves_the_room_to_others() {
        let inbound = Inbound::default();
        let held: Vec<_> = (0..1_000).filter_map(|_| inbound.wait(1 << 20).ok()).collect();
        assert_eq!(held.len(), 2);
        assert!(inbound.wait(SHORT).is_ok() && inbound.wait(SHORT + 1).is_err());
        assert!(inbound.enter(1 << 20).is_ok());
    }

    #[test]
    fn servers_make_us_keep_so_much_each_and_so_much_together() {
        let (inbound, now) = (Inbound::default(), Timestamp(1_000_000));
        let keep = |host: usize, bytes| inbound.keep(&format!("h{host}.test"), bytes, now).is_ok();
        let often = |host| (0..2_000).filter(|_| keep(host, 64 << 10)).count();
        assert_eq!((often(0), often(1)), (1_024, 1_024));
        let others: usize = (2..10).map(often).sum();
        assert_eq!(others, 2 * 1_024, "together as much as four of them");
        assert!(keep(0, 0) && !keep(200, 1));
        assert!(inbound.keep(&"h0.test".to_owned(), 1, now.plus(std::time::Duration::from_secs(60))).is_ok());
    }
}
