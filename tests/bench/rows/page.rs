//! The herd on a boosted post: its page for preview cards and people, its JSON for servers, which sign their GETs.

use std::sync::Arc;

use bytes::Bytes;
use hyper::{StatusCode, header};

use super::Bench;
use crate::floor::Floor;
use crate::load::{self, Answers, Prepared};
use crate::meter;
use crate::report::{Limit, Line};
use crate::world::ACTIVITY;

const CONNECTIONS: usize = 32;
/// Servers that ask, each with a signature of its own.
const SIGNERS: usize = 200;

pub async fn run(bench: &mut Bench) {
    bench.fresh().await;
    let post = bench.subject.publish("The bridge over the Lahn is open again, a month before its time. #traffic").await;
    meter::rest(bench.subject.pid()).await;
    let world = &bench.world;
    let readers = |host| Prepared::new(&post.page, host, None).with(header::ACCEPT, "text/html");
    let page: Vec<_> = (0..SIGNERS).map(readers).collect();
    let sign = |number| {
        let host = number % world.hosts();
        world
            .sign(&post.id, &world.actor(number % world.followers()), number, host, None)
            .with(header::ACCEPT, ACTIVITY)
    };
    let note: Vec<_> = (0..SIGNERS).map(sign).collect();
    herd(bench, "post page, HTML, 32 connections", page, "text/html; charset=utf-8").await;
    herd(bench, "post, ActivityPub JSON, signed GET", note, ACTIVITY).await;
    bench.subject.stop();
}

/// The processor time that each of `total` readers of a post's page costs.
pub async fn page(bench: &Bench, total: usize) -> f64 {
    let post = bench.subject.publish("The bridge over the Lahn is open again. #traffic").await;
    meter::rest(bench.subject.pid()).await;
    let request = Prepared::new(&post.page, 0, None).with(header::ACCEPT, "text/html");
    read(bench, &Arc::new(vec![request]), total).await.0
}

/// Lets the herd in; answers with the processor time for each reader, and what they were told.
async fn read(bench: &Bench, requests: &Arc<Vec<Prepared>>, total: usize) -> (f64, Answers) {
    // What a first reader pays is not what the herd pays.
    load::run(bench.subject.address, Arc::clone(requests), total / 20, CONNECTIONS).await;
    let before = bench.subject.cpu();
    let answers = load::run(bench.subject.address, Arc::clone(requests), total, CONNECTIONS).await;
    let cost = meter::each(bench.subject.cpu().saturating_sub(before), total);
    answers.expect(StatusCode::OK, total);
    (cost, answers)
}

async fn herd(bench: &mut Bench, name: &str, requests: Vec<Prepared>, kind: &str) {
    let (requests, total) = (Arc::new(requests), bench.requests);
    let answer = load::once(bench.subject.address, &requests[0]).await.expect("the server answers");
    assert_eq!(answer.status(), StatusCode::OK, "{name}");
    let body: &Bytes = answer.body();
    let (cost, answers) = read(bench, &requests, total).await;
    assert_eq!(answers.bytes, total * body.len(), "every reader gets the whole");

    let (floor, at) = Floor::page(&bench.file("page", body), kind);
    load::run(at, Arc::clone(&requests), total / 20, CONNECTIONS).await;
    let before = floor.cpu();
    load::run(at, Arc::clone(&requests), total, CONNECTIONS).await;
    let least = meter::each(floor.cpu().saturating_sub(before), total);
    let rate = total as f64 / answers.took.as_secs_f64();
    let note = format!("{total} requests of {} bytes, {rate:.0} a second", body.len());
    bench.report.add(Line::new(name, "ms", cost, Limit::Times(0.020, 1.8)).floor(least).note(note));
}
