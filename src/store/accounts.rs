//! Accounts and their handles. A handle stays taken after its account is deleted.

use super::schema::{ACCOUNTS, HANDLES};
use super::table::Span;
use super::tx::{Rows, Write};
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::ids::AccountId;

pub fn get(rows: &impl Rows, id: AccountId) -> Result<Option<Account>> {
    rows.get(&ACCOUNTS, &id)
}

/// An account that is there: `Gone` for a closed one.
pub fn need(rows: &impl Rows, id: AccountId) -> Result<Account> {
    match get(rows, id)? {
        Some(account) if account.deleted.is_some() => Err(Error::Gone),
        Some(account) => Ok(account),
        None => Err(Error::NotFound),
    }
}

pub fn by_handle(rows: &impl Rows, handle: &str) -> Result<Option<AccountId>> {
    rows.get(&HANDLES, &handle.to_lowercase())
}

/// As `need`, by handle.
pub fn named(rows: &impl Rows, handle: &str) -> Result<Account> {
    let id = by_handle(rows, handle)?.ok_or(Error::NotFound)?;
    need(rows, id)
}

/// All that are not closed, oldest first.
pub fn all(rows: &impl Rows) -> Result<Vec<Account>> {
    let accounts = rows.rows(&ACCOUNTS, Span::all())?;
    Ok(accounts.into_iter().map(|(_, account)| account).filter(|a| a.deleted.is_none()).collect())
}

pub fn put(tx: &mut Write<'_>, account: &Account) -> Result<()> {
    if let Some(old) = get(tx, account.id)?.filter(|old| old.handle != account.handle) {
        tx.remove(&HANDLES, &old.handle)?;
    }
    tx.put(&HANDLES, &account.handle, &account.id)?;
    tx.put(&ACCOUNTS, &account.id, account)
}

/// Takes an account away without a trace: for samples, which nobody outside has seen.
pub fn erase(tx: &mut Write<'_>, account: &Account) -> Result<()> {
    tx.remove(&HANDLES, &account.handle)?;
    tx.remove(&ACCOUNTS, &account.id)?;
    Ok(())
}
