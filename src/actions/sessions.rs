//! Who is at the desk: sessions, opened for whoever has proven who they are, and ended. Only hashes are stored.

use super::audit;
use crate::base::text;
use crate::crypto::token;
use crate::error::Result;
use crate::limits;
use crate::model::audit::{Act, Deed};
use crate::model::ids::UserId;
use crate::model::login::{How, Session};
use crate::model::user::{Own, Who};
use crate::store::schema::{LOGIN_LINKS, SESSIONS};
use crate::store::{Rows, Span, Write};

/// Opens a session for somebody who has proven who they are.
pub(super) fn open(tx: &mut Write<'_>, user: UserId, how: How, browser: &str) -> Result<String> {
    let (fresh, now) = (token::new(), tx.now());
    let browser = text::clip(browser, limits::desk::SHORT_WORDS).into_owned();
    // Whom the provider does not know any more is asked for it the next day.
    let lasts = if how == How::Provider { limits::desk::SESSION_BY_PROVIDER } else { limits::desk::SESSION };
    let expires = now.plus(lasts);
    let session = Session { user, created: now, expires, csrf: token::new(), browser, how };
    let told = format!("{}, {}", how.told(), session.browser);
    tx.put(&SESSIONS, &token::hash(&fresh), &session)?;
    audit::note(tx, Who::User(user), &Deed::new(Act::LogIn).on(user).with(told))?;
    Ok(fresh)
}

/// A user's own sessions, newest first, each with the hash of its cookie.
pub fn of(rows: &impl Rows, own: Own) -> Result<Vec<([u8; 32], Session)>> {
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

/// Ends all but one, where one is to stay, and with them what else is open without a log-in.
pub fn end_all(tx: &mut Write<'_>, own: Own, but: Option<[u8; 32]>) -> Result<usize> {
    super::calendar::forget(tx, own)?;
    end(tx, own, |key| Some(key) != but)
}

/// The same as part of another act.
pub(super) fn close(tx: &mut Write<'_>, own: Own, meant: impl Fn([u8; 32]) -> bool) -> Result<usize> {
    forget_links(tx, own.user())?;
    let meant: Vec<_> = of(tx, own)?.into_iter().map(|(key, _)| key).filter(|key| meant(*key)).collect();
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

/// Makes the unused links of somebody useless.
pub(super) fn forget_links(tx: &mut Write<'_>, user: UserId) -> Result<()> {
    let all = tx.rows(&LOGIN_LINKS, Span::all())?;
    for (old, _) in all.iter().filter(|(_, link)| link.user == user) {
        tx.remove(&LOGIN_LINKS, old)?;
    }
    Ok(())
}
