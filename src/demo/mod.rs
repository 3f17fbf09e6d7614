//! Samples for a trial: two more accounts, posts in several languages, pictures made by the program. Everything here is
//! marked as a sample, never leaves the machine, and goes away by one command.

mod texts;

use std::sync::Arc;
use std::time::Duration;

use crate::actions;
use crate::actions::delete::Removed;
use crate::app::{App, mentions, upload};
use crate::base::time::Timestamp;
use crate::error::Result;
use crate::media::draw;
use crate::model::account::{Account, Field, Kind, NewAccount};
use crate::model::ids::PostId;
use crate::model::post::{NewPost, Quoting, ReplyTo, Version, Visibility};
use crate::model::user::{Asker, By};
use crate::store::{accounts, meta};

pub use texts::{SAMPLES, Sample, Whose};

/// How many samples were made.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    pub accounts: usize,
    pub posts: usize,
    pub languages: usize,
}

/// Fills a new data directory. The first account is the institution's own and stays when the samples go.
pub async fn fill(app: &Arc<App>) -> Result<Filled> {
    let (name, accounts) = app.store.read(|rows| Ok((meta::institution(rows)?.name, accounts::all(rows)?)))?;
    let Some(first) = accounts.into_iter().next() else { return Ok(Filled::default()) };
    let director = person(app, &name).await?;
    let water = water(app, &name).await?;
    let mut languages = std::collections::BTreeSet::new();
    let mut last = None;
    for sample in SAMPLES {
        let account = match sample.whose {
            Whose::First => &first,
            Whose::Director => &director,
            Whose::Water => &water,
        };
        last = Some(publish(app, account, sample, last).await?);
        languages.extend(sample.texts.iter().map(|(lang, _)| *lang));
    }
    Ok(Filled { accounts: 2, posts: SAMPLES.len(), languages: languages.len() })
}

async fn person(app: &Arc<App>, institution: &str) -> Result<Account> {
    let new = NewAccount {
        handle: free(app, "director")?,
        name: "Maria Exempel".to_owned(),
        kind: Kind::Person,
        summary: format!("Executive Director of {institution}. A sample account: nothing it says is true."),
        language: "en".parse()?,
        demo: true,
    };
    account(app, new, "ME").await
}

async fn water(app: &Arc<App>, institution: &str) -> Result<Account> {
    let new = NewAccount {
        handle: free(app, "water")?,
        name: "Water".to_owned(),
        kind: Kind::Organization,
        summary: format!("Rivers, lakes and bathing waters, by {institution}. A sample account."),
        language: "de".parse()?,
        demo: true,
    };
    account(app, new, "W").await
}

/// A handle that nobody has; the sample gives way.
fn free(app: &App, wanted: &str) -> Result<String> {
    let taken = app.store.read(|rows| accounts::by_handle(rows, wanted))?.is_some();
    Ok(if taken { format!("sample_{wanted}") } else { wanted.to_owned() })
}

async fn account(app: &Arc<App>, new: NewAccount, letters: &str) -> Result<Account> {
    let owner = Asker::Operator.may_run()?;
    let keys = actions::accounts::new_keys(app.now())?;
    let seed = new.handle.clone();
    let made = app.store.write(move |tx| actions::accounts::add(tx, owner, &new, &keys)).await?;
    dress(app, &made, &seed, letters).await
}

/// Gives an account an emblem and a header drawn from its name.
pub async fn dress(app: &Arc<App>, account: &Account, seed: &str, letters: &str) -> Result<Account> {
    let by = by(account)?;
    let avatar = upload::take(app, by, draw::avatar(seed, letters), "An emblem with letters".to_owned()).await?;
    let header = upload::take(app, by, draw::header(seed), "Hills under a calm sky".to_owned()).await?;
    let change = actions::accounts::Change {
        avatar: Some(Some(avatar.id)),
        header: Some(Some(header.id)),
        fields: account.demo.then(|| vec![Field { name: "Sample".into(), value: "https://example.org/".into() }]),
        ..actions::accounts::Change::default()
    };
    let site = app.site.clone();
    app.store.write(move |tx| actions::accounts::edit(tx, &site, by, &change)).await
}

fn by(account: &Account) -> Result<By> {
    Asker::Operator.may_publish(account.id, "")
}

async fn publish(app: &Arc<App>, account: &Account, sample: &Sample, last: Option<PostId>) -> Result<PostId> {
    let by = by(account)?;
    let mut versions = Vec::new();
    for (lang, text) in sample.texts {
        versions.push(Version { lang: lang.parse()?, text: (*text).to_owned(), warning: sample.warning.to_owned() });
    }
    let mut media = Vec::new();
    if let Some((picture, alt)) = sample.picture {
        media.push(upload::take(app, by, draw::sample(picture), alt.to_owned()).await?.id);
    }
    let new = NewPost {
        mentions: mentions::of_versions(app, &versions).await?,
        versions,
        media,
        sensitive: false,
        visibility: Visibility::Public,
        quoting: Quoting::Anyone,
        reply_to: last.filter(|_| sample.goes_on).map(ReplyTo::Own),
        demo: true,
    };
    let published = Timestamp(app.now().0 / 60_000 * 60_000).minus(Duration::from_secs(sample.minutes_ago * 60));
    let post = app.store.write(move |tx| actions::publish::sample(tx, by, &new, published)).await?;
    Ok(post.id)
}

/// Takes every sample away: accounts, posts, pictures.
pub async fn remove(app: &Arc<App>) -> Result<Removed> {
    let owner = Asker::Operator.may_run()?;
    app.store.write(move |tx| actions::delete::samples(tx, owner)).await
}

/// Whether samples are still here.
pub fn is_here(app: &App) -> Result<bool> {
    app.store.read(|rows| {
        let mut found = accounts::all(rows)?.iter().any(|account| account.demo);
        crate::store::posts::each(rows, |_, post| {
            found |= post.demo;
            Ok(!found)
        })?;
        Ok(found)
    })
}
