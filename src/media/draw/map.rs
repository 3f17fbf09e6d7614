//! A town plan: a river, a park, a closed road, and the way around it.

use super::canvas::Canvas;
use super::colour::{Colour, oklch};
use super::shape::{Point, Shape, arc, curve};

/// The main road, closed between its two middle points.
const ROAD: [Point; 4] = [(-20.0, 560.0), (520.0, 520.0), (1080.0, 478.0), (1640.0, 436.0)];

/// The way around: along the road, up, over the northern street, down, on.
const CORNERS: [Point; 6] =
    [(130.0, 549.0), (520.0, 520.0), (481.9, 202.5), (1052.1, 159.9), (1080.0, 478.0), (1524.0, 444.7)];

pub(super) fn draw() -> Canvas {
    let mut canvas = Canvas::new(1600, 900, oklch(0.965, 0.012, 95.0));
    blocks(&mut canvas);
    park(&mut canvas);
    river(&mut canvas);
    streets(&mut canvas);
    closed(&mut canvas);
    detour(&mut canvas);
    let [start, .., goal] = CORNERS;
    canvas.fill(&Shape::circle(start, 34.0), oklch(1.0, 0.0, 0.0));
    canvas.fill(&Shape::circle(start, 27.0).without(Shape::circle(start, 13.0)), oklch(0.42, 0.14, 258.0));
    pin(&mut canvas, goal, oklch(0.42, 0.14, 258.0));
    canvas
}

/// Everything built follows the slope of the main road.
fn lean((x, y): Point) -> Point {
    (x + (y - 450.0) * 0.075, y - (x - 800.0) * 0.075)
}

fn blocks(canvas: &mut Canvas) {
    let house = oklch(0.905, 0.018, 85.0);
    for row in -1i8..8 {
        for column in -1i8..11 {
            let (x, y) = (f32::from(column) * 156.0, f32::from(row) * 126.0);
            // Cut some blocks in two, so that it does not look ruled.
            let kind = (i16::from(row) * 5 + i16::from(column) * 3).rem_euclid(7);
            let parts = match kind {
                0 => vec![(x, y, 60.0, 98.0), (x + 72.0, y, 56.0, 98.0)],
                1 | 4 => vec![(x, y, 128.0, 43.0), (x, y + 55.0, 128.0, 43.0)],
                2 => vec![(x, y, 128.0, 43.0), (x, y + 55.0, 74.0, 43.0)],
                _ => vec![(x, y, 128.0, 98.0)],
            };
            for (x, y, width, height) in parts {
                canvas.fill(&Shape::card(x, y, width, height, 9.0).map(lean), house);
            }
        }
    }
}

fn park(canvas: &mut Canvas) {
    let green = oklch(0.86, 0.085, 140.0);
    canvas.fill(&Shape::card(1146.0, 628.0, 424.0, 222.0, 34.0).map(lean), green);
    let paths = oklch(0.95, 0.03, 120.0);
    let walk = curve((1156.0, 650.0), (1290.0, 860.0), (1430.0, 600.0), (1560.0, 826.0));
    canvas.fill(&Shape::stroke(&walk, 9.0).map(lean), paths);
    for (x, y, radius) in [
        (1196.0, 796.0, 17.0),
        (1240.0, 822.0, 13.0),
        (1290.0, 668.0, 15.0),
        (1344.0, 654.0, 19.0),
        (1400.0, 676.0, 13.0),
        (1450.0, 796.0, 18.0),
        (1500.0, 820.0, 14.0),
        (1520.0, 684.0, 16.0),
        (1404.0, 820.0, 12.0),
    ] {
        canvas.fill(&Shape::circle((x, y), radius).map(lean), oklch(0.70, 0.12, 145.0));
    }
    canvas.fill(&Shape::circle((1318.0, 790.0), 32.0).map(lean), oklch(0.82, 0.075, 228.0));
}

fn river(canvas: &mut Canvas) {
    let mut bed = curve((690.0, -40.0), (640.0, 170.0), (900.0, 300.0), (806.0, 500.0));
    bed.extend(curve((806.0, 500.0), (740.0, 640.0), (620.0, 720.0), (660.0, 940.0)));
    canvas.fill(&Shape::stroke(&bed, 108.0), oklch(0.90, 0.035, 228.0));
    canvas.fill(&Shape::stroke(&bed, 92.0), oklch(0.82, 0.075, 228.0));
}

fn streets(canvas: &mut Canvas) {
    let others: [&[Point]; 3] = [
        &[(-20.0, 240.0), (1640.0, 116.0)],
        &[(460.0, -20.0), (520.0, 520.0), (552.0, 920.0)],
        &[(1034.0, -20.0), (1080.0, 478.0), (1120.0, 920.0)],
    ];
    let (edge, surface) = (oklch(0.80, 0.025, 80.0), oklch(0.995, 0.004, 95.0));
    for (width, colour) in [(40.0, edge), (33.0, surface)] {
        for street in others {
            canvas.fill(&Shape::stroke(street, width), colour);
        }
        canvas.fill(&Shape::stroke(&ROAD, width + 14.0), colour);
    }
}

/// Red and white, with a sign over the river.
fn closed(canvas: &mut Canvas) {
    let [_, from, to, _] = ROAD;
    let red = oklch(0.56, 0.20, 27.0);
    canvas.fill(&Shape::stroke(&[from, to], 47.0), oklch(0.91, 0.055, 25.0));
    let pieces: u8 = 13;
    for piece in 1..pieces {
        let along = |share: f32| {
            let share = (f32::from(piece) + share) / f32::from(pieces);
            (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
        };
        canvas.fill(&Shape::stroke(&[along(-0.2), along(0.2)], 9.0), red);
    }
    let sign = (from.0.midpoint(to.0), from.1.midpoint(to.1));
    canvas.fill(&Shape::circle((sign.0, sign.1 + 6.0), 68.0), oklch(0.30, 0.05, 30.0).alpha(0.2));
    canvas.fill(&Shape::circle(sign, 66.0), oklch(1.0, 0.0, 0.0));
    canvas.fill(&Shape::circle(sign, 58.0), red);
    canvas.fill(&Shape::card(sign.0 - 38.0, sign.1 - 11.0, 76.0, 22.0, 5.0), oklch(1.0, 0.0, 0.0));
}

fn detour(canvas: &mut Canvas) {
    let way = way_around();
    canvas.fill(&Shape::stroke(&way, 34.0), oklch(1.0, 0.0, 0.0));
    canvas.fill(&Shape::stroke(&way, 22.0), oklch(0.52, 0.17, 256.0));
    for (from, to) in CORNERS.iter().zip(CORNERS.iter().skip(1)) {
        chevron(canvas, *from, *to, oklch(1.0, 0.0, 0.0));
    }
}

/// From start to goal by the northern street, with rounded corners.
fn way_around() -> Vec<Point> {
    let mut way = Vec::new();
    let near = |from: Point, to: Point, away: f32| {
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        (from.0 + (to.0 - from.0) * away / length, from.1 + (to.1 - from.1) * away / length)
    };
    way.extend(CORNERS.first());
    for ((&before, &corner), &after) in CORNERS.iter().zip(CORNERS.iter().skip(1)).zip(CORNERS.iter().skip(2)) {
        let (enter, leave) = (near(corner, before, 44.0), near(corner, after, 44.0));
        way.extend(curve(enter, near(corner, before, 12.0), near(corner, after, 12.0), leave));
    }
    way.extend(CORNERS.last());
    way
}

/// An arrow head in the middle between two points, towards the second.
fn chevron(canvas: &mut Canvas, from: Point, to: Point, colour: Colour) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    let (dx, dy) = (dx / length, dy / length);
    let middle = (from.0.midpoint(to.0), from.1.midpoint(to.1));
    let place = |ahead: f32, aside: f32| (middle.0 + dx * ahead - dy * aside, middle.1 + dy * ahead + dx * aside);
    canvas.fill(&Shape::stroke(&[place(-4.0, -6.5), place(4.0, 0.0), place(-4.0, 6.5)], 4.5), colour);
}

fn pin(canvas: &mut Canvas, (x, y): Point, colour: Colour) {
    canvas.fill(
        &Shape::circle((0.0, 0.0), 1.0).map(|(dx, dy)| (x + dx * 24.0, y + 2.0 + dy * 9.0)),
        oklch(0.25, 0.03, 255.0).alpha(0.25),
    );
    // A drop: most of a circle, drawn out to the point it marks.
    let drop = |centre: Point, radius: f32, tip: f32| {
        Shape::polygon(arc(centre, radius, 0.44, 1.06).into_iter().chain([(x, tip)]))
    };
    let centre = (x, y - 62.0);
    canvas.fill(&drop(centre, 45.0, y + 8.0), oklch(1.0, 0.0, 0.0));
    canvas.fill(&drop(centre, 38.0, y - 2.0), colour);
    canvas.fill(&Shape::circle(centre, 15.0), oklch(1.0, 0.0, 0.0));
}
