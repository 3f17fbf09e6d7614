//! Keys: strangers' public ones in every spelling the fediverse uses, and our own private ones,
//! which show nothing of themselves in logs.

use std::fmt;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::der::{self, Spki};
use super::{multibase, random};
use crate::error::{Error, Problem, Result};

/// Multicodec prefixes (varints of 0xed and 0x1205): `ed25519-pub`, and `rsa-pub` with a PKCS#1 key behind it.
const ED25519_PUB: [u8; 2] = [0xed, 0x01];
const RSA_PUB: [u8; 2] = [0x85, 0x24];

/// A key that signatures are checked with. What `from_pem` and `from_multibase` return is sound: RSA of 2048 to
/// 8192 bits with an odd exponent from 3 to 33 bits, Ed25519 points that are on the curve
/// and have no low-order part.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PublicKey {
    /// `SubjectPublicKeyInfo` in DER; in records only the PKCS#1 key inside.
    Rsa(#[serde(with = "rsa64")] Vec<u8>),
    Ed25519(#[serde(with = "seed64")] [u8; 32]),
}

/// What a key can do. The key decides it, never a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rsa,
    Ed25519,
}

impl PublicKey {
    /// Bytes it takes beyond its own size.
    pub fn weight(&self) -> usize {
        match self {
            Self::Rsa(spki) => spki.len(),
            Self::Ed25519(_) => 0,
        }
    }

    /// Reads `PUBLIC KEY` (RSA or Ed25519) and `RSA PUBLIC KEY`.
    pub fn from_pem(pem: &str) -> Result<Self> {
        let read = || {
            let (label, der) = der::read_pem(pem)?;
            match label {
                "PUBLIC KEY" => Self::from_spki(&Spki::read(&der)?),
                "RSA PUBLIC KEY" => Self::from_spki(&Spki::Rsa(&der)),
                _ => None,
            }
        };
        read().ok_or_else(unusable)
    }

    /// `PUBLIC KEY`, as `publicKeyPem` wants it.
    pub fn to_pem(&self) -> String {
        match self {
            Self::Rsa(spki) => der::write_pem(spki),
            Self::Ed25519(point) => der::write_pem(&Spki::Ed25519(*point).write()),
        }
    }

    /// Reads `publicKeyMultibase` of a Multikey (FEP-521a): `z`, base58, a multicodec prefix.
    pub fn from_multibase(text: &str) -> Result<Self> {
        let read = || {
            let bytes = multibase::decode(text.strip_prefix('z')?)?;
            let (&codec, key) = bytes.split_first_chunk()?;
            match codec {
                ED25519_PUB => Self::from_spki(&Spki::Ed25519(key.try_into().ok()?)),
                RSA_PUB => Self::from_spki(&Spki::Rsa(key)),
                _ => None,
            }
        };
        read().ok_or_else(unusable)
    }

    pub fn to_multibase(&self) -> String {
        let (codec, key) = match self {
            Self::Rsa(spki) => (RSA_PUB, pkcs1(spki)),
            Self::Ed25519(point) => (ED25519_PUB, point.as_slice()),
        };
        format!("z{}", multibase::encode(&[&codec, key].concat()))
    }

    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::Rsa,
            Self::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// Whether this key made `signature` over `message`. Ed25519 in its strict form: no low-order points, no second
    /// encoding of the same signature.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa(spki) => {
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pkcs1(spki)).verify(message, signature).is_ok()
            }
            Self::Ed25519(point) => match (VerifyingKey::from_bytes(point), Signature::from_slice(signature)) {
                (Ok(key), Ok(signature)) => key.verify_strict(message, &signature).is_ok(),
                _ => false,
            },
        }
    }

    pub(super) fn from_spki(spki: &Spki<'_>) -> Option<Self> {
        match spki {
            Spki::Rsa(pkcs1) => der::rsa_is_sound(pkcs1).then(|| Self::Rsa(spki.write())),
            Spki::Ed25519(point) => {
                // Honest keys have no low-order part; `verify_strict` alone would let a mixed one pass.
                let in_group = |key: &VerifyingKey| !key.is_weak() && key.to_edwards().is_torsion_free();
                let sound = VerifyingKey::from_bytes(point).is_ok_and(|key| in_group(&key));
                sound.then_some(Self::Ed25519(*point))
            }
        }
    }
}

/// A private RSA key, kept parsed: parsing checks the numbers against each other, which takes time.
pub struct RsaKey {
    pair: KeyPair,
}

impl RsaKey {
    /// A new key of 2048 bits, the size that every server accepts. Takes 50 to 500 ms of processor time.
    pub fn generate() -> Result<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|e| Error::broken("generating an RSA key", e))?;
        Ok(Self { pair })
    }

    /// Reads a key of ours; a failure means that what we stored is damaged.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self> {
        let pair = KeyPair::from_pkcs8(der).map_err(|e| Error::broken("reading a private RSA key", e))?;
        Ok(Self { pair })
    }

    /// The secret itself, for the store.
    pub fn to_pkcs8(&self) -> Vec<u8> {
        self.pair.as_der().expect("a parsed key can be written").as_ref().to_vec()
    }

    pub fn public(&self) -> PublicKey {
        PublicKey::Rsa(Spki::Rsa(self.pair.public_key().as_ref()).write())
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256: about 250 µs.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .expect("a parsed key of 2048 bits or more signs any SHA-256");
        signature
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaKey").finish_non_exhaustive()
    }
}

/// A private Ed25519 key; forgotten from memory when dropped.
pub struct Ed25519Key(SigningKey);

impl Ed25519Key {
    pub fn generate() -> Self {
        Self::from_seed(random::bytes())
    }

    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// The secret itself, for the store.
    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    pub fn public(&self) -> PublicKey {
        PublicKey::Ed25519(self.0.verifying_key().to_bytes())
    }

    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for Ed25519Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ed25519Key").finish_non_exhaustive()
    }
}

/// The PKCS#1 key inside; nothing, which verifies nothing, when the bytes are not what they should be.
fn pkcs1(spki: &[u8]) -> &[u8] {
    match Spki::read(spki) {
        Some(Spki::Rsa(key)) => key,
        Some(Spki::Ed25519(_)) | None => &[],
    }
}

fn unusable() -> Error {
    Problem::new("E081", "The public key cannot be used.")
        .remedy("Use an RSA key of 2048 to 8192 bits or an Ed25519 key, as a PEM text or a Multikey.")
        .into()
}

/// An RSA key as base64 text, without the 24 bytes that all of them have in common; read with them too.
mod rsa64 {
    use serde::{Deserializer, Serializer};

    use super::{Spki, pkcs1};
    use crate::base::bytes64;

    pub fn serialize<S: Serializer>(spki: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        bytes64::serialize(pkcs1(spki), serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let bytes = bytes64::deserialize(deserializer)?;
        Ok(if Spki::read(&bytes).is_some() { bytes } else { Spki::Rsa(&bytes).write() })
    }
}

/// 32 bytes as base64 text.
mod seed64 {
    use serde::{Deserializer, Serializer, de};

    use crate::base::bytes64;

    pub fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        bytes64::serialize(bytes, serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let bytes = bytes64::deserialize(deserializer)?;
        bytes.try_into().map_err(|_| de::Error::custom("not 32 bytes"))
    }
}
