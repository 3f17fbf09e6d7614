//! Like and Announce of a post of ours.

use super::{Sender, is_gone, is_taken};
use crate::actions::cases;
use crate::error::Result;
use crate::model::follow::{ActRef, Reaction, ReactionKind};
use crate::model::site::Site;
use crate::store::{Write, follows, posts, reactions};

pub(super) fn react(
    tx: &mut Write<'_>,
    site: &Site,
    from: &Sender<'_>,
    id: &str,
    object: &str,
    kind: ReactionKind,
) -> Result<()> {
    let Some(post) = site.own_post(object) else { return Ok(()) };
    let Some(post) = posts::get(tx, post)?.filter(|post| post.is_public() && !post.demo) else { return Ok(()) };
    if is_gone(tx, from, id)? {
        return Ok(());
    }
    let Some(actor) = from.known(tx)? else { return Ok(()) };
    let act = ActRef::Reaction(kind, post.id, actor.id);
    if follows::blocks_us(tx, post.account, actor.id)? || is_taken(tx, &actor, id, act)? {
        return Ok(());
    }
    let at = tx.now();
    let new = reactions::put(tx, post.id, kind, actor.id, &Reaction { uri: id.to_owned(), at })?;
    if new && kind == ReactionKind::Boost { cases::shared(tx, &post, false) } else { Ok(()) }
}
