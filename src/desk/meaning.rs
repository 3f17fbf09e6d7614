//! What the composer's form means: versions that are checked, each fault at its field, and the posts of a thread.

use std::sync::Arc;

use super::faults::Faults;
use super::form::{Press, Typed, number};
use super::slots;
use crate::app::{App, lookup, mentions};
use crate::base::lang::Lang;
use crate::error::{Error, Problem, Result};
use crate::model::account::Account;
use crate::model::draft::{Attached, Content, Draft, Part, Sheet};
use crate::model::ids::MediaId;
use crate::model::media::About;
use crate::model::poll::NewPoll;
use crate::model::post::{NewPost, Quoting, ReplyTo, Version, Visibility, check_versions};
use crate::model::thread;

/// The versions as they were typed. Where a language is wrong the account's stands in, with a fault.
pub(super) fn versions(typed: &Typed, account: &Account, faults: &mut Faults) -> Vec<Version> {
    let mut versions: Vec<Version> = Vec::with_capacity(typed.versions.len());
    for (at, words) in typed.versions.iter().enumerate() {
        let lang = match words.lang.parse::<Lang>() {
            Ok(lang) if versions.iter().any(|other| other.lang == lang) => {
                let what = format!("There are two versions in the language {lang}.");
                faults.push(format!("lang{}", number(at)), &Problem::new("E124", what).remedy("Choose another."));
                lang
            }
            Ok(lang) => lang,
            Err(Error::Invalid(problem)) => {
                faults.push(format!("lang{}", number(at)), &problem);
                account.language.clone()
            }
            Err(_) => account.language.clone(),
        };
        let (text, warning) = (words.text.trim_end().to_owned(), words.warning.trim().to_owned());
        versions.push(Version { lang, text, warning });
    }
    versions
}

/// Whether each post of each version can be published.
pub(super) fn check(versions: &[Version], typed: &Typed, faults: &mut Faults) {
    let pictures = typed.slots.iter().any(|slot| slot.kept.is_some());
    if let Err(Error::Invalid(problem)) = thread::check(versions) {
        faults.push("text", &problem);
    }
    for (at, version) in versions.iter().enumerate() {
        let posts = thread::cut(std::slice::from_ref(version));
        let wrong = (0..).zip(&posts).find_map(|(n, post)| match check_versions(post, pictures && n == 0) {
            Err(Error::Invalid(problem)) => Some(problem),
            Ok(()) | Err(_) => None,
        });
        if let Some(problem) = wrong {
            faults.push(field(problem.field, at), &problem);
        }
    }
}

/// What is to be published, when nothing is wrong with it.
pub(super) async fn ready(
    app: &Arc<App>,
    account: &Account,
    typed: &Typed,
    faults: &mut Faults,
) -> Result<Option<(Vec<NewPost>, Vec<(MediaId, About)>)>> {
    let about = slots::told(app, &typed.slots, faults)?;
    let versions = versions(typed, account, faults);
    check(&versions, typed, faults);
    let poll = typed.poll.read(faults);
    let quote = quote(app, account, typed, faults).await?;
    if !faults.is_empty() {
        return Ok(None);
    }
    Ok(Some((posts(app, typed, &versions, &about, (poll, quote)).await?, about)))
}

/// What is to be kept: unfinished, unless approval is asked for it. What the form does not show stays as it was.
pub(super) async fn sheet(
    app: &Arc<App>,
    account: &Account,
    typed: &Typed,
    faults: &mut Faults,
    draft: Option<&Draft>,
) -> Result<Sheet> {
    let mut missing = Faults::default();
    let about = slots::told(app, &typed.slots, &mut missing)?;
    let versions = versions(typed, account, faults);
    if typed.press == Press::Ask {
        faults.add(missing);
        check(&versions, typed, faults);
    }
    let before = draft.map(|draft| draft.content.clone()).unwrap_or_default();
    let mut parts = Vec::new();
    for (n, versions) in thread::cut(&versions).into_iter().enumerate() {
        let media = match n {
            0 => about.iter().map(|(id, about)| Attached { id: *id, about: about.clone() }).collect(),
            _ => before.parts.get(n).map(|part| part.media.clone()).unwrap_or_default(),
        };
        parts.push(Part { versions, media });
    }
    let content = Content {
        parts,
        visibility: if typed.quiet { Visibility::Quiet } else { Visibility::Public },
        sensitive: versions.iter().any(|version| !version.warning.is_empty()),
        reply_to: typed.reply.map(ReplyTo::Note).or(before.reply_to),
        poll: typed.poll.read(faults),
        quote: quote(app, account, typed, faults).await?.or(before.quote),
        urgent: typed.urgent,
        ..before
    };
    let known = draft.map(|draft| draft.mentions.as_slice()).unwrap_or_default();
    let mentions = mentions::of_content(app, &content, known).await?;
    Ok(Sheet { content, mentions, when: draft.and_then(|draft| draft.when.clone()) })
}

/// The id of the field of a version that a problem is about.
pub(super) fn field(named: Option<&'static str>, at: usize) -> String {
    let n = number(at);
    match named {
        Some(known @ ("warning" | "lang")) => format!("{known}{n}"),
        Some(known @ ("account" | "quote")) => known.to_owned(),
        Some(_) | None => format!("text{n}"),
    }
}

/// The post that is quoted: found now, perhaps on its own server.
pub(super) async fn quote(
    app: &Arc<App>,
    account: &Account,
    typed: &Typed,
    faults: &mut Faults,
) -> Result<Option<ReplyTo>> {
    if typed.quote.is_empty() {
        return Ok(None);
    }
    match lookup::reply_target(app, account.id, &typed.quote).await {
        Ok(found) => Ok(Some(found)),
        Err(Error::Broken(cause)) => Err(Error::Broken(cause)),
        Err(Error::Invalid(problem)) => {
            faults.push("quote", &problem);
            Ok(None)
        }
        Err(_) => {
            let problem = Problem::new("E604", "There is no post at this address, or its server does not answer.");
            faults.push("quote", &problem.remedy("Copy the address of the post itself, or leave the quote out."));
            Ok(None)
        }
    }
}

/// The posts of a thread, or the one. Files, a poll and a quote stand in the first; what the others answer is known when that is written down.
pub(super) async fn posts(
    app: &Arc<App>,
    typed: &Typed,
    versions: &[Version],
    about: &[(MediaId, About)],
    (poll, quote): (Option<NewPoll>, Option<ReplyTo>),
) -> Result<Vec<NewPost>> {
    let mut posts = Vec::new();
    for (n, versions) in thread::cut(versions).into_iter().enumerate() {
        let media: Vec<MediaId> = if n == 0 { about.iter().map(|(id, _)| *id).collect() } else { Vec::new() };
        posts.push(NewPost {
            mentions: mentions::of_versions(app, &versions).await?,
            sensitive: versions.iter().any(|version| !version.warning.is_empty()),
            visibility: if typed.quiet { Visibility::Quiet } else { Visibility::Public },
            quoting: Quoting::Anyone,
            reply_to: typed.reply.filter(|_| n == 0).map(ReplyTo::Note),
            episode: None,
            poll: poll.clone().filter(|_| n == 0),
            quote: quote.filter(|_| n == 0),
            urgent: typed.urgent,
            demo: false,
            media,
            versions,
        });
    }
    Ok(posts)
}
