//! Commands about the audit log: shown, looked through, cleared of a person.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::users;
use crate::actions;
use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::audit::Hash;
use crate::model::user::Asker;
use crate::store::audit;
use crate::views::audit::{Asked, filter, page, table};

/// Which entries are meant, as it was typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AuditShow {
    pub account: Option<String>,
    pub user: Option<String>,
    pub act: Option<String>,
    pub since: Option<String>,
    pub until: Option<String>,
    /// Only those below this one.
    pub before: Option<u64>,
    /// Also as a table: with heads when nothing came before.
    pub csv: bool,
}

/// A part of what fits, newest first, and where the next part begins.
pub fn show(app: &App, show: &AuditShow) -> Result<Value> {
    let auditor = Asker::Operator.may_audit()?;
    let asked = Asked {
        account: show.account.as_deref().unwrap_or_default(),
        user: show.user.as_deref().unwrap_or_default(),
        act: show.act.as_deref().unwrap_or_default(),
        since: show.since.as_deref().unwrap_or_default(),
        until: show.until.as_deref().unwrap_or_default(),
    };
    let found = app.store.read(|rows| {
        let filter = filter(rows, &asked)?;
        page(rows, auditor, &filter, show.before, limits::audit::LOOK)
    })?;
    Ok(if show.csv {
        json!({ "csv": table(&found.lines, show.before.is_none()), "rest": found.rest })
    } else {
        json!({ "entries": found.lines, "rest": found.rest })
    })
}

/// Looks through the whole log. Reads everything; the server may go on meanwhile.
pub async fn verify(app: &Arc<App>, head: Option<&str>) -> Result<Value> {
    let known = head.map(str::parse::<Hash>).transpose().map_err(|_| {
        let problem = Problem::new("E701", "That is not the hash of an entry.").field("head");
        Error::from(problem.remedy("It has 64 digits, as 'instance audit verify' prints it."))
    })?;
    let reader = Arc::clone(app);
    let verify = move || reader.store.read(|rows| audit::verify(rows, known));
    let report = tokio::task::spawn_blocking(verify).await.map_err(|e| Error::broken("look through the log", e))??;
    Ok(json!({
        "sound": report.is_sound(),
        "entries": report.entries,
        "first": report.first,
        "head": report.head,
        "erased": report.erased,
        "wrong": report.wrong,
        "findings": report.findings,
    }))
}

/// Erases what the log tells of somebody; what they did, by number, stays.
pub async fn erase(app: &Arc<App>, typed: &str, why: String) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let user = users::find(app, typed)?.id;
    let (mut erased, mut from) = (0, Some(0));
    let begin = why.clone();
    let last = app.store.write(move |tx| actions::audit::begin_erasing(tx, owner, user, &begin)).await?;
    while let Some(after) = from {
        let step = app.store.write(move |tx| actions::audit::erase(tx, owner, user, after, last)).await?;
        (erased, from) = (erased + step.erased, step.rest);
    }
    Ok(json!({ "user": user.to_string(), "erased": erased }))
}
