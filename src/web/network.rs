//! Which network a request comes from: known by a mark under a key that lives a day in memory, never by its address.
//! Behind a proxy it is what the proxy says, and only a proxy that the settings trust is believed.

use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;

use hyper::HeaderMap;

use crate::base::time::Timestamp;
use crate::crypto::{digest, random};
use crate::limits;
use crate::net::address::Network;

/// A network, told from others for a day. Nobody can tell from it which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mark(u64);

/// Gives networks their marks.
pub struct Marks {
    trusted: Vec<Network>,
    /// Since when, and the key.
    key: Mutex<(Timestamp, [u8; 32])>,
}

impl Mark {
    /// To count by.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl Marks {
    pub fn new(trusted: Vec<Network>, now: Timestamp) -> Self {
        Self { trusted, key: Mutex::new((now, random::bytes())) }
    }

    /// Who connected; none for a trusted proxy, which brings the requests of many.
    pub fn of_peer(&self, peer: IpAddr, now: Timestamp) -> Option<Mark> {
        (!self.is_trusted(peer)).then(|| self.mark(peer, now))
    }

    /// Who asks; none when a trusted proxy does not say.
    pub fn of_request(&self, peer: IpAddr, headers: &HeaderMap, now: Timestamp) -> Option<Mark> {
        self.client(peer, headers).map(|ip| self.mark(ip, now))
    }

    /// The last address that no trusted proxy wrote for itself: what stands further left in `X-Forwarded-For` is only
    /// what that client said. `Forwarded` is not read: a proxy that does not know it passes a client's own on.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        if !self.is_trusted(peer) {
            return Some(peer);
        }
        let lines: Vec<&str> =
            headers.get_all("x-forwarded-for").iter().map(|line| line.to_str().unwrap_or_default()).collect();
        let said = lines.iter().rev().flat_map(|line| line.rsplit(',')).take(limits::inbound::PROXIES);
        for entry in said {
            match address(entry.trim()) {
                Some(ip) if self.is_trusted(ip) => {}
                found => return found,
            }
        }
        None
    }

    fn is_trusted(&self, ip: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(ip))
    }

    fn mark(&self, ip: IpAddr, now: Timestamp) -> Mark {
        let mut key = self.key.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if now.since(key.0) >= limits::inbound::NETWORK_KEY {
            *key = (now, random::bytes());
        }
        let (_, key) = *key;
        let hash = digest::sha256(&[key.as_slice(), &network(ip)].concat());
        Mark(hash.first_chunk().copied().map_or(0, u64::from_ne_bytes))
    }
}

/// An address as proxies write it, perhaps with a port.
fn address(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let parsed = bare.parse::<IpAddr>().or_else(|_| entry.parse::<SocketAddr>().map(|with_port| with_port.ip()));
    parsed.ok().map(|ip| ip.to_canonical())
}

/// What its neighbours share with it (see `limits::inbound::NETWORKS`).
fn network(ip: IpAddr) -> Vec<u8> {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().into_iter().take(7).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn marks() -> Marks {
        Marks::new(vec!["127.0.0.0/8".parse().unwrap(), "10.1.0.0/16".parse().unwrap()], Timestamp(0))
    }

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        headers.append("forwarded", "for=192.0.2.66".parse().unwrap());
        headers.append("x-real-ip", "192.0.2.66".parse().unwrap());
        headers
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_what_it_wrote_itself() {
        for (peer, lines, client) in [
            ("203.0.113.9", &["198.51.100.1"][..], Some("203.0.113.9")),
            ("203.0.113.9", &[], Some("203.0.113.9")),
            ("::ffff:203.0.113.9", &[], Some("::ffff:203.0.113.9")),
            ("127.0.0.1", &["198.51.100.1"], Some("198.51.100.1")),
            ("::ffff:127.0.0.1", &["198.51.100.1"], Some("198.51.100.1")),
            ("127.0.0.1", &["6.6.6.6, 198.51.100.1"], Some("198.51.100.1")),
            ("127.0.0.1", &["6.6.6.6", "198.51.100.1"], Some("198.51.100.1")),
            ("127.0.0.1", &["6.6.6.6,198.51.100.1, 10.1.2.3"], Some("198.51.100.1")),
            ("127.0.0.1", &["198.51.100.1, 10.2.2.3"], Some("10.2.2.3")),
            ("127.0.0.1", &["127.0.0.1, 198.51.100.1"], Some("198.51.100.1")),
            ("127.0.0.1", &["198.51.100.1:4711"], Some("198.51.100.1")),
            ("127.0.0.1", &["[2001:db8::1]:4711"], Some("2001:db8::1")),
            ("127.0.0.1", &["[2001:db8::1]"], Some("2001:db8::1")),
            ("127.0.0.1", &["::ffff:198.51.100.1"], Some("198.51.100.1")),
            // Nothing to go by: no guess.
            ("127.0.0.1", &[], None),
            ("127.0.0.1", &[""], None),
            ("127.0.0.1", &["127.0.0.1"], None),
            ("127.0.0.1", &["198.51.100.1, unknown"], None),
            ("127.0.0.1", &["198.51.100.1,"], None),
        ] {
            let found = marks().client(peer.parse().unwrap(), &headers(lines));
            assert_eq!(found, client.map(|ip| ip.parse().unwrap()), "{peer} {lines:?}");
        }
        let many = vec!["127.0.0.1"; 100_000].join(",");
        assert_eq!(marks().client("127.0.0.1".parse().unwrap(), &headers(&["198.51.100.1", &many])), None);
    }

    #[test]
    fn neighbours_share_a_mark_and_strangers_do_not() {
        let marks = marks();
        let mark = |ip: &str| marks.mark(ip.parse().unwrap(), Timestamp(0));
        assert_eq!(mark("198.51.100.1"), mark("::ffff:198.51.100.1"));
        assert_ne!(mark("198.51.100.1"), mark("198.51.100.2"));
        assert_eq!(mark("2001:db8:1:2200::1"), mark("2001:db8:1:22ff:ffff::9"));
        assert_ne!(mark("2001:db8:1:2200::1"), mark("2001:db8:1:2300::1"));
    }

    #[test]
    fn a_mark_lasts_a_day_and_is_never_the_same_in_another_process() {
        let (ip, day) = ("198.51.100.1".parse().unwrap(), Duration::from_secs(24 * 3600));
        let marks = marks();
        let first = marks.mark(ip, Timestamp(0));
        assert_eq!(first, marks.mark(ip, Timestamp(0).plus(day).minus(Duration::from_millis(1))));
        assert_ne!(first, marks.mark(ip, Timestamp(0).plus(day)));
        assert_ne!(first, self::marks().mark(ip, Timestamp(0)));
    }
}
