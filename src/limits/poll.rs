//! What a poll may be: what other servers show, so that nobody is asked what they cannot answer.

use std::time::Duration;

/// The fewest answers to choose from.
pub const LEAST: usize = 2;
/// The most answers: Mastodon's own form has four, and shows up to 500 of others; more than these are a survey.
pub const ANSWERS: usize = 8;
/// Longest answer, in characters: what fits on one line of a telephone. Mastodon's own form takes 50.
pub const ANSWER: usize = 100;
/// The shortest poll: Mastodon's.
pub const SHORTEST: Duration = Duration::from_secs(5 * 60);
/// The longest poll: Mastodon's, one month.
pub const LONGEST: Duration = Duration::from_secs(31 * 24 * 3600);
/// How long a poll lasts when nobody says: what Mastodon's form proposes.
pub const USUAL: Duration = Duration::from_secs(24 * 3600);
/// How often it is looked whether a poll is over. Votes are refused at the very moment in any case.
pub const LOOK: Duration = Duration::from_secs(15);
/// Polls that are looked for at once; each is closed in commits of its own.
pub const CLOSED_AT_ONCE: usize = 8;
/// Voters whose rows one commit removes.
pub const STEP: usize = 1_024;
