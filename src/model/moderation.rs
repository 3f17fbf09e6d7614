//! Reports by strangers' servers, blocks, and quotes that we let pass.

use serde::{Deserialize, Serialize};

use super::ids::{AccountId, ActorId, PostId, QuoteId, ReportId};
use crate::base::lang::Lang;
use crate::base::time::Timestamp;

/// A Flag: somebody on another server says that something of ours, or under our posts, is wrong.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    pub id: ReportId,
    pub uri: String,
    /// Usually the instance actor of the reporter's server, which keeps the person's name to itself.
    pub from: String,
    /// What it names of ours, or of what we keep.
    pub about: Vec<String>,
    pub accounts: Vec<AccountId>,
    pub posts: Vec<PostId>,
    pub text: String,
    pub at: Timestamp,
    #[serde(default)]
    pub closed: Option<Timestamp>,
}

/// An actor that blocks an account of ours.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Block {
    pub uri: String,
    pub at: Timestamp,
}

/// A quote of a post of ours (FEP-044f): its authorization resolves for as long as it stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Quote {
    pub id: QuoteId,
    pub post: PostId,
    /// The language whose own Note is quoted; none for the main one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<Lang>,
    pub account: AccountId,
    /// Who quotes; none for an account of ours.
    #[serde(default)]
    pub actor: Option<ActorId>,
    /// The id of the quoting post.
    pub instrument: String,
    pub at: Timestamp,
    #[serde(default)]
    pub revoked: Option<Timestamp>,
}
