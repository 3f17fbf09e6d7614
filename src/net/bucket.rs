//! An object storage that speaks S3: files go there and come back whole or in part, under addresses that are signed and
//! hold for minutes. It is called at the one address in the settings, which may be an internal one; nothing from outside
//! the house has a part in where it calls, since what it asks for is named by a file name of ours.

use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Body as _, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rusty_s3::actions::{DeleteObject, GetObject, PutObject, S3Action};
use rusty_s3::{Credentials, UrlStyle};
use tokio::time::{Sleep, timeout};
use url::Url;

use super::address::Reach;
use super::client::{failure, label};
use super::connect::Connector;
use super::resolve::Resolver;
use super::tls;
use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::limits::outbound::{DEADLINE, KEPT_IDLE};
use crate::limits::storage::{ANSWER, KEPT, PACE, SIGNED, STALL};

/// Where it is, and who we are there.
pub struct Options {
    pub endpoint: Url,
    pub bucket: String,
    pub region: String,
    /// `endpoint/bucket/name` rather than `bucket.endpoint/name`.
    pub path_style: bool,
    pub key_id: String,
    pub secret: String,
    /// As in the client's.
    pub extra_ca: Option<PathBuf>,
    pub resolver: Resolver,
    pub user_agent: String,
}

/// What is sent.
pub type Payload = UnsyncBoxBody<Bytes, io::Error>;

pub struct Bucket {
    pool: legacy::Client<Connector, Payload>,
    place: rusty_s3::Bucket,
    credentials: Credentials,
    user_agent: HeaderValue,
}

impl Bucket {
    /// Connects nowhere yet.
    pub fn new(options: Options) -> Result<Self> {
        let tls = tls::config(options.extra_ca.as_deref())?;
        let connector = Connector::new(Reach::anywhere(), options.resolver, tls, DEADLINE);
        let pool = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(KEPT_IDLE)
            .pool_max_idle_per_host(KEPT)
            .build(connector);
        let style = if options.path_style { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let bucket = rusty_s3::Bucket::new(options.endpoint, style, options.bucket, options.region);
        let user_agent = HeaderValue::from_str(&options.user_agent).map_err(|e| Error::broken("the user agent", e))?;
        Ok(Self {
            pool,
            place: bucket.map_err(|e| Error::broken("the address of the object storage", e))?,
            credentials: Credentials::new(options.key_id, options.secret),
            user_agent,
        })
    }

    /// Brings a file of a known length.
    pub async fn put(&self, name: &str, payload: Payload, length: u64, kind: &str, now: Timestamp) -> Result<()> {
        let url = PutObject::new(&self.place, Some(&self.credentials), name).sign_with_time(SIGNED, &now.jiff());
        let mut request = self.request(Method::PUT, &url, payload)?;
        let kind = HeaderValue::from_str(kind).map_err(|e| Error::broken("a media type", e))?;
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
        let time = DEADLINE + Duration::from_secs(length / PACE);
        let response = self.send(&url, request, time).await?;
        if response.status().is_success() { Ok(()) } else { Err(refusal(&url, response).await) }
    }

    /// Fetches `left` bytes of a file from `from` on; the whole when that is all of it.
    pub async fn get(&self, name: &str, from: u64, left: u64, whole: bool, now: Timestamp) -> Result<Download> {
        let url = GetObject::new(&self.place, Some(&self.credentials), name).sign_with_time(SIGNED, &now.jiff());
        let mut request = self.request(Method::GET, &url, Payload::default())?;
        if !whole {
            let range = HeaderValue::from_str(&format!("bytes={from}-{}", (from + left).saturating_sub(1)));
            request.headers_mut().insert(header::RANGE, range.map_err(|e| Error::broken("a range", e))?);
        }
        let response = self.send(&url, request, DEADLINE).await?;
        let wanted = if whole { StatusCode::OK } else { StatusCode::PARTIAL_CONTENT };
        if response.status() != wanted {
            return Err(refusal(&url, response).await);
        }
        if response.body().size_hint().exact() != Some(left) {
            return Err(Error::peer_later(label(&url), "the object has another length than the file it was made from"));
        }
        Ok(Download { body: response.into_body(), left, stalled: Box::pin(tokio::time::sleep(STALL)) })
    }

    /// Removes a file; one that is not there is no error.
    pub async fn remove(&self, name: &str, now: Timestamp) -> Result<()> {
        let url = DeleteObject::new(&self.place, Some(&self.credentials), name).sign_with_time(SIGNED, &now.jiff());
        let request = self.request(Method::DELETE, &url, Payload::default())?;
        let response = self.send(&url, request, DEADLINE).await?;
        if response.status().is_success() {
            return Ok(());
        }
        let refused = refusal(&url, response).await;
        if matches!(refused, Error::NotFound) { Ok(()) } else { Err(refused) }
    }

    fn request(&self, method: Method, url: &Url, payload: Payload) -> Result<Request<Payload>> {
        let request = Request::builder().method(method).uri(url.as_str()).header(header::USER_AGENT, &self.user_agent);
        request.body(payload).map_err(|e| Error::broken("a request to the object storage", e))
    }

    async fn send(&self, url: &Url, request: Request<Payload>, time: Duration) -> Result<Response<Incoming>> {
        let answer = timeout(time, self.pool.request(request)).await;
        answer.map_err(|_| Error::peer_later(label(url), "no answer in time"))?.map_err(|e| failure(url, &e))
    }
}

/// What the storage said, as an error. What it says no to is for whoever set it up to mend.
async fn refusal(url: &Url, response: Response<Incoming>) -> Error {
    let status = response.status();
    let said = timeout(DEADLINE, http_body_util::Limited::new(response.into_body(), ANSWER).collect()).await;
    let said = said.ok().and_then(Result::ok).map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let code = code(&String::from_utf8_lossy(&said));
    if status == StatusCode::NOT_FOUND && code != "NoSuchBucket" {
        return Error::NotFound;
    }
    let what =
        if code.is_empty() { format!("answered {}", status.as_u16()) } else { format!("answered {status} {code}") };
    if status.is_client_error() && !matches!(status.as_u16(), 408 | 429) {
        let remedy = match code.as_str() {
            "RequestTimeTooSkewed" => "Set the clock of this machine right.",
            "NoSuchBucket" => "Make the bucket, or name another: instance config set s3.bucket NAME",
            "InvalidAccessKeyId" | "SignatureDoesNotMatch" => {
                "Compare s3.key_id, s3.region and the file named by s3.secret_file with what your storage gave you."
            }
            _ => {
                "The key has to be allowed to put, get and delete objects in the bucket; compare the settings under [s3]."
            }
        };
        return Problem::new("E082", format!("The object storage {} {what}.", label(url))).remedy(remedy).into();
    }
    Error::peer_later(label(url), what)
}

/// The code in an error of S3: `<Code>NoSuchKey</Code>`.
fn code(text: &str) -> String {
    let inside = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    inside
        .filter(|code| code.len() <= 64 && code.bytes().all(|b| b.is_ascii_alphanumeric()))
        .unwrap_or_default()
        .to_owned()
}

/// A file on its way here.
pub struct Download {
    body: Incoming,
    left: u64,
    stalled: Pin<Box<Sleep>>,
}

impl Download {
    /// The next piece, never an empty one; `None` at the end. It is an error when too much, too little or nothing comes.
    pub fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        loop {
            let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
                return self.stalled.as_mut().poll(cx).map(|()| Some(Err(io::ErrorKind::TimedOut.into())));
            };
            self.stalled.as_mut().reset(tokio::time::Instant::now() + STALL);
            let data = match frame {
                None if self.left == 0 => return Poll::Ready(None),
                None => return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into()))),
                Some(Err(e)) => return Poll::Ready(Some(Err(io::Error::other(e)))),
                Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            };
            match self.left.checked_sub(data.len() as u64) {
                None => return Poll::Ready(Some(Err(io::ErrorKind::InvalidData.into()))),
                Some(_) if data.is_empty() => {}
                Some(left) => {
                    self.left = left;
                    return Poll::Ready(Some(Ok(data)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_words() {
        for (text, expected) in [
            ("<Error><Code>NoSuchKey</Code><Message>x</Message></Error>", "NoSuchKey"),
            ("<Code>a<b</Code>", ""),
            ("<Code>", ""),
            ("", ""),
            ("<Code>\u{1b}[31m</Code>", ""),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
    }
}
