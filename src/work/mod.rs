//! What runs without being asked. Each loop does one turn whenever it is woken or something is due; a turn can also be
//! made by hand, which is how tests drain the house.

pub mod deliver;
pub mod prune;
pub mod receive;

use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::app::App;

/// Starts all loops; they end when the app stops.
pub fn start(app: &Arc<App>) -> Vec<JoinHandle<()>> {
    let mut loops = vec![app.spawn(receive::run(Arc::clone(app))), app.spawn(prune::run(Arc::clone(app)))];
    if app.site.live {
        loops.push(app.spawn(deliver::run(Arc::clone(app))));
    }
    loops
}
