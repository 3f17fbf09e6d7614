//! Everybody follows. What is measured is the whole of it: the signature checked, the actor fetched, the row written,
//! the Accept delivered.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::{Value, json};

use super::{Bench, verify};
use crate::floor::{Floor, Job};
use crate::report::{Limit, Line};
use crate::subject::url;
use crate::{load, meter};

const CONNECTIONS: usize = 32;
/// Without a single Accept.
const PATIENCE: Duration = Duration::from_secs(30);

pub async fn run(bench: &mut Bench) {
    let followers = bench.world.followers();
    // Once up and down, so that what every data directory has is not counted to the followers.
    bench.subject.start();
    bench.key = Some(bench.subject.key(&bench.world).await);
    bench.subject.stop();
    let empty = meter::disk(&bench.subject.data);
    bench.subject.start();
    meter::rest(bench.subject.pid()).await;
    let follow = |number| {
        let (world, host) = (&bench.world, bench.world.host_of(number));
        let actor = world.actor(number);
        let body = json!({ "@context": "https://www.w3.org/ns/activitystreams", "id": format!("{actor}#follow"),
            "type": "Follow", "actor": actor, "object": bench.subject.actor });
        world.sign(&url("/ap/inbox"), &actor, number, host, Some(Bytes::from(body.to_string())))
    };
    let requests = Arc::new((0..followers).map(follow).collect::<Vec<_>>());
    let mut heard = bench.world.hear();
    let (before, begun) = (bench.subject.cpu(), Instant::now());
    let sending = tokio::spawn(load::run(bench.subject.address, requests, followers, CONNECTIONS));
    let mut accepts = Vec::new();
    let mut accepted = vec![0; followers];
    while accepted.contains(&0) {
        let Ok(Some(delivery)) = tokio::time::timeout(PATIENCE, heard.recv()).await else { break };
        let number = answered(&delivery.body).filter(|number| *number < followers);
        if let Some(number) = number {
            accepted[number] += 1;
        }
        accepts.push(delivery);
    }
    let took = begun.elapsed();
    let answers = sending.await.expect("the load ends");
    meter::rest(bench.subject.pid()).await;
    let cost = meter::each(bench.subject.cpu().saturating_sub(before), followers);
    let got = accepted.iter().filter(|count| **count > 0).count();
    answers.expect(StatusCode::ACCEPTED, followers);
    assert_eq!(got, followers, "an Accept for each of them");
    verify(&bench.world, bench.key.as_ref().expect("read above"), &accepts);
    bench.subject.stop();
    let kept = bench.kept();
    bench.subject.keep(&kept);
    let disk = meter::disk(&bench.subject.data).saturating_sub(empty) as f64 / followers as f64;

    let floor = client(bench, &accepts.first().expect("there is one").body).job(Job::Follow, followers);
    let (fetched, connections) = bench.world.take_counts();
    let note = format!(
        "{got} in {:.1} s, {} told to wait; {fetched} documents, {connections} connections with the floor's",
        took.as_secs_f64(),
        answers.again
    );
    let name = "follow: verify, fetch the actor, store, Accept";
    bench
        .report
        .add(Line::new(name, "ms", cost, Limit::Times(3.0, 1.5)).floor(meter::each(floor, followers)).note(note));
    bench.report.add(Line::new("disk per follower", "bytes", disk, Limit::AtMost(1024.0)));
}

/// The bare client, with a body to send.
pub fn client(bench: &Bench, body: &[u8]) -> Floor {
    let file = bench.file("activity.json", body);
    Floor::client(&bench.keys(), &bench.subject.data.join("ca.pem"), &file, &bench.world)
}

/// The number of the actor whose Follow an Accept answers.
fn answered(body: &[u8]) -> Option<usize> {
    let accept: Value = serde_json::from_slice(body).ok()?;
    let object = &accept["object"];
    let id = object.as_str().or_else(|| object["id"].as_str()).filter(|_| accept["type"] == "Accept")?;
    id.strip_suffix("#follow")?.rsplit_once("/u")?.1.parse().ok()
}
