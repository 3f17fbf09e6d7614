//! The hostile cases of request signatures, one table per class: coverage, digests, replay elsewhere, time, algorithms,
//! doubled headers, and both parsers.

use std::time::Duration;

use super::*;

const HOUR: Duration = Duration::from_hours(1);

/// A signed POST, changed before and after signing.
fn cavage_with(sign: &Sign<'_>, before: impl Fn(&mut Request), after: impl Fn(&mut Request)) -> Result<Claim, Refusal> {
    let mut request = Request::post(BODY);
    before(&mut request);
    sign.cavage(&mut request);
    after(&mut request);
    request.verify(&GOOD.public())
}

fn rfc9421_with(
    sign: &Sign<'_>,
    before: impl Fn(&mut Request),
    after: impl Fn(&mut Request),
) -> Result<Claim, Refusal> {
    let mut request = Request::post(BODY);
    before(&mut request);
    sign.rfc9421(&mut request);
    after(&mut request);
    request.verify(&GOOD.public())
}

fn as_is(_: &mut Request) {}

/// One of the two above.
type With = fn(&Sign<'_>, fn(&mut Request), fn(&mut Request)) -> Result<Claim, Refusal>;

#[track_caller]
fn refused(verdict: Result<Claim, Refusal>, expected: Refusal, case: &str) {
    assert_eq!(verdict.map(|claim| claim.key_id), Err(expected), "{case}");
}

#[test]
fn too_little_is_covered() {
    for (covered, missing) in [
        ("date", "(request-target)"),
        ("(request-target) date digest", "host"),
        ("(request-target) host digest", "date"),
        ("(request-target) host date", "digest"),
        ("host date digest", "(request-target)"),
    ] {
        refused(cavage_with(&Sign { covered, ..cavage() }, as_is, as_is), Refusal::NotCovered(missing), covered);
    }
    for (covered, missing) in [
        ("", "@method"),
        (r#""@target-uri" "content-digest""#, "@method"),
        (r#""@method" "content-digest""#, "@target-uri"),
        (r#""@method" "@path" "content-digest""#, "@target-uri"),
        (r#""@method" "@authority" "content-digest""#, "@target-uri"),
        (r#""@method" "@target-uri""#, "content-digest"),
    ] {
        refused(rfc9421_with(&Sign { covered, ..rfc9421() }, as_is, as_is), Refusal::NotCovered(missing), covered);
    }
    // The path and the authority instead of the whole address will do, but then the query too, where there is one.
    let parts = Sign { covered: r#""@method" "@path" "@authority" "content-digest""#, ..rfc9421() };
    assert!(rfc9421_with(&parts, as_is, as_is).is_ok());
    let query = |request: &mut Request| request.target = "/ap/inbox?a=b".to_owned();
    refused(rfc9421_with(&parts, query, as_is), Refusal::NotCovered("@target-uri"), "query");
    let parts = Sign { covered: r#""@method" "@path" "@query" "@authority" "content-digest""#, ..rfc9421() };
    assert!(rfc9421_with(&parts, query, as_is).is_ok());
    // A body needs a digest whatever the method says.
    let sign = Sign { covered: "(request-target) host date", ..cavage() };
    refused(cavage_with(&sign, |r| r.method = Method::GET, as_is), Refusal::NotCovered("digest"), "GET with a body");
}

#[test]
fn digests() {
    let right = STANDARD.encode(digest::sha256(BODY.as_bytes()));
    let wrong = STANDARD.encode(digest::sha256(b"another"));
    for (value, expected) in [
        (format!("SHA-256={wrong}"), Refusal::DigestMismatch),
        ("SHA-256=".to_owned(), Refusal::DigestMismatch),
        (format!("SHA-256={}", &right[..40]), Refusal::DigestMismatch),
        (format!("SHA-256={}", right.trim_end_matches('=')), Refusal::Malformed("digest")),
        (format!("MD5={right}"), Refusal::Malformed("Digest is not SHA-256")),
        (format!("SHA-512={right},SHA-256={right}"), Refusal::Malformed("Digest is not SHA-256")),
        (format!("SHA-256={right},SHA-512={right}"), Refusal::Malformed("digest")),
        (format!("SHA-256={right},SHA-256={wrong}"), Refusal::Malformed("digest")),
        (right.trim_end_matches('=').to_owned(), Refusal::Malformed("Digest")),
        (String::new(), Refusal::Malformed("Digest")),
    ] {
        refused(cavage_with(&cavage(), |r| r.set("digest", &value), as_is), expected, &value);
    }
    let add = |r: &mut Request| r.add("digest", "SHA-256=");
    refused(cavage_with(&cavage(), as_is, add), Refusal::Twice, "two Digest headers");
    let remove = |r: &mut Request| drop(r.headers.remove("digest"));
    refused(cavage_with(&cavage(), as_is, remove), Refusal::Missing, "no Digest header");
    let lower = format!("sha-256={right}");
    assert!(cavage_with(&cavage(), |r| r.set("digest", &lower), as_is).is_ok());
}

#[test]
fn content_digests() {
    let right = STANDARD.encode(digest::sha256(BODY.as_bytes()));
    let wrong = STANDARD.encode(digest::sha256(b"another"));
    let malformed = Refusal::Malformed("Content-Digest");
    for (value, expected) in [
        (format!("sha-256=:{wrong}:"), Refusal::DigestMismatch),
        (format!("sha-512=:{right}:"), malformed),
        (format!("sha-256=:{wrong}:, sha-256=:{right}:"), malformed),
        (format!("sha-256=:{right}:,"), malformed),
        (format!("sha-256=:{right}:;a=1"), malformed),
        (format!("sha-256=\"{right}\""), malformed),
        (format!("sha-256=:{right}"), malformed),
        (format!("SHA-256=:{right}:"), malformed),
        ("sha-256".to_owned(), malformed),
        (String::new(), malformed),
    ] {
        refused(rfc9421_with(&rfc9421(), |r| r.set("content-digest", &value), as_is), expected, &value);
    }
    let add = |r: &mut Request| r.add("content-digest", "sha-256=::");
    refused(rfc9421_with(&rfc9421(), as_is, add), Refusal::Twice, "two Content-Digest headers");
    for value in [format!("sha-512=:{wrong}:, sha-256=:{right}:"), format!("sha-256=:{right}: ,\tmd5=:aGk=:")] {
        assert!(rfc9421_with(&rfc9421(), |r| r.set("content-digest", &value), as_is).is_ok(), "{value}");
    }
}

#[test]
fn sent_to_another_place() {
    let mismatch = Refusal::SignatureMismatch;
    for (sign, ordinary) in [(cavage_with as With, cavage()), (rfc9421_with as With, rfc9421())] {
        refused(sign(&ordinary, as_is, |r| r.target = "/ap/accounts/7/inbox".to_owned()), mismatch, "path");
        refused(sign(&ordinary, as_is, |r| r.target.push_str("?a=b")), mismatch, "query");
        refused(sign(&ordinary, as_is, |r| r.method = Method::PUT), mismatch, "method");
    }
    for host in
        ["other.example", "s.example.other.example", "s.example:8443", "s.example:80", "", "s.example, s.example"]
    {
        refused(cavage_with(&cavage(), |r| r.set("host", host), as_is), Refusal::WrongHost, host);
    }
    // Signed for another server, and delivered here with our own name in `Host`.
    let sign = Sign { authority: "other.example", ..rfc9421() };
    refused(rfc9421_with(&sign, as_is, as_is), mismatch, "@target-uri");
    refused(
        cavage_with(&cavage(), |r| r.set("host", "other.example"), |r| r.set("host", "s.example")),
        mismatch,
        "host",
    );
    let sign = Sign { covered: r#""@method" "@target-uri" "host" "content-digest""#, ..rfc9421() };
    refused(rfc9421_with(&sign, |r| r.set("host", "other.example"), as_is), Refusal::WrongHost, "host covered");
}

#[test]
fn dates() {
    let date = |date: &str| cavage_with(&cavage(), |r| r.set("date", date), as_is);
    for (moment, expected) in [
        (NOW.plus(HOUR + Duration::from_secs(1)), Refusal::Early),
        (NOW.minus(12 * HOUR + Duration::from_secs(1)), Refusal::Stale),
        (NOW.minus(48 * HOUR), Refusal::Stale),
        (Timestamp(0), Refusal::Stale),
    ] {
        refused(date(&moment.http_date()), expected, &moment.http_date());
    }
    for moment in [NOW.plus(HOUR), NOW.minus(12 * HOUR)] {
        assert!(date(&moment.http_date()).is_ok(), "{}", moment.http_date());
    }
    for text in [
        "",
        "yesterday",
        "2026-11-23T09:00:00Z",
        "1795424400",
        "Mon, 23 Nov 2026 09:00:00 CET",
        "Tue, 23 Nov 2026 09:00:00 GMT",
    ] {
        refused(date(text), Refusal::Malformed("Date"), text);
    }
    refused(cavage_with(&cavage(), as_is, |r| drop(r.headers.remove("date"))), Refusal::Missing, "no date");
}

/// Moments in parameters. `NOW` is 1795424400.
#[test]
fn created_and_expires() {
    let malformed = Refusal::Malformed("created or expires");
    let backwards = Refusal::Malformed("expires before it was created");
    let cases = [
        ("1795424400", None, None),
        ("1795428000", None, None),
        ("1795428001", None, Some(Refusal::Early)),
        ("999999999999999", None, Some(Refusal::Early)),
        ("1795381200", None, None),
        ("1795381199", None, Some(Refusal::Stale)),
        ("0", None, Some(Refusal::Stale)),
        ("1795424000", Some("1795424300"), None),
        ("1795420000", Some("1795420800"), None),
        ("1795420000", Some("1795420799"), Some(Refusal::Stale)),
        ("1795377600", Some("1795900000"), None),
        ("1795377599", Some("1795900000"), Some(Refusal::Stale)),
        ("1795424400", Some("1795424399"), Some(backwards)),
        ("-1", None, Some(malformed)),
    ];
    let verdict = |scheme: &str, verdict: Result<Claim, Refusal>, case: (&str, Option<&str>, Option<Refusal>)| {
        assert_eq!(verdict.err(), case.2, "{scheme} {case:?}");
    };
    for case in cases {
        let (created, expires, _) = case;
        let expires = expires.map_or(String::new(), |expires| format!("expires={expires}"));
        let params = format!("algorithm=\"hs2019\",created={created},{expires}");
        let covered = "(request-target) (created) host digest";
        let sign = Sign { params: params.trim_end_matches(','), covered, ..cavage() };
        verdict("cavage", cavage_with(&sign, as_is, as_is), case);
        let params = format!(";created={created};{expires}");
        let sign = Sign { params: params.trim_end_matches(';'), ..rfc9421() };
        verdict("rfc9421", rfc9421_with(&sign, as_is, as_is), case);
    }
    for (created, cavage_says) in
        [("1795424400.5", malformed), ("soon", malformed), ("\"\"", malformed), ("+1", malformed)]
    {
        let params = format!("created={created}");
        let sign = Sign { params: &params, covered: "(request-target) (created) host digest", ..cavage() };
        refused(cavage_with(&sign, as_is, as_is), cavage_says, created);
        let params = format!(";created={created}");
        let expected = Refusal::Malformed("Signature-Input");
        refused(rfc9421_with(&Sign { params: &params, ..rfc9421() }, as_is, as_is), expected, created);
    }
    refused(rfc9421_with(&Sign { params: "", ..rfc9421() }, as_is, as_is), Refusal::Malformed("created"), "no created");
    // An `expires` that is not covered can only shorten.
    let sign = Sign { params: "algorithm=\"rsa-sha256\",expires=1795420799", ..cavage() };
    refused(
        cavage_with(&sign, |r| r.set("date", &Timestamp(1_795_420_000_000).http_date()), as_is),
        Refusal::Stale,
        "expires",
    );
}

#[test]
fn algorithms() {
    for algorithm in
        ["none", "hmac-sha256", "rsa-sha1", "rsa-sha512", "ecdsa-sha256", "RSA-SHA256", "", "rsa-v1_5-sha256"]
    {
        let params = format!("algorithm=\"{algorithm}\"");
        refused(
            cavage_with(&Sign { params: &params, ..cavage() }, as_is, as_is),
            Refusal::UnsupportedAlgorithm,
            algorithm,
        );
    }
    for algorithm in ["none", "hmac-sha256", "rsa-pss-sha512", "ecdsa-p256-sha256", "rsa-sha256", "hs2019", ""] {
        let params = format!(";created=1795424400;alg=\"{algorithm}\"");
        let verdict = rfc9421_with(&Sign { params: &params, ..rfc9421() }, as_is, as_is);
        refused(verdict, Refusal::UnsupportedAlgorithm, algorithm);
    }
    // (created) is not defined for rsa-sha256 (draft-cavage-12 §2.3).
    let params = "algorithm=\"rsa-sha256\",created=1795424400,expires=1795424500";
    for covered in ["(request-target) (created) host digest", "(request-target) host date digest (expires)"] {
        let verdict = cavage_with(&Sign { covered, params, ..cavage() }, as_is, as_is);
        refused(verdict, Refusal::Malformed("(created) with rsa-sha256"), covered);
    }
    // The header may not contradict the key.
    refused(
        cavage_with(&Sign { params: "algorithm=\"ed25519\"", ..cavage() }, as_is, as_is),
        Refusal::UnsupportedAlgorithm,
        "RSA",
    );
    // With hs2019 the key decides: an RSA key does not make an Ed25519 signature good.
    let eddsa: &dyn Fn(&[u8]) -> Vec<u8> = &|message| EDDSA.sign(message).to_vec();
    let sign = Sign { key: eddsa, params: "algorithm=\"hs2019\"", ..cavage() };
    refused(cavage_with(&sign, as_is, as_is), Refusal::SignatureMismatch, "hs2019");
    // The public key as the secret of an HMAC.
    let hmac = |message: &[u8]| {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, GOOD.public().to_pem().as_bytes());
        aws_lc_rs::hmac::sign(&key, message).as_ref().to_vec()
    };
    for (params, expected) in [
        ("algorithm=\"hmac-sha256\"", Refusal::UnsupportedAlgorithm),
        ("algorithm=\"hs2019\"", Refusal::SignatureMismatch),
    ] {
        refused(cavage_with(&Sign { key: &hmac, params, ..cavage() }, as_is, as_is), expected, params);
    }
}

#[test]
fn headers_given_twice() {
    for name in ["signature", "host", "date", "digest"] {
        let twice = |r: &mut Request| r.add(name, &r.value(name));
        refused(cavage_with(&cavage(), as_is, twice), Refusal::Twice, name);
        let joined = |r: &mut Request| r.set(name, &format!("{0}, {0}", r.value(name)));
        assert!(cavage_with(&cavage(), as_is, joined).is_err(), "{name}");
    }
    for name in ["signature", "signature-input", "content-digest"] {
        let twice = |r: &mut Request| r.add(name, &r.value(name));
        refused(rfc9421_with(&rfc9421(), as_is, twice), Refusal::Twice, name);
        let joined = |r: &mut Request| r.set(name, &format!("{0}, {0}", r.value(name)));
        assert!(rfc9421_with(&rfc9421(), as_is, joined).is_err(), "{name}");
    }
    let sign = Sign { covered: "(request-target) host date digest x-mark", ..cavage() };
    refused(cavage_with(&sign, as_is, as_is), Refusal::Missing, "covered and absent");
    let marked = |r: &mut Request| r.set("x-mark", "one");
    assert!(cavage_with(&sign, marked, as_is).is_ok());
    refused(cavage_with(&sign, marked, |r| r.add("x-mark", "two")), Refusal::Twice, "covered and doubled");
}

#[test]
fn cavage_headers_that_are_none() {
    let malformed = Refusal::Malformed("Signature");
    let twice = Refusal::Malformed("parameter given twice");
    let long = "a".repeat(8192);
    for (from, to, expected) in [
        ("keyId=\"", "keyId=", malformed),
        ("#main-key\"", "#main-key", malformed),
        ("keyId=", "keyId:", malformed),
        ("keyId=", "keyId=\"a\",keyId=", twice),
        ("algorithm=", "signature=\"aGk=\",algorithm=", twice),
        ("algorithm=", "x=1,x=2,algorithm=", Refusal::Malformed("parameters")),
        ("keyId=", ",keyId=", malformed),
        ("keyId=", "Signature keyId=", malformed),
        ("keyId=", "id=", Refusal::Malformed("keyId")),
        (KEY_ID, "", Refusal::Malformed("keyId")),
        (",signature=\"", ",signature=\"!", Refusal::Malformed("signature")),
        (",signature=\"", ",signature=\"\",s=\"", Refusal::Malformed("signature")),
        (",signature=", ",sig=", Refusal::Malformed("signature")),
        (",headers=", ",h=", Refusal::NotCovered("(request-target)")),
        ("(request-target) host", "", Refusal::Malformed("headers")),
        ("host date", "host  date", Refusal::Malformed("headers")),
        ("host date", "host host date", Refusal::Malformed("headers")),
        ("host date", "host HOST date", Refusal::Malformed("headers")),
        ("digest\"", "digest (unknown)\"", Refusal::Missing),
        ("digest\"", "digest (created)\"", Refusal::Malformed("(created) with rsa-sha256")),
        ("keyId=", &format!("pad=\"{long}\",keyId="), Refusal::Malformed("header too long")),
        ("==\"", "==\",", malformed),
        ("==\"", "==\" after", malformed),
        ("==\"", "==", malformed),
        ("==\"", "==\\\"", malformed),
    ] {
        let change = |r: &mut Request| r.set("signature", &r.value("signature").replacen(from, to, 1));
        refused(cavage_with(&cavage(), as_is, change), expected, &format!("{from} -> {to}"));
    }
    let long = (0..65).map(|n| format!("x{n}=1,")).collect::<Vec<_>>().concat();
    let change = |r: &mut Request| r.set("signature", &format!("{long}{}", r.value("signature")));
    refused(cavage_with(&cavage(), as_is, change), Refusal::Malformed("parameters"), "65 parameters");
    let many = (0..65).map(|n| format!("x{n} ")).collect::<Vec<_>>().concat();
    let change = |r: &mut Request| {
        r.set("signature", &r.value("signature").replace("(request-target)", &format!("{many}(request-target)")));
    };
    refused(cavage_with(&cavage(), as_is, change), Refusal::Malformed("headers"), "65 headers");
    let latin =
        |r: &mut Request| drop(r.headers.insert("signature", HeaderValue::from_bytes(b"keyId=\"\xe9\"").unwrap()));
    refused(cavage_with(&cavage(), as_is, latin), Refusal::Malformed("header"), "not ASCII");
}

#[test]
fn message_signature_headers_that_are_none() {
    let malformed = Refusal::Malformed("Signature-Input");
    let parameters = Refusal::Malformed("component with parameters");
    let long = format!("sig1=(\"{}\" ", "a".repeat(8192));
    for (from, to, expected) in [
        ("sig1=", "", malformed),
        ("sig1=", "sig1", malformed),
        ("sig1=", "SIG1=", malformed),
        ("sig1=(", &long, Refusal::Malformed("header too long")),
        ("\"@method\"", "\"@method\";sf", parameters),
        ("\"@method\"", "\"@method\";key=\"a\"", parameters),
        ("\"@method\"", "\"@method\";bs", parameters),
        ("\"@method\"", "\"@method\";tr", parameters),
        ("\"@method\"", "\"@method\";req", parameters),
        ("\"@method\"", "\"@method\" \"@query-param\";name=\"a\"", parameters),
        ("\"@method\"", "\"@method\" \"@method\"", malformed),
        ("\"@method\"", "\"@method\" \"Date\"", malformed),
        ("\"@method\"", "\"@method\" \"@status\"", Refusal::Malformed("component of no request")),
        ("\"@method\"", "\"@method\" \"x-absent\"", Refusal::Missing),
        ("\"@method\" ", "\"@method\"", malformed),
        ("\"@method\"", "@method", malformed),
        ("\")", "\"", parameters),
        (";keyid=", ";key=", Refusal::Malformed("keyid")),
        (KEY_ID, "", Refusal::Malformed("keyid")),
        (KEY_ID, "a\\\"b", malformed),
        (";keyid=", ";keyid=\"a\";keyid=", malformed),
        (";created=", ";created=1795424399;created=", malformed),
        (";created=1795424400", "", Refusal::Malformed("created")),
        (";created=1795424400", ";created=\"1795424400\"", malformed),
        (";alg=\"rsa-v1_5-sha256\"", ";alg=rsa-v1_5-sha256", malformed),
        (";created", ";Created", malformed),
        ("sig1=(", "sig0=(\"@method\");created=1795424400, sig1=(", Refusal::Malformed("more than one signature")),
    ] {
        let change = |r: &mut Request| r.set("signature-input", &r.value("signature-input").replacen(from, to, 1));
        refused(rfc9421_with(&rfc9421(), as_is, change), expected, &format!("{from} -> {to}"));
    }
}

#[test]
fn message_signatures_that_do_not_fit_their_input() {
    for (from, to) in [
        ("sig1=", "sig2="),
        ("sig1=", "sig0=:aGk=:, sig1="),
        ("sig1=", ""),
        ("sig1=:", "sig1=\""),
        ("=:", "=::"),
        ("sig1=:", "sig1=:!"),
    ] {
        let change = |r: &mut Request| r.set("signature", &r.value("signature").replacen(from, to, 1));
        refused(rfc9421_with(&rfc9421(), as_is, change), Refusal::Malformed("Signature"), &format!("{from} -> {to}"));
    }
    let remove = |r: &mut Request| drop(r.headers.remove("signature"));
    refused(rfc9421_with(&rfc9421(), as_is, remove), Refusal::Malformed("Signature"), "no Signature");
    // The order is part of what was signed.
    let swap = |r: &mut Request| {
        r.set(
            "signature-input",
            &r.value("signature-input").replace(r#""@method" "@target-uri""#, r#""@target-uri" "@method""#),
        );
    };
    refused(rfc9421_with(&rfc9421(), as_is, swap), Refusal::SignatureMismatch, "order");
    // A signature base is ASCII (RFC 9421 §2.5).
    let latin = |r: &mut Request| drop(r.headers.insert("x-mark", HeaderValue::from_bytes(b"\xe9").unwrap()));
    let sign = Sign { covered: r#""@method" "@target-uri" "content-digest" "x-mark""#, ..rfc9421() };
    let marked = |r: &mut Request| r.set("x-mark", "e");
    assert!(rfc9421_with(&sign, marked, as_is).is_ok());
    refused(rfc9421_with(&sign, marked, latin), Refusal::Malformed("signed header is not ASCII"), "latin-1");
    // A cavage signature does not become one of RFC 9421, nor the other way round.
    let mut request = Request::post(BODY);
    cavage().cavage(&mut request);
    request.set("signature-input", "sig1=(\"@method\");created=1795424400");
    assert_eq!(request.claim().unwrap_err(), Refusal::Malformed("Signature"));
    rfc9421().rfc9421(&mut request);
    request.headers.remove("signature-input");
    assert!(request.claim().is_err());
}
