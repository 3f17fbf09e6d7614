//! Finished answers: pages and documents as they go out, kept in memory while the rows that they were made from stay
//! the same. Bounded by bytes; only addresses that exist have a place, so that strangers cannot fill it with inventions.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hyper::{HeaderMap, StatusCode};

use crate::base::cache::Cache;
use crate::limits::pages::{HEAD, KEPT, KEPT_ONE};
use crate::store::{Seen, Store};

/// Which answer: path and query as we would write them, and which of two forms where `Accept` decides.
pub type Key = (String, bool);

/// An answer that is the same for everybody.
#[derive(Debug)]
pub struct Finished {
    pub status: StatusCode,
    pub plain: Form,
    /// Compressed, once somebody asked for it again.
    pub packed: Option<Form>,
    /// Nobody has to pack it: somebody does, or did, or it is not worth it.
    pub packing: AtomicBool,
    /// What it was made from; `None` for what is made anew each time.
    pub seen: Option<Arc<Seen>>,
}

/// A body in one coding, with the headers that belong to it.
#[derive(Debug, Clone)]
pub struct Form {
    pub headers: HeaderMap,
    pub body: Bytes,
}

pub struct Kept(Mutex<Cache<Key, Arc<Finished>>>);

impl Default for Kept {
    fn default() -> Self {
        Self(Mutex::new(Cache::new(KEPT)))
    }
}

impl Kept {
    /// The answer that was kept, if it is still the one that would be made now.
    pub fn get(&self, store: &Store, key: &Key) -> Option<Arc<Finished>> {
        let found = self.0.lock().ok()?.get(key)?;
        found.seen.as_ref().is_some_and(|seen| store.holds(seen)).then_some(found)
    }

    pub fn put(&self, key: Key, finished: Arc<Finished>) {
        let Some(seen) = &finished.seen else { return };
        let forms = [Some(&finished.plain), finished.packed.as_ref()];
        let forms: usize = forms.into_iter().flatten().map(|form| form.body.len() + HEAD).sum();
        let weight = forms + key.0.len() + seen.weight();
        if weight <= KEPT_ONE
            && let Ok(mut kept) = self.0.lock()
        {
            kept.insert_weighing(key, finished, weight);
        }
    }

    /// How many there are, and what they take, in bytes.
    pub fn size(&self) -> (usize, usize) {
        self.0.lock().map(|kept| (kept.len(), kept.weight())).unwrap_or_default()
    }
}
