//! Accounts: the directory, and one profile.

use super::post::{PostView, picture, view};
use crate::base::time::Timestamp;
use crate::error::Result;
use crate::model::account::Account;
use crate::model::media::Media;
use crate::model::site::Site;
use crate::store::counts::{self, Count};
use crate::store::{Rows, accounts, posts};

/// An account in the directory.
#[derive(Debug, Clone)]
pub struct Entry {
    pub account: Account,
    pub avatar: Option<Media>,
    pub posts: u64,
    pub followers: u64,
    /// When it last published.
    pub last: Option<Timestamp>,
}

/// Everything at the top of a profile.
#[derive(Debug, Clone)]
pub struct Profile {
    pub entry: Entry,
    pub header: Option<Media>,
    /// In the account's order; those that are still public.
    pub pinned: Vec<PostView>,
}

/// All accounts that are not closed, in the order in which they were made.
pub fn directory(rows: &impl Rows) -> Result<Vec<Entry>> {
    accounts::all(rows)?.into_iter().map(|account| entry(rows, account)).collect()
}

/// A profile by handle. `Gone` for a closed account.
pub fn profile(rows: &impl Rows, site: &Site, handle: &str) -> Result<Profile> {
    let account = accounts::named(rows, handle)?;
    let header = picture(rows, account.header)?;
    let mut pinned = Vec::new();
    for id in &account.pinned {
        if let Some(post) = posts::get(rows, *id)?.filter(|post| post.is_public() && post.account == account.id) {
            pinned.push(view(rows, site, post)?);
        }
    }
    Ok(Profile { entry: entry(rows, account)?, header, pinned })
}

fn entry(rows: &impl Rows, account: Account) -> Result<Entry> {
    Ok(Entry {
        avatar: picture(rows, account.avatar)?,
        posts: counts::get(rows, Count::Posts(account.id))?,
        followers: counts::get(rows, Count::Followers(account.id))?,
        last: posts::of_account(rows, account.id, None, 1)?.first().map(|post| post.published),
        account,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::views::samples::{House, site};

    #[test]
    fn closed_accounts_leave_the_directory_and_are_gone() {
        let house = House::new();
        let press = house.account("press");
        house.post(&press, "a");
        let mut old = house.account("old");
        old.deleted = Some(Timestamp(1));
        house.put_account(old);
        let entries = house.store.read(directory).unwrap();
        assert_eq!(entries.iter().map(|e| (e.account.handle.as_str(), e.posts)).collect::<Vec<_>>(), [("press", 1)]);
        assert!(entries[0].last.is_some());
        let ask = |handle| house.store.read(|r| profile(r, &site(), handle));
        assert!(matches!(ask("old"), Err(Error::Gone)));
        assert!(matches!(ask("nobody"), Err(Error::NotFound)));
        assert_eq!(ask("Press").unwrap().entry.account.id, press.id);
    }

    #[test]
    fn pinned_posts_keep_their_order_and_lose_the_deleted() {
        let house = House::new();
        let mut press = house.account("press");
        let (a, b, c) = (house.post(&press, "a"), house.post(&press, "b"), house.post(&press, "c"));
        press.pinned = vec![b.id, c.id, a.id];
        house.put_account(press);
        house.delete(&c);
        let pinned = house.store.read(|r| profile(r, &site(), "press")).unwrap().pinned;
        assert_eq!(pinned.iter().map(|p| p.post().id).collect::<Vec<_>>(), [b.id, a.id]);
    }
}
