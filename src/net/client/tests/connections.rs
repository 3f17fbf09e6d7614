//! Connections: TLS and who is trusted, HTTP/2, reuse and its bound, names that change where they point.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};

use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;

use super::super::super::peer::{server_config, spawn};
use super::*;

#[tokio::test]
async fn https_is_verified_under_the_name_that_was_asked() {
    let peer = Peer::secure("127.0.0.11", |_| answer(200, "", "safe")).await;
    let names = [("peer.test", "127.0.0.11"), ("other.test", "127.0.0.11")];
    let port = peer.at.port();
    let trusting = client(&["127.0.0.11"], &names);
    let answer = get(&trusting, &format!("https://peer.test:{port}/")).await.unwrap();
    assert_eq!(&answer.body[..], b"safe");
    assert!(peer.requests()[0].contains(&format!("\r\nhost: peer.test:{port}\r\n")));

    let what = words(get(&trusting, &format!("https://other.test:{port}/")).await);
    assert!(what.starts_with("no secure connection"), "{what}");
    let wary = Client::new(Options { extra_ca: None, ..options(&["127.0.0.11"], &names) }).unwrap();
    let what = words(get(&wary, &format!("https://peer.test:{port}/")).await);
    assert!(what.starts_with("no secure connection"), "{what}");
    assert_eq!(peer.requests().len(), 1);
}

#[tokio::test]
async fn from_https_never_to_http() {
    let plain = Peer::start("127.0.0.12", |_| answer(200, "", "unsafe")).await;
    let target = plain.url("/").to_string();
    let peer = Peer::secure("127.0.0.11", move |_| redirect(&target)).await;
    let client = client(&["127.0.0.11", "127.0.0.12"], &[("peer.test", "127.0.0.11")]);
    let what = words(get(&client, &format!("https://peer.test:{}/", peer.at.port())).await);
    assert_eq!(what, "redirects from https to something less safe");
    assert_eq!(plain.connections(), 0);
}

#[tokio::test]
async fn http2_is_spoken_where_the_peer_speaks_it() {
    let listener = TcpListener::bind(("127.0.0.11", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let tls = TlsAcceptor::from(Arc::new(server_config(&["h2", "http/1.1"])));
    spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        let io = TokioIo::new(tls.accept(tcp).await.unwrap());
        let service = hyper::service::service_fn(|request: Request<Incoming>| async move {
            let host = request.headers().get(header::HOST).map(|host| host.to_str().unwrap().to_owned());
            let seen = format!("{:?} {} {host:?}", request.version(), request.uri());
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(seen))))
        });
        hyper_util::server::conn::auto::Builder::new(TokioExecutor::new()).serve_connection(io, service).await
    });
    let client = client(&["127.0.0.11"], &[("peer.test", "127.0.0.11")]);
    // The peer takes one connection only: the second request shares it.
    for path in ["/one", "/two?x=y"] {
        let url = format!("https://peer.test:{port}{path}");
        let answer = client.get(&Url::parse(&url).unwrap(), "*/*", Some(&signer()), CAP, NOW).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&answer.body), format!("HTTP/2.0 {url} None"));
    }
}

#[tokio::test]
async fn connections_are_used_again_and_replaced_when_the_peer_closed_them() {
    let peer = Peer::start("127.0.0.11", |request| match request.split(' ').nth(1).unwrap() {
        "/close" => Act::Close(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec()),
        _ => answer(200, "", "x"),
    })
    .await;
    let client = client(&["127.0.0.11"], &[]);
    for (path, connections) in [("/", 1), ("/", 1), ("/close", 1), ("/", 2), ("/", 2)] {
        get(&client, peer.url(path).as_str()).await.unwrap();
        assert_eq!(peer.connections(), connections);
    }
}

#[tokio::test]
async fn connections_are_kept_to_a_bounded_number_of_hosts() {
    let peer = Peer::start("127.0.0.11", |_| answer(200, "", "x")).await;
    let hosts: Vec<String> = (0..KEPT_HOSTS + 10).map(|n| format!("h{n}.test")).collect();
    let names: Vec<(&str, &str)> = hosts.iter().map(|host| (host.as_str(), "127.0.0.11")).collect();
    let client = client(&["127.0.0.11"], &names);
    for host in &hosts {
        get(&client, &format!("http://{host}:{}/", peer.at.port())).await.unwrap();
    }
    assert_eq!(peer.connections(), hosts.len());
    let kept = &client.shared.kept;
    let room = |limit| Kept::place(kept, "new.test", limit).is_some();
    assert!(!room(KEPT_HOSTS) && room(KEPT_HOSTS + 1));
    // Who has one keeps using it; who has none gets a new one each time.
    get(&client, &format!("http://h0.test:{}/", peer.at.port())).await.unwrap();
    assert_eq!(peer.connections(), hosts.len());
    get(&client, &format!("http://{}:{}/", hosts[KEPT_HOSTS], peer.at.port())).await.unwrap();
    assert_eq!(peer.connections(), hosts.len() + 1);
}

#[tokio::test]
async fn a_dead_address_is_passed_over() {
    let peer = Peer::start("127.0.0.12", |_| answer(200, "", "alive")).await;
    let client = client(&["127.0.0.12", "127.0.0.13"], &[("peer.test", "127.0.0.13"), ("peer.test", "127.0.0.12")]);
    let answer = get(&client, &format!("http://peer.test:{}/", peer.at.port())).await.unwrap();
    assert_eq!(&answer.body[..], b"alive");
}

/// A DNS server that says 127.0.0.12, 127.0.0.1 and so on by turns, to be forgotten at once.
async fn two_faced_dns() -> SocketAddr {
    let socket = UdpSocket::bind(("127.0.0.53", 0)).await.unwrap();
    let at = socket.local_addr().unwrap();
    spawn(async move {
        let (mut buffer, mut turn) = ([0; 512], 0);
        loop {
            let (length, asker) = socket.recv_from(&mut buffer).await.unwrap();
            let query = &buffer[..length];
            let name_end = 12 + query[12..].iter().position(|&b| b == 0).unwrap() + 1;
            let question = &query[12..name_end + 4];
            let asks_a = question[question.len() - 4..question.len() - 2] == [0, 1];
            let mut reply = [&query[..2], &[0x81, 0x80, 0, 1, 0, u8::from(asks_a), 0, 0, 0, 0], question].concat();
            if asks_a {
                let face = [Ipv4Addr::new(127, 0, 0, 12), Ipv4Addr::LOCALHOST][turn % 2];
                turn += 1;
                reply.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
                reply.extend(face.octets());
            }
            socket.send_to(&reply, asker).await.unwrap();
        }
    });
    at
}

#[tokio::test]
async fn a_name_that_changes_where_it_points_is_checked_each_time() {
    let canary = Peer::canary("127.0.0.1").await.unwrap();
    let face = format!("127.0.0.12:{}", canary.at.port());
    let peer = Peer::start(&face, |_| Act::Close(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec())).await;
    let resolver = Resolver::asking(two_faced_dns().await);
    let client = Client::new(Options { resolver, ..options(&["127.0.0.12"], &[]) }).unwrap();
    let url = format!("http://rebind.test:{}/", peer.at.port());
    let mut refused = 0;
    for _ in 0..6 {
        match get(&client, &url).await {
            Ok(_) => {}
            other => {
                assert_eq!(words(other), REFUSED);
                refused += 1;
            }
        }
    }
    assert_eq!((refused, peer.connections(), canary.connections()), (3, 3, 0));
}

/// Hands sessions out in tickets of at least so many bytes, unencrypted.
#[derive(Debug)]
struct Tickets(usize);

impl rustls::server::ProducesTickets for Tickets {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        3600
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let length = u32::try_from(plain.len()).unwrap();
        Some([&length.to_be_bytes()[..], plain, &vec![0; self.0]].concat())
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        let (length, rest) = ticket.split_first_chunk()?;
        Some(rest[..usize::try_from(u32::from_be_bytes(*length)).unwrap()].to_vec())
    }
}

#[tokio::test]
async fn a_session_is_resumed_unless_it_was_too_large_to_keep() {
    use rustls::HandshakeKind;
    for (size, second) in [(0, HandshakeKind::Resumed), (crate::limits::outbound::SESSION, HandshakeKind::Full)] {
        let listener = TcpListener::bind(("127.0.0.11", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut config = server_config(&["http/1.1"]);
        config.ticketer = Arc::new(Tickets(size));
        let tls = TlsAcceptor::from(Arc::new(config));
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let io = tls.accept(tcp).await.unwrap();
                tell.send(io.get_ref().1.handshake_kind().unwrap()).unwrap();
                let service = hyper::service::service_fn(|_| async {
                    let close = Response::builder().header(header::CONNECTION, "close");
                    Ok::<_, Infallible>(close.body(Full::new(Bytes::from_static(b"x"))).unwrap())
                });
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(io), service).await.unwrap();
            }
        });
        let client = client(&["127.0.0.11"], &[("peer.test", "127.0.0.11")]);
        for kind in [HandshakeKind::Full, second] {
            get(&client, &format!("https://peer.test:{port}/")).await.unwrap();
            assert_eq!(told.recv().await.unwrap(), kind, "tickets of {size} bytes");
        }
    }
}
