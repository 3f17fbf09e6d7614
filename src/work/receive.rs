//! Received activities have their effect: what is missing is fetched first, then many are applied in one transaction.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinHandle;

use crate::actions::receive::{Gathered, apply};
use crate::activitypub::read::{self, Intent, note::NoteIn};
use crate::app::App;
use crate::base::json;
use crate::error::{Again, Error, Result};
use crate::model::activity::Received;
use crate::model::actor::Profile;
use crate::model::ids::ReceivedId;
use crate::store::schema::RECEIVED;
use crate::store::{Rows, Span, actors};

/// Activities applied in one transaction.
const BATCH: usize = 64;
/// An effect that needs a fetch is tried so often.
const TRIES: u32 = 5;
/// A row whose fetch is under way is left alone this long: far more than 16 slow servers take.
const LEASE: Duration = Duration::from_secs(300);
/// The longest sleep between looks for what was put off.
const NAP: Duration = Duration::from_secs(30);

pub async fn run(app: Arc<App>) {
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

/// Applies one batch of what is due, fetches included; answers with its size.
pub async fn turn(app: &Arc<App>) -> Result<usize> {
    let (size, fetches) = step(app).await?;
    for fetch in fetches {
        fetch.await.map_err(|e| Error::broken("gather for an activity", e))?;
    }
    Ok(size)
}

/// Applies what is due and at hand, and starts to fetch what the rest of the batch needs.
async fn step(app: &Arc<App>) -> Result<(usize, Vec<JoinHandle<()>>)> {
    let now = app.now();
    let mut due: Vec<(ReceivedId, Received)> = Vec::new();
    app.store.read(|rows| {
        rows.each(&RECEIVED, &Span::all(), |id, row| {
            if row.due <= now {
                due.push((id, row));
            }
            Ok(due.len() < BATCH)
        })
    })?;
    let size = due.len();
    let mut ready = Vec::new();
    let mut fetching = Vec::new();
    for (id, row) in due {
        match at_hand(app, &row) {
            Some(Ok(gathered)) => ready.push((id, Some(gathered))),
            Some(Err(e)) => {
                tracing::debug!(actor = row.actor, "dropped an activity: {e}");
                ready.push((id, None));
            }
            None => fetching.push((id, row)),
        }
    }
    finish(app, ready).await?;
    Ok((size, fetch(app, fetching).await?))
}

/// What needs no fetch: `None` when something has to be fetched first.
fn at_hand(app: &App, row: &Received) -> Option<Result<Gathered>> {
    if row.refetch.is_some() {
        return None;
    }
    let mut gathered = match parse(row) {
        Ok(gathered) => gathered,
        Err(e) => return Some(Err(e)),
    };
    match gathered.incoming.intent.carried().cloned() {
        Some(object) if object.is_object() => Some(embedded(app, &object, &mut gathered).map(|()| gathered)),
        Some(_) => None,
        None if matches!(gathered.incoming.intent, Intent::Move { .. }) => None,
        None => Some(Ok(gathered)),
    }
}

fn parse(row: &Received) -> Result<Gathered> {
    let value = json::parse(row.json.get().as_bytes())?;
    let incoming = read::activity(&value)?;
    Ok(Gathered { incoming, sender: row.profile.clone(), note: None, profile: None })
}

/// Reads what came inside the activity: a note or an actor of the sender's own.
fn embedded(app: &App, object: &Value, gathered: &mut Gathered) -> Result<()> {
    if read::actor::is_actor(object) {
        let profile = read::actor::actor(object)?;
        if profile.uri == gathered.incoming.actor {
            gathered.profile = Some(Box::new(profile));
        }
        return Ok(());
    }
    let note = read::note::note(object, app.now())?;
    if note.author == gathered.incoming.actor {
        gathered.note = Some(Box::new(note));
    }
    Ok(())
}

/// Starts to gather what has to be fetched, a few at a time, and applies each as it comes. Until then the rows are put
/// off, so that nobody else takes them up; after a crash they come back by themselves.
async fn fetch(app: &Arc<App>, rows: Vec<(ReceivedId, Received)>) -> Result<Vec<JoinHandle<()>>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let put_off: Vec<(ReceivedId, Received)> =
        rows.iter().map(|(id, row)| (*id, Received { due: app.now().plus(LEASE), ..row.clone() })).collect();
    app.store.write(move |tx| put_off.iter().try_for_each(|(id, row)| tx.put(&RECEIVED, id, row))).await?;
    let start = |(id, row)| {
        let task = Arc::clone(app);
        app.spawn(async move {
            let Ok(_permit) = task.fetches.acquire().await else { return };
            if let Err(Error::Broken(cause)) = settle(&task, id, row).await {
                tracing::error!(what = %cause, "an activity is put off");
            }
        })
    };
    Ok(rows.into_iter().map(start).collect())
}

async fn settle(app: &Arc<App>, id: ReceivedId, mut row: Received) -> Result<()> {
    match gather(app, &row).await {
        Ok(gathered) => finish(app, vec![(id, Some(gathered))]).await,
        Err(e) if row.tries + 1 < TRIES && may_pass(&e) => {
            if let Error::Broken(cause) = &e {
                tracing::error!(what = %cause, "an activity is put off");
            }
            row.tries += 1;
            row.due = app.now().plus(crate::model::delivery::delay(row.tries + 1));
            app.store.write(move |tx| tx.put(&RECEIVED, &id, &row)).await
        }
        Err(e) => {
            tracing::debug!(actor = row.actor, "dropped an activity: {e}");
            finish(app, vec![(id, None)]).await
        }
    }
}

/// Whether gathering can go better later. A fault of our own may be mended by then, too.
fn may_pass(error: &Error) -> bool {
    match error {
        Error::Busy { .. } | Error::Broken(_) => true,
        Error::Peer { again, .. } => *again == Again::Later,
        Error::NotFound
        | Error::SignIn
        | Error::Forbidden(_)
        | Error::Invalid(_)
        | Error::Conflict(_)
        | Error::Gone => false,
    }
}

async fn gather(app: &Arc<App>, row: &Received) -> Result<Gathered> {
    let mut gathered = parse(row)?;
    if let Some(object) = &row.refetch {
        return refetch(app, gathered, object).await;
    }
    let actor = &gathered.incoming.actor;
    if let Some(object) = gathered.incoming.intent.carried() {
        let address = object.as_str().ok_or(Error::NotFound)?;
        // An address of the sender's own server: anything else is not theirs to publish.
        if !crate::base::uri::same_origin(address, actor) {
            return Err(Error::NotFound);
        }
        let fetched = app.fetch_object(address).await?;
        embedded(app, &fetched, &mut gathered)?;
    } else if let Intent::Move { object, target } = &gathered.incoming.intent {
        // Who is nothing to us would only aim our fetches at others.
        if object != actor || app.store.read(|rows| actors::by_uri(rows, actor))?.is_none() {
            return Err(Error::NotFound);
        }
        gathered.profile = Some(Box::new(Profile::clone(&*app.fetch_actor(target).await?)));
    }
    Ok(gathered)
}

/// A forwarded activity: its object, as its own server has it now, decides.
async fn refetch(app: &Arc<App>, mut gathered: Gathered, object: &str) -> Result<Gathered> {
    let deleted = matches!(gathered.incoming.intent, Intent::Delete { .. });
    match app.fetch_object(object).await {
        Ok(value) => {
            let note: NoteIn = read::note::note(&value, app.now())?;
            if deleted || note.author != gathered.incoming.actor {
                return Err(Error::NotFound);
            }
            gathered.sender = Some(Box::new(Profile::clone(&*app.fetch_actor(&note.author).await?)));
            gathered.note = Some(Box::new(note));
            Ok(gathered)
        }
        Err(Error::NotFound | Error::Gone) if deleted => Ok(gathered),
        Err(e) => Err(e),
    }
}

/// Applies what is gathered and removes the rows, in one transaction. Should one of many break it, each gets its own,
/// and the one that cannot be applied is dropped: it would stand before all others for ever.
async fn finish(app: &Arc<App>, ready: Vec<(ReceivedId, Option<Gathered>)>) -> Result<()> {
    if ready.is_empty() {
        return Ok(());
    }
    let ready = Arc::new(ready);
    let all = commit(app, Arc::clone(&ready)).await;
    let Err(error) = all else { return Ok(()) };
    if let Error::Busy { .. } = error {
        // The store, not the activity: the rows wait.
        return Err(error);
    }
    if ready.len() == 1 {
        let what = if let Error::Broken(cause) = &error { cause.to_string() } else { error.to_string() };
        tracing::error!(what, "an activity could not be applied and is dropped");
        let id = ready.first().map(|(id, _)| *id);
        return app.store.write(move |tx| id.map_or(Ok(()), |id| tx.remove(&RECEIVED, &id).map(|_| ()))).await;
    }
    for one in Arc::unwrap_or_clone(ready) {
        Box::pin(finish(app, vec![one])).await?;
    }
    Ok(())
}

async fn commit(app: &Arc<App>, ready: Arc<Vec<(ReceivedId, Option<Gathered>)>>) -> Result<()> {
    let site = app.site.clone();
    app.store
        .write(move |tx| {
            for (id, gathered) in ready.iter() {
                if let Some(gathered) = gathered {
                    apply(tx, &site, gathered)?;
                }
                tx.remove(&RECEIVED, id)?;
            }
            Ok(())
        })
        .await
}
