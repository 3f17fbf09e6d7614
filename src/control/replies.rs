//! Commands about strangers' answers: what waits, what is shown, who takes it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::unknown;
use crate::actions;
use crate::actions::replies::{decided_by, stamp};
use crate::app::App;
use crate::base::html;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::case::Stand;
use crate::model::ids::{AccountId, CaseId, NoteId, UserId};
use crate::model::note::{Note, Shown};
use crate::model::user::Asker;
use crate::store::{Rows, accounts, actors, cases, notes, users};

/// Those that wait for a decision, or all, or those of the inbox that are so far; newest first.
pub fn list(app: &App, all: bool, stand: Option<Stand>) -> Result<Value> {
    let most = limits::control::REPLIES;
    let found = app.store.read(|rows| match stand {
        Some(stand) => so_far(rows, stand, most),
        None if all => notes::latest(rows, None, most),
        None => notes::waiting(rows, None, most),
    })?;
    let listed = found.iter().map(|note| described(app, note)).collect::<Result<Vec<_>>>()?;
    Ok(json!({ "replies": listed }))
}

/// Of all accounts. What was only shared has no words to list.
fn so_far(rows: &impl Rows, stand: Stand, most: usize) -> Result<Vec<Note>> {
    let mut ids = Vec::new();
    for account in accounts::all(rows)? {
        ids.extend(cases::of_account(rows, account.id, stand, None, most)?);
    }
    ids.sort_unstable_by(|a, b| b.cmp(a));
    ids.dedup();
    let notes = ids.into_iter().map(|id| notes::get(rows, NoteId(id.0))).collect::<Result<Vec<_>>>()?;
    Ok(notes.into_iter().flatten().take(most).collect())
}

/// One that was named by its number or address, and the account of ours that decides about it.
fn find(app: &App, typed: &str) -> Result<(Note, AccountId)> {
    let found = app.store.read(|rows| match typed.parse::<NoteId>() {
        Ok(id) => notes::get(rows, id),
        Err(_) => notes::by_uri(rows, typed),
    })?;
    let account = found.as_ref().map(|note| app.store.read(|rows| decided_by(rows, note))).transpose()?;
    let account = account.and_then(|accounts| accounts.first().copied());
    found.zip(account).ok_or_else(|| {
        let what = format!("There is no reply '{typed}'.");
        unknown(Error::NotFound, what, "All replies: instance reply list --all")
    })
}

/// Decides about one. `seen`: what was looked at, as `instance reply show` tells it.
pub async fn show(app: &Arc<App>, typed: &str, shown: Shown, seen: Option<String>) -> Result<Value> {
    let (note, account) = find(app, typed)?;
    let (id, by) = (note.id, Asker::Operator.may(account)?);
    let note = app.store.write(move |tx| actions::replies::show(tx, by, id, shown, seen.as_deref())).await?;
    described(app, &note)
}

pub fn one(app: &App, typed: &str) -> Result<Value> {
    described(app, &find(app, typed)?.0)
}

/// Gives one to a user, or to nobody.
pub async fn assign(app: &Arc<App>, typed: &str, user: Option<&str>) -> Result<Value> {
    let (note, account) = find(app, typed)?;
    let owner = user.map(|typed| super::users::find(app, typed)).transpose()?.map(|user| user.id);
    let (id, by) = (CaseId(note.id.0), Asker::Operator.may(account)?);
    app.store.write(move |tx| actions::cases::assign(tx, by, id, owner)).await?;
    described(app, &note)
}

/// Says how far one is, for all accounts that have it.
pub async fn set(app: &Arc<App>, typed: &str, stand: Stand) -> Result<Value> {
    let (note, _) = find(app, typed)?;
    let id = CaseId(note.id.0);
    let all = note.concerns.iter().map(|account| Asker::Operator.may(*account)).collect::<Result<Vec<_>>>()?;
    app.store
        .write(move |tx| all.iter().try_for_each(|by| actions::cases::set(tx, *by, id, stand).map(|_| ())))
        .await?;
    described(app, &note)
}

/// Notes something about one, for colleagues.
pub async fn note(app: &Arc<App>, typed: &str, text: String) -> Result<Value> {
    let (note, account) = find(app, typed)?;
    let (id, by) = (CaseId(note.id.0), Asker::Operator.may(account)?);
    app.store.write(move |tx| actions::cases::remark(tx, by, id, &text)).await?;
    described(app, &note)
}

fn described(app: &App, note: &Note) -> Result<Value> {
    app.store.read(|rows| {
        let to = note.concerns.iter().map(|id| accounts::get(rows, *id)).collect::<Result<Vec<_>>>()?;
        let case = cases::of_note(rows, note)?;
        let called = |id: Option<UserId>| id.map_or(Ok(None), |id| users::get(rows, id));
        let owner = called(case.owner)?.map(|user| user.email);
        let author = actors::named_by_row(rows, note.author)?.profile;
        let mut remarks = Vec::new();
        for remark in &case.remarks {
            let by = called(remark.by)?.map(|user| user.email);
            remarks.push(json!({ "number": remark.number, "by": by, "at": remark.at.rfc3339(), "text": remark.text }));
        }
        Ok(json!({
            "id": note.id.to_string(),
            "uri": note.content.uri,
            "from": author.handle(),
            "to": to.into_iter().flatten().map(|account| account.handle).collect::<Vec<_>>(),
            "post": note.thread.map(|id| app.site.post(id)),
            "text": html::to_text(&note.content.html),
            "public": note.content.public,
            "shown": note.shown,
            "seen": stamp(note, &author)?,
            "received": note.received.rfc3339(),
            "state": case.stand_for(&case.accounts),
            "owner": owner,
            "notes": remarks,
            "answers": case.answers.iter().map(|id| app.site.post(*id)).collect::<Vec<_>>(),
        }))
    })
}
