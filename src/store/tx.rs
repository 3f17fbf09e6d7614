//! Transactions as the rest of the house sees them: `Rows` to look, `Write` to change.

use std::cell::RefCell;
use std::collections::BTreeMap;

use redb::{
    ReadTransaction, ReadableTable, ReadableTableMetadata, StorageError, TableDefinition, TableError, WriteTransaction,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::key::Key;
use super::names::Held;
use super::schema::SHOWN;
use super::seen::{Mark, Seen, mark};
use super::table::{Readable, Span, Table};
use crate::base::id::Ids;
use crate::base::time::{Clock, Timestamp};
use crate::error::{Cause, Error, Result};
use crate::model::delivery::Wake;

pub(super) fn definition(name: &'static str) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
    TableDefinition::new(name)
}

/// Looks at raw rows; tells whether to go on.
type See<'a> = &'a mut dyn FnMut(&[u8], &[u8]) -> Result<bool>;

/// Looking, in a read or a write transaction alike.
pub trait Rows {
    #[doc(hidden)]
    fn raw(&self, table: &'static str, span: &Span, see: See<'_>) -> Result<()>;
    #[doc(hidden)]
    fn raw_get(&self, table: &'static str, key: &[u8], see: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()>;
    #[doc(hidden)]
    fn raw_len(&self, table: &'static str) -> Result<u64>;

    /// How many rows a table has, without a look at them.
    fn len(&self, table: &impl Readable) -> Result<u64> {
        self.raw_len(table.name())
    }

    fn get<T: Readable<Row: DeserializeOwned>>(&self, table: &T, key: &T::Key) -> Result<Option<T::Row>> {
        let mut found = None;
        self.raw_get(table.name(), &key.bytes(), &mut |value| {
            found = Some(decode(table.name(), value)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// A row that somebody asked for: its absence is theirs to hear of.
    fn need<T: Readable<Row: DeserializeOwned>>(&self, table: &T, key: &T::Key) -> Result<T::Row> {
        self.get(table, key)?.ok_or(Error::NotFound)
    }

    fn has<T: Readable>(&self, table: &T, key: &T::Key) -> Result<bool> {
        let mut found = false;
        self.raw_get(table.name(), &key.bytes(), &mut |_| {
            found = true;
            Ok(())
        })?;
        Ok(found)
    }

    /// Calls `each` for the rows of a span until it answers `false`.
    fn each<T: Readable<Row: DeserializeOwned>>(
        &self,
        table: &T,
        span: &Span,
        mut each: impl FnMut(T::Key, T::Row) -> Result<bool>,
    ) -> Result<()>
    where
        Self: Sized,
    {
        let name = table.name();
        self.raw(name, span, &mut |key, value| each(key_of(name, key)?, decode(name, value)?))
    }

    fn rows<T: Readable<Row: DeserializeOwned>>(&self, table: &T, span: Span) -> Result<Vec<(T::Key, T::Row)>> {
        let mut rows = Vec::new();
        self.raw(table.name(), &span, &mut |key, value| {
            rows.push((key_of(table.name(), key)?, decode(table.name(), value)?));
            Ok(true)
        })?;
        Ok(rows)
    }

    fn keys<T: Readable>(&self, table: &T, span: Span) -> Result<Vec<T::Key>> {
        let mut keys = Vec::new();
        self.raw(table.name(), &span, &mut |key, _| {
            keys.push(key_of(table.name(), key)?);
            Ok(true)
        })?;
        Ok(keys)
    }
}

fn decode<V: DeserializeOwned>(table: &'static str, value: &[u8]) -> Result<V> {
    serde_json::from_slice(value).map_err(|e| Error::broken(format!("a row of '{table}' does not decode"), e))
}

fn key_of<K: Key>(table: &'static str, mut key: &[u8]) -> Result<K> {
    let decoded = K::read(&mut key).filter(|_| key.is_empty());
    decoded.ok_or_else(|| Error::bug(format!("a key of '{table}' does not decode")))
}

/// Whether the disk failed under a transaction. Kept apart from the errors of its verbs: some make an answer of them.
#[derive(Default)]
pub(super) struct Disk(RefCell<Option<String>>);

impl Disk {
    fn heed<T>(&self, result: Result<T>) -> Result<T> {
        if let Err(Error::Broken(cause)) = &result
            && is_of_disk(cause)
        {
            self.0.borrow_mut().get_or_insert_with(|| cause.to_string());
        }
        result
    }

    pub(super) fn why(&self) -> Option<String> {
        self.0.borrow().clone()
    }
}

/// The disk, and not what is on it.
fn is_of_disk(cause: &Cause) -> bool {
    let Some(source) = cause.source.as_deref() else { return false };
    let storage = match source.downcast_ref() {
        Some(TableError::Storage(e)) => Some(e),
        Some(_) | None => source.downcast_ref(),
    };
    matches!(storage, Some(StorageError::Io(_) | StorageError::PreviousIo | StorageError::DatabaseClosed))
}

/// One consistent state, to look at.
pub struct Read {
    txn: ReadTransaction,
    pub(super) disk: Disk,
    /// What was looked at, where somebody wants to know.
    seen: Option<RefCell<Vec<Mark>>>,
}

impl Read {
    pub(super) fn new(txn: ReadTransaction) -> Self {
        Self { txn, disk: Disk::default(), seen: None }
    }

    /// One that tells in the end what was looked at.
    pub(super) fn noting(txn: ReadTransaction) -> Self {
        Self { seen: Some(RefCell::default()), ..Self::new(txn) }
    }

    /// `since`: the edition before the transaction began.
    pub(super) fn into_seen(self, since: u64) -> Seen {
        Seen::new(self.seen.map(RefCell::into_inner).unwrap_or_default(), since)
    }

    fn see(&self, table: &'static str, part: &[u8]) -> Result<()> {
        let Some(seen) = &self.seen else { return Ok(()) };
        if !SHOWN.contains(&table) {
            return Err(Error::bug(format!("an answer that is to be kept looks into '{table}'")));
        }
        seen.borrow_mut().push(mark(table, part));
        Ok(())
    }
}

impl Rows for Read {
    fn raw(&self, table: &'static str, span: &Span, see: See<'_>) -> Result<()> {
        self.see(table, &span.lead)?;
        let rows = self.disk.heed(self.txn.open_table(definition(table)).map_err(|e| opening(table, e)))?;
        self.disk.heed(walk(&rows, span, see))
    }

    fn raw_get(&self, table: &'static str, key: &[u8], see: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        self.see(table, key)?;
        let rows = self.disk.heed(self.txn.open_table(definition(table)).map_err(|e| opening(table, e)))?;
        self.disk.heed(look(&rows, table, key, see))
    }

    fn raw_len(&self, table: &'static str) -> Result<u64> {
        self.see(table, &[])?;
        let rows = self.disk.heed(self.txn.open_table(definition(table)).map_err(|e| opening(table, e)))?;
        self.disk.heed(rows.len().map_err(|e| Error::broken(format!("count '{table}'"), e)))
    }
}

fn opening(table: &'static str, e: redb::TableError) -> Error {
    Error::broken(format!("open '{table}'"), e)
}

/// Sees one row, if it is there.
fn look<T: ReadableTable<&'static [u8], &'static [u8]>>(
    rows: &T,
    table: &'static str,
    key: &[u8],
    see: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let value = rows.get(key).map_err(|e| Error::broken(format!("read '{table}'"), e))?;
    value.map_or(Ok(()), |value| see(value.value()))
}

fn walk<T: ReadableTable<&'static [u8], &'static [u8]>>(rows: &T, span: &Span, see: See<'_>) -> Result<()> {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    if span.is_empty() {
        return Ok(());
    }
    let failed = |e| Error::broken("walk a table", e);
    let to = span.to.as_deref().map_or(Unbounded, Excluded);
    let mut range = rows.range::<&[u8]>((Included(span.from.as_slice()), to)).map_err(failed)?;
    for _ in 0..span.limit {
        let next = if span.reverse { range.next_back() } else { range.next() };
        let Some(row) = next else { break };
        let (key, value) = row.map_err(failed)?;
        if !see(key.value(), value.value())? {
            break;
        }
    }
    Ok(())
}

/// What the world outside the store has to hear once a commit is durable.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each wakes a loop of its own")]
pub struct After {
    /// Servers that have something to receive.
    pub deliveries: Vec<Wake>,
    /// Something was received and waits for its effect.
    pub received: bool,
    /// What became of files, in the order in which it happened.
    pub files: Vec<(String, Fate)>,
    /// The state may be another than the one that was known.
    pub unsure: bool,
    /// Files have to be carried.
    pub errands: bool,
    /// Something was planned, or is not any more.
    pub plans: bool,
    /// Pictures of strangers are wanted.
    pub copies: bool,
}

/// What became of a media file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The disk need not have it any more.
    Gone,
    /// It is not for everybody any more.
    Covered,
    /// The disk has to have it.
    Named,
}

impl After {
    pub fn file(&mut self, name: &str, fate: Fate) {
        self.files.push((name.to_owned(), fate));
    }

    /// Takes in what another verb of the same commit has to tell.
    pub(super) fn join(&mut self, other: Self) {
        self.deliveries.extend(other.deliveries);
        self.received |= other.received;
        self.files.extend(other.files);
        self.unsure |= other.unsure;
        self.errands |= other.errands;
        self.plans |= other.plans;
        self.copies |= other.copies;
    }
}

/// A write transaction, shared by the verbs of one group commit.
pub struct Write<'a> {
    txn: &'a WriteTransaction,
    ids: &'a Ids,
    now: Timestamp,
    /// Tell what has to be heard after the commit.
    pub after: After,
    pub(super) dirty: bool,
    pub(super) disk: Disk,
    /// Files that the verb has touched, as they were before it; see `names`.
    pub(super) touched: BTreeMap<String, Held>,
    changed: Vec<Mark>,
    /// See [`Options::there`](super::Options::there).
    pub(super) there: &'a dyn Fn(&str) -> bool,
}

impl<'a> Write<'a> {
    pub(super) fn new(txn: &'a WriteTransaction, ids: &'a Ids, clock: &Clock) -> Self {
        let (after, disk) = (After::default(), Disk::default());
        Self {
            txn,
            ids,
            now: clock.now(),
            after,
            dirty: false,
            disk,
            touched: BTreeMap::new(),
            changed: Vec::new(),
            there: &|_| true,
        }
    }

    /// The moment of this transaction.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// A fresh id, above all others.
    pub fn id(&self) -> u64 {
        self.ids.next(self.now, crate::crypto::random::salt())
    }

    pub fn put<K: Key, V: Serialize>(&mut self, table: &Table<K, V>, key: &K, value: &V) -> Result<()> {
        let (name, bytes) = (table.name, key.bytes());
        let value = serde_json::to_vec(value).map_err(|e| Error::broken(format!("encode a row of '{name}'"), e))?;
        self.change(name, &bytes, key);
        let mut rows = self.disk.heed(self.txn.open_table(definition(name)).map_err(|e| opening(name, e)))?;
        let put = rows.insert(&*bytes, &*value).map(|_| ());
        self.disk.heed(put.map_err(|e| Error::broken(format!("write '{name}'"), e)))
    }

    /// Many rows of one table, of which no answer is made that is kept: they are not told one by one.
    pub(super) fn put_all<K: Key, V: Serialize>(
        &mut self,
        table: &Table<K, V>,
        all: impl Iterator<Item = (K, V)>,
    ) -> Result<()> {
        let name = table.name;
        if SHOWN.contains(&name) {
            return Err(Error::bug(format!("many rows of '{name}' would change and nobody would hear of it")));
        }
        self.dirty = true;
        let mut rows = self.disk.heed(self.txn.open_table(definition(name)).map_err(|e| opening(name, e)))?;
        let mut bytes = Vec::new();
        for (key, value) in all {
            bytes.clear();
            serde_json::to_writer(&mut bytes, &value)
                .map_err(|e| Error::broken(format!("encode a row of '{name}'"), e))?;
            let put = rows.insert(key.bytes().as_slice(), bytes.as_slice()).map(|_| ());
            self.disk.heed(put.map_err(|e| Error::broken(format!("write '{name}'"), e)))?;
        }
        Ok(())
    }

    /// True when there was such a row.
    pub fn remove<K: Key, V>(&mut self, table: &Table<K, V>, key: &K) -> Result<bool> {
        let (name, bytes) = (table.name, key.bytes());
        let mut rows = self.disk.heed(self.txn.open_table(definition(name)).map_err(|e| opening(name, e)))?;
        let was = rows.remove(&*bytes).map(|row| row.is_some());
        // A removal that failed may have changed something.
        if !matches!(was, Ok(false)) {
            self.change(name, &bytes, key);
        }
        self.disk.heed(was.map_err(|e| Error::broken(format!("write '{name}'"), e)))
    }

    /// From here on the state is another, and what was made from the row does not hold after the commit.
    fn change(&mut self, table: &'static str, bytes: &[u8], key: &impl Key) {
        self.dirty = true;
        if SHOWN.contains(&table) {
            self.changed.extend([mark(table, &[]), mark(table, &key.lead()), mark(table, bytes)]);
        }
    }

    /// Every row that was changed, as those see it who looked at it.
    pub(super) fn into_changed(mut self) -> Vec<Mark> {
        self.changed.sort_unstable();
        self.changed.dedup();
        self.changed
    }
}

impl Rows for Write<'_> {
    fn raw(&self, table: &'static str, span: &Span, see: See<'_>) -> Result<()> {
        let rows = self.disk.heed(self.txn.open_table(definition(table)).map_err(|e| opening(table, e)))?;
        self.disk.heed(walk(&rows, span, see))
    }

    fn raw_get(&self, table: &'static str, key: &[u8], see: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let rows = self.disk.heed(self.txn.open_table(definition(table)).map_err(|e| opening(table, e)))?;
        self.disk.heed(look(&rows, table, key, see))
    }

    fn raw_len(&self, table: &'static str) -> Result<u64> {
        let rows = self.disk.heed(self.txn.open_table(definition(table)).map_err(|e| opening(table, e)))?;
        self.disk.heed(rows.len().map_err(|e| Error::broken(format!("count '{table}'"), e)))
    }
}
