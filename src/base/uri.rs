//! Strangers' addresses: which we accept at all, and what of them may be compared.
//! Ids of actors and objects are compared byte for byte; only origins and hosts are normalised here.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::Url;

use super::text;
use crate::limits;

/// Reads an http or https address of a stranger.
///
/// Stricter than the WHATWG parser, which repairs what a reader or another parser would see differently:
/// here no control character, space or backslash, no missing or extra slash, no user name or password.
pub fn http(text: &str) -> Option<Url> {
    if text.len() > limits::text::URI || text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return None;
    }
    let (scheme, rest) = text.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return None;
    }
    let url = Url::parse(text).ok()?;
    // Percent-encoding and punycode make it longer, and what we write out has to be readable again.
    (url.has_host() && url.as_str().len() <= limits::text::URI).then_some(url)
}

/// `scheme://host[:port]`, host in lower-case punycode, default port dropped.
pub fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// Whether both are acceptable addresses of one origin. What we cannot read has no origin.
pub fn same_origin(a: &str, b: &str) -> bool {
    match (http(a), http(b)) {
        (Some(a), Some(b)) => a.origin() == b.origin(),
        _ => false,
    }
}

/// `host[:port]`, default port and the root's dot dropped: the domain half of a handle, the key of delivery lanes.
pub fn authority(url: &Url) -> String {
    let host = host_key(url);
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}

/// The host alone, lower-case punycode without the root's dot: the key of budgets, so that no other spelling, port or
/// trailing dot gets around them.
pub fn host_key(url: &Url) -> String {
    url.host_str().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase()
}

/// A host key and the domains above it, nearest first: a block of any of them covers the host.
pub fn with_parents(host: &str) -> impl Iterator<Item = &str> {
    let number = host.parse::<Ipv4Addr>().is_ok() || host.starts_with('[') || host.parse::<Ipv6Addr>().is_ok();
    std::iter::successors(Some(host), move |name| {
        let (_, above) = name.split_once('.').filter(|_| !number)?;
        Some(above)
    })
}

/// The domain of two names above a host, where names are bought; names below it are free. A number is its own.
pub fn domain(host: &str) -> &str {
    with_parents(host).filter(|name| name.contains('.')).last().unwrap_or(host)
}

/// Reads `acct:user@domain`, `@user@domain` or `user@domain` (RFC 7565 as Mastodon uses it).
///
/// The user keeps its case (servers compare it without); the domain comes back as `host[:port]` in lower-case
/// punycode. The user is what `text::valid_remote_user` allows.
pub fn parse_acct(resource: &str) -> Option<(String, String)> {
    if resource.len() > limits::text::URI {
        return None;
    }
    let bare = match resource.split_at_checked(5) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("acct:") => rest,
        _ => resource,
    };
    let (user, domain) = bare.strip_prefix('@').unwrap_or(bare).split_once('@')?;
    // A resolver may put anything behind the host: only what makes up host and port gets to the parser.
    let odd = |c: char| matches!(c, '/' | '?' | '#' | '@' | '%' | '\\') || c.is_whitespace() || c.is_control();
    if !text::valid_remote_user(user) || domain.chars().any(odd) {
        return None;
    }
    let url = http(&format!("https://{domain}/"))?;
    let domain = authority(&url);
    (domain.len() <= crate::limits::text::DOMAIN).then(|| (user.to_owned(), domain))
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_below_a_domain_are_its_own() {
        for (host, domain) in
            [("a.b.x.test", "x.test"), ("x.test", "x.test"), ("localhost", "localhost"), ("127.0.0.1", "127.0.0.1")]
        {
            assert_eq!(super::domain(host), domain);
        }
    }

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_with_two_readings_are_refused() {
        for wrong in [
            "",
            "//host.example/",
            "ftp://host.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "https:host.example",
            "https:/host.example/",
            "https:///host.example/",
            "https://",
            "https://good.example@evil.example/",
            "https://user:pw@evil.example/",
            "https://@evil.example/",
            "https://good.example\\@evil.example/",
            "https:\\\\evil.example/",
            "https://evil.example/a b",
            "https://evil.example/\u{a0}",
            "https://evil\t.example/",
            "https://evil.example/\n",
            " https://evil.example/",
            "https://evil.example:99999/",
            "https://ex%00ample/",
            "https://[::1/",
        ] {
            assert!(http(wrong).is_none(), "{wrong}");
        }
        let long = format!("https://host.example/{}", "a".repeat(limits::text::URI));
        assert!(http(&long).is_none());
        assert!(http(&format!("https://host.example/{}", "ü".repeat(limits::text::URI / 4))).is_none());
        assert_eq!(http("HTTPS://Host.Example/A?b#c").unwrap().as_str(), "https://host.example/A?b#c");
        assert!(http("https://host.example/@user").is_some());
    }

    #[test]
    fn numbers_in_disguise_come_out_as_numbers() {
        for spelling in
            ["http://2130706433/", "http://0177.0.0.1/", "http://0x7f.1/", "http://127.1/", "http://127。0。0。1/"]
        {
            assert_eq!(host_key(&http(spelling).unwrap()), "127.0.0.1", "{spelling}");
        }
    }

    #[test]
    fn origins_ignore_spelling_and_nothing_else() {
        assert!(same_origin("https://Bücher.example:443/a", "https://xn--bcher-kva.example/b?c"));
        assert!(!same_origin("https://host.example/", "http://host.example/"));
        assert!(!same_origin("https://host.example/", "https://host.example:8443/"));
        assert!(!same_origin("https://host.example/", "https://www.host.example/"));
        assert!(!same_origin("nonsense", "nonsense"));
        assert_eq!(origin(&http("https://HOST.example:443/x").unwrap()), "https://host.example");
        assert_eq!(authority(&http("https://HOST.example:8443/x").unwrap()), "host.example:8443");
        assert_eq!(authority(&http("http://[::1]:80/x").unwrap()), "[::1]");
        assert_eq!(authority(&http("https://HOST.example.:8443/x").unwrap()), "host.example:8443");
    }

    #[test]
    fn a_block_sees_through_spellings() {
        for spelling in
            ["https://EVIL.example/", "https://evil.example./", "https://evil.example:8443/", "https://ｅvil。example/"]
        {
            assert_eq!(host_key(&http(spelling).unwrap()), "evil.example", "{spelling}");
        }
        let up: Vec<_> = with_parents("a.b.evil.example").collect();
        assert_eq!(up, ["a.b.evil.example", "b.evil.example", "evil.example", "example"]);
        assert_eq!(with_parents("127.0.0.1").collect::<Vec<_>>(), ["127.0.0.1"]);
        assert_eq!(with_parents("[::ffff:1.2.3.4]").count(), 1);
    }

    #[test]
    fn handles_are_read_in_three_forms() {
        let expected = Some(("Press".to_owned(), "xn--stdte-hra.example".to_owned()));
        for form in
            ["acct:Press@städte.example", "ACCT:Press@STÄDTE.example", "@Press@städte.example", "Press@städte.example"]
        {
            assert_eq!(parse_acct(form), expected, "{form}");
        }
        assert_eq!(parse_acct("acct:a.b-c@localhost:8443"), Some(("a.b-c".into(), "localhost:8443".into())));
        assert_eq!(parse_acct("u@127.0.0.11:443").unwrap().1, "127.0.0.11");
    }

    #[test]
    fn handles_that_fool_are_refused() {
        for wrong in [
            "",
            "acct:",
            "press",
            "@press",
            "press@",
            "@@host.example",
            "a@b@host.example",
            "press@host.example/path",
            "press@host.example?x",
            "press@host.example#x",
            "press@host.example%2f",
            "press@user:pw@host.example",
            "pre ss@host.example",
            "pre\u{202e}ss@host.example",
            "prëss@host.example",
            ".press@host.example",
            "press-@host.example",
            "press@ho st.example",
            "press@host.example\n",
            "https://host.example/@press",
            "acct:acct:press@host.example",
        ] {
            assert_eq!(parse_acct(wrong), None, "{wrong:?}");
        }
        assert_eq!(parse_acct(&format!("{}@host.example", "a".repeat(256))), None);
        assert_eq!(parse_acct(&"@".repeat(100_000)), None);
    }

    proptest! {
        #[test]
        fn accepted_addresses_stay_as_they_are(text in "(?i)https?://\\PC{0,40}") {
            if let Some(url) = http(&text) {
                prop_assert_eq!(http(url.as_str()), Some(url.clone()));
                prop_assert!(same_origin(&text, url.as_str()));
                prop_assert!(url.username().is_empty() && url.password().is_none());
            }
        }

        #[test]
        fn accepted_handles_stay_as_they_are(text in "(acct:|@)?[\\PC]{1,10}@\\PC{1,20}") {
            if let Some((user, domain)) = parse_acct(&text) {
                let again = format!("{user}@{domain}");
                prop_assert_eq!(parse_acct(&again), Some((user, domain)));
            }
        }
    }
}
