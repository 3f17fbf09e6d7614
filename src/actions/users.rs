//! People who log in: added, given roles, switched off.

use std::collections::{BTreeMap, BTreeSet};

use super::{desk_login, tokens};
use crate::base::lang::Lang;
use crate::base::text;
use crate::error::{Problem, Result};
use crate::model::ids::{AccountId, UserId};
use crate::model::institution::Institution;
use crate::model::power::Administer;
use crate::model::user::{By, Own, Owner, Rank, Role, User};
use crate::store::{Rows, Write, accounts, meta, users};

/// Somebody who is to log in.
#[derive(Debug, Clone, Default)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    /// The institution's main language when there is none.
    pub language: Option<Lang>,
    pub rank: Rank,
    pub roles: BTreeMap<AccountId, BTreeSet<Role>>,
}

pub fn add(tx: &mut Write<'_>, _owner: Owner, new: &NewUser) -> Result<User> {
    let email = new.email.trim().to_owned();
    needs_email(&email)?;
    make(tx, &NewUser { email, ..new.clone() })
}

/// Adds somebody, with a link to log in by, under the hash of its code: they have no password yet.
pub fn invite(tx: &mut Write<'_>, owner: Owner, new: &NewUser, code: [u8; 32]) -> Result<User> {
    let user = add(tx, owner, new)?;
    desk_login::link(tx, owner, user.id, code)
}

/// The owner that a new server has before anybody has said who that is. They say so when they have logged in.
pub fn first(tx: &mut Write<'_>, _owner: Owner) -> Result<User> {
    match owner(tx, None)? {
        Some(user) => Ok(user),
        None => make(tx, &NewUser { rank: Rank::Owner, ..NewUser::default() }),
    }
}

fn make(tx: &mut Write<'_>, new: &NewUser) -> Result<User> {
    let language = match &new.language {
        Some(language) => language.clone(),
        None => meta::institution(tx)?.main_language(),
    };
    let user = User {
        id: UserId(tx.id()),
        email: new.email.clone(),
        name: text::one_line(&new.name),
        language,
        rank: new.rank,
        roles: new.roles.clone(),
        created: tx.now(),
        off: None,
    };
    user.roles.keys().try_for_each(|account| accounts::need(tx, *account).map(|_| ()))?;
    put(tx, &user)?;
    Ok(user)
}

fn put(tx: &mut Write<'_>, user: &User) -> Result<()> {
    user.check()?;
    let there = if user.email.is_empty() { None } else { users::by_email(tx, &user.email)? };
    if there.is_some_and(|other| other.id != user.id) {
        let what = format!("There is, or was, a user {}.", user.email);
        return Err(Problem::new("E303", what).field("email").remedy("Switch them on again, or take another.").into());
    }
    let was = users::get(tx, user.id)?.is_some_and(|old| old.is_owner());
    if was && !user.is_owner() && owner(tx, Some(user.id))?.is_none() {
        return Err(Problem::new("E304", "Then this server would have no owner.")
            .field("rank")
            .remedy("Make somebody else an owner first.")
            .into());
    }
    users::put(tx, user)
}

/// The first owner who may log in, other than somebody.
fn owner(rows: &impl Rows, other_than: Option<UserId>) -> Result<Option<User>> {
    Ok(users::all(rows)?.into_iter().find(|user| user.is_owner() && Some(user.id) != other_than))
}

/// What somebody may do from now on. All of it at once: an auditor who becomes an editor is neither in between.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Owner, auditor or neither; none leaves it as it is.
    pub rank: Option<(Owner, Rank)>,
    /// Exactly these roles for these accounts; other accounts stay as they are.
    pub roles: Vec<(By<Administer>, BTreeSet<Role>)>,
}

pub fn arrange(tx: &mut Write<'_>, id: UserId, standing: &Standing) -> Result<User> {
    let mut user = users::need(tx, id)?;
    if let Some((_, rank)) = standing.rank {
        user.rank = rank;
    }
    for (by, roles) in &standing.roles {
        accounts::need(tx, by.account())?;
        user.roles.insert(by.account(), roles.clone());
    }
    user.roles.retain(|_, roles| !roles.is_empty());
    put(tx, &user)?;
    Ok(user)
}

/// Changes what somebody is called, logs in by and is written to in.
pub fn describe(tx: &mut Write<'_>, own: Own, name: &str, email: &str, language: &Lang) -> Result<User> {
    let mut user = users::need(tx, own.user())?;
    user.name = text::one_line(name);
    user.language = language.clone();
    email.trim().clone_into(&mut user.email);
    needs_email(&user.email)?;
    put(tx, &user)?;
    Ok(user)
}

fn needs_email(email: &str) -> Result<()> {
    if email.is_empty() {
        return Err(Problem::new("E300", "An e-mail address is needed: people log in by it.").field("email").into());
    }
    Ok(())
}

/// What somebody left behind who was switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    pub sessions: usize,
    pub tokens: usize,
}

/// Takes everything away at once: log-in, sessions, links, tokens. Roles stay written down.
pub fn switch_off(tx: &mut Write<'_>, owner: Owner, id: UserId) -> Result<Left> {
    let mut user = users::need(tx, id)?;
    user.off = user.off.or(Some(tx.now()));
    put(tx, &user)?;
    let of = owner.for_user(id);
    let sessions = desk_login::end(tx, of, |_| true)?;
    let tokens = tokens::revoke_own(tx, of, |_| true)?;
    Ok(Left { sessions, tokens })
}

/// Lets somebody log in again, with the roles they had.
pub fn switch_on(tx: &mut Write<'_>, _owner: Owner, id: UserId) -> Result<User> {
    let mut user = users::need(tx, id)?;
    user.off = None;
    put(tx, &user)?;
    Ok(user)
}

/// Whether everybody needs a second factor from now on. Who has none yet sets one up before anything else.
pub fn require_second(tx: &mut Write<'_>, _owner: Owner, required: bool) -> Result<()> {
    let institution = Institution { second_factor: required, ..meta::institution(tx)? };
    meta::put_institution(tx, &institution)
}
