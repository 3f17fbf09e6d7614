//! Which addresses we may connect to: the public internet on the port of https, and networks that the
//! configuration names. Everything else is refused, whatever name or spelling led to it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::error::{Error, Problem};

/// Global unicast, by the IANA special-purpose registries (RFC 6890 and its successors, read November 2026).
/// Special-purpose ranges are refused even where the registry calls them globally reachable (AS112, anycast relays):
/// no server of ours lives there. IPv6 addresses that carry an IPv4 address are judged by that one.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// First address and prefix length of every special-purpose range of IPv4.
const SPECIAL_V4: [([u8; 4], u8); 19] = [
    ([0, 0, 0, 0], 8),       // this network; 0.0.0.0 reaches ourselves on Linux
    ([10, 0, 0, 0], 8),      // private use
    ([100, 64, 0, 0], 10),   // behind a carrier's NAT
    ([127, 0, 0, 0], 8),     // loopback
    ([169, 254, 0, 0], 16),  // link local; where clouds keep their secrets
    ([172, 16, 0, 0], 12),   // private use
    ([192, 0, 0, 0], 24),    // protocol assignments
    ([192, 0, 2, 0], 24),    // documentation
    ([192, 31, 196, 0], 24), // AS112
    ([192, 52, 193, 0], 24), // AMT
    ([192, 88, 99, 0], 24),  // 6to4 relay
    ([192, 168, 0, 0], 16),  // private use
    ([192, 175, 48, 0], 24), // AS112
    ([198, 18, 0, 0], 15),   // benchmarks
    ([198, 51, 100, 0], 24), // documentation
    ([203, 0, 113, 0], 24),  // documentation
    ([224, 0, 0, 0], 4),     // multicast
    ([240, 0, 0, 0], 4),     // reserved
    ([255, 255, 255, 255], 32),
];

/// Special-purpose ranges within `2000::/3`; outside of it nothing is global unicast.
const SPECIAL_V6: [([u8; 6], u8); 5] = [
    ([0x20, 0x01, 0, 0, 0, 0], 23),       // protocol assignments: benchmarks, ORCHID, drones
    ([0x20, 0x01, 0x0d, 0xb8, 0, 0], 32), // documentation
    ([0x26, 0x20, 0x00, 0x4f, 0x80, 0x00], 48), // AS112
    ([0x3f, 0xfe, 0, 0, 0, 0], 16),       // the former 6bone
    ([0x3f, 0xff, 0, 0, 0, 0], 20),       // documentation
];

fn is_public_v4(ip: Ipv4Addr) -> bool {
    !SPECIAL_V4.iter().any(|&(base, bits)| same_prefix(&base, &ip.octets(), bits))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(inner) = ip.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match ip.segments() {
        // NAT64 (RFC 6052), by which a network without IPv4 reaches the IPv4 internet; and 6to4 (RFC 3056).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => is_public_v4(v4(high, low)),
        // Teredo (RFC 4380): its server, and its client with the bits turned over.
        [0x2001, 0, high, low, .., client_high, client_low] => {
            is_public_v4(v4(high, low)) && is_public_v4(v4(!client_high, !client_low))
        }
        // Also refused here: ::a.b.c.d (deprecated), 64:ff9b:1::/48 (RFC 8215: local, and where it carries the IPv4
        // address is the translator's choice), ::, ::1, and all local and multicast ranges.
        [first, ..] => {
            first >> 13 == 1 && !SPECIAL_V6.iter().any(|&(base, bits)| same_prefix(&base, &ip.octets(), bits))
        }
    }
}

/// Whether the first `bits` bits agree.
fn same_prefix(one: &[u8], two: &[u8], bits: u8) -> bool {
    let mut left = bits;
    for (a, b) in one.iter().zip(two) {
        if left < 8 {
            return left == 0 || (a ^ b) >> (8 - left) == 0;
        }
        if a != b {
            return false;
        }
        left -= 8;
    }
    true
}

/// A network in CIDR notation, `10.1.0.0/16`; an address alone is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u8,
}

impl Network {
    /// An IPv4 address in its IPv6 spelling (`::ffff:10.1.2.3`) belongs to the IPv4 network.
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.base, ip.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(ip)) => same_prefix(&base.octets(), &ip.octets(), self.bits),
            (IpAddr::V6(base), IpAddr::V6(ip)) => same_prefix(&base.octets(), &ip.octets(), self.bits),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for Network {
    type Err = Error;

    /// Refuses what is probably a slip: bits after the prefix, and networks larger than the largest private ones
    /// (`10.0.0.0/8`, `fc00::/7`), which would let everything through.
    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = |remedy: &str| -> Error {
            Problem::new("E013", format!("'{text}' is not a network we could allow.")).remedy(remedy).into()
        };
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let base: IpAddr = address.parse().map_err(|_| wrong("Write it like 10.1.0.0/16 or fd12:3456::/32."))?;
        let (shortest, longest) = if base.is_ipv4() { (8, 32) } else { (7, 128) };
        let bits: u8 = match bits {
            None => longest,
            Some(digits) => digits.parse().map_err(|_| wrong("After the slash comes a number of bits."))?,
        };
        if base != base.to_canonical() {
            return Err(wrong("Write an IPv4 network as IPv4, like 10.1.0.0/16."));
        }
        if !(shortest..=longest).contains(&bits) {
            return Err(wrong("The number of bits is 8 to 32 for IPv4 and 7 to 128 for IPv6."));
        }
        let rest_is_zero = match base {
            IpAddr::V4(ip) => u64::from(ip.to_bits()) << bits & u64::from(u32::MAX) == 0,
            IpAddr::V6(ip) => ip.to_bits().checked_shl(bits.into()).unwrap_or(0) == 0,
        };
        if !rest_is_zero {
            return Err(wrong("The address has bits set after the prefix; give the first address of the network."));
        }
        Ok(Self { base, bits })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.bits)
    }
}

/// Whether an address may be connected to, and as what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admit {
    No,
    Public,
    /// In a network that the configuration names.
    Private,
}

/// How far we reach: the public internet, and the networks named here.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    pub allow_private: Vec<Network>,
}

impl Reach {
    /// For an address that whoever runs the server named, wherever it is.
    pub fn anywhere() -> Self {
        let all = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];
        Self { allow_private: all.map(|base| Network { base, bits: 0 }).into() }
    }

    pub fn admits(&self, ip: IpAddr) -> Admit {
        if self.allow_private.iter().any(|network| network.contains(ip)) {
            Admit::Private
        } else if is_public(ip) {
            Admit::Public
        } else {
            Admit::No
        }
    }

    /// Whether a connection to this address, port and scheme is admitted: in public only https on its own port,
    /// so that nobody can make us knock at other services; in a named network what its owner likes.
    pub fn opens(&self, ip: IpAddr, port: u16, https: bool) -> bool {
        match self.admits(ip) {
            Admit::No => false,
            Admit::Public => https && port == 443,
            Admit::Private => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap_or_else(|_| panic!("{text}"))
    }

    /// First and last address of each range that must be refused.
    const REFUSED: [(&str, &str); 46] = [
        ("0.0.0.0", "0.255.255.255"),
        ("10.0.0.0", "10.255.255.255"),
        ("100.64.0.0", "100.127.255.255"),
        ("127.0.0.0", "127.255.255.255"),
        ("169.254.0.0", "169.254.255.255"),
        ("169.254.169.254", "169.254.169.254"),
        ("172.16.0.0", "172.31.255.255"),
        ("192.0.0.0", "192.0.0.255"),
        ("192.0.2.0", "192.0.2.255"),
        ("192.31.196.0", "192.31.196.255"),
        ("192.52.193.0", "192.52.193.255"),
        ("192.88.99.0", "192.88.99.255"),
        ("192.168.0.0", "192.168.255.255"),
        ("192.175.48.0", "192.175.48.255"),
        ("198.18.0.0", "198.19.255.255"),
        ("198.51.100.0", "198.51.100.255"),
        ("203.0.113.0", "203.0.113.255"),
        ("224.0.0.0", "239.255.255.255"),
        ("240.0.0.0", "255.255.255.255"),
        ("::", "::1"),
        ("::7f00:1", "::ffff:ffff"),
        ("::ffff:0.0.0.0", "::ffff:0.255.255.255"),
        ("::ffff:10.0.0.0", "::ffff:10.255.255.255"),
        ("::ffff:127.0.0.1", "::ffff:169.254.169.254"),
        ("::ffff:192.168.0.1", "::ffff:255.255.255.255"),
        ("64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1"),
        ("64:ff9b::192.168.1.1", "64:ff9b::0.0.0.0"),
        ("64:ff9b:0:0:0:1:8.8.8.8", "64:ff9b:0:1::8.8.8.8"),
        ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
        ("64:ff9b:1::8.8.8.8", "64:ff9b:1::127.0.0.1"),
        ("100::", "100::ffff:ffff:ffff:ffff"),
        ("100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff"),
        ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff"),
        ("2001:10::", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2002:7f00:1::", "2002:a00:1::1"),
        ("2002:c0a8:1::", "2002:a9fe:a9fe::"),
        ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"),
        ("3ffe::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("4000::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ];

    /// Neighbours of the refused ranges, and embeddings of public addresses.
    const PUBLIC: [&str; 44] = [
        "1.0.0.0",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.31.195.255",
        "192.31.197.0",
        "192.52.192.255",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "192.175.47.255",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2001:0:808:808::f7f7:f7f7",
        "2001:200::",
        "2001:db7:ffff::",
        "2001:db9::",
        "2002:808:808::1",
        "2003::1",
        "2606:4700::1111",
        "2620:4f:7fff::1",
        "2620:4f:8001::1",
        "2a01:4f8::1",
        "3ffd::1",
        "3fff:1000::1",
    ];

    #[test]
    fn special_ranges_are_refused_from_end_to_end() {
        for (first, last) in REFUSED {
            for address in [ip(first), ip(last)] {
                assert!(!is_public(address), "{address}");
                assert_eq!(Reach::default().admits(address), Admit::No);
                assert!(!Reach::default().opens(address, 443, true));
            }
        }
    }

    #[test]
    fn every_embedding_of_a_refused_ipv4_address_is_refused() {
        for (first, last) in REFUSED.iter().filter(|(first, _)| !first.contains(':')) {
            for v4 in [ip(first), ip(last)] {
                let IpAddr::V4(v4) = v4 else { panic!("{v4}") };
                let [a, b, c, d] = v4.octets();
                let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
                for address in [
                    v4.to_ipv6_mapped(),
                    Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
                    Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                    Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
                    Ipv6Addr::new(0x64, 0xff9b, 1, high, low >> 8, low << 8, 0, 0),
                    Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
                    Ipv6Addr::new(0x2001, 0, 0x808, 0x808, 0, 0, !high, !low),
                    Ipv6Addr::new(0x2001, 0, high, low, 0, 0, !0x808, !0x808),
                ] {
                    assert!(!is_public(address.into()), "{v4} as {address}");
                }
            }
        }
    }

    #[test]
    fn the_rest_is_public() {
        for address in PUBLIC {
            assert!(is_public(ip(address)), "{address}");
        }
    }

    #[test]
    fn networks_are_read_written_and_contain() {
        for (text, inside, outside) in [
            ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
            ("127.0.0.11", "127.0.0.11", "127.0.0.12"),
            ("127.77.0.0/16", "::ffff:127.77.3.250", "127.78.0.0"),
            ("172.16.0.0/12", "172.31.255.255", "172.32.0.0"),
            ("fc00::/7", "fdff::1", "fe80::1"),
            ("fd12:3456::/33", "fd12:3456:7fff::1", "fd12:3456:8000::1"),
            ("::1/128", "::1", "::2"),
        ] {
            let network: Network = text.parse().unwrap();
            assert!(network.contains(ip(inside)), "{text}");
            assert!(!network.contains(ip(outside)), "{text}");
            assert_eq!(network.to_string().parse::<Network>().unwrap(), network);
        }
    }

    #[test]
    fn slips_in_networks_are_refused() {
        for text in [
            "",
            "localhost",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0.1/8",
            "0.0.0.0/0",
            "::/0",
            "fc00::/129",
            "fd00::1/64",
            "::ffff:10.0.0.0/104",
            "10.0.0.0/8/8",
            "10.0.0.0/ 8",
            "128.0.0.0/1",
            "010.0.0.0/8",
        ] {
            assert!(matches!(text.parse::<Network>(), Err(Error::Invalid(_))), "{text}");
        }
    }

    #[test]
    fn in_public_only_https_on_its_port_and_in_named_networks_all() {
        let reach = Reach { allow_private: vec!["127.0.0.11".parse().unwrap(), "fd00::/16".parse().unwrap()] };
        for (address, port, https, wanted) in [
            ("8.8.8.8", 443, true, true),
            ("8.8.8.8", 443, false, false),
            ("8.8.8.8", 80, false, false),
            ("8.8.8.8", 22, true, false),
            ("8.8.8.8", 8443, true, false),
            ("127.0.0.11", 8080, false, true),
            ("::ffff:127.0.0.11", 22, true, true),
            ("127.0.0.12", 443, true, false),
            ("64:ff9b::127.0.0.11", 443, true, false),
            ("fd00::1", 80, false, true),
            ("fd01::1", 443, true, false),
        ] {
            assert_eq!(reach.opens(ip(address), port, https), wanted, "{address} {port} {https}");
        }
    }
}
