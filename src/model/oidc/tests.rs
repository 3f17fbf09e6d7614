//! Tables of tokens and groups.

use serde_json::json;

use super::*;
use crate::base::lang::Lang;

const NOW: Timestamp = Timestamp(1_795_424_400_000);
const EXPECTED: Expected<'_> = Expected { issuer: "https://id.city.example", client: "desk", nonce: "n-1" };

fn with(change: &Value) -> Value {
    let mut claims = json!({
        "iss": "https://id.city.example", "aud": "desk", "sub": "s-1", "nonce": "n-1",
        "iat": NOW.seconds(), "exp": NOW.seconds() + 300,
    });
    for (name, value) in change.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

#[test]
fn a_token_is_for_us_now_and_this_log_in() {
    let (now, skew, time) = (NOW.seconds(), SKEW.as_secs(), TIME.as_secs());
    let long = "x".repeat(SUBJECT + 1);
    for (change, expected) in [
        (json!({}), Ok(())),
        (json!({ "aud": ["desk"] }), Ok(())),
        (json!({ "aud": ["desk", "desk"], "azp": "desk" }), Ok(())),
        (json!({ "exp": now + 1 - skew }), Ok(())),
        (json!({ "iat": now - time - skew }), Ok(())),
        (json!({ "iat": now + skew, "nbf": now }), Ok(())),
        (json!({ "iat": 1_795_424_400.5 }), Ok(())),
        (json!({ "iss": null }), Err(Wrong::Issuer)),
        (json!({ "iss": "https://id.city.example/" }), Err(Wrong::Issuer)),
        (json!({ "iss": "https://ID.city.example" }), Err(Wrong::Issuer)),
        (json!({ "iss": ["https://id.city.example"] }), Err(Wrong::Issuer)),
        (json!({ "aud": null }), Err(Wrong::Audience)),
        (json!({ "aud": [] }), Err(Wrong::Audience)),
        (json!({ "aud": "other" }), Err(Wrong::Audience)),
        (json!({ "aud": "Desk" }), Err(Wrong::Audience)),
        (json!({ "aud": ["other"] }), Err(Wrong::Audience)),
        (json!({ "aud": ["desk", "other"], "azp": "desk" }), Err(Wrong::Audience)),
        (json!({ "aud": { "desk": true } }), Err(Wrong::Audience)),
        (json!({ "azp": "other" }), Err(Wrong::Audience)),
        (json!({ "azp": 1 }), Err(Wrong::Audience)),
        (json!({ "nonce": null }), Err(Wrong::Nonce)),
        (json!({ "nonce": "n-2" }), Err(Wrong::Nonce)),
        (json!({ "nonce": "" }), Err(Wrong::Nonce)),
        (json!({ "exp": null }), Err(Wrong::Expired)),
        (json!({ "exp": now - skew }), Err(Wrong::Expired)),
        (json!({ "exp": "9999999999" }), Err(Wrong::Expired)),
        (json!({ "exp": -1 }), Err(Wrong::Expired)),
        (json!({ "iat": null }), Err(Wrong::Stale)),
        (json!({ "iat": now - time - skew - 1 }), Err(Wrong::Stale)),
        (json!({ "iat": now + skew + 1 }), Err(Wrong::Early)),
        (json!({ "nbf": now + skew + 1 }), Err(Wrong::Early)),
        (json!({ "nbf": "soon" }), Err(Wrong::Early)),
        (json!({ "sub": null }), Err(Wrong::Subject)),
        (json!({ "sub": "" }), Err(Wrong::Subject)),
        (json!({ "sub": 17 }), Err(Wrong::Subject)),
        (json!({ "sub": "a\nb" }), Err(Wrong::Subject)),
        (json!({ "sub": long }), Err(Wrong::Subject)),
    ] {
        assert_eq!(check(&with(&change), EXPECTED, NOW), expected, "{change}");
    }
}

#[test]
fn an_address_counts_only_when_the_same_document_says_that_it_is_theirs() {
    let person = |claims: Value, more: Option<Value>| Person::read(&with(&claims), more.as_ref(), "groups").unwrap();
    let email = |claims: Value, more: Option<Value>| person(claims, more).email;
    let ana = Some("ana@city.example".to_owned());
    assert_eq!(email(json!({ "email": "ana@city.example", "email_verified": true }), None), ana);
    assert_eq!(email(json!({ "email": "ana@city.example", "email_verified": "true" }), None), ana);
    for unproven in [json!({}), json!({ "email_verified": false }), json!({ "email_verified": 1 })] {
        let mut claims = unproven;
        claims["email"] = "ana@city.example".into();
        assert_eq!(email(claims.clone(), None), None, "{claims}");
        let more = json!({ "sub": "s-1", "email": "eve@city.example", "email_verified": true });
        assert_eq!(email(claims.clone(), Some(more)), None, "{claims}");
    }
    let more = |sub: &str| json!({ "sub": sub, "email": "ana@city.example", "email_verified": true, "groups": ["a"] });
    assert_eq!(email(json!({}), Some(more("s-1"))), ana);
    let other = person(json!({}), Some(more("s-2")));
    assert_eq!((other.email, other.groups.len()), (None, 0), "a document about somebody else");
}

#[test]
fn groups_are_one_or_a_list_also_within() {
    let groups = |claims: Value, claim: &str| {
        Person::read(&with(&claims), None, claim).unwrap().groups.into_iter().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(groups(json!({ "groups": ["b", "a", 1, null, "a"] }), "groups"), "a b");
    assert_eq!(groups(json!({ "groups": "a" }), "groups"), "a");
    assert_eq!(groups(json!({ "realm_access": { "roles": ["a"] } }), "realm_access.roles"), "a");
    assert_eq!(groups(json!({ "https://city.example/groups": ["a"] }), "https://city.example/groups"), "a");
    assert_eq!(groups(json!({ "groups": { "a": true } }), "groups"), "");
    assert!(is_thin(&json!({ "email": "a" }), "groups") && !is_thin(&json!({ "email": "a", "groups": [] }), "groups"));
}

#[test]
fn grants_are_read_as_they_are_written() {
    for (text, again) in [
        ("it = owner", "it = owner"),
        ("/city/press = @press: editor + author", "/city/press = press:author+editor"),
        ("cn=press,ou=groups = auditor", "cn=press,ou=groups = auditor"),
    ] {
        assert_eq!(text.parse::<Grant>().unwrap().to_string(), again);
    }
    for wrong in ["", "it", "= owner", "it = member", "it = king", "it = press:", "it = press:king", "it = :editor"] {
        assert!(wrong.parse::<Grant>().is_err(), "{wrong}");
    }
}

const PRESS: AccountId = AccountId(3);
const WATER: AccountId = AccountId(4);

fn user(rank: Rank, roles: &[(AccountId, &[Role])]) -> User {
    User {
        id: UserId(1),
        email: "ana@city.example".into(),
        name: String::new(),
        language: Lang::default(),
        rank,
        roles: table(roles),
        created: NOW,
        off: None,
    }
}

fn table(roles: &[(AccountId, &[Role])]) -> BTreeMap<AccountId, BTreeSet<Role>> {
    roles.iter().map(|(account, roles)| (*account, roles.iter().copied().collect())).collect()
}

fn given(groups: &str) -> Mapped {
    let grants: Vec<Grant> = ["it = owner", "court = auditor", "press = press:editor+author", "water = water:author"]
        .map(|text| text.parse().unwrap())
        .into();
    let groups = groups.split_whitespace().map(str::to_owned).collect();
    let find = |handle: &str| {
        Ok([("press", PRESS), ("water", WATER)].into_iter().find(|(name, _)| *name == handle).map(|(_, id)| id))
    };
    mapped(&grants, &groups, find).unwrap()
}

#[test]
fn what_came_by_groups_goes_with_them_and_what_was_given_by_hand_stays() {
    let mut ana = user(Rank::Member, &[(PRESS, &[Role::Author])]);
    let got = rearrange(&mut ana, &Mapped::default(), &given("press water"));
    assert_eq!(ana.roles, table(&[(PRESS, &[Role::Author, Role::Editor]), (WATER, &[Role::Author])]));
    assert_eq!(got.roles, table(&[(PRESS, &[Role::Editor]), (WATER, &[Role::Author])]));
    // The same again changes nothing.
    let again = rearrange(&mut ana, &got, &given("press water"));
    assert_eq!(again, got);
    let got = rearrange(&mut ana, &again, &given("water nobody"));
    assert_eq!(ana.roles, table(&[(PRESS, &[Role::Author]), (WATER, &[Role::Author])]));
    let got = rearrange(&mut ana, &got, &given(""));
    assert_eq!((ana.roles, got), (table(&[(PRESS, &[Role::Author])]), Mapped::default()));
}

#[test]
fn ranks_come_and_go_with_groups_too() {
    let mut ben = user(Rank::Member, &[]);
    let got = rearrange(&mut ben, &Mapped::default(), &given("it"));
    assert_eq!((ben.rank, got.rank), (Rank::Owner, Rank::Owner));
    let got = rearrange(&mut ben, &got, &given("court"));
    assert_eq!((ben.rank, got.rank), (Rank::Auditor, Rank::Auditor));
    let got = rearrange(&mut ben, &got, &given("court press"));
    assert_eq!((ben.rank, got.rank), (Rank::Member, Rank::Member), "an auditor has no role besides");
    assert!(ben.has(PRESS, Role::Editor) && ben.check().is_ok());
    let got = rearrange(&mut ben, &got, &given(""));
    assert!(ben.roles.is_empty() && got.is_empty());

    let mut chief = user(Rank::Owner, &[]);
    let got = rearrange(&mut chief, &Mapped::default(), &given("it court"));
    assert_eq!((chief.rank, got.rank), (Rank::Owner, Rank::Member), "an owner by hand");
    rearrange(&mut chief, &got, &given(""));
    assert_eq!(chief.rank, Rank::Owner);

    let mut eva = user(Rank::Auditor, &[]);
    let got = rearrange(&mut eva, &Mapped::default(), &given("press court"));
    assert_eq!((eva.rank, eva.roles.len(), got.is_empty()), (Rank::Auditor, 0, true), "an auditor by hand");
}
