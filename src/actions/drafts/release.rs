//! A draft becomes posts: a thread as a unit, in order, in one transaction with the draft's own change of state, so that
//! whatever happens it goes out once or not at all.

use super::told::stood;
use super::{Seen, changing, check_ready, check_way, links, looked_at, still_can};
use crate::actions::audit;
use crate::base::time::Timestamp;
use crate::error::{Problem, Result};
use crate::model::audit::{Act, Deed};
use crate::model::draft::{Content, Demand, Draft, Event, Stage, State};
use crate::model::ids::{DraftId, PostId};
use crate::model::media::Media;
use crate::model::post::{Mention, NewPost, Post};
use crate::model::power::Publish;
use crate::model::site::Site;
use crate::model::user::{By, Who};
use crate::store::{Write, accounts, drafts, material, media};

/// Publishes at once what was looked at.
pub fn publish(
    tx: &mut Write<'_>,
    site: &Site,
    by: By<Publish>,
    seen: Seen,
    mentions: &[Vec<Mention>],
) -> Result<Draft> {
    let draft = looked_at(tx, by.account(), seen)?;
    check_way(tx, &draft, accounts::need(tx, draft.account)?.approval)?;
    let deed = Deed::new(Act::DraftHold).of(draft.account).on(draft.id);
    audit::note(tx, by.who(), &deed.change(stood(&draft), Stage::Published.name()))?;
    go(tx, site, draft, by.who(), mentions)
}

/// Publishes what is due, for whoever planned it, if they still may; nothing when it is not due (any more). `seen` is the
/// revision that the mentions were looked up for.
pub fn release(tx: &mut Write<'_>, site: &Site, seen: Seen, mentions: &[Vec<Mention>]) -> Result<Option<Draft>> {
    let Some(draft) = drafts::get(tx, seen.id)?.filter(|draft| draft.revision == seen.revision) else {
        return Ok(None);
    };
    let State::Planned { by, due, .. } = draft.state else { return Ok(None) };
    let account = accounts::need(tx, draft.account)?;
    if due > tx.now() || draft.is_stopped(account.approval) {
        return Ok(None);
    }
    // They may have left since, or lost the role: what goes out is theirs, and they would not be let do it now.
    if !still_can::<Publish>(tx, by, account.id)? {
        return Err(Problem::new("E530", "Whoever planned it may not publish for this account any more.")
            .remedy("Somebody who may has to look at it, and plan or publish it.")
            .into());
    }
    go(tx, site, draft, by, mentions).map(Some)
}

/// Says of what was to go out that it did not, and why: somebody has to decide.
pub fn miss(tx: &mut Write<'_>, id: DraftId, due: Timestamp, why: &str) -> Result<()> {
    let Some(mut draft) = drafts::get(tx, id)?.filter(|draft| draft.due() == Some(due)) else { return Ok(()) };
    let approval = accounts::need(tx, draft.account)?.approval;
    let before = stood(&draft);
    draft.step(&Event::Miss { why: why.to_owned() }, draft.writer, tx.now(), approval)?;
    let deed = Deed::new(Act::DraftMiss).of(draft.account).on(id).change(before, stood(&draft)).because(why);
    audit::note(tx, Who::Nobody, &deed)?;
    drafts::put(tx, &draft)
}

/// Lets nothing that is planned go out until somebody says otherwise.
pub fn stop(tx: &mut Write<'_>, by: By<Publish>) -> Result<()> {
    let mut account = accounts::need(tx, by.account())?;
    if account.approval.stopped.is_some() {
        return Ok(());
    }
    account.approval.stopped = Some(tx.now());
    audit::note(tx, by.who(), &Deed::new(Act::PlansStop).of(account.id))?;
    accounts::put(tx, &account)
}

/// Lets plans go out again. What should have gone out meanwhile does not by itself: the crisis may have made it wrong.
pub fn resume(tx: &mut Write<'_>, by: By<Publish>) -> Result<usize> {
    let mut account = accounts::need(tx, by.account())?;
    if account.approval.stopped.is_none() {
        return Ok(0);
    }
    let planned = drafts::of(tx, account.id, Stage::Planned, usize::MAX)?;
    let late: Vec<Draft> = planned
        .into_iter()
        .filter(|draft| draft.due().is_some_and(|due| due <= tx.now()) && draft.is_stopped(account.approval))
        .collect();
    for draft in &late {
        miss(tx, draft.id, draft.due().unwrap_or_default(), "Everything planned was stopped at that time.")?;
    }
    account.approval.stopped = None;
    let told = format!("{} missed", late.len());
    audit::note(tx, by.who(), &Deed::new(Act::PlansResume).of(account.id).with(told))?;
    accounts::put(tx, &account)?;
    tx.after.plans = true;
    Ok(late.len())
}

/// Keeps in mind what went out urgently before anybody let it pass: a post, or a thread as one.
pub(in crate::actions) fn owing(tx: &mut Write<'_>, who: Who, news: &[NewPost], posts: &[Post]) -> Result<()> {
    let Some(first) = posts.first() else { return Ok(()) };
    let now = tx.now();
    let files: Vec<_> = posts.iter().flat_map(|post| post.media.iter().copied()).collect();
    let about: Vec<_> = material::media(tx, &files)?.iter().map(|media| (media.id, media.about())).collect();
    let ids = posts.iter().map(|post| post.id).collect();
    let draft = Draft {
        state: State::Published { at: now, posts: ids, owes: true },
        ..Draft::new(DraftId(tx.id()), first.account, who, now, Content::of_thread(news, &about))
    };
    audit::note(tx, who, &Deed::new(Act::PostUnapproved).of(first.account).on(first.id))?;
    drafts::put(tx, &draft)
}

/// Whether it is whole was asked when it was planned or let pass; here nobody is there who could add a word.
fn go(tx: &mut Write<'_>, site: &Site, mut draft: Draft, by: Who, mentions: &[Vec<Mention>]) -> Result<Draft> {
    check_ready(tx, &draft)?;
    let account = accounts::need(tx, draft.account)?;
    // Everything that can be refused is refused before the first change.
    draft.still_open()?;
    let owes = draft.demand(account.approval, by)? == Demand::Afterwards;
    for attached in draft.content.media() {
        let file = super::super::media::own(tx, account.id, attached.id)?;
        if file.draft.is_some() {
            media::put(tx, &Media { draft: None, ..file })?;
        }
    }
    let posts: Vec<PostId> = if let Some(edits) = &draft.edits {
        changing::apply(tx, site, by, &draft, mentions)?;
        vec![edits.post]
    } else {
        let posts = super::super::publish::say(tx, site, (account.id, by), &draft.content.posts(mentions))?;
        posts.into_iter().map(|post| post.id).collect()
    };
    if let Some(first) = posts.first().filter(|_| owes) {
        audit::note(tx, by, &Deed::new(Act::PostUnapproved).of(account.id).on(*first))?;
    }
    draft.step(&Event::Publish { posts }, by, tx.now(), account.approval)?;
    draft.open.clear();
    links::forget_of_draft(tx, draft.id)?;
    drafts::put(tx, &draft)?;
    Ok(draft)
}
