//! Memory: one redb file, typed tables, group commit. Tables with indexes are written only through
//! their own file here; the database crate's types do not leave this room.

pub mod accounts;
pub mod activities;
pub mod actors;
pub mod audience;
pub mod audit;
pub mod cases;
pub mod check;
pub mod copies;
pub mod counts;
pub mod days;
pub mod deliveries;
pub mod drafts;
pub mod errands;
pub mod follows;
mod key;
pub mod material;
pub mod media;
pub mod meta;
mod migrate;
pub mod names;
pub mod notes;
pub mod podcasts;
pub mod polls;
pub mod posts;
pub mod quotes;
pub mod reach;
pub mod reactions;
pub mod schema;
mod seen;
mod slim;
mod table;
mod tx;
pub mod users;
mod writer;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};

use redb::{Database, ReadableDatabase};

use crate::base::id::Ids;
use crate::base::time::Clock;
use crate::error::{Error, Problem, Result};

pub use key::Key;
pub use seen::Seen;
pub use table::{Readable, Role, Span, Table, View};
pub use tx::{After, Fate, Read, Rows, Write};

/// What the store needs to know from outside.
pub struct Options {
    /// Bytes of redb's page cache (its own default is 1 GiB).
    pub cache: usize,
    pub clock: Clock,
    /// Called on the writer's thread after each commit and before its answers are given.
    pub after: Box<dyn Fn(&After) + Send + Sync>,
    /// Asked on the same thread before a record names a media file that none named so far: whether it is there.
    pub there: Box<dyn Fn(&str) -> bool + Send + Sync>,
}

impl Options {
    /// Of a store that stands for itself, without files and without anybody who hears of its commits.
    pub fn alone(cache: usize, clock: Clock) -> Self {
        Self { cache, clock, after: Box::new(|_| {}), there: Box::new(|_| true) }
    }
}

/// The open store. Dropping it waits for the writes that were handed in.
pub struct Store {
    shared: Arc<Shared>,
    writer: writer::Writer,
}

/// What readers and the writer's thread have in common.
struct Shared {
    /// `None` only while the file is being reopened after the disk failed.
    database: RwLock<Option<Database>>,
    /// A reader met a disk that failed: the file has to be reopened, or nobody can read any more.
    suspect: AtomicBool,
    reopen: Box<dyn Fn() -> Result<Database> + Send + Sync>,
    ids: Ids,
    changes: seen::Changes,
    options: Options,
}

impl Store {
    /// Opens or creates the file and brings it to this version's form.
    pub fn open(path: &Path, options: Options) -> Result<Self> {
        let (path, cache) = (path.to_owned(), options.cache);
        Self::with(options, Box::new(move || open_file(&path, cache)))
    }

    /// Opens a store on backends of the caller's: memory, or a disk that crashes on purpose. `backend` is called
    /// again whenever the store is reopened, and has to lead to the same bytes.
    pub fn on_backend<B, F>(backend: F, options: Options) -> Result<Self>
    where
        B: redb::StorageBackend,
        F: Fn() -> B + Send + Sync + 'static,
    {
        let cache = options.cache;
        let open = move || redb::Builder::new().set_cache_size(cache).create_with_backend(backend()).map_err(opening);
        Self::with(options, Box::new(open))
    }

    fn with(options: Options, reopen: Box<dyn Fn() -> Result<Database> + Send + Sync>) -> Result<Self> {
        let database = reopen()?;
        migrate::run(&database)?;
        let (database, suspect) = (RwLock::new(Some(database)), AtomicBool::new(false));
        let (ids, changes) = (Ids::default(), seen::Changes::default());
        let shared = Arc::new(Shared { database, suspect, reopen, ids, changes, options });
        let writer = writer::Writer::start(Arc::clone(&shared));
        let store = Self { shared, writer };
        store.shared.ids.above(store.read(highest_id)?);
        Ok(store)
    }

    /// Answers a question from one consistent state. Short questions only: old pages stay in the file for as long as
    /// the closure runs. When the disk fails, the asker is told to come back, whatever the closure made of it.
    pub fn read<T>(&self, question: impl FnOnce(&Read) -> Result<T>) -> Result<T> {
        let read = Read::new(self.begin()?);
        let answer = question(&read);
        self.unless_disk_failed(&read, answer)
    }

    /// As `read`, and tells what the answer was made from.
    pub fn read_noting<T>(&self, question: impl FnOnce(&Read) -> Result<T>) -> Result<(T, Seen)> {
        // Before the state is chosen: a commit in between makes the answer one that does not hold.
        let since = self.shared.changes.edition();
        let read = Read::noting(self.begin()?);
        let answer = question(&read);
        let answer = self.unless_disk_failed(&read, answer)?;
        Ok((answer, read.into_seen(since)))
    }

    /// Whether an answer is still what would be made now. From the moment when a verb is answered, nothing holds that
    /// was made from what it changed.
    pub fn holds(&self, seen: &Seen) -> bool {
        self.shared.changes.hold(seen)
    }

    fn unless_disk_failed<T>(&self, read: &Read, answer: Result<T>) -> Result<T> {
        read.disk.why().map_or(answer, |why| Err(self.suspect(&why)))
    }

    fn begin(&self) -> Result<redb::ReadTransaction> {
        let guard = self.shared.database.read().map_err(|_| Error::bug("a reader of the store panicked"))?;
        let database = guard.as_ref().ok_or(Error::Busy { retry_after: crate::limits::store::REOPENING })?;
        database.begin_read().map_err(|e| self.suspect(&e.to_string()))
    }

    /// The disk failed a reader: the writer reopens the file before its next verb.
    fn suspect(&self, why: &str) -> Error {
        if !self.shared.suspect.swap(true, Ordering::AcqRel) {
            tracing::error!("the database cannot be read: {why}");
        }
        let _ = self.writer.submit(|_| Ok(()));
        Error::Busy { retry_after: crate::limits::store::REOPENING }
    }

    /// Runs one verb in a write transaction and answers after the commit is on the disk. The verb checks before its
    /// first put; it may run more than once, when a neighbour in the same commit fails.
    pub async fn write<T, F>(&self, verb: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Write<'_>) -> Result<T> + Send + 'static,
    {
        self.writer.submit(verb)?.await.map_err(|_| Error::bug("the writer stopped"))?
    }

    /// As `write`, for callers outside the async world.
    pub fn write_blocking<T, F>(&self, verb: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Write<'_>) -> Result<T> + Send + 'static,
    {
        self.writer.submit(verb)?.blocking_recv().map_err(|_| Error::bug("the writer stopped"))?
    }

    /// Hands a verb over and waits for nothing, where whoever asks must not see by the time whether anything is written.
    pub fn write_behind<F>(&self, verb: F) -> Result<()>
    where
        F: FnMut(&mut Write<'_>) -> Result<()> + Send + 'static,
    {
        self.writer.submit(verb).map(|_| ())
    }

    pub fn clock(&self) -> &Clock {
        &self.shared.options.clock
    }
}

impl Shared {
    fn is_open(&self) -> bool {
        self.database.read().is_ok_and(|database| database.is_some())
    }

    fn is_well(&self) -> bool {
        self.is_open() && !self.suspect.load(Ordering::Acquire)
    }
}

fn open_file(path: &Path, cache: usize) -> Result<Database> {
    redb::Builder::new().set_cache_size(cache).create(path).map_err(opening)
}

fn opening(e: redb::DatabaseError) -> Error {
    #[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum; the rest is told as it is")]
    match e {
        redb::DatabaseError::DatabaseAlreadyOpen => {
            Problem::new("E047", "The data directory is in use by another 'instance'.")
                .remedy("Stop the running 'instance serve', or give this command another --data.")
                .into()
        }
        redb::DatabaseError::UpgradeRequired(_) => {
            Problem::new("E062", "The database was written by a program too old for this one.").into()
        }
        e => Error::broken("open the database", e),
    }
}

/// The highest id that any fact carries, so that no id is given out twice after the clock stepped back.
fn highest_id(read: &Read) -> Result<u64> {
    let last = |keys: Vec<u64>| keys.first().copied().unwrap_or_default();
    let span = || Span::all().newest_first().limit(1);
    Ok([
        last(read.keys(&schema::POSTS, span())?.iter().map(|k| k.0).collect()),
        last(read.keys(&schema::DRAFTS, span())?.iter().map(|k| k.0).collect()),
        last(read.keys(&schema::ACTIVITIES, span())?.iter().map(|k| k.0).collect()),
        last(read.keys(&schema::NOTES, span())?.iter().map(|k| k.0).collect()),
        last(read.keys(&schema::ACTORS, span())?.iter().map(|k| k.0).collect()),
        last(read.keys(&schema::SERVERS, span())?.iter().map(|k| k.0).collect()),
        last(read.keys(&schema::INBOXES, span())?.iter().map(|k| k.0).collect()),
        read.keys(&schema::RECEIVED, Span::all())?.iter().map(|(_, id)| id.0).max().unwrap_or_default(),
        last(read.keys(&schema::QUOTES, span())?.iter().map(|k| k.0).collect()),
        last(read.keys(&schema::REPORTS, span())?.iter().map(|k| k.0).collect()),
        last(read.keys(&schema::MEDIA, span())?.iter().map(|k| k.0).collect()),
        last(read.keys(&schema::ACCOUNTS, span())?.iter().map(|k| k.0).collect()),
    ]
    .into_iter()
    .max()
    .unwrap_or_default())
}
