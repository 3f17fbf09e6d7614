//! Podcasts of our accounts. A name stays taken after its podcast was given up; episodes are posts.

use super::schema::{MEDIA, PODCASTS};
use super::table::Span;
use super::tx::{Rows, Write};
use crate::error::{Error, Problem, Result};
use crate::model::ids::AccountId;
use crate::model::podcast::{Podcast, Series};
use crate::model::post::Post;

pub fn get(rows: &impl Rows, account: AccountId, slug: &str) -> Result<Option<Podcast>> {
    rows.get(&PODCASTS, &(account, slug.to_owned()))
}

/// One that is there: `Gone` for one that was given up.
pub fn shown(rows: &impl Rows, account: AccountId, slug: &str) -> Result<Podcast> {
    match get(rows, account, slug)? {
        Some(podcast) if podcast.deleted.is_some() => Err(Error::Gone),
        Some(podcast) => Ok(podcast),
        None => Err(Error::NotFound),
    }
}

/// As `shown`, in words for whoever named it.
pub fn need(rows: &impl Rows, account: AccountId, slug: &str) -> Result<Podcast> {
    match shown(rows, account, slug) {
        Err(Error::NotFound | Error::Gone) => {
            let problem = Problem::new("E406", format!("The account has no podcast '{slug}'.")).field("podcast");
            Err(problem.remedy("All podcasts: instance podcast list").into())
        }
        other => other,
    }
}

/// Those that were not given up, by name.
pub fn of_account(rows: &impl Rows, account: AccountId) -> Result<Vec<Podcast>> {
    let found = rows.rows(&PODCASTS, Span::under(&account))?;
    Ok(found.into_iter().map(|(_, podcast)| podcast).filter(|podcast| podcast.deleted.is_none()).collect())
}

/// The series that a post belongs to.
pub fn of_post(rows: &impl Rows, post: &Post) -> Result<Option<Series>> {
    let Some(episode) = &post.episode else { return Ok(None) };
    let found = get(rows, post.account, &episode.series)?.filter(|podcast| podcast.deleted.is_none());
    found.map(|podcast| with_cover(rows, podcast)).transpose()
}

pub fn with_cover(rows: &impl Rows, podcast: Podcast) -> Result<Series> {
    Ok(Series { cover: rows.get(&MEDIA, &podcast.cover)?, podcast })
}

pub fn put(tx: &mut Write<'_>, podcast: &Podcast) -> Result<()> {
    tx.put(&PODCASTS, &(podcast.account, podcast.slug.clone()), podcast)
}

/// Takes one away without a trace: for samples, which nobody outside has seen.
pub fn erase(tx: &mut Write<'_>, podcast: &Podcast) -> Result<()> {
    tx.remove(&PODCASTS, &(podcast.account, podcast.slug.clone()))?;
    Ok(())
}
