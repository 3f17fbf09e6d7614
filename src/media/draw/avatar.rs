//! The picture of an account that has none: initials on a calm ground of one colour.

use super::Seeded;
use super::canvas::{Canvas, Paint};
use super::colour::{Colour, oklch};
use super::letters::{Text, known};
use super::shape::{Point, Shape};

const SIDE: u16 = 400;
const MIDDLE: Point = (200.0, 200.0);

/// PNG, 400 × 400 pixels. Colours and pattern follow from `seed`; of `letters` the first three
/// that the built-in alphabet has are shown, and if there is none a plain emblem.
pub fn avatar(seed: &str, letters: &str) -> Vec<u8> {
    let mut numbers = Seeded::new(seed);
    let hue = numbers.hue();
    let lean = if hue < 50.0 { -1.0 } else { 1.0 } * numbers.between(20.0, 40.0);
    let (tints, deep) = (tints(hue, lean), oklch(0.33, 0.09, hue - 12.0));
    let [ground, ..] = tints;
    let mut canvas = Canvas::new(SIDE, SIDE, Paint::Linear(((0.0, 0.0), ground), ((400.0, 400.0), deep)));
    pattern(&mut canvas, &mut numbers, tints);
    let white = oklch(0.985, 0.008, hue);
    let initials: String =
        letters.chars().filter(|letter| letter.is_alphanumeric() && known(*letter)).take(3).collect();
    let size = if initials.chars().count() > 2 { 108.0 } else { 150.0 };
    match Text::new(&initials, size, size * 0.16) {
        Some(text) => canvas.fill(&text.centred(MIDDLE.0, MIDDLE.1 - size / 2.0), white),
        None => emblem(&mut canvas, white),
    }
    canvas.png()
}

/// From the ground to the lightest part of the pattern; white letters read well on each.
fn tints(hue: f32, lean: f32) -> [Colour; 3] {
    [oklch(0.41, 0.105, hue), oklch(0.46, 0.11, hue + lean * 0.5), oklch(0.51, 0.11, hue + lean)]
}

fn pattern(canvas: &mut Canvas, numbers: &mut Seeded, tints: [Colour; 3]) {
    let kind = numbers.next();
    if kind < 0.25 {
        rings(canvas, tints, numbers.next());
    } else if kind < 0.5 {
        waves(canvas, numbers, tints);
    } else if kind < 0.75 {
        tiles(canvas, numbers, tints);
    } else {
        petals(canvas, numbers, tints);
    }
}

/// Quarter rings around a corner, like a sunrise.
fn rings(canvas: &mut Canvas, tints: [Colour; 3], corner: f32) {
    let centre = if corner < 0.5 { (0.0, 400.0) } else { (400.0, 400.0) };
    for (tint, radius) in tints.into_iter().zip([430.0, 300.0, 170.0]) {
        canvas.fill(&Shape::circle(centre, radius), tint);
    }
}

fn waves(canvas: &mut Canvas, numbers: &mut Seeded, tints: [Colour; 3]) {
    for (tint, level) in tints.into_iter().zip([190.0, 265.0, 335.0]) {
        let (phase, length) = (numbers.between(0.0, 6.3), numbers.between(0.011, 0.016));
        let crest = (0u16..=40).map(|step| f32::from(step) * 10.0);
        let crest = crest.map(|x| (x, level + 26.0 * (x * length + phase).sin()));
        canvas.fill(&Shape::polygon(crest.chain([(400.0, 400.0), (0.0, 400.0)])), tint);
    }
}

/// Quarter discs in a grid, each turned its own way.
fn tiles(canvas: &mut Canvas, numbers: &mut Seeded, tints: [Colour; 3]) {
    const TILE: f32 = 100.0;
    for (row, column) in (0u8..16).map(|cell| (f32::from(cell / 4), f32::from(cell % 4))) {
        let (x, y) = (column * TILE, row * TILE);
        let (right, down) = (numbers.next() < 0.5, numbers.next() < 0.5);
        let shade = numbers.next();
        let [first, second, third] = tints;
        let tint = if shade < 0.4 {
            first
        } else if shade < 0.75 {
            second
        } else {
            third
        };
        let corner = (if right { x + TILE } else { x }, if down { y + TILE } else { y });
        let arc = super::shape::arc(corner, TILE, 0.0, 1.0).into_iter();
        let inside = arc.map(|(px, py)| (px.clamp(x, x + TILE), py.clamp(y, y + TILE)));
        canvas.fill(&Shape::polygon(inside), tint);
    }
}

/// Large translucent discs around the middle.
fn petals(canvas: &mut Canvas, numbers: &mut Seeded, tints: [Colour; 3]) {
    let turn = numbers.next();
    let [.., light] = tints;
    for centre in super::shape::arc(MIDDLE, 120.0, turn, turn + 1.0).into_iter().step_by(28).take(5) {
        canvas.fill(&Shape::circle(centre, 150.0), light.alpha(0.3));
    }
}

/// A ring around a lozenge: stands for any institution.
fn emblem(canvas: &mut Canvas, white: Colour) {
    let (x, y) = MIDDLE;
    canvas.fill(&Shape::circle(MIDDLE, 104.0).without(Shape::circle(MIDDLE, 84.0)), white);
    let side = 50.0;
    canvas.fill(&Shape::polygon([(x, y - side), (x + side, y), (x, y + side), (x - side, y)]), white);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::draw::HUES;

    /// WCAG 2.2, relative luminance.
    fn luminance(colour: Colour) -> f32 {
        let linear = |c: f32| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
        0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue)
    }

    #[test]
    fn white_reads_on_every_tint() {
        for (hue, lean) in HUES.into_iter().flat_map(|hue| [-40.0, -20.0, 20.0, 40.0].map(|lean| (hue, lean))) {
            for tint in tints(hue, lean) {
                let contrast = (luminance(oklch(0.985, 0.008, hue)) + 0.05) / (luminance(tint) + 0.05);
                assert!(contrast > 4.5, "{hue} {lean}: {contrast}");
            }
        }
    }
}
