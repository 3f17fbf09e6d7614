//! `instance config`: the settings shown, changed, checked.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::args::Config as Word;
use super::call::Context;
use super::out;
use crate::config::{self, Config, KEYS, Overrides, Value as Setting};
use crate::control::Fault;
use crate::error::{Error, Problem, Result};

pub fn run(context: &Context, word: Word) -> Result<(), Fault> {
    match word {
        Word::Show { origin } => Ok(show(context, origin)?),
        Word::Get { key } => Ok(get(context, &key)?),
        Word::Set { key, value } => Ok(set(context, &key, &value)?),
        Word::Check => Ok(check(context)?),
    }
}

fn load(context: &Context) -> Result<(Config, Overrides)> {
    let overrides = Overrides::from_env(Vec::new());
    Ok((Config::load(&context.data, &overrides)?, overrides))
}

fn document(value: &Setting) -> Value {
    match value {
        Setting::Text(text) if text.is_empty() => Value::Null,
        Setting::Text(text) => text.as_str().into(),
        Setting::Number(number) => (*number).into(),
        Setting::Flag(yes) => (*yes).into(),
        Setting::List(list) => list.clone().into(),
    }
}

fn show(context: &Context, origin: bool) -> Result<()> {
    let (config, _) = load(context)?;
    let mut settings = Map::new();
    let mut rows = Vec::new();
    for key in KEYS {
        let (value, from) = (key.get(&config), config.origin_of(key.name).to_string());
        settings.insert(key.name.to_owned(), json!({ "value": document(&value), "origin": from }));
        let mut row = vec![key.name.to_owned(), value.to_string()];
        if origin {
            row.push(from);
        }
        rows.push(row);
    }
    let file = config.data.join(config::FILE);
    let answer = json!({ "schema": "instance.config/1", "file": file, "settings": settings });
    context.out.answer(&answer, |_| out::table(&rows));
    Ok(())
}

fn get(context: &Context, name: &str) -> Result<()> {
    let key = config::key(name)?;
    let (config, _) = load(context)?;
    let value = key.get(&config);
    let answer = json!({ "schema": "instance.setting/1", "key": key.name, "value": document(&value), "origin": config.origin_of(name).to_string() });
    context.out.answer(&answer, |_| format!("{value}\n"));
    Ok(())
}

fn set(context: &Context, name: &str, text: &str) -> Result<()> {
    let key = config::key(name)?;
    let file = context.data.join(config::FILE);
    let overrides = Overrides::from_env(Vec::new());
    let value =
        key.value_of(text).map_err(|what| Problem::new("E013", format!("The setting {name} is wrong: {what}.")))?;
    let old = config::text(&context.data)?;
    let new = config::change(&old, key, &value)?;
    // What would not be understood is not written.
    let config = Config::read(&context.data, &new, &overrides)?;
    if new != old {
        write(&file, &new)?;
    }
    let shown = key.get(&config).to_string();
    let answer = json!({ "schema": "instance.setting/1", "key": key.name, "value": document(&key.get(&config)), "changed": new != old });
    context.out.answer(&answer, |_| {
        if new == old {
            format!("Nothing to do: {name} is {shown} already.\n")
        } else {
            format!("Set {name} to {shown}. It takes effect at the next start of the server.\n")
        }
    });
    let variable = key.variable();
    if overrides.env.iter().any(|(name, _)| *name == variable) {
        context.out.warn(&format!("the variable {variable} goes over the file: its value counts where it is set."));
    }
    Ok(())
}

fn check(context: &Context) -> Result<()> {
    let (config, overrides) = load(context)?;
    let remarks = config.remarks(&overrides);
    let answer = json!({ "schema": "instance.config-check/1", "remarks": remarks });
    context.out.answer(&answer, |_| {
        let notes: String = remarks.iter().flat_map(|remark| ["Note: ", remark, "\n"]).collect();
        format!("The settings in {} are valid.\n{notes}", config.data.join(config::FILE).display())
    });
    Ok(())
}

/// Writes a private file whole or not at all.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let failed = |e| Error::broken(format!("write {}", path.display()), e);
    let fresh = path.with_extension("toml.new");
    // One that a crash left behind may be in the way.
    let _ = std::fs::remove_file(&fresh);
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    std::fs::rename(&fresh, path).map_err(failed)?;
    path.parent()
        .map_or(Ok(()), |folder| std::fs::File::open(folder).and_then(|folder| folder.sync_all()))
        .map_err(failed)
}
