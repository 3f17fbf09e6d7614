//! Errands to the object storage: run when there are some, tried again after a while when it does not answer.

use std::sync::Arc;

use crate::actions;
use crate::app::{App, storage};
use crate::error::{Error, Result};
use crate::limits::storage::NAP;

pub async fn run(app: Arc<App>) {
    if !app.storage.is_set_up() {
        return;
    }
    if let Err(Error::Broken(cause)) = app.store.write(actions::storage::straighten).await {
        tracing::error!(what = %cause, "media files and their places");
    }
    loop {
        let turn = tokio::select! {
            turn = turn(&app) => turn,
            () = app.stopping() => return,
        };
        // What fails is tried again after the nap; the rows stay.
        if app.storage.heard(turn).is_ok_and(|count| count > 0) {
            continue;
        }
        tokio::select! {
            () = app.wakers.errands.notified() => {}
            stop = app.pause(NAP) => if stop { return },
        }
    }
}

/// Runs some errands; answers how many.
pub async fn turn(app: &Arc<App>) -> Result<usize> {
    storage::turn(app).await
}
