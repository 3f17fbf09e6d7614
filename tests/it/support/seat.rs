//! Somebody at the desk: a user, made as wanted, and a browser of theirs.

use std::collections::BTreeMap;

use instance::actions::users::{self, NewUser};
use instance::base::time::Clock;
use instance::crypto::token;
use instance::model::draft::{Approval, Rule};
use instance::model::ids::{AccountId, UserId};
use instance::model::login::{How, Session};
use instance::model::user::{Rank, Role, User};
use instance::store::schema::SESSIONS;

use super::http::{Answer, PARTS, parts, send};
use super::{Instance, owner, rule};

pub const FORM: &str = "application/x-www-form-urlencoded";

/// A browser that is logged in, or is to log in.
pub struct Seat<'a> {
    pub server: &'a Instance,
    pub cookie: String,
    pub csrf: String,
}

impl<'a> Seat<'a> {
    /// One where nobody is logged in.
    pub fn empty(server: &'a Instance) -> Self {
        Self { server, cookie: String::new(), csrf: String::new() }
    }

    /// One where a user has logged in.
    pub async fn of(server: &'a Instance, user: UserId) -> Self {
        let (fresh, csrf) = (token::new(), token::new());
        let (key, now) = (token::hash(&fresh), server.app.now());
        let expires = now.plus(instance::limits::desk::SESSION);
        let session =
            Session { user, created: now, expires, csrf: csrf.clone(), browser: "Test".into(), how: How::default() };
        server.app.store.write(move |tx| tx.put(&SESSIONS, &key, &session)).await.unwrap();
        Self { server, cookie: format!("session={fresh}"), csrf }
    }

    pub async fn get(&self, path: &str) -> Answer {
        send("GET", &self.server.url(path), &[("cookie", &self.cookie)], "").await
    }

    /// A form without files, with the token of the session.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &self.csrf).extend_pairs(fields);
        let origin = self.server.app.site.origin.as_str();
        let headers = [("cookie", self.cookie.as_str()), ("content-type", FORM), ("origin", origin)];
        send("POST", &self.server.url(path), &headers, form.finish()).await
    }

    /// What a script sends, with the token in a header.
    pub async fn script(&self, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let origin = self.server.app.site.origin.as_str();
        let own = [("cookie", self.cookie.as_str()), ("origin", origin), ("x-csrf", self.csrf.as_str())];
        send("POST", url, &[&own[..], headers].concat(), body.to_vec()).await
    }

    /// As `post`, as forms with files are sent.
    pub async fn post_parts(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_files(path, fields, &[]).await
    }

    /// As `post_parts`, with files in some fields.
    pub async fn post_files(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
        let own = [("csrf", self.csrf.as_str())];
        let fields = own.iter().chain(fields).chain(first_button(path, fields));
        let body = parts(fields, files);
        let origin = self.server.app.site.origin.as_str();
        let headers = [("cookie", self.cookie.as_str()), ("content-type", PARTS), ("origin", origin)];
        send("POST", &self.server.url(path), &headers, body).await
    }
}

/// The composer's visible first button, unless these fields name one: a browser always sends which was pressed.
pub fn first_button(path: &str, fields: &[(&str, &str)]) -> &'static [(&'static str, &'static str)] {
    let is_composer = path == "/desk/posts" || path.ends_with("/edit");
    let is_pressed = fields.iter().any(|(name, _)| ["do", "keep", "leave"].contains(name));
    if is_composer && !is_pressed { &[("do", "publish")] } else { &[] }
}

/// Adds a user with these roles for an account.
pub async fn user(server: &Instance, email: &str, rank: Rank, account: AccountId, roles: &[Role]) -> User {
    let roles = BTreeMap::from([(account, roles.iter().copied().collect())]);
    let new = NewUser { email: email.into(), name: email.into(), language: None, rank, roles };
    server.app.store.write(move |tx| users::add(tx, owner(), &new)).await.unwrap()
}

/// An owner at the desk.
pub async fn owner_seat(server: &Instance) -> Seat<'_> {
    let owner = user(server, "owner@city.example", Rank::Owner, server.account.id, &[]).await;
    Seat::of(server, owner.id).await
}

/// Ana, who writes for the server's account, and Cem, who has to let pass what it publishes.
pub async fn author_and_approver(server: &Instance) -> (Seat<'_>, Seat<'_>) {
    rule(server, Approval { rule: Rule::Approver, ..Approval::default() }).await;
    let ana = user(server, "ana@city.example", Rank::Member, server.account.id, &[Role::Author]).await;
    let cem = user(server, "cem@city.example", Rank::Member, server.account.id, &[Role::Approver]).await;
    (Seat::of(server, ana.id).await, Seat::of(server, cem.id).await)
}

/// A server with an owner, and Ana, an editor of `press`.
pub async fn with_ana(clock: &Clock) -> (Instance, User) {
    let server = Instance::start_as(clock, false).await;
    user(&server, "owner@city.example", Rank::Owner, server.account.id, &[]).await;
    let ana = user(&server, "Ana@city.example", Rank::Member, server.account.id, &[Role::Editor]).await;
    (server, ana)
}

/// The draft that an answer leads to.
pub fn led_to(answer: &Answer) -> String {
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    let location = answer.header("location");
    location.split_once('?').map_or(location, |(path, _)| path).to_owned()
}
