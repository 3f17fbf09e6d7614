//! Received activities whose object has to be fetched: a few at a time, each applied as it comes.

use std::sync::Arc;

use serde_json::value::RawValue;
use tokio::task::JoinHandle;

use crate::actions::receive::{Gathered, apply};
use crate::activitypub::read::{self, Intent};
use crate::app::App;
use crate::base::time::Timestamp;
use crate::base::{json, uri};
use crate::error::{Error, Result};
use crate::limits::inbox::{BATCH, LEASE, NAP, TRIES};
use crate::model::activity::Received;
use crate::model::actor::Profile;
use crate::model::ids::ReceivedId;
use crate::net::gate::Behalf;
use crate::store::schema::RECEIVED;
use crate::store::{Rows, Span, Write, actors};
use crate::work::insist;

type Key = (Timestamp, ReceivedId);

pub async fn run(app: Arc<App>) {
    if let Err(Error::Broken(cause)) = app.store.write(hurry).await {
        tracing::error!(what = %cause, "received activities");
    }
    loop {
        match step(&app).await {
            Ok((0, _)) => {}
            // The fetches go on by themselves: a slow server delays nobody else's effects.
            Ok(_) => continue,
            Err(Error::Broken(cause)) => tracing::error!(what = %cause, "received activities"),
            Err(_) => {}
        }
        tokio::select! {
            () = app.wakers.received.notified() => {}
            stop = app.pause(NAP) => if stop { return },
        }
    }
}

/// Takes up one batch of what is due and waits until it is done with; answers with its size.
pub async fn turn(app: &Arc<App>) -> Result<usize> {
    let (size, fetches) = step(app).await?;
    for fetch in fetches {
        fetch.await.map_err(|e| Error::broken("gather for an activity", e))?;
    }
    Ok(size)
}

/// What was taken up before a restart is due at once.
fn hurry(tx: &mut Write<'_>) -> Result<()> {
    let now = tx.now();
    for (key, row) in tx.rows(&RECEIVED, Span::all())? {
        put_off(tx, key, now.min(key.0), &row)?;
    }
    Ok(())
}

/// What is due. Nothing is ever put off for longer than `LEASE`: what claims to be waits since before the clock was set
/// back.
fn due(rows: &impl Rows, now: Timestamp) -> Result<Vec<(Key, Received)>> {
    let mut due = rows.rows(&RECEIVED, Span::all().before(&Timestamp(now.0.saturating_add(1))).limit(BATCH))?;
    due.extend(rows.rows(&RECEIVED, Span::all().after(&now.plus(LEASE)).limit(BATCH))?);
    Ok(due)
}

/// Takes up what is due. Until it is done with, the rows are put off, so that nobody else takes them up.
async fn step(app: &Arc<App>) -> Result<(usize, Vec<JoinHandle<()>>)> {
    let now = app.now();
    if app.store.read(|rows| due(rows, now))?.is_empty() {
        return Ok((0, Vec::new()));
    }
    let taken = app.store.write(move |tx| {
        let mut taken = Vec::new();
        for (key, row) in due(tx, now)? {
            taken.push((put_off(tx, key, now.plus(LEASE), &row)?, row));
        }
        Ok(taken)
    });
    let rows: Vec<(Key, Received)> = taken.await?;
    let start = |(key, row)| {
        let task = Arc::clone(app);
        app.spawn(async move {
            if let Err(Error::Broken(cause)) = settle(&task, key, row).await {
                tracing::error!(what = %cause, "an activity is put off");
            }
        })
    };
    Ok((rows.len(), rows.into_iter().map(start).collect()))
}

fn put_off(tx: &mut Write<'_>, key: Key, due: Timestamp, row: &Received) -> Result<Key> {
    let next = (due, key.1);
    tx.remove(&RECEIVED, &key)?;
    tx.put(&RECEIVED, &next, row)?;
    Ok(next)
}

async fn settle(app: &Arc<App>, key: Key, mut row: Received) -> Result<()> {
    let due = match gather(app, &row).await.and_then(|gathered| weighed(app, &row, gathered)) {
        Ok(gathered) => return finish(app, key, Some(gathered)).await,
        // Nobody was asked: that is no try.
        Err(Error::Busy { retry_after }) => app.now().plus(std::time::Duration::from_secs(retry_after.into())),
        Err(e) if row.tries + 1 < TRIES && e.may_pass() => {
            if let Error::Broken(cause) = &e {
                tracing::error!(what = %cause, "an activity is put off");
            }
            row.tries += 1;
            app.now().plus(crate::model::delivery::delay(row.tries + 1))
        }
        Err(e) => {
            tracing::debug!(actor = row.actor, "dropped an activity: {e}");
            return finish(app, key, None).await;
        }
    };
    let row = Arc::new(row);
    insist(app, || {
        let row = Arc::clone(&row);
        app.store.write(move |tx| put_off(tx, key, due, &row).map(|_| ()))
    })
    .await
}

/// What may be kept of the sender's server.
fn weighed(app: &App, row: &Received, gathered: Gathered) -> Result<Gathered> {
    let host = uri::http(&row.actor).map(|url| uri::host_key(&url)).unwrap_or_default();
    app.inbound.keep(&host, gathered.weight(), app.now())?;
    Ok(gathered)
}

async fn gather(app: &Arc<App>, row: &Received) -> Result<Gathered> {
    let mut gathered = Gathered::new(read_json(&row.json)?, row.profile.clone());
    if let Some(object) = &row.refetch {
        return refetch(app, gathered, object).await;
    }
    let actor = &gathered.incoming.actor;
    if let Some(object) = gathered.incoming.intent.carried() {
        if object.is_object() {
            let object = object.clone();
            gathered.read(&object, app.now())?;
            return Ok(gathered);
        }
        let address = object.as_str().ok_or(Error::NotFound)?;
        // An address of the sender's own server: anything else is not theirs to publish.
        if !uri::same_origin(address, actor) {
            return Err(Error::NotFound);
        }
        let fetched = app.fetch_object(address, Behalf::Received).await?;
        gathered.read(&fetched, app.now())?;
    } else if let Intent::Move { object, target } = &gathered.incoming.intent {
        // Who is nothing to us would only aim our fetches at others.
        if object != actor || app.store.read(|rows| actors::by_uri(rows, actor))?.is_none() {
            return Err(Error::NotFound);
        }
        let target = app.fetch_actor_for(target, Behalf::Received, false).await?;
        gathered.profile = Some(Box::new(Arc::unwrap_or_clone(target)));
    }
    Ok(gathered)
}

fn read_json(json: &RawValue) -> Result<read::Incoming> {
    read::activity(&json::parse(json.get().as_bytes())?)
}

/// A forwarded activity: its object, as its own server has it now, decides.
async fn refetch(app: &Arc<App>, mut gathered: Gathered, object: &str) -> Result<Gathered> {
    let deleted = matches!(gathered.incoming.intent, Intent::Delete { .. });
    match app.fetch_object(object, Behalf::Received).await {
        Ok(value) => {
            gathered.read(&value, app.now())?;
            if deleted || gathered.note.is_none() {
                return Err(Error::NotFound);
            }
            gathered.sender = author(app, &gathered.incoming.actor).await?;
            Ok(gathered)
        }
        Err(Error::NotFound | Error::Gone) if deleted => Ok(gathered),
        Err(e) => Err(e),
    }
}

/// The document of an author whom we do not know; fetched only when it was not a while ago.
async fn author(app: &Arc<App>, uri: &str) -> Result<Option<Box<Profile>>> {
    if app.store.read(|rows| actors::by_uri(rows, uri))?.is_some() {
        return Ok(None);
    }
    let profile = match app.actors.remembered(uri, app.now())? {
        Some(remembered) => remembered,
        None => app.fetch_actor_for(uri, Behalf::Received, false).await?,
    };
    Ok(Some(Box::new(Arc::unwrap_or_clone(profile))))
}

/// Applies what is gathered and removes the row. What cannot be applied is dropped: it would come back for ever.
async fn finish(app: &Arc<App>, key: Key, gathered: Option<Gathered>) -> Result<()> {
    let gathered = gathered.map(Arc::new);
    let apply_it = || {
        let (site, gathered) = (app.site.clone(), gathered.clone());
        app.store.write(move |tx| {
            if let Some(gathered) = &gathered {
                apply(tx, &site, gathered)?;
            }
            tx.remove(&RECEIVED, &key).map(|_| ())
        })
    };
    if let Err(e) = insist(app, apply_it).await {
        tracing::error!(what = %e.cause(), "an activity could not be applied and is dropped");
        return insist(app, || app.store.write(move |tx| tx.remove(&RECEIVED, &key).map(|_| ()))).await;
    }
    Ok(())
}
