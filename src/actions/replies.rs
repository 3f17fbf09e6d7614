//! What strangers answered: shown or hidden on our pages.

use crate::error::{Error, Result};
use crate::model::account::Replies;
use crate::model::actor::{Actor, Profile};
use crate::model::audit::{Act, Deed};
use crate::model::copied;
use crate::model::ids::NoteId;
use crate::model::note::{Note, Shown};
use crate::model::power::Moderate;
use crate::model::user::By;
use crate::store::{Write, accounts, actors, copies, notes, posts};

/// Decides about a note. A private one is never shown, whatever is asked.
pub fn show(tx: &mut Write<'_>, by: By<Moderate>, id: NoteId, shown: Shown) -> Result<Note> {
    let mut note = notes::get(tx, id)?.filter(|note| note.concerns.contains(&by.account())).ok_or(Error::NotFound)?;
    if shown == Shown::Released && !note.content.public {
        return Err(Error::Conflict("This answer is private: only its writer and you can read it."));
    }
    let before = std::mem::replace(&mut note.shown, shown);
    notes::put(tx, &note)?;
    let deed = Deed::new(Act::ReplyShow).of(by.account()).on(id).change(before.name(), shown.name());
    super::audit::note(tx, by.who(), &deed)?;
    if shown == Shown::Hidden {
        super::cases::close(tx, &note)?;
    }
    Ok(note)
}

/// What was released is no longer what somebody looked at: it waits again, unless its account shows everything at once.
pub(super) fn decide_anew(tx: &Write<'_>, note: &mut Note) -> Result<()> {
    if note.shown == Shown::Released && !is_shown_at_once(tx, note)? {
        note.shown = Shown::Waiting;
    }
    Ok(())
}

/// Keeps what a fetched document says. Who calls itself something else has the answers that were released under the old
/// name decided about anew: they stand on our pages under its name. A copy of its face goes: it may be another now, which
/// nobody has looked at, and comes with the next answer that is released.
pub(super) fn learn(tx: &mut Write<'_>, profile: &Profile) -> Result<Actor> {
    let old = actors::by_uri(tx, &profile.uri)?;
    let actor = actors::learn(tx, profile)?;
    let shown = |profile: &Profile| [&profile.name, &profile.user, &profile.domain, &profile.url].map(String::clone);
    if old.is_some() {
        copies::forget(tx, copied::face(actor.id))?;
    }
    if old.is_some_and(|old| shown(&old.profile) != shown(profile)) {
        for mut note in notes::of_author(tx, actor.id)? {
            decide_anew(tx, &mut note)?;
            notes::put(tx, &note)?;
        }
    }
    Ok(actor)
}

fn is_shown_at_once(tx: &Write<'_>, note: &Note) -> Result<bool> {
    let Some(post) = note.thread.map_or(Ok(None), |id| posts::get(tx, id))? else { return Ok(false) };
    Ok(accounts::get(tx, post.account)?.is_some_and(|account| account.replies == Replies::AtOnce))
}
