//! The least that each job costs with the same libraries on this machine, in a process of its own that is measured in
//! the same way: a bare hyper server, one that also checks signatures, and a bare signing client without a store.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::{Method, Request, Response, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use instance::crypto::keys::PublicKey;
use instance::crypto::{Outgoing, cavage, claim, verify::Received};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use url::Url;

use crate::keys::{self, ActorKey};
use crate::world::{ACTIVITY, SINK, World, now};
use crate::{dns, meter};

/// As many as a listener needs under a wave; with 128, three hundred simultaneous connections stall for a second.
const BACKLOG: u32 = 4096;
/// Deliveries of the bare client under way at once.
const AT_ONCE: usize = 64;

/// A floor as a child process.
pub struct Floor {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Floor {
    fn start(arguments: &[&str]) -> Self {
        let own = std::env::current_exe().expect("a program knows its own file");
        let mut command = Command::new(own);
        command.arg("--floor").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("this program runs twice");
        let input = child.stdin.take().expect("stdin is piped");
        let output = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Self { child, input, output }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the floor speaks");
        line.trim().to_owned()
    }

    /// A bare hyper server that answers every request with a file; answers with where it listens.
    pub fn page(file: &Path, kind: &str) -> (Self, SocketAddr) {
        let mut floor = Self::start(&["page", &file.display().to_string(), kind]);
        let at = floor.line().parse().expect("the floor says where it listens");
        (floor, at)
    }

    /// A bare hyper server that checks digest and signature and answers 202.
    pub fn inbox(keys: &Path) -> (Self, SocketAddr) {
        let mut floor = Self::start(&["inbox", &keys.display().to_string()]);
        let at = floor.line().parse().expect("the floor says where it listens");
        (floor, at)
    }

    /// Decodes, resizes and encodes a picture each time it is asked.
    pub fn picture(file: &Path) -> Self {
        Self::start(&["picture", &file.display().to_string()])
    }

    /// The processor time of one picture.
    pub fn picture_once(&mut self) -> Duration {
        let before = self.cpu();
        writeln!(self.input, "once").expect("the floor listens");
        assert_eq!(self.line(), "done", "the picture was read");
        self.cpu().saturating_sub(before)
    }

    /// A bare signing client.
    pub fn client(keys: &Path, ca: &Path, body: &Path, world: &World) -> Self {
        let [keys, ca, body] = [keys, ca, body].map(|path| path.display().to_string());
        Self::start(&["client", &keys, &ca, &body, &world.port.to_string(), &world.hosts().to_string()])
    }

    /// Lets the client do one job `count` times, at one server after the other; answers with its processor time.
    pub fn job(&mut self, job: Job, count: usize) -> Duration {
        let before = self.cpu();
        writeln!(self.input, "{} {count}", job.word()).expect("the floor listens");
        assert_eq!(self.line(), "done", "the bare client reached everybody");
        self.cpu().saturating_sub(before)
    }

    pub fn cpu(&self) -> Duration {
        meter::cpu(self.child.id())
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the bare client can be asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// A signed POST over a new connection with a full TLS handshake.
    New,
    /// The same over a new connection that resumes the last TLS session.
    Resumed,
    /// The same over the connection of the last time.
    Kept,
    /// What a Follow makes necessary: the signature checked, a signed GET, a signed POST; two new connections.
    Follow,
}

impl Job {
    const ALL: [Self; 4] = [Self::New, Self::Resumed, Self::Kept, Self::Follow];

    fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Resumed => "resumed",
            Self::Kept => "kept",
            Self::Follow => "follow",
        }
    }
}

/// The child's side.
pub async fn run(arguments: &[String]) {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["page", file, kind] => {
            let bytes = Bytes::from(std::fs::read(file).expect("the file is there"));
            serve(Arc::new(Answer::Bytes(bytes, kind.parse().expect("a content type")))).await;
        }
        ["inbox", keys] => {
            let public = keys::load(Path::new(keys)).iter().map(|key| key.rsa.public()).collect();
            serve(Arc::new(Answer::Checked(public))).await;
        }
        ["picture", file] => {
            for _ in std::io::stdin().lines() {
                assert!(crate::rows::upload::bare(Path::new(file)) > 0, "something was made");
                println!("done");
            }
        }
        ["client", keys, ca, body, port, hosts] => {
            let numbers = [port, hosts].map(|number| number.parse().expect("a number"));
            Arc::new(Client::new(Path::new(keys), Path::new(ca), Path::new(body), numbers)).work().await;
        }
        other => panic!("no such floor: {other:?}"),
    }
}

enum Answer {
    Bytes(Bytes, header::HeaderValue),
    Checked(Vec<PublicKey>),
}

async fn serve(answer: Arc<Answer>) {
    let socket = TcpSocket::new_v4().expect("there is IPv4");
    socket.bind("127.0.0.1:0".parse().unwrap()).expect("loopback has a free port");
    let listener = socket.listen(BACKLOG).expect("a bound socket listens");
    println!("{}", listener.local_addr().unwrap());
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let answer = Arc::clone(&answer);
        let service = hyper::service::service_fn(move |request| {
            let answer = Arc::clone(&answer);
            async move { answer.give(request).await }
        });
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

impl Answer {
    async fn give(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let mut response = Response::new(Full::default());
        match self {
            Self::Bytes(bytes, kind) => {
                *response.body_mut() = Full::new(bytes.clone());
                response.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
            }
            Self::Checked(keys) => {
                let received = Received {
                    method: &head.method,
                    target: head.uri.path(),
                    headers: &head.headers,
                    body: &body,
                    origin: "https://instance.test",
                };
                let claim = claim(&received, now()).expect("the load signs what is needed");
                claim.check(&keys[number(&claim.key_id) % keys.len()]).expect("the load signs with the right key");
                *response.status_mut() = StatusCode::ACCEPTED;
            }
        }
        Ok(response)
    }
}

/// Which of the few keys an actor has follows from the number at the end of its name.
fn number(key_id: &str) -> usize {
    let actor = key_id.split_once('#').map_or(key_id, |(actor, _)| actor);
    let digits = actor.len() - actor.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    actor[actor.len() - digits..].parse().unwrap_or_default()
}

struct Client {
    keys: Vec<ActorKey>,
    /// Keeps sessions; without them every handshake is a full one.
    tls: Arc<rustls::ClientConfig>,
    fresh: Arc<rustls::ClientConfig>,
    body: Bytes,
    port: u16,
    hosts: usize,
    /// A signature over the body, and the key that made it.
    signed: (Vec<u8>, PublicKey),
    kept: tokio::sync::Mutex<HashMap<usize, SendRequest<Full<Bytes>>>>,
}

impl Client {
    fn new(keys: &Path, ca: &Path, body: &Path, [port, hosts]: [usize; 2]) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        let ca = CertificateDer::from_pem_file(ca).expect("the authority is a certificate");
        roots.add(ca).expect("the authority is sound");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider has the usual versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut fresh = tls.clone();
        fresh.resumption = rustls::client::Resumption::disabled();
        let mut tls = tls;
        tls.resumption = rustls::client::Resumption::in_memory_sessions(1 << 20);
        let body = Bytes::from(std::fs::read(body).expect("the body is there"));
        let keys = keys::load(keys);
        let key = &keys[0].rsa;
        Self {
            signed: (key.sign(&body), key.public()),
            keys,
            tls: Arc::new(tls),
            fresh: Arc::new(fresh),
            body,
            port: u16::try_from(port).expect("a port"),
            hosts,
            kept: tokio::sync::Mutex::default(),
        }
    }

    /// Jobs from standard input, one a line, until it ends.
    async fn work(self: Arc<Self>) {
        for line in std::io::stdin().lines() {
            let line = line.expect("jobs are text");
            let (word, count) = line.split_once(' ').expect("a job and how often");
            let job = Job::ALL.into_iter().find(|job| job.word() == word).expect("a job");
            let count = count.parse().expect("a number");
            let next = Arc::new(AtomicUsize::new(0));
            let one = |_| {
                let (client, next) = (Arc::clone(&self), Arc::clone(&next));
                tokio::spawn(async move {
                    loop {
                        let number = next.fetch_add(1, Relaxed);
                        if number >= count {
                            return;
                        }
                        client.one(job, number).await.expect("the simulated servers answer");
                    }
                })
            };
            let workers: Vec<_> = (0..AT_ONCE).map(one).collect();
            for worker in workers {
                worker.await.expect("every delivery arrived");
            }
            println!("done");
        }
    }

    /// The job once, at the server of actor `number`.
    async fn one(&self, job: Job, number: usize) -> Option<()> {
        let host = number % self.hosts;
        match job {
            Job::Follow => {
                let (signature, key) = &self.signed;
                assert!(key.verify(&self.body, signature), "an honest signature verifies");
                let mut sender = self.open(host, &self.fresh).await?;
                self.send(&mut sender, host, Method::GET, &format!("/users/u{number}")).await?;
                let mut sender = self.open(host, &self.fresh).await?;
                self.send(&mut sender, host, Method::POST, SINK).await
            }
            Job::New => {
                let mut sender = self.open(host, &self.fresh).await?;
                self.send(&mut sender, host, Method::POST, SINK).await
            }
            Job::Resumed => {
                let mut sender = self.open(host, &self.tls).await?;
                self.send(&mut sender, host, Method::POST, SINK).await
            }
            Job::Kept => {
                let known = self.kept.lock().await.remove(&host).filter(|sender| !sender.is_closed());
                let mut sender = match known {
                    Some(sender) => sender,
                    None => self.open(host, &self.tls).await?,
                };
                self.send(&mut sender, host, Method::POST, SINK).await?;
                self.kept.lock().await.insert(host, sender);
                Some(())
            }
        }
    }

    async fn open(&self, host: usize, tls: &Arc<rustls::ClientConfig>) -> Option<SendRequest<Full<Bytes>>> {
        let tcp = TcpStream::connect((dns::address(host), self.port)).await.ok()?;
        tcp.set_nodelay(true).ok()?;
        let name = ServerName::try_from(dns::name(host)).ok()?;
        let stream = TlsConnector::from(Arc::clone(tls)).connect(name, tcp).await.ok()?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        Some(sender)
    }

    async fn send(&self, to: &mut SendRequest<Full<Bytes>>, host: usize, method: Method, path: &str) -> Option<()> {
        let url = Url::parse(&format!("https://{}:{}{path}", dns::name(host), self.port)).ok()?;
        let body = (method == Method::POST).then(|| self.body.clone());
        let out = Outgoing { method: &method, url: &url, body: body.as_deref(), content_type: ACTIVITY };
        let headers = cavage::sign(&out, "https://instance.test/ap/actor#main-key", &self.keys[0].rsa, now());
        let mut request = Request::new(Full::new(body.unwrap_or_default()));
        request.headers_mut().extend(headers);
        *request.uri_mut() = Uri::try_from(path).ok()?;
        *request.method_mut() = method;
        let answer = to.send_request(request).await.ok()?;
        let well = answer.status().is_success();
        answer.into_body().collect().await.ok()?;
        well.then_some(())
    }
}
