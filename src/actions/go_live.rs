//! A trial becomes a domain: rows hold no addresses, so all there is to do is to say so, once.

use crate::error::{Problem, Result};
use crate::model::audit::{Act, Deed};
use crate::model::institution::Institution;
use crate::model::site::Site;
use crate::model::user::Who;
use crate::store::{Write, accounts, meta, podcasts, posts};

/// Run at every start with a public `url`. The first time, posts of the trial get the activities they would have had.
/// The origin may still change until something was delivered; after that other servers know our ids.
pub fn go_live(tx: &mut Write<'_>, site: &Site) -> Result<()> {
    let mut institution = meta::institution(tx)?;
    if institution.origin.as_ref() == Some(&site.origin) {
        return Ok(());
    }
    may_be_at(&institution, &site.origin)?;
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
    for account in accounts::all(tx)? {
        for mut podcast in podcasts::of_account(tx, account.id)? {
            podcast.home = super::podcasts::home(site, &account, &podcast.slug);
            podcasts::put(tx, &podcast)?;
        }
    }
    let before = institution.origin.replace(site.origin.clone()).unwrap_or_default();
    meta::put_institution(tx, &institution)?;
    // Whoever wrote the address into the file and started the server.
    let deed = Deed::new(Act::ServerGoLive).change(before, &site.origin);
    super::audit::note(tx, Who::Operator, &deed)
}

/// Whether the next start would accept that the public address is this one, or none.
pub fn may_become(institution: &Institution, url: Option<&str>) -> Result<()> {
    match url {
        Some(url) => may_be_at(institution, url),
        None => may_be_trial(institution),
    }
}

/// Once something was delivered, other servers know our ids.
fn may_be_at(institution: &Institution, url: &str) -> Result<()> {
    match &institution.origin {
        Some(origin) if origin != url && institution.first_delivery.is_some() => Err(Problem::new(
            "E070",
            format!("'{origin}' was already used for federation and cannot change to '{url}'."),
        )
        .remedy(format!("Other servers know your accounts by it. Set url = \"{origin}\" again in instance.toml."))
        .into()),
        Some(_) | None => Ok(()),
    }
}

/// Whether the server may run as a trial. Not once it has federated: its inbox would refuse for good what others send,
/// and what is published meanwhile would never be told.
pub fn may_be_trial(institution: &Institution) -> Result<()> {
    match (&institution.origin, institution.first_delivery) {
        (Some(origin), Some(_)) => Err(Problem::new(
            "E070",
            format!("'{origin}' was already used for federation; this cannot be a trial again."),
        )
        .remedy(format!("Other servers know your accounts by it. Set url = \"{origin}\" again in instance.toml."))
        .into()),
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;

    #[test]
    fn what_has_federated_is_no_trial_again() {
        let mut institution = Institution::new("City", Vec::new(), "UTC", Timestamp(1));
        institution.origin = Some("https://s.example".into());
        assert!(may_be_trial(&institution).is_ok());
        institution.first_delivery = Some(Timestamp(2));
        assert!(matches!(may_be_trial(&institution), Err(crate::error::Error::Invalid(p)) if p.id == "E070"));
    }
}
