//! Pictures of every kind: read, written for the world, and read again.

use instance::limits::media::{SERVED_SIDE, SMALL_WIDTH};
use instance::media::picture::{check_cover, process};

/// A file.
pub fn pictures(data: &[u8]) {
    let _ = check_cover(data);
    let Ok(picture) = process(data) else { return };
    assert!(picture.width.max(picture.height) <= SERVED_SIDE && picture.width.min(picture.height) > 0);
    assert!(picture.small.width <= SMALL_WIDTH && picture.small.height <= 2 * SMALL_WIDTH);
    for copy in [Some(&picture.original), Some(&picture.small), picture.middle.as_ref()].into_iter().flatten() {
        let again = process(&copy.bytes).expect("what we write we take");
        assert_eq!((again.width, again.height), (copy.width, copy.height));
    }
}
