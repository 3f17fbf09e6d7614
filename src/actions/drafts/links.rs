//! Secret addresses of drafts, for colleagues without a log-in: made, looked up, ended. Only the hash of a secret is
//! kept, so that nobody finds an address in the file, and looking one up compares nothing but hashes.

use super::{Eyes, own, still_can};
use crate::actions::audit;
use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::audit::{Act, Deed};
use crate::model::draft::Draft;
use crate::model::draft::link::Link;
use crate::model::ids::{DraftId, UserId};
use crate::model::power::Read;
use crate::store::schema::DRAFT_LINKS;
use crate::store::{Rows, Span, Write, drafts};

/// Keeps the hash of a new secret, which shows a draft as it will look until it is published or dropped, for a day at
/// most.
pub fn share(tx: &mut Write<'_>, eyes: Eyes, id: DraftId, hash: [u8; 32]) -> Result<Link> {
    let draft = own(tx, eyes.account(), id)?;
    draft.still_open()?;
    if of_draft(tx, id, tx.now())?.len() >= limits::draft::LINKS {
        let what = format!("{} links to this draft are open already.", limits::draft::LINKS);
        return Err(Problem::new("E531", what).field("link").remedy("End them, then make another.").into());
    }
    let link = Link::new(id, eyes.who(), tx.now());
    let deed = Deed::new(Act::DraftShare).of(draft.account).on(id);
    audit::note(tx, eyes.who(), &deed.with(format!("until {}", link.expires.rfc3339())))?;
    tx.put(&DRAFT_LINKS, &hash, &link)?;
    Ok(link)
}

/// Ends all links to a draft; answers how many led to it until now.
pub fn unshare(tx: &mut Write<'_>, eyes: Eyes, id: DraftId) -> Result<usize> {
    let draft = own(tx, eyes.account(), id)?;
    let open = of_draft(tx, id, tx.now())?.len();
    forget_of_draft(tx, id)?;
    if open > 0 {
        let deed = Deed::new(Act::DraftUnshare).of(draft.account).on(id).with(open.to_string());
        audit::note(tx, eyes.who(), &deed)?;
    }
    Ok(open)
}

/// What a secret shows; nothing tells why it shows nothing. Whoever made it must still be able to read the draft.
pub fn behind(rows: &impl Rows, hash: &[u8; 32], now: Timestamp) -> Result<(Draft, Link)> {
    let link = rows.get(&DRAFT_LINKS, hash)?.filter(|link| link.is_open(now)).ok_or(Error::NotFound)?;
    let draft = drafts::need(rows, link.draft)?;
    let holds = draft.stage().is_open() && still_can::<Read>(rows, link.by, draft.account)?;
    if holds { Ok((draft, link)) } else { Err(Error::NotFound) }
}

/// Those that lead to a draft now, the one that ends first before the others.
pub fn of_draft(rows: &impl Rows, id: DraftId, now: Timestamp) -> Result<Vec<Link>> {
    let all = rows.rows(&DRAFT_LINKS, Span::all())?.into_iter().map(|(_, link)| link);
    let mut open: Vec<Link> = all.filter(|link| link.draft == id && link.is_open(now)).collect();
    open.sort_by_key(|link| link.expires);
    Ok(open)
}

/// Whoever is switched off leaves no way in behind.
pub(in crate::actions) fn forget_of_user(tx: &mut Write<'_>, user: UserId) -> Result<()> {
    forget(tx, |link| link.by.user() == Some(user))
}

/// A draft that is none any more has none.
pub(super) fn forget_of_draft(tx: &mut Write<'_>, id: DraftId) -> Result<()> {
    forget(tx, |link| link.draft == id)
}

fn forget(tx: &mut Write<'_>, meant: impl Fn(&Link) -> bool) -> Result<()> {
    let all = tx.rows(&DRAFT_LINKS, Span::all())?;
    for (hash, _) in all.iter().filter(|(_, link)| meant(link)) {
        tx.remove(&DRAFT_LINKS, hash)?;
    }
    Ok(())
}
