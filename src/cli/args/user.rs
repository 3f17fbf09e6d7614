//! The words about people who use the desk.

use clap::{Args, Subcommand};

use crate::base::lang::Lang;

#[derive(Debug, Subcommand)]
pub enum User {
    /// Add somebody; prints a link for them that logs in once, within 24 hours
    Add {
        email: String,
        /// What to call them
        #[arg(long, default_value = "", hide_default_value = true)]
        name: String,
        /// Their language, for when the desk speaks it [default: the main one]
        #[arg(long, value_name = "CODE")]
        language: Option<Lang>,
        /// The account that the roles are for
        #[arg(long, value_name = "HANDLE")]
        account: Option<String>,
        /// author, editor, approver, replier, moderator, admin; without an account: owner or auditor of the server
        #[arg(long = "role", value_name = "ROLES", value_delimiter = ',')]
        roles: Vec<String>,
    },
    /// List all users and their roles
    List,
    /// Give and take roles
    Role {
        email: String,
        /// The account that the roles are for
        #[arg(long, value_name = "HANDLE")]
        account: Option<String>,
        /// author, editor, approver, replier, moderator, admin; without an account: owner or auditor of the server
        #[arg(long, value_name = "ROLES", value_delimiter = ',', required_unless_present = "remove")]
        add: Vec<String>,
        /// The same, to be taken away
        #[arg(long, value_name = "ROLES", value_delimiter = ',')]
        remove: Vec<String>,
    },
    /// Switch somebody off who leaves: ends their sessions, revokes their tokens
    Off {
        email: String,
        /// Who goes on with their drafts
        #[arg(long, value_name = "EMAIL")]
        drafts_to: Option<String>,
    },
    /// Let somebody log in again
    On { email: String },
    /// Set somebody's password; asks for it, and ends their sessions
    Password {
        email: String,
        /// Read it from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// List where somebody is logged in, or log them out
    Sessions {
        email: String,
        /// Log out the browser with this id
        #[arg(long, value_name = "ID", conflicts_with = "end_all")]
        end: Option<String>,
        /// Log out everywhere
        #[arg(long)]
        end_all: bool,
    },
    /// Require a second factor of everybody, or take somebody's away who has lost it
    SecondFactor(SecondFactor),
    /// Say by which subject the identity provider knows somebody, or forget it
    Identity {
        email: String,
        /// What the provider calls them
        #[arg(long, required_unless_present = "remove")]
        subject: Option<String>,
        /// Forget it, with the roles that came by their groups
        #[arg(long, conflicts_with = "subject")]
        remove: bool,
    },
    /// Say which owner gets in without the identity provider, or print who it is
    BreakGlass {
        /// Who it is from now on; one only
        email: Option<String>,
    },
    /// Print an address that logs in to the desk, once, within 24 hours
    LoginLink {
        /// For whom [default: the only owner]
        email: Option<String>,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct SecondFactor {
    /// Require one of everybody
    #[arg(long)]
    pub require: bool,
    /// Leave it to everybody
    #[arg(long)]
    pub voluntary: bool,
    /// Take somebody's away: they set up another
    #[arg(long, value_name = "EMAIL")]
    pub remove: Option<String>,
}
