//! What requests hold at this moment, over all connections, with a share for each network: bytes of bodies, counted as
//! they arrive, so that many that send slowly, or one that sends much, cannot fill the memory or keep others out; and
//! waits for other servers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::network::Mark;

pub struct Budget {
    most: usize,
    /// The most for one network.
    share: usize,
    held: Mutex<Used>,
}

#[derive(Default)]
struct Used {
    all: usize,
    /// Only of networks that hold something at this moment.
    networks: HashMap<Mark, usize>,
}

impl Budget {
    pub fn new(most: usize, share: usize) -> Arc<Self> {
        Arc::new(Self { most, share, held: Mutex::default() })
    }

    /// Nothing yet, for one request. A network that is not known has no share of its own.
    pub fn hold(self: &Arc<Self>, network: Option<Mark>) -> Held {
        Held { budget: Arc::clone(self), network, bytes: 0 }
    }
}

/// What one request holds, until it is dropped.
pub struct Held {
    budget: Arc<Budget>,
    network: Option<Mark>,
    bytes: usize,
}

impl Held {
    /// Takes so much more; false when there is none, and then nothing has changed.
    #[must_use]
    pub fn grow(&mut self, bytes: usize) -> bool {
        let mut used = self.budget.held.lock().unwrap_or_else(PoisonError::into_inner);
        let own = self.network.and_then(|network| used.networks.get(&network).copied()).unwrap_or_default();
        if used.all.saturating_add(bytes) > self.budget.most
            || own + bytes > self.budget.share && self.network.is_some()
        {
            return false;
        }
        used.all += bytes;
        if let Some(network) = self.network.filter(|_| bytes > 0) {
            *used.networks.entry(network).or_default() += bytes;
        }
        self.bytes += bytes;
        true
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut used = self.budget.held.lock().unwrap_or_else(PoisonError::into_inner);
        used.all = used.all.saturating_sub(self.bytes);
        if let Some(network) = self.network
            && let Some(own) = used.networks.get_mut(&network)
        {
            *own = own.saturating_sub(self.bytes);
            if *own == 0 {
                used.networks.remove(&network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;
    use crate::web::network::Marks;

    #[test]
    fn all_have_a_bound_each_has_a_share_and_everything_comes_back() {
        let marks = Marks::new(Vec::new(), Timestamp(0));
        let mark = |ip: &str| marks.of_peer(ip.parse().unwrap(), Timestamp(0));
        let budget = Budget::new(100, 40);
        let mut one = budget.hold(mark("192.0.2.1"));
        let mut same = budget.hold(mark("192.0.2.1"));
        let (mut other, mut unknown) = (budget.hold(mark("192.0.2.2")), budget.hold(None));
        assert!(one.grow(30) && !same.grow(11) && same.grow(10));
        assert!(other.grow(40) && !other.grow(1));
        assert!(unknown.grow(20) && !unknown.grow(1));
        drop(one);
        assert!(unknown.grow(30) && !same.grow(1));
        drop((same, other, unknown));
        let used = budget.held.lock().unwrap();
        assert_eq!((used.all, used.networks.len()), (0, 0));
    }
}
