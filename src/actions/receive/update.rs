//! Update of a note we keep, or of an actor we know. What we never kept stays unknown.

use super::Sender;
use super::create::ours;
use crate::actions::replies;
use crate::activitypub::read::note::NoteIn;
use crate::error::Result;
use crate::model::actor::Profile;
use crate::model::note::Content;
use crate::model::site::Site;
use crate::store::{Write, actors, notes};

pub(super) fn update(
    tx: &mut Write<'_>,
    site: &Site,
    from: &Sender<'_>,
    note: Option<&NoteIn>,
    profile: Option<&Profile>,
) -> Result<()> {
    if let Some(note) = note {
        update_note(tx, site, from, note)?;
    }
    if let Some(profile) = profile.filter(|profile| profile.uri == from.uri)
        && from.row(tx)?.is_some()
    {
        replies::learn(tx, profile)?;
    }
    Ok(())
}

fn update_note(tx: &mut Write<'_>, site: &Site, from: &Sender<'_>, new: &NoteIn) -> Result<()> {
    let Some(mut note) = notes::by_uri(tx, &new.content.uri)? else { return Ok(()) };
    let owner = actors::named_by_row(tx, note.author)?;
    let stamp = |content: &Content| content.updated.unwrap_or(content.published);
    if owner.profile.uri != from.uri || new.author != from.uri || stamp(&new.content) < stamp(&note.content) {
        return Ok(());
    }
    let changed = note.content.html != new.content.html
        || note.content.warning != new.content.warning
        || note.content.attachments != new.content.attachments
        || note.content.url != new.content.url
        || note.content.lang != new.content.lang;
    // Who may read it, what it answers and when it appeared do not change with its words.
    note.content = Content {
        in_reply_to: note.content.in_reply_to.clone(),
        published: note.content.published,
        public: note.content.public,
        mentions: ours(site, &new.content),
        ..new.content.clone()
    };
    // What was released looked otherwise.
    if changed {
        replies::decide_anew(tx, &mut note)?;
    }
    notes::put(tx, &note)
}
