//! Any bytes at all: no panic, and no flipped byte goes unnoticed.

use proptest::prelude::*;
use url::Url;

use super::*;
use crate::crypto::{Outgoing, cavage, rfc9421};

/// Text that looks like a signature header more often than chance would have it.
fn header() -> impl Strategy<Value = Vec<u8>> {
    let word = prop::sample::select(vec![
        "keyId=",
        "headers=",
        "signature=",
        "algorithm=",
        "created=",
        "expires=",
        "\"",
        "\\",
        ",",
        " ",
        "=",
        ";",
        ":",
        "(",
        ")",
        "sig1=",
        "(request-target)",
        "(created)",
        "host",
        "date",
        "digest",
        "\"@method\"",
        "\"@target-uri\"",
        "\"content-digest\"",
        "keyid=\"k\"",
        "1795424400",
        "rsa-sha256",
        "hs2019",
        "aGk=",
        "sha-256=:",
        "SHA-256=",
        "\t",
        "é",
        "Mon, 23 Nov 2026 09:00:00 GMT",
        "s.example",
        "*",
        "-",
        "?1",
        "\u{ff}",
    ]);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        prop::collection::vec(word, 0..40).prop_map(|words| words.concat().into_bytes()),
    ]
}

/// Our own requests, to turn one byte of.
fn signed(message: bool, post: bool) -> Request {
    let url = Url::parse("https://s.example/ap/inbox?page=1").unwrap();
    let (method, body) = if post { (Method::POST, Some(BODY.as_bytes())) } else { (Method::GET, None) };
    let out = Outgoing { method: &method, url: &url, body, content_type: "application/activity+json" };
    let sign = if message { rfc9421::sign } else { cavage::sign };
    let headers = sign(&out, KEY_ID, &GOOD, NOW);
    let target = "/ap/inbox?page=1".to_owned();
    let mut request = Request { method, target, headers: HeaderMap::new(), body: body.unwrap_or_default().into() };
    request.put(headers);
    request
}

proptest! {
    #[test]
    fn no_header_makes_it_panic(
        headers in prop::collection::vec((0..6_usize, header()), 0..6),
        method in prop::sample::select(vec![Method::GET, Method::POST, Method::DELETE]),
        target in "[/?a-z]{0,20}",
        body in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let mut request = Request { method, target, headers: HeaderMap::new(), body };
        for (name, value) in headers {
            let name = ["signature", "signature-input", "date", "host", "digest", "content-digest"][name];
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                request.headers.append(name, value);
            }
        }
        if let Ok(claim) = request.claim() {
            prop_assert!(claim.check(&GOOD.public()).is_err());
        }
    }

    #[test]
    fn no_parameters_make_it_panic(words in header(), message: bool) {
        let mut request = Request::post("");
        let known = if message {
            br#"sig1=("@method" "@target-uri" "content-digest");created=1795424400;keyid="k""#.as_slice()
        } else {
            br#"keyId="k",headers="(request-target) host date digest",signature="aGk=""#
        };
        let Ok(value) = HeaderValue::from_bytes(&[known, &words].concat()) else { return Ok(()) };
        request.set("signature", "sig1=:aGk=:");
        request.set("digest", &digest::digest_header(b""));
        request.set("content-digest", &digest::content_digest(b""));
        request.headers.insert(if message { "signature-input" } else { "signature" }, value);
        if let Ok(claim) = request.claim() {
            prop_assert!(claim.check(&GOOD.public()).is_err());
        }
    }

    #[test]
    fn no_flipped_byte_passes(message: bool, post: bool, part in 0..8_usize, at: prop::sample::Index, flip in 1..=255_u8) {
        let mut request = signed(message, post);
        prop_assert!(request.verify(&GOOD.public()).is_ok());
        let turn = |bytes: &mut [u8]| { let at = at.index(bytes.len()); bytes[at] ^= flip; };
        let covered = if message {
            ["content-digest", "signature-input", "signature"].as_slice()
        } else {
            &["host", "date", "digest", "content-type"]
        };
        match part {
            0 if post => turn(&mut request.body),
            0 | 1 => {
                let mut target = request.target.into_bytes();
                turn(&mut target);
                let Ok(target) = String::from_utf8(target) else { return Ok(()) };
                request.target = target;
            }
            _ => {
                let name = covered[part % covered.len()];
                let Some(value) = request.headers.get(name) else { return Ok(()) };
                let mut value = value.as_bytes().to_vec();
                turn(&mut value);
                let Ok(value) = HeaderValue::from_bytes(&value) else { return Ok(()) };
                request.headers.insert(name, value);
            }
        }
        prop_assert!(request.verify(&GOOD.public()).is_err());
    }

    #[test]
    fn no_text_or_bytes_make_a_key_panic(text in ".{0,200}", der in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = (PublicKey::from_pem(&text), PublicKey::from_multibase(&text));
        for label in ["PUBLIC KEY", "RSA PUBLIC KEY"] {
            let pem = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----", STANDARD.encode(&der));
            prop_assert!(PublicKey::from_pem(&pem).is_err());
        }
    }

    /// A key with one byte turned is refused, or is another key.
    #[test]
    fn no_turned_key_panics(at: prop::sample::Index, flip in 1..=255_u8) {
        let PublicKey::Rsa(mut der) = GOOD.public() else { return Ok(()) };
        let at = at.index(der.len());
        der[at] ^= flip;
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", STANDARD.encode(&der));
        if let Ok(key) = PublicKey::from_pem(&pem) {
            prop_assert_ne!(&key, &GOOD.public());
            prop_assert!(!key.verify(b"message", &GOOD.sign(b"message")));
        }
    }
}
