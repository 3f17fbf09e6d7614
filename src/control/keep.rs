//! Commands that keep the house: tokens, the way to the desk, samples, the check.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Upload, account, unknown, users};
use crate::actions;
use crate::app::{App, files};
use crate::crypto::token;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::media::picture::Shape;
use crate::model::client::Scopes;
use crate::model::ids::INSTANCE;
use crate::model::power::Administer;
use crate::model::user::{Asker, By};
use crate::store;

pub async fn token_new(app: &Arc<App>, typed: &str, user: Option<&str>, scopes: &str, name: String) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let scopes = Scopes::parse(scopes)?;
    if name.chars().count() > limits::account::TOKEN_NAME {
        return Err(Problem::new(
            "E142",
            format!("A token's name has at most {} characters.", limits::account::TOKEN_NAME),
        )
        .into());
    }
    let account = account(app, typed)?;
    let user = user.map(|typed| users::find(app, typed)).transpose()?.map(|user| user.id);
    let fresh = token::new();
    let (hash, id) = (token::hash(&fresh), account.id);
    let (kept_scopes, kept_name) = (scopes.clone(), name.clone());
    app.store.write(move |tx| actions::tokens::add(tx, owner, id, user, &kept_scopes, &kept_name, hash)).await?;
    Ok(json!({ "token": fresh, "account": account.handle, "scopes": scopes, "name": name }))
}

pub fn token_list(app: &Arc<App>) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let tokens = app.store.read(|read| {
        let mut tokens = Vec::new();
        for (id, token) in actions::tokens::list(read, owner)? {
            let account = store::accounts::get(read, token.account)?;
            tokens.push(json!({
                "id": id,
                "account": account.map(|account| account.handle),
                "user": token.user.map_or(Ok(None), |id| store::users::get(read, id))?.map(|user| user.email),
                "scopes": token.scopes,
                "name": token.name,
                "created": token.created.rfc3339(),
            }));
        }
        Ok(tokens)
    })?;
    Ok(json!({ "tokens": tokens }))
}

pub async fn token_revoke(app: &Arc<App>, typed: String) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let id = typed.clone();
    let revoked = app.store.write(move |tx| actions::tokens::revoke(tx, owner, &id)).await;
    revoked.map_err(|e| unknown(e, format!("There is no token '{typed}'."), "All tokens: instance token list"))?;
    Ok(json!({ "id": typed }))
}

pub async fn demo_remove(app: &Arc<App>, look: bool) -> Result<Value> {
    let removed = if look { crate::demo::look(app)? } else { crate::demo::remove(app).await? };
    Ok(json!({
        "accounts": removed.accounts.len(),
        "posts": removed.posts,
        "handles": removed.accounts,
        "kept": removed.kept,
    }))
}

pub async fn check(app: &Arc<App>) -> Result<Value> {
    let reader = Arc::clone(app);
    let check = move || Ok((store::check::check(&reader.store)?, files::lost(&reader)?));
    let found: Result<_> = tokio::task::spawn_blocking(check).await.map_err(|e| Error::broken("check the store", e))?;
    let (report, lost) = found?;
    let sound = report.is_sound() && lost.is_empty();
    Ok(json!({ "sound": sound, "facts": report.facts, "wrong": report.wrong, "lost": lost }))
}

pub fn institution(app: &Arc<App>) -> Result<Value> {
    let (institution, accounts) =
        app.store.read(|read| Ok((store::meta::institution(read)?, store::accounts::all(read)?)))?;
    let own = accounts.iter().filter(|account| !account.demo).map(|account| account.handle.as_str());
    Ok(json!({
        "name": institution.name,
        "languages": institution.languages,
        "time_zone": institution.time_zone,
        "origin": app.site.origin,
        "handle_domain": app.site.handle_domain,
        "live": app.site.live,
        "accounts": own.collect::<Vec<_>>(),
        "emblem": institution.emblem.map(|emblem| app.site.media(&emblem.file)),
    }))
}

/// Shows a picture as the emblem, or none.
pub async fn emblem(app: &Arc<App>, picture: Option<Upload>) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let by: By<Administer> = owner.of(INSTANCE);
    let picture = match picture {
        Some(picture) => Some(picture.take_as(app, by.to(), Shape::Emblem).await?),
        None => None,
    };
    app.store.write(move |tx| actions::emblem::set(tx, owner, picture).map(drop)).await?;
    institution(app)
}
