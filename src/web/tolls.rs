//! How often a network may ask for what costs something. Files and finished pages are free; all else is counted, and
//! so is every fault, whatever the path was spelt like.

use std::sync::{Mutex, PoisonError};

use super::network::Mark;
use crate::base::cache::Cache;
use crate::base::time::Timestamp;
use crate::limits;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toll {
    /// Something has to be read and rendered.
    Read,
    /// What came was refused: not signed, not logged in, not understood.
    Fault,
}

/// So many at once, and so many a second after that.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    pub burst: u32,
    pub per_second: u32,
}

impl Rate {
    /// Milliseconds that one costs.
    fn step(self) -> u64 {
        1_000 / u64::from(self.per_second.clamp(1, 1_000))
    }
}

/// For each toll, when the network will have paid for everything it took (the generic cell rate algorithm).
type Paid = [Timestamp; 2];

pub struct Tolls {
    read: Rate,
    fault: Rate,
    networks: Mutex<Cache<Mark, Paid>>,
}

impl Tolls {
    pub fn new(read: Rate, fault: Rate) -> Self {
        Self { read, fault, networks: Mutex::new(Cache::new(limits::inbound::NETWORKS)) }
    }

    /// The seconds to wait, when a network has used up what it may.
    pub fn wait(&self, network: Mark, toll: Toll, now: Timestamp) -> Option<u32> {
        let mut networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        let paid = of(networks.get(&network).unwrap_or_default(), toll);
        let rate = self.rate(toll);
        let most = rate.step() * u64::from(rate.burst.saturating_sub(1));
        let over = paid.0.saturating_sub(now.0).saturating_sub(most);
        (over > 0).then(|| u32::try_from(over.div_ceil(1_000)).unwrap_or(u32::MAX))
    }

    /// Counts one.
    pub fn count(&self, network: Mark, toll: Toll, now: Timestamp) {
        let mut networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        let [mut read, mut fault] = networks.get(&network).unwrap_or_default();
        let slot = match toll {
            Toll::Read => &mut read,
            Toll::Fault => &mut fault,
        };
        *slot = Timestamp(slot.0.max(now.0).saturating_add(self.rate(toll).step()));
        networks.insert(network, [read, fault]);
    }

    fn rate(&self, toll: Toll) -> Rate {
        match toll {
            Toll::Read => self.read,
            Toll::Fault => self.fault,
        }
    }
}

fn of([read, fault]: Paid, toll: Toll) -> Timestamp {
    match toll {
        Toll::Read => read,
        Toll::Fault => fault,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::web::network::Marks;

    #[test]
    fn a_burst_then_a_steady_pace_for_each_network_and_toll() {
        let marks = Marks::new(Vec::new(), Timestamp(0));
        let mark = |ip: &str| marks.of_peer(ip.parse().unwrap(), Timestamp(0)).unwrap();
        let (one, other) = (mark("192.0.2.1"), mark("192.0.2.2"));
        let tolls = Tolls::new(Rate { burst: 5, per_second: 2 }, Rate { burst: 1, per_second: 1 });
        let take = |network, toll, now| {
            let wait = tolls.wait(network, toll, now);
            if wait.is_none() {
                tolls.count(network, toll, now);
            }
            wait
        };
        let start = Timestamp(1_000_000);
        for _ in 0..5 {
            assert_eq!(take(one, Toll::Read, start), None);
        }
        assert_eq!(take(one, Toll::Read, start), Some(1));
        assert_eq!(take(other, Toll::Read, start), None);
        assert_eq!(take(one, Toll::Fault, start), None);
        assert_eq!(take(one, Toll::Fault, start), Some(1));
        let later = start.plus(Duration::from_millis(500));
        assert_eq!((take(one, Toll::Read, later), take(one, Toll::Read, later)), (None, Some(1)));
        // Rest does not add up beyond the burst; faults are counted also when they were not asked about.
        let much_later = start.plus(Duration::from_secs(3600));
        for _ in 0..5 {
            assert_eq!(take(one, Toll::Read, much_later), None);
        }
        assert_eq!(take(one, Toll::Read, much_later), Some(1));
        for _ in 0..10 {
            tolls.count(other, Toll::Fault, start);
        }
        assert_eq!(tolls.wait(other, Toll::Fault, start), Some(10));
    }
}
