//! How others find us: WebFinger, host-meta, NodeInfo.

use hyper::StatusCode;
use hyper::header;
use serde_json::Value;

use crate::activitypub::{nodeinfo as numbers, webfinger as finger};
use crate::app::App;
use crate::base::uri;
use crate::error::{Error, Problem, Result};
use crate::model::account::Account;
use crate::model::site::Own;
use crate::store::counts::{self, Count};
use crate::store::schema::MEDIA;
use crate::store::{Rows, accounts, meta};
use crate::web::cache::{made, passing};
use crate::web::request::Request;
use crate::web::response::{self, Response, answer};

const JRD: &str = "application/jrd+json; charset=utf-8";

/// RFC 7033. Takes `acct:` addresses under the handle domain and under our own host, and our actor and profile addresses.
pub(super) fn webfinger(app: &App, request: &Request) -> Result<Response> {
    let missing = || Problem::new("E160", "The query needs one 'resource'.");
    let resource = request
        .query("resource")
        .filter(|r| !r.is_empty() && r.len() <= crate::limits::text::URI)
        .ok_or_else(missing)?;
    made(app, |rows| {
        let found =
            if resource.contains("://") { by_address(app, rows, resource)? } else { by_acct(app, rows, resource)? };
        let (user, actor, page, avatar) = match found {
            Found::Instance => {
                (instance_user(app), app.site.instance_actor(), format!("{}/about", app.site.origin), None)
            }
            Found::Account(account) => {
                let avatar = account.avatar.map_or(Ok(None), |id| rows.get(&MEDIA, &id))?;
                let avatar = avatar.map(|media| (media.mime, app.site.media(&media.file)));
                (account.handle.clone(), app.site.actor(account.id), app.site.profile(&account.handle), avatar)
            }
        };
        let picture = avatar.as_ref().map(|(mime, url)| (mime.as_str(), url.as_str()));
        let response =
            open(answer(StatusCode::OK, JRD, finger::jrd(&app.site, &user, &actor, &page, picture).to_string()));
        // Many spellings lead to an account; these are the ones that others use.
        let domains = [app.site.handle_domain.as_str(), app.site.authority()];
        let spelled = resource == actor || domains.iter().any(|domain| resource == format!("acct:{user}@{domain}"));
        Ok(if spelled { response } else { passing(response) })
    })
}

enum Found {
    Instance,
    Account(Box<Account>),
}

/// The server's own actor is known as `host@host`, as Mastodon's is.
fn instance_user(app: &App) -> String {
    app.site.authority().split(':').next().unwrap_or_default().to_owned()
}

fn by_address(app: &App, rows: &impl Rows, resource: &str) -> Result<Found> {
    let account = match app.site.own(resource).ok_or(Error::NotFound)? {
        Own::Instance => return Ok(Found::Instance),
        Own::Account(id) => accounts::need(rows, id)?,
        Own::Profile(handle) => accounts::named(rows, &handle)?,
        Own::Post(_) | Own::Activity(_) | Own::Quote(_) => return Err(Error::NotFound),
    };
    shown(account)
}

fn by_acct(app: &App, rows: &impl Rows, resource: &str) -> Result<Found> {
    let Some((user, domain)) = uri::parse_acct(resource) else {
        return Err(Problem::new("E161", "The resource is no address of an account.").into());
    };
    if domain != app.site.handle_domain && domain != app.site.authority() {
        return Err(Error::NotFound);
    }
    if user == instance_user(app) {
        return Ok(Found::Instance);
    }
    shown(accounts::named(rows, &user)?)
}

fn shown(account: Account) -> Result<Found> {
    if account.demo { Err(Error::NotFound) } else { Ok(Found::Account(Box::new(account))) }
}

pub(super) fn host_meta(app: &App) -> Response {
    answer(StatusCode::OK, "application/xrd+xml; charset=utf-8", finger::host_meta(&app.site))
}

pub(super) fn nodeinfo_links(app: &App) -> Result<Response> {
    open_json(&numbers::links(&app.site))
}

pub(super) fn nodeinfo(rows: &impl Rows, version: &str) -> Result<Response> {
    let (institution, posts) = (meta::institution(rows)?, counts::get(rows, Count::AllPosts)?);
    let people = accounts::all(rows)?.iter().filter(|account| !account.demo).count() as u64;
    let counted = numbers::Numbers { accounts: people, posts };
    open_json(&numbers::document(version, counted, &institution.name, env!("CARGO_PKG_VERSION")))
}

fn open_json(value: &Value) -> Result<Response> {
    response::json(StatusCode::OK, value).map(open)
}

/// Programs in any browser may read it.
fn open(mut response: Response) -> Response {
    response::set(response.headers_mut(), header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    response
}
