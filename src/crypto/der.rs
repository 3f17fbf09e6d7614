//! The little of DER and PEM that public keys need: `SubjectPublicKeyInfo` (RFC 5280, RFC 8410) and
//! PKCS#1 `RSAPublicKey` (RFC 8017). Strict (minimal lengths, nothing left over) and linear.

use crate::limits;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;

/// `AlgorithmIdentifier` of rsaEncryption with its NULL (RFC 3279 §2.3.1). The object identifier of
/// RSASSA-PSS is not read: a key restricted to PSS cannot be used for PKCS#1 v1.5.
const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

/// `AlgorithmIdentifier` of id-Ed25519 (RFC 8410 §3).
const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];

/// What a `SubjectPublicKeyInfo` holds.
pub(super) enum Spki<'a> {
    /// A PKCS#1 `RSAPublicKey`.
    Rsa(&'a [u8]),
    Ed25519([u8; 32]),
}

impl<'a> Spki<'a> {
    pub(super) fn read(der: &'a [u8]) -> Option<Self> {
        let mut fields = whole(der, SEQUENCE)?;
        let algorithm = element(&mut fields, SEQUENCE)?;
        let (&unused_bits, key) = whole(fields, BIT_STRING)?.split_first()?;
        match algorithm {
            _ if unused_bits != 0 => None,
            RSA => Some(Self::Rsa(key)),
            ED25519 => key.try_into().ok().map(Self::Ed25519),
            _ => None,
        }
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let (algorithm, key) = match self {
            Self::Rsa(key) => (RSA, *key),
            Self::Ed25519(key) => (ED25519, key.as_slice()),
        };
        let bits = wrap(BIT_STRING, &[&[0], key].concat());
        wrap(SEQUENCE, &[wrap(SEQUENCE, algorithm), bits].concat())
    }
}

/// A PKCS#1 `RSAPublicKey` from its two numbers, big-endian, with or without leading zeros.
pub(super) fn write_rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let integer = |magnitude: &[u8]| {
        let start = magnitude.iter().take_while(|byte| **byte == 0).count();
        let (_, bare) = magnitude.split_at(start);
        let sign: &[u8] = if bare.first().is_none_or(|first| *first >= 0x80) { &[0] } else { &[] };
        wrap(INTEGER, &[sign, bare].concat())
    };
    wrap(SEQUENCE, &[integer(modulus), integer(exponent)].concat())
}

/// Whether a PKCS#1 `RSAPublicKey` is one to accept: 2048 to 8192 bits, odd modulus, odd exponent above 1
/// and at most 33 bits long (as `BoringSSL`), so that a stranger's key can neither be weak nor cost much.
pub(super) fn rsa_is_sound(pkcs1: &[u8]) -> bool {
    let numbers = || {
        let mut fields = whole(pkcs1, SEQUENCE)?;
        let modulus = positive(&mut fields)?;
        let exponent = positive(&mut fields)?;
        fields.is_empty().then_some((modulus, exponent))
    };
    let Some((modulus, exponent)) = numbers() else { return false };
    (2048..=8192).contains(&bits(modulus))
        && (2..=33).contains(&bits(exponent))
        && [modulus, exponent].iter().all(|number| number.last().is_some_and(|byte| byte & 1 == 1))
}

/// The label and the bytes of a PEM text that holds one block and nothing else. Line ends and
/// line lengths are free: every spelling of them is found in the fediverse.
pub(super) fn read_pem(pem: &str) -> Option<(&str, Vec<u8>)> {
    let rest = pem.trim().strip_prefix("-----BEGIN ").filter(|rest| rest.len() <= limits::signature::PEM)?;
    let (label, rest) = rest.split_once("-----")?;
    let body = rest.strip_suffix("-----")?.strip_suffix(label)?.strip_suffix("-----END ")?;
    let base64: Vec<u8> = body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    Some((label, STANDARD.decode(base64).ok()?))
}

/// `PUBLIC KEY` in lines of 64 characters (RFC 7468).
pub(super) fn write_pem(der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
    for (at, symbol) in base64.chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            pem.push('\n');
        }
        pem.push(symbol);
    }
    pem.push_str("\n-----END PUBLIC KEY-----\n");
    pem
}

/// Takes one element with this tag off the front and gives its content.
fn element<'a>(input: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
    let (&found, rest) = input.split_first()?;
    let (length, rest) = match *rest {
        _ if found != tag => return None,
        [short @ 0..=0x7f, ref rest @ ..] => (usize::from(short), rest),
        [0x81, long @ 0x80..=0xff, ref rest @ ..] => (usize::from(long), rest),
        [0x82, high @ 1..=0xff, low, ref rest @ ..] => (usize::from(u16::from_be_bytes([high, low])), rest),
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    *input = rest;
    Some(content)
}

/// The content of an element that has nothing behind it.
fn whole(mut input: &[u8], tag: u8) -> Option<&[u8]> {
    let content = element(&mut input, tag)?;
    input.is_empty().then_some(content)
}

/// The magnitude of a positive INTEGER, without leading zero.
fn positive<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    match element(input, INTEGER)? {
        [0, magnitude @ ..] if magnitude.first().is_some_and(|first| *first >= 0x80) => Some(magnitude),
        magnitude @ [1..=0x7f, ..] => Some(magnitude),
        _ => None,
    }
}

/// The length in bits of a magnitude without leading zero.
fn bits(magnitude: &[u8]) -> usize {
    magnitude.first().map_or(0, |first| magnitude.len() * 8 - first.leading_zeros() as usize)
}

fn wrap(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    let mut element = Vec::with_capacity(content.len() + 4);
    match (high, low) {
        (0, 0..=0x7f) => element.extend([tag, low]),
        (0, _) => element.extend([tag, 0x81, low]),
        (_, _) => element.extend([tag, 0x82, high, low]),
    }
    element.extend_from_slice(content);
    element
}
