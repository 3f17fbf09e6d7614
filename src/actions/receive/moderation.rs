//! Block and Flag.

use super::{Sender, own_account};
use crate::error::Result;
use crate::limits;
use crate::model::follow::ActRef;
use crate::model::ids::ReportId;
use crate::model::moderation::{Block, Report};
use crate::model::site::Site;
use crate::store::schema::REPORTS;
use crate::store::{self, Rows, Write, follows};

/// Somebody does not want to hear of an account: it is no follower any more.
pub(super) fn block(tx: &mut Write<'_>, site: &Site, from: &Sender<'_>, id: &str, object: &str) -> Result<()> {
    let Some(account) = own_account(tx, site, object)? else { return Ok(()) };
    if super::is_gone(tx, from, id)? {
        return Ok(());
    }
    let Some(actor) = from.known(tx)? else { return Ok(()) };
    if super::is_taken(tx, &actor, id, ActRef::Block(account, actor.id))? {
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
    let (mut about, mut accounts, mut posts) = (Vec::new(), Vec::new(), Vec::new());
    for uri in objects {
        let account = own_account(tx, site, uri)?;
        let post = site.own_post(uri).map_or(Ok(None), |id| store::posts::get(tx, id))?.map(|post| post.id);
        // What else it names is not for us to keep.
        if account.is_some() || post.is_some() || store::notes::by_uri(tx, uri)?.is_some() {
            about.push(uri.clone());
        }
        accounts.extend(account);
        posts.extend(post);
    }
    if about.is_empty() || tx.len(&REPORTS)? >= limits::inbox::REPORTS_KEPT {
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
        about,
        accounts,
        posts,
        text: text.chars().take(limits::stranger::REPORT).collect(),
        at: tx.now(),
        closed: None,
    };
    tx.put(&REPORTS, &report.id, &report)
}
