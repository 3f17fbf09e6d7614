//! The name server of the simulated world: every `hNNNN.peer.test` has one address, nothing else exists.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::UdpSocket;

pub const DOMAIN: &str = "peer.test";

/// The address of host number `host`.
pub fn address(host: usize) -> Ipv4Addr {
    let octet = |n: usize| u8::try_from(n).expect("at most 63,750 hosts");
    Ipv4Addr::new(127, 77, octet(host / 250), octet(host % 250 + 1))
}

/// The name of host number `host`.
pub fn name(host: usize) -> String {
    format!("h{host:05}.{DOMAIN}")
}

/// Answers on loopback as long as the runtime lives.
pub async fn start() -> SocketAddr {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).await.expect("loopback has a free port");
    let at = socket.local_addr().expect("a bound socket has an address");
    tokio::spawn(async move {
        let mut buffer = [0; 512];
        while let Ok((length, asker)) = socket.recv_from(&mut buffer).await {
            if let Some(answer) = buffer.get(..length).and_then(answer) {
                // Whoever asked asks again.
                let _ = socket.send_to(&answer, asker).await;
            }
        }
    });
    at
}

/// Header, the question again, and one A record, which may be kept for an hour (RFC 1035 §4).
fn answer(query: &[u8]) -> Option<Vec<u8>> {
    let name_end = 12 + query.get(12..)?.iter().position(|&byte| byte == 0)? + 1;
    let question = query.get(12..name_end + 4)?;
    let asks_a = query.get(name_end..name_end + 2)? == [0, 1];
    let host = number(query.get(12..name_end)?);
    let record = host.filter(|_| asks_a);
    let code = if host.is_some() { 0 } else { 3 };
    let header = [0x81, 0x80 | code, 0, 1, 0, u8::from(record.is_some()), 0, 0, 0, 0];
    let mut answer = [query.get(..2)?, &header, question].concat();
    if let Some(host) = record {
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0x0e, 0x10, 0, 4]);
        answer.extend(address(host).octets());
    }
    Some(answer)
}

/// The host that a name in wire form stands for.
fn number(wire: &[u8]) -> Option<usize> {
    let (&length, rest) = wire.split_first()?;
    let (label, rest) = rest.split_at_checked(usize::from(length))?;
    let label = std::str::from_utf8(label).ok()?;
    let domain = rest == b"\x04peer\x04test\x00";
    label.strip_prefix(['h', 'H'])?.parse().ok().filter(|_| domain)
}
