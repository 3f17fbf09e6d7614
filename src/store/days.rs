//! How many follow an account, day by day: one small row a day, kept for years.

use super::schema::DAYS;
use super::table::Span;
use super::tx::{Rows, Write};
use crate::error::Result;
use crate::model::day::Day;
use crate::model::ids::AccountId;

pub fn get(rows: &impl Rows, account: AccountId, day: u64) -> Result<Option<Day>> {
    rows.get(&DAYS, &(account, day))
}

/// `day`: counted from 1970-01-01, as the institution's calendar has it.
pub fn put(tx: &mut Write<'_>, account: AccountId, day: u64, row: &Day) -> Result<()> {
    tx.put(&DAYS, &(account, day), row)
}

/// The last day before this one of which there is a row.
pub fn before(rows: &impl Rows, account: AccountId, day: u64) -> Result<Option<(u64, Day)>> {
    let span = Span::under(&account).before(&(account, day)).newest_first().limit(1);
    Ok(rows.rows(&DAYS, span)?.into_iter().next().map(|((_, day), row)| (day, row)))
}

/// From one day to another, both included, oldest first.
pub fn between(rows: &impl Rows, account: AccountId, from: u64, to: u64) -> Result<Vec<(u64, Day)>> {
    let span = Span::under(&account).before(&(account, to.saturating_add(1)));
    let span = from.checked_sub(1).map_or(span.clone(), |eve| span.after(&(account, eve)));
    Ok(rows.rows(&DAYS, span)?.into_iter().map(|((_, day), row)| (day, row)).collect())
}

/// Of the first day that was counted.
pub fn first(rows: &impl Rows, account: AccountId) -> Result<Option<u64>> {
    Ok(rows.keys(&DAYS, Span::under(&account).limit(1))?.first().map(|(_, day)| *day))
}
