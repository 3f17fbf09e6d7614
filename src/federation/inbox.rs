//! The inbox: cheap checks first, then the signature, then a durable row, and only then 202. What does not verify is
//! told so at once: a sender that is answered 202 and dropped later never learns of its mistake.

use std::sync::Arc;

use hyper::StatusCode;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::actions::deliver::heard_from;
use crate::activitypub::read::{self, Incoming, Intent};
use crate::app::App;
use crate::base::{json, uri};
use crate::crypto::verify::{Claim, Received as Signed};
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::activity::Received;
use crate::model::actor::Profile;
use crate::model::ids::ReceivedId;
use crate::store::schema::RECEIVED;
use crate::store::{actors, notes};
use crate::web::request::Request;
use crate::web::response::{self, Response};

pub(super) async fn receive(app: &Arc<App>, request: &mut Request) -> Result<Response> {
    if !app.site.live {
        // Nobody takes 503 for final: what is refused now may come again when this is the real server.
        return Err(Error::Busy { retry_after: 3_600 });
    }
    let body = request.bytes(limits::text::JSON).await?;
    let value = json::parse(&body)?;
    let incoming = read::activity(&value)?;
    if is_ours(app, &incoming.actor) || is_ours(app, &incoming.id) {
        return Err(Problem::new("E170", "That actor or activity is of this server.").into());
    }
    if is_farewell(app, &incoming)? {
        return Ok(response::bare(StatusCode::ACCEPTED));
    }
    let claim = claim(app, request, &body)?;
    if is_ours(app, &claim.key_id) {
        return Err(refused("the key is said to be of this server"));
    }
    let row = match proof(app, &claim, &incoming).await? {
        Proof::Sender(profile) => row(app, &incoming.actor, &body, profile, None)?,
        Proof::Forwarded(object) => row(app, &incoming.actor, &body, None, Some(object))?,
    };
    keep(app, &claim.key_id, row).await?;
    Ok(response::bare(StatusCode::ACCEPTED))
}

/// An address under our origin in whatever spelling: nobody outside speaks for it, and nothing is asked of ourselves.
fn is_ours(app: &App, address: &str) -> bool {
    app.site.is_own(address) || uri::same_origin(address, &app.site.origin)
}

/// A Delete from an actor we do not know: Mastodon tells every server it ever met. The key is gone by then, so it is
/// answered without a fetch and without a trace.
fn is_farewell(app: &App, incoming: &Incoming) -> Result<bool> {
    let delete = matches!(incoming.intent, Intent::Delete { .. });
    Ok(delete && app.store.read(|rows| actors::by_uri(rows, &incoming.actor))?.is_none())
}

fn claim(app: &App, request: &Request, body: &[u8]) -> Result<Claim> {
    let signed = Signed {
        method: request.method(),
        target: request.target(),
        headers: request.headers(),
        body,
        origin: &app.site.origin,
    };
    crate::crypto::claim(&signed, app.now()).map_err(|refusal| refused(&refusal.to_string()))
}

/// A refusal whose words help the other administrator: it becomes 401.
fn refused(words: &str) -> Error {
    Error::peer_never("signature", words)
}

enum Proof {
    /// The actor itself signed. Its document comes along when it was not known or has changed.
    Sender(Option<Arc<Profile>>),
    /// Another signer passed it on: its body proves nothing, the object has to be fetched.
    Forwarded(String),
}

async fn proof(app: &Arc<App>, claim: &Claim, incoming: &Incoming) -> Result<Proof> {
    // Whose key it is can be told from the address before anything is fetched.
    let owned = uri::same_origin(&claim.key_id, &incoming.actor);
    let signer = if owned { incoming.actor.clone() } else { without_fragment(&claim.key_id).to_owned() };
    if !owned {
        let object = forwarded(app, incoming)?.ok_or_else(|| refused("the key does not belong to the actor"))?;
        check(app, claim, &signer).await?;
        return Ok(Proof::Forwarded(object));
    }
    check(app, claim, &signer).await.map(Proof::Sender)
}

fn without_fragment(key_id: &str) -> &str {
    key_id.split_once('#').map_or(key_id, |(actor, _)| actor)
}

/// Checks the signature against the signer's key: the stored one, the one remembered from a moment ago (it may be newer:
/// what was fetched for an activity is stored only with its effect), then, once in a while, a fresh one.
async fn check(app: &Arc<App>, claim: &Claim, signer: &str) -> Result<Option<Arc<Profile>>> {
    let now = app.now();
    let stored = app.store.read(|rows| actors::by_uri(rows, signer))?;
    if stored.as_ref().is_some_and(|actor| verified(claim, &actor.profile)) {
        return Ok(None);
    }
    let remembered = app.actors.remembered(signer, now)?;
    if let Some(profile) = remembered.as_ref().filter(|profile| verified(claim, profile)) {
        return Ok(Some(Arc::clone(profile)));
    }
    let is_new = stored.is_none() && remembered.is_none();
    if !is_new && !app.actors.may_refetch(signer, now)? {
        return Err(refused("the signature does not match the key"));
    }
    let fresh = app.fetch_actor(signer).await.map_err(unavailable)?;
    if verified(claim, &fresh) { Ok(Some(fresh)) } else { Err(refused("the signature does not match the key")) }
}

fn verified(claim: &Claim, profile: &Profile) -> bool {
    profile.key(&claim.key_id).is_some_and(|key| claim.check(key).is_ok())
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

/// The object to fetch instead of believing a forwarded body: only for what answers a post of ours, or what we keep.
fn forwarded(app: &App, incoming: &Incoming) -> Result<Option<String>> {
    let (object, parent) = match (incoming.intent.carried(), &incoming.intent) {
        (Some(object), _) => {
            (object.get("id").and_then(Value::as_str), object.get("inReplyTo").and_then(Value::as_str))
        }
        (None, Intent::Delete { object }) => (Some(object.as_str()), None),
        (None, _) => (None, None),
    };
    let Some(object) = object.filter(|id| uri::same_origin(id, &incoming.actor)) else { return Ok(None) };
    let known = app.store.read(|rows| Ok(notes::by_uri(rows, object)?.is_some()))?;
    let answers = parent.is_some_and(|parent| app.site.own_post(parent).is_some());
    Ok((known || answers).then(|| object.to_owned()))
}

fn row(
    app: &App,
    actor: &str,
    body: &[u8],
    profile: Option<Arc<Profile>>,
    refetch: Option<String>,
) -> Result<Received> {
    let json: Box<RawValue> =
        serde_json::from_slice(body).map_err(|_| Problem::new("E171", "The body is not the JSON of an activity."))?;
    let profile = profile.map(|p| Box::new(Profile::clone(&p)));
    Ok(Received { actor: actor.to_owned(), at: app.now(), json, profile, refetch, tries: 0, due: app.now() })
}

/// Makes it durable. A server that we had given up on is forgiven in the same commit: it is well enough to write.
/// Which one wrote is told by the key; what is forwarded says nothing of the health of its author's server.
async fn keep(app: &Arc<App>, key_id: &str, row: Received) -> Result<()> {
    let host = uri::http(key_id).map(|url| uri::authority(&url)).unwrap_or_default();
    let server = app.store.read(|rows| actors::server_by_host(rows, &host))?;
    let troubled = server.is_some_and(|server| server.may_be_forgiven(app.now()));
    app.store
        .write(move |tx| {
            let id = ReceivedId(tx.id());
            tx.put(&RECEIVED, &id, &row)?;
            tx.after.received = true;
            if troubled { heard_from(tx, &host) } else { Ok(()) }
        })
        .await
}
