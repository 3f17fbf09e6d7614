//! Commands about podcasts, and what a post is told to be in one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Upload, account};
use crate::actions::podcasts as verbs;
use crate::app::App;
use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::error::{Problem, Result};
use crate::media::picture::Shape;
use crate::model::account::Account;
use crate::model::episode::{self, Episode, Kind, Titled};
use crate::model::ids::MediaId;
use crate::model::media::Sort;
use crate::model::podcast::{Order, Podcast, Told};
use crate::model::post::{Post, Version};
use crate::model::user::{Asker, By};
use crate::store::{accounts, podcasts as rows};
use crate::views::podcast as views;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PodcastNew {
    pub account: String,
    pub slug: String,
    pub versions: Vec<NewTold>,
    /// The account's name when there is none.
    pub author: Option<String>,
    pub mail: String,
    pub category: String,
    pub explicit: bool,
    pub order: Order,
    pub locked: bool,
    pub guid: Option<String>,
    pub cover: Upload,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewTold {
    /// The account's language when there is none.
    pub lang: Option<Lang>,
    pub title: String,
    pub description: String,
}

/// What is to change; the rest stays.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PodcastChange {
    pub account: String,
    pub slug: String,
    /// Which language; the main one when there is none. One that is not there yet is added.
    pub lang: Option<Lang>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub author: Option<String>,
    pub mail: Option<String>,
    pub category: Option<String>,
    pub explicit: Option<bool>,
    pub order: Option<Order>,
    pub locked: Option<bool>,
    pub complete: Option<bool>,
    pub guid: Option<String>,
    pub cover: Option<Upload>,
}

/// What a new post is in a podcast.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EpisodeNew {
    pub series: String,
    /// One for all versions of the post, or one for each.
    pub titles: Vec<String>,
    /// How many of the post's files, from the first on, are its recordings: one for all versions, or one for each.
    pub sounds: usize,
    pub season: Option<u32>,
    pub number: Option<u32>,
    pub kind: Kind,
    pub explicit: bool,
    /// As they were typed, or a document.
    pub chapters: String,
    pub persons: Vec<String>,
}

/// What is to change of an episode; the rest stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EpisodeChange {
    /// In the language of the change.
    pub title: Option<String>,
    pub season: Option<u32>,
    pub number: Option<u32>,
    pub kind: Option<Kind>,
    pub explicit: Option<bool>,
    pub chapters: Option<String>,
    pub persons: Option<Vec<String>>,
}

pub async fn add(app: &Arc<App>, new: PodcastNew) -> Result<Value> {
    let found = account(app, &new.account)?;
    let by: By = Asker::Operator.may(found.id)?;
    let told = |told: NewTold| Told {
        lang: told.lang.unwrap_or_else(|| found.language.clone()),
        title: told.title,
        description: told.description,
    };
    let mut podcast = Podcast {
        account: found.id,
        slug: new.slug,
        created: Timestamp(0),
        updated: Timestamp(0),
        deleted: None,
        versions: new.versions.into_iter().map(told).collect(),
        author: new.author.unwrap_or_else(|| found.name.clone()),
        mail: new.mail,
        category: new.category,
        explicit: new.explicit,
        order: new.order,
        locked: new.locked,
        complete: false,
        cover: MediaId(0),
        guid: new.guid,
        home: None,
    };
    // Everything that can be refused is refused before the cover is kept.
    podcast.check()?;
    new.cover.about.check(Sort::Picture)?;
    podcast.cover = new.cover.take_as(app, by.to(), Shape::Cover).await?;
    let site = app.site.clone();
    let added = app.store.write(move |tx| verbs::add(tx, &site, by, &podcast, None)).await?;
    shown(app, &found, &added)
}

pub async fn edit(app: &Arc<App>, change: PodcastChange) -> Result<Value> {
    let found = account(app, &change.account)?;
    let by: By = Asker::Operator.may(found.id)?;
    let mut podcast = app.store.read(|read| rows::need(read, found.id, &change.slug))?;
    retell(&mut podcast, &change);
    podcast.author = change.author.unwrap_or(podcast.author);
    podcast.mail = change.mail.unwrap_or(podcast.mail);
    podcast.category = change.category.unwrap_or(podcast.category);
    podcast.explicit = change.explicit.unwrap_or(podcast.explicit);
    podcast.order = change.order.unwrap_or(podcast.order);
    podcast.locked = change.locked.unwrap_or(podcast.locked);
    podcast.complete = change.complete.unwrap_or(podcast.complete);
    podcast.guid = change.guid.or(podcast.guid);
    podcast.check()?;
    if let Some(cover) = change.cover {
        cover.about.check(Sort::Picture)?;
        podcast.cover = cover.take_as(app, by.to(), Shape::Cover).await?;
    }
    let edited = app.store.write(move |tx| verbs::edit(tx, by, &podcast, None)).await?;
    shown(app, &found, &edited)
}

fn retell(podcast: &mut Podcast, change: &PodcastChange) {
    if change.title.is_none() && change.description.is_none() {
        return;
    }
    let there = match &change.lang {
        Some(lang) => podcast.versions.iter_mut().find(|told| told.lang == *lang),
        None => podcast.versions.first_mut(),
    };
    match (there, &change.lang) {
        (Some(told), _) => {
            told.title = change.title.clone().unwrap_or_else(|| told.title.clone());
            told.description = change.description.clone().unwrap_or_else(|| told.description.clone());
        }
        (None, Some(lang)) => podcast.versions.push(Told {
            lang: lang.clone(),
            title: change.title.clone().unwrap_or_default(),
            description: change.description.clone().unwrap_or_default(),
        }),
        (None, None) => {}
    }
}

pub fn list(app: &Arc<App>, typed: Option<&str>) -> Result<Value> {
    let owners = match typed {
        Some(typed) => vec![account(app, typed)?],
        None => app.store.read(accounts::all)?,
    };
    let mut all = Vec::new();
    for owner in owners {
        for podcast in app.store.read(|read| rows::of_account(read, owner.id))? {
            all.push(shown(app, &owner, &podcast)?);
        }
    }
    Ok(json!({ "podcasts": all }))
}

pub fn show(app: &Arc<App>, typed: &str, slug: &str) -> Result<Value> {
    let owner = account(app, typed)?;
    shown(app, &owner, &app.store.read(|read| rows::need(read, owner.id, slug))?)
}

pub async fn delete(app: &Arc<App>, typed: &str, slug: String) -> Result<Value> {
    let owner = account(app, typed)?;
    let by: By = Asker::Operator.may(owner.id)?;
    let page = app.site.podcast(&owner.handle, &slug);
    app.store.write(move |tx| verbs::delete(tx, by, &slug)).await?;
    Ok(json!({ "url": page }))
}

impl EpisodeNew {
    /// The episode, checked as far as it can be before its files are kept.
    pub(super) fn read(&self, app: &App, owner: &Account, versions: &[Version]) -> Result<Episode> {
        app.store.read(|read| rows::need(read, owner.id, &self.series))?;
        let (titles, count) = (self.titles.len(), versions.len());
        if titles != 1 && titles != count {
            let what = format!("There are {count} texts and {titles} titles.");
            return Err(Problem::new("E409", what).remedy("Give one --title for all texts, or one for each.").into());
        }
        if self.sounds != 1 && self.sounds != count {
            let what = format!("There are {count} texts and {} recordings.", self.sounds);
            return Err(Problem::new("E408", what).remedy("Give one --audio for all texts, or one for each.").into());
        }
        let titled = |(n, version): (usize, &Version)| Titled {
            lang: version.lang.clone(),
            title: self.titles.get(n).or(self.titles.first()).cloned().unwrap_or_default(),
            sound: None,
        };
        let episode = Episode {
            series: self.series.clone(),
            titles: versions.iter().enumerate().map(titled).collect(),
            season: self.season,
            number: self.number,
            kind: self.kind,
            explicit: self.explicit,
            chapters: episode::chapters(&self.chapters)?,
            persons: self.persons.iter().map(|typed| episode::person(typed)).collect::<Result<_>>()?,
        };
        episode.check()?;
        Ok(episode)
    }

    /// Calls its recordings, which come first among the files, by its titles.
    pub(super) fn call(&self, episode: &Episode, media: &mut [Upload]) {
        media.iter_mut().take(self.sounds).for_each(|sound| episode.call(&mut sound.about));
    }

    /// Says which recording is for which version.
    pub(super) fn assign(&self, episode: &mut Episode, media: &[MediaId]) {
        if self.sounds > 1 {
            for (titled, sound) in episode.titles.iter_mut().zip(media.iter().take(self.sounds)) {
                titled.sound = Some(*sound);
            }
        }
    }
}

impl EpisodeChange {
    /// The episode as it is to be. The post has to be one.
    pub(super) fn apply(&self, post: &Post, lang: Option<&Lang>) -> Result<Option<Episode>> {
        if *self == Self::default() {
            return Ok(None);
        }
        let Some(mut episode) = post.episode.clone() else {
            return Err(Problem::new("E406", "The post is no episode of a podcast.").field("title").into());
        };
        if let Some(title) = &self.title {
            let lang = lang.or(post.main().map(|version| &version.lang));
            match (episode.titles.iter_mut().find(|titled| Some(&titled.lang) == lang), lang) {
                (Some(titled), _) => titled.title.clone_from(title),
                (None, Some(lang)) => {
                    episode.titles.push(Titled { lang: lang.clone(), title: title.clone(), sound: None });
                }
                (None, None) => {}
            }
        }
        episode.season = self.season.or(episode.season);
        episode.number = self.number.or(episode.number);
        episode.kind = self.kind.unwrap_or(episode.kind);
        episode.explicit = self.explicit.unwrap_or(episode.explicit);
        if let Some(typed) = &self.chapters {
            episode.chapters = episode::chapters(typed)?;
        }
        if let Some(typed) = &self.persons {
            let given = typed.iter().filter(|person| !person.trim().is_empty());
            episode.persons = given.map(|typed| episode::person(typed)).collect::<Result<_>>()?;
        }
        episode.check()?;
        Ok(Some(episode))
    }
}

/// A podcast as a document.
fn shown(app: &App, owner: &Account, podcast: &Podcast) -> Result<Value> {
    let page = app.site.podcast(&owner.handle, &podcast.slug);
    let (series, count, missing) = app.store.read(|read| {
        let series = rows::with_cover(read, podcast.clone())?;
        let state = views::state(read, &app.site, &series)?;
        Ok((series, state.episodes, state.missing))
    })?;
    let feed = |told: &Told| {
        let main = podcast.main() == Some(told);
        json!({ "lang": told.lang, "title": told.title, "description": told.description,
                "feed": if main { format!("{page}.rss") } else { format!("{page}/{}.rss", told.lang) },
                "guid": podcast.guid(&page, &told.lang) })
    };
    Ok(json!({
        "slug": podcast.slug,
        "account": owner.handle,
        "url": page,
        "feed": format!("{page}.rss"),
        "versions": podcast.versions.iter().map(feed).collect::<Vec<_>>(),
        "author": podcast.author,
        "mail": podcast.mail,
        "category": podcast.category,
        "explicit": podcast.explicit,
        "order": podcast.order,
        "locked": podcast.locked,
        "complete": podcast.complete,
        "cover": series.cover.map(|cover| app.site.media(&cover.file)),
        "episodes": count,
        "missing": missing,
        "created": podcast.created.rfc3339(),
    }))
}

/// What a post is in a podcast, as a document.
pub(super) fn episode(episode: &Episode) -> Value {
    json!({
        "podcast": episode.series,
        "titles": episode.titles.iter().map(|t| json!({ "lang": t.lang, "title": t.title })).collect::<Vec<_>>(),
        "season": episode.season,
        "number": episode.number,
        "kind": episode.kind,
        "explicit": episode.explicit,
        "chapters": episode.chapters.iter().map(|c| json!({ "start": c.millis, "title": c.title, "url": c.url })).collect::<Vec<_>>(),
        "persons": episode.persons,
    })
}
