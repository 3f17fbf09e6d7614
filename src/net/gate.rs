//! What is asked of other servers because strangers make us ask: so many fetches from each server, few at once, and a
//! bound on all that wait. Whoever forges requests can neither aim us at somebody nor fill the house with waiting.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

use super::client::{Answer, Client, Leads, Signer, too_slow};
use super::fetch;
use crate::base::cache::Cache;
use crate::base::rate::Rates;
use crate::base::time::Timestamp;
use crate::base::uri;
use crate::error::{Error, Result};
use crate::limits::{inbox, outbound};

/// On whose account something is fetched, and so who may be kept waiting, and how far the answer may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behalf {
    /// One of us asked for it.
    Ours,
    /// A request at the inbox that names a server we know: answered at once when there is no room.
    Known,
    /// A request that names a server we never heard of: these have a room of their own.
    Stranger,
    /// Something received that is a row by now: it waits for its turn.
    Received,
}

pub struct Gate {
    budgets: Rates<String>,
    known: Arc<Semaphore>,
    strange: Arc<Semaphore>,
    received: Arc<Semaphore>,
    /// Servers with a request here; those without are forgotten.
    hosts: Mutex<HashMap<String, Weak<Host>>>,
    /// Servers that let us wait in vain: how often in a row, and when that was.
    silent: Mutex<Cache<String, (u32, Timestamp)>>,
}

struct Host {
    line: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

/// Leave to ask one server; given back when it is dropped.
struct Pass {
    _permits: Vec<OwnedSemaphorePermit>,
    _host: Arc<Host>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            budgets: Rates::new(outbound::FETCHES),
            known: Arc::new(Semaphore::new(outbound::KNOWN)),
            strange: Arc::new(Semaphore::new(outbound::STRANGE)),
            received: Arc::new(Semaphore::new(inbox::FETCHES)),
            hosts: Mutex::default(),
            silent: Mutex::new(Cache::new(outbound::FETCHES.keys)),
        }
    }
}

impl Gate {
    /// Room for a request at the door that has to wait for somebody's document, until what is returned is dropped.
    pub fn room(&self, behalf: Behalf) -> Result<Option<OwnedSemaphorePermit>> {
        match behalf {
            Behalf::Known => room_in(&self.known).map(Some),
            Behalf::Stranger => room_in(&self.strange).map(Some),
            Behalf::Ours | Behalf::Received => Ok(None),
        }
    }

    /// Fetches an object as [`fetch::object`] does, when it is its server's turn: in the time of one exchange, that in
    /// line included; only a row waits for its turn as long as it takes. `Busy` when nobody was asked: the server's
    /// budget is spent, too many wait for it already, or it did not answer a moment ago.
    pub async fn fetch(
        &self,
        client: &Client,
        url: &Url,
        signer: &Signer<'_>,
        behalf: Behalf,
        now: Timestamp,
    ) -> Result<Value> {
        let name = uri::host_key(url);
        let row = if behalf == Behalf::Received { Some(self.enter(&name, behalf, now).await?) } else { None };
        let leads = if behalf == Behalf::Ours { Leads::Anywhere } else { Leads::Within };
        let whole = async {
            let _leave = match row {
                Some(leave) => leave,
                None => self.enter(&name, behalf, now).await?,
            };
            fetch::object(client, url, signer, leads, now).await
        };
        let fetched = client.in_time(whole).await;
        match &fetched {
            None => self.was_silent(&name, now),
            Some(Err(Error::Busy { .. })) => {}
            Some(_) => locked(&self.silent).remove(&name),
        }
        fetched.unwrap_or_else(|| Err(too_slow(url)))
    }

    /// Fetches a file of at most `cap` bytes for a row, unsigned: when it is its server's turn, in the time of one
    /// exchange. Files stand on other hosts than those who name them; redirects may lead anywhere.
    pub async fn file(&self, client: &Client, url: &Url, accept: &str, cap: usize, now: Timestamp) -> Result<Answer> {
        let _leave = self.enter(&uri::host_key(url), Behalf::Received, now).await?;
        let whole = client.follow(url, accept, None, cap, Leads::Anywhere, now);
        let answer = client.in_time(whole).await.unwrap_or_else(|| Err(too_slow(url)))?;
        fetch::ok(&answer).map(|()| answer)
    }

    async fn enter(&self, name: &String, behalf: Behalf, now: Timestamp) -> Result<Pass> {
        let host = self.host(name);
        let mut permits = Vec::with_capacity(2);
        match behalf {
            Behalf::Ours => {
                self.spend(name, now)?;
                permits.push(turn(&host.places).await?);
            }
            Behalf::Known | Behalf::Stranger => {
                permits.push(room_in(&host.line)?);
                self.ask_whether_silent(name, now)?;
                self.spend(name, now)?;
                permits.push(turn(&host.places).await?);
            }
            // First a place at the server, so that those who wait for a slow one hold nothing that others need.
            Behalf::Received => {
                permits.push(turn(&host.places).await?);
                permits.push(turn(&self.received).await?);
                self.ask_whether_silent(name, now)?;
                self.spend(name, now)?;
            }
        }
        Ok(Pass { _permits: permits, _host: host })
    }

    fn spend(&self, host: &String, now: Timestamp) -> Result<()> {
        self.budgets.take(host, 1, now).map_err(|wait| Error::Busy { retry_after: wait.max(inbox::COME_BACK) })
    }

    fn was_silent(&self, host: &String, now: Timestamp) {
        let mut silent = locked(&self.silent);
        let times = silent.get(host).map_or(0, |(times, _)| times);
        silent.insert(host.clone(), (times.saturating_add(1), now));
    }

    /// `Busy` for a while after a server let us wait in vain too often; then who asks first may look whether it is back.
    fn ask_whether_silent(&self, host: &String, now: Timestamp) -> Result<()> {
        let mut silent = locked(&self.silent);
        let Some((times, at)) = silent.get(host).filter(|(times, _)| *times >= outbound::SILENCES) else {
            return Ok(());
        };
        if at <= now && now.since(at) < outbound::SILENCE {
            return Err(Error::Busy { retry_after: inbox::COME_BACK });
        }
        silent.insert(host.clone(), (times, now));
        Ok(())
    }

    fn host(&self, name: &str) -> Arc<Host> {
        let mut hosts = locked(&self.hosts);
        if let Some(host) = hosts.get(name).and_then(Weak::upgrade) {
            return host;
        }
        hosts.retain(|_, host| host.strong_count() > 0);
        let host = Arc::new(Host {
            line: Arc::new(Semaphore::new(outbound::IN_LINE)),
            places: Arc::new(Semaphore::new(outbound::AT_ONCE)),
        });
        hosts.insert(name.to_owned(), Arc::downgrade(&host));
        host
    }
}

/// A thread that panicked while it held one of these maps left at worst an entry out.
pub(super) fn locked<T>(map: &Mutex<T>) -> MutexGuard<'_, T> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}

fn room_in(semaphore: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
    Arc::clone(semaphore).try_acquire_owned().map_err(|_| Error::Busy { retry_after: inbox::COME_BACK })
}

async fn turn(semaphore: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
    Arc::clone(semaphore).acquire_owned().await.map_err(|e| Error::broken("wait for a turn", e))
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    /// What comes of asking without waiting: `None` when it has to wait.
    fn ask(gate: &Gate, host: &str, behalf: Behalf) -> Option<Result<Pass>> {
        let name = uri::host_key(&format!("https://{host}/u").parse().unwrap());
        match pin!(gate.enter(&name, behalf, NOW)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(leave) => Some(leave),
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_server_has_a_budget_whatever_its_spelling() {
        let gate = Gate::default();
        let spent = (0..1_000).filter(|n| {
            let host = ["x.example", "X.example:8443", "x.example."][n % 3];
            ask(&gate, host, Behalf::Known).is_some_and(|leave| leave.is_ok())
        });
        assert_eq!(spent.count(), 200);
        assert!(ask(&gate, "y.example", Behalf::Known).unwrap().is_ok());
    }

    #[test]
    fn a_slow_server_holds_its_own_places_only() {
        let gate = Gate::default();
        let held: Vec<_> = (0..outbound::AT_ONCE).map(|_| ask(&gate, "slow.example", Behalf::Received)).collect();
        assert!(held.iter().all(|leave| matches!(leave, Some(Ok(_)))));
        assert!(ask(&gate, "slow.example", Behalf::Received).is_none(), "has to wait");
        assert!(ask(&gate, "slow.example", Behalf::Known).is_none());
        let others: Vec<_> = (0..outbound::AT_ONCE).map(|_| ask(&gate, "fast.example", Behalf::Received)).collect();
        assert!(others.iter().all(|leave| matches!(leave, Some(Ok(_)))));
        drop(held);
        assert!(ask(&gate, "slow.example", Behalf::Received).unwrap().is_ok());
    }

    #[test]
    fn strangers_fill_a_room_of_their_own_and_nothing_is_kept_of_them() {
        let gate = Gate::default();
        let held: Vec<_> = (0..10_000).filter_map(|_| gate.room(Behalf::Stranger).ok()).collect();
        assert_eq!(held.len(), outbound::STRANGE);
        assert!(gate.room(Behalf::Known).is_ok());
        for n in 0..10_000 {
            assert!(ask(&gate, &format!("h{n}.example"), Behalf::Stranger).unwrap().is_ok());
        }
        drop(held);
        assert!(gate.room(Behalf::Stranger).is_ok());
        assert_eq!(gate.hosts.lock().unwrap().len(), 1);
    }

    #[test]
    fn who_is_silent_is_left_alone_for_a_while_and_then_asked_once() {
        let (gate, host) = (Gate::default(), "x.example".to_owned());
        let may = |seconds| gate.ask_whether_silent(&host, NOW.plus(std::time::Duration::from_secs(seconds))).is_ok();
        gate.was_silent(&host, NOW);
        assert!(may(1), "once is nothing");
        gate.was_silent(&host, NOW);
        assert!(!may(0) && !may(59));
        assert!(gate.ask_whether_silent(&"y.example".to_owned(), NOW).is_ok());
        assert!(ask(&gate, "x.example", Behalf::Ours).unwrap().is_ok());
        assert!(may(60) && !may(60) && !may(119) && may(120));
        assert!(gate.ask_whether_silent(&host, Timestamp(0)).is_ok(), "the clock was put back");
    }
}
