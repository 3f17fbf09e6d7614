//! What a post of ours quotes (FEP-044f): a stranger's post, whose author is asked, or one of ours.

use serde::{Deserialize, Serialize};

use super::ids::{ActivityId, QuoteId};
use super::post::ReplyTo;
use crate::base::lang::Lang;

/// What is quoted, and who let it pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quoted {
    pub post: ReplyTo,
    /// Its id, by which it stays named when we keep it no longer. Empty for one of ours, whose id is rendered.
    #[serde(default)]
    pub uri: String,
    /// One for each Note of ours that quotes a stranger's. None for one of ours: nobody has to be asked.
    #[serde(default)]
    pub consents: Vec<Consent>,
    /// One for each Note of ours that quotes a post of another account of ours, which let it pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stamps: Vec<Stamp>,
}

/// An authorization of our own; its address is rendered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Of which of our Notes; none for the main one.
    #[serde(default)]
    pub lang: Option<Lang>,
    pub quote: QuoteId,
}

/// What became of a `QuoteRequest`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Of which of our Notes; none for the main one.
    #[serde(default)]
    pub lang: Option<Lang>,
    pub request: ActivityId,
    pub answer: Answer,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Some software never answers: a reader of such a server sees the link alone.
    Awaited,
    /// The address of the authorization, which other servers look up.
    Given(String),
    Refused,
}

impl Quoted {
    /// Whether its words may be shown beside ours.
    pub fn is_allowed(&self) -> bool {
        matches!(self.post, ReplyTo::Own(_)) || self.consents.iter().any(|consent| consent.authorization().is_some())
    }

    /// Whether its author said no, or took the consent back.
    pub fn is_refused(&self) -> bool {
        !self.is_allowed() && self.consents.iter().any(|consent| consent.answer == Answer::Refused)
    }

    /// What another account of ours gave one of our Notes.
    pub fn stamp(&self, lang: Option<&Lang>) -> Option<QuoteId> {
        self.stamps.iter().find(|stamp| stamp.lang.as_ref() == lang).map(|stamp| stamp.quote)
    }

    /// What a stranger gave one of our Notes.
    pub fn authorization(&self, lang: Option<&Lang>) -> Option<&str> {
        self.consents.iter().find(|consent| consent.lang.as_ref() == lang)?.authorization()
    }
}

impl Consent {
    pub fn authorization(&self) -> Option<&str> {
        match &self.answer {
            Answer::Given(authorization) => Some(authorization),
            Answer::Awaited | Answer::Refused => None,
        }
    }
}
