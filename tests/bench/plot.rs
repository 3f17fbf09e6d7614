//! Curves as SVG: logarithmic on both axes, so that a straight line at 45° is growth in step and a flat one is none.

use std::fmt::Write as _;

use crate::report::figure;

/// One panel: some curves over the same axis.
pub struct Plot {
    pub title: String,
    pub across: &'static str,
    pub up: &'static str,
    pub curves: Vec<Curve>,
}

pub struct Curve {
    pub name: &'static str,
    pub points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 400.0;
/// Left, top, right, bottom of the field within its panel; the names of the curves stand to the right.
const FIELD: [f64; 4] = [70.0, 44.0, 400.0, 340.0];
/// Told apart in print and by people who see colours differently (Okabe and Ito), each with a dash of its own.
const STYLES: [(&str, &str); 5] =
    [("#0072b2", ""), ("#d55e00", "7 3"), ("#009e73", "2 3"), ("#cc79a7", "9 3 2 3"), ("#333333", "4 4")];

/// The panels side by side.
pub fn svg(plots: &[Plot]) -> String {
    let width = WIDTH * plots.len() as f64;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for (number, plot) in plots.iter().enumerate() {
        let _ = writeln!(out, "<g transform=\"translate({} 0)\">", WIDTH * number as f64);
        plot.draw(&mut out);
        out += "</g>\n";
    }
    out + "</svg>\n"
}

/// A logarithmic axis from decade to decade.
struct Axis {
    low: i32,
    high: i32,
    from: f64,
    to: f64,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64> + Clone, from: f64, to: f64) -> Self {
        let least = values.clone().fold(f64::INFINITY, f64::min).log10().floor();
        let most = values.fold(f64::NEG_INFINITY, f64::max).log10().ceil();
        let whole = |value: f64| format!("{value:.0}").parse().unwrap_or_default();
        let (low, high): (i32, i32) = (whole(least), whole(most));
        Self { low, high: high.max(low + 1), from, to }
    }

    fn at(&self, value: f64) -> f64 {
        let share = (value.log10() - f64::from(self.low)) / f64::from(self.high - self.low);
        self.from + share * (self.to - self.from)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        (self.low..=self.high).map(|decade| 10_f64.powi(decade))
    }
}

impl Plot {
    fn draw(&self, out: &mut String) {
        let [left, top, right, bottom] = FIELD;
        let points = || self.curves.iter().flat_map(|curve| curve.points.iter().copied());
        let across = Axis::over(points().map(|point| point.0).collect::<Vec<_>>().into_iter(), left, right);
        let up = Axis::over(points().map(|point| point.1).collect::<Vec<_>>().into_iter(), bottom, top);
        let _ =
            writeln!(out, "<text x=\"{left}\" y=\"24\" font-size=\"15\" font-weight=\"bold\">{}</text>", self.title);
        out.push_str("<g stroke=\"#ddd\">");
        for x in across.ticks().map(|value| across.at(value)) {
            let _ = write!(out, "<path d=\"M{x:.1} {top}V{bottom}\"/>");
        }
        for y in up.ticks().map(|value| up.at(value)) {
            let _ = write!(out, "<path d=\"M{left} {y:.1}H{right}\"/>");
        }
        out.push_str("</g>\n<g text-anchor=\"middle\">");
        for value in across.ticks() {
            let _ =
                write!(out, "<text x=\"{:.1}\" y=\"{}\">{}</text>", across.at(value), bottom + 18.0, thousands(value));
        }
        let (middle, below) = (f64::midpoint(left, right), bottom + 42.0);
        let _ = writeln!(out, "<text x=\"{middle}\" y=\"{below}\">{}</text></g>", self.across);
        out.push_str("<g text-anchor=\"end\">");
        for value in up.ticks() {
            let _ =
                write!(out, "<text x=\"{}\" y=\"{:.1}\">{}</text>", left - 6.0, up.at(value) + 4.0, thousands(value));
        }
        let middle = f64::midpoint(top, bottom);
        let _ = writeln!(
            out,
            "</g>\n<text transform=\"translate(16 {middle}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            self.up
        );
        self.lines(out, &across, &up);
    }

    fn lines(&self, out: &mut String, across: &Axis, up: &Axis) {
        // Names stand at the end of their curves, as far apart as they have to.
        let mut names: Vec<(f64, usize)> = Vec::new();
        for (number, curve) in self.curves.iter().enumerate() {
            let (colour, dash) = STYLES[number % STYLES.len()];
            let place = |(x, y): &(f64, f64)| format!("{:.1},{:.1}", across.at(*x), up.at(*y));
            let line: Vec<String> = curve.points.iter().map(place).collect();
            let _ = writeln!(
                out,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\" stroke-dasharray=\"{dash}\"/>",
                line.join(" ")
            );
            for (x, y) in &curve.points {
                let (cx, cy) = (across.at(*x), up.at(*y));
                let title = format!("{}: {} at {}", curve.name, figure(*y), thousands(*x));
                let _ = write!(
                    out,
                    "<circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"4\" fill=\"{colour}\"><title>{title}</title></circle>"
                );
            }
            names.extend(curve.points.last().map(|(_, y)| (up.at(*y), number)));
        }
        names.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut free = f64::NEG_INFINITY;
        for (y, number) in names {
            let y = y.max(free);
            free = y + 17.0;
            let (colour, _) = STYLES[number % STYLES.len()];
            let x = FIELD[2] + 10.0;
            let _ = writeln!(
                out,
                "<text x=\"{x}\" y=\"{:.1}\" fill=\"{colour}\">{}</text>",
                y + 4.0,
                self.curves[number].name
            );
        }
    }
}

/// A power of ten, or any count, as people read it.
fn thousands(value: f64) -> String {
    if value < 1.0 {
        return format!("{value}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
