//! Drafts at the desk: what is being written, waits for somebody's look, is planned or was missed; and one draft with all
//! that may be done about it.

mod changes;
mod list;
mod many;
mod pages;
mod said;
mod steps;

use std::time::Duration;

use crate::error::Result;
use crate::limits;
use crate::model::account::Account;
use crate::model::draft::{Draft, Rule, Stage, State};
use crate::model::institution::Institution;
use crate::model::power::{self, Approve, Publish, Read};
use crate::model::user::{Asker, Who};
use crate::store::{Rows, accounts, drafts};

pub(super) use crate::views::people::who as name;
pub(super) use crate::views::plans::stage_words;
pub(super) use list::list;
pub(super) use many::{discard as discard_many, page as many_page};
pub(super) use pages::{drop_page, page};
pub(super) use steps::{Step, discard, step};

/// What somebody may do about a draft, as the page shows it. The verbs decide anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "what the template asks, one by one")]
pub(super) struct May {
    pub edit: bool,
    pub ask: bool,
    pub withdraw: bool,
    pub approve: bool,
    pub send_back: bool,
    pub plan: bool,
    pub unplan: bool,
    pub publish: bool,
    pub discard: bool,
    pub comment: bool,
}

impl May {
    pub(super) fn of(asker: &Asker, account: &Account, draft: &Draft) -> Self {
        let (of, who) = (account.id, asker.who());
        let (writes, publishes) = (asker.can::<power::Draft>(of), asker.can::<Publish>(of));
        let judges = asker.can::<Approve>(of) || (writes && account.approval.rule != Rule::Approver);
        let (open, stage) = (draft.stage().is_open(), draft.stage());
        let ready = publishes && draft.demand(account.approval, who).is_ok();
        let held = matches!(draft.state, State::Planned { held: true, .. });
        Self {
            edit: writes && open,
            ask: writes
                && matches!(stage, Stage::Draft | Stage::Missed | Stage::Approved)
                && !draft.is_let_pass(account.approval),
            withdraw: writes && matches!(stage, Stage::Asked | Stage::Approved),
            approve: judges && matches!(stage, Stage::Asked | Stage::Owing) && !draft.is_by(who),
            send_back: judges
                && matches!(stage, Stage::Asked | Stage::Approved | Stage::Planned)
                && !held
                && !draft.is_by(who),
            plan: ready && open && !held,
            unplan: publishes && matches!(stage, Stage::Planned | Stage::Missed),
            publish: ready && open && !held,
            discard: writes && open && (publishes || draft.due().is_none()),
            comment: writes || asker.can::<Approve>(of),
        }
    }
}

/// How many drafts wait for somebody: for their look, or for a decision since they were missed. As the navigation shows
/// it; counted so far.
pub(super) fn waiting(rows: &impl Rows, asker: &Asker) -> Result<usize> {
    let mut count = to_approve(rows, asker)?.len();
    for account in accounts::all(rows)? {
        if asker.can::<Publish>(account.id) {
            count += drafts::count(rows, account.id, Stage::Missed, limits::desk::COUNTED)?;
        }
    }
    Ok(count.min(limits::desk::COUNTED))
}

/// Those that wait for somebody's look, with the names of their accounts.
pub(super) fn to_approve(rows: &impl Rows, asker: &Asker) -> Result<Vec<(String, Draft)>> {
    let mut wait = Vec::new();
    for account in accounts::all(rows)? {
        if !asker.can::<Approve>(account.id) && !asker.can::<power::Draft>(account.id) {
            continue;
        }
        for stage in [Stage::Asked, Stage::Owing] {
            let found = drafts::of(rows, account.id, stage, limits::desk::COUNTED)?;
            let yours = found.into_iter().filter(|draft| May::of(asker, &account, draft).approve);
            wait.extend(yours.map(|draft| (account.handle.clone(), draft)));
        }
    }
    Ok(wait)
}

/// Whether somebody has to do with drafts.
pub(super) fn sees(rows: &impl Rows, asker: &Asker) -> Result<bool> {
    Ok(accounts::all(rows)?.iter().any(|account| asker.can::<Read>(account.id)))
}

pub(super) fn names(rows: &impl Rows, all: &[Who]) -> Result<Vec<String>> {
    all.iter().map(|who| name(rows, *who)).collect()
}

/// The first words of a draft, or of its warning.
pub(super) fn first(draft: &Draft, chars: usize) -> String {
    let line = draft.content.main().map(|version| version.first_words(chars)).unwrap_or_default();
    if line.is_empty() { "(no text yet)".to_owned() } else { line }
}

/// How long "publish" waits here.
pub(super) fn hold(institution: &Institution) -> Duration {
    Duration::from_secs(institution.hold.into()).min(limits::draft::HOLD)
}
