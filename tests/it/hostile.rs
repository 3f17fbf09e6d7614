//! Attacks on the federation doors, each made by a server that lies, against a server that lives. What is refused must
//! leave no trace: the tables are counted before and after.

mod cases;
mod chains;
mod copies;
mod desk;
mod desk_floods;
mod floods;
mod identity;
mod keeping;
mod names;
mod objects;
mod order;
mod outbound;
mod parsing;
mod provider;
mod waiting;
mod wave;

use std::collections::BTreeMap;

use instance::base::time::Clock;
use instance::model::note::Note;
use instance::store::counts::{self, Count};
use instance::store::notes;
use serde_json::{Value, json};

use crate::support::evil::Evil;
use crate::support::{Instance, START, World, drain};

const MAL: &str = "127.0.0.21";
const EVE: &str = "127.0.0.22";

/// One of ours, which reaches the two evil hosts and nothing else.
async fn start() -> (Clock, Instance, Evil) {
    let clock = Clock::by_hand(START);
    let us = Instance::start_in(&clock, &World::of(&[MAL, EVE])).await;
    (clock, us, Evil::start(MAL).await)
}

/// As `start`, with both hosts at work: `ann` of the one and `eve` of the other follow us.
async fn start_followed() -> (Clock, Instance, Evil, Evil) {
    let (clock, us, mal) = start().await;
    let eve = Evil::start(EVE).await;
    mal.be(&["ann"]);
    eve.be(&["eve"]);
    follow(&us, &mal, "ann", "/f/ann").await;
    follow(&us, &eve, "eve", "/f/eve").await;
    (clock, us, mal, eve)
}

/// How many rows there are of each kind.
fn rows(us: &Instance) -> BTreeMap<&'static str, usize> {
    instance::store::check::check(&us.app.store).unwrap().facts
}

fn count(us: &Instance, what: Count) -> u64 {
    us.app.store.read(|rows| counts::get(rows, what)).unwrap()
}

fn followers(us: &Instance) -> u64 {
    count(us, Count::Followers(us.account.id))
}

fn note(us: &Instance, uri: &str) -> Option<Note> {
    us.app.store.read(|rows| notes::by_uri(rows, uri)).unwrap()
}

/// Says something and lets it have its effect.
async fn tell(us: &Instance, evil: &Evil, name: &str, activity: &Value) {
    assert_eq!(evil.say(us, name, activity).await, 202, "{activity}");
    drain(&[us]).await;
}

async fn follow(us: &Instance, evil: &Evil, name: &str, id: &str) {
    tell(us, evil, name, &evil.activity(name, "Follow", id, &json!(us.actor()))).await;
}

/// A follower, with a like and an answer, whom the attacks are aimed at. Answers with the post and the note's id.
async fn victim(us: &Instance, evil: &Evil) -> (instance::model::post::Post, String) {
    let post = us.publish("The bridge is closed.").await;
    let uri = us.post_uri(post.id);
    evil.be(&["vic"]);
    follow(us, evil, "vic", "/f/vic").await;
    tell(us, evil, "vic", &evil.activity("vic", "Like", "/l/vic", &json!(uri))).await;
    let answer = evil.note("vic", "/n/vic", &uri, "For how long?");
    tell(us, evil, "vic", &evil.activity("vic", "Create", "/c/vic", &answer)).await;
    let note = evil.url("/n/vic");
    assert!(super::hostile::note(us, &note).is_some());
    assert_eq!((followers(us), count(us, Count::Likes(post.id))), (1, 1));
    (post, note)
}
