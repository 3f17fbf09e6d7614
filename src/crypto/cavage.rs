//! draft-cavage-http-signatures-12: the scheme that every server understands. Signing, and the reading
//! of a `Signature` header up to the point where the key is needed.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::http::{HeaderName, HeaderValue, Method, header};

use super::digest::digest_header;
use super::keys::{Algorithm, RsaKey};
use super::verify::{self, Claim, Received, Refusal, Scheme};
use super::{Outgoing, header_value};
use crate::base::time::Timestamp;
use crate::limits;

/// The headers to put on a request: `host`, `date`, with a body `digest` and `content-type`, and the `signature` over
/// all of them and the request line. `key_id` is one of our own addresses (so without quotes).
///
/// A signature is good for 65 minutes at Mastodon: sign again for every attempt.
pub fn sign(out: &Outgoing<'_>, key_id: &str, key: &RsaKey, now: Timestamp) -> Vec<(HeaderName, HeaderValue)> {
    let method = out.method.as_str().to_ascii_lowercase();
    let (host, date, digest) = (out.host(), now.http_date(), out.body.map(digest_header));
    let mut base = ["(request-target): ", &method, " ", out.target(), "\nhost: ", host, "\ndate: ", &date].concat();
    let mut covered = "(request-target) host date";
    let mut headers = Vec::with_capacity(5);
    headers.push((header::HOST, header_value(host)));
    headers.push((header::DATE, header_value(&date)));
    if let Some(digest) = digest {
        for part in ["\ndigest: ", &digest, "\ncontent-type: ", out.content_type] {
            base.push_str(part);
        }
        covered = "(request-target) host date digest content-type";
        headers.push((HeaderName::from_static("digest"), header_value(&digest)));
        headers.push((header::CONTENT_TYPE, header_value(out.content_type)));
    }
    let signature = STANDARD.encode(key.sign(base.as_bytes()));
    let value = format!(r#"keyId="{key_id}",algorithm="rsa-sha256",headers="{covered}",signature="{signature}""#);
    headers.push((HeaderName::from_static("signature"), header_value(&value)));
    headers
}

/// Everything that needs no key. The cheap questions come first, hashing the body last.
pub(super) fn claim(received: &Received<'_>, now: Timestamp) -> Result<Claim, Refusal> {
    let params = Params::parse(received.text("signature")?.ok_or(Refusal::Unsigned)?)?;
    let key_id = params.key_id.as_deref().filter(|id| !id.is_empty()).ok_or(Refusal::Malformed("keyId"))?;
    let signature = params.signature.as_deref().and_then(verify::signature).ok_or(Refusal::Malformed("signature"))?;
    let stated = params.stated()?;
    // Without `headers` only (created) is covered, which is never enough.
    let covered = params.headers.as_deref().ok_or(Refusal::NotCovered("(request-target)"))?.to_ascii_lowercase();
    let covered = Covered::parse(&covered)?;
    covered.suffices(received)?;
    params.in_time(&covered, received, now)?;

    let base = covered.base(received, &params, received.target)?;
    let path = received.target.split_once('?').map(|(path, _)| path);
    // Some software signs GETs without the query (GoToSocial's documentation; Mastodon accepts it too).
    let without_query = match path {
        Some(path) if received.method == Method::GET => Some(covered.base(received, &params, path)?),
        Some(_) | None => None,
    };
    if covered.has("digest") {
        received.digest()?;
    }
    Ok(Claim { key_id: key_id.to_owned(), scheme: Scheme::Cavage, stated, signature, base, without_query })
}

/// The parameters of a `Signature` header.
#[derive(Default)]
struct Params<'a> {
    key_id: Option<Cow<'a, str>>,
    algorithm: Option<Cow<'a, str>>,
    headers: Option<Cow<'a, str>>,
    signature: Option<Cow<'a, str>>,
    created: Option<Cow<'a, str>>,
    expires: Option<Cow<'a, str>>,
}

impl<'a> Params<'a> {
    /// `name=value` with commas between, blanks allowed around both (RFC 7235 appendix C, as Mastodon reads it). Names
    /// that we do not know are skipped; no name may come twice.
    fn parse(header: &'a str) -> Result<Self, Refusal> {
        let mut params = Self::default();
        let mut unknown: Vec<&str> = Vec::new();
        let mut rest = header;
        loop {
            let (name, after) = token(rest).ok_or(Refusal::Malformed("Signature"))?;
            let after = after.trim_start().strip_prefix('=').ok_or(Refusal::Malformed("Signature"))?;
            let (value, after) = value(after.trim_start()).ok_or(Refusal::Malformed("Signature"))?;
            let slot = match name {
                "keyId" => &mut params.key_id,
                "algorithm" => &mut params.algorithm,
                "headers" => &mut params.headers,
                "signature" => &mut params.signature,
                "created" => &mut params.created,
                "expires" => &mut params.expires,
                _ if unknown.len() < limits::signature::COVERED && !unknown.contains(&name) => {
                    unknown.push(name);
                    &mut None
                }
                _ => return Err(Refusal::Malformed("parameters")),
            };
            if slot.replace(value).is_some() {
                return Err(Refusal::Malformed("parameter given twice"));
            }
            rest = match after.trim_start() {
                "" => return Ok(params),
                more => more.strip_prefix(',').ok_or(Refusal::Malformed("Signature"))?.trim_start(),
            };
        }
    }

    /// What the header says about the algorithm; `hs2019` and silence leave it to the key.
    fn stated(&self) -> Result<Option<Algorithm>, Refusal> {
        match self.algorithm.as_deref() {
            None | Some("hs2019") => Ok(None),
            Some("rsa-sha256") => Ok(Some(Algorithm::Rsa)),
            Some("ed25519") => Ok(Some(Algorithm::Ed25519)),
            Some(_) => Err(Refusal::UnsupportedAlgorithm),
        }
    }

    /// Every moment that is covered lies in the window, and `expires` has not passed.
    fn in_time(&self, covered: &Covered<'_>, received: &Received<'_>, now: Timestamp) -> Result<(), Refusal> {
        let rsa_sha256 = self.algorithm.as_deref() == Some("rsa-sha256");
        if rsa_sha256 && (covered.has("(created)") || covered.has("(expires)")) {
            return Err(Refusal::Malformed("(created) with rsa-sha256"));
        }
        let expires = self.expires.as_deref().map(seconds).transpose()?;
        if covered.has("(created)") {
            verify::in_time(seconds(self.created()?)?, expires, now)?;
        }
        if covered.has("date") {
            let date = str::from_utf8(received.covered("date")?).ok().and_then(Timestamp::parse_http_date);
            verify::in_time(date.ok_or(Refusal::Malformed("Date"))?, expires, now)?;
        }
        Ok(())
    }

    fn created(&self) -> Result<&str, Refusal> {
        self.created.as_deref().ok_or(Refusal::Malformed("created"))
    }
}

/// The names in `headers`, in lower case.
struct Covered<'a>(Vec<&'a str>);

impl<'a> Covered<'a> {
    fn parse(names: &'a str) -> Result<Self, Refusal> {
        let mut covered = Vec::new();
        for name in names.split(' ') {
            if name.is_empty() || covered.len() == limits::signature::COVERED || covered.contains(&name) {
                return Err(Refusal::Malformed("headers"));
            }
            covered.push(name);
        }
        Ok(Self(covered))
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains(&name)
    }

    fn suffices(&self, received: &Received<'_>) -> Result<(), Refusal> {
        for name in ["(request-target)", "host"] {
            if !self.has(name) {
                return Err(Refusal::NotCovered(name));
            }
        }
        if !self.has("date") && !self.has("(created)") {
            return Err(Refusal::NotCovered("date"));
        }
        if received.needs_digest() && !self.has("digest") {
            return Err(Refusal::NotCovered("digest"));
        }
        Ok(())
    }

    /// The string that was signed.
    fn base(&self, received: &Received<'_>, params: &Params<'_>, target: &str) -> Result<Vec<u8>, Refusal> {
        let mut base = Vec::with_capacity(512);
        for name in &self.0 {
            if !base.is_empty() {
                base.push(b'\n');
            }
            base.extend_from_slice(name.as_bytes());
            base.extend_from_slice(b": ");
            match *name {
                "(request-target)" => {
                    base.extend_from_slice(received.method.as_str().to_ascii_lowercase().as_bytes());
                    base.push(b' ');
                    base.extend_from_slice(target.as_bytes());
                }
                "(created)" => base.extend_from_slice(params.created()?.as_bytes()),
                "(expires)" => {
                    let expires = params.expires.as_deref().ok_or(Refusal::Malformed("expires"))?;
                    base.extend_from_slice(expires.as_bytes());
                }
                name => base.extend_from_slice(received.covered(name)?),
            }
        }
        Ok(base)
    }
}

/// Whole seconds since 1970.
fn seconds(text: &str) -> Result<Timestamp, Refusal> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse().ok().filter(|_| digits).ok_or(Refusal::Malformed("created or expires"))?;
    Ok(verify::from_seconds(seconds))
}

/// A token of RFC 9110 and what follows it.
fn token(text: &str) -> Option<(&str, &str)> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let end = text.bytes().position(|byte| !is_token(byte)).unwrap_or(text.len());
    text.split_at_checked(end).filter(|(token, _)| !token.is_empty())
}

/// A token or quoted string, unquoted, and what follows it.
fn value(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (token, rest) = token(text)?;
        return Some((Cow::Borrowed(token), rest));
    };
    let end = quoted.find(['"', '\\'])?;
    let (plain, rest) = quoted.split_at_checked(end)?;
    if let Some(rest) = rest.strip_prefix('"') {
        return Some((Cow::Borrowed(plain), rest));
    }
    let mut unquoted = String::from(plain);
    let mut rest = rest.chars();
    loop {
        match rest.next()? {
            '"' => return Some((Cow::Owned(unquoted), rest.as_str())),
            '\\' => unquoted.push(rest.next()?),
            plain => unquoted.push(plain),
        }
    }
}
