//! In by the institution's identity provider: there, and back. Between the two a cookie binds the log-in to the browser
//! that began it, so that nobody is logged in as somebody else by a link that was sent to them.

use std::sync::Arc;

use hyper::{StatusCode, header};

use super::{frame, start};
use crate::actions::identity::{self, Entered, Refused};
use crate::app::oidc::{Answer, Provider};
use crate::app::{App, login};
use crate::error::{Error, Problem, Result};
use crate::limits::provider::TIME;
use crate::model::oidc::Person;
use crate::web::network::Mark;
use crate::web::request::Request;
use crate::web::response::{self, Response};
use crate::web::{cookie, response::set_text};

fn provider(app: &App) -> Result<&Provider> {
    app.provider.as_ref().ok_or(Error::NotFound)
}

/// `GET /desk/login/provider`: on to the provider. A link, since browsers follow no form to another site from here.
pub(super) async fn go(app: &Arc<App>, request: &Request) -> Result<Response> {
    let provider = provider(app)?;
    match provider.begin(app, request.query("to").unwrap_or_default()).await {
        Ok((url, begun)) => {
            let mut response = response::see_other(&url);
            let kept = cookie::LOGIN.keep(&begun, TIME, app.site.is_secure());
            set_text(response.headers_mut(), header::SET_COOKIE, &kept);
            Ok(response)
        }
        Err(e) => failed(app, e),
    }
}

/// `GET /desk/login/provider/back`: what the provider says, once.
pub(super) async fn back(app: &Arc<App>, request: &Request) -> Result<Response> {
    let provider = provider(app)?;
    let begun = cookie::LOGIN.read(request, app.site.is_secure());
    let answer = Answer {
        code: request.query("code").unwrap_or_default(),
        state: request.query("state").unwrap_or_default(),
        iss: request.query("iss"),
        error: request.query("error"),
    };
    let network = request.visitor().network().map(Mark::number);
    let mut response = match provider.finish(app, begun.as_deref(), answer, network).await {
        Ok((person, to)) => enter(app, provider, person, &to, start::browser_name(request)).await?,
        Err(e) => failed(app, e)?,
    };
    let gone = cookie::LOGIN.drop(app.site.is_secure());
    if let Ok(gone) = header::HeaderValue::from_str(&gone) {
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    Ok(response)
}

async fn enter(app: &Arc<App>, provider: &Provider, person: Person, to: &str, browser: String) -> Result<Response> {
    let (rules, subject) = (provider.rules.clone(), person.subject.clone());
    match app.store.write(move |tx| identity::enter(tx, &rules, &person, &browser)).await {
        Ok(Entered::In(fresh, _)) => Ok(start::logged_in(app, &fresh, to)),
        Ok(Entered::Refused(why, user)) => {
            if let Some(user) = user {
                login::failed(app, user);
            }
            failed(app, refusal(why, &subject).into())
        }
        Err(e) => failed(app, e),
    }
}

/// Who proved who they are may know what is missing.
fn refusal(why: Refused, subject: &str) -> Problem {
    let known = format!("Tell an owner of this server that the provider calls you '{subject}'.");
    match why {
        Refused::Unknown => Problem::new("E324", "Nobody here is known by this log-in.").remedy(known),
        Refused::Unverified => Problem::new(
            "E324",
            "Nobody here is known by this log-in, and the provider has not said that your e-mail address is verified.",
        )
        .remedy(known),
        Refused::Taken => {
            Problem::new("E327", "Somebody here has your e-mail address, but is not linked to this log-in.")
                .remedy(known)
        }
        Refused::Off => Problem::new("E326", "You are switched off here.").remedy("Ask an owner of this server."),
        Refused::Nothing => Problem::new("E325", "None of your groups gives you anything to do here.")
            .remedy("Ask whoever runs the provider to put you into a group, or an owner of this server for a role."),
    }
}

/// A page that says what went wrong, with the way to try again. What is not about this log-in is answered as elsewhere.
fn failed(app: &App, e: Error) -> Result<Response> {
    let Error::Invalid(problem) = e else { return Err(e) };
    let status = if problem.id == "E320" { StatusCode::BAD_GATEWAY } else { StatusCode::FORBIDDEN };
    let lines = vec![problem.what, problem.remedy, format!("({})", problem.id)];
    Ok(frame::message(app, status, "You are not logged in", lines, ""))
}
