//! Peers for the tests of this room: servers on raw sockets of 127.0.0.0/8 that follow a script, good or evil, and
//! write down what they saw.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::address::Reach;
use super::client::{Client, Options, Signer};
use super::resolve::Resolver;
use crate::base::time::Timestamp;
use crate::crypto::keys::RsaKey;
use crate::crypto::verify::Received;

pub const NOW: Timestamp = Timestamp(1_795_424_400_000);
const KEY_ID: &str = "https://city.example/ap/actor#main-key";
const TLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/tls");

/// What a peer does with a request.
pub enum Act {
    /// Says this and waits for the next request.
    Say(Vec<u8>),
    /// Says this and closes the connection without having announced it.
    Close(Vec<u8>),
    /// Says this, then one byte every few milliseconds, for ever.
    Drip(Vec<u8>),
    /// Says this, then as much as the other side takes.
    Pour(Vec<u8>),
}

/// A whole answer.
pub fn answer(status: u16, headers: &str, body: &str) -> Act {
    Act::Say(format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes())
}

pub fn redirect(to: &str) -> Act {
    answer(302, &format!("location: {to}\r\n"), "")
}

/// A running peer; it stops with the runtime of its test.
pub struct Peer {
    pub at: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    requests: Vec<String>,
}

impl Peer {
    /// Answers each request, given as its text, by the script; on a port of its own where `ip` names none.
    pub async fn start(ip: &str, script: impl Fn(&str) -> Act + Send + Sync + 'static) -> Self {
        Self::bind(ip, None, script).await.unwrap()
    }

    /// The same over TLS, as `peer.test`, HTTP/1.1.
    pub async fn secure(ip: &str, script: impl Fn(&str) -> Act + Send + Sync + 'static) -> Self {
        Self::bind(ip, Some(TlsAcceptor::from(Arc::new(server_config(&[])))), script).await.unwrap()
    }

    /// Accepts connections and never says a word; `None` where the machine has no such address.
    pub async fn canary(ip: &str) -> Option<Self> {
        let listener = TcpListener::bind((ip.parse::<IpAddr>().unwrap(), 0)).await.ok()?;
        let at = listener.local_addr().ok()?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let log = Arc::clone(&seen);
        spawn(async move {
            let mut open = Vec::new();
            while let Ok(connection) = listener.accept().await {
                log.lock().unwrap().connections += 1;
                open.push(connection);
            }
        });
        Some(Self { at, seen })
    }

    async fn bind(
        ip: &str,
        tls: Option<TlsAcceptor>,
        script: impl Fn(&str) -> Act + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let at = ip.parse().unwrap_or_else(|_| SocketAddr::new(ip.parse().unwrap(), 0));
        let listener = TcpListener::bind(at).await?;
        let at = listener.local_addr()?;
        let (seen, script) = (Arc::new(Mutex::new(Seen::default())), Arc::new(script));
        let log = Arc::clone(&seen);
        spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                log.lock().unwrap().connections += 1;
                let (log, script, tls) = (Arc::clone(&log), Arc::clone(&script), tls.clone());
                spawn(async move {
                    match tls {
                        None => talk(tcp, &log, &*script).await,
                        Some(tls) => match tls.accept(tcp).await {
                            Ok(tls) => talk(tls, &log, &*script).await,
                            Err(_) => None,
                        },
                    }
                });
            }
        });
        Ok(Self { at, seen })
    }

    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// The requests so far, head and body, header names in lower case as hyper writes them.
    pub fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// `http://ADDRESS:PORT` and the path.
    pub fn url(&self, path: &str) -> url::Url {
        format!("http://{}{path}", self.at).parse().unwrap()
    }
}

#[expect(clippy::disallowed_methods, reason = "peers end with the runtime of their test")]
pub fn spawn<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) {
    tokio::spawn(task);
}

/// The certificate of `tests/vectors/tls`.
pub fn server_config(alpn: &[&str]) -> rustls::ServerConfig {
    let folder = Path::new(TLS);
    let chain = vec![CertificateDer::from_pem_file(folder.join("peer.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(folder.join("peer.key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_no_client_auth().with_single_cert(chain, key).unwrap();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    config
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    log: &Mutex<Seen>,
    script: &(impl Fn(&str) -> Act + ?Sized),
) -> Option<()> {
    loop {
        let request = request(&mut stream).await?;
        log.lock().unwrap().requests.push(request.clone());
        let (start, then) = match script(&request) {
            Act::Say(bytes) => {
                stream.write_all(&bytes).await.ok()?;
                continue;
            }
            Act::Close(bytes) => {
                stream.write_all(&bytes).await.ok()?;
                return stream.shutdown().await.ok();
            }
            Act::Drip(bytes) => (bytes, 1),
            Act::Pour(bytes) => (bytes, 64 * 1024),
        };
        stream.write_all(&start).await.ok()?;
        loop {
            stream.write_all(&vec![b'x'; then]).await.ok()?;
            if then == 1 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

/// One request with its body; `None` when the other side is done.
async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        text.push(stream.read_u8().await.ok()?);
        if text == [0x16] {
            return None; // TLS, where it is not spoken
        }
    }
    let head = String::from_utf8(text).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(head + &String::from_utf8(body).unwrap())
}

/// Options that admit exactly these addresses, know exactly these names, and trust the test authority.
pub fn options(allowed: &[&str], names: &[(&str, &str)]) -> Options {
    let mut table = std::collections::HashMap::<String, Vec<IpAddr>>::new();
    for (name, ip) in names {
        table.entry((*name).to_owned()).or_default().push(ip.parse().unwrap());
    }
    Options {
        reach: Reach { allow_private: allowed.iter().map(|network| network.parse().unwrap()).collect() },
        extra_ca: Some(Path::new(TLS).join("ca.pem")),
        resolver: Resolver::table(table),
        user_agent: "instance/test".into(),
    }
}

pub fn client(allowed: &[&str], names: &[(&str, &str)]) -> Client {
    Client::new(options(allowed, names)).unwrap()
}

/// A client that waits only so long.
pub fn hasty(allowed: &[&str], deadline: Duration) -> Client {
    Client::with_deadline(options(allowed, &[]), deadline).unwrap()
}

/// Signs for the server itself, with a key that is made once for all tests.
pub fn signer() -> Signer<'static> {
    static KEY: OnceLock<RsaKey> = OnceLock::new();
    Signer { key_id: KEY_ID, key: KEY.get_or_init(|| RsaKey::generate().unwrap()) }
}

/// Whether a request, as a peer of this origin saw it, is signed by `signer`: what another server checks.
pub fn is_signed(request: &str, origin: &str) -> bool {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap().split(' ');
    let (method, target) = (first.next().unwrap().parse().unwrap(), first.next().unwrap());
    let header = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
    };
    let headers = lines.map(header).collect::<HeaderMap>();
    let received = Received { method: &method, target, headers: &headers, body: body.as_bytes(), origin };
    let claim = crate::crypto::claim(&received, NOW);
    claim.is_ok_and(|claim| claim.key_id == KEY_ID && claim.check(&signer().key.public()).is_ok())
}
