//! Plain text: how many characters it has, how it is cut, which characters and names we let in.

use std::borrow::Cow;

use crate::limits;
use icu_properties::props::{EnumeratedProperty, GeneralCategory, GeneralCategoryGroup};
use unicode_segmentation::UnicodeSegmentation;

/// Names that no account of ours may have: they pass for the machine or for whoever runs it.
/// `help`, `support`, `info` and the like stay free, they are what institutions call their accounts.
const RESERVED: [&str; 14] = [
    "actor",
    "admin",
    "administrator",
    "hostmaster",
    "instance",
    "mod",
    "moderator",
    "null",
    "postmaster",
    "relay",
    "root",
    "system",
    "undefined",
    "webmaster",
];

/// How many characters a reader sees: grapheme clusters, as Mastodon counts names and content warnings.
pub fn graphemes(text: &str) -> usize {
    text.graphemes(true).count()
}

/// At most `max_chars` characters (Unicode scalar values), with `…` as the last where something was cut.
/// Cuts between graphemes, unless the very first one is too long.
pub fn clip(text: &str, max_chars: usize) -> Cow<'_, str> {
    if text.chars().nth(max_chars).is_none() {
        return Cow::Borrowed(text);
    }
    let Some(room) = max_chars.checked_sub(1) else { return Cow::Borrowed("") };
    let hard = text.char_indices().nth(room).map_or(text.len(), |(at, _)| at);
    let starts = text.grapheme_indices(true).map(|(at, _)| at);
    let soft = starts.take_while(|at| *at <= hard).last().unwrap_or(0);
    let cut = if soft == 0 { hard } else { soft };
    Cow::Owned(format!("{}…", text.get(..cut).unwrap_or_default().trim_end()))
}

/// The first `max_bytes` of a text, cut between characters.
pub fn head(text: &str, max_bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(max_bytes)).unwrap_or_default()
}

/// One line of it: runs of white space become one space, what cannot be printed goes.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let start = line.len();
        line.extend(word.chars().filter(|c| printable(*c)));
        if start > 0 && line.len() > start {
            line.insert(start, ' ');
        }
    }
    line
}

/// A stranger's display name, safe to set beside other text: one line without control, direction or invisible
/// characters and without towers of marks, at most `max_chars` long. May be empty: show the handle then.
pub fn clean_name(text: &str, max_chars: usize) -> String {
    let text = head(text, crate::limits::text::NAME);
    let mut marks = 0;
    let visible = |c: &char| {
        if invisible(*c) {
            return false;
        }
        marks = if is_mark(*c) { marks + 1 } else { 0 };
        marks <= limits::text::MARKS_IN_A_ROW
    };
    let name: String = one_line(text).chars().filter(visible).collect();
    clip(&one_line(&name), max_chars).into_owned()
}

/// Whether there is nothing to be seen: no character, or only blanks and such as draw nothing.
pub fn is_blank(text: &str) -> bool {
    let joins = |c: char| matches!(c, '\u{200c}'..='\u{200f}' | '\u{2800}' | '\u{fe00}'..='\u{fe0f}');
    text.chars().all(|c| c.is_whitespace() || !printable(c) || invisible(c) || joins(c))
}

/// Whether one of our accounts may be called so: Mastodon's rule for its own, `[a-z0-9_]{1,30}` in either case,
/// and not a reserved name. Store it in lower case.
pub fn valid_handle(name: &str) -> bool {
    let fits = (1..=30).contains(&name.len()) && name.bytes().all(is_user_byte);
    fits && !RESERVED.iter().any(|taken| name.eq_ignore_ascii_case(taken))
}

/// Whether an account elsewhere may be called so: Mastodon's `[a-z0-9_]+([.-]+[a-z0-9_]+)*` in either case, at
/// most 255 bytes.
pub fn valid_remote_user(name: &str) -> bool {
    let bytes = name.as_bytes();
    let ends = bytes.first().copied().is_some_and(is_user_byte) && bytes.last().copied().is_some_and(is_user_byte);
    ends && bytes.len() <= 255 && bytes.iter().all(|b| is_user_byte(*b) || matches!(b, b'.' | b'-'))
}

/// Whether a stranger's character may stand in text we show or write into XML: no control except line feed and
/// tab, nothing that overrides or isolates direction (U+202A–202E, U+2066–2069), no non-character, no byte order mark.
pub fn printable(c: char) -> bool {
    match c {
        '\n' | '\t' => true,
        '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{fdd0}'..='\u{fdef}'
        | '\u{feff}' => false,
        _ => !c.is_control() && u32::from(c) & 0xfffe != 0xfffe,
    }
}

/// Whether the character modifies the one before it (accents, vowel signs; General Category M).
pub fn is_mark(c: char) -> bool {
    !c.is_ascii() && GeneralCategoryGroup::Mark.contains(GeneralCategory::for_char(c))
}

/// Draws nothing and joins nothing: only makes two different names look the same. The joiners U+200C and U+200D
/// stay, Persian, Indic scripts and emoji need them, and so do the marks U+200E and U+200F.
fn invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'
            | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
    )
}

fn is_user_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// `1 character`, `12 characters`.
pub fn characters(count: usize) -> String {
    if count == 1 { "1 character".to_owned() } else { format!("{count} characters") }
}

/// A count as English groups it: `38,112`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_cut_between_graphemes() {
        assert_eq!(clip("short", 5), "short");
        assert!(matches!(clip("short", 5), Cow::Borrowed(_)));
        assert_eq!(clip("shorter", 5), "shor…");
        assert_eq!(clip("a bcdefg", 3), "a…");
        assert_eq!(clip("ab👩‍👩‍👧‍👦cdef", 5), "ab…");
        assert_eq!(clip("x", 0), "");
        assert_eq!(clip(&format!("a{}", "\u{301}".repeat(100)), 10).chars().count(), 10);
        assert_eq!(head("aé", 2), "a");
        assert_eq!(head("aé", 3), "aé");
    }

    #[test]
    fn names_of_strangers_stay_in_their_line() {
        assert_eq!(clean_name("  Ana\n\tLópez  ", 50), "Ana López");
        assert_eq!(clean_name("evil\u{202e}elpmaxe.knab", 50), "evilelpmaxe.knab");
        assert_eq!(clean_name("a\u{2066}b\u{2069}\u{0}\u{7}\u{9b}\u{2028}c", 50), "ab c");
        assert_eq!(clean_name("\u{200b}\u{feff}\u{3164} \u{ad}", 50), "");
        assert_eq!(clean_name("Press\u{200b}", 50), "Press");
        assert_eq!(clean_name(&format!("Z{}algo", "\u{300}".repeat(500)), 50), format!("Z{}algo", "\u{300}".repeat(4)));
        assert_eq!(clean_name("محمد می\u{200c}خواهم 👨‍👩‍👧", 50), "محمد می\u{200c}خواهم 👨‍👩‍👧");
        assert_eq!(clean_name(&"long ".repeat(300_000), 9), "long lon…");
        assert_eq!(one_line("a \u{1}\u{2} b\r\nc"), "a b c");
    }

    #[test]
    fn what_draws_nothing_is_blank() {
        for blank in
            ["", " \n\t", "\u{200b}", "\u{200b}\u{2060} \u{3164}\u{ad}", "\u{200d}\u{200e}", "\u{feff}", "\u{2800}"]
        {
            assert!(is_blank(blank), "{blank:?}");
        }
        for seen in [".", "\u{200b}a", "می\u{200c}خواهم", "👨‍👩‍👧", "#", "\u{a0}1"] {
            assert!(!is_blank(seen), "{seen:?}");
        }
    }

    #[test]
    fn our_handles_are_plain() {
        for good in ["press", "Press", "_", "0", "support", &"a".repeat(30)] {
            assert!(valid_handle(good), "{good}");
        }
        for wrong in ["", "pre.ss", "pre-ss", "préss", "press ", "admin", "Root", "INSTANCE", &"a".repeat(31)] {
            assert!(!valid_handle(wrong), "{wrong}");
        }
    }

    #[test]
    fn their_handles_are_nearly_plain() {
        for good in ["a", "a.b", "a..b", "a-.-b", "_", "Name_1", &"a".repeat(255)] {
            assert!(valid_remote_user(good), "{good}");
        }
        for wrong in ["", ".", "a.", "-a", "a b", "a@b", "ä", "a\u{202e}", "a\n", &"a".repeat(256)] {
            assert!(!valid_remote_user(wrong), "{wrong}");
        }
    }

    #[test]
    fn hostile_text_is_cut_in_linear_time() {
        for text in ["@", "((((", "http://", "#", "a\u{200d}", "🇩", "@a-", "https://a.b/((", "\u{1100}"] {
            let long = text.repeat(100_000 / text.len());
            assert!(graphemes(&long) > 0);
            assert!(clip(&long, 500).chars().count() <= 500);
            assert!(clean_name(&long, 100).chars().count() <= 100);
        }
    }

    proptest! {
        #[test]
        fn cleaning_a_name_twice_changes_nothing(text in "\\PC*|[\\s\\S]{0,40}", max in 1_usize..30) {
            let once = clean_name(&text, max);
            prop_assert!(once.chars().count() <= max);
            prop_assert!(once.chars().all(|c| printable(c) && !matches!(c, '\n' | '\t')));
            prop_assert_eq!(clean_name(&once, max), once.clone());
        }

        #[test]
        fn clipping_keeps_the_beginning(text in "[\\s\\S]{0,40}", max in 0_usize..30) {
            let cut = clip(&text, max);
            prop_assert!(cut.chars().count() <= max);
            prop_assert!(text.starts_with(cut.trim_end_matches('…')) || text.trim_end_matches('…').starts_with(cut.trim_end_matches('…')));
        }
    }

    #[test]
    fn counts_are_grouped_by_three() {
        assert_eq!([0, 999, 1_000, 38_112, 1_000_000].map(grouped), ["0", "999", "1,000", "38,112", "1,000,000"]);
    }
}
