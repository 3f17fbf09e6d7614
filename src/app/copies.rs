//! Fetches strangers' pictures one by one, and keeps small copies of our own making: nothing of a stranger's file is
//! passed on but what it looks like.

use std::sync::Arc;

use super::App;
use crate::actions;
use crate::activitypub::read;
use crate::base::uri;
use crate::error::{Error, Result};
use crate::limits::copies::{COPY, FETCHED};
use crate::media::hold::Hold;
use crate::media::picture::{self, Shape};
use crate::model::copied::{self, Copied, Copy, CopyKey};
use crate::net::gate::Behalf;
use crate::store::copies;

/// What we take; whatever else comes is looked at by its bytes all the same.
const ACCEPT: &str = "image/webp, image/jpeg, image/png, image/gif";

/// Takes up the next picture that is due. False when there is none.
pub async fn carry(app: &Arc<App>) -> Result<bool> {
    let now = app.now();
    let Some((key, copy)) = app.store.read(|rows| copies::due(rows, now))? else { return Ok(false) };
    let fetched = fetch(app, key, &copy).await;
    let from = copy.from;
    match fetched {
        Ok((copied, hold)) => {
            app.store.write(hold.until(move |tx| actions::copies::came(tx, key, &from, &copied))).await?;
        }
        Err(e) => {
            let may_pass = e.may_pass();
            app.store.write(move |tx| actions::copies::failed(tx, key, &from, may_pass)).await?;
        }
    }
    Ok(true)
}

async fn fetch(app: &Arc<App>, key: CopyKey, copy: &Copy) -> Result<(Copied, Hold)> {
    let (address, shape) = if copied::is_face(key) {
        let document = app.fetch_object(&copy.from, Behalf::Received).await?;
        (read::actor::face(&document).ok_or(Error::NotFound)?, Shape::Face)
    } else {
        (copy.from.clone(), Shape::Copy)
    };
    let url = uri::http(&address).ok_or(Error::NotFound)?;
    let answer = app.actors.gate.file(&app.client, &url, ACCEPT, FETCHED, app.now()).await?;
    app.files.expect(COPY as u64)?;
    // One picture at a time, whoever brought it; those who upload stand in the same line.
    let permit = app.decoding_room().await?;
    let files = app.files.clone();
    let make = move || {
        let _permit = permit;
        let copy = picture::take(answer.body.into(), shape)?.original;
        if copy.bytes.len() > COPY {
            return Err(Error::NotFound);
        }
        let mut hold = files.hold();
        let file = hold.put(&copy.bytes, copy.ext)?;
        Ok((Copied { file, width: copy.width, height: copy.height }, hold))
    };
    tokio::task::spawn_blocking(make).await.map_err(|e| Error::broken("copy a picture", e))?
}
