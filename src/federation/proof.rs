//! Who sent it: whose key it is said to be, and whether that key made the signature.

use std::sync::Arc;

use serde_json::Value;

use crate::actions::receive::concern;
use crate::activitypub::read::{Incoming, Intent};
use crate::app::App;
use crate::base::uri;
use crate::crypto::verify::Claim;
use crate::error::{Error, Result};
use crate::model::actor::Profile;
use crate::net::gate::Behalf;
use crate::store::{actors, notes};

/// What can be told of an activity before anything is proven.
pub(super) struct Case {
    /// The actor whose key has to fit.
    signer: String,
    /// Whether it may have an effect here.
    pub(super) is_for_us: bool,
    /// Another signer passed it on: its body proves nothing, this object has to be fetched.
    pub(super) passed_on: Option<String>,
}

impl Case {
    /// Whether it has its effect only after something else was fetched.
    pub(super) fn needs_fetch(&self, incoming: &Incoming) -> bool {
        let by_address = incoming.intent.carried().is_some_and(Value::is_string);
        let moves = matches!(incoming.intent, Intent::Move { .. });
        self.is_for_us && (self.passed_on.is_some() || by_address || moves)
    }
}

/// Whose key it is can be told from its address before anything is fetched.
pub(super) fn case(app: &App, claim: &Claim, incoming: &Incoming) -> Result<Case> {
    if uri::same_origin(&claim.key_id, &incoming.actor) {
        let is_for_us = app.store.read(|rows| concern::is_for_us(rows, &app.site, incoming))?;
        return Ok(Case { signer: incoming.actor.clone(), is_for_us, passed_on: None });
    }
    let passed_on = passed_on(app, incoming)?.ok_or_else(|| refused("the key does not belong to the actor"))?;
    let signer = claim.key_id.split_once('#').map_or(claim.key_id.as_str(), |(actor, _)| actor).to_owned();
    Ok(Case { signer, is_for_us: !passed_on.is_old, passed_on: Some(passed_on.object) })
}

struct PassedOn {
    /// To be fetched instead of believing the body.
    object: String,
    /// Its author was faster: there is nothing left to do.
    is_old: bool,
}

/// A forwarded body counts only for what answers a post of ours, or what we keep.
fn passed_on(app: &App, incoming: &Incoming) -> Result<Option<PassedOn>> {
    let (object, parent) = match (incoming.intent.carried(), &incoming.intent) {
        (Some(object), _) => {
            (object.get("id").and_then(Value::as_str), object.get("inReplyTo").and_then(Value::as_str))
        }
        (None, Intent::Delete { object }) => (Some(object.as_str()), None),
        (None, _) => (None, None),
    };
    let Some(object) = object.filter(|id| uri::same_origin(id, &incoming.actor)) else { return Ok(None) };
    let known = app.store.read(|rows| notes::by_uri(rows, object))?;
    let answers = parent.is_some_and(|parent| app.site.own_post(parent).is_some());
    if known.is_none() && !answers {
        return Ok(None);
    }
    // Whether we have what is private is not told to whoever asks.
    let create = matches!(incoming.intent, Intent::Create { .. });
    let is_old = create && known.is_some_and(|note| note.content.public);
    Ok(Some(PassedOn { object: object.to_owned(), is_old }))
}

/// How it was proven.
pub(super) enum Proven {
    /// Not at all: it is not for us, and no key is at hand.
    Needless,
    /// By the key that we keep.
    Known,
    /// By a document that is newer than what we keep.
    Fetched(Arc<Profile>),
}

/// What can be said with the keys at hand.
pub(super) enum AtHand {
    Proven(Proven),
    /// The signer's document has to be fetched, on this account; anew when the key at hand does not fit.
    Wanted(Behalf, bool),
}

/// Checks the signature against the signer's key: the stored one, then the one remembered from a moment ago (it may be
/// newer: what was fetched for an activity is stored only with its effect).
pub(super) fn at_hand(app: &App, claim: &Claim, case: &Case) -> Result<AtHand> {
    let (now, signer) = (app.now(), case.signer.as_str());
    let stored = app.store.read(|rows| actors::by_uri(rows, signer))?;
    if stored.as_ref().is_some_and(|actor| verified(claim, &actor.profile)) {
        return Ok(AtHand::Proven(Proven::Known));
    }
    let remembered = app.actors.remembered(signer, now);
    if let Ok(Some(profile)) = &remembered
        && verified(claim, profile)
    {
        return Ok(AtHand::Proven(Proven::Fetched(Arc::clone(profile))));
    }
    let has_key = stored.is_some() || matches!(remembered, Ok(Some(_)));
    if !has_key && !case.is_for_us {
        return Ok(AtHand::Proven(Proven::Needless));
    }
    remembered?;
    let behalf = if has_key || is_known_server(app, signer)? { Behalf::Known } else { Behalf::Stranger };
    Ok(AtHand::Wanted(behalf, has_key))
}

/// Checks it against a key that is fetched now.
pub(super) async fn fetch(app: &App, claim: &Claim, case: &Case, behalf: Behalf, anew: bool) -> Result<Proven> {
    let fresh = app.fetch_actor_for(&case.signer, behalf, anew).await.map_err(unavailable)?;
    if verified(claim, &fresh) {
        Ok(Proven::Fetched(fresh))
    } else {
        Err(refused("the signature does not match the key"))
    }
}

fn verified(claim: &Claim, profile: &Profile) -> bool {
    profile.key(&claim.key_id).is_some_and(|key| claim.check(key).is_ok())
}

fn is_known_server(app: &App, actor: &str) -> Result<bool> {
    let host = uri::http(actor).map(|url| uri::authority(&url)).unwrap_or_default();
    Ok(app.store.read(|rows| actors::server_by_host(rows, &host))?.is_some())
}

/// A refusal whose words help the other administrator: it becomes 401.
pub(super) fn refused(words: &str) -> Error {
    Error::peer_never("signature", words)
}

/// What went wrong with the fetch is the sender's affair as far as it is its server's; being busy is ours.
fn unavailable(error: Error) -> Error {
    match error {
        Error::Busy { retry_after } => Error::Busy { retry_after },
        Error::Broken(cause) => Error::Broken(cause),
        Error::Peer { what, .. } => refused(&format!("the key could not be fetched: {what}")),
        Error::NotFound | Error::Gone => refused("the key could not be fetched: there is no such actor"),
        Error::Invalid(problem) => refused(&format!("the actor cannot be read: {}", problem.what)),
        Error::SignIn | Error::Forbidden(_) | Error::Conflict(_) => refused("the key could not be fetched"),
    }
}
