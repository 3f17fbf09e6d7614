//! How others find us: WebFinger, host-meta, NodeInfo.

use hyper::StatusCode;
use hyper::header;
use serde_json::Value;

use crate::activitypub::{nodeinfo as numbers, webfinger as finger};
use crate::app::App;
use crate::base::uri;
use crate::error::{Error, Problem, Result};
use crate::model::account::Account;
use crate::model::ids::AccountId;
use crate::model::site::Own;
use crate::store::counts::{self, Count};
use crate::store::schema::MEDIA;
use crate::store::{Rows, accounts, meta};
use crate::web::request::Request;
use crate::web::response::{self, Response, answer};

const JRD: &str = "application/jrd+json; charset=utf-8";

/// RFC 7033. Takes `acct:` addresses under the handle domain and under our own host, and our actor and profile addresses.
pub(super) fn webfinger(app: &App, request: &Request) -> Result<Response> {
    let missing = || Problem::new("E160", "The query needs one 'resource'.");
    let resource = request.query("resource").filter(|r| !r.is_empty() && r.len() <= 2_048).ok_or_else(missing)?;
    let found = if resource.contains("://") { by_address(app, resource)? } else { by_acct(app, resource)? };
    let value = match found {
        Found::Instance => {
            let actor = app.site.instance_actor();
            finger::jrd(&app.site, &instance_user(app), &actor, &format!("{}/about", app.site.origin), None)
        }
        Found::Account(account) => describe(app, &account)?,
    };
    let mut response = answer(StatusCode::OK, JRD, value.to_string());
    response::set(response.headers_mut(), header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    response::set(response.headers_mut(), header::CACHE_CONTROL, "public, max-age=300");
    Ok(response)
}

enum Found {
    Instance,
    Account(Box<Account>),
}

/// The server's own actor is known as `host@host`, as Mastodon's is.
fn instance_user(app: &App) -> String {
    app.site.authority().split(':').next().unwrap_or_default().to_owned()
}

fn by_address(app: &App, resource: &str) -> Result<Found> {
    let account = match app.site.own(resource).ok_or(Error::NotFound)? {
        Own::Instance => return Ok(Found::Instance),
        Own::Account(id) => named(app, id)?,
        Own::Profile(handle) => app.store.read(|rows| accounts::named(rows, &handle))?,
        Own::Post(_) | Own::Activity(_) | Own::Quote(_) => return Err(Error::NotFound),
    };
    shown(account)
}

fn by_acct(app: &App, resource: &str) -> Result<Found> {
    let Some((user, domain)) = uri::parse_acct(resource) else {
        return Err(Problem::new("E161", "The resource is no address of an account.").into());
    };
    if domain != app.site.handle_domain && domain != app.site.authority() {
        return Err(Error::NotFound);
    }
    if user == instance_user(app) {
        return Ok(Found::Instance);
    }
    shown(app.store.read(|rows| accounts::named(rows, &user))?)
}

fn named(app: &App, id: AccountId) -> Result<Account> {
    app.store.read(|rows| accounts::need(rows, id))
}

fn shown(account: Account) -> Result<Found> {
    if account.demo { Err(Error::NotFound) } else { Ok(Found::Account(Box::new(account))) }
}

fn describe(app: &App, account: &Account) -> Result<Value> {
    let media = account.avatar.map_or(Ok(None), |id| app.store.read(|rows| rows.get(&MEDIA, &id)))?;
    let avatar = media.map(|m| (m.mime, app.site.media(&m.file)));
    let avatar = avatar.as_ref().map(|(mime, url)| (mime.as_str(), url.as_str()));
    Ok(finger::jrd(&app.site, &account.handle, &app.site.actor(account.id), &app.site.profile(&account.handle), avatar))
}

pub(super) fn host_meta(app: &App) -> Response {
    answer(StatusCode::OK, "application/xrd+xml; charset=utf-8", finger::host_meta(&app.site))
}

pub(super) fn nodeinfo_links(app: &App) -> Result<Response> {
    open_json(&numbers::links(&app.site))
}

pub(super) fn nodeinfo(app: &App, version: &str) -> Result<Response> {
    let (institution, people, posts) = app.store.read(|rows| {
        let people = accounts::all(rows)?.iter().filter(|account| !account.demo).count() as u64;
        Ok((meta::institution(rows)?, people, counts::get(rows, Count::AllPosts)?))
    })?;
    let counted = numbers::Numbers { accounts: people, posts };
    open_json(&numbers::document(version, counted, &institution.name, env!("CARGO_PKG_VERSION")))
}

fn open_json(value: &Value) -> Result<Response> {
    let mut response = response::json(StatusCode::OK, value)?;
    response::set(response.headers_mut(), header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    Ok(response)
}
