//! What the composer says before a button is pressed: whose posts somebody else has to approve, where an emergency goes out
//! before that, and whose plans are stopped. Accounts are named, since the form is where one is chosen; whoever
//! only answers is told of the first.

use super::approval;
use crate::model::account::Account;
use crate::model::draft::Rule;
use crate::model::power::{self, Publish, Reply};
use crate::model::user::Asker;

#[derive(Debug, Default)]
pub(super) struct Before {
    /// Whether to ask is the first button: to publish what the chosen account says takes somebody else.
    pub asks: bool,
    /// Whether there is an account of the form that publishes by it, be it in an emergency.
    pub publishes: bool,
    /// Whether what is published by it can be thought over: whoever may answer and no more sends at once.
    pub holds: bool,
    /// Whose look is needed, as sentences.
    pub approval: Vec<String>,
    /// What an emergency means; empty where it means no more than everywhere.
    pub urgent: String,
    /// Whose plans are stopped; empty where nobody's are.
    pub stopped: String,
}

/// What the form is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    /// An answer to somebody.
    pub answers: bool,
    /// A draft, and whether somebody has let it pass.
    pub draft: Option<bool>,
}

impl Before {
    /// `all` can be chosen, and `chosen` is.
    pub(super) fn of(asker: &Asker, all: &[&Account], chosen: Option<&Account>, form: Form) -> Self {
        // Whoever may answer sends it at once; a draft is published by those who publish.
        let sends = |account: &Account| {
            if form.answers && form.draft.is_none() {
                asker.can::<Reply>(account.id)
            } else {
                asker.can::<Publish>(account.id)
            }
        };
        let refused = |account: &Account, urgent| {
            form.draft != Some(true) && account.approval.unapproved(asker.who(), urgent, form.answers).is_err()
        };
        let asks = |account: &Account| sends(account) && refused(account, false);
        let urgent = |account: &Account| asks(account) && !refused(account, true);
        let writes = |account: &Account| asker.can::<power::Draft>(account.id);
        let names = |which: &dyn Fn(&Account) -> bool| {
            let named = all.iter().filter(|account| which(account)).map(|account| format!("@{}", account.handle));
            named.collect::<Vec<_>>().join(", ")
        };
        let said = |names: String, words: &dyn Fn(&str) -> String| if names.is_empty() { names } else { words(&names) };
        let whose = |rule: Rule| names(&|account| asks(account) && writes(account) && account.approval.rule == rule);
        let told = |rule| {
            let whose_look = approval::words(rule).0;
            said(whose(rule), &|who| {
                format!("{whose_look} has to approve what goes out as {who}: press “Ask for approval”.")
            })
        };
        let mut approval: Vec<String> = [Rule::Other, Rule::Approver].into_iter().map(told).collect();
        let no_drafts = all.iter().find(|account| asks(account) && !writes(account));
        approval.extend(no_drafts.map(|account| account.approval.for_repliers()));
        approval.retain(|line| !line.is_empty());
        Self {
            asks: chosen.is_some_and(|account| !sends(account) || asks(account) && writes(account)),
            publishes: all.iter().any(|account| sends(account) && (!refused(account, false) || urgent(account))),
            holds: all.iter().any(|account| asker.can::<Publish>(account.id)),
            approval,
            urgent: said(names(&urgent), &|who| {
                format!(
                    "As {who} it then goes out at once, before anybody approved it; that follows, and the log says so."
                )
            }),
            stopped: said(names(&|account| account.approval.stopped.is_some()), &|who| {
                format!(
                    "Everything planned as {who} is stopped. What you plan now waits too; what you publish now goes out."
                )
            }),
        }
    }
}
