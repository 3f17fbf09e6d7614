//! A post of ours: one record with its language versions, pictures, mentions, tags and earlier texts.

use serde::{Deserialize, Serialize};

use super::account::Languages;
use super::episode::Episode;
use super::ids::{AccountId, ActivityId, MediaId, NoteId, PostId};
use super::poll::{NewPoll, Poll, Tally};
use super::quoted::Quoted;
use crate::base::lang::Lang;
use crate::base::text;
use crate::base::time::Timestamp;
use crate::error::{Problem, Result};
use crate::limits;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    #[default]
    Public,
    /// Mastodon's "quiet public" (API name `unlisted`): readable by all, left out of tag pages and the home page.
    Quiet,
}

/// Who may quote, as `interactionPolicy.canQuote` says it (FEP-044f).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quoting {
    #[default]
    Anyone,
    Nobody,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "facts of a post, one by one")]
pub struct Post {
    pub id: PostId,
    pub account: AccountId,
    pub published: Timestamp,
    #[serde(default)]
    pub updated: Option<Timestamp>,
    /// Since then it answers 410; its words are gone, its id is kept so that it is never given out again.
    #[serde(default)]
    pub deleted: Option<Timestamp>,
    /// Why it was deleted, as far as somebody said so; shown in its place, the main language first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reason: Vec<Reason>,
    #[serde(default)]
    pub visibility: Visibility,
    #[serde(default)]
    pub quoting: Quoting,
    /// The main language first; empty only when deleted.
    pub versions: Vec<Version>,
    #[serde(default)]
    pub media: Vec<MediaId>,
    /// Media behind a click.
    #[serde(default)]
    pub sensitive: bool,
    #[serde(default)]
    pub reply_to: Option<ReplyTo>,
    /// What it is in a podcast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub episode: Option<Episode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll: Option<Poll>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<Quoted>,
    #[serde(default)]
    pub mentions: Vec<Mention>,
    /// Folded tags of all versions, as the tag pages know them, with the spelling of the first use.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// What we sent about it, oldest first: its Create, then Updates.
    #[serde(default)]
    pub activities: Vec<ActivityId>,
    /// Earlier texts, oldest first.
    #[serde(default)]
    pub revisions: Vec<Revision>,
    /// An emergency: what is said about it goes before everything else that waits.
    #[serde(default)]
    pub urgent: bool,
    #[serde(default)]
    pub demo: bool,
    /// Somebody wrote it as a sample account: it is never sent, and stays when the samples go.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub written: bool,
    /// How its versions went out, and its changes go out.
    #[serde(default, skip_serializing_if = "Languages::is_default")]
    pub languages: Languages,
    /// Languages whose Note was deleted elsewhere: its id is never used again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retired: Vec<Lang>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub lang: Lang,
    /// Plain text as it was typed.
    pub text: String,
    /// Content warning; empty for none.
    #[serde(default)]
    pub warning: String,
}

/// Why a post was deleted, in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub lang: Lang,
    pub text: String,
}

impl Version {
    /// What it is known by in a list: its first words, or those of its warning, on one line.
    pub fn first_words(&self, characters: usize) -> String {
        let words = if self.text.trim().is_empty() { &self.warning } else { &self.text };
        text::clip(&text::one_line(words), characters).into_owned()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    pub until: Timestamp,
    pub versions: Vec<Version>,
    #[serde(default)]
    pub media: Vec<MediaId>,
    /// Who was named then, and has a copy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyTo {
    Own(PostId),
    Note(NoteId),
}

/// Somebody named in the text, found before publishing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    pub user: String,
    /// Empty for accounts of this server.
    pub domain: String,
    /// Actor id; of strangers only (our own is rendered from `own`).
    pub uri: String,
    /// Profile page of a stranger.
    pub url: String,
    #[serde(default)]
    pub own: Option<AccountId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    pub shown: String,
    pub folded: String,
}

/// What an author hands in: everything is checked by `check` before the store sees it.
#[derive(Debug, Clone)]
pub struct NewPost {
    pub versions: Vec<Version>,
    pub media: Vec<MediaId>,
    pub sensitive: bool,
    pub visibility: Visibility,
    pub quoting: Quoting,
    pub reply_to: Option<ReplyTo>,
    pub episode: Option<Episode>,
    pub poll: Option<NewPoll>,
    /// What it quotes.
    pub quote: Option<ReplyTo>,
    /// Resolved beforehand, since that may need the network.
    pub mentions: Vec<Mention>,
    pub urgent: bool,
    pub demo: bool,
}

impl NewPost {
    /// A post in one language without anything else.
    pub fn plain(lang: Lang, text: impl Into<String>) -> Self {
        Self {
            versions: vec![Version { lang, text: text.into(), warning: String::new() }],
            media: Vec::new(),
            sensitive: false,
            visibility: Visibility::Public,
            quoting: Quoting::Anyone,
            reply_to: None,
            episode: None,
            poll: None,
            quote: None,
            mentions: Vec::new(),
            urgent: false,
            demo: false,
        }
    }

    /// Whether it is an answer to somebody and no more: it asks nothing, quotes nothing and is no episode.
    pub fn is_answer(&self) -> bool {
        let plain = self.poll.is_none() && self.quote.is_none() && self.episode.is_none();
        plain && matches!(self.reply_to, Some(ReplyTo::Note(_)))
    }

    pub fn check(&self) -> Result<()> {
        check_versions(&self.versions, !self.media.is_empty())?;
        self.episode.as_ref().map_or(Ok(()), Episode::check)?;
        self.poll.as_ref().map_or(Ok(()), NewPoll::check)?;
        check_media(&self.media)
    }
}

/// Each version has words (or pictures speak), fits, and no language comes twice.
pub fn check_versions(versions: &[Version], has_media: bool) -> Result<()> {
    if versions.is_empty() || versions.len() > limits::post::VERSIONS {
        return Err(Problem::new("E120", format!("A post has 1 to {} language versions.", limits::post::VERSIONS))
            .field("text")
            .into());
    }
    for (n, version) in versions.iter().enumerate() {
        if crate::base::text::is_blank(&version.text) && !has_media {
            return Err(Problem::new("E121", "The post has no text.")
                .field("text")
                .remedy("Write something, or add a picture.")
                .into());
        }
        let length = crate::base::markup::length(&version.text);
        if length > limits::post::TEXT {
            let problem = Problem::new(
                "E122",
                format!("The text has {length} characters; at most {} are possible.", limits::post::TEXT),
            );
            return Err(problem.field("text").remedy("Shorten it, or make two posts of it.").into());
        }
        if version.warning.chars().count() > limits::post::WARNING {
            return Err(Problem::new(
                "E123",
                format!("A content warning has at most {} characters.", limits::post::WARNING),
            )
            .field("warning")
            .into());
        }
        if versions.iter().take(n).any(|other| other.lang == version.lang) {
            return Err(Problem::new("E124", format!("There are two versions in the language {}.", version.lang))
                .field("lang")
                .into());
        }
    }
    Ok(())
}

/// What is told instead of a deleted post: short, and each language once.
pub fn check_reasons(reasons: &[Reason]) -> Result<()> {
    let long = reasons.iter().find(|reason| reason.text.chars().count() > limits::post::REASON);
    if let Some(reason) = long {
        let what = format!("A reason has at most {} characters ({}).", limits::post::REASON, reason.lang);
        return Err(Problem::new("E581", what).field("reason").remedy("Say it in a sentence or two.").into());
    }
    if reasons.len() > limits::post::VERSIONS
        || reasons.iter().enumerate().any(|(n, one)| reasons.iter().take(n).any(|other| other.lang == one.lang))
    {
        return Err(Problem::new("E581", "A reason is given once in each language.").field("reason").into());
    }
    Ok(())
}

pub fn check_media(media: &[MediaId]) -> Result<()> {
    if media.len() > limits::post::PICTURES {
        return Err(Problem::new(
            "E125",
            format!("A post has at most {} pictures; other servers show no more.", limits::post::PICTURES),
        )
        .field("media")
        .into());
    }
    if media.iter().enumerate().any(|(n, id)| media.iter().take(n).any(|other| other == id)) {
        return Err(Problem::new("E133", "A file stands in the post twice.").field("media").into());
    }
    Ok(())
}

/// The tags of all versions, each once.
pub fn tags(versions: &[Version]) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::new();
    for tag in versions.iter().flat_map(|version| crate::base::markup::hashtags(&version.text)) {
        if tags.iter().all(|known| known.folded != tag.folded) {
            tags.push(Tag { shown: tag.shown, folded: tag.folded });
        }
    }
    tags
}

impl Post {
    /// What was handed in, as it is written down. Whether it may be, and what a quote is, is for the verb to say.
    pub fn new(id: PostId, account: &super::account::Account, published: Timestamp, new: &NewPost) -> Self {
        Self {
            id,
            account: account.id,
            published,
            updated: None,
            deleted: None,
            reason: Vec::new(),
            visibility: new.visibility,
            quoting: new.quoting,
            versions: new.versions.clone(),
            media: new.media.clone(),
            sensitive: new.sensitive,
            reply_to: new.reply_to,
            episode: new.episode.clone(),
            poll: new.poll.as_ref().map(|poll| poll.opened(published)),
            quoted: None,
            mentions: new.mentions.clone(),
            tags: tags(&new.versions),
            activities: Vec::new(),
            revisions: Vec::new(),
            urgent: new.urgent,
            demo: new.demo || account.demo,
            written: account.demo && !new.demo,
            languages: account.languages,
            retired: Vec::new(),
        }
    }

    /// Readable by everybody: published and not deleted.
    pub fn is_public(&self) -> bool {
        self.deleted.is_none()
    }

    /// On the home page, tag pages and in feeds.
    pub fn is_listed(&self) -> bool {
        self.is_public() && self.visibility == Visibility::Public
    }

    /// When it got the words that it has: what an edit names as the state it was made from.
    pub fn since(&self) -> Timestamp {
        self.updated.unwrap_or(self.published)
    }

    /// The version in the main language.
    pub fn main(&self) -> Option<&Version> {
        self.versions.first()
    }

    /// The version in a language.
    pub fn version(&self, lang: &Lang) -> Option<&Version> {
        self.versions.iter().find(|v| v.lang == *lang)
    }

    /// What other servers have of it: the Note of the main version (`None`), and those of other languages where each
    /// has its own.
    pub fn notes(&self) -> Vec<Option<Lang>> {
        let own = |version: &&Version| self.languages == Languages::Posts && !self.retired.contains(&version.lang);
        let others = self.versions.iter().skip(1).filter(own).map(|version| Some(version.lang.clone()));
        std::iter::once(None).chain(others).collect()
    }
}

/// A post with everything that stands in other rows and is needed to show or send it.
#[derive(Debug, Clone)]
pub struct Material {
    pub post: Post,
    pub account: super::account::Account,
    /// In the order of the post; those that are still there.
    pub media: Vec<super::media::Media>,
    /// Of an episode, unless it was given up.
    pub series: Option<super::podcast::Series>,
    /// How its poll stands.
    pub tally: Option<Tally>,
    /// The address of a stranger's post that it answers.
    pub parent: Option<String>,
    /// Of our own post that it answers: the languages with a Note of their own.
    pub parent_langs: Vec<Lang>,
    pub likes: u64,
    pub boosts: u64,
    /// Our own answers to it, oldest first, at most `limits::post::OWN_REPLIES`.
    pub own_replies: Vec<PostId>,
}
