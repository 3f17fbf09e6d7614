//! What a form will be, before it is published: shown by the templates of the public, with advice.

use std::sync::Arc;

use super::faults::Faults;
use super::form::Typed;
use super::{meaning, when};
use crate::app::{App, advise};
use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::base::zone::Zone;
use crate::error::Result;
use crate::model::account::Account;
use crate::model::draft::Draft;
use crate::model::ids::MediaId;
use crate::model::media::{About, Media};
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

/// Versions whose readers get the description of a file in the main language.
fn undescribed(post: &NewPost, about: &[(MediaId, About)]) -> Vec<String> {
    let lacks = |lang: &Lang, about: &About| {
        let said = about.alts.iter().any(|(of, alt)| of == lang && !alt.is_empty());
        !said && !about.decorative && !about.alt.is_empty()
    };
    let line = |version: &Version| {
        let lang = &version.lang;
        let own = about.iter().filter(|(id, _)| post.media.contains(id));
        let files = (1..).zip(own).filter(|(_, (_, about))| lacks(lang, about));
        let files: Vec<String> = files.map(|(n, _): (usize, _)| format!("file {n}")).collect();
        (!files.is_empty()).then(|| {
            let (name, files) = (lang.own_name(), files.join(", "));
            format!(
                "{name} ({lang}): what {files} shows is said in the main language alone. Describe it in this one too."
            )
        })
    };
    post.versions.iter().skip(1).filter_map(line).collect()
}

/// What there is to say before posts go out, each thing once: about their words, and about what their files weigh.
pub(super) fn advice(app: &App, posts: &[NewPost], about: &[(MediaId, About)]) -> Result<Vec<String>> {
    told(app, posts, about, true)
}

/// The same; of names only where they were looked up.
fn told(app: &App, posts: &[NewPost], about: &[(MediaId, About)], is_asked: bool) -> Result<Vec<String>> {
    let mut advice: Vec<String> = Vec::new();
    for post in posts {
        let words = advise::on(app, &post.versions, is_asked.then_some(post.mentions.as_slice()))?;
        let files = app.store.read(|rows| material::media(rows, &post.media))?;
        let all = words.iter().map(ToString::to_string).chain(files.iter().filter_map(Media::advice));
        let all = all.chain(undescribed(post, about));
        let new: Vec<String> = all.filter(|text| !advice.contains(text)).collect();
        advice.extend(new);
    }
    Ok(advice)
}
