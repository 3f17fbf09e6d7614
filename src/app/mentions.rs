//! Finds those whom texts name, before they are published: our own accounts, known strangers, and strangers looked up by
//! WebFinger, several at the same time and all within one span. Who cannot be found by then stays plain text.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::App;
use crate::base::markup::{self, Handle};
use crate::error::{Error, Result};
use crate::limits;
use crate::limits::outbound::{LOOK_UPS, MENTIONS, MENTIONS_PLANNED};
use crate::model::draft::{Content, Draft};
use crate::model::post::{Mention, Version};
use crate::store::accounts;

/// Whose word is wanted about names that nobody was found under before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Ours, and that of the servers that are named.
    Everybody,
    /// Ours alone: while somebody writes, half a name is nobody's business, and a whole one not yet.
    Nobody,
}

impl Asks {
    fn within(self) -> Option<Duration> {
        match self {
            Self::Everybody => Some(MENTIONS),
            Self::Nobody => None,
        }
    }
}

/// The mentions of all versions, each once.
pub async fn of_versions(app: &Arc<App>, versions: &[Version]) -> Result<Vec<Mention>> {
    of_edit(app, versions, &[]).await
}

/// The same for a post that named `before`: who was found then is not looked for again. Their server may be away.
pub async fn of_edit(app: &Arc<App>, versions: &[Version], before: &[Mention]) -> Result<Vec<Mention>> {
    Ok(of_parts(app, &[versions], before, Some(MENTIONS)).await?.concat())
}

/// The mentions of each part of a draft. Who was found before is not looked for again.
pub async fn of_draft(app: &Arc<App>, draft: &Draft) -> Result<Vec<Vec<Mention>>> {
    of_content(app, &draft.content, &draft.mentions.concat(), Asks::Everybody).await
}

/// The same for a content that is about to be kept.
pub async fn of_content(
    app: &Arc<App>,
    content: &Content,
    before: &[Mention],
    asks: Asks,
) -> Result<Vec<Vec<Mention>>> {
    of_parts(app, &texts(content), before, asks.within()).await
}

/// The mentions of each part of each of several drafts whose time has come: who was not found when they were saved is
/// looked for once more, but nothing that is to go out at a minute waits long for that.
pub async fn of_planned(app: &Arc<App>, drafts: &[Draft]) -> Result<Vec<Vec<Vec<Mention>>>> {
    let before: Vec<Mention> = drafts.iter().flat_map(|draft| draft.mentions.concat()).collect();
    let parts: Vec<&[Version]> = drafts.iter().flat_map(|draft| texts(&draft.content)).collect();
    let mut all = of_parts(app, &parts, &before, Some(MENTIONS_PLANNED)).await?.into_iter();
    Ok(drafts.iter().map(|draft| all.by_ref().take(draft.content.parts.len()).collect()).collect())
}

fn texts(content: &Content) -> Vec<&[Version]> {
    content.parts.iter().map(|part| part.versions.as_slice()).collect()
}

/// Without a span no other server is asked.
async fn of_parts(
    app: &Arc<App>,
    parts: &[&[Version]],
    before: &[Mention],
    within: Option<Duration>,
) -> Result<Vec<Vec<Mention>>> {
    let named: Vec<Vec<Handle>> = parts.iter().map(|versions| handles(versions)).collect();
    let (mut found, mut wanted) = (Vec::new(), Vec::new());
    for handle in named.iter().flatten() {
        let is_seen = found.iter().any(|(other, _)| other == handle) || wanted.contains(handle);
        match before.iter().find(|mention| is(mention, handle)) {
            Some(known) if !is_seen => found.push((handle.clone(), known.clone())),
            None if !is_seen => wanted.push(handle.clone()),
            Some(_) | None => {}
        }
    }
    if within.is_none() {
        wanted.retain(|handle| app.site.is_ours(handle.domain.as_deref()));
    }
    look_up(app, wanted, within.unwrap_or(MENTIONS), &mut found).await?;
    let mention = |handle: &Handle| found.iter().find(|(of, _)| of == handle).map(|(_, mention)| mention.clone());
    Ok(named.iter().map(|handles| handles.iter().filter_map(mention).collect()).collect())
}

/// Whom a post names, in the order of its versions.
fn handles(versions: &[Version]) -> Vec<Handle> {
    let mut handles: Vec<Handle> = Vec::new();
    for handle in versions.iter().flat_map(|version| markup::mentions(&version.text)) {
        if !handles.contains(&handle) {
            handles.push(handle);
        }
    }
    handles.truncate(limits::post::MENTIONS);
    handles
}

/// Adds those who are found by then.
async fn look_up(
    app: &Arc<App>,
    wanted: Vec<Handle>,
    within: Duration,
    found: &mut Vec<(Handle, Mention)>,
) -> Result<()> {
    let seats = Arc::new(Semaphore::new(LOOK_UPS));
    let mut runs = JoinSet::new();
    for handle in wanted {
        let (app, seats) = (Arc::clone(app), Arc::clone(&seats));
        runs.spawn(async move {
            let _seat = seats.acquire_owned().await.map_err(|_| Error::bug("the semaphore is closed"))?;
            Ok::<_, Error>(resolve(&app, &handle).await?.map(|mention| (handle, mention)))
        });
    }
    let all = async {
        while let Some(done) = runs.join_next().await {
            found.extend(done.map_err(|e| Error::broken("look somebody up", e)).flatten()?);
        }
        Ok(())
    };
    tokio::time::timeout(within, all).await.unwrap_or(Ok(()))
}

fn is(mention: &Mention, handle: &Handle) -> bool {
    mention.own.is_none() && mention.user == handle.user && Some(&mention.domain) == handle.domain.as_ref()
}

async fn resolve(app: &Arc<App>, handle: &Handle) -> Result<Option<Mention>> {
    match handle.domain.as_deref() {
        Some(domain) if !app.site.is_ours(Some(domain)) => stranger(app, &handle.user, domain).await,
        Some(_) | None => own(app, &handle.user),
    }
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
        Err(Error::Broken(cause)) => Err(Error::Broken(cause)),
        // An address in a text may be a typing mistake, its server away, or the line before it full: it then stays text.
        Err(
            Error::NotFound
            | Error::SignIn
            | Error::Forbidden(_)
            | Error::Invalid(_)
            | Error::Conflict(_)
            | Error::Busy { .. }
            | Error::Gone
            | Error::Peer { .. },
        ) => Ok(None),
    }
}
