//! The disk fails at each operation in turn: a write is acknowledged and durable, or refused, and the store heals.

use std::collections::BTreeMap;
use std::time::Duration;

use instance::actions;
use instance::base::time::{Clock, Timestamp};
use instance::error::Result;
use instance::model::account::Account;
use instance::model::user::Session;
use instance::store::schema::SESSIONS;
use instance::store::{Rows, Span, Store, deliveries, posts};

use super::{by, hello, listening, open, open_with, options, prepared, site, sound};
use crate::support::START;
use crate::support::crash::{Disk, Fault, Kept};

const OPERATIONS: usize = 200;

fn put(store: &Store, n: u8) -> Result<()> {
    let session = Session { created: START, expires: Timestamp(n.into()), csrf: "x".repeat(3_000) };
    store.write_blocking(move |tx| tx.put(&SESSIONS, &[n; 32], &session))
}

/// Which of these writes were acknowledged.
fn write(store: &Store, from: u8, told: &mut BTreeMap<u8, bool>) {
    for n in from..from + 5 {
        let fine = put(store, n).is_ok();
        told.insert(n, fine);
        // A reader beside it may be refused, but never sees what is not so.
        if let Ok(seen) = store.read(|rows| rows.get(&SESSIONS, &[n; 32])) {
            assert!(seen.is_some() || !fine);
        }
    }
}

fn one_fault(base: &Disk, fault: Fault) {
    let (disk, clock) = (base.copy(), Clock::by_hand(START));
    let store = open(&disk, &clock);
    let mut told = BTreeMap::new();
    disk.fail(fault);
    write(&store, 0, &mut told);
    disk.mend();
    // The first write may still meet what the failure left behind.
    let _ = put(&store, 100);
    write(&store, 10, &mut told);
    for n in 10..15 {
        assert!(told[&n], "{fault:?}: the store did not heal");
    }
    sound(&store);
    disk.crash(Kept::Nothing);
    drop(store);
    let store = open(&disk, &clock);
    for (n, fine) in told {
        let there = store.read(|rows| rows.has(&SESSIONS, &[n; 32])).unwrap();
        assert!(there || !fine, "{fault:?}: write {n} was acknowledged and is lost");
    }
    sound(&store);
}

#[test]
fn a_disk_that_fails_once_costs_no_acknowledged_write() {
    let (base, ..) = prepared(3);
    for n in 0..OPERATIONS {
        one_fault(&base, Fault::Once(n));
    }
}

#[test]
fn a_disk_that_fails_for_a_while_costs_no_acknowledged_write() {
    let (base, ..) = prepared(3);
    for n in 0..OPERATIONS {
        one_fault(&base, Fault::From(n));
    }
}

#[test]
fn a_disk_that_fails_while_the_store_is_opened_costs_nothing() {
    let (base, ..) = prepared(3);
    for n in 0..60 {
        let (disk, clock) = (base.copy(), Clock::by_hand(START));
        disk.fail(Fault::From(n));
        drop(open_with(&disk, options(&clock)));
        disk.mend();
        sound(&open(&disk, &clock));
    }
}

/// A commit that failed may be on the disk all the same: whoever sends has to hear of it.
#[test]
fn deliveries_of_a_refused_commit_are_forgotten_or_told() {
    let (base, account, _) = prepared(3);
    let mut kept = 0;
    for n in 0..OPERATIONS {
        kept += usize::from(refused_publish(&base, &account, n));
    }
    assert!(kept > 0, "no commit was durable though it failed: the test has lost its point");
}

/// True when the post is there although it was refused.
fn refused_publish(base: &Disk, account: &Account, n: usize) -> bool {
    let (disk, clock) = (base.copy(), Clock::by_hand(START));
    let (options, heard) = listening(&clock);
    let store = open_with(&disk, options).unwrap();
    disk.fail(Fault::Once(n));
    let (site, by) = (site(), by(account));
    let told = store.write_blocking(move |tx| actions::publish::publish(tx, &site, by, &hello("Bridge open")));
    disk.mend();
    // Reopening is over when the next write is answered.
    let _ = put(&store, 1);
    put(&store, 2).unwrap();
    let there = !store.read(|rows| posts::of_account(rows, account.id, None, 9)).unwrap().is_empty();
    let lanes = store.read(deliveries::lanes).unwrap();
    assert_eq!(lanes.len(), if there { 3 } else { 0 });
    let heard = heard.lock().unwrap();
    for (server, _) in lanes {
        assert!(heard.iter().any(|after| after.deliveries.iter().any(|(s, _)| *s == server)), "nobody was told");
    }
    assert!(told.is_err() || there);
    there && told.is_err()
}

#[test]
fn readers_are_healed_without_a_write() {
    let (base, ..) = prepared(3);
    let (disk, clock) = (base.copy(), Clock::by_hand(START));
    let store = open(&disk, &clock);
    disk.fail(Fault::From(0));
    assert!(put(&store, 1).is_err());
    assert!(put(&store, 2).is_err());
    disk.mend();
    // The writer tries again each second; the bound only ends a test that would never end.
    let healed = (0..600).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        store.read(|rows| rows.keys(&SESSIONS, Span::all())).is_ok()
    });
    assert!(healed);
}
