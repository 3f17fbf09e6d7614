//! The ways to the desk that need nobody else: a one-time link, a password.

use super::{audit, break_glass, secrets, sessions};
use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::audit::{Act, Deed};
use crate::model::ids::UserId;
use crate::model::login::{How, LoginLink};
use crate::model::user::{Owner, User, Who};
use crate::store::schema::LOGIN_LINKS;
use crate::store::{Rows, Write, users};

/// Keeps a one-time link for somebody under the hash of its code; answers with whom. It is their only one.
pub fn link(tx: &mut Write<'_>, owner: Owner, id: UserId, code: [u8; 32]) -> Result<User> {
    let user = users::need(tx, id)?;
    if user.off.is_some() {
        return Err(Problem::new("E306", format!("{} is switched off.", user.shown()))
            .remedy(format!("First let them log in again: at the desk, or by: instance user on {}", user.email))
            .into());
    }
    let expires = tx.now().plus(limits::desk::LINK);
    sessions::forget_links(tx, id)?;
    tx.put(&LOGIN_LINKS, &code, &LoginLink { user: id, expires })?;
    audit::note(tx, owner.who(), &Deed::new(Act::LinkMake).on(id))?;
    Ok(user)
}

/// Whose link it is, while it would still work. `all`: whether anybody comes in without the identity provider.
pub fn is_open(rows: &impl Rows, code: [u8; 32], now: Timestamp, all: bool) -> Result<Option<User>> {
    let link = rows.get(&LOGIN_LINKS, &code)?;
    // One that lasts longer than any is from the future: the clock was set back.
    let open = link.filter(|link| now < link.expires && link.expires <= now.plus(limits::desk::LINK));
    let user = open.map_or(Ok(None), |link| users::get(rows, link.user))?.filter(|user| user.off.is_none());
    match user {
        Some(user) if break_glass::may_enter(rows, user.id, all)? => Ok(Some(user)),
        Some(_) | None => Ok(None),
    }
}

/// Uses a link up and opens a session; answers with the token for the cookie. A link stands for the password, not for
/// the second factor: with a wrong code it stays unused, and there is no session.
pub fn consume(tx: &mut Write<'_>, code: [u8; 32], second: &str, browser: &str, all: bool) -> Result<Option<String>> {
    let user = is_open(tx, code, tx.now(), all)?.ok_or(Error::NotFound)?;
    if !secrets::second(tx, user.id, second)? {
        return Ok(None);
    }
    tx.remove(&LOGIN_LINKS, &code)?;
    sessions::open(tx, user.id, How::Link, browser).map(Some)
}

/// Opens a session for whoever has shown a password and, where they have a second factor, its code. Nothing tells what
/// was wrong.
pub fn enter(tx: &mut Write<'_>, user: UserId, second: &str, browser: &str) -> Result<Option<String>> {
    let there = users::get(tx, user)?.is_some_and(|user| user.off.is_none());
    if !there || !secrets::second(tx, user, second)? {
        return Ok(None);
    }
    sessions::open(tx, user, How::Password, browser).map(Some)
}

/// Writes down that somebody tried to be a user and could not. Nothing of whoever tried is kept: not even where from.
pub fn failed(tx: &mut Write<'_>, user: UserId) -> Result<()> {
    audit::note(tx, Who::Nobody, &Deed::new(Act::LogInFailed).on(user))
}
