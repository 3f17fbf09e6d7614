//! Users: who may do what, on one page; adding somebody; what somebody may do; switching off whoever leaves.

use std::sync::Arc;

use askama::Template;
use hyper::StatusCode;

use super::approval;
use super::faults::Faults;
use super::frame::{self, Frame, Wall};
use super::roles::{self, Standings};
use crate::actions::users::{self as verbs, NewUser, Standing};
use crate::actions::{self, break_glass, desk_login, secrets, sessions, tokens};
use crate::app::App;
use crate::crypto::token;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::ids::UserId;
use crate::model::power::{Administer, Draft};
use crate::model::user::{Asker, Rank, Role, User};
use crate::store::{Rows, Write, accounts, drafts, meta, users};
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

#[derive(Template)]
#[template(path = "desk/users.html")]
struct Listing {
    f: Frame,
    notice: &'static str,
    owner: bool,
    required: bool,
    people: Vec<Person>,
    accounts: Vec<Of>,
}

/// Somebody in the list.
struct Person {
    id: UserId,
    name: String,
    email: String,
    standing: Vec<String>,
    /// How they log in, and whether they can.
    state: String,
    off: bool,
    opens: bool,
}

/// An account, with the names of those who have each role.
struct Of {
    handle: String,
    roles: Vec<(&'static str, String)>,
    /// Whose look its posts need, and who said so.
    rule: String,
}

#[derive(Template)]
#[template(path = "desk/user.html")]
struct OnePerson {
    f: Frame,
    faults: Faults,
    notice: &'static str,
    person: Person,
    standings: Standings,
    owner: bool,
    second: bool,
    /// Whether it is whoever looks.
    me: bool,
}

#[derive(Template)]
#[template(path = "desk/user_new.html")]
struct NewPerson {
    f: Frame,
    faults: Faults,
    name: String,
    email: String,
    standings: Standings,
}

#[derive(Template)]
#[template(path = "desk/user_off.html")]
struct Off {
    f: Frame,
    faults: Faults,
    person: Person,
    sessions: usize,
    programs: usize,
    drafts: usize,
    /// Who may write for every account of the drafts: number and name.
    heirs: Vec<(UserId, String)>,
}

#[derive(Template)]
#[template(path = "desk/user_link.html")]
struct Link {
    f: Frame,
    name: String,
    url: String,
}

const HERE: &str = "/desk/users";

/// Whether somebody sees who may do what: owners, auditors, and whoever administers an account.
pub(super) fn sees(rows: &impl Rows, asker: &Asker) -> Result<bool> {
    let administers = accounts::all(rows)?.iter().any(|account| asker.can::<Administer>(account.id));
    Ok(administers || asker.may_audit().is_ok())
}

fn check_sees(app: &App, asker: &Asker) -> Result<()> {
    if app.store.read(|rows| sees(rows, asker))? {
        return Ok(());
    }
    asker.may_audit().map(|_| ())
}

/// What somebody may do, a sentence for each account.
pub(super) fn standing(rows: &impl Rows, user: &User) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    if user.rank != Rank::Member {
        let (title, what) = roles::rank_words(user.rank);
        lines.push(format!("{title}: {what}."));
    }
    for (id, given) in &user.roles {
        if let Some(account) = accounts::get(rows, *id)?.filter(|account| account.deleted.is_none()) {
            let names: Vec<&str> = given.iter().map(|role| roles::title(*role)).collect();
            lines.push(format!("@{}: {}.", account.handle, names.join(", ").to_lowercase()));
        }
    }
    if lines.is_empty() {
        lines.push("Has no role yet.".to_owned());
    }
    Ok(lines)
}

fn person(rows: &impl Rows, wall: &Wall, user: &User, opens: bool) -> Result<Person> {
    let kept = secrets::of(rows, user.id)?;
    let state = match (user.off, kept.password.is_some(), kept.has_second()) {
        (Some(since), ..) => format!("Switched off since {}", wall.time(since)),
        (None, _, true) => "Logs in with a second factor".to_owned(),
        (None, true, false) => "Logs in by a password alone".to_owned(),
        (None, false, false) => "Has no password yet".to_owned(),
    };
    Ok(Person {
        id: user.id,
        name: user.called().to_owned(),
        email: user.email.clone(),
        standing: standing(rows, user)?,
        state,
        off: user.off.is_some(),
        opens,
    })
}

/// `GET /desk/users`, with `?done=` what was done.
pub(super) fn page(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let asker = browser.asker();
    check_sees(app, &asker)?;
    let notice = match request.query("done") {
        Some("off") => "Switched off. All that was open is closed.",
        Some("required") => "Everybody needs a second factor from now on.",
        Some("voluntary") => "A second factor is everybody's own choice from now on.",
        Some(_) | None => "",
    };
    let page = app.store.read(|rows| {
        let f = Frame::of(rows, browser, "Users", HERE)?;
        let institution = meta::institution(rows)?;
        let wall = Wall::of(&institution);
        let all = users::all(rows)?;
        // An auditor changes nothing, and so has nothing to open.
        let opens = browser.user.rank != Rank::Auditor;
        let people = all.iter().map(|user| person(rows, &wall, user, opens)).collect::<Result<Vec<_>>>()?;
        let accounts = accounts::all(rows)?.iter().map(|account| of(rows, account, &all)).collect::<Result<_>>()?;
        let owner = asker.may_run().is_ok();
        Ok(Listing { f, notice, owner, required: institution.second_factor, people, accounts })
    })?;
    frame::page(StatusCode::OK, &page)
}

fn of(rows: &impl Rows, account: &Account, all: &[User]) -> Result<Of> {
    let names = |role: Role| {
        let have = all.iter().filter(|user| user.off.is_none() && user.has(account.id, role));
        (roles::title(role), have.map(|user| user.called().to_owned()).collect::<Vec<_>>().join(", "))
    };
    let (rule, _) = approval::words(account.approval.rule);
    let rule = format!("{rule}. {}", approval::set(rows, account)?);
    Ok(Of { handle: account.handle.clone(), roles: Role::ALL.into_iter().map(names).collect(), rule })
}

/// `GET /desk/users/ID`
pub(super) fn user_page(app: &App, browser: &Browser, id: UserId, request: &Request) -> Result<Response> {
    let notice = match request.query("done") {
        Some("saved") => "Saved.",
        Some("on") => "May log in again.",
        Some("second") => "The second factor is taken away. They set up another when they have logged in.",
        Some(_) | None => "",
    };
    user_shown(app, browser, id, None, Faults::default(), notice)
}

fn user_shown(
    app: &App,
    browser: &Browser,
    id: UserId,
    form: Option<&Form>,
    faults: Faults,
    notice: &'static str,
) -> Result<Response> {
    let asker = browser.asker();
    check_sees(app, &asker)?;
    let status = faults.status();
    let page = app.store.read(|rows| {
        let user = users::need(rows, id)?;
        let f = Frame::of(rows, browser, "User", HERE)?.with(&faults);
        let wall = Wall::of(&meta::institution(rows)?);
        let standings = match form {
            Some(form) => Standings::sent(rows, &asker, form)?,
            None => Standings::of(rows, &asker, &user)?,
        };
        Ok(OnePerson {
            f,
            faults,
            notice,
            person: person(rows, &wall, &user, true)?,
            standings,
            owner: asker.may_run().is_ok(),
            second: secrets::of(rows, id)?.has_second(),
            me: id == browser.user.id,
        })
    })?;
    frame::page(status, &page)
}

/// `GET /desk/users/new`
pub(super) fn new_page(app: &App, browser: &Browser) -> Result<Response> {
    new_shown(app, browser, None, Faults::default())
}

fn new_shown(app: &App, browser: &Browser, form: Option<&Form>, faults: Faults) -> Result<Response> {
    let asker = browser.asker();
    asker.may_run()?;
    let status = faults.status();
    let page = app.store.read(|rows| {
        let f = Frame::of(rows, browser, "Add a user", HERE)?.with(&faults);
        let standings = match form {
            Some(form) => Standings::sent(rows, &asker, form)?,
            None => Standings::blank(rows, &asker)?,
        };
        let text = |name| form.map(|form| form.text(name)).unwrap_or_default();
        Ok(NewPerson { f, faults, name: text("name"), email: text("email"), standings })
    })?;
    frame::page(status, &page)
}

/// `GET /desk/users/ID/off`: asks once more, and says what ends.
pub(super) fn off_page(app: &App, browser: &Browser, id: UserId) -> Result<Response> {
    off_shown(app, browser, id, Faults::default())
}

fn off_shown(app: &App, browser: &Browser, id: UserId, faults: Faults) -> Result<Response> {
    let owner = browser.asker().may_run()?;
    let status = faults.status();
    let page = app.store.read(|rows| {
        let user = users::need(rows, id)?;
        let wall = Wall::of(&meta::institution(rows)?);
        let of = owner.for_user(id);
        let left = drafts::of_writer(rows, id)?;
        let heir = |other: User| {
            let (key, name) = (other.id, other.told_apart());
            let (comes, asker) = (other.off.is_none() && key != id, Asker::User(other));
            (comes && left.iter().all(|account| asker.can::<Draft>(*account))).then_some((key, name))
        };
        let heirs = users::all(rows)?.into_iter().filter_map(heir).collect();
        Ok(Off {
            f: Frame::of(rows, browser, "Switch off", HERE)?.with(&faults),
            faults,
            person: person(rows, &wall, &user, true)?,
            sessions: sessions::of(rows, of)?.len(),
            programs: tokens::own(rows, of)?.len(),
            drafts: left.len(),
            heirs,
        })
    })?;
    frame::page(status, &page)
}

pub(super) async fn add(app: &Arc<App>, browser: &Browser, form: &Form) -> Result<Response> {
    let owner = browser.asker().may_run()?;
    let sent = app.store.read(|rows| Standings::sent(rows, &browser.asker(), form))?;
    let new = NewUser {
        email: form.text("email"),
        name: form.text("name"),
        language: None,
        rank: sent.rank,
        roles: sent.chosen().into_iter().collect(),
    };
    let code = token::code();
    let hash = token::hash(&code);
    // A link is a way in without the identity provider.
    let by_link = app.config.login.passwords;
    let make = move |tx: &mut Write<'_>| {
        if by_link { verbs::invite(tx, owner, &new, hash) } else { verbs::add(tx, owner, &new) }
    };
    match browser.write(app, make).await {
        Ok(user) if !by_link => Ok(response::see_other(&format!("/desk/users/{}", user.id))),
        Ok(user) => link_shown(app, browser, &user, &code),
        Err(Error::Invalid(problem)) => {
            let faults = Faults::of(problem.field.unwrap_or("email"), &problem);
            new_shown(app, browser, Some(form), faults)
        }
        Err(e) => Err(e),
    }
}

/// The only page that ever shows the link.
fn link_shown(app: &App, browser: &Browser, user: &User, code: &str) -> Result<Response> {
    let f = app.store.read(|rows| Frame::of(rows, browser, "A link to log in", HERE))?;
    frame::page(StatusCode::OK, &Link { f, name: user.called().to_owned(), url: app.site.start(code) })
}

pub(super) async fn link(app: &Arc<App>, browser: &Browser, id: UserId) -> Result<Response> {
    let owner = browser.asker().may_run()?;
    let code = token::code();
    let hash = token::hash(&code);
    let all = app.config.login.passwords;
    let make = move |tx: &mut Write<'_>| {
        break_glass::must_enter(tx, id, all)?;
        desk_login::link(tx, owner, id, hash)
    };
    let user = browser.write(app, make).await?;
    link_shown(app, browser, &user, &code)
}

/// Owners arrange everything; whoever administers accounts, the roles for these.
pub(super) async fn arrange(app: &Arc<App>, browser: &Browser, id: UserId, form: &Form) -> Result<Response> {
    let asker = browser.asker();
    check_sees(app, &asker)?;
    let sent = app.store.read(|rows| Standings::sent(rows, &asker, form))?;
    let roles: Vec<_> =
        sent.chosen().into_iter().map(|(account, roles)| Ok((asker.may(account)?, roles))).collect::<Result<_>>()?;
    let rank = asker.may_run().ok().map(|owner| (owner, sent.rank));
    if rank.is_none() && roles.is_empty() {
        return Err(Error::Forbidden("Only an owner, or an admin of an account, gives roles."));
    }
    let standing = Standing { rank, roles };
    match browser.write(app, move |tx| verbs::arrange(tx, id, &standing).map(|_| ())).await {
        Ok(()) => Ok(response::see_other(&format!("{HERE}/{id}?done=saved"))),
        Err(Error::Invalid(problem)) => {
            let faults = Faults::of(problem.field.unwrap_or("rank"), &problem);
            user_shown(app, browser, id, Some(form), faults, "")
        }
        Err(e) => Err(e),
    }
}

pub(super) async fn off(app: &Arc<App>, browser: &Browser, id: UserId, form: &Form) -> Result<Response> {
    let owner = browser.asker().may_run()?;
    let heir = form.find("heir").and_then(|typed| typed.parse().ok());
    let off = move |tx: &mut crate::store::Write<'_>| {
        if let Some(heir) = heir {
            actions::drafts::hand_over(tx, owner, id, heir)?;
        }
        verbs::switch_off(tx, owner, id).map(|_| ())
    };
    match browser.write(app, off).await {
        Ok(()) => Ok(response::see_other(&format!("{HERE}?done=off"))),
        Err(Error::Invalid(problem)) => {
            let faults = Faults::of(problem.field.unwrap_or("heir"), &problem);
            off_shown(app, browser, id, faults)
        }
        Err(e) => Err(e),
    }
}

pub(super) async fn on(app: &Arc<App>, browser: &Browser, id: UserId) -> Result<Response> {
    let owner = browser.asker().may_run()?;
    browser.write(app, move |tx| verbs::switch_on(tx, owner, id)).await?;
    Ok(response::see_other(&format!("{HERE}/{id}?done=on")))
}

pub(super) async fn take_second(app: &Arc<App>, browser: &Browser, id: UserId) -> Result<Response> {
    let owner = browser.asker().may_run()?;
    browser.write(app, move |tx| secrets::take_second(tx, owner, id)).await?;
    Ok(response::see_other(&format!("{HERE}/{id}?done=second")))
}

pub(super) async fn require(app: &Arc<App>, browser: &Browser, form: &Form) -> Result<Response> {
    let owner = browser.asker().may_run()?;
    let required = form.find("required") == Some("1");
    browser.write(app, move |tx| verbs::require_second(tx, owner, required)).await?;
    Ok(response::see_other(&format!("{HERE}?done={}", if required { "required" } else { "voluntary" })))
}
