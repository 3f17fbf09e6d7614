//! The power goes at every sync while a planned thread goes out: after that it went out once or is still planned, and
//! going on makes it be once.

use std::time::Duration;

use instance::actions::drafts::{self as verbs, Pen, Seen};
use instance::error::Result;
use instance::model::account::Account;
use instance::model::draft::{Content, Draft, Part, Sheet, Stage, When};
use instance::model::user::Asker;
use instance::store::{Store, deliveries, drafts, posts};

use super::{by, hello, open, open_with, options, prepared, site, sound};
use crate::support::START;
use crate::support::crash::{Kept, draw};

const FOLLOWERS: usize = 3;
const PARTS: usize = 3;

fn plan(store: &Store, account: &Account) -> Draft {
    let (pen, by) = (Pen::of(&Asker::Operator, account.id).unwrap(), by(account));
    let mut content = Content::of(&hello("One"), &[]);
    let part = |text: &str| Part { versions: hello(text).versions, media: Vec::new() };
    content.parts = vec![part("One"), part("Two"), part("Three")];
    let sheet = Sheet { content, ..Sheet::default() };
    let at = START.plus(Duration::from_secs(60));
    let planned = store.write_blocking(move |tx| {
        let draft = verbs::begin(tx, pen, &sheet)?;
        verbs::plan(tx, by, Seen::of(&draft), &When::exactly(at))
    });
    planned.unwrap()
}

/// What the loop does, as often as it is woken.
fn release(store: &Store, draft: &Draft) -> Result<bool> {
    let (site, seen) = (site(), Seen::of(draft));
    store.write_blocking(move |tx| verbs::release(tx, &site, seen, &[]).map(|out| out.is_some()))
}

fn verify(store: &Store, account: &Account, draft: &Draft, told: bool) {
    sound(store);
    let (there, stage, waiting) = store
        .read(|rows| {
            let mut waiting = 0;
            deliveries::each(rows, |_, _| {
                waiting += 1;
                Ok(true)
            })?;
            let stage = drafts::need(rows, draft.id)?.stage();
            Ok((posts::of_account(rows, account.id, None, 10)?.len(), stage, waiting))
        })
        .unwrap();
    let out = stage == Stage::Published;
    assert!(out || stage == Stage::Planned && !told, "{stage:?}, and it was told: {told}");
    assert_eq!(there, if out { PARTS } else { 0 }, "a thread is a unit");
    assert_eq!(waiting, there * FOLLOWERS, "and so are its deliveries");
}

#[test]
fn a_thread_that_the_power_goes_under_goes_out_once() {
    let (disk, account, clock) = prepared(FOLLOWERS);
    let draft = plan(&open(&disk, &clock), &account);
    clock.advance(Duration::from_secs(60));
    let whole = disk.copy();
    let store = open(&whole, &clock);
    assert!(release(&store, &draft).unwrap());
    drop(store);
    let mut seed = 13;
    for at in 0..whole.syncs() {
        for kept in [Kept::Nothing, Kept::All, Kept::Prefix(draw(&mut seed)), Kept::Some(draw(&mut seed))] {
            let cut = disk.copy();
            cut.cut_at(at);
            let store = open_with(&cut, options(&clock)).ok();
            let told = store.is_some_and(|store| release(&store, &draft).unwrap_or(false));
            cut.crash(kept);
            let store = open(&cut, &clock);
            verify(&store, &account, &draft, told);
            release(&store, &draft).unwrap();
            assert!(!release(&store, &draft).unwrap(), "twice");
            verify(&store, &account, &draft, true);
        }
    }
}
