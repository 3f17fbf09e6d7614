//! Six bars of growing height over years, in percent.

use super::canvas::{Canvas, Paint};
use super::colour::oklch;
use super::label::wrench;
use super::letters::Text;
use super::shape::{Shape, arc};

const BARS: [(&str, f32); 6] =
    [("2021", 18.0), ("2022", 23.0), ("2023", 27.0), ("2024", 36.0), ("2025", 44.0), ("2026", 57.0)];
const LEFT: f32 = 170.0;
const RIGHT: f32 = 1510.0;
/// Where 0 percent is, and how many pixels one percent takes.
const GROUND: f32 = 770.0;
const PERCENT: f32 = 10.6;

pub(super) fn draw() -> Canvas {
    let paper = oklch(0.985, 0.006, 250.0);
    let mut canvas = Canvas::new(1600, 900, paper);
    grid(&mut canvas);
    canvas.fill(&Shape::circle((330.0, 236.0), 92.0), oklch(0.93, 0.03, 245.0));
    canvas.fill(&wrench((330.0, 236.0), 1.12, 0.125), oklch(0.50, 0.13, 256.0));
    let ink = oklch(0.30, 0.04, 255.0);
    let step = (RIGHT - LEFT) / 6.0;
    for (index, (year, value)) in (0u8..).map(f32::from).zip(BARS) {
        let middle = (LEFT + step * (index + 0.5)).round();
        let top = GROUND - value * PERCENT;
        bar(&mut canvas, middle, top, value > 50.0);
        if let Some(text) = Text::new(year, 30.0, 4.4) {
            canvas.fill(&text.centred(middle, GROUND + 34.0), ink);
        }
        if let Some(text) = Text::new(&format!("{value} %"), 34.0, 5.4) {
            // The lines of the grid stop short of the number.
            let behind = Shape::rect(middle - 70.0, top - 76.0, 140.0, 62.0);
            canvas.fill(&behind, paper);
            canvas.fill(&text.centred(middle, top - 62.0), ink);
        }
    }
    canvas
}

fn grid(canvas: &mut Canvas) {
    for value in [20u8, 40, 60] {
        let y = GROUND - f32::from(value) * PERCENT;
        canvas.fill(&Shape::card(LEFT, y - 1.0, RIGHT - LEFT, 2.0, 1.0), oklch(0.89, 0.012, 250.0));
        if let Some(text) = Text::new(&value.to_string(), 26.0, 3.6) {
            let width = text.width;
            canvas.fill(&text.at(LEFT - 28.0 - width, y - 13.0), oklch(0.50, 0.03, 255.0));
        }
    }
    canvas.fill(&Shape::card(LEFT, GROUND - 2.0, RIGHT - LEFT, 4.0, 2.0), oklch(0.55, 0.03, 255.0));
}

/// Round on top, square on the ground.
fn bar(canvas: &mut Canvas, middle: f32, top: f32, last: bool) {
    let (light, deep) = if last {
        (oklch(0.70, 0.16, 55.0), oklch(0.60, 0.17, 42.0))
    } else {
        (oklch(0.62, 0.12, 245.0), oklch(0.47, 0.13, 258.0))
    };
    let (half, round) = (72.0, 16.0);
    let left = arc((middle - half + round, top + round), round, 0.5, 0.75);
    let right = arc((middle + half - round, top + round), round, 0.75, 1.0);
    let foot = [(middle + half, GROUND), (middle - half, GROUND)];
    let shape = Shape::polygon(left.into_iter().chain(right).chain(foot));
    canvas.fill(&shape, Paint::Linear(((0.0, top), light), ((0.0, GROUND), deep)));
}
