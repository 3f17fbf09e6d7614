//! Finds addresses, mentions and hashtags in plain text, as Mastodon's extractor does for its own authors.
//! One pass without backtracking: every branch moves on by what it has looked at, so any text is linear.

use url::Url;

use super::{text, uri};
use crate::limits;

/// A part of a text. The parts of a text, one after another, are the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    /// An http(s) address: as written, and as read.
    Link {
        shown: &'a str,
        url: Url,
    },
    /// `@user` or `@user@domain`: the user as written, the domain as `host[:port]` in lower-case punycode.
    Mention {
        shown: &'a str,
        user: &'a str,
        domain: Option<String>,
    },
    /// `#tag`, without its sign.
    Hashtag {
        shown: &'a str,
    },
}

/// Takes a text apart.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    let mut before = None;
    while let Some((first, rest)) = text.get(at..).and_then(split_first) {
        let (length, piece) = match first {
            'h' | 'H' => link(text.get(at..).unwrap_or_default(), before),
            '@' => mention(rest, before),
            '#' | '＃' => hashtag(first, rest, before),
            _ => (first.len_utf8(), None),
        };
        if let Some(piece) = piece {
            pieces.extend(text.get(plain..at).filter(|t| !t.is_empty()).map(Piece::Text));
            pieces.push(piece);
            plain = at + length;
        }
        before = text.get(at..at + length).and_then(|seen| seen.chars().next_back());
        at += length;
    }
    pieces.extend(text.get(plain..).filter(|t| !t.is_empty()).map(Piece::Text));
    pieces
}

/// How far to go on, and what was found there.
type Step<'a> = (usize, Option<Piece<'a>>);

/// An address reaches to the first white space, quote or character of an East Asian script (these are written
/// without spaces; a host name in them has to be given as punycode), less the punctuation at its end.
fn link(text: &str, before: Option<char>) -> Step<'_> {
    let scheme = |name: &str| text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let inside = before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '@' | '#' | '$' | '_'));
    if inside || !(scheme("https://") || scheme("http://")) {
        return (1, None);
    }
    let run = text.split(ends_address).next().unwrap_or_default();
    let shown = without_tail(run);
    // A name of the open network: no bare host name, no number.
    let public = |url: &Url| url.domain().is_some_and(|host| host.trim_end_matches('.').contains('.'));
    match uri::http(shown).filter(public) {
        Some(url) => (shown.len(), Some(Piece::Link { shown, url })),
        None => (run.len(), None),
    }
}

fn ends_address(c: char) -> bool {
    let sign = matches!(c, '<' | '>' | '"' | '`' | '{' | '}' | '|' | '\\' | '^' | '«' | '»');
    // general punctuation (quotes, dashes, ellipsis, direction marks), CJK and full-width forms
    let foreign = matches!(
        c,
        '\u{2000}'..='\u{206f}'
            | '\u{2e80}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7af}'
            | '\u{f900}'..='\u{faff}'
            | '\u{fe30}'..='\u{fe4f}'
            | '\u{ff00}'..='\u{ffef}'
            | '\u{20000}'..='\u{3ffff}'
    );
    sign || foreign || c.is_whitespace() || c.is_control()
}

/// Drops the punctuation that ends a sentence, and a bracket that was opened before the address.
fn without_tail(run: &str) -> &str {
    let count = |sign: char| run.matches(sign).count();
    let (mut round, mut square) = (count(')'), count(']'));
    let (round_open, square_open) = (count('('), count('['));
    run.trim_end_matches(|c: char| match c {
        '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' => true,
        ')' if round > round_open => {
            round -= 1;
            true
        }
        ']' if square > square_open => {
            square -= 1;
            true
        }
        _ => false,
    })
}

/// Mastodon's `MENTION_RE`; here with a port too, as hosts in handles may have one.
fn mention(text: &str, before: Option<char>) -> Step<'_> {
    let user = dotted(text, |c| c.is_ascii_alphanumeric() || c == '_');
    let after = text.get(user.len()..).unwrap_or_default();
    let host = after.strip_prefix('@').map_or("", |domain| dotted(domain, is_word));
    let mut shown = user;
    if !host.is_empty() {
        let port = port(after.get(1 + host.len()..).unwrap_or_default());
        shown = text.get(..user.len() + 1 + host.len() + port).unwrap_or_default();
    }
    let next = text.get(shown.len()..).unwrap_or_default();
    let goes_on = next.starts_with("://") || next.starts_with(|c| c == '@' || is_word(c));
    if user.is_empty() || goes_on || before.is_some_and(|c| is_word(c) || c == '=' || c == '/') {
        return (1, None);
    }
    let domain = match shown.split_once('@') {
        None => None,
        Some(_) => match uri::parse_acct(shown) {
            Some((_, domain)) => Some(domain),
            None => return (1 + shown.len(), None),
        },
    };
    if !text::valid_remote_user(user) {
        return (1 + shown.len(), None);
    }
    (1 + shown.len(), Some(Piece::Mention { shown, user, domain }))
}

/// The longest beginning of the form `word([.-]+word)*`.
fn dotted(text: &str, word: impl Fn(char) -> bool) -> &str {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if word(c) {
            end = at + c.len_utf8();
        } else if at == 0 || !matches!(c, '.' | '-') {
            break;
        }
    }
    text.get(..end).unwrap_or_default()
}

/// The length of `:digits` at the beginning, if that is all of the word.
fn port(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(':') else { return 0 };
    let number = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    let word_ends = !rest.get(number.len()..).unwrap_or_default().starts_with(is_word);
    if word_ends && (1..=5).contains(&number.len()) { 1 + number.len() } else { 0 }
}

/// Letters, digits and underscores of any script, and between them the separators Mastodon allows; not digits
/// alone, so that `#1` stays a number.
fn hashtag(sign: char, text: &str, before: Option<char>) -> Step<'_> {
    let start = sign.len_utf8();
    if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '=' | '/' | ')')) || text.starts_with(text::is_mark) {
        return (start, None);
    }
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if is_word(c) {
            end = at + c.len_utf8();
        } else if at == 0 || !matches!(c, '·' | '・' | '\u{200c}') {
            break;
        }
    }
    let (shown, after) = text.split_at_checked(end).unwrap_or_default();
    let named = shown.contains(char::is_alphanumeric) && shown.contains(|c: char| !c.is_numeric());
    if named && !after.starts_with("://") && shown.chars().count() <= limits::text::HASHTAG {
        (start + end, Some(Piece::Hashtag { shown }))
    } else {
        (start + end, None)
    }
}

/// What regular expressions call a word character: letters, marks, digits, underscore.
fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric() || text::is_mark(c)
}

fn split_first(text: &str) -> Option<(char, &str)> {
    let mut chars = text.chars();
    chars.next().map(|first| (first, chars.as_str()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<String> {
        let show = |piece| match piece {
            Piece::Text(_) => None,
            Piece::Link { url, .. } => Some(url.to_string()),
            Piece::Mention { user, domain, .. } => Some(format!("@{user}@{}", domain.unwrap_or_default())),
            Piece::Hashtag { shown } => Some(format!("#{shown}")),
        };
        pieces(text).into_iter().filter_map(show).collect()
    }

    #[test]
    fn addresses_end_where_people_end_them() {
        for (text, url) in [
            ("see https://city.example/a.", "https://city.example/a"),
            ("(https://city.example/a)", "https://city.example/a"),
            ("https://en.wiki.example/A_(b)!", "https://en.wiki.example/A_(b)"),
            ("https://en.wiki.example/A_(b)).", "https://en.wiki.example/A_(b)"),
            ("“https://city.example/a”", "https://city.example/a"),
            ("HTTP://City.example/A?b=c&d#e,", "http://city.example/A?b=c&d#e"),
            ("参照https://city.example/を見て", "https://city.example/"),
            ("<https://city.example/>", "https://city.example/"),
            ("https://münchen.example/straße", "https://xn--mnchen-3ya.example/stra%C3%9Fe"),
            ("https://a.example/@user/1#frag", "https://a.example/@user/1#frag"),
            ("https://a.example:8443/x…", "https://a.example:8443/x"),
        ] {
            assert_eq!(found(text), [url], "{text}");
        }
    }

    #[test]
    fn not_every_address_is_one() {
        for text in [
            "http://",
            "https://localhost/",
            "https://127.0.0.1/",
            "https://user@city.example/",
            "javascript:alert(1)//https:/",
            "xhttps://city.example/",
            "ftp://city.example/",
            "city.example",
            "https://city.example\\@evil.example/@a@b.example",
        ] {
            let urls = pieces(text).into_iter().filter(|piece| matches!(piece, Piece::Link { .. })).count();
            let expected = usize::from(text.contains('\\'));
            assert_eq!(urls, expected, "{text}");
        }
        assert!(found(&format!("https://city.example/{}", "a".repeat(3000))).is_empty());
    }

    #[test]
    fn mentions_are_found_where_mastodon_finds_them() {
        for (text, mention) in [
            ("@press", "@press@"),
            ("Hi @press, hi", "@press@"),
            ("@press@city.example.", "@press@city.example"),
            ("(@a.b-c@city.example)", "@a.b-c@city.example"),
            ("@press@Städte.example!", "@press@xn--stdte-hra.example"),
            ("@press@localhost:8443:", "@press@localhost:8443"),
            ("@press@city.example: yes", "@press@city.example"),
            (".@press", "@press@"),
            ("@@press", "@press@"),
        ] {
            assert_eq!(found(text), [mention], "{text}");
        }
        for text in [
            "mail@press.example",
            "x/@press",
            "a=@press",
            "@",
            "@ press",
            "@.press",
            "@presse\u{301}",
            "@a@b@c",
            "@a://b",
            "@é",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
        assert!(found(&format!("@{}", "a".repeat(300))).is_empty());
    }

    #[test]
    fn hashtags_of_every_script() {
        for (text, tag) in [
            ("#Straße!", "#Straße"),
            ("#हिन्दी", "#हिन्दी"),
            ("#한국어.", "#한국어"),
            ("#日本語、", "#日本語"),
            ("＃wide", "#wide"),
            ("#2026plan", "#2026plan"),
            ("#paral·lel·", "#paral·lel"),
            ("#snake_case", "#snake_case"),
            ("#one#two", "#one"),
            ("(#tag)", "#tag"),
        ] {
            assert_eq!(found(text), [tag], "{text}");
        }
        for text in ["#1", "#", "# tag", "#__", "a#tag", "/#tag", "#\u{fe0f}\u{20e3}abc", "&#39;", "#http://", "#🙂"]
        {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
        assert!(found(&format!("#{}", "a".repeat(101))).is_empty());
    }

    #[test]
    fn nothing_is_found_inside_an_address() {
        assert_eq!(found("https://a.example/#tag/@user@b.example").len(), 1);
        assert!(found("https://user@a.example/#tag/@user@b.example").is_empty());
    }

    #[test]
    fn hostile_text_is_linear() {
        for part in [
            "(",
            "@",
            "#",
            "h",
            "http://",
            "https://a.b/",
            "@a",
            "@a.",
            "@a-@b.",
            "#a",
            "##·",
            "@a@",
            "@a@b:1",
            "https://a.b/)",
        ] {
            let text = part.repeat(100_000 / part.len());
            let length: usize = pieces(&text).iter().map(width).sum();
            assert_eq!(length, text.len(), "{part}");
        }
    }

    /// Bytes of the text that a piece stands for (`#` may be wide, which the hostile parts are not).
    fn width(piece: &Piece<'_>) -> usize {
        match piece {
            Piece::Text(text) | Piece::Link { shown: text, .. } => text.len(),
            Piece::Mention { shown, .. } | Piece::Hashtag { shown } => 1 + shown.len(),
        }
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_text(text in "([@#.:/a-c·é\u{301} -]|https?://|a\\.b|[\\s\\S]){0,40}") {
            prop_assume!(!text.contains('＃'));
            let total: usize = pieces(&text).iter().map(width).sum();
            prop_assert_eq!(total, text.len());
        }
    }
}
