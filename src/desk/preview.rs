//! What a form will be, before it is published: shown by the templates of the public, with advice.

use std::sync::Arc;

use super::faults::Faults;
use super::form::Typed;
use super::{meaning, slots};
use crate::app::{App, advise};
use crate::error::Result;
use crate::model::account::Account;
use crate::model::ids::{MediaId, PostId};
use crate::model::media::{About, Media};
use crate::model::post::{Material, NewPost, Post};
use crate::pages::preview::lenses;
use crate::store::schema::MEDIA;
use crate::store::{Rows, material, meta, notes, polls};

pub(super) struct Preview {
    pub advice: Vec<String>,
    /// A part of a page.
    pub lenses: String,
}

impl Preview {
    /// Of a form that may still be full of faults: what is there is shown.
    pub async fn of(app: &Arc<App>, account: &Account, typed: &Typed, faults: &mut Faults) -> Result<Self> {
        let versions = meaning::versions(typed, account, faults);
        // What is missing is said when it is to go out.
        let about = slots::told(app, typed, &mut Faults::default())?;
        let poll = typed.poll.read(&typed.others(), &mut Faults::default());
        let posts = meaning::posts(app, typed, &versions, &about, (poll, None)).await?;
        Ok(Self { advice: advice(app, &posts)?, lenses: shown(app, account, &posts, &about)? })
    }
}

/// What there is to say before posts go out, each thing once: about their words, and about what their files weigh.
pub(super) fn advice(app: &App, posts: &[NewPost]) -> Result<Vec<String>> {
    let mut advice: Vec<String> = Vec::new();
    for post in posts {
        let words = advise::on(app, &post.versions, &post.mentions)?;
        let files = app.store.read(|rows| material::media(rows, &post.media))?;
        let all = words.iter().map(ToString::to_string).chain(files.iter().filter_map(Media::advice));
        let new: Vec<String> = all.filter(|text| !advice.contains(text)).collect();
        advice.extend(new);
    }
    Ok(advice)
}

/// Posts of a thread as they will be seen.
pub(super) fn shown(app: &App, account: &Account, posts: &[NewPost], about: &[(MediaId, About)]) -> Result<String> {
    app.store.read(|rows| {
        let all: Result<Vec<Material>> = posts.iter().map(|new| material(rows, app, account, new, about)).collect();
        lenses(rows, &app.site, &meta::institution(rows)?, all?)
    })
}

fn material(
    rows: &impl Rows,
    app: &App,
    account: &Account,
    new: &NewPost,
    about: &[(MediaId, About)],
) -> Result<Material> {
    let mut media: Vec<Media> = Vec::new();
    for id in &new.media {
        let file = rows.get(&MEDIA, id)?;
        let words = about.iter().find(|(of, _)| of == id).map(|(_, about)| about.clone());
        media.extend(file.map(|file| words.map_or_else(|| file.clone(), |words| file.clone().with(words))));
    }
    let parent = match new.reply_to {
        Some(crate::model::post::ReplyTo::Note(id)) => notes::get(rows, id)?.map(|note| note.content.uri),
        Some(crate::model::post::ReplyTo::Own(_)) | None => None,
    };
    let post = Post::new(PostId(0), account, app.now(), new);
    Ok(Material {
        tally: post.poll.as_ref().map(|poll| polls::tally(rows, post.id, poll)).transpose()?,
        post,
        account: account.clone(),
        media,
        series: None,
        parent,
        parent_langs: Vec::new(),
        likes: 0,
        boosts: 0,
        own_replies: Vec::new(),
    })
}
