//! Who asks: a client program by its token, a browser by its session. Between the question and the verb lies a body that
//! may be on its way for minutes, so that the verb begins by asking once more.

use crate::actions::{break_glass, secrets};
use crate::app::App;
use crate::base::time::Timestamp;
use crate::crypto::token;
use crate::error::{Error, Result};
use crate::model::login::Session;
use crate::model::user::{Asker, Client, User};
use crate::store::schema::{SESSIONS, TOKENS};
use crate::store::{Rows, Write, meta, users};
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
    Ok(Client { key: hash, token, user })
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

    /// Whether its session lasts, and its user is there.
    pub fn check_open(&self, rows: &impl Rows, now: Timestamp) -> Result<()> {
        session(rows, &self.key, now)?;
        present(users::get(rows, self.user.id)?).map(drop)
    }
}

/// A session that lasts.
fn session(rows: &impl Rows, key: &[u8; 32], now: Timestamp) -> Result<Session> {
    rows.get(&SESSIONS, key)?.filter(|session| session.is_open(now)).ok_or(Error::SignIn)
}

/// Somebody in whose name a verb is carried out.
pub trait Acts {
    /// Whether they are still logged in and may still do what they might when they asked.
    fn still(&self) -> impl Fn(&Write<'_>) -> Result<()> + Send + 'static;

    /// A verb that is carried out only then.
    fn held<T>(
        &self,
        mut verb: impl FnMut(&mut Write<'_>) -> Result<T> + Send + 'static,
    ) -> impl FnMut(&mut Write<'_>) -> Result<T> + Send + 'static {
        let still = self.still();
        move |tx| {
            still(tx)?;
            verb(tx)
        }
    }

    /// Carries it out.
    fn write<T, F>(&self, app: &App, verb: F) -> impl Future<Output = Result<T>> + Send
    where
        T: Send + 'static,
        F: FnMut(&mut Write<'_>) -> Result<T> + Send + 'static,
    {
        app.store.write(self.held(verb))
    }
}

impl Acts for Browser {
    fn still(&self) -> impl Fn(&Write<'_>) -> Result<()> + Send + 'static {
        let (key, user) = (self.key, self.user.clone());
        move |tx| {
            session(tx, &key, tx.now())?;
            stands(tx, &user)
        }
    }
}

impl Acts for Client {
    fn still(&self) -> impl Fn(&Write<'_>) -> Result<()> + Send + 'static {
        let (key, user) = (self.key, self.user.clone());
        move |tx| {
            tx.get(&TOKENS, &key)?.ok_or(Error::SignIn)?;
            user.as_ref().map_or(Ok(()), |user| stands(tx, user))
        }
    }
}

/// Whether somebody is there and may do what they might a moment ago.
fn stands(rows: &impl Rows, asked: &User) -> Result<()> {
    let now = present(users::get(rows, asked.id)?)?;
    if now.rank == asked.rank && now.roles == asked.roles {
        return Ok(());
    }
    Err(Error::Forbidden("What you may do here has just been changed. Look again whether you still may."))
}

/// Who shows the cookie of a session, while it lasts.
pub fn browser(app: &App, rows: &impl Rows, request: &Request) -> Result<Browser> {
    let shown = cookie::SESSION.read(request, app.site.is_secure()).ok_or(Error::SignIn)?;
    by_token(app, rows, &shown)
}

/// Whose session a token is that a browser has or gets. A way in that the settings have closed since is closed for whoever
/// came by it too.
pub fn by_token(app: &App, rows: &impl Rows, token: &str) -> Result<Browser> {
    let key = token::hash(token);
    let session = session(rows, &key, app.now())?;
    let user = present(users::get(rows, session.user)?)?;
    let all = app.config.login.passwords || !session.how.is_local();
    if break_glass::may_enter(rows, user.id, all)? { Ok(Browser { key, session, user }) } else { Err(Error::SignIn) }
}

/// Whether somebody has to set up a second factor before they see or do anything else.
pub fn must_enrol(rows: &impl Rows, browser: &Browser) -> Result<bool> {
    let required = meta::institution(rows)?.second_factor;
    Ok(required && !browser.session.how.is_enough() && !secrets::of(rows, browser.user.id)?.has_second())
}
