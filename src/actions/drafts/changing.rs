//! Changes of published posts that somebody has to let pass: one at a time for each post, applied in one transaction with
//! the draft's own change of state. A change that went out first, since it was urgent, is owed with what is public now.

use super::{let_go, links};
use crate::actions::audit;
use crate::actions::edit::{self, Change};
use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::model::audit::{Act, Deed};
use crate::model::draft::{Content, Draft, Edits, Stage, State};
use crate::model::ids::{AccountId, DraftId, MediaId, PostId};
use crate::model::post::{Mention, Post};
use crate::model::site::Site;
use crate::model::user::Who;
use crate::store::{Rows, Write, drafts, material, posts};

/// The change of a post that is not made yet.
pub fn pending(rows: &impl Rows, account: AccountId, post: PostId) -> Result<Option<Draft>> {
    for stage in Stage::ALL.into_iter().filter(|stage| stage.is_open()) {
        let found = drafts::of(rows, account, stage, usize::MAX)?;
        let of_post = |draft: &Draft| draft.edits.as_ref().is_some_and(|edits| edits.post == post);
        if let Some(draft) = found.into_iter().find(of_post) {
            return Ok(Some(draft));
        }
    }
    Ok(None)
}

/// What a draft that is begun is a change of: there is one change of a post at a time, of what it says now.
pub(super) fn begun(tx: &Write<'_>, account: AccountId, edits: Option<(PostId, Timestamp)>) -> Result<Option<Edits>> {
    let Some((id, of)) = edits else { return Ok(None) };
    let post = edit::own(tx, account, id)?;
    if let Some(other) = pending(tx, account, id)? {
        let what = "A change of this post is on its way already.";
        let remedy = format!("Go on with that one, or drop it: /desk/drafts/{}", other.id);
        return Err(Problem::new("E541", what).field("text").remedy(remedy).into());
    }
    if post.since() != of {
        return Err(Error::Conflict(edit::MEANWHILE));
    }
    of_now(tx, &post).map(Some)
}

fn of_now(rows: &impl Rows, post: &Post) -> Result<Edits> {
    Ok(Edits::of(post, &material::media(rows, &post.media)?))
}

/// What a change begins with when its post became another since: whoever saves it now has seen that.
pub(super) fn moved(tx: &Write<'_>, draft: &Draft) -> Result<Option<Edits>> {
    let Some(edits) = &draft.edits else { return Ok(None) };
    let post = posts::need(tx, edits.post)?;
    if post.since() == edits.of { Ok(None) } else { of_now(tx, &post).map(Some) }
}

/// Files that are published with the post: a draft says something of them and leaves them as they are.
pub(super) fn published(rows: &impl Rows, edits: Option<&Edits>) -> Result<Vec<MediaId>> {
    Ok(edits.map(|edits| posts::need(rows, edits.post)).transpose()?.map(|post| post.media).unwrap_or_default())
}

/// Makes the change that was let pass.
pub(super) fn apply(tx: &mut Write<'_>, site: &Site, by: Who, draft: &Draft, mentions: &[Vec<Mention>]) -> Result<()> {
    let Some(edits) = &draft.edits else { return Err(Error::bug("a change of nothing")) };
    let part = draft.content.parts.first().cloned().unwrap_or_default();
    if edit::own(tx, draft.account, edits.post)?.since() != edits.of {
        let what = "The post was changed after this change of it was begun.";
        let remedy = "Open the draft: it shows what the post says now. Save it, and have it approved as it is then.";
        return Err(Problem::new("E542", what).field("text").remedy(remedy).into());
    }
    let change = Change {
        of: Some(edits.of),
        media: Some(part.media_ids()),
        about: part.media.into_iter().map(|file| (file.id, file.about)).collect(),
        mentions: mentions.first().cloned().unwrap_or_default(),
        sensitive: Some(draft.content.sensitive),
        episode: draft.content.episode.clone(),
        versions: part.versions,
        urgent: draft.content.urgent,
    };
    let post = edit::apply(tx, site, (draft.account, by), edits.post, &change)?;
    refresh(tx, by, &post).map(drop)
}

/// What is owed an approval for a post is owed it for what the post says now; whether there is any such.
pub(in crate::actions) fn refresh(tx: &mut Write<'_>, by: Who, post: &Post) -> Result<bool> {
    let mut there = false;
    for mut draft in drafts::of(tx, post.account, Stage::Owing, usize::MAX)? {
        let State::Published { posts, .. } = &draft.state else { continue };
        let Some(n) = posts.iter().position(|id| *id == post.id) else { continue };
        let now = Content::of_post(post, &material::media(tx, &post.media)?);
        if let (Some(part), Some(new)) = (draft.content.parts.get_mut(n), now.parts.into_iter().next()) {
            *part = new;
        }
        draft.content.sensitive |= now.sensitive;
        if n == 0 {
            draft.content.episode = now.episode;
        }
        draft.touched(by, tx.now());
        drafts::put(tx, &draft)?;
        there = true;
    }
    Ok(there)
}

/// Keeps in mind that a post was changed before anybody let that pass.
pub(in crate::actions) fn owing(tx: &mut Write<'_>, who: Who, before: Edits, post: &Post) -> Result<()> {
    audit::note(tx, who, &Deed::new(Act::PostUnapproved).of(post.account).on(post.id))?;
    if refresh(tx, who, post)? {
        return Ok(());
    }
    let content = Content::of_post(post, &material::media(tx, &post.media)?);
    let draft = Draft {
        state: State::Published { at: tx.now(), posts: vec![post.id], owes: true },
        edits: Some(before),
        ..Draft::new(DraftId(tx.id()), post.account, who, tx.now(), Content { urgent: true, ..content })
    };
    drafts::put(tx, &draft)
}

/// A change of a post that is deleted is none of anything.
pub(in crate::actions) fn end(tx: &mut Write<'_>, who: Who, post: &Post) -> Result<()> {
    let Some(draft) = pending(tx, post.account, post.id)? else { return Ok(()) };
    let deed = Deed::new(Act::DraftDrop).of(draft.account).on(draft.id).change(draft.stage().name(), "");
    audit::note(tx, who, &deed.because("Its post was deleted."))?;
    drop_it(tx, &draft)
}

/// Takes a draft away, with its own files and the links to it.
pub(super) fn drop_it(tx: &mut Write<'_>, draft: &Draft) -> Result<()> {
    for file in draft.content.media() {
        let_go(tx, draft.id, file.id)?;
    }
    links::forget_of_draft(tx, draft.id)?;
    drafts::remove(tx, draft.id)
}
