//! Pages for when there is no page: plain words, what to do, no jokes. They need nothing from the store.

use askama::Template;
use hyper::{StatusCode, header};

use super::shell::{legal, name};
use super::words::{Words, fill};
use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::error::Error;
use crate::model::institution::Institution;
use crate::model::post::Reason;
use crate::web::assets;
use crate::web::response::{Response, come_back, html, set};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    w: &'static Words,
    institution: String,
    css: String,
    icon: String,
    title: &'a str,
    lines: Vec<String>,
    /// At the foot: path and name.
    legal: &'a [(String, &'static str)],
    /// Why something was deleted, in a language of its own.
    reason: Option<&'a Reason>,
}

/// Who says it, and in which language.
pub struct Voice {
    pub institution: String,
    pub lang: Lang,
    /// The address of its emblem.
    pub icon: String,
    pub css: String,
    /// Legal pages: who is lost wants to know whose house it is.
    pub legal: Vec<(String, &'static str)>,
}

impl Voice {
    pub fn of(institution: &Institution, lang: Lang) -> Self {
        Self {
            legal: legal(institution, &lang, Words::of(&lang)),
            lang,
            institution: institution.name.clone(),
            icon: assets::emblem(institution),
            css: assets::style(institution.settings.colours),
        }
    }

    /// Where nothing is known but what to call it.
    pub fn bare(name: &str) -> Self {
        let (icon, css) = (assets::path("emblem.svg"), assets::style(None));
        Self { lang: Lang::default(), institution: name.to_owned(), icon, css, legal: Vec::new() }
    }
}

/// The page for an error. `now` becomes the number that leads from a report to the line in the log.
pub fn page(voice: &Voice, error: &Error, now: Timestamp) -> Response {
    let w = Words::of(&voice.lang);
    let (status, title, lines) = told(w, error, now);
    let mut response = answer(voice, w, status, title, lines, None);
    if let Error::Busy { retry_after } = error {
        come_back(&mut response, *retry_after);
    }
    response
}

/// The page of something that was deleted, with the day and the reason where they are known.
pub fn gone(voice: &Voice, when: Option<&str>, reason: Option<&Reason>) -> Response {
    let w = Words::of(&voice.lang);
    let mut lines = vec![w.gone_says.to_owned()];
    lines.extend(when.map(|when| fill(w.gone_on, when)));
    answer(voice, w, StatusCode::GONE, w.gone, lines, reason)
}

fn answer(
    voice: &Voice,
    w: &'static Words,
    status: StatusCode,
    title: &str,
    lines: Vec<String>,
    reason: Option<&Reason>,
) -> Response {
    let page = ErrorPage {
        w,
        institution: name(&voice.institution),
        css: voice.css.clone(),
        icon: voice.icon.clone(),
        title,
        lines,
        legal: &voice.legal,
        reason,
    };
    let body = page.render().unwrap_or_else(|_| title.to_owned());
    let mut response = html(status, body);
    set(response.headers_mut(), header::CACHE_CONTROL, "no-store");
    response
}

fn told(w: &'static Words, error: &Error, now: Timestamp) -> (StatusCode, &'static str, Vec<String>) {
    match error {
        Error::NotFound | Error::SignIn | Error::Forbidden(_) => {
            let lines = vec![w.not_found_typed.to_owned(), w.not_found_pasted.to_owned()];
            (StatusCode::NOT_FOUND, w.not_found, lines)
        }
        Error::Gone => (StatusCode::GONE, w.gone, vec![w.gone_says.to_owned()]),
        Error::Busy { retry_after } => {
            let wait = fill(w.busy_wait, &retry_after.to_string());
            (StatusCode::SERVICE_UNAVAILABLE, w.busy, vec![wait])
        }
        Error::Invalid(problem) => {
            let lines = vec![problem.what.clone(), problem.remedy.clone()];
            let lines = lines.into_iter().filter(|line| !line.is_empty()).collect();
            (StatusCode::BAD_REQUEST, w.bad_request, lines)
        }
        Error::Conflict(_) | Error::Peer { .. } | Error::Broken(_) => {
            let number = now.in_zone(&jiff::tz::TimeZone::UTC).strftime("%Y%m%d-%H%M%S").to_string();
            let lines = vec![w.broken_later.to_owned(), fill(w.broken_number, &number)];
            (StatusCode::INTERNAL_SERVER_ERROR, w.broken, lines)
        }
    }
}
