//! Who asks: a client program by its token, a browser by its session.

use crate::base::time::Timestamp;
use crate::crypto::token;
use crate::error::{Error, Result};
use crate::model::client::Token;
use crate::model::user::Session;
use crate::store::Rows;
use crate::store::schema::{SESSIONS, TOKENS};
use crate::web::cookie;
use crate::web::request::Request;

/// The token that a client program shows as `Authorization: Bearer …`.
pub fn client(rows: &impl Rows, request: &Request) -> Result<Token> {
    let header = request.header("authorization").ok_or(Error::SignIn)?;
    let (scheme, text) = header.split_once(' ').ok_or(Error::SignIn)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Error::SignIn);
    }
    rows.get(&TOKENS, &token::hash(text.trim()))?.ok_or(Error::SignIn)
}

/// A browser that is logged in.
pub struct Browser {
    /// The hash of its cookie: the session's key.
    pub key: [u8; 32],
    pub session: Session,
}

/// The session that a browser shows by its cookie, while it lasts. `secure`: whether our origin is https.
pub fn browser(rows: &impl Rows, request: &Request, secure: bool, now: Timestamp) -> Result<Browser> {
    let shown = cookie::session(request, secure).ok_or(Error::SignIn)?;
    let key = token::hash(&shown);
    let session = rows.get(&SESSIONS, &key)?.filter(|session| session.is_open(now)).ok_or(Error::SignIn)?;
    Ok(Browser { key, session })
}
