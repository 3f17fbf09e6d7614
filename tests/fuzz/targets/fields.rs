//! Structured fields: what our reader takes, another one (`sfv`) takes too and understands in the same way.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::http::{HeaderMap, HeaderValue, Method};
use instance::crypto::structured::{Item, Reader};
use instance::crypto::verify::{Received, Refusal};
use instance::limits;
use sfv::{BareItem, Dictionary, ListEntry, Parser};

use super::{NOW, ORIGIN};

/// A header's value.
pub fn fields(data: &[u8]) {
    let Some(text) = str::from_utf8(data).ok().filter(|text| text.is_ascii()) else { return };
    item(text);
    parameters(text);
    input(text);
}

/// What was read off the front of a text.
fn consumed<'a>(text: &'a str, reader: Reader<'_>) -> &'a str {
    text.strip_suffix(reader.0).expect("a reader moves forward")
}

fn item(text: &str) {
    let mut reader = Reader(text);
    let Some(item) = reader.item() else { return };
    let front = consumed(text, reader);
    let mut again = Reader(front);
    assert_eq!(again.item(), Some(item), "read again: {front}");
    assert!(again.is_done());
    agree(front, item, Parser::new(front).parse::<sfv::Item>().ok().map(|item| item.bare_item).as_ref());
}

fn agree(text: &str, ours: Item<'_>, theirs: Option<&BareItem>) {
    match (ours, theirs) {
        (Item::Integer(ours), Some(BareItem::Integer(theirs))) => assert_eq!(ours, i64::from(*theirs)),
        (Item::String(ours), Some(BareItem::String(theirs))) => assert_eq!(unescaped(ours), theirs.as_str()),
        (Item::Bytes(ours), Some(BareItem::ByteSequence(theirs))) => {
            assert!(STANDARD.decode(ours).is_err() || STANDARD.decode(ours).as_ref() == Ok(theirs), "{text}");
        }
        (Item::Bytes(_), None) => assert!(is_undecoded(&ours), "{text}"),
        (Item::Other, Some(BareItem::Token(_) | BareItem::Boolean(_))) => {}
        (ours, theirs) => panic!("{text}: {ours:?}, {theirs:?}"),
    }
}

/// We take any text between colons, and refuse it when it is decoded.
fn is_undecoded(item: &Item<'_>) -> bool {
    matches!(item, Item::Bytes(base64) if STANDARD.decode(base64).is_err())
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    out
}

fn parameters(text: &str) {
    let mut reader = Reader(text);
    let Some(ours) = reader.parameters() else { return };
    let front = consumed(text, reader);
    assert!(ours.len() <= limits::signature::LISTED);
    let Ok(theirs) = Parser::new(&format!("x{front}")).parse::<sfv::Item>() else {
        assert!(ours.iter().any(|(_, item)| is_undecoded(item)), "{front}");
        return;
    };
    assert_eq!(ours.len(), theirs.params.len(), "no name comes twice: {front}");
    for ((name, item), (key, theirs)) in ours.iter().zip(&theirs.params) {
        match (item, theirs) {
            (Item::Other, BareItem::Boolean(true)) => {}
            (item, theirs) => agree(front, *item, Some(theirs)),
        }
        assert_eq!(*name, key.as_str());
    }
}

/// The text as `Signature-Input`: what passes is, for the other reader too, one list of plain names under one label.
fn input(text: &str) {
    // As around every header's value.
    let text = text.trim_ascii();
    let label = text.split('=').next().unwrap_or_default();
    let refusal = refusal(text, label).expect("it has a body and covers no digest");
    if matches!(refusal, Refusal::Malformed(_) | Refusal::Unsigned) {
        return;
    }
    let Ok(theirs) = Parser::new(text).parse::<Dictionary>() else {
        assert!(text.contains(';') && text.contains(':'), "only for a byte sequence that is none: {text}");
        return;
    };
    let Some(ListEntry::InnerList(list)) = theirs.get(label).filter(|_| theirs.len() == 1) else {
        panic!("{text}: {theirs:?}");
    };
    for item in &list.items {
        assert!(item.params.is_empty(), "a component with parameters: {text}");
        let name = item.bare_item.as_string().expect("names are strings").as_str();
        assert!(!name.contains(|c: char| c.is_ascii_uppercase()), "{text}");
    }
}

/// What we say of a request with this `Signature-Input`.
fn refusal(input: &str, label: &str) -> Option<Refusal> {
    let mut headers = HeaderMap::new();
    headers.insert("signature-input", HeaderValue::from_str(input).unwrap_or(HeaderValue::from_static("-")));
    let signature = HeaderValue::from_str(&format!("{label}=:AAAA:"));
    headers.insert("signature", signature.unwrap_or(HeaderValue::from_static("-")));
    let received =
        Received { method: &Method::POST, target: "/ap/inbox", headers: &headers, body: b"{}", origin: ORIGIN };
    instance::crypto::claim(&received, NOW).err()
}
