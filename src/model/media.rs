//! An uploaded picture and its description.

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
    /// Pixels.
    pub width: u32,
    pub height: u32,
    pub bytes: u64,
    pub small: Small,
    pub blurhash: String,
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

/// Descriptions are required: a picture without one shuts out people who cannot see it.
pub fn check_alt(alt: &str) -> Result<()> {
    let length = alt.chars().count();
    if alt.trim().is_empty() {
        return Err(Problem::new("E130", "The picture has no description.")
            .field("alt")
            .remedy("Say in a sentence what it shows, for people who cannot see it.")
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
