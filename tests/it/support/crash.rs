//! A disk in memory for the store: it keeps what was synced apart from what was only written, loses power at a chosen
//! sync, forgets what was not synced, and fails at a chosen operation.

use std::io::{Error, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::StorageBackend;

type Done<T> = Result<T, Error>;

/// What a power cut leaves of the writes since the last sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Nothing,
    /// The first so many of them (modulo their number), as the seed says.
    Prefix(u64),
    /// Any of them, in whole or up to a sector's end, as the seed says: disks reorder.
    Some(u64),
    /// All of them: the process was killed, not the machine.
    All,
}

/// Which operations fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Only the n-th from now on.
    Once(usize),
    /// The n-th and all after it, until `mend`.
    From(usize),
    /// The n-th sync, as on Linux: what it was to make durable is called clean, and is read until the power goes, but
    /// of it only what the seed says is on the disk.
    Sync(usize, u64),
}

/// The disk; clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Disk(Arc<Mutex<Platter>>);

#[derive(Default)]
struct Platter {
    /// What a running machine reads.
    written: Vec<u8>,
    /// What is there after a power cut.
    synced: Vec<u8>,
    pending: Vec<Change>,
    operations: usize,
    syncs: usize,
    /// Syncs before `fail`.
    before: usize,
    fault: Option<Fault>,
    cut: Option<usize>,
    /// Backends of earlier lives answer nothing any more.
    life: u64,
}

impl std::fmt::Debug for Platter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes, {} syncs", self.written.len(), self.syncs)
    }
}

#[derive(Clone)]
enum Change {
    Length(usize),
    Write(usize, Vec<u8>),
}

impl Change {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Self::Length(length) => to.resize(*length, 0),
            Self::Write(at, bytes) => {
                to.resize(to.len().max(at + bytes.len()), 0);
                to[*at..at + bytes.len()].copy_from_slice(bytes);
            }
        }
    }

    /// As it is found after a crash: a file is as long as was said of it, whatever was written behind its end.
    fn survive(&self, to: &mut Vec<u8>) {
        match self {
            Self::Length(_) => self.apply(to),
            Self::Write(at, bytes) => {
                let end = to.len().min(at + bytes.len());
                if let Some(room) = to.get_mut(*at..end) {
                    room.copy_from_slice(&bytes[..room.len()]);
                }
            }
        }
    }
}

impl Disk {
    /// A disk with the same bytes, all of them synced.
    pub fn copy(&self) -> Self {
        let written = self.platter().written.clone();
        Self(Arc::new(Mutex::new(Platter { synced: written.clone(), written, ..Platter::default() })))
    }

    /// Opens it again and again for one life of a program: after a crash, what was left of it finds nothing.
    pub fn backends(&self) -> impl Fn() -> Backend + Send + Sync + use<> {
        let (disk, life) = (self.clone(), self.platter().life);
        move || Backend { disk: disk.clone(), life }
    }

    pub fn backend(&self) -> Backend {
        self.backends()()
    }

    /// How often it was synced.
    pub fn syncs(&self) -> usize {
        self.platter().syncs
    }

    /// Takes the power away at the n-th sync from now on, before that sync has an effect; 0 is the next.
    pub fn cut_at(&self, sync: usize) {
        let mut platter = self.platter();
        platter.cut = Some(platter.syncs + sync);
    }

    pub fn fail(&self, fault: Fault) {
        let mut platter = self.platter();
        (platter.operations, platter.before) = (0, platter.syncs);
        platter.fault = Some(fault);
    }

    /// From now on it works again.
    pub fn mend(&self) {
        self.platter().fault = None;
    }

    /// The machine starts anew after a power cut. Whatever is still open on this disk fails from now on.
    pub fn crash(&self, kept: Kept) {
        let mut platter = self.platter();
        let pending = std::mem::take(&mut platter.pending);
        let mut bytes = std::mem::take(&mut platter.synced);
        for change in survivors(&pending, kept) {
            change.survive(&mut bytes);
        }
        platter.written.clone_from(&bytes);
        platter.synced = bytes;
        platter.life += 1;
        (platter.cut, platter.fault) = (None, None);
    }

    fn platter(&self) -> MutexGuard<'_, Platter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn survivors(pending: &[Change], kept: Kept) -> Vec<Change> {
    match kept {
        Kept::Nothing => Vec::new(),
        Kept::Prefix(seed) => {
            let count = usize::try_from(seed).unwrap() % (pending.len() + 1);
            pending[..count].to_vec()
        }
        Kept::All => pending.to_vec(),
        Kept::Some(seed) => {
            let mut random = seed;
            pending.iter().filter_map(|change| torn(change, draw(&mut random))).collect()
        }
    }
}

/// All, nothing, or the first sectors of a change.
fn torn(change: &Change, random: u64) -> Option<Change> {
    match (random % 3, change) {
        (0, _) => Some(change.clone()),
        (1, Change::Write(at, bytes)) if bytes.len() > 512 => {
            let sectors = usize::try_from(random >> 8).unwrap() % (bytes.len() / 512) * 512;
            Some(Change::Write(*at, bytes[..sectors].to_vec()))
        }
        _ => None,
    }
}

/// How many rounds a test of chance makes, and the seed of the first: the usual ones, or `CRASH_ROUNDS` and `CRASH_SEED`.
pub fn rounds(usual: u64, seed: u64) -> (u64, u64) {
    (asked("CRASH_ROUNDS").unwrap_or(usual), asked("CRASH_SEED").unwrap_or(seed))
}

/// A number that the environment names.
pub fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// The next number of a generator (`splitmix64`): the same seed, the same crash.
pub fn draw(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) >> 1
}

/// The disk as one opening of it sees it.
#[derive(Debug)]
pub struct Backend {
    disk: Disk,
    life: u64,
}

impl Backend {
    /// Counts an operation, and fails when its time has come.
    fn operate(&self) -> Done<MutexGuard<'_, Platter>> {
        match self.begin() {
            (platter, Health::Well) => Ok(platter),
            (_, Health::Failing | Health::Dead) => Err(broken()),
        }
    }

    fn begin(&self) -> (MutexGuard<'_, Platter>, Health) {
        let mut platter = self.disk.platter();
        let number = platter.operations;
        platter.operations += 1;
        let fails = match platter.fault {
            None | Some(Fault::Sync(..)) => false,
            Some(Fault::Once(n)) => n == number,
            Some(Fault::From(n)) => number >= n,
        };
        let dead = platter.life != self.life || platter.cut.is_some_and(|cut| platter.syncs > cut);
        let health = if dead {
            Health::Dead
        } else if fails {
            Health::Failing
        } else {
            Health::Well
        };
        (platter, health)
    }
}

enum Health {
    Well,
    Failing,
    /// The power is off, or this backend is of an earlier life.
    Dead,
}

fn broken() -> Error {
    Error::new(ErrorKind::StorageFull, "the disk of a test")
}

impl StorageBackend for Backend {
    fn len(&self) -> Done<u64> {
        Ok(u64::try_from(self.operate()?.written.len()).unwrap())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Done<()> {
        let platter = self.operate()?;
        let at = usize::try_from(offset).unwrap();
        out.copy_from_slice(platter.written.get(at..at + out.len()).ok_or_else(broken)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Done<()> {
        let mut platter = self.operate()?;
        let change = Change::Length(usize::try_from(len).unwrap());
        change.apply(&mut platter.written);
        platter.pending.push(change);
        Ok(())
    }

    fn sync_data(&self) -> Done<()> {
        let mut platter = self.operate()?;
        platter.syncs += 1;
        if platter.cut.is_some_and(|cut| platter.syncs > cut) {
            return Err(broken());
        }
        let (number, Platter { pending, synced, fault, .. }) = (platter.syncs - platter.before, &mut *platter);
        if let Some(Fault::Sync(n, seed)) = *fault
            && number == n + 1
        {
            let lost = std::mem::take(pending);
            let (lengths, writes): (Vec<_>, Vec<_>) = lost.into_iter().partition(|c| matches!(c, Change::Length(_)));
            // The length is the file system's own affair, and stays to be written.
            *pending = lengths;
            for change in survivors(&writes, Kept::Some(seed)) {
                change.survive(synced);
            }
            return Err(broken());
        }
        for change in pending.drain(..) {
            change.apply(synced);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Done<()> {
        let (mut platter, health) = self.begin();
        let (data, done) = match health {
            Health::Well => (data, Ok(())),
            // A disk that fills up takes the first half.
            Health::Failing => (&data[..data.len() / 1024 * 512], Err(broken())),
            Health::Dead => return Err(broken()),
        };
        let change = Change::Write(usize::try_from(offset).unwrap(), data.to_vec());
        change.apply(&mut platter.written);
        platter.pending.push(change);
        done
    }
}
