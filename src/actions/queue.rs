//! The hand on the queue: try now, or let go.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::limits::delivery::AGAIN;
use crate::model::audit::{Act, Deed, Object};
use crate::model::delivery::{Delivery, State, Wake};
use crate::model::ids::{ActivityId, PostId, ServerId};
use crate::model::power::Publish;
use crate::model::server::Server;
use crate::model::user::{By, Owner};
use crate::store::reach::Tally;
use crate::store::{Write, actors, deliveries};

/// Forgives a server (by host), or all, and tries at once what waits for it. Answers with the number of deliveries.
pub fn retry(tx: &mut Write<'_>, owner: Owner, host: Option<&str>) -> Result<usize> {
    let mut moved = 0;
    for server in chosen(tx, host)? {
        moved += hurry(tx, server)?;
    }
    note(tx, owner, Act::QueueRetry, host, moved)?;
    Ok(moved)
}

/// Everything that waits for a server is due, and the server forgiven.
fn hurry(tx: &mut Write<'_>, mut server: Server) -> Result<usize> {
    let now = tx.now();
    if server.paused_until > now || server.suspended {
        server.suspended = false;
        server.paused_until = now;
        actors::put_server(tx, &server)?;
    }
    deliveries::hurry(tx, server.id)?;
    tx.after.deliveries.push(Wake { server: server.id, at: now, of: None });
    Ok(deliveries::lane(tx, server.id, usize::MAX)?.len())
}

/// What came of the wish to try a post's deliveries at once.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Again {
    pub tried: usize,
    /// Tried so short a time ago that it makes no sense.
    pub spared: usize,
}

/// Tries at once what a server does not have yet of something that was said about a post, also what it refused: whoever
/// asks may know better. All servers are tried when there is none, but for those that will refuse again.
pub fn try_again(
    tx: &mut Write<'_>,
    by: By<Publish>,
    post: PostId,
    activity: ActivityId,
    server: Option<ServerId>,
) -> Result<Again> {
    let post = super::edit::own(tx, by.account(), post)?;
    if !post.activities.contains(&activity) {
        return Err(Error::NotFound);
    }
    let (now, mut again, mut tally) = (tx.now(), Again::default(), Tally::default());
    let mut servers = BTreeSet::new();
    for (name, state) in deliveries::states(tx, activity)? {
        let is_missing = match state {
            State::Waiting | State::Refused | State::GivenUp => true,
            State::Done | State::Dropped => false,
        };
        let Some(row) = deliveries::get(tx, (activity, name))?.filter(|_| is_missing) else { continue };
        let chosen = server.map_or_else(|| row.advice(now).may_pass(), |server| server == row.server);
        if !chosen {
            continue;
        }
        if row.last.is_some_and(|last| now.since(last) < AGAIN) {
            again.spared += 1;
            continue;
        }
        again.tried += 1;
        servers.insert(row.server);
        if state != State::Waiting {
            tally.put(tx, (activity, name), &Delivery { state: State::Waiting, due: now, ..row })?;
        }
    }
    tally.keep(tx)?;
    for server in servers {
        let server = actors::get_server(tx, server)?;
        hurry(tx, server)?;
    }
    let deed = Deed::new(Act::QueueRetry).of(by.account()).on(post.id);
    super::audit::note(tx, by.who(), &deed.with(format!("{} deliveries", again.tried)))?;
    Ok(again)
}

/// Gives up what waits for a server (by host), or everything. Answers with the number of deliveries.
pub fn drop(tx: &mut Write<'_>, owner: Owner, host: Option<&str>) -> Result<usize> {
    let (mut dropped, mut tally) = (0, Tally::default());
    for server in chosen(tx, host)? {
        for (_, name) in deliveries::lane(tx, server.id, usize::MAX)? {
            let mut delivery =
                deliveries::get(tx, name)?.ok_or_else(|| Error::bug("a lane names a delivery that is not there"))?;
            delivery.state = State::Dropped;
            tally.put(tx, name, &delivery)?;
            dropped += 1;
        }
    }
    tally.keep(tx)?;
    note(tx, owner, Act::QueueDrop, host, dropped)?;
    Ok(dropped)
}

fn note(tx: &mut Write<'_>, owner: Owner, act: Act, host: Option<&str>, deliveries: usize) -> Result<()> {
    let deed = Deed::new(act).with(format!("{deliveries} deliveries"));
    let deed = host.map_or(deed.clone(), |host| deed.on(Object::Server(host.to_owned())));
    super::audit::note(tx, owner.who(), &deed)
}

fn chosen(tx: &Write<'_>, host: Option<&str>) -> Result<Vec<Server>> {
    match host {
        Some(host) => Ok(vec![actors::server_by_host(tx, host)?.ok_or(Error::NotFound)?]),
        None => actors::servers(tx),
    }
}
