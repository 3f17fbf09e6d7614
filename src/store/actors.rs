//! Strangers' accounts, their machines and their inboxes.

use std::collections::BTreeSet;

use super::schema::{
    ACTOR_BY_URI, ACTOR_DELIVERY, ACTORS, INBOX_BY_URL, INBOXES, SERVER_BY_HOST, SERVERS, fingerprint,
};
use super::slim::Slim;
use super::table::Span;
use super::tx::{Rows, Write};
use crate::error::{Error, Result};
use crate::limits::stranger::DOMAINS;
use crate::model::actor::{Actor, Profile};
use crate::model::ids::{ActorId, InboxId, ServerId};
use crate::model::server::{Inbox, Server};

pub fn get(rows: &impl Rows, id: ActorId) -> Result<Option<Actor>> {
    Ok(rows.get(&ACTORS, &id)?.map(|row| row.whole(id)))
}

/// Where deliveries to an actor go; nothing else of it is read.
pub fn delivery(rows: &impl Rows, id: ActorId) -> Result<Option<InboxId>> {
    Ok(rows.get(&ACTOR_DELIVERY, &id)?.map(|row| row.delivery))
}

/// An actor that another row names.
pub fn named_by_row(rows: &impl Rows, id: ActorId) -> Result<Actor> {
    get(rows, id)?.ok_or_else(|| Error::bug("a row names an actor that is not there"))
}

pub fn by_uri(rows: &impl Rows, uri: &str) -> Result<Option<Actor>> {
    match rows.get(&ACTOR_BY_URI, &fingerprint(uri))? {
        Some(id) => get(rows, id),
        None => Ok(None),
    }
}

/// Keeps what a fetched document says; an actor that is known keeps its id.
pub fn learn(tx: &mut Write<'_>, profile: &Profile) -> Result<Actor> {
    let known = by_uri(tx, &profile.uri)?;
    let delivery = domain_behind(tx, profile)?;
    let fetched = tx.now();
    let actor = match known {
        Some(old) => {
            if old.delivery != delivery {
                super::follows::reroute(tx, old.id, old.delivery, delivery)?;
            }
            Actor { profile: profile.clone(), delivery, fetched, ..old }
        }
        None => Actor { id: ActorId(tx.id()), profile: profile.clone(), delivery, fetched, moved_to: None },
    };
    put(tx, &actor)?;
    Ok(actor)
}

/// The inbox of an actor, which remembers the domain where that is another than its host.
fn domain_behind(tx: &mut Write<'_>, profile: &Profile) -> Result<InboxId> {
    let mut inbox = inbox(tx, profile.delivery_inbox())?;
    let is_known = inbox.domains.len() >= DOMAINS || inbox.domains.contains(&profile.domain);
    if !is_known && get_server(tx, inbox.server)?.host != profile.domain {
        inbox.domains.insert(profile.domain.clone());
        put_inbox(tx, &inbox)?;
    }
    Ok(inbox.id)
}

pub fn put(tx: &mut Write<'_>, actor: &Actor) -> Result<()> {
    tx.put(&ACTOR_BY_URI, &fingerprint(&actor.profile.uri), &actor.id)?;
    tx.put(&ACTORS, &actor.id, &Slim::new(actor))
}

/// Forgets an actor. Whatever names it has to be gone before.
pub fn erase(tx: &mut Write<'_>, actor: &Actor) -> Result<()> {
    tx.remove(&ACTOR_BY_URI, &fingerprint(&actor.profile.uri))?;
    tx.remove(&ACTORS, &actor.id)?;
    Ok(())
}

/// The inbox at an address, made known when it is new.
pub fn inbox(tx: &mut Write<'_>, url: &str) -> Result<Inbox> {
    if let Some(id) = tx.get(&INBOX_BY_URL, &url.to_owned())? {
        return get_inbox(tx, id);
    }
    let parsed = crate::base::uri::http(url).ok_or_else(|| Error::bug("an inbox that is no address"))?;
    let server = server_of(tx, &crate::base::uri::authority(&parsed))?;
    let inbox = Inbox { id: InboxId(tx.id()), url: url.to_owned(), server: server.id, domains: BTreeSet::new() };
    put_inbox(tx, &inbox)?;
    Ok(inbox)
}

pub(super) fn put_inbox(tx: &mut Write<'_>, inbox: &Inbox) -> Result<()> {
    tx.put(&INBOX_BY_URL, &inbox.url, &inbox.id)?;
    tx.put(&INBOXES, &inbox.id, inbox)
}

pub fn get_inbox(rows: &impl Rows, id: InboxId) -> Result<Inbox> {
    rows.get(&INBOXES, &id)?.ok_or_else(|| Error::bug("a row names an inbox that is not there"))
}

/// The servers of many inboxes.
pub fn servers_of(rows: &impl Rows, inboxes: impl Iterator<Item = InboxId>) -> Result<Vec<(InboxId, ServerId)>> {
    inboxes.map(|id| Ok((id, get_inbox(rows, id)?.server))).collect()
}

/// The server of a host (with its port where that is unusual), made known when it is new.
fn server_of(tx: &mut Write<'_>, host: &str) -> Result<Server> {
    if let Some(server) = server_by_host(tx, host)? {
        return Ok(server);
    }
    let server = Server::new(ServerId(tx.id()), host.to_owned());
    put_server(tx, &server)?;
    Ok(server)
}

pub fn server_by_host(rows: &impl Rows, host: &str) -> Result<Option<Server>> {
    match rows.get(&SERVER_BY_HOST, &host.to_owned())? {
        Some(id) => get_server(rows, id).map(Some),
        None => Ok(None),
    }
}

pub fn get_server(rows: &impl Rows, id: ServerId) -> Result<Server> {
    rows.get(&SERVERS, &id)?.ok_or_else(|| Error::bug("a row names a server that is not there"))
}

pub fn put_server(tx: &mut Write<'_>, server: &Server) -> Result<()> {
    tx.put(&SERVER_BY_HOST, &server.host, &server.id)?;
    tx.put(&SERVERS, &server.id, server)
}

pub fn servers(rows: &impl Rows) -> Result<Vec<Server>> {
    Ok(rows.rows(&SERVERS, Span::all())?.into_iter().map(|(_, server)| server).collect())
}

/// Servers that failed when they were last tried.
pub fn troubled(rows: &impl Rows) -> Result<Vec<ServerId>> {
    let mut troubled = Vec::new();
    rows.each(&SERVERS, &Span::all(), |id, server: Server| {
        if server.is_troubled() {
            troubled.push(id);
        }
        Ok(true)
    })?;
    Ok(troubled)
}

pub fn each(rows: &impl Rows, mut each: impl FnMut(ActorId, Actor) -> Result<bool>) -> Result<()> {
    rows.each(&ACTORS, &Span::all(), |id, row| each(id, row.whole(id)))
}
