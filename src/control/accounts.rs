//! Commands about accounts.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Upload, account};
use crate::actions::accounts::{self as verbs, Change};
use crate::actions::drafts;
use crate::app::{App, emblem};
use crate::base::lang::Lang;
use crate::error::{Error, Result};
use crate::media::picture::Shape;
use crate::model::account::{Account, Field, Kind, Languages, NewAccount, Replies};
use crate::model::draft::{Approval, Rule};
use crate::model::ids::MediaId;
use crate::model::media::Sort;
use crate::model::power::Administer;
use crate::model::user::{Asker, By};
use crate::store::counts::{self, Count};
use crate::store::schema::MEDIA;
use crate::store::{Rows, accounts as rows, meta};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountNew {
    pub handle: String,
    pub name: Option<String>,
    pub kind: Kind,
    pub summary: String,
    /// The institution's main language when there is none.
    pub language: Option<Lang>,
}

/// What is to change; the rest stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AccountChange {
    pub account: String,
    pub name: Option<String>,
    pub summary: Option<String>,
    /// All lines of the profile, when any is given.
    pub fields: Option<Vec<Field>>,
    pub kind: Option<Kind>,
    pub language: Option<Lang>,
    pub replies: Option<Replies>,
    pub languages: Option<Languages>,
    #[serde(default)]
    pub approval: Option<Rule>,
    #[serde(default)]
    pub urgent_first: Option<bool>,
    /// Whether answers to others need that look too.
    #[serde(default)]
    pub approve_answers: Option<bool>,
    pub avatar: Option<Upload>,
    pub header: Option<Upload>,
    /// What a picture shows that stays.
    pub avatar_alt: Option<String>,
    pub header_alt: Option<String>,
    /// Take the pictures away.
    pub no_avatar: bool,
    pub no_header: bool,
}

pub async fn add(app: &Arc<App>, new: AccountNew) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let language = match new.language {
        Some(language) => language,
        None => app.store.read(meta::institution)?.main_language(),
    };
    let name = new.name.unwrap_or_else(|| new.handle.clone());
    let new = NewAccount { handle: new.handle, name, kind: new.kind, summary: new.summary, language, demo: false };
    let now = app.now();
    let keys = tokio::task::spawn_blocking(move || verbs::new_keys(now))
        .await
        .map_err(|e| Error::broken("make keys", e))??;
    let added = app.store.write(move |tx| verbs::add(tx, owner, &new, &keys)).await?;
    shown(app, &emblem::dress(app, &added).await?)
}

pub fn list(app: &Arc<App>) -> Result<Value> {
    let accounts = app.store.read(rows::all)?.iter().map(|found| shown(app, found)).collect::<Result<Vec<_>>>()?;
    Ok(json!({ "accounts": accounts }))
}

pub fn show(app: &Arc<App>, typed: &str) -> Result<Value> {
    shown(app, &account(app, typed)?)
}

pub async fn edit(app: &Arc<App>, change: AccountChange) -> Result<Value> {
    let found = account(app, &change.account)?;
    let by: By<Administer> = Asker::Operator.may(found.id)?;
    for picture in [&change.avatar, &change.header].into_iter().flatten() {
        picture.about.check(Sort::Picture)?;
    }
    let approval = Approval {
        rule: change.approval.unwrap_or(found.approval.rule),
        urgent_first: change.urgent_first.unwrap_or(found.approval.urgent_first),
        answers: change.approve_answers.unwrap_or(found.approval.answers),
        ..found.approval
    };
    let (mut avatar, mut header) = (change.no_avatar.then_some(None), change.no_header.then_some(None));
    if let Some(picture) = change.avatar {
        let (x, y) = picture.about.focus.unwrap_or_default();
        avatar = Some(Some(picture.take_as(app, by.to(), Shape::Avatar(x, y)).await?));
    }
    if let Some(picture) = change.header {
        let (x, y) = picture.about.focus.unwrap_or_default();
        header = Some(Some(picture.take_as(app, by.to(), Shape::Header(x, y)).await?));
    }
    let change = Change {
        name: change.name,
        summary: change.summary,
        fields: change.fields,
        kind: change.kind,
        language: change.language,
        replies: change.replies,
        languages: change.languages,
        avatar,
        header,
        avatar_alt: change.avatar_alt,
        header_alt: change.header_alt,
        also_known_as: None,
    };
    let site = app.site.clone();
    let edited = app.store.write(move |tx| {
        drafts::set_rule(tx, by, approval)?;
        verbs::edit(tx, &site, by, &change)
    });
    shown(app, &edited.await?)
}

/// An account as a document.
fn shown(app: &App, account: &Account) -> Result<Value> {
    let (followers, posts, avatar, header) = app.store.read(|read| {
        let picture = |id: Option<MediaId>| id.map_or(Ok(None), |id| read.get(&MEDIA, &id));
        Ok((
            counts::get(read, Count::Followers(account.id))?,
            counts::get(read, Count::Posts(account.id))?,
            picture(account.avatar)?,
            picture(account.header)?,
        ))
    })?;
    Ok(json!({
        "handle": account.handle,
        "address": app.site.handle(&account.handle),
        "id": account.id.to_string(),
        "uri": app.site.actor(account.id),
        "url": app.site.profile(&account.handle),
        "name": account.name,
        "kind": account.kind,
        "summary": account.summary,
        "fields": account.fields,
        "language": account.language,
        "replies": account.replies,
        "languages": account.languages,
        "approval": account.approval.rule,
        "urgent_first": account.approval.urgent_first,
        "approve_answers": account.approval.answers,
        "plans_stopped": account.approval.stopped.map(crate::base::time::Timestamp::rfc3339),
        "avatar": avatar.as_ref().map(|media| app.site.media(&media.file)),
        "avatar_description": avatar.as_ref().map(|media| &media.alt),
        "header": header.as_ref().map(|media| app.site.media(&media.file)),
        "header_description": header.as_ref().map(|media| &media.alt),
        "followers": followers,
        "posts": posts,
        "created": account.created.rfc3339(),
        "demo": account.demo,
    }))
}
