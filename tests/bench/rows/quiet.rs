//! At rest, with everybody following: how soon a started server answers, and what it holds in memory.

use std::time::Duration;

use super::Bench;
use crate::meter;
use crate::report::{Limit, Line};

const STARTS: usize = 7;

pub async fn run(bench: &mut Bench) {
    let kept = bench.kept();
    bench.subject.restore(&kept);
    let mut times = Vec::new();
    for _ in 0..STARTS {
        times.push(bench.subject.start().as_secs_f64() * 1000.0);
        bench.subject.stop();
    }
    bench.subject.start();
    tokio::time::sleep(Duration::from_secs(5)).await;
    meter::rest(bench.subject.pid()).await;
    let resident = meter::mib(meter::resident(bench.subject.pid()));
    bench.subject.stop();
    let note = format!("best of {STARTS}; {} followers", bench.world.followers());
    bench.report.add(Line::new("start to first 200", "ms", meter::least(times), Limit::AtMost(100.0)).note(note));
    bench.report.add(Line::new("idle resident memory", "MiB", resident, Limit::AtMost(20.0)));
}
