//! From the words about podcasts to commands.

use super::{limited, upload};
use crate::cli::args::podcast::{Episode, EpisodeEdit, Podcast, PodcastAdd, PodcastEdit, Which};
use crate::control::{Command, EpisodeChange, EpisodeNew, NewTold, PodcastChange, PodcastNew, Upload};
use crate::error::{Problem, Result};
use crate::limits;
use crate::model::media::About;
use crate::model::podcast::Order;

pub fn podcast(word: Podcast) -> Result<Command> {
    Ok(match word {
        Podcast::Add(new) => Command::PodcastAdd(add(*new)?),
        Podcast::List { account } => Command::PodcastList { account },
        Podcast::Show(Which { podcast, account }) => Command::PodcastShow { account, podcast },
        Podcast::Edit(edit) => Command::PodcastEdit(Box::new(change(*edit)?)),
        Podcast::Delete(Which { podcast, account }) => Command::PodcastDelete { account, podcast },
    })
}

fn add(new: PodcastAdd) -> Result<PodcastNew> {
    Ok(PodcastNew {
        account: new.which.account,
        slug: new.which.podcast,
        versions: versions(new.title, new.description, new.lang)?,
        author: new.author,
        mail: new.mail,
        category: new.category,
        explicit: new.explicit,
        order: if new.serial { Order::Serial } else { Order::Episodic },
        locked: !new.unlocked,
        guid: new.guid,
        cover: upload(&new.cover, About::words(new.cover_alt))?,
    })
}

/// One title and one description for each language; a single one may do without a language.
fn versions(
    titles: Vec<String>,
    descriptions: Vec<String>,
    langs: Vec<crate::base::lang::Lang>,
) -> Result<Vec<NewTold>> {
    let count = titles.len();
    if descriptions.len() != count || (langs.len() != count && !(count == 1 && langs.is_empty())) {
        let (said, spoken) = (descriptions.len(), langs.len());
        let what = format!("There are {count} titles, {said} descriptions and {spoken} languages.");
        return Err(Problem::new("E002", what)
            .remedy("Each language takes all three: --lang en --title \"…\" --description \"…\" --lang de …")
            .into());
    }
    let mut langs = langs.into_iter();
    let told = |(title, description)| NewTold { lang: langs.next(), title, description };
    Ok(titles.into_iter().zip(descriptions).map(told).collect())
}

fn change(edit: PodcastEdit) -> Result<PodcastChange> {
    let cover = edit.cover.map(|file| upload(&file, About::words(edit.cover_alt.unwrap_or_default()))).transpose()?;
    Ok(PodcastChange {
        account: edit.which.account,
        slug: edit.which.podcast,
        lang: edit.lang,
        title: edit.title,
        description: edit.description,
        author: edit.author,
        mail: edit.mail,
        category: edit.category,
        explicit: edit.explicit,
        order: edit.order,
        locked: edit.locked,
        complete: edit.complete,
        guid: edit.guid,
        cover,
    })
}

/// What a post is in a podcast, with its recordings, which go before its other files. A recording is called by its title.
pub(super) fn episode(new: Episode) -> Result<Option<(EpisodeNew, Vec<Upload>)>> {
    let Some(series) = new.podcast else { return Ok(None) };
    let title = |n: usize| new.title.get(n).or(new.title.first()).cloned().unwrap_or_default();
    let sounds = new
        .audio
        .iter()
        .enumerate()
        .map(|(n, file)| upload(file, About::words(title(n))))
        .collect::<Result<Vec<_>>>()?;
    let chapters = new.chapters.map(|file| chapters(&file)).transpose()?.unwrap_or_default();
    let episode = EpisodeNew {
        series,
        sounds: sounds.len(),
        season: new.season,
        number: new.number,
        kind: new.kind.unwrap_or_default(),
        explicit: new.explicit,
        chapters,
        persons: new.person,
        titles: new.title,
    };
    Ok(Some((episode, sounds)))
}

pub(super) fn episode_change(edit: EpisodeEdit) -> Result<EpisodeChange> {
    Ok(EpisodeChange {
        title: edit.title,
        season: edit.season,
        number: edit.number,
        kind: edit.kind,
        explicit: edit.explicit,
        chapters: edit.chapters.map(|file| chapters(&file)).transpose()?,
        persons: edit.person,
    })
}

fn chapters(file: &std::path::Path) -> Result<String> {
    String::from_utf8(limited(file, limits::podcast::CHAPTERS_TYPED)?)
        .map_err(|_| Problem::new("E036", format!("{} is not text in UTF-8.", file.display())).into())
}
