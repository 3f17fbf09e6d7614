//! What runs without being asked. Each loop does one turn whenever it is woken or something is due; a turn can also be
//! made by hand, which is how tests drain the house.

pub mod copies;
pub mod days;
pub mod deliver;
pub mod polls;
pub mod prune;
pub mod publish;
pub mod receive;
pub mod storage;

use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::app::App;
use crate::error::{Error, Result};
use crate::limits::delivery::WRITE_AGAIN;

/// Starts all loops; they end when the app stops.
pub fn start(app: &Arc<App>) -> Vec<JoinHandle<()>> {
    let mut loops = vec![
        app.spawn(receive::run(Arc::clone(app))),
        app.spawn(prune::run(Arc::clone(app))),
        app.spawn(publish::run(Arc::clone(app))),
        app.spawn(polls::run(Arc::clone(app))),
        app.spawn(days::run(Arc::clone(app))),
        app.spawn(storage::run(Arc::clone(app))),
        app.spawn(copies::run(Arc::clone(app))),
    ];
    if app.site.live {
        loops.push(app.spawn(deliver::run(Arc::clone(app))));
    }
    loops
}

/// Writes again and again until the disk takes it. When the app stops before that, nothing is written: the rows say the
/// same at the next start.
async fn insist<T: Default, F: Future<Output = Result<T>>>(app: &Arc<App>, write: impl Fn() -> F) -> Result<T> {
    loop {
        match write().await {
            Err(Error::Busy { .. }) => {
                if app.pause(WRITE_AGAIN).await {
                    return Ok(T::default());
                }
            }
            other => return other,
        }
    }
}
