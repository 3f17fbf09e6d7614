//! A request as a door sees it: path in segments, query, form; every body bounded in size and time.

use bytes::Bytes;
use http_body_util::{BodyDataStream, BodyExt, Limited};
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method};
use percent_encoding::percent_decode_str;

use crate::error::{Error, Problem, Result};
use crate::limits;

/// A request with its body still to come.
pub struct Request {
    parts: Parts,
    segments: Vec<String>,
    query: Vec<(String, String)>,
    body: Option<Incoming>,
}

impl Request {
    /// Takes a request apart. Refuses a path that is no text.
    pub fn new(request: hyper::Request<Incoming>) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let segments = segments(parts.uri.path())?;
        let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
        Ok(Self { parts, segments, query, body: Some(body) })
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

    /// The first value of a query parameter.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// An id in the query that pages a list; a wrong one is as good as none.
    pub fn position<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.query(name)?.parse().ok()
    }

    /// True when the answer should be ActivityPub JSON. Its media types win wherever they stand in `Accept`, as
    /// other servers send them beside `text/html`.
    pub fn wants_activity(&self) -> bool {
        let accept = self.header("accept").unwrap_or_default();
        accept.contains("application/activity+json") || accept.contains("application/ld+json")
    }

    /// The whole body, up to `cap` bytes.
    pub async fn bytes(&mut self, cap: usize) -> Result<Bytes> {
        let too_large = || Problem::new("E150", format!("The request is larger than {cap} bytes.")).into();
        let Some(body) = self.body.take() else { return Err(Error::bug("a body was read twice")) };
        let announced = self.header("content-length").and_then(|l| l.parse::<usize>().ok());
        if announced.is_some_and(|length| length > cap) {
            return Err(too_large());
        }
        match tokio::time::timeout(limits::inbound::BODY_TIME, Limited::new(body, cap).collect()).await {
            Ok(Ok(collected)) => Ok(collected.to_bytes()),
            Ok(Err(e)) if e.is::<http_body_util::LengthLimitError>() => Err(too_large()),
            Ok(Err(_)) => Err(Problem::new("E151", "The request broke off.").into()),
            Err(_) => Err(Problem::new("E152", "The request took too long to arrive.").into()),
        }
    }

    /// The body as it arrives, up to `cap` bytes. The caller bounds the time.
    pub fn stream(&mut self, cap: u64) -> Result<BodyDataStream<Limited<Incoming>>> {
        let Some(body) = self.body.take() else { return Err(Error::bug("a body was read twice")) };
        let announced = self.header("content-length").and_then(|length| length.parse::<u64>().ok());
        if announced.is_some_and(|length| length > cap) {
            return Err(Problem::new("E150", format!("The request is larger than {cap} bytes.")).into());
        }
        Ok(BodyDataStream::new(Limited::new(body, usize::try_from(cap).unwrap_or(usize::MAX))))
    }

    /// A posted form without files.
    pub async fn form(&mut self) -> Result<Form> {
        let bytes = self.bytes(limits::inbound::FORM).await?;
        Form::new(pairs(&bytes))
    }

    /// The boundary of a multipart body, when it is one.
    pub fn boundary(&self) -> Option<String> {
        self.header("content-type").and_then(|kind| multer::parse_boundary(kind).ok())
    }
}

/// The fields of a form or of a flat JSON object, in order.
#[derive(Debug, Default, Clone)]
pub struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    pub fn new(pairs: Vec<(String, String)>) -> Result<Self> {
        if pairs.len() > limits::inbound::FIELDS {
            return Err(
                Problem::new("E153", format!("The form has more than {} fields.", limits::inbound::FIELDS)).into()
            );
        }
        Ok(Self { pairs })
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

    /// An id in a field.
    pub fn id<T: std::str::FromStr<Err = Error>>(&self, name: &str) -> Result<T> {
        self.find(name).ok_or(Error::NotFound)?.parse()
    }
}

fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes)
        .take(limits::inbound::FIELDS + 1)
        .map(|(k, v)| (k.into_owned(), v.into_owned()))
        .collect()
}

fn segments(path: &str) -> Result<Vec<String>> {
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
    fn a_part_cannot_smuggle_a_slash() {
        for path in ["/media/..%2f..%2fetc", "/a%00b", "/a%5cb", "/%ff"] {
            assert!(segments(path).is_err(), "{path}");
        }
    }
}
