//! From the words about a draft to the command that is sent.

use crate::cli::args::draft::{Draft, Remark, Step};
use crate::control::{Command, DraftStep};

pub(super) fn draft(word: Step) -> Command {
    match word {
        Step::Ask(Draft { draft }) => Command::DraftStep { draft, step: DraftStep::Ask },
        Step::Approve(Remark { draft, comment }) => Command::DraftStep { draft, step: DraftStep::Approve { comment } },
        Step::SendBack(Remark { draft, comment }) => {
            Command::DraftStep { draft, step: DraftStep::SendBack { comment } }
        }
        Step::Comment(Remark { draft, comment }) => Command::DraftStep { draft, step: DraftStep::Comment { comment } },
        Step::Plan { draft, at } => Command::DraftStep { draft: draft.draft, step: DraftStep::Plan { at } },
        Step::Unplan(Draft { draft }) => Command::DraftStep { draft, step: DraftStep::Unplan },
        Step::Publish(Draft { draft }) => Command::DraftStep { draft, step: DraftStep::Publish },
        Step::Preview { draft, end } => Command::DraftLink { draft: draft.draft, end },
        Step::Stop => Command::Plans { stop: true },
        Step::Resume => Command::Plans { stop: false },
    }
}
