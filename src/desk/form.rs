//! The composer's form as it was sent: fields, and up to four files with their descriptions.

use super::poll::PollForm;
use super::slots::Slot;
use crate::app::App;
use crate::error::Result;
use crate::limits;
use crate::media::files::Unfinished;
use crate::model::ids::{AccountId, NoteId};
use crate::web::multipart::{self, Parts};
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
    pub urgent: bool,
    /// Not published yet: the files are to be looked at first.
    pub look: bool,
    /// To be kept and not published: `draft`, or `ask` for approval too.
    pub keep: String,
    pub reply: Option<NoteId>,
    pub poll: PollForm,
    /// Always `limits::post::PICTURES`.
    pub slots: Vec<Slot>,
}

impl Draft {
    /// A form with nothing in it.
    pub(super) fn blank() -> Self {
        Self { once: crate::crypto::token::new(), slots: Slot::blank(), poll: PollForm::blank(), ..Self::default() }
    }

    fn of(form: &Form, files: Vec<(String, Unfinished)>) -> Self {
        Self {
            slots: Slot::all(form, files, &form.text("lang").parse().unwrap_or_default(), &[]),
            poll: PollForm::of(form),
            csrf: form.text("csrf"),
            once: form.text("once"),
            account: form.find("account").and_then(|id| id.parse().ok()),
            lang: form.text("lang"),
            text: form.text("text"),
            warning: form.text("warning"),
            quiet: form.find("quiet").is_some(),
            urgent: form.find("urgent").is_some(),
            look: form.find("look").is_some(),
            keep: form.text("keep"),
            reply: form.find("reply").and_then(|id| id.parse().ok()),
        }
    }
}

/// Reads the form. The caller holds a permit for an upload.
pub(super) async fn read(app: &App, request: &mut Request) -> Result<Draft> {
    let parts = parts(app, request).await?;
    Ok(Draft::of(&parts.form, parts.files))
}

/// A form that may bring files.
pub(super) async fn parts(app: &App, request: &mut Request) -> Result<Parts> {
    // Each recording may bring captions and a poster.
    let most = 3 * limits::post::PICTURES;
    multipart::read(request, &app.files, &["picture", "captions-file", "poster"], most, app.form_with_files()).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::MediaId;
    use crate::web::multipart::tests::{Scratch, content, parsed};

    async fn draft(place: &Scratch, sent: &[(&str, Option<&str>, &str)]) -> Draft {
        let parts = parsed(&place.files, "picture", sent).await.unwrap();
        Draft::of(&parts.form, parts.files)
    }

    #[tokio::test]
    async fn a_form_becomes_a_draft() {
        let place = Scratch::make();
        let sent = [
            ("csrf", None, "secret"),
            ("account", None, "17"),
            ("lang", None, "de"),
            ("text", None, "One\r\nTwo"),
            ("quiet", None, "1"),
            ("urgent", None, "1"),
            ("picture1", Some(""), ""),
            ("alt1", None, ""),
            ("picture2", Some("a.png"), "bytes"),
            ("alt2", None, "A map"),
            ("kept3", None, "99"),
            ("alt3", None, "A tower"),
            ("kept4", None, "98"),
            ("alt4", None, "Another"),
            ("remove4", None, "1"),
        ];
        let mut draft = draft(&place, &sent).await;
        assert_eq!(
            (draft.csrf.as_str(), draft.account, draft.text.as_str()),
            ("secret", Some(AccountId(17)), "One\nTwo")
        );
        assert!(draft.quiet && draft.urgent && draft.reply.is_none());
        let file = draft.slots[1].file.as_mut().map(content);
        assert_eq!(file.as_deref(), Some("bytes"));
        let slots: Vec<_> =
            draft.slots.iter().map(|slot| (slot.n, slot.file.is_some(), slot.kept, slot.alt.as_str())).collect();
        let kept = Some(MediaId(99));
        assert_eq!(
            slots,
            [(1, false, None, ""), (2, true, None, "A map"), (3, false, kept, "A tower"), (4, false, None, "")]
        );
    }

    #[tokio::test]
    async fn nonsense_ids_are_none() {
        let place = Scratch::make();
        let sent = [("account", None, "../1"), ("kept1", None, "-3"), ("picture9", Some("a"), "b")];
        let draft = draft(&place, &sent).await;
        assert!(draft.account.is_none() && draft.slots.iter().all(|slot| slot.kept.is_none() && slot.file.is_none()));
        assert_eq!(place.unfinished(), 0);
    }
}
