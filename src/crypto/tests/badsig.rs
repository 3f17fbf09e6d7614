//! The nineteen requests of the forging test peer: two good ones and seventeen that must not pass. What this
//! room cannot judge (who the activity says it is from, whether the body is JSON) is marked.

use super::*;

const VICTIM_KEY_ID: &str = "https://peer.example/users/victim#main-key";

fn signed(sign: &Sign<'_>) -> Request {
    let mut request = Request::post(BODY);
    sign.cavage(&mut request);
    request
}

fn message_signed(sign: &Sign<'_>) -> Request {
    let mut request = Request::post(BODY);
    sign.rfc9421(&mut request);
    request
}

/// Another body of the same length.
fn tamper(request: &mut Request) {
    request.body = BODY.replace("Follow", "Reject").into();
}

#[test]
fn ok_in_both_schemes() {
    let claim = signed(&cavage()).verify(&GOOD.public()).unwrap();
    assert_eq!(claim.key_id, KEY_ID);
    let covered = r#""@method" "@target-uri" "@authority" "content-digest""#;
    let claim = message_signed(&Sign { covered, ..rfc9421() }).verify(&GOOD.public()).unwrap();
    assert_eq!(claim.key_id, KEY_ID);
}

#[test]
fn unsigned_and_garbage() {
    let mut request = Request::post(BODY);
    assert_eq!(request.claim().unwrap_err(), Refusal::Unsigned);
    request.set("signature", "garbage");
    assert_eq!(request.claim().unwrap_err(), Refusal::Malformed("Signature"));
}

#[test]
fn cavage_forgeries() {
    let wrong_key = signed(&Sign { key: &|message| EVIL.sign(message), ..cavage() });
    assert_eq!(wrong_key.verify(&GOOD.public()).unwrap_err(), Refusal::SignatureMismatch);

    let mut tampered = signed(&cavage());
    tamper(&mut tampered);
    assert_eq!(tampered.claim().unwrap_err(), Refusal::DigestMismatch);
    // The digest made right again, but not signed again.
    tampered.set("digest", &digest::digest_header(&tampered.body));
    assert_eq!(tampered.verify(&GOOD.public()).unwrap_err(), Refusal::SignatureMismatch);

    let uncovered = signed(&Sign { covered: "(request-target) host date", ..cavage() });
    assert_eq!(uncovered.claim().unwrap_err(), Refusal::NotCovered("digest"));
    let date_only = signed(&Sign { covered: "date", ..cavage() });
    assert_eq!(date_only.claim().unwrap_err(), Refusal::NotCovered("(request-target)"));

    let mut stale = Request::post(BODY);
    stale.set("date", &NOW.minus(std::time::Duration::from_hours(48)).http_date());
    cavage().cavage(&mut stale);
    assert_eq!(stale.claim().unwrap_err(), Refusal::Stale);
}

#[test]
fn another_actors_name() {
    // An activity that claims another actor: well signed, and the claim says by whom. The inbox compares.
    let mut request = Request::post(&BODY.replace("mallory", "victim"));
    cavage().cavage(&mut request);
    assert_eq!(request.verify(&GOOD.public()).unwrap().key_id, KEY_ID);
    // The victim's key id with one's own key: the victim's key is what it is checked with.
    let request = signed(&Sign { key_id: VICTIM_KEY_ID, ..cavage() });
    assert_eq!(request.claim().unwrap().key_id, VICTIM_KEY_ID);
    assert_eq!(request.verify(&EVIL.public()).unwrap_err(), Refusal::SignatureMismatch);
    // No JSON at all: a matter of the inbox too.
    let mut request = Request::post("{nope");
    cavage().cavage(&mut request);
    assert!(request.verify(&GOOD.public()).is_ok());
}

#[test]
fn rfc9421_forgeries() {
    let wrong_key = message_signed(&Sign { key: &|message| EVIL.sign(message), ..rfc9421() });
    assert_eq!(wrong_key.verify(&GOOD.public()).unwrap_err(), Refusal::SignatureMismatch);

    let mut tampered = message_signed(&rfc9421());
    tamper(&mut tampered);
    assert_eq!(tampered.claim().unwrap_err(), Refusal::DigestMismatch);

    let mut uncovered = message_signed(&Sign { covered: r#""@method" "@target-uri""#, ..rfc9421() });
    assert_eq!(uncovered.claim().unwrap_err(), Refusal::NotCovered("content-digest"));
    tamper(&mut uncovered);
    uncovered.set("content-digest", &digest::content_digest(&uncovered.body));
    assert_eq!(uncovered.claim().unwrap_err(), Refusal::NotCovered("content-digest"));

    // Enough is covered, but it is not what was signed.
    let covered = r#""@method" "@target-uri" "@authority" "content-digest""#;
    let mut altered = message_signed(&Sign { covered, ..rfc9421() });
    let input = altered.value("signature-input").replace("\"@target-uri\"", "\"@path\"");
    altered.set("signature-input", &input);
    assert_eq!(altered.verify(&GOOD.public()).unwrap_err(), Refusal::SignatureMismatch);

    let stale = message_signed(&Sign { params: ";created=1795251600", ..rfc9421() });
    assert_eq!(stale.claim().unwrap_err(), Refusal::Stale);
}
