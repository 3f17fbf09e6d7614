//! Captions: `WebVTT` (W3C) and SRT read strictly and written anew as `WebVTT` that holds text with voices, italics and
//! bold and nothing else; and what is said in them as a text to read.

mod parse;
mod refuse;
#[cfg(test)]
mod tests;
mod text;

use std::fmt::Write as _;

use crate::limits::captions as limits;

pub use parse::read;

/// The captions of a clip in one language; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captions {
    cues: Vec<Cue>,
}

/// What is shown from a moment to another, in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cue {
    from: u64,
    to: u64,
    /// Where it is shown: settings as `WebVTT` writes them, perhaps none.
    place: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// A new line.
    Break,
    /// Somebody begins to speak.
    Voice(String),
    Italic,
    Bold,
    /// Of what began last.
    End(Mark),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Voice,
    Italic,
    Bold,
}

impl Captions {
    /// As a file of `WebVTT`.
    pub fn vtt(&self) -> String {
        let mut vtt = String::from("WEBVTT\n");
        for cue in &self.cues {
            let place = if cue.place.is_empty() { String::new() } else { format!(" {}", cue.place) };
            // Writing into a string cannot fail.
            let _ = write!(vtt, "\n{} --> {}{place}\n{}\n", clock(cue.from), clock(cue.to), text::marked(&cue.parts));
        }
        vtt
    }

    /// What is said, in paragraphs with an empty line between them: a new one for each speaker, and after a pause.
    pub fn transcript(&self) -> String {
        let pause = u64::try_from(limits::PAUSE.as_millis()).unwrap_or(u64::MAX);
        let (mut said, mut speaker, mut ended, mut last) = (String::new(), String::new(), 0, String::new());
        for cue in &self.cues {
            let rested = cue.from.saturating_sub(ended) >= pause;
            for (n, (voice, words)) in text::said(&cue.parts).into_iter().enumerate() {
                if words == last {
                    continue;
                }
                let changed = voice != speaker;
                if !said.is_empty() {
                    said.push_str(if changed || (n == 0 && rested) { "\n\n" } else { " " });
                }
                if !voice.is_empty() && (changed || said.ends_with("\n\n")) {
                    said.extend([voice.as_str(), ": "]);
                }
                said.push_str(&words);
                (speaker, last) = (voice, words);
            }
            ended = ended.max(cue.to);
        }
        said
    }
}

/// `01:02:03.004`
fn clock(millis: u64) -> String {
    let (seconds, rest) = (millis / 1_000, millis % 1_000);
    format!("{:02}:{:02}:{:02}.{rest:03}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}
