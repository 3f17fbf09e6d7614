//! Everything where a slip is a breach, in one place to audit: keys, digests, request signatures in
//! both schemes, tokens, randomness. Pure: headers and bytes in, headers or a verdict out; no network,
//! no clock, no store.

use hyper::http::{HeaderValue, Method};
use url::{Position, Url};

use crate::base::time::Timestamp;

pub mod cavage;
mod der;
pub mod digest;
pub mod jwt;
pub mod keys;
mod multibase;
pub mod password;
pub mod random;
pub mod rfc9421;
pub mod structured;
#[cfg(test)]
mod tests;
pub mod token;
pub mod totp;
pub mod verify;
pub mod webauthn;
pub mod webkey;

/// A request of ours, about to be signed. A body means that its digest and content type are sent and
/// (in `cavage`) signed; a GET has none.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    pub method: &'a Method,
    pub url: &'a Url,
    pub body: Option<&'a [u8]>,
    /// Sent with a body only. One of our own constants: visible ASCII.
    pub content_type: &'a str,
}

impl<'a> Outgoing<'a> {
    /// What `Host` says: the port only where it is not the scheme's own.
    fn host(&self) -> &'a str {
        &self.url[Position::BeforeHost..Position::AfterPort]
    }

    /// Path and query, as the request line carries them.
    fn target(&self) -> &'a str {
        &self.url[Position::BeforePath..Position::AfterQuery]
    }
}

/// Reads the signature of a request and asks everything that needs no key: exactly one signature, over enough of the
/// request, made for this server, in time, with a digest that is the body's. `Signature-Input` means RFC 9421.
pub fn claim(received: &verify::Received<'_>, now: Timestamp) -> Result<verify::Claim, verify::Refusal> {
    if received.headers.contains_key("signature-input") {
        rfc9421::claim(received, now)
    } else {
        cavage::claim(received, now)
    }
}

/// A header of ours.
fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("made of URLs, dates, base64 and our constants: visible ASCII")
}
