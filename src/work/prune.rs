//! Once an hour, what need not be kept is forgotten, and what a wrong clock put off comes back; at the start and once a
//! day, files that no row names are removed.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use crate::actions;
use crate::actions::prune::Place;
use crate::app::{App, pieces};
use crate::error::{Error, Result};
use crate::limits;
use crate::store::schema::STORED;
use crate::store::{Rows, Span, names};

pub async fn run(app: Arc<App>) {
    let mut turns = 0_u32;
    loop {
        if let Err(Error::Broken(cause)) = turn(&app, turns.is_multiple_of(limits::keep::SWEEP)).await {
            tracing::error!(what = %cause, "pruning");
        }
        turns = turns.wrapping_add(1);
        if app.pause(limits::keep::EVERY).await {
            return;
        }
    }
}

/// Forgets all that is to be forgotten now; `sweep` looks for orphaned files too.
pub async fn turn(app: &Arc<App>, sweep: bool) -> Result<()> {
    let misled = app.store.read(|rows| actions::clock::misled(rows, app.now()))?;
    if !misled.is_empty() {
        tracing::warn!(servers = misled.len(), "the clock was set back: what waited for the future is tried now");
        app.store.write(move |tx| actions::clock::set_right(tx, &misled)).await?;
    }
    pieces::sweep(app)?;
    let mut next = Some(Place::START);
    while let Some(at) = next {
        next = app.store.write(move |tx| actions::prune::prune(tx, at)).await?;
    }
    if !sweep {
        return Ok(());
    }
    let app = Arc::clone(app);
    let swept = tokio::task::spawn_blocking(move || sweep_files(&app)).await;
    swept.map_err(|e| Error::broken("sweep the media folder", e))?
}

/// A crash between writing a file and its row, or between removing the row and the file, leaves an orphan. Young files
/// are left alone: their row may be on its way.
fn sweep_files(app: &App) -> Result<()> {
    let named = app.store.read(|rows| {
        let mut named = names::all(rows)?;
        // What the object storage has is of no use here.
        for name in rows.keys(&STORED, Span::all())? {
            named.remove(&name);
        }
        Ok(named)
    })?;
    let young = UNIX_EPOCH + Duration::from_millis(app.now().minus(limits::keep::YOUNG_FILE).0);
    for name in app.files.list() {
        let name = name?;
        if named.contains(&name) {
            continue;
        }
        app.files.sweep(&name, young)?;
        // It may have got a record since the first look; behind the sweep that is heard.
        if !app.store.read(|rows| names::holders(rows, &name))?.is_empty() {
            app.files.claim(&name);
        }
    }
    Ok(())
}
