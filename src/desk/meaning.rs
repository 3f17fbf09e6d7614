//! What the composer's form means: versions that are checked, each fault at its field, the posts of a thread, and the
//! time at which it is wanted.

use std::sync::Arc;

use super::faults::Faults;
use super::form::{Press, Typed, number};
use super::{slots, when};
use crate::app::{App, lookup, mentions};
use crate::base::lang::Lang;
use crate::base::zone::Zone;
use crate::error::{Error, Problem, Result};
use crate::model::account::Account;
use crate::model::draft::{Attached, Content, Draft, Part, Sheet, When};
use crate::model::ids::MediaId;
use crate::model::media::About;
use crate::model::poll::NewPoll;
use crate::model::post::{NewPost, Quoting, ReplyTo, Version, Visibility, check_versions};
use crate::model::thread;
use crate::store::meta;

/// The versions as they were typed. Where a language is wrong the account's stands in, with a fault.
pub(super) fn versions(typed: &Typed, account: &Account, faults: &mut Faults) -> Vec<Version> {
    let mut versions: Vec<Version> = Vec::with_capacity(typed.versions.len());
    for (at, words) in typed.versions.iter().enumerate() {
        let lang = match words.lang.parse::<Lang>() {
            _ if at > 0 && words.lang.is_empty() => {
                let problem = Problem::new("E521", "It is not said in which language this text is.");
                let remedy = "Choose its language, or remove it.";
                faults.push(format!("lang{}", number(at)), &problem.remedy(remedy));
                words.language()
            }
            Ok(lang) if versions.iter().any(|other| other.lang == lang) => {
                let what = format!("There are two versions in {} ({lang}).", lang.own_name());
                let problem = Problem::new("E124", what).remedy("Choose another language, or remove one of them.");
                faults.push(format!("lang{}", number(at)), &problem);
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

/// The versions of each post of the thread. What is published stays one post.
fn parts(typed: &Typed, versions: &[Version]) -> Vec<Vec<Version>> {
    if typed.published { vec![versions.to_vec()] } else { thread::cut(versions) }
}

/// Whether it is no more than a draft can hold: asked before anybody is looked up for it and anything drawn.
pub(super) fn fits(typed: &Typed, account: &Account, faults: &mut Faults) -> bool {
    let versions = versions(typed, account, &mut Faults::default());
    let part = |versions| Part { versions, media: Vec::new() };
    let content = Content { parts: parts(typed, &versions).into_iter().map(part).collect(), ..Content::default() };
    if let Err(Error::Invalid(problem)) = content.check_bounds() {
        faults.push("text", &problem);
        return false;
    }
    true
}

/// Whether each post of each version can be published.
pub(super) fn check(versions: &[Version], typed: &Typed, faults: &mut Faults) {
    let pictures = typed.slots.iter().any(|slot| slot.kept.is_some());
    if !typed.published
        && let Err(Error::Invalid(problem)) = thread::check(versions)
    {
        faults.push("text", &problem);
    }
    for (at, version) in versions.iter().enumerate() {
        let posts = parts(typed, std::slice::from_ref(version));
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
    let about = slots::told(app, typed, faults)?;
    let versions = versions(typed, account, faults);
    check(&versions, typed, faults);
    let poll = typed.poll.read(&typed.others(), faults);
    let quote = quote(app, account, typed, faults).await?;
    if !faults.is_empty() {
        return Ok(None);
    }
    Ok(Some((posts(app, typed, &versions, &about, (poll, quote)).await?, about)))
}

/// What is to be kept: unfinished, unless it is to go out or to be approved. What the form does not show stays as it was.
pub(super) async fn sheet(
    app: &Arc<App>,
    account: &Account,
    typed: &Typed,
    faults: &mut Faults,
    draft: Option<&Draft>,
) -> Result<Sheet> {
    let mut missing = Faults::default();
    let about = slots::told(app, typed, &mut missing)?;
    let versions = versions(typed, account, faults);
    let poll = typed.poll.read(&typed.others(), &mut missing);
    if matches!(typed.press, Press::Ask | Press::Publish) {
        faults.add(missing);
        check(&versions, typed, faults);
    }
    let before = draft.map(|draft| draft.content.clone()).unwrap_or_default();
    let mut parts = Vec::new();
    for (n, versions) in self::parts(typed, &versions).into_iter().enumerate() {
        let media = match n {
            0 => about.iter().map(|(id, about)| Attached { id: *id, about: about.clone() }).collect(),
            _ => before.parts.get(n).map(|part| part.media.clone()).unwrap_or_default(),
        };
        parts.push(Part { versions, media });
    }
    let content = Content {
        parts,
        visibility: if typed.quiet { Visibility::Quiet } else { Visibility::Public },
        // A warning hides the files too; where there was none, whatever else hid them stays.
        sensitive: warns(&mut versions.iter()) || before.sensitive && !warns(&mut words_of(&before)),
        reply_to: typed.reply.map(ReplyTo::Note).or(before.reply_to),
        poll: if typed.published { before.poll.clone() } else { poll },
        quote: quote(app, account, typed, faults).await?.or(before.quote),
        urgent: typed.urgent,
        ..before
    };
    let known = draft.map(|draft| draft.mentions.as_slice()).unwrap_or_default();
    let mentions = mentions::of_content(app, &content, known).await?;
    Ok(Sheet { content, mentions, when: when(app, typed, draft, faults)?, edits: None })
}

fn words_of(content: &Content) -> impl Iterator<Item = &Version> {
    content.parts.iter().flat_map(|part| &part.versions)
}

fn warns<'a>(versions: &mut impl Iterator<Item = &'a Version>) -> bool {
    versions.any(|version| !version.warning.is_empty())
}

/// When it is wanted. One whose plan stands keeps its time until it is planned anew: nobody moves it by a save.
fn when(app: &App, typed: &Typed, draft: Option<&Draft>, faults: &mut Faults) -> Result<Option<When>> {
    let before = draft.and_then(|draft| draft.when.clone());
    let Some(at) = &typed.at else { return Ok(before) };
    if typed.press != Press::Publish && draft.is_some_and(|draft| draft.due().is_some()) {
        return Ok(before);
    }
    if at.is_empty() {
        return Ok(None);
    }
    let zone = Zone::named(&app.store.read(meta::institution)?.time_zone);
    let read = match when::read(&zone, at, &typed.turn) {
        Ok(wanted) if typed.press == Press::Publish && wanted.at <= app.now() => {
            let over = Problem::new("E504", "That moment is over.");
            Err(over.remedy("Choose a later one, or leave the field empty to publish now.").into())
        }
        other => other,
    };
    match read {
        // The field shows minutes: a moment that a program named more exactly stays.
        Ok(wanted) => {
            Ok(Some(before.filter(|old| zone.wall(old.at) == *at && old.turn == wanted.turn).unwrap_or(wanted)))
        }
        Err(Error::Invalid(problem)) => {
            faults.push("at", &problem);
            Ok(before)
        }
        Err(e) => Err(e),
    }
}

/// The id of the field of a version that a problem is about.
pub(super) fn field(named: Option<&'static str>, at: usize) -> String {
    let n = number(at);
    match named {
        Some(known @ ("warning" | "lang")) => format!("{known}{n}"),
        Some(known @ ("account" | "quote" | "at" | "answer1" | "lasts")) => known.to_owned(),
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
    let (mut posts, parts) = (Vec::new(), parts(typed, versions));
    let named = mentions::of_thread(app, &parts).await?;
    for (n, (versions, mentions)) in parts.into_iter().zip(named).enumerate() {
        let media: Vec<MediaId> = if n == 0 { about.iter().map(|(id, _)| *id).collect() } else { Vec::new() };
        posts.push(NewPost {
            mentions,
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
