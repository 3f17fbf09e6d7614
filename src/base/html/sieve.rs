//! What goes before the sanitiser: bounds a stranger's HTML, in one pass without recursion.
//! Only known tags and attributes pass, properly nested and at most `limits::text::HTML_DEPTH` deep, so that the parser
//! behind has nothing to repair: no cost that grows faster than the input, no mutation. Safety is the sanitiser's, not
//! ours.

use crate::limits;

/// Tags that pass, with the attributes that pass on them.
const KEPT: [(&str, &[&str]); 20] = [
    ("a", &["href", "class", "translate"]),
    ("b", &[]),
    ("blockquote", &[]),
    ("br", &[]),
    ("code", &[]),
    ("del", &[]),
    ("em", &[]),
    ("i", &[]),
    ("li", &["value"]),
    ("ol", &["start", "reversed"]),
    ("p", &["class"]),
    ("pre", &[]),
    ("rp", &[]),
    ("rt", &[]),
    ("ruby", &[]),
    ("s", &[]),
    ("span", &["class", "translate"]),
    ("strong", &[]),
    ("u", &[]),
    ("ul", &[]),
];

/// Tags that go with all that is in them: no parser reads it as text for people.
const SILENT: [&str; 10] =
    ["iframe", "noembed", "noframes", "plaintext", "script", "style", "template", "textarea", "title", "xmp"];

/// Tags that go but leave a space, so that the words on both sides do not grow together.
const BLOCKS: [&str; 30] = [
    "address",
    "article",
    "aside",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "header",
    "hr",
    "main",
    "nav",
    "option",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
];

/// Blocks that close an open paragraph, as the HTML parser has it.
const ENDS_PARAGRAPH: [&str; 5] = ["blockquote", "ol", "p", "pre", "ul"];

/// The same HTML, bounded.
pub fn sieve(html: &str) -> String {
    let mut sieve = Sieve { out: String::with_capacity(html.len()), open: Vec::new() };
    let mut rest = html;
    while let Some((text, markup)) = rest.split_once('<') {
        sieve.text(text);
        rest = sieve.markup(markup).unwrap_or_default();
    }
    sieve.text(rest);
    sieve.close_above(0);
    sieve.out
}

struct Sieve {
    out: String,
    /// Open elements, outermost first.
    open: Vec<&'static str>,
}

impl Sieve {
    fn text(&mut self, text: &str) {
        // The parser drops a line feed after <pre>, and would drop the next one the next time.
        let text = if self.out.ends_with("<pre>") { text.trim_start_matches(['\n', '\r']) } else { text };
        self.out.push_str(text);
    }

    /// Takes what follows a `<` and gives back what is left; nothing when the markup does not end.
    fn markup<'a>(&mut self, rest: &'a str) -> Option<&'a str> {
        if let Some(comment) = rest.strip_prefix("!--") {
            return after_comment(comment);
        }
        if rest.starts_with(['!', '?']) {
            return after(rest, ">");
        }
        let (ends, body) = rest.strip_prefix('/').map_or((false, rest), |body| (true, body));
        if !body.starts_with(|c: char| c.is_ascii_alphabetic()) {
            if ends {
                return after(rest, ">");
            }
            self.out.push_str("&lt;");
            return Some(rest);
        }
        let name_ends = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>');
        let (name, rest) = body.split_at_checked(body.find(name_ends)?)?;
        let name = name.to_ascii_lowercase();
        let kept = KEPT.iter().find(|(tag, _)| *tag == name);
        let mut attributes = Vec::new();
        let rest = read_attributes(rest, kept.map_or(&[], |(_, wanted)| wanted), &mut attributes)?;
        if SILENT.contains(&name.as_str()) && !ends {
            return after_end_tag(rest, &name);
        }
        match (kept, ends) {
            (Some((tag, _)), false) => self.start(tag, &attributes),
            (Some((tag, _)), true) => self.end(tag),
            (None, _) if is_heading(&name) => self.heading(ends),
            (None, _) if BLOCKS.contains(&name.as_str()) => self.space(),
            (None, _) => {}
        }
        Some(rest)
    }

    fn start(&mut self, tag: &'static str, attributes: &[(&str, &str)]) {
        if ENDS_PARAGRAPH.contains(&tag) {
            self.end("p");
        }
        match tag {
            "a" => self.end("a"),
            "li" => self.end_item(),
            "rt" | "rp" if self.open.last().is_some_and(|last| matches!(*last, "rt" | "rp")) => {
                self.close_above(self.open.len() - 1);
            }
            _ => {}
        }
        if tag != "br" {
            if self.open.len() >= limits::text::HTML_DEPTH {
                return;
            }
            self.open.push(tag);
        }
        self.out.extend(["<", tag]);
        for (name, value) in attributes {
            self.out.extend([" ", name, "=\"", &value.replace('"', "&quot;"), "\""]);
        }
        self.out.push('>');
    }

    /// Mastodon shows headings as a bold paragraph.
    fn heading(&mut self, ends: bool) {
        if ends {
            self.end("p");
        } else {
            self.start("p", &[]);
            self.start("strong", &[]);
        }
    }

    /// Closes the innermost element of that name and what is open in it.
    fn end(&mut self, tag: &str) {
        if let Some(at) = self.open.iter().rposition(|open| *open == tag) {
            self.close_above(at);
        }
    }

    /// Closes the item before, if it is of the same list.
    fn end_item(&mut self) {
        let list = self.open.iter().rposition(|open| matches!(*open, "ul" | "ol"));
        let item = self.open.iter().rposition(|open| *open == "li");
        if let Some(item) = item.filter(|item| list.is_none_or(|list| list < *item)) {
            self.close_above(item);
        }
    }

    fn close_above(&mut self, at: usize) {
        for tag in self.open.drain(at..).rev() {
            self.out.extend(["</", tag, ">"]);
        }
    }

    fn space(&mut self) {
        if !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
    }
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

fn after<'a>(text: &'a str, end: &str) -> Option<&'a str> {
    text.split_once(end).map(|(_, rest)| rest)
}

/// `<!-->` and `<!--->` are whole comments, `--!>` ends one too (HTML standard, 13.2.5.43 ff.).
fn after_comment(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix('>').or_else(|| text.strip_prefix("->")) {
        return Some(rest);
    }
    // Looked for together: one of them may stand at once and the other nowhere, and many comments follow each other.
    let mut rest = text;
    loop {
        rest = after(rest, "-")?;
        if let Some(end) = rest.strip_prefix('-')
            && let Some(behind) = end.strip_prefix('>').or_else(|| end.strip_prefix("!>"))
        {
            return Some(behind);
        }
    }
}

/// What follows the end tag of an element whose content is not markup.
fn after_end_tag<'a>(mut text: &'a str, name: &str) -> Option<&'a str> {
    loop {
        text = after(text, "</")?;
        let ends = text.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
        if let Some(rest) = text.get(name.len()..).filter(|_| ends)
            && rest.starts_with(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'))
        {
            return after(rest, ">");
        }
    }
}

/// Reads attributes up to and with the `>` of their tag and keeps the first of each wanted name. Values stay as
/// they are written, entities and all.
fn read_attributes<'a>(
    mut rest: &'a str,
    wanted: &[&'static str],
    kept: &mut Vec<(&'static str, &'a str)>,
) -> Option<&'a str> {
    let gap = |c: char| c.is_ascii_whitespace() || c == '/';
    loop {
        rest = rest.trim_start_matches(gap);
        if let Some(rest) = rest.strip_prefix('>') {
            return Some(rest);
        }
        // A name may begin with `=`, and ends at the next.
        let first = rest.chars().next()?.len_utf8();
        let ends = |c: char| gap(c) || matches!(c, '>' | '=');
        let (name, after_name) = rest.split_at_checked(first + rest.get(first..)?.find(ends)?)?;
        let mut value = "";
        rest = after_name.trim_start_matches(|c: char| c.is_ascii_whitespace());
        if let Some(text) = rest.strip_prefix('=') {
            (value, rest) = read_value(text.trim_start_matches(|c: char| c.is_ascii_whitespace()))?;
        }
        let wanted = wanted.iter().find(|wanted| name.eq_ignore_ascii_case(wanted));
        if let Some(name) = wanted.filter(|name| kept.iter().all(|(other, _)| other != *name)) {
            kept.push((name, value));
        }
    }
}

fn read_value(text: &str) -> Option<(&str, &str)> {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote);
        }
    }
    text.split_at_checked(text.find(|c: char| c.is_ascii_whitespace() || c == '>')?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_come_out_nested() {
        for (html, expected) in [
            ("<b>x", "<b>x</b>"),
            ("<b><i>x</b>y</i>", "<b><i>x</i></b>y"),
            ("x</b></p></br>", "x"),
            ("<p>a<p>b", "<p>a</p><p>b</p>"),
            ("<p>a<ul><li>b<li>c<ul><li>d</ul></ul>", "<p>a</p><ul><li>b</li><li>c<ul><li>d</li></ul></li></ul>"),
            ("<a href=x>a<a href=y>b", "<a href=\"x\">a</a><a href=\"y\">b</a>"),
            ("<ruby>字<rp>(<rt>ji<rp>)</ruby>", "<ruby>字<rp>(</rp><rt>ji</rt><rp>)</rp></ruby>"),
            ("<h2>T<br>t</h2>x", "<p><strong>T<br>t</strong></p>x"),
            ("<pre>\n\r\n x</pre>", "<pre> x</pre>"),
            ("<div>a</div><div>b</div>", " a b "),
        ] {
            assert_eq!(sieve(html), expected, "{html}");
        }
    }

    #[test]
    fn markup_is_cut_as_the_standard_cuts_it() {
        for (html, expected) in [
            ("1 < 2 <3", "1 &lt; 2 &lt;3"),
            ("a<!-- <b> -->c", "ac"),
            ("a<!-->c", "ac"),
            ("a<!--->c", "ac"),
            ("a<!--x--!>c", "ac"),
            ("a<!-- - -- -!> --- > --->c", "ac"),
            ("a<!-- b", "a"),
            ("a<!DOCTYPE x>b<?php y?>c</ z>d</>e", "abcde"),
            ("a<script>b</SCRIPT >c", "ac"),
            ("a<script>b</scripty></script/x>c", "ac"),
            ("a<style>b", "a"),
            ("a<b c", "a"),
            ("<a<b>x", "x"),
            ("<A HREF = 'x\"y' href=z/ onclick=\"a>b\">c</A>", "<a href=\"x&quot;y\">c</a>"),
            ("<ol =x start=3 reversed><li value=\"4\">", "<ol start=\"3\" reversed=\"\"><li value=\"4\"></li></ol>"),
        ] {
            assert_eq!(sieve(html), expected, "{html}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = sieve(&"<b>".repeat(100_000));
        assert_eq!(deep.matches("<b>").count(), limits::text::HTML_DEPTH);
        assert_eq!(deep.matches("</b>").count(), limits::text::HTML_DEPTH);
    }
}
