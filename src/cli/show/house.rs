//! What the house holds: media files and where they are, samples.

use std::fmt::Write as _;

use serde_json::Value;

use super::{list, rows, table, text};

pub(super) fn media(answer: &Value) -> String {
    let place = if text(answer, "place") == "s3" { "the object storage" } else { "the disk" };
    let left = match answer.get("left").and_then(Value::as_u64) {
        None | Some(0) => "Nothing is left to be carried.".to_owned(),
        Some(left) => format!("{left} are still to be carried or removed."),
    };
    let mut out = format!("Media files go to {place}. {} are in the object storage. {left}\n", text(answer, "stored"));
    if answer.get("over_there").is_some() {
        let _ = writeln!(
            out,
            "The object storage does not answer; copies of up to {} files may lie there. A server that can reach it removes them.",
            text(answer, "over_there")
        );
    }
    let row = |account: &Value| {
        let (bytes, quota) = (number(account, "bytes"), number(account, "quota"));
        let share = bytes.saturating_mul(100).checked_div(quota).unwrap_or_default();
        vec![
            format!("@{}", text(account, "account")),
            format!("{} files", number(account, "media")),
            format!("{} MiB of {} GiB ({share} %)", bytes.div_ceil(1 << 20), quota >> 30),
        ]
    };
    out + &table(&rows(answer, "accounts", row))
}

fn number(value: &Value, field: &str) -> u64 {
    value.get(field).and_then(Value::as_u64).unwrap_or_default()
}

/// What goes with the samples, and what stays.
pub fn samples(answer: &Value) -> String {
    let handles = |field| list(answer, field).iter().filter_map(Value::as_str).map(|handle| format!("@{handle}"));
    let mut out = format!("{} sample posts go", text(answer, "posts"));
    let gone: Vec<String> = handles("handles").collect();
    if gone.is_empty() {
        out.push_str(".\n");
    } else {
        let _ = writeln!(out, ", and with them {}.", gone.join(", "));
    }
    for handle in handles("kept") {
        let _ = writeln!(
            out,
            "{handle} stays, with what people wrote as it, and is an account like any other from then on."
        );
    }
    out
}

pub(super) fn demo(answer: &Value) -> String {
    if number(answer, "posts") == 0 && number(answer, "accounts") == 0 && list(answer, "kept").is_empty() {
        return "Nothing to do: there are no samples.\n".to_owned();
    }
    let kept = list(answer, "kept").iter().filter_map(Value::as_str);
    let kept: String =
        kept.fold(String::new(), |out, handle| out + "Kept @" + handle + ", with what people wrote as it.\n");
    format!(
        "Took {} sample accounts and {} sample posts away.\n{kept}",
        text(answer, "accounts"),
        text(answer, "posts")
    )
}
