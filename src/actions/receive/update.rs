//! Update of a note we keep, or of an actor we know. What we never kept stays unknown.

use super::Sender;
use crate::activitypub::read::note::NoteIn;
use crate::error::Result;
use crate::model::account::Replies;
use crate::model::actor::Profile;
use crate::model::note::{Content, Note, Shown};
use crate::store::{Write, accounts, actors, notes, posts};

pub(super) fn update(
    tx: &mut Write<'_>,
    from: &Sender<'_>,
    note: Option<&NoteIn>,
    profile: Option<&Profile>,
) -> Result<()> {
    if let Some(note) = note {
        update_note(tx, from, note)?;
    }
    if let Some(profile) = profile.filter(|profile| profile.uri == from.uri)
        && from.row(tx)?.is_some()
    {
        actors::learn(tx, profile)?;
    }
    Ok(())
}

fn update_note(tx: &mut Write<'_>, from: &Sender<'_>, new: &NoteIn) -> Result<()> {
    let Some(mut note) = notes::by_uri(tx, &new.content.uri)? else { return Ok(()) };
    let owner = actors::named_by_row(tx, note.author)?;
    let stamp = |content: &Content| content.updated.unwrap_or(content.published);
    if owner.profile.uri != from.uri || new.author != from.uri || stamp(&new.content) < stamp(&note.content) {
        return Ok(());
    }
    let changed = note.content.html != new.content.html
        || note.content.warning != new.content.warning
        || note.content.attachments != new.content.attachments;
    // Who may read it, what it answers and when it appeared do not change with its words.
    note.content = Content {
        in_reply_to: note.content.in_reply_to.clone(),
        published: note.content.published,
        public: note.content.public,
        ..new.content.clone()
    };
    // What was released was another text.
    if changed && note.shown == Shown::Released && !at_once(tx, &note)? {
        note.shown = Shown::Waiting;
    }
    notes::put(tx, &note)
}

/// Whether answers under its post are shown without anybody's decision.
fn at_once(tx: &Write<'_>, note: &Note) -> Result<bool> {
    let Some(post) = note.thread.map_or(Ok(None), |id| posts::get(tx, id))? else { return Ok(false) };
    Ok(accounts::get(tx, post.account)?.is_some_and(|account| account.replies == Replies::AtOnce))
}
