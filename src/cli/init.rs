//! `instance init`: from a few answers to a data directory. Nothing is written before the last answer, and a set-up
//! that was cut off is begun anew by the next one.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::answers::{self, Given, Plan};
use super::args::Init;
use super::call::{self, Context};
use super::{out, settings};
use crate::actions;
use crate::app::{App, emblem};
use crate::base::time::Clock;
use crate::config::{self, Config, Overrides};
use crate::control::{Command, Fault};
use crate::demo::{self, Filled};
use crate::error::{Error, Problem, Result};
use crate::model::account::{Keys, Kind, NewAccount};
use crate::model::institution::Institution;
use crate::model::user::Asker;

/// There while a set-up is being written: what is beside it may be thrown away.
const MARK: &str = "unfinished-set-up";
const STORE: &str = "store.redb";

pub fn run(context: &Context, args: Init) -> Result<(), Fault> {
    let quiet = args.yes || args.from.is_some();
    let given = Given::new(args)?;
    if context.data.join(config::FILE).exists() {
        return again(context, &given);
    }
    let plan = if quiet || !answers::can_ask() { given.with_defaults()? } else { answers::ask(given)? };
    let overrides = Overrides::from_env(Vec::new());
    let text = settings_of(&plan)?;
    let config = Config::read(&context.data, &text, &overrides)?;
    prepare(&context.data)?;
    out::say_on_terminal("\n  Making keys and samples …\n");
    let filled = write(config.clone(), &plan)?;
    settings::write(&context.data.join(config::FILE), &text)?;
    fs::remove_file(context.data.join(MARK)).map_err(Error::from)?;
    let document = document(context, &plan.account, config.url.is_some(), true);
    context.out.answer(&document, |_| created(context, &plan, filled));
    Ok(())
}

fn document(context: &Context, account: &str, live: bool, changed: bool) -> Value {
    let data = fs::canonicalize(&context.data).unwrap_or_else(|_| context.data.clone());
    let mode = if live { "live" } else { "trial" };
    json!({ "schema": "instance.init/1", "data_dir": data, "accounts": [account], "mode": mode, "changed": changed })
}

/// The directory is set up: the same again is no change, and anything else is not for this command.
fn again(context: &Context, given: &Given) -> Result<(), Fault> {
    let there = call::ask(context, &Command::Institution)?;
    if let Some(other) = given.differs(&there) {
        let problem = Problem::new("E011", format!("{} is set up already, with {other}.", context.data.display()));
        let remedy = "Accounts: instance account add, instance account edit\nSettings: instance config set\nSomething else: instance init --data ANOTHER-DIRECTORY";
        return Err(Error::from(problem.remedy(remedy)).into());
    }
    let text = |field: &str| there.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let live = there.get("live") == Some(&Value::Bool(true));
    let mut document = document(context, "", live, false);
    if let (Some(document), Some(accounts)) = (document.as_object_mut(), there.get("accounts")) {
        document.insert("accounts".to_owned(), accounts.clone());
    }
    context
        .out
        .answer(&document, |_| format!("Nothing to do: {} is set up for {}.\n", context.data.display(), text("name")));
    Ok(())
}

/// The commented file, with what was answered.
fn settings_of(plan: &Plan) -> Result<String> {
    let mut text = config::template();
    for (name, value) in [("url", &plan.url), ("handle_domain", &plan.handle_domain)] {
        if let Some(value) = value {
            text = config::change(&text, config::key(name)?, &config::Value::Text(value.clone()))?;
        }
    }
    Ok(text)
}

/// Makes the directory, and throws away what a set-up that was cut off left in it.
fn prepare(data: &Path) -> Result<()> {
    let failed = |e: std::io::Error| -> Error {
        Problem::new("E023", format!("{} cannot be made or used: {e}.", data.display()))
            .remedy("Choose a directory that this user may write to: --data DIR")
            .into()
    };
    let mark = data.join(MARK);
    if mark.exists() {
        for left in [data.join(STORE), data.join("media")] {
            let gone = if left.is_dir() { fs::remove_dir_all(&left) } else { fs::remove_file(&left) };
            gone.or_else(|e| if e.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(e) }).map_err(failed)?;
        }
    }
    if data.join(STORE).exists() {
        return Err(Problem::new(
            "E016",
            format!("There is a database in {}, but no {}.", data.display(), config::FILE),
        )
        .remedy("Put the file back, or choose another directory: --data DIR")
        .into());
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(failed)?;
    fs::set_permissions(data, fs::Permissions::from_mode(0o700)).map_err(failed)?;
    fs::write(mark, "").map_err(failed)
}

/// Writes the institution, its account, the keys and the samples.
fn write(config: Config, plan: &Plan) -> Result<Option<Filled>> {
    let store = config.data.join(STORE);
    let app = App::open(config, Clock::System)?;
    // The directory is closed to others; a copy of the file should be, too.
    fs::set_permissions(store, fs::Permissions::from_mode(0o600))?;
    call::runtime()?.block_on(fill(&app, plan))
}

async fn fill(app: &Arc<App>, plan: &Plan) -> Result<Option<Filled>> {
    let owner = Asker::Operator.may_run()?;
    let now = app.now();
    let institution = Institution::new(plan.name.clone(), plan.languages.clone(), plan.time_zone.clone(), now);
    let first = NewAccount {
        handle: plan.account.clone(),
        name: plan.name.clone(),
        kind: Kind::Organization,
        summary: String::new(),
        language: institution.main_language(),
        demo: false,
    };
    let keys =
        move || -> Result<(Keys, Keys)> { Ok((actions::accounts::new_keys(now)?, actions::accounts::new_keys(now)?)) };
    let (own, its) = tokio::task::spawn_blocking(keys).await.map_err(|e| Error::broken("make keys", e))??;
    let begin = move |tx: &mut crate::store::Write<'_>| {
        actions::setup::init(tx, owner, &institution, &own)?;
        actions::accounts::add(tx, owner, &first, &its)
    };
    let account = app.store.write(begin).await?;
    emblem::dress(app, &account).await?;
    if plan.demo { demo::fill(app).await.map(Some) } else { Ok(None) }
}

fn created(context: &Context, plan: &Plan, filled: Option<Filled>) -> String {
    let data = fs::canonicalize(&context.data).unwrap_or_else(|_| context.data.clone());
    let who = std::env::var("USER").map_or_else(|_| "this user".to_owned(), |user| out::clean(&user));
    let samples = filled.map_or_else(String::new, |Filled { accounts, posts, languages }| {
        let many = format!(" and {accounts} sample accounts, {posts} sample posts in {languages} languages");
        many + "\n           ('instance demo remove' takes the samples away)"
    });
    format!(
        "\n  Created  {}        settings, database, keys (readable by {who} only)\n           @{}{samples}\n\n  Next:    {} serve{}\n",
        data.display(),
        plan.account,
        super::invoked(),
        context.option()
    )
}
