//! The institution's emblem: a picture of the server itself, shown wherever the institution speaks and no account does.

use super::audit;
use crate::error::{Error, Result};
use crate::model::audit::{Act, Deed, Object};
use crate::model::ids::{INSTANCE, MediaId};
use crate::model::institution::{Emblem, Institution};
use crate::model::user::Owner;
use crate::store::schema::MEDIA;
use crate::store::{Rows, Write, meta};

/// Puts an uploaded picture in the place of the emblem, or takes the emblem away.
pub fn set(tx: &mut Write<'_>, owner: Owner, picture: Option<MediaId>) -> Result<Institution> {
    let mut institution = meta::institution(tx)?;
    let old = institution.emblem.as_ref().map(|emblem| emblem.media);
    if old == picture {
        return Ok(institution);
    }
    super::media::replace(tx, INSTANCE, old, picture)?;
    institution.emblem = picture.map(|id| emblem(tx, id)).transpose()?;
    meta::put_institution(tx, &institution)?;
    let number = |id: Option<MediaId>| id.map(|id| id.to_string()).unwrap_or_default();
    let deed =
        Deed::new(Act::SettingChange).on(Object::Setting("emblem".to_owned())).change(number(old), number(picture));
    audit::note(tx, owner.who(), &deed)?;
    Ok(institution)
}

fn emblem(tx: &Write<'_>, id: MediaId) -> Result<Emblem> {
    let media = tx.need(&MEDIA, &id)?;
    let small = media.still().ok_or_else(|| Error::bug("a picture without its small copy"))?.clone();
    Ok(Emblem { media: id, file: small.file, width: small.width, height: small.height })
}
