//! Plots as SVG made here, without script: each with a title, a sentence that reads it, and the same numbers as a table
//! and as a file. Shapes and words tell things apart, never colour alone. (Writing into a string cannot fail.)

use std::fmt::Write as _;

use crate::base::csv;
use crate::base::html::escape;
use crate::base::text::{clip, grouped};
use crate::views::reach::Square;

/// A plot with all that belongs to it.
pub(super) struct Figure {
    /// Unique on its page.
    pub id: &'static str,
    pub title: String,
    /// What it shows, in words.
    pub sentence: String,
    /// Markup, made here.
    pub svg: String,
    pub heads: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
    /// Where the table is as a file; empty for nowhere.
    pub csv: String,
}

impl Figure {
    /// The table as a file.
    pub(super) fn table(&self) -> String {
        csv::table(self.heads.iter().copied(), &self.rows)
    }
}

/// A point on a line: where it stands on the axis, and how high.
pub(super) struct Point {
    pub at: f64,
    pub height: u64,
}

/// A place on the axis with a name.
pub(super) struct Label {
    pub at: f64,
    pub text: String,
}

/// Half a unit of the picture is as exact as a screen shows it.
fn part(value: f64) -> String {
    format!("{value:.1}")
}

#[expect(clippy::cast_precision_loss, reason = "a picture is no exacter than that")]
fn number(value: u64) -> f64 {
    value as f64
}

/// A screen of 320 px shows 600 units with a scale of about a half: desk.css writes larger there, up to 25 units, for
/// which there is room over each line and bar.
fn open(id: &str, title: &str, sentence: &str, (width, height): (usize, u32)) -> String {
    let (title, sentence) = (escape(title), escape(sentence));
    format!(
        "<svg class=\"plot\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\
         <title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{sentence}</desc>"
    )
}

const ALL: usize = 600;
const LEFT: f64 = 8.0;
const WIDE: f64 = 584.0;
const TOP: f64 = 26.0;
const HIGH: f64 = 100.0;

/// A line over an axis that goes from 0 to 1, between a least and a greatest height; `marks` are short strokes on the
/// axis. `unit` stands behind heights.
pub(super) fn line(
    (id, title, sentence): (&str, &str, &str),
    points: &[Point],
    labels: &[Label],
    marks: &[f64],
    (least, most, unit): (u64, u64, &str),
) -> String {
    let mut out = open(id, title, sentence, (ALL, 156));
    let span = number(most.saturating_sub(least).max(1));
    let place = |point: &Point| {
        let up = number(point.height.saturating_sub(least)) / span;
        format!("{} {}", part(LEFT + point.at * WIDE), part(TOP + HIGH - up * HIGH))
    };
    let floor = part(TOP + HIGH);
    let _ = write!(out, "<path class=\"l\" d=\"M{LEFT} {floor}h{WIDE}");
    if most > least {
        let _ = write!(out, "M{LEFT} {TOP}h{WIDE}\"/><text x=\"{LEFT}\" y=\"20\">{}{unit}</text>", grouped(most));
    } else {
        out += "\"/>";
    }
    let low = TOP + HIGH - 5.0;
    let _ = write!(out, "<text x=\"{LEFT}\" y=\"{low}\">{}{unit}</text>", grouped(least));
    let mut strokes = String::new();
    for at in marks {
        let _ = write!(strokes, "M{} {floor}v-8", part(LEFT + at * WIDE));
    }
    if !strokes.is_empty() {
        let _ = write!(out, "<path class=\"k\" d=\"{strokes}\"/>");
    }
    let path = points.iter().map(place).collect::<Vec<_>>().join("L");
    match points {
        [] => {}
        [only] => {
            let place = place(only);
            let (x, y) = place.split_once(' ').unwrap_or_default();
            let _ = write!(out, "<circle class=\"f\" cx=\"{x}\" cy=\"{y}\" r=\"4\"/>");
        }
        _ => {
            let _ = write!(out, "<path class=\"g\" d=\"M{path}\"/>");
        }
    }
    for label in labels {
        let anchor = if label.at < 0.1 {
            "start"
        } else if label.at > 0.9 {
            "end"
        } else {
            "middle"
        };
        let (x, text) = (part(LEFT + label.at * WIDE), escape(&label.text));
        let _ = write!(out, "<text x=\"{x}\" y=\"149\" text-anchor=\"{anchor}\">{text}</text>");
    }
    out + "</svg>"
}

/// Bars that lie, each with its name over it and its number behind it, as a part of `most`.
pub(super) fn bars((id, title, sentence): (&str, &str, &str), bars: &[(String, u64)], most: u64, unit: &str) -> String {
    const STEP: u32 = 44;
    // What fits at 25 units; the table has the rest.
    const CHARACTERS: usize = 38;
    let count = u32::try_from(bars.len()).unwrap_or_default();
    let mut out = open(id, title, sentence, (ALL, count * STEP));
    for (n, (name, value)) in (0_u32..).zip(bars) {
        let (y, width) = (n * STEP, WIDE * 0.86 * number(*value) / number(most.max(1)));
        let _ = write!(out, "<text x=\"{LEFT}\" y=\"{}\">{}</text>", y + 19, escape(&clip(name, CHARACTERS)));
        let _ = write!(
            out,
            "<rect class=\"f\" x=\"{LEFT}\" y=\"{}\" width=\"{}\" height=\"12\"/>",
            y + 26,
            part(width.max(1.0))
        );
        let (x, middle) = (part(LEFT + width + 7.0), y + 32);
        let _ = write!(
            out,
            "<text x=\"{x}\" y=\"{middle}\" dominant-baseline=\"central\">{}{unit}</text>",
            grouped(*value)
        );
    }
    out + "</svg>"
}

/// A square for each, in rows: filled, with a stroke, with a cross.
pub(super) fn squares((id, title, sentence): (&str, &str, &str), all: &[Square]) -> String {
    const STEP: usize = 15;
    // The fewer, the larger, so that their shapes can be told apart on a small screen.
    let columns = if all.len() > 200 { 40 } else { 24 };
    let lines = u32::try_from(all.len().div_ceil(columns) * STEP).unwrap_or_default();
    let mut out = open(id, title, sentence, (columns * STEP, lines));
    for (square, class) in [(Square::Has, "o"), (Square::Waits, "w"), (Square::Refuses, "r")] {
        let (mut boxes, mut strokes) = (String::new(), String::new());
        let mut n = 0;
        while n < all.len() {
            if all.get(n) != Some(&square) {
                n += 1;
                continue;
            }
            let (x, y) = (n % columns * STEP, n / columns * STEP);
            let _ = write!(boxes, "M{x} {y}h12v12h-12z");
            match square {
                Square::Has => {}
                Square::Waits => {
                    let _ = write!(strokes, "M{} {}l7-7", x + 2, y + 10);
                }
                Square::Refuses => {
                    let _ = write!(strokes, "M{} {}l6 6m0-6l-6 6", x + 3, y + 3);
                }
            }
            n += 1;
        }
        if !boxes.is_empty() {
            let _ = write!(out, "<path class=\"{class}\" d=\"{boxes}\"/>");
        }
        if !strokes.is_empty() {
            let _ = write!(out, "<path class=\"x\" d=\"{strokes}\"/>");
        }
    }
    out + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_differ_in_shape() {
        let svg = squares(("d", "T", "S"), &[Square::Has, Square::Waits, Square::Refuses]);
        assert!(svg.contains("class=\"o\" d=\"M0 0h12v12h-12z\"") && svg.contains("class=\"w\" d=\"M15 0h"), "{svg}");
        assert!(svg.contains("d=\"M17 10l7-7\"") && svg.contains("d=\"M33 3l6 6m0-6l-6 6\""), "{svg}");
        assert!(svg.contains("<title id=\"d-t\">T</title><desc id=\"d-d\">S</desc>"), "{svg}");
    }

    #[test]
    fn strangers_names_cannot_leave_the_picture() {
        let svg = bars(("b", "<T>", "S"), &[("</svg><script>".into(), 3), ("b".into(), 0)], 3, " %");
        assert!(!svg.contains("<script") && svg.contains("&lt;/svg&gt;") && svg.contains("&lt;T&gt;"), "{svg}");
        assert!(svg.contains(">3 %</text>") && svg.contains("width=\"1.0\""), "{svg}");
    }

    #[test]
    fn a_line_goes_from_floor_to_ceiling() {
        let points = [Point { at: 0.0, height: 10 }, Point { at: 1.0, height: 30 }];
        let label = Label { at: 1.0, text: "now".into() };
        let svg = line(("l", "T", "S"), &points, &[label], &[0.5], (10, 30, ""));
        assert!(svg.contains("class=\"g\" d=\"M8.0 126.0L592.0 26.0\""), "{svg}");
        assert!(svg.contains("d=\"M300.0 126.0v-8\"") && svg.contains("text-anchor=\"end\">now</text>"), "{svg}");
        assert!(line(("l", "T", "S"), &points[..1], &[], &[], (10, 30, "")).contains("<circle"));
    }
}
