//! Strangers' HTML: made safe to show, made plain text; and text made safe to stand in HTML.
//! The safe subset is Mastodon's, so that what Mastodon sends and shows survives.

mod links;
mod sieve;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use super::text;
use crate::limits;

const TAGS: [&str; 20] = [
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "rp",
    "rt",
    "ruby",
    "s",
    "span",
    "strong",
    "u",
    "ul",
];

/// Only a `span` may hide, and only inside a link, where `links` weighs what is seen of it.
const CLASSES: [(&str, &[&str]); 3] = [
    ("a", &["h-card", "hashtag", "mention", "u-url"]),
    ("p", &["quote-inline"]),
    ("span", &["ellipsis", "h-card", "hashtag", "invisible", "mention", "u-url"]),
];

/// `me` and `tag` are never kept: with `me`, a stranger's link on our page would prove to others that the page
/// belongs to the stranger.
const REL: &str = "nofollow ugc noopener noreferrer";

static SAFE: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let attributes: [(&str, &[&str]); 5] = [
        ("a", &["href", "class", "translate"]),
        ("li", &["value"]),
        ("ol", &["start", "reversed"]),
        ("p", &["class"]),
        ("span", &["class", "translate"]),
    ];
    let attributes: HashMap<_, HashSet<_>> =
        attributes.into_iter().map(|(tag, names)| (tag, names.iter().copied().collect())).collect();
    let mut safe = Builder::empty();
    safe.tags(HashSet::from(TAGS))
        .tag_attributes(attributes)
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(["http", "https"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some(REL))
        .attribute_filter(filter);
    safe
});

/// Makes a stranger's HTML safe to show: tags, attributes, classes and addresses of our list only, links that show
/// where they lead, no character that overrides direction.
///
/// Reads at most 64 KiB and gives back at most 64 KiB; sanitising the result again changes nothing, so what a
/// browser builds from it is what was checked. Never fails: from what cannot be understood the text remains.
pub fn sanitise(html: &str) -> String {
    let mut limit = limits::text::HTML;
    loop {
        let first = pass(text::head(html, limit));
        let safe = if first.len() <= limits::text::HTML { settle(first, pass) } else { first };
        if safe.len() <= limits::text::HTML {
            return safe;
        }
        limit /= 2; // Escaping and closing make it longer, but never so often.
    }
}

/// The text of HTML: a blank line between paragraphs, a line for each `<br>` and list item. For titles,
/// descriptions and JSON; escape it before it goes into HTML again.
pub fn to_text(html: &str) -> String {
    let html = sanitise(html);
    let mut out = String::with_capacity(html.len());
    let mut preformatted = 0_usize;
    let mut rest = html.as_str();
    while let Some((words, (tag, after))) = rest.split_once('<').and_then(|(t, m)| Some((t, m.split_once('>')?))) {
        push_words(&mut out, words, preformatted > 0);
        match tag.split(' ').next().unwrap_or_default() {
            "br" => out.push('\n'),
            "li" => {
                break_line(&mut out, 1);
                out.push_str("- ");
            }
            "pre" => {
                preformatted += 1;
                break_line(&mut out, 2);
            }
            "/pre" => {
                preformatted = preformatted.saturating_sub(1);
                break_line(&mut out, 2);
            }
            "p" | "/p" | "blockquote" | "/blockquote" | "ul" | "/ul" | "ol" | "/ol" => break_line(&mut out, 2),
            _ => {}
        }
        rest = after;
    }
    push_words(&mut out, rest, preformatted > 0);
    out.trim().to_owned()
}

/// Text that stands for itself in HTML: between tags and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

fn pass(html: &str) -> String {
    let safe = SAFE.clean(&sieve::sieve(html)).to_string();
    links::honest(&safe).trim_matches([' ', '\n', '\t']).to_owned()
}

/// Passes it until it stays as it is. What does not is built to change in the reader's parser: no markup of it is kept.
fn settle(first: String, pass: impl Fn(&str) -> String) -> String {
    let mut html = first;
    for _ in 1..limits::text::HTML_PASSES {
        let next = pass(&html);
        if next == html {
            return html;
        }
        html = next;
    }
    let text = html.replace(['<', '>'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn filter<'a>(tag: &str, name: &str, value: &'a str) -> Option<Cow<'a, str>> {
    match name {
        "href" => links::address(value).map(|url| Cow::Owned(url.into())),
        "class" => {
            let (_, known) = CLASSES.iter().find(|(with, _)| *with == tag)?;
            let kept: Vec<_> = value.split_ascii_whitespace().filter(|class| known.contains(class)).collect();
            (!kept.is_empty()).then(|| Cow::Owned(kept.join(" ")))
        }
        "translate" => value.eq_ignore_ascii_case("no").then_some(Cow::Borrowed("no")),
        "start" | "value" => value.trim().parse::<i32>().ok().map(|number| Cow::Owned(number.to_string())),
        "reversed" => Some(Cow::Borrowed("")),
        // Ours.
        "rel" => Some(Cow::Borrowed(REL)),
        _ => None,
    }
}

/// An attribute of a tag in the sanitiser's output, as written there.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    value.split_once('"').map(|(value, _)| value)
}

/// The text behind the sanitiser's output, which knows five entities.
fn decode(text: &str) -> String {
    // `&amp;` last, or `&amp;lt;` would be decoded twice.
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&nbsp;", "\u{a0}");
    text.replace("&amp;", "&")
}

fn push_words(out: &mut String, words: &str, preformatted: bool) {
    let words = decode(words);
    if preformatted {
        out.push_str(&words);
        return;
    }
    let white = |c: char| c.is_whitespace();
    for (at, word) in words.split(white).enumerate() {
        if at > 0 && !out.is_empty() && !out.ends_with(white) {
            out.push(' ');
        }
        out.push_str(word);
    }
}

/// Makes the text end with at least so many line feeds, unless nothing or only a list's dash stands before.
fn break_line(out: &mut String, lines: usize) {
    if out.is_empty() || out == "- " || out.ends_with("\n- ") {
        return;
    }
    out.truncate(out.trim_end_matches(' ').len());
    let there = out.bytes().rev().take(lines).take_while(|b| *b == b'\n').count();
    out.extend(std::iter::repeat_n('\n', lines.saturating_sub(there)));
}

#[cfg(test)]
mod tests;
