//! Which rows an answer was made from, and which rows were changed lately: what was kept holds for as long as the rows
//! that it was made from stay the same. Nobody has to say what a page shows; looking at a row says it.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::limits::store::MARKS;

/// A row, the rows under one leading part of a key, or a whole table, as a hash: two that are taken for each other
/// cost a needless look, no more.
pub(super) type Mark = u64;

/// The mark of a row or of a leading part of its key; of the whole table where `key` is empty.
pub(super) fn mark(table: &str, key: &[u8]) -> Mark {
    let mut hasher = DefaultHasher::new();
    (table, key).hash(&mut hasher);
    hasher.finish()
}

/// What an answer was made from: also what was looked for and not found, and stretches that held nothing.
#[derive(Debug)]
pub struct Seen {
    marks: Box<[Mark]>,
    /// The edition up to which nothing of it has changed.
    upto: AtomicU64,
}

impl Seen {
    /// `since`: the edition before the state that was looked at was chosen.
    pub(super) fn new(mut marks: Vec<Mark>, since: u64) -> Self {
        marks.sort_unstable();
        marks.dedup();
        Self { marks: marks.into(), upto: AtomicU64::new(since) }
    }

    /// What an answer was made from that can never change.
    pub fn nothing() -> Self {
        Self::new(Vec::new(), 0)
    }

    /// What it takes in memory, in bytes.
    pub fn weight(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.marks)
    }
}

/// What commits changed lately. A commit that changes something which answers are made from is an edition.
#[derive(Default)]
pub(super) struct Changes {
    edition: AtomicU64,
    lately: Mutex<Lately>,
}

/// Marks, with the edition that changed each last, in two generations.
#[derive(Default)]
struct Lately {
    young: HashMap<Mark, u64>,
    old: HashMap<Mark, u64>,
    /// The edition at which `old` was closed.
    closed: u64,
    /// Changes up to this edition may be forgotten.
    horizon: u64,
}

impl Lately {
    fn note(&mut self, marks: &[Mark], edition: u64) {
        if self.young.len() + marks.len() > MARKS / 2 {
            self.old = std::mem::take(&mut self.young);
            self.horizon = std::mem::replace(&mut self.closed, edition - 1);
        }
        if marks.len() > MARKS / 2 {
            // More at once than is remembered.
            return self.forget(edition);
        }
        self.young.extend(marks.iter().map(|mark| (*mark, edition)));
    }

    fn forget(&mut self, edition: u64) {
        *self = Self { closed: edition, horizon: edition, ..Self::default() };
    }

    fn changed_since(&self, upto: u64, mark: Mark) -> bool {
        self.young.get(&mark).or_else(|| self.old.get(&mark)).is_some_and(|edition| *edition > upto)
    }
}

impl Changes {
    pub(super) fn edition(&self) -> u64 {
        self.edition.load(Ordering::Acquire)
    }

    /// A commit is durable and has not been answered yet. Only the writer's thread calls it.
    pub(super) fn hear(&self, marks: &[Mark]) {
        if !marks.is_empty() {
            self.turn(|lately, edition| lately.note(marks, edition));
        }
    }

    /// Nobody knows what changed.
    pub(super) fn forget(&self) {
        self.turn(Lately::forget);
    }

    fn turn(&self, note: impl FnOnce(&mut Lately, u64)) {
        let edition = self.edition() + 1;
        // Where the lock is broken nothing holds any more.
        if let Ok(mut lately) = self.lately.lock() {
            note(&mut lately, edition);
        }
        self.edition.store(edition, Ordering::Release);
    }

    /// Whether nothing has changed of what an answer was made from.
    pub(super) fn hold(&self, seen: &Seen) -> bool {
        let upto = seen.upto.load(Ordering::Relaxed);
        let now = self.edition();
        if upto == now || seen.marks.is_empty() {
            return true;
        }
        let Ok(lately) = self.lately.lock() else { return false };
        let holds = upto >= lately.horizon && !seen.marks.iter().any(|mark| lately.changed_since(upto, *mark));
        if holds {
            seen.upto.fetch_max(now, Ordering::Relaxed);
        }
        holds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(changes: &Changes, marks: &[Mark]) -> Seen {
        Seen::new(marks.to_vec(), changes.edition())
    }

    #[test]
    fn what_was_made_from_a_row_ends_with_it() {
        let changes = Changes::default();
        let (one, both) = (seen(&changes, &[1]), seen(&changes, &[2, 1]));
        changes.hear(&[3]);
        assert!(changes.hold(&one) && changes.hold(&both));
        changes.hear(&[2, 4]);
        assert!(changes.hold(&one) && !changes.hold(&both));
        changes.hear(&[1]);
        assert!(!changes.hold(&one) && !changes.hold(&both));
        let new = seen(&changes, &[1, 2]);
        changes.hear(&[]);
        assert!(changes.hold(&new));
    }

    #[test]
    fn what_was_made_while_a_commit_ended_is_not_trusted() {
        let changes = Changes::default();
        let since = changes.edition();
        changes.hear(&[1]);
        assert!(!changes.hold(&Seen::new(vec![1], since)));
    }

    #[test]
    fn what_changed_and_is_forgotten_is_not_taken_for_unchanged() {
        let changes = Changes::default();
        let (early, fixed) = (seen(&changes, &[7]), Seen::nothing());
        changes.hear(&[7]);
        let asked = seen(&changes, &[1]);
        for n in 0..4 * MARKS as u64 {
            changes.hear(&[1_000 + n]);
            assert!(!changes.hold(&early), "{n}");
            assert!(changes.hold(&asked), "{n}");
        }
        let lately = changes.lately.lock().unwrap();
        assert!(lately.young.len() + lately.old.len() <= MARKS);
        drop(lately);
        assert!(changes.hold(&fixed));
    }

    #[test]
    fn a_commit_that_changes_too_much_changes_everything() {
        let changes = Changes::default();
        let other = seen(&changes, &[1]);
        let many: Vec<Mark> = (10..10 + MARKS as u64).collect();
        changes.hear(&many);
        assert!(!changes.hold(&other));
        let new = seen(&changes, &[1]);
        assert!(changes.hold(&new));
        changes.forget();
        assert!(!changes.hold(&new));
    }
}
