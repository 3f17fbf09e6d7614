//! Who signed a request? In two steps, because the key may have to be fetched in between: `super::claim` asks all that needs
//! no key, `Claim::check` compares with the key. Both signature schemes, one set of rules.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::http::{HeaderMap, Method};

use super::keys::{Algorithm, PublicKey};
use super::{digest, token};
use crate::base::time::Timestamp;
use crate::limits;

/// A request as it came in.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    pub method: &'a Method,
    /// Path and query, byte for byte.
    pub target: &'a str,
    pub headers: &'a HeaderMap,
    /// All of it, as it came over the wire. Empty for GET.
    pub body: &'a [u8],
    /// Ours, as configured: `https://s.example` or `http://127.0.0.1:8080`, lower case, no default port, no slash at the end.
    pub origin: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Cavage,
    Rfc9421,
}

/// A signature that lacks nothing but the proof. Until `check` has said yes, `key_id` is only what the sender says.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Where the key is said to be: a stranger's text, not yet parsed as an address.
    pub key_id: String,
    pub scheme: Scheme,
    /// What the header says of the algorithm. It may contradict the key, never decide.
    pub(super) stated: Option<Algorithm>,
    pub(super) signature: Vec<u8>,
    /// What has to be signed, line by line.
    pub base: Vec<u8>,
    /// A second reading of the request line, for senders that leave the query out.
    pub without_query: Option<Vec<u8>>,
}

/// Why a signature was not accepted. Shown to the sender, so that the other administrator can find the fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No `Signature` header.
    Unsigned,
    /// The named part cannot be read or breaks the rules of its scheme.
    Malformed(&'static str),
    /// The signature leaves out the named part, which then could be anybody's.
    NotCovered(&'static str),
    /// A covered header is not in the request.
    Missing,
    /// A header that decides is in the request twice.
    Twice,
    DigestMismatch,
    /// Signed too long ago, or expired.
    Stale,
    /// Signed in the future.
    Early,
    /// `Host` is not ours.
    WrongHost,
    /// Not RSA with SHA-256 (PKCS#1 v1.5) nor Ed25519, or not what the key is made for.
    UnsupportedAlgorithm,
    /// All is in order, but this key did not sign this. The key may have changed: fetch it again, once.
    SignatureMismatch,
}

impl Claim {
    /// Whether this key made the signature. The algorithm is the key's (`hs2019` with RSA is PKCS#1 v1.5 with
    /// SHA-256, as everybody does it); a header that names another one is refused (RFC 9421 §3.2, draft-cavage-12 §2.1.3).
    pub fn check(&self, key: &PublicKey) -> Result<(), Refusal> {
        if self.stated.is_some_and(|stated| stated != key.algorithm()) {
            return Err(Refusal::UnsupportedAlgorithm);
        }
        let signed = |base: &Vec<u8>| key.verify(base, &self.signature);
        if signed(&self.base) || self.without_query.as_ref().is_some_and(signed) {
            Ok(())
        } else {
            Err(Refusal::SignatureMismatch)
        }
    }
}

impl Claim {
    /// What tells this request from all others: what is signed, and the signature.
    pub fn fingerprint(&self) -> [u8; 16] {
        let whole = digest::sha256(&[self.signature.as_slice(), &self.base].concat());
        let (half, _) = whole.split_first_chunk().expect("a SHA-256 has 32 bytes");
        *half
    }
}

impl<'a> Received<'a> {
    pub(super) fn scheme(&self) -> &'a str {
        self.origin.split_once("://").map_or("", |(scheme, _)| scheme)
    }

    pub(super) fn authority(&self) -> &'a str {
        self.origin.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// Whether a signature must cover the body. A GET or HEAD has none.
    pub(super) fn needs_digest(&self) -> bool {
        !self.body.is_empty() || (self.method != Method::GET && self.method != Method::HEAD)
    }

    /// The value of a header that may come once.
    fn header(&self, name: &str) -> Result<Option<&'a [u8]>, Refusal> {
        let mut values = self.headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Refusal::Twice),
            (value, None) => Ok(value.map(|value| value.as_bytes().trim_ascii())),
        }
    }

    /// The value of a header that we parse.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        let Some(value) = self.header(name)? else { return Ok(None) };
        if value.len() > limits::signature::HEADER {
            return Err(Refusal::Malformed("header too long"));
        }
        str::from_utf8(value).ok().filter(|text| text.is_ascii()).map(Some).ok_or(Refusal::Malformed("header"))
    }

    /// The value of a covered header. A covered `Host` must be ours; HTTP/2 may leave it out, then ours it is.
    pub(super) fn covered(&self, name: &str) -> Result<&'a [u8], Refusal> {
        match self.header(name)? {
            Some(host) if name == "host" && !self.is_ours(host) => Err(Refusal::WrongHost),
            Some(value) => Ok(value),
            None if name == "host" => Ok(self.authority().as_bytes()),
            None => Err(Refusal::Missing),
        }
    }

    /// `Digest` (RFC 3230) says of the body what is true: one SHA-256 and nothing else.
    pub(super) fn digest(&self) -> Result<(), Refusal> {
        let value = self.text("digest")?.ok_or(Refusal::Missing)?;
        let (algorithm, base64) = value.split_once('=').ok_or(Refusal::Malformed("Digest"))?;
        if !algorithm.eq_ignore_ascii_case("sha-256") {
            return Err(Refusal::Malformed("Digest is not SHA-256"));
        }
        self.body_has(base64)
    }

    pub(super) fn body_has(&self, base64: &str) -> Result<(), Refusal> {
        let stated = STANDARD.decode(base64).map_err(|_| Refusal::Malformed("digest"))?;
        if token::equal(&stated, &digest::sha256(self.body)) { Ok(()) } else { Err(Refusal::DigestMismatch) }
    }

    fn is_ours(&self, host: &[u8]) -> bool {
        let default_port: &[u8] = if self.scheme() == "https" { b":443" } else { b":80" };
        let ours = self.authority().as_bytes();
        host.eq_ignore_ascii_case(ours) || host.strip_suffix(default_port).is_some_and(|h| h.eq_ignore_ascii_case(ours))
    }
}

/// The window: at most an hour ahead, at most 12 hours old; with `expires`, that long and an hour for wrong clocks.
pub(super) fn in_time(signed: Timestamp, expires: Option<Timestamp>, now: Timestamp) -> Result<(), Refusal> {
    if signed > now.plus(limits::signature::SKEW) {
        return Err(Refusal::Early);
    }
    let longest = signed.plus(limits::signature::LIFETIME);
    let last = match expires {
        None => longest,
        Some(expires) if expires < signed => return Err(Refusal::Malformed("expires before it was created")),
        Some(expires) => expires.min(longest).plus(limits::signature::SKEW),
    };
    if now > last { Err(Refusal::Stale) } else { Ok(()) }
}

pub(super) fn from_seconds(seconds: u64) -> Timestamp {
    Timestamp(seconds.saturating_mul(1000))
}

/// The bytes of a signature; strict base64.
pub(super) fn signature(base64: &str) -> Option<Vec<u8>> {
    STANDARD.decode(base64).ok().filter(|bytes| !bytes.is_empty())
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned => f.write_str("request not signed"),
            Self::Malformed(what) => write!(f, "malformed signature: {what}"),
            Self::NotCovered(what) => write!(f, "signature does not cover {what}"),
            Self::Missing => f.write_str("a signed header is missing"),
            Self::Twice => f.write_str("a signed header is given twice"),
            Self::DigestMismatch => f.write_str("digest does not match the body"),
            Self::Stale => f.write_str("signature too old"),
            Self::Early => f.write_str("signature dated in the future"),
            Self::WrongHost => f.write_str("signed for another host"),
            Self::UnsupportedAlgorithm => f.write_str("unsupported signature algorithm"),
            Self::SignatureMismatch => f.write_str("signature does not match the key"),
        }
    }
}

impl std::error::Error for Refusal {}
