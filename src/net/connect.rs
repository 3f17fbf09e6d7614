//! The only door out: resolves a name, refuses what may not be reached, connects to the very address that was
//! checked, and speaks TLS under the name that was asked for. Every hop of every request passes here.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::address::{Admit, Reach};
use super::resolve::Resolver;
use super::tls::{self, Sessions};
use crate::error::{Error, Result};
use crate::limits;

/// The same words for every refusal, whatever was behind the address: nobody learns by us what answers where.
/// The same for a name that has no address and for one that has an inner one: what names there are in our own network is
/// nobody's business.
pub(super) const REFUSED: &str = "no address that we connect to";

/// A refusal that the address itself shows (scheme, port, user name): it stays refused.
pub(super) fn refused(host: &str) -> Error {
    Error::peer_never(host, REFUSED)
}

/// Makes connections; one for all, cheap to clone.
#[derive(Clone)]
pub struct Connector {
    shared: Arc<Shared>,
    /// Where its connections are counted, if they are to be kept for later requests.
    kept: Option<Arc<Kept>>,
}

struct Shared {
    reach: Reach,
    resolver: Resolver,
    tls: rustls::ClientConfig,
    sessions: Arc<Sessions>,
    /// For all of name lookup, connecting and TLS; `hyper_util` may finish a connection after its request was dropped.
    deadline: Duration,
}

impl Connector {
    pub fn new(reach: Reach, resolver: Resolver, tls: rustls::ClientConfig, deadline: Duration) -> Self {
        let sessions = Arc::default();
        Self { shared: Arc::new(Shared { reach, resolver, tls, sessions, deadline }), kept: None }
    }

    /// The same connector, whose connections are counted in `kept`.
    #[must_use]
    pub fn counting(&self, kept: Arc<Kept>) -> Self {
        Self { shared: Arc::clone(&self.shared), kept: Some(kept) }
    }

    async fn connect(self, uri: Uri) -> Result<TokioIo<Conn>> {
        let https = uri.scheme_str() == Some("https");
        let host = uri.host().unwrap_or_default();
        let port = uri.port_u16().unwrap_or(if https { 443 } else { 80 });
        let tcp = self.tcp(&self.addresses(host, port, https).await?, host, port).await?;
        let kept = self.kept.as_ref().zip(uri.authority()).map(|(kept, at)| Kept::enter(kept, at.as_str()));
        if !https {
            return Ok(TokioIo::new(Conn { io: Box::new(tcp), h2: false, _kept: kept }));
        }
        let name = ServerName::try_from(bare(host).to_owned()).map_err(|_| refused(host))?;
        let read = Arc::default();
        let config = tls::one(&self.shared.tls, &self.shared.sessions, Arc::clone(&read), self.kept.is_none());
        let tls = TlsConnector::from(config).connect(name, Counted { tcp, read }).await;
        let tls = tls.map_err(|e| Error::peer_later(host, format!("no secure connection: {e}")))?;
        let h2 = tls.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok(TokioIo::new(Conn { io: Box::new(tls), h2, _kept: kept }))
    }

    /// The addresses to try. One that is not admitted spoils them all: a name that points both outside and inside
    /// is a trap or a mistake. Nobody on the public internet is known by a bare address.
    async fn addresses(&self, host: &str, port: u16, https: bool) -> Result<Vec<IpAddr>> {
        let reach = &self.shared.reach;
        let all = self.shared.resolver.lookup(host).await?;
        let bare_address = bare(host).parse::<IpAddr>().is_ok();
        if bare_address && all.iter().any(|&ip| reach.admits(ip) != Admit::Private) {
            return Err(refused(host));
        }
        if all.iter().all(|&ip| reach.opens(ip, port, https)) {
            return Ok(pick(&all));
        }
        // A wrong port or scheme stays wrong; where a name points may be put right.
        let lasting = all.iter().all(|&ip| reach.admits(ip) != Admit::No);
        Err(if lasting { refused(host) } else { Error::peer_later(host, REFUSED) })
    }

    async fn tcp(&self, addresses: &[IpAddr], host: &str, port: u16) -> Result<TcpStream> {
        let mut last = io::Error::from(io::ErrorKind::TimedOut);
        for &ip in addresses {
            let one = TcpStream::connect(SocketAddr::new(ip.to_canonical(), port));
            match timeout(self.shared.deadline / limits::outbound::ADDRESS_SHARE, one).await {
                Ok(Ok(tcp)) => {
                    // Without it requests still work, only later.
                    let _ = tcp.set_nodelay(true);
                    return Ok(tcp);
                }
                Ok(Err(e)) => last = e,
                Err(_) => {}
            }
        }
        Err(Error::peer_later(host, format!("no connection: {}", last.kind())))
    }
}

impl tower_service::Service<Uri> for Connector {
    type Response = TokioIo<Conn>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            let host = uri.host().unwrap_or_default().to_owned();
            let slow = |_| Err(Error::peer_later(host, "no connection in time"));
            timeout(this.shared.deadline, this.connect(uri)).await.unwrap_or_else(slow)
        })
    }
}

/// A host without the brackets of an IPv6 address.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host)
}

/// Families by turns and IPv4 first, which more networks have; in each the order of the answer.
fn pick(all: &[IpAddr]) -> Vec<IpAddr> {
    let mut picked = Vec::with_capacity(limits::outbound::ADDRESSES);
    let mut v4 = all.iter().filter(|ip| ip.is_ipv4());
    let mut v6 = all.iter().filter(|ip| ip.is_ipv6());
    for _ in 0..limits::outbound::ADDRESSES / 2 {
        picked.extend(v4.next());
        picked.extend(v6.next());
    }
    picked
}

/// How many connections are open for keeping, by authority. The pool of `hyper_util` is bounded for each host only,
/// and a post goes to thousands of hosts within a minute.
#[derive(Default)]
pub struct Kept {
    open: Mutex<HashMap<String, usize>>,
}

impl Kept {
    /// A place for a connection to this authority, if it may be kept: there is one already, or room among `limit` hosts.
    /// Held until the connection itself is counted, since many ask at the same moment.
    pub fn place(kept: &Arc<Self>, authority: &str, limit: usize) -> Option<Entry> {
        let mut open = kept.open.lock().unwrap_or_else(PoisonError::into_inner);
        let room = open.contains_key(authority) || open.len() < limit;
        room.then(|| Self::count(kept, &mut open, authority))
    }

    fn enter(kept: &Arc<Self>, authority: &str) -> Entry {
        let mut open = kept.open.lock().unwrap_or_else(PoisonError::into_inner);
        Self::count(kept, &mut open, authority)
    }

    fn count(kept: &Arc<Self>, open: &mut HashMap<String, usize>, authority: &str) -> Entry {
        *open.entry(authority.to_owned()).or_default() += 1;
        Entry { kept: Arc::clone(kept), authority: authority.to_owned() }
    }
}

/// One connection in the count, open or about to be, for as long as it lives.
pub struct Entry {
    kept: Arc<Kept>,
    authority: String,
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut open = self.kept.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.authority) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.authority);
            }
        }
    }
}

/// A connection that counts what it reads.
struct Counted {
    tcp: TcpStream,
    read: Arc<AtomicUsize>,
}

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let done = Pin::new(&mut self.tcp).poll_read(cx, buf);
        self.read.fetch_add(buf.filled().len() - before, Ordering::Relaxed);
        done
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}

trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// An open connection, plain or TLS.
pub struct Conn {
    io: Box<dyn Io>,
    h2: bool,
    _kept: Option<Entry>,
}

impl Connection for Conn {
    fn connected(&self) -> Connected {
        if self.h2 { Connected::new().negotiated_h2() } else { Connected::new() }
    }
}

impl AsyncRead for Conn {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl AsyncWrite for Conn {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_tried_by_turns() {
        let ips = |text: &str| text.split(' ').map(|ip| ip.parse().unwrap()).collect::<Vec<IpAddr>>();
        for (all, wanted) in [
            ("2a01::1 2a01::2 2a01::3 1.1.1.1 1.1.1.2 1.1.1.3", "1.1.1.1 2a01::1 1.1.1.2 2a01::2"),
            ("2a01::1 1.1.1.1", "1.1.1.1 2a01::1"),
            ("1.1.1.1 1.1.1.2 1.1.1.3", "1.1.1.1 1.1.1.2"),
        ] {
            assert_eq!(pick(&ips(all)), ips(wanted));
        }
    }

    #[test]
    fn kept_connections_are_bounded_by_host_and_counted_back() {
        let kept = Arc::new(Kept::default());
        let room = |authority: &str, limit| Kept::place(&kept, authority, limit).is_some();
        let first = Kept::enter(&kept, "a.example");
        let second = Kept::place(&kept, "a.example", 1);
        let third = Kept::enter(&kept, "b.example:8443");
        assert!(room("a.example", 2) && !room("c.example", 2) && room("c.example", 3));
        drop(first);
        assert!(!room("c.example", 2), "one connection to a.example is left");
        drop(second);
        let asked = Kept::place(&kept, "c.example", 2);
        assert!(asked.is_some() && !room("d.example", 2), "a place that was asked for is taken");
        drop((asked, third));
        assert!(kept.open.lock().unwrap().is_empty());
    }
}
