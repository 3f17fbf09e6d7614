//! Copies of strangers' pictures: fetched when some are wanted, one after the other.

use std::sync::Arc;

use crate::actions;
use crate::app::{App, copies};
use crate::error::{Error, Result};
use crate::limits::copies::NAP;

pub async fn run(app: Arc<App>) {
    let wanted = app.site.live && app.config.media.copies;
    if let Err(Error::Broken(cause)) = switch(&app, wanted).await {
        tracing::error!(what = %cause, "copies of strangers' pictures");
    }
    if !wanted {
        return;
    }
    loop {
        let step = tokio::select! {
            step = copies::carry(&app) => step,
            () = app.stopping() => return,
        };
        match step {
            Ok(true) => continue,
            Ok(false) | Err(Error::Busy { .. }) => {}
            Err(e) => tracing::error!(what = %e.cause(), "a copy of a stranger's picture"),
        }
        tokio::select! {
            () = app.wakers.copies.notified() => {}
            stop = app.pause(NAP) => if stop { return },
        }
    }
}

/// Begins to make copies, or throws all away. Whoever stops it midway has copies of what is released from then on.
pub async fn switch(app: &App, wanted: bool) -> Result<()> {
    if !app.store.write(move |tx| actions::copies::switch(tx, wanted)).await? {
        return Ok(());
    }
    let mut before = None;
    loop {
        before = app.store.write(move |tx| actions::copies::catch_up(tx, before)).await?;
        if before.is_none() {
            return Ok(());
        }
    }
}

/// Takes up all that is due; answers how many that were.
pub async fn turn(app: &Arc<App>) -> Result<usize> {
    let mut count = 0;
    while copies::carry(app).await? {
        count += 1;
    }
    Ok(count)
}
