//! What the author of something that we quote says to it: Accept with an authorization, Reject, and later the Delete of
//! the authorization (FEP-044f). Only the author's own word counts.

use super::Sender;
use crate::actions::{address, publish};
use crate::base::uri;
use crate::error::Result;
use crate::model::activity::Activity;
use crate::model::post::{Post, ReplyTo};
use crate::model::quoted::{Answer, Quoted};
use crate::model::site::Site;
use crate::store::{Write, actors, notes, posts};

/// The answer to a request of ours.
pub(super) fn answered(
    tx: &mut Write<'_>,
    site: &Site,
    from: &Sender<'_>,
    request: &Activity,
    authorization: Option<&str>,
) -> Result<()> {
    let Some(post) = request.post.map_or(Ok(None), |id| posts::get(tx, id))?.filter(Post::is_public) else {
        return Ok(());
    };
    // An authorization on another server would be one that the author does not answer for.
    let answer = match authorization {
        Some(address) if uri::same_origin(address, from.uri) => Answer::Given(address.to_owned()),
        Some(_) => return Ok(()),
        None => Answer::Refused,
    };
    decide(tx, site, from, post, |consent| consent.request == request.id, &answer)
}

/// The author took an authorization back.
pub(super) fn revoked(tx: &mut Write<'_>, site: &Site, from: &Sender<'_>, authorization: &str) -> Result<()> {
    let Some(post) = posts::by_authorization(tx, authorization)?.filter(Post::is_public) else { return Ok(()) };
    decide(tx, site, from, post, |consent| consent.authorization() == Some(authorization), &Answer::Refused)
}

fn decide(
    tx: &mut Write<'_>,
    site: &Site,
    from: &Sender<'_>,
    mut post: Post,
    meant: impl Fn(&crate::model::quoted::Consent) -> bool,
    answer: &Answer,
) -> Result<()> {
    let Some(quoted) = post.quoted.as_mut() else { return Ok(()) };
    if !is_author(tx, from, quoted)? {
        return Ok(());
    }
    let Some(consent) = quoted.consents.iter_mut().find(|consent| meant(consent) && consent.answer != *answer) else {
        return Ok(());
    };
    consent.answer = answer.clone();
    let lang = consent.lang.clone();
    posts::put(tx, &post)?;
    let inboxes = address::of_copies(tx, &post)?;
    publish::tell(tx, site, post, &[lang], &inboxes, publish::UPDATE)?;
    Ok(())
}

/// Whether the sender wrote what is quoted. When we keep it no longer, its server has to do.
fn is_author(tx: &Write<'_>, from: &Sender<'_>, quoted: &Quoted) -> Result<bool> {
    let note = match quoted.post {
        ReplyTo::Own(_) => return Ok(false),
        ReplyTo::Note(id) => notes::get(tx, id)?,
    };
    match note {
        Some(note) => Ok(actors::named_by_row(tx, note.author)?.profile.uri == from.uri),
        None => Ok(uri::same_origin(&quoted.uri, from.uri)),
    }
}
