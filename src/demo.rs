//! Sample content for a trial: two accounts beside the first, and a month of posts with pictures that the program draws
//! itself. It never federates, and one command takes it away without a trace.

mod content;

use std::sync::Arc;
use std::time::Duration;

use content::{OFFICES, Office, POSTS, Who, Words};

use crate::actions;
use crate::actions::accounts::Change;
use crate::actions::samples::{self, Removed, Samples};
use crate::app::{App, emblem, mentions, upload};
use crate::base::time::Timestamp;
use crate::error::{Error, Result};
use crate::media::draw;
use crate::model::account::{Field, Kind, NewAccount};
use crate::model::ids::{AccountId, PostId};
use crate::model::media::About;
use crate::model::post::{NewPost, Quoting, ReplyTo, Version};
use crate::model::user::{Asker, By};
use crate::store::accounts;
use crate::store::counts::{self, Count};

const DAY: u64 = 24 * 3600;

/// What was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    pub accounts: usize,
    pub posts: usize,
    pub languages: usize,
}

/// Makes the samples, once, beside the oldest account.
pub async fn fill(app: &Arc<App>) -> Result<Filled> {
    let first = app.store.read(accounts::all)?.into_iter().next();
    let first = first.ok_or_else(|| Error::bug("samples need an account beside which they stand"))?.id;
    let mut offices = Vec::new();
    for office in &OFFICES {
        offices.push(open(app, office).await?);
    }
    let speaker = |who: Who| match who {
        Who::First => Some(first),
        Who::Office(n) => offices.get(n).copied(),
    };
    let mut published = Vec::new();
    for words in &POSTS {
        let account = speaker(words.who).ok_or_else(|| Error::bug("a sample by nobody"))?;
        let parent = words.answers.and_then(|n| published.get(n).copied());
        published.push(say(app, account, words, parent).await?);
    }
    let mut languages: Vec<&str> = POSTS.iter().flat_map(|words| words.versions).map(|(lang, ..)| *lang).collect();
    languages.sort_unstable();
    languages.dedup();
    Ok(Filled { accounts: offices.len(), posts: published.len(), languages: languages.len() })
}

/// Opens a sample account, with pictures.
async fn open(app: &Arc<App>, office: &Office) -> Result<AccountId> {
    let owner = Asker::Operator.may_run()?;
    let taken = |handle: &str| app.store.read(|rows| Ok(accounts::by_handle(rows, handle)?.is_some()));
    let [usual, other] = office.handles;
    let handle = if taken(usual)? { other } else { usual };
    let new = NewAccount {
        handle: handle.to_owned(),
        name: office.name.to_owned(),
        kind: Kind::Organization,
        summary: office.summary.to_owned(),
        language: office.language.parse()?,
        demo: true,
    };
    let now = app.now();
    let keys = heavy(move || actions::accounts::new_keys(now)).await?;
    let account = app.store.write(move |tx| actions::accounts::add(tx, owner, &new, &keys)).await?;
    let by = Asker::Operator.may(account.id)?;
    let field = |(name, value): &(&str, &str)| Field { name: (*name).to_owned(), value: (*value).to_owned() };
    let change = Change { fields: Some(office.fields.iter().map(field).collect()), ..Change::default() };
    let site = app.site.clone();
    let account = app.store.write(move |tx| actions::accounts::edit(tx, &site, by, &change)).await?;
    emblem::dress(app, &account).await?;
    Ok(account.id)
}

async fn say(app: &Arc<App>, account: AccountId, words: &Words, parent: Option<PostId>) -> Result<PostId> {
    let by: By = Asker::Operator.may(account)?;
    let version = |(lang, text, warning): &(&str, &str, &str)| -> Result<Version> {
        Ok(Version { lang: lang.parse()?, text: (*text).to_owned(), warning: (*warning).to_owned() })
    };
    let versions = words.versions.iter().map(version).collect::<Result<Vec<_>>>()?;
    let mut media = Vec::new();
    if let Some((kind, alts)) = words.picture {
        let drawn = heavy(move || Ok(draw::sample(kind))).await?;
        let (main, others) = alts.split_first().ok_or_else(|| Error::bug("a sample that is not described"))?;
        let mut about = About::words(*main);
        for (version, alt) in versions.iter().skip(1).zip(others) {
            about.describe(&version.lang, (*alt).to_owned());
        }
        media.push(upload::take_bytes(app, by.to(), &drawn, about).await?.id);
    }
    let new = NewPost {
        mentions: mentions::of_versions(app, &versions).await?,
        versions,
        media,
        sensitive: false,
        visibility: words.visibility,
        quoting: Quoting::Anyone,
        reply_to: parent.map(ReplyTo::Own),
        episode: None,
        poll: None,
        quote: None,
        urgent: false,
        demo: true,
    };
    let published = moment(app.now(), words);
    let post = app.store.write(move |tx| actions::publish::sample(tx, by, &new, published)).await?;
    Ok(post.id)
}

/// So many days before today, at the hour of the words.
fn moment(now: Timestamp, words: &Words) -> Timestamp {
    let midnight = now.seconds() / DAY * DAY;
    let (hour, minute) = words.at;
    Timestamp(midnight * 1000)
        .minus(Duration::from_secs(words.days * DAY))
        .plus(Duration::from_secs(hour * 3600 + minute * 60))
}

/// Keys and pictures take processor time: off the async threads.
async fn heavy<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::broken("make a sample", e))?
}

/// Takes every sample away, and nothing else.
pub async fn remove(app: &Arc<App>) -> Result<Removed> {
    let owner = Asker::Operator.may_run()?;
    let site = app.site.clone();
    app.store.write(move |tx| samples::remove(tx, &site, owner)).await
}

/// What that would take away.
pub fn look(app: &App) -> Result<Removed> {
    Ok(app.store.read(Samples::there)?.told())
}

/// True while any sample is there.
pub fn is_there(app: &App) -> Result<bool> {
    app.store.read(|rows| {
        Ok(counts::get(rows, Count::Samples)? > 0 || accounts::all(rows)?.iter().any(|account| account.demo))
    })
}

#[cfg(test)]
mod tests;
