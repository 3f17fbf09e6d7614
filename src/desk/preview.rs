//! What a form will be, before it is published: shown by the templates of the public, with advice.

use std::sync::Arc;

use super::faults::Faults;
use super::form::Typed;
use super::{meaning, when};
use crate::app::{App, advise};
use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::base::zone::Zone;
use crate::error::{Problem, Result};
use crate::model::account::Account;
use crate::model::draft::Draft;
use crate::model::ids::MediaId;
use crate::model::media::{About, Media, gaps, place, undescribed};
use crate::model::post::{NewPost, Version};
use crate::pages::preview::shown;
use crate::store::{material, meta};

pub(super) struct Preview {
    pub advice: Vec<String>,
    /// A part of a page.
    pub lenses: String,
}

impl Preview {
    /// Of a form that may still be full of faults: what is there is shown. `draft` is what it changes.
    pub async fn of(
        app: &Arc<App>,
        account: &Account,
        typed: &Typed,
        draft: Option<&Draft>,
        faults: &mut Faults,
    ) -> Result<Self> {
        let (posts, about) = meaning::posts(app, account, typed, draft, faults).await?;
        let (account, is_asked, at) = (account.clone(), !typed.by_itself, goes(app, typed)?);
        let draw = move |app: &App| {
            let advice = told(app, &posts, &about, is_asked)?;
            Ok(Self { advice, lenses: shown(app, &account, at, &posts, &about)? })
        };
        app.apart(draw).await
    }
}

/// The moment that was typed, as far as that is one to come; else now.
fn goes(app: &App, typed: &Typed) -> Result<Timestamp> {
    let zone = Zone::named(&app.store.read(meta::institution)?.time_zone);
    let wanted = typed.at.as_ref().and_then(|at| when::read(&zone, at, &typed.turn).ok());
    Ok(wanted.map_or_else(|| app.now(), |when| when.at.max(app.now())))
}

/// What the files of a post lack before it can go out; `n` tells which post it is, and of how many.
fn missing(files: &[Media], about: &[(MediaId, About)], versions: &[Version], n: (usize, usize)) -> Vec<String> {
    let words = |file: &Media| {
        about.iter().find(|(id, _)| *id == file.id).map_or_else(|| file.about(), |(_, words)| words.clone())
    };
    let said: Vec<About> = files.iter().map(words).collect();
    let of_file = |(at, (file, about)): (usize, (&Media, &About))| {
        let told = |problem: Problem| format!("{}: {} {}", place(at, n), problem.what, problem.remedy);
        file.faults(about).into_iter().map(told).collect::<Vec<_>>()
    };
    let own = files.iter().zip(&said).enumerate().flat_map(of_file);
    let gap = |(at, lang): (usize, &Lang)| {
        let problem = undescribed(&place(at, n), lang);
        format!("{} {}", problem.what, problem.remedy)
    };
    own.chain(gaps(&said, versions).into_iter().map(gap)).collect()
}

/// What there is to say before posts go out, each thing once: about their words, what their files weigh, and what those lack.
pub(super) fn advice(app: &App, posts: &[NewPost], about: &[(MediaId, About)]) -> Result<Vec<String>> {
    told(app, posts, about, true)
}

/// The same; of names only where they were looked up.
fn told(app: &App, posts: &[NewPost], about: &[(MediaId, About)], is_asked: bool) -> Result<Vec<String>> {
    let mut advice: Vec<String> = Vec::new();
    for (n, post) in posts.iter().enumerate() {
        let words = advise::on(app, &post.versions, is_asked.then_some(post.mentions.as_slice()))?;
        let files = app.store.read(|rows| material::media(rows, &post.media))?;
        let all = words.iter().map(ToString::to_string).chain(files.iter().filter_map(Media::advice));
        let all = all.chain(missing(&files, about, &post.versions, (n, posts.len())));
        let new: Vec<String> = all.filter(|text| !advice.contains(text)).collect();
        advice.extend(new);
    }
    Ok(advice)
}
