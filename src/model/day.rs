//! A day of an account, for its statistics: counts, and the names of large servers. Nobody is named.

use serde::{Deserialize, Serialize};

use crate::limits::desk::{FEW, LARGEST};

/// As it was when it was counted last on that day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    pub followers: u64,
    /// Where they are. Kept of the newest day and of the last of each month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub places: Option<Places>,
}

/// Followers by server. A server with few followers is never named: there it might say who they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// The largest, by host, largest first.
    pub largest: Vec<(String, u64)>,
    /// Servers that are neither large nor small, and the followers there.
    pub others: (u64, u64),
    /// Servers with fewer followers than `limits::desk::FEW`, and the followers there.
    pub small: (u64, u64),
}

impl Places {
    /// From followers by host.
    pub fn of(hosts: impl IntoIterator<Item = (String, u64)>) -> Self {
        let mut places = Self::default();
        for (host, followers) in hosts {
            if followers < FEW {
                add(&mut places.small, followers);
            } else {
                places.largest.push((host, followers));
            }
        }
        places.largest.sort_by(|(a, many), (b, more)| more.cmp(many).then_with(|| a.cmp(b)));
        for (_, followers) in places.largest.drain(LARGEST.min(places.largest.len())..) {
            add(&mut places.others, followers);
        }
        places
    }

    pub fn servers(&self) -> u64 {
        self.others.0 + self.small.0 + u64::try_from(self.largest.len()).unwrap_or(u64::MAX)
    }
}

fn add((servers, all): &mut (u64, u64), followers: u64) {
    *servers += 1;
    *all += followers;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_large_servers_are_named() {
        let many = (0..30).map(|n| (format!("h{n:02}.example"), 5 + n));
        let few = [("one.example".to_owned(), 1), ("four.example".to_owned(), 4)];
        let places = Places::of(many.chain(few));
        assert_eq!(places.largest.len(), LARGEST);
        assert_eq!(places.largest[0], ("h29.example".to_owned(), 34));
        assert_eq!((places.others, places.small), ((10, (5..15).sum()), (2, 5)));
        assert_eq!(places.servers(), 32);
    }
}
