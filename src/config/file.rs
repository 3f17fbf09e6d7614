//! The file as text: reading it with line numbers, writing the commented one that a set-up begins with, and changing
//! a value so that comments stay.

use std::fmt::Write as _;

use toml_edit::{Document, DocumentMut, Item, TableLike};

use super::keys::{KEYS, Key, Value};
use crate::error::{Error, Problem, Result};

/// What the file sets, with lines counted from 1.
pub fn entries(text: &str) -> Result<Vec<(&'static Key, Value, usize)>> {
    let document = Document::parse(text).map_err(|e| {
        let line = e.span().map_or(1, |span| line_at(text, span.start));
        let problem =
            Problem::new("E015", format!("The settings cannot be read: line {line}: {}.", e.message().trim()));
        Error::from(problem.remedy("Texts stand in quotation marks: listen = \"127.0.0.1:8080\""))
    })?;
    let mut found = Vec::new();
    walk(text, "", document.as_table(), &mut found)?;
    Ok(found)
}

fn walk(text: &str, section: &str, table: &dyn TableLike, found: &mut Vec<(&'static Key, Value, usize)>) -> Result<()> {
    for (name, item) in table.iter() {
        let full = if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") };
        let span = table.key(name).and_then(toml_edit::Key::span).or_else(|| item.span());
        let line = span.map_or(1, |span| line_at(text, span.start));
        let is_section = KEYS.iter().any(|key| key.section() == full);
        if let Some(inner) = item.as_table_like().filter(|_| is_section) {
            walk(text, &full, inner, found)?;
            continue;
        }
        let known = KEYS.iter().find(|key| key.name == full);
        let Some(key) = known else {
            // A misspelt section is best named by the key it holds.
            let inner = item.as_table_like().and_then(|t| t.iter().next().map(|(inner, _)| format!("{full}.{inner}")));
            return Err(super::unknown(&inner.unwrap_or(full), &format!(" ({}, line {line})", super::FILE)));
        };
        let value = value_of(item)
            .ok_or_else(|| super::wrong(key, "it has a type that no setting has", &super::Origin::File(line)))?;
        found.push((key, value, line));
    }
    Ok(())
}

fn value_of(item: &Item) -> Option<Value> {
    let value = item.as_value()?;
    if let Some(text) = value.as_str() {
        return Some(Value::Text(text.to_owned()));
    }
    if let Some(number) = value.as_integer() {
        return u64::try_from(number).ok().map(Value::Number);
    }
    if let Some(yes) = value.as_bool() {
        return Some(Value::Flag(yes));
    }
    let list = value.as_array()?.iter().map(|entry| entry.as_str().map(str::to_owned));
    list.collect::<Option<_>>().map(Value::List)
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The key that is meant, if one is near enough.
pub fn nearest(name: &str) -> Option<&'static str> {
    let distance = |key: &Key| {
        let whole = strsim::jaro_winkler(key.name, name);
        let last = name.rsplit('.').next().unwrap_or(name);
        whole.max(strsim::jaro_winkler(key.last_name(), last))
    };
    let best = KEYS.iter().map(|key| (distance(key), key.name)).max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(near, _)| *near > 0.8).map(|(_, name)| name)
}

/// The file that a set-up begins with: every key explained, none set.
pub fn template() -> String {
    let mut file = String::from(
        "# Settings of this server. Uncomment a line to change it, then restart 'instance serve'.\n\
         # Variables go over this file: INSTANCE_URL over url, INSTANCE_LOG_FORMAT over log.format.\n\
         # 'instance config check' tells whether all is well.\n",
    );
    let mut section = "";
    for key in KEYS {
        if key.section() != section {
            section = key.section();
            let _ = write!(file, "\n[{section}]\n");
        }
        file.push('\n');
        for line in key.about.lines() {
            let _ = writeln!(file, "# {line}");
        }
        let _ = writeln!(file, "#{} = {}", key.last_name(), key.example);
    }
    file
}

/// The file with one value changed. A line that is only commented out is brought to life where it stands.
pub fn change(text: &str, key: &Key, value: &Value) -> Result<String> {
    entries(text)?;
    let mut document: DocumentMut = text.parse().map_err(|e| Error::broken("read the settings again", e))?;
    let new = toml_value(value);
    let inside = if key.section().is_empty() { Some(document.as_item_mut()) } else { document.get_mut(key.section()) };
    if let Some(old) = inside.and_then(|table| table.get_mut(key.last_name())).and_then(Item::as_value_mut) {
        let decor = old.decor().clone();
        *old = new;
        *old.decor_mut() = decor;
        return Ok(document.to_string());
    }
    let line = format!("{} = {}", key.last_name(), new.to_string().trim());
    Ok(revive(text, key, &line).unwrap_or_else(|| insert(text, key, &line)))
}

fn toml_value(value: &Value) -> toml_edit::Value {
    match value {
        Value::Text(text) => text.as_str().into(),
        Value::Number(number) => i64::try_from(*number).unwrap_or(i64::MAX).into(),
        Value::Flag(yes) => (*yes).into(),
        Value::List(list) => list.iter().map(String::as_str).collect::<toml_edit::Array>().into(),
    }
}

/// The section that each line of the file belongs to.
fn sections(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut section = "";
    text.split_inclusive('\n').map(move |line| {
        let trimmed = line.trim();
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            section = name.trim();
        }
        (section, line)
    })
}

fn revive(text: &str, key: &Key, new: &str) -> Option<String> {
    let is_it = |line: &str| {
        let bare = line.trim_start().strip_prefix('#').map(str::trim_start);
        bare.and_then(|bare| bare.strip_prefix(key.last_name())).is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let at = sections(text).position(|(section, line)| section == key.section() && is_it(line))?;
    let lines = text.split_inclusive('\n').enumerate();
    Some(lines.map(|(n, line)| if n == at { format!("{new}\n") } else { line.to_owned() }).collect())
}

fn insert(text: &str, key: &Key, new: &str) -> String {
    if key.section().is_empty() {
        return format!("{new}\n{text}");
    }
    let header =
        sections(text).position(|(section, line)| section == key.section() && line.trim_start().starts_with('['));
    let Some(at) = header else {
        let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        return format!("{text}{gap}\n[{}]\n{new}\n", key.section());
    };
    let lines = text.split_inclusive('\n').enumerate();
    lines.map(|(n, line)| if n == at { format!("{}\n{new}\n", line.trim_end()) } else { line.to_owned() }).collect()
}
