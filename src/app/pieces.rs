//! Files that come in pieces: an upload that broke off goes on where it stopped. What has come lies on the disk and is
//! known in memory only: a restart forgets it, and so does a day without another piece.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use super::{App, upload};
use crate::base::time::Timestamp;
use crate::crypto::token;
use crate::error::{Error, Problem, Result};
use crate::limits::inbound as limits;
use crate::media::clip;
use crate::media::files::{Unfinished, unwritten};
use crate::model::ids::{AccountId, MediaId};
use crate::model::power::Attach;
use crate::model::user::By;

/// Those that are on their way, by names that nobody guesses.
#[derive(Default)]
pub struct Pieces(Mutex<HashMap<String, Arc<Begun>>>);

struct Begun {
    account: AccountId,
    /// What it will have, in bytes.
    length: u64,
    /// Locked while a piece comes.
    state: Arc<AsyncMutex<State>>,
}

struct State {
    /// Gone when it was used.
    file: Option<Unfinished>,
    /// What came of it.
    end: Option<End>,
    last: Timestamp,
}

/// The upload that it has become, or why it becomes none.
pub type End = Result<MediaId, Box<Problem>>;

impl Pieces {
    fn lock(&self) -> Result<MutexGuard<'_, HashMap<String, Arc<Begun>>>> {
        self.0.lock().map_err(|_| Error::bug("a thread panicked while it held the uploads"))
    }

    fn find(&self, account: AccountId, name: &str) -> Result<Arc<Begun>> {
        self.lock()?.get(name).filter(|begun| begun.account == account).cloned().ok_or(Error::NotFound)
    }
}

impl Begun {
    fn state(&self) -> Result<OwnedMutexGuard<State>> {
        let busy = |_| Error::Conflict("Another piece of this upload is on its way");
        Arc::clone(&self.state).try_lock_owned().map_err(busy)
    }

    /// When it was used; none while it is on its way.
    fn ended(&self) -> Option<Timestamp> {
        self.state().ok().filter(|state| state.end.is_some()).map(|state| state.last)
    }

    /// Bytes of the disk that it will still take: what may come, and all of it once more, clean. Of one whose piece is on
    /// its way this moment nobody knows how much has come.
    fn still_to_come(&self) -> u64 {
        let come = match self.state() {
            Ok(state) if state.end.is_some() => return 0,
            Ok(state) => state.offset().unwrap_or_default(),
            Err(_) => 0,
        };
        self.length.saturating_mul(2).saturating_sub(come)
    }

    fn check_whole(&self, come: u64) -> Result<()> {
        if come >= self.length {
            return Ok(());
        }
        let what = format!("The upload has not come as a whole: {come} of {} bytes are here.", self.length);
        Err(Problem::new("E209", what).field("upload").remedy("Send the rest first.").into())
    }
}

impl State {
    /// Bytes that have come.
    fn offset(&self) -> Result<u64> {
        self.file.as_ref().ok_or(Error::NotFound)?.length()
    }
}

/// Makes room for a file of a length, and answers its name.
pub fn begin(app: &App, by: By<Attach>, length: u64) -> Result<String> {
    if length == 0 {
        return Err(Problem::new("E134", "The file is empty.").field("media").remedy("Choose the file again.").into());
    }
    clip::check_weight(length, app.heaviest())?;
    sweep(app)?;
    let own = |begun: &&Arc<Begun>| begun.account == by.account() && begun.ended().is_none();
    let (promised, to_come) = {
        let all = app.pieces.lock()?;
        let promised = all.values().filter(own).map(|begun| begun.length).sum::<u64>();
        (promised, all.values().map(|begun| begun.still_to_come()).sum::<u64>())
    };
    app.files.expect_upload(length, length, to_come)?;
    upload::check_quota(app, by.account(), length.saturating_add(promised))?;
    let now = app.now();
    let mut all = app.pieces.lock()?;
    let on_their_way = all.values().filter(|begun| begun.ended().is_none()).count();
    if on_their_way >= limits::PIECES_AT_ONCE || all.values().filter(own).count() >= limits::PIECES_EACH {
        return Err(Error::Busy { retry_after: limits::PIECES_COME_BACK });
    }
    forget_oldest(&mut all, by.account());
    let state = State { file: Some(app.files.begin()?), end: None, last: now };
    let name = token::new();
    all.insert(
        name.clone(),
        Arc::new(Begun { account: by.account(), length, state: Arc::new(AsyncMutex::new(state)) }),
    );
    Ok(name)
}

/// Of as many as an account may have on their way it is known what came of them.
fn forget_oldest(all: &mut HashMap<String, Arc<Begun>>, account: AccountId) {
    let own = all.iter().filter(|(_, begun)| begun.account == account);
    let mut ended: Vec<_> = own.filter_map(|(name, begun)| Some((begun.ended()?, name.clone()))).collect();
    ended.sort_unstable();
    let more = ended.len().saturating_sub(limits::PIECES_EACH);
    for (_, name) in ended.into_iter().take(more) {
        all.remove(&name);
    }
}

/// Forgets those of which no piece came for a day, or never one, and gives their room on the disk back.
pub fn sweep(app: &App) -> Result<()> {
    let now = app.now();
    let is_young = |state: &State| {
        let kept = if state.end.is_some() || state.offset().is_ok_and(|come| come > 0) {
            limits::PIECES_KEPT
        } else {
            limits::PIECES_EMPTY
        };
        now.since(state.last) < kept
    };
    app.pieces.lock()?.retain(|_, begun| begun.state().map_or(true, |state| is_young(&state)));
    Ok(())
}

/// How much of a file has come, and how much it is to be.
pub fn progress(app: &App, by: By<Attach>, name: &str) -> Result<(u64, u64)> {
    let begun = app.pieces.find(by.account(), name)?;
    let state = begun.state()?;
    Ok((if state.end.is_some() { begun.length } else { state.offset()? }, begun.length))
}

/// Forgets a file.
pub fn forget(app: &App, by: By<Attach>, name: &str) -> Result<()> {
    app.pieces.find(by.account(), name)?;
    app.pieces.lock()?.remove(name);
    Ok(())
}

/// A file whose next piece comes.
pub struct Open {
    state: OwnedMutexGuard<State>,
    at: u64,
    length: u64,
}

/// Opens a file for the piece that begins at a place: at the end of what has come, and nowhere else.
pub fn open(app: &App, by: By<Attach>, name: &str, at: u64) -> Result<Open> {
    let begun = app.pieces.find(by.account(), name)?;
    let mut state = begun.state()?;
    if state.offset()? != at {
        return Err(Error::Conflict("The piece does not begin where the upload stopped: ask how far it is"));
    }
    state.last = app.now();
    Ok(Open { state, at, length: begun.length })
}

impl Open {
    /// Bytes that have come.
    pub fn offset(&self) -> u64 {
        self.at
    }

    /// Bytes of all of it.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Bytes that may still come.
    pub fn left(&self) -> u64 {
        self.length.saturating_sub(self.at)
    }

    /// Into the system's cache, not to the disk: short enough to be done by who reads the connection.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let file = self.state.file.as_mut().ok_or(Error::NotFound)?;
        file.file.write_all(bytes).map_err(unwritten)?;
        self.at += bytes.len() as u64;
        Ok(())
    }
}

/// A file that has come as a whole.
pub enum Whole {
    Ready(Ready),
    Ended(End),
}

/// One that is to be used. Nobody else comes near it meanwhile.
pub struct Ready(OwnedMutexGuard<State>);

/// A file that has come as a whole, when nobody else is at it any more.
pub async fn whole(app: &App, by: By<Attach>, name: &str) -> Result<Whole> {
    let begun = app.pieces.find(by.account(), name)?;
    let mut state = Arc::clone(&begun.state).lock_owned().await;
    if let Some(end) = &state.end {
        return Ok(Whole::Ended(end.clone()));
    }
    begun.check_whole(state.offset()?)?;
    state.last = app.now();
    Ok(Whole::Ready(Ready(state)))
}

impl Ready {
    pub fn length(&self) -> Result<u64> {
        self.0.offset()
    }

    pub fn take(&mut self) -> Result<Unfinished> {
        self.0.file.take().ok_or(Error::NotFound)
    }

    /// It can be tried again.
    pub fn put_back(&mut self, file: Unfinished) {
        self.0.file = Some(file);
    }

    pub fn end(&mut self, end: End) {
        self.0.end = Some(end);
    }
}
