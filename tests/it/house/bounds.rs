//! Bounds stand in `limits`: a number with a name, or a time written out, is nowhere else one of our own choosing.

use super::tokens::{Kind, Token, tokens};
use super::{arguments, is_mark, is_path, word_at};

/// Numbers with a name outside `limits`: where, which (all, when none is named), and why they are no bounds.
const NUMBERS: &[(&str, &[&str], &str)] = &[
    ("app/challenges.rs", &["BASE", "TOKEN"], "the form of our own words"),
    ("cli/exit.rs", &["UNSOUND"], "an exit code"),
    ("cli/serve.rs", &["INTERRUPTED"], "an exit code, as shells count signals"),
    ("cli/media.rs", &["PLACES"], "the form of what is printed"),
    ("cli/out.rs", &["WIDTH"], "the form of what is printed"),
    ("control/socket.rs", &["PATH"], "what the kernel puts into a socket's address"),
    ("crypto/der.rs", &["BIT_STRING", "INTEGER", "SEQUENCE"], "tags of DER"),
    ("crypto/multibase.rs", &["CHUNK"], "arithmetic of base 58"),
    ("crypto/token.rs", &["CODE_LENGTH"], "the form of our own codes"),
    ("crypto/webauthn.rs", &["ATTESTED", "EXTENDED", "PRESENT", "VERIFIED"], "flags of the format"),
    ("demo.rs", &["DAY"], "a unit"),
    ("desk/episodes.rs", &["ONE"], "the number of a field"),
    ("desk/plot.rs", &[], "coordinates of drawings"),
    (
        "media/clip/flac.rs",
        &["DESCRIPTION", "PLACE", "SEEK_TABLE", "STREAM_INFO"],
        "kinds and sizes of blocks of the format",
    ),
    ("media/clip/ogg.rs", &["HEAD", "UNKNOWN", "VORBIS_HEAD"], "the format's own"),
    ("media/clip/mp4/stream.rs", &["DECODER"], "what the format says of a decoder"),
    ("media/clip/webm.rs", &[], "names of elements of the format"),
    ("media/clip/webm/tracks.rs", &[], "names of elements of the format"),
    ("desk/account.rs", &["HERE"], "a name among networks"),
    ("media/draw/", &[], "coordinates of drawings"),
    ("media/picture/pixels.rs", &["MIDDLE_QUALITY", "QUALITY"], "how good a picture looks"),
    ("media/picture/jpeg.rs", &["PROFILE_PIECE"], "what a segment holds"),
    ("media/picture/jpeg/huffman.rs", &["AHEAD"], "as far as is looked ahead"),
    ("media/picture/png.rs", &["ONE"], "a unit of the format"),
    ("media/picture/png/rows.rs", &["PALETTE"], "a kind of colours of the format"),
    ("media/picture/profile.rs", &["HEADER"], "the format's own"),
    ("media/picture/webp.rs", &["ALPHA", "ANIMATED", "ICC"], "flags of the format"),
    ("pages/plain.rs", &["DAY"], "a unit"),
];

/// Files that only tests are built with.
const TESTS: &[&str] = &["net/peer.rs", "views/samples.rs"];

/// Bounds in `src/limits` without a word on what they are and why.
pub fn unexplained(path: &str, source: &str) -> Vec<String> {
    let inside = path.split('/').next().is_some_and(|room| matches!(room, "limits" | "limits.rs"));
    let mut before = "";
    let mut found = Vec::new();
    for (at, line) in source.lines().enumerate().filter(|_| inside) {
        if line.starts_with("pub const ") && !before.starts_with("/// ") {
            found.push(format!("{}: a bound without its reason", at + 1));
        }
        before = line;
    }
    found
}

const NUMBER_TYPES: &[&str] =
    &["Duration", "f32", "f64", "i8", "i16", "i32", "i64", "isize", "u8", "u16", "u32", "u64", "u128", "usize"];

/// Bounds in a file of `src/` that belong into `limits`.
pub fn astray(path: &str, source: &str) -> Vec<String> {
    let apart = path.split('/').any(|part| matches!(part, "limits" | "limits.rs" | "tests" | "tests.rs"));
    if apart || TESTS.contains(&path) {
        return Vec::new();
    }
    let tokens = tokens(source);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if token.word() == Some("mod") && word_at(&tokens, at + 1) == Some("tests") {
            at = end_of_block(&tokens, at + 2);
            continue;
        }
        if let Some(name) = number(&tokens, at).filter(|name| !is_known(path, name)) {
            found.push(format!(
                "{}: '{name}' is a bound, or why is it none? (limits, tests/it/house/bounds.rs)",
                token.line
            ));
        }
        if is_time(&tokens, at) {
            found.push(format!("{}: a time written out; give it a name and a reason in limits", token.line));
        }
        if is_size(&tokens, at) {
            found.push(format!("{}: a bound written out; give it a name and a reason in limits", token.line));
        }
        at += 1;
    }
    found
}

/// The name of the number that a `const` or `static` at `at` declares.
fn number<'a>(tokens: &[Token<'a>], at: usize) -> Option<&'a str> {
    let name = matches!(word_at(tokens, at)?, "const" | "static").then(|| word_at(tokens, at + 1))??;
    if !is_mark(tokens, at + 2, ':') {
        return None;
    }
    // A path's last name; anything else than a plain path (a slice, an array, a table) is no number.
    let mut last = at + 3;
    while is_path(tokens, last + 1) {
        last += 3;
    }
    let plain = NUMBER_TYPES.contains(&word_at(tokens, last)?) && is_mark(tokens, last + 1, '=');
    plain.then_some(name)
}

/// `Duration::from_…(…)` of nothing but numbers.
fn is_time(tokens: &[Token<'_>], at: usize) -> bool {
    let made = word_at(tokens, at).filter(|word| word.starts_with("from_"));
    let owner = at.checked_sub(3).and_then(|owner| word_at(tokens, owner));
    let inner = made.and_then(|word| arguments(tokens, at, &[word]));
    owner == Some("Duration") && inner.is_some_and(|inner| inner.iter().all(|token| token.word().is_none()))
}

/// `Cache::new(…)`, `…_size(…)` or `retry_after: …` of nothing but numbers, which are no tokens.
fn is_size(tokens: &[Token<'_>], at: usize) -> bool {
    let Some(word) = word_at(tokens, at) else { return false };
    if word == "retry_after" {
        return is_mark(tokens, at + 1, ':') && (is_mark(tokens, at + 2, '}') || is_mark(tokens, at + 2, ','));
    }
    let cache = word == "new" && at.checked_sub(3).and_then(|owner| word_at(tokens, owner)) == Some("Cache");
    let inner = arguments(tokens, at, &[word]).filter(|_| cache || word.ends_with("_size"));
    inner.is_some_and(|inner| inner.iter().all(|token| token.word().is_none()))
}

fn is_known(path: &str, name: &str) -> bool {
    let here = |(place, names, _): &(&str, &[&str], &str)| {
        path.starts_with(place) && (names.is_empty() || names.contains(&name))
    };
    NUMBERS.iter().any(here)
}

/// Behind the block that opens at or after `at`; a declaration without one (`mod tests;`) ends where it stands.
fn end_of_block(tokens: &[Token<'_>], at: usize) -> usize {
    let mut depth = 0_usize;
    for (here, token) in tokens.iter().enumerate().skip(at) {
        match token.kind {
            Kind::Mark(';') if depth == 0 => return here,
            Kind::Mark('{') => depth += 1,
            Kind::Mark('}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return here + 1;
                }
            }
            Kind::Word(_) | Kind::Text(_) | Kind::Mark(_) => {}
        }
    }
    tokens.len()
}

#[test]
fn a_bound_that_went_astray_is_found() {
    let source = "//! X.
        const MOST: usize = 5; pub(super) static T: std::time::Duration = X; const NAME: &str = \"n\";
        const TABLE: [u8; 3] = []; const SOME: Option<u64> = None; const fn f(x: u64) {}
        fn g() { sleep(Duration::from_secs(24 * 3600)); Duration::from_millis(n); u64::from_str(\"\"); }
        #[cfg(test)] mod tests { const MOST: usize = 7; fn h() { Duration::from_secs(1); } }
        const LAST: u8 = 1;
        fn i() { Cache::new(1_000); Cache::new(MOST); Vec::new(); }
        fn j() { x.max_buf_size(64 * 1024).set_size(n); Busy { retry_after: 5 }; Busy { retry_after: SOON } }
        fn k() -> Busy { retry_after: u32 } ";
    let lines: Vec<_> =
        astray("web/x.rs", source).iter().filter_map(|c| c.split(':').next().map(str::to_owned)).collect();
    assert_eq!(lines, ["2", "2", "4", "6", "7", "8", "8"]);
    assert_eq!(astray("limits/x.rs", source), [""; 0]);
    let reasons = "//! X.\n/// Enough.\npub const A: u8 = 1;\npub const B: u8 = 2;\n\npub const C: u8 = 3;";
    assert_eq!(unexplained("limits/x.rs", reasons).len(), 2);
    assert_eq!(unexplained("web/x.rs", reasons), [""; 0]);
    assert_eq!(astray("media/draw/x.rs", "const A: f32 = 1.0;"), [""; 0]);
    assert_eq!(astray("cli/out.rs", "const WIDTH: usize = 78; const B: u8 = 1;").len(), 1);
}
