//! Strangers' HTML: what we make of it is safe for another reader (html5ever's tokenizer), stays as it is, and its text
//! is text.

use std::cell::RefCell;

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use instance::base::{html, text};
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
    /// Open elements, outermost first.
    open: RefCell<Vec<String>>,
}

impl TokenSink for Page {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => self.start(&tag),
            Token::TagToken(tag) => {
                assert_eq!(self.open.borrow_mut().pop().as_deref(), Some(&*tag.name), "properly nested");
            }
            Token::CharacterTokens(words) => assert!(words.chars().all(text::printable), "{words:?}"),
            Token::EOFToken => {}
            Token::DoctypeToken(_) | Token::CommentToken(_) | Token::NullCharacterToken | Token::ParseError(_) => {
                panic!("what has no place here: {token:?}")
            }
        }
        TokenSinkResult::Continue
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
            open.push(tag.name.to_string());
            assert!(open.len() <= limits::text::HTML_DEPTH + 1, "deep");
        }
    }
}
