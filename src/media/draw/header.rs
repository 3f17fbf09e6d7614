//! The wide picture over an account's page: hills behind hills in morning light.

use super::Seeded;
use super::canvas::{Canvas, Paint};
use super::colour::oklch;
use super::shape::{Point, Shape};

const WIDTH: f32 = 1500.0;
const HEIGHT: f32 = 500.0;

/// JPEG, 1500 × 500 pixels. Light and hills follow from `seed`; the same hue as its `avatar`.
pub fn header(seed: &str) -> Vec<u8> {
    let mut numbers = Seeded::new(seed);
    let hue = numbers.hue();
    let glow = 75.0;
    let mut canvas = Canvas::new(
        1500,
        500,
        Paint::Linear(((0.0, 0.0), oklch(0.80, 0.065, hue)), ((0.0, 330.0), oklch(0.955, 0.035, glow))),
    );
    let sun = (numbers.between(420.0, 1250.0), numbers.between(120.0, 190.0));
    let light = oklch(0.985, 0.045, glow);
    canvas.fill(&Shape::circle(sun, 330.0), Paint::Radial(sun, 330.0, light.alpha(0.85), light.alpha(0.0)));
    canvas.fill(&Shape::circle(sun, 52.0), light);
    let ranges: u8 = 6;
    for range in 0..ranges {
        let near = f32::from(range) / f32::from(ranges - 1);
        let level = 215.0 + near * 215.0;
        let height = 62.0 - near * 26.0;
        let tone = oklch(0.83 - near * 0.53, 0.04 + near * 0.045, hue + near * 14.0);
        let mist = tone.towards(oklch(0.93, 0.03, glow), 0.42 * (1.0 - near));
        let paint = Paint::Linear(((0.0, level - height), tone), ((0.0, level + 150.0), mist));
        canvas.fill(&Shape::polygon(ridge(&mut numbers, level, height, near)), paint);
    }
    canvas.jpeg()
}

/// Three waves of falling length, and the ground below.
fn ridge(numbers: &mut Seeded, level: f32, height: f32, near: f32) -> Vec<Point> {
    let waves: Vec<[f32; 3]> = [(0.0042, 0.62), (0.0103, 0.28), (0.027, 0.10)]
        .into_iter()
        .map(|(pace, share)| {
            let pace = pace * numbers.between(0.8, 1.25) * (1.15 - near * 0.4);
            [pace, share * height, numbers.between(0.0, 6.3)]
        })
        .collect();
    let crest = |x: f32| waves.iter().map(|[pace, size, phase]| size * (x * pace + phase).sin()).sum::<f32>();
    let across = (0u16..=250).map(|step| f32::from(step) * WIDTH / 250.0);
    across.map(|x| (x, level + crest(x))).chain([(WIDTH, HEIGHT), (0.0, HEIGHT)]).collect()
}
