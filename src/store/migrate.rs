//! The form of the file, and the steps from each form to the next: an append-only list, run in one
//! transaction at start. New fields need no step, since records name their fields.

use redb::{Database, ReadableDatabase, TableError, WriteTransaction};

use super::schema::{FACTS, INDEXES, META};
use super::tx::definition;
use crate::error::{Error, Problem, Result};

const FORM: &str = "form\0";

/// Step `n` leads from form `n` to form `n + 1`. Only ever add at the end.
const STEPS: &[fn(&WriteTransaction) -> Result<()>] = &[tables];

/// Form 1: every table exists.
fn tables(txn: &WriteTransaction) -> Result<()> {
    for name in FACTS.iter().chain(INDEXES) {
        txn.open_table(definition(name)).map_err(|e| Error::broken(format!("make '{name}'"), e))?;
    }
    Ok(())
}

pub(super) fn run(database: &Database) -> Result<()> {
    let form = form(database)?;
    if form > STEPS.len() {
        return Err(Problem::new(
            "E061",
            format!("The data has form {form}; this program knows forms up to {}.", STEPS.len()),
        )
        .remedy("Use the version of the program that wrote it, or a later one.")
        .into());
    }
    let Some(steps) = STEPS.get(form..).filter(|steps| !steps.is_empty()) else { return Ok(()) };
    let broken = |what: &str, e: String| Error::bug(format!("{what}: {e}"));
    let txn = super::writer::begin(database).map_err(|e| broken("begin to migrate", e))?;
    for step in steps {
        step(&txn)?;
    }
    {
        let mut meta = txn.open_table(definition(META.name)).map_err(|e| broken("open 'meta'", e.to_string()))?;
        let value = STEPS.len().to_string();
        meta.insert(FORM.as_bytes(), value.as_bytes()).map_err(|e| broken("write 'meta'", e.to_string()))?;
    }
    txn.commit().map_err(|e| broken("commit the migration", e.to_string()))
}

fn form(database: &Database) -> Result<usize> {
    let txn = database.begin_read().map_err(|e| Error::broken("begin to read", e))?;
    let meta = match txn.open_table(definition(META.name)) {
        Ok(meta) => meta,
        Err(TableError::TableDoesNotExist(_)) => return Ok(0),
        Err(e) => return Err(Error::broken("open 'meta'", e)),
    };
    let row = meta.get(FORM.as_bytes()).map_err(|e| Error::broken("read 'meta'", e))?;
    let Some(value) = row else { return Ok(0) };
    // Never taken for an empty file: steps that ran would run again.
    let text = std::str::from_utf8(value.value()).map_err(|e| Error::broken("read the form of the data", e))?;
    text.parse().map_err(|e| Error::broken("read the form of the data", e))
}
