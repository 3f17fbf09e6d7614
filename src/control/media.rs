//! Commands about where media files are.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::actions;
use crate::app::{App, storage};
use crate::error::Result;
use crate::limits::storage::TURN;
use crate::model::stored::Place;
use crate::model::user::Asker;

pub fn show(app: &Arc<App>) -> Result<Value> {
    let count = app.store.read(storage::count)?;
    Ok(json!({ "place": count.place, "stored": count.stored, "left": count.left }))
}

/// From now on files go there. What is there already is carried by `carry`, and by the loops of a server.
pub async fn move_to(app: &Arc<App>, place: Place) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    if place == Place::S3 {
        app.storage.bucket()?;
    }
    app.store.write(move |tx| actions::storage::move_to(tx, owner, place)).await?;
    show(app)
}

/// Carries files for a moment, and tells what is left.
pub async fn carry(app: &Arc<App>) -> Result<Value> {
    let end = tokio::time::Instant::now() + TURN;
    if app.storage.is_set_up() {
        while storage::turn(app).await? > 0 && tokio::time::Instant::now() < end {}
    }
    show(app)
}
