//! The targets under libFuzzer: `FUZZ_TARGET` names one. Besides what a target asserts, no input may take long.

#![no_main]

mod targets;

use std::sync::LazyLock;
use std::time::Duration;

use cpu_time::ThreadTime;
use libfuzzer_sys::fuzz_target;

/// Of processor time, in a build several times slower than the released one. The longest inputs are 1 MiB.
const LONGEST: Duration = Duration::from_millis(1_500);

static TARGET: LazyLock<targets::Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let names = targets::TARGETS.map(|(name, _)| name);
    let found = targets::TARGETS.into_iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("FUZZ_TARGET is one of {}", names.join(", "))).1
});

fuzz_target!(|data: &[u8]| {
    let began = ThreadTime::now();
    TARGET(data);
    let took = began.elapsed();
    assert!(took < LONGEST, "{} ms for {} bytes", took.as_millis(), data.len());
});
