//! One thing: who takes it, what colleagues noted, what the same person wrote before.

use askama::Template;

use super::shown::{About, Item, Sight, state};
use super::{Choice, canned_choices, concerned, repliers, told};
use crate::app::App;
use crate::base::{html, text};
use crate::desk::faults::Faults;
use crate::desk::frame::{self, Frame};
use crate::desk::listing;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::case::{Case, Stand};
use crate::model::ids::{CaseId, NoteId};
use crate::model::note::Note;
use crate::model::power::Read;
use crate::store::{Rows, accounts, posts, users};
use crate::views::inbox::{self, Said};
use crate::web::response::Response;
use crate::web::who::Browser;

#[derive(Template)]
#[template(path = "desk/case.html")]
struct One {
    f: Frame,
    faults: Faults,
    back: String,
    i: Item,
    about: Option<About>,
    owners: Vec<Choice>,
    canned: Vec<Choice>,
    remarks: Vec<Remarked>,
    /// The words of a note that was not taken.
    typed: String,
    answers: Vec<Ours>,
    earlier: Vec<Before>,
}

/// What a colleague noted.
struct Remarked {
    number: u32,
    by: String,
    time: String,
    text: String,
}

/// An answer of ours.
struct Ours {
    page: String,
    first: String,
    time: String,
}

/// What the same person wrote before, and what we answered.
struct Before {
    id: NoteId,
    words: String,
    lang: String,
    dir: &'static str,
    time: String,
    state: &'static str,
    public: bool,
    stand: &'static str,
    answers: Vec<Ours>,
}

pub(in crate::desk) fn page(app: &App, browser: &Browser, id: CaseId) -> Result<Response> {
    shown(app, browser, id, String::new(), Faults::default())
}

/// The page with a note that was not taken.
pub(super) fn again(app: &App, browser: &Browser, id: CaseId, typed: &str, problem: &Problem) -> Result<Response> {
    shown(app, browser, id, typed.to_owned(), told(problem))
}

fn shown(app: &App, browser: &Browser, id: CaseId, typed: String, faults: Faults) -> Result<Response> {
    let (asker, status) = (browser.asker(), faults.status());
    let one = app.store.read(|rows| {
        let item = inbox::find(rows, id)?.ok_or(Error::NotFound)?;
        concerned::<Read>(&asker, &item.case.accounts)?;
        let sight = Sight::new(rows, &asker, browser.user.id, app.now())?;
        let case = item.case.clone();
        let (post, lang, earlier) = match &item.said {
            Said::Shares(shares) => (Some(shares.post.id), None, Vec::new()),
            Said::Note(view) => {
                let since = app.now().minus(limits::desk::BEFORE);
                let seen = super::seen(rows, &asker)?;
                let earlier = inbox::earlier(rows, view.author.id, &seen, view.note.id, since)?;
                (view.note.thread, view.note.content.lang.clone(), earlier)
            }
        };
        let earlier =
            earlier.into_iter().map(|(note, case)| before(rows, &sight, &note, &case)).collect::<Result<_>>()?;
        Ok(One {
            f: Frame::of(rows, browser, "Inbox", "/desk/inbox")?.with(&faults),
            about: post.map_or(Ok(None), |post| sight.about(post))?,
            owners: repliers(rows, &case.accounts, case.owner)?,
            canned: canned_choices(rows, &asker, &case.accounts, lang.as_ref())?,
            remarks: remarks(rows, &sight, &case)?,
            answers: answers(rows, &sight, &case)?,
            i: sight.item(item)?,
            back: format!("/desk/inbox/{id}"),
            earlier,
            faults,
            typed,
        })
    })?;
    frame::page(status, &one)
}

fn remarks<R: Rows>(rows: &R, sight: &Sight<'_, R>, case: &Case) -> Result<Vec<Remarked>> {
    let mut all = Vec::new();
    for remark in case.remarks_for(&sight.seen(case)) {
        let by = remark.by.map_or(Ok(None), |id| users::get(rows, id))?;
        all.push(Remarked {
            number: remark.number,
            by: by.map_or_else(|| "the operator".to_owned(), |user| user.called().to_owned()),
            time: sight.wall.time(remark.at),
            text: remark.text.clone(),
        });
    }
    Ok(all)
}

fn answers<R: Rows>(rows: &R, sight: &Sight<'_, R>, case: &Case) -> Result<Vec<Ours>> {
    let mut all = Vec::new();
    for id in &case.answers {
        let Ok(post) = posts::need(rows, *id) else { continue };
        let account = accounts::need(rows, post.account)?;
        all.push(Ours {
            page: listing::path(&account, post.id),
            first: listing::first(&post, limits::desk::FIRST_WORDS),
            time: sight.wall.time(post.published),
        });
    }
    Ok(all)
}

fn before<R: Rows>(rows: &R, sight: &Sight<'_, R>, note: &Note, case: &Case) -> Result<Before> {
    let lang = note.content.lang.as_ref();
    Ok(Before {
        id: note.id,
        words: text::clip(&text::one_line(&html::to_text(&note.content.html)), 300).into_owned(),
        lang: lang.map(ToString::to_string).unwrap_or_default(),
        dir: lang.map_or("auto", crate::base::lang::Lang::dir),
        time: sight.wall.time(note.received),
        state: state(note.shown),
        public: note.content.public,
        stand: sight.stand(case).name(),
        answers: answers(rows, sight, case)?,
    })
}
