//! One post to every server: over new connections, and again while connections or TLS sessions are still known.

use std::collections::HashSet;
use std::time::Duration;

use super::{Bench, Reach, follow, verify};
use crate::floor::Job;
use crate::meter;
use crate::report::{Limit, Line};

const ROUNDS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(120);

pub async fn run(bench: &mut Bench) {
    let hosts = bench.world.hosts();
    let (mut new, mut again) = (Vec::new(), Vec::new());
    let mut floors: [Vec<f64>; 3] = Default::default();
    let mut body = Vec::new();
    for _ in 0..ROUNDS {
        bench.fresh().await;
        let (cost, reach) = post(bench).await;
        new.push(cost);
        again.push(post(bench).await.0);
        body = reach.deliveries.first().map(|delivery| delivery.body.to_vec()).unwrap_or_default();
        let mut client = follow::client(bench, &body);
        // The first makes the sessions and the connections that the others find.
        for (job, floor) in [
            (Job::Resumed, None),
            (Job::Kept, None),
            (Job::New, Some(0)),
            (Job::Resumed, Some(1)),
            (Job::Kept, Some(2)),
        ] {
            let cost = meter::each(client.job(job, hosts), hosts);
            if let Some(floor) = floor {
                floors[floor].push(cost);
            }
        }
    }
    bench.subject.stop();
    let [full, resumed, kept] = floors.map(meter::median);
    let note = format!("median of {ROUNDS}, {hosts} servers, {} bytes", body.len());
    let line = Line::new("fan-out, new TLS connection per server", "ms", meter::median(new), Limit::Times(1.25, 1.2));
    bench.report.add(line.floor(full).note(note));
    let note = format!("floor with sessions kept; with connections kept {kept:.3}");
    let line =
        Line::new("fan-out again, connections or sessions kept", "ms", meter::median(again), Limit::Times(0.6, 1.07));
    bench.report.add(line.floor(resumed).note(note));
}

/// Publishes to everybody; answers with the processor time for each server.
pub async fn post(bench: &Bench) -> (f64, Reach) {
    let all: HashSet<usize> = (0..bench.world.hosts()).collect();
    let before = bench.subject.cpu();
    let mut reach = Reach::of(bench, "The bridge over the Lahn is open again. #traffic").await;
    let whole = reach.wait(&all, PATIENCE).await;
    assert!(whole, "{} of {} servers were reached", reach.first.len(), all.len());
    meter::rest(bench.subject.pid()).await;
    let cost = meter::each(bench.subject.cpu().saturating_sub(before), all.len());
    verify(&bench.world, bench.key.as_ref().expect("read when everybody followed"), &reach.deliveries);
    (cost, reach)
}
