//! Who asks: a client program by its token, a browser by its session.

use crate::base::time::Timestamp;
use crate::crypto::token;
use crate::error::{Error, Result};
use crate::model::client::TokenId;
use crate::model::login::Session;
use crate::model::user::{Asker, Client, User};
use crate::store::schema::{SESSIONS, TOKENS};
use crate::store::{Rows, users};
use crate::web::cookie;
use crate::web::request::Request;

/// The client program that shows a token as `Authorization: Bearer …`. It is worth nothing once its user is gone.
pub fn client(rows: &impl Rows, request: &Request) -> Result<Client> {
    let header = request.header("authorization").ok_or(Error::SignIn)?;
    let (scheme, text) = header.split_once(' ').ok_or(Error::SignIn)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Error::SignIn);
    }
    let hash = token::hash(text.trim());
    let token = rows.get(&TOKENS, &hash)?.ok_or(Error::SignIn)?;
    let user = token.user.map(|id| present(users::get(rows, id)?)).transpose()?;
    Ok(Client { id: TokenId::of(&hash), token, user })
}

fn present(user: Option<User>) -> Result<User> {
    user.filter(|user| user.off.is_none()).ok_or(Error::SignIn)
}

/// A browser that is logged in.
pub struct Browser {
    /// The hash of its cookie: the session's key.
    pub key: [u8; 32],
    pub session: Session,
    pub user: User,
}

impl Browser {
    pub fn asker(&self) -> Asker {
        Asker::User(self.user.clone())
    }
}

/// The session that a browser shows by its cookie, while it lasts. `secure`: whether our origin is https.
pub fn browser(rows: &impl Rows, request: &Request, secure: bool, now: Timestamp) -> Result<Browser> {
    let shown = cookie::SESSION.read(request, secure).ok_or(Error::SignIn)?;
    let key = token::hash(&shown);
    let session = rows.get(&SESSIONS, &key)?.filter(|session| session.is_open(now)).ok_or(Error::SignIn)?;
    let user = present(users::get(rows, session.user)?)?;
    Ok(Browser { key, session, user })
}
