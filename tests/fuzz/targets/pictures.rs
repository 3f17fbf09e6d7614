//! Pictures of every kind: read, written for the world, and read again; whole, and cut as profiles and copies are.

use instance::limits::copies::{FACE, PICTURE};
use instance::limits::media::{AVATAR, EMBLEM, HEADER, SERVED_SIDE, SMALL_WIDTH};
use instance::media::picture::{Picture, Shape, check_cover, process, take};

/// What becomes of a picture besides the whole, and the pixels within which it is then.
const SHAPES: [(Shape, (u32, u32)); 5] = [
    (Shape::Avatar(0.5, -1.0), AVATAR),
    (Shape::Header(-0.5, 1.0), HEADER),
    (Shape::Emblem, EMBLEM),
    (Shape::Face, FACE),
    (Shape::Copy, PICTURE),
];

/// Pixels of a picture that is cut in every way.
const MODEST: u64 = 1_000_000;

/// A file.
pub fn pictures(data: &[u8]) {
    let _ = check_cover(data);
    let Ok(picture) = process(data) else { return };
    assert!(picture.width.max(picture.height) <= SERVED_SIDE && picture.width.min(picture.height) > 0);
    assert!(picture.small.width <= SMALL_WIDTH && picture.small.height <= 2 * SMALL_WIDTH);
    again(&picture);
    // Large ones are cut in the same way, and take their time.
    if u64::from(picture.width) * u64::from(picture.height) > MODEST {
        return;
    }
    for (shape, (width, height)) in SHAPES {
        let Ok(shaped) = take(data.to_vec(), shape) else {
            assert!(matches!(shape, Shape::Face | Shape::Copy), "only a stranger's may be too large: {shape:?}");
            continue;
        };
        assert!((1..=width).contains(&shaped.width) && (1..=height).contains(&shaped.height), "{shape:?}");
        again(&shaped);
    }
}

fn again(picture: &Picture) {
    for copy in [Some(&picture.original), Some(&picture.small), picture.middle.as_ref()].into_iter().flatten() {
        let again = process(&copy.bytes).expect("what we write we take");
        assert_eq!((again.width, again.height), (copy.width, copy.height));
    }
}
