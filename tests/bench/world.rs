//! The rest of the fediverse on loopback: K servers, each on an address of its own, with F actors spread over them.
//! They speak TLS with HTTP/2 and HTTP/1.1, serve actor documents, take deliveries, and can be told to misbehave.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, Response, StatusCode, header};
use hyper_util::rt::{TokioExecutor, TokioIo};
use instance::base::time::{Clock, Timestamp};
use instance::crypto::{Outgoing, cavage};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::dns;
use crate::keys::{self, ActorKey, Certificates};
use crate::load::Prepared;

pub const ACTIVITY: &str = "application/activity+json";
/// Deliveries here are answered and not written down: those of the bare client.
pub const SINK: &str = "/sink";
/// Longer than any run.
const NEVER: Duration = Duration::from_secs(3600);

/// How a server behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Mood {
    Well,
    /// Refuses connections.
    Dead,
    /// Takes a request and never answers.
    Hanging,
    /// Answers 500 so many times (`fail_left`), then is well.
    Failing,
}

struct Host {
    /// With the port.
    name: String,
    mood: AtomicU8,
    fail_left: AtomicU32,
    alive: watch::Sender<bool>,
}

/// One POST that reached an inbox.
pub struct Delivery {
    pub host: usize,
    pub at: Instant,
    pub status: StatusCode,
    pub target: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

pub struct World {
    /// How many servers and followers take part; the others only stand there.
    taking_part: [AtomicUsize; 2],
    pub port: u16,
    pub resolver: SocketAddr,
    pub ca_pem: String,
    hosts: Vec<Host>,
    keys: Vec<ActorKey>,
    /// How long every answer takes, in milliseconds.
    latency: AtomicU64,
    /// Documents asked for.
    fetched: AtomicU64,
    connections: AtomicU64,
    heard: Mutex<Option<mpsc::UnboundedSender<Delivery>>>,
}

impl World {
    /// Starts all servers; keys are kept in `keys`.
    pub async fn start(hosts: usize, followers: usize, keys: &Path) -> Arc<Self> {
        let first = TcpListener::bind((dns::address(0), 0)).await.expect("127.77.0.1 has a free port");
        let port = first.local_addr().expect("a bound socket has an address").port();
        drop(first);
        let Certificates { server, ca_pem } = keys::certificates(&format!("*.{}", dns::DOMAIN));
        let host = |number| Host {
            name: format!("{}:{port}", dns::name(number)),
            mood: AtomicU8::new(Mood::Well as u8),
            fail_left: AtomicU32::new(0),
            alive: watch::Sender::new(true),
        };
        let world = Arc::new(Self {
            taking_part: [AtomicUsize::new(hosts), AtomicUsize::new(followers)],
            port,
            resolver: dns::start().await,
            ca_pem,
            hosts: (0..hosts).map(host).collect(),
            keys: keys::load(keys),
            latency: AtomicU64::new(0),
            fetched: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            heard: Mutex::default(),
        });
        for host in 0..hosts {
            let listener = world.bind(host).await.expect("the port is free on all of 127.77.0.0/16");
            tokio::spawn(Arc::clone(&world).listen(host, listener, TlsAcceptor::from(Arc::clone(&server))));
        }
        world
    }

    async fn bind(&self, host: usize) -> std::io::Result<TcpListener> {
        TcpListener::bind(SocketAddr::from((dns::address(host), self.port))).await
    }

    async fn listen(self: Arc<Self>, host: usize, first: TcpListener, tls: TlsAcceptor) {
        let mut listener = Some(first);
        let mut alive = self.hosts[host].alive.subscribe();
        loop {
            if !*alive.borrow_and_update() {
                // Closed: connections are refused.
                listener = None;
                let _ = alive.changed().await;
                continue;
            }
            if listener.is_none() {
                listener = self.bind(host).await.ok();
            }
            let Some(open) = &listener else { return };
            tokio::select! {
                _ = alive.changed() => {}
                accepted = open.accept() => if let Ok((stream, _)) = accepted {
                    self.connections.fetch_add(1, Relaxed);
                    tokio::spawn(Arc::clone(&self).connection(host, stream, tls.clone()));
                }
            }
        }
    }

    async fn connection(self: Arc<Self>, host: usize, stream: TcpStream, tls: TlsAcceptor) {
        let _ = stream.set_nodelay(true);
        let mut alive = self.hosts[host].alive.subscribe();
        let world = Arc::clone(&self);
        let service = hyper::service::service_fn(move |request| {
            let world = Arc::clone(&world);
            async move { Ok::<_, Infallible>(world.answer(host, request).await) }
        });
        let serve = async {
            if let Ok(stream) = tls.accept(stream).await {
                let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                // How a connection ends is the other side's affair.
                let _ = server.serve_connection(TokioIo::new(stream), service).await;
            }
        };
        tokio::select! {
            () = serve => {}
            _ = alive.wait_for(|alive| !alive) => {}
        }
    }

    async fn answer(&self, host: usize, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let Ok(body) = body.collect().await else { return reply(StatusCode::BAD_REQUEST, "") };
        let latency = self.latency.load(Relaxed);
        if latency > 0 {
            tokio::time::sleep(Duration::from_millis(latency)).await;
        }
        if head.method == Method::POST {
            return self.deliver(host, head, body.to_bytes()).await;
        }
        self.fetched.fetch_add(1, Relaxed);
        if self.mood(host) == Mood::Hanging {
            tokio::time::sleep(NEVER).await;
        }
        let name = head.uri.path().strip_prefix("/users/").unwrap_or_default();
        let number = name.strip_prefix('u').and_then(|number| number.parse().ok());
        match number.filter(|&actor: &usize| actor < self.followers() && self.host_of(actor) == host) {
            Some(actor) => reply(StatusCode::OK, &self.document(actor)),
            None if name.starts_with("gone") => reply(StatusCode::GONE, ""),
            None => reply(StatusCode::NOT_FOUND, ""),
        }
    }

    async fn deliver(&self, host: usize, head: Parts, body: Bytes) -> Response<Full<Bytes>> {
        let at = Instant::now();
        if head.uri.path() == SINK {
            return reply(StatusCode::ACCEPTED, "");
        }
        let mood = self.mood(host);
        let once_less = |left: u32| left.checked_sub(1);
        let fails =
            mood == Mood::Failing && self.hosts[host].fail_left.fetch_update(Relaxed, Relaxed, once_less).is_ok();
        let status = match mood {
            Mood::Hanging => StatusCode::GATEWAY_TIMEOUT,
            Mood::Failing if fails => StatusCode::INTERNAL_SERVER_ERROR,
            Mood::Well | Mood::Dead | Mood::Failing => StatusCode::ACCEPTED,
        };
        let target = head.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        let delivery = Delivery { host, at, status, target, headers: head.headers, body };
        if let Some(heard) = &*self.heard.lock().unwrap() {
            // Nobody listens between two scenarios.
            let _ = heard.send(delivery);
        }
        if mood == Mood::Hanging {
            tokio::time::sleep(NEVER).await;
        }
        reply(status, "")
    }

    /// What arrives from now on.
    pub fn hear(&self) -> mpsc::UnboundedReceiver<Delivery> {
        let (heard, receiver) = mpsc::unbounded_channel();
        *self.heard.lock().unwrap() = Some(heard);
        receiver
    }

    /// From now on a server behaves so; `fails` is how often, for `Failing`.
    pub fn set(&self, host: usize, mood: Mood, fails: u32) {
        self.hosts[host].fail_left.store(fails, Relaxed);
        self.hosts[host].mood.store(mood as u8, Relaxed);
        self.hosts[host].alive.send_replace(mood != Mood::Dead);
    }

    pub fn mood(&self, host: usize) -> Mood {
        let moods = [Mood::Well, Mood::Dead, Mood::Hanging, Mood::Failing];
        moods[usize::from(self.hosts[host].mood.load(Relaxed))]
    }

    pub fn set_latency(&self, latency: Duration) {
        self.latency.store(u64::try_from(latency.as_millis()).unwrap(), Relaxed);
    }

    /// Documents that were asked for since the last call, and connections that were opened.
    pub fn take_counts(&self) -> (u64, u64) {
        (self.fetched.swap(0, Relaxed), self.connections.swap(0, Relaxed))
    }

    /// From now on the world is so large; never larger than it was started.
    pub fn resize(&self, hosts: usize, followers: usize) {
        assert!(hosts <= self.hosts.len(), "servers are made at the start");
        self.taking_part[0].store(hosts, Relaxed);
        self.taking_part[1].store(followers, Relaxed);
    }

    pub fn hosts(&self) -> usize {
        self.taking_part[0].load(Relaxed)
    }

    pub fn followers(&self) -> usize {
        self.taking_part[1].load(Relaxed)
    }

    // Actor number n lives on server n % K.

    pub fn host_of(&self, actor: usize) -> usize {
        actor % self.hosts()
    }

    pub fn base(&self, host: usize) -> String {
        format!("https://{}", self.hosts[host].name)
    }

    pub fn actor(&self, actor: usize) -> String {
        format!("{}/users/u{actor}", self.base(self.host_of(actor)))
    }

    pub fn key(&self, actor: usize) -> &ActorKey {
        &self.keys[actor % self.keys.len()]
    }

    /// What Mastodon says of an account, about as long.
    pub fn document(&self, actor: usize) -> String {
        let (base, id, name) = (self.base(self.host_of(actor)), self.actor(actor), format!("u{actor}"));
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1",
                {"manuallyApprovesFollowers": "as:manuallyApprovesFollowers", "toot": "http://joinmastodon.org/ns#",
                 "featured": {"@id": "toot:featured", "@type": "@id"}, "discoverable": "toot:discoverable"}],
            "id": id, "type": "Person", "preferredUsername": name, "name": format!("Follower {actor}"),
            "summary": "<p>A simulated follower.</p>", "url": format!("{base}/@{name}"),
            "inbox": format!("{id}/inbox"), "outbox": format!("{id}/outbox"),
            "followers": format!("{id}/followers"), "following": format!("{id}/following"),
            "featured": format!("{id}/collections/featured"),
            "manuallyApprovesFollowers": false, "discoverable": true, "published": "2024-01-01T00:00:00Z",
            "endpoints": {"sharedInbox": format!("{base}/inbox")},
            "publicKey": {"id": format!("{id}#main-key"), "owner": id, "publicKeyPem": self.key(actor).pem},
        })
        .to_string()
    }

    /// A request to `url` signed as `user`, who lives on server `host` and has key number `key`.
    pub fn sign(&self, url: &Url, user: &str, key: usize, host: usize, body: Option<Bytes>) -> Prepared {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let out = Outgoing { method: &method, url, body: body.as_deref(), content_type: ACTIVITY };
        let headers = cavage::sign(&out, &format!("{user}#main-key"), &self.key(key).rsa, now());
        let mut prepared = Prepared::new(url, host, body);
        for (name, value) in headers {
            prepared.headers.insert(name, value);
        }
        prepared
    }
}

pub fn now() -> Timestamp {
    Clock::System.now()
}

fn reply(status: StatusCode, body: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body.to_owned()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(ACTIVITY));
    response
}
