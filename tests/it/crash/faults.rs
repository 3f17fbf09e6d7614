//! The disk fails at each operation in turn: a write is acknowledged and durable, or refused, and the store heals.

use std::collections::BTreeMap;
use std::time::Duration;

use instance::actions;
use instance::base::time::{Clock, Timestamp};
use instance::error::{Error, Result};
use instance::limits;
use instance::model::account::Account;
use instance::store::schema::SESSIONS;
use instance::store::{Options, Rows, Span, Store, deliveries, posts};

use super::{by, hello, listening, open, open_with, options, prepared, session, site, sound};
use crate::support::START;
use crate::support::crash::{Disk, Fault, Kept};

const OPERATIONS: usize = 200;

fn put(store: &Store, n: u8) -> Result<()> {
    let row = session(Timestamp(n.into()), "x".repeat(3_000));
    store.write_blocking(move |tx| tx.put(&SESSIONS, &[n; 32], &row))
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

/// The disk works again, and after a moment's rest the store with it: the first write may still meet what is left of
/// the failure.
fn heal(disk: &Disk, clock: &Clock, store: &Store) {
    disk.mend();
    for _ in 0..2 {
        clock.advance(limits::store::REOPEN);
        let _ = put(store, 100);
    }
}

fn one_fault(base: &Disk, fault: Fault) {
    let (disk, clock) = (base.copy(), Clock::by_hand(START));
    let store = open(&disk, &clock);
    let mut told = BTreeMap::new();
    disk.fail(fault);
    write(&store, 0, &mut told);
    heal(&disk, &clock, &store);
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

/// Linux calls pages clean that it could not write (the "fsyncgate" of 2018), so that the next sync succeeds without
/// them; a program that starts anew reads them all the same. So it helps nobody to exit after a failed sync, and the
/// store goes on: commits in two phases never build on what a successful sync has not covered.
#[test]
fn what_a_failed_sync_lost_while_the_file_was_made_is_not_built_upon() {
    let clock = Clock::by_hand(START);
    let whole = Disk::default();
    drop(open(&whole, &clock));
    for at in 0..whole.syncs() {
        for seed in 0..20 {
            let disk = Disk::default();
            disk.fail(Fault::Sync(at, seed));
            drop(open_with(&disk, options(&clock)));
            disk.mend();
            let Ok(store) = open_with(&disk, options(&clock)) else {
                // Refused rather than built upon: whoever sets up starts anew.
                assert!(at < 2, "sync {at}, seed {seed}");
                continue;
            };
            put(&store, 1).unwrap();
            disk.crash(Kept::Nothing);
            let store = open_with(&disk, options(&clock)).unwrap_or_else(|e| panic!("sync {at}, seed {seed}: {e:?}"));
            assert!(store.read(|rows| rows.has(&SESSIONS, &[1; 32])).unwrap());
            sound(&store);
        }
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
    heal(&disk, &clock, &store);
    let there = !store.read(|rows| posts::of_account(rows, account.id, None, 9)).unwrap().is_empty();
    let lanes = store.read(deliveries::lanes).unwrap();
    assert_eq!(lanes.len(), if there { 3 } else { 0 });
    let heard = heard.lock().unwrap();
    for (server, _) in lanes {
        assert!(heard.iter().any(|after| after.deliveries.iter().any(|wake| wake.server == server)), "nobody was told");
    }
    assert!(told.is_err() || there);
    there && told.is_err()
}

/// The bound only ends a test that would never end.
fn is_healed(store: &Store) -> bool {
    (0..600).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        store.read(|rows| rows.keys(&SESSIONS, Span::all())).is_ok()
    })
}

#[test]
fn readers_are_healed_without_a_write() {
    let (base, ..) = prepared(3);
    let (disk, clock) = (base.copy(), Clock::by_hand(START));
    let store = open(&disk, &clock);
    disk.fail(Fault::From(0));
    assert!(put(&store, 1).is_err());
    clock.advance(limits::store::REOPEN);
    assert!(put(&store, 2).is_err());
    disk.mend();
    assert!(is_healed(&store), "the writer tries again each second");
}

/// The database refuses everything once a single read has failed.
#[test]
fn a_read_that_failed_is_told_to_come_back_and_heals() {
    let (base, ..) = prepared(3);
    let (disk, clock) = (base.copy(), Clock::by_hand(START));
    let store = open(&disk, &clock);
    for n in 0..50 {
        put(&store, n).unwrap();
    }
    drop(store);
    let store = open_with(&disk, Options { cache: 0, ..options(&clock) }).unwrap();
    disk.fail(Fault::Once(0));
    let asked = store.read(|rows| Ok(rows.keys(&SESSIONS, Span::all()).is_ok()));
    assert!(matches!(asked, Err(Error::Busy { .. })), "{asked:?}");
    assert!(is_healed(&store));
    put(&store, 1).unwrap();
}
