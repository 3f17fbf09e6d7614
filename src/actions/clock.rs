//! A clock that was wrong and has been set right: what it put off into a far future comes back.

use crate::base::time::Timestamp;
use crate::error::Result;
use crate::limits::keep::LONGEST_WAIT;
use crate::model::delivery::Wake;
use crate::model::ids::ServerId;
use crate::model::server::Server;
use crate::store::{Rows, Write, actors, deliveries};

/// Servers whose deliveries wait for a moment that no sane clock would have named.
pub fn misled(rows: &impl Rows, now: Timestamp) -> Result<Vec<ServerId>> {
    let mut misled = Vec::new();
    for (id, _) in deliveries::lanes(rows)? {
        if is_misled(&actors::get_server(rows, id)?, now) || first_is_misled(rows, id, now)? {
            misled.push(id);
        }
    }
    Ok(misled)
}

fn is_misled(server: &Server, now: Timestamp) -> bool {
    server.paused_until > now.plus(LONGEST_WAIT) || server.failing_since.is_some_and(|since| since > now)
}

fn first_is_misled(rows: &impl Rows, server: ServerId, now: Timestamp) -> Result<bool> {
    let Some((due, name)) = deliveries::lane(rows, server, 1)?.into_iter().next() else { return Ok(false) };
    if due <= now {
        return Ok(false);
    }
    let created = deliveries::get(rows, name)?.map(|delivery| delivery.created);
    Ok(due > now.plus(LONGEST_WAIT) || created.is_some_and(|created| created > now))
}

/// Tries them now, each server by itself as ever: whoever still fails waits again. What was said in the future counts
/// its days from today.
pub fn set_right(tx: &mut Write<'_>, misled: &[ServerId]) -> Result<()> {
    let now = tx.now();
    for id in misled {
        let mut server = actors::get_server(tx, *id)?;
        server.paused_until = server.paused_until.min(now);
        server.failing_since = server.failing_since.map(|since| since.min(now));
        actors::put_server(tx, &server)?;
        for (_, name) in deliveries::lane(tx, *id, usize::MAX)? {
            if let Some(mut delivery) = deliveries::get(tx, name)? {
                delivery.created = delivery.created.min(now);
                delivery.due = delivery.due.min(now);
                deliveries::put(tx, name, &delivery)?;
            }
        }
        tx.after.deliveries.push(Wake { server: *id, at: now, of: None });
    }
    Ok(())
}
