//! An account: a public ActivityPub actor of the institution.

use serde::{Deserialize, Serialize};

use super::draft::Approval;
use super::ids::{AccountId, MediaId, PostId};
use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::error::{Problem, Result};
use crate::limits;

/// The ActivityStreams type of the actor. Mastodon shows an Organization like a Person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Kind {
    #[default]
    Organization,
    Person,
    Service,
}

/// When a stranger's reply is shown on our pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replies {
    /// After somebody of the institution released it.
    #[default]
    Released,
    AtOnce,
    Never,
}

/// How the versions of a post reach servers that show one language of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Languages {
    /// The main version, with links to the others below it.
    #[default]
    Links,
    /// One post for each language there, each with links to the others.
    Posts,
    /// All versions below each other where that is short enough to be shown in full, else as `Links`.
    Stacked,
}

impl Languages {
    pub const ALL: [Self; 3] = [Self::Links, Self::Posts, Self::Stacked];

    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Links => "links",
            Self::Posts => "posts",
            Self::Stacked => "stacked",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.name() == name)
    }

    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    /// Lower case, without `@`; see `base::text::valid_handle`.
    pub handle: String,
    #[serde(default)]
    pub kind: Kind,
    /// The display name.
    pub name: String,
    /// Plain text with links; rendered on the way out.
    #[serde(default)]
    pub summary: String,
    #[serde(default)]
    pub fields: Vec<Field>,
    #[serde(default)]
    pub avatar: Option<MediaId>,
    #[serde(default)]
    pub header: Option<MediaId>,
    pub language: Lang,
    pub created: Timestamp,
    /// Last change of what other servers see.
    pub updated: Timestamp,
    /// Newest first, at most `limits::account::PINNED`.
    #[serde(default)]
    pub pinned: Vec<PostId>,
    /// Earlier addresses of this account on other servers (actor ids).
    #[serde(default)]
    pub also_known_as: Vec<String>,
    /// The actor id where this account went.
    #[serde(default)]
    pub moved_to: Option<String>,
    #[serde(default)]
    pub replies: Replies,
    /// Of posts from now on.
    #[serde(default)]
    pub languages: Languages,
    #[serde(default)]
    pub approval: Approval,
    /// A sample of the trial: never federates, removable by one command.
    #[serde(default)]
    pub demo: bool,
    /// Closed for good: its address answers 410 and its handle is never given out again.
    #[serde(default)]
    pub deleted: Option<Timestamp>,
}

/// A line of the profile: a label and plain text or one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    pub name: String,
    pub value: String,
}

/// The private halves of an account's keys.
#[derive(Clone, Serialize, Deserialize)]
pub struct Keys {
    /// PKCS#8 DER of an RSA-2048 key, the one that every server can verify.
    #[serde(with = "crate::base::bytes64")]
    pub rsa: Vec<u8>,
    /// 32-byte seed of an Ed25519 key, published as a Multikey (FEP-521a).
    #[serde(with = "crate::base::bytes64")]
    pub ed25519: Vec<u8>,
    pub created: Timestamp,
}

/// What a new account starts from.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub handle: String,
    pub name: String,
    pub kind: Kind,
    pub summary: String,
    pub language: Lang,
    pub demo: bool,
}

impl NewAccount {
    /// Checks the words; whether the handle is free is for the store to say.
    pub fn check(&self) -> Result<()> {
        check_name(&self.name)?;
        check_summary(&self.summary)
    }
}

pub fn check_name(name: &str) -> Result<()> {
    let length = name.chars().count();
    if name.trim().is_empty() || length > limits::account::NAME {
        return Err(Problem::new(
            "E110",
            format!("A display name has 1 to {} characters; this one has {length}.", limits::account::NAME),
        )
        .field("name")
        .into());
    }
    Ok(())
}

pub fn check_summary(summary: &str) -> Result<()> {
    let length = summary.chars().count();
    if length > limits::account::SUMMARY {
        return Err(Problem::new(
            "E111",
            format!("A profile text has at most {} characters; this one has {length}.", limits::account::SUMMARY),
        )
        .field("summary")
        .into());
    }
    Ok(())
}

pub fn check_fields(fields: &[Field]) -> Result<()> {
    let long = fields
        .iter()
        .any(|f| f.name.chars().count() > 255 || f.value.chars().count() > 2_047 || f.name.trim().is_empty());
    if fields.len() > limits::account::FIELDS || long {
        return Err(Problem::new(
            "E112",
            "A profile has at most 50 fields, each with a label of up to 255 and a value of up to 2,047 characters.",
        )
        .field("fields")
        .into());
    }
    Ok(())
}
