//! Answers: what a door gives back, and the headers that every answer of a kind carries.

use std::convert::Infallible;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{HeaderMap, StatusCode};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt, ReadBuf};

use crate::error::{Error, Problem, Result};

pub type Response = hyper::Response<Body>;

/// Public pages run no script, load nothing from elsewhere and cannot be framed.
pub const CSP: &str = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";
/// What is sent as ActivityPub.
pub const ACTIVITY_JSON: &str = "application/activity+json; charset=utf-8";

/// Bytes at hand, or a file that is read as it is sent.
pub enum Body {
    Full(Option<Bytes>),
    File { file: tokio::io::Take<tokio::fs::File>, left: u64 },
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Full(bytes) => Poll::Ready(bytes.take().map(|b| Ok(Frame::data(b)))),
            Self::File { file, left } => {
                let mut room = vec![0; 64 << 10];
                let mut buffer = ReadBuf::new(&mut room);
                match Pin::new(file).poll_read(cx, &mut buffer) {
                    Poll::Pending => Poll::Pending,
                    // A file that ends or fails early breaks the connection: the length was announced.
                    Poll::Ready(Err(_)) => Poll::Ready(None),
                    Poll::Ready(Ok(())) => {
                        let read = buffer.filled().len();
                        *left = left.saturating_sub(read as u64);
                        room.truncate(read);
                        Poll::Ready((read > 0).then(|| Ok(Frame::data(Bytes::from(room)))))
                    }
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Full(bytes) => bytes.is_none(),
            Self::File { left, .. } => *left == 0,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Self::File { left, .. } => SizeHint::with_exact(*left),
        }
    }
}

/// An answer with a status and a body of a type.
pub fn answer(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response {
    let body: Bytes = body.into();
    let mut response = Response::new(Body::Full((!body.is_empty()).then_some(body)));
    *response.status_mut() = status;
    if !kind.is_empty() {
        set(response.headers_mut(), header::CONTENT_TYPE, kind);
    }
    set(response.headers_mut(), header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

/// A status and nothing else.
pub fn bare(status: StatusCode) -> Response {
    answer(status, "", Bytes::new())
}

/// The status for a request that is at fault itself; what went wrong with its body has a status of its own.
pub fn fault(problem: &Problem, otherwise: StatusCode) -> StatusCode {
    match problem.id {
        "E150" => StatusCode::PAYLOAD_TOO_LARGE,
        "E152" => StatusCode::REQUEST_TIMEOUT,
        _ => otherwise,
    }
}

/// A page under the policy of public pages.
pub fn html(status: StatusCode, body: String) -> Response {
    let mut response = answer(status, "text/html; charset=utf-8", body);
    let headers = response.headers_mut();
    set(headers, header::CONTENT_SECURITY_POLICY, CSP);
    set(headers, header::REFERRER_POLICY, "same-origin");
    response
}

pub fn json(status: StatusCode, value: &impl serde::Serialize) -> Result<Response> {
    let body = serde_json::to_vec(value).map_err(|e| Error::broken("encode an answer", e))?;
    Ok(answer(status, "application/json; charset=utf-8", body))
}

/// Goes on with GET elsewhere, after a form did its work.
pub fn see_other(path: &str) -> Response {
    to(StatusCode::SEE_OTHER, path)
}

/// Is to be found elsewhere, for now.
pub fn found(location: &str) -> Response {
    to(StatusCode::FOUND, location)
}

fn to(status: StatusCode, location: &str) -> Response {
    let mut response = bare(status);
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// Sets a header to a value that is known to be one.
pub fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// Sets a header to a value made at run time; one that is no header value is left out.
pub fn set_text(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// A stored file that never changes, whole or the one range that was asked for (RFC 9110 §14).
pub async fn file(path: &Path, kind: &'static str, range: Option<&str>) -> Result<Response> {
    let mut file = match tokio::fs::File::open(path).await {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(Error::NotFound),
        Err(e) => return Err(Error::broken("open a file", e)),
    };
    let length = file.metadata().await?.len();
    let part = match range.map(|r| one_range(r, length)) {
        None | Some(Asked::All) => None,
        Some(Asked::Part(from, to)) => Some((from, to)),
        Some(Asked::Beyond) => {
            let mut response = bare(StatusCode::RANGE_NOT_SATISFIABLE);
            set_text(response.headers_mut(), header::CONTENT_RANGE, &format!("bytes */{length}"));
            return Ok(response);
        }
    };
    let (from, left) = part.map_or((0, length), |(from, to)| (from, to - from + 1));
    if from > 0 {
        file.seek(std::io::SeekFrom::Start(from)).await?;
    }
    let mut response = Response::new(Body::File { file: file.take(left), left });
    let headers = response.headers_mut();
    set(headers, header::CONTENT_TYPE, kind);
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::ACCEPT_RANGES, "bytes");
    set(headers, header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    set(headers, header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    if let Some((from, to)) = part {
        set_text(headers, header::CONTENT_RANGE, &format!("bytes {from}-{to}/{length}"));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

#[derive(Debug, PartialEq)]
enum Asked {
    All,
    /// First and last byte, both included.
    Part(u64, u64),
    Beyond,
}

/// Reads a `Range` header. Several ranges at once are answered with the whole (CVE-2011-3192 was about those).
fn one_range(text: &str, length: u64) -> Asked {
    let Some((from, to)) = text.strip_prefix("bytes=").and_then(|r| r.split_once('-')) else { return Asked::All };
    if to.contains(',') || length == 0 {
        return Asked::All;
    }
    match (from.trim().parse::<u64>(), to.trim().parse::<u64>()) {
        (Ok(from), _) if from >= length => Asked::Beyond,
        (Ok(from), Ok(to)) if to >= from => Asked::Part(from, to.min(length - 1)),
        (Ok(from), Err(_)) if to.trim().is_empty() => Asked::Part(from, length - 1),
        (Err(_), Ok(0)) if from.trim().is_empty() => Asked::Beyond,
        (Err(_), Ok(last)) if from.trim().is_empty() => Asked::Part(length.saturating_sub(last), length - 1),
        (Ok(_) | Err(_), _) => Asked::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_one_or_all() {
        let cases = [
            ("bytes=0-0", Asked::Part(0, 0)),
            ("bytes=5-", Asked::Part(5, 9)),
            ("bytes=-3", Asked::Part(7, 9)),
            ("bytes=-99", Asked::Part(0, 9)),
            ("bytes=0-99", Asked::Part(0, 9)),
            ("bytes=10-", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=3-1", Asked::All),
            ("bytes=0-,0-,0-", Asked::All),
            ("bytes=0-1,3-4", Asked::All),
            ("lines=0-1", Asked::All),
            ("bytes=99999999999999999999-", Asked::All),
        ];
        for (text, asked) in cases {
            assert_eq!(one_range(text, 10), asked, "{text}");
        }
    }
}
