//! Group commit: one thread takes the verbs that are waiting, runs them in one transaction, commits once
//! and answers all. A commit is one fsync (about 4 ms on an ordinary disk), however many verbs share it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use redb::{Database, ReadableDatabase, WriteTransaction};
use tokio::sync::oneshot;

use super::Shared;
use super::deliveries;
use super::names;
use super::seen::Mark;
use super::tx::{After, Read, Write};
use crate::base::time::Timestamp;
use crate::error::{Error, Result};
use crate::limits;

pub(super) struct Writer {
    jobs: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

/// A verb with its caller, as the writer sees it.
trait Job: Send {
    /// Runs the verb. True when it succeeded.
    fn run(&mut self, tx: &mut Write<'_>) -> bool;
    fn failed(&self) -> bool;
    /// Gives the caller the result, or the news that the commit failed.
    fn answer(self: Box<Self>, commit: Option<Error>);
}

struct Call<T, F> {
    verb: F,
    result: Option<Result<T>>,
    caller: oneshot::Sender<Result<T>>,
}

impl<T, F> Job for Call<T, F>
where
    T: Send,
    F: FnMut(&mut Write<'_>) -> Result<T> + Send,
{
    fn run(&mut self, tx: &mut Write<'_>) -> bool {
        tx.touched.clear();
        let result = (self.verb)(tx).and_then(|done| names::settle(tx).map(|()| done));
        let fine = result.is_ok();
        self.result = Some(result);
        fine
    }

    fn failed(&self) -> bool {
        matches!(self.result, Some(Err(_)))
    }

    fn answer(self: Box<Self>, commit: Option<Error>) {
        let result = match (self.result, commit) {
            // Also to a verb that failed by itself: it may have seen what its neighbours did, which is gone.
            (_, Some(commit)) => Err(commit),
            (Some(own), None) => own,
            (None, None) => Err(Error::bug("a verb was committed without being run")),
        };
        // What it held is let go before anybody hears of it.
        drop(self.verb);
        // A caller that went away does not undo what it asked for.
        let _ = self.caller.send(result);
    }
}

impl Writer {
    pub(super) fn start(shared: Arc<Shared>) -> Self {
        let (jobs, waiting) = sync_channel(limits::store::WAITING);
        let thread = std::thread::Builder::new()
            .name("store".into())
            .spawn(move || work(&shared, &waiting))
            .expect("a thread at start");
        Self { jobs: Some(jobs), thread: Some(thread) }
    }

    pub(super) fn submit<T, F>(&self, verb: F) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        F: FnMut(&mut Write<'_>) -> Result<T> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(|| Error::bug("the store is closed"))?;
        match jobs.try_send(Box::new(Call { verb, result: None, caller })) {
            Ok(()) => Ok(answer),
            Err(TrySendError::Full(_)) => Err(Error::Busy { retry_after: limits::store::CROWDED }),
            Err(TrySendError::Disconnected(_)) => Err(Error::bug("the writer stopped")),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work(shared: &Shared, waiting: &Receiver<Box<dyn Job>>) {
    let mut trouble = Trouble::default();
    while let Some(first) = next(shared, waiting, &mut trouble) {
        let mut batch = vec![first];
        while batch.len() < limits::store::BATCH {
            match waiting.try_recv() {
                Ok(job) => batch.push(job),
                Err(_) => break,
            }
        }
        let now = shared.options.clock.now();
        if trouble.rests(now) {
            refuse(batch);
            continue;
        }
        let was_open = shared.is_well() || mended(shared, &mut trouble);
        match commit(shared, &mut batch) {
            Ok((heard, changed)) => {
                shared.changes.hear(changed.as_deref().unwrap_or_default());
                (shared.options.after)(&heard);
                for job in batch {
                    job.answer(None);
                }
                if changed.is_some() {
                    trouble.over();
                }
            }
            Err(why) => {
                refuse(batch);
                trouble.meet(now, &why);
                if was_open {
                    mended(shared, &mut trouble);
                }
            }
        }
    }
}

/// The fault is not in what they asked for: nobody may drop it.
fn refuse(batch: Vec<Box<dyn Job>>) {
    for job in batch {
        job.answer(Some(Error::Busy { retry_after: limits::store::COME_BACK }));
    }
}

/// What is wrong with the disk, told once when it begins and once when it is over.
#[derive(Default)]
struct Trouble {
    /// The last failure, while nothing has been written since.
    last: Option<Timestamp>,
}

impl Trouble {
    /// After a failure the disk is let alone for a moment, so that opening the file again and again does not keep
    /// readers from it.
    fn rests(&self, now: Timestamp) -> bool {
        self.last.is_some_and(|last| last <= now && now.since(last) < limits::store::REOPEN)
    }

    fn meet(&mut self, now: Timestamp, why: &str) {
        if self.last.replace(now).is_none() {
            tracing::error!("the database cannot be written, so whoever asks is told to come back: {why}");
        }
    }

    fn over(&mut self) {
        if self.last.take().is_some() {
            tracing::info!("the database can be written again");
        }
    }
}

/// The next verb; `None` when the store is dropped. A file that could not be reopened is tried again and again, since
/// readers cannot do it.
fn next(shared: &Shared, waiting: &Receiver<Box<dyn Job>>, trouble: &mut Trouble) -> Option<Box<dyn Job>> {
    while !shared.is_open() {
        match waiting.recv_timeout(limits::store::REOPEN) {
            Ok(job) => return Some(job),
            Err(RecvTimeoutError::Timeout) => drop(mended(shared, trouble)),
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
    waiting.recv().ok()
}

/// Runs the batch until all that have not failed share one transaction, and commits that.
/// Also says what it changed, if there was anything to commit.
fn commit(shared: &Shared, batch: &mut [Box<dyn Job>]) -> Result<(After, Option<Vec<Mark>>), String> {
    let guard = shared.database.read().map_err(|e| e.to_string())?;
    let database = guard.as_ref().ok_or("the database is closed")?;
    loop {
        let txn = begin(database)?;
        let mut tx = Write::new(&txn, &shared.ids, &shared.options.clock);
        tx.there = &*shared.options.there;
        let (mut dirty, mut torn) = (false, false);
        let mut heard = After::default();
        for job in batch.iter_mut().filter(|job| !job.failed()) {
            tx.dirty = false;
            let fine = job.run(&mut tx);
            let after = std::mem::take(&mut tx.after);
            if let Some(why) = tx.disk.why() {
                // Whatever the verb made of it: it did not see what is there.
                return Err(why);
            }
            if fine {
                heard.join(after);
            } else if tx.dirty {
                torn = true;
                break;
            }
            dirty |= tx.dirty;
        }
        if torn {
            // A verb failed after its first put: nothing of it may stay, so the others run again without it.
            txn.abort().map_err(|e| e.to_string())?;
            continue;
        }
        let changed = tx.into_changed();
        if dirty {
            txn.commit().map_err(|e| e.to_string())?;
        } else {
            txn.abort().map_err(|e| e.to_string())?;
        }
        return Ok((heard, dirty.then_some(changed)));
    }
}

/// Every commit has two phases, each with its sync: nothing is ever built on what a sync that failed may have lost
/// while it can still be read. Starting the program anew would not help: what it reads outlives it.
pub(super) fn begin(database: &Database) -> Result<WriteTransaction, String> {
    let mut txn = database.begin_write().map_err(|e| e.to_string())?;
    // Brings the two phases, and the state that makes reopening 1 GB after kill -9 take milliseconds instead of seconds.
    txn.set_quick_repair(true);
    Ok(txn)
}

/// After a failure (a full disk) redb refuses whatever is not in memory until the file is opened anew. The commit may
/// have reached the disk all the same, so whoever waits for news is told to look. True when it is open again.
fn mended(shared: &Shared, trouble: &mut Trouble) -> bool {
    let Ok(mut guard) = shared.database.write() else { return false };
    *guard = None;
    shared.suspect.store(false, Ordering::Release);
    match (shared.reopen)() {
        Ok(database) => {
            let news = everything(&database);
            // Before anybody can look at what may be another state.
            shared.changes.forget();
            *guard = Some(database);
            drop(guard);
            (shared.options.after)(&news);
            true
        }
        Err(e) => {
            let why = if let Error::Broken(cause) = &e { cause.to_string() } else { e.to_string() };
            trouble.meet(shared.options.clock.now(), &format!("it could not be opened again: {why}"));
            false
        }
    }
}

/// All that may have to be heard.
fn everything(database: &Database) -> After {
    let lanes = database.begin_read().map_err(|e| Error::broken("begin to read", e));
    let lanes = lanes.and_then(|txn| deliveries::wakes(&Read::new(txn)));
    if let Err(Error::Broken(cause)) = &lanes {
        tracing::error!(what = %cause, "the lanes could not be read");
    }
    After {
        deliveries: lanes.unwrap_or_default(),
        received: true,
        files: Vec::new(),
        unsure: true,
        errands: true,
        plans: true,
        copies: true,
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::atomic::{AtomicBool, Ordering};

    use redb::{StorageBackend, backends::InMemoryBackend};

    use super::*;
    use crate::base::time::{Clock, Timestamp};
    use crate::model::ids::MediaId;
    use crate::model::media::Media;
    use crate::store::schema::{GONE, KEYS, MEDIA_ROWS};
    use crate::store::{Options, Rows, Store};

    /// A disk that is full from one moment on.
    #[derive(Debug)]
    struct Disk(InMemoryBackend, Arc<AtomicBool>);

    impl StorageBackend for Disk {
        fn len(&self) -> Result<u64, io::Error> {
            self.0.len()
        }

        fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
            self.0.read(offset, out)
        }

        fn set_len(&self, len: u64) -> Result<(), io::Error> {
            self.0.set_len(len)
        }

        fn sync_data(&self) -> Result<(), io::Error> {
            if self.1.load(Ordering::SeqCst) { Err(full()) } else { self.0.sync_data() }
        }

        fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
            if self.1.load(Ordering::SeqCst) { Err(full()) } else { self.0.write(offset, data) }
        }
    }

    fn full() -> io::Error {
        io::Error::from(io::ErrorKind::StorageFull)
    }

    /// What is changed without being told, or looked at without being noted, would leave stale pages.
    #[test]
    fn pages_are_made_of_what_is_told_and_noted() {
        let store = Store::on_backend(InMemoryBackend::new, Options::alone(1 << 20, Clock::System)).unwrap();
        assert!(store.read_noting(|rows| rows.len(&GONE)).is_err());
        let (_, seen) = store.read_noting(|rows| rows.len(&KEYS)).unwrap();
        assert!(store.holds(&seen));
        assert!(store.write_blocking(|tx| tx.put_all(&MEDIA_ROWS, std::iter::empty::<(MediaId, Media)>())).is_err());
        store.write_blocking(|tx| tx.put_all(&GONE, [([0; 16], Timestamp(1))].into_iter())).unwrap();
    }

    #[test]
    fn a_full_disk_is_no_fault_of_what_was_asked() {
        let full = Arc::new(AtomicBool::new(false));
        let switch = Arc::clone(&full);
        let disk = move || Disk(InMemoryBackend::new(), Arc::clone(&switch));
        let store = Store::on_backend(disk, Options::alone(1 << 20, Clock::System)).unwrap();
        let put = |n: u8| store.write_blocking(move |tx| tx.put(&GONE, &[n; 16], &Timestamp(1)));
        put(1).unwrap();
        full.store(true, Ordering::SeqCst);
        let told = put(2);
        assert!(matches!(told, Err(Error::Busy { .. })), "{told:?}");
    }
}
