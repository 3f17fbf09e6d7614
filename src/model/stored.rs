//! Media files: which records name them, which are in an object storage, and what is still to be carried to or fro.

use serde::{Deserialize, Serialize};

use super::copied::CopyKey;
use super::ids::{DraftId, MediaId};

/// A record that names a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    Media(MediaId),
    /// A change of something published brings captions or a poster along.
    Change(DraftId),
    /// A copy of a stranger's picture.
    Copy(CopyKey),
}

impl Holder {
    /// Whether its files belong in the object storage, where there is one. Copies come and go.
    pub fn is_carried(self) -> bool {
        match self {
            Self::Media(_) | Self::Change(_) => true,
            Self::Copy(_) => false,
        }
    }
}

/// Where new media files end up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    #[default]
    Disk,
    S3,
}

impl Place {
    pub fn name(self) -> &'static str {
        match self {
            Self::Disk => "disk",
            Self::S3 => "s3",
        }
    }
}

impl std::str::FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Disk, Self::S3].into_iter().find(|place| place.name() == text).ok_or_else(|| "disk or s3".to_owned())
    }
}

/// A file whose copy in the object storage is the one that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    pub bytes: u64,
    /// SHA-256 of what was written and read back, as hexadecimal.
    pub sha256: String,
}

/// What is to be done with a file in the object storage. It is a row before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Errand {
    /// To be brought there; until then the file on the disk counts.
    Out,
    /// To be brought back; until then the copy there counts.
    Back,
    /// The copy there is of no use any more.
    Remove,
}
