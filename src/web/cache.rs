//! Answers that are the same for everybody: made once, found again before a request is taken apart, in the form and
//! coding that was asked for, and not sent to those who have them already (RFC 9110 §8.8, §12, §13).

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::header::{self, HeaderValue};
use hyper::{HeaderMap, Method, StatusCode, Uri};

use super::negotiate::{self, Coding};
use super::request;
use super::response::{Body, Response, bare, set, set_text};
use crate::app::App;
use crate::app::kept::{Finished, Form, Key};
use crate::crypto::digest;
use crate::error::Result;
use crate::limits::pages::PACK_FROM;
use crate::store::{Read, Seen};

/// Others may keep it and have to ask each time whether it is still the same: nobody goes on showing what was taken
/// back, and the answer to that question costs next to nothing.
const ASK: &str = "public, no-cache";
/// What the entity tag of a packed form ends in.
const PACKED: &str = "-gz";

/// The mark of an answer that is the same for everybody, with what it was made from where it may be kept.
#[derive(Clone)]
struct Same(Option<Arc<Seen>>);

/// Makes an answer from one state of the store: it is kept for as long as nothing of that changes.
pub fn made(app: &App, make: impl FnOnce(&Read) -> Result<Response>) -> Result<Response> {
    let (mut response, seen) = app.store.read_noting(make)?;
    if response.extensions().get::<Same>().is_none() {
        response.extensions_mut().insert(Same(Some(Arc::new(seen))));
    }
    Ok(response)
}

/// An answer that does not change while the program runs.
pub fn fixed(mut response: Response) -> Response {
    response.extensions_mut().insert(Same(Some(Arc::new(Seen::nothing()))));
    response
}

/// An answer that is not kept: it depends on the day, or its address is one of many that lead to the same.
pub fn passing(mut response: Response) -> Response {
    response.extensions_mut().insert(Same(None));
    response
}

/// Its form depends on what the asker accepts.
pub fn negotiated(mut response: Response) -> Response {
    set(response.headers_mut(), header::VARY, "Accept");
    response
}

/// What a request asks for, as far as kept answers care.
pub struct Asked {
    /// `None` where the answer is not to be kept: it is one of endlessly many, such as a page of a list.
    key: Option<Key>,
    coding: Coding,
    /// What the asker has already.
    known: Vec<HeaderValue>,
}

impl Asked {
    pub fn new<B>(request: &hyper::Request<B>) -> Option<Self> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return None;
        }
        let headers = request.headers();
        let known = headers.get_all(header::IF_NONE_MATCH).iter().cloned().collect();
        Some(Self { key: key(request.uri(), headers), coding: negotiate::coding(headers), known })
    }

    /// The tag of a form that the asker has and may be told to use.
    fn has(&self, tag: &str) -> Option<String> {
        let packed = (self.coding != Coding::Plain).then(|| tag_of_packed(tag));
        let tags: Vec<String> = packed.into_iter().chain([tag.to_owned()]).collect();
        tags.into_iter().find(|tag| self.known.iter().any(|line| negotiate::names(line, tag)))
    }
}

/// Path and query as they name an answer: without parameters that no page knows, such as those that link counters
/// add. Only one spelling of each is ever put into the cache, see [`is_ours`].
fn key(uri: &Uri, headers: &HeaderMap) -> Option<Key> {
    let path = uri.path();
    let form = if path.starts_with("/ap/") { negotiate::page(headers) } else { negotiate::activity(headers) };
    let Some(query) = uri.query() else { return Some((path.to_owned(), form)) };
    let mut known = request::pairs(query.as_bytes()).filter(|(name, _)| is_read(path, name));
    let target = match (known.next(), known.next()) {
        (None, _) => path.to_owned(),
        (Some((name, value)), None) => match (&*name, &*value) {
            ("page", "true" | "others") | ("replies", "") | ("resource", _) => format!("{path}?{name}={value}"),
            _ => return None,
        },
        (Some(_), Some(_)) => return None,
    };
    Some((target, form))
}

/// Whether the answer at a path may depend on a parameter: else nine hundred names for the same page, each kept, would
/// drive others out.
fn is_read(path: &str, name: &str) -> bool {
    match name {
        "resource" => path == "/.well-known/webfinger",
        "page" => path.starts_with("/ap/"),
        "replies" => path.starts_with("/@"),
        "pass" => path.starts_with("/media/"),
        _ => request::KEYED.contains(&name),
    }
}

/// Whether a path is spelled as we spell it: others lead to the same answers, but have no place here.
fn is_ours(path: &str) -> bool {
    request::segments(path).is_ok_and(|segments| request::path_of(&segments) == path)
}

/// The kept answer to a request, if there is one that holds.
pub fn find(app: &App, asked: &Asked) -> Option<Response> {
    let key = asked.key.as_ref()?;
    let found = app.kept.get(&app.store, key)?;
    if let Some(same) = unchanged(&found, asked) {
        return Some(same);
    }
    // The second who asks pays for packing: a flood of different pages is not packed at all.
    if asked.coding != Coding::Plain && !found.packing.swap(true, Ordering::Relaxed) {
        let packed = Arc::new(pack(&found));
        app.kept.put(key.clone(), Arc::clone(&packed));
        return Some(send(&packed, asked));
    }
    Some(send(&found, asked))
}

/// Gives an answer that is the same for everybody its last form, and keeps it where it may be kept.
pub fn finish(app: &App, path: &str, asked: Asked, mut response: Response) -> Response {
    let Some(Same(seen)) = response.extensions_mut().remove::<Same>() else { return response };
    let (parts, body) = response.into_parts();
    let body = match body {
        Body::Full(body) => body.unwrap_or_default(),
        pieces @ Body::Pieces { .. } => return Response::from_parts(parts, pieces),
    };
    let finished = Arc::new(finished(parts.status, parts.headers, body, seen));
    let answer = unchanged(&finished, &asked).unwrap_or_else(|| send(&finished, &asked));
    if let Some(key) = asked.key.filter(|_| is_ours(path)) {
        app.kept.put(key, finished);
    }
    answer
}

fn finished(status: StatusCode, mut headers: HeaderMap, body: Bytes, seen: Option<Arc<Seen>>) -> Finished {
    if !headers.contains_key(header::CACHE_CONTROL) {
        set(&mut headers, header::CACHE_CONTROL, ASK);
    }
    if status == StatusCode::OK {
        let hash = digest::hex(&digest::sha256(&body));
        set_text(&mut headers, header::ETAG, &format!("\"{}\"", hash.get(..16).unwrap_or_default()));
    }
    if !body.is_empty() {
        let vary = if headers.contains_key(header::VARY) { "Accept, Accept-Encoding" } else { "Accept-Encoding" };
        set(&mut headers, header::VARY, vary);
    }
    let packing = AtomicBool::new(body.len() < PACK_FROM);
    Finished { status, plain: Form { headers, body }, packed: None, packing, seen }
}

/// 304 for those who have the answer already.
fn unchanged(finished: &Finished, asked: &Asked) -> Option<Response> {
    if asked.known.is_empty() {
        return None;
    }
    let headers = &finished.plain.headers;
    let tag = asked.has(headers.get(header::ETAG)?.to_str().ok()?)?;
    let mut same = bare(StatusCode::NOT_MODIFIED);
    set_text(same.headers_mut(), header::ETAG, &tag);
    for name in [header::ACCESS_CONTROL_ALLOW_ORIGIN, header::CACHE_CONTROL, header::VARY] {
        if let Some(value) = headers.get(&name) {
            same.headers_mut().insert(name, value.clone());
        }
    }
    Some(same)
}

fn send(finished: &Finished, asked: &Asked) -> Response {
    match (asked.coding, &finished.packed) {
        (Coding::Plain, _) | (Coding::Either, None) => answer(finished.status, &finished.plain),
        (Coding::Either | Coding::Packed, Some(packed)) => answer(finished.status, packed),
        (Coding::Packed, None) => answer(finished.status, pack(finished).packed.as_ref().unwrap_or(&finished.plain)),
    }
}

fn answer(status: StatusCode, form: &Form) -> Response {
    let mut response = Response::new(Body::Full((!form.body.is_empty()).then(|| form.body.clone())));
    *response.status_mut() = status;
    *response.headers_mut() = form.headers.clone();
    response
}

/// The same with its packed form. What cannot be packed stays as it is.
fn pack(finished: &Finished) -> Finished {
    let Finished { status, plain, seen, .. } = finished;
    let (status, plain, seen) = (*status, plain.clone(), seen.clone());
    let packed = (!plain.body.is_empty()).then(|| gzip(&plain.body)).flatten().map(|body| {
        let mut headers = plain.headers.clone();
        set(&mut headers, header::CONTENT_ENCODING, "gzip");
        if let Some(tag) = plain.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()) {
            set_text(&mut headers, header::ETAG, &tag_of_packed(tag));
        }
        Form { headers, body }
    });
    Finished { status, plain, packed, packing: AtomicBool::new(true), seen }
}

fn gzip(body: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 3), Compression::default());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// Each coding has a tag of its own, since its bytes are others: `"…"` and `"…-gz"`.
fn tag_of_packed(tag: &str) -> String {
    format!("{}{PACKED}\"", tag.trim_end_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_count_only_where_they_are_read() {
        let named = |target: &str| key(&target.parse().unwrap(), &HeaderMap::new()).map(|(path, _)| path);
        for (target, name) in [
            ("/@press?resource=17", Some("/@press")),
            ("/@press?page=true&utm=x", Some("/@press")),
            ("/tags/water?replies", Some("/tags/water")),
            ("/@press?pass=1", Some("/@press")),
            ("/@press?replies", Some("/@press?replies=")),
            ("/ap/accounts/1/outbox?page=true", Some("/ap/accounts/1/outbox?page=true")),
            ("/.well-known/webfinger?resource=acct:a@b", Some("/.well-known/webfinger?resource=acct:a@b")),
            ("/?before=9", None),
            ("/ap/accounts/1/outbox?page=1", None),
        ] {
            assert_eq!(named(target).as_deref(), name, "{target}");
        }
    }
}
