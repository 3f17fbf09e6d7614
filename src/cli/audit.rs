//! `instance audit`: the log shown part by part, looked through, cleared of a person.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};

use super::call::{self, Context};
use super::{exit, out, show};
use crate::control::{AuditShow, Command, Fault};

#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Show who did what, newest first
    Show {
        /// For this account only
        #[arg(long, value_name = "HANDLE")]
        account: Option<String>,
        /// What this user did, and what was done to them; e-mail address or number
        #[arg(long, value_name = "USER")]
        user: Option<String>,
        /// One kind of act, e.g. post.publish, or all of a kind, e.g. post
        #[arg(long, value_name = "ACT")]
        act: Option<String>,
        /// From this day on, e.g. 2026-11-25, or from this moment
        #[arg(long, value_name = "DAY")]
        since: Option<String>,
        /// Up to this day, and with it
        #[arg(long, value_name = "DAY")]
        until: Option<String>,
        /// As comma-separated values
        #[arg(long, conflicts_with = "json")]
        csv: bool,
    },
    /// Look through the whole log for anything that is not as it was written; exit code 3 when there is
    Verify {
        /// The head that an earlier 'verify' printed and you kept elsewhere: it must still be there
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
    },
    /// Erase the names and words of somebody who has left; what they did stays, by number
    Erase {
        /// E-mail address or number
        user: String,
        /// Why, for the log
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        why: String,
    },
}

pub fn run(context: &Context, word: Audit) -> Result<ExitCode, Fault> {
    let command = match word {
        Audit::Show { account, user, act, since, until, csv } => {
            let meant = AuditShow { account, user, act, since, until, before: None, csv };
            return show_all(context, meant).map(|()| ExitCode::SUCCESS);
        }
        Audit::Verify { head } => Command::AuditVerify { head },
        Audit::Erase { user, why } => Command::AuditErase { user, why },
    };
    let answer = call::ask(context, &command)?;
    context.out.answer(&answer, |answer| show::people(&command, answer));
    let unsound = answer.get("sound") == Some(&Value::Bool(false));
    Ok(if unsound { ExitCode::from(exit::UNSOUND) } else { ExitCode::SUCCESS })
}

/// One part after the other. A document is whole, so that it waits for all of them.
fn show_all(context: &Context, mut meant: AuditShow) -> Result<(), Fault> {
    let mut entries = Vec::new();
    loop {
        let command = Command::AuditShow(meant.clone());
        let answer = call::ask(context, &command)?;
        let rest = answer.get("rest").and_then(Value::as_u64);
        if context.out.json {
            entries.extend(answer.get("entries").and_then(Value::as_array).into_iter().flatten().cloned());
        } else {
            out::print(&show::people(&command, &answer));
        }
        if rest.is_none() {
            break;
        }
        meant.before = rest;
    }
    if context.out.json {
        let schema = Command::AuditShow(meant).schema();
        context.out.answer(&json!({ "schema": schema, "entries": entries }), |_| String::new());
    }
    Ok(())
}
