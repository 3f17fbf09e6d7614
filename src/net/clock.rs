//! Is our clock right? Each answer of another server says what time it is there. When one clock is wrong it is theirs;
//! when several servers agree, it is ours, and others refuse our signatures for it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::base::time::Timestamp;
use crate::limits::outbound::{CLOCK_AGAIN, CLOCK_OFF, CLOCK_WITNESSES};

/// What servers said of late.
#[derive(Debug, Default)]
pub struct Witnesses(Mutex<Said>);

#[derive(Debug, Default)]
struct Said {
    /// Servers that say the same with no other between them: ours is late, or it is early.
    hosts: Vec<String>,
    late: bool,
    told: Option<Timestamp>,
}

impl Witnesses {
    /// Takes note of the time that a server gives. By how much ours is off, when that is to be told now.
    pub fn hear(&self, host: &str, theirs: Timestamp, ours: Timestamp) -> Option<Duration> {
        let late = theirs > ours;
        let off = if late { theirs.since(ours) } else { ours.since(theirs) };
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if off < CLOCK_OFF || said.late != late {
            said.hosts.clear();
        }
        if off < CLOCK_OFF {
            return None;
        }
        said.late = late;
        if said.hosts.len() < CLOCK_WITNESSES && !said.hosts.iter().any(|known| known == host) {
            said.hosts.push(host.to_owned());
        }
        // A clock that was set back since may tell it sooner.
        let rested = said.told.is_none_or(|told| told > ours || ours.since(told) >= CLOCK_AGAIN);
        if said.hosts.len() < CLOCK_WITNESSES || !rested {
            return None;
        }
        said.told = Some(ours);
        Some(off)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(1_795_424_400_000);
    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn several_servers_that_agree_are_believed_and_one_is_not() {
        let witnesses = Witnesses::default();
        let early = NOON.plus(3 * HOUR);
        for _ in 0..10 {
            assert_eq!(witnesses.hear("a.example", NOON, early), None, "one server alone");
        }
        assert_eq!(witnesses.hear("b.example", NOON, early), None);
        assert_eq!(witnesses.hear("c.example", NOON, early), Some(3 * HOUR));
        assert_eq!(witnesses.hear("d.example", NOON, early), None, "it was told just now");
        let later = early.plus(CLOCK_AGAIN);
        assert_eq!(witnesses.hear("a.example", NOON.plus(CLOCK_AGAIN), later), Some(3 * HOUR));
    }

    #[test]
    fn one_that_says_our_time_or_the_contrary_ends_it() {
        for other in [NOON, NOON.minus(HOUR)] {
            let witnesses = Witnesses::default();
            let late = |host: &str| witnesses.hear(host, NOON.plus(HOUR), NOON);
            assert_eq!((late("a.example"), late("b.example")), (None, None));
            assert_eq!(witnesses.hear("c.example", other, NOON), None);
            assert_eq!((late("a.example"), late("b.example"), late("c.example")), (None, None, Some(HOUR)));
        }
    }
}
