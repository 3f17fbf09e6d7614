//! The composer's form as it was sent: fields, and up to four pictures with their descriptions.

use bytes::Bytes;
use http_body_util::Full;

use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::ids::{AccountId, MediaId, NoteId};
use crate::web::request::{Form, Request};

/// What somebody wants to publish, as far as they got.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub csrf: String,
    /// Made for each fresh form: a second press of the button publishes nothing twice.
    pub once: String,
    pub account: Option<AccountId>,
    pub lang: String,
    pub text: String,
    pub warning: String,
    pub quiet: bool,
    pub reply: Option<NoteId>,
    /// Always `limits::post::PICTURES`.
    pub slots: Vec<Slot>,
}

/// A place for a picture. Numbered from 1.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    pub n: usize,
    pub file: Option<Vec<u8>>,
    /// A picture that was uploaded with an earlier attempt.
    pub kept: Option<MediaId>,
    pub alt: String,
}

impl Draft {
    /// A form with nothing in it.
    pub(super) fn blank() -> Self {
        let slots = (1..=limits::post::PICTURES).map(|n| Slot { n, ..Slot::default() }).collect();
        Self { once: crate::crypto::token::new(), slots, ..Self::default() }
    }

    fn of(form: &Form, mut files: Vec<(String, Vec<u8>)>) -> Self {
        let slot = |n: usize| {
            let leave_out = form.find(&format!("remove{n}")).is_some();
            let mut file = None;
            if let Some(at) = files.iter().position(|(name, _)| *name == format!("picture{n}")) {
                file = Some(files.swap_remove(at).1);
            }
            if leave_out {
                return Slot { n, ..Slot::default() };
            }
            let kept = form.find(&format!("kept{n}")).and_then(|id| id.parse().ok());
            Slot { n, file, kept, alt: form.text(&format!("alt{n}")) }
        };
        Self {
            slots: (1..=limits::post::PICTURES).map(slot).collect(),
            csrf: form.text("csrf"),
            once: form.text("once"),
            account: form.find("account").and_then(|id| id.parse().ok()),
            lang: form.text("lang"),
            text: form.text("text"),
            warning: form.text("warning"),
            quiet: form.find("quiet").is_some(),
            reply: form.find("reply").and_then(|id| id.parse().ok()),
        }
    }
}

/// Reads the form. The caller holds a permit for an upload: all of it is in memory for a moment.
pub(super) async fn read(request: &mut Request) -> Result<Draft> {
    let boundary = request.boundary();
    let Some(boundary) = boundary else {
        return Err(Problem::new("E154", "The form cannot be read: it is not multipart.").into());
    };
    parse(request.bytes(limits::inbound::UPLOAD).await?, &boundary).await
}

async fn parse(body: Bytes, boundary: &str) -> Result<Draft> {
    let broken = |e: multer::Error| -> Error { Problem::new("E154", format!("The form cannot be read: {e}.")).into() };
    // `multer` asks for a stream; the body is at hand already, and bounded.
    let stream = http_body_util::BodyDataStream::new(Full::new(body));
    let mut parts = multer::Multipart::new(stream, boundary);
    let (mut pairs, mut files) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        if name.starts_with("picture") {
            // A field in which no file was chosen comes as an empty file without a name.
            let chosen = part.file_name().is_some_and(|name| !name.is_empty());
            let bytes = part.bytes().await.map_err(broken)?;
            if (chosen || !bytes.is_empty()) && files.len() < limits::post::PICTURES {
                files.push((name, bytes.to_vec()));
            }
        } else {
            pairs.push((name, part.text().await.map_err(broken)?));
        }
        if pairs.len() > limits::inbound::FIELDS {
            break;
        }
    }
    Ok(Draft::of(&Form::new(pairs)?, files))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(parts: &[(&str, Option<&str>, &str)]) -> Bytes {
        let mut body = String::new();
        for (name, file, value) in parts {
            let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
            let head = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            body.extend([head.as_str(), value, "\r\n"]);
        }
        Bytes::from(body + "--x--\r\n")
    }

    #[tokio::test]
    async fn a_form_becomes_a_draft() {
        let sent = body(&[
            ("csrf", None, "secret"),
            ("account", None, "17"),
            ("lang", None, "de"),
            ("text", None, "One\r\nTwo"),
            ("quiet", None, "1"),
            ("picture1", Some(""), ""),
            ("alt1", None, ""),
            ("picture2", Some("a.png"), "bytes"),
            ("alt2", None, "A map"),
            ("kept3", None, "99"),
            ("alt3", None, "A tower"),
            ("kept4", None, "98"),
            ("alt4", None, "Another"),
            ("remove4", None, "1"),
        ]);
        let draft = parse(sent, "x").await.unwrap();
        assert_eq!(
            (draft.csrf.as_str(), draft.account, draft.text.as_str()),
            ("secret", Some(AccountId(17)), "One\nTwo")
        );
        assert!(draft.quiet && draft.reply.is_none());
        let slots = [
            Slot { n: 1, file: None, kept: None, alt: String::new() },
            Slot { n: 2, file: Some(b"bytes".to_vec()), kept: None, alt: "A map".into() },
            Slot { n: 3, file: None, kept: Some(MediaId(99)), alt: "A tower".into() },
            Slot { n: 4, file: None, kept: None, alt: String::new() },
        ];
        assert_eq!(draft.slots, slots);
    }

    #[tokio::test]
    async fn a_chosen_file_without_bytes_is_not_overlooked() {
        let draft = parse(body(&[("picture1", Some("a.png"), "")]), "x").await.unwrap();
        assert_eq!(draft.slots.first().unwrap().file, Some(Vec::new()));
    }

    #[tokio::test]
    async fn nonsense_is_refused_and_nonsense_ids_are_none() {
        assert!(parse(Bytes::from_static(b"no parts at all"), "x").await.is_err());
        let draft =
            parse(body(&[("account", None, "../1"), ("kept1", None, "-3"), ("picture9", Some("a"), "b")]), "x").await;
        let draft = draft.unwrap();
        assert!(draft.account.is_none() && draft.slots.iter().all(|slot| slot.kept.is_none() && slot.file.is_none()));
    }
}
