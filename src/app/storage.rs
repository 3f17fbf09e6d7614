//! The object storage: what the rows say is carried there, brought back or removed, and what is there is handed through
//! to readers. A copy goes only when the other one was read back and is the same to the last bit.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, SizeHint};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use url::Url;

use super::App;
use super::files::{self, Shown};
use crate::actions;
use crate::config::Config;
use crate::crypto::digest::Sum;
use crate::error::{Error, Problem, Result};
use crate::limits::media::SMALL_FILE;
use crate::limits::storage::{AT_ONCE, COME_BACK, LANES, READERS};
use crate::media::content::{Content, Pieces};
use crate::media::files::{Files, unwritten};
use crate::model::stored::{Errand, Place, Stored};
use crate::net::bucket::{Bucket, Download, Options};
use crate::net::resolve::Resolver;
use crate::store::schema::{ERRANDS, STORED};
use crate::store::{Read, Rows as _, Span, meta};

/// What is known of the storage while the program runs.
pub struct Storage {
    bucket: Option<Bucket>,
    /// Why there is none although it is set up.
    wrong: Option<Box<Problem>>,
    /// One carries at a time: the loop, or a command that shows how far it is. Behind which name to go on.
    turn: Mutex<String>,
    readers: Arc<Semaphore>,
    lanes: [Mutex<()>; LANES],
    /// Its last answer was none: said once.
    troubled: AtomicBool,
}

impl Storage {
    pub fn new(config: &Config, user_agent: &str) -> Result<Self> {
        let bucket = config.s3.as_set().map(|set| {
            Bucket::new(Options {
                endpoint: Url::parse(set.endpoint)
                    .map_err(|e| Error::broken("the address of the object storage", e))?,
                bucket: set.bucket.to_owned(),
                region: set.region.to_owned(),
                path_style: set.path_style,
                key_id: set.key_id.to_owned(),
                secret: set.secret()?,
                extra_ca: config.network.extra_ca.clone(),
                resolver: config.network.resolver.map_or_else(Resolver::system, Resolver::asking),
                user_agent: user_agent.to_owned(),
            })
        });
        // What is wrong with it keeps nobody from commands that do not need it, least of all from putting it right.
        let (bucket, wrong) = match bucket.transpose() {
            Ok(bucket) => (bucket, None),
            Err(Error::Invalid(problem)) => (None, Some(problem)),
            Err(e) => return Err(e),
        };
        Ok(Self {
            bucket,
            wrong,
            turn: Mutex::default(),
            readers: Arc::new(Semaphore::new(READERS)),
            lanes: Default::default(),
            troubled: AtomicBool::new(false),
        })
    }

    /// The storage, for who is to use it.
    pub fn bucket(&self) -> Result<&Bucket> {
        self.bucket.as_ref().ok_or_else(|| self.wrong.clone().map_or_else(none_set_up, Error::Invalid))
    }

    pub fn is_set_up(&self) -> bool {
        self.bucket.is_some()
    }

    /// Readers are told no more than to come back; the log says once what is wrong, and once that it is right again.
    fn heard<T>(&self, result: Result<T>) -> Result<T> {
        match result {
            Ok(well) => {
                if self.troubled.swap(false, Ordering::Relaxed) {
                    tracing::info!("the object storage answers again");
                }
                Ok(well)
            }
            Err(e) => {
                if !self.troubled.swap(true, Ordering::Relaxed) {
                    tracing::error!(what = %e.cause(), remedy = remedy(&e), "the object storage does not give what it should");
                }
                Err(Error::Busy { retry_after: COME_BACK })
            }
        }
    }
}

/// What to do about it, as far as that is known.
pub fn remedy(error: &Error) -> &str {
    if let Error::Invalid(problem) = error { &problem.remedy } else { "" }
}

fn none_set_up() -> Error {
    let remedy = "Set s3.endpoint, s3.bucket, s3.key_id and s3.secret_file (instance config set s3.bucket NAME), then start \
                  the server again: it reads them when it starts.";
    Problem::new("E083", "No object storage is set up for media files.").remedy(remedy).into()
}

/// Whether readers can be given all files: a server that cannot get at those in the storage does not start.
pub fn may_serve(app: &App) -> Result<()> {
    let stored = app.store.read(count)?.stored;
    if stored == 0 || app.storage.is_set_up() {
        return Ok(());
    }
    let cause = app.storage.bucket().err().map(|e| e.cause().to_string()).unwrap_or_default();
    let what = format!("{stored} media files are in the object storage, which cannot be used. {cause}");
    let remedy = "Set s3.endpoint, s3.bucket, s3.key_id and s3.secret_file as they were: instance config set s3.bucket NAME\n\
                  To do without it afterwards: instance media move --to disk";
    Err(Problem::new("E083", what.trim_end()).remedy(remedy).into())
}

/// Whether it can be used: a small file is brought there, read back and removed.
pub async fn prove(app: &Arc<App>) -> Result<()> {
    let (bucket, name) = (app.storage.bucket()?, format!("trial-{}.txt", crate::crypto::token::new()));
    let words =
        Content::Small(Bytes::from_static(b"Written by `instance media move` to see whether it can be read back.\n"));
    let (length, sha256) = (words.length(), sum(&mut *words.pieces()).await?);
    let payload = Sent { pieces: words.pieces(), left: length }.boxed_unsync();
    bucket.put(&name, payload, length, "text/plain", app.now()).await?;
    let mut there = Seated { download: bucket.get(&name, 0, length, true, app.now()).await?, _seat: None };
    if sum(&mut there).await? != sha256 {
        return Err(differs(&name));
    }
    bucket.remove(&name, app.now()).await
}

/// A file that readers get from the storage, through us.
#[derive(Debug, Clone)]
pub struct Far {
    name: String,
    length: u64,
    shown: Shown,
}

impl Far {
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Whether it is fetched as a whole and kept for others.
    pub fn is_small(&self) -> bool {
        self.length <= SMALL_FILE as u64
    }

    /// `left` bytes from `from` on.
    pub async fn stretch(&self, app: &App, from: u64, left: u64) -> Result<Box<dyn Pieces>> {
        let busy = |_| Error::Busy { retry_after: COME_BACK };
        let seat = Arc::clone(&app.storage.readers).try_acquire_owned().map_err(busy)?;
        let whole = from == 0 && left == self.length;
        let download = app.storage.bucket()?.get(&self.name, from, left, whole, app.now()).await;
        Ok(Box::new(Seated { download: app.storage.heard(download)?, _seat: Some(seat) }))
    }
}

struct Seated {
    download: Download,
    _seat: Option<OwnedSemaphorePermit>,
}

impl Pieces for Seated {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        self.download.poll_piece(cx)
    }
}

/// The file of a name, if it is in the storage.
pub fn find(app: &App, name: &str, shown: Shown) -> Result<Option<Far>> {
    let stored = app.store.read(|rows| rows.get(&STORED, &name.to_owned()))?;
    Ok(stored.map(|stored| Far { name: name.to_owned(), length: stored.bytes, shown }))
}

/// A small file of the storage as a whole; the first who asks fetches it for all, if all may ask.
pub async fn small(app: &App, far: &Far) -> Result<Content> {
    let lane = usize::from_str_radix(far.name.get(..2).unwrap_or_default(), 16).unwrap_or_default() % LANES;
    let lane = app.storage.lanes.get(lane).ok_or_else(|| Error::bug("names have lanes"))?;
    let _turn = lane.lock().await;
    if let Some(content) = app.files.at_hand(&far.name) {
        return Ok(content);
    }
    let mut pieces = far.stretch(app, 0, far.length).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = next(&mut *pieces).await {
        bytes.extend_from_slice(&app.storage.heard(piece.map_err(Error::from))?);
    }
    match far.shown {
        Shown::Everybody(since) => Ok(app.files.keep_at_hand(&far.name, &bytes, since)),
        Shown::Insiders => Ok(Content::Small(bytes.into())),
    }
}

async fn next(pieces: &mut dyn Pieces) -> Option<io::Result<Bytes>> {
    std::future::poll_fn(|cx| pieces.poll_piece(cx)).await
}

/// What is where.
#[derive(Debug, PartialEq, Eq)]
pub struct Count {
    /// Where new files go.
    pub place: Place,
    /// Files that are in the storage.
    pub stored: usize,
    /// Files that are still to be carried or removed.
    pub left: usize,
}

impl Count {
    /// Whether every file is on the disk and stays there: what is left to be done is only to remove what may lie in the
    /// storage of a file that is here.
    pub fn is_home(&self) -> bool {
        self.stored == 0 && self.place == Place::Disk
    }
}

pub fn count(rows: &Read) -> Result<Count> {
    let stored = rows.keys(&STORED, Span::all())?.len();
    Ok(Count { place: meta::media_place(rows)?, stored, left: rows.keys(&ERRANDS, Span::all())?.len() })
}

/// Runs some errands, a few at a time; answers how many were looked at. After a failure the next turn goes on behind
/// those that failed, so that one broken file holds nothing up.
pub async fn turn(app: &Arc<App>) -> Result<usize> {
    let mut behind = app.storage.turn.lock().await;
    let errands = app.store.read(|rows| {
        let from = Span::all().limit(AT_ONCE);
        let rest = rows.rows(&ERRANDS, if behind.is_empty() { from.clone() } else { from.clone().after(&*behind) })?;
        if rest.is_empty() { rows.rows(&ERRANDS, from) } else { Ok(rest) }
    })?;
    behind.clear();
    app.storage.bucket()?;
    let mut runs = JoinSet::new();
    for (name, errand) in errands.iter().cloned() {
        let app = Arc::clone(app);
        runs.spawn(async move { run(&app, &name, errand).await });
    }
    let mut failed = None;
    while let Some(done) = runs.join_next().await {
        failed = done.map_err(|e| Error::broken("carry a file", e)).flatten().err().or(failed);
    }
    if let Some(e) = failed {
        behind.clone_from(errands.last().map_or(&String::new(), |(name, _)| name));
        return Err(e);
    }
    Ok(errands.len())
}

async fn run(app: &Arc<App>, name: &str, errand: Errand) -> Result<()> {
    match errand {
        Errand::Out => out(app, name).await,
        Errand::Back => back(app, name).await,
        Errand::Remove => {
            app.storage.bucket()?.remove(name, app.now()).await?;
            settle(app, name, errand, None).await
        }
    }
}

/// Brings a file there, reads it back, and lets the one on the disk go.
async fn out(app: &Arc<App>, name: &str) -> Result<()> {
    // Nobody asked for it: nothing that is asked for has to make room.
    let content = match files::here(app, name, Shown::Insiders).await {
        Ok(content) => content,
        Err(Error::NotFound) => {
            tracing::error!(name, "a media file that was to go to the object storage is not on the disk");
            return settle(app, name, Errand::Out, None).await;
        }
        Err(e) => return Err(e),
    };
    let length = content.length();
    let kind = Files::mime(name).ok_or(Error::NotFound)?;
    let sha256 = sum(&mut *content.pieces()).await?;
    let payload = Sent { pieces: content.pieces(), left: length }.boxed_unsync();
    let bucket = app.storage.bucket()?;
    bucket.put(name, payload, length, kind, app.now()).await?;
    let mut there = Seated { download: bucket.get(name, 0, length, true, app.now()).await?, _seat: None };
    if sum(&mut there).await? != sha256 {
        return Err(differs(name));
    }
    settle(app, name, Errand::Out, Some(Stored { bytes: length, sha256 })).await
}

/// Brings a file back; the one there goes by an errand of its own.
async fn back(app: &Arc<App>, name: &str) -> Result<()> {
    let Some(stored) = app.store.read(|rows| rows.get(&STORED, &name.to_owned()))? else { return Ok(()) };
    let download = app.storage.bucket()?.get(name, 0, stored.bytes, true, app.now()).await?;
    let mut pieces = Seated { download, _seat: None };
    let unfinished = app.files.begin()?;
    let mut file = tokio::fs::File::from_std(unfinished.file.try_clone()?);
    let mut sum = Sum::default();
    while let Some(piece) = next(&mut pieces).await {
        let piece = piece?;
        sum.add(&piece);
        file.write_all(&piece).await.map_err(unwritten)?;
    }
    file.flush().await.map_err(unwritten)?;
    if sum.hex() != stored.sha256 {
        return Err(differs(name));
    }
    let (mut hold, kept) = (app.files.hold(), name.to_owned());
    let keep = move || hold.keep_as(unfinished, &kept).map(|()| hold);
    let kept = tokio::task::spawn_blocking(keep).await.map_err(|e| Error::broken("keep a media file", e))?;
    // Until its row says that it is here.
    let _hold = kept?;
    settle(app, name, Errand::Back, Some(stored)).await
}

async fn settle(app: &App, name: &str, errand: Errand, stored: Option<Stored>) -> Result<()> {
    let name = name.to_owned();
    app.store.write(move |tx| actions::storage::done(tx, &name, errand, stored.as_ref())).await
}

async fn sum(pieces: &mut dyn Pieces) -> Result<String> {
    let mut sum = Sum::default();
    while let Some(piece) = next(pieces).await {
        sum.add(&piece?);
    }
    Ok(sum.hex())
}

fn differs(name: &str) -> Error {
    Problem::new("E084", format!("The copy of {name} in the object storage is not what was sent there."))
        .remedy("The other copy was kept. Look at the storage, then run the command again.")
        .into()
}

/// A file on its way there.
struct Sent {
    pieces: Box<dyn Pieces>,
    left: u64,
}

impl Body for Sent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.pieces.poll_piece(cx).map_ok(|piece| {
            self.left = self.left.saturating_sub(piece.len() as u64);
            Frame::data(piece)
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
