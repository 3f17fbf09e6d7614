//! Profiles: what an account says of itself, and its two pictures. Pictures are cut when they come; what is wrong comes
//! back with everything that was typed and every picture that was uploaded.

use std::sync::Arc;

use askama::Template;
use hyper::StatusCode;

use super::faults::Faults;
use super::frame::{self, Frame};
use super::intake;
use super::slots::{PARTS, part_of};
use super::write::Choice;
use crate::actions::accounts::{self as verbs, Change};
use crate::app::App;
use crate::error::{Error, Result};
use crate::limits;
use crate::media::files::Unfinished;
use crate::media::picture::Shape;
use crate::model::account::{Account, Field, Languages};
use crate::model::ids::{AccountId, MediaId};
use crate::model::media::{Media, check_alt};
use crate::model::power::Administer;
use crate::model::user::{Asker, By};
use crate::store::schema::MEDIA;
use crate::store::{Rows, accounts};
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};
use crate::web::{csrf, multipart};

const HERE: &str = "/desk/accounts";

#[derive(Template)]
#[template(path = "desk/profiles.html")]
struct Listing {
    f: Frame,
    notice: &'static str,
    accounts: Vec<Row>,
    /// Whether somebody sees the settings of the server too.
    audits: bool,
}

struct Row {
    id: AccountId,
    name: String,
    handle: String,
    page: String,
    changes: bool,
}

#[derive(Template)]
#[template(path = "desk/profile.html")]
struct Page {
    f: Frame,
    faults: Faults,
    /// Whether whoever looks may change it.
    changes: bool,
    handle: String,
    sheet: Sheet,
    lines: Vec<Line>,
    languages: Vec<Choice>,
    pictures: [Place; 2],
}

/// A field of the profile; numbered from 1.
struct Line {
    n: usize,
    label: String,
    value: String,
}

/// A picture as the page shows it.
struct Place {
    id: &'static str,
    title: &'static str,
    hint: &'static str,
    kept: Option<Media>,
    alt: String,
    parts: Vec<Choice>,
    file_id: String,
    alt_id: String,
}

/// A profile as it was typed.
#[derive(Debug, Default)]
struct Sheet {
    name: String,
    summary: String,
    fields: Vec<Field>,
    /// None in a form without the field: then nothing changes.
    languages: Option<Languages>,
    avatar: Picture,
    header: Picture,
}

#[derive(Debug, Default)]
struct Picture {
    file: Option<Unfinished>,
    /// That of the account, or one that came with an earlier attempt.
    kept: Option<MediaId>,
    alt: String,
    remove: bool,
    /// Which ninth of a new file stays in sight; see `PARTS`.
    part: usize,
}

const AVATAR: &str = "avatar";
const HEADER: &str = "header";

impl Sheet {
    fn of(form: &Form, mut files: Vec<(String, Unfinished)>) -> Self {
        let mut picture = |id: &str| {
            let at = files.iter().position(|(name, _)| *name == format!("picture-{id}"));
            let number = |name: &str| form.find(&format!("{name}-{id}")).and_then(|typed| typed.parse::<u64>().ok());
            Picture {
                file: at.map(|at| files.swap_remove(at).1),
                kept: number("kept").map(MediaId),
                alt: form.text(&format!("about-{id}")),
                remove: form.find(&format!("remove-{id}")).is_some(),
                part: number("part").and_then(|part| usize::try_from(part).ok()).unwrap_or(part_of(None)),
            }
        };
        let (avatar, header) = (picture(AVATAR), picture(HEADER));
        let line = |n: usize| {
            let text = |name: &str| form.text(&format!("{name}-{n}")).trim().to_owned();
            Field { name: text("label"), value: text("value") }
        };
        let fields = (1..=limits::account::FIELDS + limits::desk::SPARE)
            .map(line)
            .filter(|f| !(f.name.is_empty() && f.value.is_empty()));
        let text = |name| form.text(name).trim().to_owned();
        let languages = Languages::named(&text("languages"));
        Self { name: text("name"), summary: text("summary"), fields: fields.collect(), languages, avatar, header }
    }

    fn from(rows: &impl Rows, account: &Account) -> Result<Self> {
        let picture = |id: Option<MediaId>| {
            let media = id.map_or(Ok(None), |id| rows.get(&MEDIA, &id))?;
            let alt = media.map(|media| media.alt).unwrap_or_default();
            Ok::<_, Error>(Picture { kept: id, alt, part: part_of(None), ..Picture::default() })
        };
        Ok(Self {
            name: account.name.clone(),
            summary: account.summary.clone(),
            fields: account.fields.clone(),
            languages: Some(account.languages),
            avatar: picture(account.avatar)?,
            header: picture(account.header)?,
        })
    }
}

/// Whether somebody sees the profile of an account at all.
pub(super) fn sees(rows: &impl Rows, asker: &Asker) -> Result<bool> {
    Ok(accounts::all(rows)?.iter().any(|account| may_see(asker, account.id).is_ok()))
}

/// Whoever changes a profile sees its form, and an auditor sees what it says.
fn may_see(asker: &Asker, id: AccountId) -> Result<()> {
    if asker.may_audit().is_ok() {
        return Ok(());
    }
    asker.may::<Administer>(id).map(drop)
}

/// `GET /desk/accounts`, with `?done=` the account that was changed.
pub(super) fn list(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let notice = match (request.query("done"), app.site.live) {
        (Some(_), true) => "Saved. Other servers are told.",
        (Some(_), false) => "Saved.",
        (None, _) => "",
    };
    let asker = browser.asker();
    let row = |account: Account| Row {
        id: account.id,
        page: format!("/@{}", account.handle),
        handle: app.site.handle(&account.handle),
        changes: asker.can::<Administer>(account.id),
        name: account.name,
    };
    let listing = app.store.read(|rows| {
        let mine = accounts::all(rows)?.into_iter().filter(|account| may_see(&asker, account.id).is_ok());
        let f = Frame::of(rows, browser, "Profiles", HERE)?;
        Ok(Listing { f, notice, accounts: mine.map(row).collect(), audits: asker.may_audit().is_ok() })
    })?;
    if listing.accounts.is_empty() {
        return Err(Error::Forbidden("Changing a profile needs the role admin for its account."));
    }
    frame::page(StatusCode::OK, &listing)
}

/// `GET /desk/accounts/ID`
pub(super) fn page(app: &App, browser: &Browser, id: AccountId) -> Result<Response> {
    may_see(&browser.asker(), id)?;
    let sheet = app.store.read(|rows| Sheet::from(rows, &accounts::need(rows, id)?))?;
    shown(app, browser, id, sheet, Faults::default())
}

fn shown(app: &App, browser: &Browser, id: AccountId, sheet: Sheet, faults: Faults) -> Result<Response> {
    let status = faults.status();
    let page = app.store.read(|rows| {
        let account = accounts::need(rows, id)?;
        let lines = sheet.fields.iter().map(|field| (field.name.clone(), field.value.clone()));
        let most = (sheet.fields.len() + limits::desk::SPARE).min(limits::account::FIELDS);
        let lines = lines.chain(std::iter::repeat_with(Default::default)).take(most.max(sheet.fields.len()));
        let line = |(n, (label, value))| Line { n: n + 1, label, value };
        let wide = "JPEG, PNG, WebP or GIF up to 16 MB; it is cut three times as wide as high, to 1,500 × 500 pixels";
        let square = "JPEG, PNG, WebP or GIF up to 16 MB; it is cut square, to 400 × 400 pixels";
        Ok(Page {
            f: Frame::of(rows, browser, "Profile", HERE)?.with(&faults),
            changes: browser.asker().can::<Administer>(id),
            handle: app.site.handle(&account.handle),
            lines: lines.enumerate().map(line).collect(),
            languages: Languages::ALL.into_iter().map(|choice| ways(choice, sheet.languages)).collect(),
            pictures: [
                place(rows, AVATAR, "Picture", square, &sheet.avatar)?,
                place(rows, HEADER, "Wide picture over the profile", wide, &sheet.header)?,
            ],
            faults,
            sheet,
        })
    })?;
    frame::page(status, &page)
}

/// A way for posts in several languages to reach other servers.
fn ways(choice: Languages, chosen: Option<Languages>) -> Choice {
    let name = match choice {
        Languages::Links => "The main language, with links to the others",
        Languages::Posts => "A post for each language, which link to each other",
        Languages::Stacked => "All languages below each other, where that is at most 500 characters",
    };
    Choice { value: choice.name().to_owned(), name: name.to_owned(), chosen: chosen == Some(choice) }
}

fn place(
    rows: &impl Rows,
    id: &'static str,
    title: &'static str,
    hint: &'static str,
    picture: &Picture,
) -> Result<Place> {
    let part = |(n, (name, _)): (usize, &(&str, _))| Choice {
        value: n.to_string(),
        name: (*name).to_owned(),
        chosen: n == picture.part,
    };
    Ok(Place {
        id,
        title,
        hint,
        kept: picture.kept.map_or(Ok(None), |id| rows.get(&MEDIA, &id))?,
        alt: picture.alt.clone(),
        parts: PARTS.iter().enumerate().map(part).collect(),
        file_id: format!("picture-{id}"),
        alt_id: format!("about-{id}"),
    })
}

/// `POST /desk/accounts/ID`
pub(super) async fn edit(app: &Arc<App>, request: &mut Request, browser: &Browser, id: AccountId) -> Result<Response> {
    let _permit = app.uploads.take(browser.asker().who())?;
    let parts = multipart::read(request, &app.files, &["picture"], 2, limits::inbound::UPLOAD).await?;
    csrf::check_form(app, browser, &parts.form)?;
    let by: By<Administer> = browser.asker().may(id)?;
    let account = app.store.read(|rows| accounts::need(rows, id))?;
    let (mut sheet, mut faults) = (Sheet::of(&parts.form, parts.files), Faults::default());
    take(app, by, AVATAR, Shape::Avatar, account.avatar, &mut sheet.avatar, &mut faults).await?;
    take(app, by, HEADER, Shape::Header, account.header, &mut sheet.header, &mut faults).await?;
    if faults.is_empty() {
        let (change, site) = (change(&account, &sheet), app.site.clone());
        match browser.write(app, move |tx| verbs::edit(tx, &site, by, &change).map(drop)).await {
            Ok(()) => return Ok(response::see_other(&format!("{HERE}?done={id}"))),
            Err(Error::Invalid(problem)) => faults.push(at(problem.field), &problem),
            Err(e) => return Err(e),
        }
    }
    shown(app, browser, id, sheet, faults)
}

/// The field at which a problem of the verb stands.
fn at(field: Option<&'static str>) -> &'static str {
    match field {
        Some("summary") => "summary",
        Some("fields") => "label-1",
        Some("media") => "picture-avatar",
        Some(_) | None => "name",
    }
}

/// The picture that is there, and its description, checked.
async fn take(
    app: &Arc<App>,
    by: By<Administer>,
    id: &str,
    shape: fn(f32, f32) -> Shape,
    now: Option<MediaId>,
    picture: &mut Picture,
    faults: &mut Faults,
) -> Result<()> {
    if picture.remove {
        *picture = Picture { part: part_of(None), ..Picture::default() };
        return Ok(());
    }
    let (x, y) = PARTS.get(picture.part).map(|(_, point)| *point).unwrap_or_default();
    let place = intake::Place {
        field: format!("picture-{id}"),
        file: picture.file.take(),
        kept: &mut picture.kept,
        of: now.as_slice(),
        shape: shape(x, y),
        check: |_| Ok(()),
    };
    intake::take(app, by.to(), place, faults).await?;
    if picture.kept.is_some()
        && let Err(Error::Invalid(problem)) = check_alt(&picture.alt)
    {
        faults.push(format!("about-{id}"), &problem);
    }
    Ok(())
}

fn change(account: &Account, sheet: &Sheet) -> Change {
    let new = |picture: &Picture, old: Option<MediaId>| (picture.kept != old).then_some(picture.kept);
    Change {
        name: Some(sheet.name.clone()),
        summary: Some(sheet.summary.clone()),
        fields: Some(sheet.fields.clone()),
        languages: sheet.languages,
        avatar: new(&sheet.avatar, account.avatar),
        header: new(&sheet.header, account.header),
        avatar_alt: Some(sheet.avatar.alt.clone()),
        header_alt: Some(sheet.header.alt.clone()),
        ..Change::default()
    }
}
