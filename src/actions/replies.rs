//! What strangers answered: shown or hidden on our pages.

use crate::crypto::digest;
use crate::error::{Error, Problem, Result};
use crate::model::account::Replies;
use crate::model::actor::{Actor, Profile};
use crate::model::audit::{Act, Deed};
use crate::model::copied;
use crate::model::ids::{AccountId, NoteId};
use crate::model::note::{Content, Note, Shown};
use crate::model::power::Moderate;
use crate::model::user::By;
use crate::store::{Rows, Write, accounts, actors, copies, notes, posts};

/// The accounts whose moderators decide about a note: that of the post of ours under which it stands, and no other that
/// it names besides; under none, those that it names.
pub fn decided_by(rows: &impl Rows, note: &Note) -> Result<Vec<AccountId>> {
    let post = note.thread.map_or(Ok(None), |id| posts::get(rows, id))?;
    Ok(post.map_or_else(|| note.concerns.clone(), |post| vec![post.account]))
}

/// Stands for everything that a reader sees of a note: who has looked at it has seen this and nothing else. Its writer
/// can change it at any time.
pub fn stamp(note: &Note, author: &Profile) -> Result<String> {
    stamp_of(&note.content, author)
}

/// As `stamp`, for what may not be kept here.
pub fn stamp_of(content: &Content, author: &Profile) -> Result<String> {
    let name = (&author.name, author.handle(), &author.url);
    let seen = serde_json::to_vec(&(content, name)).map_err(|e| Error::broken("write a note down", e))?;
    Ok(digest::hex(&digest::sha256(&seen)))
}

/// Decides about a note. About a private one there is nothing to decide; nor is another one shown than was looked at,
/// where that is told (`seen`, a stamp).
pub fn show(tx: &mut Write<'_>, by: By<Moderate>, id: NoteId, shown: Shown, seen: Option<&str>) -> Result<Note> {
    let mut note = notes::get(tx, id)?.ok_or(Error::NotFound)?;
    if !decided_by(tx, &note)?.contains(&by.account()) {
        return Err(Error::NotFound);
    }
    if note.decision().is_none() {
        return Err(Error::Conflict(
            "This is private: only its writer and you can read it, and there is nothing to decide.",
        ));
    }
    if let Some(seen) = seen.filter(|_| shown == Shown::Released)
        && seen != stamp(&note, &actors::named_by_row(tx, note.author)?.profile)?
    {
        let problem = Problem::new("E550", "Its writer changed it meanwhile, or calls themself something else now.");
        return Err(problem
            .field("seen")
            .remedy("Nothing was released. Read what it says now, and decide again.")
            .into());
    }
    let before = std::mem::replace(&mut note.shown, shown);
    notes::put(tx, &note)?;
    let deed = Deed::new(Act::ReplyShow).of(by.account()).on(id).change(before.name(), shown.name());
    super::audit::note(tx, by.who(), &deed)?;
    if shown == Shown::Hidden {
        super::cases::close(tx, by.account(), &note)?;
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
