//! The file itself: one user at a time, forms that are too new, and damage that `check` has to find.

use instance::base::time::Clock;
use instance::error::{Error, Result};
use instance::model::follow::{Reaction, ReactionKind};
use instance::store::check::{Difference, check};
use instance::store::{Store, actors, reactions};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

use super::{by, hello, open, open_with, options, prepared, site};
use crate::support::crash::Disk;
use crate::support::{Folder, START};

type Bytes = &'static [u8];

fn table(name: &str) -> TableDefinition<'_, Bytes, Bytes> {
    TableDefinition::new(name)
}

fn problem(opened: Result<Store>) -> &'static str {
    match opened {
        Err(Error::Invalid(problem)) => problem.id,
        Err(e) => panic!("{e:?}"),
        Ok(_) => panic!("it opened"),
    }
}

#[test]
fn a_file_has_one_user_at_a_time() {
    let (folder, clock) = (Folder::new(), Clock::by_hand(START));
    let path = folder.0.join("store.redb");
    let first = Store::open(&path, options(&clock)).unwrap();
    assert_eq!(problem(Store::open(&path, options(&clock))), "E047");
    drop(first);
    Store::open(&path, options(&clock)).unwrap();
}

fn with_form(form: &[u8]) -> Result<Store> {
    let (base, _, clock) = prepared(1);
    let database = raw(&base);
    let txn = database.begin_write().unwrap();
    txn.open_table(table("meta")).unwrap().insert(b"form\0".as_slice(), form).unwrap();
    txn.commit().unwrap();
    drop(database);
    open_with(&base, options(&clock))
}

#[test]
fn a_form_from_the_future_is_refused() {
    assert_eq!(problem(with_form(b"11")), "E061");
    assert_eq!(problem(with_form(b"999")), "E061");
    assert!(with_form(b"10").is_ok());
}

#[test]
fn a_form_that_cannot_be_read_is_no_empty_file() {
    assert!(matches!(with_form(b"one"), Err(Error::Broken(_))));
    assert!(matches!(with_form(b"\xff"), Err(Error::Broken(_))));
}

fn raw(disk: &Disk) -> Database {
    Database::builder().create_with_backend(disk.backend()).unwrap()
}

/// A disk with rows in most indexes.
fn full() -> (Disk, Clock) {
    let (disk, account, clock) = prepared(2);
    let store = open(&disk, &clock);
    let (site, by) = (site(), by(&account));
    store
        .write_blocking(move |tx| {
            let post = instance::actions::publish::publish(tx, &site, by, &hello("Bridge open #news"))?;
            let ann = actors::by_uri(tx, "https://s0.example/users/ann")?.ok_or(Error::NotFound)?;
            let like = Reaction { uri: "https://s0.example/likes/1".into(), at: tx.now() };
            reactions::put(tx, post.id, ReactionKind::Like, ann.id, &like)?;
            instance::actions::publish::publish(
                tx,
                &site,
                by,
                &instance::model::post::NewPost {
                    reply_to: Some(instance::model::post::ReplyTo::Own(post.id)),
                    ..hello("And closed again")
                },
            )
        })
        .unwrap();
    (disk, clock)
}

const WITH_ROWS: [&str; 15] = [
    "handles",
    "posts_by_account",
    "posts_listed",
    "posts_by_tag",
    "own_replies",
    "outbox",
    "actor_by_uri",
    "server_by_host",
    "inbox_by_url",
    "followed_by",
    "audience",
    "reactions_by_actor",
    "act_by_uri",
    "lanes",
    "counts",
];

/// Changes a table behind the store's back and tells what `check` then says of it; of others it says nothing.
fn damage(
    base: &Disk,
    clock: &Clock,
    name: &'static str,
    change: impl Fn(&mut redb::Table<'_, Bytes, Bytes>),
) -> Difference {
    let disk = base.copy();
    let database = raw(&disk);
    let txn = database.begin_write().unwrap();
    change(&mut txn.open_table(table(name)).unwrap());
    txn.commit().unwrap();
    drop(database);
    let mut wrong = check(&open(&disk, clock)).unwrap().wrong;
    let found = wrong.remove(name).unwrap_or_default();
    assert!(wrong.is_empty(), "{name}: {wrong:?}");
    found
}

#[test]
fn check_finds_a_row_that_is_missing_too_many_or_different() {
    let (base, clock) = full();
    for name in WITH_ROWS {
        let missing = damage(&base, &clock, name, |rows| drop(rows.pop_first().unwrap().unwrap()));
        assert_eq!(missing, Difference { extra: 0, missing: 1 }, "{name}");
        let extra =
            damage(&base, &clock, name, |rows| drop(rows.insert([0xee; 40].as_slice(), b"null".as_slice()).unwrap()));
        assert_eq!(extra, Difference { extra: 1, missing: 0 }, "{name}");
        let different = damage(&base, &clock, name, |rows| {
            let (key, _) = rows.last().unwrap().map(|(k, v)| (k.value().to_vec(), v.value().to_vec())).unwrap();
            drop(rows.insert(key.as_slice(), b"4711".as_slice()).unwrap());
        });
        assert_eq!(different, Difference { extra: 1, missing: 1 }, "{name}");
    }
}

#[test]
fn a_sound_store_is_called_sound_and_counted() {
    let (disk, clock) = full();
    let report = check(&open(&disk, &clock)).unwrap();
    assert!(report.is_sound(), "{:?}", report.wrong);
    let rows = raw(&disk);
    let txn = rows.begin_read().unwrap();
    assert!(txn.open_table(table("posts")).unwrap().iter().unwrap().count() == 2 && report.facts["posts"] == 2);
}
