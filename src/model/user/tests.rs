//! Who may do what.

use super::*;
use crate::model::client::Scopes;
use crate::model::power::{Administer, Approve, Attach, Covers, Draft, Moderate, Publish, Read, Reply};

const OWN: AccountId = AccountId(1);
const OTHER: AccountId = AccountId(2);

fn user(rank: Rank, roles: &[Role]) -> User {
    User {
        id: UserId(7),
        email: "ana@city.example".into(),
        name: "Ana".into(),
        language: Lang::default(),
        rank,
        roles: BTreeMap::from([(OWN, roles.iter().copied().collect())]),
        created: Timestamp(0),
        off: None,
    }
}

/// With a token of the user's own.
fn client(scopes: &str, user: Option<User>) -> Asker {
    Asker::Client(Client { key: [1; 32], token: token(scopes), user })
}

fn token(scopes: &str) -> Token {
    Token {
        account: OWN,
        scopes: Scopes::parse(scopes).unwrap(),
        name: String::new(),
        created: Timestamp(0),
        user: Some(UserId(7)),
    }
}

/// Which of the powers an asker has for an account: read, draft, attach, publish, approve, reply, moderate, administer.
fn powers(asker: &Asker, account: AccountId) -> String {
    let mut has = String::new();
    let mut note = |letter, may: bool| has.push(if may { letter } else { '-' });
    note('r', asker.may::<Read>(account).is_ok());
    note('d', asker.may::<Draft>(account).is_ok());
    note('f', asker.may::<Attach>(account).is_ok());
    note('p', asker.may::<Publish>(account).is_ok());
    note('a', asker.may::<Approve>(account).is_ok());
    note('y', asker.may::<Reply>(account).is_ok());
    note('m', asker.may::<Moderate>(account).is_ok());
    note('x', asker.may::<Administer>(account).is_ok());
    has
}

#[test]
fn a_role_gives_its_powers_for_its_account() {
    for (role, expected) in [
        (Role::Author, "rdf-----"),
        (Role::Editor, "rdfp-y--"),
        (Role::Approver, "r---a---"),
        (Role::Replier, "r-f--y--"),
        (Role::Moderator, "r-----m-"),
        (Role::Admin, "r-f----x"),
    ] {
        let asker = Asker::User(user(Rank::Member, &[role]));
        assert_eq!(powers(&asker, OWN), expected, "{role:?}");
        assert_eq!(powers(&asker, OTHER), "--------", "{role:?}");
        assert!(asker.may_run().is_err() && asker.may_audit().is_err());
        assert!(matches!(asker.may::<Read>(OTHER), Err(Error::NotFound)), "what is not theirs does not exist for them");
    }
}

#[test]
fn an_owner_may_everything_an_auditor_reads_and_who_is_off_is_nobody() {
    let (owner, auditor) = (Asker::User(user(Rank::Owner, &[])), Asker::User(user(Rank::Auditor, &[])));
    for account in [OWN, OTHER] {
        assert_eq!((powers(&owner, account), powers(&auditor, account)), ("rdfpaymx".into(), "r-------".into()));
        assert!(matches!(auditor.may::<Publish>(account), Err(Error::Forbidden(_))));
    }
    assert!(owner.may_run().is_ok() && owner.may_audit().is_ok());
    assert!(auditor.may_run().is_err() && auditor.may_audit().is_ok());
    for rank in [Rank::Owner, Rank::Auditor, Rank::Member] {
        let off = Asker::User(User { off: Some(Timestamp(1)), ..user(rank, &Role::ALL) });
        assert_eq!(powers(&off, OWN), "--------");
        assert!(off.may_run().is_err() && off.may_audit().is_err());
    }
}

#[test]
fn a_token_is_bound_by_its_account_its_scopes_and_its_user() {
    let member = |scopes, roles: &[Role]| client(scopes, Some(user(Rank::Member, roles)));
    assert_eq!(powers(&member("read,write", &[Role::Editor]), OWN), "rdfp-y--");
    assert_eq!(powers(&member("read", &[Role::Editor]), OWN), "r-------");
    assert_eq!(powers(&member("write:media", &[Role::Editor]), OWN), "--f-----");
    assert_eq!(powers(&member("read,write", &[Role::Author]), OWN), "rdf-----");
    assert_eq!(powers(&member("read,write", &[]), OWN), "--------");
    let of_owner = client("read,write", Some(user(Rank::Owner, &[])));
    assert_eq!(powers(&of_owner, OWN), "rdfp-y-x", "nobody approves or moderates by a program");
    assert!(of_owner.may_run().is_err() && of_owner.may_audit().is_err());
    let of_operator = client("read,write", None);
    assert_eq!((powers(&of_operator, OWN), powers(&of_operator, OTHER)), ("rdfp-y-x".into(), "--------".into()));
    let off = User { off: Some(Timestamp(1)), ..user(Rank::Owner, &[]) };
    assert_eq!(powers(&client("read,write", Some(off)), OWN), "--------");
    assert_eq!(powers(&Asker::Operator, OTHER), "rdfpaymx");
}

/// Whoever has a power has what it covers: else a proof could be turned into one that was never given.
#[test]
fn no_proof_becomes_one_that_was_not_given() {
    fn covers<P: Covers<Q>, Q: Power>() {
        for role in P::ROLES {
            assert!(Q::ROLES.contains(role), "{role:?} has {:?} and not {:?}", P::default(), Q::default());
        }
        assert!(!P::READS || Q::READS);
    }
    covers::<Draft, Read>();
    covers::<Attach, Read>();
    covers::<Publish, Read>();
    covers::<Publish, Draft>();
    covers::<Publish, Attach>();
    covers::<Publish, Reply>();
    covers::<Approve, Read>();
    covers::<Reply, Read>();
    covers::<Reply, Attach>();
    covers::<Moderate, Read>();
    covers::<Administer, Read>();
    covers::<Administer, Attach>();
}

#[test]
fn a_proof_says_who_acts() {
    let asker = Asker::User(user(Rank::Member, &[Role::Editor]));
    let by: By = asker.may(OWN).unwrap();
    assert_eq!((by.account(), by.who(), by.to::<Reply>().who()), (OWN, Who::User(UserId(7)), Who::User(UserId(7))));
    let program = client("write", Some(user(Rank::Member, &[Role::Editor])));
    let who = program.may::<Publish>(OWN).unwrap().who();
    assert_eq!(who, Who::Client { token: TokenId([1; 6]), user: Some(UserId(7)) });
    assert_eq!(serde_json::to_string(&Who::User(UserId(7))).unwrap(), "{\"user\":7}");
}

#[test]
fn people_are_checked() {
    let with = |email: &str| User { email: email.into(), ..user(Rank::Member, &[]) }.check();
    for right in ["", "ana@city.example", "Ana.B+desk@Stadt-Köln.example", "a@localhost"] {
        assert!(with(right).is_ok(), "{right}");
    }
    let long = format!("{}@city.example", "a".repeat(250));
    for wrong in ["ana", "@city.example", "ana@", "a b@city.example", "a@b@city.example", "<a@city.example>", &long] {
        assert!(with(wrong).is_err(), "{wrong}");
    }
    assert!(user(Rank::Auditor, &[]).check().is_ok() && user(Rank::Auditor, &[Role::Author]).check().is_err());
    assert!(User { name: "x".repeat(101), ..user(Rank::Member, &[]) }.check().is_err());
    assert_eq!(folded(" Ana@City.Example "), "ana@city.example");
}
