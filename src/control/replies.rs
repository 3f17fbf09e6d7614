//! Commands about strangers' answers: what waits, and what is shown.

use std::sync::Arc;

use serde_json::{Value, json};

use super::unknown;
use crate::actions;
use crate::app::App;
use crate::base::html;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::ids::NoteId;
use crate::model::note::{Note, Shown};
use crate::model::user::Asker;
use crate::store::{accounts, actors, notes};

/// Those that wait for a decision, or all; newest first.
pub fn list(app: &App, all: bool) -> Result<Value> {
    let found = app.store.read(|rows| {
        if all {
            notes::latest(rows, None, limits::control::REPLIES)
        } else {
            notes::waiting(rows, None, limits::control::REPLIES)
        }
    })?;
    let listed = found.iter().map(|note| described(app, note)).collect::<Result<Vec<_>>>()?;
    Ok(json!({ "replies": listed }))
}

/// Decides about one, by number or address.
pub async fn show(app: &Arc<App>, typed: &str, shown: Shown) -> Result<Value> {
    let found = app.store.read(|rows| match typed.parse::<NoteId>() {
        Ok(id) => notes::get(rows, id),
        Err(_) => notes::by_uri(rows, typed),
    })?;
    let found = found.and_then(|note| Some((note.id, *note.concerns.first()?)));
    let (id, account) = found.ok_or_else(|| {
        let what = format!("There is no reply '{typed}'.");
        unknown(Error::NotFound, what, "All replies: instance reply list --all")
    })?;
    let by = Asker::Operator.may(account)?;
    let note = app.store.write(move |tx| actions::replies::show(tx, by, id, shown)).await?;
    described(app, &note)
}

fn described(app: &App, note: &Note) -> Result<Value> {
    let (author, to) = app.store.read(|rows| {
        let to = note.concerns.iter().map(|id| accounts::get(rows, *id)).collect::<Result<Vec<_>>>()?;
        Ok((actors::named_by_row(rows, note.author)?, to))
    })?;
    Ok(json!({
        "id": note.id.to_string(),
        "uri": note.content.uri,
        "from": author.profile.handle(),
        "to": to.into_iter().flatten().map(|account| account.handle).collect::<Vec<_>>(),
        "post": note.thread.map(|id| app.site.post(id)),
        "text": html::to_text(&note.content.html),
        "public": note.content.public,
        "shown": note.shown,
        "received": note.received.rfc3339(),
    }))
}
