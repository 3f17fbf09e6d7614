//! TLS to other servers: which authorities we trust, and how much of past sessions we remember.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::client::{ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CipherSuite, ClientConfig, NamedGroup, RootCertStore};

use crate::error::{Error, Problem, Result};
use crate::limits::outbound::{SESSION, SESSION_BYTES, SESSIONS};

/// The configuration of every connection: Mozilla's authorities, and those of the PEM file, if one is named.
/// A file that cannot be read or holds no certificate is a `Problem`.
pub fn config(extra_ca: Option<&Path>) -> Result<ClientConfig> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = extra_ca {
        add(&mut roots, path)?;
    }
    let mut provider = rustls::crypto::aws_lc_rs::default_provider();
    // As browsers have it. Its SHA-256 has instructions of its own in processors, SHA-384 has none: 5 % of a delivery.
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::broken("setting up TLS", e))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The configuration of one connection, which has `read` so many bytes. `once`: it carries one request only, for which
/// HTTP/2 would have to be set up in vain.
pub fn one(all: &ClientConfig, sessions: &Arc<Sessions>, read: Arc<AtomicUsize>, once: bool) -> Arc<ClientConfig> {
    let mut config = all.clone();
    if once {
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
    }
    let view = View { sessions: Arc::clone(sessions), read, resumed: AtomicUsize::new(0) };
    config.resumption = Resumption::store(Arc::new(view));
    Arc::new(config)
}

fn add(roots: &mut RootCertStore, path: &Path) -> Result<()> {
    let problem = |what: String| {
        Problem::new("E014", what).remedy("Name a PEM file with at least one certificate (BEGIN CERTIFICATE), or none.")
    };
    let shown = path.display();
    let text =
        std::fs::read(path).map_err(|e| problem(format!("The certificate file {shown} cannot be read: {e}.")))?;
    let mut found = 0;
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let certificate = certificate.map_err(|e| problem(format!("The certificate file {shown} is damaged: {e}.")))?;
        roots.add(certificate).map_err(|e| problem(format!("A certificate in {shown} cannot be used: {e}.")))?;
        found += 1;
    }
    if found == 0 {
        return Err(problem(format!("The certificate file {shown} holds no certificate.")).into());
    }
    Ok(())
}

/// The last session of each server, the oldest forgotten first: one ticket instead of rustls's eight.
#[derive(Debug, Default)]
pub struct Sessions(Mutex<Room>);

#[derive(Debug, Default)]
struct Room {
    known: HashMap<ServerName<'static>, Known>,
    by_age: BTreeMap<u64, ServerName<'static>>,
    last: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Known {
    session: Session,
    age: u64,
    bytes: usize,
}

#[derive(Debug)]
enum Session {
    Tls12(Tls12ClientSessionValue),
    Tls13(Tls13ClientSessionValue),
}

impl Room {
    fn put(&mut self, server: ServerName<'static>, session: Session, bytes: usize) {
        // A resumed session keeps the certificates of the first one, which were not read again.
        let bytes = bytes.max(self.take(&server).map_or(0, |old| old.bytes));
        if bytes > SESSION {
            return;
        }
        self.last += 1;
        self.bytes += bytes;
        self.by_age.insert(self.last, server.clone());
        self.known.insert(server, Known { session, age: self.last, bytes });
        while self.known.len() > SESSIONS || self.bytes > SESSION_BYTES {
            let Some((_, oldest)) = self.by_age.pop_first() else { return };
            self.take(&oldest);
        }
    }

    fn take(&mut self, server: &ServerName<'static>) -> Option<Known> {
        let known = self.known.remove(server)?;
        self.by_age.remove(&known.age);
        self.bytes -= known.bytes;
        Some(known)
    }
}

/// What one connection sees of the sessions.
#[derive(Debug)]
struct View {
    sessions: Arc<Sessions>,
    /// Bytes read by this connection so far: no less than what its session holds.
    read: Arc<AtomicUsize>,
    /// What the session that is being resumed counted.
    resumed: AtomicUsize,
}

impl View {
    fn room(&self) -> MutexGuard<'_, Room> {
        self.sessions.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, server: ServerName<'static>, session: Session) {
        let bytes = self.read.load(Ordering::Relaxed).max(self.resumed.load(Ordering::Relaxed));
        self.room().put(server, session, bytes);
    }
}

impl ClientSessionStore for View {
    /// Not remembered: servers that do not speak X25519 are few, and it costs them a round trip.
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        None
    }

    fn set_tls12_session(&self, server: ServerName<'static>, session: Tls12ClientSessionValue) {
        self.put(server, Session::Tls12(session));
    }

    fn tls12_session(&self, server: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        match &self.room().known.get(server)?.session {
            Session::Tls12(session) => Some(session.clone()),
            Session::Tls13(_) => None,
        }
    }

    fn remove_tls12_session(&self, server: &ServerName<'static>) {
        let mut room = self.room();
        if room.known.get(server).is_some_and(|known| matches!(known.session, Session::Tls12(_))) {
            room.take(server);
        }
    }

    fn insert_tls13_ticket(&self, server: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        self.put(server, Session::Tls13(ticket));
    }

    fn take_tls13_ticket(&self, server: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        let mut room = self.room();
        if !matches!(room.known.get(server)?.session, Session::Tls13(_)) {
            return None;
        }
        let known = room.take(server)?;
        self.resumed.store(known.bytes, Ordering::Relaxed);
        match known.session {
            Session::Tls13(ticket) => Some(ticket),
            Session::Tls12(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/tls");

    #[test]
    fn a_file_of_authorities_is_needed_to_hold_some() {
        let trusted = |file: &str| config(Some(&Path::new(VECTORS).join(file)));
        assert!(trusted("ca.pem").is_ok());
        let damaged = std::env::temp_dir().join(format!("instance-damaged-{}.pem", std::process::id()));
        std::fs::write(&damaged, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
        for (file, words) in [
            ("missing.pem", "cannot be read"),
            ("peer.key.pem", "holds no certificate"),
            (damaged.to_str().unwrap(), "cannot be used"),
        ] {
            match trusted(file) {
                Err(Error::Invalid(problem)) => assert!(problem.what.contains(words), "{}", problem.what),
                other => panic!("{file}: {other:?}"),
            }
        }
        std::fs::remove_file(damaged).unwrap();
    }
}
