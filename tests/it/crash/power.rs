//! The power goes at every sync of a run: nothing acknowledged is lost, nothing is half there, and going on completes it.

use std::collections::BTreeMap;
use std::time::Duration;

use instance::actions;
use instance::base::time::Clock;
use instance::error::Result;
use instance::model::account::Account;
use instance::model::delivery::{Delivery, Outcome, State};
use instance::model::ids::PostId;
use instance::store::deliveries::{self, Name};
use instance::store::{Store, activities, posts};

use super::{by, hello, open, open_with, options, prepared, site, sound};
use crate::support::crash::{Disk, Kept, draw};

const FOLLOWERS: usize = 6;

/// What the caller was told before the power went.
#[derive(Default)]
struct Told {
    post: Option<PostId>,
    settled: BTreeMap<Name, (State, u32)>,
}

/// Publishes and settles every delivery, each once in vain before; stops where the store fails.
fn run(store: &Store, account: &Account, clock: &Clock, told: &mut Told) -> Result<()> {
    let (site, by) = (site(), by(account));
    let post = store.write_blocking(move |tx| actions::publish::publish(tx, &site, by, &hello("Bridge open #news")))?;
    told.post = Some(post.id);
    settle_all(store, clock, told, true)
}

fn settle_all(store: &Store, clock: &Clock, told: &mut Told, first_in_vain: bool) -> Result<()> {
    loop {
        let lanes = store.read(deliveries::lanes)?;
        if lanes.is_empty() {
            return Ok(());
        }
        for (server, _) in lanes {
            let lane = store.read(|rows| deliveries::lane(rows, server, 1))?;
            let name = lane.first().unwrap().1;
            let tries = told.settled.get(&name).map_or(0, |(_, tries)| *tries);
            let outcome = if first_in_vain && tries == 0 {
                Outcome::Later { said: "503".into(), retry_after: None }
            } else {
                Outcome::Done
            };
            let state = if outcome == Outcome::Done { State::Done } else { State::Waiting };
            store.write_blocking(move |tx| actions::deliver::settle(tx, name, &outcome))?;
            told.settled.insert(name, (state, tries + 1));
        }
        clock.advance(Duration::from_secs(60));
    }
}

fn all(store: &Store) -> BTreeMap<Name, Delivery> {
    let mut all = BTreeMap::new();
    store
        .read(|rows| {
            deliveries::each(rows, |name, delivery| {
                all.insert(name, delivery);
                Ok(true)
            })
        })
        .unwrap();
    all
}

/// What has to be true of whatever the power left.
fn verify(store: &Store, account: &Account, clock: &Clock, told: &Told) {
    sound(store);
    let there = store.read(|rows| posts::of_account(rows, account.id, None, 10)).unwrap();
    let rows = all(store);
    if let Some(id) = told.post {
        assert_eq!(there.iter().map(|post| post.id).collect::<Vec<_>>(), [id], "an acknowledged post");
    }
    assert!(there.len() <= 1);
    assert_eq!(rows.len(), there.len() * FOLLOWERS, "a post and its deliveries are one");
    for post in &there {
        let activity = store.read(|rows| activities::get(rows, post.activities[0])).unwrap();
        assert!(activity.unwrap().listed);
    }
    for (name, delivery) in &rows {
        let (state, tries) = told.settled.get(name).copied().unwrap_or((State::Waiting, 0));
        assert!(matches!(delivery.state, State::Waiting | State::Done));
        let kept = (delivery.state, delivery.tries) == (state, tries);
        // The one that was under way when the power went may have arrived on the disk.
        assert!(
            kept || (state == State::Waiting && delivery.tries == tries + 1),
            "{name:?}: {delivery:?}, told {tries}"
        );
    }
    settle_all(store, clock, &mut Told::default(), false).unwrap();
    assert!(all(store).values().all(|delivery| delivery.state == State::Done));
    assert_eq!(store.read(deliveries::waiting).unwrap(), 0);
    sound(store);
}

fn one_cut(base: &Disk, account: &Account, at: usize, kept: Kept) {
    let (disk, clock) = (base.copy(), Clock::by_hand(crate::support::START));
    disk.cut_at(at);
    let mut told = Told::default();
    if let Ok(store) = open_with(&disk, options(&clock)) {
        assert!(run(&store, account, &clock, &mut told).is_err(), "the power went too late");
    }
    disk.crash(kept);
    verify(&open(&disk, &clock), account, &clock, &told);
}

#[test]
fn power_cuts_at_every_sync_lose_and_halve_nothing() {
    let (base, account, clock) = prepared(FOLLOWERS);
    let whole = base.copy();
    let store = open(&whole, &clock);
    run(&store, &account, &clock, &mut Told::default()).unwrap();
    let syncs = whole.syncs();
    assert!(syncs > 2 * FOLLOWERS, "{syncs}");
    drop(store);
    let mut seed = 7;
    for at in 0..syncs {
        for kept in [Kept::Nothing, Kept::Prefix(draw(&mut seed)), Kept::Some(draw(&mut seed))] {
            one_cut(&base, &account, at, kept);
        }
    }
}

/// A file whose making was interrupted: it is made anew, or refused; it is never taken for a good one.
#[test]
fn power_cuts_while_the_file_is_made() {
    let clock = Clock::by_hand(crate::support::START);
    let whole = Disk::default();
    drop(open(&whole, &clock));
    let mut seed = 11;
    for at in 0..whole.syncs() {
        for kept in [Kept::Nothing, Kept::Prefix(draw(&mut seed))] {
            let disk = Disk::default();
            disk.cut_at(at);
            drop(open_with(&disk, options(&clock)));
            disk.crash(kept);
            match open_with(&disk, options(&clock)) {
                Ok(store) => sound(&store),
                Err(e) => assert!(at < 2, "sync {at}, {kept:?}: {e:?}"),
            }
        }
    }
}
