//! The same again and again, as long as it may be: what costs more than its length shows here. What an input may cost is
//! measured by `main.rs`; here it has to end, in bounded memory and without running out of stack.

use hyper::http::{HeaderMap, HeaderValue, Method};
use instance::activitypub::read;
use instance::base::{html, json, markup, scan, text};
use instance::crypto::verify::Received;
use instance::limits;

use super::{NOW, ORIGIN, multipart};

/// A byte that names the reader; a beginning, what is repeated and an end, with 0xff between.
pub fn growth(data: &[u8]) {
    let Some((&which, rest)) = data.split_first() else { return };
    let mut parts = rest.split(|byte| *byte == 0xff);
    let mut next = || parts.next().unwrap_or_default();
    let (front, again, back) = (next(), next(), next());
    let length = if which % 6 == 0 { limits::text::JSON } else { limits::text::HTML };
    let times = length.saturating_sub(front.len() + back.len()) / again.len().max(1);
    let bytes = [front, &again.repeat(times), back].concat();
    let words = || String::from_utf8_lossy(&bytes);
    match which % 6 {
        0 => drop(json::parse(&bytes).and_then(|value| read::activity(&value))),
        1 => drop(html::sanitise(&words())),
        2 => drop(html::to_text(&words())),
        3 => ours(&words()),
        4 => header(&bytes),
        _ => drop(multipart::read(&bytes, "x", bytes.len())),
    }
}

fn ours(words: &str) {
    let _ = (scan::pieces(words), markup::length(words), markup::mentions(words), markup::hashtags(words));
    let _ = markup::render(words, &|_, _| None, &|tag| tag.to_owned());
    let _ = (text::clean_name(words, 500), text::clip(words, 500), text::one_line(words));
}

/// In both schemes' headers at once: which one is read depends on there being the other.
fn header(bytes: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(bytes.get(..limits::signature::HEADER).unwrap_or(bytes)) else { return };
    for names in [&["signature"][..], &["signature", "signature-input"]] {
        let headers: HeaderMap = names.iter().map(|name| (name.parse().expect("a name"), value.clone())).collect();
        let received =
            Received { method: &Method::POST, target: "/ap/inbox", headers: &headers, body: b"{}", origin: ORIGIN };
        let _ = instance::crypto::claim(&received, NOW);
    }
}
