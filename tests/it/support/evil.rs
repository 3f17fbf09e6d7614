//! The evil peer: one server that answers by a script (pages, redirects, drips, floods, silence), signs with whatever
//! key it is told to, and writes down what it is asked. It speaks on the bare socket, and shares nothing with the code
//! under test but the two signature schemes.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use bytes::Bytes;
use hyper::{HeaderMap, Method};
use instance::base::time::Timestamp;
use instance::crypto::keys::RsaKey;
use instance::crypto::{Outgoing, cavage, rfc9421};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, spawn};

use super::Instance;
use super::http::{Answer, send};

const ACTIVITY_JSON: &str = "application/activity+json";

/// In a script: the greeting of somebody who wants to speak TLS.
pub const TLS: &str = "TLS";

/// Making a key takes long; which key is whose does not matter, only that they differ.
static KEYS: LazyLock<[RsaKey; 3]> = LazyLock::new(|| std::array::from_fn(|_| RsaKey::generate().unwrap()));

pub fn key(n: usize) -> &'static RsaKey {
    &KEYS[n]
}

/// What is done about a request.
#[derive(Clone)]
pub enum Act {
    Say(Page),
    /// Says these bytes, then one more every few milliseconds, for ever.
    Drip(Bytes),
    /// Says these bytes, then as many as the other side takes.
    Pour(Bytes),
    /// Not a word.
    Silence,
}

impl Act {
    /// The head of an answer with a document that is still to come.
    pub fn head(more: &str) -> Bytes {
        format!("HTTP/1.1 200 OK\r\ncontent-type: {ACTIVITY_JSON}\r\n{more}").into()
    }
}

impl From<Page> for Act {
    fn from(page: Page) -> Self {
        Self::Say(page)
    }
}

/// A whole answer.
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
        Self::status(302).with("location", to)
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let headers =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>().concat();
        let head = format!("HTTP/1.1 {} X\r\ncontent-length: {}\r\n{headers}\r\n", self.status, self.body.len());
        [head.as_bytes(), &self.body].concat()
    }
}

/// Answers what no page is for; given a line like `GET /u/ann?x=y`.
type Rest = Arc<dyn Fn(&str) -> Option<Act> + Send + Sync>;

#[derive(Default)]
struct Script {
    pages: HashMap<String, Act>,
    rest: Option<Rest>,
    asked: Vec<String>,
    /// What was delivered: path and body.
    taken: Vec<(String, Bytes)>,
}

impl Script {
    fn act(&self, line: &str) -> Act {
        let (plain, _) = line.split_once('?').unwrap_or((line, ""));
        let known = self.pages.get(plain).cloned();
        let act = known.or_else(|| self.rest.as_ref().and_then(|rest| rest(line)));
        act.unwrap_or_else(|| Page::status(if line.starts_with("POST") { 202 } else { 404 }).into())
    }
}

pub struct Evil {
    pub address: SocketAddr,
    /// What stands for host and port in its addresses.
    authority: String,
    script: Arc<Mutex<Script>>,
    bells: Bells,
    listening: AbortHandle,
}

#[derive(Clone, Default)]
struct Bells {
    /// Somebody asked.
    asked: Arc<Notify>,
    /// Those who were kept in silence are let go.
    hang_up: Arc<Notify>,
    /// Connections that are open.
    open: Arc<AtomicUsize>,
}

impl Evil {
    /// Listens at an address of loopback of its own. Unscripted GETs answer 404, unscripted POSTs 202.
    pub async fn start(ip: &str) -> Self {
        Self::start_at(&format!("{ip}:0")).await
    }

    /// The same on a port that is wanted.
    #[expect(clippy::disallowed_methods, reason = "this server is none of ours and ends with its runtime")]
    pub async fn start_at(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (script, bells) = (Arc::<Mutex<Script>>::default(), Bells::default());
        let (shared, ring) = (Arc::clone(&script), bells.clone());
        let task = spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, bells) = (Arc::clone(&shared), ring.clone());
                bells.open.fetch_add(1, Ordering::SeqCst);
                spawn(async move {
                    let end = talk(stream, &script, &bells).await;
                    bells.open.fetch_sub(1, Ordering::SeqCst);
                    end
                });
            }
        });
        Self { address, authority: address.to_string(), script, bells, listening: task.abort_handle() }
    }

    /// The same server under a name instead of its address.
    pub fn known_as(&mut self, name: &str) {
        self.authority = format!("{name}:{}", self.address.port());
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.authority)
    }

    /// `"/u/ann"` is asked with GET, `"POST /u/ann/inbox"` says how it is asked; whatever the query.
    pub fn serve(&self, at: &str, act: impl Into<Act>) {
        let at = if at.starts_with('/') { format!("GET {at}") } else { at.to_owned() };
        self.script.lock().unwrap().pages.insert(at, act.into());
    }

    /// Answers what no page is for.
    pub fn serve_rest(&self, rest: impl Fn(&str) -> Option<Act> + Send + Sync + 'static) {
        self.script.lock().unwrap().rest = Some(Arc::new(rest));
    }

    /// Lines like `GET /u/ann`, without query, in order.
    pub fn asked(&self) -> Vec<String> {
        self.script.lock().unwrap().asked.clone()
    }

    pub fn asked_for(&self, line: &str) -> usize {
        self.asked().iter().filter(|asked| *asked == line).count()
    }

    /// Comes back when it has been asked for something so often; a minute in vain is a failure.
    pub async fn until_asked_for(&self, line: &str, times: usize) {
        let asked = async {
            loop {
                let asked = self.bells.asked.notified();
                if self.asked_for(line) >= times {
                    return;
                }
                asked.await;
            }
        };
        let count = || format!("{line}: asked {} of {times} times", self.asked_for(line));
        tokio::time::timeout(Duration::from_secs(60), asked).await.unwrap_or_else(|_| panic!("{}", count()));
    }

    /// Closes the connections of those who were answered with silence so far.
    pub fn hang_up(&self) {
        self.bells.hang_up.notify_waiters();
    }

    pub fn taken(&self) -> Vec<(String, Value)> {
        self.taken_after(0)
    }

    /// What was delivered after the first so many.
    pub fn taken_after(&self, first: usize) -> Vec<(String, Value)> {
        let script = self.script.lock().unwrap();
        script.taken[first..].iter().map(|(path, body)| (path.clone(), serde_json::from_slice(body).unwrap())).collect()
    }

    /// Whether nobody is connected any more.
    pub fn is_alone(&self) -> bool {
        self.bells.open.load(Ordering::SeqCst) == 0
    }

    /// How many deliveries came.
    pub fn count(&self) -> usize {
        self.script.lock().unwrap().taken.len()
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

/// One connection, request after request.
async fn talk(mut stream: TcpStream, script: &Mutex<Script>, bells: &Bells) -> io::Result<()> {
    loop {
        let (line, body) = request(&mut stream).await?;
        // Who greets with TLS is hung up on, unless the script says otherwise.
        if line == TLS && !script.lock().unwrap().pages.contains_key(TLS) {
            return Ok(());
        }
        let path = line.split_once(' ').map_or("", |(_, target)| target);
        let plain = |text: &str| text.split('?').next().unwrap_or_default().to_owned();
        let act = {
            let mut script = script.lock().unwrap();
            script.asked.push(plain(&line));
            if line.starts_with("POST") {
                script.taken.push((plain(path), body));
            }
            script.act(&line)
        };
        let hung_up = bells.hang_up.notified();
        bells.asked.notify_waiters();
        let (start, then) = match act {
            Act::Say(page) => {
                stream.write_all(&page.bytes()).await?;
                continue;
            }
            Act::Drip(bytes) => (bytes, 1),
            Act::Pour(bytes) => (bytes, 64 * 1024),
            Act::Silence => {
                hung_up.await;
                return Ok(());
            }
        };
        stream.write_all(&start).await?;
        loop {
            stream.write_all(&vec![b' '; then]).await?;
            if then == 1 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
}

/// One request: `GET /path?query`, and its body.
async fn request(stream: &mut TcpStream) -> io::Result<(String, Bytes)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
        if head == [0x16] {
            return Ok((TLS.to_owned(), Bytes::new()));
        }
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let (line, _) = head.split_once(" HTTP/").unwrap();
    Ok((line.to_owned(), body.into()))
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

/// Where nobody may connect to: on 127.0.0.1 and, where the machine has it, on `::1`.
pub struct Canary {
    pub address: SocketAddr,
    listeners: Vec<std::net::TcpListener>,
}

impl Canary {
    pub fn new() -> Self {
        let first = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = first.local_addr().unwrap();
        let mut listeners = vec![first];
        listeners.extend(std::net::TcpListener::bind(("::1", address.port())).ok());
        for listener in &listeners {
            listener.set_nonblocking(true).unwrap();
        }
        Self { address, listeners }
    }

    /// Whether anybody has connected.
    pub fn is_touched(&self) -> bool {
        self.listeners.iter().any(|listener| listener.accept().is_ok())
    }
}
