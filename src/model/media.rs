//! An uploaded picture, video or sound, and its description.

use serde::{Deserialize, Serialize};

use super::ids::{AccountId, MediaId};
use crate::base::time::Timestamp;
use crate::error::{Problem, Result};
use crate::limits;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Media {
    pub id: MediaId,
    pub account: AccountId,
    pub created: Timestamp,
    /// What it shows, in words; required before it is published.
    pub alt: String,
    /// File name under `/media/`.
    pub file: String,
    pub mime: String,
    /// Pixels; nothing for sound.
    pub width: u32,
    pub height: u32,
    pub bytes: u64,
    /// Of a picture: the copy for pages.
    #[serde(default)]
    pub small: Option<Small>,
    #[serde(default)]
    pub blurhash: String,
    /// What plays; of a picture nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<Clip>,
    /// Where the interesting part is: −1 to 1, from left to right and from bottom to top.
    #[serde(default)]
    pub focus: Option<(f32, f32)>,
    /// Part of a published post or a profile; what is not expires after a day.
    #[serde(default)]
    pub used: bool,
}

/// The copy for pages, at most 800 pixels wide.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Small {
    pub file: String,
    pub mime: String,
    pub width: u32,
    pub height: u32,
}

/// What plays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clip {
    pub millis: u64,
    /// Whether anything is heard.
    pub sound: bool,
}

/// What a file is to whoever reads, hears or sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Picture,
    Video,
    Sound,
}

impl Media {
    pub fn sort(&self) -> Sort {
        match &self.clip {
            None => Sort::Picture,
            Some(_) if self.width > 0 => Sort::Video,
            Some(_) => Sort::Sound,
        }
    }

    /// The picture that stands for it on pages.
    pub fn still(&self) -> Option<&Small> {
        self.small.as_ref()
    }

    /// Every file that belongs to it.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.file.as_str()).chain(self.small.iter().map(|small| small.file.as_str()))
    }
}

/// Descriptions are required: a picture without one shuts out people who cannot see it, a recording people who cannot
/// hear it.
pub fn check_alt(alt: &str) -> Result<()> {
    let length = alt.chars().count();
    if alt.trim().is_empty() {
        return Err(Problem::new("E130", "The file has no description.")
            .field("alt")
            .remedy("Say in a sentence what it shows, for people who cannot see or hear it.")
            .into());
    }
    if length > limits::post::ALT {
        return Err(Problem::new(
            "E131",
            format!("The description has {length} characters; at most {} reach every server.", limits::post::ALT),
        )
        .field("alt")
        .into());
    }
    Ok(())
}
