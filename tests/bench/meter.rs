//! What a process cost: processor time, memory, disk.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::unistd::Pid;

/// Processor time of all threads of a process so far, those that ended included, to the nanosecond.
pub fn cpu(process: u32) -> Duration {
    let id = Pid::from_raw(i32::try_from(process).expect("process ids are small"));
    let clock = nix::time::clock_getcpuclockid(id).expect("the process runs");
    Duration::from(clock.now().expect("the process runs"))
}

/// A line of `/proc/PID/status` in bytes.
fn status(process: u32, name: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() * 1024
}

/// Resident memory now.
pub fn resident(process: u32) -> u64 {
    status(process, "VmRSS")
}

/// Resident memory at its highest since the process started.
pub fn peak(process: u32) -> u64 {
    status(process, "VmHWM")
}

/// Bytes that the file system set aside for a folder.
pub fn disk(path: &Path) -> u64 {
    let Ok(meta) = std::fs::symlink_metadata(path) else { return 0 };
    let inside = std::fs::read_dir(path).into_iter().flatten().flatten();
    meta.blocks() * 512 + inside.map(|entry| disk(&entry.path())).sum::<u64>()
}

/// Waits until a process has next to nothing to do any more, so that what it put off is counted too.
pub async fn rest(process: u32) {
    const LOOK: Duration = Duration::from_millis(250);
    let deadline = Instant::now() + Duration::from_secs(120);
    let (mut last, mut quiet) = (cpu(process), 0);
    while quiet < 4 && Instant::now() < deadline {
        tokio::time::sleep(LOOK).await;
        let now = cpu(process);
        quiet = if now.saturating_sub(last) < LOOK / 100 { quiet + 1 } else { 0 };
        last = now;
    }
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The least one: what others do on the machine only ever adds to a time on the wall.
pub fn least(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(f64::INFINITY, f64::min)
}

/// Milliseconds for each of `count` things.
pub fn each(time: Duration, count: usize) -> f64 {
    time.as_secs_f64() * 1000.0 / count.max(1) as f64
}

pub fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
