//! ID tokens: the RFCs' own examples, and what is tried with tokens.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PSS_SHA256};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;
use crate::crypto::jwt::{KeySet, Refusal, verify};
use crate::crypto::webkey::{Algorithm, WebKey};

const RFC7515_A2: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
const RFC7515_A2_N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const RFC7515_A3: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

fn set(keys: &[Value]) -> KeySet {
    KeySet::read(&json!({ "keys": keys }))
}

fn encode(part: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(part)
}

/// A token with this head, signed as one is told.
fn token(head: &Value, claims: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", encode(head.to_string().as_bytes()), encode(claims.as_bytes()));
    format!("{signed}.{}", encode(&sign(signed.as_bytes())))
}

/// The numbers of an RSA key: what stands in its PKCS#1, whose lengths are known for 2048 bits.
fn rsa_jwk(key: &RsaKey, kid: &str) -> Value {
    let PublicKey::Rsa(spki) = key.public() else { panic!("no RSA key") };
    let (modulus, exponent) = (&spki[33..289], &spki[291..]);
    json!({ "kty": "RSA", "kid": kid, "n": encode(modulus), "e": encode(exponent) })
}

fn ed_jwk(key: &Ed25519Key, kid: &str) -> Value {
    let PublicKey::Ed25519(x) = key.public() else { panic!("no Ed25519 key") };
    json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": encode(&x) })
}

#[test]
fn the_examples_of_rfc_7515_and_8037_verify() {
    let rsa = set(&[json!({ "kty": "RSA", "n": RFC7515_A2_N, "e": "AQAB" })]);
    let point = json!({ "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" });
    for (token, keys) in [(RFC7515_A2, rsa), (RFC7515_A3, set(&[point]))] {
        let claims = verify(token, &keys).unwrap();
        assert_eq!(claims, json!({ "iss": "joe", "exp": 1_300_819_380, "http://example.com/is_root": true }));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let wrong = format!("{signed}.{}{}", if signature.starts_with('A') { 'B' } else { 'A' }, &signature[1..]);
        assert_eq!(verify(&wrong, &keys), Err(Refusal::Signature));
    }
    // RFC 8037, A.4: what is signed there is no JSON.
    let key = WebKey::from_jwk(
        &json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }),
    );
    let signature = URL_SAFE_NO_PAD
        .decode("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
        .unwrap();
    let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    assert!(key.unwrap().verify(Algorithm::EdDsa, message, &signature));
}

#[test]
fn each_algorithm_is_taken_from_its_own_kind_of_key_only() {
    let random = SystemRandom::new();
    let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let point = ec.public_key().as_ref();
    let ec_jwk =
        json!({ "kty": "EC", "crv": "P-256", "kid": "ec", "x": encode(&point[1..33]), "y": encode(&point[33..]) });
    let keys = set(&[rsa_jwk(&GOOD, "rsa"), ec_jwk, ed_jwk(&EDDSA, "ed")]);
    let pair = aws_lc_rs::rsa::KeyPair::from_pkcs8(&GOOD.to_pkcs8()).unwrap();
    assert!(!pair.as_der().unwrap().as_ref().is_empty());
    let pss = |message: &[u8]| {
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PSS_SHA256, &random, message, &mut signature).unwrap();
        signature
    };
    let by = |alg: &str, message: &[u8]| match alg {
        "RS256" => GOOD.sign(message),
        "PS256" => pss(message),
        "ES256" => ec.sign(&random, message).unwrap().as_ref().to_vec(),
        _ => EDDSA.sign(message).to_vec(),
    };
    for (signed_by, kid) in [("RS256", "rsa"), ("PS256", "rsa"), ("ES256", "ec"), ("EdDSA", "ed")] {
        for alg in ["RS256", "PS256", "ES256", "EdDSA"] {
            let made = token(&json!({ "alg": alg, "kid": kid, "typ": "JWT" }), "{}", |message| by(signed_by, message));
            assert_eq!(verify(&made, &keys).is_ok(), alg == signed_by, "signed by {signed_by}, said to be {alg}");
        }
        let nameless = token(&json!({ "alg": signed_by }), "{}", |message| by(signed_by, message));
        assert!(verify(&nameless, &keys).is_ok(), "the only one of its kind needs no name");
    }
}

#[test]
fn tokens_that_nobody_signed_are_nobodys() {
    let keys = set(&[rsa_jwk(&GOOD, "k")]);
    let modulus = rsa_jwk(&GOOD, "k")["n"].to_string();
    let by_secret = |message: &[u8]| {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, modulus.as_bytes());
        aws_lc_rs::hmac::sign(&key, message).as_ref().to_vec()
    };
    let good = |message: &[u8]| GOOD.sign(message);
    let evil = |message: &[u8]| EVIL.sign(message);
    let none = |_: &[u8]| b"x".to_vec();
    for (head, sign, expected) in [
        (json!({ "alg": "none", "kid": "k" }), &none as &dyn Fn(&[u8]) -> Vec<u8>, Refusal::Algorithm),
        (json!({ "alg": "None", "kid": "k" }), &none, Refusal::Algorithm),
        (json!({ "alg": "", "kid": "k" }), &none, Refusal::Algorithm),
        (json!({ "kid": "k" }), &good, Refusal::Malformed),
        (json!({ "alg": ["RS256"], "kid": "k" }), &good, Refusal::Malformed),
        (json!({ "alg": "HS256", "kid": "k" }), &by_secret, Refusal::Algorithm),
        (json!({ "alg": "rs256", "kid": "k" }), &good, Refusal::Algorithm),
        (json!({ "alg": "RS512", "kid": "k" }), &good, Refusal::Algorithm),
        (json!({ "alg": "RS256", "kid": "k" }), &by_secret, Refusal::Signature),
        (json!({ "alg": "RS256", "kid": "k" }), &evil, Refusal::Signature),
        (json!({ "alg": "RS256", "kid": "k" }), &none, Refusal::Signature),
        (json!({ "alg": "RS256", "kid": "other" }), &good, Refusal::UnknownKey),
        (json!({ "alg": "RS256", "kid": 1 }), &good, Refusal::Malformed),
        (json!({ "alg": "RS256", "kid": "x", "jwk": rsa_jwk(&EVIL, "x") }), &evil, Refusal::UnknownKey),
        (json!({ "alg": "RS256", "kid": "k", "jku": "https://evil.example/" }), &evil, Refusal::Signature),
        (json!({ "alg": "RS256", "kid": "k", "crit": ["b64"], "b64": false }), &good, Refusal::Critical),
        (json!({ "alg": "RS256", "kid": "k", "crit": [] }), &good, Refusal::Critical),
        (json!({ "alg": "RS256", "kid": "k", "typ": "at+jwt" }), &good, Refusal::Kind),
        (json!({ "alg": "RS256", "kid": "k", "typ": "logout+jwt" }), &good, Refusal::Kind),
    ] {
        assert_eq!(verify(&token(&head, "{}", sign), &keys), Err(expected), "{head}");
    }
    let good = token(&json!({ "alg": "RS256", "kid": "k" }), "{}", good);
    assert!(verify(&good, &keys).is_ok());
    let [head, claims, signature] = *good.split('.').collect::<Vec<_>>().as_slice() else { panic!() };
    for wrong in [
        String::new(),
        "..".to_owned(),
        format!("{head}.{claims}"),
        format!("{head}.{claims}."),
        format!("{head}.{claims}.{signature}.x"),
        format!(".{claims}.{signature}"),
        format!("{head}.{claims}.{signature}="),
        format!("{head}.{claims}.{signature} "),
        format!("{head} .{claims}.{signature}"),
        "a".repeat(crate::limits::provider::TOKEN + 1),
    ] {
        assert_eq!(verify(&wrong, &keys), Err(Refusal::Malformed), "{wrong}");
    }
    let other = format!("{head}.{}.{signature}", encode(br#"{"sub":"owner"}"#));
    assert_eq!(verify(&other, &keys), Err(Refusal::Signature));
}

#[test]
fn what_is_signed_has_one_reading() {
    let keys = set(&[rsa_jwk(&GOOD, "k")]);
    for claims in ["[]", "1", "null", "", "{\"sub\":\"a\",\"sub\":\"b\"}", "{} {}", "{\"a\":\"\\u0000\"}"] {
        let made = token(&json!({ "alg": "RS256", "kid": "k" }), claims, |message| GOOD.sign(message));
        assert_eq!(verify(&made, &keys), Err(Refusal::Malformed), "{claims}");
    }
}

#[test]
fn keys_that_are_for_something_else_or_weak_are_none() {
    let with = |change: Value| {
        let mut jwk = rsa_jwk(&GOOD, "k");
        jwk.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        set(&[jwk])
    };
    let good = token(&json!({ "alg": "RS256", "kid": "k" }), "{}", |message| GOOD.sign(message));
    assert!(verify(&good, &with(json!({ "use": "sig", "alg": "RS256" }))).is_ok());
    let short = encode(&[0xff; 128]);
    for change in [
        json!({ "use": "enc" }),
        json!({ "alg": "PS256" }),
        json!({ "alg": "RSA-OAEP" }),
        json!({ "kty": "oct", "k": "c2VjcmV0" }),
        json!({ "kty": "rsa" }),
        json!({ "e": "AQ" }),
        json!({ "e": "" }),
        json!({ "n": short }),
        json!({ "n": "" }),
        json!({ "n": 5 }),
        json!({ "kid": "K" }),
    ] {
        assert_eq!(verify(&good, &with(change.clone())), Err(Refusal::UnknownKey), "{change}");
    }
    let twice = set(&[rsa_jwk(&EVIL, "k"), rsa_jwk(&GOOD, "k")]);
    assert_eq!(verify(&good, &twice), Err(Refusal::UnknownKey), "two keys of one name are none");
    assert!(KeySet::read(&json!({ "keys": {} })).is_empty() && KeySet::read(&json!([])).is_empty());
    let many: Vec<Value> = (0..1_000).map(|n| ed_jwk(&EDDSA, &n.to_string())).collect();
    assert_eq!(
        verify(&token(&json!({ "alg": "EdDSA", "kid": "999" }), "{}", |m| EDDSA.sign(m).to_vec()), &set(&many)),
        Err(Refusal::UnknownKey),
        "only so many keys are looked at"
    );
}
