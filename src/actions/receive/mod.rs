//! What a stranger's activity does here. Every effect is idempotent, and owner checks compare the stored owner with
//! the actor whose signature was checked; what does not concern us leaves no trace.

pub mod concern;
mod consent;
mod create;
mod delete;
mod follow;
mod moderation;
mod movement;
mod quote;
mod react;
mod undo;
mod update;
mod vote;

use serde_json::Value;

use super::replies;
use crate::activitypub::read::note::NoteIn;
use crate::activitypub::read::{self, Incoming, Intent};
use crate::base::time::Timestamp;
use crate::base::uri;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::activity::Received;
use crate::model::actor::{Actor, Profile};
use crate::model::follow::ActRef;
use crate::model::ids::{AccountId, ReceivedId};
use crate::model::site::{Own, Site};
use crate::store::schema::{Fingerprint, GONE, RECEIVED, fingerprint};
use crate::store::{Rows, Span, Write, accounts, activities, actors, follows};

/// A verified activity with everything that had to be fetched for it.
#[derive(Debug, Clone)]
pub struct Gathered {
    pub incoming: Incoming,
    /// The sender's document when it was fetched for this; otherwise the sender is known.
    pub sender: Option<Box<Profile>>,
    /// The note of a Create or Update: embedded and checked, or fetched from its own server.
    pub note: Option<Box<NoteIn>>,
    /// The target of a Move, or the profile in an Update.
    pub profile: Option<Box<Profile>>,
}

impl Gathered {
    pub fn new(incoming: Incoming, sender: Option<Box<Profile>>) -> Self {
        Self { incoming, sender, note: None, profile: None }
    }

    /// Bytes that it may make us keep.
    pub fn weight(&self) -> usize {
        let actors = self.sender.iter().chain(&self.profile).map(|profile| profile.weight());
        actors.sum::<usize>() + self.note.as_ref().map_or(0, |note| note.content.weight())
    }

    /// Reads what a Create or Update carries: a note or an actor of the sender's own. What belongs to somebody else is
    /// left out.
    pub fn read(&mut self, object: &Value, now: Timestamp) -> Result<()> {
        if read::actor::is_actor(object) {
            let profile = read::actor::actor(object)?;
            self.profile = (profile.uri == self.incoming.actor).then(|| Box::new(profile));
        } else {
            let note = read::note::note(object, now)?;
            self.note = (note.author == self.incoming.actor).then(|| Box::new(note));
        }
        Ok(())
    }
}

/// Keeps an activity whose object has to be fetched; `Busy` when too many wait.
pub fn wait(tx: &mut Write<'_>, row: &Received) -> Result<()> {
    if is_full(tx)? {
        return Err(Error::Busy { retry_after: limits::inbox::COME_BACK });
    }
    let key = (tx.now(), ReceivedId(tx.id()));
    tx.after.received = true;
    tx.put(&RECEIVED, &key, row)
}

/// Whether no more may wait for something to be fetched.
pub fn is_full(rows: &impl Rows) -> Result<bool> {
    Ok(rows.len(&RECEIVED)? >= limits::inbox::WAITING)
}

/// Whether so many wait for servers of one domain that no more of them may while others could need the room. Looked at
/// row by row, but only when there are many.
pub fn is_full_of(rows: &impl Rows, actor: &str) -> Result<bool> {
    if rows.len(&RECEIVED)? < limits::inbox::CROWDED {
        return Ok(false);
    }
    let domain = |actor: &str| uri::http(actor).map(|url| uri::domain(&uri::host_key(&url)).to_owned());
    let (wanted, mut same) = (domain(actor), 0);
    rows.each(&RECEIVED, &Span::all(), |_, row| {
        same += usize::from(domain(&row.actor) == wanted);
        Ok(same < limits::inbox::WAITING_OF_DOMAIN)
    })?;
    Ok(same >= limits::inbox::WAITING_OF_DOMAIN)
}

/// Does what an activity asks for. Nothing here waits, and nothing fails for what a stranger wrote: what makes no
/// sense is dropped.
pub fn apply(tx: &mut Write<'_>, site: &Site, gathered: &Gathered) -> Result<()> {
    let sender = &gathered.incoming.actor;
    let from = Sender { uri: sender, profile: gathered.sender.as_deref() };
    if from.is_changed(tx)? {
        from.learn_again(tx)?;
    }
    let id = &gathered.incoming.id;
    match &gathered.incoming.intent {
        Intent::Follow { object } => follow::follow(tx, site, &from, id, object),
        Intent::Accept { object, result } => answered(tx, site, &from, object, (true, result.as_deref())),
        Intent::Reject { object } => answered(tx, site, &from, object, (false, None)),
        Intent::Undo(undone) => undo::undo(tx, site, &from, undone),
        Intent::Like { object } => react::react(tx, site, &from, id, object, crate::model::follow::ReactionKind::Like),
        Intent::Announce { object, .. } => {
            react::react(tx, site, &from, id, object, crate::model::follow::ReactionKind::Boost)
        }
        Intent::Create { .. } => gathered.note.as_deref().map_or(Ok(()), |note| create::create(tx, site, &from, note)),
        Intent::Update { .. } => update::update(tx, site, &from, gathered.note.as_deref(), gathered.profile.as_deref()),
        Intent::Delete { object } => {
            consent::revoked(tx, site, &from, object)?;
            delete::delete(tx, &from, object)
        }
        Intent::Block { object } => moderation::block(tx, site, &from, id, object),
        Intent::Flag { objects, text } => moderation::flag(tx, site, &from, id, objects, text),
        Intent::Move { object, target } => {
            movement::moved(tx, site, &from, object, target, gathered.profile.as_deref())
        }
        Intent::QuoteRequest { object, instrument } => quote::request(tx, site, &from, id, object, instrument),
        Intent::Other(_) => Ok(()),
    }
}

/// An Accept or Reject of something that we asked: to follow, or to quote.
fn answered(
    tx: &mut Write<'_>,
    site: &Site,
    from: &Sender<'_>,
    object: &str,
    (yes, result): (bool, Option<&str>),
) -> Result<()> {
    let Some(Own::Activity(asked)) = site.own(object) else { return Ok(()) };
    let Some(asked) = activities::get(tx, asked)? else { return Ok(()) };
    match asked.kind.as_str() {
        // A yes without an authorization is none that anybody could look up.
        "QuoteRequest" if yes && result.is_none() => Ok(()),
        "QuoteRequest" => consent::answered(tx, site, from, &asked, result.filter(|_| yes)),
        _ => follow::answered(tx, from, &asked, yes),
    }
}

/// Who sent it: proven, and known or just fetched.
struct Sender<'a> {
    uri: &'a str,
    profile: Option<&'a Profile>,
}

impl Sender<'_> {
    /// The sender as a row, made when there is none. Call it only when the activity concerns us: strangers who do not
    /// are not kept.
    fn known(&self, tx: &mut Write<'_>) -> Result<Option<Actor>> {
        match (self.row(tx)?, self.profile) {
            (Some(actor), _) => Ok(Some(actor)),
            (None, Some(profile)) if profile.uri == self.uri => actors::learn(tx, profile).map(Some),
            (None, _) => Ok(None),
        }
    }

    /// The sender, if we know it already.
    fn row(&self, tx: &Write<'_>) -> Result<Option<Actor>> {
        actors::by_uri(tx, self.uri)
    }

    /// True when a known sender's document was fetched again, because its key had changed.
    fn is_changed(&self, tx: &Write<'_>) -> Result<bool> {
        let Some(profile) = self.profile.filter(|p| p.uri == self.uri) else { return Ok(false) };
        Ok(self.row(tx)?.is_some_and(|actor| actor.profile != *profile))
    }

    fn learn_again(&self, tx: &mut Write<'_>) -> Result<()> {
        self.profile.map_or(Ok(()), |profile| replies::learn(tx, profile).map(|_| ()))
    }
}

/// The account of ours that an actor id names, if it is open.
fn own_account(tx: &Write<'_>, site: &Site, uri: &str) -> Result<Option<AccountId>> {
    let Some(id) = site.own_account(uri) else { return Ok(None) };
    Ok(accounts::get(tx, id)?.filter(|account| account.deleted.is_none() && !account.demo).map(|account| account.id))
}

/// Remembers that a sender deleted or undid something, in case it (or a copy of it) arrives only now. Nobody can say
/// that for somebody else, not even on the same server. When too much is remembered already, a late copy may pass.
fn remember_gone(tx: &mut Write<'_>, from: &Sender<'_>, uri: &str) -> Result<()> {
    if tx.len(&GONE)? >= limits::inbox::GONE_KEPT {
        return Ok(());
    }
    let now = tx.now();
    tx.put(&GONE, &by_sender(from, uri), &now)
}

fn is_gone(tx: &Write<'_>, from: &Sender<'_>, uri: &str) -> Result<bool> {
    tx.has(&GONE, &by_sender(from, uri))
}

/// No address has a blank in it.
fn by_sender(from: &Sender<'_>, uri: &str) -> Fingerprint {
    fingerprint(&format!("{} {uri}", from.uri))
}

/// Whether an id already stands for something other than `act`: what came first keeps it, or its Undo would miss.
fn is_taken(tx: &Write<'_>, actor: &Actor, id: &str, act: ActRef) -> Result<bool> {
    Ok(follows::acts(tx, actor, id)?.iter().any(|known| *known != act))
}
