//! Small copies of strangers' pictures: of those who answer and of what they attach, as long as our pages show it.

use serde::{Deserialize, Serialize};

use super::ids::{ActorId, NoteId};
use crate::base::time::Timestamp;

/// Whose picture it is, and which: 0 is the face of an actor, the files of a note are counted from 1.
pub type CopyKey = (u64, u64);

/// The face of an actor.
pub fn face(actor: ActorId) -> CopyKey {
    (actor.0, 0)
}

pub fn is_face((_, n): CopyKey) -> bool {
    n == 0
}

/// A file of a note, counted from 1.
pub fn file(note: NoteId, n: u64) -> CopyKey {
    (note.0, n)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// Where the picture is; of a face its actor, whose document says where.
    pub from: String,
    /// Since when it is wanted.
    pub since: Timestamp,
    pub state: State,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// To be fetched from this moment on.
    Wanted {
        tries: u32,
        due: Timestamp,
    },
    Here(Copied),
    /// It cannot be had, or is no picture.
    Failed,
}

/// A picture of our making, after a stranger's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// File name in the media folder.
    pub file: String,
    /// Pixels.
    pub width: u32,
    pub height: u32,
}

impl Copy {
    pub fn wanted(from: String, now: Timestamp) -> Self {
        Self { from, since: now, state: State::Wanted { tries: 0, due: now } }
    }

    pub fn here(&self) -> Option<&Copied> {
        match &self.state {
            State::Here(copied) => Some(copied),
            State::Wanted { .. } | State::Failed => None,
        }
    }
}

/// The last part of its address: `117-2`.
pub fn name(key: CopyKey) -> String {
    format!("{}-{}", key.0, key.1)
}

/// What `name` wrote, and nothing else.
pub fn named(text: &str) -> Option<CopyKey> {
    let (id, n) = text.split_once('-')?;
    let key = (id.parse().ok()?, n.parse().ok()?);
    (name(key) == text).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_we_wrote_names_a_copy() {
        assert_eq!(named(&name((117, 2))), Some((117, 2)));
        for wrong in ["", "117", "-", "117-", "-2", "+117-2", "117-02", "117-2-1", "https://a.example/x.png", "117-2?u"]
        {
            assert_eq!(named(wrong), None, "{wrong}");
        }
    }
}
