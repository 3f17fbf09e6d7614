//! A stone bridge of three arches over a calm river, with its mirror image.

use super::canvas::{Canvas, Paint};
use super::colour::{Colour, oklch};
use super::shape::{Point, Shape, arc, curve};

/// Where stone meets water.
const WATER: f32 = 610.0;
/// Centre and half width of each arch; they rise 0.9 of that.
const ARCHES: [(f32, f32); 3] = [(420.0, 150.0), (800.0, 185.0), (1180.0, 150.0)];

pub(super) fn draw() -> Canvas {
    let sky = Paint::Linear(((0.0, 0.0), oklch(0.76, 0.075, 245.0)), ((0.0, 520.0), oklch(0.975, 0.022, 90.0)));
    let mut canvas = Canvas::new(1600, 900, sky);
    let sun = (1130.0, 330.0);
    let light = oklch(0.985, 0.06, 85.0);
    canvas.fill(&Shape::circle(sun, 420.0), Paint::Radial(sun, 420.0, light.alpha(0.9), light.alpha(0.0)));
    canvas.fill(&Shape::circle(sun, 62.0), light);
    clouds(&mut canvas);
    hills(&mut canvas);
    water(&mut canvas);
    mirrored(&mut canvas);
    ripples(&mut canvas);
    stone(&mut canvas);
    banks(&mut canvas);
    canvas
}

fn clouds(canvas: &mut Canvas) {
    let white = oklch(0.99, 0.01, 80.0);
    for (x, y, size) in [(270.0, 170.0, 1.0), (740.0, 118.0, 0.7), (1440.0, 200.0, 0.85)] {
        let base = Shape::card(x - 120.0 * size, y - 21.0 * size, 240.0 * size, 42.0 * size, 21.0 * size);
        let puffs = [(-52.0, -16.0, 36.0), (8.0, -34.0, 50.0), (64.0, -12.0, 32.0)];
        let shape = puffs.into_iter().fold(base, |shape, (dx, dy, radius)| {
            shape.and(Shape::circle((x + dx * size, y + dy * size), radius * size))
        });
        canvas.fill(
            &shape,
            Paint::Linear(((0.0, y - 80.0 * size), white.alpha(0.95)), ((0.0, y + 24.0 * size), white.alpha(0.45))),
        );
    }
}

fn hills(canvas: &mut Canvas) {
    let wave = |level: f32, height: f32, pace: f32, phase: f32| {
        let across = (0u16..=80).map(|step| f32::from(step) * 20.0);
        let crest =
            across.map(move |x| (x, level + height * (x * pace + phase).sin() + height * 0.3 * (x * pace * 2.7).sin()));
        Shape::polygon(crest.chain([(1600.0, WATER + 5.0), (0.0, WATER + 5.0)]))
    };
    let fade = |near: Colour, far: Colour| Paint::Linear(((0.0, 400.0), far), ((0.0, WATER), near));
    canvas.fill(&wave(430.0, 46.0, 0.0052, 0.6), fade(oklch(0.86, 0.04, 150.0), oklch(0.78, 0.05, 215.0)));
    canvas.fill(&wave(490.0, 38.0, 0.0071, 2.4), fade(oklch(0.80, 0.07, 135.0), oklch(0.68, 0.065, 185.0)));
    canvas.fill(&wave(545.0, 24.0, 0.0093, 4.4), fade(oklch(0.70, 0.09, 135.0), oklch(0.60, 0.08, 155.0)));
}

fn water(canvas: &mut Canvas) {
    let paint = Paint::Linear(((0.0, WATER), oklch(0.83, 0.05, 215.0)), ((0.0, 900.0), oklch(0.47, 0.085, 240.0)));
    canvas.fill(&Shape::rect(0.0, WATER, 1600.0, 300.0), paint);
}

/// The bridge without its details: a low hump, open under the arches.
fn silhouette() -> Shape {
    let deck: Vec<Point> = (0u8..=80).map(|step| f32::from(step) * 20.0).map(|x| (x, deck(x))).collect();
    let foot = WATER + 1.0;
    let body = Shape::polygon(deck.into_iter().chain([(1600.0, foot), (0.0, foot)]));
    ARCHES.into_iter().fold(body, |body, (x, half)| body.without(opening(x, half)))
}

fn deck(x: f32) -> f32 {
    let far = (x - 800.0) / 800.0;
    388.0 + 62.0 * far * far
}

fn opening(x: f32, half: f32) -> Shape {
    let crown = arc((0.0, 0.0), half, 0.5, 1.0).into_iter();
    let crown = crown.map(|(dx, dy)| (x + dx, WATER - 14.0 + dy * 0.9));
    Shape::polygon(crown.chain([(x + half, WATER + 1.0), (x - half, WATER + 1.0)]))
}

fn mirrored(canvas: &mut Canvas) {
    let flip = |(x, y): Point| (x, WATER + (WATER - y) * 0.86);
    canvas.fill(&silhouette().map(flip), oklch(0.45, 0.05, 70.0).alpha(0.42));
    let (sun, warm) = (1130.0, oklch(0.97, 0.07, 80.0));
    for step in 0u8..9 {
        let row = f32::from(step);
        let half = 70.0 - (row - 4.0).abs() * 9.0;
        let bar = Shape::card(sun - half + (row * 2.1).sin() * 14.0, 634.0 + row * 27.0, half * 2.0, 7.0, 3.5);
        canvas.fill(&bar, warm.alpha(0.62 - row * 0.045));
    }
}

fn ripples(canvas: &mut Canvas) {
    let white = oklch(0.97, 0.02, 220.0);
    for step in 0u8..46 {
        let row = f32::from(step);
        let depth = (row / 46.0).powf(1.3);
        let x = (row * 397.0) % 1640.0 - 20.0;
        let length = 40.0 + depth * 130.0 + (row * 53.0) % 60.0;
        let bar = Shape::card(x, 622.0 + depth * 268.0, length, 3.0 + depth * 2.0, 1.5 + depth);
        canvas.fill(&bar, white.alpha(0.16 + 0.12 * ((row * 1.7).sin() + 1.0)));
    }
}

fn stone(canvas: &mut Canvas) {
    let body = Paint::Linear(((0.0, 380.0), oklch(0.73, 0.055, 70.0)), ((0.0, WATER), oklch(0.55, 0.055, 60.0)));
    canvas.fill(&silhouette(), body);
    courses(canvas);
    let (pale, dark) = (oklch(0.85, 0.045, 78.0), oklch(0.47, 0.05, 58.0));
    for (x, half) in ARCHES {
        canvas.fill(&rim(x, half, 0.0, 24.0), pale);
        canvas.fill(&rim(x, half, 24.0, 27.0), dark.alpha(0.45));
        let keystone = WATER - 14.0 - half * 0.9;
        let wedge = [
            (x - 11.0, keystone - 28.0),
            (x + 11.0, keystone - 28.0),
            (x + 8.0, keystone + 3.0),
            (x - 8.0, keystone + 3.0),
        ];
        canvas.fill(&Shape::polygon(wedge), oklch(0.80, 0.05, 75.0));
    }
    for x in [592.5, 1007.5] {
        let pier = [(x - 30.0, 520.0), (x, 498.0), (x + 30.0, 520.0), (x + 34.0, WATER + 8.0), (x - 34.0, WATER + 8.0)];
        canvas.fill(
            &Shape::polygon(pier),
            Paint::Linear(((x - 30.0, 0.0), oklch(0.78, 0.05, 74.0)), ((x + 30.0, 0.0), oklch(0.56, 0.055, 60.0))),
        );
    }
    let along = |up: f32| {
        (0u8..=80).map(move |step| f32::from(step) * 20.0).map(move |x| (x, deck(x) - up)).collect::<Vec<_>>()
    };
    canvas.fill(&Shape::stroke(&along(-18.0), 5.0), dark.alpha(0.4));
    canvas.fill(&Shape::stroke(&along(8.0), 22.0), oklch(0.66, 0.055, 66.0));
    canvas.fill(&Shape::stroke(&along(21.0), 8.0), pale);
}

/// A band along an arch, from so far outside its edge to so far.
fn rim(x: f32, half: f32, from: f32, to: f32) -> Shape {
    let spring = WATER - 14.0;
    let edge = |out: f32| {
        let squash = (half * 0.9 + out) / (half + out);
        arc((0.0, 0.0), half + out, 0.5, 1.0).into_iter().map(move |(dx, dy)| (x + dx, spring + dy * squash))
    };
    Shape::polygon(edge(to).chain(edge(from).collect::<Vec<_>>().into_iter().rev()))
}

/// Joints between the stones, where there is stone.
fn courses(canvas: &mut Canvas) {
    let joint = oklch(0.45, 0.05, 58.0).alpha(0.22);
    let solid = |x: f32, y: f32| {
        let open = |(centre, half): (f32, f32)| {
            let (dx, dy) = ((x - centre) / (half + 34.0), (y - WATER + 14.0) / (half * 0.9 + 34.0));
            dx * dx + dy * dy < 1.0 || (y > WATER - 20.0 && dx.abs() < 1.0)
        };
        y > deck(x) + 26.0 && !ARCHES.into_iter().any(open)
    };
    for row in (0u8..9).map(f32::from) {
        let y = 430.0 + row * 21.0;
        for column in (0u8..34).map(f32::from) {
            let x = column * 48.0 + (row % 2.0) * 24.0 + (column * 7.0) % 11.0;
            if solid(x, y) && solid(x + 34.0, y) {
                canvas.fill(&Shape::rect(x, y, 34.0, 2.0), joint);
            }
        }
    }
}

fn banks(canvas: &mut Canvas) {
    let grass = Paint::Linear(((0.0, 400.0), oklch(0.66, 0.115, 132.0)), ((0.0, 700.0), oklch(0.42, 0.09, 150.0)));
    let mut left = curve((0.0, 452.0), (120.0, 460.0), (190.0, 610.0), (262.0, 640.0));
    left.extend(curve((262.0, 640.0), (300.0, 656.0), (120.0, 664.0), (0.0, 730.0)));
    canvas.fill(&Shape::polygon(left), grass);
    let mut right = curve((1600.0, 440.0), (1480.0, 455.0), (1420.0, 604.0), (1344.0, 636.0));
    right.extend(curve((1344.0, 636.0), (1300.0, 654.0), (1480.0, 660.0), (1600.0, 722.0)));
    canvas.fill(&Shape::polygon(right), grass);
    for (x, y, size) in [(66.0, 478.0, 1.1), (150.0, 540.0, 0.75), (1540.0, 470.0, 1.2), (1452.0, 545.0, 0.7)] {
        tree(canvas, x, y, size);
    }
}

fn tree(canvas: &mut Canvas, x: f32, y: f32, size: f32) {
    canvas.fill(&Shape::stroke(&[(x, y), (x, y - 70.0 * size)], 11.0 * size), oklch(0.40, 0.05, 60.0));
    let crown = [(0.0, -128.0, 58.0), (-40.0, -92.0, 44.0), (40.0, -90.0, 46.0)];
    let at = |grow: f32, dx: f32, dy: f32| {
        crown.into_iter().fold(Shape::default(), |shape, (cx, cy, radius)| {
            shape.and(Shape::circle((x + (cx + dx) * size, y + (cy + dy) * size), (radius + grow) * size))
        })
    };
    canvas.fill(&at(0.0, 0.0, 0.0), oklch(0.50, 0.10, 146.0));
    canvas.fill(&at(-15.0, 9.0, -9.0), oklch(0.60, 0.115, 138.0));
}
