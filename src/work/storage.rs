//! Errands to the object storage: run when there are some, tried again after a while when it does not answer.

use std::sync::Arc;

use crate::actions;
use crate::app::{App, storage};
use crate::error::Error;
use crate::limits::storage::NAP;

pub async fn run(app: Arc<App>) {
    if !app.storage.is_set_up() {
        return;
    }
    if let Err(Error::Broken(cause)) = app.store.write(actions::storage::straighten).await {
        tracing::error!(what = %cause, "media files and their places");
    }
    let mut troubled = false;
    loop {
        let turn = tokio::select! {
            turn = storage::turn(&app) => turn,
            () = app.stopping() => return,
        };
        // What fails is tried again after the nap; the rows stay. It is told once.
        match &turn {
            Ok(_) => troubled = false,
            Err(e) if !troubled => {
                troubled = true;
                let remedy = storage::remedy(e);
                tracing::error!(what = %e.cause(), remedy, "a file could not be carried between disk and object storage");
            }
            Err(_) => {}
        }
        if turn.is_ok_and(|count| count > 0) {
            continue;
        }
        tokio::select! {
            () = app.wakers.errands.notified() => {}
            stop = app.pause(NAP) => if stop { return },
        }
    }
}
