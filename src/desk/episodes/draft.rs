//! An episode that is kept to be let pass by others, and what such a draft is in its podcast, changed. Its text and its
//! recording are changed in the composer, which leaves the rest as it is.

use std::sync::Arc;

use super::{Of, Sheet, push, shown};
use crate::actions;
use crate::actions::drafts::{self, Pen, Seen};
use crate::app::App;
use crate::app::mentions::{self, Asks};
use crate::app::once::{self, Attempt};
use crate::desk::faults::Faults;
use crate::desk::press;
use crate::error::{Error, Problem, Result};
use crate::model::draft::{self, Content, Draft};
use crate::model::episode::Episode;
use crate::model::ids::{DraftId, MediaId};
use crate::model::media::About;
use crate::model::podcast::Podcast;
use crate::model::post::NewPost;
use crate::store::{Write, podcasts};
use crate::web::request::Form;
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

/// Fields whose words cannot be kept when they are wrong; everything else may be missing in a draft.
pub(super) const UNREADABLE: [&str; 6] = ["season", "number", "chapters", "persons", "captions-file1", "poster1"];

/// A button that keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeps {
    Draft,
    Asked,
}

impl Keeps {
    pub(super) fn of(form: &Form) -> Option<Self> {
        Some(if form.find("keep")? == "ask" { Self::Asked } else { Self::Draft })
    }
}

/// Keeps a new one, or `known`, which the same form began and was gone back to, and asks for approval where that is wanted;
/// answers where it is shown.
pub(super) async fn keep(
    app: &Arc<App>,
    browser: &Browser,
    pen: Pen,
    new: NewPost,
    about: Option<(MediaId, About)>,
    (attempt, known): (Option<Attempt>, Option<DraftId>),
    asks: bool,
) -> Result<String> {
    let about: Vec<(MediaId, About)> = about.into_iter().collect();
    let content = Content::of(&new, &about);
    let mentions = mentions::of_content(app, &content, &[], Asks::Everybody).await?;
    let sheet = draft::Sheet { content, mentions, when: None, edits: None };
    let verb = move |tx: &mut Write<'_>| {
        let draft = match known {
            Some(id) => drafts::save(tx, pen, Seen::begun(id), &sheet)?,
            None => drafts::begin(tx, pen, &sheet)?,
        };
        if asks { drafts::ask(tx, pen, Seen::of(&draft)) } else { Ok(draft) }
    };
    let draft = once::plan(app, attempt, browser.held(verb)).await?;
    Ok(press::place(&draft))
}

fn find(app: &App, browser: &Browser, id: DraftId) -> Result<(Draft, Pen, Podcast, Episode)> {
    let (draft, pen) = press::draft(app, browser, id)?;
    let episode = draft.content.episode.clone().ok_or(Error::NotFound)?;
    let podcast = app.store.read(|rows| podcasts::shown(rows, draft.account, &episode.series))?;
    Ok((draft, pen, podcast, episode))
}

/// `GET /desk/drafts/ID/episode`
pub(in crate::desk) fn page(app: &App, browser: &Browser, id: DraftId) -> Result<Response> {
    let (draft, _, podcast, episode) = find(app, browser, id)?;
    shown(app, browser, &podcast, &Of::Draft(&draft), Sheet::from(&episode), Faults::default())
}

/// `POST /desk/drafts/ID/episode`
pub(in crate::desk) async fn change(app: &Arc<App>, browser: &Browser, id: DraftId, form: &Form) -> Result<Response> {
    let (mut draft, pen, podcast, old) = find(app, browser, id)?;
    // The page that comes back is about what was looked at, until somebody has been told that it is another one.
    let typed = form.find("revision").and_then(|n| n.parse().ok()).unwrap_or_default();
    let now = std::mem::replace(&mut draft.revision, typed);
    let mut faults = Faults::default();
    let (sheet, episode) = Sheet::again(form, &old, &podcast, &mut faults);
    if faults.is_empty() {
        let seen = Seen::of(&draft);
        let content = Content { episode: Some(episode), ..draft.content.clone() };
        let kept = draft::Sheet { content, mentions: draft.mentions.clone(), when: draft.when.clone(), edits: None };
        match browser.write(app, move |tx| actions::drafts::save(tx, pen, seen, &kept)).await {
            Ok(_) => return Ok(response::see_other(&format!("/desk/drafts/{id}?done=saved"))),
            Err(e @ Error::Invalid(_)) => push(&mut faults, 0, e),
            Err(Error::Conflict(what)) if what == drafts::CHANGED => {
                draft.revision = now;
                let problem = Problem::new("E602", what);
                faults.push(
                    "title-0",
                    &problem.remedy("Yours stands here; press again to put it in the place of theirs."),
                );
            }
            Err(e) => return Err(e),
        }
    }
    shown(app, browser, &podcast, &Of::Draft(&draft), sheet, faults)
}
