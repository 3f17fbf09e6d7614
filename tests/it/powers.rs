//! Who may do what, in two tables: each route of the desk and of the client API, for each kind of asker, for an account
//! of theirs and for another. A route without a line fails the test.

mod lines;

use std::collections::BTreeSet;
use std::time::Duration;

use instance::actions;
use instance::actions::drafts::{self, Pen, Seen};
use instance::base::time::{Clock, Timestamp};
use instance::crypto::token;
use instance::error::Result;
use instance::model::account::Account;
use instance::model::actor::Profile;
use instance::model::client::Scopes;
use instance::model::draft::{Sheet, When};
use instance::model::ids::{AccountId, MediaId, NoteId, UserId};
use instance::model::media::Media;
use instance::model::note::{Content, Note, Shown};
use instance::model::post::NewPost;
use instance::model::user::{Asker, Rank, Role, User};
use instance::store::{Write, actors, notes};
use instance::{api, desk};

use lines::{API, DESK};

use crate::support::http::{Answer, send};
use crate::support::seat::{Seat, user};
use crate::support::{Instance, START, owner, second_account};

/// `+` does it, `!` may not, `0` is told that there is no such thing, `?` has to log in first.
fn sign(answer: &Answer) -> char {
    match answer.status.as_u16() {
        200 | 303 | 409 | 422 => '+',
        401 => '?',
        403 => '!',
        404 => '0',
        410 => '-',
        other => panic!("{other}: {}", answer.text()),
    }
}

/// Which account what is asked for belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Own,
    Other,
    ReplyToOwn,
    ReplyToOther,
}

struct World {
    server: Instance,
    clock: Clock,
    other: Account,
    people: Vec<User>,
}

impl World {
    async fn new() -> Self {
        let clock = Clock::by_hand(START);
        // A trial: nothing that is allowed leaves this machine.
        let server = Instance::start_as(&clock, false).await;
        let other = second_account(&server).await;
        let mut people = Vec::new();
        for role in Role::ALL {
            let email = format!("{}@city.example", role.name());
            people.push(user(&server, &email, Rank::Member, server.account.id, &[role]).await);
        }
        for (email, rank) in [("auditor@city.example", Rank::Auditor), ("owner@city.example", Rank::Owner)] {
            people.push(user(&server, email, rank, server.account.id, &[]).await);
        }
        Self { server, clock, other, people }
    }

    fn account(&self, of: Of) -> AccountId {
        match of {
            Of::Own | Of::ReplyToOwn => self.server.account.id,
            Of::Other | Of::ReplyToOther => self.other.id,
        }
    }

    /// Fresh for each try, since what is allowed happens.
    async fn post(&self, of: Of) -> String {
        let (site, by) = (self.server.app.site.clone(), Asker::Operator.may(self.account(of)).unwrap());
        let new = NewPost::plain("en".parse().unwrap(), "Words");
        let post = self.server.app.store.write(move |tx| actions::publish::publish(tx, &site, by, &new)).await;
        post.unwrap().id.to_string()
    }

    /// Written by the operator; planned, for programs to put it off.
    async fn draft(&self, of: Of, planned: bool) -> String {
        let (account, at) = (self.account(of), self.clock.now().plus(Duration::from_secs(86_400)));
        let draft = self.server.app.store.write(move |tx| {
            let content = instance::model::draft::Content::of(&NewPost::plain("en".parse()?, "Words"), &[]);
            let sheet = Sheet { content, ..Sheet::default() };
            let draft = drafts::begin(tx, Pen::of(&Asker::Operator, account)?, &sheet)?;
            if planned {
                drafts::plan(tx, Asker::Operator.may(account)?, Seen::of(&draft), &When::exactly(at))?;
            }
            Ok(draft)
        });
        draft.await.unwrap().id.to_string()
    }

    async fn note(&self, of: Of) -> String {
        let concerned = self.account(of);
        let note = self.server.app.store.write(move |tx| {
            let note = note(tx, concerned)?;
            notes::put(tx, &note)?;
            Ok(note.id)
        });
        note.await.unwrap().to_string()
    }

    async fn media(&self, of: Of) -> String {
        let account = self.account(of);
        let media = self.server.app.store.write(move |tx| {
            let media = media(MediaId(tx.id()), account, tx.now());
            instance::store::media::put(tx, &media)?;
            Ok(media.id)
        });
        media.await.unwrap().to_string()
    }

    /// Somebody for owners to deal with.
    async fn victim(&self) -> UserId {
        let email = format!("{}@city.example", token::code().to_lowercase());
        user(&self.server, &email, Rank::Member, self.server.account.id, &[Role::Author]).await.id
    }

    async fn at_desk(&self, asker: Option<&User>, method: &str, pattern: &str, of: Of) -> Answer {
        let seat = match asker {
            Some(user) => Seat::of(&self.server, user.id).await,
            None => Seat::empty(&self.server),
        };
        let id = match pattern.split('/').next().unwrap() {
            "posts" if pattern.contains(":id") => self.post(of).await,
            "inbox" if pattern.contains(":id") => self.note(of).await,
            "users" if pattern.contains(":id") => self.victim().await.to_string(),
            "drafts" if pattern.contains(":id") => self.draft(of, false).await,
            "podcasts" | "accounts" | "answers" | "uploads" => self.account(of).to_string(),
            "statistics" => "2026-11".to_owned(),
            _ => "abc".to_owned(),
        };
        let mut path = format!("/desk/{}", pattern.replace(":id", &id)).trim_end_matches('/').to_owned();
        let replies = matches!(of, Of::ReplyToOwn | Of::ReplyToOther);
        let note = if replies { self.note(of).await } else { String::new() };
        if method == "GET" {
            if pattern.starts_with("statistics") {
                path = format!("{path}?account={}", self.account(of));
            }
            if replies {
                path = format!("{path}?reply={note}");
            }
            return seat.get(&path).await;
        }
        if pattern.starts_with("uploads") {
            return seat.script(&self.server.url(&path), &[("upload-offset", "0")], b"").await;
        }
        let account = self.account(of).to_string();
        if matches!(
            pattern,
            "accounts/:id"
                | "settings/emblem"
                | "posts"
                | "posts/:id/edit"
                | "drafts/:id/edit"
                | "podcasts"
                | "podcasts/:id/:id"
                | "podcasts/:id/:id/episodes"
        ) {
            let mut fields = vec![("account", account.as_str()), ("lang", "en"), ("text", "Words")];
            // An author's form has this button only.
            fields.extend((pattern == "drafts/:id/edit").then_some(("keep", "draft")));
            fields.extend(replies.then_some(("reply", note.as_str())));
            fields.extend((pattern == "drafts/:id/edit").then_some(("keep", "draft")));
            return seat.post_parts(&path, &fields).await;
        }
        let fields = match (pattern, asker) {
            ("elsewhere" | "elsewhere/unboost", _) => {
                vec![("account", account.as_str()), ("address", "https://elsewhere.example/1")]
            }
            ("account", Some(user)) => vec![("email", user.email.as_str()), ("name", "N")],
            _ => vec![("rank", "member"), ("revision", "1")],
        };
        seat.post(&path, &fields).await
    }

    async fn by_program(&self, bearer: &str, method: &str, pattern: &str, of: Of) -> Answer {
        let id = match pattern.split('/').nth(1).unwrap_or_default() {
            "statuses" if pattern.contains(":id") => self.post(of).await,
            "media" if pattern.contains(":id") => self.media(of).await,
            "scheduled_statuses" if pattern.contains(":id") => self.draft(of, true).await,
            _ => self.account(of).to_string(),
        };
        let query = if pattern.ends_with("lookup") { "?acct=press" } else { "" };
        let url = self.server.url(&format!("/api/{}{query}", pattern.replace(":id", &id)));
        let mut form = vec![("status", "Words".to_owned()), ("description", "A picture".to_owned())];
        if of == Of::ReplyToOwn {
            form.push(("in_reply_to_id", self.note(of).await));
        }
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let body = if method == "GET" { String::new() } else { body };
        if bearer.is_empty() {
            return send(method, &url, &[kind], body).await;
        }
        send(method, &url, &[kind, ("authorization", bearer)], body).await
    }

    /// A token for `press`, of a user or the operator.
    async fn bearer(&self, user: Option<UserId>) -> String {
        let (text, scopes) = (token::new(), Scopes::parse("read,write").unwrap());
        let (account, hash) = (self.server.account.id, token::hash(&text));
        let add = self
            .server
            .app
            .store
            .write(move |tx| actions::tokens::add(tx, owner(), account, user, &scopes, "test", hash));
        add.await.unwrap();
        format!("Bearer {text}")
    }
}

/// Written by a stranger, and not yet kept.
fn note(tx: &mut Write<'_>, concerned: AccountId) -> Result<Note> {
    let (id, now) = (NoteId(tx.id()), tx.now());
    let author = actors::learn(tx, &stranger())?.id;
    let uri = format!("https://elsewhere.example/notes/{id}");
    let content = Content { uri: uri.clone(), url: uri, html: "<p>Hello</p>".into(), published: now, ..blank(now) };
    let (received, shown) = (now, Shown::Waiting);
    Ok(Note { id, author, content, thread: None, concerns: vec![concerned], received, shown })
}

fn stranger() -> Profile {
    let uri = "https://elsewhere.example/users/eve".to_owned();
    Profile {
        inbox: format!("{uri}/inbox"),
        shared_inbox: None,
        user: "eve".into(),
        domain: "elsewhere.example".into(),
        name: "Eve".into(),
        url: uri.clone(),
        keys: Vec::new(),
        also_known_as: Vec::new(),
        uri,
    }
}

fn blank(now: Timestamp) -> Content {
    let json = serde_json::json!({ "uri": "", "url": "", "html": "", "published": now, "public": true });
    serde_json::from_value(json).unwrap()
}

fn media(id: MediaId, account: AccountId, now: Timestamp) -> Media {
    let json = serde_json::json!({
        "id": id, "account": account, "created": now, "alt": "A picture", "file": "none.png", "mime": "image/png",
        "width": 1, "height": 1, "bytes": 1, "blurhash": "", "used": false,
    });
    serde_json::from_value(json).unwrap()
}

/// Lines of a table that are missing or stand for nothing.
fn unlike<'a>(
    routes: impl Iterator<Item = (&'static hyper::Method, &'static str)>,
    table: &'a [(&'a str, &'a str, Of, &'a str)],
) -> Vec<String> {
    let real: BTreeSet<String> = routes.map(|(method, path)| format!("{method} {path}")).collect();
    let told: BTreeSet<String> = table.iter().map(|(method, path, ..)| format!("{method} {path}")).collect();
    real.symmetric_difference(&told).cloned().collect()
}

#[test]
fn every_route_has_its_line() {
    assert_eq!(unlike(desk::routes(), DESK), [""; 0], "of the desk: without a line, or no route");
    assert_eq!(unlike(api::routes(), API), [""; 0], "of the client API: without a line, or no route");
}

#[tokio::test]
async fn the_desk_does_for_each_what_their_roles_allow_and_nothing_else() {
    let world = World::new().await;
    let mut wrong = Vec::new();
    for (method, pattern, of, expected) in DESK {
        let mut found = Vec::new();
        for asker in std::iter::once(None).chain(world.people.iter().map(Some)) {
            // Refusals are counted for a network; a minute later they are forgotten.
            world.clock.advance(Duration::from_secs(60));
            found.push(sign(&world.at_desk(asker, method, pattern, *of).await).to_string());
        }
        let found = found.join(" ");
        if found != *expected {
            wrong.push(format!("{method} {pattern} {of:?}\n  is to be {expected}\n  but is   {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_program_may_no_more_than_the_user_whose_token_it_shows() {
    let world = World::new().await;
    let (nothing, gone) = (
        user(&world.server, "none@city.example", Rank::Member, world.server.account.id, &[]).await.id,
        user(&world.server, "gone@city.example", Rank::Member, world.server.account.id, &Role::ALL).await.id,
    );
    let mut bearers = vec![String::new()];
    for user in world.people.iter().map(|user| user.id).chain([nothing, gone]) {
        bearers.push(world.bearer(Some(user)).await);
    }
    bearers.push(world.bearer(None).await);
    world.server.app.store.write(move |tx| actions::users::switch_off(tx, owner(), gone)).await.unwrap();
    let mut wrong = Vec::new();
    for (method, pattern, of, expected) in API {
        let mut found = Vec::new();
        for bearer in &bearers {
            world.clock.advance(Duration::from_secs(60));
            found.push(sign(&world.by_program(bearer, method, pattern, *of).await).to_string());
        }
        let found = found.join(" ");
        if found != *expected {
            wrong.push(format!("{method} {pattern} {of:?}\n  is to be {expected}\n  but is   {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn nobody_reads_at_the_desk_what_is_not_for_them() {
    let world = World::new().await;
    let reader = &world.people[0];
    let concerned = world.other.id;
    let secret = move |tx: &mut Write<'_>| {
        let mut kept = note(tx, concerned)?;
        kept.content.html = "<p>For the water works only</p>".into();
        kept.content.public = false;
        notes::put(tx, &kept)
    };
    world.server.app.store.write(secret).await.unwrap();
    world.post(Of::Other).await;
    let seat = Seat::of(&world.server, reader.id).await;
    for path in ["/desk/inbox", "/desk/inbox?tab=done", "/desk/posts", "/desk"] {
        let page = seat.get(path).await.text();
        assert!(!page.contains("For the water works only") && !page.contains("@water"), "{path}: {page}");
    }
    assert!(!seat.get("/desk/posts").await.text().contains(" waiting</span>"), "not even that there is something");
    let owner = Seat::of(&world.server, world.people[7].id).await;
    assert!(owner.get("/desk/inbox").await.text().contains("For the water works only"));
    let posts = owner.get("/desk/posts").await.text();
    assert!(posts.contains("@water") && posts.contains(" waiting</span>"), "{posts}");
}
