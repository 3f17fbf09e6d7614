//! HTTP Message Signatures (RFC 9421): what Mastodon 4.5 and later understands. Signing, and the reading of
//! `Signature-Input` and `Signature` up to the point where the key is needed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::http::{HeaderName, HeaderValue, header};
use url::Position;

use super::digest::content_digest;
use super::keys::{Algorithm, RsaKey};
use super::structured::{Item, Reader};
use super::verify::{self, Claim, Received, Refusal, Scheme};
use super::{Outgoing, header_value};
use crate::base::time::Timestamp;
use crate::limits;

/// The headers to put on a request: `host`, `date`, with a body `content-digest` and `content-type`, and a signature over
/// `@method`, `@target-uri` and `content-digest`. `key_id` is one of our own addresses (so without quotes).
pub fn sign(out: &Outgoing<'_>, key_id: &str, key: &RsaKey, now: Timestamp) -> Vec<(HeaderName, HeaderValue)> {
    let (method, target) = (out.method.as_str(), &out.url[..Position::AfterQuery]);
    let mut base = ["\"@method\": ", method, "\n\"@target-uri\": ", target].concat();
    let mut covered = r#"("@method" "@target-uri")"#;
    let mut headers = Vec::with_capacity(6);
    headers.push((header::HOST, header_value(out.host())));
    headers.push((header::DATE, header_value(&now.http_date())));
    if let Some(digest) = out.body.map(content_digest) {
        base.push_str("\n\"content-digest\": ");
        base.push_str(&digest);
        covered = r#"("@method" "@target-uri" "content-digest")"#;
        headers.push((HeaderName::from_static("content-digest"), header_value(&digest)));
        headers.push((header::CONTENT_TYPE, header_value(out.content_type)));
    }
    let params = format!(r#"{covered};created={};keyid="{key_id}";alg="rsa-v1_5-sha256""#, now.seconds());
    base.push_str("\n\"@signature-params\": ");
    base.push_str(&params);
    let signature = STANDARD.encode(key.sign(base.as_bytes()));
    headers.push((HeaderName::from_static("signature-input"), header_value(&["sig1=", &params].concat())));
    headers.push((HeaderName::from_static("signature"), header_value(&["sig1=:", &signature, ":"].concat())));
    headers
}

/// Everything that needs no key. The cheap questions come first, hashing the body last.
pub(super) fn claim(received: &Received<'_>, now: Timestamp) -> Result<Claim, Refusal> {
    let input = Input::parse(received.text("signature-input")?.ok_or(Refusal::Unsigned)?)?;
    let signature = received.text("signature")?.and_then(|header| labelled(header, input.label));
    let signature = signature.and_then(verify::signature).ok_or(Refusal::Malformed("Signature"))?;
    let stated = input.stated()?;
    input.suffices(received)?;
    let created = input.created.ok_or(Refusal::Malformed("created"))?;
    verify::in_time(created, input.expires, now)?;
    let key_id = input.key_id.filter(|id| !id.is_empty()).ok_or(Refusal::Malformed("keyid"))?;
    let base = input.base(received)?;
    if input.has("content-digest") {
        received.content_digest()?;
    }
    Ok(Claim { key_id: key_id.to_owned(), scheme: Scheme::Rfc9421, stated, signature, base, without_query: None })
}

/// The one member of `Signature-Input`.
#[derive(Debug, Default)]
pub(super) struct Input<'a> {
    label: &'a str,
    /// The member's value as it was sent: it is the last line of what was signed.
    raw: &'a str,
    components: Vec<&'a str>,
    key_id: Option<&'a str>,
    algorithm: Option<&'a str>,
    created: Option<Timestamp>,
    expires: Option<Timestamp>,
}

impl<'a> Input<'a> {
    pub(super) fn parse(header: &'a str) -> Result<Self, Refusal> {
        const MALFORMED: Refusal = Refusal::Malformed("Signature-Input");
        let mut reader = Reader(header);
        let label = reader.key().filter(|_| reader.0.starts_with('=')).ok_or(MALFORMED)?;
        reader.take('=');
        let mut input = Self { label, raw: reader.0, components: components(&mut reader)?, ..Self::default() };
        for (name, item) in reader.parameters().ok_or(MALFORMED)? {
            match (name, item) {
                ("keyid", Item::String(id)) if !id.contains('\\') => input.key_id = Some(id),
                ("alg", Item::String(name)) => input.algorithm = Some(name),
                ("created", Item::Integer(seconds)) => input.created = Some(moment(seconds)?),
                ("expires", Item::Integer(seconds)) => input.expires = Some(moment(seconds)?),
                ("keyid" | "alg" | "created" | "expires", _) => return Err(MALFORMED),
                // Signed like the rest, and nothing that we would act on: nonce, tag, what is yet to come.
                (_, _) => {}
            }
        }
        if reader.comma() {
            return Err(Refusal::Malformed("more than one signature"));
        }
        if reader.is_done() { Ok(input) } else { Err(MALFORMED) }
    }

    fn has(&self, component: &str) -> bool {
        self.components.contains(&component)
    }

    fn stated(&self) -> Result<Option<Algorithm>, Refusal> {
        match self.algorithm {
            None => Ok(None),
            Some("rsa-v1_5-sha256") => Ok(Some(Algorithm::Rsa)),
            Some("ed25519") => Ok(Some(Algorithm::Ed25519)),
            Some(_) => Err(Refusal::UnsupportedAlgorithm),
        }
    }

    fn suffices(&self, received: &Received<'_>) -> Result<(), Refusal> {
        if !self.has("@method") {
            return Err(Refusal::NotCovered("@method"));
        }
        if !self.has("@target-uri") {
            let has_query = received.target.contains('?');
            if !self.has("@path") || !self.has("@authority") || has_query && !self.has("@query") {
                return Err(Refusal::NotCovered("@target-uri"));
            }
        }
        if received.needs_digest() && !self.has("content-digest") {
            return Err(Refusal::NotCovered("content-digest"));
        }
        Ok(())
    }

    /// The signature base (RFC 9421 §2.5). What names this server is taken from our own origin, not from the request.
    pub(super) fn base(&self, received: &Received<'_>) -> Result<Vec<u8>, Refusal> {
        let (path, query) = match received.target.split_once('?') {
            Some((path, query)) => (path, query),
            None => (received.target, ""),
        };
        let mut base = Vec::with_capacity(512);
        for name in &self.components {
            let parts: [&[u8]; 2] = match *name {
                "@method" => [received.method.as_str().as_bytes(), b""],
                "@target-uri" => [received.origin.as_bytes(), received.target.as_bytes()],
                "@authority" => [received.authority().as_bytes(), b""],
                "@scheme" => [received.scheme().as_bytes(), b""],
                "@request-target" => [received.target.as_bytes(), b""],
                "@path" => [if path.is_empty() { b"/" } else { path.as_bytes() }, b""],
                "@query" => [b"?", query.as_bytes()],
                derived if derived.starts_with('@') => return Err(Refusal::Malformed("component of no request")),
                field => [received.covered(field)?, b""],
            };
            base.push(b'"');
            base.extend_from_slice(name.as_bytes());
            base.extend_from_slice(b"\": ");
            base.extend(parts.into_iter().flatten());
            base.push(b'\n');
        }
        base.extend_from_slice(b"\"@signature-params\": ");
        base.extend_from_slice(self.raw.as_bytes());
        if base.is_ascii() { Ok(base) } else { Err(Refusal::Malformed("signed header is not ASCII")) }
    }
}

impl Received<'_> {
    /// `Content-Digest` (RFC 9530) says of the body what is true. Other algorithms may stand beside sha-256.
    fn content_digest(&self) -> Result<(), Refusal> {
        const MALFORMED: Refusal = Refusal::Malformed("Content-Digest");
        let mut reader = Reader(self.text("content-digest")?.ok_or(Refusal::Missing)?);
        let mut algorithms: Vec<&str> = Vec::new();
        let mut sha256 = None;
        loop {
            let name = reader.key().ok_or(MALFORMED)?;
            let item = if reader.take('=') { reader.item() } else { None };
            let Some(Item::Bytes(base64)) = item else { return Err(MALFORMED) };
            if algorithms.len() == limits::signature::LISTED || algorithms.contains(&name) {
                return Err(MALFORMED);
            }
            algorithms.push(name);
            if name == "sha-256" {
                sha256 = Some(base64);
            }
            if !reader.comma() {
                break;
            }
        }
        let sha256 = sha256.filter(|_| reader.is_done()).ok_or(MALFORMED)?;
        self.body_has(sha256)
    }
}

/// The list of covered components. Their parameters (`;sf ;key ;bs ;tr ;req ;name`) are more than
/// anybody needs between two servers, and each is a way to sign less than it seems.
fn components<'a>(reader: &mut Reader<'a>) -> Result<Vec<&'a str>, Refusal> {
    const MALFORMED: Refusal = Refusal::Malformed("Signature-Input");
    if !reader.take('(') {
        return Err(MALFORMED);
    }
    let mut components = Vec::new();
    loop {
        let parted = reader.spaces() || components.is_empty();
        if reader.take(')') {
            return Ok(components);
        }
        let name =
            reader.string().filter(|_| parted && components.len() < limits::signature::COVERED).ok_or(MALFORMED)?;
        if reader.0.starts_with(';') {
            return Err(Refusal::Malformed("component with parameters"));
        }
        if components.contains(&name) || name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(MALFORMED);
        }
        components.push(name);
    }
}

/// The base64 of the only signature in `Signature`, if it has this label.
fn labelled<'a>(header: &'a str, label: &str) -> Option<&'a str> {
    let mut reader = Reader(header);
    let found = reader.key()? == label && reader.take('=');
    match reader.item()? {
        Item::Bytes(base64) => Some(base64).filter(|_| found && reader.is_done()),
        Item::Integer(_) | Item::String(_) | Item::Other => None,
    }
}

fn moment(seconds: i64) -> Result<Timestamp, Refusal> {
    let seconds = u64::try_from(seconds).map_err(|_| Refusal::Malformed("created or expires"))?;
    Ok(verify::from_seconds(seconds))
}
