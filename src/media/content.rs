//! What is sent of media files. Small ones stay in memory while they are asked for; of large ones the file stays open,
//! and each reader gets piece after piece. However many read, and however slowly, the bytes in memory are bounded: the
//! fuller the room, the smaller the next piece.

use std::fs::File;
use std::io::{self, IoSliceMut};
use std::os::unix::fs::FileExt as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use rustix::io::{ReadWriteFlags, preadv2};
use tokio::task::JoinHandle;

use crate::base::cache::Cache;
use crate::limits::media::{HOT, OPEN_FILE, PIECE, PIECE_LEAST, PIECES, SMALL_FILE, SPARE};

/// A file that can be sent.
#[derive(Debug, Clone)]
pub enum Content {
    Small(Bytes),
    Large(Large),
}

/// A whole that is one piece.
struct Whole(Option<Bytes>);

impl Pieces for Whole {
    fn poll_piece(&mut self, _: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        Poll::Ready(self.0.take().filter(|bytes| !bytes.is_empty()).map(Ok))
    }
}

/// A file that is read as it is sent.
#[derive(Debug, Clone)]
pub struct Large {
    file: Arc<File>,
    length: u64,
    room: Arc<Room>,
}

impl Content {
    /// All of it.
    pub fn pieces(&self) -> Box<dyn Pieces> {
        match self {
            Self::Small(bytes) => Box::new(Whole(Some(bytes.clone()))),
            Self::Large(large) => Box::new(large.stretch(0, large.length)),
        }
    }

    pub fn length(&self) -> u64 {
        match self {
            Self::Small(bytes) => bytes.len() as u64,
            Self::Large(large) => large.length,
        }
    }
}

/// What was sent lately and may be sent again.
#[derive(Debug)]
pub struct Hot {
    kept: Mutex<Kept>,
    room: Arc<Room>,
}

#[derive(Debug)]
struct Kept {
    cache: Cache<String, Content>,
    /// How often one was forgotten so far: what was found before the last time may be what that was about.
    changes: u64,
}

impl Default for Hot {
    fn default() -> Self {
        Self { kept: Mutex::new(Kept { cache: Cache::new(HOT), changes: 0 }), room: Arc::default() }
    }
}

impl Hot {
    pub fn get(&self, name: &str) -> Option<Content> {
        self.lock().cache.get(&name.to_owned())
    }

    /// Lets go of a file that is removed, or that not everybody may see any more.
    pub fn forget(&self, name: &str) {
        let mut kept = self.lock();
        kept.changes += 1;
        kept.cache.remove(&name.to_owned());
    }

    /// The same of all.
    pub fn clear(&self) {
        let mut kept = self.lock();
        *kept = Kept { cache: Cache::new(HOT), changes: kept.changes + 1 };
    }

    /// Keeps what was fetched from elsewhere, if none was forgotten since then.
    pub fn keep(&self, name: &str, bytes: &[u8], since: u64) -> Content {
        let mut buffer = self.room.buffer(bytes.len());
        buffer.bytes.copy_from_slice(bytes);
        let content = Content::Small(Bytes::from_owner(buffer));
        let mut kept = self.lock();
        if kept.changes == since {
            kept.cache.insert_weighing(name.to_owned(), content.clone(), bytes.len() + name.len());
        }
        content
    }

    /// How often one was forgotten so far.
    pub fn changes(&self) -> u64 {
        self.lock().changes
    }

    /// Looks at a file that `open` opens, and keeps what is found if none was forgotten since `keep`. Blocks.
    pub fn load(&self, name: &str, keep: Option<u64>, open: impl FnOnce() -> io::Result<File>) -> io::Result<Content> {
        let file = open()?;
        let length = file.metadata()?.len();
        let small = usize::try_from(length).ok().filter(|length| *length <= SMALL_FILE.min(self.room.largest()));
        let content = match small {
            Some(length) => {
                let mut buffer = self.room.buffer(length);
                file.read_exact_at(&mut buffer.bytes, 0)?;
                Content::Small(Bytes::from_owner(buffer))
            }
            None => Content::Large(Large { file: Arc::new(file), length, room: Arc::clone(&self.room) }),
        };
        let weight = match &content {
            Content::Small(bytes) => bytes.len() + name.len(),
            Content::Large(_) => OPEN_FILE,
        };
        let mut kept = self.lock();
        if keep == Some(kept.changes) {
            kept.cache.insert_weighing(name.to_owned(), content.clone(), weight);
        }
        Ok(content)
    }

    /// Bytes of files in memory.
    pub fn held(&self) -> usize {
        self.room.held.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bytes of all files that are in memory.
#[derive(Debug, Default)]
struct Room {
    held: AtomicUsize,
    /// Buffers of the usual size for the next pieces: clearing new ones would cost as much as reading.
    spare: Mutex<Vec<Vec<u8>>>,
}

impl Room {
    /// How large a piece may be now: an eighth of what is left.
    fn largest(&self) -> usize {
        PIECES.saturating_sub(self.held.load(Ordering::Relaxed)) / 8
    }

    fn piece(self: &Arc<Self>, left: u64) -> Buffer {
        let size = self.largest().clamp(PIECE_LEAST, PIECE);
        self.buffer(usize::try_from(left).map_or(size, |left| left.min(size)))
    }

    fn buffer(self: &Arc<Self>, size: usize) -> Buffer {
        self.held.fetch_add(size, Ordering::Relaxed);
        let spare = if size == PIECE { self.spares().pop() } else { None };
        let bytes = spare.unwrap_or_else(|| vec![0; size]);
        Buffer { filled: bytes.len(), bytes, room: Arc::clone(self) }
    }

    fn spares(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes that count as long as they are there.
struct Buffer {
    bytes: Vec<u8>,
    filled: usize,
    room: Arc<Room>,
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.filled).unwrap_or_default()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        self.room.held.fetch_sub(bytes.len(), Ordering::Relaxed);
        if bytes.len() == PIECE {
            let mut spares = self.room.spares();
            if spares.len() < SPARE {
                spares.push(bytes);
            }
        }
    }
}

/// Some bytes of something long, one piece after the other, each when the reader has taken the last.
pub trait Pieces: Send {
    /// The next piece, never an empty one; `None` at the end.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>>;
}

/// A stretch of a file.
pub struct Stretch {
    large: Large,
    at: u64,
    left: u64,
    /// A read that has to wait for the disk.
    reading: Option<JoinHandle<io::Result<Buffer>>>,
}

impl Large {
    /// The bytes from `at` on, `left` of them.
    pub fn stretch(&self, at: u64, left: u64) -> Stretch {
        Stretch { large: self.clone(), at, left, reading: None }
    }
}

impl Pieces for Stretch {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let read = if let Some(reading) = &mut self.reading {
            ready!(Pin::new(reading).poll(cx)).unwrap_or_else(|e| Err(io::Error::other(e)))
        } else if let Some(piece) = at_once(&self.large, self.at, self.left) {
            Ok(piece)
        } else {
            let (large, at, left) = (self.large.clone(), self.at, self.left);
            self.reading = Some(tokio::task::spawn_blocking(move || in_time(&large, at, left)));
            return self.poll_piece(cx);
        };
        self.reading = None;
        let piece = match read {
            Ok(piece) if piece.filled > 0 => piece,
            Ok(_) => return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into()))),
            Err(e) => return Poll::Ready(Some(Err(e))),
        };
        self.at += piece.filled as u64;
        self.left = self.left.saturating_sub(piece.filled as u64);
        Poll::Ready(Some(Ok(Bytes::from_owner(piece))))
    }
}

/// What the kernel has in memory; `None` where it would have to wait for the disk, or cannot tell.
fn at_once(large: &Large, at: u64, left: u64) -> Option<Buffer> {
    let mut piece = large.room.piece(left);
    let read = preadv2(&large.file, &mut [IoSliceMut::new(&mut piece.bytes)], at, ReadWriteFlags::NOWAIT);
    piece.filled = read.ok()?;
    Some(piece)
}

fn in_time(large: &Large, at: u64, left: u64) -> io::Result<Buffer> {
    let mut piece = large.room.piece(left);
    piece.filled = large.file.read_at(&mut piece.bytes, at)?;
    Ok(piece)
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::io::Write as _;

    use super::*;

    /// A file that no folder names any more.
    fn file(length: usize) -> File {
        let path =
            std::env::temp_dir().join(format!("instance-{:032x}", u128::from_be_bytes(crate::crypto::random::bytes())));
        let mut file = File::options().read(true).write(true).create_new(true).open(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        file.write_all(&(0..=250).cycle().take(length).collect::<Vec<u8>>()).unwrap();
        file
    }

    async fn drain(mut stretch: Stretch) -> Vec<Bytes> {
        let mut pieces = Vec::new();
        while let Some(piece) = poll_fn(|cx| stretch.poll_piece(cx)).await {
            pieces.push(piece.unwrap());
        }
        pieces
    }

    fn large(hot: &Hot, name: &str, length: usize) -> Large {
        match hot.load(name, Some(hot.changes()), || Ok(file(length))).unwrap() {
            Content::Large(large) => large,
            Content::Small(_) => panic!("{length} bytes are too many to be kept"),
        }
    }

    #[tokio::test]
    async fn a_small_file_is_read_once_and_a_removed_one_is_not_kept() {
        let hot = Hot::default();
        let first = hot.load("a", Some(0), || Ok(file(1_000))).unwrap();
        assert_eq!((first.length(), hot.held()), (1_000, 1_000));
        assert!(matches!(hot.get("a"), Some(Content::Small(bytes)) if bytes[999] == 246));
        hot.forget("a");
        assert!(hot.get("a").is_none());
        // Removed after it was opened, before it was kept.
        let opened = hot.load("b", Some(hot.changes()), || {
            hot.forget("b");
            Ok(file(1_000))
        });
        assert!(opened.is_ok() && hot.get("b").is_none());
        // Not for everybody any more after it was asked whether it is.
        let since = hot.changes();
        hot.forget("d");
        let late = hot.load("d", Some(since), || Ok(file(1_000)));
        assert!(late.is_ok() && hot.get("d").is_none());
        let far = hot.keep("d", &[1; 9], since);
        assert!(far.length() == 9 && hot.get("d").is_none());
        hot.load("e", Some(hot.changes()), || Ok(file(9))).unwrap();
        let since = hot.changes();
        assert!(hot.get("e").is_some());
        hot.clear();
        assert!(hot.get("e").is_none() && hot.changes() > since);
        drop((first, opened, late, far));
        assert_eq!(hot.held(), 0);
        assert!(
            hot.load("c", Some(hot.changes()), || Err(io::ErrorKind::NotFound.into())).is_err()
                && hot.get("c").is_none()
        );
    }

    #[tokio::test]
    async fn a_large_file_comes_in_pieces_from_any_place() {
        let hot = Hot::default();
        let whole = large(&hot, "a", 1_000_000);
        for (at, left) in [(0, 1_000_000), (0, 1), (999_999, 1), (123_456, 654_321), (5, 0)] {
            let pieces = drain(whole.stretch(at, left)).await;
            assert!(pieces.iter().all(|piece| piece.len() <= PIECE));
            let bytes = pieces.concat();
            assert_eq!(bytes.len() as u64, left);
            assert!(bytes.iter().zip(at..).all(|(byte, n)| u64::from(*byte) == n % 251), "{at} {left}");
        }
        assert!(hot.held() == 0 && hot.room.spares().len() <= SPARE);
        let mut beyond = whole.stretch(999_999, 2);
        assert!(poll_fn(|cx| beyond.poll_piece(cx)).await.unwrap().is_ok());
        assert!(poll_fn(|cx| beyond.poll_piece(cx)).await.unwrap().is_err(), "the file is shorter than it was");
    }

    #[tokio::test]
    async fn those_who_take_nothing_do_not_fill_the_memory() {
        let hot = Hot::default();
        let whole = large(&hot, "a", 1_000_000);
        let mut held = Vec::new();
        for _ in 0..2_048 {
            let mut stretch = whole.stretch(0, 1_000_000);
            held.push(poll_fn(|cx| stretch.poll_piece(cx)).await.unwrap().unwrap());
        }
        assert!(hot.held() <= PIECES + 2_048 * PIECE_LEAST, "{}", hot.held());
        let small = hot.load("b", Some(hot.changes()), || Ok(file(SMALL_FILE))).unwrap();
        assert!(matches!(small, Content::Large(_)), "there is no room for it as a whole");
        drop(held);
        assert_eq!(hot.held(), 0);
        for n in 0..1_000 {
            hot.load(&n.to_string(), Some(hot.changes()), || Ok(file(SMALL_FILE))).unwrap();
            assert!(hot.held() <= HOT);
        }
    }
}
