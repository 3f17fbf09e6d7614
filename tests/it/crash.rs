//! What the store keeps when the power goes, the disk fails, verbs fail beside each other, and the file is damaged.
//! Everything runs on a disk in memory (`support::crash`), on a clock that is moved by hand.

mod deeds;
mod faults;
mod file;
mod full;
mod group;
mod kill;
mod model;
mod plan;
mod power;
mod storm;
mod story;

use std::sync::{Arc, Mutex};

use instance::actions;
use instance::base::time::{Clock, Timestamp};
use instance::model::account::{Account, Keys, Kind, NewAccount};
use instance::model::actor::{Actor, Profile};
use instance::model::follow::Follower;
use instance::model::ids::UserId;
use instance::model::institution::Institution;
use instance::model::login::{How, Session};
use instance::model::post::NewPost;
use instance::model::site::Site;
use instance::model::user::{Asker, By};
use instance::store::check::check;
use instance::store::{After, Options, Store, Write, actors, follows};

use crate::support::START;
use crate::support::crash::Disk;

/// A row that is nobody's, to be written and looked for.
fn session(expires: Timestamp, csrf: String) -> Session {
    Session { user: UserId(1), created: START, expires, csrf, browser: String::new(), how: How::Password }
}

fn site() -> Site {
    Site { origin: "https://social.city.example".into(), handle_domain: "city.example".into(), live: true }
}

fn options(clock: &Clock) -> Options {
    Options::alone(1 << 20, clock.clone())
}

/// What was told after commits, in order.
type Heard = Arc<Mutex<Vec<After>>>;

fn listening(clock: &Clock) -> (Options, Heard) {
    let heard = Heard::default();
    let told = Arc::clone(&heard);
    let after = Box::new(move |after: &After| {
        let After { received, unsure, errands, plans, copies, .. } = *after;
        let (deliveries, files) = (after.deliveries.clone(), after.files.clone());
        let copy = After { deliveries, received, files, unsure, errands, plans, copies };
        told.lock().unwrap().push(copy);
    });
    (Options { after, ..options(clock) }, heard)
}

fn open(disk: &Disk, clock: &Clock) -> Store {
    open_with(disk, options(clock)).unwrap()
}

fn open_with(disk: &Disk, options: Options) -> instance::error::Result<Store> {
    Store::on_backend(disk.backends(), options)
}

fn sound(store: &Store) {
    let report = check(store).unwrap();
    assert!(report.is_sound(), "{:?}", report.wrong);
}

fn by(account: &Account) -> By {
    Asker::Operator.may(account.id).unwrap()
}

fn hello(text: &str) -> NewPost {
    NewPost::plain("en".parse().unwrap(), text)
}

fn profile(host: &str, user: &str) -> Profile {
    let uri = format!("https://{host}/users/{user}");
    Profile {
        inbox: format!("{uri}/inbox"),
        shared_inbox: None,
        user: user.to_owned(),
        domain: host.to_owned(),
        name: String::new(),
        url: uri.clone(),
        keys: Vec::new(),
        also_known_as: Vec::new(),
        uri,
    }
}

fn follow(tx: &mut Write<'_>, account: &Account, actor: &Actor) -> instance::error::Result<()> {
    let follower = Follower { uri: format!("{}#follow", actor.profile.uri), since: tx.now() };
    follows::put(tx, account.id, actor, &follower)
}

/// A disk with an account that has so many followers, each on a server of its own.
fn prepared(followers: usize) -> (Disk, Account, Clock) {
    let (disk, clock) = (Disk::default(), Clock::by_hand(START));
    let store = open(&disk, &clock);
    let keys = Keys { rsa: vec![1], ed25519: vec![2; 32], created: START };
    let account = store
        .write_blocking(move |tx| {
            let owner = || Asker::Operator.may_run();
            actions::setup::init(tx, owner()?, &institution(tx.now()), &keys)?;
            let new = NewAccount {
                handle: "press".into(),
                name: "Press Office".into(),
                kind: Kind::Organization,
                summary: String::new(),
                language: "en".parse()?,
                demo: false,
            };
            let account = actions::accounts::add(tx, owner()?, &new, &keys)?;
            for n in 0..followers {
                let actor = actors::learn(tx, &profile(&format!("s{n}.example"), "ann"))?;
                follow(tx, &account, &actor)?;
            }
            Ok(account)
        })
        .unwrap();
    drop(store);
    (disk, account, clock)
}

fn institution(now: Timestamp) -> Institution {
    Institution::new("City of Example", vec!["en".parse().unwrap()], "UTC", now)
}
