//! `MediaAttachment`.

use serde_json::{Value, json};

use crate::model::media::{Media, Small, Sort};
use crate::model::site::Site;

pub fn media(site: &Site, media: &Media) -> Value {
    let (x, y) = media.focus.unwrap_or_default();
    let mut original = size(media.width, media.height);
    if let (Some(clip), Some(meta)) = (&media.clip, original.as_object_mut()) {
        meta.insert("duration".to_owned(), json!(std::time::Duration::from_millis(clip.millis).as_secs_f64()));
    }
    let mut meta = json!({ "original": original, "focus": { "x": x, "y": y } });
    if let (Some(Small { width, height, .. }), Some(meta)) = (media.still(), meta.as_object_mut()) {
        meta.insert("small".to_owned(), size(*width, *height));
    }
    json!({
        "id": media.id.to_string(),
        "type": match media.sort() {
            Sort::Picture => "image",
            Sort::Video => "video",
            Sort::Sound => "audio",
        },
        "url": site.media(&media.file),
        "captions": captions(site, media),
        "preview_url": media.still().map(|small| site.media(&small.file)),
        "remote_url": null,
        "text_url": null,
        "meta": meta,
        "description": if media.alt.is_empty() { Value::Null } else { Value::from(media.alt.as_str()) },
        "blurhash": if media.blurhash.is_empty() { Value::Null } else { Value::from(media.blurhash.as_str()) },
    })
}

/// Ours besides what Mastodon has: apps that know it can offer them.
fn captions(site: &Site, media: &Media) -> Vec<Value> {
    let one = |captions: &crate::model::spoken::Captions| json!({ "language": captions.lang.as_str(), "url": site.media(&captions.file) });
    media.spoken.captions.iter().map(one).collect()
}

fn size(width: u32, height: u32) -> Value {
    if width == 0 || height == 0 {
        return json!({});
    }
    json!({
        "width": width,
        "height": height,
        "size": format!("{width}x{height}"),
        "aspect": f64::from(width) / f64::from(height),
    })
}
