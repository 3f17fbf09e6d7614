//! A draft becomes posts: a thread as a unit, in order, in one transaction with the draft's own change of state, so that
//! whatever happens it goes out once or not at all.

use super::{Seen, check_ready, looked_at};
use crate::actions::audit;
use crate::base::time::Timestamp;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::audit::{Act, Deed};
use crate::model::draft::{Content, Draft, Event, Stage, State};
use crate::model::ids::DraftId;
use crate::model::media::Media;
use crate::model::post::{Mention, NewPost, Post, ReplyTo};
use crate::model::power::Publish;
use crate::model::site::Site;
use crate::model::user::{By, Who};
use crate::store::schema::MEDIA;
use crate::store::{Write, accounts, drafts, material};

/// Publishes at once what was looked at.
pub fn publish(
    tx: &mut Write<'_>,
    site: &Site,
    by: By<Publish>,
    seen: Seen,
    mentions: &[Vec<Mention>],
) -> Result<Draft> {
    let draft = looked_at(tx, by.account(), seen)?;
    audit::note(tx, by.who(), &Deed::new(Act::DraftHold).of(draft.account).on(draft.id))?;
    go(tx, site, draft, by.who(), mentions)
}

/// Publishes what is due, for whoever planned it; nothing when it is not due (any more). `seen` is the revision that the
/// mentions were looked up for.
pub fn release(tx: &mut Write<'_>, site: &Site, seen: Seen, mentions: &[Vec<Mention>]) -> Result<Option<Draft>> {
    let Some(draft) = drafts::get(tx, seen.id)?.filter(|draft| draft.revision == seen.revision) else {
        return Ok(None);
    };
    let State::Planned { by, due, .. } = draft.state else { return Ok(None) };
    let account = accounts::need(tx, draft.account)?;
    if due > tx.now() || is_stopped(&account, &draft) {
        return Ok(None);
    }
    go(tx, site, draft, by, mentions).map(Some)
}

/// Says of what was to go out that it did not, and why: somebody has to decide.
pub fn miss(tx: &mut Write<'_>, id: DraftId, due: Timestamp, why: &str) -> Result<()> {
    let Some(mut draft) = drafts::get(tx, id)?.filter(|draft| draft.due() == Some(due)) else { return Ok(()) };
    let approval = accounts::need(tx, draft.account)?.approval;
    draft.step(&Event::Miss { why: why.to_owned() }, draft.writer, tx.now(), approval)?;
    drafts::put(tx, &draft)
}

/// Whether a plan waits for the end of a crisis. What somebody publishes by hand after it began does not.
pub fn is_stopped(account: &Account, draft: &Draft) -> bool {
    let Some(stopped) = account.approval.stopped else { return false };
    match draft.state {
        State::Planned { held, since, .. } => !held || since <= stopped,
        State::Draft | State::Asked { .. } | State::Approved | State::Missed { .. } | State::Published { .. } => false,
    }
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
        .filter(|draft| draft.due().is_some_and(|due| due <= tx.now()) && is_stopped(&account, draft))
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

/// Keeps in mind what went out urgently before anybody let it pass.
pub fn owing(tx: &mut Write<'_>, who: Who, new: &NewPost, post: &Post) -> Result<Draft> {
    let now = tx.now();
    let media = material::media(tx, &post.media)?;
    let about: Vec<_> = media.iter().map(|media| (media.id, media.about())).collect();
    let draft = Draft {
        id: DraftId(tx.id()),
        account: post.account,
        writer: who,
        hands: vec![who],
        saved: now,
        saved_by: who,
        revision: 1,
        content: Content::of(new, &about),
        mentions: Vec::new(),
        when: None,
        state: State::Published { at: now, posts: vec![post.id], owes: true },
        passed: None,
        comments: Vec::new(),
        editing: None,
    };
    audit::note(tx, who, &Deed::new(Act::PostUnapproved).of(post.account).on(post.id))?;
    drafts::put(tx, &draft)?;
    Ok(draft)
}

fn go(tx: &mut Write<'_>, site: &Site, mut draft: Draft, by: Who, mentions: &[Vec<Mention>]) -> Result<Draft> {
    check_ready(tx, &draft)?;
    let account = accounts::need(tx, draft.account)?;
    // Everything that can be refused is refused before the first change.
    let mut after = draft.clone();
    after.step(&Event::Publish { posts: Vec::new() }, by, tx.now(), account.approval)?;
    let owes = after.stage() == Stage::Owing;
    for attached in draft.content.media() {
        let file = super::super::media::own(tx, account.id, attached.id)?;
        tx.put(&MEDIA, &attached.id, &Media { draft: None, ..file })?;
    }
    let (mut posts, mut parent) = (Vec::new(), None);
    for at in 0..draft.content.parts.len() {
        let named = mentions.get(at).cloned().unwrap_or_default();
        let new = draft.content.post(at, parent, named).ok_or_else(|| Error::bug("a thread lost a part"))?;
        let post = super::super::publish::say(tx, site, (account.id, by), &new)?;
        parent = Some(ReplyTo::Own(post.id));
        posts.push(post.id);
    }
    if let Some(first) = posts.first().filter(|_| owes) {
        audit::note(tx, by, &Deed::new(Act::PostUnapproved).of(account.id).on(*first))?;
    }
    draft.step(&Event::Publish { posts }, by, tx.now(), account.approval)?;
    draft.editing = None;
    drafts::put(tx, &draft)?;
    Ok(draft)
}
