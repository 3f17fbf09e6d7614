//! Files that no record names yet. A file is called by what is in it, so the same one may come while its last record goes:
//! what was kept a moment ago is not removed under the hands of whoever kept it.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::files::{Files, Unfinished};
use crate::error::Result;

/// Keeps files, each of which stays while this lives, whoever lets go of the same one meanwhile. Made by [`Files::hold`].
#[derive(Debug)]
pub struct Hold {
    files: Files,
    names: Vec<String>,
}

impl Hold {
    pub(super) fn new(files: Files) -> Self {
        Self { files, names: Vec::new() }
    }

    /// Keeps the bytes (mode 0600) and answers their name. When this returns, the file survives a power cut; when it
    /// fails, nothing of it stays. `Busy` when the disk is full. `ext` is one of the endings that [`Files::mime`] knows.
    pub fn put(&mut self, bytes: &[u8], ext: &str) -> Result<String> {
        let mut unfinished = self.files.begin()?;
        unfinished.write(bytes)?;
        self.keep(unfinished, ext)
    }

    /// The same with a file that is whole.
    pub fn keep(&mut self, mut unfinished: Unfinished, ext: &str) -> Result<String> {
        let name = self.files.name(&mut unfinished, ext)?;
        self.files.marks().hold(&name);
        self.names.push(name.clone());
        self.files.keep_as(unfinished, &name)?;
        Ok(name)
    }

    /// Every file that was kept.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// A record will name them later: until the sweep finds that none did, they stay.
    pub fn lend(self) {
        let mut marks = self.files.marks();
        for name in &self.names {
            marks.lent.insert(name.clone());
        }
        // Before the names are let go of in `drop`.
        drop(marks);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut marks = self.files.marks();
        self.names.iter().for_each(|name| marks.release(name));
    }
}

/// What is not to be removed.
#[derive(Debug, Default)]
pub(super) struct Marked(Mutex<Marks>);

#[derive(Debug, Default)]
pub(super) struct Marks {
    /// By how many holds.
    held: HashMap<String, usize>,
    lent: HashSet<String>,
}

impl Marked {
    pub fn lock(&self) -> MutexGuard<'_, Marks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Marks {
    pub fn stays(&self, name: &str) -> bool {
        self.held.contains_key(name) || self.lent.contains(name)
    }

    fn hold(&mut self, name: &str) {
        *self.held.entry(name.to_owned()).or_default() += 1;
    }

    fn release(&mut self, name: &str) {
        let Some(count) = self.held.get_mut(name) else { return };
        *count -= 1;
        if *count == 0 {
            self.held.remove(name);
        }
    }

    /// The sweep has looked: a file that nobody names yet may be named by tomorrow.
    pub fn lend(&mut self, name: String, young: bool) {
        if young {
            self.lent.insert(name);
        } else {
            self.lent.remove(&name);
        }
    }
}
