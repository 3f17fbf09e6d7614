//! What a Note is made of.

use crate::base::lang::Lang;
use crate::model::account::Account;
use crate::model::ids::PostId;
use crate::model::media::Media;
use crate::model::poll::Tally;
use crate::model::post::{Material, Post, ReplyTo, Version};
use crate::model::site::Site;

/// A post with what stands in other rows.
pub struct NoteParts<'a> {
    pub site: &'a Site,
    pub account: &'a Account,
    pub post: &'a Post,
    /// The language whose own Note it is; none for the main one.
    pub lang: Option<&'a Lang>,
    pub media: &'a [Media],
    /// Of an episode: the picture of its series.
    pub cover: Option<&'a Media>,
    /// The id of what it answers.
    pub in_reply_to: Option<String>,
    pub likes: u64,
    pub shares: u64,
    /// Our own answers, at most five: a server that reads the post reads these with it.
    pub own_replies: &'a [PostId],
    /// How its poll stands.
    pub tally: Option<&'a Tally>,
}

impl<'a> NoteParts<'a> {
    /// The Note of the main version.
    pub fn of(site: &'a Site, material: &'a Material) -> Self {
        Self::in_language(site, material, None)
    }

    /// One of `Post::notes`. It answers the Note in its language, where there is one.
    pub fn in_language(site: &'a Site, material: &'a Material, lang: Option<&'a Lang>) -> Self {
        let parents = lang.filter(|lang| material.parent_langs.contains(lang));
        let in_reply_to = match material.post.reply_to {
            Some(ReplyTo::Own(parent)) => Some(site.note(parent, parents)),
            Some(ReplyTo::Note(_)) => material.parent.clone(),
            None => None,
        };
        Self {
            site,
            account: &material.account,
            post: &material.post,
            lang,
            media: &material.media,
            cover: material.series.as_ref().and_then(|series| series.cover.as_ref()),
            in_reply_to,
            likes: material.likes,
            shares: material.boosts,
            own_replies: &material.own_replies,
            tally: material.tally.as_ref(),
        }
    }

    /// The version that the Note shows.
    pub(super) fn version(&self) -> Option<&'a Version> {
        self.lang.map_or_else(|| self.post.main(), |lang| self.post.version(lang))
    }
}
