//! From hand to hand: asked, let pass, sent back, planned. Each step is one of `model::draft::state`.

use std::time::Duration;

use super::told::stood;
use super::{Eyes, Pen, Seen, check_way, check_whole, looked_at, own};
use crate::actions::audit;
use crate::error::{Error, Result};
use crate::model::audit::{Act, Deed};
use crate::model::draft::{Approval, Draft, Event, Stage, When};
use crate::model::ids::DraftId;
use crate::model::power::Publish;
use crate::model::user::{By, Who};
use crate::store::{Write, accounts, drafts};

/// Asks for approval. What is asked for could be published as it is.
pub fn ask(tx: &mut Write<'_>, pen: Pen, seen: Seen) -> Result<Draft> {
    let draft = looked_at(tx, pen.account(), seen)?;
    check_whole(tx, &draft)?;
    step(tx, draft, &Event::Ask, pen.who())
}

/// Takes back that approval was asked for, or given.
pub fn withdraw(tx: &mut Write<'_>, pen: Pen, id: DraftId) -> Result<Draft> {
    let draft = own(tx, pen.account(), id)?;
    step(tx, draft, &Event::Withdraw, pen.who())
}

/// Lets pass what was looked at, also what went out before; `remark` may be empty. What is still to go out is whole: it may
/// have been changed since somebody asked.
pub fn approve(tx: &mut Write<'_>, eyes: Eyes, seen: Seen, remark: &str) -> Result<Draft> {
    let mut draft = looked_at(tx, eyes.account(), seen)?;
    if draft.stage() == Stage::Asked {
        check_whole(tx, &draft)?;
    }
    if !remark.trim().is_empty() {
        draft.say(eyes.who(), tx.now(), remark)?;
    }
    step(tx, draft, &Event::Approve { approver: eyes.approves() }, eyes.who())
}

/// Gives it back to its writer, and says why.
pub fn send_back(tx: &mut Write<'_>, eyes: Eyes, seen: Seen, why: &str) -> Result<Draft> {
    let mut draft = looked_at(tx, eyes.account(), seen)?;
    draft.say(eyes.who(), tx.now(), why)?;
    step(tx, draft, &Event::SendBack { approver: eyes.approves() }, eyes.who())
}

pub fn comment(tx: &mut Write<'_>, eyes: Eyes, id: DraftId, text: &str) -> Result<Draft> {
    let mut draft = own(tx, eyes.account(), id)?;
    draft.say(eyes.who(), tx.now(), text)?;
    audit::note(tx, eyes.who(), &Deed::new(Act::DraftComment).of(draft.account).on(id))?;
    drafts::put(tx, &draft)?;
    Ok(draft)
}

/// Lets it go out by itself at a time.
pub fn plan(tx: &mut Write<'_>, by: By<Publish>, seen: Seen, when: &When) -> Result<Draft> {
    let mut draft = looked_at(tx, by.account(), seen)?;
    check_way(tx, &draft, accounts::need(tx, draft.account)?.approval)?;
    draft.when = Some(when.clone());
    step(tx, draft, &Event::Plan { due: when.at }, by.who())
}

/// Lets it go out in so long, unless somebody thinks again.
pub fn hold(tx: &mut Write<'_>, by: By<Publish>, seen: Seen, wait: Duration) -> Result<Draft> {
    let draft = looked_at(tx, by.account(), seen)?;
    check_way(tx, &draft, accounts::need(tx, draft.account)?.approval)?;
    let due = tx.now().plus(wait);
    step(tx, draft, &Event::Hold { due }, by.who())
}

/// Takes the plan back, or decides that what was missed does not go out by itself.
pub fn unplan(tx: &mut Write<'_>, by: By<Publish>, id: DraftId) -> Result<Draft> {
    let draft = own(tx, by.account(), id)?;
    step(tx, draft, &Event::Unplan, by.who())
}

/// One step, written down.
fn step(tx: &mut Write<'_>, mut draft: Draft, event: &Event, by: Who) -> Result<Draft> {
    let approval: Approval = accounts::need(tx, draft.account)?.approval;
    let before = stood(&draft);
    draft.step(event, by, tx.now(), approval)?;
    let act = match event {
        Event::Ask => Act::DraftAsk,
        Event::Withdraw => Act::DraftWithdraw,
        Event::Approve { .. } => Act::DraftApprove,
        Event::SendBack { .. } => Act::DraftSendBack,
        Event::Plan { .. } => Act::DraftPlan,
        Event::Hold { .. } => Act::DraftHold,
        Event::Unplan => Act::DraftUnplan,
        Event::Changed { .. } | Event::Miss { .. } | Event::Publish { .. } => {
            return Err(Error::bug("a step that is none of a hand"));
        }
    };
    audit::note(tx, by, &Deed::new(act).of(draft.account).on(draft.id).change(before, stood(&draft)))?;
    drafts::put(tx, &draft)?;
    Ok(draft)
}
