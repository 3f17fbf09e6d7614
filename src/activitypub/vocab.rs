//! Reading helpers: the many shapes in which one thing may be written. Lists are cut, never refused for their length.

use serde_json::Value;

use crate::base::{text as words, uri};
use crate::limits;

/// Everybody.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Everybody, in one of its three spellings.
pub fn is_public(uri: &str) -> bool {
    matches!(uri, PUBLIC | "as:Public" | "Public")
}

/// The id that a value names: a string, or an object's `id`. One longer than any address names nothing.
pub fn id(value: &Value) -> Option<&str> {
    let id = value.as_str().or_else(|| value.get("id").and_then(Value::as_str));
    id.filter(|id| id.len() <= limits::text::URI)
}

/// A field that is one string, and that string an address.
pub fn address<'a>(object: &'a Value, field: &str) -> Option<&'a str> {
    object.get(field).and_then(Value::as_str).filter(|text| uri::http(text).is_some())
}

/// As `id`, of a field.
pub fn id_of<'a>(object: &'a Value, field: &str) -> Option<&'a str> {
    object.get(field).and_then(id)
}

/// A field that holds exactly one id; an array of several names nobody.
pub fn one_id<'a>(object: &'a Value, field: &str) -> Option<&'a str> {
    let value = object.get(field)?;
    match value.as_array().map(Vec::as_slice) {
        Some([only]) => id(only),
        Some(_) => None,
        None => id(value),
    }
}

/// A field as a list: absent is empty, a single value is a list of one.
pub fn list<'a>(object: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    let (one, many) = match object.get(field) {
        None | Some(Value::Null) => (None, None),
        Some(Value::Array(list)) => (None, Some(list)),
        Some(value) => (Some(value), None),
    };
    one.into_iter().chain(many.into_iter().flatten()).take(limits::stranger::LIST)
}

/// All ids of a field.
pub fn ids<'a>(object: &'a Value, field: &str) -> impl Iterator<Item = &'a str> {
    list(object, field).filter_map(id)
}

/// Types that mean something to this server.
const KINDS: [&str; 32] = [
    "Accept",
    "Add",
    "Announce",
    "Application",
    "Article",
    "Audio",
    "Block",
    "Create",
    "Delete",
    "EmojiReact",
    "Event",
    "Flag",
    "Follow",
    "Group",
    "Hashtag",
    "Image",
    "Like",
    "Mention",
    "Move",
    "Note",
    "Organization",
    "Page",
    "Person",
    "Question",
    "QuoteRequest",
    "Reject",
    "Remove",
    "Service",
    "Tombstone",
    "Undo",
    "Update",
    "Video",
];

/// The type: a string, or of an array the first that we know, else its first string.
pub fn kind(object: &Value) -> &str {
    let mut kinds = list(object, "type").filter_map(Value::as_str).map(short);
    let first = kinds.next().unwrap_or_default();
    if KINDS.contains(&first) { first } else { kinds.find(|kind| KINDS.contains(kind)).unwrap_or(first) }
}

/// `as:Note` is the same as `Note`.
fn short(kind: &str) -> &str {
    kind.strip_prefix("as:").unwrap_or(kind)
}

/// Words that are no HTML: nothing unprintable, at most `max` characters.
pub fn plain(text: &str, max: usize) -> String {
    // Four bytes are the longest character.
    let enough = words::head(text, max.saturating_add(1).saturating_mul(4));
    let printable: String = enough.chars().filter(|c| words::printable(*c)).collect();
    words::clip(printable.trim(), max).into_owned()
}

/// A text field; anything but a string is as good as absent.
pub fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The first value of a language map, as Mastodon reads it, with its language.
pub fn first_of_map<'a>(object: &'a Value, field: &str) -> Option<(&'a str, &'a str)> {
    let (lang, value) = object.get(field)?.as_object()?.iter().next()?;
    Some((lang, value.as_str()?))
}

/// An address for people: a string, a Link's `href`, or the first suitable one of several.
pub fn link(object: &Value, field: &str) -> Option<String> {
    let href = |value: &Value| -> Option<String> {
        let text = value.as_str().or_else(|| value.get("href").and_then(Value::as_str))?;
        uri::http(text).map(|_| text.to_owned())
    };
    let is_page = |value: &&Value| {
        value.get("mediaType").and_then(Value::as_str).is_none_or(|mime| mime.starts_with("text/html"))
    };
    list(object, field).find(is_page).and_then(href).or_else(|| list(object, field).find_map(href))
}
