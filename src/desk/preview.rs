//! What a form will be, before it is published: shown by the templates of the public, with advice.

use std::sync::Arc;

use super::faults::Faults;
use super::form::Typed;
use super::{meaning, slots};
use crate::app::{App, advise};
use crate::error::Result;
use crate::model::account::Account;
use crate::model::media::Media;
use crate::model::post::NewPost;
use crate::pages::preview::shown;
use crate::store::material;

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
        let account = account.clone();
        let draw =
            move |app: &App| Ok(Self { advice: advice(app, &posts)?, lenses: shown(app, &account, &posts, &about)? });
        app.apart(draw).await
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
