//! `instance media`: where media files are, and moving them, with a bar for whoever watches. It may be interrupted at any
//! moment; the same command goes on.

use serde_json::Value;

use super::args::Media;
use super::call::{self, Context};
use super::{out, words};
use crate::control::{Command, Fault};
use crate::model::media::About;

pub fn run(context: &Context, word: &Media) -> Result<(Command, Value), Fault> {
    let ask = |command: Command| call::ask(context, &command).map(|answer| (command, answer));
    let to = match word {
        Media::Show => return ask(Command::MediaShow),
        Media::Emblem { file, .. } => {
            let picture = file.as_deref().map(|file| words::upload(file, About::default())).transpose()?;
            return ask(Command::EmblemSet { picture });
        }
        Media::Move { to } => *to,
    };
    let begin = Command::MediaMove { to };
    let left = |answer: &Value| answer.get("left").and_then(Value::as_u64).unwrap_or_default();
    let mut all = 0;
    let mut more = |answer: &Value| {
        let left = left(answer);
        all = all.max(left);
        out::say_on_terminal(&bar(all - left, all));
        left > 0
    };
    let answer = call::until(context, &begin, &Command::MediaCarry, &mut more)?;
    out::say_on_terminal("\n");
    Ok((begin, answer))
}

/// `[#####     ] 50 of 100`, over the last one.
fn bar(done: u64, all: u64) -> String {
    const PLACES: usize = 30;
    let full = usize::try_from(done.saturating_mul(PLACES as u64).checked_div(all).unwrap_or(PLACES as u64));
    let full = full.unwrap_or(PLACES).min(PLACES);
    format!("\r[{}{}] {done} of {all}", "#".repeat(full), " ".repeat(PLACES - full))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_bar_fills() {
        assert_eq!(super::bar(0, 0), format!("\r[{}] 0 of 0", "#".repeat(30)));
        assert_eq!(super::bar(1, 2), format!("\r[{}{}] 1 of 2", "#".repeat(15), " ".repeat(15)));
    }
}
