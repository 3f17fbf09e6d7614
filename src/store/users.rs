//! People who log in, found by their e-mail address whatever its case.

use super::schema::{USER_BY_EMAIL, USERS};
use super::table::Span;
use super::tx::{Rows, Write};
use crate::error::{Error, Result};
use crate::model::ids::UserId;
use crate::model::user::{User, folded};

pub fn get(rows: &impl Rows, id: UserId) -> Result<Option<User>> {
    rows.get(&USERS, &id)
}

pub fn need(rows: &impl Rows, id: UserId) -> Result<User> {
    get(rows, id)?.ok_or(Error::NotFound)
}

pub fn by_email(rows: &impl Rows, email: &str) -> Result<Option<User>> {
    let found = rows.get(&USER_BY_EMAIL, &folded(email))?;
    found.map_or(Ok(None), |id| get(rows, id))
}

/// All, those who are off too, in the order in which they came.
pub fn all(rows: &impl Rows) -> Result<Vec<User>> {
    Ok(rows.rows(&USERS, Span::all())?.into_iter().map(|(_, user)| user).collect())
}

pub fn put(tx: &mut Write<'_>, user: &User) -> Result<()> {
    if let Some(old) = get(tx, user.id)?.filter(|old| !old.email.is_empty()) {
        tx.remove(&USER_BY_EMAIL, &folded(&old.email))?;
    }
    if !user.email.is_empty() {
        tx.put(&USER_BY_EMAIL, &folded(&user.email), &user.id)?;
    }
    tx.put(&USERS, &user.id, user)
}
