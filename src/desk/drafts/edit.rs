//! The words of a draft are changed. Whoever was slower sees both texts: what they typed in its field, and beside it what
//! is there now.

use std::sync::Arc;

use askama::Template;

use super::pages::seen;
use super::{May, name};
use crate::actions::drafts::{self as verbs, Pen, Seen};
use crate::app::{App, mentions};
use crate::desk::faults::Faults;
use crate::desk::frame::{self, Frame, Wall};
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::draft::{Attached, Content, Draft, Part, Sheet};
use crate::model::ids::{DraftId, MediaId};
use crate::model::post::Version;
use crate::store::{Rows, meta};
use crate::web::request::Form;
use crate::web::response::{self, Response};
use crate::web::who::Browser;

#[derive(Template)]
#[template(path = "desk/draft_edit.html")]
struct Edit {
    f: Frame,
    faults: Faults,
    id: DraftId,
    revision: u64,
    handle: String,
    /// Who else has it open.
    busy: Option<String>,
    /// Who saved meanwhile, and when.
    meanwhile: String,
    parts: Vec<PartForm>,
    /// What an approval would be lost by.
    approved: bool,
}

struct PartForm {
    n: usize,
    versions: Vec<VersionForm>,
    files: Vec<FileForm>,
}

/// Fields are named by the numbers of part and version.
struct VersionForm {
    key: String,
    /// Of the text.
    field: String,
    lang: String,
    name: String,
    dir: &'static str,
    warning: String,
    text: String,
    /// As it is there now, where that is another text than the one in the field.
    theirs: Option<String>,
}

struct FileForm {
    key: String,
    id: MediaId,
    alt: String,
    decorative: bool,
}

/// `GET /desk/drafts/ID/edit`: notes who has it open.
pub(in crate::desk) async fn edit_page(app: &Arc<App>, browser: &Browser, id: DraftId) -> Result<Response> {
    let asker = browser.asker();
    let (draft, account) = app.store.read(|rows| seen(rows, &asker, id))?;
    let pen = Pen::of(&asker, account.id)?;
    if !May::of(&asker, &account, &draft).edit {
        return Ok(response::see_other(&format!("/desk/drafts/{id}")));
    }
    app.store.write(move |tx| verbs::open(tx, pen, id)).await?;
    shown(app, browser, id, &draft.content, Faults::default(), false)
}

/// `POST /desk/drafts/ID/edit`
pub(in crate::desk) async fn edit(app: &Arc<App>, browser: &Browser, id: DraftId, form: &Form) -> Result<Response> {
    let asker = browser.asker();
    let (draft, account) = app.store.read(|rows| seen(rows, &asker, id))?;
    let pen = Pen::of(&asker, account.id)?;
    let content = typed(form, &draft)?;
    let revision = form.find("revision").and_then(|typed| typed.parse().ok());
    let at = Seen { id, revision: revision.ok_or(Error::Conflict("The form does not say which text it changes."))? };
    let mentions = mentions::of_content(app, &content, &draft.mentions).await?;
    let sheet = Sheet { content: content.clone(), mentions, when: draft.when.clone() };
    match app.store.write(move |tx| verbs::save(tx, pen, at, &sheet)).await {
        Ok(_) => Ok(response::see_other(&format!("/desk/drafts/{id}?done=saved"))),
        Err(Error::Invalid(problem)) => shown(app, browser, id, &content, Faults::of("text-0-0", &problem), false),
        Err(Error::Conflict(what)) => {
            let problem =
                Problem::new("E511", what).remedy("Your text is in the fields; what is there now stands beside it.");
            shown(app, browser, id, &content, Faults::of("text-0-0", &problem), true)
        }
        Err(e) => Err(e),
    }
}

/// The content as the form has it; what the form does not show stays as it is.
fn typed(form: &Form, draft: &Draft) -> Result<Content> {
    let mut parts = Vec::new();
    for p in 0..limits::draft::PARTS {
        let mut part = Part::default();
        for v in 0..limits::post::VERSIONS {
            let Some(lang) = form.find(&format!("lang-{p}-{v}")) else { break };
            let (text, warning) = (form.text(&format!("text-{p}-{v}")), form.text(&format!("warning-{p}-{v}")));
            let (text, warning) = (text.trim_end().to_owned(), warning.trim().to_owned());
            part.versions.push(Version { lang: lang.parse()?, text, warning });
        }
        if part.versions.is_empty() {
            break;
        }
        for n in 0..limits::post::PICTURES {
            let Some(id) = form.find(&format!("file-{p}-{n}")) else { break };
            let id: MediaId = id.parse()?;
            let known = draft.content.media().find(|file| file.id == id).ok_or(Error::NotFound)?;
            let mut about = known.about.clone();
            if let Some(alt) = form.find(&format!("alt-{p}-{n}")) {
                alt.trim().clone_into(&mut about.alt);
            }
            part.media.push(Attached { id, about });
        }
        parts.push(part);
    }
    Ok(Content { parts, ..draft.content.clone() })
}

fn shown(
    app: &App,
    browser: &Browser,
    id: DraftId,
    content: &Content,
    faults: Faults,
    slower: bool,
) -> Result<Response> {
    let status = faults.status();
    let page = app.store.read(|rows| {
        let asker = browser.asker();
        let (draft, account) = seen(rows, &asker, id)?;
        // A form that was cut short shows nothing; the draft still has everything.
        let content = if content.parts.is_empty() { &draft.content } else { content };
        let parts = content.parts.iter().enumerate().map(|(p, part)| part_form(p, part, slower.then_some(&draft)));
        Ok(Edit {
            f: Frame::of(rows, browser, "Edit a draft", "/desk/drafts")?.with(&faults),
            id,
            revision: draft.revision,
            handle: account.handle,
            busy: draft.busy(asker.who(), app.now()).map(|who| name(rows, who)).transpose()?,
            meanwhile: if slower { saved(rows, &draft)? } else { String::new() },
            parts: parts.collect(),
            approved: draft.approval().is_some(),
            faults,
        })
    })?;
    frame::page(status, &page)
}

fn saved(rows: &impl Rows, draft: &Draft) -> Result<String> {
    let wall = Wall::of(&meta::institution(rows)?);
    Ok(format!("{}, {}", name(rows, draft.saved_by)?, wall.time(draft.saved)))
}

fn part_form(p: usize, part: &Part, now: Option<&Draft>) -> PartForm {
    let now = now.and_then(|draft| draft.content.parts.get(p));
    let version = |(v, version): (usize, &Version)| {
        let there = now.and_then(|part| part.versions.iter().find(|other| other.lang == version.lang));
        VersionForm {
            key: format!("{p}-{v}"),
            field: format!("text-{p}-{v}"),
            lang: version.lang.to_string(),
            name: version.lang.own_name().to_owned(),
            dir: version.lang.dir(),
            warning: version.warning.clone(),
            text: version.text.clone(),
            theirs: there.map(|there| there.text.clone()).filter(|text| *text != version.text),
        }
    };
    let file = |(n, file): (usize, &Attached)| FileForm {
        key: format!("{p}-{n}"),
        id: file.id,
        alt: file.about.alt.clone(),
        decorative: file.about.decorative,
    };
    PartForm {
        n: p + 1,
        versions: part.versions.iter().enumerate().map(version).collect(),
        files: part.media.iter().enumerate().map(file).collect(),
    }
}
