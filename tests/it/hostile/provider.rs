//! An identity provider that lies, or whoever stands between it and us. It is played by the evil peer, at an address that
//! the settings name; nothing else inside may be reached.

use std::time::Duration;

use bytes::Bytes;
use instance::base::time::Clock;
use instance::crypto::keys::{PublicKey, RsaKey};
use instance::limits::provider::{ANSWER, BACK, FRESH, REFETCH, REST, TIME};
use instance::model::user::Rank;
use instance::store::schema::{IDENTITIES, SESSIONS};
use instance::store::{Rows, Span, users};
use serde_json::{Value, json};

use crate::support::evil::{Act, Canary, Evil, Page, key};
use crate::support::http::{Answer, send};
use crate::support::seat::user;
use crate::support::{Instance, START, encode, owner};

const PROVIDER: &str = "127.0.0.31";

fn page(value: &Value) -> Page {
    Page::typed("application/json", value.to_string())
}

/// The key as the provider lists it; its numbers stand at known places of a key of 2048 bits.
fn listed(key: &RsaKey, kid: &str) -> Value {
    let PublicKey::Rsa(spki) = key.public() else { panic!("no RSA key") };
    json!({ "kty": "RSA", "kid": kid, "n": encode(&spki[33..289]), "e": encode(&spki[291..]) })
}

fn described(provider: &Evil) -> Value {
    json!({
        "issuer": provider.url(""), "authorization_endpoint": provider.url("/authorize"),
        "token_endpoint": provider.url("/token"), "jwks_uri": provider.url("/keys"),
    })
}

/// A provider that is honest so far, and a server whose owner is linked to the subject `chief`.
async fn start() -> (Clock, Instance, Evil) {
    let clock = Clock::by_hand(START);
    let provider = Evil::start(PROVIDER).await;
    let issuer = provider.url("");
    let us = Instance::start_set(&clock, |config| {
        config.network.allow_private = Vec::new();
        config.login.issuer = Some(issuer.clone());
        config.login.client_id = Some("desk".to_owned());
        config.login.groups = vec!["it = owner".parse().unwrap()];
    })
    .await;
    provider.serve("/.well-known/openid-configuration", page(&described(&provider)));
    provider.serve("/keys", page(&json!({ "keys": [listed(key(0), "k")] })));
    let chief = user(&us, "chief@city.example", Rank::Member, us.account.id, &[]).await;
    us.app
        .store
        .write(move |tx| instance::actions::identity::link(tx, owner(), chief.id, &issuer, "chief"))
        .await
        .unwrap();
    (clock, us, provider)
}

/// A log-in that has begun.
struct Begun {
    cookie: String,
    state: String,
    nonce: String,
}

async fn begin(us: &Instance) -> Result<Begun, Answer> {
    let answer = send("GET", &us.url("/desk/login/provider"), &[], "").await;
    if answer.status != 303 {
        return Err(answer);
    }
    let url: url::Url = answer.header("location").parse().unwrap();
    let of = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert_eq!((of("code_challenge_method").as_str(), of("response_type").as_str()), ("S256", "code"));
    assert!(answer.header("set-cookie").contains("; HttpOnly; SameSite=Lax; Max-Age=600"));
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    Ok(Begun { cookie, state: of("state"), nonce: of("nonce") })
}

async fn back(us: &Instance, cookie: &str, query: &str) -> Answer {
    let headers = [("cookie", cookie), ("x-forwarded-for", "198.51.100.7")];
    send("GET", &us.url(&format!("/desk/login/provider/back?{query}")), &headers, "").await
}

/// What the provider says when it is asked with a code.
fn token(provider: &Evil, us: &Instance, nonce: &str, groups: &[&str], kid: &str, key: &RsaKey) -> Page {
    let mut claims = thin(provider, us, nonce);
    claims["groups"] = json!(groups);
    signed(&claims, kid, key)
}

/// A token's claims, without a word of groups.
fn thin(provider: &Evil, us: &Instance, nonce: &str) -> Value {
    let now = us.app.now().seconds();
    json!({
        "iss": provider.url(""), "aud": "desk", "sub": "chief", "nonce": nonce, "iat": now, "exp": now + 60,
        "email": "chief@city.example", "email_verified": true,
    })
}

fn signed(claims: &Value, kid: &str, key: &RsaKey) -> Page {
    let head = json!({ "alg": "RS256", "kid": kid });
    let signed = format!("{}.{}", encode(head.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
    let token = format!("{signed}.{}", encode(key.sign(signed.as_bytes())));
    page(&json!({ "id_token": token, "access_token": "a", "token_type": "Bearer" }))
}

/// A whole log-in whose token is signed by this key under this name.
async fn log_in(us: &Instance, provider: &Evil, groups: &[&str], kid: &str, key: &RsaKey) -> Answer {
    let begun = begin(us).await.unwrap_or_else(|answer| panic!("{}", answer.text()));
    provider.serve("POST /token", token(provider, us, &begun.nonce, groups, kid, key));
    back(us, &begun.cookie, &format!("code=c&state={}", begun.state)).await
}

fn rows(us: &Instance) -> (usize, usize) {
    us.app
        .store
        .read(|rows| Ok((rows.keys(&SESSIONS, Span::all())?.len(), rows.keys(&IDENTITIES, Span::all())?.len())))
        .unwrap()
}

#[tokio::test]
async fn keys_that_change_are_followed_and_forgeries_have_nothing_fetched() {
    let (clock, us, provider) = start().await;
    assert_eq!(log_in(&us, &provider, &["it"], "k", key(0)).await.status, 303);
    for (kid, forger) in [("k", key(1)), ("new", key(1)), ("new", key(0))] {
        let answer = log_in(&us, &provider, &["it"], kid, forger).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (403, ""), "{kid}");
        assert!(answer.text().contains("(E321)"));
    }
    assert_eq!(provider.asked_for("GET /keys"), 1);
    provider.serve("/keys", page(&json!({ "keys": [listed(key(1), "new")] })));
    clock.advance(REFETCH);
    assert_eq!(log_in(&us, &provider, &["it"], "new", key(1)).await.status, 303, "the provider changed its keys");
    for _ in 0..5 {
        assert_eq!(log_in(&us, &provider, &["it"], "k", key(0)).await.status, 403, "the old ones are worth nothing");
    }
    assert_eq!(provider.asked_for("GET /keys"), 2);
}

#[tokio::test]
async fn a_log_in_ends_once_in_its_browser_and_in_time() {
    let (clock, us, provider) = start().await;
    let (begun, other) = (begin(&us).await.ok().unwrap(), begin(&us).await.ok().unwrap());
    provider.serve("POST /token", token(&provider, &us, &begun.nonce, &["it"], "k", key(0)));
    let right = format!("code=c&state={}", begun.state);
    let (long, state) = ("c".repeat(5_000), &begun.state);
    for (cookie, query) in [
        ("", right.clone()),
        ("login=", right.clone()),
        ("login=a.b.c", right.clone()),
        (other.cookie.as_str(), right.clone()),
        (&begun.cookie, "code=c".to_owned()),
        (&begun.cookie, "code=c&state=".to_owned()),
        (&begun.cookie, format!("code=c&state={}", other.state)),
        (&begun.cookie, format!("state={state}")),
        (&begun.cookie, format!("code={long}&state={state}")),
        (&format!("{}; {}", begun.cookie, begun.cookie), right.clone()),
        (&format!("{}; {}", other.cookie, begun.cookie), right.clone()),
        (&begun.cookie.replace("login=", "login=A"), right.clone()),
        (&format!("{}x", begun.cookie), right.clone()),
    ] {
        let answer = back(&us, cookie, &query).await;
        assert_eq!(answer.status, 403, "{cookie} {query}");
        assert!(answer.text().contains("(E322)"), "{}", answer.text());
    }
    assert_eq!(provider.asked_for("POST /token"), 0, "nobody was asked for a code that came from nowhere");
    let answer = back(&us, &begun.cookie, &right).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/desk"));
    assert_eq!(back(&us, &begun.cookie, &right).await.status, 403, "a second time");
    clock.advance(Duration::from_secs(1));
    let late = begin(&us).await.ok().unwrap();
    clock.advance(TIME);
    assert_eq!(back(&us, &late.cookie, &format!("code=c&state={}", late.state)).await.status, 403, "too late");
    clock.set(START);
    assert_eq!(back(&us, &late.cookie, &format!("code=c&state={}", late.state)).await.status, 403, "from the future");
    assert_eq!((provider.asked_for("POST /token"), rows(&us).0), (1, 1));
}

#[tokio::test]
async fn a_token_of_another_log_in_is_nobodys() {
    let (_clock, us, provider) = start().await;
    let (begun, other) = (begin(&us).await.ok().unwrap(), begin(&us).await.ok().unwrap());
    provider.serve("POST /token", token(&provider, &us, &other.nonce, &["it"], "k", key(0)));
    let answer = back(&us, &begun.cookie, &format!("code=c&state={}", begun.state)).await;
    assert!(answer.status == 403 && answer.text().contains("nonce"), "{}", answer.text());
    assert_eq!(rows(&us).0, 0);
}

#[tokio::test]
async fn a_description_leads_nowhere_inside_and_names_its_issuer_exactly() {
    let (clock, us, provider) = start().await;
    let canary = Canary::new();
    let inside = format!("http://{}/x", canary.address);
    let secure = format!("https://{}/x", canary.address);
    let mapped = format!("https://[::ffff:7f00:1]:{}/x", canary.address.port());
    let discovery = "/.well-known/openid-configuration";
    let with = |name: &str, value: &str| {
        let mut about = described(&provider);
        about[name] = value.into();
        page(&about)
    };
    for (what, act) in [
        ("no JSON", Act::from(Page::typed("text/html", "<p>Log in</p>"))),
        ("not found", Page::status(404).into()),
        ("a list", page(&json!([])).into()),
        ("moved", Page::redirect(&inside).into()),
        ("moved within", Page::redirect(&provider.url("/elsewhere")).into()),
        ("too large", Page::typed("application/json", " ".repeat(ANSWER + 1)).into()),
        ("without end", Act::Pour(Bytes::from_static(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"))),
        ("another issuer", with("issuer", "https://evil.example").into()),
        ("with a slash", with("issuer", &provider.url("/")).into()),
        ("in other letters", with("issuer", &provider.url("").to_uppercase()).into()),
        ("token endpoint inside", with("token_endpoint", &inside).into()),
        ("keys inside", with("jwks_uri", &inside).into()),
        ("keys of a file", with("jwks_uri", "file:///etc/passwd").into()),
        ("a script to go to", with("authorization_endpoint", "javascript:alert(1)").into()),
        (
            "a name and a password",
            with("token_endpoint", &provider.url("/token").replace("http://", "http://a:b@")).into(),
        ),
    ] {
        provider.serve(discovery, act);
        clock.advance(FRESH);
        let answer = begin(&us).await.err().unwrap_or_else(|| panic!("{what}: it went on"));
        assert!(answer.status == 502 && answer.text().contains("(E320)"), "{what}: {}", answer.text());
        let before = provider.asked().len();
        assert!(begin(&us).await.is_err(), "{what}");
        assert_eq!(provider.asked().len(), before, "{what}: it is left alone for a while");
        clock.advance(REST);
    }
    for (name, url) in
        [("token_endpoint", &secure), ("token_endpoint", &mapped), ("jwks_uri", &secure), ("jwks_uri", &mapped)]
    {
        provider.serve(discovery, with(name, url));
        clock.advance(FRESH);
        let answer = log_in(&us, &provider, &["it"], "k", key(0)).await;
        assert_eq!(answer.status, 502, "{name} {url}");
    }
    assert_eq!(provider.asked_for("GET /elsewhere"), 0);
    assert!(!canary.is_touched());
    assert_eq!(rows(&us).0, 0);
    provider.serve(discovery, page(&described(&provider)));
    clock.advance(FRESH);
    assert_eq!(log_in(&us, &provider, &["it"], "k", key(0)).await.status, 303);
    provider.serve("/keys", Page::redirect(&inside));
    clock.advance(FRESH);
    assert_eq!(log_in(&us, &provider, &["it"], "k", key(0)).await.status, 502, "keys that moved");
    assert!(!canary.is_touched());
}

#[tokio::test]
async fn answers_to_a_code_that_are_none_let_nobody_in() {
    let (_clock, us, provider) = start().await;
    for (act, id) in [
        (page(&json!({ "error": "invalid_grant" })), "E321"),
        (Page { status: 400, ..page(&json!({ "error": "invalid_grant" })) }, "E323"),
        (Page { status: 400, ..page(&json!({ "error": "<script>", "error_description": "x" })) }, "E323"),
        (page(&json!({})), "E321"),
        (page(&json!({ "id_token": "" })), "E321"),
        (page(&json!({ "id_token": "a.b.c" })), "E321"),
        (page(&json!({ "id_token": { "sub": "chief" } })), "E321"),
        (Page::redirect("/token2"), "E320"),
        (Page::status(500), "E320"),
        (Page::typed("application/json", "{"), "E320"),
        (Page::typed("application/json", format!("\"{}\"", "a".repeat(ANSWER))), "E320"),
    ] {
        provider.serve("POST /token", act);
        let begun = begin(&us).await.ok().unwrap();
        let answer = back(&us, &begun.cookie, &format!("code=c&state={}", begun.state)).await;
        assert!(
            answer.text().contains(&format!("({id})")) && !answer.text().contains("<script>"),
            "{id}: {}",
            answer.text()
        );
        assert!(answer.header("set-cookie").starts_with("login=; "), "the log-in is over");
    }
    assert_eq!((provider.asked_for("POST /token2"), rows(&us).0), (0, 0));
}

#[tokio::test]
async fn who_comes_back_too_often_is_told_to_wait() {
    let (clock, us, provider) = start().await;
    let once = async || log_in(&us, &provider, &["it"], "k", key(0)).await.status.as_u16();
    let mut times = 0.0;
    while times < BACK.burst {
        assert_eq!(once().await, 303);
        times += 1.0;
    }
    assert_eq!(once().await, 503);
    clock.advance(Duration::from_secs(1));
    assert_eq!(once().await, 303);
}

/// Groups cannot leave a server without an owner: who is asked to go by them stays out, and nothing changes.
#[tokio::test]
async fn groups_take_no_last_owner_away() {
    let (_clock, us, provider) = start().await;
    assert_eq!(log_in(&us, &provider, &["it"], "k", key(0)).await.status, 303);
    let answer = log_in(&us, &provider, &[], "k", key(0)).await;
    assert!(answer.status == 403 && answer.text().contains("(E304)"), "{}", answer.text());
    let chief = us.app.store.read(|rows| users::by_email(rows, "chief@city.example")).unwrap().unwrap();
    assert!(chief.is_owner());
    assert_eq!(rows(&us), (1, 1));
}

/// Many providers tell groups only when they are asked for them: when they cannot, nobody is less than they were.
#[tokio::test]
async fn groups_that_cannot_be_told_take_nothing_away() {
    let (clock, us, provider) = start().await;
    user(&us, "other@city.example", Rank::Owner, us.account.id, &[]).await;
    let rank = || us.app.store.read(|rows| users::by_email(rows, "chief@city.example")).unwrap().unwrap().rank;
    let enter = async |groups: Option<&str>| {
        let begun = begin(&us).await.ok().unwrap();
        let mut claims = thin(&provider, &us, &begun.nonce);
        if let Some(group) = groups {
            claims["groups"] = group.into();
        }
        provider.serve("POST /token", signed(&claims, "k", key(0)));
        back(&us, &begun.cookie, &format!("code=c&state={}", begun.state)).await
    };
    assert_eq!((enter(Some("it")).await.status.as_u16(), rank()), (303, Rank::Owner));
    let mut about = described(&provider);
    about["userinfo_endpoint"] = provider.url("/userinfo").into();
    provider.serve("/.well-known/openid-configuration", page(&about));
    clock.advance(FRESH);
    let error = json!({ "error": "invalid_token", "sub": "chief", "groups": ["it"] });
    for (act, id) in [
        (Act::from(Page::status(500)), "E320"),
        (Page::typed("text/html", "<p>Log in</p>").into(), "E320"),
        (Page { status: 401, ..page(&error) }.into(), "E321"),
        (page(&json!({ "sub": "ben", "groups": [] })).into(), "E321"),
        (page(&json!({ "groups": ["it"] })).into(), "E321"),
    ] {
        provider.serve("/userinfo", act);
        let answer = enter(None).await;
        assert!(answer.text().contains(&format!("({id})")), "{id}: {}", answer.text());
        assert_eq!((rank(), rows(&us)), (Rank::Owner, (1, 1)));
    }
    provider.serve("/userinfo", page(&json!({ "sub": "chief", "groups": ["it"] })));
    assert_eq!((enter(None).await.status.as_u16(), rank()), (303, Rank::Owner));
    provider.serve("/userinfo", page(&json!({ "sub": "chief" })));
    let answer = enter(None).await;
    assert_eq!((answer.status.as_u16(), rank()), (403, Rank::Member), "in no group any more: {}", answer.text());
    assert_eq!(rows(&us).0, 0);
}

#[tokio::test]
async fn an_error_in_place_of_keys_loses_none() {
    let (clock, us, provider) = start().await;
    assert_eq!(log_in(&us, &provider, &["it"], "k", key(0)).await.status, 303);
    let error = page(&json!({ "error": "temporarily_unavailable" }));
    let more = page(&json!({ "keys": [listed(key(1), "new")] }));
    for act in [Page { status: 429, ..error.clone() }, error, Page { status: 404, ..more }, Page::status(500)] {
        provider.serve("/keys", act);
        clock.advance(REFETCH);
        let before = provider.asked_for("GET /keys");
        for _ in 0..3 {
            let answer = log_in(&us, &provider, &["it"], "new", key(1)).await;
            assert!(answer.status == 502 && answer.text().contains("(E320)"), "{}", answer.text());
        }
        assert_eq!(provider.asked_for("GET /keys"), before + 1, "it is left alone for a while");
        assert_eq!(
            log_in(&us, &provider, &["it"], "k", key(0)).await.status,
            303,
            "the old ones are as good as before"
        );
    }
}
