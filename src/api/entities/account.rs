//! `Account` and `CredentialAccount`.

use serde_json::{Value, json};

use crate::app::App;
use crate::base::html;
use crate::error::Result;
use crate::model::account::{Account, Kind};
use crate::model::actor::Actor;
use crate::model::ids::MediaId;
use crate::store::counts::{self, Count};
use crate::store::schema::{FOLLOWING, MEDIA};
use crate::store::{Rows, Span, posts};

/// One of our accounts, as others see it.
pub fn account(app: &App, rows: &impl Rows, account: &Account) -> Result<Value> {
    let (avatar, avatar_alt) = picture(app, rows, account.avatar, "emblem.svg")?;
    let (header, header_alt) = picture(app, rows, account.header, "emblem.svg")?;
    let last = posts::of_account(rows, account.id, None, 1)?.first().map(|post| post.published.rfc3339());
    let fields: Vec<Value> = account
        .fields
        .iter()
        .map(|field| json!({ "name": field.name, "value": html::escape(&field.value), "verified_at": null }))
        .collect();
    Ok(json!({
        "id": account.id.to_string(),
        "username": account.handle,
        "acct": account.handle,
        "display_name": account.name,
        "locked": false,
        "bot": account.kind == Kind::Service,
        "group": false,
        "discoverable": true,
        "indexable": true,
        "created_at": account.created.rfc3339_millis(),
        "note": format!("<p>{}</p>", html::escape(&account.summary).replace('\n', "<br>")),
        "url": app.site.profile(&account.handle),
        "uri": app.site.actor(account.id),
        "avatar": avatar,
        "avatar_static": avatar,
        "avatar_description": avatar_alt,
        "header": header,
        "header_static": header,
        "header_description": header_alt,
        "followers_count": counts::get(rows, Count::Followers(account.id))?,
        "following_count": rows.keys(&FOLLOWING, Span::under(&account.id))?.len(),
        "statuses_count": counts::get(rows, Count::Posts(account.id))?,
        "last_status_at": last.and_then(|moment| moment.get(..10).map(str::to_owned)),
        "hide_collections": true,
        "noindex": false,
        "emojis": [],
        "roles": [],
        "fields": fields,
    }))
}

/// The account of the token, with what only its own programs see.
pub fn credentials(app: &App, rows: &impl Rows, own: &Account) -> Result<Value> {
    let mut value = account(app, rows, own)?;
    let fields: Vec<Value> =
        own.fields.iter().map(|f| json!({ "name": f.name, "value": f.value, "verified_at": null })).collect();
    if let Some(object) = value.as_object_mut() {
        let source = json!({
            "privacy": "public",
            "sensitive": false,
            "language": own.language.to_string(),
            "note": own.summary,
            "fields": fields,
            "follow_requests_count": 0,
            "quote_policy": "public",
        });
        object.insert("source".to_owned(), source);
        let role = json!({ "id": "0", "name": "", "color": "", "permissions": "0", "highlighted": false });
        object.insert("role".to_owned(), role);
    }
    Ok(value)
}

/// A stranger, as the author of an answer. No picture of theirs is stored or passed on.
pub fn stranger(app: &App, actor: &Actor) -> Value {
    let picture = format!("{}{}", app.site.origin, crate::web::assets::path("emblem.svg"));
    let profile = &actor.profile;
    json!({
        "id": actor.id.to_string(),
        "username": profile.user,
        "acct": format!("{}@{}", profile.user, profile.domain),
        "display_name": if profile.name.is_empty() { &profile.user } else { &profile.name },
        "locked": false,
        "bot": false,
        "group": false,
        "discoverable": null,
        "created_at": actor.fetched.rfc3339_millis(),
        "note": "",
        "url": profile.url,
        "uri": profile.uri,
        "avatar": picture,
        "avatar_static": picture,
        "header": picture,
        "header_static": picture,
        "followers_count": 0,
        "following_count": 0,
        "statuses_count": 0,
        "last_status_at": null,
        "emojis": [],
        "fields": [],
    })
}

/// A picture's address and description; apps demand one, so the emblem stands in.
fn picture(app: &App, rows: &impl Rows, id: Option<MediaId>, fallback: &str) -> Result<(String, String)> {
    let media = id.map_or(Ok(None), |id| rows.get(&MEDIA, &id))?;
    let fallback = || (format!("{}{}", app.site.origin, crate::web::assets::path(fallback)), String::new());
    Ok(media.map_or_else(fallback, |media| (app.site.media(&media.file), media.alt)))
}
