//! Files that no record names yet. A file is called by what is in it, so the same one may come while its last record goes:
//! what was kept a moment ago is not removed under the hands of whoever kept it. A verb that has a record name such files
//! owns their hold, and with it dies only after the commit was heard.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::files::{Files, Unfinished};
use crate::error::Result;
use crate::store::Write;

/// Keeps files, each of which stays while this lives, whoever lets go of the same one meanwhile; what was not there before
/// and no record names goes with it. Made by [`Files::hold`].
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
        self.keep_as(unfinished, &name)?;
        Ok(name)
    }

    /// The same under a name that it had before.
    pub fn keep_as(&mut self, unfinished: Unfinished, name: &str) -> Result<()> {
        self.files.mark(name)?;
        self.names.push(name.to_owned());
        self.files.place(unfinished, name)
    }

    /// The same verb, which owns the hold: whatever becomes of who asked for it, what was kept stays until it was carried
    /// out and the commit was heard.
    pub fn until<T>(
        self,
        mut verb: impl FnMut(&mut Write<'_>) -> Result<T>,
    ) -> impl FnMut(&mut Write<'_>) -> Result<T> {
        move |tx| {
            let _ = &self;
            verb(tx)
        }
    }

    /// Has what the other kept stay as well.
    pub fn join(&mut self, mut other: Self) {
        self.names.append(&mut other.names);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        for name in &self.names {
            self.files.release(name);
        }
    }
}

/// What is not to be removed.
#[derive(Debug, Default)]
pub(super) struct Marked(Mutex<Marks>);

#[derive(Debug, Default)]
pub(super) struct Marks {
    held: HashMap<String, Held>,
    /// Young files that the sweep found no record of.
    lent: HashSet<String>,
}

#[derive(Debug)]
struct Held {
    /// By how many holds.
    times: usize,
    /// It goes when nobody holds it any more.
    gone: bool,
}

impl Marked {
    pub fn lock(&self) -> MutexGuard<'_, Marks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Marks {
    /// `is_new`: nothing names it if nobody does it now.
    pub fn hold(&mut self, name: &str, is_new: bool) {
        let held = self.held.entry(name.to_owned()).or_insert(Held { times: 0, gone: is_new });
        held.times += 1;
    }

    /// True when it is to be removed now.
    pub fn release(&mut self, name: &str) -> bool {
        let Some(held) = self.held.get_mut(name) else { return false };
        held.times -= 1;
        if held.times > 0 {
            return false;
        }
        let gone = held.gone;
        self.held.remove(name);
        gone
    }

    /// Whether it may be removed now; what is held goes when nobody holds it any more.
    pub fn let_go(&mut self, name: &str) -> bool {
        if let Some(held) = self.held.get_mut(name) {
            held.gone = true;
            return false;
        }
        !self.lent.contains(name)
    }

    /// A record names it: it stays for that.
    pub fn claim(&mut self, name: &str) {
        if let Some(held) = self.held.get_mut(name) {
            held.gone = false;
        }
        self.lent.remove(name);
    }

    /// Nobody names it yet, and somebody may by tomorrow.
    pub fn lend(&mut self, name: &str) {
        self.lent.insert(name.to_owned());
    }
}
