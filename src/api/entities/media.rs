//! `MediaAttachment`.

use serde_json::{Value, json};

use crate::model::media::Media;
use crate::model::site::Site;

pub fn media(site: &Site, media: &Media) -> Value {
    let size = |width: u32, height: u32| {
        json!({
            "width": width,
            "height": height,
            "size": format!("{width}x{height}"),
            "aspect": f64::from(width) / f64::from(height.max(1)),
        })
    };
    let (x, y) = media.focus.unwrap_or_default();
    json!({
        "id": media.id.to_string(),
        "type": "image",
        "url": site.media(&media.file),
        "preview_url": site.media(&media.small.file),
        "remote_url": null,
        "text_url": null,
        "meta": {
            "original": size(media.width, media.height),
            "small": size(media.small.width, media.small.height),
            "focus": { "x": x, "y": y },
        },
        "description": if media.alt.is_empty() { Value::Null } else { Value::from(media.alt.as_str()) },
        "blurhash": media.blurhash,
    })
}
