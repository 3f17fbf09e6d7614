//! A post while the world is not well: slow as a whole, or with servers that hang, are dead, or fail twice.

use std::collections::HashSet;
use std::time::Duration;

use super::{Bench, Reach, fanout};
use crate::meter;
use crate::report::{Limit, Line};
use crate::world::Mood;

const ROUNDS: usize = 3;
/// Within which those that failed are to be reached.
const RECOVERY: Duration = Duration::from_secs(180);
const LATENCY: Duration = Duration::from_millis(300);

/// In percent: servers that hang, are dead, fail twice.
const SHARES: [(Mood, usize); 3] = [(Mood::Hanging, 3), (Mood::Dead, 5), (Mood::Failing, 5)];

/// Every server takes 300 ms for its answer: waiting must not be what it takes long for.
pub async fn slow(bench: &mut Bench) {
    let all: HashSet<usize> = (0..bench.world.hosts()).collect();
    bench.fresh().await;
    let quick = fanout::post(bench).await.1.last(&all);
    bench.fresh().await;
    bench.world.set_latency(LATENCY);
    let (cost, reach) = fanout::post(bench).await;
    bench.world.set_latency(Duration::ZERO);
    bench.subject.stop();
    let took = reach.last(&all);
    let note = format!("all at once {:.2} s; {cost:.2} ms of processor time each", quick.as_secs_f64());
    bench
        .report
        .add(Line::new("last server reached, each takes 300 ms", "s", took.as_secs_f64(), Limit::Told).note(note));
}

pub async fn run(bench: &mut Bench) {
    let hosts = bench.world.hosts();
    let all: HashSet<usize> = (0..hosts).collect();
    let (mut well, mut troubled) = (Vec::new(), Vec::new());
    let (mut late, mut never) = (None, 0);
    for round in 0..ROUNDS {
        bench.fresh().await;
        well.push(fanout::post(bench).await.1.last(&all).as_secs_f64());

        bench.fresh().await;
        let sick = spoil(bench);
        let of = |mood| all.iter().copied().filter(|host| bench.world.mood(*host) == mood).collect::<HashSet<_>>();
        let (healthy, failing) = (of(Mood::Well), of(Mood::Failing));
        let mut reach = Reach::of(bench, "The market is closed tomorrow.").await;
        let reached = reach.wait(&healthy, Duration::from_secs(120)).await;
        assert!(reached, "only {} of {} healthy servers were reached", reach.first.len(), healthy.len());
        troubled.push(reach.last(&healthy).as_secs_f64());
        if round == 0 {
            let left = RECOVERY.saturating_sub(reach.post.sent.elapsed());
            late = reach.wait(&failing, left).await.then(|| reach.last(&failing));
            never = failing.iter().filter(|host| !reach.first.contains_key(host)).count();
        }
        for host in sick {
            bench.world.set(host, Mood::Well, 0);
        }
    }
    bench.subject.stop();
    let (well, troubled) = (meter::median(well), meter::median(troubled));
    let name = "last healthy server reached in trouble";
    let note = format!("3 % hang, 5 % dead, 5 % fail twice; floor: all well; medians of {ROUNDS}");
    bench.report.add(Line::new(name, "s", troubled, Limit::Times(1.3 * well, 1.3)).floor(well).note(note));
    let late = late.map_or(f64::INFINITY, |late| late.as_secs_f64());
    let note = format!("{never} not within that time");
    let line = Line::new("last server reached that failed twice", "s", late, Limit::AtMost(RECOVERY.as_secs_f64()));
    bench.report.add(line.note(note));
}

/// Makes some servers sick, the same ones in every run; answers with which.
fn spoil(bench: &Bench) -> Vec<usize> {
    let hosts = bench.world.hosts();
    // A stride without a common factor walks over all of them.
    let mut order = (0..hosts).map(|step| step * 7919 % hosts);
    let mut sick = Vec::new();
    for (mood, percent) in SHARES {
        for host in order.by_ref().take(hosts * percent / 100) {
            bench.world.set(host, mood, 2);
            sick.push(host);
        }
    }
    sick
}
