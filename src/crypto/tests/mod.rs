//! The room as a whole: requests signed by hand, independently of `sign`, and what becomes of them.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::claim;
use super::digest;
use super::keys::{Ed25519Key, PublicKey, RsaKey};
use super::verify::{Claim, Received, Refusal};
use crate::base::time::Timestamp;

mod badsig;
mod jwt;
mod keys;
mod random;
mod refusals;
mod rounds;
mod vectors;
mod webauthn;

const ORIGIN: &str = "https://s.example";
const KEY_ID: &str = "https://peer.example/users/mallory#main-key";
const BODY: &str = r#"{"type":"Follow","actor":"https://peer.example/users/mallory"}"#;

/// 2026-11-23T09:00:00Z.
const NOW: Timestamp = Timestamp(1_795_424_400_000);

static GOOD: LazyLock<RsaKey> = LazyLock::new(|| RsaKey::generate().unwrap());
static EVIL: LazyLock<RsaKey> = LazyLock::new(|| RsaKey::generate().unwrap());
static EDDSA: LazyLock<Ed25519Key> = LazyLock::new(|| Ed25519Key::from_seed([7; 32]));

/// A request on its way to us.
#[derive(Debug, Clone)]
struct Request {
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Request {
    fn post(body: &str) -> Self {
        let mut request =
            Self { method: Method::POST, target: "/ap/inbox".to_owned(), headers: HeaderMap::new(), body: body.into() };
        request.set("host", "s.example");
        request.set("date", &NOW.http_date());
        request.set("content-type", "application/activity+json");
        request
    }

    fn get(target: &str) -> Self {
        let mut request = Self { method: Method::GET, target: target.to_owned(), ..Self::post("") };
        request.headers.remove("content-type");
        request
    }

    fn set(&mut self, name: &str, value: &str) {
        self.headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap());
    }

    fn add(&mut self, name: &str, value: &str) {
        self.headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap());
    }

    fn put(&mut self, headers: Vec<(HeaderName, HeaderValue)>) {
        self.headers.extend(headers);
    }

    fn value(&self, name: &str) -> String {
        self.headers.get(name).unwrap().to_str().unwrap().to_owned()
    }

    fn received(&self) -> Received<'_> {
        Received {
            method: &self.method,
            target: &self.target,
            headers: &self.headers,
            body: &self.body,
            origin: ORIGIN,
        }
    }

    fn claim(&self) -> Result<Claim, Refusal> {
        claim(&self.received(), NOW)
    }

    /// Both steps, with this key found at the address that the claim names.
    fn verify(&self, key: &PublicKey) -> Result<Claim, Refusal> {
        self.claim().and_then(|claim| claim.check(key).map(|()| claim))
    }
}

/// How a request is signed by hand: what to vary, with the values of an ordinary request.
struct Sign<'a> {
    key: &'a dyn Fn(&[u8]) -> Vec<u8>,
    key_id: &'a str,
    /// Names in cavage's `headers`, or the inside of RFC 9421's list.
    covered: &'a str,
    /// Parameters behind the list, as they stand in the header.
    params: &'a str,
    /// The path that is signed, where it is another than the one asked for.
    target: Option<&'a str>,
    /// The authority that is signed (RFC 9421).
    authority: &'a str,
}

/// The ordinary cavage signature of Mastodon.
fn cavage() -> Sign<'static> {
    Sign {
        key: &|message| GOOD.sign(message),
        key_id: KEY_ID,
        covered: "(request-target) host date digest",
        params: r#"algorithm="rsa-sha256""#,
        target: None,
        authority: "s.example",
    }
}

/// The ordinary RFC 9421 signature of Mastodon.
fn rfc9421() -> Sign<'static> {
    Sign {
        covered: r#""@method" "@target-uri" "content-digest""#,
        params: r#";created=1795424400;alg="rsa-v1_5-sha256""#,
        ..cavage()
    }
}

impl Sign<'_> {
    /// Adds `Signature` over the headers as they are now; `digest` only if there is none yet.
    fn cavage(&self, request: &mut Request) {
        if !request.body.is_empty() && !request.headers.contains_key("digest") {
            let digest = format!("SHA-256={}", STANDARD.encode(digest::sha256(&request.body)));
            request.set("digest", &digest);
        }
        let target = self.target.unwrap_or(&request.target);
        let param = |name: &str| {
            let (_, rest) = self.params.split_once(&format!("{name}="))?;
            rest.split(',').next()
        };
        let line = |name: &str| {
            let value = match name {
                "(request-target)" => format!("{} {target}", request.method.as_str().to_ascii_lowercase()),
                "(created)" => param("created").unwrap_or("none").to_owned(),
                "(expires)" => param("expires").unwrap_or("none").to_owned(),
                name => request.headers.get(name).map_or(String::new(), |value| value.to_str().unwrap().to_owned()),
            };
            format!("{}: {value}", name.to_ascii_lowercase())
        };
        let base: Vec<String> = self.covered.split(' ').map(line).collect();
        let signature = STANDARD.encode((self.key)(base.join("\n").as_bytes()));
        let comma = if self.params.is_empty() { "" } else { "," };
        let (id, params, covered) = (self.key_id, self.params, self.covered);
        let value = format!(r#"keyId="{id}"{comma}{params},headers="{covered}",signature="{signature}""#);
        request.set("signature", &value);
    }

    /// Adds `Signature-Input` and `Signature`; `content-digest` only if there is none yet.
    fn rfc9421(&self, request: &mut Request) {
        if !request.body.is_empty() && !request.headers.contains_key("content-digest") {
            let digest = format!("sha-256=:{}:", STANDARD.encode(digest::sha256(&request.body)));
            request.set("content-digest", &digest);
        }
        let target = self.target.unwrap_or(&request.target);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let input = format!(r#"({}){};keyid="{}""#, self.covered, self.params, self.key_id);
        let line = |quoted: &str| {
            let value = match quoted.trim_matches('"') {
                "@method" => request.method.to_string(),
                "@target-uri" => format!("https://{}{target}", self.authority),
                "@authority" => self.authority.to_owned(),
                "@scheme" => "https".to_owned(),
                "@request-target" => target.to_owned(),
                "@path" => path.to_owned(),
                "@query" => format!("?{query}"),
                name => request.headers.get(name).map_or(String::new(), |value| value.to_str().unwrap().to_owned()),
            };
            format!("{quoted}: {value}\n")
        };
        let mut base: Vec<String> = self.covered.split(' ').filter(|name| !name.is_empty()).map(line).collect();
        base.push(format!("\"@signature-params\": {input}"));
        request.set("signature-input", &format!("sig1={input}"));
        request.set("signature", &format!("sig1=:{}:", STANDARD.encode((self.key)(base.concat().as_bytes()))));
    }
}
