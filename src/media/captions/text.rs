//! The text of a caption: marks of voice, italics and bold stay, all others go, and a `<` that begins no mark is a
//! character like others.

use super::{Mark, Part};
use crate::base::text as words;
use crate::limits::captions as limits;

/// What is taken apart, with what is open at the moment.
#[derive(Default)]
struct Reading {
    srt: bool,
    parts: Vec<Part>,
    open: Vec<Mark>,
    /// Something is seen in the caption already, and in this line of it.
    begun: bool,
    line: bool,
}

/// The parts of a caption; none when nothing is seen in it.
pub(super) fn parts<'a>(lines: impl Iterator<Item = &'a str>, vtt: bool) -> Vec<Part> {
    let mut reading = Reading { srt: !vtt, ..Reading::default() };
    for line in lines {
        reading.line = false;
        reading.line(line);
    }
    reading.close(0);
    if reading.begun { reading.parts } else { Vec::new() }
}

impl Reading {
    fn line(&mut self, raw: &str) {
        let clean: String = raw.chars().filter(|c| words::printable(*c)).collect();
        let mut rest = clean.as_str();
        while let Some(at) = rest.find(['<', '{']) {
            let (before, from) = rest.split_at_checked(at).unwrap_or_default();
            self.text(before);
            rest = if let Some((inside, after)) = mark(from) {
                self.mark(inside);
                after
            } else if let Some((_, after)) = self.srt.then(|| place(from)).flatten() {
                after
            } else {
                let (one, after) = from.split_at_checked(1).unwrap_or_default();
                self.text(one);
                after
            };
        }
        self.text(rest);
    }

    fn text(&mut self, raw: &str) {
        let text: String = decoded(raw);
        let text = if self.line { text.as_str() } else { text.trim_start() };
        if text.is_empty() {
            return;
        }
        if self.begun && !self.line {
            self.parts.push(Part::Break);
        }
        (self.begun, self.line) = (true, true);
        match self.parts.last_mut() {
            Some(Part::Text(last)) => last.push_str(text),
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
    }

    fn mark(&mut self, inside: &str) {
        let (name, said) = inside.split_once([' ', '\t']).unwrap_or((inside, ""));
        match name.split('.').next().unwrap_or_default() {
            "v" => {
                let voice = words::clean_name(&decoded(said), limits::VOICE);
                // With the end of its mark it must make no arrow.
                let voice = voice.trim_end_matches(['-', ' ']).to_owned();
                if !voice.is_empty() {
                    self.close(0);
                    self.begin(Mark::Voice, Part::Voice(voice));
                }
            }
            "i" => self.begin(Mark::Italic, Part::Italic),
            "b" => self.begin(Mark::Bold, Part::Bold),
            "/v" => self.end(Mark::Voice),
            "/i" => self.end(Mark::Italic),
            "/b" => self.end(Mark::Bold),
            _ => {}
        }
    }

    fn begin(&mut self, mark: Mark, part: Part) {
        if !self.open.contains(&mark) {
            self.open.push(mark);
            self.parts.push(part);
        }
    }

    fn end(&mut self, mark: Mark) {
        if let Some(at) = self.open.iter().position(|open| *open == mark) {
            self.close(at);
        }
    }

    fn close(&mut self, from: usize) {
        let closed = self.open.split_off(from.min(self.open.len()));
        self.parts.extend(closed.into_iter().rev().map(Part::End));
    }
}

/// Where SRT puts a caption, as Advanced `SubStation` writes it (`{\an8}`), and what follows.
fn place(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("{\\")?.split_once('}')
}

/// The inside of a mark at the beginning of a text, and what follows it: a name, the end of one, or a moment.
fn mark(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix('<')?;
    let end = words::head(rest, limits::MARK).find(['>', '<'])?;
    let (inside, after) = rest.split_at_checked(end)?;
    let after = after.strip_prefix('>')?;
    let name = inside.strip_prefix('/').unwrap_or(inside);
    let moment = inside.len() > 4 && inside.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    (moment || name.starts_with(|c: char| c.is_ascii_alphabetic())).then_some((inside, after))
}

/// References to characters, those that `WebVTT` names.
fn decoded(raw: &str) -> String {
    const NAMED: [(&str, &str); 7] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", "\u{a0}"),
        ("&lrm;", "\u{200e}"),
        ("&rlm;", "\u{200f}"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ];
    let (mut out, mut rest) = (String::with_capacity(raw.len()), raw);
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let from = rest.get(before.len()..).unwrap_or_default();
        let named = NAMED.iter().find_map(|(name, is)| Some((from.strip_prefix(name)?, *is)));
        let (left, is) = named.unwrap_or((after, "&"));
        out.push_str(is);
        rest = left;
    }
    out.push_str(rest);
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// As `WebVTT`. Every mark ends, and no line is empty.
pub(super) fn marked(parts: &[Part]) -> String {
    let one = |part: &Part| match part {
        Part::Text(text) => escaped(text),
        Part::Break => "\n".to_owned(),
        Part::Voice(name) => format!("<v {}>", escaped(name)),
        Part::Italic => "<i>".to_owned(),
        Part::Bold => "<b>".to_owned(),
        Part::End(Mark::Voice) => "</v>".to_owned(),
        Part::End(Mark::Italic) => "</i>".to_owned(),
        Part::End(Mark::Bold) => "</b>".to_owned(),
    };
    parts.iter().map(one).collect()
}

/// Who says what, in one line each.
pub(super) fn said(parts: &[Part]) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = vec![Default::default()];
    for part in parts {
        match part {
            Part::Voice(name) => all.push((name.clone(), String::new())),
            Part::End(Mark::Voice) => all.push(Default::default()),
            Part::Text(text) => all.iter_mut().last().into_iter().for_each(|(_, said)| said.push_str(text)),
            Part::Break => all.iter_mut().last().into_iter().for_each(|(_, said)| said.push(' ')),
            Part::Italic | Part::Bold | Part::End(Mark::Italic | Mark::Bold) => {}
        }
    }
    let lines = all.into_iter().map(|(voice, said)| (voice, words::one_line(&said)));
    lines.filter(|(_, said)| !said.is_empty()).collect()
}
