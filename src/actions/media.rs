//! Uploaded files: kept, attached, let go.

use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::audit::{Act, Deed};
use crate::model::fresh::{self, Fresh, Piece};
use crate::model::ids::{AccountId, MediaId};
use crate::model::media::{About, Media, Sort};
use crate::model::power::Attach;
use crate::model::user::{Asker, By, Who};
use crate::store::schema::MEDIA;
use crate::store::{Rows, Write, media, users};

/// Keeps a file that was uploaded for an account. It has a day to become part of something.
pub fn add(tx: &mut Write<'_>, by: By<Attach>, media: &Media) -> Result<MediaId> {
    still(tx, by)?;
    media.about().check_bounds(media.sort())?;
    let id = MediaId(tx.id());
    let media = Media { id, account: by.account(), created: tx.now(), used: false, ..media.clone() };
    media::put(tx, &media)?;
    super::audit::note(tx, by.who(), &Deed::new(Act::MediaAdd).of(media.account).on(id))?;
    Ok(id)
}

/// Between the proof and the file lie its bytes, which may be on their way for an hour: whether who brings it is there
/// and may still, by the program that they sent it with.
fn still(tx: &Write<'_>, by: By<Attach>) -> Result<()> {
    if let Who::Client { token, .. } = by.who()
        && super::tokens::named(tx, token)?.is_none()
    {
        return Err(Error::SignIn);
    }
    let Some(id) = by.who().user() else { return Ok(()) };
    let user = users::get(tx, id)?.filter(|user| user.off.is_none()).ok_or(Error::SignIn)?;
    Asker::User(user).may::<Attach>(by.account()).map(drop)
}

/// Changes what is said about a file that is not published yet; after that its post is edited, so that others hear of it.
pub fn describe(tx: &mut Write<'_>, by: By<Attach>, id: MediaId, about: &About) -> Result<Media> {
    revise(tx, by, id, &|said: &mut About| said.clone_from(about))
}

/// The same with a change of what is said now: two that come at once do not undo each other.
pub fn revise(tx: &mut Write<'_>, by: By<Attach>, id: MediaId, change: &dyn Fn(&mut About)) -> Result<Media> {
    let media = own(tx, by.account(), id)?;
    if media.used {
        return Err(Problem::new("E192", "The file is part of something published.")
            .field("media")
            .remedy(
                "Edit the post (or the profile) and change the description there, so that other servers hear of it.",
            )
            .into());
    }
    if media.draft.is_some() {
        return Err(Problem::new("E192", "The file is part of a draft.")
            .field("media")
            .remedy("Change the description in the draft, where others see that it changed.")
            .into());
    }
    super::audit::note(tx, by.who(), &Deed::new(Act::MediaDescribe).of(media.account).on(id))?;
    let mut about = media.about();
    change(&mut about);
    set(tx, media, &about)
}

/// Keeps captions and posters of a recording. They are said of it at once while it is part of nothing; otherwise they wait
/// beside it, and until a form that names them is saved, or a change with them is let pass, only who works on it is shown
/// them.
pub fn bring(tx: &mut Write<'_>, by: By<Attach>, id: MediaId, pieces: &[Piece]) -> Result<Media> {
    let mut media = own(tx, by.account(), id)?;
    media.recording("captions")?;
    super::audit::note(tx, by.who(), &Deed::new(Act::MediaAdd).of(media.account).on(id))?;
    if free(&media).is_ok() {
        let mut about = media.about();
        for piece in pieces {
            piece.onto(&mut about);
        }
        return set(tx, media, &about);
    }
    media.fresh.retain(|fresh| pieces.iter().all(|piece| piece.key() != fresh.what.key()));
    let since = tx.now();
    media.fresh.extend(pieces.iter().map(|piece| Fresh { since, what: piece.clone() }));
    // The oldest makes room: what a change names stays by that.
    while fresh::is_too_much(&media.fresh) && media.fresh.len() > pieces.len() {
        media.fresh.remove(0);
    }
    media::put(tx, &media)?;
    Ok(media)
}

/// Whether anything of it waits for longer than it may.
pub(super) fn is_stale(media: &Media, now: Timestamp) -> bool {
    media.fresh.iter().any(|fresh| now.since(fresh.since) > limits::keep::UNUSED_UPLOAD)
}

/// Lets go of what waits for longer than it may. What a change names stays by that.
pub(super) fn freshen(tx: &mut Write<'_>, id: MediaId) -> Result<()> {
    let Some(mut media) = tx.get(&MEDIA, &id)? else { return Ok(()) };
    let now = tx.now();
    media.fresh.retain(|fresh| now.since(fresh.since) <= limits::keep::UNUSED_UPLOAD);
    media::put(tx, &media)
}

/// Throws away a file that is part of nothing; what it is part of lets it go by itself.
pub fn remove(tx: &mut Write<'_>, by: By<Attach>, id: MediaId) -> Result<()> {
    let media = tx.get(&MEDIA, &id)?.filter(|media| media.account == by.account()).ok_or(Error::NotFound)?;
    if media.used || media.draft.is_some() {
        let what = if media.used { "something published" } else { "a draft" };
        return Err(Problem::new("E192", format!("The file is part of {what}."))
            .field("media")
            .remedy("Take it out there, or delete the whole: then it goes by itself.")
            .into());
    }
    super::audit::note(tx, by.who(), &Deed::new(Act::MediaRemove).of(media.account).on(id))?;
    forget(tx, id)
}

/// Changes what is said about a file.
pub(super) fn set(tx: &mut Write<'_>, media: Media, about: &About) -> Result<Media> {
    about.check_bounds(media.sort())?;
    let mut media = media.with(about.clone());
    // What is said of it now waits no more.
    media.fresh.retain(|fresh| fresh::said(about).all(|said| said != fresh.what.key()));
    media::put(tx, &media)?;
    Ok(media)
}

/// A file that the account uploaded and has described.
pub(super) fn ready(tx: &Write<'_>, account: AccountId, id: MediaId) -> Result<Media> {
    let media = own(tx, account, id)?;
    media.check(&media.about())?;
    Ok(media)
}

pub(super) fn own(tx: &Write<'_>, account: AccountId, id: MediaId) -> Result<Media> {
    let found = tx.get(&MEDIA, &id)?.filter(|media| media.account == account);
    found.ok_or_else(|| {
        Problem::new("E132", format!("There is no uploaded file {id} of this account."))
            .field("media")
            .remedy("Upload it again; files that are part of nothing expire after a day.")
            .into()
    })
}

/// A file belongs to one post, draft or profile: it goes when that goes.
pub(super) fn free(media: &Media) -> Result<()> {
    if !media.used && media.draft.is_none() {
        return Ok(());
    }
    let problem = Problem::new("E133", format!("The file {} belongs to something else already.", media.id));
    Err(problem.field("media").into())
}

/// Makes a file part of something published.
pub(super) fn keep(tx: &mut Write<'_>, media: &Media) -> Result<()> {
    media::put(tx, &Media { used: true, ..media.clone() })
}

/// Forgets an upload; its files go after the commit.
pub(super) fn forget(tx: &mut Write<'_>, id: MediaId) -> Result<()> {
    media::remove(tx, id).map(drop)
}

/// Takes a file out of a draft. It has its day again, in which it can be put back: a form is kept while somebody writes,
/// and whoever tried how the post looks without the file has not thrown it away.
pub(super) fn let_go(tx: &mut Write<'_>, id: MediaId) -> Result<()> {
    let Some(media) = tx.get(&MEDIA, &id)?.filter(|media| !media.used) else { return Ok(()) };
    media::put(tx, &Media { draft: None, created: tx.now(), ..media })
}

/// Puts one picture of a profile in another's place.
pub(super) fn replace(
    tx: &mut Write<'_>,
    account: AccountId,
    old: Option<MediaId>,
    new: Option<MediaId>,
) -> Result<()> {
    if let Some(id) = new {
        let media = own(tx, account, id)?;
        if media.sort() != Sort::Picture {
            return Err(Problem::new("E135", "Only a picture can stand for an account.").field("media").into());
        }
        // It would be forgotten with the other place that it has.
        free(&media)?;
        keep(tx, &media)?;
    }
    old.map_or(Ok(()), |id| forget(tx, id))
}
