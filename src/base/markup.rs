//! Our authors' plain text to the HTML that Mastodon and its clients expect: paragraphs, line breaks, links,
//! mentions and hashtags; and how long it is as Mastodon counts. There is no Markdown, and no HTML of the author passes.

use std::collections::HashSet;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use url::Url;

use super::html::escape;
use super::scan::{self, Piece};
use super::text;
use crate::limits;

/// Somebody mentioned in a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Handle {
    /// As written; servers compare it without regard to case.
    pub user: String,
    /// `host[:port]` in lower-case punycode; none for our own accounts.
    pub domain: Option<String>,
}

/// A hashtag in a text, without its sign.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tag {
    /// As written.
    pub shown: String,
    /// As compared, see [`fold`].
    pub folded: String,
}

/// The length of a post's text as Mastodon counts it (`StatusLengthValidator`): grapheme clusters without the
/// white space around, every http(s) address as 23, a mention of another server's account without its domain.
pub fn length(text: &str) -> usize {
    let mut counted = String::with_capacity(text.len());
    for piece in scan::pieces(text.trim()) {
        match piece {
            Piece::Text(plain) => counted.push_str(plain),
            Piece::Link { .. } => counted.extend(std::iter::repeat_n('x', limits::text::URL_COUNTS)),
            Piece::Mention { user, .. } => counted.extend(["@", user]),
            Piece::Hashtag { shown } => counted.extend(["#", shown]),
        }
    }
    text::graphemes(&counted)
}

/// Text to HTML. A blank line ends a paragraph, a line break is a `<br>`; empty text is empty HTML.
///
/// `mention` gives the profile address of a user (as written) at a domain (as in [`Handle`]), or nothing, and the
/// mention stays text. `tag` gives the address of a tag's page, percent-encoded, from its folded form.
pub fn render(
    text: &str,
    mention: &dyn Fn(&str, Option<&str>) -> Option<String>,
    tag: &dyn Fn(&str) -> String,
) -> String {
    let mut html = String::with_capacity(text.len() * 2);
    let mut inside = false;
    for line in tidy(text).lines().map(str::trim_end) {
        if line.is_empty() {
            html.push_str(if inside { "</p>" } else { "" });
            inside = false;
            continue;
        }
        html.push_str(if inside { "<br>" } else { "<p>" });
        inside = true;
        for piece in scan::pieces(line) {
            html.push_str(&render_piece(piece, mention, tag));
        }
    }
    html.push_str(if inside { "</p>" } else { "" });
    html
}

/// One stretch of text to HTML in which addresses are links, and nothing else is anything.
pub fn links(text: &str) -> String {
    let plain = |piece: Piece<'_>| match piece {
        Piece::Text(text) => escape(text),
        Piece::Link { shown, url } => link(shown, &url),
        Piece::Mention { shown, .. } => format!("@{}", escape(shown)),
        Piece::Hashtag { shown } => format!("#{}", escape(shown)),
    };
    scan::pieces(&tidy(text)).into_iter().map(plain).collect()
}

/// Who is mentioned, in order, each once, at most [`limits::post::MENTIONS`].
pub fn mentions(text: &str) -> Vec<Handle> {
    let mut seen = HashSet::new();
    let handle = |piece| match piece {
        Piece::Mention { user, domain, .. } => Some(Handle { user: user.to_owned(), domain }),
        Piece::Text(_) | Piece::Link { .. } | Piece::Hashtag { .. } => None,
    };
    let tidy = tidy(text);
    let all = scan::pieces(&tidy).into_iter().filter_map(handle);
    all.filter(|h| seen.insert((h.user.to_ascii_lowercase(), h.domain.clone()))).take(limits::post::MENTIONS).collect()
}

/// The hashtags, in order, each once (by its folded form), at most [`limits::post::MENTIONS`].
pub fn hashtags(text: &str) -> Vec<Tag> {
    let mut seen = HashSet::new();
    let tag = |piece| match piece {
        Piece::Hashtag { shown } => Some(Tag { shown: shown.to_owned(), folded: fold(shown) }),
        Piece::Text(_) | Piece::Link { .. } | Piece::Mention { .. } => None,
    };
    let tidy = tidy(text);
    let all = scan::pieces(&tidy).into_iter().filter_map(tag);
    all.filter(|tag| seen.insert(tag.folded.clone())).take(limits::post::MENTIONS).collect()
}

/// A hashtag as it is compared: NFKC, accents of the blocks Latin-1 and Latin Extended-A dropped, lower case
/// (Mastodon's `HashtagNormalizer`). Thus `#Straßenbahn`, `#STRAßENBAHN` are one, and `#Müll` is `#mull`.
pub fn fold(tag: &str) -> String {
    let compatible = ComposingNormalizerBorrowed::new_nfkc().normalize(tag);
    let lower = compatible.chars().map(without_accent).flat_map(char::to_lowercase);
    // The final sigma is the same letter.
    lower.map(|c| if c == 'ς' { 'σ' } else { c }).collect()
}

fn without_accent(c: char) -> char {
    if !('\u{c0}'..='\u{17f}').contains(&c) {
        return c;
    }
    match c {
        'Ð' | 'ð' | 'Đ' | 'đ' => 'd',
        'Ħ' | 'ħ' => 'h',
        'ı' => 'i',
        'ĸ' => 'k',
        'Ł' | 'ł' => 'l',
        'Ŋ' | 'ŋ' => 'n',
        'Ø' | 'ø' => 'o',
        'Ŧ' | 'ŧ' => 't',
        _ => {
            let base = DecomposingNormalizerBorrowed::new_nfd().normalize_iter(std::iter::once(c)).next();
            base.filter(char::is_ascii_alphabetic).unwrap_or(c)
        }
    }
}

/// What is counted, scanned and shown: line feeds only, nothing unprintable.
fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").chars().filter(|c| text::printable(*c)).collect()
}

fn render_piece(
    piece: Piece<'_>,
    mention: &dyn Fn(&str, Option<&str>) -> Option<String>,
    tag: &dyn Fn(&str) -> String,
) -> String {
    match piece {
        Piece::Text(text) => escape(text),
        Piece::Link { shown, url } => link(shown, &url),
        Piece::Mention { shown, user, domain } => match mention(user, domain.as_deref()) {
            Some(profile) => format!(
                "<span class=\"h-card\" translate=\"no\"><a href=\"{}\" class=\"u-url mention\">@<span>{}</span></a></span>",
                escape(&profile),
                escape(user)
            ),
            None => format!("@{}", escape(shown)),
        },
        Piece::Hashtag { shown } => format!(
            "<a href=\"{}\" class=\"mention hashtag\" rel=\"tag\">#<span>{}</span></a>",
            escape(&tag(&fold(shown))),
            escape(shown)
        ),
    }
}

/// Mastodon's form: the scheme hidden, then the beginning, then the hidden rest. The text as a whole stays the
/// full address, for software that does not know the classes.
fn link(shown: &str, url: &Url) -> String {
    let scheme = shown.find("://").map_or(0, |at| at + 3);
    let (start, rest) = shown.split_at_checked(scheme).unwrap_or(("", shown));
    let www = rest.get(..4).filter(|www| www.eq_ignore_ascii_case("www.")).map_or(0, str::len);
    let hidden = shown.get(..start.len() + www).unwrap_or_default();
    let rest = rest.get(www..).unwrap_or_default();
    let cut = rest.char_indices().nth(limits::text::URL_SHOWN).map_or(rest.len(), |(at, _)| at);
    let (head, tail) = rest.split_at_checked(cut).unwrap_or((rest, ""));
    let (class, tail) = match tail {
        "" => ("", String::new()),
        _ => (" class=\"ellipsis\"", format!("<span class=\"invisible\">{}</span>", escape(tail))),
    };
    format!(
        "<a href=\"{}\" rel=\"nofollow noopener\" translate=\"no\"><span class=\"invisible\">{}</span><span{class}>{}</span>{tail}</a>",
        escape(url.as_str()),
        escape(hidden),
        escape(head),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::html;

    fn rendered(text: &str) -> String {
        let mention = |user: &str, domain: Option<&str>| match (user, domain) {
            ("nobody", _) => None,
            (_, domain) => Some(format!("https://{}/@{user}", domain.unwrap_or("here.example"))),
        };
        render(text, &mention, &|tag| format!("https://here.example/tags/{tag}"))
    }

    #[test]
    fn posts_are_counted_as_mastodon_counts() {
        assert_eq!(length(""), 0);
        assert_eq!(length("  hello\n"), 5);
        assert_eq!(length("👩‍👩‍👧‍👦 e\u{301}"), 3);
        assert_eq!(length("see https://city.example/a/very/long/path?with=query&and=more, please"), 4 + 23 + 8);
        assert_eq!(length("https://a.eu"), 23);
        assert_eq!(length("@press@city.example hi"), 9);
        assert_eq!(length("@press hi #Straße"), 17);
        // No concession for what will not be a link or a mention.
        assert_eq!(length("https://user@a.eu/"), 18);
        assert_eq!(length("ftp://a.eu/file"), 15);
        assert_eq!(length("mail@press@city.example"), 23);
        assert_eq!(length("https://localhost/"), 18);
    }

    #[test]
    fn hostile_length_is_linear() {
        for text in ["@", "((((", "http://", "#", "a\u{200d}", "🇩", "@a-", "https://a.b/((", "\u{1100}"] {
            assert!(length(&text.repeat(100_000 / text.len())) > 0);
        }
    }

    #[test]
    fn paragraphs_and_lines() {
        for (text, expected) in [
            ("", ""),
            (" \n\r\n ", ""),
            ("one", "<p>one</p>"),
            ("one\ntwo\r\nthree\rfour", "<p>one<br>two<br>three<br>four</p>"),
            ("\n\none  \n \t\n\n\ntwo\n", "<p>one</p><p>two</p>"),
            ("**a** <b>b</b> [c](d) &amp; \"e\"", "<p>**a** &lt;b&gt;b&lt;/b&gt; [c](d) &amp;amp; &quot;e&quot;</p>"),
            ("a\u{202e}b\u{0}\u{2066}c", "<p>abc</p>"),
        ] {
            assert_eq!(rendered(text), expected, "{text:?}");
        }
    }

    #[test]
    fn mentions_and_tags_as_mastodon_writes_them() {
        assert_eq!(
            rendered("Hi @Ana@peer.example!"),
            "<p>Hi <span class=\"h-card\" translate=\"no\"><a href=\"https://peer.example/@Ana\" class=\"u-url mention\">\
             @<span>Ana</span></a></span>!</p>"
        );
        assert_eq!(rendered("@nobody@peer.example"), "<p>@nobody@peer.example</p>");
        assert_eq!(
            rendered("#Müll"),
            "<p><a href=\"https://here.example/tags/mull\" class=\"mention hashtag\" rel=\"tag\">#<span>Müll</span></a></p>"
        );
    }

    #[test]
    fn addresses_as_mastodon_writes_them() {
        assert_eq!(
            rendered("https://city.example."),
            "<p><a href=\"https://city.example/\" rel=\"nofollow noopener\" translate=\"no\">\
             <span class=\"invisible\">https://</span><span>city.example</span></a>.</p>"
        );
        assert_eq!(
            rendered("https://www.city.example/a/b/c/d/e/f/g/h/i/j/k?l=m&n"),
            "<p><a href=\"https://www.city.example/a/b/c/d/e/f/g/h/i/j/k?l=m&amp;n\" rel=\"nofollow noopener\" translate=\"no\">\
             <span class=\"invisible\">https://www.</span><span class=\"ellipsis\">city.example/a/b/c/d/e/f/g/h/i</span>\
             <span class=\"invisible\">/j/k?l=m&amp;n</span></a></p>"
        );
        for hostile in ["javascript:alert(1)", "data:text/html,x", "https://bank.example@evil.example/"] {
            assert!(!rendered(hostile).contains("<a"), "{hostile}");
        }
        assert!(rendered("https://a.example/\"onclick=x").contains("href=\"https://a.example/\" rel"));
    }

    #[test]
    fn what_we_write_passes_as_a_strangers() {
        let text =
            "Hi @ana@peer.example\n#Verkehr https://city.example/a/very/long/path/that/is/cut?x=y&z=1 & more\n\n#two";
        let again = html::sanitise(&rendered(text));
        let expected = rendered(text)
            .replace(" rel=\"tag\"", "")
            .replace(" rel=\"nofollow noopener\"", "")
            .replace(">#<span>", " rel=\"nofollow ugc noopener noreferrer\">#<span>")
            .replace(">@<span>", " rel=\"nofollow ugc noopener noreferrer\">@<span>")
            .replace(
                "translate=\"no\"><span class=\"inv",
                "translate=\"no\" rel=\"nofollow ugc noopener noreferrer\"><span class=\"inv",
            );
        assert_eq!(again, expected);
        assert_eq!(html::to_text(&rendered(text)), text.replace("@ana@peer.example", "@ana"));
    }

    #[test]
    fn mentions_are_listed_once() {
        let handle = |user: &str, domain: Option<&str>| Handle { user: user.into(), domain: domain.map(str::to_owned) };
        let list = mentions("@Ana@Peer.example @ana@peer.example @ana https://x.example/@eve @bob@städte.example");
        assert_eq!(
            list,
            [handle("Ana", Some("peer.example")), handle("ana", None), handle("bob", Some("xn--stdte-hra.example"))]
        );
        let crowd = (0..200).map(|n| format!("@u{n}")).collect::<Vec<_>>().join(" ");
        assert_eq!(mentions(&crowd).len(), limits::post::MENTIONS);
    }

    #[test]
    fn tags_are_listed_once() {
        let list = hashtags("#Müll #müll #MULL #1 https://x.example/#no #Ende");
        assert_eq!(
            list,
            [Tag { shown: "Müll".into(), folded: "mull".into() }, Tag { shown: "Ende".into(), folded: "ende".into() }]
        );
        let crowd = (0..200).map(|n| format!("#t{n}")).collect::<Vec<_>>().join(" ");
        assert_eq!(hashtags(&crowd).len(), limits::post::MENTIONS);
    }

    #[test]
    fn tags_fold_as_mastodon_folds_them() {
        for (shown, folded) in [
            ("Straße", "straße"),
            ("ŁÓDŹ", "lodz"),
            ("İstanbul", "istanbul"),
            ("ＡＢＣ", "abc"),
            ("ŒuvreÆ", "œuvreæ"),
            ("ΟΔΌΣ", "οδόσ"),
            ("οδός", "οδόσ"),
            ("Tiê\u{301}ng", "tiếng"),
            ("e\u{301}t", "et"),
            ("ｶﾞ", "ガ"),
            ("हिन्दी", "हिन्दी"),
        ] {
            assert_eq!(fold(shown), folded, "{shown}");
            assert_eq!(fold(&fold(shown)), folded, "{shown}");
        }
    }

    #[test]
    fn hostile_text_is_linear() {
        for part in ["(", "@", "#", "http://", "https://a.b/ ", "@a@b.c ", "#a ", "\n", "<", "\u{202e}"] {
            let text = part.repeat(100_000 / part.len());
            let html = rendered(&text);
            assert!(html.len() < 400 * text.len());
            assert!(mentions(&text).len() <= 1 && hashtags(&text).len() <= 1);
        }
    }

    proptest! {
        #[test]
        fn no_markup_of_the_author_passes(text in "(<[a-z/!]|[<>\"'&@#:/.a-c\\n -]|https://a\\.b/|@a@b\\.c|#a|[\\s\\S]){0,30}") {
            let html = rendered(&text);
            for part in html.split('<').skip(1) {
                let ours = ["p>", "/p>", "br>", "/a>", "/span>", "span>", "span class=\"", "a href=\"https://", "a href=\"http://"];
                prop_assert!(ours.iter().any(|start| part.starts_with(start)), "{}", html);
            }
            let quotes = html.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(tag, _)| tag.matches('"').count());
            prop_assert!(quotes.into_iter().all(|count| count % 2 == 0), "{}", html);
        }

        #[test]
        fn the_words_survive(text in "[ -.0-?A-~é\n]{0,60}") {
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(words(&html::to_text(&rendered(&text))), words(&text));
        }
    }
}
