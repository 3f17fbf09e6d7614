//! A label that grades how well a thing can be repaired, and the thing.

use super::canvas::{Canvas, Paint};
use super::colour::{Colour, oklch};
use super::letters::Text;
use super::shape::{Point, Shape, arc};

/// Upper left corner and size of the label.
const LEFT: f32 = 270.0;
const TOP: f32 = 62.0;
const WIDTH: f32 = 500.0;
const HEIGHT: f32 = 776.0;

pub(super) fn draw() -> Canvas {
    let paper = Paint::Linear(((0.0, 0.0), oklch(0.94, 0.025, 225.0)), ((0.0, 900.0), oklch(0.88, 0.04, 240.0)));
    let mut canvas = Canvas::new(1600, 900, paper);
    canvas.fill(&Shape::circle((1160.0, 430.0), 400.0), oklch(0.97, 0.02, 220.0).alpha(0.8));
    canvas.fill(&Shape::rect(0.0, 742.0, 1600.0, 158.0), oklch(0.80, 0.05, 240.0).alpha(0.55));
    machine(&mut canvas);
    card(&mut canvas);
    bars(&mut canvas);
    footer(&mut canvas);
    canvas
}

fn ink() -> Colour {
    oklch(0.27, 0.04, 255.0)
}

fn shadow(canvas: &mut Canvas, x: f32, y: f32, width: f32, height: f32) {
    canvas.shadow((x + 14.0, y + 30.0), (width - 28.0, height - 28.0), 56.0, oklch(0.30, 0.07, 255.0).alpha(0.34));
}

fn card(canvas: &mut Canvas) {
    shadow(canvas, LEFT, TOP, WIDTH, HEIGHT);
    canvas.fill(&Shape::card(LEFT, TOP, WIDTH, HEIGHT, 30.0), oklch(0.995, 0.003, 240.0));
    let blue = Paint::Linear(((LEFT, 0.0), oklch(0.38, 0.13, 262.0)), ((LEFT + WIDTH, 0.0), oklch(0.45, 0.14, 252.0)));
    canvas.fill(&Shape::card(LEFT, TOP, WIDTH, 118.0, 30.0).and(Shape::rect(LEFT, TOP + 60.0, WIDTH, 58.0)), blue);
    let white = oklch(0.99, 0.0, 0.0);
    canvas.fill(&wrench((LEFT + 84.0, TOP + 57.0), 0.86, 0.125), white);
    if let Some(title) = Text::new("REPAIR", 50.0, 9.0) {
        canvas.fill(&title.at(LEFT + 156.0, TOP + 34.0), white);
    }
}

/// An open-ended spanner, drawn upright 112 pixels high, then turned by a share of a full turn.
pub(super) fn wrench(centre: Point, size: f32, turn: f32) -> Shape {
    let (sin, cos) = (turn * std::f32::consts::TAU).sin_cos();
    let place = move |(x, y): Point| (centre.0 + (x * cos - y * sin) * size, centre.1 + (x * sin + y * cos) * size);
    // Around the head, leaving out the mouth at the top.
    let head = arc((0.0, -32.0), 25.0, -0.135, 0.635).into_iter();
    let mouth = [(-11.0, -46.0), (-11.0, -33.0), (0.0, -26.0), (11.0, -33.0), (11.0, -46.0)];
    let handle = Shape::stroke(&[(0.0, -16.0), (0.0, 46.0)], 19.0);
    Shape::polygon(head.chain(mouth)).and(handle).map(place)
}

fn bars(canvas: &mut Canvas) {
    let classes = [
        ("A", oklch(0.53, 0.14, 150.0)),
        ("B", oklch(0.64, 0.17, 142.0)),
        ("C", oklch(0.77, 0.18, 124.0)),
        ("D", oklch(0.87, 0.17, 100.0)),
        ("E", oklch(0.78, 0.16, 74.0)),
        ("F", oklch(0.67, 0.17, 50.0)),
        ("G", oklch(0.55, 0.19, 28.0)),
    ];
    for (row, (letter, colour)) in (0u8..).map(f32::from).zip(classes) {
        let y = TOP + 146.0 + row * 62.0;
        canvas.fill(&arrow(LEFT + 36.0, y, 128.0 + row * 30.0, 50.0), colour);
        if let Some(text) = Text::new(letter, 29.0, 5.6) {
            canvas.fill(
                &text.at(LEFT + 54.0, y + 10.5),
                if (2.0..=4.0).contains(&row) { ink() } else { oklch(1.0, 0.0, 0.0) },
            );
        }
        if letter == "B" {
            let place = |(x, y): Point| (LEFT * 2.0 + WIDTH - 36.0 - x, y);
            canvas.fill(&arrow(LEFT, y - 9.0, 112.0, 68.0).map(place), ink());
            if let Some(text) = Text::new("B", 42.0, 8.0) {
                canvas.fill(&text.at(LEFT + WIDTH - 88.0, y + 4.0), oklch(1.0, 0.0, 0.0));
            }
        }
    }
}

/// A bar that points to the right.
fn arrow(x: f32, y: f32, width: f32, height: f32) -> Shape {
    let tip = x + width + height / 2.0;
    Shape::polygon([(x, y), (x + width, y), (tip, y + height / 2.0), (x + width, y + height), (x, y + height)])
}

/// Tools, spare parts, years of both: three cells under a line.
fn footer(canvas: &mut Canvas) {
    let y = TOP + 600.0;
    let line = oklch(0.87, 0.015, 250.0);
    canvas.fill(&Shape::card(LEFT + 36.0, y, WIDTH - 72.0, 3.0, 1.5), line);
    for x in [LEFT + 178.0, LEFT + 321.0] {
        canvas.fill(&Shape::card(x, y + 24.0, 3.0, 124.0, 1.5), line);
    }
    screwdriver(canvas, (LEFT + 107.0, y + 64.0));
    canvas.fill(&gear((LEFT + 250.0, y + 64.0)), ink());
    calendar(canvas, (LEFT + 393.0, y + 64.0));
    for (x, text) in [(107.0, "2"), (250.0, "94 %"), (393.0, "10")] {
        if let Some(text) = Text::new(text, 28.0, 4.6) {
            canvas.fill(&text.centred(LEFT + x, y + 120.0), ink());
        }
    }
}

fn screwdriver(canvas: &mut Canvas, (x, y): Point) {
    canvas.fill(&Shape::stroke(&[(x - 18.0, y + 18.0), (x + 30.0, y - 30.0)], 6.0), ink());
    canvas.fill(&Shape::stroke(&[(x - 28.0, y + 28.0), (x - 6.0, y + 6.0)], 19.0), ink());
}

fn gear((x, y): Point) -> Shape {
    let teeth: u8 = 8;
    let outline = (0..teeth).flat_map(|tooth| {
        let turn = f32::from(tooth) / f32::from(teeth);
        [(-0.040, 27.0), (-0.026, 38.0), (0.026, 38.0), (0.040, 27.0)].map(|(off, radius)| {
            let (sin, cos) = ((turn + off) * std::f32::consts::TAU).sin_cos();
            (x + radius * cos, y + radius * sin)
        })
    });
    Shape::polygon(outline).without(Shape::circle((x, y), 13.0))
}

fn calendar(canvas: &mut Canvas, (x, y): Point) {
    let page =
        Shape::card(x - 34.0, y - 28.0, 68.0, 62.0, 9.0).without(Shape::card(x - 27.0, y - 8.0, 54.0, 35.0, 4.0));
    let rings = Shape::stroke(&[(x - 17.0, y - 37.0), (x - 17.0, y - 22.0)], 7.0)
        .and(Shape::stroke(&[(x + 17.0, y - 37.0), (x + 17.0, y - 22.0)], 7.0));
    canvas.fill(&page.and(rings), ink());
    for (dx, dy) in [(-15.0, 3.0), (0.0, 3.0), (15.0, 3.0), (-15.0, 17.0), (0.0, 17.0)] {
        canvas.fill(&Shape::card(x + dx - 4.5, y + dy - 4.5, 9.0, 9.0, 2.0), ink());
    }
}

fn machine(canvas: &mut Canvas) {
    let (x, y, width, height) = (950.0, 190.0, 420.0, 556.0);
    shadow(canvas, x, y, width, height);
    canvas.fill(
        &Shape::rect(x + 28.0, y + height - 8.0, 58.0, 22.0).and(Shape::rect(
            x + width - 86.0,
            y + height - 8.0,
            58.0,
            22.0,
        )),
        oklch(0.42, 0.02, 250.0),
    );
    let steel = Paint::Linear(((x, 0.0), oklch(0.985, 0.004, 240.0)), ((x + width, 0.0), oklch(0.90, 0.012, 245.0)));
    canvas.fill(&Shape::card(x, y, width, height, 26.0), steel);
    let grey = oklch(0.80, 0.015, 245.0);
    canvas.fill(&Shape::rect(x, y + 106.0, width, 3.0), grey);
    canvas.fill(&Shape::card(x + 30.0, y + 30.0, 118.0, 50.0, 10.0), oklch(0.90, 0.012, 245.0));
    canvas.fill(&Shape::circle((x + 222.0, y + 55.0), 28.0), oklch(0.50, 0.03, 250.0));
    canvas.fill(&Shape::circle((x + 222.0, y + 55.0), 21.0), oklch(0.93, 0.01, 245.0));
    canvas.fill(&Shape::stroke(&[(x + 222.0, y + 55.0), (x + 233.0, y + 42.0)], 5.0), oklch(0.40, 0.03, 250.0));
    canvas.fill(&Shape::card(x + 278.0, y + 32.0, 112.0, 46.0, 8.0), oklch(0.30, 0.04, 255.0));
    if let Some(text) = Text::new("40", 24.0, 4.0) {
        canvas.fill(&text.centred(x + 334.0, y + 43.0), oklch(0.86, 0.14, 150.0));
    }
    door(canvas, (x + width / 2.0, y + 326.0));
    canvas.fill(&Shape::card(x + 318.0, y + 500.0, 72.0, 10.0, 5.0), grey);
}

fn door(canvas: &mut Canvas, centre: Point) {
    let (x, y) = centre;
    canvas.fill(&Shape::circle(centre, 166.0), oklch(0.84, 0.015, 245.0));
    canvas.fill(&Shape::circle(centre, 156.0), oklch(0.96, 0.006, 245.0));
    canvas.fill(&Shape::circle(centre, 124.0), oklch(0.38, 0.05, 255.0));
    let glass = Paint::Linear(((x, y - 116.0), oklch(0.62, 0.07, 235.0)), ((x, y + 116.0), oklch(0.42, 0.08, 250.0)));
    canvas.fill(&Shape::circle(centre, 114.0), glass);
    // Water: a segment with a wavy top.
    let surface = (0u8..=40)
        .map(|step| f32::from(step) / 40.0)
        .map(|t| (x - 110.0 + t * 220.0, y + 22.0 + 7.0 * (t * 14.0).sin()));
    let below = arc(centre, 114.0, 0.033, 0.467);
    canvas.fill(&Shape::polygon(surface.chain(below)), oklch(0.72, 0.09, 220.0).alpha(0.75));
    for (dx, dy, radius) in
        [(-44.0, 62.0, 11.0), (8.0, 84.0, 8.0), (36.0, 52.0, 14.0), (-8.0, 44.0, 6.0), (66.0, 66.0, 7.0)]
    {
        canvas.fill(&Shape::circle((x + dx, y + dy), radius), oklch(0.95, 0.03, 220.0).alpha(0.6));
    }
    let shine = arc(centre, 94.0, 0.56, 0.70);
    canvas.fill(&Shape::stroke(&shine, 12.0), oklch(1.0, 0.0, 0.0).alpha(0.55));
    canvas.fill(&Shape::card(x + 132.0, y - 34.0, 20.0, 68.0, 10.0), oklch(0.62, 0.02, 245.0));
}
