//! `instance media`.

use std::path::PathBuf;

use clap::Subcommand;

use crate::model::stored::Place;

#[derive(Debug, Subcommand)]
pub enum Media {
    /// Say where new files go, how many are in the object storage, and what is still to be carried
    Show,
    /// Bring all files to the disk or to the object storage, and new ones from now on
    Move {
        /// Where to: disk, or s3, as set up in the settings
        #[arg(long, value_name = "disk|s3")]
        to: Place,
    },
    /// Show a picture as the institution's emblem, or none
    Emblem {
        /// PNG, JPEG, WebP or GIF; best a PNG without background
        #[arg(required_unless_present = "remove")]
        file: Option<PathBuf>,
        /// Take the emblem away
        #[arg(long, conflicts_with = "file")]
        remove: bool,
    },
}
