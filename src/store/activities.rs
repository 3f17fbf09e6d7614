//! Activities of ours and the outbox.

use super::counts::{Count, step};
use super::schema::{ACTIVITIES, OUTBOX};
use super::table::Span;
use super::tx::{Rows, Write};
use crate::error::{Error, Result};
use crate::model::activity::Activity;
use crate::model::ids::{AccountId, ActivityId};

pub fn get(rows: &impl Rows, id: ActivityId) -> Result<Option<Activity>> {
    rows.get(&ACTIVITIES, &id)
}

pub fn put(tx: &mut Write<'_>, activity: &Activity) -> Result<()> {
    let was = get(tx, activity.id)?.is_some_and(|old| old.listed);
    list(tx, activity, was, activity.listed)?;
    tx.put(&ACTIVITIES, &activity.id, activity)
}

fn list(tx: &mut Write<'_>, activity: &Activity, was: bool, now: bool) -> Result<()> {
    let key = (activity.account, activity.id);
    match (was, now) {
        (false, true) => {
            tx.put(&OUTBOX, &key, &())?;
            step(tx, Count::Outbox(activity.account), true)
        }
        (true, false) => {
            tx.remove(&OUTBOX, &key)?;
            step(tx, Count::Outbox(activity.account), false)
        }
        (true, true) | (false, false) => Ok(()),
    }
}

/// Takes an activity out of the outbox; its own address goes on answering with what was sent.
pub fn unlist(tx: &mut Write<'_>, id: ActivityId) -> Result<()> {
    if let Some(mut activity) = get(tx, id)?.filter(|a| a.listed) {
        activity.listed = false;
        put(tx, &activity)?;
    }
    Ok(())
}

/// Removes an activity whose words must not be kept: those about a deleted post.
pub fn erase(tx: &mut Write<'_>, id: ActivityId) -> Result<()> {
    if let Some(activity) = get(tx, id)? {
        list(tx, &activity, activity.listed, false)?;
        tx.remove(&ACTIVITIES, &id)?;
    }
    Ok(())
}

/// Activities newer than this one, oldest first.
pub fn after(rows: &impl Rows, id: ActivityId, mut each: impl FnMut(Activity) -> Result<bool>) -> Result<()> {
    rows.each(&ACTIVITIES, &Span::all().after(&id), |_, activity| each(activity))
}

/// An account's outbox, newest first.
pub fn outbox(rows: &impl Rows, account: AccountId, before: Option<ActivityId>, limit: usize) -> Result<Vec<Activity>> {
    let span = Span::under(&account);
    let span = before.map_or(span.clone(), |id| span.before(&(account, id))).newest_first().limit(limit);
    let keys = rows.keys(&OUTBOX, span)?;
    keys.into_iter()
        .map(|(_, id)| get(rows, id)?.ok_or_else(|| Error::bug("the outbox names an activity that is not there")))
        .collect()
}
