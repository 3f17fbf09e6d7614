//! The words about polls.

use clap::Args;

/// A poll under a new post.
#[derive(Debug, Args)]
pub struct Poll {
    /// An answer to choose, in the main language; repeat it: the post is a poll
    #[arg(long, value_name = "TEXT")]
    pub answer: Vec<String>,
    /// The same answers in another language, in their order: --answer-in de Ja --answer-in de Nein
    #[arg(long, num_args = 2, value_names = ["CODE", "TEXT"], requires = "answer")]
    pub answer_in: Vec<String>,
    /// Several answers may be chosen
    #[arg(long, requires = "answer")]
    pub multiple: bool,
    /// How long the poll is open: 30m, 12h, 3d [default: 1d]
    #[arg(long, value_name = "TIME", requires = "answer")]
    pub open_for: Option<String>,
}
