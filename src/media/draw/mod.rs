//! Pictures that the program makes itself, so that a new instance looks lived-in without a single
//! file beside the binary: account pictures from a seed, and drawings for the sample posts.
//! The same input gives the same bytes.

mod avatar;
mod bridge;
mod canvas;
mod chart;
mod colour;
mod header;
mod label;
mod letters;
mod map;
mod shape;

pub use avatar::avatar;
pub use header::header;

/// What a sample post shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// An arched stone bridge over a river at dawn.
    Bridge,
    /// A repair label with classes A to G beside a washing machine.
    Label,
    /// Six bars, one for each year, that grow.
    Chart,
    /// A town plan with a closed road and the way around it.
    Map,
}

/// 1600 × 900 pixels; JPEG or PNG, whichever suits the drawing.
pub fn sample(kind: Sample) -> Vec<u8> {
    match kind {
        Sample::Bridge => bridge::draw().jpeg(),
        Sample::Label => label::draw().png(),
        Sample::Chart => chart::draw().png(),
        Sample::Map => map::draw().png(),
    }
}

/// Hues that stay fresh when dark; between them lie olive and mud.
const HUES: [f32; 14] =
    [15.0, 30.0, 148.0, 162.0, 180.0, 200.0, 220.0, 240.0, 255.0, 270.0, 285.0, 300.0, 325.0, 350.0];

/// Numbers that follow from a seed alone. Not for secrets.
struct Seeded(u64);

impl Seeded {
    /// FNV-1a.
    fn new(seed: &str) -> Self {
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(seed.bytes().fold(0xcbf2_9ce4_8422_2325, step))
    }

    /// From 0 to below 1: splitmix64.
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let top = u16::try_from((mixed ^ (mixed >> 31)) >> 48).unwrap_or(u16::MAX);
        f32::from(top) / 65_536.0
    }

    /// The first choice to make from a seed, so that an account's pictures agree.
    fn hue(&mut self) -> f32 {
        let share = self.next();
        let passed = (1u8..).map(f32::from).zip(HUES).find(|(count, _)| share * 14.0 < *count);
        passed.map_or(255.0, |(_, hue)| hue)
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.next()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::media::picture;

    fn size(bytes: &[u8]) -> (u32, u32) {
        let image = image::load_from_memory(bytes).unwrap();
        (image.width(), image.height())
    }

    #[test]
    fn samples_are_pictures_like_any_other() {
        for kind in [Sample::Bridge, Sample::Label, Sample::Chart, Sample::Map] {
            let bytes = sample(kind);
            assert_eq!(bytes, sample(kind), "{kind:?}");
            let picture = picture::process(&bytes).unwrap();
            assert_eq!((picture.width, picture.height), (1600, 900), "{kind:?}");
            assert!(picture.original.bytes.len() < 200 * 1024, "{kind:?}");
            assert!(picture.small.bytes.len() <= crate::limits::media::SMALL_BYTES, "{kind:?}");
        }
    }

    #[test]
    fn the_seed_decides() {
        assert_eq!(avatar("press", "PO"), avatar("press", "po"));
        assert_ne!(avatar("press", "PO"), avatar("culture", "PO"));
        assert_ne!(avatar("press", "PO"), avatar("press", "PQ"));
        assert_eq!(size(&avatar("press", "PO")), (400, 400));
        assert_eq!(header("press"), header("press"));
        assert_ne!(header("press"), header("culture"));
        assert_eq!(size(&header("press")), (1500, 500));
    }

    #[test]
    fn letters_beyond_the_alphabet_give_way_to_the_emblem() {
        let emblem = avatar("press", "");
        assert_eq!(avatar("press", "日本"), emblem);
        assert_eq!(avatar("press", " -% "), emblem);
        assert_eq!(avatar("press", "日Ä本-b"), avatar("press", "AB"));
        assert_eq!(avatar("press", "Ministry"), avatar("press", "MIN"));
        assert_ne!(avatar("press", "A"), emblem);
    }

    #[test]
    fn hues_are_spread() {
        let mut counts = std::collections::BTreeMap::new();
        for n in 0..1400 {
            *counts.entry(Seeded::new(&format!("account {n}")).hue().to_bits()).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), HUES.len());
        assert!(counts.values().all(|count| (60..=140).contains(count)), "{counts:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_words_will_do(seed: String, letters: String) {
            prop_assert_eq!(size(&avatar(&seed, &letters)), (400, 400));
        }
    }
}
