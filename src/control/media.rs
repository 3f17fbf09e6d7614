//! Commands about where media files are.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::actions;
use crate::app::{App, storage};
use crate::error::Result;
use crate::limits::storage::TURN;
use crate::model::media::Weight;
use crate::model::stored::Place;
use crate::model::user::Asker;
use crate::store::{accounts, media};

/// Where files are, and how much of the disk each account has.
pub fn show(app: &Arc<App>) -> Result<Value> {
    let mut answer = places(app)?;
    let quota = app.config.media.quota_gb << 30;
    let accounts = app.store.read(|rows| {
        let all = accounts::all(rows)?.into_iter().filter(|account| account.deleted.is_none()).map(|account| {
            let Weight { media, bytes } = media::weight(rows, account.id)?;
            Ok(json!({ "account": account.handle, "media": media, "bytes": bytes, "quota": quota }))
        });
        all.collect::<Result<Vec<_>>>()
    })?;
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("accounts".to_owned(), accounts.into());
    }
    Ok(answer)
}

fn places(app: &App) -> Result<Value> {
    let count = app.store.read(storage::count)?;
    Ok(json!({ "place": count.place, "stored": count.stored, "left": count.left }))
}

/// From now on files go there. What is there already is carried by `carry`, and by the loops of a server. Nothing changes
/// when the storage cannot be used; the disk needs it only for files that are to come back.
pub async fn move_to(app: &Arc<App>, place: Place) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    match place {
        Place::S3 => storage::prove(app).await?,
        Place::Disk if app.store.read(storage::count)?.stored > 0 => app.storage.bucket().map(drop)?,
        Place::Disk => {}
    }
    app.store.write(move |tx| actions::storage::move_to(tx, owner, place)).await?;
    places(app)
}

/// Carries files for a moment, and tells what is left. When all files are here and the storage does not answer, the way
/// back is at its end: what may lie there is removed by a server, should it ever answer again.
pub async fn carry(app: &Arc<App>) -> Result<Value> {
    let end = tokio::time::Instant::now() + TURN;
    let carried = loop {
        match storage::turn(app).await {
            Ok(count) if count > 0 && tokio::time::Instant::now() < end => {}
            Ok(_) => break Ok(()),
            Err(e) => break Err(e),
        }
    };
    let mut answer = places(app)?;
    match carried {
        Err(_) if app.store.read(storage::count)?.is_home() => {
            if let Some(fields) = answer.as_object_mut() {
                let over = fields.insert("left".to_owned(), 0.into());
                fields.insert("over_there".to_owned(), over.unwrap_or_default());
            }
            Ok(answer)
        }
        carried => carried.map(|()| answer),
    }
}
