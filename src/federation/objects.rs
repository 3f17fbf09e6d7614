//! Actors, posts, activities, quote authorizations: one document at one id.

use hyper::StatusCode;

use super::document;
use crate::actions::accounts::public_keys;
use crate::activitypub::write::{self, NoteParts};
use crate::app::App;
use crate::base::lang::Lang;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::ids::{AccountId, ActivityId, INSTANCE, PostId, QuoteId};
use crate::store::schema::MEDIA;
use crate::store::{Rows, accounts, activities, material, meta, posts, quotes};
use crate::web::cache::negotiated;
use crate::web::request::Request;
use crate::web::response::{ACTIVITY_JSON, Response, answer, found};

/// An account that federates: samples are not known outside.
pub(super) fn need_account(rows: &impl Rows, id: &str) -> Result<Account> {
    let id: AccountId = id.parse()?;
    let account = accounts::need(rows, id)?;
    if account.demo { Err(Error::NotFound) } else { Ok(account) }
}

pub(super) fn instance_actor(app: &App, rows: &impl Rows) -> Result<Response> {
    let (institution, (rsa, ed25519)) = (meta::institution(rows)?, public_keys(rows, INSTANCE)?);
    Ok(document(StatusCode::OK, &write::actor::instance_actor(&app.site, &institution.name, &rsa, &ed25519)))
}

/// People who open an id in a browser are sent to its page.
pub(super) fn account(app: &App, rows: &impl Rows, request: &Request, id: &str) -> Result<Response> {
    let account = need_account(rows, id)?;
    if request.wants_page() {
        return Ok(negotiated(found(&app.site.profile(&account.handle))));
    }
    let (rsa, ed25519) = public_keys(rows, account.id)?;
    let avatar = account.avatar.map_or(Ok(None), |id| rows.get(&MEDIA, &id))?;
    let header = account.header.map_or(Ok(None), |id| rows.get(&MEDIA, &id))?;
    let value = write::actor::actor(&write::actor::ActorParts {
        site: &app.site,
        account: &account,
        rsa: &rsa,
        ed25519: &ed25519,
        avatar: avatar.as_ref(),
        header: header.as_ref(),
    });
    Ok(negotiated(document(StatusCode::OK, &value)))
}

/// The Note of a post's main version, or of a language that has its own.
pub(super) fn post(app: &App, rows: &impl Rows, request: &Request, id: &str, lang: Option<&Lang>) -> Result<Response> {
    let id: PostId = id.parse()?;
    let post = posts::get(rows, id)?.filter(|post| !post.demo).ok_or(Error::NotFound)?;
    let retired = lang.is_some_and(|lang| post.retired.contains(lang));
    if retired || lang.is_none() && post.deleted.is_some() {
        return Ok(document(StatusCode::GONE, &write::note::tombstone(&app.site, &post, lang)));
    }
    if !post.notes().contains(&lang.cloned()) {
        return Err(Error::NotFound);
    }
    let material = material::of(rows, post)?;
    if request.wants_page() {
        let handle = &material.account.handle;
        let page = lang.map_or_else(|| app.site.post_page(handle, id), |lang| app.site.version_page(handle, id, lang));
        return Ok(negotiated(found(&page)));
    }
    let note = write::with_context(write::note::note(&NoteParts::in_language(&app.site, &material, lang)));
    Ok(negotiated(document(StatusCode::OK, &note)))
}

/// The bytes that were sent.
pub(super) fn activity(rows: &impl Rows, id: &str) -> Result<Response> {
    let id: ActivityId = id.parse()?;
    let activity = activities::get(rows, id)?.ok_or(Error::NotFound)?;
    Ok(answer(StatusCode::OK, ACTIVITY_JSON, activity.json.get().to_owned()))
}

/// Third servers fetch it to see whether a quote is allowed; a revoked one is not there.
pub(super) fn quote(app: &App, rows: &impl Rows, id: &str) -> Result<Response> {
    let id: QuoteId = id.parse()?;
    let quote = quotes::get(rows, id)?.filter(|quote| quote.revoked.is_none());
    let quote = quote.ok_or(Error::NotFound)?;
    Ok(document(StatusCode::OK, &write::quote_authorization(&app.site, &quote)))
}
