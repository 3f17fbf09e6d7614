//! An activity of ours: rendered once, stored as it was sent, served as it is stored.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::ids::{AccountId, ActivityId, PostId};
use crate::base::time::Timestamp;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Activity {
    pub id: ActivityId,
    /// Whose key signs it; `ids::INSTANCE` for the server itself.
    pub account: AccountId,
    pub at: Timestamp,
    /// The ActivityStreams type, for lists.
    pub kind: String,
    /// The post it is about.
    #[serde(default)]
    pub post: Option<PostId>,
    /// In the outbox: Create and Announce of what is public.
    #[serde(default)]
    pub listed: bool,
    /// The bytes that go out.
    pub json: Box<RawValue>,
}

impl Activity {
    /// The id of what it is about, where it carries that.
    pub fn object(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Shape {
            object: Object,
        }
        #[derive(Deserialize)]
        struct Object {
            id: String,
        }
        serde_json::from_str::<Shape>(self.json.get()).ok().map(|shape| shape.object.id)
    }
}

/// Whether activities of this type go before others: somebody waits for the answer, or somebody may still read what was
/// taken back.
pub fn is_urgent(kind: &str) -> bool {
    matches!(kind, "Accept" | "Reject" | "Delete" | "Undo")
}

/// An activity of a stranger: verified, durable, waiting for something to be fetched.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Received {
    /// The actor whose signature was checked.
    pub actor: String,
    pub at: Timestamp,
    /// Its addresses alone: what they lead to is fetched.
    pub json: Box<RawValue>,
    /// The signer as fetched for its key, when we did not know it; saves a second fetch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Box<super::actor::Profile>>,
    /// A forwarded activity: its body proves nothing, so this object is fetched from its own server instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refetch: Option<String>,
    /// How often its effect was put off, e.g. because a parent could not be fetched yet.
    #[serde(default)]
    pub tries: u32,
}
