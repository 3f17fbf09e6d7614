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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::{Clock, Timestamp};
    use crate::store::schema::{GONE, MEDIA};
    use crate::store::{Options, Rows};

    fn store() -> Store {
        let options = Options::alone(1 << 20, Clock::by_hand(Timestamp(1)));
        Store::on_backend(redb::backends::InMemoryBackend::new, options).unwrap()
    }

    fn finished(seen: Seen, bytes: usize) -> Arc<Finished> {
        let form = Form { headers: HeaderMap::new(), body: vec![0; bytes].into() };
        let (status, packing, seen) = (StatusCode::OK, AtomicBool::new(false), Some(Arc::new(seen)));
        Arc::new(Finished { status, packed: Some(form.clone()), plain: form, packing, seen })
    }

    #[test]
    fn ten_thousand_pages_stay_within_their_bytes_and_the_hot_one_stays() {
        let (store, kept) = (store(), Kept::default());
        let key = |n: usize| (format!("/@press/{n}"), false);
        kept.put(key(0), finished(Seen::nothing(), 10_000));
        for n in 1..10_000 {
            kept.put(key(n), finished(Seen::nothing(), n));
            assert!(kept.get(&store, &key(0)).is_some() && kept.get(&store, &key(n)).is_some(), "{n}");
            assert!(kept.size().1 <= KEPT, "{n}");
        }
        assert!(kept.size().0 < 2_000, "older ones made room");
        kept.put(key(1), finished(Seen::nothing(), KEPT_ONE));
        assert!(kept.get(&store, &key(1)).is_none(), "one that is too large");
    }

    #[test]
    fn what_has_changed_is_not_given_out() {
        let (store, kept) = (store(), Kept::default());
        let id = crate::model::ids::MediaId(7);
        let (found, seen) = store.read_noting(|rows| rows.has(&MEDIA, &id)).unwrap();
        assert!(!found);
        let key = ("/".to_owned(), false);
        kept.put(key.clone(), finished(seen, 1));
        store.write_blocking(|tx| tx.put(&GONE, &[1; 16], &Timestamp(1))).unwrap();
        store.write_blocking(|tx| crate::store::media::remove(tx, crate::model::ids::MediaId(7))).unwrap();
        assert!(kept.get(&store, &key).is_some(), "nothing of it has changed");
        store.write_blocking(|tx| crate::store::meta::put_institution(tx, &institution())).unwrap();
        assert!(kept.get(&store, &key).is_some());
        let (_, seen) = store.read_noting(crate::store::meta::institution).unwrap();
        kept.put(key.clone(), finished(seen, 1));
        store.write_blocking(|tx| crate::store::meta::put_institution(tx, &institution())).unwrap();
        assert!(kept.get(&store, &key).is_none());
        assert!(store.read_noting(|rows| rows.has(&GONE, &[1; 16])).is_err(), "its changes are not told");
    }

    fn institution() -> crate::model::institution::Institution {
        crate::model::institution::Institution::new("City of Example", Vec::new(), "UTC", Timestamp(1))
    }
}
