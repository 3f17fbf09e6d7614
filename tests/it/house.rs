//! Keeps the house straight: floors, heads, sizes, wire names, bounds, the map. What it enforces is written
//! here as data, so that a change of the order is a change of this file, seen in review.

mod bounds;
mod noted;
mod tokens;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tokens::{Kind, Token, tokens};

/// The rooms, floor by floor from the ground up. A room names only rooms on lower floors; neighbours
/// on one floor do not see each other; inside a room everything is free.
const FLOORS: &[&[&str]] = &[
    &["base", "error", "limits"],
    &["crypto", "model"],
    &["activitypub", "store"],
    &["actions", "views"],
    &["config", "media", "net"],
    &["app"],
    &["demo", "web"],
    &["api", "control", "federation", "pages", "work"],
    &["desk"],
    &["serve"],
    &["cli"],
];

/// Who may see a neighbour all the same, and why.
const NEIGHBOURS: &[(&str, &str, &str)] = &[
    ("base", "error", "parsing answers with the one error of the house"),
    ("base", "limits", "words have bounds too, which stand with all the others"),
    ("model", "crypto", "an actor is known by its public key"),
];

/// Where names of the wire (`@context`, a serde `rename`) may stand, and why. Everywhere else shapes carry
/// our own names; `rename_all` is a spelling, not a name, and free.
const WIRE: &[(&str, &str)] =
    &[("activitypub", "the language between servers"), ("api", "the language of client apps")];

/// Longest file, in lines.
const LINES: usize = 500;

/// Doors that write without asking again whether somebody is still who they were, and why.
const ALONE: &[(&str, &str)] = &[
    ("desk/start.rs", "nobody is there before they have logged in, and who leaves need not stay"),
    ("desk/oidc.rs", "nobody is there before they have logged in"),
    ("desk/passkeys.rs", "the same; what changes passkeys asks"),
];

/// Between the look at a session or token and the verb lies a body that may be on its way for minutes.
#[test]
fn doors_ask_again_in_the_transaction() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut complaints, mut stale) = (Vec::new(), ALONE.iter().map(|(path, _)| *path).collect::<BTreeSet<_>>());
    for file in ["desk", "api"].iter().flat_map(|room| rust_files(&root.join(room))) {
        let path = inside(&file, &root);
        let source: String = fs::read_to_string(&file).expect("readable").split_whitespace().collect();
        let writes = source.contains(".store.write(") || source.contains(".store.write_behind(");
        let alone = writes && stale.remove(path.as_str());
        let once = ["once::publish(", "once::plan("].iter().any(|call| {
            source.split(call).skip(1).any(|rest| !rest.split(".await").next().unwrap_or_default().contains(".held("))
        });
        if (writes && !alone) || once {
            complaints.push(path);
        }
    }
    assert!(complaints.is_empty(), "they write with a proof from before: use web::who::Acts: {complaints:?}");
    assert!(stale.is_empty(), "they need no exemption any more: {stale:?}");
}

#[test]
fn the_house_is_straight() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut complaints = Vec::new();
    let mut rooms = BTreeSet::new();
    for file in rust_files(&root.join("src")) {
        let path = inside(&file, &root.join("src"));
        let source = fs::read_to_string(&file).expect("a source file is readable text");
        let complained = [paper, order, bounds::astray, bounds::unexplained].map(|rule| rule(&path, &source));
        let complained = complained.into_iter().flatten();
        complaints.extend(complained.map(|complaint| format!("src/{path}:{complaint}")));
        rooms.extend(room_of(&path).map(str::to_owned));
    }
    for file in ["tests/bench", "tests/fuzz", "tests/it"].iter().flat_map(|folder| rust_files(&root.join(folder))) {
        let path = inside(&file, root);
        let source = fs::read_to_string(&file).expect("a test file is readable text");
        complaints.extend(paper(&path, &source).into_iter().map(|complaint| format!("{path}:{complaint}")));
    }
    let map = fs::read_to_string(root.join("src/lib.rs")).expect("lib.rs is readable text");
    complaints.extend(unmapped(&map, &rooms));
    assert!(complaints.is_empty(), "the house is not straight:\n{}", complaints.join("\n"));
    assert!(rooms.contains("error"), "no rooms found: is this test looking in the right place?");
}

/// What is asked of every file: a head, a bounded length, no silent suppression.
fn paper(path: &str, source: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    if !source.starts_with("//! ") {
        complaints.push("1: does not open with '//!' and what it owns".into());
    }
    let lines = source.lines().count();
    if lines > LINES {
        complaints.push(format!("{lines}: is longer than {LINES} lines; which two things does it hold?"));
    }
    let tokens = tokens(source);
    for (at, token) in tokens.iter().enumerate() {
        if is_attribute(&tokens, at) && arguments(&tokens, at, &["allow"]).is_some() {
            complaints.push(format!("{}: '#[allow(' hides a finding; say '#[expect(…, reason = …)]'", token.line));
        }
    }
    let wire = room_of(path).is_some_and(|room| !WIRE.iter().any(|(may, _)| *may == room));
    for (at, token) in tokens.iter().enumerate().filter(|_| wire) {
        let context = matches!(token.kind, Kind::Text(text) if text.contains("@context"));
        let renamed = arguments(&tokens, at, &["serde"])
            .is_some_and(|inner| inner.iter().filter_map(Token::word).any(|word| word == "rename"));
        if context || renamed {
            complaints.push(format!("{}: a name of the wire; it belongs into activitypub/ or api/", token.line));
        }
    }
    complaints
}

/// What the desk adds to a page, in bytes: the style over the public one, and the one script, which only passkeys
/// need.
#[test]
fn the_desk_stays_light() {
    let size =
        |name: &str| fs::metadata(Path::new(env!("CARGO_MANIFEST_DIR")).join("static").join(name)).unwrap().len();
    assert!(size("desk.css") <= 6 * 1024, "desk.css has {} bytes", size("desk.css"));
    assert!(size("desk.js") <= 20 * 1024, "desk.js has {} bytes", size("desk.js"));
}

/// What is asked of every room: it has a floor, and names only rooms below.
fn order(path: &str, source: &str) -> Vec<String> {
    let Some(room) = room_of(path) else { return Vec::new() };
    let Some(floor) = floor_of(room) else {
        return vec![format!("1: room '{room}' is on no floor; give it one in tests/it/house.rs")];
    };
    let mut complaints = Vec::new();
    for (line, named) in named_rooms(path, source) {
        let allowed = NEIGHBOURS.iter().any(|(from, to, _)| *from == room && *to == named);
        match floor_of(&named) {
            _ if named == room || allowed => {}
            Some(below) if below < floor => {}
            Some(same) if same == floor => {
                complaints.push(format!("{line}: '{room}' names its neighbour '{named}' on floor {floor}"));
            }
            Some(above) => {
                complaints.push(format!("{line}: '{room}' on floor {floor} names '{named}' on floor {above}"));
            }
            None => complaints.push(format!("{line}: 'crate::{named}' is no room; name the room it lives in")),
        }
    }
    complaints
}

/// Rooms that the map at the head of `lib.rs` does not name in backticks.
fn unmapped(lib: &str, rooms: &BTreeSet<String>) -> Vec<String> {
    let map: String = lib.lines().filter(|line| line.starts_with("//!")).collect();
    let missing = rooms.iter().filter(|room| !map.contains(&format!("`{room}`")));
    missing.map(|room| format!("src/lib.rs:1: the map does not name the room `{room}`")).collect()
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

/// The room a path under `src/` lies in; none for the front door (`lib.rs`, `main.rs`) and `build.rs`.
fn room_of(path: &str) -> Option<&str> {
    let first = path.split('/').next()?;
    let room = first.strip_suffix(".rs").unwrap_or(first);
    (!matches!(room, "lib" | "main" | "build" | "tests")).then_some(room)
}

/// The module a path under `src/` defines: `a/b.rs` and `a/b/mod.rs` are both `a::b`.
fn module_of(path: &str) -> Vec<&str> {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.split('/').collect()
}

/// Every top-level name reached by a path from the root of the crate, with its line: in `use` trees, in
/// line, and by `super` out of the room.
fn named_rooms(path: &str, source: &str) -> Vec<(usize, String)> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    let mut module = module_of(path);
    let mut depth = 0_usize;
    let mut open = Vec::new(); // depth at which each inline module began
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token.kind {
            Kind::Mark('{') => depth += 1,
            Kind::Mark('}') => {
                depth = depth.saturating_sub(1);
                if open.last() == Some(&depth) {
                    open.pop();
                    module.pop();
                }
            }
            Kind::Word("mod") => {
                if let (Some(name), true) = (word_at(&tokens, at + 1), is_mark(&tokens, at + 2, '{')) {
                    open.push(depth);
                    module.push(name);
                }
            }
            Kind::Word("crate") if is_path(&tokens, at + 1) => found.extend(heads(&tokens, at + 3)),
            Kind::Word("super" | "self") if is_path(&tokens, at + 1) && !follows_path(&tokens, at) => {
                let mut left = module.len();
                while is_path(&tokens, at + 1) && matches!(word_at(&tokens, at), Some("super" | "self")) {
                    left -= usize::from(word_at(&tokens, at) == Some("super")).min(left);
                    at += 3;
                }
                if left == 0 {
                    found.extend(heads(&tokens, at));
                }
                continue;
            }
            Kind::Word(_) | Kind::Text(_) | Kind::Mark(_) => {}
        }
        at += 1;
    }
    found
}

/// The first names of the path or `use` tree that starts at `at`: `a::b` is `a`, `{a::b, c}` is `a` and `c`.
fn heads(tokens: &[Token<'_>], at: usize) -> Vec<(usize, String)> {
    let name = |token: &Token<'_>| match token.kind {
        Kind::Word(word) => Some((token.line, word.to_owned())),
        Kind::Mark('*') => Some((token.line, "*".to_owned())),
        Kind::Text(_) | Kind::Mark(_) => None,
    };
    if !is_mark(tokens, at, '{') {
        return tokens.get(at).and_then(name).into_iter().collect();
    }
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut starts = false;
    for token in tokens.iter().skip(at) {
        match token.kind {
            Kind::Mark('{') => {
                depth += 1;
                starts = depth == 1;
            }
            Kind::Mark('}') => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            Kind::Mark(',') => starts = depth == 1,
            Kind::Word(_) | Kind::Text(_) | Kind::Mark(_) => {
                found.extend(name(token).filter(|_| starts));
                starts = false;
            }
        }
    }
    found
}

/// The tokens between the parentheses that follow, when one of `words` and an open parenthesis stand at `at`.
fn arguments<'t, 'a>(tokens: &'t [Token<'a>], at: usize, words: &[&str]) -> Option<&'t [Token<'a>]> {
    let here = word_at(tokens, at).is_some_and(|word| words.contains(&word)) && is_mark(tokens, at + 1, '(');
    let inner = tokens.get(at + 2..).filter(|_| here)?;
    let mut depth = 1_usize;
    let end = inner.iter().position(|token| {
        depth += usize::from(token.is('('));
        depth -= usize::from(token.is(')'));
        depth == 0
    });
    inner.get(..end?)
}

/// Whether the token at `at` stands inside `#[…]` or `#![…]`.
fn is_attribute(tokens: &[Token<'_>], at: usize) -> bool {
    let mut depth = 0_usize;
    for (back, token) in tokens.iter().enumerate().take(at).rev() {
        if token.is(']') {
            depth += 1;
        } else if token.is('[') && depth == 0 {
            let sign = if back > 0 && is_mark(tokens, back - 1, '!') { back - 1 } else { back };
            return sign > 0 && is_mark(tokens, sign - 1, '#');
        } else if token.is('[') {
            depth -= 1;
        } else if token.is(';') || token.is('{') || token.is('}') {
            return false;
        }
    }
    false
}

fn word_at<'a>(tokens: &[Token<'a>], at: usize) -> Option<&'a str> {
    tokens.get(at).and_then(Token::word)
}

fn is_mark(tokens: &[Token<'_>], at: usize, mark: char) -> bool {
    tokens.get(at).is_some_and(|token| token.is(mark))
}

fn is_path(tokens: &[Token<'_>], at: usize) -> bool {
    is_mark(tokens, at, ':') && is_mark(tokens, at + 1, ':')
}

fn follows_path(tokens: &[Token<'_>], at: usize) -> bool {
    at >= 2 && is_path(tokens, at - 2)
}

pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is part of the project") {
        let path = entry.expect("the folder is readable").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn inside(file: &Path, root: &Path) -> String {
    file.strip_prefix(root).expect("files are found below the root").to_string_lossy().into_owned()
}

#[test]
fn every_way_of_naming_a_room_is_seen() {
    let source = "//! Bad.
        use crate::{base::{id, time}, views::post, web};
        use {std::fmt, crate::api};
        use super::super::desk::form as other;
        pub(crate) fn f(x: crate::pages::Page) -> Result<()> { self.g(); $crate::work::go!() }
        mod tests { use super::*; use super::super::serve; use super::super::super::cli::run; mod deep { use super::super::x; } }
        use super::sibling; use self::child; use crate::*; use crate::Error;
        // crate::app
        const S: &str = \"crate::net\";";
    let named: Vec<_> = named_rooms("actions/publish.rs", source).into_iter().map(|(_, room)| room).collect();
    assert_eq!(named, ["base", "views", "web", "api", "desk", "pages", "work", "cli", "*", "Error"]);
    assert_eq!(named_rooms("actions/mod.rs", "use super::web;"), [(1, "web".into())]);
    assert_eq!(named_rooms("serve.rs", "use super::{web, cli::run};"), [(1, "web".into()), (1, "cli".into())]);
}

#[test]
fn a_crooked_room_is_reported() {
    let bad =
        "//! Bad.\nuse crate::views::post;\nuse crate::web;\nuse crate::Error;\nuse crate::store;\nuse crate::base;";
    assert_eq!(
        order("actions/publish.rs", bad),
        [
            "2: 'actions' names its neighbour 'views' on floor 3",
            "3: 'actions' on floor 3 names 'web' on floor 6",
            "4: 'crate::Error' is no room; name the room it lives in",
        ]
    );
    assert_eq!(order("demo.rs", "use crate::actions;"), [""; 0]);
    assert_eq!(order("attic/mod.rs", "").len(), 1);
    let rooms = BTreeSet::from(["app".to_owned(), "web".to_owned()]);
    assert_eq!(unmapped("//! `app` and the web.\nmod web; // `web`", &rooms).len(), 1);
}

#[test]
fn a_sloppy_file_is_reported() {
    let bad = "// no head\n#[allow(dead_code)]\nfn f() { allow(1); }\n#[cfg_attr(test, allow(unused))]\n\
        #[serde(default, rename = \"x\")]\nconst C: &str = \"@context\";\n#[expect(dead_code, reason = \"why\")]";
    let lines = |path| -> Vec<String> {
        paper(path, bad).iter().filter_map(|complaint| complaint.split(':').next().map(str::to_owned)).collect()
    };
    assert_eq!(lines("model/post.rs"), ["1", "2", "4", "5", "6"]);
    assert_eq!(lines("api/entities/post.rs"), ["1", "2", "4"]);
    assert_eq!(paper("model/post.rs", &format!("//! Long.\n{}", "\n".repeat(LINES))).len(), 1);
    assert_eq!(paper("model/post.rs", "//! Good.\n#[serde(rename_all = \"snake_case\")]\nstruct S;"), [""; 0]);
}
