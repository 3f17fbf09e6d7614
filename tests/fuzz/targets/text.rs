//! Our authors' text and strangers' names, moments and languages: cut, counted, taken apart and written out.

use std::time::Duration;

use instance::base::lang::Lang;
use instance::base::markup;
use instance::base::scan::{self, Piece};
use instance::base::time::Timestamp;
use instance::base::{html, text, uri};
use instance::limits;

use super::html::inspect;

/// A byte that says how much is kept, and the text.
pub fn text(data: &[u8]) {
    let Some((&max, data)) = data.split_first() else { return };
    let words = String::from_utf8_lossy(data);
    cut(&words, usize::from(max));
    taken_apart(&words);
    written_out(&words);
    moments(&words);
    if let Ok(lang) = words.parse::<Lang>() {
        assert_eq!(lang.as_str().parse::<Lang>().ok(), Some(lang.clone()));
        assert!(lang.as_str().eq_ignore_ascii_case(&words) && !lang.wire().is_empty() && !lang.own_name().is_empty());
    }
}

fn cut(words: &str, max: usize) {
    let clipped = text::clip(words, max);
    assert!(clipped.chars().count() <= max && text::clip(&clipped, max) == clipped);
    assert!(text::graphemes(&clipped) <= text::graphemes(words) + 1, "an ellipsis may be one more");
    assert!(text::head(words, max).len() <= max && words.starts_with(text::head(words, max)));
    let name = text::clean_name(words, max);
    assert!(name.chars().count() <= max && name.chars().all(|c| text::printable(c) && c != '\n' && c != '\t'));
    assert_eq!(text::clean_name(&name, max), name);
    let line = text::one_line(words);
    assert_eq!(text::one_line(&line), line);
}

fn taken_apart(words: &str) {
    let mut rest = words;
    for piece in scan::pieces(words) {
        let (sign, shown) = match &piece {
            Piece::Text(shown) | Piece::Link { shown, .. } => ("", *shown),
            Piece::Mention { shown, .. } => ("@", *shown),
            Piece::Hashtag { shown } => (if rest.starts_with('＃') { "＃" } else { "#" }, *shown),
        };
        rest = rest.strip_prefix(sign).and_then(|rest| rest.strip_prefix(shown)).expect("the pieces are the text");
        match piece {
            Piece::Link { url, .. } => assert_eq!(uri::http(url.as_str()), Some(url)),
            Piece::Mention { user, domain: Some(domain), .. } => {
                assert_eq!(uri::parse_acct(&format!("{user}@{domain}")), Some((user.to_owned(), domain)));
            }
            Piece::Text(_) | Piece::Mention { .. } | Piece::Hashtag { .. } => {}
        }
    }
    assert!(rest.is_empty());
    let links = scan::pieces(words).iter().filter(|piece| matches!(piece, Piece::Link { .. })).count();
    assert!(markup::length(words) <= words.chars().count() + links * limits::text::URL_COUNTS);
}

fn written_out(words: &str) {
    let mention = |user: &str, domain: Option<&str>| Some(format!("https://{}/@{user}", domain.unwrap_or("s.example")));
    let html = markup::render(words, &mention, &|tag| format!("https://s.example/tags/{}", tag.len()));
    // Ours is what we would let pass of a stranger, but for the attributes that only we may write.
    for part in html.split('<').skip(1) {
        let ours =
            ["p>", "/p>", "br>", "/a>", "/span>", "span>", "span class=\"", "a href=\"https://", "a href=\"http://"];
        assert!(ours.iter().any(|start| part.starts_with(start)), "{html}");
    }
    inspect(&html::sanitise(&html));
    let (mentions, tags) = (markup::mentions(words), markup::hashtags(words));
    assert!(mentions.len() <= limits::post::MENTIONS && tags.len() <= limits::post::MENTIONS);
    for tag in tags {
        assert_eq!((markup::fold(&tag.shown), markup::fold(&tag.folded)), (tag.folded.clone(), tag.folded));
    }
}

fn moments(words: &str) {
    let whole = |moment: Timestamp| Timestamp(moment.seconds() * 1000);
    if let Some(moment) = Timestamp::parse_rfc3339(words) {
        assert_eq!(Timestamp::parse_rfc3339(&moment.rfc3339()), Some(whole(moment)), "{words}");
        assert!(moment.plus(Duration::MAX) >= moment);
    }
    if let Some(moment) = Timestamp::parse_http_date(words) {
        assert_eq!(Timestamp::parse_http_date(&moment.http_date()), Some(moment), "{words}");
    }
}
