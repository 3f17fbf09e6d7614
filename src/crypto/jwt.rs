//! ID tokens: signed by the institution's identity provider (JWS, RFC 7515, in its compact form). What is said in them
//! is looked at in `model::oidc`; here it is whether the provider said it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::webkey::{Algorithm, WebKey};
use crate::base::json;
use crate::limits::provider::{KEYS, TOKEN};

/// The keys of a provider that we can use.
#[derive(Debug, Default)]
pub struct KeySet(Vec<Held>);

#[derive(Debug)]
struct Held {
    kid: Option<String>,
    /// The only algorithm it is for, where the provider says so.
    alg: Option<String>,
    key: WebKey,
}

impl KeySet {
    /// Reads a JWK set (RFC 7517 §5). Keys of other kinds, and those for encryption, are left out.
    pub fn read(set: &Value) -> Self {
        let text = |jwk: &Value, name: &str| jwk.get(name).and_then(Value::as_str).map(str::to_owned);
        let held = |jwk: &Value| {
            if text(jwk, "use").is_some_and(|what| what != "sig") {
                return None;
            }
            Some(Held { kid: text(jwk, "kid"), alg: text(jwk, "alg"), key: WebKey::from_jwk(jwk)? })
        };
        let all = set.get("keys").and_then(Value::as_array);
        Self(all.into_iter().flatten().take(KEYS).filter_map(held).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one key that a token can be from. Without a name it has to be the only one of its kind.
    fn find(&self, kid: Option<&str>, alg: &str, algorithm: Algorithm) -> Option<&WebKey> {
        let may_be = |held: &&Held| {
            held.key.fits(algorithm)
                && held.alg.as_ref().is_none_or(|only| only == alg)
                && kid.is_none_or(|kid| held.kid.as_deref() == Some(kid))
        };
        let mut found = self.0.iter().filter(may_be);
        let first = found.next()?;
        found.next().is_none().then_some(&first.key)
    }
}

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Malformed,
    /// Not one of the four that are taken; `none` is one of those that are not.
    Algorithm,
    /// It asks for something that we do not know (`crit`).
    Critical,
    /// It is another kind of token.
    Kind,
    /// Signed by a key that is not in the set: the provider may have changed its keys.
    UnknownKey,
    /// The key did not sign this.
    Signature,
}

impl Refusal {
    /// Whether fresh keys might help.
    pub fn may_be_old_keys(self) -> bool {
        matches!(self, Self::UnknownKey | Self::Signature)
    }
}

/// What the provider says in a token, once one of its keys proves that it says so.
pub fn verify(token: &str, keys: &KeySet) -> Result<Value, Refusal> {
    let parts: Vec<&str> = token.split('.').collect();
    let [head, claims, signature] = *parts.as_slice() else { return Err(Refusal::Malformed) };
    if token.len() > TOKEN || [head, claims, signature].iter().any(|part| part.is_empty()) {
        return Err(Refusal::Malformed);
    }
    let header = read(head)?;
    let text = |name: &str| match header.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(Refusal::Malformed),
    };
    let name = text("alg")?.ok_or(Refusal::Malformed)?;
    let algorithm = Algorithm::named(name).ok_or(Refusal::Algorithm)?;
    if header.get("crit").is_some() {
        return Err(Refusal::Critical);
    }
    if text("typ")?.is_some_and(|kind| !kind.eq_ignore_ascii_case("JWT")) {
        return Err(Refusal::Kind);
    }
    let key = keys.find(text("kid")?, name, algorithm).ok_or(Refusal::UnknownKey)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refusal::Malformed)?;
    let signed = token.rsplit_once('.').map_or("", |(signed, _)| signed);
    if !key.verify(algorithm, signed.as_bytes(), &signature) {
        return Err(Refusal::Signature);
    }
    read(claims)
}

/// One part: an object in JSON that has one reading only.
fn read(part: &str) -> Result<Value, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Malformed)?;
    json::parse(&bytes).ok().filter(Value::is_object).ok_or(Refusal::Malformed)
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the token cannot be read",
            Self::Algorithm => "the token is not signed by RS256, PS256, ES256 or EdDSA",
            Self::Critical => "the token asks for an extension that is not known here",
            Self::Kind => "the token is of another kind than an ID token",
            Self::UnknownKey => "the token is signed by a key that the provider does not list",
            Self::Signature => "the signature of the token is wrong",
        })
    }
}
