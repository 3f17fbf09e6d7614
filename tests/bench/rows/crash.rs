//! Killed in the middle of a post, and started again: everybody is reached, and hardly anybody twice.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::Instant;

use super::{Bench, Reach, verify};
use crate::meter;
use crate::report::{Limit, Line};

/// So that the kill comes in the middle.
const LATENCY: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_secs(180);

pub async fn run(bench: &mut Bench) {
    let hosts = bench.world.hosts();
    bench.fresh().await;
    bench.world.set_latency(LATENCY);
    let all: HashSet<usize> = (0..hosts).collect();
    let mut reach = Reach::of(bench, "Roads are icy tonight.").await;
    let deadline = Instant::now() + PATIENCE;
    while reach.first.len() < hosts / 4 {
        reach.next(deadline).await.expect("the post is on its way");
    }
    bench.subject.kill();
    let before = reach.first.len();
    bench.subject.start();
    let whole = reach.wait(&all, PATIENCE).await;
    // What is said twice is said soon after the restart.
    meter::rest(bench.subject.pid()).await;
    while reach.next(Instant::now() + Duration::from_millis(100)).await.is_some() {}
    bench.world.set_latency(Duration::ZERO);
    bench.subject.stop();
    verify(&bench.world, bench.key.as_ref().expect("read when everybody followed"), &reach.deliveries);
    let missed = hosts - reach.first.len();
    let repeats = reach.copies.values().map(|copies| copies - 1).max().unwrap_or_default();
    let twice = reach.copies.values().filter(|copies| **copies > 1).count();
    let took = if whole { reach.last(&all).as_secs_f64() } else { f64::INFINITY };
    let note = format!("of {hosts}, {before} before the kill, the last after {took:.1} s");
    bench
        .report
        .add(Line::new("kill -9 in mid-fan-out: servers missed", "", missed as f64, Limit::AtMost(0.0)).note(note));
    let note = format!("{twice} servers got it more than once");
    let line = Line::new("kill -9 in mid-fan-out: repeats at one server", "", repeats as f64, Limit::AtMost(1.0));
    bench.report.add(line.note(note));
}
