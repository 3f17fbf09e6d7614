//! What is printed, and where: answers on standard output, everything else on standard error. No colour and no
//! control characters of strangers reach a terminal unasked.

use std::io::{IsTerminal as _, Write as _};

use serde_json::{Value, json};

use super::args::global::{Color, Global};
use crate::control::Fault;

const WIDTH: usize = 78;

/// How to print.
#[derive(Debug, Clone, Copy)]
pub struct Out {
    pub json: bool,
    color: bool,
}

impl Out {
    pub fn new(global: &Global) -> Self {
        let variable = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let plain = variable("NO_COLOR") || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => std::io::stderr().is_terminal() && !plain,
        };
        Self { json: global.json, color }
    }

    /// One document, or what `people` make of it.
    pub fn answer(self, document: &Value, people: impl FnOnce(&Value) -> String) {
        if self.json { print(&format!("{document}\n")) } else { print(&people(document)) }
    }

    /// Something that went otherwise than expected, and is no failure.
    pub fn warn(self, text: &str) {
        let mark = if self.color { "\u{1b}[33mNote:\u{1b}[0m" } else { "Note:" };
        say(&format!("{mark} {}\n", clean(text)));
    }

    /// What happened, and what to do. With `--json` it is the one document of the command.
    pub fn fault(self, fault: &Fault) {
        if self.json {
            let document = json!({ "schema": "instance.error/1", "id": fault.id, "kind": fault.kind, "what": fault.what, "remedy": fault.remedy });
            return print(&format!("{document}\n"));
        }
        let id = if self.color { format!("\u{1b}[1;31m{}\u{1b}[0m", fault.id) } else { fault.id.clone() };
        say(&format!("{id}  {}\n{}{}", clean(&fault.what), indented(&fault.remedy), indented(flags(&fault.id))));
    }
}

/// What the words of all doors are on the command line.
fn flags(id: &str) -> &'static str {
    match id {
        "E200" => "Here: --captions LANGUAGE=FILE, or --no-captions REASON.",
        "E201" => "Here: --transcript FILE, --captions LANGUAGE=FILE, or --no-captions REASON.",
        _ => "",
    }
}

fn indented(remedy: &str) -> String {
    remedy.lines().flat_map(|line| ["      ".to_owned(), clean(line), "\n".to_owned()]).collect()
}

/// To standard output. A reader that went away (`| head`) is no failure.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// To standard error.
pub fn say(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Progress: for people who watch, not for logs.
pub fn say_on_terminal(text: &str) {
    if std::io::stderr().is_terminal() {
        say(text);
    }
}

/// Text of strangers without anything a terminal would obey; line ends stay.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

/// Lines of at most 78 characters, as far as words allow.
pub fn wrapped(text: &str) -> String {
    wrapped_to(text, WIDTH)
}

/// As `wrapped`, for a narrower column.
pub fn wrapped_to(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + word.chars().count() < width => line.extend([" ", word]),
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n") + "\n"
}

/// Rows in columns, two spaces apart; the last column is not padded.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width =
        |n: usize| rows.iter().filter_map(|row| row.get(n)).map(|cell| cell.chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{}{}", clean(cell), " ".repeat(width - cell.chars().count())));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nobody_else() {
        assert_eq!(clean("a\u{1b}[2Jb\rc\u{9b}d\ne"), "a [2Jb c d\ne");
    }

    #[test]
    fn lines_end_between_words() {
        let text = wrapped(&"four ".repeat(40));
        assert!(
            text.lines().all(|line| line.chars().count() <= WIDTH && !line.ends_with(' ')) && text.lines().count() == 3
        );
        assert_eq!(wrapped(&"x".repeat(100)).lines().count(), 1);
    }

    #[test]
    fn columns_stand_below_each_other() {
        let rows = [
            vec!["a".to_owned(), "bb".to_owned(), String::new()],
            vec!["äää".to_owned(), "c".to_owned(), "d".to_owned()],
        ];
        assert_eq!(table(&rows), "a    bb\näää  c   d\n");
        assert_eq!(table(&[]), "");
    }
}
