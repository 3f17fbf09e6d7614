//! Words about what strangers wrote to us.

use clap::Subcommand;

use crate::model::case::Stand;

#[derive(Debug, Subcommand)]
pub enum Reply {
    /// List what waits for a decision
    List {
        /// Also what was decided
        #[arg(long)]
        all: bool,
        /// What is open, waiting or done in the inbox, instead
        #[arg(long, value_parser = stand, value_name = "open|waiting|done", conflicts_with = "all")]
        state: Option<Stand>,
    },
    /// Show one, with what colleagues noted
    Show {
        /// Its number or address
        reply: String,
    },
    /// Give one to somebody who may answer
    Assign {
        /// Its number or address
        reply: String,
        /// Their e-mail address
        #[arg(long, value_name = "EMAIL", required_unless_present = "nobody", conflicts_with = "nobody")]
        to: Option<String>,
        /// Take it from whoever has it
        #[arg(long)]
        nobody: bool,
    },
    /// Say that one is done; an answer does so by itself
    Done {
        /// Its number or address
        reply: String,
    },
    /// Say that one waits for others
    Wait {
        /// Its number or address
        reply: String,
    },
    /// Open one again
    Reopen {
        /// Its number or address
        reply: String,
    },
    /// Note something about one, for colleagues alone
    Note {
        /// Its number or address
        reply: String,
        #[arg(long)]
        text: String,
    },
    /// Show an answer on our pages
    Release {
        /// Its number or address
        reply: String,
        /// Only as it was when you looked: "seen" of 'instance reply show --json'
        #[arg(long, value_name = "STAMP")]
        seen: Option<String>,
    },
    /// Keep an answer from our pages; it is still counted
    Hide {
        /// Its number or address
        reply: String,
    },
}

fn stand(text: &str) -> Result<Stand, String> {
    Stand::named(text).ok_or_else(|| "possible: open, waiting, done".into())
}
