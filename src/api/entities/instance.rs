//! Instance, in both versions: what apps read before anything else.

use serde_json::{Value, json};

use crate::app::App;
use crate::limits;
use crate::model::institution::Institution;

/// Apps switch features by it; it has to begin like a Mastodon version.
fn version() -> String {
    format!("4.3.0 (compatible; instance {})", env!("CARGO_PKG_VERSION"))
}

/// What an app has to know to publish here.
fn configuration(app: &App) -> Value {
    json!({
        "urls": { "streaming": null },
        "vapid": { "public_key": "" },
        "accounts": { "max_featured_tags": 0, "max_pinned_statuses": limits::account::PINNED },
        "statuses": {
            "max_characters": limits::post::TEXT,
            "max_media_attachments": limits::post::PICTURES,
            "characters_reserved_per_url": 23,
        },
        "media_attachments": {
            "supported_mime_types": [
                "image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/webm", "audio/mpeg", "audio/mp4",
                "audio/aac", "audio/webm", "audio/ogg", "audio/flac",
            ],
            "description_limit": limits::post::ALT,
            "image_size_limit": limits::media::PICTURE,
            "image_matrix_limit": limits::media::PIXELS,
            "video_size_limit": app.heaviest(),
            "video_frame_rate_limit": limits::clip::RATE,
            "video_matrix_limit": limits::clip::MATRIX,
        },
        "polls": {
            "max_options": limits::poll::ANSWERS,
            "max_characters_per_option": limits::poll::ANSWER,
            "min_expiration": limits::poll::SHORTEST.as_secs(),
            "max_expiration": limits::poll::LONGEST.as_secs(),
        },
        "translation": { "enabled": false },
    })
}

pub fn v2(app: &App, institution: &Institution) -> Value {
    json!({
        "domain": app.site.handle_domain,
        "title": institution.name,
        "version": version(),
        "source_url": null,
        "description": description(institution),
        "usage": { "users": { "active_month": 0 } },
        "thumbnail": { "url": format!("{}{}", app.site.origin, crate::web::assets::emblem(institution)) },
        "languages": languages(institution),
        "configuration": configuration(app),
        "registrations": { "enabled": false, "approval_required": false, "message": null },
        "contact": { "email": app.config.contact.clone().unwrap_or_default(), "account": null },
        "rules": [],
        "api_versions": { "mastodon": 1 },
    })
}

/// Version 1, which command-line clients still read strictly.
pub fn v1(app: &App, institution: &Institution, accounts: usize, posts: u64) -> Value {
    json!({
        "uri": app.site.handle_domain,
        "title": institution.name,
        "short_description": description(institution),
        "description": description(institution),
        "email": app.config.contact.clone().unwrap_or_default(),
        "version": version(),
        "urls": { "streaming_api": "" },
        "stats": { "user_count": accounts, "status_count": posts, "domain_count": 0 },
        "thumbnail": null,
        "languages": languages(institution),
        "registrations": false,
        "approval_required": false,
        "invites_enabled": false,
        "configuration": configuration(app),
        "contact_account": null,
        "rules": [],
    })
}

fn description(institution: &Institution) -> String {
    format!("Official accounts of {}", institution.name)
}

fn languages(institution: &Institution) -> Vec<String> {
    institution.languages.iter().map(ToString::to_string).collect()
}
