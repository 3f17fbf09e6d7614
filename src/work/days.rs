//! Every hour the followers of each account are counted; the last count of a day is the day's.

use std::sync::Arc;

use crate::actions::days;
use crate::app::App;
use crate::error::{Error, Result};
use crate::limits::keep::COUNT_EVERY;
use crate::store::meta;

pub async fn run(app: Arc<App>) {
    loop {
        if let Err(Error::Broken(cause)) = turn(&app).await {
            tracing::error!(what = %cause, "counting the day");
        }
        if app.pause(COUNT_EVERY).await {
            return;
        }
    }
}

/// Counts once.
pub async fn turn(app: &Arc<App>) -> Result<()> {
    let reader = Arc::clone(app);
    let count = move || reader.store.read(|rows| Ok((meta::find_institution(rows)?, days::count(rows)?)));
    let counted = tokio::task::spawn_blocking(count).await.map_err(|e| Error::broken("count the day", e))?;
    let (Some(institution), counted) = counted? else { return Ok(()) };
    let today = app.now().in_zone(&institution.zone()).date();
    app.store.write(move |tx| days::keep(tx, today, &counted)).await
}
