//! Polls whose time has come are closed.

use std::sync::Arc;

use crate::actions;
use crate::app::App;
use crate::error::{Error, Result};
use crate::limits;
use crate::store::polls;

pub async fn run(app: Arc<App>) {
    loop {
        if let Err(Error::Broken(cause)) = turn(&app).await {
            tracing::error!(what = %cause, "closing polls");
        }
        if app.pause(limits::poll::LOOK).await {
            return;
        }
    }
}

/// Closes all that are over now.
pub async fn turn(app: &Arc<App>) -> Result<()> {
    loop {
        let due = app.store.read(|rows| polls::due(rows, app.now(), limits::poll::CLOSED_AT_ONCE))?;
        if due.is_empty() {
            return Ok(());
        }
        for id in due {
            let close = || {
                let site = app.site.clone();
                app.store.write(move |tx| actions::polls::close(tx, &site, id))
            };
            while super::insist(app, close).await? {}
        }
    }
}
