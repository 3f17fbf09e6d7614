//! The inbox: whatever costs nothing is asked before whatever costs something, and each answer says what is true.
//!
//! | asked, in this order | costs | else |
//! |---|---|---|
//! | is it small enough | the read | 413 |
//! | is there room for it in memory | | 503 |
//! | is it one activity, of somebody else | a parse | 400 |
//! | does an unknown actor say farewell | a look into the store | 202, without a trace |
//! | is it signed: over enough, for us, in time, with the digest of this body | a hash | 401 |
//! | was this very request here before, and proven | a hash | 202 |
//! | is the key of the actor's own server, or is it passed on | | 401 |
//! | is it for any of us, or from anybody we know | looks into the store | 202, without a trace |
//! | does it have to wait for a fetch: is there room for one more that waits | looks into the store | 503 |
//! | does a key fit that we have | a verification | |
//! | else the signer's document, within budgets of its network and its server (`net::gate`) | a fetch | 401, 503 |
//! | did its server send too much lately, by proven signatures alone | | 429 |
//! | did it, or did all servers, make us keep too much lately | | 503 |
//! | what it does, in one transaction with all that came at the same moment | a commit | 503 |
//!
//! Only then is the answer 202: a sender that is answered 202 and dropped later never learns of its mistake. What has
//! no effect before something is fetched becomes a row, and `work::receive` goes on with it.

use std::sync::Arc;

use hyper::StatusCode;
use serde_json::value::RawValue;
use serde_json::{Value, value};
use tokio::sync::OwnedSemaphorePermit;

use super::proof::{self, AtHand, Case, Proven, at_hand, case, refused};
use crate::actions::deliver::heard_from;
use crate::actions::receive::{Gathered, apply, is_full, is_full_of, wait};
use crate::activitypub::read::{self, Incoming, Intent};
use crate::app::App;
use crate::base::{json, uri};
use crate::crypto::verify::{Claim, Received as Signed};
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::activity::Received;
use crate::model::actor::Profile;
use crate::store::actors;
use crate::web::request::Request;
use crate::web::response::{self, Response};

pub(super) async fn receive(app: &Arc<App>, request: &mut Request) -> Result<Response> {
    if !app.site.live {
        // Nobody takes 503 for final: what is refused now may come again when this is the real server.
        return Err(Error::Busy { retry_after: limits::inbox::NOT_YET });
    }
    let body = request.bytes(limits::text::JSON).await?;
    let room = app.inbound.enter(body.len())?;
    let value = json::parse(&body)?;
    let incoming = read::activity(&value)?;
    if is_ours(app, &incoming.actor) || is_ours(app, &incoming.id) {
        return Err(Problem::new("E170", "That actor or activity is of this server.").into());
    }
    if is_farewell(app, &incoming)? {
        return Ok(accepted());
    }
    let claim = claim(app, request, &body)?;
    if is_ours(app, &claim.key_id) {
        return Err(refused("the key is said to be of this server"));
    }
    let print = is_final(&incoming.intent).then(|| claim.fingerprint());
    if print.is_some_and(|print| app.inbound.is_seen(&print)) {
        return Ok(accepted());
    }
    let case = case(app, &claim, &incoming)?;
    let later = case.needs_fetch(&incoming);
    let bare = if later { Some(bare(app, &incoming.actor, &value)?) } else { None };
    drop(value);
    let (proven, _room) = match at_hand(app, &claim, &case)? {
        AtHand::Proven(proven) => (proven, room),
        AtHand::Wanted(behalf, anew) => {
            // Who waits for another server takes no room from those whose keys are here.
            drop(room);
            let _wait = may_wait(app, request, body.len())?;
            let proven = proof::fetch(app, &claim, &case, behalf, anew).await?;
            (proven, app.inbound.enter(body.len())?)
        }
    };
    let profile = match proven {
        Proven::Needless => return Ok(accepted()),
        Proven::Known => None,
        Proven::Fetched(profile) => Some(profile),
    };
    if let Some(seconds) = is_too_much(app, &claim, body.len(), later, &incoming) {
        return Ok(too_much(seconds));
    }
    let effect = effect(app, incoming, profile, case, bare);
    if let Effect::Now(gathered) = &effect {
        app.inbound.keep(&host_of(&claim), gathered.weight(), app.now())?;
    }
    keep(app, &claim, effect).await?;
    // What waits for a fetch may come again: its row may be gone without an effect.
    if let Some(print) = print.filter(|_| !later) {
        app.inbound.saw(print);
    }
    Ok(accepted())
}

/// Leave to wait for a key, until what is returned and the request are dropped.
fn may_wait(app: &App, request: &mut Request, bytes: usize) -> Result<Option<OwnedSemaphorePermit>> {
    let wait = app.inbound.wait(bytes)?;
    if request.may_ask() { Ok(wait) } else { Err(Error::Busy { retry_after: limits::inbox::COME_BACK }) }
}

fn accepted() -> Response {
    response::bare(StatusCode::ACCEPTED)
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

/// Whether the same again, word for word, can do nothing new. A Follow is answered each time, and one that was undone
/// may come again with nothing changed.
fn is_final(intent: &Intent) -> bool {
    match intent {
        Intent::Like { .. }
        | Intent::Announce { .. }
        | Intent::Create { .. }
        | Intent::Update { .. }
        | Intent::Delete { .. }
        | Intent::Flag { .. }
        | Intent::Other(_) => true,
        Intent::Follow { .. }
        | Intent::Accept { .. }
        | Intent::Reject { .. }
        | Intent::Undo(_)
        | Intent::Block { .. }
        | Intent::Move { .. }
        | Intent::QuoteRequest { .. } => false,
    }
}

/// The addresses of an activity that will have to wait for a fetch, if there is room for one more.
fn bare(app: &App, actor: &str, value: &Value) -> Result<Box<RawValue>> {
    if app.store.read(|rows| Ok(is_full(rows)? || is_full_of(rows, actor)?))? {
        return Err(Error::Busy { retry_after: limits::inbox::COME_BACK });
    }
    value::to_raw_value(&read::bare(value)).map_err(|e| Error::broken("encode an activity", e))
}

fn host_of(claim: &Claim) -> String {
    uri::http(&claim.key_id).map(|url| uri::host_key(&url)).unwrap_or_default()
}

/// Whether the server whose key was proven sends too much, and the seconds after which it may go on.
fn is_too_much(app: &App, claim: &Claim, bytes: usize, fetch: bool, incoming: &Incoming) -> Option<u32> {
    let host = host_of(claim);
    let (now, inbound) = (app.now(), &app.inbound);
    let weight = u32::try_from(1 + bytes / limits::inbox::WEIGHT).unwrap_or(u32::MAX);
    let mut taken = inbound.hosts.take(&host, weight, now);
    if fetch {
        taken = taken.and_then(|()| inbound.to_fetch.take(&host, 1, now));
    }
    if matches!(incoming.intent, Intent::Flag { .. }) {
        taken = taken.and_then(|()| inbound.reports.take(&host, 1, now));
    }
    taken.err()
}

fn too_much(seconds: u32) -> Response {
    let words = format!("too much from your server, try again in {seconds} s\n");
    let mut response = response::answer(StatusCode::TOO_MANY_REQUESTS, "text/plain; charset=utf-8", words);
    response::come_back(&mut response, seconds);
    response
}

enum Effect {
    Nothing,
    Now(Box<Gathered>),
    /// After something was fetched.
    Later(Box<Received>),
}

fn effect(
    app: &App,
    incoming: Incoming,
    profile: Option<Arc<Profile>>,
    case: Case,
    bare: Option<Box<RawValue>>,
) -> Effect {
    let sender = profile.filter(|_| case.passed_on.is_none()).map(|profile| Box::new(Arc::unwrap_or_clone(profile)));
    if let Some(json) = bare {
        let (actor, refetch) = (incoming.actor, case.passed_on);
        return Effect::Later(Box::new(Received { actor, at: app.now(), json, profile: sender, refetch, tries: 0 }));
    }
    if !case.is_for_us && sender.is_none() {
        return Effect::Nothing;
    }
    let mut gathered = Gathered::new(incoming, sender);
    if let Some(object) = gathered.incoming.intent.take_carried()
        && let Err(e) = gathered.read(&object, app.now())
    {
        tracing::debug!(actor = gathered.incoming.actor, "nothing to do about an activity: {e}");
    }
    Effect::Now(Box::new(gathered))
}

/// Makes it durable, together with all that came at the same moment. A server that we had given up on is forgiven in the
/// same commit: it is well enough to write. Which one wrote is told by the key; what is forwarded says nothing of the
/// health of its author's server.
async fn keep(app: &Arc<App>, claim: &Claim, effect: Effect) -> Result<()> {
    let host = uri::http(&claim.key_id).map(|url| uri::authority(&url)).unwrap_or_default();
    let server = app.store.read(|rows| actors::server_by_host(rows, &host))?;
    let troubled = server.is_some_and(|server| server.may_be_forgiven(app.now()));
    if !troubled && matches!(effect, Effect::Nothing) {
        return Ok(());
    }
    let site = app.site.clone();
    app.store
        .write(move |tx| {
            match &effect {
                Effect::Nothing => {}
                Effect::Later(row) => wait(tx, row)?,
                Effect::Now(gathered) => {
                    apply(tx, &site, gathered)?;
                    // It has to be idempotent, and wherever assertions are checked it is made to prove that.
                    if cfg!(debug_assertions) {
                        apply(tx, &site, gathered)?;
                    }
                }
            }
            if troubled { heard_from(tx, &host) } else { Ok(()) }
        })
        .await
}
