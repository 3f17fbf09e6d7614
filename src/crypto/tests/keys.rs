//! Keys in every spelling, and those that are refused.

use super::*;
use crate::crypto::der::{Spki, write_pem};
use crate::error::Error;

/// `RSAPublicKey` with numbers as they are given, leading zeros and all.
fn pkcs1(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let element = |tag: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        let length = match length {
            [0, low @ 0..=0x7f] => vec![low],
            [0, low] => vec![0x81, low],
            [high, low] => vec![0x82, high, low],
        };
        [&[tag], length.as_slice(), content].concat()
    };
    element(0x30, &[element(2, modulus), element(2, exponent)].concat())
}

/// A key whose modulus has this many bits, all of them set.
fn rsa_pem(bits: usize, exponent: &[u8]) -> String {
    let mut modulus = vec![0xff; bits.div_ceil(8)];
    modulus[0] >>= bits.div_ceil(8) * 8 - bits;
    if modulus[0] >= 0x80 {
        modulus.insert(0, 0);
    }
    write_pem(&Spki::Rsa(&pkcs1(&modulus, exponent)).write())
}

fn refused(pem: &str) -> bool {
    matches!(PublicKey::from_pem(pem), Err(Error::Invalid(_)))
}

#[test]
fn sizes_and_exponents_of_rsa() {
    for bits in [512, 1024, 2047, 8193, 16384] {
        assert!(refused(&rsa_pem(bits, &[1, 0, 1])), "{bits}");
    }
    for bits in [2048, 2049, 3072, 4096, 8192] {
        assert!(!refused(&rsa_pem(bits, &[1, 0, 1])), "{bits}");
    }
    for exponent in [&[][..], &[0], &[1], &[2], &[1, 0, 0], &[0x81], &[0, 1], &[2, 0, 0, 0, 1], &[1, 0, 0, 0, 0, 1]] {
        assert!(refused(&rsa_pem(2048, exponent)), "{exponent:?}");
    }
    for exponent in [&[3][..], &[17], &[1, 0, 1], &[1, 0, 0, 0, 1]] {
        assert!(!refused(&rsa_pem(2048, exponent)), "{exponent:?}");
    }
    let mut even = vec![0xff; 256];
    even.insert(0, 0);
    even[256] = 0xfe;
    assert!(refused(&write_pem(&Spki::Rsa(&pkcs1(&even, &[1, 0, 1])).write())));
}

#[test]
fn one_key_in_every_spelling() {
    let key = GOOD.public();
    let pem = key.to_pem();
    assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"), "{pem}");
    assert!(pem.lines().all(|line| line.len() <= 64));
    let flat = pem.replacen("KEY-----\n", "KEY-----<", 1).replace("\n-----END", ">-----END").replace('\n', "");
    let flat = flat.replace(['<', '>'], "\n");
    for spelling in [pem.clone(), pem.replace('\n', "\r\n"), format!("\n  {pem}\n\n"), pem.trim_end().to_owned(), flat]
    {
        assert_eq!(PublicKey::from_pem(&spelling).unwrap(), key, "{spelling}");
    }
    let PublicKey::Rsa(spki) = &key else { panic!("RSA") };
    let Some(Spki::Rsa(pkcs1)) = Spki::read(spki) else { panic!("SPKI") };
    let old = format!("-----BEGIN RSA PUBLIC KEY-----\n{}\n-----END RSA PUBLIC KEY-----", STANDARD.encode(pkcs1));
    assert_eq!(PublicKey::from_pem(&old).unwrap(), key);
    for key in [key, EDDSA.public()] {
        assert_eq!(PublicKey::from_pem(&key.to_pem()).unwrap(), key);
        assert_eq!(PublicKey::from_multibase(&key.to_multibase()).unwrap(), key);
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<PublicKey>(&json).unwrap(), key, "{json}");
    }
    assert_eq!(
        serde_json::to_string(&PublicKey::Ed25519([0; 32])).unwrap(),
        r#"{"Ed25519":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}"#
    );
    assert!(serde_json::from_str::<PublicKey>(r#"{"Ed25519":"AAAA"}"#).is_err());
}

#[test]
fn texts_that_are_no_key() {
    let pem = GOOD.public().to_pem();
    for wrong in [
        String::new(),
        "-----BEGIN PUBLIC KEY-----".to_owned(),
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----".to_owned(),
        pem.replace("BEGIN PUBLIC", "BEGIN RSA PUBLIC"),
        pem.replace("PUBLIC", "PRIVATE"),
        pem.replace("PUBLIC", "RSA PUBLIC"),
        pem.replacen("MIIB", "MIIC", 1),
        pem.replacen("MIIB", "M!IB", 1),
        pem.replace("QAB\n", "QABAAAA\n"),
        format!("{pem}{pem}"),
        format!("{pem}after"),
        pem.replace("MIIB", &"A".repeat(5000)),
        // An elliptic curve that nobody here signs with.
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf\nw0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==\n-----END PUBLIC KEY-----\n".to_owned(),
        // Ed25519: the neutral element, a point of order eight, and no point at all.
        PublicKey::Ed25519([&[1][..], &[0; 31]].concat().try_into().unwrap()).to_pem(),
        PublicKey::Ed25519(*b"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05").to_pem(),
        PublicKey::Ed25519([&[2][..], &[0; 31]].concat().try_into().unwrap()).to_pem(),
    ] {
        assert!(refused(&wrong), "{wrong}");
    }
    let good = EDDSA.public().to_multibase();
    for wrong in [
        "",
        "z",
        "z6Mk",
        &good[1..],
        &good.replacen('z', "m", 1),
        &good[..good.len() - 1],
        &format!("{good}a"),
        "z1111",
    ] {
        assert!(PublicKey::from_multibase(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_multikey_of_the_fediverse() {
    // FEP-8b32's example key: the prefix z6Mk says Ed25519.
    let key = PublicKey::from_multibase("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2").unwrap();
    assert!(matches!(key, PublicKey::Ed25519(_)));
    assert_eq!(key.to_multibase(), "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2");
    // did:key writes RSA keys of 2048 bits so: the bytes before the modulus are always the same.
    assert!(GOOD.public().to_multibase().starts_with("z4MXj1wBzi9jUst"));
}

#[test]
fn private_keys_come_back_and_do_not_show() {
    let again = RsaKey::from_pkcs8(&GOOD.to_pkcs8()).unwrap();
    assert_eq!(again.public(), GOOD.public());
    assert_eq!(again.sign(b"message"), GOOD.sign(b"message"));
    assert!(GOOD.public().verify(b"message", &again.sign(b"message")));
    assert!(!GOOD.public().verify(b"other", &again.sign(b"message")));
    assert!(!EVIL.public().verify(b"message", &again.sign(b"message")));
    assert!(matches!(RsaKey::from_pkcs8(b"\x30\x00"), Err(Error::Broken(_))));
    assert_eq!(format!("{again:?}"), "RsaKey { .. }");

    let again = Ed25519Key::from_seed(EDDSA.seed());
    assert_eq!(again.public(), EDDSA.public());
    assert!(EDDSA.public().verify(b"message", &again.sign(b"message")));
    assert_eq!(format!("{again:?}"), "Ed25519Key { .. }");
}

#[test]
fn a_stored_key_that_is_damaged_verifies_nothing() {
    for key in [PublicKey::Rsa(Vec::new()), PublicKey::Rsa(vec![0x30; 294]), PublicKey::Ed25519([2; 32])] {
        assert!(!key.verify(b"", &[]) && !key.verify(b"", &[0; 64]) && !key.verify(b"", &[0; 256]));
        let _ = (key.to_pem(), key.to_multibase());
    }
}
