//! Lists of posts, newest first, in pages that end where the next one begins.

use super::post::{PostView, view};
use crate::error::{Error, Result};
use crate::limits;
use crate::model::account::Account;
use crate::model::ids::PostId;
use crate::model::post::{Post, ReplyTo};
use crate::model::site::Site;
use crate::store::{Rows, posts};

/// A stretch of a list.
#[derive(Debug, Clone)]
pub struct Page {
    pub posts: Vec<PostView>,
    /// `before` of the next page, when there is one.
    pub older: Option<PostId>,
}

/// Which posts of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    All,
    /// Without answers to strangers; what an account adds to its own posts stays.
    NoAnswers,
    /// What a feed carries: as `NoAnswers`, without quiet posts.
    Listed,
}

impl Which {
    fn takes(self, post: &Post) -> bool {
        let answers = match post.reply_to {
            Some(ReplyTo::Note(_)) => true,
            Some(ReplyTo::Own(_)) | None => false,
        };
        match self {
            Self::All => true,
            Self::NoAnswers => !answers,
            Self::Listed => !answers && post.is_listed(),
        }
    }
}

/// Listed posts of all accounts, without answers to strangers: those stand in their conversations.
pub fn home(rows: &impl Rows, site: &Site, before: Option<PostId>, limit: usize) -> Result<Page> {
    sifted(rows, site, Which::Listed, before, limit, |from| posts::listed(rows, from, limit + 1))
}

/// Listed posts with a tag; `folded` as the tag pages know it.
pub fn tagged(rows: &impl Rows, site: &Site, folded: &str, before: Option<PostId>, limit: usize) -> Result<Page> {
    page(rows, site, posts::tagged(rows, folded, before, limit + 1)?, limit)
}

/// Public posts of an account.
pub fn of_account(
    rows: &impl Rows,
    site: &Site,
    account: &Account,
    which: Which,
    before: Option<PostId>,
    limit: usize,
) -> Result<Page> {
    sifted(rows, site, which, before, limit, |from| posts::of_account(rows, account.id, from, limit + 1))
}

/// A page of those posts that are wanted. `batch` gives one post more than `limit`, older than the one it is told.
fn sifted(
    rows: &impl Rows,
    site: &Site,
    which: Which,
    before: Option<PostId>,
    limit: usize,
    batch: impl Fn(Option<PostId>) -> Result<Vec<Post>>,
) -> Result<Page> {
    let (mut found, mut from) = (Vec::new(), before);
    for _ in 0..limits::pages::LOOKED_AT.div_ceil(limit + 1) {
        let batch = batch(from)?;
        let end = batch.len() <= limit;
        from = batch.last().map(|post| post.id);
        found.extend(batch.into_iter().filter(|post| which.takes(post)));
        if end {
            return page(rows, site, found, limit);
        }
        if found.len() > limit {
            break;
        }
    }
    // Where nothing wanted was met for so long, the next page goes on from the last one.
    let stopped = from.filter(|_| found.len() <= limit);
    let mut page = page(rows, site, found, limit)?;
    page.older = page.older.or(stopped);
    Ok(page)
}

/// One post more than `limit` tells that there is another page.
fn page(rows: &impl Rows, site: &Site, mut posts: Vec<Post>, limit: usize) -> Result<Page> {
    let more = posts.len() > limit;
    posts.truncate(limit);
    let older = posts.last().map(|post| post.id).filter(|_| more);
    let mut views = Vec::with_capacity(posts.len());
    for post in posts {
        match view(rows, site, post) {
            Ok(view) => views.push(view),
            // The account was closed; its posts are about to go.
            Err(Error::Gone) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(Page { posts: views, older })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::note::Shown;
    use crate::model::post::Visibility;
    use crate::views::samples::{House, site};

    fn texts(page: &Page) -> Vec<&str> {
        page.posts.iter().map(|p| p.post().versions[0].text.as_str()).collect()
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repeat() {
        let house = House::new();
        let press = house.account("press");
        for n in 0..45 {
            house.post(&press, &format!("{n}"));
        }
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let page = house.store.read(|r| home(r, &site(), before, limits::pages::POSTS)).unwrap();
            seen.extend(texts(&page).into_iter().map(str::to_owned));
            before = page.older;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..45).rev().map(|n| n.to_string()).collect::<Vec<_>>());
    }

    #[test]
    fn quiet_posts_are_on_the_profile_only() {
        let house = House::new();
        let press = house.account("press");
        let mut quiet = house.post(&press, "quiet #water");
        quiet.visibility = Visibility::Quiet;
        house.put_post(quiet);
        house.post(&press, "loud #water");
        let read = |ask: &dyn Fn(&crate::store::Read) -> Result<Page>| house.store.read(|r| ask(r)).unwrap();
        assert_eq!(texts(&read(&|r| home(r, &site(), None, limits::pages::POSTS))), ["loud #water"]);
        assert_eq!(texts(&read(&|r| tagged(r, &site(), "water", None, limits::pages::POSTS))), ["loud #water"]);
        let all = read(&|r| of_account(r, &site(), &press, Which::All, None, limits::pages::POSTS));
        assert_eq!(texts(&all), ["loud #water", "quiet #water"]);
        let feed = read(&|r| of_account(r, &site(), &press, Which::Listed, None, limits::pages::POSTS));
        assert_eq!(texts(&feed), ["loud #water"]);
    }

    #[test]
    fn answers_to_strangers_can_be_left_out() {
        let house = House::new();
        let press = house.account("press");
        let first = house.post(&press, "first");
        let note = house.note(&house.stranger("ann", "Ann"), &first, None, Shown::Released, "?");
        for n in 0..60 {
            house.reply(&press, &format!("answer {n}"), ReplyTo::Note(note.id));
        }
        house.reply(&press, "goes on", ReplyTo::Own(first.id));
        let ask =
            |which| house.store.read(|r| of_account(r, &site(), &press, which, None, limits::pages::POSTS)).unwrap();
        let page = ask(Which::NoAnswers);
        assert_eq!(texts(&page), ["goes on", "first"]);
        assert_eq!(page.older, None);
        assert_eq!(ask(Which::All).posts.len(), limits::pages::POSTS);
    }

    #[test]
    fn a_long_run_of_answers_does_not_end_the_list() {
        let house = House::new();
        let press = house.account("press");
        let first = house.post(&press, "first");
        let note = house.note(&house.stranger("ann", "Ann"), &first, None, Shown::Released, "?");
        for n in 0..limits::pages::LOOKED_AT + 50 {
            house.reply(&press, &format!("answer {n}"), ReplyTo::Note(note.id));
        }
        let ask = |before| {
            house
                .store
                .read(|r| of_account(r, &site(), &press, Which::NoAnswers, before, limits::pages::POSTS))
                .unwrap()
        };
        let empty = ask(None);
        assert!(empty.posts.is_empty() && empty.older.is_some());
        assert_eq!(texts(&ask(empty.older)), ["first"]);
    }
}
