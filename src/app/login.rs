//! Who tries to log in, how often, and the work of it: bounded, the same for every address, and nothing kept of whoever
//! tries. Tries for people who are known are counted by their numbers, which no stranger can wash away; whatever else is
//! typed, by hashes under a key of this process.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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

/// What is tried, and for whom. Each way is counted by itself, so that whoever tries passwords keeps nobody from coming in
/// by a link, nor from showing at the desk who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    Password,
    Link,
    Passkey,
    /// Somebody who is logged in shows their password or code again.
    Desk,
}

pub struct Logins {
    key: [u8; 32],
    near: Rates<(Way, UserId, u64)>,
    far: Rates<(Way, UserId)>,
    /// The same for what leads to nobody: strangers choose these keys.
    near_nobody: Rates<([u8; 32], u64)>,
    far_nobody: Rates<[u8; 32]>,
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
            near_nobody: Rates::new(limits::FROM_NETWORK),
            far_nobody: Rates::new(limits::FOR_ADDRESS),
            told: Rates::new(limits::FAILURES_TOLD),
            room: Arc::new(Semaphore::new(limits::WAITING)),
            turn: Arc::new(Semaphore::new(limits::AT_ONCE)),
            nobody: Kept::nobody(),
        }
    }
}

impl Logins {
    /// Counts one try for somebody, or for what was typed where that leads to nobody; answers with the seconds to wait
    /// when there were too many. Right ones count too: many at the same time would all be let in before the first of them
    /// is known wrong.
    pub fn count(
        &self,
        way: Way,
        user: Option<UserId>,
        typed: &str,
        network: Option<u64>,
        now: Timestamp,
    ) -> Result<(), u32> {
        if let Some(user) = user {
            network.map_or(Ok(()), |network| self.near.take(&(way, user, network), 1, now))?;
            return self.far.take(&(way, user), 1, now);
        }
        let mark = digest::sha256(&[self.key.as_slice(), folded(typed).as_bytes()].concat());
        network.map_or(Ok(()), |network| self.near_nobody.take(&(mark, network), 1, now))?;
        self.far_nobody.take(&mark, 1, now)
    }

    /// A place among those who wait for their password to be tried, taken before the try is counted.
    pub fn room(&self) -> Result<Room> {
        let room = Arc::clone(&self.room).try_acquire_owned();
        room.map(Room).map_err(|_| Error::Busy { retry_after: limits::COME_BACK })
    }
}

pub struct Room(OwnedSemaphorePermit);

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
pub async fn fits(app: &App, room: Room, kept: Option<Kept>, password: String) -> Result<bool> {
    let known = kept.is_some();
    let kept = kept.unwrap_or_else(|| app.logins.nobody.clone());
    let fits = work(app, room, move || kept.fits(&password)).await?;
    Ok(fits && known)
}

pub async fn hash(app: &App, password: String) -> Result<Kept> {
    work(app, app.logins.room()?, move || Kept::new(&password)).await
}

async fn work<T: Send + 'static>(
    app: &App,
    Room(room): Room,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
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
        let tried =
            |user: Option<UserId>, typed: &str, network, now| logins.count(Way::Password, user, typed, network, now);
        for (ana, ben) in [(Some(UserId(7)), Some(UserId(8))), (None, None)] {
            let tries = |user, typed: &str, network| {
                (0..200).filter(|_| tried(user, typed, Some(network), now).is_ok()).count()
            };
            assert_eq!(tries(ana, "ana@city.example", 1), 10);
            assert_eq!(tries(ana, " ANA@city.example", 1), 0, "the same address");
            assert_eq!((tries(ana, "ana@city.example", 2), tries(ben, "ben@city.example", 1)), (10, 10));
            let all: usize = (3..40).map(|network| tries(ana, "ana@city.example", network)).sum();
            assert_eq!(all, 80, "a hundred in all");
            assert!(tried(ana, "ana@city.example", None, now).is_err());
            assert!(tried(ana, "ana@city.example", Some(99), now.plus(Duration::from_secs(61))).is_ok());
        }
    }

    #[test]
    fn nobody_who_is_made_up_washes_tries_away_and_no_way_in_locks_another() {
        let (logins, now, ana) = (Logins::default(), Timestamp(1_000_000), Some(UserId(7)));
        let tries = |way| (0..200).filter(|_| logins.count(way, ana, "", Some(1), now).is_ok()).count();
        assert_eq!(tries(Way::Password), 10);
        for n in 0..30_000 {
            let _ = logins.count(Way::Password, None, &format!("x{n}@city.example"), Some(1), now);
        }
        assert_eq!(tries(Way::Password), 0, "still counted");
        // Whoever types somebody's number at the door is counted as any nobody.
        for _ in 0..200 {
            let _ = logins.count(Way::Password, None, "user 7", Some(0), now);
        }
        assert_eq!((tries(Way::Desk), tries(Way::Link), tries(Way::Passkey)), (10, 10, 10));
    }
}
