//! Whatever is done to the rows of the log behind the program's back, `verify` finds it.

use redb::backends::InMemoryBackend;

use super::*;
use crate::base::time::Clock;
use crate::model::audit::Object;
use crate::store::{Options, Store};

type Raw = Vec<(Vec<u8>, Vec<u8>)>;

const ANA: UserId = UserId(7);

fn store() -> Store {
    Store::on_backend(InMemoryBackend::new, Options::alone(1 << 20, Clock::System)).unwrap()
}

fn put(tx: &mut Write<'_>, deed: &Deed, cut: Option<Cut>) -> Result<Head> {
    append(tx, Who::User(ANA), deed, &Told::new("salt".to_owned(), "Ana", "", deed), cut)
}

/// A log of six entries.
fn written() -> Store {
    let store = store();
    store
        .write_blocking(|tx| {
            for n in 0..6 {
                put(tx, &Deed::new(Act::ALL[n]).on(Object::Setting("name".into())).change("a", "b"), None)?;
            }
            Ok(())
        })
        .unwrap();
    store
}

fn raw(store: &Store) -> (Raw, Head) {
    let mut all = Vec::new();
    let head = store
        .read(|rows| {
            rows.raw(AUDIT.name, &Span::all(), &mut |key, value| {
                all.push((key.to_vec(), value.to_vec()));
                Ok(true)
            })?;
            head(rows)
        })
        .unwrap();
    (all, head.unwrap())
}

fn look(raw: &Raw, head: Head, known: Option<Hash>) -> Report {
    let mut walk = Walk::default();
    for (key, value) in raw {
        walk.step(key, value, known);
    }
    walk.end(Some(head), known)
}

#[test]
fn a_log_that_nobody_touched_is_sound() {
    let store = written();
    let (all, head) = raw(&store);
    let report = look(&all, head, Some(head.hash));
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!((report.entries, report.first, report.head, report.erased), (6, Some(1), Some(head), 0));
    let early: Row = serde_json::from_slice(&all[2].1).unwrap();
    assert!(store.read(|rows| verify(rows, Some(early.hash))).unwrap().is_sound(), "a head of long ago");
    assert!(!store.read(|rows| verify(rows, Some(Hash::of(b"another")))).unwrap().is_sound());
    assert!(self::store().read(|rows| verify(rows, None)).unwrap().is_sound(), "none was written yet");
}

#[test]
fn no_byte_can_be_changed() {
    let (all, head) = raw(&written());
    for n in 0..all.len() {
        for at in 0..all[n].1.len() {
            for change in [1, 32] {
                let mut other = all.clone();
                other[n].1[at] ^= change;
                assert!(!look(&other, head, None).is_sound(), "entry {n}, byte {at} ^ {change}");
            }
        }
        for at in 0..all[n].0.len() {
            let mut other = all.clone();
            other[n].0[at] ^= 64;
            assert!(!look(&other, head, None).is_sound(), "key {n}, byte {at}");
        }
        let mut other = all.clone();
        other[n].1.insert(1, b' ');
        assert!(!look(&other, head, None).is_sound(), "a space in entry {n}");
    }
}

#[test]
fn no_entry_can_be_taken_away_swapped_or_put_in() {
    let (all, head) = raw(&written());
    for n in 0..all.len() {
        let mut gone = all.clone();
        gone.remove(n);
        assert!(!look(&gone, head, None).is_sound(), "without {n}");
        for m in 0..n {
            let mut swapped = all.clone();
            (swapped[n].1, swapped[m].1) = (all[m].1.clone(), all[n].1.clone());
            assert!(!look(&swapped, head, None).is_sound(), "{n} and {m}");
        }
        let mut twice = all.clone();
        twice.insert(n, all[n].clone());
        assert!(!look(&twice, head, None).is_sound(), "{n} twice");
    }
    assert!(!look(&Vec::new(), head, None).is_sound());
}

/// Somebody who may write the file can make another log that is sound in itself. What was written down elsewhere tells.
#[test]
fn a_log_that_is_rewritten_whole_is_known_by_its_head() {
    let (all, head) = raw(&written());
    let (other, its) = raw(&written());
    assert!(look(&other, its, None).is_sound() && !look(&other, its, Some(head.hash)).is_sound());
    let cut: Raw = all[..4].to_vec();
    let last: Row = serde_json::from_slice(&cut[3].1).unwrap();
    let its = Head { seq: 4, hash: last.hash };
    assert!(look(&cut, its, None).is_sound() && !look(&cut, its, Some(head.hash)).is_sound());
    assert!(!look(&cut, head, None).is_sound(), "the end is cut, and what stands beside it is not");
}

#[test]
fn a_beginning_may_be_cut_off_when_an_entry_says_so() {
    let store = written();
    let cut = |say: bool| {
        store
            .write_blocking(move |tx| {
                let old = oldest(tx, None, 2)?;
                let (through, row) = old.last().unwrap();
                if say {
                    let cut = Cut { through: *through, hash: row.hash };
                    put(tx, &Deed::new(Act::AuditPrune), Some(cut))?;
                }
                old.iter().try_for_each(|(seq, _)| cut_off(tx, *seq))
            })
            .unwrap();
        store.read(|rows| verify(rows, None)).unwrap()
    };
    let report = cut(true);
    assert!(report.is_sound() && report.first == Some(3), "{:?}", report.findings);
    assert!(cut(true).is_sound());
    assert!(!cut(false).is_sound());
}

#[test]
fn what_is_told_may_be_erased_when_an_entry_says_whose() {
    let store = written();
    let silence_first = |say: bool| {
        store
            .write_blocking(move |tx| {
                if say {
                    put(tx, &Deed::new(Act::AuditErase).on(ANA), None)?;
                }
                let (seq, row) = oldest(tx, None, 1)?.remove(0);
                silence(tx, seq, row)
            })
            .unwrap();
        store.read(|rows| verify(rows, None)).unwrap()
    };
    assert!(!silence_first(false).is_sound());
    let report = silence_first(true);
    assert!(report.is_sound() && report.erased == 1, "{:?}", report.findings);
}

#[test]
fn entries_are_found_page_by_page() {
    let store = written();
    let find = |filter: &Filter, before, most| store.read(|rows| find(rows, filter, before, most)).unwrap();
    let seqs = |found: &Found| found.entries.iter().map(|(entry, ..)| entry.seq).collect::<Vec<_>>();
    let all = Filter::default();
    let first = find(&all, None, 4);
    assert_eq!((seqs(&first), first.rest), (vec![6, 5, 4, 3], Some(3)));
    let rest = find(&all, first.rest, 4);
    assert_eq!((seqs(&rest), rest.rest), (vec![2, 1], None));
    let some = Filter { act: Some("server".into()), user: Some(ANA), ..Filter::default() };
    assert_eq!(seqs(&find(&some, None, 4)), [2, 1]);
    let none = Filter { user: Some(UserId(8)), ..Filter::default() };
    assert!(seqs(&find(&none, None, 4)).is_empty());
    let later = Filter { since: Some(crate::base::time::Timestamp(u64::MAX)), ..Filter::default() };
    assert_eq!((seqs(&find(&later, None, 4)), find(&later, None, 4).rest), (vec![], None));
}
