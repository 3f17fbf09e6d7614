//! Commands about people who log in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::account;
use crate::actions::users::{self as verbs, Left, NewUser, Standing};
use crate::actions::{break_glass as glass, desk_login, drafts, identity as identities, secrets, sessions};
use crate::app::{App, login};
use crate::base::lang::Lang;
use crate::crypto::token;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::client::TokenId;
use crate::model::login::{Session, check_password};
use crate::model::oidc::Identity;
use crate::model::user::{Asker, Rank, Role, User};
use crate::store::{Rows, Write, accounts, users};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserNew {
    pub email: String,
    pub name: String,
    pub language: Option<Lang>,
    pub account: Option<String>,
    /// Roles for the account; or a rank, without one.
    pub roles: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserRole {
    pub user: String,
    pub account: Option<String>,
    pub add: Vec<String>,
    pub remove: Vec<String>,
}

/// What words like `editor` and `owner` mean, with or without an account.
enum Meant {
    Roles(BTreeSet<Role>),
    Rank(Option<Rank>),
}

fn meant(words: &[String], has_account: bool) -> Result<Meant> {
    if has_account {
        let role = |word: &String| Role::named(word).ok_or_else(|| no_role(word, has_account));
        return words.iter().map(role).collect::<Result<_>>().map(Meant::Roles);
    }
    match words {
        [] => Ok(Meant::Rank(None)),
        [one, more @ ..] => {
            let rank = ranks().find(|rank| rank.name() == one && more.is_empty());
            rank.map(|rank| Meant::Rank(Some(rank))).ok_or_else(|| no_role(one, has_account))
        }
    }
}

/// Those that are given and taken: a member is whoever has neither.
fn ranks() -> impl Iterator<Item = Rank> {
    Rank::ALL.into_iter().filter(|rank| *rank != Rank::Member)
}

fn no_role(word: &str, has_account: bool) -> Error {
    let roles: Vec<&str> = Role::ALL.into_iter().map(Role::name).collect();
    let ranks: Vec<&str> = ranks().map(Rank::name).collect();
    let what = if has_account {
        format!("There is no role '{word}' for an account.")
    } else {
        format!("'{word}' is no role for the server.")
    };
    Problem::new("E305", what)
        .field("role")
        .remedy(format!(
            "For an account (--account HANDLE): {}. For the server: {}.",
            roles.join(", "),
            ranks.join(", ")
        ))
        .into()
}

pub async fn add(app: &Arc<App>, new: UserNew) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let of = new.account.as_deref().map(|typed| account(app, typed)).transpose()?;
    let mut made = NewUser { email: new.email, name: new.name, language: new.language, ..NewUser::default() };
    match meant(&new.roles, of.is_some())? {
        Meant::Rank(rank) => made.rank = rank.unwrap_or_default(),
        Meant::Roles(roles) if roles.is_empty() => return Err(no_role("", true)),
        Meant::Roles(roles) => made.roles = of.iter().map(|of| (of.id, roles.clone())).collect(),
    }
    let code = token::code();
    let hash = token::hash(&code);
    // A link is a way in without the identity provider.
    let by_link = app.config.login.passwords;
    let add = move |tx: &mut Write<'_>| {
        if by_link { verbs::invite(tx, owner, &made, hash) } else { verbs::add(tx, owner, &made) }
    };
    let user = app.store.write(add).await?;
    let mut document = app.store.read(|rows| described(rows, &user))?;
    if by_link {
        with_link(app, &mut document, &code);
    }
    Ok(document)
}

pub fn list(app: &App) -> Result<Value> {
    app.store.read(|rows| {
        let all = users::all(rows)?.iter().map(|user| described(rows, user)).collect::<Result<Vec<_>>>()?;
        Ok(json!({ "users": all }))
    })
}

pub async fn role(app: &Arc<App>, change: UserRole) -> Result<Value> {
    let user = find(app, &change.user)?;
    let id = user.id;
    let of = change.account.as_deref().map(|typed| account(app, typed)).transpose()?;
    let (add, remove) = (meant(&change.add, of.is_some())?, meant(&change.remove, of.is_some())?);
    let user = match (of, add, remove) {
        (Some(of), Meant::Roles(add), Meant::Roles(remove)) => {
            let by = Asker::Operator.may(of.id)?;
            let had = user.roles.get(&of.id).cloned().unwrap_or_default();
            let roles: BTreeSet<Role> = had.union(&add).copied().filter(|role| !remove.contains(role)).collect();
            let standing = Standing { rank: None, roles: vec![(by, roles)] };
            app.store.write(move |tx| verbs::arrange(tx, id, &standing)).await?
        }
        (_, add, remove) => {
            let owner = Asker::Operator.may_run()?;
            let rank = match (add, remove) {
                (Meant::Rank(Some(rank)), _) => rank,
                (_, Meant::Rank(Some(rank))) if rank == user.rank => Rank::Member,
                _ => user.rank,
            };
            let standing = Standing { rank: Some((owner, rank)), roles: Vec::new() };
            app.store.write(move |tx| verbs::arrange(tx, id, &standing)).await?
        }
    };
    app.store.read(|rows| described(rows, &user))
}

pub async fn off(app: &Arc<App>, typed: &str, heir: Option<&str>) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let id = find(app, typed)?.id;
    let heir = heir.map(|typed| find(app, typed)).transpose()?.map(|heir| heir.id);
    let off = app.store.write(move |tx| {
        let handed = heir.map_or(Ok(0), |heir| drafts::hand_over(tx, owner, id, heir))?;
        Ok((verbs::switch_off(tx, owner, id)?, handed))
    });
    let (Left { sessions, tokens }, handed) = off.await?;
    let mut document = app.store.read(|rows| described(rows, &users::need(rows, id)?))?;
    if let Some(fields) = document.as_object_mut() {
        fields.insert("sessions_ended".to_owned(), sessions.into());
        fields.insert("tokens_revoked".to_owned(), tokens.into());
        fields.insert("drafts_handed_over".to_owned(), handed.into());
    }
    Ok(document)
}

pub async fn on(app: &Arc<App>, typed: &str) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let id = find(app, typed)?.id;
    let user = app.store.write(move |tx| verbs::switch_on(tx, owner, id)).await?;
    app.store.read(|rows| described(rows, &user))
}

pub async fn password(app: &Arc<App>, typed: &str, password: String) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let user = find(app, typed)?;
    check_password(&password, &user.email)?;
    if user.email.is_empty() {
        return Err(Problem::new("E313", "People log in by their e-mail address, and this user has none yet.")
            .remedy("They say it under My account, once they have come in by a link.")
            .into());
    }
    let (kept, own) = (login::hash(app, password).await?, owner.for_user(user.id));
    app.store.write(move |tx| secrets::set_password(tx, own, &kept, None)).await?;
    app.store.read(|rows| described(rows, &user))
}

pub fn sessions(app: &App, typed: &str) -> Result<Value> {
    let own = Asker::Operator.may_run()?.for_user(find(app, typed)?.id);
    let session = |(key, session): ([u8; 32], Session)| {
        json!({
            "id": TokenId::of(&key).to_string(),
            "browser": session.browser,
            "since": session.created.rfc3339(),
            "until": session.expires.rfc3339(),
        })
    };
    let found = app.store.read(|rows| sessions::of(rows, own))?;
    Ok(json!({ "sessions": found.into_iter().map(session).collect::<Vec<_>>() }))
}

pub async fn sessions_end(app: &Arc<App>, typed: &str, session: Option<String>) -> Result<Value> {
    let own = Asker::Operator.may_run()?.for_user(find(app, typed)?.id);
    let wanted = session.clone();
    let verb = move |tx: &mut Write<'_>| match &wanted {
        Some(id) => sessions::end(tx, own, |key| TokenId::of(&key).to_string() == *id),
        None => sessions::end_all(tx, own, None),
    };
    let ended = app.store.write(verb).await?;
    if let (0, Some(id)) = (ended, session) {
        return Err(Problem::new("E040", format!("There is no session '{id}' of {typed}."))
            .remedy(format!("All sessions: instance user sessions {typed}"))
            .into());
    }
    let mut document = sessions(app, typed)?;
    if let Some(fields) = document.as_object_mut() {
        fields.insert("ended".to_owned(), ended.into());
    }
    Ok(document)
}

pub async fn require_second(app: &Arc<App>, required: bool) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    app.store.write(move |tx| verbs::require_second(tx, owner, required)).await?;
    Ok(json!({ "required": required }))
}

pub async fn take_second(app: &Arc<App>, typed: &str) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let id = find(app, typed)?.id;
    app.store.write(move |tx| secrets::take_second(tx, owner, id)).await?;
    app.store.read(|rows| described(rows, &users::need(rows, id)?))
}

pub async fn identity(app: &Arc<App>, typed: &str, subject: Option<String>) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let user = find(app, typed)?;
    let Some((issuer, _)) = app.config.login.as_set() else {
        return Err(Problem::new("E332", "No identity provider is set up.")
            .remedy("Set login.issuer and login.client_id: instance config set login.issuer ADDRESS")
            .into());
    };
    let (issuer, id) = (issuer.to_owned(), user.id);
    let change = move |tx: &mut Write<'_>| match &subject {
        Some(subject) => identities::link(tx, owner, id, &issuer, subject),
        None => identities::unlink(tx, owner, id, &issuer),
    };
    app.store.write(change).await?;
    app.store.read(|rows| described(rows, &users::need(rows, id)?))
}

/// Who gets in without the identity provider; said anew when somebody is named.
pub async fn break_glass(app: &Arc<App>, typed: Option<&str>) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    if let Some(typed) = typed {
        let id = find(app, typed)?.id;
        app.store.write(move |tx| glass::set(tx, owner, id).map(|_| ())).await?;
    }
    app.store.read(|rows| {
        let Some(user) = glass::owner(rows)? else { return Ok(json!({ "email": null })) };
        Ok(json!({ "email": user.email, "password": secrets::of(rows, user.id)?.password.is_some() }))
    })
}

/// A link for somebody; for the only owner when nobody is named, who is made when there is none.
pub async fn login_link(app: &Arc<App>, typed: Option<&str>) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let id = match typed {
        Some(typed) => find(app, typed)?.id,
        None => only_owner(app).await?.id,
    };
    let code = token::code();
    let hash = token::hash(&code);
    let all = app.config.login.passwords;
    let make = move |tx: &mut Write<'_>| {
        glass::must_enter(tx, id, all)?;
        desk_login::link(tx, owner, id, hash)
    };
    let user = app.store.write(make).await?;
    let mut document = json!({ "user": user.email });
    with_link(app, &mut document, &code);
    Ok(document)
}

async fn only_owner(app: &Arc<App>) -> Result<User> {
    let owner = Asker::Operator.may_run()?;
    let all = app.store.read(users::all)?;
    let mut owners = all.into_iter().filter(User::is_owner);
    match (owners.next(), owners.next()) {
        (None, _) => app.store.write(move |tx| verbs::first(tx, owner)).await,
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => Err(Problem::new("E307", "There is more than one owner.")
            .remedy("Say for whom: instance user login-link EMAIL\nAll users: instance user list")
            .into()),
    }
}

fn with_link(app: &App, document: &mut Value, code: &str) {
    if let Some(fields) = document.as_object_mut() {
        fields.insert("url".to_owned(), app.site.start(code).into());
        fields.insert("expires".to_owned(), app.now().plus(limits::desk::LINK).rfc3339().into());
    }
}

/// A user by e-mail address, or by number: the first owner may have no address yet.
pub(super) fn find(app: &App, typed: &str) -> Result<User> {
    let found = app.store.read(|rows| match typed.parse() {
        Ok(id) => users::get(rows, id),
        Err(_) => users::by_email(rows, typed),
    });
    found?.ok_or_else(|| {
        Problem::new("E040", format!("There is no user '{typed}'.")).remedy("All users: instance user list").into()
    })
}

/// A user as a document.
fn described(rows: &impl Rows, user: &User) -> Result<Value> {
    let kept = secrets::of(rows, user.id)?;
    let mut roles = BTreeMap::new();
    for (id, given) in &user.roles {
        if let Some(account) = accounts::get(rows, *id)? {
            roles.insert(account.handle, given);
        }
    }
    Ok(json!({
        "id": user.id.to_string(),
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "rank": user.rank,
        "roles": roles,
        "password": kept.password.is_some(),
        "second_factor": kept.has_second(),
        "identities": identities::of(rows, user.id)?.iter().map(known_as).collect::<Vec<_>>(),
        "break_glass": glass::owner(rows)?.is_some_and(|owner| owner.id == user.id),
        "created": user.created.rfc3339(),
        "off": user.off.map(crate::base::time::Timestamp::rfc3339),
    }))
}

fn known_as(identity: &Identity) -> Value {
    json!({
        "issuer": identity.issuer,
        "subject": identity.subject,
        "since": identity.since.rfc3339(),
        "last": identity.last.map(crate::base::time::Timestamp::rfc3339),
    })
}
