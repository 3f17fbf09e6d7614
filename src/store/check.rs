//! Is the memory sound? The facts are written again into a scratch store, through the very functions that keep
//! the indexes, and the indexes of both are compared byte by byte.

use std::collections::BTreeMap;

use redb::backends::InMemoryBackend;

use super::schema::{ACCOUNTS, ACTIVITIES, DRAFTS, FACTS, INBOXES, INDEXES, POSTS, SERVERS, USERS};
use super::table::Span;
use super::tx::{Read, Rows, Write};
use super::{Options, Store};
use crate::base::time::Clock;
use crate::error::Result;

/// What was found, table by table.
#[derive(Debug, Default, serde::Serialize)]
pub struct Report {
    /// Rows in each table of facts.
    pub facts: BTreeMap<&'static str, usize>,
    /// Indexes that are not what the facts say: rows too many, rows missing or different.
    pub wrong: BTreeMap<&'static str, Difference>,
}

#[derive(Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    pub extra: usize,
    pub missing: usize,
}

impl Report {
    pub fn is_sound(&self) -> bool {
        self.wrong.is_empty()
    }
}

/// Compares every index with its facts. Reads everything; the server may go on meanwhile. The scratch store is in
/// memory: about as large as the indexes and their facts.
pub fn check(store: &Store) -> Result<Report> {
    store.read(|read| {
        let mut report = Report::default();
        for name in FACTS {
            report.facts.insert(name, count(read, name)?);
        }
        let scratch = Store::on_backend(InMemoryBackend::new, Options::alone(16 << 20, Clock::System))?;
        scratch.within(|tx| replay(tx, read))?;
        scratch.read(|rebuilt| {
            for name in INDEXES {
                let difference = compare(read, rebuilt, name)?;
                if difference != Difference::default() {
                    report.wrong.insert(name, difference);
                }
            }
            Ok(())
        })?;
        Ok(report)
    })
}

impl Store {
    /// One transaction on the caller's thread, for closures that borrow; only for a store nobody else has.
    fn within(&self, verb: impl FnOnce(&mut Write<'_>) -> Result<()>) -> Result<()> {
        let broken = |e: String| crate::error::Error::bug(format!("the scratch store: {e}"));
        let guard = self.shared.database.read().map_err(|e| broken(e.to_string()))?;
        let database = guard.as_ref().ok_or_else(|| broken("closed".into()))?;
        let txn = database.begin_write().map_err(|e| broken(e.to_string()))?;
        verb(&mut Write::new(&txn, &self.shared.ids, &self.shared.options.clock))?;
        txn.commit().map_err(|e| broken(e.to_string()))
    }
}

/// Writes all facts that have indexes, in an order in which each finds what it names.
fn replay(tx: &mut Write<'_>, from: &Read) -> Result<()> {
    for (_, row) in from.rows(&SERVERS, Span::all())? {
        super::actors::put_server(tx, &row)?;
    }
    for (_, row) in from.rows(&INBOXES, Span::all())? {
        super::actors::put_inbox(tx, &row)?;
    }
    super::actors::each(from, |_, row| super::actors::put(tx, &row).map(|()| true))?;
    from.each(&ACCOUNTS, &Span::all(), |_, row| super::accounts::put(tx, &row).map(|()| true))?;
    from.each(&USERS, &Span::all(), |_, row| super::users::put(tx, &row).map(|()| true))?;
    from.each(&POSTS, &Span::all(), |_, row| super::posts::put(tx, &row).map(|()| true))?;
    from.each(&DRAFTS, &Span::all(), |_, row| super::drafts::put(tx, &row).map(|()| true))?;
    from.each(&ACTIVITIES, &Span::all(), |_, row| super::activities::put(tx, &row).map(|()| true))?;
    super::media::replay(tx, from)?;
    super::copies::replay(tx, from)?;
    super::follows::replay(tx, from)?;
    super::reactions::replay(tx, from)?;
    super::polls::replay(tx, from)?;
    super::notes::replay(tx, from)?;
    super::cases::replay(tx, from)?;
    super::quotes::replay(tx, from)?;
    super::deliveries::replay(tx, from)
}

fn count(read: &Read, name: &'static str) -> Result<usize> {
    let mut rows = 0;
    read.raw(name, &Span::all(), &mut |_, _| {
        rows += 1;
        Ok(true)
    })?;
    Ok(rows)
}

fn compare(ours: &Read, rebuilt: &Read, name: &'static str) -> Result<Difference> {
    let mut difference = Difference::default();
    let mut same = 0;
    ours.raw(name, &Span::all(), &mut |key, value| {
        let mut equal = false;
        rebuilt.raw_get(name, key, &mut |other| {
            equal = other == value;
            Ok(())
        })?;
        if equal {
            same += 1;
        } else {
            difference.extra += 1;
        }
        Ok(true)
    })?;
    difference.missing = count(rebuilt, name)? - same;
    Ok(difference)
}
