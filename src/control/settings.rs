//! Commands about the settings of the institution, and what the file is changed to.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::actions::settings as verbs;
use crate::app::App;
use crate::base::lang::Lang;
use crate::error::{Problem, Result};
use crate::model::institution::Institution;
use crate::model::settings::{Changed, LEGAL, Legal, SETTINGS, Setting};
use crate::model::user::{Asker, Who};
use crate::store::{Rows, meta, users};

fn legal(name: &str) -> Option<(Legal, Lang)> {
    let (legal, lang) = name.strip_prefix(LEGAL)?.split_once('.')?;
    Some((Legal::named(legal)?, lang.parse().ok()?))
}

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
                let name = format!("{LEGAL}{}.{lang}", legal.name());
                all.insert(name.clone(), page(rows, &of, &name, *legal, lang)?);
            }
        }
        Ok(json!({ "settings": all }))
    })
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
    let by = changed.map(|changed| who(rows, changed)).transpose()?;
    Ok(json!({
        "key": name,
        "value": value,
        "origin": "institution",
        "changed": changed.map(|changed| changed.at.rfc3339()),
        "changed_by": by,
    }))
}

/// Whoever changed it, as they are called now.
fn who(rows: &impl Rows, changed: &Changed) -> Result<String> {
    Ok(match changed.by {
        Who::Operator | Who::Nobody | Who::Client { .. } => "the command line".to_owned(),
        Who::User(id) => users::get(rows, id)?.map(|user| user.shown().to_owned()).unwrap_or_default(),
    })
}

pub fn get(app: &App, name: &str) -> Result<Value> {
    app.store.read(|rows| {
        let of = meta::institution(rows)?;
        if let Some(setting) = Setting::named(name) {
            return one(rows, &of, setting);
        }
        let (legal, lang) = legal(name).ok_or_else(|| unknown(name))?;
        page(rows, &of, name, legal, &lang)
    })
}

pub async fn set(app: &Arc<App>, name: String, value: String) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let before = get(app, &name)?;
    if let Some(setting) = Setting::named(&name) {
        let typed = vec![(setting, value)];
        app.store.write(move |tx| verbs::change(tx, owner, &typed).map(|_| ())).await?;
    } else {
        let (legal, lang) = legal(&name).ok_or_else(|| unknown(&name))?;
        app.store.write(move |tx| verbs::set_legal(tx, owner, legal, &lang, &value)).await?;
    }
    let mut after = get(app, &name)?;
    let differs = before.get("value") != after.get("value");
    if let Some(after) = after.as_object_mut() {
        after.insert("changed".to_owned(), differs.into());
    }
    Ok(after)
}

/// Writes down that the file is about to be changed, unless the next start would refuse it.
pub async fn file(app: &Arc<App>, key: String, before: String, after: String, url: Option<String>) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    app.store.write(move |tx| verbs::file(tx, owner, &key, &before, &after, url.as_deref())).await?;
    Ok(json!({}))
}
