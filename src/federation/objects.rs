//! Actors, posts, activities, quote authorizations: one document at one id.

use hyper::StatusCode;
use hyper::header;

use super::{document, to_page, wants_page};
use crate::activitypub::write::{self, note::NoteParts};
use crate::app::App;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::ids::{AccountId, ActivityId, INSTANCE, PostId, QuoteId};
use crate::store::schema::MEDIA;
use crate::store::{Rows, accounts, activities, material, meta, posts, quotes};
use crate::web::request::Request;
use crate::web::response::{self, ACTIVITY_JSON, Response, answer};

/// An account that federates: samples are not known outside.
pub(super) fn need_account(app: &App, id: &str) -> Result<Account> {
    let id: AccountId = id.parse()?;
    let account = app.store.read(|rows| accounts::need(rows, id))?;
    if account.demo { Err(Error::NotFound) } else { Ok(account) }
}

pub(super) fn instance_actor(app: &App) -> Result<Response> {
    let (institution, keys) = (app.store.read(meta::institution)?, app.keys(INSTANCE)?);
    let (rsa, ed25519) = (&keys.public_rsa, &keys.public_ed25519);
    Ok(document(StatusCode::OK, &write::actor::instance_actor(&app.site, &institution.name, rsa, ed25519)))
}

pub(super) fn account(app: &App, request: &Request, id: &str) -> Result<Response> {
    let account = need_account(app, id)?;
    if wants_page(request) {
        return Ok(to_page(&app.site.profile(&account.handle)));
    }
    let keys = app.keys(account.id)?;
    let value = app.store.read(|rows| {
        let avatar = account.avatar.map_or(Ok(None), |id| rows.get(&MEDIA, &id))?;
        let header = account.header.map_or(Ok(None), |id| rows.get(&MEDIA, &id))?;
        Ok(write::actor::actor(&write::actor::ActorParts {
            site: &app.site,
            account: &account,
            rsa: &keys.public_rsa,
            ed25519: &keys.public_ed25519,
            avatar: avatar.as_ref(),
            header: header.as_ref(),
        }))
    })?;
    Ok(document(StatusCode::OK, &value))
}

pub(super) fn post(app: &App, request: &Request, id: &str) -> Result<Response> {
    let id: PostId = id.parse()?;
    let post = app.store.read(|rows| posts::get(rows, id))?.filter(|post| !post.demo).ok_or(Error::NotFound)?;
    if post.deleted.is_some() {
        return Ok(document(StatusCode::GONE, &write::note::tombstone(&app.site, &post)));
    }
    let material = app.store.read(|rows| material::of(rows, post))?;
    if wants_page(request) {
        return Ok(to_page(&app.site.post_page(&material.account.handle, id)));
    }
    Ok(document(StatusCode::OK, &write::with_context(write::note::note(&NoteParts::of(&app.site, &material)))))
}

/// The bytes that were sent.
pub(super) fn activity(app: &App, id: &str) -> Result<Response> {
    let id: ActivityId = id.parse()?;
    let activity = app.store.read(|rows| activities::get(rows, id))?.ok_or(Error::NotFound)?;
    let mut response = answer(StatusCode::OK, ACTIVITY_JSON, activity.json.get().to_owned());
    response::set(response.headers_mut(), header::VARY, "Accept");
    Ok(response)
}

/// Third servers fetch it to see whether a quote is allowed; a revoked one is not there.
pub(super) fn quote(app: &App, id: &str) -> Result<Response> {
    let id: QuoteId = id.parse()?;
    let quote = app.store.read(|rows| quotes::get(rows, id))?.filter(|quote| quote.revoked.is_none());
    let quote = quote.ok_or(Error::NotFound)?;
    Ok(document(StatusCode::OK, &write::quote_authorization(&app.site, &quote)))
}
