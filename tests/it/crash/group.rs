//! Verbs that share a commit: one that fails leaves nothing and takes nothing from its neighbours.

use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::channel;
use std::task::Poll;

use instance::base::time::{Clock, Timestamp};
use instance::error::{Error, Result};
use instance::model::delivery::Wake;
use instance::model::ids::ServerId;
use instance::store::schema::SESSIONS;
use instance::store::{Fate, Rows, Span, Write};

use super::{listening, open_with, session};
use crate::support::START;
use crate::support::crash::Disk;

const TASKS: u8 = 64;

/// Every fourth fails after its first put, every fourth before; all have news to tell.
fn verb(tx: &mut Write<'_>, n: u8) -> Result<u64> {
    tx.after.deliveries.push(Wake { server: ServerId(n.into()), at: START, of: None });
    tx.after.file(&format!("{n}.jpg"), Fate::Gone);
    if n % 4 == 1 {
        return Err(Error::Conflict("before"));
    }
    let row = session(Timestamp(0), n.to_string());
    tx.put(&SESSIONS, &[n; 32], &row)?;
    let id = tx.id();
    if n % 4 == 2 { Err(Error::Conflict("after")) } else { Ok(id) }
}

type Call<'a> = Pin<Box<dyn Future<Output = Result<u64>> + 'a>>;

/// A write is in the queue once its future was polled.
async fn hand_in(call: &mut Call<'_>) {
    std::future::poll_fn(|context| {
        assert!(call.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

#[tokio::test]
async fn neighbours_in_a_commit_do_not_feel_each_other() {
    let (disk, clock) = (Disk::default(), Clock::by_hand(START));
    let (options, heard) = listening(&clock);
    let store = open_with(&disk, options).unwrap();
    // The writer is kept busy until all are waiting, so that they share a commit.
    let (go, gate) = channel::<()>();
    let (busy, started) = channel::<()>();
    let mut calls: Vec<Call<'_>> = vec![Box::pin(store.write(move |tx| {
        let _ = (busy.send(()), gate.recv());
        Ok(tx.id())
    }))];
    hand_in(calls.last_mut().unwrap()).await;
    started.recv().unwrap();
    for n in 0..TASKS {
        let mut call: Call<'_> = Box::pin(store.write(move |tx| verb(tx, n)));
        hand_in(&mut call).await;
        calls.push(call);
    }
    go.send(()).unwrap();
    let mut ids = Vec::new();
    for (n, call) in calls.into_iter().enumerate() {
        let answer = call.await;
        // The first is the one that kept the writer busy.
        assert_eq!(answer.is_ok(), !matches!(n % 4, 2 | 3) || n == 0, "{n}: {answer:?}");
        ids.extend(answer);
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), count), (33, 33), "no id twice");
    let good: Vec<u8> = (0..TASKS).filter(|n| !matches!(n % 4, 1 | 2)).collect();
    let rows = store.read(|rows| rows.rows(&SESSIONS, Span::all())).unwrap();
    assert_eq!(rows.iter().map(|(key, _)| key[0]).collect::<Vec<_>>(), good);
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), 2, "one commit for the gate, one for all others");
    let servers: Vec<u64> = heard.iter().flat_map(|after| &after.deliveries).map(|wake| wake.server.0).collect();
    assert_eq!(
        servers,
        good.iter().map(|n| u64::from(*n)).collect::<Vec<_>>(),
        "each told once, none of those that failed"
    );
    let files: Vec<&String> = heard.iter().flat_map(|after| after.files.iter().map(|(name, _)| name)).collect();
    assert_eq!(files.len(), good.len(), "a picture is removed only when its verb was committed");
}

#[test]
fn a_verb_that_fails_before_its_first_put_tells_no_news() {
    let (disk, clock) = (Disk::default(), Clock::by_hand(START));
    let (options, heard) = listening(&clock);
    let store = open_with(&disk, options).unwrap();
    assert!(store.write_blocking(|tx| verb(tx, 1)).is_err());
    assert!(heard.lock().unwrap().iter().all(|after| after.files.is_empty() && after.deliveries.is_empty()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_side_by_side_are_each_acknowledged_once_and_durably() {
    let (disk, clock) = (Disk::default(), Clock::by_hand(START));
    let (options, _heard) = listening(&clock);
    let store = std::sync::Arc::new(open_with(&disk, options).unwrap());
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..TASKS {
        let store = std::sync::Arc::clone(&store);
        tasks.spawn(async move { (n, store.write(move |tx| verb(tx, n)).await) });
    }
    let mut good = Vec::new();
    while let Some(answer) = tasks.join_next().await {
        let (n, answer) = answer.unwrap();
        assert_eq!(answer.is_ok(), !matches!(n % 4, 1 | 2), "{n}: {answer:?}");
        good.extend(answer.map(|_| n));
    }
    good.sort_unstable();
    disk.crash(crate::support::crash::Kept::Nothing);
    let store = super::open(&disk, &clock);
    let rows = store.read(|rows| rows.keys(&SESSIONS, Span::all())).unwrap();
    assert_eq!(rows.iter().map(|key| key[0]).collect::<Vec<_>>(), good);
}
