//! What we build on: every crate under a licence we may ship, from the one registry, with a reason
//! beside its name, and without the crates we decided against.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Licences whose terms a binary under the EUPL can meet. MPL-2.0 asks for the source of its own files only.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "IJG",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OpenSSL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates that must not come in, and why.
const UNWANTED: &[(&str, &str)] = &[
    ("ring", "one crypto library is enough: aws-lc-rs"),
    ("openssl-sys", "needs OpenSSL on the machine that builds"),
    ("zstd-sys", "C code we have no use for"),
    ("native-tls", "brings OpenSSL"),
];

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Name and licence of every crate that is linked into the binary or runs while it is built.
fn crates() -> Vec<(String, String)> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = Command::new(cargo)
        .args(["tree", "--locked", "--offline", "--edges=normal,build", "--prefix=none", "--format={p}|{l}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs, since it runs this test");
    assert!(output.status.success(), "cargo tree failed: {}", String::from_utf8_lossy(&output.stderr));
    let listing = String::from_utf8(output.stdout).expect("cargo prints UTF-8");
    let crates = listing.lines().filter_map(|line| {
        let (package, licence) = line.trim_end_matches(" (*)").split_once('|')?;
        Some((package.split(' ').next()?.to_owned(), licence.to_owned()))
    });
    let mut crates: Vec<_> = crates.filter(|(name, _)| name != env!("CARGO_PKG_NAME")).collect();
    crates.sort();
    crates.dedup();
    crates
}

fn project_file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("the file is part of the project")
}

/// Whether the terms of an SPDX expression can be met by choosing only licences of the list.
/// Old manifests write `/` for `OR`. An exception (`WITH`) only ever permits more.
fn allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    any(&mut words) == Some(true) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

/// `OR`, which binds least. `None` is an expression cut short, here and below.
fn any(words: &mut Words<'_>) -> Option<bool> {
    let mut verdict = all(words)?;
    while words.next_if_eq(&"OR").is_some() {
        verdict |= all(words)?;
    }
    Some(verdict)
}

fn all(words: &mut Words<'_>) -> Option<bool> {
    let mut verdict = one(words)?;
    while words.next_if_eq(&"AND").is_some() {
        verdict &= one(words)?;
    }
    Some(verdict)
}

fn one(words: &mut Words<'_>) -> Option<bool> {
    if words.next_if_eq(&"(").is_some() {
        let verdict = any(words)?;
        return (words.next()? == ")").then_some(verdict);
    }
    let verdict = LICENCES.contains(&words.next()?);
    if words.next_if_eq(&"WITH").is_some() {
        words.next()?;
    }
    Some(verdict)
}

/// Dependency lines of a manifest that do not say why the crate is there.
fn without_reason(manifest: &str) -> Vec<&str> {
    let mut in_dependencies = false;
    let mut silent = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            in_dependencies = line.contains("dependencies");
        } else if in_dependencies && !line.is_empty() && !line.starts_with('#') {
            let reason = line.split_once(" # ").map_or("", |(_, reason)| reason);
            if !reason.trim().contains(' ') {
                silent.push(line);
            }
        }
    }
    silent
}

#[test]
fn every_crate_has_a_licence_we_may_ship() {
    let crates = crates();
    let refused: Vec<_> = crates.iter().filter(|(_, licence)| !allowed(licence)).collect();
    assert!(refused.is_empty(), "not on the list of tests/it/crates.rs: {refused:?}");
    assert!(crates.len() > 20, "only {} crates found: is cargo tree read correctly?", crates.len());
}

#[test]
fn what_we_decided_against_stays_out() {
    let crates = crates();
    for (unwanted, reason) in UNWANTED {
        let inside = crates.iter().any(|(name, _)| name == unwanted);
        assert!(!inside, "{unwanted} came in ({reason}); see who brings it: cargo tree --invert {unwanted}");
    }
}

#[test]
fn every_crate_comes_from_the_one_registry() {
    let lock = project_file("Cargo.lock");
    let sources: Vec<_> = lock.lines().filter_map(|line| line.strip_prefix("source = ")).collect();
    assert!(!sources.is_empty());
    for source in sources {
        assert_eq!(source.trim_matches('"'), REGISTRY);
    }
}

#[test]
fn every_dependency_says_why_it_is_there() {
    assert_eq!(without_reason(&project_file("Cargo.toml")), [""; 0]);
    let silent = "[package]\nname = \"x\"\n[dependencies]\n# group\na = \"1\" # why not\nb = \"1\"\n[dev-dependencies]\nc = \"2\" # c";
    assert_eq!(without_reason(silent), ["b = \"1\"", "c = \"2\" # c"]);
}

#[test]
fn licence_expressions_are_understood() {
    for good in [
        "MIT",
        "MIT/GPL-3.0",
        "AGPL-3.0 OR (MIT AND ISC)",
        "Apache-2.0 WITH LLVM-exception OR LGPL-2.1",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
    ] {
        assert!(allowed(good), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "MIT OR", "(MIT", "MIT)", "MIT MIT", "MIT AND (GPL-2.0 OR LGPL-3.0)"]
    {
        assert!(!allowed(bad), "{bad}");
    }
}
