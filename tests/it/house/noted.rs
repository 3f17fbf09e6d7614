//! No verb forgets the audit log: whatever takes the proof of a power writes down what it did, itself or by a verb that
//! it calls.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::tokens::{Token, tokens};
use super::{inside, is_mark, is_path, rust_files, word_at};

/// Verbs with a proof and without an entry, and why.
const SILENT: &[(&str, &str, &str)] = &[
    ("audit", "erase", "a step of what 'begin_erasing' has written down"),
    ("cases", "begin", "says for ten minutes who has a form open, and the answer itself is noted"),
    ("publish", "sample", "samples of a trial are nobody's word"),
];

/// Proofs of power.
const PROOFS: &[&str] = &["By", "Owner", "Own", "Standing"];

struct Verb {
    room: String,
    name: String,
    line: usize,
    /// A door may call it; it takes a proof and may write.
    proven: bool,
    /// What it calls: the module where one is named, and the name.
    calls: Vec<(String, String)>,
}

fn verbs(room: &str, source: &str) -> Vec<Verb> {
    let tokens = tokens(source);
    let ends = |at: usize, open: char, close: char| {
        let mut depth = 0_usize;
        let end = tokens.iter().skip(at).position(|token| {
            depth += usize::from(token.is(open));
            depth -= usize::from(token.is(close));
            depth == 0
        });
        at + end.unwrap_or_default()
    };
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.word() == Some("fn")) {
        let Some(name) = word_at(&tokens, at + 1) else { continue };
        let Some(open) = (at..tokens.len()).find(|at| is_mark(&tokens, *at, '(')) else { continue };
        let close = ends(open, '(', ')');
        let Some(body) = (close..tokens.len()).find(|at| is_mark(&tokens, *at, '{')) else { continue };
        let (takes, does) = (&tokens[open..close], &tokens[body..=ends(body, '{', '}')]);
        let public = at.checked_sub(1).and_then(|before| word_at(&tokens, before)) == Some("pub");
        let names = |word: &str| takes.iter().any(|token| token.word() == Some(word));
        found.push(Verb {
            room: room.to_owned(),
            name: name.to_owned(),
            line: token.line,
            proven: public && names("Write") && PROOFS.iter().any(|proof| names(proof)),
            calls: calls(room, does),
        });
    }
    found
}

fn calls(room: &str, body: &[Token<'_>]) -> Vec<(String, String)> {
    let called = (0..body.len()).filter(|at| is_mark(body, at + 1, '('));
    let named = called.filter_map(|at| {
        let name = word_at(body, at)?;
        let from = at.checked_sub(3).filter(|from| is_path(body, from + 1)).and_then(|from| word_at(body, from));
        Some((from.unwrap_or(room).to_owned(), name.to_owned()))
    });
    named.collect()
}

/// Those that write nothing down.
fn silent(verbs: &[Verb]) -> Vec<&Verb> {
    let mut noting = BTreeSet::from([("audit".to_owned(), "append".to_owned())]);
    loop {
        let more: Vec<_> = verbs
            .iter()
            .filter(|verb| verb.calls.iter().any(|call| noting.contains(call)))
            .map(|verb| (verb.room.clone(), verb.name.clone()))
            .filter(|verb| !noting.contains(verb))
            .collect();
        if more.is_empty() {
            break;
        }
        noting.extend(more);
    }
    let noted = |verb: &&Verb| noting.contains(&(verb.room.clone(), verb.name.clone()));
    verbs.iter().filter(|verb| verb.proven && !noted(verb)).collect()
}

#[test]
fn every_verb_that_somebody_causes_is_written_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/actions");
    let mut all = Vec::new();
    for file in rust_files(&root) {
        let room = inside(&file, &root).trim_end_matches(".rs").trim_end_matches("/mod").to_owned();
        let source = fs::read_to_string(&file).expect("a source file is readable text");
        all.extend(verbs(&room, &source));
    }
    let public = |verb: &&&Verb| !SILENT.iter().any(|(room, name, _)| (*room, *name) == (&verb.room, &verb.name));
    let silent = silent(&all);
    let forgot: Vec<String> = silent
        .iter()
        .filter(public)
        .map(|verb| {
            format!("src/actions/{}.rs:{}: '{}' writes nothing into the audit log", verb.room, verb.line, verb.name)
        })
        .collect();
    assert!(forgot.is_empty(), "{}", forgot.join("\n"));
    for (room, name, _) in SILENT {
        assert!(silent.iter().any(|verb| (&*verb.room, &*verb.name) == (*room, *name)), "{room}::{name} is not silent");
    }
    assert!(all.iter().filter(|verb| verb.proven).count() > 30, "is this test looking in the right place?");
}

#[test]
fn a_verb_that_forgets_is_found() {
    let source = "
        pub fn good(tx: &mut Write<'_>, by: By) { audit::note(tx, by.who(), &d) }
        pub fn also(tx: &mut Write<'_>, by: By<Reply>) { helper(tx) }
        fn helper(tx: &mut Write<'_>) { other::noting(tx) }
        pub fn bad(tx: &mut Write<'_>, owner: Owner) -> Result<()> { forget(tx) }
        pub fn look(rows: &impl Rows, own: Own) { get(rows) }";
    let mut all = verbs("here", source);
    all.extend(verbs("other", "fn noting(tx: &mut Write<'_>) { super::audit::note(tx) }"));
    all.extend(verbs("audit", "pub fn note(tx: &mut Write<'_>) { audit::append(tx) }"));
    assert_eq!(silent(&all).iter().map(|verb| verb.name.as_str()).collect::<Vec<_>>(), ["bad"]);
}
