//! The way to the desk: a one-time link, then a session. Only hashes are stored.

use crate::crypto::token;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::user::{LoginLink, Owner, Session};
use crate::store::schema::{LOGIN_LINKS, SESSIONS};
use crate::store::{Rows, Write};

/// Keeps a one-time link under the hash of its code.
pub fn link(tx: &mut Write<'_>, _owner: Owner, code: [u8; 32]) -> Result<()> {
    let expires = tx.now().plus(limits::desk::LINK);
    tx.put(&LOGIN_LINKS, &code, &LoginLink { expires })
}

/// Whether a link would still work.
pub fn is_open(rows: &impl Rows, code: [u8; 32], now: crate::base::time::Timestamp) -> Result<bool> {
    let link = rows.get(&LOGIN_LINKS, &code)?;
    // One that lasts longer than any is from the future: the clock was set back.
    Ok(link.is_some_and(|link| now < link.expires && link.expires <= now.plus(limits::desk::LINK)))
}

/// Uses a link up and opens a session; answers with the token for the cookie.
pub fn consume(tx: &mut Write<'_>, code: [u8; 32]) -> Result<String> {
    let now = tx.now();
    if !is_open(tx, code, now)? {
        return Err(Error::NotFound);
    }
    tx.remove(&LOGIN_LINKS, &code)?;
    let fresh = token::new();
    let session = Session { created: now, expires: now.plus(limits::desk::SESSION), csrf: token::new() };
    tx.put(&SESSIONS, &token::hash(&fresh), &session)?;
    Ok(fresh)
}

pub fn logout(tx: &mut Write<'_>, session: [u8; 32]) -> Result<()> {
    tx.remove(&SESSIONS, &session)?;
    Ok(())
}
