//! What was measured beside what it may be: a table for people, the same as JSON and Markdown, and the verdict.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

/// What a figure may be.
#[derive(Clone, Copy)]
pub enum Limit {
    /// At most so many of the unit.
    AtMost(f64),
    /// At most so many times the floor of the same run: then another machine may judge, too. The first is what that
    /// amounts to on the machine the targets were set on.
    Times(f64, f64),
    /// Told, not judged.
    Told,
}

pub struct Line {
    pub name: String,
    pub unit: &'static str,
    pub measured: f64,
    pub floor: Option<f64>,
    pub limit: Limit,
    /// What else a reader should know.
    pub note: String,
}

impl Line {
    pub fn new(name: &str, unit: &'static str, measured: f64, limit: Limit) -> Self {
        Self { name: name.to_owned(), unit, measured, floor: None, limit, note: String::new() }
    }

    #[must_use]
    pub fn floor(self, floor: f64) -> Self {
        Self { floor: Some(floor), ..self }
    }

    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    fn ratio(&self) -> Option<f64> {
        self.floor.map(|floor| self.measured / floor)
    }

    fn passes(&self) -> bool {
        match self.limit {
            Limit::AtMost(most) => self.measured <= most,
            Limit::Times(_, most) => self.ratio().is_some_and(|ratio| ratio <= most),
            Limit::Told => true,
        }
    }

    /// Figures as text: measured, floor, ratio, target, verdict.
    fn columns(&self) -> [String; 5] {
        let target = match self.limit {
            Limit::AtMost(most) => format!("≤ {}", figure(most)),
            Limit::Times(absolute, most) => format!("≤ {most:.2} × floor ({})", figure(absolute)),
            Limit::Told => "–".to_owned(),
        };
        let verdict = match self.limit {
            Limit::Told => "–",
            Limit::AtMost(_) | Limit::Times(..) if self.passes() => "pass",
            Limit::AtMost(_) | Limit::Times(..) => "MISSED",
        };
        let floor = self.floor.map_or("–".to_owned(), figure);
        let ratio = self.ratio().map_or("–".to_owned(), |ratio| format!("{ratio:.2}"));
        [figure(self.measured), floor, ratio, target, verdict.to_owned()]
    }
}

/// Three significant digits.
pub fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 || value == 0.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        size if size >= 0.1 => format!("{value:.3}"),
        _ => format!("{value:.4}"),
    }
}

pub struct Report {
    lines: Vec<Line>,
    /// False when figures mean nothing and no line is judged.
    judges: bool,
}

const HEADS: [&str; 7] = ["scenario", "unit", "measured", "floor", "ratio", "target", "verdict"];

impl Report {
    pub fn new(judges: bool) -> Self {
        Self { lines: Vec::new(), judges }
    }

    /// Keeps a line and shows it at once: a whole run takes minutes.
    pub fn add(&mut self, mut line: Line) {
        if !self.judges {
            line.limit = Limit::Told;
        }
        let [measured, floor, ratio, target, verdict] = line.columns();
        let floor = if floor == "–" { String::new() } else { format!("  floor {floor}, ratio {ratio}") };
        println!("{verdict:<7} {:<44} {measured:>8} {}{floor}  {target}  {}", line.name, line.unit, line.note);
        self.lines.push(line);
    }

    pub fn passed(&self) -> bool {
        self.lines.iter().all(Line::passes)
    }

    pub fn markdown(&self) -> String {
        let mut text = format!("| {} |\n|{}\n", HEADS.join(" | "), "---|".repeat(HEADS.len()));
        for line in &self.lines {
            let _ = writeln!(text, "| {} | {} | {} |", line.name, line.unit, line.columns().join(" | "));
        }
        text
    }

    fn json(&self) -> Value {
        let line = |line: &Line| {
            let (most, times) = match line.limit {
                Limit::AtMost(most) => (Some(most), None),
                Limit::Times(most, times) => (Some(most), Some(times)),
                Limit::Told => (None, None),
            };
            json!({ "scenario": line.name, "unit": line.unit, "measured": line.measured, "floor": line.floor,
                "ratio": line.ratio(), "at_most": most, "at_most_times_floor": times, "passed": line.passes(),
                "note": line.note })
        };
        self.lines.iter().map(line).collect()
    }

    /// Writes `NAME.json` and `NAME.md` into a folder.
    pub fn write(&self, folder: &Path, name: &str, about: &Value) {
        let document = json!({ "about": about, "passed": self.passed(), "lines": self.json() });
        let text = serde_json::to_string_pretty(&document).expect("figures are JSON") + "\n";
        std::fs::write(folder.join(format!("{name}.json")), text).expect("the report can be written");
        std::fs::write(folder.join(format!("{name}.md")), self.markdown()).expect("the report can be written");
        println!("\n{}/{name}.json and {name}.md hold the same.", folder.display());
    }
}

/// On what it was measured.
pub fn machine(binary: &Path) -> Value {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':')).map(|(_, name)| name.trim());
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let size = std::fs::metadata(binary).map(|meta| meta.len()).unwrap_or_default();
    let threads = std::thread::available_parallelism().map_or(0, usize::from);
    json!({ "processor": model, "threads": threads, "kernel": kernel.trim(), "binary_bytes": size,
        "at": crate::world::now().rfc3339() })
}
