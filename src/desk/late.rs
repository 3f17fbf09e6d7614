//! Forms that come too late: their session has ended. What was typed goes along through the log-in as hidden fields and
//! comes back to be looked at. Nothing of it is kept here, and nothing is carried out before it is sent once more. Only a
//! page of ours can begin this (`csrf::check_origin`), so nobody's form is filled by a stranger.

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
use crate::web::who::Browser;

/// Before the name of a field that is taken along.
const MARK: &str = "late.";

/// Fields that are never taken along. The routes that ask for passwords and codes are not in `keeps` at all.
const SECRET: [&str; 5] = ["csrf", "password", "current", "code", "secret"];

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
    /// What somebody wrote: name of the field, words.
    words: Vec<(String, String)>,
    /// What they chose, and what the form brought itself.
    rest: Vec<(String, String)>,
}

/// Whether a form has words that somebody typed, and no secret.
fn keeps(verb: Verb) -> bool {
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
    fn new(to: &str, fields: impl Iterator<Item = (String, String)>) -> Option<Self> {
        let (verb, _) = route(to)?;
        let mut left = limits::desk::LATE;
        let fits = |(name, value): &(String, String)| {
            left = left.saturating_sub(name.len() + value.len());
            left > 0 && !SECRET.contains(&name.as_str())
        };
        let fields: Vec<_> = fields.filter(fits).take(limits::desk::LATE_FIELDS).collect();
        (keeps(verb) && !fields.is_empty()).then(|| Self { to: to.to_owned(), fields })
    }

    /// What came without a session, as far as it can be read.
    async fn read(request: &mut Request, verb: Verb) -> Option<Self> {
        if !keeps(verb) {
            return None;
        }
        let form = multipart::fields(request, limits::desk::LATE_BODY).await.ok()?;
        let path = request.path().to_owned();
        Self::new(&path, form.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())))
    }

    /// What a log-in brings along.
    pub(super) fn of(form: &Form) -> Option<Self> {
        let carried =
            form.pairs().filter_map(|(name, value)| Some((name.strip_prefix(MARK)?.to_owned(), value.to_owned())));
        Self::new(form.find("to")?, carried)
    }

    /// As hidden fields.
    pub(super) fn hidden(&self) -> impl Iterator<Item = (String, &str)> {
        self.fields.iter().map(|(name, value)| (format!("{MARK}{name}"), value.as_str()))
    }

    fn form(&self) -> Result<Form> {
        Form::new(self.fields.clone())
    }

    /// The form, filled, for whoever has logged in. Where it cannot be shown any more, at least the words are.
    pub(super) async fn shown(&self, app: &Arc<App>, browser: &Browser) -> Result<Response> {
        let Some((verb, named)) = route(&self.to) else { return Err(Error::NotFound) };
        let typed = Typed::late(&self.form()?);
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
        composer.or_else(|_| self.plain(app, browser, matches!(verb, Verb::Upload(_))))
    }

    fn plain(&self, app: &App, browser: &Browser, files: bool) -> Result<Response> {
        let f = app.store.read(|rows| Frame::of(rows, browser, "Look at it once more", ""))?;
        let spoken = |value: &str| value.chars().any(char::is_whitespace) || !value.is_ascii();
        let (words, rest) = self.fields.iter().cloned().partition(|(_, value)| spoken(value));
        frame::page(StatusCode::OK, &Page { f, to: self.to.clone(), files, words, rest })
    }
}

/// Instead of an answer to a form without a session: the way in, with what was typed.
pub(super) async fn log_in(app: &App, request: &mut Request, verb: Verb) -> Result<Response> {
    let late = Late::read(request, verb).await;
    start::login_again(app, StatusCode::UNAUTHORIZED, late)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn late(to: &str, fields: &[(&str, &str)]) -> Option<Late> {
        Late::new(to, fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
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
