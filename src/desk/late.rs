//! Forms that come too late: their session has ended, before they came or while they were on their way. What was typed
//! goes along through the log-in as hidden fields and comes back to be looked at; whoever has logged in again since gets
//! it back at once, with the token of now. Nothing of it is kept here, and nothing is carried out before it is sent once
//! more. Only a page of ours can begin this (`csrf::check_origin`), so nobody's form is filled by a stranger.

use std::sync::Arc;

use askama::Template;
use hyper::{Method, StatusCode};

use super::drafts::Step;
use super::form::Typed;
use super::frame::{self, Frame};
use super::routes::{self, Change, Deed, Upload, Verb};
use super::{edit, press, start};
use crate::app::App;
use crate::error::{Error, Result};
use crate::limits;
use crate::web::multipart;
use crate::web::request::{Form, Request};
use crate::web::response::Response;
use crate::web::who::{self, Browser};

/// Before the name of a field that is taken along.
const MARK: &str = "late.";

/// Fields that are never taken along. The routes that ask for passwords and codes are not in `keeps` at all.
const SECRET: [&str; 5] = ["csrf", "password", "current", "code", "secret"];

/// Bytes and fields of what goes through the log-in: its page has them once more.
const CARRIED: (usize, usize) = (limits::desk::LATE, limits::desk::LATE_FIELDS);

/// The same of what is given back at once: all that a form can have.
const WHOLE: (usize, usize) = (limits::inbound::FORM, limits::inbound::FIELDS);

/// A form on its way through the log-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Late {
    /// The path that it was sent to.
    pub to: String,
    fields: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "desk/late.html")]
struct Page {
    f: Frame,
    to: String,
    /// Whether it is a form that brings files.
    files: bool,
    /// Whether whoever typed it has to set up a second factor before they see anything else.
    enrols: bool,
    /// What somebody wrote: name of the field, words.
    words: Vec<(String, String)>,
    /// What they chose, and what the form brought itself.
    rest: Vec<(String, String)>,
}

/// Whether a form has words that somebody typed, and no secret.
pub(super) fn keeps(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::Upload(
            Upload::Publish
                | Upload::Edit
                | Upload::EditDraft
                | Upload::AddPodcast
                | Upload::EditPodcast
                | Upload::PublishEpisode
                | Upload::EditProfile
                | Upload::SetEmblem
        ) | Verb::Change(
            Change::Step(Step::Comment | Step::Approve | Step::SendBack | Step::Plan)
                | Change::Delete
                | Change::EditEpisode
                | Change::EditDraftEpisode
                | Change::Case(Deed::Remark | Deed::KeepCanned | Deed::Elsewhere)
                | Change::AddUser
                | Change::Arrange
                | Change::SetSettings
                | Change::SetLegal
                | Change::Describe
        )
    )
}

fn route(path: &str) -> Option<(Verb, routes::Named)> {
    let parts: Vec<&str> = path.strip_prefix("/desk/")?.split('/').filter(|part| !part.is_empty()).collect();
    routes::find(&Method::POST, &parts)
}

impl Late {
    fn new(to: &str, fields: impl Iterator<Item = (String, String)>, (mut left, most): (usize, usize)) -> Option<Self> {
        let (verb, _) = route(to)?;
        let fits = |(name, value): &(String, String)| {
            left = left.saturating_sub(name.len() + value.len());
            left > 0 && !SECRET.contains(&name.as_str())
        };
        let fields: Vec<_> = fields.filter(fits).take(most).collect();
        (keeps(verb) && !fields.is_empty()).then(|| Self { to: to.to_owned(), fields })
    }

    /// What came, as far as it can be read.
    async fn read(request: &mut Request, verb: Verb, room: (usize, usize)) -> Option<Self> {
        if !keeps(verb) {
            return None;
        }
        let form = match request.typed() {
            Some(form) => form.clone(),
            None => multipart::fields(request, limits::desk::LATE_BODY).await.ok()?,
        };
        let path = request.path().to_owned();
        Self::new(&path, form.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())), room)
    }

    /// What a log-in brings along.
    pub(super) fn of(form: &Form) -> Option<Self> {
        let carried =
            form.pairs().filter_map(|(name, value)| Some((name.strip_prefix(MARK)?.to_owned(), value.to_owned())));
        Self::new(form.find("to")?, carried, CARRIED)
    }

    /// As hidden fields.
    pub(super) fn hidden(&self) -> impl Iterator<Item = (String, &str)> {
        self.fields.iter().map(|(name, value)| (format!("{MARK}{name}"), value.as_str()))
    }

    fn form(&self) -> Result<Form> {
        Form::new(self.fields.clone())
    }

    /// The form, filled, for whoever has logged in. Where it cannot be shown any more, at least the words are.
    pub(super) async fn shown(&self, app: &Arc<App>, browser: &Browser, status: StatusCode) -> Result<Response> {
        let Some((verb, named)) = route(&self.to) else { return Err(Error::NotFound) };
        let files = matches!(verb, Verb::Upload(_));
        // A draft or a post would be shown with it.
        if app.store.read(|rows| who::must_enrol(rows, browser))? {
            return self.plain(app, browser, (files, true), status);
        }
        let typed = Typed::late(&self.form()?, status);
        let composer = match verb {
            Verb::Upload(Upload::Publish) => press::begin(app, browser, typed).await,
            Verb::Upload(Upload::EditDraft) => match named.first().parse() {
                Ok(id) => press::go_on(app, browser, id, typed).await,
                Err(e) => Err(e),
            },
            Verb::Upload(Upload::Edit) => match named.first().parse() {
                Ok(id) => edit::change(app, browser, id, typed).await,
                Err(e) => Err(e),
            },
            Verb::Open(_) | Verb::Look(_) | Verb::Upload(_) | Verb::Change(_) => Err(Error::NotFound),
        };
        composer.or_else(|_| self.plain(app, browser, (files, false), status))
    }

    /// Nothing but what was typed.
    fn plain(
        &self,
        app: &App,
        browser: &Browser,
        (files, enrols): (bool, bool),
        status: StatusCode,
    ) -> Result<Response> {
        let f = app.store.read(|rows| Frame::of(rows, browser, "Look at it once more", ""))?;
        let spoken = |value: &str| value.chars().any(char::is_whitespace) || !value.is_ascii();
        let (words, rest) = self.fields.iter().cloned().partition(|(_, value)| spoken(value));
        frame::page(status, &Page { f, to: self.to.clone(), files, enrols, words, rest })
    }
}

/// Instead of an answer to a form whose session has ended: what was typed, with the token of now, or the way in.
pub(super) async fn give_back(app: &Arc<App>, request: &mut Request, verb: Verb, why: Error) -> Result<Response> {
    let browser = app.store.read(|rows| who::browser(app, rows, request));
    let late = Late::read(request, verb, if browser.is_ok() { WHOLE } else { CARRIED }).await;
    match (browser, late) {
        (Ok(browser), Some(late)) => late.shown(app, &browser, StatusCode::FORBIDDEN).await,
        (Ok(_), None) => Err(why),
        (Err(Error::SignIn), late) => start::login_again(app, StatusCode::UNAUTHORIZED, late),
        (Err(e), _) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn late(to: &str, fields: &[(&str, &str)]) -> Option<Late> {
        Late::new(to, fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())), CARRIED)
    }

    #[test]
    fn words_are_taken_along_and_secrets_are_not() {
        let typed = [("csrf", "x"), ("text", "One\nTwo"), ("password", "p"), ("do", "publish")];
        let kept = late("/desk/posts", &typed).unwrap();
        let fields: Vec<_> = kept.hidden().collect();
        assert_eq!(fields, [("late.text".to_owned(), "One\nTwo"), ("late.do".to_owned(), "publish")]);
        for path in
            ["/desk/account/password", "/desk/account/second-factor", "/desk/logout", "/desk/login", "/x", "//evil"]
        {
            assert_eq!(late(path, &typed), None, "{path}");
        }
        let long = "x".repeat(limits::desk::LATE);
        assert_eq!(late("/desk/posts", &[("text", "a"), ("text2", &long)]).unwrap().fields.len(), 1);
    }
}
