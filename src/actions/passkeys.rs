//! Passkeys: made, used, forgotten.

use super::{audit, break_glass, secrets, sessions};
use crate::base::text;
use crate::crypto::{digest, webauthn};
use crate::error::{Problem, Result};
use crate::limits::passkey::{NAME, OF_ONE};
use crate::model::audit::{Act, Deed};
use crate::model::client::TokenId;
use crate::model::ids::UserId;
use crate::model::login::How;
use crate::model::passkey::Passkey;
use crate::model::user::Own;
use crate::store::schema::PASSKEYS;
use crate::store::{Rows, Span, Write, users};

/// Somebody's passkeys, each with the hash of its id, in the order in which they came.
pub fn of(rows: &impl Rows, user: UserId) -> Result<Vec<([u8; 32], Passkey)>> {
    let mut own: Vec<_> = rows.rows(&PASSKEYS, Span::all())?.into_iter().filter(|(_, key)| key.user == user).collect();
    own.sort_by_key(|(_, key)| key.created);
    Ok(own)
}

/// Who logs in by it, as its authenticator names it.
pub fn whose(rows: &impl Rows, id: &[u8]) -> Result<Option<UserId>> {
    Ok(rows.get(&PASSKEYS, &digest::sha256(id))?.map(|passkey| passkey.user))
}

/// Keeps a passkey that somebody has just made; where they have a second factor, with its code: a browser that was left
/// open is no way in for good.
pub fn add(tx: &mut Write<'_>, own: Own, code: &str, name: &str, made: &webauthn::Made) -> Result<()> {
    users::need(tx, own.user())?;
    secrets::insist(tx, own.user(), code)?;
    let name = text::clip(&text::one_line(name), NAME).into_owned();
    let name = if name.is_empty() { "Passkey".to_owned() } else { name };
    if of(tx, own.user())?.len() >= OF_ONE {
        return Err(Problem::new("E334", format!("There are {OF_ONE} passkeys already."))
            .field("passkey")
            .remedy("Remove one that you do not use any more.")
            .into());
    }
    let key = digest::sha256(&made.id);
    if tx.has(&PASSKEYS, &key)? {
        return Err(Problem::new("E333", "This passkey is known here already.").field("passkey").into());
    }
    let passkey = Passkey {
        user: own.user(),
        name,
        id: made.id.clone(),
        key: made.key.clone(),
        counter: made.counter,
        created: tx.now(),
        last: None,
    };
    tx.put(&PASSKEYS, &key, &passkey)?;
    audit::note(tx, own.who(), &Deed::new(Act::PasskeyAdd).on(own.user()).with(passkey.name))
}

/// Forgets those of somebody's passkeys that are meant; answers how many.
pub fn remove(tx: &mut Write<'_>, own: Own, meant: impl Fn([u8; 32]) -> bool) -> Result<usize> {
    let meant: Vec<_> = of(tx, own.user())?.into_iter().filter(|(key, _)| meant(*key)).collect();
    for (key, passkey) in &meant {
        tx.remove(&PASSKEYS, key)?;
        audit::note(tx, own.who(), &Deed::new(Act::PasskeyRemove).on(own.user()).with(&passkey.name))?;
    }
    Ok(meant.len())
}

/// Whether an id of the page means this passkey.
pub fn is_named(key: [u8; 32], id: &str) -> bool {
    TokenId::of(&key).to_string() == id
}

/// What a browser says about a passkey that was touched.
#[derive(Debug, Clone)]
pub struct Touch {
    pub id: Vec<u8>,
    pub client: Vec<u8>,
    pub data: Vec<u8>,
    pub signature: Vec<u8>,
}

/// Opens a session for whoever touched a passkey; none when nobody here has it, or it is not right. Who it is of is told
/// for the audit log, whatever comes of it. `all`: whether anybody comes in without the identity provider.
pub fn enter(
    tx: &mut Write<'_>,
    touch: &Touch,
    expected: webauthn::Expected<'_>,
    browser: &str,
    all: bool,
) -> Result<(Option<UserId>, Option<String>)> {
    let key = digest::sha256(&touch.id);
    let Some(passkey) = tx.get(&PASSKEYS, &key)? else { return Ok((None, None)) };
    let user = passkey.user;
    let there = users::get(tx, user)?.is_some_and(|user| user.off.is_none());
    let signed =
        webauthn::signed(&touch.client, &touch.data, &touch.signature, &passkey.key, passkey.counter, expected);
    let Ok(counter) = signed else { return Ok((Some(user), None)) };
    if !there || !break_glass::may_enter(tx, user, all)? {
        return Ok((Some(user), None));
    }
    let last = Some(tx.now());
    tx.put(&PASSKEYS, &key, &Passkey { counter, last, ..passkey })?;
    sessions::open(tx, user, How::Passkey, browser).map(|fresh| (Some(user), Some(fresh)))
}
