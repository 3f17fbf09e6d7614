//! SHA-256 and the two headers that carry it, and the names that are made by hashing.

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut sum = [0; 32];
    sum.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    sum
}

/// A name made from a name in a name space (RFC 9562 §5.5, UUID version 5). SHA-1 is the rule there and protects nothing.
pub fn uuid5(space: [u8; 16], name: &str) -> String {
    let sum = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &[&space, name.as_bytes()].concat());
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(sum.as_ref()) {
        *to = *from;
    }
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut id;
    *version = 0x50 | *version & 0x0f;
    *variant = 0x80 | *variant & 0x3f;
    let mut text = hex(&id);
    for at in [20, 16, 12, 8] {
        text.insert(at, '-');
    }
    text
}

/// The SHA-256 of what comes in pieces.
pub struct Sum(digest::Context);

impl Default for Sum {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }
}

impl Sum {
    pub fn add(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// As [`hex`].
    pub fn hex(self) -> String {
        hex(self.0.finish().as_ref())
    }
}

/// The HMAC-SHA-256 (RFC 2104) of what comes in pieces: only whoever has the key can make it again.
pub struct Seal(hmac::Context);

impl Seal {
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key)))
    }

    pub fn add(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The first half, which RFC 2104 §5 allows, as [`hex`]: 32 digits.
    pub fn short_hex(self) -> String {
        hex(self.0.sign().as_ref().first_chunk::<16>().map(<[u8; 16]>::as_slice).unwrap_or_default())
    }
}

/// The value of `Digest` (RFC 3230), the companion of draft-cavage signatures.
pub fn digest_header(body: &[u8]) -> String {
    ["SHA-256=", &STANDARD.encode(sha256(body))].concat()
}

/// The value of `Content-Digest` (RFC 9530), the companion of RFC 9421 signatures.
pub fn content_digest(body: &[u8]) -> String {
    ["sha-256=:", &STANDARD.encode(sha256(body)), ":"].concat()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standards() {
        // FIPS 180-4, one block; RFC 9530 appendix B.1 and draft-cavage-12 appendix C for the headers.
        assert_eq!(hex(&sha256(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(
            content_digest(b"{\"hello\": \"world\"}\n"),
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
        );
        // RFC 4231 has no key of 32 bytes; shorter ones are filled up with zeros.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let mut seal = Seal::new(&key);
        seal.add(b"what do ya want ");
        seal.add(b"for nothing?");
        assert_eq!(seal.short_hex(), "5bdcc146bf60754e6a042426089575c7");
        assert_eq!(digest_header(b"{\"hello\": \"world\"}"), "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=");
    }
}
