//! `instance audit`: the log shown part by part, looked through, cleared of a person.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::args::Audit;
use super::call::{self, Context};
use super::{exit, out, show};
use crate::control::{AuditShow, Command, Fault};

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
