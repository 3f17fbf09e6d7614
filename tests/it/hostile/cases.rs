//! The ledger: the attacks that are known against servers of this kind, and for each the tests that show it failing
//! here, or why it has no target. Names are as `cargo test` prints them; a name that is no test any more fails here.

mod authority;
mod floods;
mod login;
mod media;
mod outbound;
mod parsing;
mod signatures;

use std::collections::BTreeSet;
use std::path::Path;

use crate::house::rust_files;

/// One attack.
struct Case {
    /// What is tried.
    attack: &'static str,
    /// Where it was seen: public numbers, empty for what is as old as the trade.
    seen: &'static str,
    outcome: Outcome,
}

enum Outcome {
    /// These tests make the attack, and it fails.
    Fails(&'static [&'static str]),
    /// There is nothing here that it could reach, and why.
    NoTarget(&'static str),
}

const fn fails(attack: &'static str, seen: &'static str, tests: &'static [&'static str]) -> Case {
    Case { attack, seen, outcome: Outcome::Fails(tests) }
}

const fn no_target(attack: &'static str, seen: &'static str, why: &'static str) -> Case {
    Case { attack, seen, outcome: Outcome::NoTarget(why) }
}

const LEDGER: [(&str, &[Case]); 7] = [
    ("outbound", outbound::CASES),
    ("authority", authority::CASES),
    ("signatures", signatures::CASES),
    ("parsing", parsing::CASES),
    ("floods", floods::CASES),
    ("login", login::CASES),
    ("media", media::CASES),
];

/// Every test there is, under the name that `cargo test` gives it.
fn tests() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names = BTreeSet::new();
    for base in ["src", "tests/it"] {
        for file in rust_files(&root.join(base)) {
            let path = file.strip_prefix(root.join(base)).unwrap().with_extension("");
            let module = path.to_str().unwrap().trim_end_matches("/mod").replace('/', "::");
            names.extend(named(&std::fs::read_to_string(&file).unwrap()).map(|name| format!("{module}::{name}")));
        }
    }
    names
}

/// The tests of one file; those of an inner module stand under it.
fn named(source: &str) -> impl Iterator<Item = String> {
    let (mut marked, mut inner) = (false, "");
    source.lines().map(str::trim).filter_map(move |line| {
        let attribute = line.strip_prefix("#[").and_then(|line| line.split(['(', ']']).next());
        marked |= attribute.is_some_and(|name| name == "test" || name.ends_with("::test"));
        inner = if matches!(line, "mod tests {" | "pub mod tests {") { "tests::" } else { inner };
        let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?.split(['(', '<']).next()?;
        std::mem::take(&mut marked).then(|| format!("{inner}{name}"))
    })
}

#[test]
fn every_attack_is_met_by_a_test_or_has_no_target() {
    let (tests, mut complaints, mut attacks) = (tests(), Vec::new(), BTreeSet::new());
    for case in LEDGER.iter().flat_map(|(_, cases)| *cases) {
        let attack = case.attack;
        match case.outcome {
            Outcome::Fails([]) => complaints.push(format!("{attack}: no test")),
            Outcome::Fails(names) => {
                let missing = names.iter().filter(|name| !tests.contains(**name));
                complaints.extend(missing.map(|name| format!("{attack}: there is no test {name}")));
            }
            Outcome::NoTarget(why) if why.len() < 20 => complaints.push(format!("{attack}: says no reason")),
            Outcome::NoTarget(_) => {}
        }
        let numbers = case.seen.split(", ").filter(|seen| !seen.is_empty());
        let odd =
            numbers.filter(|seen| !["CVE-", "CWE-", "GHSA-", "RFC ", "FEP-"].iter().any(|kind| seen.starts_with(kind)));
        complaints.extend(odd.map(|seen| format!("{attack}: {seen} is no public number")));
        if !attacks.insert(attack) {
            complaints.push(format!("{attack}: stands twice"));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    for (group, cases) in LEDGER {
        assert!(cases.len() >= 15, "{group} has {}", cases.len());
    }
}

#[test]
fn tests_are_found_under_their_names() {
    let source = "#[test]\nfn one() {}\nfn helper() {}\nmod tests {\n    #[tokio::test(start_paused = true)]\n    async fn two() {}\n    proptest! {\n        #[test]\n        fn three(x in 0..1) {}";
    assert_eq!(named(source).collect::<Vec<_>>(), ["one", "tests::two", "tests::three"]);
    assert!(tests().contains("hostile::cases::tests_are_found_under_their_names"));
}
