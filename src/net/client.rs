//! The HTTP client for other servers: signed requests, one deadline for each whole exchange, bodies counted while
//! they are read, redirects followed by hand, connections kept for few hosts at a time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde_json::Value;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use super::address::Reach;
use super::clock::Witnesses;
use super::connect::{Connector, Kept, refused};
use super::resolve::Resolver;
use super::tls;
use crate::base::time::Timestamp;
use crate::base::{html, json, uri};
use crate::crypto::keys::RsaKey;
use crate::crypto::{self, Outgoing};
use crate::error::{Error, Result};
use crate::limits;
use crate::limits::outbound::{KEPT_HOSTS, KEPT_IDLE, KEPT_PER_HOST};

/// What a delivery is.
const ACTIVITY_JSON: &str = "application/activity+json";

/// What a client is made of.
pub struct Options {
    pub reach: Reach,
    /// A PEM file of authorities to trust besides Mozilla's; read once, by `Client::new`.
    pub extra_ca: Option<PathBuf>,
    pub resolver: Resolver,
    /// `instance/0.1 (+https://city.example/)`.
    pub user_agent: String,
}

/// Whose key signs a request.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    pub key_id: &'a str,
    pub key: &'a RsaKey,
}

/// How far redirects, and ids, may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    Anywhere,
    /// No further than to the same host. For what a stranger makes us ask: else whoever names one server has us ask
    /// another, past its budget.
    Within,
}

/// The answer to a GET, of any status but a redirect.
#[derive(Debug)]
pub struct Answer {
    /// Where it came from after redirects; without fragment.
    pub url: Url,
    pub status: u16,
    /// As sent; empty when there was none.
    pub content_type: String,
    pub body: Bytes,
}

/// The answer to a POST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    pub status: u16,
    /// First line of the body, at most 200 characters, without control characters. A stranger's words.
    pub line: String,
    /// At most a day.
    pub retry_after: Option<Duration>,
}

type Pool = legacy::Client<Connector, Full<Bytes>>;

/// Cheap to clone; all clones share connections, TLS sessions and remembered names.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    /// Keeps connections open for the next request to the same host.
    keeping: Pool,
    /// Closes each connection after its request; used when enough are kept.
    closing: Pool,
    kept: Arc<Kept>,
    witnesses: Witnesses,
    user_agent: HeaderValue,
    deadline: Duration,
}

impl Client {
    /// Reads the extra authorities and sets up TLS; connects nowhere.
    pub fn new(options: Options) -> Result<Self> {
        Self::with_deadline(options, limits::outbound::DEADLINE)
    }

    /// The same with another deadline for each exchange.
    pub fn with_deadline(options: Options, deadline: Duration) -> Result<Self> {
        let tls = tls::config(options.extra_ca.as_deref())?;
        let user_agent = HeaderValue::from_str(&options.user_agent).map_err(|e| Error::broken("the user agent", e))?;
        let connector = Connector::new(options.reach, options.resolver, tls, deadline);
        let kept = Arc::new(Kept::default());
        let shared = Shared {
            keeping: pool(connector.counting(Arc::clone(&kept)), KEPT_PER_HOST),
            closing: pool(connector, 0),
            kept,
            witnesses: Witnesses::default(),
            user_agent,
            deadline,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// What comes of it within the time of one exchange; none when that was not enough.
    pub async fn in_time<T>(&self, whole: impl Future<Output = T>) -> Option<T> {
        timeout(self.shared.deadline, whole).await.ok()
    }

    /// GETs a document of at most `cap` bytes. Follows up to three redirects, each checked like the first address
    /// and signed anew, never from https to http. Failures are `Error::Peer`.
    pub async fn get(
        &self,
        url: &Url,
        accept: &str,
        sign: Option<&Signer<'_>>,
        cap: usize,
        now: Timestamp,
    ) -> Result<Answer> {
        let whole = self.follow(url, accept, sign, cap, Leads::Anywhere, now);
        self.in_time(whole).await.unwrap_or_else(|| Err(too_slow(url)))
    }

    /// As `get`, but as far as it `leads`, and the caller bounds the time.
    pub async fn follow(
        &self,
        url: &Url,
        accept: &str,
        sign: Option<&Signer<'_>>,
        cap: usize,
        leads: Leads,
        now: Timestamp,
    ) -> Result<Answer> {
        let accept = HeaderValue::from_str(accept).map_err(|e| Error::broken("an Accept header", e))?;
        let mut seen: Vec<Url> = Vec::new();
        let mut here = checked(url)?;
        loop {
            let mut request = self.request(&Method::GET, &here, None, sign, now)?;
            request.headers_mut().insert(header::ACCEPT, accept.clone());
            let response = self.exchange(&here, request, now).await?;
            if !is_redirect(response.status()) {
                return read(here, response, cap).await;
            }
            let next = redirect(&here, response.headers())?;
            leads.from(&here, &next)?;
            seen.push(here);
            if seen.len() > limits::outbound::REDIRECTS || seen.contains(&next) {
                return Err(Error::peer_never(label(url), "redirects without end"));
            }
            here = next;
        }
    }

    /// POSTs an activity. Follows no redirect. Once there is a status, there is an `Ok`: what happens to the rest
    /// of the answer no longer matters.
    pub async fn post(&self, url: &Url, body: Bytes, sign: &Signer<'_>, now: Timestamp) -> Result<Posted> {
        let end = Instant::now() + self.shared.deadline;
        let url = checked(url)?;
        let request = self.request(&Method::POST, &url, Some(body), Some(sign), now)?;
        let response =
            timeout_at(end, self.exchange(&url, request, now)).await.unwrap_or_else(|_| Err(too_slow(&url)))?;
        let (head, body) = response.into_parts();
        let mut start = Vec::new();
        let _ = timeout_at(end, collect(body, limits::outbound::ANSWER, &mut start)).await;
        Ok(Posted {
            status: head.status.as_u16(),
            line: if head.status.is_success() { String::new() } else { first_line(&start) },
            retry_after: retry_after(&head.headers, now),
        })
    }

    fn request(
        &self,
        method: &Method,
        url: &Url,
        body: Option<Bytes>,
        sign: Option<&Signer<'_>>,
        now: Timestamp,
    ) -> Result<Request<Full<Bytes>>> {
        let mut headers = HeaderMap::new();
        if let Some(signer) = sign {
            let out = Outgoing { method, url, body: body.as_deref(), content_type: ACTIVITY_JSON };
            headers.extend(crypto::cavage::sign(&out, signer.key_id, signer.key, now));
        }
        // hyper writes it from the address: as Host in HTTP/1.1, as :authority in HTTP/2.
        headers.remove(header::HOST);
        headers.insert(header::USER_AGENT, self.shared.user_agent.clone());
        // Nothing we read is worth a decompression bomb. Without the header anything may be sent (RFC 9110 §12.5.3).
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let request = Request::builder().method(method).uri(url.as_str()).body(Full::from(body.unwrap_or_default()));
        let mut request = request.map_err(|_| refused(&label(url)))?;
        *request.headers_mut() = headers;
        Ok(request)
    }

    async fn exchange(&self, url: &Url, request: Request<Full<Bytes>>, now: Timestamp) -> Result<Response<Incoming>> {
        let authority = request.uri().authority().map_or("", |at| at.as_str());
        let place = Kept::place(&self.shared.kept, authority, KEPT_HOSTS);
        let pool = if place.is_some() { &self.shared.keeping } else { &self.shared.closing };
        let response = pool.request(request).await.map_err(|e| failure(url, &e))?;
        self.note_time(url, response.headers(), now);
        Ok(response)
    }

    fn note_time(&self, url: &Url, headers: &HeaderMap, now: Timestamp) {
        let said = headers.get(header::DATE).and_then(|value| Timestamp::parse_http_date(value.to_str().ok()?));
        let (Some(said), Some(host)) = (said, url.host_str()) else { return };
        if let Some(off) = self.shared.witnesses.hear(host, said, now) {
            tracing::warn!(
                minutes = off.as_secs() / 60,
                "the clock of this machine differs from those of other servers, which refuse our signatures for it; \
                 set it right (timedatectl set-ntp true)"
            );
        }
    }
}

fn pool(connector: Connector, per_host: usize) -> Pool {
    legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(KEPT_IDLE)
        .pool_max_idle_per_host(per_host)
        .http1_max_buf_size(limits::outbound::HEADERS)
        // A shared connection that died without a word must not swallow every request for the time it is kept.
        .timer(TokioTimer::new())
        .http2_keep_alive_interval(limits::outbound::PING)
        .http2_keep_alive_timeout(limits::outbound::PONG)
        .http2_initial_stream_window_size(limits::outbound::STREAM_WINDOW)
        .http2_initial_connection_window_size(limits::outbound::CONNECTION_WINDOW)
        .build(connector)
}

/// An address we may try at all, without its fragment. Where it leads is checked by the connector.
fn checked(url: &Url) -> Result<Url> {
    let mut url = url.clone();
    url.set_fragment(None);
    let web = matches!(url.scheme(), "https" | "http");
    let plain = url.username().is_empty() && url.password().is_none();
    if web && plain && url.has_host() && url.as_str().len() <= limits::text::URI {
        Ok(url)
    } else {
        Err(refused(&label(&url)))
    }
}

/// Host and, where it is not the usual one, port.
pub(super) fn label(url: &Url) -> String {
    let host = url.host_str().unwrap_or("(no host)");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

impl Leads {
    /// Refuses the step from one address to the next when it leads too far.
    pub fn from(self, here: &Url, next: &Url) -> Result<()> {
        match self {
            Self::Anywhere => Ok(()),
            Self::Within if uri::host_key(here) == uri::host_key(next) => Ok(()),
            Self::Within => Err(Error::peer_never(label(here), "sends us on to another server")),
        }
    }
}

pub(super) fn too_slow(url: &Url) -> Error {
    Error::peer_later(label(url), "no answer in time")
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn redirect(here: &Url, headers: &HeaderMap) -> Result<Url> {
    let wrong = |what: &str| Error::peer_never(label(here), what);
    let location = headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
    let next = location.and_then(|text| here.join(text).ok()).ok_or_else(|| wrong("redirects to nowhere"))?;
    if here.scheme() == "https" && next.scheme() != "https" {
        return Err(wrong("redirects from https to something less safe"));
    }
    checked(&next)
}

async fn read(url: Url, response: Response<Incoming>, cap: usize) -> Result<Answer> {
    let wrong = |what: String| Error::peer_never(label(&url), what);
    let (head, body) = response.into_parts();
    let text = |name| head.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    if !matches!(text(header::CONTENT_ENCODING), "" | "identity") {
        return Err(wrong("the answer is compressed, which we did not ask for".to_owned()));
    }
    let content_type = text(header::CONTENT_TYPE).to_owned();
    let mut bytes = Vec::new();
    match collect(body, cap, &mut bytes).await {
        End::Whole => Ok(Answer { url, status: head.status.as_u16(), content_type, body: bytes.into() }),
        End::TooLong => Err(wrong(format!("the answer is larger than {cap} bytes"))),
        End::Broken(e) => Err(Error::peer_later(label(&url), format!("the answer broke off: {}", tidy(&root(&e))))),
    }
}

/// How reading a body ended.
pub(super) enum End {
    Whole,
    TooLong,
    Broken(hyper::Error),
}

/// Reads a body into `bytes`, of which there are never more than `cap`.
pub(super) async fn collect(mut body: Incoming, cap: usize, bytes: &mut Vec<u8>) -> End {
    if body.size_hint().lower() > u64::try_from(cap).unwrap_or(u64::MAX) {
        return End::TooLong;
    }
    while let Some(frame) = body.frame().await {
        let data = match frame {
            Ok(frame) => frame.into_data().unwrap_or_default(),
            Err(e) => return End::Broken(e),
        };
        let room = cap.saturating_sub(bytes.len());
        bytes.extend_from_slice(data.split_at(data.len().min(room)).0);
        if data.len() > room {
            return End::TooLong;
        }
    }
    End::Whole
}

/// What went wrong before there was an answer: our connector's own words where they are, else those of the transport.
pub(super) fn failure(url: &Url, error: &legacy::Error) -> Error {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(e) = next {
        if let Some(Error::Peer { host: _, what, again }) = e.downcast_ref::<Error>() {
            return Error::Peer { host: label(url), what: tidy(what), again: *again };
        }
        next = e.source();
    }
    Error::peer_later(label(url), format!("the connection failed: {}", tidy(&root(error))))
}

fn root(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

/// The first line of what a server said: of HTML its text, of JSON the member that says what went wrong.
pub(super) fn first_line(bytes: &[u8]) -> String {
    let raw = String::from_utf8_lossy(bytes);
    let text = match raw.trim_start().chars().next() {
        Some('<') => html::to_text(&raw),
        Some('{') => match json::parse(bytes) {
            Ok(Value::Object(told)) => complaint(&told).unwrap_or_default().to_owned(),
            Ok(_) | Err(_) => raw.into_owned(),
        },
        _ => raw.into_owned(),
    };
    let line = text.lines().map(tidy).find(|line| !line.is_empty());
    line.unwrap_or_default()
}

/// As Mastodon, Misskey, and those who follow RFC 9457 say it.
fn complaint(told: &serde_json::Map<String, Value>) -> Option<&str> {
    let told = match told.get("error") {
        Some(Value::Object(inner)) => inner,
        _ => told,
    };
    ["error_description", "error", "detail", "message", "title"].iter().find_map(|name| told.get(*name)?.as_str())
}

/// One short line of a stranger's words: no control characters, and none that turn the direction of writing.
pub(super) fn tidy(text: &str) -> String {
    let turns = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let spaced = text.trim().chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    spaced.filter(|&c| !c.is_control() && !turns(c)).take(limits::outbound::LINE).collect()
}

/// RFC 9110 §10.2.3: seconds or a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => Timestamp::parse_http_date(text)?.since(now),
    };
    Some(wait.min(limits::outbound::RETRY_AFTER))
}

#[cfg(test)]
mod tests;
