//! What need not be kept any longer.

use crate::base::time::Timestamp;
use crate::error::Result;
use crate::limits;
use crate::model::delivery::State;
use crate::store::schema::{GONE, LOGIN_LINKS, MEDIA, SESSIONS};
use crate::store::{Rows, Span, Write, activities, actors, deliveries};

/// Forgets up to `limits::keep::STEP` rows of each kind; true when there may be more.
pub fn prune(tx: &mut Write<'_>) -> Result<bool> {
    let now = tx.now();
    let mut more = false;
    more |= expired(tx, now)?;
    more |= uploads(tx, now)?;
    more |= outcomes(tx, now)?;
    Ok(more)
}

fn expired(tx: &mut Write<'_>, now: Timestamp) -> Result<bool> {
    let (mut gone, mut links, mut sessions) = (Vec::new(), Vec::new(), Vec::new());
    tx.each(&GONE, &Span::all(), |key, at| {
        if now.since(at) > limits::keep::GONE {
            gone.push(key);
        }
        Ok(gone.len() < limits::keep::STEP)
    })?;
    tx.each(&LOGIN_LINKS, &Span::all(), |key, link| {
        if link.expires < now {
            links.push(key);
        }
        Ok(links.len() < limits::keep::STEP)
    })?;
    tx.each(&SESSIONS, &Span::all(), |key, session| {
        if session.expires < now {
            sessions.push(key);
        }
        Ok(sessions.len() < limits::keep::STEP)
    })?;
    for key in &gone {
        tx.remove(&GONE, key)?;
    }
    for key in &links {
        tx.remove(&LOGIN_LINKS, key)?;
    }
    for key in &sessions {
        tx.remove(&SESSIONS, key)?;
    }
    Ok(gone.len() == limits::keep::STEP || links.len() == limits::keep::STEP || sessions.len() == limits::keep::STEP)
}

fn uploads(tx: &mut Write<'_>, now: Timestamp) -> Result<bool> {
    let mut unused = Vec::new();
    tx.each(&MEDIA, &Span::all(), |id, media| {
        if !media.used && now.since(media.created) > limits::keep::UNUSED_UPLOAD {
            unused.push(id);
        }
        Ok(unused.len() < limits::keep::STEP)
    })?;
    for id in &unused {
        super::media::forget(tx, *id)?;
    }
    Ok(unused.len() == limits::keep::STEP)
}

/// Outcomes older than a month, and the activities that nothing names any more. What has waited longer than a
/// delivery lives is given up here too: its lane may have been suspended all the time.
fn outcomes(tx: &mut Write<'_>, now: Timestamp) -> Result<bool> {
    let (mut old, mut late) = (Vec::new(), Vec::new());
    deliveries::oldest(tx, |name, delivery| {
        let age = now.since(delivery.created);
        if delivery.state == State::Waiting && age > limits::delivery::OVERDUE {
            // Not after a mere leap of the clock: a server that is well has its try first.
            if actors::get_server(tx, delivery.server)?.suspended {
                late.push((name, delivery));
            }
        } else if delivery.state != State::Waiting && age > limits::keep::OUTCOMES {
            old.push(name);
        }
        // Keys are in order of time: what follows a young one is younger.
        Ok(age > limits::delivery::OVERDUE && old.len() < limits::keep::STEP && late.len() < limits::keep::STEP)
    })?;
    for (name, delivery) in &late {
        deliveries::put(tx, *name, &crate::model::delivery::Delivery { state: State::GivenUp, ..delivery.clone() })?;
    }
    for name in &old {
        deliveries::remove(tx, *name)?;
        let spent = deliveries::of_activity(tx, name.0)?.is_empty();
        let activity = activities::get(tx, name.0)?;
        if spent && activity.is_some_and(|a| !a.listed && a.post.is_none() && !may_be_undone(&a.kind)) {
            activities::erase(tx, name.0)?;
        }
    }
    Ok(old.len() == limits::keep::STEP || late.len() == limits::keep::STEP)
}

/// Its Undo repeats it word for word, years later perhaps.
fn may_be_undone(kind: &str) -> bool {
    matches!(kind, "Follow" | "Like" | "Announce")
}
