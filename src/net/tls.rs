//! TLS to other servers: which authorities we trust, and how much of past sessions we remember.

use std::path::Path;
use std::sync::Arc;

use rustls::client::{
    ClientSessionMemoryCache, ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, NamedGroup, RootCertStore};

use crate::error::{Error, Problem, Result};

/// Servers whose last session is remembered. A resumed handshake costs us a quarter of the time of a full one.
/// About 6 KiB each; a hostile server can make it 128 KiB.
const REMEMBERED_SERVERS: usize = 512;

/// The configuration of every connection: Mozilla's authorities, and those of the PEM file, if one is named.
/// A file that cannot be read or holds no certificate is a `Problem`.
pub fn config(extra_ca: Option<&Path>) -> Result<ClientConfig> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = extra_ca {
        add(&mut roots, path)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::broken("setting up TLS", e))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.resumption = Resumption::store(Arc::new(LastSession::default()));
    Ok(config)
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

/// Keeps one ticket a server instead of rustls's eight: how large tickets are is the server's choice.
#[derive(Debug)]
struct LastSession(ClientSessionMemoryCache);

impl Default for LastSession {
    fn default() -> Self {
        // rustls counts in tickets, eight to a server.
        Self(ClientSessionMemoryCache::new(8 * REMEMBERED_SERVERS))
    }
}

impl ClientSessionStore for LastSession {
    fn set_kx_hint(&self, server: ServerName<'static>, group: NamedGroup) {
        self.0.set_kx_hint(server, group);
    }

    fn kx_hint(&self, server: &ServerName<'_>) -> Option<NamedGroup> {
        self.0.kx_hint(server)
    }

    fn set_tls12_session(&self, server: ServerName<'static>, session: Tls12ClientSessionValue) {
        self.0.set_tls12_session(server, session);
    }

    fn tls12_session(&self, server: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.0.tls12_session(server)
    }

    fn remove_tls12_session(&self, server: &ServerName<'static>) {
        self.0.remove_tls12_session(server);
    }

    fn insert_tls13_ticket(&self, server: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        while self.0.take_tls13_ticket(&server).is_some() {}
        self.0.insert_tls13_ticket(server, ticket);
    }

    fn take_tls13_ticket(&self, server: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.0.take_tls13_ticket(server)
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
