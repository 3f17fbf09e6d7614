//! Strangers and their posts, looked up because one of us asked for them.

use std::sync::Arc;

use super::App;
use crate::actions;
use crate::activitypub::read::{self, note::NoteIn};
use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::model::actor::{Actor, Profile};
use crate::model::follow::ReactionKind;
use crate::model::ids::{AccountId, ActorId};
use crate::model::note::Content;
use crate::model::post::ReplyTo;
use crate::net::gate::Behalf;
use crate::net::webfinger::{self, Found};
use crate::store::{actors, notes};

/// A stranger by `@user@domain`, kept as a row.
pub async fn by_handle(app: &Arc<App>, user: &str, domain: &str) -> Result<Actor> {
    let found = webfinger::lookup(&app.client, user, domain, app.now()).await?;
    let uri = found.actor.as_str();
    if app.site.is_own(uri) {
        // One of ours under another domain: no stranger to deliver to.
        return Err(Error::NotFound);
    }
    if let Some(known) = app.store.read(|rows| actors::by_uri(rows, uri))? {
        confirm(app, &found, &known.profile).await?;
        return Ok(known);
    }
    let profile = app.fetch_actor(uri).await?;
    confirm(app, &found, &profile).await?;
    keep(app, profile).await
}

/// A domain may say that anybody's actor goes by a name of its own: the actor's server has to say so, too, by the name
/// under which the actor is at home there (as Mastodon checks it).
async fn confirm(app: &App, found: &Found, profile: &Profile) -> Result<()> {
    if found.is(&profile.user, &profile.domain) {
        return Ok(());
    }
    let own = webfinger::lookup(&app.client, &profile.user, &profile.domain, app.now()).await?;
    if own.is(&found.user, &found.domain) && own.actor == found.actor {
        return Ok(());
    }
    Err(Error::peer_never(&found.domain, "names an actor that does not go by this name"))
}

/// A stranger by actor id, kept as a row.
pub async fn by_uri(app: &Arc<App>, uri: &str) -> Result<Actor> {
    if let Some(known) = app.store.read(|rows| actors::by_uri(rows, uri))? {
        return Ok(known);
    }
    keep(app, app.fetch_actor(uri).await?).await
}

async fn keep(app: &Arc<App>, profile: Arc<Profile>) -> Result<Actor> {
    app.store.write(move |tx| actions::lookup::keep_actor(tx, &profile)).await
}

/// A stranger by what a person typed: `@user@domain` or an address.
pub async fn actor(app: &Arc<App>, typed: &str) -> Result<Actor> {
    match crate::base::uri::parse_acct(typed) {
        Some((user, domain)) => by_handle(app, &user, &domain).await,
        None => by_uri(app, typed).await,
    }
}

/// A stranger's post and its author, fetched from its own server.
pub async fn note(app: &Arc<App>, uri: &str) -> Result<(NoteIn, Arc<Profile>)> {
    let note = read::note::note(&app.fetch_object(uri, Behalf::Ours).await?, app.now())?;
    let author = app.fetch_actor(&note.author).await?;
    Ok((note, author))
}

/// What a post of ours is to answer: one of our own, a note we know, or one that is fetched now.
pub async fn reply_target(app: &Arc<App>, account: AccountId, uri: &str) -> Result<ReplyTo> {
    if let Some(post) = app.site.own_post(uri) {
        return Ok(ReplyTo::Own(post));
    }
    if let Some(known) = app.store.read(|rows| notes::by_uri(rows, uri))? {
        return if known.is_open_to(account) { Ok(ReplyTo::Note(known.id)) } else { Err(Error::NotFound) };
    }
    app.site.check_live("fetched from")?;
    let (found, author) = note(app, uri).await?;
    let id = app.store.write(move |tx| actions::lookup::keep_note(tx, account, &found, &author)).await?;
    Ok(ReplyTo::Note(id))
}

/// What is not public is not for our followers to hear of.
fn open(public: bool, kind: ReactionKind) -> Result<()> {
    if public || kind == ReactionKind::Like {
        return Ok(());
    }
    let what = "That post is not public, and a boost would tell everybody of it.";
    Err(Problem::new("E583", what).field("address").into())
}

/// A stranger's post to like or boost: as we keep it, or fetched where we do not know it.
#[derive(Debug)]
pub struct Theirs {
    pub content: Content,
    pub author: Arc<Profile>,
    /// Its author's row, where we know the post.
    known: Option<ActorId>,
}

impl Theirs {
    /// As `replies::stamp`, but for its times: a post that names none has that of the look.
    pub fn stamp(&self) -> Result<String> {
        let timeless = Content { published: Timestamp(0), updated: None, ..self.content.clone() };
        actions::replies::stamp_of(&timeless, &self.author)
    }
}

/// A stranger's post as it is before somebody boosts it. Nothing of it is kept.
pub async fn theirs(app: &Arc<App>, uri: &str, kind: ReactionKind) -> Result<Theirs> {
    let known = app.store.read(|rows| {
        let Some(known) = notes::by_uri(rows, uri)? else { return Ok(None) };
        let author = Arc::new(actors::named_by_row(rows, known.author)?.profile);
        Ok(Some(Theirs { content: known.content, author, known: Some(known.author) }))
    })?;
    let theirs = if let Some(known) = known {
        known
    } else {
        let (found, author) = note(app, uri).await?;
        if found.author != author.uri {
            return Err(Error::bug("an author who is another"));
        }
        Theirs { content: found.content, author, known: None }
    };
    open(theirs.content.public, kind)?;
    Ok(theirs)
}

/// What was found, to like or boost; its author is kept.
pub async fn keep_author(app: &Arc<App>, theirs: Theirs) -> Result<actions::react::Object> {
    let author = match theirs.known {
        Some(known) => known,
        None => keep(app, theirs.author).await?.id,
    };
    Ok(actions::react::Object { uri: theirs.content.uri, author })
}

/// A stranger's post to like or boost.
pub async fn object(app: &Arc<App>, uri: &str, kind: ReactionKind) -> Result<actions::react::Object> {
    keep_author(app, theirs(app, uri, kind).await?).await
}
