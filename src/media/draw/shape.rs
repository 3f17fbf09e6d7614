//! Shapes as closed outlines of straight pieces, and how much of each pixel they cover.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "pixel coordinates are small; everything is clamped to the canvas first"
)]

use std::f32::consts::TAU;

/// Pixels right and down from the upper left corner.
pub(super) type Point = (f32, f32);

/// Outlines; where several overlap they are one. Holes run the other way round.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    outlines: Vec<Vec<Point>>,
}

/// Part of the canvas, and of each pixel in it the covered share, row by row.
pub(super) struct Coverage {
    pub left: usize,
    pub top: usize,
    pub columns: usize,
    /// `columns + 2` numbers for each row: differences from pixel to pixel.
    steps: Vec<f32>,
}

impl Shape {
    /// Runs clockwise whatever the order of the points, so that overlaps add up.
    pub fn polygon(points: impl IntoIterator<Item = Point>) -> Self {
        let mut points: Vec<Point> = points.into_iter().collect();
        let ring = points.iter().zip(points.iter().cycle().skip(1));
        if ring.map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f32>() < 0.0 {
            points.reverse();
        }
        Self { outlines: vec![points] }
    }

    pub fn rect(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self::polygon([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    }

    /// A rectangle with rounded corners.
    pub fn card(x: f32, y: f32, width: f32, height: f32, radius: f32) -> Self {
        let corners = [
            (x + width - radius, y + height - radius, 0.0),
            (x + radius, y + height - radius, 0.25),
            (x + radius, y + radius, 0.5),
            (x + width - radius, y + radius, 0.75),
        ];
        Self::polygon(corners.into_iter().flat_map(|(x, y, from)| arc((x, y), radius, from, from + 0.25)))
    }

    pub fn circle(centre: Point, radius: f32) -> Self {
        Self::polygon(arc(centre, radius, 0.0, 1.0))
    }

    /// A line of this width with round ends and bends.
    pub fn stroke(points: &[Point], width: f32) -> Self {
        let radius = width / 2.0;
        let mut shape = Self::default();
        for (&from, &to) in points.iter().zip(points.iter().skip(1)) {
            let (dx, dy) = (to.0 - from.0, to.1 - from.1);
            let length = dx.hypot(dy);
            if length > 0.0 {
                let (x, y) = (-dy / length * radius, dx / length * radius);
                let corners =
                    [(from.0 + x, from.1 + y), (to.0 + x, to.1 + y), (to.0 - x, to.1 - y), (from.0 - x, from.1 - y)];
                shape = shape.and(Self::polygon(corners));
            }
        }
        points.iter().fold(shape, |shape, &point| shape.and(Self::circle(point, radius)))
    }

    pub fn and(mut self, other: Self) -> Self {
        self.outlines.extend(other.outlines);
        self
    }

    /// A hole, which must lie inside and overlap nothing else.
    pub fn without(mut self, hole: Self) -> Self {
        self.outlines.extend(hole.outlines.into_iter().map(|mut outline| {
            outline.reverse();
            outline
        }));
        self
    }

    pub fn map(mut self, place: impl Fn(Point) -> Point) -> Self {
        for point in self.outlines.iter_mut().flatten() {
            *point = place(*point);
        }
        self
    }

    /// `None` where nothing of it is on the canvas.
    pub fn coverage(&self, width: usize, height: usize) -> Option<Coverage> {
        let bound = |pick: fn(&Point) -> f32, limit: usize| {
            let values = || self.outlines.iter().flatten().map(pick);
            let low = values().fold(f32::MAX, f32::min).floor().clamp(0.0, limit as f32) as usize;
            let high = values().fold(f32::MIN, f32::max).ceil().clamp(0.0, limit as f32) as usize;
            (low, high.max(low) - low)
        };
        let (left, columns) = bound(|point| point.0, width);
        let (top, rows) = bound(|point| point.1, height);
        if columns == 0 || rows == 0 {
            return None;
        }
        let mut coverage = Coverage { left, top, columns, steps: vec![0.0; (columns + 2) * rows] };
        for outline in &self.outlines {
            for (from, to) in outline.iter().zip(outline.iter().cycle().skip(1)) {
                coverage.edge(*from, *to);
            }
        }
        Some(coverage)
    }
}

impl Coverage {
    /// For each row, by how much the covered share changes from pixel to pixel; the absolute of
    /// the running sum, at most 1, is the share.
    pub fn rows(&self) -> impl Iterator<Item = impl Iterator<Item = &f32>> {
        self.steps.chunks_exact(self.columns + 2).map(|row| row.iter().take(self.columns))
    }

    /// Adds what an edge changes: exact area, after Levien's font-rs.
    fn edge(&mut self, from: Point, to: Point) {
        let ((x0, y0), (x1, y1), direction) = if from.1 < to.1 { (from, to, 1.0) } else { (to, from, -1.0) };
        let rows = self.steps.len() / (self.columns + 2);
        let (x0, x1, y0, y1) =
            (x0 - self.left as f32, x1 - self.left as f32, y0 - self.top as f32, y1 - self.top as f32);
        if y1 <= 0.0 || y0 >= rows as f32 || y0 >= y1 {
            return;
        }
        let slope = (x1 - x0) / (y1 - y0);
        let end = self.columns as f32;
        for row in y0.max(0.0) as usize..(y1.ceil() as usize).min(rows) {
            let (upper, lower) = (y0.max(row as f32), y1.min(row as f32 + 1.0));
            let at = |y: f32| (x0 + (y - y0) * slope).clamp(0.0, end);
            self.row_edge(row, at(upper), at(lower), (lower - upper) * direction);
        }
    }

    /// Within one row, the edge runs from `a` to `b` and spans `height` of it, signed.
    fn row_edge(&mut self, row: usize, a: f32, b: f32, height: f32) {
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        let (first, last) = (low as usize, high.ceil() as usize);
        let start = row * (self.columns + 2);
        let mut add = |column: usize, value: f32| {
            if let Some(step) = self.steps.get_mut(start + column) {
                *step += value;
            }
        };
        if last <= first + 1 {
            let beyond = low.midpoint(high) - first as f32;
            add(first, height * (1.0 - beyond));
            add(first + 1, height * beyond);
            return;
        }
        // The share of the row to the right of the edge, pixel by pixel; steps are its differences.
        let slope = 1.0 / (high - low);
        let mut before = 0.0;
        for column in first..last {
            let reached = ((column + 1) as f32).min(high);
            let entered = (column as f32).max(low);
            let (from, to) = ((entered - low) * slope, (reached - low) * slope);
            // Edge inside this pixel: mean of the shares at its ends, plus what lies past the end.
            let area = from.midpoint(to) * (reached - entered) + to * ((column + 1) as f32 - reached);
            add(column, height * (area - before));
            before = area;
        }
        add(last, height * (1.0 - before));
    }
}

/// Points on a circle; `from` and `to` in turns, clockwise from the right.
pub(super) fn arc(centre: Point, radius: f32, from: f32, to: f32) -> Vec<Point> {
    let steps = ((to - from).abs() * (12.0 + radius.abs().sqrt() * 12.0)).ceil().max(2.0) as usize;
    let turn = |step: usize| (from + (to - from) * step as f32 / steps as f32) * TAU;
    (0..=steps)
        .map(|step| turn(step).sin_cos())
        .map(|(sin, cos)| (centre.0 + radius * cos, centre.1 + radius * sin))
        .collect()
}

/// Points on a cubic curve from its first to its last point.
pub(super) fn curve(from: Point, leave: Point, arrive: Point, to: Point) -> Vec<Point> {
    let between = |a: Point, b: Point, share: f32| (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
    let at = |share: f32| {
        // De Casteljau: the same share of the way, three times over.
        let (one, two, three) =
            (between(from, leave, share), between(leave, arrive, share), between(arrive, to, share));
        between(between(one, two, share), between(two, three, share), share)
    };
    (0u8..=24).map(|step| at(f32::from(step) / 24.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(shape: &Shape) -> f32 {
        let row = |row: &mut dyn Iterator<Item = &f32>| {
            let shares = row.scan(0.0_f32, |sum, step| {
                *sum += step;
                Some(sum.abs().min(1.0))
            });
            shares.sum::<f32>()
        };
        shape.coverage(100, 100).map_or(0.0, |coverage| coverage.rows().map(|mut steps| row(&mut steps)).sum())
    }

    fn near(found: f32, expected: f32) {
        assert!((found - expected).abs() < expected * 0.01 + 0.01, "{found} instead of {expected}");
    }

    #[test]
    fn covers_its_area() {
        near(area(&Shape::rect(10.25, 20.5, 30.0, 7.25)), 217.5);
        near(area(&Shape::circle((50.0, 50.0), 30.0)), 2827.4);
        near(area(&Shape::polygon([(10.0, 10.0), (90.0, 15.0), (30.0, 80.0)])), 2750.0);
        near(area(&Shape::polygon([(30.0, 80.0), (90.0, 15.0), (10.0, 10.0)])), 2750.0);
        near(area(&Shape::card(0.0, 0.0, 100.0, 100.0, 20.0)), 10_000.0 - 400.0 * (4.0 - std::f32::consts::PI));
    }

    #[test]
    fn overlaps_count_once_and_holes_not_at_all() {
        let square = || Shape::rect(10.0, 10.0, 40.0, 40.0);
        near(area(&square().and(Shape::rect(30.0, 10.0, 40.0, 40.0))), 2400.0);
        near(area(&square().without(Shape::rect(20.0, 20.0, 10.0, 10.0))), 1500.0);
        near(area(&Shape::stroke(&[(20.0, 50.0), (50.0, 50.0), (80.0, 50.0)], 10.0)), 600.0 + 78.54);
    }

    #[test]
    fn what_is_outside_does_not_count() {
        near(area(&Shape::rect(-50.0, -50.0, 1000.0, 1000.0)), 10_000.0);
        near(area(&Shape::circle((0.0, 0.0), 40.0)), 1256.6);
        near(area(&Shape::circle((100.0, 100.0), 40.0)), 1256.6);
        near(area(&Shape::circle((500.0, 50.0), 40.0)), 0.0);
        near(area(&Shape::circle((50.0, -500.0), 40.0)), 0.0);
        near(area(&Shape::default()), 0.0);
    }
}
