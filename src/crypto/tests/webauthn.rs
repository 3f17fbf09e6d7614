//! Passkeys: an authenticator in a few lines, and what is tried with it. A real one is in the browser check.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;
use crate::crypto::webauthn::{Expected, Made, Refusal, challenge, made, signed};

const EXPECTED: Expected<'_> = Expected { challenge: "what-we-asked", origin: "https://s.example", host: "s.example" };
const ALL: u8 = 1 | 4;

type Signer = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// A key, as COSE has it, and what signs with it.
struct Key {
    cose: Vec<u8>,
    sign: Signer,
}

fn bytes(label: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap();
    let head = if length < 24 {
        vec![label, 0x40 | length.to_be_bytes()[1]]
    } else if length < 256 {
        vec![label, 0x58, length.to_be_bytes()[1]]
    } else {
        [&[label, 0x59], length.to_be_bytes().as_slice()].concat()
    };
    [head, value.to_vec()].concat()
}

fn p256() -> Key {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let point = pair.public_key().as_ref().to_vec();
    let head = [0xa5, 1, 2, 3, 0x26, 0x20, 1];
    let cose = [head.as_slice(), &bytes(0x21, &point[1..33]), &bytes(0x22, &point[33..])].concat();
    Key { cose, sign: Box::new(move |message| pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()) }
}

fn ed25519() -> Key {
    let PublicKey::Ed25519(x) = EDDSA.public() else { panic!("no Ed25519 key") };
    let head = [0xa4, 1, 1, 3, 0x27, 0x20, 6];
    Key { cose: [head.as_slice(), &bytes(0x21, &x)].concat(), sign: Box::new(|message| EDDSA.sign(message).to_vec()) }
}

fn rsa() -> Key {
    let PublicKey::Rsa(spki) = GOOD.public() else { panic!("no RSA key") };
    let head = [0xa4, 1, 3, 3, 0x39, 1, 0];
    let cose = [head.as_slice(), &bytes(0x20, &spki[33..289]), &bytes(0x21, &spki[291..])].concat();
    Key { cose, sign: Box::new(|message| GOOD.sign(message)) }
}

fn client(kind: &str, change: &Value) -> Vec<u8> {
    let mut said = json!({
        "type": kind, "challenge": URL_SAFE_NO_PAD.encode("what-we-asked"), "origin": "https://s.example",
        "crossOrigin": false,
    });
    said.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    said.to_string().into_bytes()
}

fn data(host: &str, flags: u8, counter: u32, rest: &[u8]) -> Vec<u8> {
    [digest::sha256(host.as_bytes()).as_slice(), &[flags], &counter.to_be_bytes(), rest].concat()
}

fn credential(key: &Key, id: &[u8]) -> Vec<u8> {
    let length = u16::try_from(id.len()).unwrap().to_be_bytes();
    [[0; 16].as_slice(), &length, id, &key.cose].concat()
}

fn make(key: &Key) -> Result<Made, Refusal> {
    let data = data("s.example", ALL | 64, 0, &credential(key, b"credential"));
    made(&client("webauthn.create", &json!({})), &data, EXPECTED)
}

fn touch(key: &Key, client: &[u8], data: &[u8], counter: u32) -> Result<u32, Refusal> {
    let message = [data, &digest::sha256(client)].concat();
    signed(client, data, &(key.sign)(&message), &key.cose, counter, EXPECTED)
}

#[test]
fn each_kind_of_key_is_made_and_opens() {
    for key in [p256(), ed25519(), rsa()] {
        let made = make(&key).unwrap();
        assert_eq!((made.id.as_slice(), &made.key, made.counter), (b"credential".as_slice(), &key.cose, 0));
        let client = client("webauthn.get", &json!({}));
        assert_eq!(touch(&key, &client, &data("s.example", ALL, 0, &[]), 0), Ok(0));
        assert_eq!(touch(&key, &client, &data("s.example", ALL | 0x18, 7, &[]), 6), Ok(7), "one that is backed up");
        let mut wrong = (key.sign)(&[data("s.example", ALL, 0, &[]), digest::sha256(&client).to_vec()].concat());
        *wrong.last_mut().unwrap() ^= 1;
        let refused = signed(&client, &data("s.example", ALL, 0, &[]), &wrong, &key.cose, 0, EXPECTED);
        assert_eq!(refused, Err(Refusal::Signature));
        let other = signed(&client, &data("s.example", ALL, 0, &[]), &wrong, &p256().cose, 0, EXPECTED);
        assert_eq!(other, Err(Refusal::Signature), "somebody else's key");
    }
    assert_eq!(challenge(&client("webauthn.get", &json!({}))).as_deref(), Some("what-we-asked"));
}

#[test]
fn what_was_said_elsewhere_or_to_another_question_opens_nothing() {
    let key = p256();
    let ours = data("s.example", ALL, 0, &[]);
    for (kind, change, expected) in [
        ("webauthn.create", json!({}), Refusal::Kind),
        ("payment.get", json!({}), Refusal::Kind),
        ("webauthn.get", json!({ "type": ["webauthn.get"] }), Refusal::Kind),
        ("webauthn.get", json!({ "challenge": URL_SAFE_NO_PAD.encode("another") }), Refusal::Challenge),
        ("webauthn.get", json!({ "challenge": "what-we-asked" }), Refusal::Challenge),
        ("webauthn.get", json!({ "challenge": "" }), Refusal::Challenge),
        ("webauthn.get", json!({ "origin": "https://evil.example" }), Refusal::Origin),
        ("webauthn.get", json!({ "origin": "https://s.example/" }), Refusal::Origin),
        ("webauthn.get", json!({ "origin": "http://s.example" }), Refusal::Origin),
        ("webauthn.get", json!({ "origin": "https://s.example:8443" }), Refusal::Origin),
        ("webauthn.get", json!({ "origin": "https://a.s.example" }), Refusal::Origin),
        ("webauthn.get", json!({ "crossOrigin": true }), Refusal::Origin),
        ("webauthn.get", json!({ "crossOrigin": "no" }), Refusal::Origin),
    ] {
        assert_eq!(touch(&key, &client(kind, &change), &ours, 0), Err(expected), "{kind} {change}");
    }
    for (data, expected) in [
        (data("evil.example", ALL, 0, &[]), Refusal::Host),
        (data("a.s.example", ALL, 0, &[]), Refusal::Host),
        (data("s.example", 1, 0, &[]), Refusal::Unverified),
        (data("s.example", 4, 0, &[]), Refusal::Unverified),
        (data("s.example", 0, 0, &[]), Refusal::Unverified),
        (data("s.example", ALL, 0, b"x"), Refusal::Malformed),
        (ours[..36].to_vec(), Refusal::Malformed),
        (Vec::new(), Refusal::Malformed),
    ] {
        assert_eq!(touch(&key, &client("webauthn.get", &json!({})), &data, 0), Err(expected));
    }
    let twice = br#"{"type":"webauthn.get","type":"webauthn.get"}"#;
    assert_eq!(touch(&key, twice, &ours, 0), Err(Refusal::Malformed));
    assert_eq!(touch(&key, b"", &ours, 0), Err(Refusal::Malformed));
    for (had, says, expected) in
        [(5, 6, Ok(6)), (5, 5, Err(Refusal::Counter)), (5, 0, Err(Refusal::Counter)), (0, 1, Ok(1))]
    {
        let found = touch(&key, &client("webauthn.get", &json!({})), &data("s.example", ALL, says, &[]), had);
        assert_eq!(found, expected, "{had} {says}");
    }
}

#[test]
fn a_new_passkey_is_whole_and_of_a_kind_that_is_known() {
    let key = p256();
    let create = client("webauthn.create", &json!({}));
    let with = |rest: &[u8], flags: u8| made(&create, &data("s.example", flags, 0, rest), EXPECTED);
    let whole = credential(&key, b"credential");
    assert!(with(&whole, ALL | 64).is_ok());
    assert!(with(&[whole.as_slice(), &[0xa0]].concat(), ALL | 64 | 128).is_ok(), "extensions are passed over");
    assert_eq!(with(&whole, ALL), Err(Refusal::Malformed), "no key is announced");
    assert_eq!(with(&[whole.as_slice(), &[0xa0]].concat(), ALL | 64), Err(Refusal::Malformed));
    assert_eq!(with(&credential(&key, b""), ALL | 64), Err(Refusal::Malformed));
    assert_eq!(with(&credential(&key, &[7; 1_024]), ALL | 64), Err(Refusal::Malformed));
    for cut in 0..whole.len() {
        assert!(with(&whole[..cut], ALL | 64).is_err(), "cut at {cut}");
    }
    let odd =
        |cose: &[u8]| with(&credential(&Key { cose: cose.to_vec(), sign: Box::new(|_| Vec::new()) }, b"c"), ALL | 64);
    let point = &key.cose[7..];
    for (what, cose) in [
        ("no map", [&[0x85], &key.cose[1..]].concat()),
        ("of no definite length", [&[0xbf], &key.cose[1..]].concat()),
        ("a label twice", [&[0xa6, 1, 2], &key.cose[1..]].concat()),
        ("ES384", [&[0xa5, 1, 2, 3, 0x38, 0x22, 0x20, 2], point].concat()),
        ("another curve", [&[0xa5, 1, 2, 3, 0x26, 0x20, 3], point].concat()),
        ("symmetric", vec![0xa3, 1, 4, 3, 5, 0x20, 0x41, 1]),
        (
            "a point that is short",
            [&[0xa5, 1, 2, 3, 0x26, 0x20, 1], bytes(0x21, &[1; 31]).as_slice(), &bytes(0x22, &[1; 32])].concat(),
        ),
        ("half a point", [&[0xa5, 1, 2, 3, 0x26, 0x20, 1], bytes(0x21, &[1; 32]).as_slice(), &[0x22, 0xf5]].concat()),
    ] {
        assert_eq!(odd(&cose), Err(Refusal::Key), "{what}");
    }
}
