//! A hostile server: it answers what its script says, signs with whatever key it is told to, and writes down what it
//! is asked. It shares nothing with the code under test but the two signature schemes.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response};
use hyper_util::rt::TokioIo;
use instance::base::time::Timestamp;
use instance::crypto::keys::RsaKey;
use instance::crypto::{Outgoing, cavage, rfc9421};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, spawn};

use super::Instance;
use super::http::{Answer, send};

const ACTIVITY_JSON: &str = "application/activity+json";

/// Making a key takes long; which key is whose does not matter, only that they differ.
static KEYS: LazyLock<[RsaKey; 3]> = LazyLock::new(|| std::array::from_fn(|_| RsaKey::generate().unwrap()));

pub fn key(n: usize) -> &'static RsaKey {
    &KEYS[n]
}

/// What is answered at an address.
#[derive(Clone)]
pub struct Page {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

impl Page {
    pub fn activity(value: &Value) -> Self {
        Self::typed(ACTIVITY_JSON, value.to_string())
    }

    pub fn typed(kind: &str, body: impl Into<Bytes>) -> Self {
        Self { status: 200, headers: vec![("content-type", kind.to_owned())], body: body.into() }
    }

    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    pub fn redirect(to: &str) -> Self {
        Self { headers: vec![("location", to.to_owned())], ..Self::status(302) }
    }
}

#[derive(Default)]
struct Script {
    pages: HashMap<String, Page>,
    asked: Vec<String>,
    /// What was delivered: path and body.
    taken: Vec<(String, Bytes)>,
}

pub struct Evil {
    pub address: SocketAddr,
    script: Arc<Mutex<Script>>,
    listening: AbortHandle,
}

impl Evil {
    /// Listens at an address of loopback of its own. Unscripted GETs answer 404, unscripted POSTs 202.
    #[expect(clippy::disallowed_methods, reason = "this server is none of ours and ends with its runtime")]
    pub async fn start(ip: &str) -> Self {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let script = Arc::new(Mutex::new(Script::default()));
        let shared = Arc::clone(&script);
        let task = spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let script = Arc::clone(&shared);
                let service = service_fn(move |request| answer(Arc::clone(&script), request));
                spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, script, listening: task.abort_handle() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// `"/u/ann"` is asked with GET, `"POST /u/ann/inbox"` says how it is asked.
    pub fn serve(&self, at: &str, page: Page) {
        let at = if at.starts_with('/') { format!("GET {at}") } else { at.to_owned() };
        self.script.lock().unwrap().pages.insert(at, page);
    }

    /// Lines like `GET /u/ann`, in order.
    pub fn asked(&self) -> Vec<String> {
        self.script.lock().unwrap().asked.clone()
    }

    pub fn asked_for(&self, line: &str) -> usize {
        self.asked().iter().filter(|asked| *asked == line).count()
    }

    pub fn taken(&self) -> Vec<(String, Value)> {
        let script = self.script.lock().unwrap();
        script.taken.iter().map(|(path, body)| (path.clone(), serde_json::from_slice(body).unwrap())).collect()
    }

    pub fn actor(&self, name: &str) -> String {
        self.url(&format!("/u/{name}"))
    }

    pub fn key_id(&self, name: &str) -> String {
        format!("{}#main-key", self.actor(name))
    }

    /// An honest actor document.
    pub fn person(&self, name: &str, key: &RsaKey) -> Value {
        let actor = self.actor(name);
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": actor, "type": "Person", "preferredUsername": name, "inbox": format!("{actor}/inbox"),
            "publicKey": { "id": format!("{actor}#main-key"), "owner": actor, "publicKeyPem": key.public().to_pem() },
        })
    }

    /// Serves honest actors, all with the first key.
    pub fn be(&self, names: &[&str]) {
        for name in names {
            self.serve(&format!("/u/{name}"), Page::activity(&self.person(name, key(0))));
        }
    }

    /// An activity of one of its actors. `id` is a path.
    pub fn activity(&self, name: &str, kind: &str, id: &str, object: &Value) -> Value {
        json!({ "id": self.url(id), "type": kind, "actor": self.actor(name), "object": object })
    }

    /// A public note of one of its actors.
    pub fn note(&self, name: &str, id: &str, answers: &str, words: &str) -> Value {
        json!({
            "id": self.url(id), "type": "Note", "attributedTo": self.actor(name), "inReplyTo": answers,
            "content": format!("<p>{words}</p>"), "published": "2026-11-23T08:00:00Z",
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
        })
    }

    /// Posts an activity with the first key, as one of its actors.
    pub async fn say(&self, us: &Instance, name: &str, activity: &Value) -> u16 {
        signed(us, &self.key_id(name), key(0), activity.to_string()).await.status.as_u16()
    }
}

impl Drop for Evil {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn answer(script: Arc<Mutex<Script>>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let post = request.method() == Method::POST;
    let path = request.uri().path().to_owned();
    let line = format!("{} {path}", request.method());
    let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let mut script = script.lock().unwrap();
    script.asked.push(line.clone());
    if post {
        script.taken.push((path, body));
    }
    let page = script.pages.get(&line).cloned().unwrap_or_else(|| Page::status(if post { 202 } else { 404 }));
    let mut response = Response::builder().status(page.status);
    for (name, value) in page.headers {
        response = response.header(name, value);
    }
    Ok(response.body(Full::new(page.body)).unwrap())
}

/// What is signed, and how; by default honestly.
pub struct Signed<'a> {
    pub key_id: &'a str,
    pub key: &'a RsaKey,
    pub body: &'a [u8],
    /// The address that is signed; it need not be where the request goes.
    pub url: &'a str,
    pub at: Timestamp,
    pub modern: bool,
}

impl Signed<'_> {
    pub fn headers(&self) -> HeaderMap {
        let url = self.url.parse().unwrap();
        let out = Outgoing { method: &Method::POST, url: &url, body: Some(self.body), content_type: ACTIVITY_JSON };
        let sign = if self.modern { rfc9421::sign } else { cavage::sign };
        sign(&out, self.key_id, self.key, self.at).into_iter().collect()
    }
}

/// Posts bytes with headers that may or may not fit them.
pub async fn post(url: &str, headers: &HeaderMap, body: impl Into<Bytes>) -> Answer {
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    send("POST", url, &headers, body).await
}

/// Posts an honestly signed request to the shared inbox.
pub async fn signed(us: &Instance, key_id: &str, key: &RsaKey, body: impl Into<Bytes>) -> Answer {
    let (url, body) = (us.url("/ap/inbox"), body.into());
    let headers = Signed { key_id, key, body: &body, url: &url, at: us.app.now(), modern: false }.headers();
    post(&url, &headers, body).await
}

/// Where nobody may connect to; counts those who do.
pub struct Canary {
    pub address: SocketAddr,
    listener: std::net::TcpListener,
}

impl Canary {
    pub fn new() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self { address: listener.local_addr().unwrap(), listener }
    }

    /// Whether anybody has connected.
    pub fn is_touched(&self) -> bool {
        self.listener.accept().is_ok()
    }
}
