//! Who follows us, whom we follow, and who liked or boosted what.

use serde::{Deserialize, Serialize};

use super::ids::{AccountId, ActivityId, ActorId, PostId};
use crate::base::time::Timestamp;

/// A follower of an account of ours.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Follower {
    /// The id of the Follow, by which its Undo may name it.
    pub uri: String,
    pub since: Timestamp,
}

/// An actor that an account of ours follows or has asked to follow.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Following {
    pub state: FollowState,
    /// Our Follow, which their Accept has to name.
    pub activity: ActivityId,
    pub actor: ActorId,
    pub since: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowState {
    Asked,
    Accepted,
    Rejected,
}

/// A stranger's like or boost of a post of ours.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reaction {
    pub uri: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReactionKind {
    Like,
    Boost,
}

/// What an activity id of a stranger stands for, so that an Undo that carries only the id finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActRef {
    Follow(AccountId, ActorId),
    Reaction(ReactionKind, PostId, ActorId),
    Block(AccountId, ActorId),
}

/// Our own like or boost of a stranger's post.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OwnReaction {
    pub activity: ActivityId,
    /// The author, who is told when it is taken back.
    pub author: ActorId,
    pub at: Timestamp,
}
