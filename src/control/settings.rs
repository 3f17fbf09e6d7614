//! Commands about the settings of the institution, and what the file is changed to.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::actions::settings as verbs;
use crate::app::App;
use crate::base::lang::Lang;
use crate::base::zone::Zone;
use crate::config::{KEYS, Key, Origin, Value as Chosen};
use crate::error::{Error, Problem, Result};
use crate::model::institution::Institution;
use crate::model::settings::{Legal, SETTINGS, Setting};
use crate::model::user::Asker;
use crate::store::{Rows, meta};
use crate::views::{people, plans};

fn unknown(name: &str) -> Problem {
    Problem::new("E012", format!("There is no setting '{name}'."))
        .remedy("All settings: instance config show\nLegal pages: legal.imprint.en, legal.privacy.en, legal.accessibility.en, legal.terms.en")
}

/// Every setting with its value, what it does, its default, and who changed it.
pub fn list(app: &App) -> Result<Value> {
    app.store.read(|rows| {
        let of = meta::institution(rows)?;
        let mut all = Map::new();
        for setting in SETTINGS {
            all.insert(setting.name.to_owned(), one(rows, &of, setting)?);
        }
        for (legal, langs) in &of.settings.legal {
            for lang in langs {
                let name = legal.setting(lang);
                all.insert(name.clone(), page(rows, &of, &name, *legal, lang)?);
            }
        }
        Ok(json!({ "settings": all }))
    })
}

/// The file of settings as this process has read it; what a variable or a flag says is not in the file.
pub fn read(app: &App) -> Value {
    let is_of_file = |key: &&Key| matches!(app.config.origin_of(key.name), Origin::Default | Origin::File(_));
    let of_file = KEYS.iter().filter(is_of_file).filter(|key| key.name != "listen");
    let settings: Map<String, Value> =
        of_file.map(|key| (key.name.to_owned(), document(&key.get(&app.config)))).collect();
    json!({ "settings": settings })
}

/// A setting of the file in a document.
pub fn document(value: &Chosen) -> Value {
    match value {
        Chosen::Text(text) if text.is_empty() => Value::Null,
        Chosen::Text(text) => text.as_str().into(),
        Chosen::Number(number) => (*number).into(),
        Chosen::Flag(yes) => (*yes).into(),
        Chosen::List(list) => list.clone().into(),
    }
}

fn one(rows: &impl Rows, of: &Institution, setting: &Setting) -> Result<Value> {
    let mut told = described(rows, of, setting.name, &setting.get(of))?;
    if let Some(told) = told.as_object_mut() {
        told.insert("default".to_owned(), setting.default.into());
        told.insert("about".to_owned(), setting.what.into());
    }
    Ok(told)
}

fn page(rows: &impl Rows, of: &Institution, name: &str, legal: Legal, lang: &Lang) -> Result<Value> {
    described(rows, of, name, &meta::legal(rows, legal, lang)?.unwrap_or_default())
}

fn described(rows: &impl Rows, of: &Institution, name: &str, value: &str) -> Result<Value> {
    let changed = of.settings.changed.get(name);
    let by = changed.map(|changed| people::who(rows, changed.by)).transpose()?;
    Ok(json!({
        "key": name,
        "value": value,
        "origin": "institution",
        "changed_at": changed.map(|changed| changed.at.rfc3339()),
        "changed_by": by,
    }))
}

pub fn get(app: &App, name: &str) -> Result<Value> {
    app.store.read(|rows| {
        let of = meta::institution(rows)?;
        if let Some(setting) = Setting::named(name) {
            return one(rows, &of, setting);
        }
        let (legal, lang) = Legal::of_setting(name).ok_or_else(|| unknown(name))?;
        page(rows, &of, name, legal, &lang)
    })
}

/// Puts a value in the place of the one before. The document is that of `get` (`value`, `changed_at`, `changed_by`), and
/// `changed` says whether it differs from before: scripts that set what is there already see that nothing happened.
pub async fn set(app: &Arc<App>, name: String, value: String) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let before = app.store.read(meta::institution)?;
    let was = get(app, &name)?;
    let (mut differs, mut note) = (false, None);
    if let Some(setting) = Setting::named(&name) {
        let typed = typed(setting, &value);
        let all = typed.clone();
        let changed = app.store.write(move |tx| verbs::change(tx, owner, &all)).await;
        let after = changed.map_err(|e| helped(e, &before, &typed))?;
        differs = typed.iter().any(|(setting, _)| setting.get(&before) != setting.get(&after));
        if before.time_zone != after.time_zone {
            let zone = Zone::named(&after.time_zone);
            note = app.store.read(|rows| plans::under_another_zone(rows, &zone))?;
        }
    } else {
        let (legal, lang) = Legal::of_setting(&name).ok_or_else(|| unknown(&name))?;
        note = foreign(&before, &lang);
        app.store.write(move |tx| verbs::set_legal(tx, owner, legal, &lang, &value)).await?;
    }
    let mut after = get(app, &name)?;
    differs |= was.get("value") != after.get("value");
    if let Some(after) = after.as_object_mut() {
        after.insert("changed".to_owned(), differs.into());
        after.extend(note.map(|note| ("note".to_owned(), note.into())));
    }
    Ok(after)
}

/// What a value sets. Two colours for the ground are those of the ground and of the words on it: either alone may be
/// refused because of the other.
fn typed(setting: &'static Setting, value: &str) -> Vec<(&'static Setting, String)> {
    let words = Setting::named("colour.text").filter(|_| setting.name == "colour.ground");
    match (words, value.trim().split_once(char::is_whitespace)) {
        (Some(words), Some((ground, text))) => vec![(setting, ground.to_owned()), (words, text.trim().to_owned())],
        _ => vec![(setting, value.to_owned())],
    }
}

/// What the command line can do about a value that was refused.
fn helped(error: Error, before: &Institution, typed: &[(&'static Setting, String)]) -> Error {
    let Error::Invalid(mut problem) = error else { return error };
    let mut tried = before.clone();
    let known = typed.iter().all(|(setting, value)| setting.put(&mut tried, value).is_ok());
    let ground = typed.iter().any(|(setting, _)| setting.name == "colour.ground");
    let help = match (problem.id, problem.field) {
        ("E704", Some("colour.text")) if known && ground => tried.settings.colours.map(|colours| {
            let (ground, text) = (colours.ground, colours.readable());
            format!("Both at once: instance config set colour.ground '{ground} {text}'")
        }),
        ("E705", Some(field)) => Setting::named(field).map(|setting| setting.what.to_owned()),
        _ => None,
    };
    let lines = help.iter().chain([&problem.remedy]).filter(|line| !line.is_empty());
    problem.remedy = lines.cloned().collect::<Vec<_>>().join("\n");
    Error::Invalid(problem)
}

/// What to know about a page in a language that nothing else here speaks.
fn foreign(of: &Institution, lang: &Lang) -> Option<String> {
    let all: Vec<&str> = of.languages.iter().map(Lang::as_str).collect();
    let strange = !of.languages.contains(lang);
    strange.then(|| format!("{lang} is none of the languages of the institution ({}).", all.join(", ")))
}

/// Writes down that the file is about to be changed, unless the next start would refuse it.
pub async fn file(app: &Arc<App>, key: String, before: String, after: String, url: Option<String>) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    app.store.write(move |tx| verbs::file(tx, owner, &key, &before, &after, url.as_deref())).await?;
    Ok(json!({}))
}
