//! Secrets that are typed: without an echo, or from standard input; never by flag or variable, which others can read.

use std::io::{BufRead as _, IsTerminal as _, Read as _};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use super::out;
use crate::error::{Error, Problem, Result};
use crate::limits;

/// A password: typed twice at a terminal, or all of standard input up to the end of its line.
pub fn password(from_stdin: bool) -> Result<String> {
    if from_stdin {
        return read_all();
    }
    if !std::io::stdin().is_terminal() {
        return Err(Problem::new("E020", "There is no terminal to type a password at.")
            .remedy("Send it to standard input: --password-stdin < FILE")
            .into());
    }
    let typed = hidden("New password: ")?;
    if hidden("The same again: ")? == typed {
        Ok(typed)
    } else {
        Err(Problem::new("E020", "These are two different passwords; nothing was changed.").into())
    }
}

fn read_all() -> Result<String> {
    let mut text = String::new();
    let most = limits::login::PASSWORD_MAX as u64 * 4 + 2;
    std::io::stdin().lock().take(most).read_to_string(&mut text)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn hidden(words: &str) -> Result<String> {
    let stdin = std::io::stdin();
    let failed = |e: rustix::io::Errno| Error::broken("hide what is typed", std::io::Error::from(e));
    let before = tcgetattr(&stdin).map_err(failed)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    silent.local_modes.insert(LocalModes::ECHONL);
    out::say(words);
    tcsetattr(&stdin, OptionalActions::Flush, &silent).map_err(failed)?;
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    tcsetattr(&stdin, OptionalActions::Flush, &before).map_err(failed)?;
    read?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
