//! The desk of a large institution: every page that can be looked at, with 10,000 posts, 100,000 followers on 8,000 servers
//! and 5,000 open replies. Pages are those of the table of routes; what `:id` stands for in a new one is a line in `fill`.
//! The state is written through the project's own library; what is measured is the binary.

use std::sync::Arc;
use std::time::Duration;

use hyper::{Method, StatusCode, header};
use instance::actions::drafts::{self, Pen};
use instance::actions::{self, days, publish};
use instance::app::App;
use instance::base::time::{Clock, Timestamp, day_number};
use instance::config::{Config, Overrides};
use instance::crypto::token;
use instance::model::account::Account;
use instance::model::actor::Profile;
use instance::model::day::Day;
use instance::model::delivery::Outcome;
use instance::model::draft::{Content, Sheet};
use instance::model::follow::Follower;
use instance::model::ids::{ActorId, NoteId, PostId, UserId};
use instance::model::login::Session;
use instance::model::note::Note;
use instance::model::post::NewPost;
use instance::model::user::{Asker, Rank};
use instance::store::schema::SESSIONS;
use instance::store::{Store, Write, accounts, actors, deliveries, follows, notes};
use serde_json::json;

use super::Bench;
use crate::floor::Floor;
use crate::load::{self, Prepared};
use crate::meter;
use crate::report::{Limit, Line, figure};
use crate::subject::{ACCOUNT, Subject, url};
use crate::world::now;

const POSTS: usize = 10_000;
const FOLLOWERS: usize = 100_000;
const SERVERS: usize = 8_000;
const OPEN: usize = 5_000;
/// Rows in one transaction.
const BATCH: usize = 1_000;
/// Posts that went to everybody: as many as a list shows, each with a row for each server.
const SENT: usize = 20;
/// Posts in a day, for three years.
const A_DAY: usize = 9;
const ROUNDS: usize = 20;
/// What a page may cost, in milliseconds …
const MOST: f64 = 20.0;
/// … and so many times what a bare hyper server takes to hand out the same bytes.
const TIMES: f64 = 1_000.0;

/// What a path names.
struct Ids {
    account: String,
    post: String,
    user: String,
    note: String,
    draft: String,
    month: String,
}

/// A page's path, with something that is there for each `:id`. None for a page of what this world does not have.
fn fill(path: &str, ids: &Ids) -> Option<String> {
    // Files are exports, as long as what they hold; and the institution has no identity provider.
    if path.contains('.') || path.starts_with("login/") {
        return None;
    }
    let id = match path.split('/').next().unwrap_or_default() {
        _ if !path.contains(":id") => "",
        // There is no episode.
        "posts" | "drafts" if path.ends_with("episode") => return None,
        "posts" => &ids.post,
        "users" => &ids.user,
        "accounts" => &ids.account,
        "inbox" => &ids.note,
        "drafts" => &ids.draft,
        "statistics" => &ids.month,
        // There is no podcast, no kept answer, no secret feed, and no link that nobody used.
        _ => return None,
    };
    Some(format!("/desk/{}", path.replace(":id", id)).trim_end_matches('/').to_owned())
}

fn short(moment: Timestamp) -> String {
    moment.rfc3339().chars().take("2026-11".len()).collect()
}

pub async fn run(bench: &mut Bench) {
    let data = bench.folder.join("desk");
    let _ = std::fs::remove_dir_all(&data);
    let mut subject = Subject::set_up(&bench.subject.binary.clone(), data, &bench.world);
    let config = Config::load(&subject.data, &Overrides::default()).expect("the settings are right");
    let clock = Clock::by_hand(now());
    let app = tokio::task::block_in_place(|| App::open(config, clock.clone())).expect("the store opens");
    let (ids, cookie) = Seed { app: &app, clock: &clock, shrink: bench.shrink }.all().await;
    drop(app);
    subject.start();
    meter::rest(subject.pid()).await;
    let mut found = Vec::new();
    let (mut skipped, mut largest) = (Vec::new(), (0, bytes::Bytes::new()));
    for (_, route) in instance::desk::routes().filter(|(method, _)| **method == Method::GET) {
        let Some(path) = fill(route, &ids) else {
            skipped.push(route);
            continue;
        };
        let request = Prepared::new(&url(&path), 0, None).with(header::COOKIE, &cookie);
        let answer = load::once(subject.address, &request).await.expect("the server answers");
        if answer.status() == StatusCode::SEE_OTHER {
            // An address of before.
            skipped.push(route);
            continue;
        }
        assert_eq!(answer.status(), StatusCode::OK, "{path}: say in `fill` what its ids stand for");
        if answer.body().len() > largest.0 {
            largest = (answer.body().len(), answer.body().clone());
        }
        let request = Arc::new(vec![request]);
        let before = subject.cpu();
        load::run(subject.address, request, ROUNDS, 1).await.expect(StatusCode::OK, ROUNDS);
        found.push((meter::each(subject.cpu().saturating_sub(before), ROUNDS), route));
    }
    subject.stop();
    let (floor, at) = Floor::page(&bench.file("desk-page", &largest.1), "text/html; charset=utf-8");
    let plain = Arc::new(vec![Prepared::new(&url("/desk"), 0, None)]);
    load::run(at, Arc::clone(&plain), 100, 1).await;
    let before = floor.cpu();
    load::run(at, plain, 2_000, 1).await;
    let least = meter::each(floor.cpu().saturating_sub(before), 2_000);
    for (cost, route) in &found {
        println!("        /desk/{route:<40} {:>8} ms", figure(*cost));
    }
    let (cost, route) = found.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0)).expect("the desk has pages");
    let note = format!("/desk/{route}, slowest of {}; not looked at: {}", found.len(), skipped.join(" "));
    bench
        .report
        .add(Line::new("any page of a large desk", "ms", cost, Limit::Times(MOST, TIMES)).floor(least).note(note));
}

struct Seed<'a> {
    app: &'a Arc<App>,
    clock: &'a Clock,
    shrink: usize,
}

impl Seed<'_> {
    fn store(&self) -> &Store {
        &self.app.store
    }

    async fn all(&self) -> (Ids, String) {
        let account = self.store().read(|rows| accounts::named(rows, ACCOUNT)).expect("the account is there");
        let end = now();
        let posts = (POSTS / self.shrink).max(SENT * 2);
        let begun = end.minus(Duration::from_secs(86_400 / A_DAY as u64) * u32::try_from(posts).unwrap());
        self.clock.set(begun);
        self.posts(&account, posts - SENT).await;
        self.days(&account, begun, end).await;
        let actors = self.followers(&account).await;
        let mut last = None;
        for _ in 0..SENT {
            self.clock.advance(Duration::from_secs(60));
            last = Some(self.sent(&account).await);
        }
        let last = last.expect("there are some");
        let note = self.replies(&account, last, &actors).await.to_string();
        let draft = self.draft(&account).await;
        self.clock.set(end);
        let (user, cookie) = self.owner().await;
        (
            Ids {
                account: account.id.to_string(),
                post: last.to_string(),
                user: user.to_string(),
                note,
                draft,
                month: short(end),
            },
            cookie,
        )
    }

    async fn publish(&self, account: &Account, texts: Vec<String>) -> PostId {
        let (site, by) = (self.app.site.clone(), Asker::Operator.may(account.id).expect("the operator may"));
        let write = self.store().write(move |tx| {
            let mut last = None;
            for text in &texts {
                last = Some(publish::publish(tx, &site, by, &NewPost::plain("en".parse()?, text))?.id);
            }
            Ok(last)
        });
        write.await.expect("posts are written").expect("there is one")
    }

    async fn posts(&self, account: &Account, count: usize) {
        let text = |n: usize| format!("Bulletin {n}: roadworks in the old town until Friday. #traffic");
        for first in (0..count).step_by(A_DAY) {
            self.publish(account, (first..count.min(first + A_DAY)).map(text).collect()).await;
            self.clock.advance(Duration::from_secs(86_400));
        }
    }

    async fn days(&self, account: &Account, from: Timestamp, to: Timestamp) {
        let id = account.id;
        let number = |moment: Timestamp| day_number(moment.jiff().to_zoned(jiff::tz::TimeZone::UTC).date());
        let (first, last) = (number(from), number(to));
        let write = move |tx: &mut Write<'_>| {
            for day in first..=last {
                let row = Day { followers: 1_000 + (day - first) * 90, places: None };
                instance::store::days::put(tx, id, day, &row)?;
            }
            Ok(())
        };
        self.store().write(write).await.expect("days are written");
    }

    async fn followers(&self, account: &Account) -> Vec<ActorId> {
        let (id, servers) = (account.id, SERVERS / self.shrink);
        let (count, mut all) = (FOLLOWERS / self.shrink, Vec::new());
        for first in (0..count).step_by(BATCH) {
            let numbers = first..count.min(first + BATCH);
            let write = self.store().write(move |tx| {
                let mut known = Vec::new();
                for number in numbers.clone() {
                    let profile = profile(number, servers);
                    let actor = actors::learn(tx, &profile)?;
                    let follower = Follower { uri: format!("{}#follow", profile.uri), since: tx.now() };
                    follows::put(tx, id, &actor, &follower)?;
                    known.push(actor.id);
                }
                Ok(known)
            });
            all.extend(write.await.expect("followers are written"));
        }
        let counted = self.store().read(days::count).expect("followers are counted");
        let today = now().jiff().to_zoned(jiff::tz::TimeZone::UTC).date();
        self.store().write(move |tx| days::keep(tx, today, &counted)).await.expect("the day is written");
        all
    }

    /// A post that everybody has but one server of forty.
    async fn sent(&self, account: &Account) -> PostId {
        let post = self.publish(account, vec!["The bridge over the Lahn is open again. #traffic".to_owned()]).await;
        let write = self.store().write(move |tx| {
            let activity = instance::store::posts::need(tx, post)?.activities.first().copied().expect("it was said");
            let refused = Outcome::Never { said: "answered 403: Forbidden".into(), status: Some(403) };
            let outcomes: Vec<_> = deliveries::states(tx, activity)?
                .into_iter()
                .enumerate()
                .map(|(n, (inbox, _))| ((activity, inbox), if n % 40 == 7 { refused.clone() } else { Outcome::Done }))
                .collect();
            actions::deliver::settle_all(tx, outcomes.iter().map(|(name, outcome)| (*name, outcome)))
        });
        write.await.expect("outcomes are written");
        post
    }

    async fn replies(&self, account: &Account, thread: PostId, actors: &[ActorId]) -> NoteId {
        let mut last = None;
        let (id, authors) = (account.id, actors.to_vec());
        let count = OPEN / self.shrink;
        for first in (0..count).step_by(BATCH) {
            let (numbers, authors) = (first..count.min(first + BATCH), authors.clone());
            let write = self.store().write(move |tx| {
                let mut last = None;
                for number in numbers.clone() {
                    let uri = format!("https://h{}.bench.test/notes/{number}", number % 80);
                    let (note, author) = (NoteId(tx.id()), authors[number % authors.len()]);
                    let words = "<p>Is the footpath open as well? I walk there with my children every morning.</p>";
                    let row = json!({ "id": note, "author": author, "uri": uri, "url": uri, "html": words, "public": true,
                        "published": tx.now(), "thread": thread, "concerns": [id], "received": tx.now(),
                        "shown": "waiting" });
                    let note: Note = serde_json::from_value(row).expect("a note");
                    notes::put(tx, &note)?;
                    last = Some(note.id);
                }
                Ok(last)
            });
            last = write.await.expect("replies are written");
        }
        last.expect("there is one")
    }

    async fn draft(&self, account: &Account) -> String {
        let id = account.id;
        let write = self.store().write(move |tx| {
            let content = Content::of(&NewPost::plain("en".parse()?, "The bridge closes on Friday."), &[]);
            drafts::begin(tx, Pen::of(&Asker::Operator, id)?, &Sheet { content, ..Sheet::default() })
        });
        write.await.expect("a draft is written").id.to_string()
    }

    /// Somebody who sees everything, and the cookie of their browser.
    async fn owner(&self) -> (UserId, String) {
        let by = Asker::Operator.may_run().expect("the operator may");
        let new = actions::users::NewUser {
            email: "ana@city.example".into(),
            name: "Ana".into(),
            language: None,
            rank: Rank::Owner,
            roles: std::collections::BTreeMap::default(),
        };
        let user = self.store().write(move |tx| actions::users::add(tx, by, &new)).await.expect("a user").id;
        let (fresh, now) = (token::new(), self.app.now());
        let key = token::hash(&fresh);
        let expires = now.plus(instance::limits::desk::SESSION);
        let row = json!({ "user": user, "created": now, "expires": expires, "csrf": "x", "browser": "Bench" });
        let session: Session = serde_json::from_value(row).expect("a session");
        self.store().write(move |tx| tx.put(&SESSIONS, &key, &session)).await.expect("a session is written");
        (user, format!("__Host-session={fresh}"))
    }
}

/// One of many on server `number % servers`, of which the first ones are the largest.
fn profile(number: usize, servers: usize) -> Profile {
    let host = if number.is_multiple_of(3) { number % 50 % servers } else { number % servers };
    let domain = format!("h{host}.bench.test");
    let uri = format!("https://{domain}/users/u{number}");
    Profile {
        inbox: format!("{uri}/inbox"),
        shared_inbox: Some(format!("https://{domain}/inbox")),
        user: format!("u{number}"),
        name: format!("Follower {number}"),
        url: format!("https://{domain}/@u{number}"),
        keys: Vec::new(),
        also_known_as: Vec::new(),
        domain,
        uri,
    }
}
