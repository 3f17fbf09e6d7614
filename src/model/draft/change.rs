//! A draft that is no new post but a change of one that is published: where somebody has to let pass what an account
//! says, nobody changes alone what was let pass.

use serde::{Deserialize, Serialize};

use super::{Attached, Content, Part};
use crate::base::time::Timestamp;
use crate::model::ids::PostId;
use crate::model::media::Media;
use crate::model::poll::NewPoll;
use crate::model::post::Post;

/// The post that a draft is a change of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edits {
    pub post: PostId,
    /// The state that the change was made from ([`Post::since`]): one that was changed meanwhile is not written over.
    pub of: Timestamp,
    /// What the post said then, to be compared.
    pub was: Content,
}

impl Edits {
    /// `media` are the files of the post.
    pub fn of(post: &Post, media: &[Media]) -> Self {
        Self { post: post.id, of: post.since(), was: Content::of_post(post, media) }
    }
}

impl Content {
    /// What a published post says, with its files and what is said about them. It is one part, also of a thread.
    pub fn of_post(post: &Post, media: &[Media]) -> Self {
        let poll = post.poll.as_ref().map(|poll| NewPoll {
            answers: poll.answers.clone(),
            multiple: poll.multiple,
            lasts: poll.ends.since(post.published).as_secs(),
        });
        let media = media.iter().map(|media| Attached { id: media.id, about: media.about() }).collect();
        Self {
            parts: vec![Part { versions: post.versions.clone(), media }],
            visibility: post.visibility,
            quoting: post.quoting,
            sensitive: post.sensitive,
            reply_to: post.reply_to,
            episode: post.episode.clone(),
            poll,
            quote: post.quoted.as_ref().map(|quoted| quoted.post),
            urgent: false,
        }
    }
}
