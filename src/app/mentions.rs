//! Finds those whom a text names, before it is published: our own accounts, known strangers, and strangers looked up
//! by WebFinger. Who cannot be found stays plain text.

use std::sync::Arc;

use super::App;
use crate::base::markup;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::draft::{Content, Draft};
use crate::model::post::{Mention, Version};
use crate::store::accounts;

/// The mentions of all versions, each once.
pub async fn of_versions(app: &Arc<App>, versions: &[Version]) -> Result<Vec<Mention>> {
    of_edit(app, versions, &[]).await
}

/// The same for a post that named `before`: who was found then is not looked for again. Their server may be away.
pub async fn of_edit(app: &Arc<App>, versions: &[Version], before: &[Mention]) -> Result<Vec<Mention>> {
    let mut handles: Vec<markup::Handle> = Vec::new();
    for handle in versions.iter().flat_map(|version| markup::mentions(&version.text)) {
        if !handles.contains(&handle) {
            handles.push(handle);
        }
    }
    handles.truncate(limits::post::MENTIONS);
    let mut found = Vec::new();
    let all = async {
        for handle in handles {
            let known = before.iter().find(|mention| is(mention, &handle));
            found.extend(match known {
                Some(known) => Some(known.clone()),
                None => resolve(app, handle).await?,
            });
        }
        Ok::<(), Error>(())
    };
    tokio::time::timeout(limits::outbound::MENTIONS, all).await.unwrap_or(Ok(()))?;
    Ok(found)
}

/// The mentions of each part of a draft. Who was found before is not looked for again.
pub async fn of_draft(app: &Arc<App>, draft: &Draft) -> Result<Vec<Vec<Mention>>> {
    of_content(app, &draft.content, &draft.mentions).await
}

/// The same for a content that is about to be kept.
pub async fn of_content(app: &Arc<App>, content: &Content, before: &[Vec<Mention>]) -> Result<Vec<Vec<Mention>>> {
    let before = before.concat();
    let mut all = Vec::new();
    for part in &content.parts {
        all.push(of_edit(app, &part.versions, &before).await?);
    }
    Ok(all)
}

fn is(mention: &Mention, handle: &markup::Handle) -> bool {
    mention.own.is_none() && mention.user == handle.user && Some(&mention.domain) == handle.domain.as_ref()
}

async fn resolve(app: &Arc<App>, handle: markup::Handle) -> Result<Option<Mention>> {
    let domain = handle.domain.unwrap_or_default();
    let ours = domain.is_empty() || domain == app.site.handle_domain || domain == app.site.authority();
    if ours { own(app, &handle.user) } else { stranger(app, &handle.user, &domain).await }
}

fn own(app: &App, user: &str) -> Result<Option<Mention>> {
    let id = app.store.read(|rows| accounts::by_handle(rows, user))?;
    Ok(id.map(|id| Mention {
        user: user.to_lowercase(),
        domain: String::new(),
        uri: String::new(),
        url: String::new(),
        own: Some(id),
    }))
}

async fn stranger(app: &Arc<App>, user: &str, domain: &str) -> Result<Option<Mention>> {
    if !app.site.live {
        return Ok(None);
    }
    match super::lookup::by_handle(app, user, domain).await {
        Ok(actor) => Ok(Some(Mention {
            user: user.to_owned(),
            domain: domain.to_owned(),
            uri: actor.profile.uri,
            url: actor.profile.url,
            own: None,
        })),
        // An address in a text may be a typing mistake: it then stays text.
        Err(Error::Broken(cause)) => Err(Error::Broken(cause)),
        Err(_) => Ok(None),
    }
}
