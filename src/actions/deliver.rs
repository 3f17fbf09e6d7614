//! What came of a delivery.

use crate::base::time::Timestamp;
use crate::error::Result;
use crate::limits;
use crate::model::activity::Activity;
use crate::model::delivery::{Delivery, Outcome, State, Wake, delay, jittered};
use crate::model::ids::ServerId;
use crate::model::server::Server;
use crate::store::deliveries::Name;
use crate::store::reach::Tally;
use crate::store::{Rows, Write, activities, actors, deliveries, follows};

/// Writes the outcome of a try down. Whether the server is to be left alone for a while is part of it.
pub fn settle(tx: &mut Write<'_>, name: Name, outcome: &Outcome) -> Result<()> {
    settle_all(tx, std::iter::once((name, outcome)))
}

/// The same for many.
pub fn settle_all<'a>(tx: &mut Write<'_>, outcomes: impl Iterator<Item = (Name, &'a Outcome)>) -> Result<()> {
    let mut tally = Tally::default();
    for (name, outcome) in outcomes {
        settle_one(tx, &mut tally, name, outcome)?;
    }
    tally.keep(tx)
}

fn settle_one(tx: &mut Write<'_>, tally: &mut Tally, name: Name, outcome: &Outcome) -> Result<()> {
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
            return done(tx, tally, name, &delivery);
        }
        Outcome::Later { said, retry_after } => {
            delivery.said = clip(said);
            let salt = crate::crypto::random::salt();
            if delivery.lets_others_pass() {
                delivery.due = now.plus(jittered(delay(delivery.tries), salt));
            }
            give_up_in_time(&mut delivery, now);
            server.failed(now, *retry_after);
            if retry_after.is_none() {
                server.paused_until = now.plus(jittered(server.paused_until.since(now), salt));
            }
            actors::put_server(tx, &server)?;
        }
        Outcome::Ours { said } => {
            delivery.said = clip(said);
            delivery.tries = delivery.tries.max(limits::delivery::IN_ORDER.saturating_add(1));
            delivery.due = now.plus(jittered(delay(delivery.tries), crate::crypto::random::salt()));
            give_up_in_time(&mut delivery, now);
        }
        Outcome::Late => {
            delivery.said = clip("a newer version arrived before it");
            delivery.state = State::Dropped;
        }
        Outcome::Never { said, status } => {
            delivery.said = clip(said);
            delivery.state = State::Refused;
            if status.is_some() {
                well(tx, &mut server)?;
            }
            if *status == Some(410) {
                follows::depart(tx, name.1)?;
            }
        }
    }
    tally.put(tx, name, &delivery)
}

fn give_up_in_time(delivery: &mut Delivery, now: Timestamp) {
    if now.since(delivery.created) >= limits::delivery::LIFETIME && delivery.tries >= limits::delivery::FEWEST {
        delivery.state = State::GivenUp;
    }
}

/// What came of it cannot be written down: it ends here, or it would be sent again for ever. A row that cannot even be
/// read stays for whoever repairs it, and holds its lane up no longer.
pub fn set_aside(tx: &mut Write<'_>, server: ServerId, name: Name) -> Result<()> {
    match deliveries::get(tx, name) {
        Ok(Some(row)) if row.state == State::Waiting => {
            let said = clip("what came of it could not be written down");
            let mut tally = Tally::default();
            tally.put(tx, name, &Delivery { state: State::GivenUp, said, ..row })?;
            tally.keep(tx)
        }
        Ok(_) => Ok(()),
        Err(_) => deliveries::leave_lane(tx, server, name),
    }
}

/// Whether a delivery that let others pass would now put an older version over a newer one, or bring back what was
/// deleted. Versions of a post are told by the post and the id of the Note, those of a profile by the account.
pub fn is_late(rows: &impl Rows, name: Name, delivery: &Delivery, activity: &Activity) -> Result<bool> {
    if !delivery.lets_others_pass() || !matches!(activity.kind.as_str(), "Create" | "Update") {
        return Ok(false);
    }
    let mut late = false;
    activities::after(rows, activity.id, |newer| {
        let same = newer.account == activity.account && newer.post == activity.post;
        if same && matches!(newer.kind.as_str(), "Update" | "Delete") && newer.object() == activity.object() {
            late = deliveries::get(rows, (newer.id, name.1))?.is_some_and(|row| row.state == State::Done);
        }
        Ok(!late)
    })?;
    Ok(late)
}

/// The server answered: whatever it said, it is there.
fn well(tx: &mut Write<'_>, server: &mut Server) -> Result<()> {
    if !server.is_troubled() {
        return Ok(());
    }
    server.well();
    actors::put_server(tx, server)
}

/// Answers to Follows and the like are of no use to anybody once they arrived: the row and the activity go.
fn done(tx: &mut Write<'_>, tally: &mut Tally, name: Name, delivery: &Delivery) -> Result<()> {
    let is_passing = |a: Activity| matches!(a.kind.as_str(), "Accept" | "Reject");
    if tally.knows(tx, name.0)? || !activities::get(tx, name.0)?.is_none_or(is_passing) {
        return tally.put(tx, name, delivery);
    }
    deliveries::remove(tx, name)?;
    activities::erase(tx, name.0)
}

/// A valid request came from this host: whatever we held against it is forgotten, and what waits is tried again.
pub fn heard_from(tx: &mut Write<'_>, host: &str) -> Result<()> {
    let now = tx.now();
    let found = actors::server_by_host(tx, host)?;
    let Some(mut server) = found.filter(|server| server.may_be_forgiven(now)) else { return Ok(()) };
    server.well();
    actors::put_server(tx, &server)?;
    deliveries::hurry(tx, server.id)?;
    tx.after.deliveries.push(Wake { server: server.id, at: now, of: None });
    Ok(())
}

fn clip(said: &str) -> String {
    said.chars().take(limits::outbound::LINE).collect()
}
