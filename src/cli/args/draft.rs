//! The words about what is not published yet, and whose look it needs.

use clap::{Args, Subcommand};

use crate::model::draft::Rule;

/// What becomes of a draft.
#[derive(Debug, Subcommand)]
pub enum Step {
    /// Ask for approval of a draft
    Ask(Draft),
    /// Approve a draft that somebody else wrote
    Approve(Remark),
    /// Give a draft back to its writer, and say why
    SendBack(Remark),
    /// Say something about a draft; it stays in the house
    Comment(Remark),
    /// Let a draft go out at a time
    Plan {
        #[command(flatten)]
        draft: Draft,
        /// When, on the clocks of the institution: 2026-12-01T09:00
        #[arg(long, value_name = "TIME")]
        at: String,
    },
    /// Take a plan back
    Unplan(Draft),
    /// Publish a draft now
    Publish(Draft),
    /// Print a link by which colleagues look at a draft for 24 hours, without a log-in
    Preview {
        #[command(flatten)]
        draft: Draft,
        /// End the links that there are, instead
        #[arg(long)]
        end: bool,
    },
    /// Stop everything that is planned, of all accounts
    Stop,
    /// Let plans go out again
    Resume,
}

/// A draft.
#[derive(Debug, Args)]
pub struct Draft {
    /// Its number, as 'post list --drafts' shows it
    pub draft: String,
}

/// What is said about a draft.
#[derive(Debug, Args)]
pub struct Remark {
    /// Its number, as 'post list --drafts' shows it
    pub draft: String,
    /// What you say to it
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub comment: String,
}

/// Which of those that are not published.
#[derive(Debug, Args)]
pub struct Which {
    /// What is being written, waits for approval, is planned or was missed
    #[arg(long, conflicts_with = "planned")]
    pub drafts: bool,
    /// What goes out by itself
    #[arg(long)]
    pub planned: bool,
}

/// When a new post goes out.
#[derive(Debug, Args)]
pub struct Later {
    /// An emergency: other servers are told before everything else that waits, and somebody approves it afterwards
    #[arg(long)]
    pub urgent: bool,
    /// Let it go out at this time, on the clocks of the institution: 2026-12-01T09:00
    #[arg(long, value_name = "TIME", conflicts_with = "draft")]
    pub at: Option<String>,
    /// Keep it as a draft
    #[arg(long)]
    pub draft: bool,
}

/// Whose look the posts of an account need.
#[derive(Debug, Args)]
pub struct Look {
    /// Whose look a post needs before it goes out
    #[arg(long, value_parser = rule, value_name = "none|other|approver")]
    pub approval: Option<Rule>,
    /// Whether editors may publish first in an emergency, and ask afterwards
    #[arg(long, value_parser = truth, value_name = "yes|no")]
    pub urgent_first: Option<bool>,
    /// Whether answers to others need that look too
    #[arg(long, value_parser = truth, value_name = "yes|no")]
    pub approve_answers: Option<bool>,
}

fn rule(text: &str) -> Result<Rule, String> {
    Rule::named(text).ok_or_else(|| "possible: none, other, approver".to_owned())
}

fn truth(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("possible: yes, no".into()),
    }
}
