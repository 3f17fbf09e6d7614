//! Deliveries: a lane for each server, so that a slow one delays nobody else, and a bound on lanes at work at once.
//! Every try is signed anew; every outcome is a row before the next try of its lane.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::actions::deliver::settle;
use crate::app::App;
use crate::base::time::Timestamp;
use crate::error::{Error, Result};
use crate::model::delivery::Outcome;
use crate::model::ids::ServerId;
use crate::net::client::Signer;
use crate::net::send::{self, Verdict};
use crate::store::deliveries::{self, Name};
use crate::store::{activities, actors};

/// Lanes at work at once: sockets, and about 60 KB of memory each while TLS is set up.
const LANES: usize = 128;
/// Deliveries a lane makes before it lets another go first.
const TURN: usize = 16;
/// The longest sleep: the system's clock may be moved.
const NAP: Duration = Duration::from_secs(60);

/// The loop: who is due, next to the wakes of new commits.
pub async fn run(app: Arc<App>) {
    let mut lanes = loop {
        match app.store.read(deliveries::lanes) {
            Ok(waiting) => break Lanes::new(waiting),
            Err(e) => report(&e),
        }
        if app.pause(NAP).await {
            return;
        }
    };
    let (ended, mut endings) = mpsc::channel::<(ServerId, Option<Timestamp>)>(LANES);
    loop {
        lanes.hear(app.wakers.take_due());
        while let Some(server) = lanes.next(app.now()) {
            let (app, ended) = (Arc::clone(&app), ended.clone());
            let task = Arc::clone(&app);
            app.spawn(async move {
                let next = lane(&task, server).await.unwrap_or_else(|e| {
                    report(&e);
                    Some(task.now().plus(NAP))
                });
                // The loop may have ended before its lanes.
                let _ = ended.send((server, next)).await;
            });
        }
        let nap = lanes.soonest().map_or(NAP, |due| due.since(app.now()).min(NAP));
        tokio::select! {
            Some((server, next)) = endings.recv() => lanes.end(server, next),
            () = app.wakers.deliver.notified() => {}
            stop = app.pause(nap) => if stop { return },
        }
    }
}

fn report(error: &Error) {
    if let Error::Broken(cause) = error {
        tracing::error!(what = %cause, "deliveries");
    }
}

/// Which lanes wait, from when on, and which are at work.
struct Lanes {
    due: HashMap<ServerId, Timestamp>,
    order: BTreeSet<(Timestamp, ServerId)>,
    /// At work, with the soonest wake that came meanwhile.
    busy: HashMap<ServerId, Option<Timestamp>>,
}

impl Lanes {
    fn new(waiting: Vec<(ServerId, Timestamp)>) -> Self {
        let mut lanes = Self { due: HashMap::new(), order: BTreeSet::new(), busy: HashMap::new() };
        lanes.hear(waiting.into_iter().collect());
        lanes
    }

    fn hear(&mut self, woken: HashMap<ServerId, Timestamp>) {
        for (server, at) in woken {
            if let Some(again) = self.busy.get_mut(&server) {
                *again = Some(again.map_or(at, |known| known.min(at)));
            } else {
                self.wait(server, at);
            }
        }
    }

    fn wait(&mut self, server: ServerId, at: Timestamp) {
        let at = match self.due.insert(server, at) {
            Some(known) => {
                self.order.remove(&(known, server));
                known.min(at)
            }
            None => at,
        };
        self.due.insert(server, at);
        self.order.insert((at, server));
    }

    /// Takes the lane that is due longest, while there is room for one more at work.
    fn next(&mut self, now: Timestamp) -> Option<ServerId> {
        let (at, server) = *self.order.first()?;
        if at > now || self.busy.len() >= LANES {
            return None;
        }
        self.order.remove(&(at, server));
        self.due.remove(&server);
        self.busy.insert(server, None);
        Some(server)
    }

    fn end(&mut self, server: ServerId, next: Option<Timestamp>) {
        let woken = self.busy.remove(&server).flatten();
        // The lane looked at its rows after the wake or before; the later look costs little.
        for at in [next, woken].into_iter().flatten() {
            self.wait(server, at);
        }
    }

    fn soonest(&self) -> Option<Timestamp> {
        if self.busy.len() >= LANES { None } else { self.order.first().map(|(at, _)| *at) }
    }
}

/// Works a lane off, up to a turn. Answers with when it wants to go on.
async fn lane(app: &Arc<App>, server: ServerId) -> Result<Option<Timestamp>> {
    for _ in 0..TURN {
        let (state, first) = app.store.read(|rows| {
            Ok((actors::get_server(rows, server)?, deliveries::lane(rows, server, 1)?.into_iter().next()))
        })?;
        let Some((due, name)) = first else { return Ok(None) };
        let at = due.max(state.paused_until);
        if at > app.now() {
            return Ok(Some(at));
        }
        let outcome = attempt(app, name).await?;
        app.store.write(move |tx| settle(tx, name, &outcome)).await?;
    }
    Ok(Some(app.now()))
}

/// Everything due, lane by lane, until nothing is: for tests, which move the clock by hand. Answers with the number
/// of lanes worked.
pub async fn drain(app: &Arc<App>) -> Result<usize> {
    let mut worked = 0;
    for (server, due) in app.store.read(deliveries::lanes)? {
        if due <= app.now() && app.store.read(|rows| actors::get_server(rows, server))?.paused_until <= app.now() {
            lane(app, server).await?;
            worked += 1;
        }
    }
    Ok(worked)
}

/// One try.
async fn attempt(app: &Arc<App>, name: Name) -> Result<Outcome> {
    let (activity, inbox) =
        app.store.read(|rows| Ok((activities::get(rows, name.0)?, actors::get_inbox(rows, name.1)?)))?;
    let Some(activity) = activity else {
        return Ok(Outcome::Never { said: "what it was about is gone".to_owned(), gone: false });
    };
    let Some(url) = crate::base::uri::http(&inbox.url) else {
        return Ok(Outcome::Never { said: "the inbox is no web address".to_owned(), gone: false });
    };
    let keys = app.keys(activity.account)?;
    let signer = Signer { key_id: &app.site.key_id(activity.account), key: &keys.rsa };
    let body = Bytes::from(Box::<str>::from(activity.json).into_string());
    let posted = app.client.post(&url, body, &signer, app.now()).await;
    Ok(match send::judge(&posted) {
        Verdict::Done => Outcome::Done,
        Verdict::Later { what, retry_after } => Outcome::Later { said: what, retry_after },
        Verdict::Never { what, gone } => Outcome::Never { said: what, gone },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wake_during_work_is_not_lost() {
        let mut lanes = Lanes::new(vec![(ServerId(1), Timestamp(5))]);
        assert_eq!(lanes.next(Timestamp(4)), None);
        assert_eq!(lanes.next(Timestamp(5)), Some(ServerId(1)));
        lanes.hear(HashMap::from([(ServerId(1), Timestamp(6))]));
        assert_eq!(lanes.next(Timestamp(9)), None, "a lane is worked by one at a time");
        lanes.end(ServerId(1), None);
        assert_eq!(lanes.next(Timestamp(6)), Some(ServerId(1)));
        lanes.end(ServerId(1), None);
        assert_eq!(lanes.soonest(), None);
    }

    #[test]
    fn the_earliest_wake_counts() {
        let mut lanes = Lanes::new(vec![(ServerId(1), Timestamp(50))]);
        lanes.hear(HashMap::from([(ServerId(1), Timestamp(20)), (ServerId(2), Timestamp(30))]));
        lanes.hear(HashMap::from([(ServerId(1), Timestamp(40))]));
        assert_eq!(lanes.soonest(), Some(Timestamp(20)));
        assert_eq!(lanes.order.len(), 2);
    }
}
