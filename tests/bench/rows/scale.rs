//! How each cost grows: the same scenarios at several sizes, from a thousand followers to a hundred thousand on eight
//! thousand servers with twenty thousand posts. The state is written through the project's own library instead of
//! being followed for real, which would take minutes; what is measured is the binary.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use instance::actions::publish;
use instance::activitypub::read;
use instance::app::App;
use instance::base::time::Clock;
use instance::config::{Config, Overrides};
use instance::limits::outbound::KEPT_HOSTS;
use instance::model::actor::Profile;
use instance::model::follow::Follower;
use instance::model::ids::AccountId;
use instance::model::post::NewPost;
use instance::model::user::Asker;
use instance::store::{accounts, actors, follows};
use serde_json::{Value, json};

use super::{Bench, fanout, inbox, page};
use crate::meter;
use crate::plot::{Curve, Plot, svg};
use crate::report::{Limit, Line, figure};
use crate::subject::{ACCOUNT, Subject};

/// Rows in one transaction.
const BATCH: usize = 1000;
const STARTS: usize = 5;
const ROUNDS: usize = 3;
/// Requests for a page at each size.
const REQUESTS: usize = 40_000;
/// Activities that come in at each size.
const ACTIVITIES: usize = 4_000;
const LATENCY: Duration = Duration::from_millis(300);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub followers: usize,
    pub servers: usize,
    pub posts: usize,
}

const fn size(followers: usize, servers: usize, posts: usize) -> Size {
    Size { followers, servers, posts }
}

/// What the large one is compared with: the size of the other scenarios.
const SMALL: Size = size(5_000, 500, 200);
pub const LARGE: Size = size(100_000, 8_000, 20_000);
/// Each grows alone, by tens.
const BY_FOLLOWERS: [Size; 3] = [size(1_000, 80, 200), size(10_000, 80, 200), size(100_000, 80, 200)];
const BY_SERVERS: [Size; 3] = [size(10_000, 80, 200), size(10_000, 800, 200), size(10_000, 8_000, 200)];
const BY_POSTS: [Size; 3] = [size(1_000, 80, 200), size(1_000, 80, 2_000), size(1_000, 80, 20_000)];

/// What was measured at one size. Times are processor time in milliseconds, but for `start`, which is on the wall.
#[derive(Clone)]
struct Point {
    size: Size,
    start: f64,
    fanout: f64,
    again: f64,
    inbox: f64,
    page: f64,
    idle: f64,
    peak: f64,
    /// Of the whole data directory, in MiB.
    disk: f64,
}

impl Size {
    /// From the command line: `100000,8000,20000`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let numbers: Result<Vec<usize>, _> = text.split(',').map(str::parse).collect();
        match numbers.as_deref() {
            Ok([followers, servers, posts]) => Ok(size(*followers, *servers, *posts)),
            _ => Err("three numbers are wanted: FOLLOWERS,SERVERS,POSTS".to_owned()),
        }
    }

    fn shrunk(self, by: usize) -> Self {
        size((self.followers / by).max(8), (self.servers / by).max(4), self.posts / by)
    }
}

/// One size, to look at more closely.
pub async fn look(bench: &mut Bench, size: Size) {
    let point = measure(bench, size).await;
    println!("\n{}", table(&[point]));
}

pub async fn run(bench: &mut Bench, plots: &Path) {
    let small = measure(bench, SMALL).await;
    let mut known: Vec<Point> = vec![small.clone()];
    for size in BY_FOLLOWERS.into_iter().chain(BY_SERVERS).chain(BY_POSTS) {
        if known.iter().all(|point| point.size != size) {
            known.push(measure(bench, size).await);
        }
    }
    let large = measure(bench, LARGE).await;
    let all_kept = known.iter().find(|point| point.size == BY_FOLLOWERS[1]).expect("it was measured").again;
    for (name, small, large) in [
        ("fan-out, new connections, per server", small.fanout, large.fanout),
        ("fan-out again, per server", share_kept(all_kept, &small, LARGE), large.again),
        ("inbox, mixed, per activity", small.inbox, large.inbox),
        ("post page, per request", small.page, large.page),
        ("start to first 200", small.start, large.start),
    ] {
        let name = format!("at 100,000 followers: {name}");
        bench.report.add(Line::new(&name, "ms", large, Limit::Times(1.3 * small, 1.3)).floor(small));
    }
    bench.report.add(Line::new("at 100,000 followers: memory at any peak", "MiB", large.peak, Limit::AtMost(128.0)));
    slow(bench).await;
    draw(plots, &known);
    known.push(large);
    let points: Vec<Value> = known.iter().map(Point::json).collect();
    bench.file("growth.json", serde_json::to_string_pretty(&points).expect("figures are JSON").as_bytes());
    println!("\n{}", table(&known));
}

/// What a fan-out again costs by the figures of the small case where connections are kept to as small a share of the
/// servers as in `size`; to the others TLS sessions are resumed.
fn share_kept(all_kept: f64, small: &Point, size: Size) -> f64 {
    let kept = |size: Size| (KEPT_HOSTS as f64 / size.servers as f64).min(1.0);
    let resumed = (small.again - kept(small.size) * all_kept) / (1.0 - kept(small.size));
    kept(size) * all_kept + (1.0 - kept(size)) * resumed
}

/// The largest size while every server takes 300 ms: waiting must not be what it takes long for.
async fn slow(bench: &mut Bench) {
    let all: HashSet<usize> = (0..bench.world.hosts()).collect();
    bench.fresh().await;
    let quick = fanout::post(bench).await.1.last(&all).as_secs_f64();
    bench.fresh().await;
    bench.world.set_latency(LATENCY);
    let slow = fanout::post(bench).await.1.last(&all).as_secs_f64();
    bench.world.set_latency(Duration::ZERO);
    bench.subject.stop();
    let name = "at 8,000 servers: last reached, each takes 300 ms";
    let line = Line::new(name, "s", slow, Limit::Times(1.3 * quick, 1.3)).floor(quick);
    bench.report.add(line.note("floor: each answers at once"));
}

async fn measure(bench: &mut Bench, size: Size) -> Point {
    let shrunk = size.shrunk(bench.shrink);
    println!("{} followers, {} servers, {} posts", shrunk.followers, shrunk.servers, shrunk.posts);
    bench.world.resize(shrunk.servers, shrunk.followers);
    let data = bench.folder.join("data");
    let _ = std::fs::remove_dir_all(&data);
    bench.subject.stop();
    bench.subject = Subject::set_up(&bench.subject.binary.clone(), data, &bench.world);
    seed(bench, shrunk).await;
    bench.subject.start();
    bench.key = Some(bench.subject.key(&bench.world).await);
    bench.subject.stop();
    let disk = meter::mib(meter::disk(&bench.subject.data));
    let kept = bench.kept();
    bench.subject.keep(&kept);
    let starts = (0..STARTS).map(|_| {
        let time = bench.subject.start().as_secs_f64() * 1000.0;
        bench.subject.stop();
        time
    });
    let start = meter::least(starts);
    let (mut new, mut again) = (Vec::new(), Vec::new());
    let mut idle = 0.0;
    for _ in 0..ROUNDS {
        bench.fresh().await;
        idle = meter::mib(meter::resident(bench.subject.pid()));
        new.push(fanout::post(bench).await.0);
        again.push(fanout::post(bench).await.0);
    }
    bench.fresh().await;
    let inbox = inbox::mixed(bench, ACTIVITIES / bench.shrink).await;
    bench.fresh().await;
    let page = page::page(bench, REQUESTS / bench.shrink).await;
    bench.subject.stop();
    let (fanout, again, peak) = (meter::median(new), meter::median(again), meter::mib(bench.subject.peak()));
    Point { size, start, fanout, again, inbox, page, idle, peak, disk }
}

/// Posts first, then followers, so that nothing is to be delivered.
async fn seed(bench: &Bench, size: Size) {
    let config = Config::load(&bench.subject.data, &Overrides::default()).expect("the settings are right");
    let app = tokio::task::block_in_place(|| App::open(config, Clock::System)).expect("the store opens");
    let account = app.store.read(|rows| accounts::named(rows, ACCOUNT)).expect("the account is there").id;
    for first in (0..size.posts).step_by(BATCH) {
        let (site, numbers) = (app.site.clone(), first..size.posts.min(first + BATCH));
        let by = Asker::Operator.may(account).expect("the operator may");
        let write = app.store.write(move |tx| {
            for number in numbers.clone() {
                let text = format!("Bulletin {number}: roadworks in the old town until Friday. #traffic");
                publish::publish(tx, &site, by, &NewPost::plain("en".parse()?, &text))?;
            }
            Ok(())
        });
        write.await.expect("posts are written");
    }
    for first in (0..size.followers).step_by(BATCH) {
        let numbers = first..size.followers.min(first + BATCH);
        let profiles: Arc<Vec<Profile>> = Arc::new(numbers.map(|number| profile(bench, number)).collect());
        app.store
            .write(move |tx| profiles.iter().try_for_each(|p| follow(tx, account, p)))
            .await
            .expect("rows are written");
    }
}

fn profile(bench: &Bench, number: usize) -> Profile {
    let document: Value = serde_json::from_str(&bench.world.document(number)).expect("a document is JSON");
    read::actor::actor(&document).expect("a document is an actor")
}

fn follow(tx: &mut instance::store::Write<'_>, account: AccountId, profile: &Profile) -> instance::error::Result<()> {
    let actor = actors::learn(tx, profile)?;
    let follower = Follower { uri: format!("{}#follow", profile.uri), since: tx.now() };
    follows::put(tx, account, &actor, &follower)
}

/// What grows, how its axis is named, the sizes, and where a size stands on the axis.
type Sweep = (&'static str, &'static str, [Size; 3], fn(&Size) -> usize);

fn draw(folder: &Path, known: &[Point]) {
    std::fs::create_dir_all(folder).expect("the folder of plots can be made");
    let sweeps: [Sweep; 3] = [
        ("followers", "followers, on 80 servers, with 200 posts", BY_FOLLOWERS, |size| size.followers),
        ("servers", "servers, of 10,000 followers, with 200 posts", BY_SERVERS, |size| size.servers),
        ("posts", "posts, for 1,000 followers on 80 servers", BY_POSTS, |size| size.posts),
    ];
    for (name, across, sizes, get) in sweeps {
        let points: Vec<&Point> = sizes.iter().filter_map(|size| known.iter().find(|p| p.size == *size)).collect();
        let curve = |name: &'static str, value: fn(&Point) -> f64| Curve {
            name,
            points: points.iter().map(|p| (get(&p.size) as f64, value(p))).collect(),
        };
        let time = Plot {
            title: format!("Time, as {name} grow"),
            across,
            up: "milliseconds (start: on the wall; else processor time)",
            curves: vec![
                curve("start", |p| p.start),
                curve("fan-out / server", |p| p.fanout),
                curve("again / server", |p| p.again),
                curve("inbox / activity", |p| p.inbox),
                curve("page / request", |p| p.page),
            ],
        };
        let room = Plot {
            title: format!("Memory and disk, as {name} grow"),
            across,
            up: "MiB",
            curves: vec![
                curve("data directory", |p| p.disk),
                curve("memory, peak", |p| p.peak),
                curve("memory, idle", |p| p.idle),
            ],
        };
        std::fs::write(folder.join(format!("{name}.svg")), svg(&[time, room])).expect("the plot can be written");
    }
}

impl Point {
    fn json(&self) -> Value {
        let Size { followers, servers, posts } = self.size;
        json!({ "followers": followers, "servers": servers, "posts": posts, "start_ms": self.start,
            "fanout_ms": self.fanout, "fanout_again_ms": self.again, "inbox_ms": self.inbox, "page_ms": self.page,
            "idle_mib": self.idle, "peak_mib": self.peak, "disk_mib": self.disk })
    }
}

/// All points as a table in Markdown.
fn table(points: &[Point]) -> String {
    let mut text =
        "| followers | servers | posts | start, ms | fan-out, ms/server | again, ms/server | inbox, ms | page, ms | \
                    idle, MiB | peak, MiB | disk, MiB |\n|"
            .to_owned();
    text += &"---|".repeat(11);
    for p in points {
        let Size { followers, servers, posts } = p.size;
        let figures = [p.start, p.fanout, p.again, p.inbox, p.page, p.idle, p.peak, p.disk].map(figure);
        let _ = write!(text, "\n| {followers} | {servers} | {posts} | {} |", figures.join(" | "));
    }
    text + "\n"
}
