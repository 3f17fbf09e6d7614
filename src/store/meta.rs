//! Single records: the institution, and what the store knows of itself.

use serde_json::value::RawValue;

use super::schema::META;
use super::tx::{Rows, Write};
use crate::error::{Error, Problem, Result};
use crate::model::institution::Institution;

const INSTITUTION: &str = "institution";

/// The institution; a clear problem when the data directory was never set up.
pub fn institution(rows: &impl Rows) -> Result<Institution> {
    find_institution(rows)?
        .ok_or_else(|| Problem::new("E010", "There is no set-up here yet.").remedy("Run: ./instance init").into())
}

pub fn find_institution(rows: &impl Rows) -> Result<Option<Institution>> {
    let Some(raw) = rows.get(&META, &INSTITUTION.to_owned())? else { return Ok(None) };
    serde_json::from_str(raw.get()).map(Some).map_err(|e| Error::broken("decode the institution", e))
}

pub fn put_institution(tx: &mut Write<'_>, institution: &Institution) -> Result<()> {
    let raw: Box<RawValue> =
        serde_json::value::to_raw_value(institution).map_err(|e| Error::broken("encode the institution", e))?;
    tx.put(&META, &INSTITUTION.to_owned(), &raw)
}
