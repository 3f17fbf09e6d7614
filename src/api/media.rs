//! `media`: pictures, videos and sounds come in, and get their descriptions.

use std::sync::Arc;

use hyper::StatusCode;

use super::{entities, input};
use crate::actions;
use crate::app::{App, upload};
use crate::error::{Error, Problem, Result};
use crate::model::ids::MediaId;
use crate::model::media::{self as model, About, Media};
use crate::model::power::Attach;
use crate::model::user::{Asker, By, Client};
use crate::store::Rows;
use crate::store::schema::MEDIA;
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};

fn by(client: &Client) -> Result<By<Attach>> {
    Asker::Client(client.clone()).may(client.token.account)
}

/// A description may still be missing here (many apps send it later); it is required when the post is published.
pub(super) async fn upload(app: &Arc<App>, request: &mut Request, client: Client) -> Result<Response> {
    let by = by(&client)?;
    let _permit = app.upload_room()?;
    let (form, file) = input::with_file(request, &app.files).await?;
    let missing = || Problem::new("E155", "There is no file.").field("file").remedy("Send it as the part 'file'.");
    let about = About { focus: focus(&form)?, ..About::words(form.text("description")) };
    let media = upload::take(app, by, file.ok_or_else(missing)?, about).await?;
    response::json(StatusCode::OK, &entities::media::media(&app.site, &media))
}

/// A file of the token's account.
fn own(app: &App, by: By<Attach>, id: MediaId) -> Result<Media> {
    let found = app.store.read(|rows| rows.get(&MEDIA, &id))?;
    found.filter(|media| media.account == by.account()).ok_or(Error::NotFound)
}

pub(super) fn media(app: &App, id: &str, client: &Client) -> Result<Response> {
    let media = own(app, by(client)?, id.parse()?)?;
    response::json(StatusCode::OK, &entities::media::media(&app.site, &media))
}

pub(super) async fn describe(app: &Arc<App>, request: &mut Request, id: &str, client: Client) -> Result<Response> {
    let (by, id) = (by(&client)?, id.parse::<MediaId>()?);
    let form = input::form(request, &app.files).await?;
    let mut about = own(app, by, id)?.about();
    about.focus = focus(&form)?.or(about.focus);
    if form.find("description").is_some() {
        about.alt = form.text("description");
    }
    let media = app.store.write(move |tx| actions::media::describe(tx, by, id, &about)).await?;
    response::json(StatusCode::OK, &entities::media::media(&app.site, &media))
}

fn focus(form: &Form) -> Result<Option<(f32, f32)>> {
    form.find("focus").filter(|typed| !typed.is_empty()).map(model::focus).transpose()
}
