//! `instance audit`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Show who did what, newest first
    Show {
        /// For this account only
        #[arg(long, value_name = "HANDLE")]
        account: Option<String>,
        /// What this user did, and what was done to them; e-mail address or number
        #[arg(long, value_name = "USER")]
        user: Option<String>,
        /// One kind of act, e.g. post.publish, or all of a kind, e.g. post
        #[arg(long, value_name = "ACT")]
        act: Option<String>,
        /// From this day on, e.g. 2026-11-25, or from this moment
        #[arg(long, value_name = "DAY")]
        since: Option<String>,
        /// Up to this day, and with it
        #[arg(long, value_name = "DAY")]
        until: Option<String>,
        /// As comma-separated values
        #[arg(long, conflicts_with = "json")]
        csv: bool,
    },
    /// Look through the whole log for anything that is not as it was written; exit code 3 when there is
    Verify {
        /// The head that an earlier 'verify' printed and you kept elsewhere: it must still be there
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
    },
    /// Erase the names and words of somebody who has left; what they did stays, by number
    Erase {
        /// E-mail address or number
        user: String,
        /// Why, for the log
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        why: String,
    },
}
