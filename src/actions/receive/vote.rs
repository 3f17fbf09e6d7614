//! A vote in a poll of ours: a Create of a Note that answers the post with nothing but the words of one of its answers
//! (as Mastodon sends it, one for each choice).

use super::Sender;
use crate::error::Result;
use crate::model::site::Site;
use crate::store::{Write, follows, polls, posts};

pub(super) fn vote(tx: &mut Write<'_>, site: &Site, from: &Sender<'_>, parent: &str, words: &str) -> Result<()> {
    let Some(id) = site.own_post(parent) else { return Ok(()) };
    let Some(post) = posts::get(tx, id)?.filter(|post| post.is_public() && !post.demo) else { return Ok(()) };
    let Some(poll) = post.poll.as_ref().filter(|poll| poll.is_open(tx.now())) else { return Ok(()) };
    let Some(place) = poll.named(words) else { return Ok(()) };
    let Some(actor) = from.known(tx)? else { return Ok(()) };
    if follows::blocks_us(tx, post.account, actor.id)? {
        return Ok(());
    }
    let before = polls::get(tx, id, actor.id)?.unwrap_or_default();
    let Some(vote) = poll.chosen(before, place) else { return Ok(()) };
    polls::put(tx, id, actor.id, vote)
}
