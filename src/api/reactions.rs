//! What an account does with a post that is there: pin one of its own, boost or like somebody else's.

use std::sync::Arc;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::entities;
use crate::actions;
use crate::actions::react::Object;
use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::model::follow::ReactionKind;
use crate::model::ids::{NoteId, PostId};
use crate::model::user::{Asker, By, Client};
use crate::store::{accounts, notes, posts};
use crate::web::response::{self, Response};
use crate::web::who::Acts as _;

/// Puts a post above the others on the profile, or back among them.
pub(super) async fn pin(app: &Arc<App>, id: &str, client: &Client, up: bool) -> Result<Response> {
    let (by, id): (By, PostId) = (Asker::Client(client.clone()).may(client.token.account)?, id.parse()?);
    let post = app.store.read(|rows| posts::need(rows, id))?;
    if post.account != by.account() {
        return Err(Error::NotFound);
    }
    let site = app.site.clone();
    let verb = if up { actions::pin::pin } else { actions::pin::unpin };
    client.write(app, move |tx| verb(tx, &site, by, id)).await?;
    response::json(StatusCode::OK, &app.store.read(|rows| entities::status::status(app, rows, post))?)
}

/// Likes or boosts what a stranger wrote to us, or takes that back.
pub(super) async fn react(app: &Arc<App>, id: &str, client: &Client, kind: ReactionKind, on: bool) -> Result<Response> {
    let (by, id): (By, NoteId) = (Asker::Client(client.clone()).may(client.token.account)?, id.parse()?);
    let (note, own) = app.store.read(|rows| Ok((notes::get(rows, id)?, posts::get(rows, PostId(id.0))?.is_some())))?;
    if own {
        return Err(Problem::new("E037", "Only posts of other servers can be liked or boosted.").into());
    }
    let note = note.filter(|note| note.content.public).ok_or(Error::NotFound)?;
    let (site, object) = (app.site.clone(), Object { uri: note.content.uri.clone(), author: note.author });
    client
        .write(app, move |tx| {
            if on {
                actions::react::react(tx, &site, by, kind, &object)
            } else {
                actions::react::unreact(tx, &site, by, kind, &object.uri)
            }
        })
        .await?;
    let value = app.store.read(|rows| {
        let mut answer = entities::status::answer(app, rows, &note)?;
        let field = if kind == ReactionKind::Boost { "reblogged" } else { "favourited" };
        set(&mut answer, field, json!(on));
        if kind == ReactionKind::Like || !on {
            return Ok(answer);
        }
        // A boost is a status around another one.
        let account = accounts::need(rows, by.account())?;
        let mut boost = answer.clone();
        set(&mut boost, "account", entities::account::account(app, rows, &account)?);
        set(&mut boost, "reblog", answer);
        Ok(boost)
    })?;
    response::json(StatusCode::OK, &value)
}

fn set(status: &mut Value, field: &str, value: Value) {
    if let Some(object) = status.as_object_mut() {
        object.insert(field.to_owned(), value);
    }
}
