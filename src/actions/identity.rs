//! People who come through the institution's identity provider: found, or made when their groups say so, given what
//! their groups give, and let in.

use std::collections::BTreeMap;

use super::users::NewUser;
use super::{audit, break_glass, passkeys, sessions, tokens, users as verbs};
use crate::crypto::digest;
use crate::error::{Problem, Result};
use crate::model::audit::{Act, Deed};
use crate::model::ids::UserId;
use crate::model::login::How;
use crate::model::oidc::{Grant, Identity, Mapped, Person, mapped, rearrange};
use crate::model::user::{Asker, Owner, Rank, User, Who};
use crate::store::schema::{IDENTITIES, SECRETS};
use crate::store::{Rows, Span, Write, accounts, users};

/// What the settings say of people whom the provider knows.
#[derive(Debug, Clone)]
pub struct Rules {
    pub issuer: String,
    /// Whether somebody who comes for the first time is the user with their verified e-mail address.
    pub match_email: bool,
    /// Whether somebody in a group that gives something becomes a user.
    pub create: bool,
    pub grants: Vec<Grant>,
}

/// What became of a log-in. A refusal may have taken roles away: it is as much an outcome as the other.
#[derive(Debug)]
pub enum Entered {
    /// The token for the cookie, and whose it is.
    In(String, UserId),
    /// Why, and whom it concerns where that is known.
    Refused(Refused, Option<UserId>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Nobody here is known by this subject.
    Unknown,
    /// The same, and the provider has not said that the address is theirs, so that nobody can be found or made by it.
    Unverified,
    /// There is a user with this address whom an owner has to link.
    Taken,
    Off,
    /// None of their groups gives anything here, and nobody gave them anything by hand.
    Nothing,
}

/// Where an identity stands: two people of two providers may be called the same.
fn key(issuer: &str, subject: &str) -> [u8; 32] {
    digest::sha256(format!("{issuer}\0{subject}").as_bytes())
}

/// Lets somebody in whom the provider has just vouched for, as what their groups make of them now.
pub fn enter(tx: &mut Write<'_>, rules: &Rules, person: &Person, browser: &str) -> Result<Entered> {
    let key = key(&rules.issuer, &person.subject);
    let now = mapped(&rules.grants, &person.groups, |handle| accounts::by_handle(tx, handle))?;
    let (mut user, before, since) = match tx.get(&IDENTITIES, &key)? {
        Some(known) => (users::need(tx, known.user)?, known.mapped, known.since),
        None => match newcomer(tx, rules, person, &now)? {
            Ok(user) => (user, Mapped::default(), tx.now()),
            Err(refused) => return Ok(Entered::Refused(refused, None)),
        },
    };
    if user.off.is_some() {
        return Ok(Entered::Refused(Refused::Off, Some(user.id)));
    }
    let got = arrange(tx, &mut user, &before, &now)?;
    let (issuer, subject) = (rules.issuer.clone(), person.subject.clone());
    let identity = Identity { user: user.id, issuer, subject, mapped: got, since, last: Some(tx.now()) };
    tx.put(&IDENTITIES, &key, &identity)?;
    if user.rank == Rank::Member && user.roles.is_empty() {
        close(tx, &user)?;
        return Ok(Entered::Refused(Refused::Nothing, Some(user.id)));
    }
    let fresh = sessions::open(tx, user.id, How::Provider, browser)?;
    Ok(Entered::In(fresh, user.id))
}

/// Gives somebody what their groups give now; answers with what came by them alone.
fn arrange(tx: &mut Write<'_>, user: &mut User, before: &Mapped, now: &Mapped) -> Result<Mapped> {
    let was = verbs::standing(tx, user)?;
    let got = rearrange(user, before, now);
    verbs::put(tx, user)?;
    let is = verbs::standing(tx, user)?;
    if was != is {
        let deed =
            Deed::new(Act::UserRole).on(user.id).change(was, is).because("their groups at the identity provider");
        audit::note(tx, Who::Nobody, &deed)?;
    }
    Ok(got)
}

/// Who comes for the first time: a user by their address, or a new one; as far as the settings allow.
fn newcomer(tx: &mut Write<'_>, rules: &Rules, person: &Person, now: &Mapped) -> Result<Result<User, Refused>> {
    let makes = rules.create && !now.is_empty();
    if !(rules.match_email || makes) {
        return Ok(Err(Refused::Unknown));
    }
    let Some(email) = &person.email else { return Ok(Err(Refused::Unverified)) };
    match users::by_email(tx, email)? {
        Some(user) if user.off.is_some() => Ok(Err(Refused::Off)),
        Some(user) if rules.match_email && may_be_found(tx, rules, &user)? => claim(tx, user, &person.subject).map(Ok),
        Some(_) => Ok(Err(Refused::Taken)),
        None if makes => {
            let new = NewUser { email: email.clone(), name: person.name.clone(), ..NewUser::default() };
            verbs::make(tx, Who::Nobody, &new).map(Ok)
        }
        None => Ok(Err(Refused::Unknown)),
    }
}

/// Not whoever is known by another subject already, nor the owner who is to get in without the provider.
fn may_be_found(rows: &impl Rows, rules: &Rules, user: &User) -> Result<bool> {
    let linked = of(rows, user.id)?.iter().any(|identity| identity.issuer == rules.issuer);
    Ok(!linked && break_glass::owner(rows)?.is_none_or(|owner| owner.id != user.id))
}

/// Whoever had the address here before may be somebody else: they can choose it themselves. Nothing they know opens the
/// desk any more.
fn claim(tx: &mut Write<'_>, user: User, subject: &str) -> Result<User> {
    tx.remove(&SECRETS, &user.id)?;
    passkeys::remove(tx, Asker::User(user.clone()).own()?, |_| true)?;
    let deed = Deed::new(Act::IdentityLink).on(user.id).with(subject).because("their verified e-mail address");
    audit::note(tx, Who::Nobody, &deed)?;
    close(tx, &user)?;
    Ok(user)
}

fn close(tx: &mut Write<'_>, user: &User) -> Result<()> {
    let own = Asker::User(user.clone()).own()?;
    sessions::end_all(tx, own, None)?;
    tokens::revoke_own(tx, own, |_| true)?;
    Ok(())
}

/// By which subjects a user is known, in the order in which that was said.
pub fn of(rows: &impl Rows, user: UserId) -> Result<Vec<Identity>> {
    let all = rows.rows(&IDENTITIES, Span::all())?.into_iter().map(|(_, identity)| identity);
    let mut own: Vec<Identity> = all.filter(|identity| identity.user == user).collect();
    own.sort_by_key(|identity| identity.since);
    Ok(own)
}

/// All identities by user, for lists.
pub fn all(rows: &impl Rows) -> Result<BTreeMap<UserId, Vec<Identity>>> {
    let mut all: BTreeMap<UserId, Vec<Identity>> = BTreeMap::new();
    for (_, identity) in rows.rows(&IDENTITIES, Span::all())? {
        all.entry(identity.user).or_default().push(identity);
    }
    Ok(all)
}

/// Says by which subject somebody is known; it is their only one of that issuer.
pub fn link(tx: &mut Write<'_>, owner: Owner, user: UserId, issuer: &str, subject: &str) -> Result<()> {
    let user = users::need(tx, user)?;
    let key = key(issuer, subject);
    let known = tx.get(&IDENTITIES, &key)?;
    if let Some(other) = known.as_ref().filter(|known| known.user != user.id) {
        let other = users::need(tx, other.user)?;
        let what = format!("{} is known by this subject.", other.shown());
        return Err(Problem::new("E331", what)
            .field("subject")
            .remedy(format!("First: instance user identity {} --remove", other.email))
            .into());
    }
    if known.is_some() {
        return Ok(());
    }
    unlink(tx, owner, user.id, issuer)?;
    audit::note(tx, owner.who(), &Deed::new(Act::IdentityLink).on(user.id).with(subject))?;
    let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
    let identity = Identity { user: user.id, issuer, subject, mapped: Mapped::default(), since: tx.now(), last: None };
    tx.put(&IDENTITIES, &key, &identity)
}

/// Forgets by which subject of an issuer somebody is known, with what their groups gave them.
pub fn unlink(tx: &mut Write<'_>, owner: Owner, id: UserId, issuer: &str) -> Result<()> {
    for identity in of(tx, id)?.into_iter().filter(|identity| identity.issuer == issuer) {
        let mut user = users::need(tx, id)?;
        arrange(tx, &mut user, &identity.mapped, &Mapped::default())?;
        audit::note(tx, owner.who(), &Deed::new(Act::IdentityUnlink).on(id).with(&identity.subject))?;
        tx.remove(&IDENTITIES, &key(issuer, &identity.subject))?;
    }
    Ok(())
}
