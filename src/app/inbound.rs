//! What the inbox knows without looking into the store: how full the house is, what each server sent lately, and which
//! requests were here already.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::base::cache::Cache;
use crate::base::rate::Rates;
use crate::error::{Error, Result};
use crate::limits::inbox::{COME_BACK, FROM_HOST, REPORTS, ROOM, SEEN, TO_FETCH};
use crate::store::schema::Fingerprint;

pub struct Inbound {
    room: Arc<Semaphore>,
    seen: Mutex<Cache<Fingerprint, ()>>,
    /// By the host of a proven key.
    pub hosts: Rates<String>,
    /// Of these, what needs a fetch.
    pub to_fetch: Rates<String>,
    /// And reports.
    pub reports: Rates<String>,
}

impl Default for Inbound {
    fn default() -> Self {
        Self {
            room: Arc::new(Semaphore::new(ROOM)),
            seen: Mutex::new(Cache::new(SEEN)),
            hosts: Rates::new(FROM_HOST),
            to_fetch: Rates::new(TO_FETCH),
            reports: Rates::new(REPORTS),
        }
    }
}

impl Inbound {
    /// Room for a body of so many bytes until what is returned is dropped; `Busy` when the house is full.
    pub fn enter(&self, bytes: usize) -> Result<OwnedSemaphorePermit> {
        let kibibytes = u32::try_from(bytes.div_ceil(1 << 10).max(1)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room).try_acquire_many_owned(kibibytes);
        room.map_err(|_| Error::Busy { retry_after: COME_BACK })
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
}
