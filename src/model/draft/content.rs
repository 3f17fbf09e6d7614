//! What a draft says: one post, or several that follow each other as a thread.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::lang::Lang;
use crate::error::{Problem, Result};
use crate::limits;
use crate::model::episode::Episode;
use crate::model::ids::MediaId;
use crate::model::media::{About, check_described};
use crate::model::poll::NewPoll;
use crate::model::post::{Mention, NewPost, Quoting, ReplyTo, Version, Visibility};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// The posts of a thread in their order; one for a post alone.
    pub parts: Vec<Part>,
    #[serde(default)]
    pub visibility: Visibility,
    #[serde(default)]
    pub quoting: Quoting,
    /// Media behind a click.
    #[serde(default)]
    pub sensitive: bool,
    /// What the first part answers.
    #[serde(default)]
    pub reply_to: Option<ReplyTo>,
    /// What the first part is in a podcast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub episode: Option<Episode>,
    /// What is asked under the first part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll: Option<NewPoll>,
    /// What the first part quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<ReplyTo>,
    #[serde(default)]
    pub urgent: bool,
}

/// One post of a thread.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The main language first.
    pub versions: Vec<Version>,
    #[serde(default)]
    pub media: Vec<Attached>,
}

/// A file, and what is said about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attached {
    pub id: MediaId,
    pub about: About,
}

impl Part {
    fn of(new: &NewPost, about: &[(MediaId, About)]) -> Self {
        let words = |id: &MediaId| {
            about.iter().find(|(of, _)| of == id).map_or_else(About::default, |(_, about)| about.clone())
        };
        let media = new.media.iter().map(|id| Attached { id: *id, about: words(id) }).collect();
        Self { versions: new.versions.clone(), media }
    }

    pub fn media_ids(&self) -> Vec<MediaId> {
        self.media.iter().map(|attached| attached.id).collect()
    }
}

impl Content {
    /// Of a post alone; what is said about its files comes with them.
    pub fn of(new: &NewPost, about: &[(MediaId, About)]) -> Self {
        Self {
            parts: vec![Part::of(new, about)],
            visibility: new.visibility,
            quoting: new.quoting,
            sensitive: new.sensitive,
            reply_to: new.reply_to,
            episode: new.episode.clone(),
            poll: new.poll.clone(),
            quote: new.quote,
            urgent: new.urgent,
        }
    }

    /// Of a thread; what is more than its texts and files stands in the first post.
    pub fn of_thread(news: &[NewPost], about: &[(MediaId, About)]) -> Self {
        let first = news.first().map(|new| Self::of(new, about)).unwrap_or_default();
        Self { parts: news.iter().map(|new| Part::of(new, about)).collect(), ..first }
    }

    /// All files, in the order of the parts.
    pub fn media(&self) -> impl Iterator<Item = &Attached> {
        self.parts.iter().flat_map(|part| &part.media)
    }

    /// The posts that it becomes. What the later ones answer is known when the one before is written down.
    pub fn posts(&self, mentions: &[Vec<Mention>]) -> Vec<NewPost> {
        let post = |(at, part): (usize, &Part)| NewPost {
            versions: part.versions.clone(),
            media: part.media_ids(),
            sensitive: self.sensitive && !part.media.is_empty(),
            visibility: self.visibility,
            quoting: self.quoting,
            reply_to: self.reply_to.filter(|_| at == 0),
            episode: self.episode.clone().filter(|_| at == 0),
            poll: self.poll.clone().filter(|_| at == 0),
            quote: self.quote.filter(|_| at == 0),
            mentions: mentions.get(at).cloned().unwrap_or_default(),
            urgent: self.urgent,
            demo: false,
        };
        self.parts.iter().enumerate().map(post).collect()
    }

    /// Whether it fits; much may still be missing.
    pub fn check_bounds(&self) -> Result<()> {
        if self.parts.is_empty() || self.parts.len() > limits::draft::PARTS {
            let what = format!("A thread has 1 to {} parts; this one has {}.", limits::draft::PARTS, self.parts.len());
            return Err(Problem::new("E501", what).field("text").remedy("Make two threads of it.").into());
        }
        let mut all = 0;
        for version in self.parts.iter().flat_map(|part| &part.versions) {
            let length = version.text.chars().count();
            all += length + version.warning.chars().count();
            if length > limits::draft::TEXT || all > limits::draft::TEXTS {
                return Err(Problem::new("E502", "The text is longer than a draft can be.")
                    .field("text")
                    .remedy("Keep the rest elsewhere: of one version at most 5,000 characters are published.")
                    .into());
            }
        }
        for part in &self.parts {
            if part.versions.len() > limits::post::VERSIONS {
                let what = format!("A post has 1 to {} language versions.", limits::post::VERSIONS);
                return Err(Problem::new("E120", what).field("text").into());
            }
            crate::model::post::check_media(&part.media_ids())?;
        }
        self.check_files()
    }

    /// Whether it could be published as it is. What is said about files is checked beside their rows.
    pub fn check(&self) -> Result<()> {
        self.check_bounds()?;
        self.posts(&[]).iter().try_for_each(NewPost::check)
    }

    /// Whether each file is described in every language of its post.
    pub fn check_described(&self) -> Result<()> {
        for (n, part) in self.parts.iter().enumerate() {
            let about = part.media.iter().map(|file| &file.about);
            check_described(about, &part.versions, (n, self.parts.len()))?;
        }
        Ok(())
    }

    /// A file has one place, in a thread too.
    fn check_files(&self) -> Result<()> {
        let ids: Vec<MediaId> = self.media().map(|attached| attached.id).collect();
        if ids.iter().enumerate().any(|(n, id)| ids.iter().take(n).any(|other| other == id)) {
            return Err(Problem::new("E133", "A file stands in the thread twice.").field("media").into());
        }
        Ok(())
    }

    /// Which fields say something else than those of another, for the audit log: their names, and none of their words.
    pub fn changed_since(&self, old: &Self) -> Vec<String> {
        let langs: BTreeSet<&Lang> = [old, self].into_iter().flat_map(Self::versions).map(|v| &v.lang).collect();
        let mut changed = Vec::new();
        for lang in langs {
            let differs = |of: fn(&Version) -> &str| self.said(lang, of) != old.said(lang, of);
            let fields = [("text", differs(|v| &v.text)), ("warning", differs(|v| &v.warning))];
            changed.extend(fields.into_iter().filter(|(_, is)| *is).map(|(name, _)| format!("{name} ({lang})")));
        }
        let ids = |of: &Self| of.parts.iter().map(Part::media_ids).collect::<Vec<_>>();
        let files = ids(self) != ids(old);
        let others = [
            ("files", files),
            ("what is said about files", !files && !self.media().eq(old.media())),
            ("who sees it", self.visibility != old.visibility),
            ("who may quote it", self.quoting != old.quoting),
            ("whether files are behind a click", self.sensitive != old.sensitive),
            ("what it answers", self.reply_to != old.reply_to),
            ("episode", self.episode != old.episode),
            ("poll", self.poll != old.poll),
            ("what it quotes", self.quote != old.quote),
            ("emergency", self.urgent != old.urgent),
        ];
        changed.extend(others.into_iter().filter(|(_, is)| *is).map(|(name, _)| name.to_owned()));
        if changed.is_empty() && self != old {
            changed.push("order of languages".to_owned());
        }
        changed
    }

    fn versions(&self) -> impl Iterator<Item = &Version> {
        self.parts.iter().flat_map(|part| &part.versions)
    }

    /// A field of a language, part by part.
    fn said(&self, lang: &Lang, field: fn(&Version) -> &str) -> Vec<Option<&str>> {
        let own = self.parts.iter().map(|part| part.versions.iter().find(|version| version.lang == *lang));
        own.map(|version| version.map(field)).collect()
    }

    /// Whether it is an answer to somebody and no more than that.
    pub fn is_answer(&self) -> bool {
        self.parts.len() == 1 && self.posts(&[]).first().is_some_and(NewPost::is_answer)
    }

    /// Whether there is neither a word nor a file in it.
    pub fn is_blank(&self) -> bool {
        let words =
            |version: &Version| !crate::base::text::is_blank(&version.text) || !version.warning.trim().is_empty();
        self.poll.is_none()
            && self.media().next().is_none()
            && !self.parts.iter().flat_map(|part| &part.versions).any(words)
    }

    /// The main version of the first part.
    pub fn main(&self) -> Option<&Version> {
        self.parts.first().and_then(|part| part.versions.first())
    }
}
