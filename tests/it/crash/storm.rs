//! Random verbs, a few in each commit, on a disk that loses power, fails and forgets what was not synced. After every
//! blow: what was acknowledged is there, what was not is there whole or not at all, and the store is sound.
//! `CRASH_ROUNDS` and `CRASH_SEED` make it longer, or repeat a seed that a failure printed.

use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::channel;
use std::task::Poll;
use std::time::Duration;

use instance::base::time::Clock;
use instance::error::{Error, Result};
use instance::limits;
use instance::model::account::Account;
use instance::model::delivery::Outcome;
use instance::store::Store;

use super::deeds::{Names, look, perform};
use super::story::{Model, Teller, Verb};
use super::{open, prepared, sound};
use crate::support::crash::{Disk, Fault, Kept, rounds};

/// Rounds of one account, before the next begins with an empty one.
const LIFE: u64 = 25;
/// The most verbs handed in at once.
const TOGETHER: u64 = 4;

/// What happens to the disk while the verbs of a round run.
#[derive(Debug, Clone, Copy)]
enum Blow {
    Nothing,
    Cut(usize),
    Fails(Fault),
}

/// What happens to the program after them.
#[derive(Debug, Clone, Copy)]
enum Then {
    GoesOn,
    Crash(Kept),
}

struct World {
    disk: Disk,
    clock: Clock,
    account: Account,
    store: Store,
    model: Model,
    names: Names,
    teller: Teller,
}

type Call<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

/// A write is in the queue once its future was polled.
async fn hand_in(mut call: Call<'_>) -> Call<'_> {
    std::future::poll_fn(|context| {
        assert!(call.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
    call
}

impl World {
    fn new(seed: u64) -> Self {
        let (disk, account, clock) = prepared(0);
        let store = open(&disk, &clock);
        Self { disk, clock, account, store, model: Model::default(), names: Names::new(), teller: Teller::new(seed) }
    }

    fn small(&mut self, limit: u64) -> usize {
        usize::try_from(self.teller.below(limit)).unwrap()
    }

    fn blow(&mut self, verbs: u64) -> Blow {
        // A commit has two syncs and some tens of operations.
        match self.teller.below(6) {
            0 => Blow::Nothing,
            1 | 2 => Blow::Cut(self.small(2 * verbs + 2)),
            3 => Blow::Fails(Fault::Once(self.small(60 * verbs))),
            4 => Blow::Fails(Fault::From(self.small(60 * verbs))),
            _ => {
                let seed = self.teller.below(u64::MAX);
                Blow::Fails(Fault::Sync(self.small(2 * verbs + 2), seed))
            }
        }
    }

    fn then(&mut self, blow: Blow) -> Then {
        let seed = self.teller.below(u64::MAX);
        let off = !matches!(blow, Blow::Cut(_));
        match self.teller.below(6) {
            0..=2 if off => Then::GoesOn,
            3 if off => Then::Crash(Kept::All),
            0 | 3 => Then::Crash(Kept::Nothing),
            1 | 4 => Then::Crash(Kept::Prefix(seed)),
            _ => Then::Crash(Kept::Some(seed)),
        }
    }

    async fn round(&mut self) -> (u64, u64) {
        let count = 1 + self.teller.below(TOGETHER);
        let verbs: Vec<Verb> = (0..count).map(|_| self.teller.verb(&self.model)).collect();
        let blow = self.blow(count);
        match blow {
            Blow::Nothing => {}
            Blow::Cut(sync) => self.disk.cut_at(sync),
            Blow::Fails(fault) => self.disk.fail(fault),
        }
        let together = self.teller.below(2) == 0;
        let answers = self.hand_in(&verbs, together).await;
        let then = self.then(blow);
        self.clock.advance(Duration::from_secs(10));
        match then {
            Then::GoesOn => self.heal().await,
            Then::Crash(kept) => {
                self.disk.crash(kept);
                self.store = open(&self.disk, &self.clock);
            }
        }
        let story = || format!("{blow:?}, then {then:?}: {verbs:?}, answered {answers:?}");
        let seen = look(&self.store, &self.account, &mut self.names).unwrap_or_else(|e| panic!("{}: {e:?}", story()));
        let model = fitting(&self.model, &verbs, &answers, &seen);
        let acknowledged = answers.iter().filter(|answer| answer.is_ok()).count() as u64;
        self.model = model.unwrap_or_else(|| panic!("{}\nbefore: {:?}\nnow:    {seen:?}", story(), self.model));
        sound(&self.store);
        (count, acknowledged)
    }

    /// Each on its own, or all in one commit.
    async fn hand_in(&self, verbs: &[Verb], together: bool) -> Vec<Result<()>> {
        let mut calls: Vec<Call<'_>> = Vec::new();
        let mut answers = Vec::new();
        let (gate, open) = channel::<()>();
        if together {
            // The writer is kept busy until all are waiting.
            calls.push(
                hand_in(Box::pin(self.store.write(move |_| {
                    let _ = open.recv();
                    Ok(())
                })))
                .await,
            );
        }
        for verb in verbs {
            let (account, names, verb) = (self.account.clone(), self.names.clone(), verb.clone());
            let call = Box::pin(self.store.write(move |tx| perform(tx, &account, &names, &verb)));
            if together {
                calls.push(hand_in(call).await);
            } else {
                answers.push(call.await);
            }
        }
        drop(gate);
        for call in calls {
            answers.push(call.await);
        }
        if together { answers.split_off(1) } else { answers }
    }

    /// The disk works again, and the store with it: the next write may still meet what the failure left behind.
    async fn heal(&self) {
        self.disk.mend();
        for _ in 0..2 {
            self.clock.advance(limits::store::REOPEN);
            let _ = self.store.write(|_| Ok(())).await;
        }
    }

    /// Everything that waits arrives: nothing acknowledged is forgotten.
    async fn end(mut self) {
        for label in self.model.waiting() {
            let verb = Verb::Settle { label, outcome: Outcome::Done };
            assert!(self.hand_in(std::slice::from_ref(&verb), false).await.iter().all(Result::is_ok));
            self.model.run(&verb);
        }
        let seen = look(&self.store, &self.account, &mut self.names).unwrap();
        assert!(self.model.agrees(&seen) && self.model.waiting().is_empty());
        assert_eq!(self.store.read(instance::store::deliveries::waiting).unwrap(), 0);
    }
}

/// Which of the verbs that were not acknowledged have happened all the same: the model that says what is seen.
fn fitting(before: &Model, verbs: &[Verb], answers: &[Result<()>], seen: &Model) -> Option<Model> {
    let (Some((verb, later)), Some((answer, others))) = (verbs.split_first(), answers.split_first()) else {
        return before.agrees(seen).then(|| before.clone());
    };
    let mut after = before.clone();
    let allowed = after.run(verb);
    let with = || fitting(&after, later, others, seen).filter(|_| allowed);
    let without = || fitting(before, later, others, seen);
    match answer {
        Ok(()) => with(),
        Err(Error::Busy { .. }) => with().or_else(without),
        // The disk's fault is never a verb's: whoever hears of it would give up.
        Err(Error::Broken(_)) => None,
        Err(_) => without().filter(|_| !allowed),
    }
}

#[test]
fn whatever_the_disk_does_nothing_acknowledged_is_lost() {
    let (rounds, seed) = rounds(2_000, 1);
    let (mut handed_in, mut acknowledged) = (0, 0);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for seed in seed..seed + rounds / LIFE {
        let told = Told(seed);
        let mut world = World::new(seed);
        runtime.block_on(async {
            for _ in 0..LIFE {
                let (all, fine) = world.round().await;
                (handed_in, acknowledged) = (handed_in + all, acknowledged + fine);
            }
            world.end().await;
        });
        std::mem::forget(told);
    }
    eprintln!("{rounds} rounds, {handed_in} verbs, {acknowledged} acknowledged");
    assert!(acknowledged > handed_in / 3 && acknowledged < handed_in, "the test has lost its point");
}

/// Says which seed it was when a test fails.
struct Told(u64);

impl Drop for Told {
    fn drop(&mut self) {
        eprintln!("repeat it with CRASH_SEED={} CRASH_ROUNDS={LIFE}", self.0);
    }
}
