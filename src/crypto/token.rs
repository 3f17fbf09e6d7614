//! Secrets that people and programs carry: made here, stored only as a hash, compared in constant time.

use aws_lc_rs::{constant_time, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{digest, random};

/// Without 0 O, 1 I L: they look alike on paper.
const SYMBOLS: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/// The length of a code with its two hyphens.
const CODE_LENGTH: usize = 14;

/// A session, API or reset token: 256 random bits, 43 characters that need no escaping in URLs, cookies and headers.
pub fn new() -> String {
    URL_SAFE_NO_PAD.encode(random::bytes::<32>())
}

/// What is stored instead of a token or code. A plain hash suffices where there is nothing to guess.
pub fn hash(token: &str) -> [u8; 32] {
    digest::sha256(token.as_bytes())
}

/// A token that only whoever has the key can make again, from the same two texts.
pub fn derived(key: &[u8; 32], purpose: &str, from: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, &[purpose.as_bytes(), &[0], from.as_bytes()].concat()))
}

/// What proves later that whoever began knows a token, without telling it now (RFC 7636 §4.2, `S256`).
pub fn challenge(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(hash(token))
}

/// A one-time code to be typed by hand, such as `7KQ2-M4XA-9TPN`: 12 symbols of 31, 59.4 bits.
pub fn code() -> String {
    let mut code = String::with_capacity(CODE_LENGTH);
    while code.len() < CODE_LENGTH {
        let [byte] = random::bytes::<1>();
        // Five bits that name no symbol are thrown away, so that all symbols are equally likely.
        if let Some(&symbol) = SYMBOLS.get(usize::from(byte & 31)) {
            if matches!(code.len(), 4 | 9) {
                code.push('-');
            }
            code.push(char::from(symbol));
        }
    }
    code
}

/// Whether two secrets are the same, in a time that tells nothing but their lengths.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_safe_in_urls() {
        let token = new();
        assert_eq!(token.len(), 43);
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        assert_ne!(token, new());
        assert_ne!(hash(&token), hash(&new()));
    }

    #[test]
    fn derived_tokens_are_of_their_key_purpose_and_text() {
        let made = derived(&[1; 32], "state", "a");
        assert_eq!(made, derived(&[1; 32], "state", "a"));
        assert_eq!(made.len(), 43);
        for other in [derived(&[2; 32], "state", "a"), derived(&[1; 32], "nonce", "a"), derived(&[1; 32], "state", "b")]
        {
            assert_ne!(made, other);
        }
    }

    /// RFC 7636, appendix B.
    #[test]
    fn a_challenge_is_as_the_rfc_has_it() {
        let challenge = challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn codes_look_as_promised_and_use_every_symbol() {
        let codes: Vec<String> = (0..200).map(|_| code()).collect();
        for code in &codes {
            let groups: Vec<&str> = code.split('-').collect();
            assert!(groups.len() == 3 && groups.iter().all(|group| group.len() == 4), "{code}");
            assert!(code.bytes().all(|b| b == b'-' || SYMBOLS.contains(&b)), "{code}");
        }
        // 2,400 draws: each of 31 symbols is missed with a probability below 1e-33.
        assert!(SYMBOLS.iter().all(|&symbol| codes.iter().any(|code| code.contains(char::from(symbol)))));
    }

    #[test]
    fn equality_is_of_the_whole() {
        assert!(equal(b"same", b"same"));
        assert!(!equal(b"same", b"sane"));
        assert!(!equal(b"same", b"same."));
        assert!(equal(b"", b""));
    }
}
