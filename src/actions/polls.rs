//! A poll is over: what came of it is written into its post and told, and who chose what is forgotten.

use super::{address, publish};
use crate::error::Result;
use crate::limits;
use crate::model::ids::PostId;
use crate::model::post::Post;
use crate::model::site::Site;
use crate::store::{Write, actors, polls, posts};

/// Does the next step for a poll whose time has come; true while there is more to do for it. First the result becomes
/// part of the post, and whoever has a copy or voted is told (Mastodon tells its voters by this that the poll is over);
/// then the votes go, a stretch at a time.
pub fn close(tx: &mut Write<'_>, site: &Site, id: PostId) -> Result<bool> {
    let Some(mut post) = posts::get(tx, id)? else { return Ok(false) };
    let Some(poll) = post.poll.as_mut().filter(|poll| poll.ends <= tx.now() && !poll.settled) else {
        return Ok(false);
    };
    if poll.result.is_none() {
        poll.result = Some(polls::tally(tx, id, poll)?);
        posts::put(tx, &post)?;
        if site.live && !post.demo {
            tell(tx, site, post)?;
        }
        return Ok(true);
    }
    let voters = polls::voters(tx, id, limits::poll::STEP)?;
    if voters.is_empty() {
        poll.settled = true;
        posts::put(tx, &post)?;
        return Ok(false);
    }
    for actor in voters {
        polls::remove(tx, id, actor)?;
    }
    Ok(true)
}

fn tell(tx: &mut Write<'_>, site: &Site, post: Post) -> Result<()> {
    let mut inboxes = address::of_copies(tx, &post)?;
    for voter in polls::voters(tx, post.id, usize::MAX)? {
        inboxes.extend(actors::delivery(tx, voter)?);
    }
    let notes = post.notes();
    publish::tell(tx, site, post, &notes, &inboxes, publish::UPDATE).map(|_| ())
}

/// Forgets all votes of a post that is deleted.
pub(super) fn forget(tx: &mut Write<'_>, post: PostId) -> Result<()> {
    for actor in polls::voters(tx, post, usize::MAX)? {
        polls::remove(tx, post, actor)?;
    }
    Ok(())
}
