//! Captions and posters that came for a recording and are not said of it yet: with a form that nobody has saved, or with a
//! change of its post that somebody has to let pass. Nobody outside is shown them.

use serde::{Deserialize, Serialize};

use super::media::{About, Poster};
use super::spoken::Captions;
use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::limits::captions as limits;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fresh {
    /// When it came. After a day it goes, unless a change names it.
    pub since: Timestamp,
    pub what: Piece,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    Captions(Captions),
    Poster(Poster),
}

impl Piece {
    /// Name of its file under `/media/`.
    pub fn file(&self) -> &str {
        match self {
            Self::Captions(captions) => &captions.file,
            Self::Poster(poster) => &poster.small.file,
        }
    }

    /// Of captions.
    pub fn lang(&self) -> Option<&Lang> {
        match self {
            Self::Captions(captions) => Some(&captions.lang),
            Self::Poster(_) => None,
        }
    }

    /// What a form calls it: the same words may stand for two languages.
    pub fn key(&self) -> String {
        match self {
            Self::Captions(captions) => called(captions),
            Self::Poster(poster) => poster.small.file.clone(),
        }
    }

    /// Says it of a recording, in the place of what was said.
    pub fn onto(&self, about: &mut About) {
        match self {
            Self::Captions(captions) => about.spoken.add(captions.clone()),
            Self::Poster(poster) => about.poster = Some(poster.clone()),
        }
    }

    pub fn bytes(&self) -> u64 {
        match self {
            Self::Captions(captions) => captions.bytes,
            Self::Poster(poster) => poster.small.bytes,
        }
    }
}

fn called(captions: &Captions) -> String {
    format!("{} {}", captions.lang, captions.file)
}

/// What is said of a recording, by what a form calls it.
pub fn said(about: &About) -> impl Iterator<Item = String> {
    let captions = about.spoken.captions.iter().map(called);
    captions.chain(about.poster.iter().map(|poster| poster.small.file.clone()))
}

/// Whether it is more than a recording holds beside what is said of it.
pub fn is_too_much(fresh: &[Fresh]) -> bool {
    let said = |fresh: &Fresh| match &fresh.what {
        Piece::Captions(captions) => captions.said.len(),
        Piece::Poster(_) => 0,
    };
    fresh.len() > limits::FRESH || fresh.iter().map(said).sum::<usize>() > limits::TRANSCRIPTS
}
