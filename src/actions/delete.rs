//! A post is taken back. Its words and pictures go; its address answers 410 for good.

use crate::activitypub::write;
use crate::base::text;
use crate::error::Result;
use crate::model::audit::{Act, Deed};
use crate::model::case::About;
use crate::model::ids::{ActivityId, PostId};
use crate::model::post::{Post, Reason, check_reasons};
use crate::model::site::Site;
use crate::model::user::By;
use crate::store::{Write, accounts, activities, cases, notes, posts, quotes, reach, reactions};

use super::address::{self, Saying};
use super::{audit, drafts, quoting};

/// Deletes a post without a word.
pub fn delete(tx: &mut Write<'_>, site: &Site, by: By, id: PostId) -> Result<()> {
    delete_because(tx, site, by, id, &[])
}

/// Deletes a post; its address says why.
pub fn delete_because(tx: &mut Write<'_>, site: &Site, by: By, id: PostId, why: &[Reason]) -> Result<()> {
    check_reasons(why)?;
    let post = super::edit::own(tx, by.account(), id)?;
    let inboxes = address::of_copies(tx, &post)?;
    clear(tx, &post, why)?;
    drafts::changing::end(tx, by.who(), &post)?;
    if !post.demo {
        let said = why.first().map(|reason| reason.text.clone()).unwrap_or_default();
        audit::note(tx, by.who(), &Deed::new(Act::PostDelete).of(post.account).on(id).because(said))?;
    }
    if post.activities.is_empty() {
        // Nobody outside has heard of it.
        return Ok(());
    }
    for lang in post.notes() {
        let activity = ActivityId(tx.id());
        let json = write::delete_note(site, post.account, &site.note(id, lang.as_ref()), activity);
        let saying = Saying { id: activity, account: post.account, post: Some(id), listed: false, json: &json };
        address::say(tx, &saying, &inboxes)?;
    }
    Ok(())
}

/// Removes what belongs to a post and leaves its tombstone.
fn clear(tx: &mut Write<'_>, post: &Post, why: &[Reason]) -> Result<()> {
    unpin(tx, post)?;
    for media in &post.media {
        super::media::forget(tx, *media)?;
    }
    for activity in &post.activities {
        address::take_back(tx, *activity)?;
        activities::erase(tx, *activity)?;
        reach::erase(tx, *activity)?;
    }
    for (kind, actor) in reactions::of_post(tx, post.id)? {
        reactions::remove(tx, post.id, kind, actor)?;
    }
    super::polls::forget(tx, post.id)?;
    for note in notes::of_thread(tx, post.id, usize::MAX)? {
        notes::remove(tx, &note)?;
    }
    cases::erase(tx, About::Shares(post.id).case(), &[post.account])?;
    for mut quote in quotes::of_post(tx, post.id)? {
        quote.revoked = Some(tx.now());
        quotes::put(tx, &quote)?;
    }
    quoting::unstamp(tx, post)?;
    let now = tx.now();
    let tombstone = Post {
        deleted: Some(now),
        reason: why.iter().filter(|reason| !text::is_blank(&reason.text)).cloned().collect(),
        versions: Vec::new(),
        media: Vec::new(),
        episode: None,
        poll: None,
        quoted: None,
        mentions: Vec::new(),
        tags: Vec::new(),
        revisions: Vec::new(),
        retired: post.retired.iter().cloned().chain(post.notes().into_iter().flatten()).collect(),
        ..post.clone()
    };
    posts::put(tx, &tombstone)
}

pub(super) fn unpin(tx: &mut Write<'_>, post: &Post) -> Result<()> {
    let mut account = accounts::need(tx, post.account)?;
    if account.pinned.contains(&post.id) {
        account.pinned.retain(|pinned| *pinned != post.id);
        accounts::put(tx, &account)?;
    }
    Ok(())
}
