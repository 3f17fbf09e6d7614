//! A post gathered with all that is needed to show or send it.

use super::counts::{self, Count};
use super::schema::MEDIA;
use super::tx::Rows;
use super::{accounts, notes, podcasts, polls, posts};
use crate::error::Result;
use crate::limits;
use crate::model::ids::MediaId;
use crate::model::media::Media;
use crate::model::post::{Material, Post, ReplyTo};

pub fn of(rows: &impl Rows, post: Post) -> Result<Material> {
    let parent = match post.reply_to {
        Some(ReplyTo::Note(id)) => notes::get(rows, id)?.map(|note| note.content.uri),
        Some(ReplyTo::Own(_)) | None => None,
    };
    let parent_langs = match post.reply_to {
        Some(ReplyTo::Own(id)) => posts::get(rows, id)?.map(|parent| parent.notes().into_iter().flatten().collect()),
        Some(ReplyTo::Note(_)) | None => None,
    };
    Ok(Material {
        account: accounts::need(rows, post.account)?,
        media: media(rows, &post.media)?,
        series: podcasts::of_post(rows, &post)?,
        tally: post.poll.as_ref().map(|poll| polls::tally(rows, post.id, poll)).transpose()?,
        parent,
        parent_langs: parent_langs.unwrap_or_default(),
        likes: counts::get(rows, Count::Likes(post.id))?,
        boosts: counts::get(rows, Count::Boosts(post.id))?,
        own_replies: posts::own_replies(rows, post.id, limits::post::OWN_REPLIES)?
            .into_iter()
            .map(|reply| reply.id)
            .collect(),
        post,
    })
}

/// Pictures by id, in order; those that are gone are left out.
pub fn media(rows: &impl Rows, ids: &[MediaId]) -> Result<Vec<Media>> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(rows.get(&MEDIA, id)?);
    }
    Ok(found)
}
