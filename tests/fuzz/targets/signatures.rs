//! A signed request: what is claimed binds method, target, host, moment and body, and a right signature over it counts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::http::{HeaderMap, HeaderName, HeaderValue, Method};
use instance::base::time::Timestamp;
use instance::crypto::keys::Ed25519Key;
use instance::crypto::verify::{Claim, Received, Refusal, Scheme};
use instance::crypto::{claim, digest};
use std::time::Duration;

use super::{NOW, ORIGIN};

/// `METHOD target`, header lines, an empty line, the body. In header values `{sha256}` stands for the digest of the body
/// and `{ed25519}` for a right signature: neither is found by trying.
pub fn signatures(data: &[u8]) {
    let seed = Ed25519Key::from_seed([7; 32]);
    let Some(unsigned) = Request::read(data, &[0; 64]) else { return };
    let Ok(claim) = unsigned.claim() else { return };
    covers(&unsigned, &claim);
    binds(&unsigned, &claim);
    let signature = seed.sign(&claim.base);
    let signed = Request::read(data, &signature).expect("only the signature differs");
    // A signature that is covered itself cannot be right.
    if let Ok(again) = signed.claim()
        && again.base == claim.base
        && signed.headers != unsigned.headers
    {
        let verdict = again.check(&seed.public());
        assert!(matches!(verdict, Ok(()) | Err(Refusal::UnsupportedAlgorithm)), "{verdict:?}");
        let other = Ed25519Key::from_seed([8; 32]).public();
        assert!(again.check(&other).is_err(), "another's key");
        assert!(claim.check(&seed.public()).is_err(), "no signature at all");
    }
}

#[derive(Clone)]
struct Request {
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
    origin: &'static str,
    now: Timestamp,
}

impl Request {
    fn read(data: &[u8], signature: &[u8]) -> Option<Self> {
        let end = data.windows(2).position(|two| two == b"\n\n")?;
        let (head, body) = (str::from_utf8(data.get(..end)?).ok()?, data.get(end + 2..)?.to_vec());
        let (sum, signature) = (STANDARD.encode(digest::sha256(&body)), STANDARD.encode(signature));
        let mut lines = head.split('\n');
        let (method, target) = lines.next()?.split_once(' ')?;
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ")?;
            let value = value.replace("{sha256}", &sum).replace("{ed25519}", &signature);
            headers.try_append(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?).ok()?;
        }
        let target = target.parse::<hyper::Uri>().ok()?.path_and_query()?.to_string();
        Some(Self { method: method.parse().ok()?, target, headers, body, origin: ORIGIN, now: NOW })
    }

    fn claim(&self) -> Result<Claim, Refusal> {
        let Self { method, target, headers, body, origin, now } = self;
        claim(&Received { method, target, headers, body, origin }, *now)
    }

    fn with(&self, change: impl FnOnce(&mut Self)) -> Result<Claim, Refusal> {
        let mut other = self.clone();
        change(&mut other);
        other.claim()
    }
}

/// Reads what was signed line by line and looks for all that it has to say.
fn covers(request: &Request, claim: &Claim) {
    let base = str::from_utf8(&claim.base).unwrap_or_default();
    let lines: Vec<&str> = base.split('\n').collect();
    let has = |line: &str| lines.contains(&line);
    let (method, target) = (request.method.as_str(), request.target.as_str());
    let sum = STANDARD.encode(digest::sha256(&request.body));
    let has_body = !matches!(method, "GET" | "HEAD") || !request.body.is_empty();
    assert!(!claim.key_id.is_empty());
    match claim.scheme {
        Scheme::Cavage if claim.base.is_ascii() => {
            assert!(has(&format!("(request-target): {} {target}", method.to_ascii_lowercase())), "{base}");
            let host = lines.iter().find_map(|line| line.strip_prefix("host: ")).expect("host");
            assert!(["s.example", "s.example:443"].contains(&host.to_ascii_lowercase().as_str()), "{host}");
            assert!(lines.iter().any(|line| line.starts_with("date: ") || line.starts_with("(created): ")), "{base}");
            let digest = lines.iter().find_map(|line| line.strip_prefix("digest: ")).unwrap_or_default();
            assert!(!has_body || digest.split_once('=').is_some_and(|(_, found)| found == sum), "{base}");
        }
        // Obsolete text in a header that has no say.
        Scheme::Cavage => {}
        Scheme::Rfc9421 => {
            let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
            assert!(has(&format!("\"@method\": {method}")), "{base}");
            let parts = has(&format!("\"@path\": {path}")) && has("\"@authority\": s.example");
            let parts = parts && query.is_none_or(|query| has(&format!("\"@query\": ?{query}")));
            assert!(has(&format!("\"@target-uri\": https://s.example{target}")) || parts, "{base}");
            let digest = lines.iter().find_map(|line| line.strip_prefix("\"content-digest\": ")).unwrap_or_default();
            assert!(!has_body || digest.contains(&format!("sha-256=:{sum}:")), "{base}");
            let last = lines.last().and_then(|line| line.strip_prefix("\"@signature-params\": "));
            let input =
                request.headers.get("signature-input").and_then(|value| value.to_str().ok()).unwrap_or_default();
            assert!(last.is_some_and(|last| input.trim().ends_with(last) && last.contains(';')), "{base}");
        }
    }
    assert_eq!(
        claim.without_query.is_some(),
        claim.scheme == Scheme::Cavage && method == "GET" && target.contains('?')
    );
}

/// Nothing that makes the request what it is can change behind the signature's back.
fn binds(request: &Request, claim: &Claim) {
    let same = |other: Result<Claim, Refusal>| other.is_ok_and(|other| other.base == claim.base);
    assert!(same(request.claim()), "the same request is read in the same way");
    assert!(request.with(|r| r.body.push(b'x')).is_err(), "another body");
    assert!(!same(request.with(|r| r.method = Method::PATCH)) || request.method == Method::PATCH, "another method");
    assert!(!same(request.with(|r| r.target.push('x'))), "another target");
    assert!(!same(request.with(|r| r.origin = "https://t.example")), "another server");
    let long = Duration::from_hours(15);
    assert_eq!(request.with(|r| r.now = NOW.plus(long)).err(), Some(Refusal::Stale), "too late");
    assert_eq!(request.with(|r| r.now = NOW.minus(long)).err(), Some(Refusal::Early), "too early");
}
