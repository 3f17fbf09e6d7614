//! A trial becomes a domain: rows hold no addresses, so all there is to do is to say so, once.

use crate::error::{Problem, Result};
use crate::model::site::Site;
use crate::store::{Write, meta, posts};

/// Run at every start with a public `url`. The first time, posts of the trial get the activities they would have had.
/// The origin may still change until something was delivered; after that other servers know our ids.
pub fn go_live(tx: &mut Write<'_>, site: &Site) -> Result<()> {
    let mut institution = meta::institution(tx)?;
    match &institution.origin {
        Some(origin) if *origin == site.origin => return Ok(()),
        Some(origin) if institution.first_delivery.is_some() => {
            return Err(Problem::new(
                "E070",
                format!("'{origin}' was already used for federation and cannot change to '{}'.", site.origin),
            )
            .remedy(format!("Other servers know your accounts by it. Set url = \"{origin}\" again in instance.toml."))
            .into());
        }
        Some(_) | None => {}
    }
    let mut waiting = Vec::new();
    posts::each(tx, |_, post| {
        if post.is_public() && !post.demo {
            waiting.push(post);
        }
        Ok(true)
    })?;
    for post in waiting {
        super::publish::catch_up(tx, site, post)?;
    }
    institution.origin = Some(site.origin.clone());
    meta::put_institution(tx, &institution)
}
