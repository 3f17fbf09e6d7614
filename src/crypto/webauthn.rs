//! Passkeys (Web Authentication, level 2): what a browser and an authenticator say, taken apart and checked. Attestation
//! is not asked for: which make of authenticator somebody has is nobody's business.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::webkey::WebKey;
use super::{digest, token};
use crate::base::json;
use crate::limits::passkey::{CREDENTIAL, SAID};

/// What is asked of the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    Create,
    Get,
}

/// What it has to be about.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// As we sent it: a text, whose bytes the browser signs.
    pub challenge: &'a str,
    /// Ours, byte for byte.
    pub origin: &'a str,
    /// Our host: the name that passkeys are bound to.
    pub host: &'a str,
}

/// A passkey that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub id: Vec<u8>,
    /// The public key, as COSE has it (RFC 9053).
    pub key: Vec<u8>,
    pub counter: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Malformed,
    /// Another ceremony than the one that was asked for.
    Kind,
    Challenge,
    Origin,
    Host,
    /// Nobody touched it, or it did not ask who they are.
    Unverified,
    /// Not ES256, EdDSA or RS256.
    Key,
    Signature,
    /// It has counted less than it had before: there are two of them.
    Counter,
}

/// The challenge in what a browser says, before anything is believed of it.
pub fn challenge(client: &[u8]) -> Option<String> {
    let said = json::parse(client.get(..client.len().min(SAID))?).ok()?;
    String::from_utf8(URL_SAFE_NO_PAD.decode(said.get("challenge")?.as_str()?).ok()?).ok()
}

/// A passkey from what its making said (§7.1).
pub fn made(client: &[u8], data: &[u8], expected: Expected<'_>) -> Result<Made, Refusal> {
    check(client, Ceremony::Create, expected)?;
    let read = Data::read(data, expected.host)?;
    let mut rest = read.rest;
    let (_aaguid, after) =
        rest.split_at_checked(16).filter(|_| read.flags & ATTESTED != 0).ok_or(Refusal::Malformed)?;
    let (length, after) = after.split_first_chunk::<2>().ok_or(Refusal::Malformed)?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (id, after) = after.split_at_checked(length).ok_or(Refusal::Malformed)?;
    if id.is_empty() || id.len() > CREDENTIAL {
        return Err(Refusal::Malformed);
    }
    rest = after;
    cose(&mut rest).ok_or(Refusal::Key)?;
    let key = after.strip_suffix(rest).unwrap_or_default();
    if !rest.is_empty() && read.flags & EXTENDED == 0 {
        return Err(Refusal::Malformed);
    }
    Ok(Made { id: id.to_vec(), key: key.to_vec(), counter: read.counter })
}

/// Whether a passkey with this key signed (§7.2); answers with its counter, to be compared at the next time.
pub fn signed(
    client: &[u8],
    data: &[u8],
    signature: &[u8],
    key: &[u8],
    counter: u32,
    expected: Expected<'_>,
) -> Result<u32, Refusal> {
    check(client, Ceremony::Get, expected)?;
    let read = Data::read(data, expected.host)?;
    if !read.rest.is_empty() && read.flags & EXTENDED == 0 {
        return Err(Refusal::Malformed);
    }
    let key = cose(&mut &*key).ok_or(Refusal::Key)?;
    let message = [data, &digest::sha256(client)].concat();
    if !key.signed(&message, signature) {
        return Err(Refusal::Signature);
    }
    if (read.counter, counter) != (0, 0) && read.counter <= counter {
        return Err(Refusal::Counter);
    }
    Ok(read.counter)
}

fn check(client: &[u8], ceremony: Ceremony, expected: Expected<'_>) -> Result<(), Refusal> {
    if client.len() > SAID {
        return Err(Refusal::Malformed);
    }
    let said = json::parse(client).map_err(|_| Refusal::Malformed)?;
    let text = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default();
    let kind = match ceremony {
        Ceremony::Create => "webauthn.create",
        Ceremony::Get => "webauthn.get",
    };
    if text("type") != kind {
        return Err(Refusal::Kind);
    }
    let challenge = URL_SAFE_NO_PAD.encode(expected.challenge);
    if !token::equal(text("challenge").as_bytes(), challenge.as_bytes()) {
        return Err(Refusal::Challenge);
    }
    let framed = said.get("crossOrigin").is_some_and(|cross| *cross != Value::Bool(false));
    if text("origin") != expected.origin || framed {
        return Err(Refusal::Origin);
    }
    Ok(())
}

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const ATTESTED: u8 = 1 << 6;
const EXTENDED: u8 = 1 << 7;

/// Authenticator data (§6.1).
struct Data<'a> {
    flags: u8,
    counter: u32,
    rest: &'a [u8],
}

impl<'a> Data<'a> {
    fn read(data: &'a [u8], host: &str) -> Result<Self, Refusal> {
        let (of, rest) = data.split_first_chunk::<32>().ok_or(Refusal::Malformed)?;
        let ([flags], rest) = rest.split_first_chunk::<1>().ok_or(Refusal::Malformed)?;
        let (counter, rest) = rest.split_first_chunk::<4>().ok_or(Refusal::Malformed)?;
        if data.len() > SAID {
            return Err(Refusal::Malformed);
        }
        if *of != digest::sha256(host.as_bytes()) {
            return Err(Refusal::Host);
        }
        if flags & PRESENT == 0 || flags & VERIFIED == 0 {
            return Err(Refusal::Unverified);
        }
        Ok(Self { flags: *flags, counter: u32::from_be_bytes(*counter), rest })
    }
}

/// A value of CBOR (RFC 8949), as far as keys have them.
enum Item<'a> {
    Number(i64),
    Bytes(&'a [u8]),
}

/// Takes a key off the front: a map of definite length, from small numbers to numbers and bytes.
fn cose(input: &mut &[u8]) -> Option<WebKey> {
    let (&head, rest) = input.split_first()?;
    *input = rest;
    let count = head.checked_sub(0xa0).filter(|count| *count <= 8)?;
    let (mut kind, mut alg, mut curve) = (0, 0, 0);
    let (mut first, mut second, mut third): (&[u8], &[u8], &[u8]) = (&[], &[], &[]);
    let mut seen = Vec::new();
    for _ in 0..count {
        let Item::Number(label) = item(input)? else { return None };
        if seen.contains(&label) {
            return None;
        }
        seen.push(label);
        match (label, item(input)?) {
            (1, Item::Number(number)) => kind = number,
            (3, Item::Number(number)) => alg = number,
            (-1, Item::Number(number)) => curve = number,
            (-1, Item::Bytes(bytes)) => first = bytes,
            (-2, Item::Bytes(bytes)) => second = bytes,
            (-3, Item::Bytes(bytes)) => third = bytes,
            _ => {}
        }
    }
    match (kind, alg, curve) {
        (2, -7, 1) => WebKey::p256(second, third),
        (1, -8, 6) => WebKey::ed25519(second),
        (3, -257, 0) => WebKey::rsa(first, second),
        _ => None,
    }
}

/// Takes one value off the front, in its shortest spelling.
fn item<'a>(input: &mut &'a [u8]) -> Option<Item<'a>> {
    let (&head, rest) = input.split_first()?;
    let (value, rest) = match head & 0x1f {
        small @ 0..=23 => (u64::from(small), rest),
        24 => {
            let ([byte], rest) = rest.split_first_chunk::<1>()?;
            (u64::from(*byte), rest)
        }
        25 => {
            let (two, rest) = rest.split_first_chunk::<2>()?;
            (u64::from(u16::from_be_bytes(*two)), rest)
        }
        _ => return None,
    };
    let number = i64::try_from(value).ok()?;
    let (item, rest) = match head >> 5 {
        0 => (Item::Number(number), rest),
        1 => (Item::Number(-1 - number), rest),
        2 => {
            let (bytes, rest) = rest.split_at_checked(usize::try_from(value).ok()?)?;
            (Item::Bytes(bytes), rest)
        }
        _ => return None,
    };
    *input = rest;
    Some(item)
}

/// Bytes as a form carries them.
pub fn read(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| !bytes.is_empty() && bytes.len() <= SAID)
}

/// The same, to be written.
pub fn written(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "it cannot be read",
            Self::Kind => "it is an answer to another question",
            Self::Challenge => "it answers another page, or one that is too old",
            Self::Origin => "it was made at another address",
            Self::Host => "it is bound to another host",
            Self::Unverified => "it did not ask who you are",
            Self::Key => "its kind of key is not known here",
            Self::Signature => "its signature is wrong",
            Self::Counter => "it was used elsewhere: there may be a copy of it",
        })
    }
}
