//! Who tries to log in, how often, and the work of it: bounded, the same for every address, and nothing kept of whoever
//! tries. Addresses that are typed are counted by hashes under a key of this process.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::App;
use crate::actions::desk_login;
use crate::base::rate::Rates;
use crate::base::time::Timestamp;
use crate::crypto::password::Kept;
use crate::crypto::{digest, random};
use crate::error::{Error, Result};
use crate::limits::login as limits;
use crate::model::ids::UserId;
use crate::model::user::folded;

pub struct Logins {
    key: [u8; 32],
    near: Rates<([u8; 32], u64)>,
    far: Rates<[u8; 32]>,
    told: Rates<UserId>,
    room: Arc<Semaphore>,
    turn: Arc<Semaphore>,
    nobody: Kept,
}

impl Default for Logins {
    fn default() -> Self {
        Self {
            key: random::bytes(),
            near: Rates::new(limits::FROM_NETWORK),
            far: Rates::new(limits::FOR_ADDRESS),
            told: Rates::new(limits::FAILURES_TOLD),
            room: Arc::new(Semaphore::new(limits::WAITING)),
            turn: Arc::new(Semaphore::new(limits::AT_ONCE)),
            nobody: Kept::nobody(),
        }
    }
}

impl Logins {
    /// Counts one try for what was typed, an address or a link; answers with the seconds to wait when there were too
    /// many. Right ones count too: many at the same time would all be let in before the first of them is known wrong.
    pub fn count(&self, typed: &str, network: Option<u64>, now: Timestamp) -> Result<(), u32> {
        let mark = digest::sha256(&[self.key.as_slice(), folded(typed).as_bytes()].concat());
        network.map_or(Ok(()), |network| self.near.take(&(mark, network), 1, now))?;
        self.far.take(&mark, 1, now)
    }
}

/// Writes down that somebody tried to be a user and could not, so often and no more. Nobody waits for it: the answer
/// comes as late as for an address that nobody has.
pub fn failed(app: &App, user: UserId) {
    if app.logins.told.take(&user, 1, app.now()).is_ok()
        && let Err(e) = app.store.write_behind(move |tx| desk_login::failed(tx, user))
    {
        tracing::warn!("a failed log-in could not be written down: {e}");
    }
}

/// Whether a password is the one that is kept; the same work where none is.
pub async fn fits(app: &App, kept: Option<Kept>, password: String) -> Result<bool> {
    let known = kept.is_some();
    let kept = kept.unwrap_or_else(|| app.logins.nobody.clone());
    let fits = work(app, move || kept.fits(&password)).await?;
    Ok(fits && known)
}

pub async fn hash(app: &App, password: String) -> Result<Kept> {
    work(app, move || Kept::new(&password)).await
}

async fn work<T: Send + 'static>(app: &App, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let full = |_| Error::Busy { retry_after: limits::COME_BACK };
    let room = Arc::clone(&app.logins.room).try_acquire_owned().map_err(full)?;
    let turn = Arc::clone(&app.logins.turn).acquire_owned().await.map_err(|_| Error::bug("the semaphore is closed"))?;
    let job = move || {
        // Kept until the work ends, also when its client hangs up.
        let _kept = (room, turn);
        work()
    };
    tokio::task::spawn_blocking(job).await.map_err(|e| Error::broken("hash a password", e))?
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn tries_are_counted_for_an_address_near_and_far() {
        let (logins, now) = (Logins::default(), Timestamp(1_000_000));
        let tries = |typed: &str, network| (0..200).filter(|_| logins.count(typed, Some(network), now).is_ok()).count();
        assert_eq!(tries("ana@city.example", 1), 10);
        assert_eq!(tries(" ANA@city.example", 1), 0, "the same address");
        assert_eq!((tries("ana@city.example", 2), tries("ben@city.example", 1)), (10, 10));
        let all: usize = (3..40).map(|network| tries("ana@city.example", network)).sum();
        assert_eq!(all, 80, "a hundred in all");
        assert!(logins.count("ana@city.example", None, now).is_err());
        assert!(logins.count("ana@city.example", Some(99), now.plus(Duration::from_secs(61))).is_ok());
    }
}
