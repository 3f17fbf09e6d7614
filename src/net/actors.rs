//! Strangers' actor documents: fetched when a signature has to be checked, remembered within bounds, and never asked
//! for more often than a peer's own traffic justifies.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use url::Url;

use super::client::{Client, Signer};
use super::fetch;
use crate::activitypub::read;
use crate::base::cache::Cache;
use crate::base::time::Timestamp;
use crate::base::uri;
use crate::error::{Error, Result};
use crate::model::actor::Profile;

/// Documents remembered; about 1 KB each.
const REMEMBERED: usize = 4_096;
/// A document is taken as it was for this long.
const FRESH: Duration = Duration::from_secs(3600);
/// What could not be fetched is not asked for again before this (Mastodon's own circuit breaker: 5 minutes).
const REFUSED: Duration = Duration::from_secs(300);
/// A key that does not fit is fetched anew at most this often.
const REFETCH: Duration = Duration::from_secs(300);
/// Fetches from one host: so many at once, and so many a second after that. A press event brings tens of followers a
/// second from the largest servers; a forged wave must not make us an amplifier.
const BURST: f64 = 200.0;
const PER_SECOND: f64 = 20.0;

#[derive(Clone)]
enum Known {
    Profile(Arc<Profile>, Timestamp),
    Failed(Timestamp),
}

/// Shared by the inbox and whoever else needs to know a stranger.
pub struct Actors {
    known: Mutex<Cache<String, Known>>,
    refetched: Mutex<Cache<String, Timestamp>>,
    budgets: Mutex<Cache<String, (f64, Timestamp)>>,
}

impl Default for Actors {
    fn default() -> Self {
        Self {
            known: Mutex::new(Cache::new(REMEMBERED)),
            refetched: Mutex::new(Cache::new(REMEMBERED)),
            budgets: Mutex::new(Cache::new(REMEMBERED)),
        }
    }
}

impl Actors {
    /// What is remembered of an actor; `Err` when a fetch failed a moment ago.
    pub fn remembered(&self, actor: &str, now: Timestamp) -> Result<Option<Arc<Profile>>> {
        let known = self.known.lock().map_err(poisoned)?.get(&actor.to_owned());
        match known {
            Some(Known::Profile(profile, at)) if now.since(at) < FRESH => Ok(Some(profile)),
            Some(Known::Failed(at)) if now.since(at) < REFUSED => {
                Err(Error::peer_later(host(actor), "its actor could not be fetched a moment ago"))
            }
            Some(_) | None => Ok(None),
        }
    }

    /// Fetches an actor's document with a GET signed by this server.
    pub async fn fetch(
        &self,
        client: &Client,
        signer: &Signer<'_>,
        actor: &str,
        now: Timestamp,
    ) -> Result<Arc<Profile>> {
        let url = uri::http(actor).ok_or_else(|| Error::peer_never(host(actor), "the actor is no web address"))?;
        self.spend(&uri::authority(&url), now)?;
        let fetched = self.load(client, signer, &url, actor, now).await;
        let mut remembered = self.known.lock().map_err(poisoned)?;
        match &fetched {
            Ok(profile) => remembered.insert(actor.to_owned(), Known::Profile(Arc::clone(profile), now)),
            // What was good a moment ago stays so: a forged request must not shut out the one it names.
            Err(_) if matches!(remembered.get(&actor.to_owned()), Some(Known::Profile(..))) => {}
            Err(_) => remembered.insert(actor.to_owned(), Known::Failed(now)),
        }
        drop(remembered);
        fetched
    }

    async fn load(
        &self,
        client: &Client,
        signer: &Signer<'_>,
        url: &Url,
        actor: &str,
        now: Timestamp,
    ) -> Result<Arc<Profile>> {
        let document = fetch::object(client, url, signer, now).await?;
        let profile = read::actor::actor(&document)?;
        if profile.uri == actor {
            return Ok(Arc::new(profile));
        }
        Err(Error::peer_never(host(actor), "its actor calls itself something else"))
    }

    /// Whether an actor whose key does not fit may be fetched anew; true once in a while for each.
    pub fn may_refetch(&self, actor: &str, now: Timestamp) -> Result<bool> {
        let mut refetched = self.refetched.lock().map_err(poisoned)?;
        if refetched.get(&actor.to_owned()).is_some_and(|last| now.since(last) < REFETCH) {
            return Ok(false);
        }
        refetched.insert(actor.to_owned(), now);
        Ok(true)
    }

    /// Takes one fetch from a host's budget.
    pub fn spend(&self, host: &str, now: Timestamp) -> Result<()> {
        let mut budgets = self.budgets.lock().map_err(poisoned)?;
        let (left, at) = budgets.get(&host.to_owned()).unwrap_or((BURST, now));
        let left = (left + now.since(at).as_secs_f64() * PER_SECOND).min(BURST);
        if left < 1.0 {
            return Err(Error::Busy { retry_after: 30 });
        }
        budgets.insert(host.to_owned(), (left - 1.0, now));
        Ok(())
    }
}

fn host(actor: &str) -> String {
    uri::http(actor).map_or_else(|| "unknown".to_owned(), |url| uri::authority(&url))
}

fn poisoned<T>(_: std::sync::PoisonError<T>) -> Error {
    Error::bug("a thread panicked while it held the cache of actors")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_a_budget_that_refills() {
        let actors = Actors::default();
        let mut now = Timestamp(1_000_000);
        let spent = (0..1_000).filter(|_| actors.spend("x.example", now).is_ok()).count();
        assert_eq!(spent, 200);
        assert!(actors.spend("y.example", now).is_ok());
        now = now.plus(Duration::from_secs(1));
        assert_eq!((0..1_000).filter(|_| actors.spend("x.example", now).is_ok()).count(), 20);
    }

    #[test]
    fn a_key_is_fetched_anew_once_in_a_while() {
        let actors = Actors::default();
        let now = Timestamp(1_000_000);
        assert!(actors.may_refetch("https://x.example/a", now).unwrap());
        assert!(!actors.may_refetch("https://x.example/a", now.plus(Duration::from_secs(299))).unwrap());
        assert!(actors.may_refetch("https://x.example/a", now.plus(Duration::from_secs(300))).unwrap());
    }
}
