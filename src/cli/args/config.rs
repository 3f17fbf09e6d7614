//! `instance config`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Config {
    /// Show every setting
    Show {
        /// Say where each value comes from
        #[arg(long)]
        origin: bool,
    },
    /// Print one value
    Get { key: String },
    /// Change one value, of the file or of the institution; lists are parted by commas
    Set {
        key: String,
        /// - reads it from standard input: the text of a legal page, say
        value: String,
    },
    /// Check the settings and say what is odd
    Check,
}
