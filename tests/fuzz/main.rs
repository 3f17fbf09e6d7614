//! The targets under libFuzzer: `FUZZ_TARGET` names one. Besides what a target asserts, no input may take long.

#![no_main]

mod targets;

use std::sync::LazyLock;
use std::time::Duration;

use cpu_time::ThreadTime;
use libfuzzer_sys::fuzz_target;

/// Of processor time, in a build several times slower than the released one. The longest inputs are 1 MiB.
const LONGEST: Duration = Duration::from_millis(1_500);
/// A few bytes can be a picture of 33 megapixels (`limits::media::PIXELS`), of which three more are made and read again:
/// 0.65 s of the released build for 25 megapixels, 3.3 s of this one.
const LONGEST_PICTURE: Duration = Duration::from_secs(6);

static TARGET: LazyLock<(targets::Target, Duration)> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let names = targets::TARGETS.map(|(name, _)| name);
    let found = targets::TARGETS.into_iter().find(|(known, _)| *known == name);
    let (name, target) = found.unwrap_or_else(|| panic!("FUZZ_TARGET is one of {}", names.join(", ")));
    (target, if name == "pictures" { LONGEST_PICTURE } else { LONGEST })
});

fuzz_target!(|data: &[u8]| {
    let (target, longest) = *TARGET;
    let began = ThreadTime::now();
    target(data);
    let took = began.elapsed();
    assert!(took < longest, "{} ms for {} bytes", took.as_millis(), data.len());
});
