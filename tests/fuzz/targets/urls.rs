//! Addresses and handles: what we accept has one reading, and leads to no private place.

use std::net::IpAddr;

use hyper::Uri;
use instance::base::uri;
use instance::limits;
use instance::model::site::Site;
use instance::net::address::Reach;
use url::{Host, Url};

use super::ORIGIN;

pub fn urls(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Some(url) = uri::http(text) {
        one_reading(text, &url);
        ours(text, &url);
        place(&url);
    }
    if let Some((user, domain)) = uri::parse_acct(text) {
        assert_eq!(uri::parse_acct(&format!("acct:{user}@{domain}")), Some((user, domain.clone())));
        let url = uri::http(&format!("https://{domain}/")).expect("a domain makes an address");
        assert_eq!((uri::authority(&url), url.path()), (domain, "/"));
    }
}

fn one_reading(text: &str, url: &Url) {
    assert!(matches!(url.scheme(), "http" | "https") && url.has_host() && url.as_str().len() <= limits::text::URI);
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
    assert_eq!(uri::http(url.as_str()).as_ref(), Some(url), "what we write we read");
    assert!(uri::same_origin(text, url.as_str()) && uri::origin(url).starts_with(url.scheme()));
    assert!(text.to_ascii_lowercase().starts_with(&format!("{}://", url.scheme())), "the scheme is the one written");
    // The client connects by hyper's reading.
    if let Ok(other) = url.as_str().parse::<Uri>() {
        let host = other.host().expect("a host");
        assert!(url.host_str().is_some_and(|ours| ours.eq_ignore_ascii_case(host)), "{url}: {host}");
        assert_eq!(other.port_u16(), url.port());
    }
    let key = uri::host_key(url);
    assert!(!key.ends_with('.') && key == key.to_ascii_lowercase(), "{key}");
    assert_eq!(uri::with_parents(&key).next(), Some(key.as_str()));
    assert!(uri::with_parents(&key).all(|parent| key.ends_with(parent)));
    assert!(uri::authority(url).starts_with(&key));
}

/// Only what is on our own origin names something of ours.
fn ours(text: &str, url: &Url) {
    let site = Site { origin: ORIGIN.to_owned(), handle_domain: "example".to_owned(), live: true };
    if site.is_own(text) || site.own(text).is_some() {
        assert_eq!(uri::origin(url), ORIGIN);
    }
}

/// A number for a host is refused unless it is a public one, whatever its spelling.
fn place(url: &Url) {
    let ip = match url.host() {
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
        Some(Host::Domain(name)) => {
            assert!(name.trim_end_matches('.').parse::<IpAddr>().is_err(), "a number that passes for a name: {name}");
            return;
        }
        None => panic!("no host"),
    };
    let https = url.scheme() == "https";
    if Reach::default().opens(ip, url.port_or_known_default().unwrap_or_default(), https) {
        assert!(https && url.port().is_none(), "{url}");
        assert!(!is_private(ip.to_canonical()), "{url}");
    }
}

/// The worst of what must not be reached, by the standard library's own words.
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_multicast()
                || ip.is_broadcast()
                || ip.is_documentation()
                || first == 0
                || first == 100 && (64..128).contains(&second)
        }
        IpAddr::V6(ip) => {
            let inner = ip.to_ipv4().is_some_and(|ip| is_private(IpAddr::V4(ip)));
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_multicast()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
                || inner
        }
    }
}
