//! Posts are pinned to a profile: new followers' servers fetch them.

use crate::activitypub::write;
use crate::error::{Problem, Result};
use crate::limits;
use crate::model::account::Account;
use crate::model::audit::{Act, Deed};
use crate::model::ids::{ActivityId, PostId};
use crate::model::site::Site;
use crate::model::user::By;
use crate::store::{Write, accounts};

use super::address::{self, Saying};

pub fn pin(tx: &mut Write<'_>, site: &Site, by: By, id: PostId) -> Result<Account> {
    super::edit::own(tx, by.account(), id)?;
    let mut account = accounts::need(tx, by.account())?;
    if account.pinned.contains(&id) {
        return Ok(account);
    }
    if account.pinned.len() >= limits::account::PINNED {
        return Err(Problem::new("E127", format!("{} posts are pinned already.", limits::account::PINNED))
            .remedy("Unpin one of them first.")
            .into());
    }
    account.pinned.insert(0, id);
    super::audit::note(tx, by.who(), &Deed::new(Act::PostPin).of(account.id).on(id))?;
    tell(tx, site, account, id, true)
}

pub fn unpin(tx: &mut Write<'_>, site: &Site, by: By, id: PostId) -> Result<Account> {
    let mut account = accounts::need(tx, by.account())?;
    if !account.pinned.contains(&id) {
        return Ok(account);
    }
    account.pinned.retain(|pinned| *pinned != id);
    super::audit::note(tx, by.who(), &Deed::new(Act::PostUnpin).of(account.id).on(id))?;
    tell(tx, site, account, id, false)
}

fn tell(tx: &mut Write<'_>, site: &Site, account: Account, post: PostId, add: bool) -> Result<Account> {
    accounts::put(tx, &account)?;
    if site.live && !account.demo {
        let id = ActivityId(tx.id());
        let json = write::pin(site, account.id, id, post, add);
        let inboxes = address::followers(tx, account.id)?;
        address::say(tx, &Saying { id, account: account.id, post: Some(post), listed: false, json: &json }, &inboxes)?;
    }
    Ok(account)
}
