//! What is not published yet, as people read it.

use std::fmt::Write as _;

use serde_json::Value;

use super::{list as all, rows, text};
use crate::base::text as words;
use crate::cli::out::{clean, table};

pub(super) fn list(answer: &Value) -> String {
    let row = |draft: &Value| {
        let first = all(draft, "parts").first().and_then(|part| all(part, "versions").first());
        let first = first.map(|version| text(version, "text")).unwrap_or_default();
        let account = format!("@{}", text(draft, "account"));
        vec![
            text(draft, "id"),
            text(draft, "state"),
            when(draft),
            account,
            text(draft, "writer"),
            words::clip(&words::one_line(&first), 60).into_owned(),
        ]
    };
    match all(answer, "drafts") {
        [] => "There are no drafts. Keep one: instance post new --as HANDLE --text \"…\" --draft\n".to_owned(),
        _ => table(&rows(answer, "drafts", row)),
    }
}

/// When it goes out, or is wanted.
fn when(draft: &Value) -> String {
    let due = text(draft, "due_here");
    if due.is_empty() { text(draft, "wanted_here") } else { due }
}

/// What became of a draft, or the link to it, or how many links were ended.
pub(super) fn done(answer: &Value) -> String {
    if answer.get("url").is_some() {
        return format!("{}\n", text(answer, "url"));
    }
    if answer.get("ended").is_some() {
        return format!("Ended {} links.\n", text(answer, "ended"));
    }
    state(answer)
}

fn state(draft: &Value) -> String {
    let (when, why) = (text(draft, "due_here"), text(draft, "missed_because"));
    let behind = if when.is_empty() { why } else { when };
    let behind = if behind.is_empty() { behind } else { format!(": {behind}") };
    let mut out = format!("Draft {} is {}{behind}\n", text(draft, "id"), text(draft, "state"));
    for uri in all(draft, "uris").iter().filter_map(Value::as_str) {
        let _ = writeln!(out, "{}", clean(uri));
    }
    out
}

pub(super) fn draft(draft: &Value) -> String {
    let mut out = state(draft);
    let _ = writeln!(out, "@{}, by {}, saved {}", text(draft, "account"), text(draft, "writer"), text(draft, "saved"));
    if !text(draft, "approved_by").is_empty() {
        let _ = writeln!(out, "Approved by {}", text(draft, "approved_by"));
    }
    let parts = all(draft, "parts");
    for (n, part) in parts.iter().enumerate() {
        if parts.len() > 1 {
            let _ = writeln!(out, "\nPart {}", n + 1);
        }
        for version in all(part, "versions") {
            let warning = text(version, "warning");
            let warning = if warning.is_empty() { String::new() } else { format!("  [{warning}]") };
            let _ = writeln!(out, "\n[{}]{warning}\n{}", text(version, "lang"), text(version, "text"));
        }
        for (n, media) in all(part, "media").iter().enumerate() {
            let _ = writeln!(out, "\nFile {}: {}", n + 1, text(media, "alt"));
        }
    }
    for comment in all(draft, "comments") {
        let _ = writeln!(out, "\n{}, {}: {}", text(comment, "by"), text(comment, "at"), text(comment, "text"));
    }
    out
}

/// Whether what is planned goes out.
pub(super) fn plans(stop: bool, answer: &Value) -> String {
    if stop {
        return "Nothing that is planned goes out any more.\n".to_owned();
    }
    format!("Plans go out again. {} were missed and wait for a decision.\n", text(answer, "missed"))
}
