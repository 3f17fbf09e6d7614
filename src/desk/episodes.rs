//! Episodes of a podcast: published with their recording, and changed. What is wrong comes back with everything that was
//! typed, and with the recording that was uploaded.

use std::sync::Arc;

use askama::Template;

use super::faults::Faults;
use super::frame::{self, Frame};
use super::podcasts::may;
use super::recording;
use super::write::{Choice, langs};
use crate::actions;
use crate::app::once;
use crate::app::{App, mentions, upload};
use crate::base::lang::Lang;
use crate::error::{Error, Problem, Result};
use crate::media::files::Unfinished;
use crate::model::account::Account;
use crate::model::episode::{self, Episode, Kind, Titled};
use crate::model::ids::{AccountId, MediaId, PostId};
use crate::model::media::{About, Media, Sort};
use crate::model::podcast::Podcast;
use crate::model::post::{NewPost, Post, Version, check_versions};
use crate::model::user::By;
use crate::store::schema::MEDIA;
use crate::store::{Rows, Write, accounts, podcasts, posts};
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};
use crate::web::{csrf, multipart};

/// An episode brings one recording, whose fields have this number.
const ONE: usize = 1;

#[derive(Template)]
#[template(path = "desk/episode.html")]
struct Page {
    f: Frame,
    faults: Faults,
    action: String,
    series: String,
    /// Of an episode that is there already, whose text and recording are changed elsewhere.
    post: Option<PostId>,
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

/// An episode as it was typed.
#[derive(Debug, Default)]
struct Sheet {
    once: String,
    /// Of the first title, and of a new text.
    lang: String,
    titles: Vec<(String, String)>,
    text: String,
    season: String,
    number: String,
    kind: String,
    explicit: bool,
    chapters: String,
    persons: String,
    kept: Option<MediaId>,
    file: Option<Unfinished>,
    words: recording::Words,
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

impl Sheet {
    /// `langs` are those of the titles that an episode has already.
    fn of(form: &Form, langs: &[Lang], file: Option<Unfinished>) -> Self {
        let lang = form.text("lang-0");
        let tags: Vec<String> =
            if langs.is_empty() { vec![lang.clone()] } else { langs.iter().map(ToString::to_string).collect() };
        let title = |(n, tag): (usize, String)| (tag, form.text(&format!("title-{n}")).trim().to_owned());
        Self {
            once: form.text("once"),
            lang,
            titles: tags.into_iter().enumerate().map(title).collect(),
            text: form.text("text"),
            season: form.text("season").trim().to_owned(),
            number: form.text("number").trim().to_owned(),
            kind: form.text("kind"),
            explicit: form.find("explicit").is_some(),
            chapters: form.text("chapters"),
            persons: form.text("persons"),
            kept: form.find("kept").and_then(|id| id.parse().ok()),
            file,
            words: recording::Words::default(),
        }
    }

    fn from(episode: &Episode) -> Self {
        let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
        let persons: Vec<String> = episode.persons.iter().map(episode::person_typed).collect();
        Self {
            titles: episode.titles.iter().map(|t| (t.lang.to_string(), t.title.clone())).collect(),
            season: number(episode.season),
            number: number(episode.number),
            kind: episode.kind.as_str().to_owned(),
            explicit: episode.explicit,
            chapters: episode::chapters_typed(&episode.chapters),
            persons: persons.join("\n"),
            ..Self::default()
        }
    }

    /// What is said about the recording: it is called by its title; what is said in it is the transcript.
    fn about(&self, app: &App, sound: MediaId, episode: &Episode, faults: &mut Faults) -> Result<About> {
        let media = app.store.read(|rows| rows.need(&MEDIA, &sound))?;
        let title = episode.titles.first().map(|titled| titled.title.clone()).unwrap_or_default();
        let mut about = About { alt: title, ..media.about() };
        self.words.tell(&mut about);
        if let Err(Error::Invalid(problem)) = media.check(&about)
            && let Some(at) = recording::field(ONE, &problem)
        {
            faults.push(at, &problem);
        }
        Ok(about)
    }

    /// The episode, with a fault for everything that is wrong.
    fn episode(&self, podcast: &Podcast, sounds: &[Option<MediaId>], faults: &mut Faults) -> Episode {
        let main = podcast.main().map(|told| told.lang.clone()).unwrap_or_default();
        let titled = |(n, (tag, title)): (usize, &(String, String))| Titled {
            lang: tag.parse().unwrap_or_else(|_| main.clone()),
            title: title.clone(),
            sound: sounds.get(n).copied().flatten(),
        };
        let mut kept = |e: Error| push(faults, 0, e);
        let season = count(&self.season, "season").unwrap_or_else(|e| {
            kept(e);
            None
        });
        let number = count(&self.number, "number").unwrap_or_else(|e| {
            kept(e);
            None
        });
        let chapters = episode::chapters(&self.chapters).unwrap_or_else(|e| {
            kept(e);
            Vec::new()
        });
        let persons: Result<Vec<_>> = episode::lines(&self.persons).map(episode::person).collect();
        let persons = persons.unwrap_or_else(|e| {
            kept(e);
            Vec::new()
        });
        let episode = Episode {
            series: podcast.slug.clone(),
            titles: self.titles.iter().enumerate().map(titled).collect(),
            season,
            number,
            kind: Kind::parse(&self.kind).unwrap_or_default(),
            explicit: self.explicit,
            chapters,
            persons,
        };
        for (n, titled) in episode.titles.iter().enumerate() {
            let one = Episode { titles: vec![titled.clone()], ..episode.clone() };
            if let Err(e) = one.check()
                && faults.at(at(&e, n)).is_none()
            {
                push(faults, n, e);
            }
        }
        episode
    }
}

/// A number, or nothing.
fn count(typed: &str, field: &'static str) -> Result<Option<u32>> {
    if typed.is_empty() {
        return Ok(None);
    }
    let wrong =
        |_| Problem::new("E410", format!("'{typed}' is no number.")).field(field).remedy("Write digits, or nothing.");
    typed.parse().map(Some).map_err(wrong).map_err(Error::from)
}

/// `GET /desk/podcasts/ACCOUNT/NAME/episodes`
pub(super) fn blank(app: &App, browser: &Browser, account: AccountId, slug: &str) -> Result<Response> {
    may(browser, account)?;
    let podcast = app.store.read(|rows| podcasts::shown(rows, account, slug))?;
    let lang = podcast.main().map(|told| told.lang.to_string()).unwrap_or_default();
    let sheet = Sheet {
        once: crate::crypto::token::new(),
        titles: vec![(lang.clone(), String::new())],
        lang,
        ..Sheet::default()
    };
    shown(app, browser, &podcast, None, sheet, Faults::default())
}

/// `GET /desk/posts/ID/episode`
pub(super) fn page(app: &App, browser: &Browser, id: PostId) -> Result<Response> {
    let (post, podcast, episode) = find(app, browser, id)?;
    shown(app, browser, &podcast, Some(&post), Sheet::from(&episode), Faults::default())
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
    post: Option<&Post>,
    sheet: Sheet,
    faults: Faults,
) -> Result<Response> {
    let status = faults.status();
    let page = app.store.read(|rows| {
        let title = if post.is_some() { "Change an episode" } else { "Publish an episode" };
        let account = accounts::need(rows, podcast.account)?;
        let kinds = [("full", "Whole episode"), ("trailer", "Trailer"), ("bonus", "Bonus")];
        let kind = |(value, name): (&str, &str)| Choice {
            chosen: value == sheet.kind,
            value: value.to_owned(),
            name: name.to_owned(),
        };
        let action = match post {
            Some(post) => format!("/desk/posts/{}/episode", post.id),
            None => format!("/desk/podcasts/{}/{}/episodes", podcast.account, podcast.slug),
        };
        let sound = sheet.kept.map(|id| rows.get(&MEDIA, &id)).transpose()?.flatten();
        Ok(Page {
            f: Frame::of(rows, browser, title, "/desk/podcasts")?.with(&faults),
            action,
            series: podcast.main().map(|told| told.title.clone()).unwrap_or_default(),
            post: post.map(|post| post.id),
            titles: titles(&sheet),
            langs: langs(rows, &sheet.lang, Some(&account))?,
            kinds: kinds.into_iter().map(kind).collect(),
            recording: recording::Place::new(ONE, &sheet.words, sound.as_ref(), &faults),
            sound,
            sheet,
            faults,
        })
    })?;
    frame::page(status, &page)
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
    csrf::check_token(&browser.session, parts.form.find("csrf").unwrap_or_default())?;
    let by = may(browser, account)?;
    let podcast = app.store.read(|rows| podcasts::shown(rows, account, slug))?;
    let at = parts.files.iter().position(|(name, _)| name == "file");
    let file = at.map(|at| parts.files.swap_remove(at).1);
    let mut sheet = Sheet::of(&parts.form, &[], file);
    let main = sheet.lang.parse().unwrap_or_default();
    sheet.words = recording::Words::of(&parts.form, &mut parts.files, ONE, &main);
    let attempt = (!sheet.once.is_empty()).then(|| (account, format!("desk {}", sheet.once)));
    if let Some(known) = attempt.as_ref().map_or(Ok(None), |attempt| once::repeated(app, attempt))? {
        return Ok(response::see_other(&format!("/desk?done={known}")));
    }
    let mut faults = Faults::default();
    let sound = take(app, browser, by, &mut sheet, &mut faults).await?;
    let owner = app.store.read(|rows| accounts::need(rows, account))?;
    let version = version(&sheet, &owner, &mut faults);
    let episode = sheet.episode(&podcast, &[], &mut faults);
    let about = sound
        .map(|sound| Ok::<_, Error>((sound.id, sheet.about(app, sound.id, &episode, &mut faults)?)))
        .transpose()?;
    if let Some(about) = about.filter(|_| faults.is_empty()) {
        match send(app, browser, by, version, episode, about, attempt).await {
            Ok(post) => return Ok(response::see_other(&format!("/desk?done={}", post.id))),
            Err(e @ Error::Invalid(_)) => push(&mut faults, 0, e),
            Err(e) => return Err(e),
        }
    }
    shown(app, browser, &podcast, None, sheet, faults)
}

/// Keeps a new recording, so that it need not be sent again whatever else is wrong.
async fn take(
    app: &Arc<App>,
    browser: &Browser,
    by: By,
    sheet: &mut Sheet,
    faults: &mut Faults,
) -> Result<Option<Media>> {
    if let Some(file) = sheet.file.take() {
        match upload::take(app, by.to(), file, About::default()).await {
            Ok(media) if media.sort() == Sort::Sound => sheet.kept = Some(media.id),
            Ok(_) => {
                let problem = Problem::new("E408", "The file is no recording that can be heard alone.");
                faults.push("file", &problem.remedy("Choose an MP3 or M4A."));
            }
            Err(Error::Invalid(problem)) => faults.push("file", &problem),
            Err(e) => return Err(e),
        }
    }
    let there = sheet.kept.map(|id| app.store.read(|rows| rows.get(&MEDIA, &id))).transpose()?.flatten();
    let there = there.filter(|media| media.account == by.account() && !media.used && media.sort() == Sort::Sound);
    sheet.kept = there.as_ref().map(|media| media.id);
    if let Some(id) = sheet.kept {
        recording::take(app, (browser, by.to()), id, ONE, &mut sheet.words, faults).await?;
    }
    if there.is_none() && faults.at("file").is_none() {
        faults.push("file", &Problem::new("E408", "The episode has no recording.").remedy("Choose an MP3 or M4A."));
    }
    Ok(there)
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
    (id, about): (MediaId, About),
    attempt: Option<once::Attempt>,
) -> Result<Post> {
    let versions = vec![version];
    let new = NewPost {
        mentions: mentions::of_versions(app, &versions).await?,
        media: vec![id],
        episode: Some(episode),
        versions: versions.clone(),
        ..NewPost::plain(Lang::default(), "")
    };
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
    let tongues: Vec<Lang> = old.titles.iter().map(|titled| titled.lang.clone()).collect();
    let sounds: Vec<_> = old.titles.iter().map(|titled| titled.sound).collect();
    let sheet = Sheet::of(form, &tongues, None);
    let mut faults = Faults::default();
    let episode = sheet.episode(&podcast, &sounds, &mut faults);
    if faults.is_empty() {
        let (site, by) = (app.site.clone(), may(browser, post.account)?);
        match super::edit::keep_episode(app, browser, by, &post, &episode).await {
            Ok(Some(path)) => return Ok(response::see_other(&path)),
            Ok(None) => {}
            Err(e @ Error::Invalid(_)) => {
                push(&mut faults, 0, e);
                return shown(app, browser, &podcast, Some(&post), sheet, faults);
            }
            Err(e) => return Err(e),
        }
        let edited = browser.write(app, move |tx| actions::podcasts::edit_episode(tx, &site, by, id, &episode)).await;
        match edited {
            Ok(post) => return Ok(response::see_other(&format!("/desk?changed={}", post.id))),
            Err(e @ Error::Invalid(_)) => push(&mut faults, 0, e),
            Err(e) => return Err(e),
        }
    }
    shown(app, browser, &podcast, Some(&post), sheet, faults)
}
