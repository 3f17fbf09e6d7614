//! Podcasts of the institution: begun, changed, given up. What is wrong comes back with everything that was typed, and
//! with the cover that was uploaded.

use std::sync::Arc;

use askama::Template;
use hyper::StatusCode;

use super::episodes::at;
use super::faults::Faults;
use super::frame::{self, Frame};
use super::intake;
use super::write::{Choice, langs};
use crate::actions::podcasts as verbs;
use crate::app::App;
use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::media::files::Unfinished;
use crate::media::picture::Shape;
use crate::model::account::Account;
use crate::model::ids::{AccountId, MediaId};
use crate::model::media::{Media, check_alt};
use crate::model::podcast::{CATEGORIES, Order, Podcast, Told};
use crate::model::power::Draft;
use crate::model::user::By;
use crate::store::schema::MEDIA;
use crate::store::{Rows, accounts, podcasts};
use crate::views::podcast::state;
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};
use crate::web::{csrf, multipart};

#[derive(Template)]
#[template(path = "desk/podcasts.html")]
struct Listing {
    f: Frame,
    podcasts: Vec<Row>,
    /// Whether there is an account for which they may begin one.
    begins: bool,
}

struct Row {
    title: String,
    lang: String,
    handle: String,
    /// At the desk.
    path: String,
    /// Whether they may publish and change, and not only write.
    changes: bool,
    page: String,
    feed: String,
    episodes: usize,
    missing: Vec<String>,
}

#[derive(Template)]
#[template(path = "desk/podcast.html")]
struct Page {
    f: Frame,
    faults: Faults,
    /// Where the form goes; the podcast's own page at the desk, or that of all when it is new.
    action: String,
    new: bool,
    sheet: Sheet,
    accounts: Vec<Choice>,
    tongues: Vec<Tongue>,
    categories: Vec<Choice>,
    cover: Option<Media>,
}

/// What is said in a language, as the page shows it.
struct Tongue {
    n: usize,
    lang_id: String,
    title_id: String,
    description_id: String,
    langs: Vec<Choice>,
    title: String,
    description: String,
    open: bool,
}

#[derive(Template)]
#[template(path = "desk/podcast_delete.html")]
struct Delete {
    f: Frame,
    title: String,
    lang: String,
    episodes: usize,
}

/// A podcast as it was typed.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a box to tick each")]
struct Sheet {
    account: Option<AccountId>,
    slug: String,
    /// Language, title, description; the first is there in any case.
    told: Vec<[String; 3]>,
    author: String,
    mail: String,
    category: String,
    explicit: bool,
    serial: bool,
    locked: bool,
    complete: bool,
    guid: String,
    kept: Option<MediaId>,
    alt: String,
    file: Option<Unfinished>,
}

impl Sheet {
    fn of(form: &Form, file: Option<Unfinished>) -> Self {
        let told = |n: usize| ["lang", "title", "description"].map(|name| form.text(&format!("{name}-{n}")));
        let said = |[_, title, description]: &[String; 3]| !(title.trim().is_empty() && description.trim().is_empty());
        let more = (1..limits::post::VERSIONS).map(told).filter(said);
        Self {
            account: form.find("account").and_then(|id| id.parse().ok()),
            slug: form.text("slug").trim().to_owned(),
            told: std::iter::once(told(0)).chain(more).collect(),
            author: form.text("author"),
            mail: form.text("mail").trim().to_owned(),
            category: form.text("category"),
            explicit: form.find("explicit").is_some(),
            serial: form.find("serial").is_some(),
            locked: form.find("locked").is_some(),
            complete: form.find("complete").is_some(),
            guid: form.text("guid").trim().to_owned(),
            kept: form.find("kept").and_then(|id| id.parse().ok()),
            alt: form.text("alt"),
            file,
        }
    }

    fn from(podcast: &Podcast, cover: Option<&Media>) -> Self {
        let told = |t: &Told| [t.lang.to_string(), t.title.clone(), t.description.clone()];
        Self {
            account: Some(podcast.account),
            slug: podcast.slug.clone(),
            told: podcast.versions.iter().map(told).collect(),
            author: podcast.author.clone(),
            mail: podcast.mail.clone(),
            category: podcast.category.clone(),
            explicit: podcast.explicit,
            serial: podcast.order == Order::Serial,
            locked: podcast.locked,
            complete: podcast.complete,
            guid: podcast.guid.clone().unwrap_or_default(),
            kept: Some(podcast.cover),
            alt: cover.map(|cover| cover.alt.clone()).unwrap_or_default(),
            file: None,
        }
    }

    /// The podcast, with a fault for everything that is wrong. Where a language is wrong the account's stands in.
    fn podcast(&self, account: &Account, faults: &mut Faults) -> Podcast {
        let mut versions = Vec::new();
        for (n, [lang, title, description]) in self.told.iter().enumerate() {
            let lang = lang.parse::<Lang>().unwrap_or_else(|e| {
                push(faults, format!("lang-{n}"), e);
                account.language.clone()
            });
            versions.push(Told { lang, title: title.trim().to_owned(), description: description.trim().to_owned() });
        }
        let author = self.author.trim();
        let podcast = Podcast {
            account: account.id,
            slug: self.slug.clone(),
            created: Timestamp(0),
            updated: Timestamp(0),
            deleted: None,
            versions,
            author: if author.is_empty() { account.name.clone() } else { author.to_owned() },
            mail: self.mail.clone(),
            category: self.category.clone(),
            explicit: self.explicit,
            order: if self.serial { Order::Serial } else { Order::Episodic },
            locked: self.locked,
            complete: self.complete,
            cover: self.kept.unwrap_or(MediaId(0)),
            guid: (!self.guid.is_empty()).then(|| self.guid.clone()),
            home: None,
        };
        for (n, e) in podcast.problems() {
            push(faults, at(&e, n), e);
        }
        podcast
    }
}

/// The fields in their order.
const FIELDS: [&[&str]; 9] = [
    &["account"],
    &["slug"],
    &["lang-", "title-", "description-"],
    &["category"],
    &["file"],
    &["alt"],
    &["author"],
    &["mail"],
    &["guid"],
];

/// Puts a fault to a field; what is no fault of the form cannot come here.
fn push(faults: &mut Faults, field: String, e: Error) {
    if let Error::Invalid(problem) = e {
        faults.push(field, &problem);
    }
}

/// Who may speak for an account may have it podcast.
pub(super) fn may(browser: &Browser, account: AccountId) -> Result<By> {
    browser.asker().may(account)
}

pub(super) fn list(app: &App, browser: &Browser) -> Result<Response> {
    let listing = app.store.read(|rows| {
        let f = Frame::of(rows, browser, "Podcasts", "/desk/podcasts")?;
        let (mut found, mut begins, asker) = (Vec::new(), false, browser.asker());
        for account in accounts::all(rows)?.into_iter().filter(|account| asker.can::<Draft>(account.id)) {
            let changes = may(browser, account.id).is_ok();
            begins = begins || changes;
            for podcast in podcasts::of_account(rows, account.id)? {
                found.push(Row { changes, ..row(app, rows, &account, podcast)? });
            }
        }
        Ok(Listing { f, podcasts: found, begins })
    })?;
    frame::page(StatusCode::OK, &listing)
}

fn row(app: &App, rows: &impl Rows, account: &Account, podcast: Podcast) -> Result<Row> {
    let series = podcasts::with_cover(rows, podcast)?;
    let state = state(rows, &app.site, &series)?;
    let podcast = &series.podcast;
    let page = format!("/@{}/podcast/{}", account.handle, podcast.slug);
    Ok(Row {
        title: podcast.main().map(|told| told.title.clone()).unwrap_or_default(),
        lang: podcast.main().map(|told| told.lang.to_string()).unwrap_or_default(),
        handle: app.site.handle(&account.handle),
        path: format!("/desk/podcasts/{}/{}", account.id, podcast.slug),
        feed: format!("{}{page}.rss", app.site.origin),
        page,
        changes: false,
        episodes: state.episodes,
        missing: state.missing,
    })
}

pub(super) fn blank(app: &App, browser: &Browser) -> Result<Response> {
    let all = app.store.read(accounts::all)?;
    if !all.iter().any(|account| may(browser, account.id).is_ok()) {
        return Ok(response::see_other("/desk/podcasts"));
    }
    let sheet = Sheet { told: vec![Default::default()], locked: true, ..Sheet::default() };
    shown(app, browser, sheet, None, Faults::default())
}

pub(super) fn page(app: &App, browser: &Browser, account: AccountId, slug: &str) -> Result<Response> {
    may(browser, account)?;
    let (podcast, cover) = app.store.read(|rows| {
        let series = podcasts::with_cover(rows, podcasts::shown(rows, account, slug)?)?;
        Ok((series.podcast, series.cover))
    })?;
    shown(app, browser, Sheet::from(&podcast, cover.as_ref()), Some(&podcast), Faults::default())
}

/// The form; `old` is what it changes.
fn shown(app: &App, browser: &Browser, sheet: Sheet, old: Option<&Podcast>, mut faults: Faults) -> Result<Response> {
    let status = faults.status();
    faults.order(&FIELDS);
    let page = app.store.read(|rows| {
        let title = if old.is_some() { "Change a podcast" } else { "Begin a podcast" };
        let f = Frame::of(rows, browser, title, "/desk/podcasts")?.with(&faults);
        let all = accounts::all(rows)?.into_iter().filter(|account| may(browser, account.id).is_ok());
        let all: Vec<Account> = all.collect();
        let account = all.iter().find(|a| Some(a.id) == sheet.account).or_else(|| all.first());
        let mut told = sheet.told.clone();
        if told.len() < limits::post::VERSIONS {
            told.push(Default::default());
        }
        let tongue = |(n, told): (usize, &[String; 3])| tongue(rows, n, told, account, &faults);
        Ok(Page {
            action: old
                .map_or_else(|| "/desk/podcasts".to_owned(), |p| format!("/desk/podcasts/{}/{}", p.account, p.slug)),
            new: old.is_none(),
            tongues: told.iter().enumerate().map(tongue).collect::<Result<_>>()?,
            accounts: all
                .iter()
                .map(|a| choice(a.id.to_string(), app.site.handle(&a.handle), Some(a.id) == sheet.account))
                .collect(),
            categories: categories(&sheet.category),
            cover: sheet.kept.map(|id| rows.get(&MEDIA, &id)).transpose()?.flatten(),
            f,
            sheet,
            faults,
        })
    })?;
    frame::page(status, &page)
}

fn choice(value: String, name: String, chosen: bool) -> Choice {
    Choice { value, name, chosen }
}

fn tongue(
    rows: &impl Rows,
    n: usize,
    [lang, title, description]: &[String; 3],
    account: Option<&Account>,
    faults: &Faults,
) -> Result<Tongue> {
    let ids = ["lang", "title", "description"].map(|name| format!("{name}-{n}"));
    let wrong = ids.iter().any(|id| faults.at(id).is_some());
    let [lang_id, title_id, description_id] = ids;
    Ok(Tongue {
        n,
        open: n == 0 || wrong || !title.is_empty() || !description.is_empty(),
        langs: langs(rows, lang, account)?,
        title: title.clone(),
        description: description.clone(),
        lang_id,
        title_id,
        description_id,
    })
}

fn categories(chosen: &str) -> Vec<Choice> {
    let mut all = vec![choice(String::new(), "Choose one".to_owned(), chosen.is_empty())];
    for (top, subs) in CATEGORIES {
        let subs = subs.iter().map(|sub| format!("{top} > {sub}"));
        all.extend(std::iter::once((*top).to_owned()).chain(subs).map(|name| {
            let chosen = name.eq_ignore_ascii_case(chosen);
            choice(name.clone(), name, chosen)
        }));
    }
    all
}

/// `POST /desk/podcasts`, or the page of one that is there.
pub(super) async fn save(
    app: &Arc<App>,
    request: &mut Request,
    browser: &Browser,
    old: Option<(AccountId, &str)>,
) -> Result<Response> {
    let _permit = app.uploads.take(browser.asker().who())?;
    let mut parts = multipart::read(request, &app.files, &["file"], 1, limits::inbound::UPLOAD).await?;
    csrf::check_form(app, browser, &parts.form)?;
    let mut sheet = Sheet::of(&parts.form, parts.files.pop().map(|(_, file)| file));
    let mut faults = Faults::default();
    if let Some((account, _)) = old {
        may(browser, account)?;
    }
    let old = match old {
        Some((account, slug)) => Some(app.store.read(|rows| podcasts::shown(rows, account, slug))?),
        None => None,
    };
    if let Some(old) = &old {
        (sheet.account, sheet.slug) = (Some(old.account), old.slug.clone());
    }
    let Some(account) = account(app, browser, &sheet)? else {
        faults.push("account", &Problem::new("E156", "This account is not there (any more).").remedy("Choose one."));
        return shown(app, browser, sheet, old.as_ref(), faults);
    };
    let by = may(browser, account.id)?;
    take_cover(app, by, &mut sheet, old.as_ref(), &mut faults).await?;
    let podcast = sheet.podcast(&account, &mut faults);
    if faults.is_empty() {
        match write(app, browser, by, podcast, old.is_some(), sheet.alt.clone()).await {
            Ok(()) => return Ok(response::see_other("/desk/podcasts")),
            Err(e @ Error::Invalid(_)) => push(&mut faults, at(&e, 0), e),
            Err(e) => return Err(e),
        }
    }
    shown(app, browser, sheet, old.as_ref(), faults)
}

fn account(app: &App, browser: &Browser, sheet: &Sheet) -> Result<Option<Account>> {
    let Some(id) = sheet.account.filter(|id| may(browser, *id).is_ok()) else { return Ok(None) };
    Ok(app.store.read(|rows| accounts::get(rows, id))?.filter(|account| account.deleted.is_none()))
}

/// The cover that is there, and its description, checked.
async fn take_cover(
    app: &Arc<App>,
    by: By,
    sheet: &mut Sheet,
    old: Option<&Podcast>,
    faults: &mut Faults,
) -> Result<()> {
    let (file, of) = (sheet.file.take(), old.map(|old| old.cover));
    let place = intake::Place {
        field: "file".to_owned(),
        file,
        kept: &mut sheet.kept,
        of: of.as_slice(),
        shape: Shape::Cover,
        check: |_| Ok(()),
    };
    if intake::take(app, by.to(), place, faults).await?.is_none() && faults.at("file").is_none() {
        let problem = Problem::new("E404", "The podcast has no cover.");
        faults.push("file", &problem.remedy("Choose a square JPEG or PNG of 1,400 to 3,000 pixels."));
    }
    if let Err(e) = check_alt(&sheet.alt) {
        push(faults, "alt".to_owned(), e);
    }
    Ok(())
}

async fn write(app: &Arc<App>, browser: &Browser, by: By, podcast: Podcast, there: bool, alt: String) -> Result<()> {
    let site = app.site.clone();
    let write = move |tx: &mut crate::store::Write<'_>| {
        if there { verbs::edit(tx, by, &podcast, Some(&alt)) } else { verbs::add(tx, &site, by, &podcast, Some(&alt)) }
    };
    browser.write(app, write).await.map(|_| ())
}

pub(super) fn delete_page(app: &App, browser: &Browser, account: AccountId, slug: &str) -> Result<Response> {
    may(browser, account)?;
    let page = app.store.read(|rows| {
        let series = podcasts::with_cover(rows, podcasts::shown(rows, account, slug)?)?;
        let told = series.podcast.main().cloned();
        Ok(Delete {
            f: Frame::of(rows, browser, "Give a podcast up", "/desk/podcasts")?,
            episodes: state(rows, &app.site, &series)?.episodes,
            lang: told.as_ref().map(|told| told.lang.to_string()).unwrap_or_default(),
            title: told.map(|told| told.title).unwrap_or_default(),
        })
    })?;
    frame::page(StatusCode::OK, &page)
}

pub(super) async fn delete(app: &Arc<App>, browser: &Browser, account: AccountId, slug: &str) -> Result<Response> {
    let (by, slug) = (may(browser, account)?, slug.to_owned());
    browser.write(app, move |tx| verbs::delete(tx, by, &slug)).await?;
    Ok(response::see_other("/desk/podcasts"))
}
