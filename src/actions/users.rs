//! People who log in: added, given roles, switched off.

use std::collections::{BTreeMap, BTreeSet};

use super::{audit, calendar, desk_login, drafts, sessions, settings, tokens};
use crate::base::lang::Lang;
use crate::base::{markup, text};
use crate::error::{Error, Problem, Result};
use crate::model::audit::{Act, Deed};
use crate::model::ids::{AccountId, UserId};
use crate::model::power::Administer;
use crate::model::settings::{Setting, factor_word};
use crate::model::user::{By, Own, Owner, Rank, Role, User, Who};
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

pub fn add(tx: &mut Write<'_>, owner: Owner, new: &NewUser) -> Result<User> {
    let email = new.email.trim().to_owned();
    needs_email(&email)?;
    is_free(tx, &new.name, None)?;
    make(tx, owner.who(), &NewUser { email, ..new.clone() })
}

/// Adds somebody, with a link to log in by, under the hash of its code: they have no password yet.
pub fn invite(tx: &mut Write<'_>, owner: Owner, new: &NewUser, code: [u8; 32]) -> Result<User> {
    let user = add(tx, owner, new)?;
    desk_login::link(tx, owner, user.id, code)
}

/// The owner that a new server has before anybody has said who that is. They say so when they have logged in.
pub fn first(tx: &mut Write<'_>, by: Owner) -> Result<User> {
    match owner(tx, None)? {
        Some(user) => Ok(user),
        None => make(tx, by.who(), &NewUser { rank: Rank::Owner, ..NewUser::default() }),
    }
}

pub(super) fn make(tx: &mut Write<'_>, who: Who, new: &NewUser) -> Result<User> {
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
        roles: new
            .roles
            .iter()
            .filter(|(_, roles)| !roles.is_empty())
            .map(|(id, roles)| (*id, roles.clone()))
            .collect(),
        created: tx.now(),
        off: None,
    };
    user.roles.keys().try_for_each(|account| accounts::need(tx, *account).map(|_| ()))?;
    put(tx, &user)?;
    let standing = standing(tx, &user)?;
    audit::note(tx, who, &Deed::new(Act::UserAdd).on(user.id).with(standing))?;
    Ok(user)
}

/// A rank and roles in one line: `member; @press: author, editor`.
pub(super) fn standing(rows: &impl Rows, user: &User) -> Result<String> {
    let mut parts = vec![user.rank.name().to_owned()];
    for (id, roles) in user.roles.iter().filter(|(_, roles)| !roles.is_empty()) {
        let handle = accounts::get(rows, *id)?.map_or_else(|| id.to_string(), |account| account.handle);
        let roles: Vec<&str> = roles.iter().map(|role| role.name()).collect();
        parts.push(format!("@{handle}: {}", roles.join(", ")));
    }
    Ok(parts.join("; "))
}

pub(super) fn put(tx: &mut Write<'_>, user: &User) -> Result<()> {
    user.check()?;
    let there = if user.email.is_empty() { None } else { users::by_email(tx, &user.email)? };
    if there.is_some_and(|other| other.id != user.id) {
        let what = format!("There is, or was, a user {}.", user.email);
        return Err(Problem::new("E303", what).field("email").remedy("Change their roles (at the desk under Users, or by instance user role), switch them on again (instance user on), or take another address.").into());
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

pub fn arrange(tx: &mut Write<'_>, id: UserId, wanted: &Standing) -> Result<User> {
    let mut user = users::need(tx, id)?;
    let before = standing(tx, &user)?;
    if let Some((_, rank)) = wanted.rank {
        user.rank = rank;
    }
    for (by, roles) in &wanted.roles {
        accounts::need(tx, by.account())?;
        user.roles.insert(by.account(), roles.clone());
    }
    user.roles.retain(|_, roles| !roles.is_empty());
    put(tx, &user)?;
    let who = wanted.rank.map(|(owner, _)| owner.who()).or_else(|| wanted.roles.first().map(|(by, _)| by.who()));
    let (who, after) = (who.unwrap_or(Who::Nobody), standing(tx, &user)?);
    if before != after {
        audit::note(tx, who, &Deed::new(Act::UserRole).on(id).change(before, after))?;
    }
    Ok(user)
}

/// Changes what somebody is called, logs in by and is written to in.
pub fn describe(tx: &mut Write<'_>, own: Own, name: &str, email: &str, language: &Lang) -> Result<User> {
    let mut user = users::need(tx, own.user())?;
    let was = user.clone();
    let said = |user: &User| format!("{}, {}, {}", user.name, user.email, user.language);
    user.name = text::one_line(name);
    user.language = language.clone();
    email.trim().clone_into(&mut user.email);
    needs_email(&user.email)?;
    if user.name != was.name {
        is_free(tx, &user.name, Some(user.id))?;
    }
    put(tx, &user)?;
    if [&was.name, &was.email] != [&user.name, &user.email] || was.language != user.language {
        let deed = Deed::new(Act::UserEdit).on(user.id).change(said(&was), said(&user));
        audit::note(tx, own.who(), &deed)?;
    }
    Ok(user)
}

/// What the pages call those who are no users.
const NOT_PEOPLE: [&str; 7] =
    ["operator", "theoperator", "nobody", "nobodywhoisknown", "somebody", "aprogram", "thefirstowner"];

/// Whether somebody may be called that: not as anybody else is, whose words and approvals would pass for theirs. Whom the
/// identity provider names is not asked: there may be two of a name, and the log shows the addresses beside them.
fn is_free(rows: &impl Rows, name: &str, own: Option<UserId>) -> Result<()> {
    let alike = |text: &str| markup::fold(text).chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let wanted = alike(name);
    if wanted.is_empty() {
        return Ok(());
    }
    let is_other = |user: &User| Some(user.id) != own && [&user.name, &user.email].iter().any(|of| alike(of) == wanted);
    if NOT_PEOPLE.contains(&wanted.as_str()) || users::all(rows)?.iter().any(is_other) {
        let problem = Problem::new("E316", format!("Somebody else is called '{}' here.", name.trim())).field("name");
        return Err(problem.remedy("Add a middle initial or the department, that colleagues know who it is.").into());
    }
    Ok(())
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
    let closed = sessions::close(tx, of, |_| true)?;
    let tokens = tokens::drop_own(tx, of, |_| true)?.len();
    drafts::links::forget_of_user(tx, id)?;
    calendar::forget(tx, of)?;
    let told = format!("{closed} sessions ended, {tokens} tokens revoked");
    audit::note(tx, owner.who(), &Deed::new(Act::UserOff).on(id).with(told))?;
    Ok(Left { sessions: closed, tokens })
}

/// Lets somebody log in again, with the roles they had.
pub fn switch_on(tx: &mut Write<'_>, owner: Owner, id: UserId) -> Result<User> {
    let mut user = users::need(tx, id)?;
    user.off = None;
    put(tx, &user)?;
    audit::note(tx, owner.who(), &Deed::new(Act::UserOn).on(id))?;
    Ok(user)
}

/// Whether everybody needs a second factor from now on. Who has none yet sets one up before anything else.
pub fn require_second(tx: &mut Write<'_>, owner: Owner, required: bool) -> Result<()> {
    let setting = Setting::named("second_factor").ok_or_else(|| Error::bug("a setting that is not registered"))?;
    settings::change(tx, owner, &[(setting, factor_word(required).to_owned())]).map(|_| ())
}
