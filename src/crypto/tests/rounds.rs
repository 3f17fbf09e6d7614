//! What we sign, we accept, and it looks as other servers expect; and the good requests of other software.

use url::Url;

use super::*;
use crate::crypto::Outgoing;
use crate::crypto::verify::Scheme;
use crate::crypto::{cavage as ours_cavage, rfc9421 as ours_rfc9421};

type SignFn = fn(&Outgoing<'_>, &str, &RsaKey, Timestamp) -> Vec<(HeaderName, HeaderValue)>;

/// Signs as we send and reads as the server at that address would.
fn sent(sign: SignFn, method: Method, address: &str, body: Option<&[u8]>) -> (Request, Result<Claim, Refusal>) {
    let url = Url::parse(address).unwrap();
    let out = Outgoing { method: &method, url: &url, body, content_type: "application/activity+json" };
    let headers = sign(&out, KEY_ID, &GOOD, NOW);
    let target = out.target().to_owned();
    let mut request = Request { method, target, headers: HeaderMap::new(), body: body.unwrap_or_default().into() };
    request.put(headers);
    let origin = url.origin().ascii_serialization();
    let received = Received { origin: &origin, ..request.received() };
    let verdict = claim(&received, NOW).and_then(|claim| claim.check(&GOOD.public()).map(|()| claim));
    (request, verdict)
}

#[test]
fn ours_is_accepted_everywhere() {
    for (sign, scheme) in [(ours_cavage::sign as SignFn, Scheme::Cavage), (ours_rfc9421::sign, Scheme::Rfc9421)] {
        for address in [
            "https://peer.example/inbox",
            "https://peer.example",
            "https://peer.example:8443/users/a/inbox?page=1&q=%20x",
            "http://127.0.0.1:8080/ap/inbox#part",
            "http://[::1]:8080/inbox",
            "https://xn--bcher-kva.example/inbox",
        ] {
            for (method, body) in
                [(Method::POST, Some(BODY.as_bytes())), (Method::POST, Some(b"")), (Method::GET, None)]
            {
                let (_, verdict) = sent(sign, method, address, body);
                let claim = verdict.unwrap_or_else(|refusal| panic!("{scheme:?} {address}: {refusal}"));
                assert_eq!((claim.scheme, claim.key_id.as_str()), (scheme, KEY_ID));
            }
        }
    }
}

#[test]
fn ours_looks_as_expected() {
    let (request, _) = sent(ours_cavage::sign, Method::POST, "https://peer.example:8443/inbox?a=b#c", Some(b"{}"));
    let names: Vec<&str> = request.headers.keys().map(HeaderName::as_str).collect();
    assert_eq!(names, ["host", "date", "digest", "content-type", "signature"]);
    assert_eq!(request.value("host"), "peer.example:8443");
    assert_eq!(request.value("date"), "Mon, 23 Nov 2026 09:00:00 GMT");
    assert_eq!(request.value("digest"), "SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=");
    let expected = format!(
        r#"keyId="{KEY_ID}",algorithm="rsa-sha256",headers="(request-target) host date digest content-type",signature=""#
    );
    assert!(request.value("signature").starts_with(&expected), "{}", request.value("signature"));
    let (request, _) = sent(ours_cavage::sign, Method::GET, "https://peer.example/a", None);
    let names: Vec<&str> = request.headers.keys().map(HeaderName::as_str).collect();
    assert_eq!(names, ["host", "date", "signature"]);
    assert!(request.value("signature").contains(r#",headers="(request-target) host date","#));

    let (request, _) = sent(ours_rfc9421::sign, Method::POST, "https://peer.example/inbox", Some(b"{}"));
    let names: Vec<&str> = request.headers.keys().map(HeaderName::as_str).collect();
    assert_eq!(names, ["host", "date", "content-digest", "content-type", "signature-input", "signature"]);
    assert_eq!(
        request.value("signature-input"),
        format!(
            r#"sig1=("@method" "@target-uri" "content-digest");created=1795424400;keyid="{KEY_ID}";alg="rsa-v1_5-sha256""#
        )
    );
    let (request, _) = sent(ours_rfc9421::sign, Method::GET, "https://peer.example/inbox", None);
    assert!(request.value("signature-input").starts_with(r#"sig1=("@method" "@target-uri");created="#));
}

#[test]
fn ed25519_in_both_schemes() {
    let key: &dyn Fn(&[u8]) -> Vec<u8> = &|message| EDDSA.sign(message).to_vec();
    for params in ["", "algorithm=\"hs2019\"", "algorithm=\"ed25519\""] {
        let mut request = Request::post(BODY);
        Sign { key, params, ..cavage() }.cavage(&mut request);
        assert!(request.verify(&EDDSA.public()).is_ok(), "{params}");
    }
    for params in [";created=1795424400", ";created=1795424400;alg=\"ed25519\""] {
        let mut request = Request::post(BODY);
        Sign { key, params, ..rfc9421() }.rfc9421(&mut request);
        assert!(request.verify(&EDDSA.public()).is_ok(), "{params}");
        let other = Ed25519Key::generate().public();
        assert_eq!(request.verify(&other).unwrap_err(), Refusal::SignatureMismatch);
    }
}

/// Orders, blanks, quoting and parameters of other software.
#[test]
fn spellings_of_other_software() {
    for (covered, params) in [
        ("host date content-type digest (request-target)", "algorithm=\"rsa-sha256\""),
        ("(request-target) host date digest content-type", "algorithm=hs2019"),
        ("(request-target) (created) (expires) host digest", "created=1795424400,expires=1795424700"),
        ("Date Host Digest (request-target)", "algorithm =  rsa-sha256 ,  opaque=\"a \\\"quoted\\\" word\""),
    ] {
        let mut request = Request::post(BODY);
        Sign { covered, params, ..cavage() }.cavage(&mut request);
        assert!(request.verify(&GOOD.public()).is_ok(), "{covered}");
    }
    for params in [
        ";created=1795424400",
        ";created=1795424400;expires=1795424700;nonce=\"a\\\"b\";tag=\"fediverse\"",
        "; created=1795424400; future=?1; token=*a/b; bytes=:aGk=:",
    ] {
        let mut request = Request::post(BODY);
        Sign { params, ..rfc9421() }.rfc9421(&mut request);
        assert!(request.verify(&GOOD.public()).is_ok(), "{params}");
    }
}

#[test]
fn the_host_may_say_the_default_port_or_nothing() {
    for host in ["S.Example", "s.example:443"] {
        let mut request = Request::post(BODY);
        request.set("host", host);
        cavage().cavage(&mut request);
        assert!(request.verify(&GOOD.public()).is_ok(), "{host}");
    }
    // HTTP/2 has `:authority` instead of `Host`; the sender signed what he addressed.
    let mut request = Request::post(BODY);
    cavage().cavage(&mut request);
    request.headers.remove("host");
    assert!(request.verify(&GOOD.public()).is_ok());
}

#[test]
fn a_get_may_be_signed_without_its_query() {
    let get = Sign { covered: "(request-target) host date", ..cavage() };
    let verdict = |signed: &str, asked: &str| {
        let mut request = Request::get(asked);
        Sign { target: Some(signed), ..get }.cavage(&mut request);
        request.verify(&GOOD.public()).map(|claim| claim.scheme)
    };
    assert_eq!(verdict("/ap/actor?foo=42", "/ap/actor?foo=42"), Ok(Scheme::Cavage));
    assert_eq!(verdict("/ap/actor", "/ap/actor?foo=42"), Ok(Scheme::Cavage));
    assert_eq!(verdict("/ap/actor?foo=42", "/ap/actor?foo=43"), Err(Refusal::SignatureMismatch));
    assert_eq!(verdict("/ap/actor?foo=42", "/ap/actor"), Err(Refusal::SignatureMismatch));
    assert_eq!(verdict("/ap/actor", "/ap/other"), Err(Refusal::SignatureMismatch));
    // A POST gets no second reading.
    let mut request = Request::post(BODY);
    request.target.push_str("?foo=42");
    Sign { target: Some("/ap/inbox"), ..cavage() }.cavage(&mut request);
    assert_eq!(request.verify(&GOOD.public()).unwrap_err(), Refusal::SignatureMismatch);
}
