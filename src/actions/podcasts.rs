//! Podcasts: begun, changed, given up; and what their episodes are changed to.

use super::audit;
use super::edit::Change;
use crate::error::{Problem, Result};
use crate::limits;
use crate::model::account::Account;
use crate::model::audit::{Act, Deed, Object};
use crate::model::episode::Episode;
use crate::model::ids::{MediaId, PostId};
use crate::model::media::About;
use crate::model::podcast::Podcast;
use crate::model::post::Post;
use crate::model::site::Site;
use crate::model::user::By;
use crate::store::schema::MEDIA;
use crate::store::{Rows, Write, accounts, podcasts};

/// What a podcast's ids are made from, once it is public: its page without the scheme.
pub(super) fn home(site: &Site, account: &Account, slug: &str) -> Option<String> {
    let page = site.podcast(&account.handle, slug);
    page.split_once("://").filter(|_| site.live).map(|(_, rest)| rest.to_owned())
}

/// Begins a podcast. `new` says what it is; whose it is, since when, and where it is at home are set here. `alt` is what the
/// cover shows, where that is not said already.
pub fn add(tx: &mut Write<'_>, site: &Site, by: By, new: &Podcast, alt: Option<&str>) -> Result<Podcast> {
    let account = accounts::need(tx, by.account())?;
    let now = tx.now();
    let podcast = Podcast {
        account: account.id,
        created: now,
        updated: now,
        deleted: None,
        home: home(site, &account, &new.slug),
        ..new.clone()
    };
    podcast.check()?;
    if podcasts::get(tx, account.id, &podcast.slug)?.is_some() {
        let what = format!("The account has, or had, a podcast '{}'.", podcast.slug);
        let remedy = "Choose another name: apps know a podcast by its address.";
        return Err(Problem::new("E407", what).field("slug").remedy(remedy).into());
    }
    if podcasts::of_account(tx, account.id)?.len() >= limits::podcast::SERIES {
        let what = format!("An account has at most {} podcasts.", limits::podcast::SERIES);
        return Err(Problem::new("E407", what).into());
    }
    describe(tx, by, podcast.cover, alt)?;
    take_cover(tx, by, None, podcast.cover)?;
    podcasts::put(tx, &podcast)?;
    audit::note(tx, by.who(), &deed(Act::PodcastAdd, &podcast))?;
    Ok(podcast)
}

/// Puts `new` in place of the podcast of that name. What does not change (whose, since when, where at home) stays.
pub fn edit(tx: &mut Write<'_>, by: By, new: &Podcast, alt: Option<&str>) -> Result<Podcast> {
    let old = podcasts::need(tx, by.account(), &new.slug)?;
    let podcast = Podcast {
        account: old.account,
        created: old.created,
        updated: tx.now(),
        deleted: None,
        home: old.home,
        ..new.clone()
    };
    podcast.check()?;
    describe(tx, by, podcast.cover, alt)?;
    if podcast.cover != old.cover {
        take_cover(tx, by, Some(old.cover), podcast.cover)?;
    }
    podcasts::put(tx, &podcast)?;
    audit::note(tx, by.who(), &deed(Act::PodcastEdit, &podcast))?;
    Ok(podcast)
}

fn deed(act: Act, podcast: &Podcast) -> Deed {
    Deed::new(act).of(podcast.account).on(Object::Podcast(podcast.slug.clone()))
}

/// Gives a podcast up for good. Its episodes stay posts.
pub fn delete(tx: &mut Write<'_>, by: By, slug: &str) -> Result<()> {
    let podcast = podcasts::need(tx, by.account(), slug)?;
    super::media::forget(tx, podcast.cover)?;
    audit::note(tx, by.who(), &deed(Act::PodcastDelete, &podcast))?;
    podcasts::put(tx, &Podcast { deleted: Some(tx.now()), ..podcast })
}

/// Changes what a post is in its podcast and nothing else, and tells the servers that have it.
pub fn edit_episode(tx: &mut Write<'_>, site: &Site, by: By, id: PostId, episode: &Episode) -> Result<Post> {
    let Post { versions, mentions, .. } = super::edit::own(tx, by.account(), id)?;
    let change = Change { versions, mentions, episode: Some(episode.clone()), ..Change::default() };
    super::edit::edit(tx, site, by, id, &change)
}

fn describe(tx: &mut Write<'_>, by: By, cover: MediaId, alt: Option<&str>) -> Result<()> {
    let Some(alt) = alt else { return Ok(()) };
    let media = super::media::own(tx, by.account(), cover)?;
    let about = About { alt: alt.to_owned(), ..media.about() };
    super::media::set(tx, media, &about).map(|_| ())
}

/// A cover that was checked as one when it came (see `app::upload`).
fn take_cover(tx: &mut Write<'_>, by: By, old: Option<MediaId>, new: MediaId) -> Result<()> {
    let square = tx.get(&MEDIA, &new)?.is_some_and(|media| {
        media.width == media.height && limits::podcast::COVER_SIDE.contains(&media.width) && media.still().is_some()
    });
    if !square {
        let problem = Problem::new("E404", "The podcast has no cover of the right size.").field("cover");
        return Err(problem.remedy("Choose a square picture of 1,400 to 3,000 pixels, as JPEG or PNG.").into());
    }
    super::media::ready(tx, by.account(), new)?;
    super::media::replace(tx, by.account(), old, Some(new))
}
