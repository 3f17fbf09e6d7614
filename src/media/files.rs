//! The media files on disk, called by what is in them: the same bytes are one file, however often they come. The name is
//! made with a key of this server's own, so that it says nothing, and nobody who has a file can tell whether we have it.
//! Two levels of folders, each file written whole or not at all. No part of a path ever comes from outside without
//! passing `path`.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard};
use std::time::SystemTime;

use super::content::{Content, Hot};
use super::hold::{Hold, Marked, Marks};
use crate::crypto::digest::Seal;
use crate::crypto::random;
use crate::error::{Error, Problem, Result};
use crate::limits;

/// Where half-written files are; emptied at every start.
const UNFINISHED: &str = "unfinished";
const TYPES: [(&str, &str); 13] = [
    ("jpg", "image/jpeg"),
    ("png", "image/png"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("mp4", "video/mp4"),
    ("webm", "video/webm"),
    ("m4a", "audio/mp4"),
    ("weba", "audio/webm"),
    ("mp3", "audio/mpeg"),
    ("aac", "audio/aac"),
    ("ogg", "audio/ogg"),
    ("flac", "audio/flac"),
    ("vtt", "text/vtt; charset=utf-8"),
];

/// A folder of media files. Blocks; belongs to one process.
#[derive(Debug, Clone)]
pub struct Files {
    root: PathBuf,
    hot: Arc<Hot>,
    marked: Arc<Marked>,
    /// What names are made with.
    key: [u8; 32],
}

impl Files {
    /// Makes the folder if need be (mode 0700) and throws away what a crash left half-written. It has a key of its own
    /// until it is told another.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self> {
        let files = Self { root: root.into(), hot: Arc::default(), marked: Arc::default(), key: random::bytes() };
        let unfinished = files.root.join(UNFINISHED);
        make_dir(&unfinished).map_err(|e| broken("opening the media folder", e))?;
        for entry in fs::read_dir(&unfinished).map_err(|e| broken("opening the media folder", e))? {
            let path = entry.map_err(|e| broken("opening the media folder", e))?.path();
            fs::remove_file(path).map_err(|e| broken("removing an unfinished media file", e))?;
        }
        Ok(files)
    }

    /// The same folder, where new files get their names by this key.
    #[must_use]
    pub fn keyed(&self, key: [u8; 32]) -> Self {
        Self { key, ..self.clone() }
    }

    /// To keep new files with.
    pub fn hold(&self) -> Hold {
        Hold::new(self.clone())
    }

    /// Whether there is room for so many bytes: better refused now than broken off, and the database has to go on.
    pub fn expect(&self, bytes: u64) -> Result<()> {
        self.room(bytes, 0, "")
    }

    /// The same for an upload of so many bytes: for `left` of them that are to come, and for all of them once more, clean,
    /// beside those that others may still bring.
    pub fn expect_upload(&self, left: u64, whole: u64, promised: u64) -> Result<()> {
        self.room(left.saturating_add(whole), promised, " until it was looked at")
    }

    fn room(&self, bytes: u64, promised: u64, until: &str) -> Result<()> {
        // Where it cannot be told, writing tells.
        let Ok(disk) = rustix::fs::statvfs(&self.root) else { return Ok(()) };
        let free = disk.f_bavail.saturating_mul(disk.f_frsize).saturating_sub(promised);
        let kept = limits::media::KEPT_FREE.min(disk.f_blocks.saturating_mul(disk.f_frsize) / 20);
        if free >= bytes.saturating_add(kept) {
            return Ok(());
        }
        tracing::error!(free, bytes, "the disk has no room for a file, so whoever brings it is told");
        let what = format!(
            "The disk of this server is nearly full: the file takes {} MiB{until}, and {} MiB are free.",
            bytes.div_ceil(1 << 20),
            free >> 20
        );
        let remedy = "Whoever runs the server has to make room; what is published stays readable. Then try again.";
        Err(Problem::new("E194", what).field("media").remedy(remedy).into())
    }

    /// A new file (mode 0600) that is not there for anybody until it is kept.
    pub fn begin(&self) -> Result<Unfinished> {
        let path = self.root.join(UNFINISHED).join(format!("{:032x}", u128::from_be_bytes(random::bytes::<16>())));
        let opened = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path);
        Ok(Unfinished { file: opened.map_err(unwritten)?, path: Some(path) })
    }

    /// What a file is called.
    pub(super) fn name(&self, unfinished: &mut Unfinished, ext: &str) -> Result<String> {
        let failed = |e| broken("reading a media file", e);
        let (mut seal, mut piece) = (Seal::new(&self.key), vec![0; limits::media::PIECE]);
        unfinished.file.rewind().map_err(failed)?;
        loop {
            match unfinished.file.read(&mut piece).map_err(failed)? {
                0 => return Ok(format!("{}.{ext}", seal.short_hex())),
                read => seal.add(piece.get(..read).unwrap_or_default()),
            }
        }
    }

    pub(super) fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marked.lock()
    }

    /// Puts a file that is whole in its place; another of this name is the same. When this returns, the file survives a
    /// power cut.
    pub(super) fn place(&self, unfinished: Unfinished, name: &str) -> Result<()> {
        let path = self.path(name).ok_or_else(|| Error::bug(format!("no media file is called {name}")))?;
        unfinished.finish(&path).map_err(unwritten)
    }

    /// Where the file of this name is, if it is there. `None` for anything that is not one of our
    /// names, exactly: 32 lower-case hexadecimal digits, a dot, a known ending.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        Self::mime(name)?;
        let (first, rest) = name.split_at_checked(2)?;
        let (second, _) = rest.split_at_checked(2)?;
        Some(self.root.join(first).join(second).join(name))
    }

    /// The type to serve a name as; `None` where `path` has none.
    pub fn mime(name: &str) -> Option<&'static str> {
        let (stem, ext) = name.split_at_checked(32)?;
        let ext = ext.strip_prefix('.')?;
        let hex = stem.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        TYPES.iter().find(|(known, _)| hex && *known == ext).map(|(_, mime)| *mime)
    }

    /// A file that was sent a moment ago.
    pub fn at_hand(&self, name: &str) -> Option<Content> {
        self.hot.get(name)
    }

    /// A file as it is sent; at hand from now on, if nothing has changed since a moment (see `changes`).
    pub fn content(&self, name: &str, keep: Option<u64>) -> Result<Content> {
        let path = self.path(name).ok_or(Error::NotFound)?;
        let missing = |e: &io::Error| e.kind() == io::ErrorKind::NotFound;
        self.hot
            .load(name, keep, || File::open(path))
            .map_err(|e| if missing(&e) { Error::NotFound } else { broken("opening a media file", e) })
    }

    /// Keeps at hand what was fetched from elsewhere, if nothing has changed since a moment (see `changes`).
    pub fn keep_at_hand(&self, name: &str, bytes: &[u8], since: u64) -> Content {
        self.hot.keep(name, bytes, since)
    }

    /// How often a file was removed or covered so far: who may see what is asked behind this.
    pub fn changes(&self) -> u64 {
        self.hot.changes()
    }

    /// Bytes of files in memory.
    pub fn held(&self) -> usize {
        self.hot.held()
    }

    /// Removes a file, also from memory; one that somebody holds, when nobody does any more. One that is not there is no
    /// error.
    pub fn remove(&self, name: &str) -> Result<()> {
        let path = self.path(name).ok_or(Error::NotFound)?;
        let mut marks = self.marks();
        let removed = if marks.let_go(name) { remove_file(&path) } else { Ok(()) };
        drop(marks);
        self.hot.forget(name);
        removed
    }

    pub(super) fn mark(&self, name: &str) -> Result<()> {
        let path = self.path(name).ok_or_else(|| Error::bug(format!("no media file is called {name}")))?;
        let mut marks = self.marks();
        marks.hold(name, !path.exists());
        Ok(())
    }

    pub(super) fn release(&self, name: &str) {
        let mut marks = self.marks();
        if marks.release(name)
            && let Some(path) = self.path(name)
        {
            // Should it stay, the sweep finds it (see `work::prune`).
            remove_file(&path).unwrap_or_default();
        }
    }

    /// Whether a file is there; what is called otherwise than ours has no place to be missing from.
    pub fn has(&self, name: &str) -> bool {
        self.path(name).is_none_or(|path| path.exists())
    }

    /// A record names it from now on, whatever was to become of it before.
    pub fn claim(&self, name: &str) {
        self.marks().claim(name);
    }

    /// It is not for everybody any more: whoever asks next is looked at.
    pub fn cover(&self, name: &str) {
        self.hot.forget(name);
    }

    /// Nothing that is in memory need be as it was.
    pub fn cover_all(&self) {
        self.hot.clear();
    }

    /// Removes a file that no record names, unless it was written after a moment: then its record may be on its way, and
    /// it stays until the next sweep or its record goes.
    pub fn sweep(&self, name: &str, after: SystemTime) -> Result<()> {
        let path = self.path(name).ok_or(Error::NotFound)?;
        let mut marks = self.marks();
        if path.metadata().and_then(|about| about.modified()).is_ok_and(|written| written >= after) {
            marks.lend(name);
            return Ok(());
        }
        marks.claim(name);
        if marks.let_go(name) { remove_file(&path) } else { Ok(()) }
    }

    /// The names of all files, in no order; for the consistency check. Passes over what does not
    /// belong here.
    pub fn list(&self) -> impl Iterator<Item = Result<String>> + use<> {
        entries(self.root.clone())
            .flat_map(descend)
            .flat_map(descend)
            .map(|entry| entry.map(|path| file_name(&path)).map_err(|e| broken("listing media files", e)))
            .filter(|name| name.as_ref().map_or(true, |name| Self::mime(name).is_some()))
    }
}

/// Why a file could not be written: a full disk is told to whoever brings it.
pub fn unwritten(e: io::Error) -> Error {
    if matches!(e.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        tracing::error!("there is no room for a file, so whoever brings it is told to come back: {e}");
        return Error::Busy { retry_after: limits::store::COME_BACK };
    }
    broken("writing a media file", e)
}

/// A file that is being written. Dropped before it is kept, it goes away.
#[derive(Debug)]
pub struct Unfinished {
    pub file: File,
    path: Option<PathBuf>,
}

impl Unfinished {
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(unwritten)
    }

    /// Bytes that were written so far.
    pub fn length(&self) -> Result<u64> {
        Ok(self.file.metadata().map_err(|e| broken("reading a media file", e))?.len())
    }

    fn finish(mut self, place: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        let folder = place.parent().ok_or(io::ErrorKind::InvalidInput)?;
        make_dir(folder)?;
        if let Some(path) = &self.path {
            fs::rename(path, place)?;
        }
        self.path = None;
        // The new name is safe when its folder is, and a new folder when those above it are.
        folder.ancestors().take(3).try_for_each(|folder| File::open(folder)?.sync_all())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // A full disk is likelier to fail before than here; what stays is removed at the next start.
            _ = fs::remove_file(path);
        }
    }
}

fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(broken("removing a media file", e)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn make_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// What is in a folder; an error is one item.
fn entries(folder: PathBuf) -> Box<dyn Iterator<Item = io::Result<PathBuf>>> {
    match fs::read_dir(folder) {
        Ok(entries) => Box::new(entries.map(|entry| entry.map(|entry| entry.path()))),
        Err(e) => Box::new(std::iter::once(Err(e))),
    }
}

/// What is in the folder a level up, if it is one of ours: two hexadecimal digits.
fn descend(entry: io::Result<PathBuf>) -> Box<dyn Iterator<Item = io::Result<PathBuf>>> {
    match entry {
        Ok(path) if file_name(&path).len() == 2 && path.is_dir() => entries(path),
        Ok(_) => Box::new(std::iter::empty()),
        Err(e) => Box::new(std::iter::once(Err(e))),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn broken(doing: &'static str, error: io::Error) -> Error {
    Error::broken(doing, error)
}

#[cfg(test)]
mod tests;
