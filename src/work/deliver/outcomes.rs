//! Outcomes on their way to rows: gathered for a moment, so that many share a commit. A lane is given back only when
//! all it said is durable; until then nothing of it can be sent again.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::lanes::Ended;
use crate::actions::deliver::{self, set_aside};
use crate::app::App;
use crate::base::time::Timestamp;
use crate::error::Result;
use crate::limits::delivery::{GATHER, NAP, OUTCOMES};
use crate::model::delivery::Outcome;
use crate::model::ids::ServerId;
use crate::store::deliveries::{self, Name};
use crate::store::{Rows, Write, actors};
use crate::work::insist;

/// What a lane has to tell.
#[derive(Debug, Clone)]
pub enum News {
    Came(ServerId, Name, Outcome),
    /// The lane ends its turn, and wants no other before this moment.
    End(ServerId, Option<Timestamp>),
}

/// Writes down what lanes tell until the last of them is gone.
pub async fn keep(app: Arc<App>, mut news: mpsc::Receiver<News>, ended: mpsc::UnboundedSender<Ended>) {
    let mut unsaid = HashSet::new();
    while let Some(first) = news.recv().await {
        let until = Instant::now() + GATHER;
        let mut batch = vec![first];
        while batch.len() < OUTCOMES {
            let Ok(Some(next)) = timeout_at(until, news.recv()).await else { break };
            batch.push(next);
        }
        for lane in written(&app, batch, &mut unsaid).await {
            // The loop may have ended before its lanes.
            let _ = ended.send(lane);
        }
    }
}

/// Comes back when all is durable. `unsaid`: servers of which something was said that could not be written down; their
/// lanes rest at their end, for what waits first in them may be what was sent.
async fn written(app: &Arc<App>, batch: Vec<News>, unsaid: &mut HashSet<ServerId>) -> Vec<Ended> {
    let batch = Arc::new(batch);
    let mut all = match insist(app, || write(app, Arc::clone(&batch))).await {
        Ok(ended) => ended,
        Err(e) => {
            super::report(&e);
            one_by_one(app, &batch, unsaid).await
        }
    };
    for lane in &mut all {
        if unsaid.remove(&lane.server) {
            (lane.next, lane.troubled) = (Some(app.now().plus(NAP)), true);
        }
    }
    all
}

/// One of them cannot be written down. The others do not suffer for it.
async fn one_by_one(app: &Arc<App>, batch: &[News], unsaid: &mut HashSet<ServerId>) -> Vec<Ended> {
    let mut all = Vec::new();
    for one in batch {
        let failed = match insist(app, || write(app, Arc::new(vec![one.clone()]))).await {
            Ok(ended) => {
                all.extend(ended);
                continue;
            }
            Err(e) => e,
        };
        super::report(&failed);
        match *one {
            News::Came(server, name, _) => {
                unsaid.insert(server);
                let aside = insist(app, || app.store.write(move |tx| set_aside(tx, server, name))).await;
                aside.unwrap_or_else(|e| super::report(&e));
            }
            News::End(server, _) => {
                unsaid.insert(server);
                all.push(Ended { server, next: None, urgent: false, troubled: true });
            }
        }
    }
    all
}

/// Writes outcomes down, and answers with the lanes that ended their turn among them.
pub async fn write(app: &Arc<App>, batch: Arc<Vec<News>>) -> Result<Vec<Ended>> {
    if batch.iter().any(|news| matches!(news, News::Came(..))) {
        app.store.write(move |tx| write_down(tx, &batch)).await
    } else {
        app.store.read(|rows| ended(rows, &batch))
    }
}

fn write_down(tx: &mut Write<'_>, batch: &[News]) -> Result<Vec<Ended>> {
    let came = batch.iter().filter_map(|news| match news {
        News::Came(_, name, outcome) => Some((*name, outcome)),
        News::End(..) => None,
    });
    deliver::settle_all(tx, came)?;
    ended(tx, batch)
}

fn ended(rows: &impl Rows, batch: &[News]) -> Result<Vec<Ended>> {
    let mut all = Vec::new();
    for news in batch {
        if let News::End(server, wait) = news {
            all.push(state(rows, *server, *wait)?);
        }
    }
    Ok(all)
}

/// How a lane stands: when what waits first in it is due, and not before `wait`.
fn state(rows: &impl Rows, server: ServerId, wait: Option<Timestamp>) -> Result<Ended> {
    let known = actors::get_server(rows, server)?;
    let mut ended = Ended { server, next: None, urgent: false, troubled: known.is_troubled() };
    if let Some((due, name)) = deliveries::lane(rows, server, 1)?.into_iter().next() {
        ended.next = Some(due.max(known.paused_until).max(wait.unwrap_or_default()));
        ended.urgent = deliveries::get(rows, name)?.is_some_and(|first| first.urgent);
    }
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::path::PathBuf;

    use super::*;
    use crate::base::time::Clock;
    use crate::config::Config;
    use crate::error::Error;
    use crate::model::actor::Profile;
    use crate::model::delivery::{Delivery, Flow, State};
    use crate::model::ids::{AccountId, ActivityId, InboxId};

    const NOW: Timestamp = Timestamp(1_795_424_400_000);

    struct House {
        app: Arc<App>,
        folder: PathBuf,
    }

    impl House {
        fn open(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("instance-outcomes-{name}-{}", std::process::id()));
            let _ = std::fs::remove_dir_all(&folder);
            Self { app: App::open(Config::new(&folder), Clock::by_hand(NOW)).unwrap(), folder }
        }
    }

    impl Drop for House {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }

    fn ann() -> Profile {
        Profile {
            uri: "https://peer.test/u/ann".into(),
            inbox: "https://peer.test/inbox".into(),
            shared_inbox: None,
            user: "ann".into(),
            domain: "peer.test".into(),
            name: String::new(),
            url: "https://peer.test/u/ann".into(),
            keys: Vec::new(),
            also_known_as: Vec::new(),
        }
    }

    #[tokio::test]
    async fn what_cannot_be_written_down_is_not_sent_again_and_stops_nobody() {
        let house = House::open("unsaid");
        let app = &house.app;
        let (good, bad) = ((ActivityId(1), InboxId(1)), (ActivityId(2), InboxId(1)));
        let put = move |tx: &mut Write<'_>| {
            let inbox = actors::learn(tx, &ann())?.delivery;
            let server = actors::get_inbox(tx, inbox)?.server;
            // Its outcome would have to be told to a server of which there is no row.
            for (name, of) in [(good, server), (bad, ServerId(999))] {
                let flow = Flow { activity: name.0, account: AccountId(1), urgent: false };
                deliveries::put(tx, name, &Delivery::new(of, flow, NOW))?;
            }
            Ok(server)
        };
        let server = app.store.write(put).await.unwrap();
        let refused = Outcome::Never { said: "answered 404".into(), status: Some(404) };
        let batch = vec![News::Came(server, bad, Outcome::Done), News::Came(server, good, refused)];
        let mut unsaid = HashSet::new();
        assert_eq!(written(app, batch, &mut unsaid).await, []);
        let state = |name| app.store.read(|rows| deliveries::get(rows, name)).unwrap().unwrap().state;
        assert_eq!((state(good), state(bad)), (State::Refused, State::GivenUp));
        let rests = Ended { server, next: Some(NOW.plus(NAP)), urgent: false, troubled: true };
        assert_eq!(written(app, vec![News::End(server, None)], &mut unsaid).await, [rests]);
        let well = Ended { server, next: None, urgent: false, troubled: false };
        assert_eq!(written(app, vec![News::End(server, None)], &mut unsaid).await, [well]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_disk_is_waited_for() {
        let house = House::open("full");
        let tries = Cell::new(0);
        let write = async || {
            tries.set(tries.get() + 1);
            if tries.get() < 3 { Err(Error::Busy { retry_after: 1 }) } else { Ok(tries.get()) }
        };
        assert_eq!(insist(&house.app, write).await.unwrap(), 3);
        tries.set(0);
        house.app.stop();
        assert_eq!(insist(&house.app, write).await.unwrap(), 0, "nothing is written");
    }
}
