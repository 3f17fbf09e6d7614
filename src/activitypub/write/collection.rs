//! Collections and their pages.

use serde_json::{Value, json};

use crate::activitypub::context;

/// A number and nothing to look at: without `first`, Mastodon shows the list as hidden.
pub fn counted(id: &str, total: u64) -> Value {
    json!({ "@context": context::plain(), "id": id, "type": "OrderedCollection", "totalItems": total })
}

/// As `counted`, for what has no order: likes and shares.
pub fn tally(id: &str, total: u64) -> Value {
    json!({ "@context": context::plain(), "id": id, "type": "Collection", "totalItems": total })
}

pub fn paged(id: &str, total: u64, first: &str) -> Value {
    json!({ "@context": context::plain(), "id": id, "type": "OrderedCollection", "totalItems": total, "first": first })
}

pub fn page(id: &str, part_of: &str, items: &[Value], next: Option<&str>) -> Value {
    let page = json!({
        "@context": context::note(),
        "id": id,
        "type": "OrderedCollectionPage",
        "partOf": part_of,
        "orderedItems": items,
    });
    with_next(page, next)
}

pub fn unordered_page(id: &str, part_of: &str, items: &[Value], next: Option<&str>) -> Value {
    let page = json!({
        "@context": context::plain(),
        "id": id,
        "type": "CollectionPage",
        "partOf": part_of,
        "items": items,
    });
    with_next(page, next)
}

fn with_next(mut page: Value, next: Option<&str>) -> Value {
    if let (Some(object), Some(next)) = (page.as_object_mut(), next) {
        object.insert("next".to_owned(), json!(next));
    }
    page
}

/// All items at once: pinned posts.
pub fn ordered(id: &str, items: &[Value]) -> Value {
    json!({
        "@context": context::plain(),
        "id": id,
        "type": "OrderedCollection",
        "totalItems": items.len(),
        "orderedItems": items,
    })
}

pub fn unordered(id: &str, items: &[Value]) -> Value {
    json!({ "@context": context::plain(), "id": id, "type": "Collection", "totalItems": items.len(), "items": items })
}
