//! Keys of the simulated actors and certificates of the simulated servers. RSA keys take long to make and are kept
//! under `target/` for the next run; certificates are made anew each time.

use std::path::Path;
use std::sync::Arc;

use instance::crypto::keys::RsaKey;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// RSA keys that the actors share; each has its own document all the same.
pub const KEYS: usize = 16;

pub struct ActorKey {
    pub rsa: RsaKey,
    /// As it stands in actor documents.
    pub pem: String,
}

/// The keys of the folder, made where they are missing.
pub fn load(folder: &Path) -> Vec<ActorKey> {
    std::fs::create_dir_all(folder).expect("the folder of keys can be made");
    let key = |number: usize| {
        let file = folder.join(format!("rsa-{number:02}.der"));
        let known = std::fs::read(&file).ok().and_then(|der| RsaKey::from_pkcs8(&der).ok());
        let rsa = known.unwrap_or_else(|| {
            let rsa = RsaKey::generate().expect("RSA keys can be made");
            std::fs::write(&file, rsa.to_pkcs8()).expect("the key can be kept");
            rsa
        });
        ActorKey { pem: rsa.public().to_pem(), rsa }
    };
    (0..KEYS).map(key).collect()
}

/// What the simulated servers show, and the authority that a program under test has to trust.
pub struct Certificates {
    pub server: Arc<rustls::ServerConfig>,
    pub ca_pem: String,
}

/// A chain as Let's Encrypt issues them, which is what most of the fediverse shows: a P-256 leaf under a P-384
/// intermediate under a P-384 root.
pub fn certificates(names: &str) -> Certificates {
    let root = CertifiedIssuer::self_signed(authority("load test root"), p384()).expect("a root can be made");
    let between = CertifiedIssuer::signed_by(authority("load test intermediate"), p384(), &root);
    let between = between.expect("an intermediate can be made");
    let leaf_key = KeyPair::generate().expect("P-256 keys can be made");
    let params = CertificateParams::new(vec![names.to_owned()]).expect("the names are host names");
    let leaf = params.signed_by(&leaf_key, &between).expect("a leaf can be made");
    let chain = vec![leaf.der().clone(), CertificateDer::from(between.der().to_vec())];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut server = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has the usual versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("key and certificate belong together");
    // Sessions in tickets, as nginx keeps them: a table would forget the session of one server for that of another.
    server.ticketer = rustls::crypto::aws_lc_rs::Ticketer::new().expect("the provider makes tickets");
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Certificates { server: Arc::new(server), ca_pem: root.pem() }
}

fn p384() -> KeyPair {
    KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).expect("P-384 keys can be made")
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    params
}
