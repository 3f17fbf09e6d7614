//! A post is changed after it was published; the earlier text is kept.

use crate::activitypub::write::{self, note::NoteParts};
use crate::error::{Error, Result};
use crate::model::ids::{ActivityId, MediaId, PostId};
use crate::model::post::{Mention, Post, Revision, Version, check_versions};
use crate::model::site::Site;
use crate::model::user::By;
use crate::store::{Write, material, posts};

use super::address::{self, Saying};

/// Replaces the texts, and the descriptions named in `alts`. Nothing happens when nothing differs.
pub fn edit(
    tx: &mut Write<'_>,
    site: &Site,
    by: By,
    id: PostId,
    versions: &[Version],
    alts: &[(MediaId, String)],
    mentions: &[Mention],
) -> Result<Post> {
    let mut post = own(tx, by, id)?;
    check_versions(versions, !post.media.is_empty())?;
    for (media, alt) in alts {
        crate::model::media::check_alt(alt)?;
        if !post.media.contains(media) {
            return Err(Error::NotFound);
        }
    }
    let old = material::media(tx, &post.media)?;
    let new_alts = alts.iter().filter(|(id, alt)| old.iter().any(|m| m.id == *id && m.alt != *alt));
    let new_alts: Vec<_> = new_alts.cloned().collect();
    if post.versions == versions && new_alts.is_empty() {
        return Ok(post);
    }
    for (media, alt) in &new_alts {
        super::media::describe(tx, by.to(), *media, alt)?;
    }
    // Mastodon takes an edit as one only when `updated` grows; its times have whole seconds.
    let now = tx.now();
    let last = post.updated.unwrap_or(post.published);
    let versions_before = std::mem::replace(&mut post.versions, versions.to_vec());
    post.revisions.push(Revision { until: now, versions: versions_before, media: post.media.clone() });
    post.updated = Some(now.max(last.plus(crate::limits::post::CHANGE_STEP)));
    post.tags = super::publish::tags(versions);
    post.mentions = mentions.to_vec();
    posts::put(tx, &post)?;
    if site.live && !post.demo { tell(tx, site, post) } else { Ok(post) }
}

fn tell(tx: &mut Write<'_>, site: &Site, mut post: Post) -> Result<Post> {
    let id = ActivityId(tx.id());
    post.activities.push(id);
    posts::put(tx, &post)?;
    let inboxes = address::of_copies(tx, &post)?;
    let material = material::of(tx, post.clone())?;
    let json = write::update_note(&NoteParts::of(site, &material), id);
    address::say(tx, &Saying { id, account: post.account, post: Some(post.id), listed: false, json: &json }, &inboxes)?;
    Ok(post)
}

/// A post of the account for which the power was shown.
pub(super) fn own(tx: &Write<'_>, by: By, id: PostId) -> Result<Post> {
    let post = posts::need(tx, id)?;
    if post.account == by.account() { Ok(post) } else { Err(Error::NotFound) }
}
