//! `MediaAttachment`.

use serde_json::{Value, json};

use crate::activitypub::write::note::hundredth;
use crate::app::App;
use crate::model::media::{Media, Small, Sort};

/// For its own account: as long as it is not published, its addresses have a pass.
pub fn media(app: &App, media: &Media) -> Value {
    let address = |file: &str| {
        let plain = app.site.media(file);
        if media.used { plain } else { format!("{plain}?pass={}", app.passes.of(file, media.id, app.now())) }
    };
    let (x, y) = media.focus.unwrap_or_default();
    let mut original = size(media.width, media.height);
    if let (Some(clip), Some(meta)) = (&media.clip, original.as_object_mut()) {
        meta.insert("duration".to_owned(), json!(std::time::Duration::from_millis(clip.millis).as_secs_f64()));
    }
    let mut meta = json!({ "original": original, "focus": { "x": hundredth(x), "y": hundredth(y) } });
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
        "url": address(&media.file),
        "captions": captions(media, &address),
        "preview_url": media.still().map(|small| address(&small.file)),
        "remote_url": null,
        "text_url": null,
        "meta": meta,
        "description": if media.alt.is_empty() { Value::Null } else { Value::from(media.alt.as_str()) },
        "blurhash": if media.blurhash.is_empty() { Value::Null } else { Value::from(media.blurhash.as_str()) },
    })
}

/// Ours besides what Mastodon has: apps that know it can offer them.
fn captions(media: &Media, address: &dyn Fn(&str) -> String) -> Vec<Value> {
    let one = |captions: &crate::model::spoken::Captions| json!({ "language": captions.lang.as_str(), "url": address(&captions.file) });
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
