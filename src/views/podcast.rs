//! A podcast and its episodes.

use super::post::{PostView, view};
use super::timeline::Page;
use crate::base::lang::Lang;
use crate::error::Result;
use crate::limits;
use crate::model::ids::PostId;
use crate::model::media::Sort;
use crate::model::podcast::{Order, Podcast, Series};
use crate::model::post::Post;
use crate::model::site::Site;
use crate::store::{Rows, material, posts};

/// What directories would ask about.
pub struct State {
    /// As far as they are counted.
    pub episodes: usize,
    /// What stands between the podcast and its place in the large directories, in sentences.
    pub missing: Vec<String>,
}

/// A stretch of a podcast's episodes, newest first: those that speak a language, where one is named.
pub fn episodes(
    rows: &impl Rows,
    site: &Site,
    podcast: &Podcast,
    lang: Option<&Lang>,
    before: Option<PostId>,
    limit: usize,
) -> Result<Page> {
    let (mut found, mut from): (Vec<Post>, _) = (Vec::new(), before);
    while found.len() <= limit {
        let batch = posts::episodes(rows, podcast.account, &podcast.slug, from, limit + 1)?;
        let end = batch.len() <= limit;
        from = batch.last().map(|post| post.id);
        found.extend(batch.into_iter().filter(|post| speaks(post, lang)));
        if end {
            break;
        }
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let older = found.last().map(|post| post.id).filter(|_| more);
    let posts = found.into_iter().map(|post| view(rows, site, post)).collect::<Result<Vec<PostView>>>()?;
    Ok(Page { posts, older })
}

fn speaks(post: &Post, lang: Option<&Lang>) -> bool {
    lang.is_none_or(|lang| post.version(lang).is_some() && post.episode.as_ref().is_some_and(|e| e.speaks(lang)))
}

/// How it stands.
pub fn state(rows: &impl Rows, site: &Site, series: &Series) -> Result<State> {
    let podcast = &series.podcast;
    let episodes = posts::episodes(rows, podcast.account, &podcast.slug, None, limits::podcast::FEED)?;
    let mut missing = Vec::new();
    if !site.live {
        missing.push("This is a trial: directories need a public address (instance config set url …).".to_owned());
    } else if !site.origin.starts_with("https:") {
        missing.push("The address of this server is not https, which directories ask for.".to_owned());
    }
    if episodes.is_empty() {
        missing.push("There is no episode yet; directories take a podcast with the first one.".to_owned());
    }
    if series.cover.is_none() {
        missing.push("The cover is not there.".to_owned());
    }
    let (mut unheard, mut unnumbered) = (0, 0);
    for post in &episodes {
        let media = material::media(rows, &post.media)?;
        let sounds = media.iter().filter(|media| media.sort() == Sort::Sound);
        unheard += usize::from(sounds.clone().any(|m| !matches!(m.mime.as_str(), "audio/mpeg" | "audio/mp4")));
        unnumbered += usize::from(post.episode.as_ref().is_some_and(|episode| episode.number.is_none()));
    }
    if unheard > 0 {
        missing.push(format!(
            "{unheard} episodes are neither MP3 nor M4A: Apple's directory plays no other sound (ffmpeg -i IN -q:a 2 OUT.mp3)."
        ));
    }
    if podcast.order == Order::Serial && unnumbered > 0 {
        missing.push(format!("{unnumbered} episodes have no number, which a serial podcast needs."));
    }
    Ok(State { episodes: episodes.len(), missing })
}
