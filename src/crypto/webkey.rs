//! Keys that a log-in is proven by: those of the institution's identity provider, as JWK (RFC 7517, 7518, 8037), and of
//! passkeys.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::der::{self, Spki};
use super::keys::PublicKey;

/// What we take signatures by. `none`, and what is keyed by a secret that two share (`HS256`), have no name here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Rs256,
    Ps256,
    Es256,
    EdDsa,
}

impl Algorithm {
    /// By its name, which is exact.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "PS256" => Some(Self::Ps256),
            "ES256" => Some(Self::Es256),
            "EdDSA" => Some(Self::EdDsa),
            _ => None,
        }
    }
}

/// A public key, sound as far as that can be told without a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebKey {
    /// As PKCS#1.
    Rsa(Vec<u8>),
    /// A point, uncompressed.
    P256([u8; 65]),
    Ed25519(PublicKey),
}

impl WebKey {
    /// Reads a JWK; none for a kind that we take no signatures by.
    pub fn from_jwk(jwk: &Value) -> Option<Self> {
        let number = |name: &str| URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok();
        let word = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
        match (word("kty"), word("crv")) {
            ("RSA", _) => Self::rsa(&number("n")?, &number("e")?),
            ("EC", "P-256") => Self::p256(&number("x")?, &number("y")?),
            ("OKP", "Ed25519") => Self::ed25519(&number("x")?),
            _ => None,
        }
    }

    pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let pkcs1 = der::write_rsa(modulus, exponent);
        der::rsa_is_sound(&pkcs1).then_some(Self::Rsa(pkcs1))
    }

    /// Whether the point is on the curve shows when something is verified.
    pub(super) fn p256(x: &[u8], y: &[u8]) -> Option<Self> {
        let whole = (x.len() == 32 && y.len() == 32).then(|| [&[4], x, y].concat())?;
        whole.try_into().ok().map(Self::P256)
    }

    pub(super) fn ed25519(x: &[u8]) -> Option<Self> {
        PublicKey::from_spki(&Spki::Ed25519(x.try_into().ok()?)).map(Self::Ed25519)
    }

    pub fn fits(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Rsa(_) => matches!(algorithm, Algorithm::Rs256 | Algorithm::Ps256),
            Self::P256(_) => algorithm == Algorithm::Es256,
            Self::Ed25519(_) => algorithm == Algorithm::EdDsa,
        }
    }

    /// Whether this key made a signature as JWS has them (RFC 7518 §3), by an algorithm that it is for.
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let rsa = |pkcs1: &Vec<u8>, how| UnparsedPublicKey::new(how, pkcs1).verify(message, signature).is_ok();
        match (self, algorithm) {
            (Self::Rsa(pkcs1), Algorithm::Rs256) => rsa(pkcs1, &RSA_PKCS1_2048_8192_SHA256),
            (Self::Rsa(pkcs1), Algorithm::Ps256) => rsa(pkcs1, &RSA_PSS_2048_8192_SHA256),
            (Self::P256(point), Algorithm::Es256) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            (Self::Ed25519(key), Algorithm::EdDsa) => key.verify(message, signature),
            (Self::Rsa(_) | Self::P256(_) | Self::Ed25519(_), _) => false,
        }
    }

    /// Whether this key made a signature as passkeys have them: of ES256 in DER (Web Authentication §6.5.5).
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa(_) => self.verify(Algorithm::Rs256, message, signature),
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature).is_ok()
            }
            Self::Ed25519(key) => key.verify(message, signature),
        }
    }
}
