//! What an asker accepts, and what it has already (RFC 9110 §12.5, §13.1.2).

use hyper::HeaderMap;
use hyper::header::{self, HeaderName, HeaderValue};

/// Which coding of a body an asker takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// As it is.
    Plain,
    /// Packed with gzip where it is at hand, else as it is.
    Either,
    /// Packed only.
    Packed,
}

/// The texts of a header that may come in several lines.
fn lines(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers.get_all(name).iter().filter_map(|line| line.to_str().ok())
}

/// True when the answer should be ActivityPub JSON. Its media types win wherever they stand in `Accept`, as other
/// servers send them beside `text/html`.
pub fn activity(headers: &HeaderMap) -> bool {
    let one = |line: &str| line.contains("application/activity+json") || line.contains("application/ld+json");
    lines(headers, header::ACCEPT).any(one)
}

/// True when a browser asks: HTML is named in `Accept` and ActivityPub is not.
pub fn page(headers: &HeaderMap) -> bool {
    !activity(headers) && lines(headers, header::ACCEPT).any(|line| line.contains("text/html"))
}

/// What `Accept-Encoding` allows. Of two that are liked the same the packed one is shorter. Who refuses everything
/// gets the body as it is.
pub fn coding(headers: &HeaderMap) -> Coding {
    let (mut gzip, mut identity, mut any) = (None, None, None);
    for part in lines(headers, header::ACCEPT_ENCODING).flat_map(|line| line.split(',')) {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight.trim().strip_prefix(['q', 'Q']).and_then(|q| q.trim_start().strip_prefix('='));
        let weight = weight.map_or(Some(1.0), |q| q.trim().parse::<f32>().ok());
        let Some(weight) = weight.filter(|q| (0.0..=1.0).contains(q)) else { continue };
        match name.trim() {
            "*" => any = Some(weight),
            name if name.eq_ignore_ascii_case("identity") => identity = Some(weight),
            name if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => gzip = Some(weight),
            _ => {}
        }
    }
    let (gzip, identity) = (gzip.or(any).unwrap_or(0.0), identity.or(any));
    match identity {
        _ if gzip <= 0.0 => Coding::Plain,
        Some(weight) if weight <= 0.0 => Coding::Packed,
        Some(weight) if weight > gzip => Coding::Plain,
        Some(_) | None => Coding::Either,
    }
}

/// Whether a line of `If-None-Match` names an entity tag, which is written with its quotes. It compares weakly.
pub fn names(line: &HeaderValue, tag: &str) -> bool {
    is_among(line, tag, true)
}

/// The same of `If-Match`, where a weak tag names nothing.
pub fn names_strongly(line: &HeaderValue, tag: &str) -> bool {
    is_among(line, tag, false)
}

fn is_among(line: &HeaderValue, tag: &str, weakly: bool) -> bool {
    let Ok(mut rest) = line.to_str().map(str::trim) else { return false };
    if rest == "*" {
        return true;
    }
    let tag = tag.trim_matches('"');
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let weak = rest.strip_prefix("W/");
        let Some(inner) = weak.unwrap_or(rest).strip_prefix('"') else { return false };
        let Some((one, after)) = inner.split_once('"') else { return false };
        if one == tag && (weakly || weak.is_none()) {
            return true;
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &HeaderName, lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (name.clone(), HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn codings_are_what_was_allowed() {
        let cases: [(&[&str], Coding); 24] = [
            (&[], Coding::Plain),
            (&[""], Coding::Plain),
            (&["gzip"], Coding::Either),
            (&["GZip"], Coding::Either),
            (&["x-gzip"], Coding::Either),
            (&["gzip, deflate, br, zstd"], Coding::Either),
            (&["deflate", "gzip"], Coding::Either),
            (&["br"], Coding::Plain),
            (&["gzip;q=0"], Coding::Plain),
            (&["gzip; q=0.000"], Coding::Plain),
            (&["gzip ; q = 0.5"], Coding::Either),
            (&["gzip;q=0.5, identity"], Coding::Plain),
            (&["gzip;q=0.5, identity;q=0.2"], Coding::Either),
            (&["identity;q=0"], Coding::Plain),
            (&["identity;q=0, gzip"], Coding::Packed),
            (&["gzip", "identity;q=0"], Coding::Packed),
            (&["*"], Coding::Either),
            (&["*;q=0"], Coding::Plain),
            (&["*;q=0, gzip"], Coding::Packed),
            (&["gzip;q=0, *"], Coding::Plain),
            (&["*;q=0, identity, gzip;q=0.1"], Coding::Plain),
            (&["gzip;q=2"], Coding::Plain),
            (&["gzip;q=NaN"], Coding::Plain),
            (&["gzipped, notgzip"], Coding::Plain),
        ];
        for (lines, coding) in cases {
            assert_eq!(super::coding(&headers(&header::ACCEPT_ENCODING, lines)), coding, "{lines:?}");
        }
    }

    #[test]
    fn a_media_type_counts_on_every_line() {
        let accept = |lines| headers(&header::ACCEPT, lines);
        assert!(activity(&accept(&["text/html", "application/activity+json"])));
        assert!(page(&accept(&["text/plain", "text/html;q=0.9"])));
        assert!(!page(&accept(&["text/html", "application/ld+json"])));
        assert!(!page(&accept(&[])) && !activity(&accept(&["*/*"])));
    }

    #[test]
    fn tags_are_found_in_lists_and_compare_weakly() {
        let names = |line: &'static str| super::names(&HeaderValue::from_static(line), "\"abc-gz\"");
        for line in ["*", " * ", "\"abc-gz\"", "W/\"abc-gz\"", "\"x\",\"abc-gz\"", "\"a,b\" ,\t W/\"abc-gz\", \"y\""] {
            assert!(names(line), "{line}");
        }
        for line in [
            "",
            ",",
            "abc-gz",
            "\"abc\"",
            "\"ABC-GZ\"",
            "\"x\" \"",
            "w/\"abc-gz\"",
            "\"*\"",
            "\"x,abc-gz,y\"",
            "*, \"x\"",
        ] {
            assert!(!names(line), "{line}");
        }
    }
}
