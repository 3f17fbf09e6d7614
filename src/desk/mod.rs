//! Doors for the people of the institution: log in, write with pictures, see what became of it, change and delete it,
//! decide about replies, say who may do what. Plain forms; nothing here needs script but passkeys.

mod account;
mod approval;
mod audit;
mod before;
mod calendar;
mod canned;
mod delete;
mod delivery;
mod drafts;
mod edit;
mod elsewhere;
mod emblem;
mod episodes;
mod factor;
mod faults;
mod form;
mod frame;
mod inbox;
mod intake;
mod late;
mod links;
mod listing;
mod meaning;
mod oidc;
mod passkeys;
mod plot;
mod podcasts;
mod poll;
mod press;
mod preview;
mod profile;
mod qr;
mod recording;
mod roles;
mod routes;
mod settings;
mod slots;
mod start;
mod statistics;
mod uploads;
mod users;
mod when;
mod write;

use std::sync::Arc;

use hyper::{Method, StatusCode, header};

use routes::{Change, Deed, Look, Named, Open, Upload, Verb};

use crate::app::App;
use crate::error::{Error, Result};
use crate::model::note::Shown;
use crate::model::power::{Attach, Power as _};
use crate::store::accounts;
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::Browser;
use crate::web::{csrf, who};

/// Every route, as method and path behind `/desk`.
pub fn routes() -> impl Iterator<Item = (&'static Method, &'static str)> {
    routes::ROUTES.iter().map(|(method, path, _)| (*method, *path))
}

/// The forms, by paths as in `routes`, that come back with what was typed when their session has ended, and whether they
/// bring files.
pub fn kept() -> impl Iterator<Item = (&'static str, bool)> {
    let kept = routes::ROUTES.iter().filter(|(_, _, verb)| late::keeps(*verb));
    kept.map(|(_, path, verb)| (*path, matches!(verb, Verb::Upload(_))))
}

/// Answers a request under `/desk`.
pub async fn handle(app: &Arc<App>, mut request: Request) -> Result<Response> {
    let segments: Vec<String> = request.segments().into_iter().skip(1).map(str::to_owned).collect();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (verb, named) = routes::find(request.method(), &path).ok_or(Error::NotFound)?;
    if !request.is_read() {
        csrf::check_origin(&request, &app.site)?;
    }
    let answer = match answer(app, &mut request, verb, &named).await {
        Err(Error::SignIn) if request.is_read() => start::login_page(app, &request, StatusCode::UNAUTHORIZED),
        Err(why @ (Error::SignIn | Error::Forbidden(csrf::STALE))) => {
            late::give_back(app, &mut request, verb, why).await
        }
        other => other,
    };
    answer.map(unstored)
}

async fn answer(app: &Arc<App>, request: &mut Request, verb: Verb, named: &Named) -> Result<Response> {
    let id = named.first();
    if let Verb::Open(open) = verb {
        return match open {
            Open::LogIn => start::login_page(app, request, StatusCode::OK),
            Open::EnterByPassword => start::login(app, request).await,
            Open::EnterByPasskey => passkeys::enter(app, request).await,
            Open::Link => start::page(app, id),
            Open::EnterByLink => start::open(app, request, id).await,
            Open::Feed => calendar::feed(app, id),
            Open::ToProvider => oidc::go(app, request).await,
            Open::FromProvider => oidc::back(app, request).await,
        };
    }
    let browser = app.store.read(|rows| who::browser(app, rows, request))?;
    request.is_ours();
    if !routes::is_for_enrolment(verb) && app.store.read(|rows| who::must_enrol(rows, &browser))? {
        if request.is_read() {
            return Ok(response::see_other("/desk/account/second-factor"));
        }
        return Err(Error::Forbidden("Set up your second factor first: this institution requires it of everybody."));
    }
    match verb {
        Verb::Open(_) => Err(Error::NotFound),
        Verb::Look(look) => look_at(app, request, &browser, look, named).await,
        Verb::Upload(upload) => take_in(app, request, &browser, upload, named).await,
        Verb::Change(change) => {
            let form = form(app, request, &browser).await?;
            carry_out(app, &browser, change, named, &form).await
        }
    }
}

async fn look_at(app: &Arc<App>, request: &Request, browser: &Browser, look: Look, named: &Named) -> Result<Response> {
    let (id, slug) = (named.first(), named.second());
    match look {
        Look::Write => write::page(app, browser, request),
        Look::Drafts => drafts::list(app, browser, request),
        Look::Draft => drafts::page(app, browser, id.parse()?, request).await,
        Look::EditDraft => write::draft_page(app, browser, id.parse()?).await,
        Look::DropDraft => drafts::drop_page(app, browser, id.parse()?),
        Look::ManyDrafts => drafts::many_page(app, browser, id.parse()?, request),
        Look::Calendar => calendar::page(app, browser, request),
        Look::Approval => approval::page(app, browser, id.parse()?, request),
        Look::Posts => listing::page(app, browser, request),
        Look::Edit => edit::page(app, browser, id.parse()?),
        Look::Delete => delete::page(app, browser, id.parse()?),
        Look::Delivery => delivery::page(app, browser, id.parse()?, request),
        Look::Statistics => statistics::page(app, browser, None, request),
        Look::Month => statistics::page(app, browser, Some(id), request),
        Look::DraftEpisode => episodes::draft_page(app, browser, id.parse()?),
        Look::Episode => episodes::page(app, browser, id.parse()?),
        Look::Podcasts => podcasts::list(app, browser),
        Look::NewPodcast => podcasts::blank(app, browser),
        Look::Podcast => podcasts::page(app, browser, id.parse()?, slug),
        Look::NewEpisode => episodes::blank(app, browser, id.parse()?, slug),
        Look::DeletePodcast => podcasts::delete_page(app, browser, id.parse()?, slug),
        Look::Profiles => profile::list(app, browser, request),
        Look::Profile => profile::page(app, browser, id.parse()?),
        Look::Emblem => emblem::page(app, browser, request),
        Look::Replies => Ok(response::see_other("/desk/inbox")),
        Look::Inbox => inbox::page(app, browser, request),
        Look::Case => inbox::one(app, browser, id.parse()?),
        Look::Canned => canned::list(app, browser),
        Look::CannedOne => canned::page(app, browser, id.parse()?, slug),
        Look::Elsewhere => elsewhere::page(app, browser, request),
        Look::Users => users::page(app, browser, request),
        Look::NewUser => users::new_page(app, browser),
        Look::User => users::user_page(app, browser, id.parse()?, request),
        Look::SwitchOff => users::off_page(app, browser, id.parse()?),
        Look::Audit => audit::page(app, browser, request),
        Look::AuditTable => audit::file(app, browser, request, true),
        Look::AuditDocument => audit::file(app, browser, request, false),
        Look::Settings => settings::page(app, browser, request),
        Look::Legal => settings::legal_page(app, browser, id, slug, request.query("done").is_some()),
        Look::Progress => uploads::progress(app, browser, id.parse()?, slug),
        Look::Account => account::page(app, browser, request),
        Look::SecondFactor => factor::page(app, browser),
    }
}

/// Whether somebody could bring files here at all: asked before gigabytes of them are let in. What the form says is
/// looked at when it is there.
fn may_bring(app: &App, browser: &Browser, upload: Upload, id: &str) -> Result<()> {
    let asker = browser.asker();
    match upload {
        Upload::SetEmblem => asker.may_run().map(drop),
        Upload::EditPodcast
        | Upload::PublishEpisode
        | Upload::EditProfile
        | Upload::Begin
        | Upload::Piece
        | Upload::Finish => asker.may::<Attach>(id.parse()?).map(drop),
        Upload::Publish | Upload::EditDraft | Upload::Edit | Upload::AddPodcast => {
            let some = app.store.read(accounts::all)?.iter().any(|account| asker.can::<Attach>(account.id));
            if some { Ok(()) } else { Err(Error::Forbidden(Attach::MISSING)) }
        }
    }
}

/// Forms with files read themselves, and look at the session's token then.
async fn take_in(
    app: &Arc<App>,
    request: &mut Request,
    browser: &Browser,
    upload: Upload,
    named: &Named,
) -> Result<Response> {
    let (id, slug) = (named.first(), named.second());
    may_bring(app, browser, upload, id)?;
    match upload {
        Upload::Publish => press::publish(app, request, browser).await,
        Upload::EditDraft => press::save_draft(app, request, browser, id.parse()?).await,
        Upload::Edit => edit::edit(app, request, browser, id.parse()?).await,
        Upload::AddPodcast => podcasts::save(app, request, browser, None).await,
        Upload::EditPodcast => podcasts::save(app, request, browser, Some((id.parse()?, slug))).await,
        Upload::PublishEpisode => episodes::publish(app, request, browser, id.parse()?, slug).await,
        Upload::EditProfile => profile::edit(app, request, browser, id.parse()?).await,
        Upload::Begin => uploads::begin(app, request, browser, id.parse()?),
        Upload::Piece => uploads::add(app, request, browser, id.parse()?, slug).await,
        Upload::Finish => uploads::finish(app, request, browser, id.parse()?, slug).await,
        Upload::SetEmblem => emblem::set(app, request, browser).await,
    }
}

async fn carry_out(app: &Arc<App>, browser: &Browser, change: Change, named: &Named, form: &Form) -> Result<Response> {
    let (id, slug) = (named.first(), named.second());
    match change {
        Change::Step(step) => drafts::step(app, browser, id.parse()?, step, form).await,
        Change::DropDraft => drafts::discard(app, browser, id.parse()?).await,
        Change::DropDrafts => drafts::discard_many(app, browser, id.parse()?, form).await,
        Change::MakeLink => links::make(app, browser, id.parse()?).await,
        Change::EndLinks => links::end(app, browser, id.parse()?).await,
        Change::StopPlans => calendar::halt(app, browser, true).await,
        Change::ResumePlans => calendar::halt(app, browser, false).await,
        Change::MakeFeed => calendar::make_feed(app, browser).await,
        Change::EndFeed => calendar::end_feed(app, browser).await,
        Change::Approval => approval::save(app, browser, id.parse()?, form).await,
        Change::LogOut => start::logout(app, browser).await,
        Change::Delete => delete::delete(app, browser, id.parse()?, form).await,
        Change::Pin => listing::pin(app, browser, id.parse()?, true).await,
        Change::Unpin => listing::pin(app, browser, id.parse()?, false).await,
        Change::TryAgain => delivery::try_again(app, browser, id.parse()?, form).await,
        Change::EditDraftEpisode => episodes::change_draft(app, browser, id.parse()?, form).await,
        Change::EditEpisode => episodes::edit(app, browser, id.parse()?, form).await,
        Change::DeletePodcast => podcasts::delete(app, browser, id.parse()?, slug).await,
        Change::Case(deed) => handle_case(app, browser, deed, named, form).await,
        Change::AddUser => users::add(app, browser, form).await,
        Change::RequireSecondFactor => users::require(app, browser, form).await,
        Change::Arrange => users::arrange(app, browser, id.parse()?, form).await,
        Change::SwitchOff => users::off(app, browser, id.parse()?, form).await,
        Change::SwitchOn => users::on(app, browser, id.parse()?).await,
        Change::LogInLink => users::link(app, browser, id.parse()?).await,
        Change::TakeSecondFactor => users::take_second(app, browser, id.parse()?).await,
        Change::SetSettings => settings::save(app, browser, form).await,
        Change::SetLegal => settings::save_legal(app, browser, id, slug, form).await,
        Change::Describe => account::describe(app, browser, form).await,
        Change::Password => account::password(app, browser, form).await,
        Change::SetSecondFactor => factor::set(app, browser, form).await,
        Change::RecoveryCodes => factor::codes(app, browser, form).await,
        Change::DropSecondFactor => factor::off(app, browser, form).await,
        Change::AddPasskey => passkeys::add(app, browser, form).await,
        Change::RemovePasskey => passkeys::remove(app, browser, id.to_owned()).await,
        Change::EndSessions => account::end(app, browser, None).await,
        Change::EndSession => account::end(app, browser, Some(id.to_owned())).await,
        Change::RevokeToken => account::revoke(app, browser, id.to_owned()).await,
    }
}

/// What is done with what strangers said.
async fn handle_case(app: &Arc<App>, browser: &Browser, deed: Deed, named: &Named, form: &Form) -> Result<Response> {
    let (id, second) = (named.first(), named.second());
    match deed {
        Deed::Release => inbox::decide(app, browser, id.parse()?, Shown::Released, form).await,
        Deed::Hide => inbox::decide(app, browser, id.parse()?, Shown::Hidden, form).await,
        Deed::Set => inbox::set(app, browser, id.parse()?, form).await,
        Deed::Assign => inbox::assign(app, browser, id.parse()?, form).await,
        Deed::Answer => inbox::answer(app, browser, id.parse()?, form).await,
        Deed::Remark => inbox::remark(app, browser, id.parse()?, form).await,
        Deed::Erase => inbox::erase_remark(app, browser, id.parse()?, second).await,
        Deed::Boost => elsewhere::boost_note(app, browser, id.parse()?, form).await,
        Deed::KeepCanned => canned::save(app, browser, id.parse()?, second, form).await,
        Deed::DropCanned => canned::delete(app, browser, id.parse()?, second).await,
        Deed::Elsewhere => elsewhere::act(app, browser, form).await,
        Deed::Unboost => elsewhere::unboost(app, browser, form).await,
    }
}

/// A posted form without files that carries the session's token.
async fn form(app: &App, request: &mut Request, browser: &Browser) -> Result<Form> {
    let form = request.form().await?;
    csrf::check_form(app, browser, &form)?;
    Ok(form)
}

/// Nothing of the desk stays in a cache, nor comes back by the Back button after logging out.
fn unstored(mut response: Response) -> Response {
    response::set(response.headers_mut(), header::CACHE_CONTROL, "no-store");
    response
}

/// An error as a page that says what to do next.
pub fn error(app: &App, error: &Error) -> Response {
    let (status, title, mut lines) = match error {
        Error::SignIn => (
            StatusCode::UNAUTHORIZED,
            "Log in first",
            vec!["Nobody is logged in on this browser. On the server, run:".to_owned()],
        ),
        Error::NotFound => (StatusCode::NOT_FOUND, "Not found", vec!["There is no such page at the desk.".to_owned()]),
        Error::Gone => (StatusCode::GONE, "Deleted", vec!["This was deleted.".to_owned()]),
        Error::Forbidden(why) => (StatusCode::FORBIDDEN, "Not allowed", vec![(*why).to_owned()]),
        Error::Invalid(problem) => {
            let status = response::fault(problem, StatusCode::UNPROCESSABLE_ENTITY);
            (status, "That did not work", vec![problem.what.clone(), problem.remedy.clone()])
        }
        Error::Conflict(what) => (StatusCode::CONFLICT, "That did not work", vec![(*what).to_owned()]),
        Error::Busy { .. } => {
            let why = "There is too much to do at once, or its disk is full; then the log of the server says so.";
            (StatusCode::SERVICE_UNAVAILABLE, "The server cannot take this in now", vec![why.to_owned()])
        }
        Error::Peer { .. } => (StatusCode::BAD_GATEWAY, "Another server failed", vec![error.to_string()]),
        Error::Broken(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong",
            vec!["Something went wrong on this server. The log of the server says what.".to_owned()],
        ),
    };
    lines.retain(|line| !line.is_empty());
    if !matches!(error, Error::SignIn | Error::NotFound | Error::Gone) {
        lines.push("If you had written something: go back, it is most likely still in the form.".to_owned());
    }
    let command = if matches!(error, Error::SignIn) { "instance user login-link" } else { "" };
    let mut response = frame::message(app, status, title, lines, command);
    if let Error::Busy { retry_after } = error {
        response::come_back(&mut response, *retry_after);
    }
    unstored(response)
}
