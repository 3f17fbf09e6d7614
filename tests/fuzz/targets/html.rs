//! Strangers' HTML: what we make of it is safe for another reader (html5ever's tokenizer), stays as it is, and its text
//! is text.

use std::cell::RefCell;

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use instance::base::{html, text, uri};
use instance::limits;
use url::Url;

pub fn html(data: &[u8]) {
    let wild = String::from_utf8_lossy(data);
    let safe = html::sanitise(&wild);
    inspect(&safe);
    let words = html::to_text(&wild);
    assert!(words.chars().all(text::printable), "{words:?}");
    let escaped = html::escape(&words);
    assert!(!escaped.contains(['<', '>', '"', '\'']));
    if escaped.len() <= limits::text::HTML {
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(one_line(&html::to_text(&escaped)), one_line(&words), "text stands for itself");
    }
}

/// What pages and clients are given: the promises of `base::html::sanitise`.
pub fn inspect(safe: &str) {
    assert!(safe.len() <= limits::text::HTML);
    assert_eq!(html::sanitise(safe), safe, "sanitised again it stays as it is");
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(safe));
    let tokenizer = Tokenizer::new(Page::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    assert!(tokenizer.sink.open.borrow().is_empty(), "all is closed: {safe}");
}

/// Watches a page being read.
#[derive(Default)]
struct Page {
    /// Open elements, outermost first; `hidden` is a span that hides.
    open: RefCell<Vec<String>>,
    /// The host of the link being read, and what is seen of its text.
    link: RefCell<Option<(String, String)>>,
}

impl TokenSink for Page {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        if let (Token::TagToken(tag), Some((_, seen))) = (&token, &mut *self.link.borrow_mut())
            && matches!(&*tag.name, "blockquote" | "br" | "li" | "p" | "pre")
        {
            // A line ends a word.
            seen.push(' ');
        }
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => self.start(&tag),
            Token::TagToken(tag) => {
                let last = self.open.borrow_mut().pop().unwrap_or_default();
                assert!(last == *tag.name || last == "hidden" && &*tag.name == "span", "properly nested");
                if last == "a" {
                    honest(self.link.take().expect("a link was begun"));
                }
            }
            Token::CharacterTokens(words) => {
                assert!(words.chars().all(text::printable), "{words:?}");
                if let Some((_, seen)) = &mut *self.link.borrow_mut()
                    && !self.open.borrow().iter().any(|tag| tag == "hidden")
                {
                    seen.push_str(&words);
                }
            }
            Token::EOFToken => {}
            Token::DoctypeToken(_) | Token::CommentToken(_) | Token::NullCharacterToken | Token::ParseError(_) => {
                panic!("what has no place here: {token:?}")
            }
        }
        TokenSinkResult::Continue
    }
}

/// A word of a link with an address in it shows where the link leads before that, or the link says so at its end.
fn honest((host, seen): (String, String)) {
    let told = seen.trim_end().ends_with(&format!("({host})"));
    for (before, after) in seen.split_whitespace().filter_map(|word| word.split_once("://")) {
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '.').unwrap_or(after.len());
        let (shown, rest) = after.split_at(end);
        let shown = shown.trim_matches(['.', '-']).to_ascii_lowercase();
        let plain = shown
            .rsplit_once('.')
            .is_some_and(|(_, top)| top.len() > 1 && top.bytes().all(|b| b.is_ascii_alphabetic()));
        let bare = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
        let honest = bare(&shown) == bare(&host) || before.to_lowercase().contains(&bare(&host));
        assert!(told || honest || !plain || rest.starts_with(|c: char| !c.is_ascii()), "{seen} leads to {host}");
    }
}

impl Page {
    fn start(&self, tag: &Tag) {
        let mut open = self.open.borrow_mut();
        let known: &[&str] = match &*tag.name {
            "a" => &["href", "class", "translate", "rel"],
            "span" => &["class", "translate"],
            "p" => &["class"],
            "ol" => &["start", "reversed"],
            "li" => &["value"],
            "b" | "blockquote" | "br" | "code" | "del" | "em" | "i" | "pre" | "rp" | "rt" | "ruby" | "s" | "strong"
            | "u" | "ul" => &[],
            other => panic!("the tag {other}"),
        };
        for attribute in &tag.attrs {
            let (name, value) = (&*attribute.name.local, &*attribute.value);
            assert!(known.contains(&name), "the attribute {name} of {}", &*tag.name);
            match name {
                "href" => {
                    let url = Url::parse(value).expect("an address");
                    assert!(matches!(url.scheme(), "http" | "https") && url.has_host(), "{url}");
                    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
                    assert_eq!(url.as_str(), value, "as every reader writes it");
                    *self.link.borrow_mut() = Some((uri::host_key(&url), String::new()));
                }
                "rel" => assert_eq!(value, "nofollow ugc noopener noreferrer"),
                "class" if open.iter().any(|tag| tag == "a") && &*tag.name == "span" => {}
                "class" => assert!(!value.contains("invisible") && !value.contains("ellipsis"), "hides: {value}"),
                "translate" => assert_eq!(value, "no"),
                "reversed" => assert_eq!(value, ""),
                _ => assert!(value.parse::<i32>().is_ok(), "{name}={value}"),
            }
        }
        if &*tag.name == "a" {
            assert!(!open.iter().any(|tag| tag == "a"), "a link within a link");
            assert!(tag.attrs.iter().any(|attribute| &*attribute.name.local == "rel"), "a link without rel");
        }
        if &*tag.name != "br" {
            let hides = tag.attrs.iter().any(|it| &*it.name.local == "class" && it.value.contains("invisible"));
            open.push(if hides { "hidden".to_owned() } else { tag.name.to_string() });
            assert!(open.len() <= limits::text::HTML_DEPTH + 1, "deep");
        }
    }
}
