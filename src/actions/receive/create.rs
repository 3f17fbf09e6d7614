//! Create: a vote, or a note that is kept when it answers a post of ours, directly or further down its
//! thread, or names an account of ours.

use super::{Sender, is_gone, own_account, vote};
use crate::activitypub::read::note::NoteIn;
use crate::base::{html, text};
use crate::error::Result;
use crate::model::account::Replies;
use crate::model::ids::{AccountId, NoteId, PostId};
use crate::model::note::{Content, Note, Shown};
use crate::model::site::Site;
use crate::store::{Write, accounts, follows, notes, posts};

pub(super) fn create(tx: &mut Write<'_>, site: &Site, from: &Sender<'_>, note: &NoteIn) -> Result<()> {
    if note.author != from.uri || is_gone(tx, from, &note.content.uri)? {
        return Ok(());
    }
    if let (Some(words), Some(parent)) = (&note.vote, &note.content.in_reply_to) {
        return vote::vote(tx, site, from, parent, words);
    }
    if draws_nothing(&note.content) {
        return Ok(());
    }
    if notes::by_uri(tx, &note.content.uri)?.is_some() {
        return Ok(());
    }
    let thread = thread(tx, site, &note.content)?;
    let concerns = concerns(tx, site, &note.content, thread)?;
    if thread.is_none() && concerns.is_empty() {
        return Ok(());
    }
    let Some(author) = from.known(tx)? else { return Ok(()) };
    for account in &concerns {
        if follows::blocks_us(tx, *account, author.id)? {
            return Ok(());
        }
    }
    let shown = shown(tx, thread, note)?;
    let row = Note {
        id: NoteId(tx.id()),
        author: author.id,
        content: Content { mentions: ours(site, &note.content), ..note.content.clone() },
        thread,
        concerns,
        received: tx.now(),
        shown,
    };
    notes::put(tx, &row)
}

/// Nobody could release or answer it.
fn draws_nothing(content: &Content) -> bool {
    content.attachments.is_empty() && content.warning.is_empty() && text::is_blank(&html::to_text(&content.html))
}

/// The post of ours at the top of what a note answers.
fn thread(tx: &Write<'_>, site: &Site, content: &Content) -> Result<Option<PostId>> {
    let Some(parent) = content.in_reply_to.as_deref() else { return Ok(None) };
    match site.own_post(parent) {
        Some(post) => Ok(posts::get(tx, post)?.filter(|p| p.is_public() && !p.demo).map(|p| p.id)),
        None => Ok(notes::by_uri(tx, parent)?.and_then(|note| note.thread)),
    }
}

fn concerns(tx: &Write<'_>, site: &Site, content: &Content, thread: Option<PostId>) -> Result<Vec<AccountId>> {
    let mut concerned = Vec::new();
    if let Some(post) = thread.map_or(Ok(None), |id| posts::get(tx, id))? {
        concerned.push(post.account);
    }
    for uri in &content.mentions {
        if let Some(account) = own_account(tx, site, uri)?
            && !concerned.contains(&account)
        {
            concerned.push(account);
        }
    }
    concerned.truncate(crate::limits::inbox::CONCERNS);
    Ok(concerned)
}

/// Whom it names of us: nobody asks for the others, and there may be many of them.
pub(super) fn ours(site: &Site, content: &Content) -> Vec<String> {
    content.mentions.iter().filter(|uri| site.is_own(uri)).cloned().collect()
}

/// What our pages do with it until somebody decides. Private notes, and mere mentions, wait and are never shown.
fn shown(tx: &Write<'_>, thread: Option<PostId>, note: &NoteIn) -> Result<Shown> {
    let Some(post) = thread.map_or(Ok(None), |id| posts::get(tx, id))? else { return Ok(Shown::Waiting) };
    if !note.content.public {
        return Ok(Shown::Waiting);
    }
    Ok(match accounts::need(tx, post.account)?.replies {
        Replies::Released => Shown::Waiting,
        Replies::AtOnce => Shown::Released,
        Replies::Never => Shown::Hidden,
    })
}
