//! The scenarios. All begin with the same state, kept once everybody follows: the same servers, the same followers.

mod crash;
mod desk;
mod fanout;
mod follow;
mod inbox;
mod media;
mod page;
mod quiet;
pub mod scale;
mod trouble;
pub mod upload;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use hyper::header::HOST;
use hyper::{Method, StatusCode};
use instance::crypto::keys::PublicKey;
use instance::crypto::{claim, verify::Received};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::Arguments;
use crate::meter;
use crate::report::{Limit, Line, Report};
use crate::subject::{Posted, Subject};
use crate::world::{Delivery, World, now};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Row {
    /// Everybody follows; what it costs and leaves on the disk
    Follow,
    /// At rest: memory, and how soon it answers after a start
    Quiet,
    /// One post to every server, over new connections and again
    Fanout,
    /// What comes in on a popular post
    Inbox,
    /// A post as page and as JSON
    Page,
    /// A photograph of 12 megapixels comes in: time beside a bare decode, resize and encode, and memory
    Upload,
    /// A post while every server answers slowly
    Slow,
    /// A post while some servers hang, are dead, or fail
    Trouble,
    /// Every page of the desk, with 10,000 posts, 100,000 followers and 5,000 open replies
    Desk,
    /// Killed in the middle of a post, and started again
    Crash,
    /// Only when it is named: one picture and a part of a film, beside nginx
    Media,
    /// Alone: how costs grow up to 100,000 followers on 8,000 servers, with plots; takes half an hour
    Scale,
    /// Alone: only be the simulated world, with a server set up for it, until interrupted
    World,
}

pub struct Bench {
    pub world: Arc<World>,
    pub subject: Subject,
    pub report: Report,
    /// The key that deliveries have to be signed with.
    pub key: Option<PublicKey>,
    folder: PathBuf,
    requests: usize,
    /// Everything is so many times smaller when only the program itself is tried.
    shrink: usize,
}

impl Bench {
    pub async fn new(arguments: &Arguments, folder: &Path) -> Self {
        std::fs::create_dir_all(folder).expect("the folder can be made");
        let data = folder.join("data");
        let _ = std::fs::remove_dir_all(&data);
        let shrink = if arguments.smoke { 100 } else { 1 };
        let hosts = if arguments.rows.contains(&Row::Scale) { scale::LARGE.servers } else { arguments.hosts };
        let (hosts, followers) = ((hosts / shrink).max(8), (arguments.followers / shrink).max(24));
        let world = World::start(hosts, followers, &folder.join("keys")).await;
        let subject = Subject::set_up(&arguments.binary, data, &world);
        Self {
            world,
            subject,
            report: Report::new(!arguments.smoke),
            key: None,
            folder: folder.to_owned(),
            requests: arguments.requests / shrink,
            shrink,
        }
    }

    pub async fn run(&mut self, rows: &[Row]) {
        let all = Row::value_variants();
        follow::run(self).await;
        let wanted = |row: &&Row| if rows.is_empty() { **row != Row::Media } else { rows.contains(row) };
        for row in all.iter().filter(wanted) {
            match row {
                // The first is done, the others stand alone.
                Row::Follow | Row::Scale | Row::World => {}
                Row::Quiet => quiet::run(self).await,
                Row::Fanout => fanout::run(self).await,
                Row::Inbox => inbox::run(self).await,
                Row::Page => page::run(self).await,
                Row::Upload => upload::run(self).await,
                Row::Slow => trouble::slow(self).await,
                Row::Trouble => trouble::run(self).await,
                Row::Desk => desk::run(self).await,
                Row::Crash => crash::run(self).await,
                Row::Media => media::run(self).await,
            }
        }
        let peak = meter::mib(self.subject.peak());
        self.report.add(Line::new("resident memory at any peak of these", "MiB", peak, Limit::AtMost(64.0)));
    }

    /// Only the world and a server beside it, for whoever wants to try something by hand.
    pub async fn stand(&mut self) {
        self.subject.start();
        println!(
            "{} servers stand; http://{} serves {}",
            self.world.hosts(),
            self.subject.address,
            self.subject.data.display()
        );
        let mut heard = self.world.hear();
        while let Some(delivery) = heard.recv().await {
            println!(
                "{} {} {}",
                self.world.base(delivery.host),
                delivery.status,
                String::from_utf8_lossy(&delivery.body)
            );
        }
    }

    /// The state in which everybody follows.
    fn kept(&self) -> PathBuf {
        self.folder.join("kept")
    }

    pub fn keys(&self) -> PathBuf {
        self.folder.join("keys")
    }

    /// A file for a floor to read.
    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let file = self.folder.join(name);
        std::fs::write(&file, bytes).expect("the folder can be written");
        file
    }

    /// A server that has just been started and has nothing to do; nothing it knew of connections is left.
    async fn fresh(&mut self) {
        self.subject.stop();
        let kept = self.kept();
        self.subject.restore(&kept);
        self.subject.start();
        meter::rest(self.subject.pid()).await;
        self.world.take_counts();
    }
}

/// How a post reached the servers.
struct Reach {
    /// When a server first took it, since it was sent.
    first: BTreeMap<usize, Duration>,
    /// How often each server took it.
    copies: BTreeMap<usize, usize>,
    deliveries: Vec<Delivery>,
    post: Posted,
    heard: UnboundedReceiver<Delivery>,
}

impl Reach {
    /// Publishes, and listens from before that on.
    async fn of(bench: &Bench, text: &str) -> Self {
        let heard = bench.world.hear();
        let post = bench.subject.publish(text).await;
        Self { first: BTreeMap::new(), copies: BTreeMap::new(), deliveries: Vec::new(), post, heard }
    }

    /// Listens until all of `wanted` took the post; false when patience ended before.
    async fn wait(&mut self, wanted: &HashSet<usize>, patience: Duration) -> bool {
        let deadline = tokio::time::Instant::now() + patience;
        let mut left = wanted.iter().filter(|host| !self.first.contains_key(host)).count();
        while left > 0 {
            match self.next(deadline).await {
                Some(host) => left -= usize::from(wanted.contains(&host)),
                None => return false,
            }
        }
        true
    }

    /// The next server that takes the post for the first time.
    async fn next(&mut self, deadline: tokio::time::Instant) -> Option<usize> {
        loop {
            let delivery = tokio::time::timeout_at(deadline, self.heard.recv()).await.ok()??;
            let about = String::from_utf8_lossy(&delivery.body).contains(self.post.id.as_str());
            if delivery.status != StatusCode::ACCEPTED || !about {
                continue;
            }
            let (host, at) = (delivery.host, delivery.at.saturating_duration_since(self.post.sent));
            self.deliveries.push(delivery);
            let copies = self.copies.entry(host).or_default();
            *copies += 1;
            if *copies == 1 {
                self.first.insert(host, at);
                return Some(host);
            }
        }
    }

    fn last(&self, of: &HashSet<usize>) -> Duration {
        self.first.iter().filter(|(host, _)| of.contains(host)).map(|(_, at)| *at).max().unwrap_or_default()
    }
}

/// Every delivery carries a signature of the account's key over its body.
fn verify(world: &World, key: &PublicKey, deliveries: &[Delivery]) {
    for delivery in deliveries {
        let origin = world.base(delivery.host);
        let mut headers = delivery.headers.clone();
        // HTTP/2 has none.
        headers.entry(HOST).or_insert_with(|| origin.trim_start_matches("https://").parse().unwrap());
        let received = Received {
            method: &Method::POST,
            target: &delivery.target,
            headers: &headers,
            body: &delivery.body,
            origin: &origin,
        };
        let checked = claim(&received, now()).and_then(|claim| claim.check(key));
        assert!(checked.is_ok(), "a delivery to {origin} is signed wrongly: {checked:?}");
    }
}
