//! The composer's form as it was sent: fields, and up to four files with their descriptions.

use super::poll::PollForm;
use super::slots::Slot;
use crate::app::App;
use crate::base::lang::Lang;
use crate::error::Result;
use crate::limits;
use crate::media::files::Unfinished;
use crate::model::draft::Draft;
use crate::model::ids::{AccountId, NoteId};
use crate::model::media::Media;
use crate::model::post::{ReplyTo, Version, Visibility};
use crate::model::thread;
use crate::web::multipart::{self, Parts};
use crate::web::request::{Form, Request};

/// What somebody wants to publish, as far as they got.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub csrf: String,
    /// False for a form that was cut short: it takes nothing away.
    pub whole: bool,
    /// Made for each fresh form: a second press of the button publishes nothing twice.
    pub once: String,
    pub account: Option<AccountId>,
    /// The main one first; never empty.
    pub versions: Vec<Words>,
    pub quiet: bool,
    pub urgent: bool,
    pub press: Press,
    pub reply: Option<NoteId>,
    /// The address of a post to quote.
    pub quote: String,
    /// The revision of the draft that the form began with.
    pub revision: u64,
    pub poll: PollForm,
    /// Always `limits::post::PICTURES`.
    pub slots: Vec<Slot>,
}

/// One language of it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub lang: String,
    pub text: String,
    pub warning: String,
}

/// The button that was pressed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Press {
    #[default]
    Publish,
    /// Shows everything as it will be, and changes nothing.
    Preview,
    /// Comes back with one more language.
    Add,
    /// Keeps it as a draft.
    Save,
    /// Keeps it, and asks for approval.
    Ask,
}

impl Press {
    fn of(form: &Form) -> Self {
        match form.find("do").or_else(|| form.find("keep")) {
            Some("draft") => Self::Save,
            Some("ask") => Self::Ask,
            Some("preview") => Self::Preview,
            Some("add") => Self::Add,
            // One was taken out: that is to be seen first.
            _ if form.find("leave").is_some() => Self::Preview,
            Some(_) | None => Self::Publish,
        }
    }
}

/// The number behind the names of a version's fields: none for the main one.
pub(super) fn number(at: usize) -> String {
    if at == 0 { String::new() } else { (at + 1).to_string() }
}

impl Typed {
    /// A form with nothing in it.
    pub(super) fn blank() -> Self {
        let (versions, poll) = (vec![Words::default()], PollForm::blank());
        Self { once: crate::crypto::token::new(), slots: Slot::blank(), versions, poll, ..Self::default() }
    }

    fn of(form: &Form, files: Vec<(String, Unfinished)>) -> Self {
        let number_of = |at: &usize| *at == 0 || form.find(&format!("text{}", number(*at))).is_some();
        let all: Vec<usize> = (0..limits::post::VERSIONS).take_while(number_of).collect();
        let leave = form.find("leave").and_then(|n| n.parse::<usize>().ok());
        let words = |at: &usize| {
            let field = |name: &str| form.text(&format!("{name}{}", number(*at)));
            Words { lang: field("lang"), text: field("text"), warning: field("warning") }
        };
        // Descriptions stand under the languages that the page had; another may have been chosen since.
        let was = |at: &usize| form.find(&format!("was{}", number(*at))).unwrap_or_default().parse::<Lang>().ok();
        let lang = |words: &Words| words.lang.parse::<Lang>().unwrap_or_default();
        let versions: Vec<(usize, Words)> = all.iter().map(|at| (*at, words(at))).collect();
        let told: Vec<Lang> =
            versions.iter().skip(1).map(|(at, words)| was(at).unwrap_or_else(|| lang(words))).collect();
        let main = versions.first().map(|(_, words)| lang(words)).unwrap_or_default();
        let mut slots = Slot::all(form, files, &main, &told);
        let stays = |at: usize| at == 0 || leave != Some(at + 1);
        for slot in &mut slots {
            let told = std::mem::take(&mut slot.alts).into_iter().zip(versions.iter().skip(1));
            let stay = told.filter(|(_, (at, _))| stays(*at));
            slot.alts = stay.map(|((_, alt), (_, words))| (lang(words), alt)).collect();
        }
        Self {
            slots,
            versions: versions.into_iter().filter(|(at, _)| stays(*at)).map(|(_, words)| words).collect(),
            poll: PollForm::of(form),
            csrf: form.text("csrf"),
            whole: form.find("text").is_some(),
            once: form.text("once"),
            account: form.find("account").and_then(|id| id.parse().ok()),
            quiet: form.find("quiet").is_some(),
            urgent: form.find("urgent").is_some(),
            press: Press::of(form),
            quote: form.text("quote").trim().to_owned(),
            revision: form.find("revision").and_then(|n| n.parse().ok()).unwrap_or_default(),
            reply: form.find("reply").and_then(|id| id.parse().ok()),
        }
    }

    /// The form of a draft, whose files come with what is said about them.
    pub(super) fn of_draft(draft: &Draft, media: &[Media]) -> Self {
        let parts: Vec<_> = draft.content.parts.iter().map(|part| part.versions.clone()).collect();
        let versions = thread::join(&parts);
        let langs: Vec<Lang> = versions.iter().map(|version| version.lang.clone()).collect();
        let (main, others) = langs.split_first().map(|(main, others)| (main.clone(), others)).unwrap_or_default();
        let words = |v: Version| Words { lang: v.lang.to_string(), text: v.text, warning: v.warning };
        let mut typed = Self {
            account: Some(draft.account),
            quiet: draft.content.visibility == Visibility::Quiet,
            urgent: draft.content.urgent,
            reply: match draft.content.reply_to {
                Some(ReplyTo::Note(id)) => Some(id),
                Some(ReplyTo::Own(_)) | None => None,
            },
            revision: draft.revision,
            poll: draft.content.poll.as_ref().map_or_else(PollForm::blank, PollForm::of_poll),
            slots: Slot::of_post(media, &main, others),
            ..Self::blank()
        };
        if !versions.is_empty() {
            typed.versions = versions.into_iter().map(words).collect();
        }
        typed
    }

    /// The languages besides the main one.
    pub(super) fn others(&self) -> Vec<Lang> {
        self.versions.iter().skip(1).filter_map(|words| words.lang.parse().ok()).collect()
    }

    /// One more language: the first of the institution's that is not there, else one to be chosen.
    pub(super) fn add(&mut self, languages: &[Lang]) {
        if self.versions.len() < limits::post::VERSIONS {
            let missing = languages.iter().find(|lang| self.versions.iter().all(|words| words.lang != lang.as_str()));
            let lang = missing.map(ToString::to_string).unwrap_or_default();
            self.versions.push(Words { lang, ..Words::default() });
        }
    }
}

/// Reads the form. The caller holds a permit for an upload.
pub(super) async fn read(app: &App, request: &mut Request) -> Result<Typed> {
    let parts = parts(app, request).await?;
    Ok(Typed::of(&parts.form, parts.files))
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

    async fn typed(place: &Scratch, sent: &[(&str, Option<&str>, &str)]) -> Typed {
        let parts = parsed(&place.files, "picture", sent).await.unwrap();
        Typed::of(&parts.form, parts.files)
    }

    #[tokio::test]
    async fn a_form_is_read() {
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
        let mut typed = typed(&place, &sent).await;
        assert_eq!(
            (typed.csrf.as_str(), typed.account, typed.versions[0].text.as_str()),
            ("secret", Some(AccountId(17)), "One\nTwo")
        );
        assert!(typed.quiet && typed.urgent && typed.reply.is_none());
        let file = typed.slots[1].file.as_mut().map(content);
        assert_eq!(file.as_deref(), Some("bytes"));
        let slots: Vec<_> =
            typed.slots.iter().map(|slot| (slot.n, slot.file.is_some(), slot.kept, slot.alt.as_str())).collect();
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
        let typed = typed(&place, &sent).await;
        assert!(typed.account.is_none() && typed.slots.iter().all(|slot| slot.kept.is_none() && slot.file.is_none()));
        assert_eq!(place.unfinished(), 0);
    }
}
