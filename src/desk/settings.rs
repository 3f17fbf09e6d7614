//! The institution's settings: what each does, what it is, who changed it; the legal pages; and what stands in the file.

use std::sync::Arc;

use askama::Template;

use super::faults::Faults;
use super::frame::{self, Frame, Wall};
use crate::actions::settings as verbs;
use crate::app::App;
use crate::base::lang::Lang;
use crate::base::text;
use crate::base::zone::Zone;
use crate::config::{Config, KEYS, Key};
use crate::error::{Error, Result};
use crate::model::institution::Institution;
use crate::model::settings::{Legal, SETTINGS, Setting, check};
use crate::store::{Rows, meta};
use crate::views::{people, plans};
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

const HERE: &str = "/desk/settings";

#[derive(Template)]
#[template(path = "desk/settings.html")]
struct Page {
    f: Frame,
    faults: Faults,
    notice: String,
    /// Whether whoever looks may change them.
    changes: bool,
    settings: Vec<Row>,
    legal: Vec<LegalRow>,
    file: Vec<FileRow>,
}

struct Row {
    name: &'static str,
    title: &'static str,
    what: &'static str,
    default: &'static str,
    value: String,
    /// Where only these words mean something.
    choices: &'static [&'static str],
    /// Of a colour of words, on what they stand on.
    contrast: Option<String>,
    changed: String,
}

struct LegalRow {
    name: &'static str,
    title: &'static str,
    pages: Vec<LegalPage>,
}

struct LegalPage {
    lang: String,
    language: String,
    state: String,
}

/// A setting of the file: shown, and changed elsewhere.
struct FileRow {
    name: &'static str,
    what: &'static str,
    default: String,
    value: String,
    origin: String,
}

#[derive(Template)]
#[template(path = "desk/legal.html")]
struct LegalForm {
    f: Frame,
    faults: Faults,
    saved: bool,
    /// Whether whoever looks may change it.
    changes: bool,
    name: &'static str,
    /// Whether the program says something of it where there is no text.
    stands_in: bool,
    title: &'static str,
    what: &'static str,
    lang: Lang,
    language: String,
    changed: String,
    text: String,
}

/// What a page is called, and what the law wants on it.
fn words(legal: Legal) -> (&'static str, &'static str) {
    match legal {
        Legal::Imprint => ("Imprint", "Who is responsible for these pages, and how to reach them."),
        Legal::Privacy => ("Privacy", "What you do with personal data, for how long, and whom readers may ask."),
        Legal::Accessibility => (
            "Accessibility statement",
            "How far these pages conform, what is known not to, where to report it, and who enforces it.",
        ),
        Legal::Terms => ("Terms", "Rules for those who answer you, and what you do about what breaks them."),
    }
}

/// `Changed by Ana, 23 November 2026, 10:15 (Europe/Brussels)`; empty when nobody has.
fn changed(rows: &impl Rows, of: &Institution, name: &str) -> Result<String> {
    let Some(changed) = of.settings.changed.get(name) else { return Ok(String::new()) };
    Ok(format!("Changed by {}, {}", people::who(rows, changed.by)?, Wall::of(of).time(changed.at)))
}

/// `GET /desk/settings`
pub(super) fn page(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let notice = match request.query("done") {
        Some("zone") => {
            let planned = app
                .store
                .read(|rows| plans::under_another_zone(rows, &Zone::named(&meta::institution(rows)?.time_zone)))?;
            planned.map_or_else(|| "Saved.".to_owned(), |planned| format!("Saved. {planned}"))
        }
        Some(_) => "Saved.".to_owned(),
        None => String::new(),
    };
    shown(app, browser, None, Faults::default(), notice)
}

fn shown(app: &App, browser: &Browser, form: Option<&Form>, faults: Faults, notice: String) -> Result<Response> {
    browser.asker().may_audit()?;
    let status = faults.status();
    let page = app.store.read(|rows| {
        let of = meta::institution(rows)?;
        let contrasts = typed(of.clone(), form).settings.colours.unwrap_or_default().contrasts();
        let row = |setting: &Setting| {
            let value = form.and_then(|form| form.find(setting.name)).map_or_else(|| setting.get(&of), str::to_owned);
            let changed = changed(rows, &of, setting.name)?;
            let Setting { name, title, what, default, choices, .. } = *setting;
            let contrast = contrasts.iter().find(|(of, _)| *of == name).map(|(_, contrast)| format!("{contrast:.1}"));
            Ok(Row { name, title, what, default, value, choices, contrast, changed })
        };
        Ok(Page {
            f: Frame::of(rows, browser, "Settings", HERE)?.with(&faults),
            faults,
            notice,
            changes: browser.asker().may_run().is_ok(),
            settings: SETTINGS.iter().map(row).collect::<Result<_>>()?,
            legal: Legal::ALL.into_iter().map(|legal| legal_row(rows, &of, legal)).collect::<Result<_>>()?,
            file: file(app),
        })
    })?;
    frame::page(status, &page)
}

/// With what came of the form, as far as it means something.
fn typed(mut of: Institution, form: Option<&Form>) -> Institution {
    for (setting, value) in SETTINGS.iter().filter_map(|setting| Some((setting, form?.find(setting.name)?))) {
        // What is wrong with it stands at its field.
        let _ = setting.put(&mut of, value);
    }
    of
}

fn legal_row(rows: &impl Rows, of: &Institution, legal: Legal) -> Result<LegalRow> {
    let mut langs = of.languages.clone();
    let more = of.settings.legal.get(&legal).into_iter().flatten().filter(|lang| !of.languages.contains(lang));
    langs.extend(more.cloned());
    let page = |lang: Lang| {
        let length = meta::legal(rows, legal, &lang)?.map_or(0, |text| text.chars().count());
        let state = match length {
            0 if legal.stands_in() => "missing; what the program knows of it stands in".to_owned(),
            0 => "missing".to_owned(),
            _ => text::characters(length),
        };
        Ok(LegalPage { language: lang.own_name().to_owned(), lang: lang.to_string(), state })
    };
    let pages = langs.into_iter().map(page).collect::<Result<_>>()?;
    Ok(LegalRow { name: legal.name(), title: words(legal).0, pages })
}

fn file(app: &App) -> Vec<FileRow> {
    let default = Config::new(&app.config.data);
    let row = |key: &'static Key| FileRow {
        name: key.name,
        what: key.about,
        default: key.get(&default).to_string(),
        value: key.get(&app.config).to_string(),
        origin: app.config.origin_of(key.name).to_string(),
    };
    KEYS.iter().map(row).collect()
}

/// `POST /desk/settings`: all of them. What is wrong is told all at once, and nothing is changed then.
pub(super) async fn save(app: &Arc<App>, browser: &Browser, form: &Form) -> Result<Response> {
    let owner = browser.asker().may_run()?;
    let mut trial = app.store.read(meta::institution)?;
    let (mut typed, mut faults) = (Vec::new(), Faults::default());
    for setting in SETTINGS {
        let Some(value) = form.find(setting.name) else { continue };
        if let Err(problem) = setting.put(&mut trial, value) {
            faults.push(setting.name, &problem);
        }
        typed.push((setting, value.to_owned()));
    }
    if let Err(problem) = check(&trial) {
        faults.push(problem.field.unwrap_or("colour.text"), &problem);
    }
    if !faults.is_empty() {
        return shown(app, browser, Some(form), faults, String::new());
    }
    let before = app.store.read(meta::institution)?.time_zone;
    browser.write(app, move |tx| verbs::change(tx, owner, &typed).map(|_| ())).await?;
    let done = if before == trial.time_zone { "saved" } else { "zone" };
    Ok(response::see_other(&format!("{HERE}?done={done}")))
}

fn named(legal: &str, lang: &str) -> Result<(Legal, Lang)> {
    let legal = Legal::named(legal).ok_or(Error::NotFound)?;
    Ok((legal, lang.parse().map_err(|_| Error::NotFound)?))
}

/// `GET /desk/settings/legal/imprint/de`
pub(super) fn legal_page(app: &App, browser: &Browser, legal: &str, lang: &str, saved: bool) -> Result<Response> {
    legal_shown(app, browser, named(legal, lang), None, saved, Faults::default())
}

fn legal_shown(
    app: &App,
    browser: &Browser,
    which: Result<(Legal, Lang)>,
    typed: Option<String>,
    saved: bool,
    faults: Faults,
) -> Result<Response> {
    browser.asker().may_audit()?;
    let (legal, lang) = which?;
    let status = faults.status();
    let page = app.store.read(|rows| {
        let of = meta::institution(rows)?;
        let (title, what) = words(legal);
        let text = typed.map_or_else(|| Ok(meta::legal(rows, legal, &lang)?.unwrap_or_default()), Ok::<_, Error>)?;
        Ok(LegalForm {
            f: Frame::of(rows, browser, "Legal page", HERE)?.with(&faults),
            faults,
            saved,
            changes: browser.asker().may_run().is_ok(),
            name: legal.name(),
            stands_in: legal.stands_in(),
            title,
            what,
            language: lang.own_name().to_owned(),
            changed: changed(rows, &of, &legal.setting(&lang))?,
            lang,
            text,
        })
    })?;
    frame::page(status, &page)
}

pub(super) async fn save_legal(
    app: &Arc<App>,
    browser: &Browser,
    legal: &str,
    lang: &str,
    form: &Form,
) -> Result<Response> {
    let owner = browser.asker().may_run()?;
    let (legal, lang) = named(legal, lang)?;
    let (text, of, landed) = (form.text("text"), lang.clone(), lang.clone());
    let typed = text.clone();
    match browser.write(app, move |tx| verbs::set_legal(tx, owner, legal, &of, &text)).await {
        Ok(()) => Ok(response::see_other(&format!("{HERE}/legal/{}/{landed}?done=saved", legal.name()))),
        Err(Error::Invalid(problem)) => {
            legal_shown(app, browser, Ok((legal, lang)), Some(typed), false, Faults::of("text", &problem))
        }
        Err(e) => Err(e),
    }
}
