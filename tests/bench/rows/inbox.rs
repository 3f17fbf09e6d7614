//! What comes in on a popular post: likes, boosts, replies, undone likes, and the Deletes of accounts that nobody here
//! knows, which are the commonest traffic there is.

use std::sync::Arc;

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::{Value, json};
use url::Url;

use super::Bench;
use crate::floor::Floor;
use crate::load::{self, Prepared};
use crate::meter;
use crate::report::{Limit, Line};
use crate::subject::{Posted, url};
use crate::world::{World, now};

const CONNECTIONS: usize = 16;
/// Of twenty: eight likes, three boosts, three replies, two undone likes, four Deletes.
const MIX: [Kind; 20] = {
    use Kind::{Boost, Delete, Like, Reply, Undo};
    [
        Like, Boost, Reply, Delete, Like, Undo, Like, Reply, Like, Delete, Boost, Like, Delete, Like, Reply, Undo,
        Like, Boost, Delete, Like,
    ]
};
/// The like of the round before that the Undo with this number takes back.
fn undone(number: usize) -> usize {
    let back = (1..MIX.len()).find(|back| matches!(MIX[(number + MIX.len() - back) % MIX.len()], Kind::Like));
    number.saturating_sub(MIX.len() + back.unwrap_or_default())
}

const CONTEXT: &str = "https://www.w3.org/ns/activitystreams";
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

#[derive(Clone, Copy)]
enum Kind {
    Like,
    Boost,
    Reply,
    Undo,
    Delete,
}

pub async fn run(bench: &mut Bench) {
    bench.fresh().await;
    // Its own fan-out is over before anything comes in.
    let post = bench.subject.publish("The town hall is closed on Friday.").await;
    meter::rest(bench.subject.pid()).await;
    let total = bench.requests / 20;
    let maker = Maker::new(bench, &post);
    let mixed = maker.mixed(total);
    let deletes = Arc::new((0..2 * total).map(|number| maker.make(Kind::Delete, total + number)).collect::<Vec<_>>());

    let (cost, note) = send(bench, Arc::clone(&mixed), total).await;
    let (floor, at) = Floor::inbox(&bench.keys());
    let before = floor.cpu();
    load::run(at, Arc::clone(&mixed), total, CONNECTIONS).await;
    let least = meter::each(floor.cpu().saturating_sub(before), total);
    let name = "inbox, mixed likes, boosts, replies, undos, deletes";
    // The wanted 0.35 ms beside the floor as it was measured on the machine of that figure.
    bench.report.add(Line::new(name, "ms", cost, Limit::Times(0.35, 8.75)).floor(least).note(note));

    let (cost, note) = send(bench, deletes, 2 * total).await;
    let (fetched, _) = bench.world.take_counts();
    bench.report.add(Line::new("inbox, Delete of an unknown actor", "ms", cost, Limit::AtMost(0.06)).note(note));
    bench.report.add(Line::new("inbox, documents fetched for such Deletes", "", fetched as f64, Limit::AtMost(0.0)));
    bench.subject.stop();
}

/// The processor time that each of `total` mixed activities costs a server that was just started.
pub async fn mixed(bench: &Bench, total: usize) -> f64 {
    let post = bench.subject.publish("The town hall is closed on Friday.").await;
    meter::rest(bench.subject.pid()).await;
    send(bench, Maker::new(bench, &post).mixed(total), total).await.0
}

/// Sends them all and waits until their effects are there; answers with the processor time for each.
async fn send(bench: &Bench, requests: Arc<Vec<Prepared>>, total: usize) -> (f64, String) {
    bench.world.take_counts();
    let before = bench.subject.cpu();
    let answers = load::run(bench.subject.address, requests, total, CONNECTIONS).await;
    meter::rest(bench.subject.pid()).await;
    let cost = meter::each(bench.subject.cpu().saturating_sub(before), total);
    answers.expect(StatusCode::ACCEPTED, total);
    (cost, format!("{total} in {:.1} s, {} told to wait", answers.took.as_secs_f64(), answers.again))
}

struct Maker<'a> {
    world: &'a World,
    inbox: Url,
    account: &'a str,
    post: &'a Url,
}

impl<'a> Maker<'a> {
    fn new(bench: &'a Bench, post: &'a Posted) -> Self {
        Self { world: &bench.world, inbox: url("/ap/inbox"), account: &bench.subject.actor, post: &post.id }
    }

    fn mixed(&self, total: usize) -> Arc<Vec<Prepared>> {
        Arc::new((0..total).map(|number| self.make(MIX[number % MIX.len()], number)).collect())
    }

    /// The n-th activity of all, signed.
    fn make(&self, kind: Kind, number: usize) -> Prepared {
        // Whoever takes a like back does so a round later.
        let number = if matches!(kind, Kind::Undo) { undone(number) } else { number };
        let by = number % self.world.followers();
        let host = self.world.host_of(by);
        let me = self.world.actor(by);
        let activity = match kind {
            Kind::Like => self.like(&me, number),
            Kind::Undo => {
                let like = self.like(&me, number);
                json!({ "@context": CONTEXT, "id": format!("{me}#undo-{number}"), "type": "Undo", "actor": me, "object": like })
            }
            Kind::Boost => {
                json!({ "@context": CONTEXT, "id": format!("{me}/boosts/{number}"), "type": "Announce", "actor": me,
                "object": self.post, "published": now().rfc3339(), "to": [PUBLIC], "cc": [format!("{me}/followers"), self.account] })
            }
            Kind::Reply => self.reply(&me, number),
            Kind::Delete => {
                let gone = format!("{}/users/gone{number}", self.world.base(host));
                let delete = json!({ "@context": CONTEXT, "id": format!("{gone}#delete"), "type": "Delete", "actor": gone,
                    "to": [PUBLIC], "object": gone });
                return self.world.sign(&self.inbox, &gone, number, host, Some(Bytes::from(delete.to_string())));
            }
        };
        self.world.sign(&self.inbox, &me, by, host, Some(Bytes::from(activity.to_string())))
    }

    fn like(&self, me: &str, number: usize) -> Value {
        json!({ "@context": CONTEXT, "id": format!("{me}#likes/{number}"), "type": "Like", "actor": me, "object": self.post })
    }

    fn reply(&self, me: &str, number: usize) -> Value {
        let id = format!("{me}/statuses/{number}");
        let (public, cc) = ([PUBLIC], [format!("{me}/followers"), self.account.to_owned()]);
        let account = self.account;
        let content = format!(
            "<p><span class=\"h-card\"><a href=\"{account}\" class=\"u-url mention\">@press</a></span> A reply with a little text.</p>"
        );
        json!({ "@context": CONTEXT, "id": format!("{id}/activity"), "type": "Create", "actor": me, "published": now().rfc3339(),
            "to": public, "cc": cc, "object": { "id": id, "type": "Note", "attributedTo": me, "inReplyTo": self.post, "url": id,
                "content": content, "published": now().rfc3339(), "sensitive": false, "to": public, "cc": cc,
                "tag": [{ "type": "Mention", "href": account, "name": "@press" }] } })
    }
}
