//! Places for files that come in: so many at once, and only some of them for one person, so that nobody who is slow, or
//! means ill, keeps the others from theirs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::error::{Error, Result};
use crate::limits::inbound::{COME_BACK, UPLOADS, UPLOADS_EACH};
use crate::model::user::Who;

#[derive(Debug, Clone, Default)]
pub struct Places(Arc<Mutex<HashMap<Who, usize>>>);

/// A place; given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    of: Places,
    who: Who,
}

impl Places {
    /// A place for somebody's file; `Busy` when all are taken, or all that one person may have. Their programs count as
    /// themselves.
    pub fn take(&self, who: Who) -> Result<Place> {
        let who = match who {
            Who::Client { user: Some(user), .. } => Who::User(user),
            Who::Client { user: None, .. } | Who::User(_) | Who::Operator | Who::Nobody => who,
        };
        let mut taken = self.lock();
        let own = taken.get(&who).copied().unwrap_or_default();
        if own >= UPLOADS_EACH || taken.values().sum::<usize>() >= UPLOADS {
            return Err(Error::Busy { retry_after: COME_BACK });
        }
        taken.insert(who, own + 1);
        drop(taken);
        Ok(Place { of: self.clone(), who })
    }

    /// What a thread left behind that panicked is still a count.
    fn lock(&self) -> MutexGuard<'_, HashMap<Who, usize>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.of.lock();
        if let Some(own) = taken.get_mut(&self.who) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::UserId;

    #[test]
    fn nobody_has_all_the_places() {
        let places = Places::default();
        let of = |n: u64| places.take(Who::User(UserId(n)));
        let mut held: Vec<Place> = (0..UPLOADS_EACH).map(|_| of(1).unwrap()).collect();
        assert!(of(1).is_err());
        held.extend((2..).map_while(|n| of(n).ok()));
        assert_eq!(held.len(), UPLOADS);
        drop(held);
        assert!(of(1).is_ok() && places.lock().is_empty(), "all are given back");
    }
}
