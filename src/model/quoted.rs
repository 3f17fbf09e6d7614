//! What a post of ours quotes (FEP-044f): a stranger's post, whose author is asked, or an earlier one of the same account.

use serde::{Deserialize, Serialize};

use super::ids::ActivityId;
use super::post::ReplyTo;
use crate::base::lang::Lang;

/// What is quoted, and who let it pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quoted {
    pub post: ReplyTo,
    /// Its id, by which it stays named when we keep it no longer. Empty for one of ours, whose id is rendered.
    #[serde(default)]
    pub uri: String,
    /// One for each Note of ours that quotes. None for one's own post: nobody has to be asked.
    #[serde(default)]
    pub consents: Vec<Consent>,
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

    /// The authorization of one of our Notes.
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
