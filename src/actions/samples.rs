//! The samples of a trial are taken away: what the program made, and nothing that somebody wrote.

use super::audit;
use super::publish;
use crate::error::Result;
use crate::model::account::Account;
use crate::model::audit::{Act, Deed};
use crate::model::draft::Stage;
use crate::model::post::Post;
use crate::model::site::Site;
use crate::model::user::Owner;
use crate::store::{Rows, Write, accounts, drafts, notes, podcasts, posts};

/// What there is of samples, and what was made of them.
#[derive(Debug, Default)]
pub struct Samples {
    posts: Vec<Post>,
    /// Sample accounts that nobody has written as.
    accounts: Vec<Account>,
    /// Those that somebody has, with what is public of that.
    kept: Vec<(Account, Vec<Post>)>,
}

/// How much of it goes, and which accounts go or stay.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Removed {
    pub posts: usize,
    pub accounts: Vec<String>,
    pub kept: Vec<String>,
}

impl Samples {
    pub fn there(rows: &impl Rows) -> Result<Self> {
        let (mut samples, mut written) = (Self::default(), Vec::new());
        posts::each(rows, |_, post| {
            match (post.demo, post.written) {
                (true, false) => samples.posts.push(post),
                (true, true) => written.push(post),
                (false, _) => {}
            }
            Ok(true)
        })?;
        for account in accounts::all(rows)?.into_iter().filter(|account| account.demo) {
            let own: Vec<Post> = written.iter().filter(|post| post.account == account.id).cloned().collect();
            let waits = |stage| Ok(drafts::count(rows, account.id, stage, 1)? > 0);
            let waiting = Stage::ALL.into_iter().map(waits).collect::<Result<Vec<bool>>>()?;
            if own.is_empty() && !waiting.contains(&true) {
                samples.accounts.push(account);
            } else {
                samples.kept.push((account, own));
            }
        }
        Ok(samples)
    }

    pub fn told(&self) -> Removed {
        Removed {
            posts: self.posts.len(),
            accounts: self.accounts.iter().map(|account| account.handle.clone()).collect(),
            kept: self.kept.iter().map(|(account, _)| account.handle.clone()).collect(),
        }
    }
}

/// Takes every sample away without a trace: nobody outside has seen them. A sample account that somebody has written as
/// is from now on an account like any other, and what they wrote is told as a trial's posts are when it goes live.
pub fn remove(tx: &mut Write<'_>, site: &Site, owner: Owner) -> Result<Removed> {
    let samples = Samples::there(tx)?;
    let removed = samples.told();
    for post in &samples.posts {
        for note in notes::of_thread(tx, post.id, usize::MAX)? {
            notes::remove(tx, &note)?;
        }
        for media in &post.media {
            super::media::forget(tx, *media)?;
        }
        if accounts::get(tx, post.account)?.is_some() {
            super::delete::unpin(tx, post)?;
        }
        posts::erase(tx, post)?;
    }
    for account in &samples.accounts {
        for media in [account.avatar, account.header].into_iter().flatten() {
            super::media::forget(tx, media)?;
        }
        for podcast in podcasts::of_account(tx, account.id)? {
            super::media::forget(tx, podcast.cover)?;
            podcasts::erase(tx, &podcast)?;
        }
        tx.remove(&crate::store::schema::KEYS, &account.id)?;
        accounts::erase(tx, account)?;
    }
    for (account, own) in samples.kept {
        adopt(tx, site, account.id, own)?;
    }
    if removed != Removed::default() {
        let told = format!("{} accounts, {} posts", removed.accounts.len(), removed.posts);
        audit::note(tx, owner.who(), &Deed::new(Act::SamplesRemove).with(told))?;
    }
    Ok(removed)
}

fn adopt(tx: &mut Write<'_>, site: &Site, id: crate::model::ids::AccountId, own: Vec<Post>) -> Result<()> {
    // Its pins may have gone meanwhile.
    let account = accounts::need(tx, id)?;
    accounts::put(tx, &Account { demo: false, ..account })?;
    for post in own {
        let post = Post { demo: false, written: false, ..post };
        posts::put(tx, &post)?;
        if site.live && post.is_public() {
            publish::catch_up(tx, site, post)?;
        }
    }
    Ok(())
}
