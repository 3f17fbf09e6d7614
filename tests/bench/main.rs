//! The load program of `make bench`: the rest of the fediverse on loopback, the release binary under test, and beside it
//! the least that each job costs. It measures processor time, memory and disk of the one process, prints them beside
//! their targets, and fails when one is missed.
//!
//! `cargo bench --bench load -- --help` says what else it can do. Loopback only; no root, no `/etc/hosts`: names are
//! answered by a small DNS server of its own (`network.resolver`).

#![expect(
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement that meets the unexpected should stop; it has a clock and tasks of its own"
)]

mod dns;
mod floor;
mod keys;
mod load;
mod meter;
mod plot;
mod report;
mod rows;
mod subject;
mod world;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use rows::{Bench, Row};

/// Measures the release binary under load, beside the least that each job costs
#[derive(Parser)]
struct Arguments {
    /// What to measure; the rows from follow to crash when nothing is named. Following comes first in any case
    rows: Vec<Row>,
    /// The binary under test
    #[arg(long, default_value = "instance")]
    binary: PathBuf,
    /// Simulated servers
    #[arg(long, default_value_t = 500)]
    hosts: usize,
    /// Simulated followers, spread over the servers
    #[arg(long, default_value_t = 5000)]
    followers: usize,
    /// Requests for a page
    #[arg(long, default_value_t = 100_000)]
    requests: usize,
    /// With `scale`: this size alone, as FOLLOWERS,SERVERS,POSTS, and no verdict
    #[arg(long, value_parser = rows::scale::Size::parse)]
    size: Option<rows::scale::Size>,
    /// A few of everything and no verdict on figures: shows in seconds that this program still works
    #[arg(long)]
    smoke: bool,
    /// The child that a floor is measured by
    #[arg(long, hide = true, num_args = 1.., allow_hyphen_values = true)]
    floor: Vec<String>,
    /// What cargo says to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if !arguments.floor.is_empty() {
        floor::run(&arguments.floor).await;
        return ExitCode::SUCCESS;
    }
    many_descriptors();
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = project.join("target/bench");
    let mut bench = Bench::new(&arguments, &folder).await;
    if arguments.rows.contains(&Row::World) {
        bench.stand().await;
        return ExitCode::SUCCESS;
    }
    let scale = arguments.rows.contains(&Row::Scale);
    if scale {
        let plots = if arguments.smoke { folder.join("plots") } else { project.join("tests/bench/plots") };
        match arguments.size {
            Some(size) => rows::scale::look(&mut bench, size).await,
            None => rows::scale::run(&mut bench, &plots).await,
        }
    } else {
        bench.run(&arguments.rows).await;
    }
    let name = if scale { "scale" } else { "load" };
    bench.report.write(&folder, name, &report::machine(&arguments.binary));
    if bench.report.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Every simulated server is a socket, and every connection two.
fn many_descriptors() {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("the limit can be read");
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).expect("it may be raised as far as the hard one");
}
