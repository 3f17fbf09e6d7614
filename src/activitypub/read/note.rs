//! Notes, and what other software has in their place.

use std::collections::HashSet;

use serde_json::Value;

use crate::activitypub::vocab::{self, is_public};
use crate::base::html;
use crate::base::lang::Lang;
use crate::base::text;
use crate::base::time::Timestamp;
use crate::base::uri;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::note::{Attachment, Content};

/// A stranger's note as the wire has it. That `author` wrote it is for the caller to compare with who proved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteIn {
    pub author: String,
    pub content: Content,
    /// A vote in a poll, the words of what was chosen: it answers something with a name and no content.
    pub vote: Option<String>,
}

/// Reads a note. Its author is on its own origin, or it is nobody's.
pub fn note(value: &Value, now: Timestamp) -> Result<NoteIn> {
    let kind = vocab::kind(value);
    if !matches!(kind, "Note" | "Question" | "Article" | "Page" | "Image" | "Audio" | "Video" | "Event") {
        return Err(wrong("it is no note"));
    }
    let id = vocab::address(value, "id").ok_or_else(|| wrong("it has no id"))?;
    let author = vocab::address(value, "attributedTo").filter(|author| uri::same_origin(author, id));
    let author = author.ok_or_else(|| wrong("its author is not one actor of its own server"))?;
    // On another origin it would lead readers of our pages to a place that the note's server does not answer for.
    let url = vocab::link(value, "url").filter(|url| uri::same_origin(url, id)).unwrap_or_else(|| id.to_owned());
    let (body, lang) = body(value, &url);
    let choice = vocab::plain(vocab::text(value, "name"), limits::stranger::CHOICE);
    let votes = kind == "Note" && body.is_empty() && !choice.is_empty() && value.get("inReplyTo").is_some();
    let published = Timestamp::parse_rfc3339(vocab::text(value, "published")).unwrap_or(now).min(now);
    let updated = Timestamp::parse_rfc3339(vocab::text(value, "updated")).map(|moment| moment.min(now));
    Ok(NoteIn {
        author: author.to_owned(),
        vote: votes.then_some(choice),
        content: Content {
            uri: id.to_owned(),
            url,
            html: html::sanitise(&body),
            warning: warning(value, kind),
            lang: lang.and_then(language),
            published,
            updated,
            in_reply_to: parent(value).map(str::to_owned),
            mentions: mentions(value),
            attachments: attachments(value),
            public: vocab::ids(value, "to").chain(vocab::ids(value, "cc")).any(is_public),
        },
    })
}

/// What a note answers and whom it names, without a look at its words: enough to tell whether it is for us.
pub fn links(value: &Value) -> (Option<&str>, Vec<String>) {
    (parent(value), mentions(value))
}

/// The one thing it answers.
fn parent(value: &Value) -> Option<&str> {
    vocab::one_id(value, "inReplyTo").filter(|id| uri::http(id).is_some())
}

/// `und`, `mul` and their like (ISO 639-2) name no language.
fn language(code: &str) -> Option<Lang> {
    let lang: Lang = code.parse().ok()?;
    (!matches!(lang.primary(), "mis" | "mul" | "und" | "zxx")).then_some(lang)
}

fn wrong(what: &str) -> Error {
    Problem::new("E174", format!("The note cannot be read: {what}.")).into()
}

/// The text, still unsafe, and its language: the first key of `contentMap`, as Mastodon has it. Long forms are shown by
/// their title and a link (Mastodon's `CONVERTED_TYPES`).
fn body<'a>(value: &'a Value, url: &str) -> (String, Option<&'a str>) {
    let mapped = vocab::first_of_map(value, "contentMap");
    let lang = mapped.map(|(lang, _)| lang);
    if matches!(vocab::kind(value), "Note" | "Question") {
        let content = vocab::text(value, "content");
        let content = if content.is_empty() { mapped.map(|(_, text)| text).unwrap_or_default() } else { content };
        return (content.to_owned(), lang);
    }
    let title = html::escape(&text::clean_name(vocab::text(value, "name"), limits::stranger::TITLE));
    let title = if title.is_empty() { title } else { format!("<p><strong>{title}</strong></p>") };
    let link = html::escape(url);
    let summary = vocab::text(value, "summary");
    // Safe by itself, so that nothing left open in it takes the link in, and so short that the link is not cut off.
    let summary = html::sanitise(text::head(summary, limits::stranger::SUMMARY));
    (format!("{title}{summary}<p><a href=\"{link}\">{link}</a></p>"), lang)
}

fn warning(value: &Value, kind: &str) -> String {
    if !matches!(kind, "Note" | "Question") {
        return String::new();
    }
    let summary = vocab::text(value, "summary");
    let mapped = vocab::first_of_map(value, "summaryMap").map(|(_, text)| text).unwrap_or_default();
    text::clean_name(&html::to_text(if summary.is_empty() { mapped } else { summary }), limits::stranger::WARNING)
}

fn mentions(value: &Value) -> Vec<String> {
    let tags = vocab::list(value, "tag").filter(|tag| vocab::kind(tag) == "Mention");
    let mut seen = HashSet::new();
    let hrefs = tags.filter_map(|tag| vocab::address(tag, "href")).filter(|href| seen.insert(*href));
    hrefs.take(limits::stranger::MENTIONS).map(str::to_owned).collect()
}

fn attachments(value: &Value) -> Vec<Attachment> {
    let read = |item: &Value| {
        let url = vocab::link(item, "url").or_else(|| vocab::link(item, "href"))?;
        let summary = vocab::text(item, "summary");
        let name = if summary.is_empty() { vocab::text(item, "name") } else { summary };
        let picture = vocab::kind(item) == "Image" || vocab::text(item, "mediaType").starts_with("image/");
        Some(Attachment { url, name: vocab::plain(name, limits::stranger::ALT), picture })
    };
    let mut bytes = 0;
    let fits = |item: &Attachment| {
        bytes += item.weight();
        bytes <= limits::stranger::ATTACHED
    };
    let all = vocab::list(value, "attachment").take(limits::stranger::ATTACHMENTS).filter_map(read);
    all.take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Timestamp = Timestamp(1_795_424_400_000);

    fn with(extra: &Value) -> Result<NoteIn> {
        let mut value = json!({
            "id": "https://a.example/n/1", "type": "Note", "attributedTo": "https://a.example/u",
            "content": "<p>Hallo</p>", "contentMap": { "de": "<p>Hallo</p>", "en": "<p>Hello</p>" },
            "published": "2026-11-23T08:00:00Z", "to": "as:Public",
        });
        value.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        note(&value, NOW)
    }

    #[test]
    fn a_note_is_read() {
        let note = with(&json!({
            "inReplyTo": { "id": "https://us.example/ap/posts/1" },
            "tag": [{ "type": "Mention", "href": "https://us.example/ap/accounts/1" }, { "type": "Hashtag", "href": "x" }],
            "attachment": { "type": "Document", "url": "https://a.example/m.png", "name": "A map" },
        }));
        let note = note.unwrap();
        assert_eq!(note.content.lang, Some("de".parse().unwrap()));
        assert_eq!(note.content.in_reply_to.as_deref(), Some("https://us.example/ap/posts/1"));
        assert_eq!(note.content.mentions, ["https://us.example/ap/accounts/1"]);
        assert_eq!(
            note.content.attachments,
            [Attachment { url: "https://a.example/m.png".into(), name: "A map".into(), picture: false }]
        );
        assert!(note.content.public && note.vote.is_none());
    }

    #[test]
    fn an_author_is_one_of_the_notes_own_server() {
        for wrong in [
            json!({ "attributedTo": "https://victim.example/u" }),
            json!({ "attributedTo": ["https://a.example/u", "https://a.example/v"] }),
            json!({ "attributedTo": { "id": "https://a.example/u" } }),
            json!({ "attributedTo": 1 }),
            json!({ "id": "javascript:alert(1)" }),
            json!({ "type": "Person" }),
        ] {
            assert!(with(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_what_everybody_may_read_is_public() {
        assert!(!with(&json!({ "to": ["https://us.example/ap/accounts/1"] })).unwrap().content.public);
        assert!(with(&json!({ "to": [], "cc": ["Public"] })).unwrap().content.public);
    }

    #[test]
    fn the_future_is_clamped_and_scripts_are_gone() {
        let note =
            with(&json!({ "published": "9999-01-01T00:00:00Z", "content": "<p>x<script>alert(1)</script></p>" }))
                .unwrap();
        assert_eq!(note.content.published, NOW);
        assert!(!note.content.html.contains("script"));
    }

    #[test]
    fn long_forms_become_a_title_and_a_link() {
        let note = with(&json!({ "type": "Article", "name": "<b>Title", "summary": "<p>In short</p>", "url": "https://a.example/long" })).unwrap();
        for part in ["&lt;b&gt;Title", "In short", "https://a.example/long"] {
            assert!(note.content.html.contains(part), "{part} in {}", note.content.html);
        }
        assert!(note.content.warning.is_empty());
    }
}
