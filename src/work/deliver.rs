//! Deliveries: a lane for each server, so that a slow one delays nobody else, and one pool for all lanes. Every try is
//! signed anew; every outcome is a row before its lane has another turn.
//!
//! `lanes` decides whose turn it is, `width` how many are at work at once, `outcomes` writes down what came of it.

mod lanes;
mod outcomes;
mod width;

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use crate::actions::deliver::is_late;
use crate::app::App;
use crate::error::{Error, Result};
use crate::limits::delivery::{LAST_WORDS, LOOK, NAP, OUTCOMES, TURN};
use crate::model::activity::Activity;
use crate::model::delivery::{Outcome, State};
use crate::model::ids::ServerId;
use crate::net::client::Signer;
use crate::net::send;
use crate::store::deliveries::{self, Name};
use crate::store::{activities, actors};

use lanes::Lanes;
use outcomes::News;
use width::Width;

/// The loop: who is due, next to the wakes of new commits.
pub async fn run(app: Arc<App>) {
    let mut lanes = loop {
        match app.store.read(|rows| Ok((deliveries::wakes(rows)?, actors::troubled(rows)?))) {
            Ok((waiting, troubled)) => break Lanes::start(waiting, troubled, app.now()),
            Err(e) => report(&e),
        }
        if app.pause(NAP).await {
            return;
        }
    };
    let (news, told) = mpsc::channel(OUTCOMES);
    let (ended, mut endings) = mpsc::unbounded_channel();
    let clerk = app.spawn(outcomes::keep(Arc::clone(&app), told, ended));
    let mut width = Width::new();
    let mut look = Instant::now() + LOOK;
    loop {
        let now = app.now();
        lanes.hear(app.wakers.take_wakes(), now);
        if !lanes.are_at_work() {
            look = Instant::now() + LOOK;
        }
        while let Some(server) = lanes.next(now, width.now()) {
            let (task, news) = (Arc::clone(&app), news.clone());
            app.spawn(async move { lane(&task, server, &news).await });
        }
        let nap = lanes.soonest().map_or(NAP, |due| due.since(now).min(NAP));
        tokio::select! {
            Some(lane) = endings.recv() => {
                lanes.end(lane, app.now());
                while let Ok(lane) = endings.try_recv() {
                    lanes.end(lane, app.now());
                }
            }
            () = app.wakers.deliver.notified() => {}
            () = sleep_until(look), if lanes.are_at_work() => {
                width.look(look.elapsed(), lanes.are_kept_waiting());
                lanes.age(app.now());
                look = Instant::now() + LOOK;
            }
            stop = app.pause(nap) => if stop { break },
        }
    }
    drop(news);
    // What is under way and comes to its end need not be said again.
    let _ = timeout(LAST_WORDS, clerk).await;
}

fn report(error: &Error) {
    // The store itself tells of its disk.
    if !matches!(error, Error::Busy { .. }) {
        tracing::error!(what = %error.cause(), "deliveries");
    }
}

/// Gives a lane a turn and tells what came of it.
async fn lane(app: &Arc<App>, server: ServerId, news: &mpsc::Sender<News>) {
    let wait = match turn(app, server, news).await {
        Ok(()) => None,
        Err(e) => {
            report(&e);
            Some(app.now().plus(NAP))
        }
    };
    // Whoever listens may be gone before its lanes: the rows say the same at the next start.
    let _ = news.send(News::End(server, wait)).await;
}

async fn turn(app: &Arc<App>, server: ServerId, news: &mpsc::Sender<News>) -> Result<()> {
    let (state, waiting) =
        app.store.read(|rows| Ok((actors::get_server(rows, server)?, deliveries::lane(rows, server, TURN)?)))?;
    let mut first = true;
    for (due, name) in waiting {
        if due.max(state.paused_until) > app.now() {
            break;
        }
        let step = match attempt(app, name, first).await {
            // The disk, and not this row.
            Err(e @ Error::Busy { .. }) => return Err(e),
            Err(e) => {
                report(&e);
                Step::Came(Outcome::Ours { said: e.to_string() })
            }
            Ok(step) => step,
        };
        match step {
            Step::TakenBack => continue,
            Step::NextTurn => break,
            Step::Came(outcome) => {
                let goes_on = !matches!(outcome, Outcome::Later { .. });
                let _ = news.send(News::Came(server, name, outcome)).await;
                if !goes_on {
                    break;
                }
            }
        }
        first = false;
    }
    Ok(())
}

/// Everything due, lane by lane, until nothing is: for tests, which move the clock by hand. Answers with the number
/// of lanes worked.
pub async fn drain(app: &Arc<App>) -> Result<usize> {
    let mut worked = 0;
    for wake in app.store.read(deliveries::wakes)? {
        let server = wake.server;
        if wake.at <= app.now() && app.store.read(|rows| actors::get_server(rows, server))?.paused_until <= app.now() {
            let (news, mut told) = mpsc::channel(TURN + 1);
            turn(app, server, &news).await?;
            drop(news);
            let mut batch = Vec::new();
            told.recv_many(&mut batch, TURN).await;
            outcomes::write(app, Arc::new(batch)).await?;
            worked += 1;
        }
    }
    Ok(worked)
}

/// What came of the attempt to send one delivery.
enum Step {
    Came(Outcome),
    /// It waits no longer.
    TakenBack,
    /// Whether it may still be sent is known when what went before it is a row.
    NextTurn,
}

/// One try. `first`: of this turn.
async fn attempt(app: &Arc<App>, name: Name, first: bool) -> Result<Step> {
    let found = app.store.read(|rows| {
        let Some(delivery) = deliveries::get(rows, name)?.filter(|row| row.state == State::Waiting) else {
            return Ok(None);
        };
        let activity = activities::get(rows, name.0)?;
        let late = match &activity {
            Some(activity) => is_late(rows, name, &delivery, activity)?,
            None => false,
        };
        Ok(Some((delivery, activity, actors::get_inbox(rows, name.1)?, late)))
    })?;
    let Some((delivery, activity, inbox, late)) = found else { return Ok(Step::TakenBack) };
    if delivery.lets_others_pass() && !first {
        return Ok(Step::NextTurn);
    }
    let never = |said: &str| Ok(Step::Came(Outcome::Never { said: said.to_owned(), status: None }));
    let Some(Activity { account, json, .. }) = activity else { return never("what it was about is gone") };
    let Some(url) = crate::base::uri::http(&inbox.url) else { return never("the inbox is no web address") };
    if late {
        return Ok(Step::Came(Outcome::Late));
    }
    let keys = app.keys(account)?;
    let signer = Signer { key_id: &app.site.key_id(account), key: &keys.rsa };
    let body = Bytes::from(Box::<str>::from(json).into_string());
    let posted = app.client.post(&url, body, &signer, app.now()).await;
    Ok(Step::Came(send::judge(&posted)))
}
