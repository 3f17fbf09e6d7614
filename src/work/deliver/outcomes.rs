//! Outcomes on their way to rows: gathered for a moment, so that many share a commit. A lane is given back only when
//! all it said is durable; until then nothing of it can be sent again.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::lanes::Ended;
use crate::actions::deliver::settle;
use crate::app::App;
use crate::base::time::Timestamp;
use crate::error::{Error, Result};
use crate::limits::delivery::{GATHER, NAP, OUTCOMES, WRITE_AGAIN};
use crate::model::delivery::Outcome;
use crate::model::ids::ServerId;
use crate::store::deliveries::{self, Name};
use crate::store::{Rows, Write, actors};

/// What a lane has to tell.
#[derive(Debug, Clone)]
pub enum News {
    Came(Name, Outcome),
    /// The lane ends its turn, and wants no other before this moment.
    End(ServerId, Option<Timestamp>),
}

/// Writes down what lanes tell until the last of them is gone.
pub async fn keep(app: Arc<App>, mut news: mpsc::Receiver<News>, ended: mpsc::UnboundedSender<Ended>) {
    while let Some(first) = news.recv().await {
        let until = Instant::now() + GATHER;
        let mut batch = vec![first];
        while batch.len() < OUTCOMES {
            let Ok(Some(next)) = timeout_at(until, news.recv()).await else { break };
            batch.push(next);
        }
        for lane in written(&app, batch).await {
            // The loop may have ended before its lanes.
            let _ = ended.send(lane);
        }
    }
}

/// Comes back when all is durable.
async fn written(app: &Arc<App>, batch: Vec<News>) -> Vec<Ended> {
    let batch = Arc::new(batch);
    loop {
        match write(app, Arc::clone(&batch)).await {
            Ok(ended) => return ended,
            Err(Error::Busy { .. }) => {
                if app.pause(WRITE_AGAIN).await {
                    return Vec::new();
                }
            }
            Err(e) => {
                super::report(&e);
                break;
            }
        }
    }
    // One of them cannot be written down. The others do not suffer for it, and its lane rests.
    let mut all = Vec::new();
    for one in batch.iter() {
        match write(app, Arc::new(vec![one.clone()])).await {
            Ok(ended) => all.extend(ended),
            Err(e) => {
                super::report(&e);
                if let News::End(server, _) = one {
                    let next = Some(app.now().plus(NAP));
                    all.push(Ended { server: *server, next, urgent: false, troubled: true });
                }
            }
        }
    }
    all
}

/// Writes outcomes down, and answers with the lanes that ended their turn among them.
pub async fn write(app: &Arc<App>, batch: Arc<Vec<News>>) -> Result<Vec<Ended>> {
    if batch.iter().any(|news| matches!(news, News::Came(..))) {
        app.store.write(move |tx| settle_all(tx, &batch)).await
    } else {
        app.store.read(|rows| ended(rows, &batch))
    }
}

fn settle_all(tx: &mut Write<'_>, batch: &[News]) -> Result<Vec<Ended>> {
    for news in batch {
        if let News::Came(name, outcome) = news {
            settle(tx, *name, outcome)?;
        }
    }
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
