//! The way to the desk: a one-time link, then a session. Only hashes are stored.

use super::{audit, identity, secrets};
use crate::base::text;
use crate::base::time::Timestamp;
use crate::crypto::token;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::audit::{Act, Deed};
use crate::model::ids::UserId;
use crate::model::login::{How, LoginLink, Session};
use crate::model::user::{Own, Owner, User, Who};
use crate::store::schema::{LOGIN_LINKS, SESSIONS};
use crate::store::{Rows, Span, Write, users};

/// Keeps a one-time link for somebody under the hash of its code; answers with whom. It is their only one.
pub fn link(tx: &mut Write<'_>, owner: Owner, id: UserId, code: [u8; 32]) -> Result<User> {
    let user = users::need(tx, id)?;
    if user.off.is_some() {
        return Err(Problem::new("E306", format!("{} is switched off.", user.shown()))
            .remedy(format!("First let them log in again: at the desk, or by: instance user on {}", user.email))
            .into());
    }
    let expires = tx.now().plus(limits::desk::LINK);
    forget_links(tx, id)?;
    tx.put(&LOGIN_LINKS, &code, &LoginLink { user: id, expires })?;
    audit::note(tx, owner.who(), &Deed::new(Act::LinkMake).on(id))?;
    Ok(user)
}

fn forget_links(tx: &mut Write<'_>, user: UserId) -> Result<()> {
    let all = tx.rows(&LOGIN_LINKS, Span::all())?;
    for (old, _) in all.iter().filter(|(_, link)| link.user == user) {
        tx.remove(&LOGIN_LINKS, old)?;
    }
    Ok(())
}

/// Whose link it is, while it would still work. `all`: whether anybody comes in without the identity provider.
pub fn is_open(rows: &impl Rows, code: [u8; 32], now: Timestamp, all: bool) -> Result<Option<User>> {
    let link = rows.get(&LOGIN_LINKS, &code)?;
    // One that lasts longer than any is from the future: the clock was set back.
    let open = link.filter(|link| now < link.expires && link.expires <= now.plus(limits::desk::LINK));
    let user = open.map_or(Ok(None), |link| users::get(rows, link.user))?.filter(|user| user.off.is_none());
    match user {
        Some(user) if identity::may_enter(rows, user.id, all)? => Ok(Some(user)),
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
    open(tx, user.id, How::Link, browser).map(Some)
}

/// Opens a session for whoever has shown a password and, where they have a second factor, its code. Nothing tells what
/// was wrong.
pub fn enter(tx: &mut Write<'_>, user: UserId, second: &str, browser: &str) -> Result<Option<String>> {
    let there = users::get(tx, user)?.is_some_and(|user| user.off.is_none());
    if !there || !secrets::second(tx, user, second)? {
        return Ok(None);
    }
    open(tx, user, How::Password, browser).map(Some)
}

/// Opens a session for somebody who has proven who they are.
pub(super) fn open(tx: &mut Write<'_>, user: UserId, how: How, browser: &str) -> Result<String> {
    let (fresh, now) = (token::new(), tx.now());
    let browser = text::clip(browser, limits::desk::SHORT_WORDS).into_owned();
    let expires = now.plus(limits::desk::SESSION);
    let session = Session { user, created: now, expires, csrf: token::new(), browser, how };
    let told = format!("{}, {}", how.told(), session.browser);
    tx.put(&SESSIONS, &token::hash(&fresh), &session)?;
    audit::note(tx, Who::User(user), &Deed::new(Act::LogIn).on(user).with(told))?;
    Ok(fresh)
}

/// Writes down that somebody tried to be a user and could not. Nothing of whoever tried is kept: not even where from.
pub fn failed(tx: &mut Write<'_>, user: UserId) -> Result<()> {
    audit::note(tx, Who::Nobody, &Deed::new(Act::LogInFailed).on(user))
}

/// A user's own sessions, newest first, each with the hash of its cookie.
pub fn sessions(rows: &impl Rows, own: Own) -> Result<Vec<([u8; 32], Session)>> {
    let mut own: Vec<_> =
        rows.rows(&SESSIONS, Span::all())?.into_iter().filter(|(_, session)| session.user == own.user()).collect();
    own.sort_by_key(|(_, session)| std::cmp::Reverse(session.created));
    Ok(own)
}

/// Ends those of a user's own sessions that are meant, and unused links with them; answers how many.
pub fn end(tx: &mut Write<'_>, own: Own, meant: impl Fn([u8; 32]) -> bool) -> Result<usize> {
    let ended = close(tx, own, meant)?;
    if ended > 0 {
        audit::note(tx, own.who(), &Deed::new(Act::SessionsEnd).on(own.user()).with(ended.to_string()))?;
    }
    Ok(ended)
}

/// The same as part of another act.
pub(super) fn close(tx: &mut Write<'_>, own: Own, meant: impl Fn([u8; 32]) -> bool) -> Result<usize> {
    forget_links(tx, own.user())?;
    let meant: Vec<_> = sessions(tx, own)?.into_iter().map(|(key, _)| key).filter(|key| meant(*key)).collect();
    for key in &meant {
        tx.remove(&SESSIONS, key)?;
    }
    Ok(meant.len())
}

pub fn logout(tx: &mut Write<'_>, session: [u8; 32]) -> Result<()> {
    let Some(Session { user, .. }) = tx.get(&SESSIONS, &session)? else { return Ok(()) };
    tx.remove(&SESSIONS, &session)?;
    audit::note(tx, Who::User(user), &Deed::new(Act::LogOut).on(user))
}
