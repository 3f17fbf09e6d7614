//! Who hears of what an account says: distinct inboxes, and how many followers are behind them.

use std::collections::BTreeSet;

use super::tx::Rows;
use super::{actors, follows, notes, reactions};
use crate::error::Result;
use crate::model::ids::{AccountId, ActorId, InboxId};
use crate::model::post::{Mention, Post, ReplyTo};

/// The inboxes an activity goes to, each once.
pub type Inboxes = BTreeSet<InboxId>;

/// Everybody who follows the account.
pub fn followers(rows: &impl Rows, account: AccountId) -> Result<Inboxes> {
    Ok(follows::inboxes(rows, account)?.into_iter().collect())
}

/// Followers, those named in the post, and the author of what it answers.
pub fn of_post(rows: &impl Rows, post: &Post) -> Result<Inboxes> {
    let mut inboxes = followers(rows, post.account)?;
    named(rows, &mut inboxes, &post.mentions)?;
    if let Some(ReplyTo::Note(id)) = post.reply_to
        && let Some(note) = notes::get(rows, id)?
    {
        add(rows, &mut inboxes, note.author)?;
    }
    Ok(inboxes)
}

/// Also everybody who liked, boosted or answered it: whoever may hold a copy (as Mastodon's
/// `status_reach_finder.rb` has it), and who was named before it was edited.
pub fn of_copies(rows: &impl Rows, post: &Post) -> Result<Inboxes> {
    let mut inboxes = of_post(rows, post)?;
    for revision in &post.revisions {
        named(rows, &mut inboxes, &revision.mentions)?;
    }
    for (_, actor) in reactions::of_post(rows, post.id)? {
        add(rows, &mut inboxes, actor)?;
    }
    for author in notes::authors(rows, post.id)? {
        add(rows, &mut inboxes, author)?;
    }
    for quote in super::quotes::of_post(rows, post.id)? {
        quote.actor.map_or(Ok(()), |actor| add(rows, &mut inboxes, actor))?;
    }
    Ok(inboxes)
}

fn named(rows: &impl Rows, inboxes: &mut Inboxes, mentions: &[Mention]) -> Result<()> {
    for mention in mentions.iter().filter(|mention| mention.own.is_none()) {
        inboxes.extend(actors::by_uri(rows, &mention.uri)?.map(|actor| actor.delivery));
    }
    Ok(())
}

fn add(rows: &impl Rows, inboxes: &mut Inboxes, actor: ActorId) -> Result<()> {
    inboxes.extend(actors::delivery(rows, actor)?);
    Ok(())
}

/// The inbox of one actor.
pub fn of_actor(rows: &impl Rows, actor: ActorId) -> Result<Inboxes> {
    let mut inboxes = Inboxes::new();
    add(rows, &mut inboxes, actor)?;
    Ok(inboxes)
}
