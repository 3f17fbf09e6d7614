//! A table's name and the types of its rows, and a stretch of its keys.

use std::marker::PhantomData;

use super::key::Key;

/// Whether a table holds what would be lost with it, or what `check` can make again from the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Fact,
    Index,
}

/// A table: every one is listed in `schema`. In the file keys and values are bytes; values are JSON.
pub struct Table<K, V> {
    pub name: &'static str,
    pub role: Role,
    types: PhantomData<fn() -> (K, V)>,
}

impl<K, V> Table<K, V> {
    pub(super) const fn fact(name: &'static str) -> Self {
        Self { name, role: Role::Fact, types: PhantomData }
    }

    pub(super) const fn index(name: &'static str) -> Self {
        Self { name, role: Role::Index, types: PhantomData }
    }
}

/// The rows of a table for those who may not write them: beside them stands an index that one file keeps.
pub struct View<K, V> {
    pub name: &'static str,
    types: PhantomData<fn() -> (K, V)>,
}

impl<K, V> Table<K, V> {
    pub(super) const fn view(&self) -> View<K, V> {
        View { name: self.name, types: PhantomData }
    }
}

/// What rows are read of.
pub trait Readable {
    type Key: Key;
    type Row;

    fn name(&self) -> &'static str;
}

impl<K: Key, V> Readable for Table<K, V> {
    type Key = K;
    type Row = V;

    fn name(&self) -> &'static str {
        self.name
    }
}

impl<K: Key, V> Readable for View<K, V> {
    type Key = K;
    type Row = V;

    fn name(&self) -> &'static str {
        self.name
    }
}

/// Which keys of a table, in which direction, and at most how many.
#[derive(Debug, Clone)]
pub struct Span {
    /// The leading part that all keys of the stretch have in common; empty where it may be anywhere in the table.
    pub(super) lead: Vec<u8>,
    pub(super) from: Vec<u8>,
    /// Exclusive; `None` for the end of the table.
    pub(super) to: Option<Vec<u8>>,
    pub(super) reverse: bool,
    pub(super) limit: usize,
}

impl Span {
    pub fn all() -> Self {
        Self { lead: Vec::new(), from: Vec::new(), to: None, reverse: false, limit: usize::MAX }
    }

    /// All keys that begin with `prefix`.
    pub fn under(prefix: &impl Key) -> Self {
        let from = prefix.bytes();
        let to = successor(&from);
        Self { lead: prefix.lead(), from, to, ..Self::all() }
    }

    /// Narrows to keys below `key`, itself not included.
    #[must_use]
    pub fn before(mut self, key: &impl Key) -> Self {
        let bytes = key.bytes();
        self.to = Some(self.to.map_or(bytes.clone(), |to| to.min(bytes)));
        self
    }

    /// Narrows to keys above `key`, itself and all that begin with it not included.
    #[must_use]
    pub fn after(mut self, key: &impl Key) -> Self {
        match successor(&key.bytes()) {
            Some(next) => self.from = self.from.max(next),
            None => self.limit = 0,
        }
        self
    }

    /// From the highest key down: for keys that end in an id, the newest first.
    #[must_use]
    pub fn newest_first(mut self) -> Self {
        self.reverse = true;
        self
    }

    #[must_use]
    pub fn limit(mut self, rows: usize) -> Self {
        self.limit = self.limit.min(rows);
        self
    }

    /// A stretch that can hold nothing; redb panics on one that ends before it begins.
    pub(super) fn is_empty(&self) -> bool {
        self.limit == 0 || self.to.as_ref().is_some_and(|to| *to <= self.from)
    }
}

/// The first key after all that begin with `prefix`; `None` when there is none.
fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|b| *b != u8::MAX)?;
    let mut next = prefix.get(..=last)?.to_vec();
    if let Some(byte) = next.last_mut() {
        *byte += 1;
    }
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_above_the_highest_key() {
        assert!(Span::all().after(&u64::MAX).limit(1).is_empty());
        assert!(!Span::all().after(&(u64::MAX - 1)).is_empty());
        assert!(Span::under(&7_u64).after(&8_u64).is_empty());
        assert!(Span::under(&7_u64).before(&7_u64).is_empty());
    }

    #[test]
    fn what_is_under_the_highest_prefix_has_no_end() {
        let span = Span::under(&u64::MAX);
        assert!(span.to.is_none() && !span.is_empty());
        assert_eq!(Span::under(&0xff_u64).to, Some(0x100_u64.bytes().into_iter().take(7).collect()));
    }
}
