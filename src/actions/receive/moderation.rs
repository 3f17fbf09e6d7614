//! Block and Flag.

use super::{Sender, own_account};
use crate::error::Result;
use crate::limits;
use crate::model::follow::ActRef;
use crate::model::ids::ReportId;
use crate::model::moderation::{Block, Report};
use crate::model::site::Site;
use crate::store::schema::REPORTS;
use crate::store::{Write, follows};

/// Somebody does not want to hear of an account: it is no follower any more.
pub(super) fn block(tx: &mut Write<'_>, site: &Site, from: &Sender<'_>, id: &str, object: &str) -> Result<()> {
    let Some(account) = own_account(tx, site, object)? else { return Ok(()) };
    if super::is_gone(tx, from, id)? {
        return Ok(());
    }
    let Some(actor) = from.known(tx)? else { return Ok(()) };
    if super::is_taken(tx, id, ActRef::Block(account, actor.id))? {
        return Ok(());
    }
    follows::remove(tx, account, &actor)?;
    let at = tx.now();
    follows::block(tx, account, actor.id, &Block { uri: id.to_owned(), at })
}

/// A report, kept for the moderation desk. The sender is usually the instance actor of the reporter's server.
pub(super) fn flag(
    tx: &mut Write<'_>,
    site: &Site,
    from: &Sender<'_>,
    id: &str,
    objects: &[String],
    text: &str,
) -> Result<()> {
    let mut accounts = Vec::new();
    for uri in objects {
        accounts.extend(own_account(tx, site, uri)?);
    }
    let mut posts = Vec::new();
    for id in objects.iter().filter_map(|uri| site.own_post(uri)) {
        posts.extend(crate::store::posts::get(tx, id)?.map(|post| post.id));
    }
    let known = objects.iter().map(|uri| crate::store::notes::by_uri(tx, uri)).collect::<Result<Vec<_>>>()?;
    if accounts.is_empty() && posts.is_empty() && known.iter().flatten().next().is_none() {
        return Ok(());
    }
    // A second copy of the same report says nothing new.
    if super::is_gone(tx, from, id)? {
        return Ok(());
    }
    super::remember_gone(tx, from, id)?;
    let report = Report {
        id: ReportId(tx.id()),
        uri: id.to_owned(),
        from: from.uri.to_owned(),
        about: objects.to_vec(),
        accounts,
        posts,
        text: text.chars().take(limits::stranger::REPORT).collect(),
        at: tx.now(),
        closed: None,
    };
    tx.put(&REPORTS, &report.id, &report)
}
