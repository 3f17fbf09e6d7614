//! Answers: what a door gives back, and the headers that every answer of a kind carries.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{HeaderMap, StatusCode};

use crate::error::{Error, Problem, Result};
use crate::media::content::Pieces;

pub type Response = hyper::Response<Body>;

/// Public pages run no script, load nothing from elsewhere and cannot be framed.
pub const CSP: &str = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";
/// Pages of the desk that have a script of ours, which asks this server alone.
pub const SCRIPTED: &str = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; script-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// What is sent as ActivityPub.
pub const ACTIVITY_JSON: &str = "application/activity+json; charset=utf-8";

/// Bytes at hand, or what is read as it is sent.
pub enum Body {
    Full(Option<Bytes>),
    Pieces { pieces: Box<dyn Pieces>, left: u64 },
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Full(bytes) => Poll::Ready(bytes.take().map(|b| Ok(Frame::data(b)))),
            // What ends or fails early breaks the connection: the length was announced.
            Self::Pieces { pieces, left } => match ready!(pieces.poll_piece(cx)) {
                Some(Ok(piece)) => {
                    *left = left.saturating_sub(piece.len() as u64);
                    Poll::Ready(Some(Ok(Frame::data(piece))))
                }
                Some(Err(_)) | None => Poll::Ready(None),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Full(bytes) => bytes.is_none(),
            Self::Pieces { left, .. } => *left == 0,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Self::Pieces { left, .. } => SizeHint::with_exact(*left),
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
        "E193" | "E194" => StatusCode::INSUFFICIENT_STORAGE,
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

/// A table to be kept as a file of this name.
pub fn csv(name: &str, table: &str) -> Response {
    let mut response = answer(StatusCode::OK, "text/csv; charset=utf-8", table.to_owned());
    let kept = format!("attachment; filename=\"{name}.csv\"");
    set_text(response.headers_mut(), header::CONTENT_DISPOSITION, &kept);
    response
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
    // What cannot be written down is no place to go to.
    let Ok(location) = HeaderValue::from_str(location) else { return bare(StatusCode::NOT_FOUND) };
    let mut response = bare(status);
    response.headers_mut().insert(header::LOCATION, location);
    response
}

/// Sets a header to a value that is known to be one.
pub fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// Says after how many seconds to come back.
pub fn come_back(response: &mut Response, seconds: u32) {
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
}

/// Sets a header to a value made at run time; one that is no header value is left out.
pub fn set_text(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
