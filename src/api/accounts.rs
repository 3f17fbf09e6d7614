//! `accounts`: who a token is, and what everybody may read of an account.

use hyper::{StatusCode, header};
use serde_json::{Value, json};

use super::entities;
use crate::app::App;
use crate::base::uri;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::ids::{AccountId, PostId};
use crate::model::user::Client;
use crate::store::{accounts, posts};
use crate::web::request::Request;
use crate::web::response::{self, Response};

pub(super) fn credentials(app: &App, client: &Client) -> Result<Response> {
    let value = app
        .store
        .read(|rows| entities::account::credentials(app, rows, &accounts::need(rows, client.token.account)?))?;
    response::json(StatusCode::OK, &value)
}

pub(super) fn preferences(app: &App, client: &Client) -> Result<Response> {
    let account = app.store.read(|rows| accounts::need(rows, client.token.account))?;
    let value = json!({
        "posting:default:visibility": "public",
        "posting:default:sensitive": false,
        "posting:default:language": account.language.to_string(),
        "posting:default:quote_policy": "public",
        "reading:expand:media": "default",
        "reading:expand:spoilers": false,
    });
    response::json(StatusCode::OK, &value)
}

pub(super) fn look_up(app: &App, request: &Request) -> Result<Response> {
    let wanted = request.query("acct").unwrap_or_default().trim_start_matches('@');
    let user = match uri::parse_acct(wanted) {
        Some((user, domain)) if domain == app.site.handle_domain || domain == app.site.authority() => user,
        Some(_) => return Err(Error::NotFound),
        None => wanted.to_owned(),
    };
    let value = app.store.read(|rows| entities::account::account(app, rows, &accounts::named(rows, &user)?))?;
    response::json(StatusCode::OK, &value)
}

pub(super) fn account(app: &App, id: &str) -> Result<Response> {
    let id: AccountId = id.parse()?;
    let value = app.store.read(|rows| entities::account::account(app, rows, &accounts::need(rows, id)?))?;
    response::json(StatusCode::OK, &value)
}

pub(super) fn statuses(app: &App, request: &Request, id: &str) -> Result<Response> {
    let id: AccountId = id.parse()?;
    let limit = request.position::<usize>("limit").unwrap_or(20).clamp(1, limits::pages::API_POSTS);
    let before: Option<PostId> = request.position("max_id");
    let since: Option<PostId> = request.position("since_id");
    let pinned = request.query("pinned").is_some_and(|text| text == "true" || text == "1");
    let (values, last) = app.store.read(|rows| {
        let account = accounts::need(rows, id)?;
        let found = if pinned {
            account.pinned.iter().filter_map(|id| posts::need(rows, *id).ok()).collect()
        } else {
            posts::of_account(rows, id, before, limit)?
        };
        let full = !pinned && found.len() == limit;
        let last = found.last().map(|post| post.id).filter(|_| full);
        let newer = found.into_iter().filter(|post| since.is_none_or(|since| post.id > since));
        let values = newer.map(|post| entities::status::status(app, rows, post)).collect::<Result<Vec<Value>>>()?;
        Ok((values, last))
    })?;
    let mut response = response::json(StatusCode::OK, &values)?;
    if let Some(last) = last {
        let address = format!("{}/api/v1/accounts/{id}/statuses?limit={limit}&max_id={last}", app.site.origin);
        response::set_text(response.headers_mut(), header::LINK, &format!("<{address}>; rel=\"next\""));
    }
    Ok(response)
}
