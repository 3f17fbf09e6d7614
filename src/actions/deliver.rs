//! What came of a delivery.

use std::time::Duration;

use crate::error::Result;
use crate::model::delivery::{Delivery, LIFETIME, MAX_SAID, Outcome, State, delay, jittered};
use crate::model::ids::InboxId;
use crate::model::server::Server;
use crate::store::deliveries::Name;
use crate::store::{Write, accounts, activities, actors, deliveries, follows};

/// So often a delivery keeps its place in its lane, which the server's pause spaces out: a newer profile must not be
/// overtaken by an older one. What still fails then may be at fault itself and lets the others pass.
const IN_ORDER: u32 = 5;
/// Nothing is given up after fewer tries, however much time seems to have passed: the clock may have leapt.
const FEWEST: u32 = 5;
/// A server's last success is written down at most this often.
const NOTE_SUCCESS: Duration = Duration::from_secs(3600);

/// Writes the outcome of a try down. Whether the server is to be left alone for a while is part of it.
pub fn settle(tx: &mut Write<'_>, name: Name, outcome: &Outcome) -> Result<()> {
    let Some(mut delivery) = deliveries::get(tx, name)?.filter(|d| d.state == State::Waiting) else { return Ok(()) };
    let mut server = actors::get_server(tx, delivery.server)?;
    let now = tx.now();
    delivery.tries = delivery.tries.saturating_add(1);
    delivery.last = Some(now);
    match outcome {
        Outcome::Done => {
            delivery.state = State::Done;
            delivery.said.clear();
            well(tx, &mut server)?;
            return done(tx, name, &delivery);
        }
        Outcome::Later { said, retry_after } => {
            delivery.said = clip(said);
            let salt = crate::crypto::random::salt();
            if delivery.tries > IN_ORDER {
                delivery.due = now.plus(jittered(delay(delivery.tries), salt));
            }
            if now.since(delivery.created) >= LIFETIME && delivery.tries >= FEWEST {
                delivery.state = State::GivenUp;
            }
            server.failed(now, *retry_after);
            if retry_after.is_none() {
                server.paused_until = now.plus(jittered(server.paused_until.since(now), salt));
            }
            actors::put_server(tx, &server)?;
        }
        Outcome::Never { said, gone } => {
            delivery.said = clip(said);
            delivery.state = State::Refused;
            well(tx, &mut server)?;
            if *gone {
                leave(tx, name.1)?;
            }
        }
    }
    deliveries::put(tx, name, &delivery)
}

/// The server answered: whatever it said, it is there.
fn well(tx: &mut Write<'_>, server: &mut Server) -> Result<()> {
    let now = tx.now();
    let stale = server.last_success.is_none_or(|last| now.since(last) >= NOTE_SUCCESS);
    if server.is_troubled() || stale {
        server.well(now);
        actors::put_server(tx, server)?;
    }
    Ok(())
}

/// Answers to Follows and the like are of no use to anybody once they arrived: the row and the activity go.
fn done(tx: &mut Write<'_>, name: Name, delivery: &Delivery) -> Result<()> {
    let passing = activities::get(tx, name.0)?.is_none_or(|a| matches!(a.kind.as_str(), "Accept" | "Reject"));
    if !passing {
        return deliveries::put(tx, name, delivery);
    }
    deliveries::remove(tx, name)?;
    activities::erase(tx, name.0)
}

/// An inbox that answers 410 has no followers behind it any more.
fn leave(tx: &mut Write<'_>, inbox: InboxId) -> Result<()> {
    for account in accounts::all(tx)? {
        if follows::behind(tx, account.id, inbox)? == 0 {
            continue;
        }
        let mut behind = Vec::new();
        follows::each(tx, account.id, |actor, _| {
            behind.push(actor);
            Ok(true)
        })?;
        for actor in behind {
            let actor = actors::named_by_row(tx, actor)?;
            if actor.delivery == inbox {
                follows::remove(tx, account.id, &actor)?;
            }
        }
    }
    Ok(())
}

/// A valid request came from this host: whatever we held against it is forgotten, and what waits is tried again.
pub fn heard_from(tx: &mut Write<'_>, host: &str) -> Result<()> {
    let now = tx.now();
    let found = actors::server_by_host(tx, host)?;
    let Some(mut server) = found.filter(|server| server.may_be_forgiven(now)) else { return Ok(()) };
    server.well(now);
    actors::put_server(tx, &server)?;
    deliveries::hurry(tx, server.id)?;
    tx.after.deliveries.push((server.id, now));
    Ok(())
}

fn clip(said: &str) -> String {
    said.chars().take(MAX_SAID).collect()
}
