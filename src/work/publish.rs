//! What is planned goes out at its time: a thread as a unit, in one transaction with its draft's change of state, so that
//! whoever kills the process makes nothing go out twice. What was missed for long is asked for at the desk.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::insist;
use crate::actions::drafts::{self as verbs, Seen};
use crate::app::{App, mentions};
use crate::base::time::Timestamp;
use crate::error::{Error, Result};
use crate::limits::draft::{LATE, NAP, TOGETHER};
use crate::model::draft::Draft;
use crate::model::ids::{AccountId, DraftId};
use crate::model::post::Mention;
use crate::store::{accounts, drafts};

pub async fn run(app: Arc<App>) {
    loop {
        match turn(&app).await {
            Ok(0) | Err(Error::Busy { .. }) => {}
            Ok(_) => continue,
            Err(e) => tracing::error!(what = %e.cause(), "publishing what is planned"),
        }
        let wait = app.store.read(|rows| next(rows, app.now())).unwrap_or(NAP);
        tokio::select! {
            () = app.wakers.plans.notified() => {}
            stop = app.pause(wait) => if stop { return },
        }
    }
}

/// How long until something is due; not longer than a nap, since somebody may set the clock. What waits for the end of a
/// crisis is due, and does not make the loop turn faster.
fn next(rows: &crate::store::Read, now: Timestamp) -> Result<Duration> {
    Ok(drafts::next(rows, now)?.map_or(NAP, |due| due.since(now).min(NAP)))
}

/// Publishes what is due now; answers how many drafts became something else. No account waits for another's.
pub async fn turn(app: &Arc<App>) -> Result<usize> {
    let now = app.now();
    let mut lines: BTreeMap<AccountId, Vec<Draft>> = BTreeMap::new();
    for draft in app.store.read(|rows| due(rows, now))? {
        lines.entry(draft.account).or_default().push(draft);
    }
    let mut runs = JoinSet::new();
    for line in lines.into_values() {
        let app = Arc::clone(app);
        runs.spawn(async move { settle_all(&app, line, now).await });
    }
    let (mut done, mut failed) = (0, None);
    while let Some(line) = runs.join_next().await {
        match line.map_err(|e| Error::broken("publish what is planned", e)).flatten() {
            Ok(count) => done += count,
            Err(e) => failed = Some(e),
        }
    }
    failed.map_or(Ok(done), Err)
}

/// What is due of one account, in the order of its plans. Whom they name is looked for once for all of them.
async fn settle_all(app: &Arc<App>, drafts: Vec<Draft>, now: Timestamp) -> Result<usize> {
    // Outside of any transaction: this may ask other servers.
    let named = mentions::of_planned(app, &drafts).await?;
    let mut done = 0;
    for (draft, named) in drafts.iter().zip(&named) {
        done += usize::from(settle(app, draft, named, now).await?);
    }
    Ok(done)
}

/// Drafts that are due and not stopped, the oldest plan first.
fn due(rows: &crate::store::Read, now: Timestamp) -> Result<Vec<Draft>> {
    let mut due = Vec::new();
    for id in drafts::due(rows, now)? {
        let draft = drafts::need(rows, id)?;
        if !draft.is_stopped(accounts::need(rows, draft.account)?.approval) {
            due.push(draft);
        }
        if due.len() == TOGETHER {
            break;
        }
    }
    Ok(due)
}

/// Publishes one, or says why it cannot be; true when it is not planned any more.
async fn settle(app: &Arc<App>, draft: &Draft, named: &[Vec<Mention>], now: Timestamp) -> Result<bool> {
    let Some(due) = draft.due() else { return Ok(false) };
    if now.since(due) >= LATE {
        miss(app, draft.id, due, "The server was not running at that time.").await?;
        return Ok(true);
    }
    match release(app, draft, named).await {
        Ok(out) => Ok(out),
        Err(Error::Invalid(problem)) => {
            miss(app, draft.id, due, &format!("{} {}", problem.what, problem.remedy)).await?;
            Ok(true)
        }
        Err(Error::Conflict(_)) => Ok(false),
        Err(e @ (Error::NotFound | Error::Gone | Error::Forbidden(_))) => {
            miss(app, draft.id, due, &format!("It could not be published: {e}.")).await?;
            Ok(true)
        }
        Err(e) => {
            tracing::error!(draft = %draft.id, what = %e.cause(), "a planned post could not be published");
            miss(app, draft.id, due, "Something went wrong on this server; its log says what.").await?;
            Ok(true)
        }
    }
}

/// What is wrong with one draft is its own fault alone: the others go on.
async fn release(app: &Arc<App>, draft: &Draft, named: &[Vec<Mention>]) -> Result<bool> {
    let (site, seen) = (app.site.clone(), Seen::of(draft));
    insist(app, || {
        let (site, named) = (site.clone(), named.to_vec());
        app.store.write(move |tx| verbs::release(tx, &site, seen, &named).map(|out| out.is_some()))
    })
    .await
}

async fn miss(app: &Arc<App>, id: DraftId, due: Timestamp, why: &str) -> Result<()> {
    let why = why.trim().to_owned();
    tracing::warn!(draft = %id, why, "a planned post did not go out");
    insist(app, || {
        let why = why.clone();
        app.store.write(move |tx| verbs::miss(tx, id, due, &why))
    })
    .await
}
