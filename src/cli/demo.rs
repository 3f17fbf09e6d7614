//! `instance demo remove`: says what goes, asks, and takes it away.

use std::io::{BufRead as _, IsTerminal as _};

use serde_json::Value;

use super::args::Demo;
use super::call::{self, Context};
use super::{out, show};
use crate::control::{Command, Fault};
use crate::error::{Error, Problem};

pub fn run(context: &Context, word: &Demo) -> Result<(), Fault> {
    let Demo::Remove { yes } = word;
    let (look, take) = (Command::DemoRemove { look: true }, Command::DemoRemove { look: false });
    if !yes {
        let there = call::ask(context, &look)?;
        let count = |field: &str| there.get(field).and_then(Value::as_u64).unwrap_or_default();
        if count("posts") + count("accounts") > 0 {
            out::say(&show::samples(&there));
            confirm()?;
        }
    }
    let answer = call::ask(context, &take)?;
    context.out.answer(&answer, |answer| show::people(&take, answer));
    Ok(())
}

/// One look at what was typed; anything but yes is no.
fn confirm() -> Result<(), Fault> {
    let mut line = String::new();
    if std::io::stdin().is_terminal() {
        out::say("Take them away? There is no way back. [y/N]: ");
        std::io::stdin().lock().read_line(&mut line).map_err(Error::from)?;
    }
    if matches!(line.trim().to_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    let problem = Problem::new("E086", "The samples are still there: nobody said yes.");
    Err(Error::from(problem.remedy("Without a question: instance demo remove --yes")).into())
}
