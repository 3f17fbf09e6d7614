//! The hand on the queue: try now, or let go.

use crate::error::{Error, Result};
use crate::model::audit::{Act, Deed, Object};
use crate::model::delivery::{State, Wake};
use crate::model::user::Owner;
use crate::store::{Write, actors, deliveries};

/// Forgives a server (by host), or all, and tries at once what waits for it. Answers with the number of deliveries.
pub fn retry(tx: &mut Write<'_>, owner: Owner, host: Option<&str>) -> Result<usize> {
    let mut moved = 0;
    for mut server in chosen(tx, host)? {
        let now = tx.now();
        if server.paused_until > now || server.suspended {
            server.suspended = false;
            server.paused_until = now;
            actors::put_server(tx, &server)?;
        }
        deliveries::hurry(tx, server.id)?;
        moved += deliveries::lane(tx, server.id, usize::MAX)?.len();
        tx.after.deliveries.push(Wake { server: server.id, at: now, of: None });
    }
    note(tx, owner, Act::QueueRetry, host, moved)?;
    Ok(moved)
}

/// Gives up what waits for a server (by host), or everything. Answers with the number of deliveries.
pub fn drop(tx: &mut Write<'_>, owner: Owner, host: Option<&str>) -> Result<usize> {
    let mut dropped = 0;
    for server in chosen(tx, host)? {
        for (_, name) in deliveries::lane(tx, server.id, usize::MAX)? {
            let mut delivery =
                deliveries::get(tx, name)?.ok_or_else(|| Error::bug("a lane names a delivery that is not there"))?;
            delivery.state = State::Dropped;
            deliveries::put(tx, name, &delivery)?;
            dropped += 1;
        }
    }
    note(tx, owner, Act::QueueDrop, host, dropped)?;
    Ok(dropped)
}

fn note(tx: &mut Write<'_>, owner: Owner, act: Act, host: Option<&str>, deliveries: usize) -> Result<()> {
    let deed = Deed::new(act).with(format!("{deliveries} deliveries"));
    let deed = host.map_or(deed.clone(), |host| deed.on(Object::Server(host.to_owned())));
    super::audit::note(tx, owner.who(), &deed)
}

fn chosen(tx: &Write<'_>, host: Option<&str>) -> Result<Vec<crate::model::server::Server>> {
    match host {
        Some(host) => Ok(vec![actors::server_by_host(tx, host)?.ok_or(Error::NotFound)?]),
        None => actors::servers(tx),
    }
}
