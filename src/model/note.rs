//! A stranger's post that concerns us: an answer to one of ours, or one that names us.

use serde::{Deserialize, Serialize};

use super::ids::{AccountId, ActorId, NoteId, PostId};
use crate::base::lang::Lang;
use crate::base::time::Timestamp;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Note {
    pub id: NoteId,
    pub author: ActorId,
    #[serde(flatten)]
    pub content: Content,
    /// The post of ours at the top of the thread; `None` for a mere mention.
    #[serde(default)]
    pub thread: Option<PostId>,
    /// Our accounts that it names or answers.
    #[serde(default)]
    pub concerns: Vec<AccountId>,
    pub received: Timestamp,
    pub shown: Shown,
}

impl Note {
    /// Whether an account may answer it: it is public, or was written to that account. To every other one there is no
    /// such note.
    pub fn is_open_to(&self, account: AccountId) -> bool {
        self.content.public || self.concerns.contains(&account)
    }

    /// What was decided about it. Nothing is about what is private: our pages never show it.
    pub fn decision(&self) -> Option<Shown> {
        self.content.public.then_some(self.shown)
    }
}

/// What the wire said, sanitised and cut to size by `activitypub::read`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub uri: String,
    pub url: String,
    /// Safe HTML (see `base::html`).
    pub html: String,
    /// Content warning as plain text; empty for none.
    #[serde(default)]
    pub warning: String,
    #[serde(default)]
    pub lang: Option<Lang>,
    pub published: Timestamp,
    #[serde(default)]
    pub updated: Option<Timestamp>,
    #[serde(default)]
    pub in_reply_to: Option<String>,
    /// Actor ids that it names; where it is kept, only ours.
    #[serde(default)]
    pub mentions: Vec<String>,
    /// Pictures and other files, as links: no stranger's file is loaded by our pages. An institution may want small copies
    /// of pictures (see [`super::copied`]).
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// Public or quiet public. Anything else is between the writer and us and never shown.
    pub public: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub url: String,
    /// The author's description, plain text.
    pub name: String,
    /// Whether it is said to be one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub picture: bool,
}

impl Content {
    /// About the bytes it takes, in memory or as a row.
    pub fn weight(&self) -> usize {
        let texts = [&self.uri, &self.url, &self.html, &self.warning].map(String::len);
        let more = self.mentions.iter().chain(&self.in_reply_to).map(String::len);
        let attached = self.attachments.iter().map(Attachment::weight);
        size_of::<Self>() + texts.iter().sum::<usize>() + more.chain(attached).sum::<usize>()
    }
}

impl Attachment {
    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.url.len() + self.name.len()
    }
}

/// Whether our pages show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// Nobody has decided yet: counted, not shown.
    Waiting,
    Released,
    /// Somebody decided against it: counted, not shown.
    Hidden,
}

impl Shown {
    /// As it is typed and stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Released => "released",
            Self::Hidden => "hidden",
        }
    }
}
