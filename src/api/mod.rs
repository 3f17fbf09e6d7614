//! Doors for client programs: the part of the Mastodon client API that scripts and publishing tools need.
//! Ids are strings, errors are `{"error": "…"}`, and every path that needs a token names its scope in `ROUTES`.

mod accounts;
mod entities;
mod input;
mod instance;
mod media;
mod polls;
mod profile;
mod reactions;
mod scheduled;
mod statuses;

use std::sync::Arc;

use hyper::header::{self, HeaderValue};
use hyper::{Method, StatusCode};
use serde_json::json;

use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::model::follow::ReactionKind;
use crate::model::power::Read;
use crate::model::user::{Asker, Client};
use crate::web::pieces;
use crate::web::request::Request;
use crate::web::response::{self, Response};
use crate::web::who;

/// Whom a route answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Anyone,
    /// A token that covers the scope.
    Scope(&'static str),
}
use Access::{Anyone, Scope};

/// What a route does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    InstanceV1,
    InstanceV2,
    Nothing,
    Preferences,
    Credentials,
    EditProfile,
    DropAvatar,
    DropHeader,
    LookUp,
    Account,
    AccountStatuses,
    Publish,
    Status,
    Edit,
    Delete,
    Context,
    Source,
    Planned,
    Plan,
    PutOff,
    Cancel,
    History,
    Pin,
    Unpin,
    Reblog,
    Unreblog,
    Favourite,
    Unfavourite,
    Upload,
    Media,
    Describe,
    ThrowAway,
    BeginPieces,
    Pieces,
    AddPiece,
    EndPieces,
    Poll,
}

/// The whole door on one page; `:id` stands for one part of a path. A path that is not here does not exist.
const ROUTES: &[(&Method, &str, Access, Verb)] = &[
    (&Method::GET, "v1/instance", Anyone, Verb::InstanceV1),
    (&Method::GET, "v2/instance", Anyone, Verb::InstanceV2),
    (&Method::GET, "v1/custom_emojis", Anyone, Verb::Nothing),
    (&Method::GET, "v1/preferences", Scope("read:accounts"), Verb::Preferences),
    (&Method::GET, "v1/accounts/verify_credentials", Scope("read:accounts"), Verb::Credentials),
    (&Method::PATCH, "v1/accounts/update_credentials", Scope("write:accounts"), Verb::EditProfile),
    (&Method::DELETE, "v1/profile/avatar", Scope("write:accounts"), Verb::DropAvatar),
    (&Method::DELETE, "v1/profile/header", Scope("write:accounts"), Verb::DropHeader),
    (&Method::GET, "v1/accounts/lookup", Anyone, Verb::LookUp),
    (&Method::GET, "v1/accounts/:id", Anyone, Verb::Account),
    (&Method::GET, "v1/accounts/:id/statuses", Anyone, Verb::AccountStatuses),
    (&Method::POST, "v1/statuses", Scope("write:statuses"), Verb::Publish),
    (&Method::GET, "v1/statuses/:id", Anyone, Verb::Status),
    (&Method::PUT, "v1/statuses/:id", Scope("write:statuses"), Verb::Edit),
    (&Method::DELETE, "v1/statuses/:id", Scope("write:statuses"), Verb::Delete),
    (&Method::GET, "v1/statuses/:id/context", Anyone, Verb::Context),
    (&Method::GET, "v1/statuses/:id/source", Scope("read:statuses"), Verb::Source),
    (&Method::GET, "v1/polls/:id", Anyone, Verb::Poll),
    (&Method::GET, "v1/scheduled_statuses", Scope("read:statuses"), Verb::Planned),
    (&Method::GET, "v1/scheduled_statuses/:id", Scope("read:statuses"), Verb::Plan),
    (&Method::PUT, "v1/scheduled_statuses/:id", Scope("write:statuses"), Verb::PutOff),
    (&Method::DELETE, "v1/scheduled_statuses/:id", Scope("write:statuses"), Verb::Cancel),
    (&Method::GET, "v1/statuses/:id/history", Anyone, Verb::History),
    (&Method::POST, "v1/statuses/:id/pin", Scope("write:statuses"), Verb::Pin),
    (&Method::POST, "v1/statuses/:id/unpin", Scope("write:statuses"), Verb::Unpin),
    (&Method::POST, "v1/statuses/:id/reblog", Scope("write:statuses"), Verb::Reblog),
    (&Method::POST, "v1/statuses/:id/unreblog", Scope("write:statuses"), Verb::Unreblog),
    (&Method::POST, "v1/statuses/:id/favourite", Scope("write:statuses"), Verb::Favourite),
    (&Method::POST, "v1/statuses/:id/unfavourite", Scope("write:statuses"), Verb::Unfavourite),
    (&Method::POST, "v1/media", Scope("write:media"), Verb::Upload),
    (&Method::POST, "v2/media", Scope("write:media"), Verb::Upload),
    (&Method::GET, "v1/media/:id", Scope("write:media"), Verb::Media),
    (&Method::PUT, "v1/media/:id", Scope("write:media"), Verb::Describe),
    (&Method::DELETE, "v1/media/:id", Scope("write:media"), Verb::ThrowAway),
    (&Method::POST, "uploads", Scope("write:media"), Verb::BeginPieces),
    (&Method::GET, "uploads/:id", Scope("write:media"), Verb::Pieces),
    (&Method::PATCH, "uploads/:id", Scope("write:media"), Verb::AddPiece),
    (&Method::DELETE, "uploads/:id", Scope("write:media"), Verb::EndPieces),
];

/// Every route, as method and path behind `/api`.
pub fn routes() -> impl Iterator<Item = (&'static Method, &'static str)> {
    ROUTES.iter().map(|(method, path, ..)| (*method, *path))
}

/// The verb of a method and path, with the part that `:id` stands for. A path wins that spells itself out.
fn find(method: &Method, path: &[&str]) -> Option<(Access, Verb, String)> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    ROUTES.iter().filter(|(wanted, ..)| *wanted == method).find_map(|(_, pattern, access, verb)| {
        let parts: Vec<&str> = pattern.split('/').collect();
        let fits =
            parts.len() == path.len() && parts.iter().zip(path).all(|(part, given)| *part == ":id" || part == given);
        let id = parts.iter().zip(path).find(|(part, _)| **part == ":id").map(|(_, given)| (*given).to_owned());
        fits.then(|| (*access, *verb, id.unwrap_or_default()))
    })
}

/// Whether a request under `/api/` is answered only to who shows a token.
pub fn needs_token(request: &Request) -> bool {
    let path: Vec<&str> = request.segments().into_iter().skip(1).collect();
    matches!(find(request.method(), &path), Some((Scope(_), ..)))
}

/// Answers a request under `/api/`.
pub async fn handle(app: &Arc<App>, mut request: Request) -> Result<Response> {
    if request.method() == Method::OPTIONS {
        return Ok(open(response::bare(StatusCode::NO_CONTENT)));
    }
    let segments: Vec<String> = request.segments().into_iter().skip(1).map(str::to_owned).collect();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (access, verb, id) = find(request.method(), &path).ok_or(Error::NotFound)?;
    let client = match access {
        Anyone => None,
        Scope(scope) => {
            let client = app.store.read(|rows| who::client(rows, &request))?;
            if !client.token.scopes.allow(scope) {
                return Err(Error::Forbidden("This action is outside the authorized scopes"));
            }
            if !Asker::Client(client.clone()).can::<Read>(client.token.account) {
                return Err(Error::SignIn);
            }
            request.is_ours();
            Some(client)
        }
    };
    answer(app, &mut request, verb, &id, client).await.map(open)
}

async fn answer(
    app: &Arc<App>,
    request: &mut Request,
    verb: Verb,
    id: &str,
    client: Option<Client>,
) -> Result<Response> {
    let client = client.ok_or(Error::SignIn);
    match verb {
        Verb::InstanceV1 => instance::v1(app),
        Verb::InstanceV2 => instance::v2(app),
        Verb::Nothing => response::json(StatusCode::OK, &json!([])),
        Verb::Preferences => accounts::preferences(app, &client?),
        Verb::Credentials => accounts::credentials(app, &client?),
        Verb::EditProfile => profile::edit(app, request, client?).await,
        Verb::DropAvatar => profile::drop_picture(app, client?, true).await,
        Verb::DropHeader => profile::drop_picture(app, client?, false).await,
        Verb::LookUp => accounts::look_up(app, request),
        Verb::Account => accounts::account(app, id),
        Verb::AccountStatuses => accounts::statuses(app, request, id),
        Verb::Publish => statuses::publish(app, request, client?).await,
        Verb::Status => statuses::status(app, id),
        Verb::Edit => statuses::edit(app, request, id, client?).await,
        Verb::Delete => statuses::delete(app, id, client?).await,
        Verb::Context => statuses::context(app, id),
        Verb::Source => statuses::source(app, id, &client?),
        Verb::Planned => scheduled::list(app, &client?),
        Verb::Plan => scheduled::show(app, &client?, id),
        Verb::PutOff => scheduled::change(app, request, &client?, id).await,
        Verb::Cancel => scheduled::cancel(app, &client?, id).await,
        Verb::History => statuses::history(app, id),
        Verb::Pin => reactions::pin(app, id, &client?, true).await,
        Verb::Unpin => reactions::pin(app, id, &client?, false).await,
        Verb::Reblog => reactions::react(app, id, &client?, ReactionKind::Boost, true).await,
        Verb::Unreblog => reactions::react(app, id, &client?, ReactionKind::Boost, false).await,
        Verb::Favourite => reactions::react(app, id, &client?, ReactionKind::Like, true).await,
        Verb::Unfavourite => reactions::react(app, id, &client?, ReactionKind::Like, false).await,
        Verb::Upload => media::upload(app, request, client?).await,
        Verb::Media => media::media(app, id, &client?),
        Verb::Poll => polls::poll(app, id),
        Verb::Describe => media::describe(app, request, id, client?).await,
        Verb::ThrowAway => media::throw_away(app, id, &client?).await,
        Verb::BeginPieces => pieces::begin(app, request, media::by(&client?)?, "/api/uploads"),
        Verb::Pieces => pieces::progress(app, media::by(&client?)?, id),
        Verb::AddPiece => pieces::add(app, request, media::by(&client?)?, id).await,
        Verb::EndPieces => pieces::end(app, media::by(&client?)?, id),
    }
}

/// What browser apps may say, and may know.
const ASKED: &str =
    "Authorization, Content-Type, Idempotency-Key, Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset";
const TOLD: &str = "Link, Location, Tus-Resumable, Upload-Length, Upload-Offset";

/// Browser apps of any origin may ask; no cookie is ever read here, so there is nothing to steal.
fn open(mut response: Response) -> Response {
    let headers = response.headers_mut();
    response::set(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    response::set(headers, header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE, OPTIONS");
    response::set(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, ASKED);
    response::set(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, TOLD);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// How it is said with a program that has a field for nothing but a description.
fn in_an_app(problem: &Problem) -> &'static str {
    match problem.id {
        "E200" => "In an app, write it into the description, as a line of its own: 'No captions: (why)'.",
        "E201" => {
            "In an app, write it at the end of the description, behind a line 'Transcript:', or as a line of its own: 'No \
             captions: (why)'."
        }
        _ => "",
    }
}

/// An error in the words and statuses of Mastodon. What is deleted is simply not found there.
pub fn error(error: &Error) -> Response {
    let (status, words) = match error {
        Error::NotFound | Error::Gone => (StatusCode::NOT_FOUND, "Record not found".to_owned()),
        Error::SignIn => (StatusCode::UNAUTHORIZED, "The access token is invalid".to_owned()),
        Error::Forbidden(what) => (StatusCode::FORBIDDEN, (*what).to_owned()),
        Error::Invalid(problem) => {
            let status = response::fault(problem, StatusCode::UNPROCESSABLE_ENTITY);
            let words = [problem.what.as_str(), &problem.remedy, in_an_app(problem)];
            (status, words.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" "))
        }
        Error::Conflict(what) => (StatusCode::CONFLICT, (*what).to_owned()),
        Error::Busy { .. } => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
        Error::Peer { .. } => (StatusCode::BAD_GATEWAY, error.to_string()),
        Error::Broken(_) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    };
    let body = json!({ "error": words.trim() }).to_string();
    let mut response = response::answer(status, "application/json; charset=utf-8", body);
    if let Error::Busy { retry_after } = error {
        response::come_back(&mut response, *retry_after);
    }
    if matches!(error, Error::SignIn) {
        response::set(response.headers_mut(), header::WWW_AUTHENTICATE, "Bearer realm=\"instance\"");
    }
    open(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_spells_itself_out_wins() {
        let (access, verb, _) = find(&Method::GET, &["v1", "accounts", "lookup"]).unwrap();
        assert_eq!((access, verb), (Anyone, Verb::LookUp));
        let (_, verb, id) = find(&Method::GET, &["v1", "accounts", "17"]).unwrap();
        assert_eq!((verb, id.as_str()), (Verb::Account, "17"));
        assert!(find(&Method::PATCH, &["v1", "statuses"]).is_none());
    }

    #[test]
    fn whatever_changes_something_needs_a_write_scope() {
        for (method, path, access, _) in ROUTES {
            let writes = **method != Method::GET;
            let covered = matches!(access, Scope(scope) if scope.starts_with("write"));
            assert!(!writes || covered, "{method} {path}");
            if let Scope(scope) = access {
                assert!(crate::model::client::KNOWN_SCOPES.contains(scope), "{scope}");
            }
        }
    }
}
