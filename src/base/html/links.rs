//! What goes after the sanitiser: links that say where they lead, and text without hidden tricks.
//! Works on the sanitiser's own output only, where every `<`, `>` and `&` is markup.

use std::net::Ipv4Addr;

use url::{Host, Url};

use super::{attribute, decode};
use crate::base::{text, uri};

/// Takes out what cannot be printed, unwraps links without an address, lets nothing be hidden outside a link, and
/// appends ` (host)` to a link whose text is no word or names another host than the one it leads to.
pub fn honest(html: &str) -> String {
    let html: String = html.chars().filter(|c| text::printable(*c)).collect();
    let mut out = String::with_capacity(html.len());
    let mut link: Option<Link> = None;
    let mut rest = html.as_str();
    while let Some((words, (tag, after))) = rest.split_once('<').and_then(|(t, m)| Some((t, m.split_once('>')?))) {
        out.push_str(words);
        if let Some(link) = &mut link {
            link.read(words);
        }
        let name = tag.split(' ').next().unwrap_or_default();
        match (name, &mut link) {
            ("a", _) => {
                let url = attribute(tag, "href").and_then(|href| uri::http(&decode(href)));
                link = Some(Link { host: url.as_ref().map(uri::host_key), ..Link::default() });
                if url.is_some() {
                    out.extend(["<", tag, ">"]);
                }
            }
            ("/a", Some(ended)) => {
                out.push_str(&ended.note());
                if ended.host.is_some() {
                    out.push_str("</a>");
                }
                link = None;
            }
            ("span", None) if hides(tag) => out.push_str("<span>"),
            (_, link) => {
                if let Some(link) = link {
                    link.enter(name, tag);
                }
                out.extend(["<", tag, ">"]);
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A link being read.
#[derive(Default)]
struct Link {
    host: Option<String>,
    /// All its text, as software without our style sheet shows it.
    whole: String,
    /// Its text without what the class `invisible` hides.
    visible: String,
    /// For each open span, whether it hides.
    spans: Vec<bool>,
}

impl Link {
    fn enter(&mut self, name: &str, tag: &str) {
        match name {
            "span" => self.spans.push(attribute(tag, "class").is_some_and(|c| c.split(' ').any(|c| c == "invisible"))),
            "/span" => drop(self.spans.pop()),
            // A line ends a word.
            "br" | "p" | "/p" | "li" | "pre" | "blockquote" => self.read(" "),
            _ => {}
        }
    }

    fn read(&mut self, words: &str) {
        let words = decode(words);
        self.whole.push_str(&words);
        if !self.spans.contains(&true) {
            self.visible.push_str(&words);
        }
    }

    /// ` (host)` where the reader needs it. Nothing where it stands already.
    fn note(&self) -> String {
        let Some(host) = &self.host else { return String::new() };
        let note = format!("({host})");
        let told = self.whole.trim_end().ends_with(&note) && self.visible.trim_end().ends_with(&note);
        let silent = !self.visible.contains(char::is_alphanumeric) && !self.visible.contains(is_symbol);
        let misleads = [&self.whole, &self.visible].into_iter().any(|text| names_another(text, host));
        if !told && (silent || misleads) { format!(" {note}") } else { String::new() }
    }
}

/// Emoji and other signs that can be seen and clicked.
fn is_symbol(c: char) -> bool {
    c > '\u{2100}' && !c.is_whitespace() && !text::is_mark(c)
}

fn hides(tag: &str) -> bool {
    let class = attribute(tag, "class").unwrap_or_default();
    class.split(' ').any(|class| matches!(class, "invisible" | "ellipsis"))
}

/// Whether some word of the text looks like a host, and is not this one. In a path only what comes before any host
/// counts: `https:/bank.example` names one, the file in `evil.example/page.html` does not.
fn names_another(text: &str, host: &str) -> bool {
    let address = |c: char| is_of_name(c) || "~:/?#@!$&'*+,;=%".contains(c);
    text.split(|c| !address(c)).any(|word| {
        let names = |part: &str| part.split(|c| !is_of_name(c)).filter_map(named).collect::<Vec<_>>();
        let first = word.split(['/', '?', '#']).map(names).find(|names| !names.is_empty());
        first.is_some_and(|names| names.iter().any(|name| is_another(name, host)))
    })
}

/// What a reader takes for a part of a host's name.
fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || text::is_mark(c) || "-._。．｡․".contains(c)
}

/// The host that a word seems to be, in lower case, if it seems to be one.
fn named(word: &str) -> Option<String> {
    let name = word.replace(['。', '．', '｡', '․'], ".").to_lowercase();
    let name = name.trim_matches(|c: char| !c.is_alphanumeric() && !text::is_mark(c));
    let (_, top) = name.rsplit_once('.')?;
    let letters = top.chars().count() >= 2 && top.chars().all(|c| c.is_alphabetic() || text::is_mark(c));
    (letters || top.starts_with("xn--") || name.parse::<Ipv4Addr>().is_ok()).then(|| name.to_owned())
}

fn is_another(name: &str, host: &str) -> bool {
    // Letters from elsewhere than the Latin blocks may be drawn like ours: the address in ASCII tells.
    let foreign = name.chars().any(|c| c > '\u{24f}');
    let www = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
    Host::parse(name).map_or(true, |named| foreign || www(&named.to_string()) != www(host))
}

/// The address of a link as we write it out: http(s) only, spaces encoded, the host in punycode.
pub fn address(href: &str) -> Option<Url> {
    uri::http(&href.trim().replace(' ', "%20"))
}

#[cfg(test)]
mod tests {
    use crate::base::html::sanitise;

    fn link(inner: &str) -> String {
        sanitise(&format!("<a href=\"https://evil.example/x\">{inner}</a>"))
    }

    #[test]
    fn a_link_that_names_another_host_shows_its_own() {
        for inner in [
            "bank.example",
            "https://bank.example/login",
            "HTTPS://BANK.EXAMPLE",
            "See bank.example now",
            "(bank.example)",
            "@press@bank.example",
            "bank.example@evil.example",
            "https://bank.example:443/",
            "bank。example",
            "bank.example∕evil.example",
            "bank<b>.exa</b>mple",
            "b&#97;nk.example",
            "bаnk.example",
            "xn--bnk-5cd.example",
            "127.0.0.1",
            "evil.example.bank.example",
            "https://bank\u{200b}.example.evil.example",
            "evil.exa\u{202e}mple bank.example",
            "<span class=\"invisible\">https://evil.example/</span>bank.example",
            "https://<span class=\"invisible\">bank.example.</span>evil.example",
            "<span class=\"invisible\">bank.example (evil.example)</span>bank.example",
            "bank.example<span class=\"invisible\"> (evil.example)</span>",
            "bank.example<br>evil.example",
            "<p class=\"invisible\">evil.example (evil.example)</p>bank.example",
            "Login:https://bank.example/",
            "here,https://bank.example/login",
            "https:///bank.example",
            "https:/bank.example/login",
            "//bank.example",
            "https://bank.example,login",
            "https://bank.example&login/",
            "ftp://bank.example/evil.example",
        ] {
            let html = link(inner);
            assert!(html.ends_with(" (evil.example)</a>"), "{inner}: {html}");
            assert_eq!(html.matches(" (evil.example)</a>").count(), 1);
        }
    }

    #[test]
    fn an_honest_link_is_left_alone() {
        for inner in [
            "here",
            "evil.example",
            "https://evil.example/x?y=a.html",
            "www.evil.example",
            "see:https://evil.example/a/b.html",
            "https://evil.example/2026/https://bank.example/",
            "Evil.Example/…",
            "<span class=\"invisible\">https://</span><span class=\"ellipsis\">evil.example/x/y</span><span class=\"invisible\">/z.html</span>",
            "@<span>press</span>",
            "@press@evil.example",
            "#<span>tag</span>",
            "z.B. 1.5 and so on...",
            "🐘",
            "bank.example (evil.example)",
        ] {
            let told = |text: &str| text.matches("(evil.example)").count();
            assert_eq!(told(&link(inner)), told(inner), "{inner}");
            assert_eq!(sanitise(&link(inner)), link(inner));
        }
        assert_eq!(sanitise("<a href=\"https://bücher.example\">bücher.example</a>").matches('(').count(), 0);
    }

    #[test]
    fn a_link_without_words_gets_some() {
        for inner in ["", " ", "<img src=x alt=y>", "\u{200b}", "<span class=invisible>text</span>", "."] {
            assert!(link(inner).contains("(evil.example)</a>"), "{inner}");
        }
    }

    #[test]
    fn nothing_hides_outside_a_link() {
        let html =
            sanitise("<p>Pay <span class=\"invisible\">not</span> <span class=\"ellipsis h-card\">now</span></p>");
        assert_eq!(html, "<p>Pay <span>not</span> <span>now</span></p>");
        assert_eq!(sanitise("<p class=invisible>not</p>"), "<p>not</p>");
        assert!(!sanitise("<a class=\"invisible\" href=\"https://evil.example/\">not</a>").contains("invisible"));
    }

    #[test]
    fn a_link_to_nowhere_is_text() {
        assert_eq!(sanitise("<a href=\"javascript:x\" class=\"mention\">a <b>b</b></a> c"), "a <b>b</b> c");
    }
}
