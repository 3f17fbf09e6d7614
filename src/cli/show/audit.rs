//! The audit log as people read it.

use std::fmt::Write as _;

use serde_json::Value;

use super::{list, rows, text};
use crate::cli::out::table;

/// A part of the log; a table where that was asked for.
pub(super) fn entries(answer: &Value) -> String {
    if let Some(csv) = answer.get("csv").and_then(Value::as_str) {
        return csv.to_owned();
    }
    let row = |entry: &Value| {
        let who = match (text(entry, "by").as_str(), text(entry, "who")) {
            ("user", who) if !who.is_empty() => who,
            ("user", _) => format!("user {}", text(entry, "user")),
            (by, who) if who.is_empty() => by.to_owned(),
            (by, who) => format!("{by} {who}"),
        };
        let account = text(entry, "account");
        let account = if account.is_empty() { account } else { format!("@{account}") };
        let named = text(entry, "name");
        let named = if named.is_empty() { text(entry, "object") } else { named };
        let object = [text(entry, "kind"), named].join(" ").trim().to_owned();
        let words = match (text(entry, "before"), text(entry, "after")) {
            (before, after) if before.is_empty() => after,
            (before, after) => format!("{before} → {after}"),
        };
        let why = text(entry, "why");
        let words = if why.is_empty() { words } else { format!("{words} ({why})").trim().to_owned() };
        let words = if entry.get("erased") == Some(&Value::Bool(true)) { "(erased)".to_owned() } else { words };
        vec![text(entry, "seq"), text(entry, "at"), who, text(entry, "act"), account, object, words]
    };
    table(&rows(answer, "entries", row))
}

/// What is proven, and what is not.
pub(super) fn verified(answer: &Value) -> String {
    let mut out = format!("{} entries were looked at.\n", text(answer, "entries"));
    for finding in list(answer, "findings").iter().filter_map(Value::as_str) {
        let _ = writeln!(out, "{}", super::clean(finding));
    }
    let told = list(answer, "findings").len() as u64;
    let wrong = answer.get("wrong").and_then(Value::as_u64).unwrap_or_default();
    if wrong > told {
        let _ = writeln!(out, "And {} more of the kind.", wrong - told);
    }
    if answer.get("sound") != Some(&Value::Bool(true)) {
        return out + "The log is not as it was written.\n";
    }
    let head = answer.get("head").map(|head| text(head, "hash")).unwrap_or_default();
    if !head.is_empty() {
        let _ = write!(
            out,
            "Each entry is as it was written, and none is missing between the first and the last.\n\
             Head: {head}\n\
             Keep it where this machine cannot write: whoever may write this file could make a whole other log. Later,\n\
             'instance audit verify --head {head}' proves that\nnothing up to here was changed.\n"
        );
    }
    out
}
