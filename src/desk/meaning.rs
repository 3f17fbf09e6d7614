//! What the composer's form means: versions that are checked, each fault at its field, the posts of a thread, and the
//! time at which it is wanted.

use std::sync::Arc;

use super::faults::Faults;
use super::form::{Press, Typed, number};
use super::{slots, when};
use crate::app::mentions::{self, Asks};
use crate::app::{App, lookup};
use crate::base::lang::Lang;
use crate::base::zone::Zone;
use crate::error::{Error, Problem, Result};
use crate::model::account::Account;
use crate::model::draft::{Attached, Content, Draft, Part, Sheet, When};
use crate::model::ids::MediaId;
use crate::model::media::{About, Media};
use crate::model::note::Note;
use crate::model::poll::NewPoll;
use crate::model::post::{NewPost, ReplyTo, Version, Visibility, check_versions};
use crate::model::thread;
use crate::store::schema::MEDIA;
use crate::store::{Rows as _, meta, notes};

/// What is wrong, in words for people; an error that is nobody's typing goes on.
fn problem(checked: Result<()>) -> Result<Option<Box<Problem>>> {
    match checked {
        Ok(()) => Ok(None),
        Err(Error::Invalid(problem)) => Ok(Some(problem)),
        Err(e) => Err(e),
    }
}

/// The versions as they were typed. Where a language is wrong the account's stands in, with a fault.
pub(super) fn versions(typed: &Typed, account: &Account, faults: &mut Faults) -> Result<Vec<Version>> {
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
            Err(e) => return Err(e),
        };
        versions.push(Version { lang, ..words.version() });
    }
    Ok(versions)
}

/// The versions of each post of the thread. What is published stays one post.
fn parts(typed: &Typed, versions: &[Version]) -> Vec<Vec<Version>> {
    if typed.published { vec![versions.to_vec()] } else { thread::cut(versions) }
}

/// Whether it is no more than a draft can hold: asked before anybody is looked up for it and anything drawn.
pub(super) fn fits(typed: &Typed, account: &Account, faults: &mut Faults) -> Result<bool> {
    let versions = versions(typed, account, &mut Faults::default())?;
    let part = |versions| Part { versions, media: Vec::new() };
    let content = Content { parts: parts(typed, &versions).into_iter().map(part).collect(), ..Content::default() };
    let wrong = problem(content.check_bounds())?;
    if let Some(problem) = &wrong {
        faults.push("text", problem);
    }
    Ok(wrong.is_none())
}

/// Whether the files are covered: as they were, unless a warning came or went. A warning covers them by itself, so that a
/// save that changes none of it leaves the post as it is.
pub(super) fn covers<'a>(now: &[Version], before: bool, old: impl IntoIterator<Item = &'a Version>) -> bool {
    let warns = |version: &Version| !version.warning.is_empty();
    let (now, old) = (now.iter().any(warns), old.into_iter().any(warns));
    if now == old { before } else { now }
}

/// Whether each post of each version can be published.
pub(super) fn check(versions: &[Version], typed: &Typed, faults: &mut Faults) -> Result<()> {
    let pictures = typed.slots.iter().any(|slot| slot.kept.is_some());
    if !typed.published
        && let Some(problem) = problem(thread::check(versions))?
    {
        faults.push("text", &problem);
    }
    for (at, version) in versions.iter().enumerate() {
        for (n, post) in parts(typed, std::slice::from_ref(version)).iter().enumerate() {
            if let Some(problem) = problem(check_versions(post, pictures && n == 0))? {
                faults.push(field(problem.field, at), &problem);
                break;
            }
        }
    }
    Ok(())
}

/// What is to be kept: unfinished, unless it `goes` out or to be approved. What the form does not show stays as it was.
pub(super) async fn sheet(
    app: &Arc<App>,
    account: &Account,
    (typed, goes): (&Typed, bool),
    faults: &mut Faults,
    draft: Option<&Draft>,
) -> Result<Sheet> {
    let mut missing = Faults::default();
    let about = slots::told(app, typed, &mut missing)?;
    let versions = versions(typed, account, faults)?;
    let poll = typed.poll.read(&typed.others(), &mut missing);
    if goes {
        // Of a file that was refused nothing is missing.
        missing.keep(|field| faults.at(field).is_none());
        faults.add(missing);
        check(&versions, typed, faults)?;
    }
    let said = Said { versions, about, poll, quote: quote(app, account, typed, faults, draft).await? };
    let content = content(app, account, typed, said, draft)?;
    let mentions = mentions::of_content(app, &content, &typed.known, asks(typed)).await?;
    Ok(Sheet { content, mentions, when: when(app, typed, draft, faults)?, edits: None })
}

/// What of a form was read already, well or badly.
struct Said {
    versions: Vec<Version>,
    about: Vec<(MediaId, About)>,
    poll: Option<NewPoll>,
    quote: Option<ReplyTo>,
}

/// What it says as a whole; `draft` is what it changes.
fn content(app: &App, account: &Account, typed: &Typed, said: Said, draft: Option<&Draft>) -> Result<Content> {
    let Said { versions, about, poll, quote } = said;
    let before = draft.map(|draft| draft.content.clone()).unwrap_or_default();
    let mut parts = Vec::new();
    for (n, versions) in self::parts(typed, &versions).into_iter().enumerate() {
        let media = match n {
            0 => about.iter().map(|(id, about)| Attached { id: *id, about: about.clone() }).collect(),
            _ => later(app, account, typed, draft, n)?,
        };
        parts.push(Part { versions, media });
    }
    Ok(Content {
        parts,
        visibility: if typed.quiet { Visibility::Quiet } else { Visibility::Public },
        sensitive: covers(&versions, before.sensitive, before.parts.iter().flat_map(|part| &part.versions)),
        reply_to: typed.reply.map(ReplyTo::Note).or(before.reply_to),
        poll: if typed.published { before.poll.clone() } else { poll },
        quote,
        urgent: typed.urgent,
        ..before
    })
}

/// What would go out of a form that may still be full of faults, with the words of all files: for a look.
pub(super) async fn posts(
    app: &Arc<App>,
    account: &Account,
    typed: &Typed,
    draft: Option<&Draft>,
    faults: &mut Faults,
) -> Result<(Vec<NewPost>, Vec<(MediaId, About)>)> {
    // What is missing is said when it is to go out.
    let mut missing = Faults::default();
    let said = Said {
        versions: versions(typed, account, faults)?,
        about: slots::told(app, typed, &mut missing)?,
        poll: typed.poll.read(&typed.others(), &mut missing),
        quote: draft.and_then(|draft| draft.content.quote),
    };
    let content = content(app, account, typed, said, draft)?;
    let mentions = mentions::of_content(app, &content, &typed.known, asks(typed)).await?;
    let about = content.media().map(|file| (file.id, file.about.clone())).collect();
    Ok((content.posts(&mentions), about))
}

fn asks(typed: &Typed) -> Asks {
    if typed.by_itself { Asks::Nobody } else { Asks::Everybody }
}

/// The files of a further post of a thread: as they are in the draft, or as the form carries them; what it names and is not
/// there for it any more is left out.
fn later(app: &App, account: &Account, typed: &Typed, draft: Option<&Draft>, n: usize) -> Result<Vec<Attached>> {
    let parts = draft.map(|draft| draft.content.parts.as_slice()).unwrap_or_default();
    let Some(named) = &typed.later else {
        return Ok(parts.get(n).map(|part| part.media.clone()).unwrap_or_default());
    };
    let mut files = Vec::new();
    for id in named.get(n - 1).into_iter().flatten() {
        if let Some(there) = parts.iter().flat_map(|part| &part.media).find(|file| file.id == *id) {
            files.push(there.clone());
            continue;
        }
        let free = |media: &Media| media.account == account.id && !media.used && media.draft.is_none();
        if let Some(media) = app.store.read(|rows| rows.get(&MEDIA, id))?.filter(free) {
            files.push(Attached { id: *id, about: media.about() });
        }
    }
    Ok(files)
}

/// When it is wanted. One whose plan stands keeps its time until it is planned anew: nobody moves it by a save.
fn when(app: &App, typed: &Typed, draft: Option<&Draft>, faults: &mut Faults) -> Result<Option<When>> {
    let before = draft.and_then(|draft| draft.when.clone());
    let Some(at) = &typed.at else { return Ok(before) };
    let zone = Zone::named(&app.store.read(meta::institution)?.time_zone);
    if typed.press != Press::Publish && draft.is_some_and(|draft| draft.due().is_some()) {
        let stands = before.as_ref().map(|when| zone.wall(when.at)).unwrap_or_default();
        if matches!(typed.press, Press::Save | Press::Ask) && !at.is_empty() && *at != stands {
            let problem = Problem::new("E606", "It is planned for another time, which a save does not move.");
            let remedy = if stands.is_empty() { "Empty the field".to_owned() } else { format!("Put {stands} back") };
            faults.push("at", &problem.remedy(format!("{remedy}, or press Publish, which plans it anew.")));
        }
        return Ok(before);
    }
    if at.is_empty() {
        return Ok(None);
    }
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

/// The address of what is quoted, for the form; empty where that is nothing, or not there any more.
pub(super) fn quoted(app: &App, quote: Option<ReplyTo>) -> Result<String> {
    Ok(match quote {
        Some(ReplyTo::Own(id)) => app.site.post(id),
        Some(ReplyTo::Note(id)) => {
            app.store.read(|rows| notes::get(rows, id))?.map(|note| note.content.uri).unwrap_or_default()
        }
        None => String::new(),
    })
}

/// The post that is quoted: the one from before, or found now, perhaps on its own server.
async fn quote(
    app: &Arc<App>,
    account: &Account,
    typed: &Typed,
    faults: &mut Faults,
    draft: Option<&Draft>,
) -> Result<Option<ReplyTo>> {
    let before = draft.and_then(|draft| draft.content.quote);
    let Some(address) = &typed.quote else { return Ok(before) };
    if address.is_empty() {
        return Ok(None);
    }
    // What is known and not for this account is as if it were not known.
    let is_open = |note: &Note| note.is_open_to(account.id);
    let is_known = || app.store.read(|rows| Ok(notes::by_uri(rows, address)?.as_ref().is_some_and(is_open)));
    if *address == quoted(app, before)? || typed.by_itself && app.site.own_post(address).is_none() && !is_known()? {
        return Ok(before);
    }
    match lookup::reply_target(app, account.id, address).await {
        Ok(found) => Ok(Some(found)),
        Err(Error::Invalid(problem)) => {
            faults.push("quote", &problem);
            Ok(None)
        }
        Err(Error::NotFound | Error::Gone | Error::Peer { .. }) => {
            let problem = Problem::new("E604", "There is no post at this address, or its server does not answer.");
            faults.push("quote", &problem.remedy("Copy the address of the post itself, or leave the quote out."));
            Ok(None)
        }
        Err(e) => Err(e),
    }
}
