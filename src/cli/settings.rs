//! `instance config`: the settings shown, changed, checked.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::args::Config as Word;
use super::call::{self, Context};
use super::out;
use crate::config::{self, Config, KEYS, Key, Overrides};
use crate::control::{self, Command, Fault};
use crate::error::{Error, Problem, Result};
use crate::model::settings::{Legal, Setting};

pub fn run(context: &Context, word: Word) -> Result<(), Fault> {
    match word {
        Word::Show { origin } => show(context, origin),
        Word::Get { key } if config::key(&key).is_ok() => Ok(get(context, &key)?),
        Word::Set { key, value } if config::key(&key).is_ok() => set(context, &key, &value),
        Word::Get { key } | Word::Set { key, .. } if !is_of_institution(&key) => Ok(config::key(&key).map(|_| ())?),
        Word::Get { key } => of_institution(context, &Command::SettingGet { name: key }),
        Word::Set { key, value } => {
            let value = if value == "-" { super::words::text(Path::new("-"))? } else { value };
            of_institution(context, &Command::SettingSet { name: key, value })
        }
        Word::Check => Ok(check(context)?),
    }
}

fn load(context: &Context) -> Result<(Config, Overrides)> {
    let overrides = Overrides::from_env(Vec::new());
    Ok((Config::load(&context.data, &overrides)?, overrides))
}

/// Whether a name is that of a setting of the institution, by its form.
fn is_of_institution(name: &str) -> bool {
    Setting::named(name).is_some() || Legal::is_setting(name)
}

/// What is kept with the institution, and takes effect at once.
fn of_institution(context: &Context, command: &Command) -> Result<(), Fault> {
    let answer = call::ask(context, command)?;
    context.out.answer(&answer, |answer| super::show::people(command, answer));
    if let Some(note) = answer.get("note").and_then(Value::as_str) {
        context.out.warn(note);
    }
    Ok(())
}

fn show(context: &Context, origin: bool) -> Result<(), Fault> {
    let (config, _) = load(context)?;
    let (mut settings, default) = (Map::new(), Config::new(&context.data));
    let (mut rows, mut whats) = (Vec::new(), Vec::new());
    for key in KEYS {
        let (value, from) = (key.get(&config), config.origin_of(key.name).to_string());
        let told = json!({
            "value": control::document(&value),
            "origin": from,
            "about": key.about.replace('\n', " "),
            "default": control::document(&key.get(&default)),
        });
        settings.insert(key.name.to_owned(), told);
        whats.push(key.about.to_owned());
        let mut row = vec![key.name.to_owned(), value.to_string()];
        if origin {
            row.push(from);
        }
        rows.push(row);
    }
    let ours = call::ask(context, &Command::SettingList)?;
    for (name, setting) in ours.get("settings").and_then(Value::as_object).into_iter().flatten() {
        settings.insert(name.clone(), setting.clone());
        let value = setting.get("value").and_then(Value::as_str).unwrap_or_default();
        whats.push(setting.get("about").and_then(Value::as_str).unwrap_or_default().to_owned());
        let mut row = vec![name.clone(), crate::base::text::clip(&crate::base::text::one_line(value), 60).into_owned()];
        if origin {
            row.push("institution".to_owned());
        }
        rows.push(row);
    }
    let file = config.data.join(config::FILE);
    let answer = json!({ "schema": "instance.config/1", "file": file, "settings": settings });
    context.out.answer(&answer, |_| explained(&out::table(&rows), &whats));
    Ok(())
}

/// A table with a few words below each of its lines.
fn explained(table: &str, whats: &[String]) -> String {
    let mut shown = String::new();
    for (line, what) in table.lines().zip(whats) {
        shown.extend([line, "\n"]);
        shown.extend(what.lines().flat_map(|below| ["    ", below, "\n"]));
    }
    shown
}

fn get(context: &Context, name: &str) -> Result<()> {
    let key = config::key(name)?;
    let (config, _) = load(context)?;
    let value = key.get(&config);
    let answer = json!({ "schema": "instance.setting/1", "key": key.name, "value": control::document(&value), "origin": config.origin_of(name).to_string() });
    context.out.answer(&answer, |_| format!("{value}\n"));
    Ok(())
}

/// What was typed is wrong.
fn refused(key: &Key, what: &str) -> Error {
    let bare = key.example.trim_matches(['[', ']']).replace('"', "").replace(", ", ",");
    Problem::new("E013", format!("The setting {} is wrong: {what}.", key.name))
        .remedy(format!("For example: instance config set {} '{bare}'", key.name))
        .into()
}

/// A line of the file that has only just been made out of what was typed is not to blame.
fn typed(key: &Key, error: Error) -> Error {
    let Error::Invalid(problem) = &error else { return error };
    let line = format!("The setting {} ({}, line ", key.name, config::FILE);
    match problem.what.split_once(") is wrong: ") {
        Some((place, what)) if place.starts_with(&line) => refused(key, what.trim_end_matches('.')),
        _ => error,
    }
}

fn set(context: &Context, name: &str, text: &str) -> Result<(), Fault> {
    let key = config::key(name)?;
    let file = context.data.join(config::FILE);
    let overrides = Overrides::from_env(Vec::new());
    let value = key.check(text).and_then(|_| key.value_of(text)).map_err(|what| refused(key, &what))?;
    let old = config::text(&context.data)?;
    let new = config::change(&old, key, &value)?;
    // What would not be understood is not written.
    let config = Config::read(&context.data, &new, &overrides).map_err(|e| typed(key, e))?;
    let shown = key.get(&config).to_string();
    if new != old {
        let before = Config::read(&context.data, &old, &overrides).map(|old| key.get(&old).to_string());
        let note = Command::SettingFile {
            key: name.to_owned(),
            before: before.unwrap_or_default(),
            after: shown.clone(),
            url: config.url.clone(),
        };
        call::ask_with(context, config.clone(), &note)?;
        write(&file, &new)?;
    }
    let answer = json!({ "schema": "instance.setting/1", "key": key.name, "value": control::document(&key.get(&config)), "changed": new != old });
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
    let mut remarks = config.remarks(&overrides);
    remarks.extend(config.remarks_on_files());
    remarks.extend(unread(context, &config));
    let answer = json!({ "schema": "instance.config-check/1", "remarks": remarks });
    context.out.answer(&answer, |_| {
        let notes: String = remarks.iter().flat_map(|remark| ["Note: ", remark, "\n"]).collect();
        format!("The settings in {} are valid.\n{notes}", config.data.join(config::FILE).display())
    });
    Ok(())
}

/// What the file says and a server that runs has not read yet.
fn unread(context: &Context, config: &Config) -> Option<String> {
    let answer = control::call(&context.data, &Command::SettingsRead)?.ok()?;
    let settings = answer.get("settings")?.as_object()?;
    let is_new = |key: &&Key| settings.get(key.name).is_some_and(|read| *read != control::document(&key.get(config)));
    let keys: Vec<&str> = KEYS.iter().filter(is_new).map(|key| key.name).collect();
    (!keys.is_empty()).then(|| {
        format!("the server that runs has not read {} yet: it does when it is started again.", keys.join(", "))
    })
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
