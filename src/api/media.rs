//! `media`: pictures, videos and sounds come in, and get their descriptions.

use std::sync::Arc;

use hyper::StatusCode;

use super::{entities, input};
use crate::actions;
use crate::app::{App, upload};
use crate::error::{Error, Problem, Result};
use crate::model::client::Token;
use crate::model::ids::MediaId;
use crate::model::user::{Asker, By};
use crate::store::Rows;
use crate::store::schema::MEDIA;
use crate::web::request::Request;
use crate::web::response::{self, Response};

const SCOPE: &str = "write:media";

fn by(token: &Token) -> Result<By> {
    Asker::Client(token.clone()).may_publish(token.account, SCOPE)
}

/// A description may still be missing here (many apps send it later); it is required when the post is published.
pub(super) async fn upload(app: &Arc<App>, request: &mut Request, token: Token) -> Result<Response> {
    let by = by(&token)?;
    let _permit = app.uploads.try_acquire().map_err(|_| Error::Busy { retry_after: 5 })?;
    let (form, file) = input::with_file(request, &app.files).await?;
    let missing = || Problem::new("E155", "There is no file.").field("file").remedy("Send it as the part 'file'.");
    let media = upload::take(app, by, file.ok_or_else(missing)?, form.text("description")).await?;
    response::json(StatusCode::OK, &entities::media::media(&app.site, &media))
}

pub(super) fn media(app: &App, id: &str, token: &Token) -> Result<Response> {
    let id: MediaId = id.parse()?;
    let media = app.store.read(|rows| rows.need(&MEDIA, &id))?;
    if media.account != token.account {
        return Err(Error::NotFound);
    }
    response::json(StatusCode::OK, &entities::media::media(&app.site, &media))
}

pub(super) async fn describe(app: &Arc<App>, request: &mut Request, id: &str, token: Token) -> Result<Response> {
    let (by, id) = (by(&token)?, id.parse::<MediaId>()?);
    let alt = input::form(request, &app.files).await?.text("description");
    let media = app.store.write(move |tx| actions::media::describe(tx, by, id, &alt)).await?;
    response::json(StatusCode::OK, &entities::media::media(&app.site, &media))
}
