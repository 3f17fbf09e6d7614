//! A request as a door sees it: path in segments, query, form; every body bounded in size and time.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyDataStream, BodyExt, Limited};
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::front::{Toll, Visitor};
use super::negotiate;
use super::pace::{Pace, Whole};
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::limits::inbound::FIELDS;

/// What public pages and documents look for in a query. All else in it makes no difference to them.
pub(super) const KEYED: &[&str] = &["before", "page", "pass", "replies", "resource"];

/// What our own links percent-encode: see [`crate::model::site::Site::tag`].
const SPELLED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'@').remove(b'.').remove(b'-');

/// A request with its body still to come.
pub struct Request {
    parts: Parts,
    segments: Vec<String>,
    query: Vec<(String, String)>,
    body: Option<Incoming>,
    /// The fields that the body had, once they were read.
    typed: Option<Form>,
    visitor: Visitor,
}

impl Request {
    /// Takes a request apart. Refuses a path that is no text.
    pub fn new(request: hyper::Request<Incoming>, visitor: Visitor) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let segments = segments(parts.uri.path())?;
        let query = owned(parts.uri.query().unwrap_or_default().as_bytes());
        Ok(Self { parts, segments, query, body: Some(body), typed: None, visitor })
    }

    pub fn method(&self) -> &Method {
        &self.parts.method
    }

    /// GET or HEAD: reads only.
    pub fn is_read(&self) -> bool {
        matches!(self.parts.method, Method::GET | Method::HEAD)
    }

    /// Path and query as they were received.
    pub fn target(&self) -> &str {
        self.parts.uri.path_and_query().map_or("/", |p| p.as_str())
    }

    pub fn path(&self) -> &str {
        self.parts.uri.path()
    }

    /// The path in decoded parts, without empty ones at the end: `/@press/1/` is `["@press", "1"]`.
    pub fn segments(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// Whether the path is spelled as our own links spell it, without slashes at its end.
    pub fn is_spelled(&self) -> bool {
        path_of(&self.segments) == self.path()
    }

    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// A header's text; `None` also for one that comes twice.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.parts.headers.get_all(name).iter();
        let first = all.next()?;
        if all.next().is_some() { None } else { first.to_str().ok() }
    }

    /// The host the client asked for: HTTP/2's authority or the Host header.
    pub fn host(&self) -> Option<&str> {
        self.parts.uri.authority().map(hyper::http::uri::Authority::as_str).or_else(|| self.header("host"))
    }

    /// The first value of a query parameter: one of `KEYED`, where the answer may be kept.
    pub fn query(&self, name: &str) -> Option<&str> {
        debug_assert!(KEYED.contains(&name) || self.path().starts_with("/api/") || self.path().starts_with("/desk"));
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether it costs next to nothing: a file as it lies there. Judged by the same parts that the doors go by.
    pub fn is_free(&self) -> bool {
        let first = self.segments.first().map(String::as_str);
        self.is_read() && matches!(first, Some("assets" | "media" | "favicon.ico" | "robots.txt" | "healthz"))
    }

    /// What this asks of the limits of its network. What has to show a secret (`secret`: a cookie, a token, a link) or
    /// changes something is counted when it fails; all else when it is asked, whatever it shows.
    pub fn toll(&self, secret: bool) -> Option<Toll> {
        if self.is_free() {
            return None;
        }
        Some(if secret || !self.is_read() { Toll::Fault } else { Toll::Read })
    }

    pub fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    /// See [`Visitor::is_ours`].
    pub fn is_ours(&mut self) {
        self.visitor.is_ours();
    }

    /// See [`Visitor::may_ask`].
    #[must_use]
    pub fn may_ask(&mut self) -> bool {
        self.visitor.may_ask()
    }

    /// An id in the query that pages a list; a wrong one is as good as none.
    pub fn position<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.query(name)?.parse().ok()
    }

    /// See `negotiate::activity`.
    pub fn wants_activity(&self) -> bool {
        negotiate::activity(&self.parts.headers)
    }

    /// See `negotiate::page`.
    pub fn wants_page(&self) -> bool {
        negotiate::page(&self.parts.headers)
    }

    /// See [`Visitor::grow`].
    #[must_use]
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        self.visitor.grow(bytes)
    }

    /// The whole body, up to `cap` bytes.
    pub async fn bytes(&mut self, cap: usize) -> Result<Bytes> {
        let body = self.announced(cap as u64)?;
        gather(body, cap, &mut self.visitor).await
    }

    /// The body as it arrives, up to `cap` bytes. The caller bounds the time.
    pub fn body(&mut self, cap: u64) -> Result<Limited<Incoming>> {
        let body = self.announced(cap)?;
        Ok(Limited::new(body, usize::try_from(cap).unwrap_or(usize::MAX)))
    }

    /// The body, once, unless it says itself that it is too large.
    fn announced(&mut self, cap: u64) -> Result<Incoming> {
        let Some(body) = self.body.take() else { return Err(Error::bug("a body was read twice")) };
        let length = self.header("content-length").and_then(|length| length.parse::<u64>().ok());
        if length.is_some_and(|length| length > cap) { Err(too_large(cap)) } else { Ok(body) }
    }

    /// The same as a stream of its bytes.
    pub fn stream(&mut self, cap: u64) -> Result<BodyDataStream<Limited<Incoming>>> {
        self.body(cap).map(BodyDataStream::new)
    }

    /// A posted form without files.
    pub async fn form(&mut self) -> Result<Form> {
        let bytes = self.bytes(limits::inbound::FORM).await?;
        let form = Form::new(owned(&bytes))?;
        self.remember(&form);
        Ok(form)
    }

    /// Keeps the fields that the body had, for whoever has to give them back.
    pub(super) fn remember(&mut self, form: &Form) {
        self.typed = Some(form.clone());
    }

    /// The fields that the body had; none before they were read.
    pub fn typed(&self) -> Option<&Form> {
        self.typed.as_ref()
    }

    /// The boundary of a multipart body, when it is one.
    pub fn boundary(&self) -> Option<String> {
        self.header("content-type").and_then(|kind| multer::parse_boundary(kind).ok())
    }
}

/// The fields of a form or of a flat JSON object, in order. Its copies share them.
#[derive(Debug, Default, Clone)]
pub struct Form {
    pairs: Arc<[(String, String)]>,
}

impl Form {
    pub fn new(pairs: Vec<(String, String)>) -> Result<Self> {
        if pairs.len() > FIELDS {
            return Err(Problem::new("E153", format!("The form has more than {FIELDS} fields.")).into());
        }
        Ok(Self { pairs: pairs.into() })
    }

    /// A field's text, with line ends as Unix writes them; empty when it is absent.
    pub fn text(&self, name: &str) -> String {
        self.find(name).unwrap_or_default().replace("\r\n", "\n")
    }

    pub fn find(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a field that may come more than once, also as `name[]`.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(key, _)| key.strip_suffix("[]").unwrap_or(key) == name)
            .map(|(_, value)| value.as_str())
    }

    /// All fields in their order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// An id in a field.
    pub fn id<T: std::str::FromStr<Err = Error>>(&self, name: &str) -> Result<T> {
        self.find(name).ok_or(Error::NotFound)?.parse()
    }
}

/// Why a body that is read as it comes stops coming.
pub(super) fn broken_off(error: &(dyn std::error::Error + 'static)) -> Error {
    let (id, what) = if error.is::<http_body_util::LengthLimitError>() {
        ("E150", "The request is larger than what is taken here.")
    } else {
        ("E151", "The request broke off.")
    };
    Problem::new(id, what).into()
}

fn too_large(cap: u64) -> Error {
    Problem::new("E150", format!("The request is larger than {cap} bytes.")).into()
}

/// Reads a body that has to grow at a pace. Room is taken for what has arrived, never for what is announced. Uploads
/// are streamed and have a bound of their own (`limits::inbound::UPLOADS`).
async fn gather(mut body: Incoming, cap: usize, visitor: &mut Visitor) -> Result<Bytes> {
    let (mut whole, mut rest) = (Bytes::new(), BytesMut::new());
    let (mut length, mut pace) = (0, Pace::begin(Whole::Body));
    while let Some(frame) = pace.next(body.frame()).await? {
        let frame = frame.map_err(|e| broken_off(&e))?;
        let Ok(data) = frame.into_data() else { continue };
        pace.came(data.len());
        length += data.len();
        if length > cap {
            return Err(too_large(cap as u64));
        }
        // Too much of other bodies is in memory.
        if !visitor.grow(data.len()) {
            return Err(Error::Busy { retry_after: limits::inbound::COME_BACK });
        }
        // Nearly every body is one piece and is passed on as it is.
        if whole.is_empty() && rest.is_empty() {
            whole = data;
        } else {
            rest.extend_from_slice(&std::mem::take(&mut whole));
            rest.extend_from_slice(&data);
        }
    }
    Ok(if whole.is_empty() { rest.freeze() } else { whole })
}

/// Names and values of a query or form, decoded.
pub(super) fn pairs(bytes: &[u8]) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    form_urlencoded::parse(bytes).take(FIELDS + 1)
}

fn owned(bytes: &[u8]) -> Vec<(String, String)> {
    pairs(bytes).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// The parts of a path, see [`Request::segments`].
pub(super) fn segments(path: &str) -> Result<Vec<String>> {
    path.strip_prefix('/')
        .unwrap_or(path)
        .trim_end_matches('/')
        .split('/')
        .filter(|part| !part.is_empty() || path.len() > 1)
        .map(|part| {
            let decoded = percent_decode_str(part).decode_utf8().map_err(|_| Error::NotFound)?;
            if decoded.contains(['/', '\0', '\\']) { Err(Error::NotFound) } else { Ok(decoded.into_owned()) }
        })
        .collect()
}

/// The path that falls into these parts, in the spelling of our own links.
pub(super) fn path_of(segments: &[String]) -> String {
    let parts = segments.iter().flat_map(|part| ["/".into(), utf8_percent_encode(part, SPELLED).to_string()]);
    let path: String = parts.collect();
    if path.is_empty() { "/".into() } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_fall_into_decoded_parts() {
        assert_eq!(segments("/").unwrap(), Vec::<String>::new());
        assert_eq!(segments("/@press/12/").unwrap(), ["@press", "12"]);
        assert_eq!(segments("/tags/%C3%BCber").unwrap(), ["tags", "über"]);
        assert_eq!(segments("//a").unwrap(), ["", "a"]);
    }

    #[test]
    fn each_path_has_one_spelling() {
        for path in
            ["/", "/@press", "/@press/12/de-CH", "/tags/%C3%BCber", "/.well-known/host-meta", "/@press/feed.atom"]
        {
            assert_eq!(path_of(&segments(path).unwrap()), path);
        }
        for path in ["//", "/@press/", "/%40press", "/tags/%c3%bcber", "/tags/%77ater", "/tags/a_b", "/a//b/"] {
            assert_ne!(path_of(&segments(path).unwrap()), path);
        }
    }

    #[test]
    fn a_part_cannot_smuggle_a_slash() {
        for path in ["/media/..%2f..%2fetc", "/a%00b", "/a%5cb", "/%ff"] {
            assert!(segments(path).is_err(), "{path}");
        }
    }
}
