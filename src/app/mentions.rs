//! Finds those whom a text names, before it is published: our own accounts, known strangers, and strangers looked up
//! by WebFinger. Who cannot be found stays plain text.

use std::sync::Arc;

use super::App;
use crate::base::markup;
use crate::error::Result;
use crate::model::post::{MAX_MENTIONS, Mention, Version};
use crate::store::accounts;

/// The mentions of all versions, each once.
pub async fn of_versions(app: &Arc<App>, versions: &[Version]) -> Result<Vec<Mention>> {
    let mut found: Vec<Mention> = Vec::new();
    for version in versions {
        for mention in resolve(app, &version.text).await? {
            if !found.contains(&mention) {
                found.push(mention);
            }
        }
    }
    found.truncate(MAX_MENTIONS);
    Ok(found)
}

pub async fn resolve(app: &Arc<App>, text: &str) -> Result<Vec<Mention>> {
    let mut found = Vec::new();
    for handle in markup::mentions(text).into_iter().take(MAX_MENTIONS) {
        let domain = handle.domain.unwrap_or_default();
        let ours = domain.is_empty() || domain == app.site.handle_domain || domain == app.site.authority();
        let mention = if ours { own(app, &handle.user)? } else { stranger(app, &handle.user, &domain).await? };
        found.extend(mention);
    }
    Ok(found)
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
        Err(crate::error::Error::Broken(cause)) => Err(crate::error::Error::Broken(cause)),
        Err(_) => Ok(None),
    }
}
