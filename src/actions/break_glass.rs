//! Whoever gets in without the identity provider when it fails: one owner.

use super::audit;
use crate::error::{Error, Problem, Result};
use crate::model::audit::{Act, Deed};
use crate::model::ids::UserId;
use crate::model::user::{Owner, User};
use crate::store::{Rows, Write, meta, users};

/// The owner who gets in without the provider, where nobody else does.
pub fn owner(rows: &impl Rows) -> Result<Option<User>> {
    let id = meta::break_glass(rows)?;
    let user = id.map_or(Ok(None), |id| users::get(rows, id))?;
    Ok(user.filter(User::is_owner))
}

pub fn set(tx: &mut Write<'_>, by: Owner, id: UserId) -> Result<User> {
    let user = users::need(tx, id)?;
    if !user.is_owner() {
        let what = format!("{} is not an owner of this server.", user.shown());
        let remedy = format!("First: instance user role {} --add owner", user.email);
        return Err(Problem::new("E330", what).remedy(remedy).into());
    }
    meta::put_break_glass(tx, id)?;
    audit::note(tx, by.who(), &Deed::new(Act::BreakGlass).on(id))?;
    Ok(user)
}

/// Whether somebody may come in by a password, a link or a passkey; `all` may where the settings do not say that people
/// come through the provider only.
pub fn may_enter(rows: &impl Rows, user: UserId, all: bool) -> Result<bool> {
    Ok(all || owner(rows)?.is_some_and(|owner| owner.id == user))
}

/// The same as a clear refusal, for whoever makes a way in for somebody.
pub fn must_enter(rows: &impl Rows, user: UserId, all: bool) -> Result<()> {
    if may_enter(rows, user, all)? {
        return Ok(());
    }
    Err(Error::from(
        Problem::new("E329", "People come in through the identity provider only (login.passwords = false).")
            .remedy("Say who gets in when it fails, then make a link for them: instance user break-glass EMAIL"),
    ))
}
