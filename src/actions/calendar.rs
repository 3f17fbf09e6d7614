//! Secret addresses of calendars: each user has one at most, kept as a hash.

use super::audit;
use crate::error::Result;
use crate::model::audit::{Act, Deed};
use crate::model::ids::UserId;
use crate::model::user::{Own, User};
use crate::store::schema::CALENDARS;
use crate::store::{Rows, Span, Write, users};

/// Puts an address in the place of the one before; none takes it away.
pub fn set(tx: &mut Write<'_>, own: Own, hash: Option<[u8; 32]>) -> Result<()> {
    remove(tx, own.user())?;
    let act = if hash.is_some() { Act::CalendarShare } else { Act::CalendarEnd };
    audit::note(tx, own.who(), &Deed::new(act).on(own.user()))?;
    hash.map_or(Ok(()), |hash| tx.put(&CALENDARS, &hash, &own.user()))
}

/// With the password, or all that is open, an address that was given away ends too.
pub(super) fn forget(tx: &mut Write<'_>, own: Own) -> Result<()> {
    if remove(tx, own.user())? {
        audit::note(tx, own.who(), &Deed::new(Act::CalendarEnd).on(own.user()))?;
    }
    Ok(())
}

fn remove(tx: &mut Write<'_>, user: UserId) -> Result<bool> {
    let all = tx.rows(&CALENDARS, Span::all())?;
    let own: Vec<[u8; 32]> = all.into_iter().filter(|(_, of)| *of == user).map(|(hash, _)| hash).collect();
    for hash in &own {
        tx.remove(&CALENDARS, hash)?;
    }
    Ok(!own.is_empty())
}

pub fn has(rows: &impl Rows, user: UserId) -> Result<bool> {
    Ok(rows.rows(&CALENDARS, Span::all())?.into_iter().any(|(_, of)| of == user))
}

/// Whose address it is.
pub fn whose(rows: &impl Rows, hash: &[u8; 32]) -> Result<Option<User>> {
    rows.get(&CALENDARS, hash)?.map_or(Ok(None), |id| users::get(rows, id))
}
