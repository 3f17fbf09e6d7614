//! From the wire to an intent. Shapes are read leniently; who says it, and with what right, is not.

pub mod actor;
pub mod note;

use serde_json::Value;

use super::vocab::{self, id_of, one_id};
use crate::base::time::Timestamp;
use crate::base::{text, uri};
use crate::error::{Error, Problem, Result};
use crate::limits;

/// A stranger's activity. That `actor` said it is for a signature to prove.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// On the origin of `actor`. Empty when there is none, which is let pass only where nothing is remembered by it.
    pub id: String,
    pub actor: String,
    pub intent: Intent,
}

/// What it asks for. Objects are ids unless they say otherwise.
#[derive(Debug, Clone, PartialEq)]
pub enum Intent {
    Follow {
        object: String,
    },
    /// `object` is the id of the Follow that is answered.
    /// `result` is the authorization that comes with the answer to a `QuoteRequest`.
    Accept {
        object: String,
        result: Option<String>,
    },
    Reject {
        object: String,
    },
    Undo(Undone),
    Like {
        object: String,
    },
    Announce {
        object: String,
        published: Option<Timestamp>,
    },
    /// `object` as it came: an id, or the object itself.
    Create {
        object: Value,
    },
    Update {
        object: Value,
    },
    Delete {
        object: String,
    },
    Block {
        object: String,
    },
    Flag {
        objects: Vec<String>,
        text: String,
    },
    Move {
        object: String,
        target: String,
    },
    QuoteRequest {
        object: String,
        instrument: String,
    },
    /// Nothing that this server does anything about.
    Other(String),
}

impl Intent {
    /// What a Create or Update carries: the object itself, or its id.
    pub fn carried(&self) -> Option<&Value> {
        match self {
            Self::Create { object } | Self::Update { object } => Some(object),
            Self::Follow { .. }
            | Self::Accept { .. }
            | Self::Reject { .. }
            | Self::Undo(_)
            | Self::Like { .. }
            | Self::Announce { .. }
            | Self::Delete { .. }
            | Self::Block { .. }
            | Self::Flag { .. }
            | Self::Move { .. }
            | Self::QuoteRequest { .. }
            | Self::Other(_) => None,
        }
    }
}

impl Intent {
    /// Takes out what `carried` shows.
    pub fn take_carried(&mut self) -> Option<Value> {
        match self {
            Self::Create { object } | Self::Update { object } => Some(object.take()),
            Self::Follow { .. }
            | Self::Accept { .. }
            | Self::Reject { .. }
            | Self::Undo(_)
            | Self::Like { .. }
            | Self::Announce { .. }
            | Self::Delete { .. }
            | Self::Block { .. }
            | Self::Flag { .. }
            | Self::Move { .. }
            | Self::QuoteRequest { .. }
            | Self::Other(_) => None,
        }
    }
}

/// What is undone: its id, and what it was if the Undo says so.
#[derive(Debug, Clone, PartialEq)]
pub struct Undone {
    pub id: String,
    pub kind: Option<String>,
    pub object: Option<String>,
}

/// Reads an activity. `Invalid` when it names no actor, or an id that is not its actor's to give.
pub fn activity(value: &Value) -> Result<Incoming> {
    if !value.is_object() || value.get("@graph").is_some() || value.get("@included").is_some() {
        return Err(wrong("it is not a single activity"));
    }
    let actor = one_id(value, "actor")
        .filter(|uri| uri::http(uri).is_some())
        .ok_or_else(|| wrong("it names no single actor"))?;
    let intent = intent(value, actor)?;
    let id = match value.get("id") {
        None | Some(Value::Null) if !is_remembered(&intent) => "",
        Some(_) | None => vocab::address(value, "id").ok_or_else(|| wrong("it has no id"))?,
    };
    if !id.is_empty() && !uri::same_origin(id, actor) {
        return Err(wrong("its id is not on its actor's server"));
    }
    Ok(Incoming { id: id.to_owned(), actor: actor.to_owned(), intent })
}

/// What is left of an activity whose object has to be fetched: who does what with it, all by address.
pub fn bare(value: &Value) -> Value {
    let mut bare = serde_json::Map::new();
    bare.insert("type".to_owned(), vocab::kind(value).into());
    for field in ["id", "actor", "object", "target"] {
        bare.extend(one_id(value, field).map(|id| (field.to_owned(), id.into())));
    }
    bare.into()
}

/// Whether its effect is kept under the activity's id, to be answered or undone. Mastodon's Add and Remove have none.
fn is_remembered(intent: &Intent) -> bool {
    match intent {
        Intent::Follow { .. }
        | Intent::Like { .. }
        | Intent::Announce { .. }
        | Intent::Block { .. }
        | Intent::Flag { .. }
        | Intent::QuoteRequest { .. } => true,
        Intent::Accept { .. }
        | Intent::Reject { .. }
        | Intent::Undo(_)
        | Intent::Create { .. }
        | Intent::Update { .. }
        | Intent::Delete { .. }
        | Intent::Move { .. }
        | Intent::Other(_) => false,
    }
}

fn wrong(what: &str) -> Error {
    Problem::new("E172", format!("The activity cannot be read: {what}.")).into()
}

fn intent(value: &Value, actor: &str) -> Result<Intent> {
    let object = || object_id(value).map(str::to_owned);
    Ok(match vocab::kind(value) {
        "Follow" => Intent::Follow { object: object()? },
        "Accept" => Intent::Accept { object: object()?, result: id_of(value, "result").map(str::to_owned) },
        "Reject" => Intent::Reject { object: object()? },
        "Undo" => Intent::Undo(undone(value, actor)?),
        "Like" | "EmojiReact" => Intent::Like { object: object()? },
        "Announce" => {
            Intent::Announce { object: object()?, published: Timestamp::parse_rfc3339(vocab::text(value, "published")) }
        }
        "Create" => Intent::Create { object: whole(value)? },
        "Update" => Intent::Update { object: whole(value)? },
        "Delete" => Intent::Delete { object: object()? },
        "Block" => Intent::Block { object: object()? },
        "Flag" => Intent::Flag {
            objects: flagged(value),
            text: vocab::plain(vocab::text(value, "content"), limits::stranger::REPORT),
        },
        "Move" => {
            let target = id_of(value, "target").ok_or_else(|| wrong("it names no target"))?;
            Intent::Move { object: object()?, target: target.to_owned() }
        }
        "QuoteRequest" => {
            let instrument = id_of(value, "instrument").ok_or_else(|| wrong("it names no quoting post"))?;
            let author = value.get("instrument").and_then(|post| one_id(post, "attributedTo"));
            if author.is_some_and(|author| author != actor) {
                return Err(wrong("the quoting post is somebody else's"));
            }
            Intent::QuoteRequest { object: object()?, instrument: instrument.to_owned() }
        }
        other => Intent::Other(text::clip(other, limits::stranger::KIND).into_owned()),
    })
}

/// The id of the one object.
fn object_id(value: &Value) -> Result<&str> {
    one_id(value, "object").ok_or_else(|| wrong("it names no single object"))
}

fn flagged(value: &Value) -> Vec<String> {
    vocab::ids(value, "object").take(limits::stranger::FLAGGED).map(str::to_owned).collect()
}

/// The object of a Create or Update: a single one, with the audience of the activity when it has none of its own.
fn whole(value: &Value) -> Result<Value> {
    let mut object = match value.get("object") {
        Some(object @ (Value::String(_) | Value::Object(_))) => object.clone(),
        Some(_) | None => return Err(wrong("it has no single object")),
    };
    if let Some(fields) = object.as_object_mut()
        && !fields.contains_key("to")
        && !fields.contains_key("cc")
    {
        for field in ["to", "cc"] {
            fields.extend(value.get(field).map(|audience| (field.to_owned(), audience.clone())));
        }
    }
    Ok(object)
}

fn undone(value: &Value, actor: &str) -> Result<Undone> {
    let inner = value.get("object").ok_or_else(|| wrong("it undoes nothing"))?;
    let id = vocab::id(inner).unwrap_or_default().to_owned();
    if inner.is_object() {
        // Nobody undoes what somebody else did.
        if one_id(inner, "actor").is_some_and(|inner| inner != actor) {
            return Err(wrong("it undoes somebody else's activity"));
        }
        return Ok(Undone { id, kind: Some(undone_kind(inner)), object: object_id(inner).ok().map(str::to_owned) });
    }
    if id.is_empty() {
        return Err(wrong("it undoes nothing"));
    }
    Ok(Undone { id, kind: None, object: None })
}

/// A reaction with an emoji came in as a Like.
fn undone_kind(inner: &Value) -> String {
    match vocab::kind(inner) {
        "EmojiReact" => "Like".to_owned(),
        kind => text::clip(kind, limits::stranger::KIND).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(extra: &Value) -> Result<Incoming> {
        let mut value =
            json!({ "id": "https://a.example/x/1", "actor": "https://a.example/u", "object": "https://us.example/o" });
        value.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        activity(&value)
    }

    #[test]
    fn shapes_are_read_leniently() {
        let object = "https://us.example/o".to_owned();
        for shape in [
            json!("https://us.example/o"),
            json!({ "id": "https://us.example/o", "type": "Note" }),
            json!(["https://us.example/o"]),
        ] {
            let like = read(&json!({ "type": ["Like"], "object": shape })).unwrap();
            assert_eq!(like.intent, Intent::Like { object: object.clone() });
        }
        let actor = read(&json!({ "type": "Like", "actor": { "id": "https://a.example/u" } })).unwrap();
        assert_eq!(actor.actor, "https://a.example/u");
        assert_eq!(read(&json!({ "type": "View" })).unwrap().intent, Intent::Other("View".into()));
    }

    #[test]
    fn identity_is_not() {
        for wrong in [
            json!({ "type": "Like", "actor": ["https://a.example/u", "https://b.example/u"] }),
            json!({ "type": "Like", "actor": 7 }),
            json!({ "type": "Like", "actor": "acct:u@a.example" }),
            json!({ "type": "Like", "id": "https://b.example/x/1" }),
            json!({ "type": "Like", "id": "http://a.example/x/1" }),
            json!({ "type": "Like", "id": null }),
            json!({ "type": "Like", "object": ["https://us.example/o", "https://us.example/p"] }),
            json!({ "type": "Create", "object": [] }),
            json!({ "type": "Undo", "object": { "type": "Like", "actor": "https://a.example/other", "object": "x" } }),
            json!({ "type": "Follow", "@graph": [] }),
            json!({ "type": "QuoteRequest", "instrument": { "id": "https://a.example/n/1", "attributedTo": "https://a.example/other" } }),
            json!({ "type": "Follow", "object": "x".repeat(limits::text::URI + 1) }),
            json!({ "type": "Move", "target": "x".repeat(limits::text::URI + 1) }),
            json!({ "type": "QuoteRequest", "instrument": { "id": "x".repeat(limits::text::URI + 1) } }),
        ] {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
        assert!(activity(&json!([])).is_err());
    }

    #[test]
    fn addresses_are_enough_to_read_it_again() {
        let note = json!({ "id": "https://a.example/n/1", "type": "Note", "content": "x".repeat(100_000) });
        for (kind, object) in [("Create", note.clone()), ("Update", note.clone()), ("Delete", note)] {
            let whole = json!({ "id": "https://a.example/x/1", "type": [kind], "actor": { "id": "https://a.example/u" },
                "object": [object], "to": ["x"] });
            let bare = bare(&whole);
            assert!(bare.to_string().len() < 200, "{bare}");
            let again = activity(&bare).unwrap();
            assert_eq!((again.id.as_str(), again.actor.as_str()), ("https://a.example/x/1", "https://a.example/u"));
            let id = json!("https://a.example/n/1");
            assert!(
                again.intent.carried() == Some(&id)
                    || again.intent == Intent::Delete { object: "https://a.example/n/1".into() }
            );
        }
        let moved = json!({ "type": "Move", "actor": "https://a.example/u", "object": "https://a.example/u",
            "target": { "id": "https://b.example/u" } });
        assert_eq!(activity(&bare(&moved)).unwrap(), activity(&moved).unwrap());
    }

    #[test]
    fn lists_are_cut() {
        let many: Vec<String> = (0..10_000).map(|n| format!("https://us.example/{n}")).collect();
        let Intent::Flag { objects, .. } = read(&json!({ "type": "Flag", "object": many })).unwrap().intent else {
            panic!()
        };
        assert_eq!(objects.len(), limits::stranger::FLAGGED);
    }

    #[test]
    fn an_undo_tells_what_it_can() {
        let by_id = read(&json!({ "type": "Undo", "object": "https://a.example/l/1" })).unwrap().intent;
        assert_eq!(by_id, Intent::Undo(Undone { id: "https://a.example/l/1".into(), kind: None, object: None }));
        let whole = json!({ "type": "Undo", "object": { "type": "Like", "actor": "https://a.example/u", "object": "https://us.example/o" } });
        let Intent::Undo(undone) = read(&whole).unwrap().intent else { panic!() };
        assert_eq!(
            (undone.id.as_str(), undone.kind.as_deref(), undone.object.as_deref()),
            ("", Some("Like"), Some("https://us.example/o"))
        );
    }
}
