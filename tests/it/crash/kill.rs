//! The real binary, killed again and again while it is followed, published with and answered: whatever it acknowledged
//! is there at the end, has reached everybody, and in no life more than once. `CRASH_KILLS` makes it longer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use instance::base::time::Clock;
use instance::model::follow::ReactionKind;
use instance::model::ids::{AccountId, PostId};
use instance::store::schema::RECEIVED;
use instance::store::{Rows, Span, Store, accounts, actors, follows, notes, posts, reactions};
use serde_json::{Value, json};

use super::{options, sound};
use crate::support::Folder;
use crate::support::crash::{asked, draw};
use crate::support::evil::{Evil, Signed, key};
use crate::support::http::{Answer, try_send};

const PEERS: usize = 5;
/// Who follows; they do so again and again.
const FOLLOWERS: usize = 25;
/// Answers and arrivals in the longest life.
const LONGEST: u64 = 80;

/// Whom a thing is for: the peer and the name of its actor.
type Who = (usize, String);

/// What was acknowledged.
#[derive(Default)]
struct Told {
    /// With the id of the Follow.
    follows: Vec<(Who, String)>,
    /// Each with those who had their Accept before it was handed in.
    posts: Vec<(PostId, BTreeSet<Who>)>,
    /// With the ids of their activities, which may still wait for their effect.
    reactions: Vec<(String, PostId, ReactionKind, Who)>,
    replies: Vec<(String, String)>,
}

struct Server {
    data: PathBuf,
    origin: String,
    token: String,
    account: AccountId,
    child: Mutex<Option<Child>>,
    peers: Vec<Evil>,
    told: Mutex<Told>,
    /// Answers given in this life, and how many events it is to see.
    answers: AtomicUsize,
    enough: AtomicUsize,
    numbers: AtomicUsize,
    /// Who has had an Accept, as far as each peer's mail was read.
    accepted: Mutex<(BTreeSet<Who>, [usize; PEERS])>,
}

impl Server {
    async fn set_up(folder: &Folder) -> Self {
        let data = folder.0.join("data");
        // Found free a moment ago, on an address that no other test uses.
        let address = std::net::TcpListener::bind("127.0.0.9:0").unwrap().local_addr().unwrap();
        let mut server = Self {
            data,
            origin: format!("http://{address}"),
            token: String::new(),
            account: AccountId(0),
            child: Mutex::default(),
            peers: Vec::new(),
            told: Mutex::default(),
            answers: AtomicUsize::new(0),
            enough: AtomicUsize::new(usize::MAX),
            numbers: AtomicUsize::new(0),
            accepted: Mutex::default(),
        };
        server.run(&["init", "--yes", "--name", "City", "--account", "press", "--language", "en", "--no-demo"]);
        server.token = server.run(&["token", "new", "--account", "press", "--scopes", "read,write"]);
        server.account = server.store().read(|rows| accounts::named(rows, "press")).unwrap().id;
        for n in 0..PEERS {
            server.peers.push(Evil::start(&format!("127.0.1.{}", n + 1)).await);
        }
        server
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_instance"));
        let address = self.origin.trim_start_matches("http://");
        command.args(words).arg("--data").arg(&self.data).stdin(Stdio::null());
        command.env("INSTANCE_URL", &self.origin).env("INSTANCE_LISTEN", address);
        command.env("INSTANCE_NETWORK_ALLOW_PRIVATE", "127.0.0.0/8");
        command
    }

    fn run(&self, words: &[&str]) -> String {
        let output = self.command(words).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap()
    }

    fn number(&self) -> usize {
        self.numbers.fetch_add(1, Ordering::SeqCst)
    }

    fn arrived(&self) -> usize {
        self.peers.iter().map(Evil::count).sum()
    }

    /// A life that ends after so many answers and arrivals.
    async fn start(&self, events: usize) {
        self.answers.store(0, Ordering::SeqCst);
        self.enough.store(self.arrived().saturating_add(events), Ordering::SeqCst);
        let child = self.command(&["serve"]).stdout(Stdio::null()).spawn().unwrap();
        *self.child.lock().unwrap() = Some(child);
        let ready = async {
            while try_send("GET", &format!("{}/healthz", self.origin), &[], "").await.is_err() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), ready).await.expect("it starts again");
    }

    /// Waits until what the last life sent has been read, connections that nobody took up yet included.
    async fn rest(&self) {
        for _ in 0..3 {
            while !self.peers.iter().all(Evil::is_alone) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Kills it when it has seen enough.
    fn count(&self) {
        let seen = self.answers.fetch_add(1, Ordering::SeqCst) + 1 + self.arrived();
        if seen >= self.enough.load(Ordering::SeqCst)
            && let Some(mut child) = self.child.lock().unwrap().take()
        {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// An answer, unless it was killed before.
    async fn ask(&self, url: &str, headers: &[(&str, &str)], body: String) -> Option<Answer> {
        let answer = try_send("POST", url, headers, body).await.ok();
        self.count();
        answer
    }

    async fn say(&self, (peer, name): &Who, activity: &Value) -> Option<u16> {
        let (url, body) = (format!("{}/ap/inbox", self.origin), activity.to_string());
        let (key_id, at) = (self.peers[*peer].key_id(name), Clock::System.now());
        let signed = Signed { key_id: &key_id, key: key(0), body: body.as_bytes(), url: &url, at, modern: false };
        let headers = signed.headers();
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        self.ask(&url, &headers, body.clone()).await.map(|answer| answer.status.as_u16())
    }

    /// Says something until it is acknowledged; nothing when the server was killed meanwhile.
    async fn insist(&self, who: &Who, kind: &str, object: Value) -> Option<String> {
        let id = format!("/{kind}/{}", self.number());
        let activity = self.peers[who.0].activity(&who.1, kind, &id, &object);
        loop {
            match self.say(who, &activity).await? {
                202 => return Some(self.peers[who.0].url(&id)),
                503 => {}
                status => panic!("{kind}: {status}"),
            }
        }
    }

    fn somebody(&self, n: usize) -> Who {
        let who = (n % PEERS, format!("u{n}"));
        self.peers[who.0].be(&[&who.1]);
        who
    }

    fn accepted(&self) -> BTreeSet<Who> {
        let mut accepted = self.accepted.lock().unwrap();
        let (who, read) = &mut *accepted;
        for (peer, (evil, read)) in self.peers.iter().zip(read).enumerate() {
            for (path, activity) in evil.taken_after(*read) {
                *read += 1;
                if activity["type"] == "Accept" {
                    who.insert((peer, path.split('/').nth(2).unwrap().to_owned()));
                }
            }
        }
        who.clone()
    }

    async fn follow(&self) -> Option<()> {
        let us = format!("{}/ap/accounts/{}", self.origin, self.account);
        loop {
            let who = self.somebody(self.number() % FOLLOWERS);
            let id = self.insist(&who, "Follow", json!(us)).await?;
            self.told().follows.push((who, id));
        }
    }

    async fn publish(&self) -> Option<()> {
        loop {
            let audience = self.accepted();
            let bearer = format!("Bearer {}", self.token);
            let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
            let body = json!({ "status": format!("Notice {}", self.number()) }).to_string();
            let answer = self.ask(&format!("{}/api/v1/statuses", self.origin), &headers, body).await?;
            assert!(answer.status == 200 || answer.status == 503, "{}", answer.text());
            if answer.status == 200 {
                let id = answer.json()["id"].as_str().unwrap().parse().unwrap();
                self.told().posts.push((id, audience));
            }
        }
    }

    async fn react(&self) -> Option<()> {
        loop {
            let n = self.number();
            let post = self.told().posts.last()?.0;
            let (who, uri) = (self.somebody(n), format!("{}/ap/posts/{post}", self.origin));
            if n.is_multiple_of(3) {
                let note = self.peers[who.0].note(&who.1, &format!("/note/{n}"), &uri, "Thanks");
                let uri = note["id"].as_str().unwrap().to_owned();
                let id = self.insist(&who, "Create", note).await?;
                self.told().replies.push((id, uri));
                continue;
            }
            let (kind, said) =
                if n % 3 == 1 { (ReactionKind::Like, "Like") } else { (ReactionKind::Boost, "Announce") };
            let id = self.insist(&who, said, json!(uri)).await?;
            self.told().reactions.push((id, post, kind, who));
        }
    }

    /// What the server left behind.
    fn store(&self) -> Store {
        Store::open(&self.data.join("store.redb"), options(&Clock::System)).unwrap()
    }

    /// Whether everything that was acknowledged has reached whom it is for.
    fn is_quiet(&self) -> bool {
        let mut arrived: BTreeSet<(usize, String, String)> = BTreeSet::new();
        for (peer, evil) in self.peers.iter().enumerate() {
            arrived.extend(evil.taken().into_iter().map(|(path, activity)| (peer, path, about(&activity))));
        }
        let has = |who: &Who, about: String| arrived.contains(&(who.0, format!("/u/{}/inbox", who.1), about));
        let told = self.told();
        let accepted = told.follows.iter().all(|(who, id)| has(who, id.clone()));
        let post = |id: &PostId| format!("{}/ap/posts/{id}", self.origin);
        accepted && told.posts.iter().all(|(id, audience)| audience.iter().all(|who| has(who, post(id))))
    }

    /// What is in the file at the end.
    fn verify(&self) {
        let (store, told) = (self.store(), self.told());
        sound(&store);
        store
            .read(|rows| {
                for ((peer, name), _) in &told.follows {
                    let actor = actors::by_uri(rows, &self.peers[*peer].actor(name))?.unwrap();
                    assert!(follows::get(rows, self.account, &actor)?.is_some(), "{name} follows");
                }
                for (id, _) in &told.posts {
                    posts::need(rows, *id)?;
                }
                let waiting = rows.rows(&RECEIVED, Span::all())?;
                let waits = |id: &String| waiting.iter().any(|(_, row)| row.json.get().contains(id));
                for (id, post, kind, (peer, name)) in &told.reactions {
                    let actor = actors::by_uri(rows, &self.peers[*peer].actor(name))?;
                    let there = actor.map_or(Ok(false), |actor| reactions::has(rows, *post, *kind, actor.id))?;
                    assert!(there || waits(id), "{name} {kind:?}");
                }
                for (id, uri) in &told.replies {
                    assert!(notes::by_uri(rows, uri)?.is_some() || waits(id), "{uri}");
                }
                Ok(())
            })
            .unwrap();
    }
}

/// The Follow that an Accept answers, or the post of a Create.
fn about(activity: &Value) -> String {
    let object = &activity["object"];
    object["id"].as_str().or(object.as_str()).unwrap_or_default().to_owned()
}

/// The most often that anything came to an inbox in one life, and how much came again in a later one.
fn repeats(server: &Server, lives: &[Vec<usize>]) -> (usize, usize) {
    let mut count: BTreeMap<(usize, usize, String, String), usize> = BTreeMap::new();
    let mut all = BTreeSet::new();
    for (peer, evil) in server.peers.iter().enumerate() {
        for (n, (path, activity)) in evil.taken().into_iter().enumerate() {
            let life = lives.iter().filter(|starts| starts[peer] <= n).count();
            let id = activity["id"].as_str().unwrap().to_owned();
            all.insert((peer, path.clone(), id.clone()));
            *count.entry((life, peer, path, id)).or_default() += 1;
        }
    }
    (count.values().copied().max().unwrap_or_default(), server.arrived() - all.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_again_and_again_forgets_and_repeats_nothing() {
    let folder = Folder::new();
    let server = Server::set_up(&folder).await;
    let kills = asked("CRASH_KILLS").unwrap_or(8);
    let (mut seed, mut lives) = (asked("CRASH_SEED").unwrap_or(1), Vec::new());
    for _ in 0..kills {
        lives.push(server.peers.iter().map(Evil::count).collect());
        server.start(usize::try_from(1 + draw(&mut seed) % LONGEST).unwrap()).await;
        tokio::join!(server.follow(), server.publish(), server.react(), server.react());
        server.rest().await;
    }
    lives.push(server.peers.iter().map(Evil::count).collect());
    server.start(usize::MAX).await;
    let quiet = async {
        while !server.is_quiet() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), quiet).await.expect("what was acknowledged arrives");
    let (most, again) = repeats(&server, &lives);
    server.enough.store(0, Ordering::SeqCst);
    server.count();
    server.verify();
    let told = server.told();
    eprintln!(
        "{kills} kills: {} follows, {} posts, {} reactions and {} replies acknowledged; {} arrivals, {again} of them again",
        told.follows.len(),
        told.posts.len(),
        told.reactions.len(),
        told.replies.len(),
        server.arrived()
    );
    assert_eq!(most, 1, "nothing comes twice in one life");
}
