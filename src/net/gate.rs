//! What is asked of other servers because strangers make us ask: so many fetches from each server, few at once, and a
//! bound on all that wait. Whoever forges requests can neither aim us at somebody nor fill the house with waiting.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

use crate::base::rate::Rates;
use crate::base::time::Timestamp;
use crate::base::uri;
use crate::error::{Error, Result};
use crate::limits::{inbox, outbound};

/// On whose account something is fetched, and so who may be kept waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behalf {
    /// A request at the inbox that names a server we know, or one of us: answered at once when there is no room.
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
}

struct Host {
    line: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

/// Leave to ask one server; given back when it is dropped.
pub struct Pass {
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
        }
    }
}

impl Gate {
    /// Leave to fetch `url` once, `Busy` when its server's budget is spent or too many wait already.
    pub async fn enter(&self, url: &Url, behalf: Behalf, now: Timestamp) -> Result<Pass> {
        let name = uri::host_key(url);
        let host = self.host(&name);
        let mut permits = Vec::with_capacity(3);
        match behalf {
            Behalf::Known | Behalf::Stranger => {
                let room = if behalf == Behalf::Known { &self.known } else { &self.strange };
                permits.push(room_in(room)?);
                permits.push(room_in(&host.line)?);
                self.spend(&name, now)?;
                permits.push(turn(&host.places).await?);
            }
            // First a place at the server, so that those who wait for a slow one hold nothing that others need.
            Behalf::Received => {
                permits.push(turn(&host.places).await?);
                permits.push(turn(&self.received).await?);
                self.spend(&name, now)?;
            }
        }
        Ok(Pass { _permits: permits, _host: host })
    }

    fn spend(&self, host: &String, now: Timestamp) -> Result<()> {
        self.budgets.take(host, 1, now).map_err(|wait| Error::Busy { retry_after: wait.max(inbox::COME_BACK) })
    }

    fn host(&self, name: &str) -> Arc<Host> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
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

    fn url(host: &str) -> Url {
        format!("https://{host}/u").parse().unwrap()
    }

    /// What comes of asking without waiting: `None` when it has to wait.
    fn ask(gate: &Gate, host: &str, behalf: Behalf) -> Option<Result<Pass>> {
        match pin!(gate.enter(&url(host), behalf, NOW)).poll(&mut Context::from_waker(Waker::noop())) {
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
        let mut held = Vec::new();
        for n in 0..10_000 {
            match ask(&gate, &format!("h{n}.example"), Behalf::Stranger) {
                Some(Ok(leave)) => held.push(leave),
                Some(Err(Error::Busy { retry_after })) => assert_eq!(retry_after, inbox::COME_BACK),
                other => panic!("{:?}", other.map(Result::err)),
            }
        }
        assert_eq!(held.len(), outbound::STRANGE);
        assert!(ask(&gate, "known.example", Behalf::Known).unwrap().is_ok());
        held.clear();
        assert!(ask(&gate, "h1.example", Behalf::Stranger).unwrap().is_ok());
        assert_eq!(gate.hosts.lock().unwrap().len(), 1);
    }
}
