//! Requests in bulk: made and signed beforehand, sent over kept connections as a reverse proxy would.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::SendRequest;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::{Position, Url};

/// An answer takes longer only when something is broken.
const PATIENCE: Duration = Duration::from_secs(60);
/// So often a request is tried again that was told to come later.
const RETRIES: usize = 40;
const PAUSE: Duration = Duration::from_millis(250);

/// A request as it goes out again and again.
#[derive(Clone)]
pub struct Prepared {
    target: Uri,
    pub headers: HeaderMap,
    body: Option<Bytes>,
}

impl Prepared {
    /// To `url`, on behalf of somebody at server number `host`, whose address the proxy hands on.
    pub fn new(url: &Url, host: usize, body: Option<Bytes>) -> Self {
        let target = url[Position::BeforePath..Position::AfterQuery].parse().expect("a URL has a target");
        let value = |text: &str| HeaderValue::from_str(text).expect("visible ASCII");
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, value(&url[Position::BeforeHost..Position::AfterPort]));
        headers.insert(header::USER_AGENT, HeaderValue::from_static("http.rb/5.3.1 (Mastodon/4.5.0; load test)"));
        // 198.18.0.0/15 is set aside for measurements (RFC 2544).
        let from = format!("198.{}.{}.{}", 18 + host / 62_500, host / 250 % 250, host % 250 + 1);
        headers.insert("x-forwarded-for", value(&from));
        headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
        Self { target, headers, body }
    }

    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.insert(name, HeaderValue::from_str(value).expect("visible ASCII"));
        self
    }

    fn build(&self) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(self.body.clone().unwrap_or_default()));
        *request.method_mut() = if self.body.is_some() { Method::POST } else { Method::GET };
        *request.uri_mut() = self.target.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }
}

async fn open(to: SocketAddr) -> Option<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(to).await.ok()?;
    stream.set_nodelay(true).ok()?;
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(connection);
    Some(sender)
}

async fn exchange(sender: &mut SendRequest<Full<Bytes>>, request: &Prepared) -> Option<Response<Bytes>> {
    let answer = async {
        sender.ready().await.ok()?;
        let (head, body) = sender.send_request(request.build()).await.ok()?.into_parts();
        Some(Response::from_parts(head, body.collect().await.ok()?.to_bytes()))
    };
    tokio::time::timeout(PATIENCE, answer).await.ok()?
}

/// One request on a connection of its own.
pub async fn once(to: SocketAddr, request: &Prepared) -> Option<Response<Bytes>> {
    exchange(&mut open(to).await?, request).await
}

/// What came of a run.
#[derive(Default)]
pub struct Answers {
    /// By status; 0 is no answer.
    pub codes: BTreeMap<u16, usize>,
    pub bytes: usize,
    /// What was said to the first that was turned away.
    pub refusal: Option<Bytes>,
    /// Told to come later, or cut off, and tried again.
    pub again: usize,
    pub took: Duration,
}

impl Answers {
    /// All `total` have to be answered so.
    pub fn expect(&self, status: StatusCode, total: usize) {
        let right = self.codes.get(&status.as_u16()).copied().unwrap_or_default();
        let said = self.refusal.as_deref().map(String::from_utf8_lossy);
        assert_eq!(
            right, total,
            "answers that are {status}; all are {:?}; the first refusal says {said:?}",
            self.codes
        );
    }
}

/// Sends `total` requests, going round `requests`, over so many connections.
pub async fn run(to: SocketAddr, requests: Arc<Vec<Prepared>>, total: usize, connections: usize) -> Answers {
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let worker = |_| tokio::spawn(work(to, Arc::clone(&requests), Arc::clone(&next), total));
    let workers: Vec<_> = (0..connections).map(worker).collect();
    let mut all = Answers::default();
    for worker in workers {
        let part = worker.await.expect("a worker does not panic");
        for (code, count) in part.codes {
            *all.codes.entry(code).or_default() += count;
        }
        all.refusal = all.refusal.or(part.refusal);
        all.bytes += part.bytes;
        all.again += part.again;
    }
    all.took = start.elapsed();
    all
}

async fn work(to: SocketAddr, requests: Arc<Vec<Prepared>>, next: Arc<AtomicUsize>, total: usize) -> Answers {
    let mut part = Answers::default();
    let mut connection = None;
    loop {
        let number = next.fetch_add(1, Relaxed);
        if number >= total {
            return part;
        }
        let request = &requests[number % requests.len()];
        let mut code = 0;
        for _ in 0..=RETRIES {
            if connection.as_ref().is_none_or(SendRequest::is_closed) {
                connection = open(to).await;
            }
            let answer = match connection.as_mut() {
                Some(sender) => exchange(sender, request).await,
                None => None,
            };
            match answer {
                Some(answer) if !busy(answer.status()) => {
                    code = answer.status().as_u16();
                    part.bytes += answer.body().len();
                    if !answer.status().is_success() {
                        part.refusal.get_or_insert(answer.into_body());
                    }
                    break;
                }
                Some(answer) => {
                    code = answer.status().as_u16();
                    tokio::time::sleep(PAUSE).await;
                }
                None => connection = None,
            }
            part.again += 1;
        }
        *part.codes.entry(code).or_default() += 1;
    }
}

fn busy(status: StatusCode) -> bool {
    matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
}
