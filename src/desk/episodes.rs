//! Episodes of a podcast: published with their recording or kept as a draft to be let pass, and changed. What is wrong
//! comes back with everything that was typed, and with the recording that was uploaded.

mod draft;
mod sheet;

use std::sync::Arc;

use askama::Template;

use sheet::Sheet;

use super::faults::Faults;
use super::frame::{self, Frame};
use super::intake;
use super::podcasts::may;
use super::press::{self, Again};
use super::recording;
use super::write::{Choice, langs};
use crate::actions;
use crate::actions::drafts::Pen;
use crate::app::once;
use crate::app::{App, mentions};
use crate::base::lang::Lang;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::media::picture::Shape;
use crate::model::account::Account;
use crate::model::draft::Draft;
use crate::model::episode::Episode;
use crate::model::ids::{AccountId, MediaId, PostId};
use crate::model::media::{About, Media, Sort};
use crate::model::podcast::Podcast;
use crate::model::post::{NewPost, Post, Version, check_versions};
use crate::model::power::{self, Attach};
use crate::model::user::By;
use crate::store::schema::MEDIA;
use crate::store::{Rows, Write, accounts, podcasts, posts};
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};
use crate::web::{csrf, multipart};

pub(super) use draft::{change as change_draft, page as draft_page};

/// The fields in their order; those of the recording stand between the text and the season.
const FIELDS: [&[&str]; 9] = [
    &["file"],
    &["lang-"],
    &["title-"],
    &["text"],
    &["captions", "transcript", "reason", "why", "poster"],
    &["season"],
    &["number"],
    &["chapters"],
    &["persons"],
];

/// An episode brings one recording, whose fields have this number.
const ONE: usize = 1;

#[derive(Template)]
#[template(path = "desk/episode.html")]
struct Page {
    f: Frame,
    faults: Faults,
    id: AccountId,
    action: String,
    series: String,
    /// Of an episode that is there already: where its text and recording are changed.
    rest: Option<String>,
    /// Of a draft.
    revision: Option<u64>,
    /// Where the form is left without a change.
    leave: String,
    publishes: bool,
    sheet: Sheet,
    titles: Vec<Title>,
    langs: Vec<Choice>,
    kinds: Vec<Choice>,
    sound: Option<Media>,
    recording: recording::Place,
}

struct Title {
    id: String,
    label: String,
    lang: String,
    words: String,
}

/// The id of the field that a problem is about; those of a language carry its number.
pub(super) fn at(e: &Error, n: usize) -> String {
    let field = if let Error::Invalid(problem) = e { problem.field.unwrap_or("title") } else { "title" };
    match field {
        "title" | "lang" | "description" => format!("{field}-{n}"),
        "cover" | "media" | "audio" => "file".to_owned(),
        other => other.to_owned(),
    }
}

fn push(faults: &mut Faults, n: usize, e: Error) {
    let at = at(&e, n);
    if let Error::Invalid(problem) = e {
        faults.push(at, &problem);
    }
}

/// What the form is about.
enum Of<'a> {
    New,
    Post(&'a Post),
    Draft(&'a Draft),
}

impl Of<'_> {
    fn action(&self, podcast: &Podcast) -> String {
        match self {
            Self::New => format!("/desk/podcasts/{}/{}/episodes", podcast.account, podcast.slug),
            Self::Post(post) => format!("/desk/posts/{}/episode", post.id),
            Self::Draft(draft) => format!("/desk/drafts/{}/episode", draft.id),
        }
    }

    fn rest(&self) -> Option<String> {
        match self {
            Self::New => None,
            Self::Post(post) => Some(format!("/desk/posts/{}/edit", post.id)),
            Self::Draft(draft) => Some(format!("/desk/drafts/{}/edit", draft.id)),
        }
    }
}

/// Says once that another episode has the same number; sent again, it is meant.
fn check_number(app: &App, account: AccountId, new: &Episode, sheet: &mut Sheet, faults: &mut Faults) -> Result<()> {
    let Some(number) = new.number else { return Ok(()) };
    let told = format!("{}-{number}", new.season.unwrap_or_default());
    if std::mem::replace(&mut sheet.same, told.clone()) == told {
        return Ok(());
    }
    let same = |other: &Episode| (other.season, other.number, other.kind) == (new.season, new.number, new.kind);
    let most = limits::desk::EPISODES;
    let posts = app.store.read(|rows| posts::episodes(rows, account, &new.series, None, most))?;
    if let Some(other) = posts.iter().filter_map(|post| post.episode.as_ref()).find(|other| same(other)) {
        let title = other.titles.first().map(|titled| titled.title.as_str()).unwrap_or_default();
        let problem = Problem::new("E413", format!("“{title}” is episode {number} already."));
        faults.push("number", &problem.remedy("Choose another number, or press again if both are to have it."));
    }
    Ok(())
}

/// `GET /desk/podcasts/ACCOUNT/NAME/episodes`
pub(super) fn blank(app: &App, browser: &Browser, account: AccountId, slug: &str) -> Result<Response> {
    browser.asker().may::<power::Draft>(account)?;
    let podcast = app.store.read(|rows| podcasts::shown(rows, account, slug))?;
    let lang = podcast.main().map(|told| told.lang.to_string()).unwrap_or_default();
    let sheet = Sheet {
        once: crate::crypto::token::new(),
        titles: vec![(lang.clone(), String::new())],
        lang,
        ..Sheet::default()
    };
    shown(app, browser, &podcast, &Of::New, sheet, Faults::default())
}

/// `GET /desk/posts/ID/episode`
pub(super) fn page(app: &App, browser: &Browser, id: PostId) -> Result<Response> {
    let (post, podcast, episode) = find(app, browser, id)?;
    shown(app, browser, &podcast, &Of::Post(&post), Sheet::from(&episode), Faults::default())
}

fn find(app: &App, browser: &Browser, id: PostId) -> Result<(Post, Podcast, Episode)> {
    let post = app.store.read(|rows| posts::need(rows, id))?;
    may(browser, post.account)?;
    let episode = post.episode.clone().ok_or(Error::NotFound)?;
    let podcast = app.store.read(|rows| podcasts::shown(rows, post.account, &episode.series))?;
    Ok((post, podcast, episode))
}

fn shown(
    app: &App,
    browser: &Browser,
    podcast: &Podcast,
    of: &Of<'_>,
    sheet: Sheet,
    mut faults: Faults,
) -> Result<Response> {
    let status = faults.status();
    faults.order(&FIELDS);
    let page = app.store.read(|rows| {
        let publishes = may(browser, podcast.account).is_ok();
        let (title, leave) = match of {
            Of::New if publishes => ("Publish an episode", "/desk/podcasts".to_owned()),
            Of::New => ("Write an episode", "/desk/podcasts".to_owned()),
            Of::Post(_) => ("Change an episode", "/desk/podcasts".to_owned()),
            Of::Draft(draft) => ("Change an episode", format!("/desk/drafts/{}", draft.id)),
        };
        let account = accounts::need(rows, podcast.account)?;
        let kinds = [("full", "Whole episode"), ("trailer", "Trailer"), ("bonus", "Bonus")];
        let kind = |(value, name): (&str, &str)| Choice {
            chosen: value == sheet.kind,
            value: value.to_owned(),
            name: name.to_owned(),
        };
        let sound =
            sheet.kept.map(|id| rows.get(&MEDIA, &id)).transpose()?.flatten().map(|media| sheet.words.onto(media));
        Ok(Page {
            f: Frame::of(rows, browser, title, "/desk/podcasts")?.with(&faults).scripted(matches!(of, Of::New)),
            action: of.action(podcast),
            series: podcast.main().map(|told| told.title.clone()).unwrap_or_default(),
            rest: of.rest(),
            revision: match of {
                Of::Draft(draft) => Some(draft.revision),
                Of::New | Of::Post(_) => None,
            },
            leave,
            publishes,
            titles: titles(&sheet),
            langs: langs(rows, &sheet.lang, Some(&account))?,
            kinds: kinds.into_iter().map(kind).collect(),
            recording: recording::Place::new(ONE, &sheet.words, sound.as_ref(), &faults),
            id: podcast.account,
            sound,
            sheet,
            faults,
        })
    })?;
    frame::scripted(status, &page.f, &page)
}

fn titles(sheet: &Sheet) -> Vec<Title> {
    let title = |(n, (tag, title)): (usize, &(String, String))| Title {
        id: format!("title-{n}"),
        label: if sheet.titles.len() > 1 { format!("Title ({tag})") } else { "Title".to_owned() },
        lang: tag.clone(),
        words: title.clone(),
    };
    sheet.titles.iter().enumerate().map(title).collect()
}

/// `POST /desk/podcasts/ACCOUNT/NAME/episodes`
pub(super) async fn publish(
    app: &Arc<App>,
    request: &mut Request,
    browser: &Browser,
    account: AccountId,
    slug: &str,
) -> Result<Response> {
    let _permit = app.uploads.take(browser.asker().who())?;
    let mut parts =
        multipart::read(request, &app.files, &["file", "captions-file", "poster"], 3, app.form_with_files()).await?;
    csrf::check_form(app, browser, &parts.form)?;
    let keeps = draft::Keeps::of(&parts.form);
    let by = if keeps.is_none() { Some(may(browser, account)?) } else { None };
    let pen = Pen::of(&browser.asker(), account)?;
    let podcast = app.store.read(|rows| podcasts::shown(rows, account, slug))?;
    let at = parts.files.iter().position(|(name, _)| name == "file");
    let file = at.map(|at| parts.files.swap_remove(at).1);
    let mut sheet = Sheet::of(&parts.form, &[], file);
    let main = sheet.lang.parse().unwrap_or_default();
    sheet.words = recording::Words::of(&parts.form, &mut parts.files, ONE, &main);
    let (known, attempt) = match Again::of(app, account, &sheet.once)? {
        Again::Post(post) => return Ok(response::see_other(&format!("/desk?done={post}"))),
        Again::Draft(draft) if !draft.stage().is_open() => return Ok(response::see_other(&press::place(&draft))),
        Again::Draft(draft) => (Some(draft), None),
        Again::First(attempt) => (None, attempt),
    };
    let keeps = keeps.or(known.as_ref().map(|_| draft::Keeps::Draft));
    let of: Vec<MediaId> = known.iter().flat_map(|known| known.content.media()).map(|file| file.id).collect();
    let known = known.map(|known| known.id);
    let (mut faults, brought) = (Faults::default(), sheet.file.is_some() || sheet.kept.is_some());
    let sound = take(app, (browser, browser.asker().may(account)?), &mut sheet, &of, &mut faults).await?;
    let owner = app.store.read(|rows| accounts::need(rows, account))?;
    let version = version(&sheet, &owner, &mut faults);
    let episode = sheet.episode(&podcast, &[], &mut faults);
    let about = sound
        .map(|sound| Ok::<_, Error>((sound.id, sheet.about(app, sound.id, &episode, &mut faults)?)))
        .transpose()?;
    if keeps == Some(draft::Keeps::Draft) {
        faults.keep(|at| draft::UNREADABLE.contains(&at) || brought && at == "file");
    } else {
        check_number(app, account, &episode, &mut sheet, &mut faults)?;
    }
    if faults.is_empty() {
        let done = match (by, keeps, about) {
            (Some(by), None, Some(about)) => {
                let sent = send(app, browser, by, version, episode, about, attempt).await;
                sent.map(|post| format!("/desk?done={}", post.id))
            }
            (_, keeps, about) => {
                let asks = keeps == Some(draft::Keeps::Asked);
                draft::keep(app, browser, pen, new(version, episode, about.as_ref()), about, (attempt, known), asks)
                    .await
            }
        };
        match done {
            Ok(path) => return Ok(response::see_other(&path)),
            Err(e @ Error::Invalid(_)) => push(&mut faults, 0, e),
            Err(e) => return Err(e),
        }
    }
    shown(app, browser, &podcast, &Of::New, sheet, faults)
}

fn new(version: Version, episode: Episode, about: Option<&(MediaId, About)>) -> NewPost {
    NewPost {
        media: about.iter().map(|(id, _)| *id).collect(),
        episode: Some(episode),
        versions: vec![version],
        ..NewPost::plain(Lang::default(), "")
    }
}

/// The recording that is there, and what belongs to it. `of`: what the draft has that this form began.
async fn take(
    app: &Arc<App>,
    (browser, by): (&Browser, By<Attach>),
    sheet: &mut Sheet,
    of: &[MediaId],
    faults: &mut Faults,
) -> Result<Option<Media>> {
    let file = sheet.file.take();
    let place = intake::Place {
        field: "file".to_owned(),
        file,
        kept: &mut sheet.kept,
        of,
        shape: Shape::Whole,
        check: is_heard,
    };
    let there = intake::take(app, by, place, faults).await?;
    if there.is_none() || faults.at("file").is_some() {
        recording::lost(ONE, &mut sheet.words, faults);
    }
    if let Some(media) = &there {
        recording::take(app, (browser, by), media, ONE, &mut sheet.words, faults).await?;
    } else if faults.at("file").is_none() {
        faults.push("file", &Problem::new("E408", "The episode has no recording.").remedy("Choose an MP3 or M4A."));
    }
    Ok(there)
}

fn is_heard(media: &Media) -> Result<()> {
    if media.sort() == Sort::Sound {
        return Ok(());
    }
    let problem = Problem::new("E408", "The file is no recording that can be heard alone.");
    Err(problem.remedy("Choose an MP3 or M4A.").into())
}

fn version(sheet: &Sheet, account: &Account, faults: &mut Faults) -> Version {
    let lang = sheet.lang.parse::<Lang>().unwrap_or_else(|e| {
        push(faults, 0, e);
        account.language.clone()
    });
    let version = Version { lang, text: sheet.text.trim_end().to_owned(), warning: String::new() };
    if let Err(e) = check_versions(std::slice::from_ref(&version), true) {
        push(faults, 0, e);
    }
    version
}

async fn send(
    app: &Arc<App>,
    browser: &Browser,
    by: By,
    version: Version,
    episode: Episode,
    about: (MediaId, About),
    attempt: Option<once::Attempt>,
) -> Result<Post> {
    let mut new = new(version, episode, Some(&about));
    new.mentions = mentions::of_versions(app, &new.versions).await?;
    let (id, about) = about;
    let site = app.site.clone();
    let verb = move |tx: &mut Write<'_>| {
        actions::media::describe(tx, by.to(), id, &about)?;
        actions::publish::publish(tx, &site, by, &new)
    };
    once::publish(app, attempt, browser.held(verb)).await
}

/// `POST /desk/posts/ID/episode`
pub(super) async fn edit(app: &Arc<App>, browser: &Browser, id: PostId, form: &Form) -> Result<Response> {
    let (post, podcast, old) = find(app, browser, id)?;
    let mut faults = Faults::default();
    let (sheet, episode) = Sheet::again(form, &old, &podcast, &mut faults);
    if faults.is_empty() {
        let (site, by) = (app.site.clone(), may(browser, post.account)?);
        let done = match super::edit::keep_episode(app, browser, by, &post, &episode).await {
            Ok(None) => {
                let verb = move |tx: &mut Write<'_>| actions::podcasts::edit_episode(tx, &site, by, id, &episode);
                browser.write(app, verb).await.map(|post| format!("/desk?changed={}", post.id))
            }
            Ok(Some(path)) => Ok(path),
            Err(e) => Err(e),
        };
        match done {
            Ok(path) => return Ok(response::see_other(&path)),
            Err(e @ Error::Invalid(_)) => push(&mut faults, 0, e),
            Err(e) => return Err(e),
        }
    }
    shown(app, browser, &podcast, &Of::Post(&post), sheet, faults)
}
