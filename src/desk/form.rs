//! The composer's form as it was sent: fields, and up to four files with their descriptions. What is said in another
//! language than the main one stands in fields with that version's number: `text2`, `alt1-2`, `answer1-2`.

use hyper::StatusCode;

use super::poll::PollForm;
use super::slots::Slot;
use crate::app::App;
use crate::base::lang::Lang;
use crate::base::zone::{Turn, Zone};
use crate::error::Result;
use crate::limits;
use crate::media::files::Unfinished;
use crate::model::draft::{Draft, Part};
use crate::model::ids::{AccountId, MediaId, NoteId};
use crate::model::media::{About, Media};
use crate::model::poll::NewPoll;
use crate::model::post::{Mention, Post, ReplyTo, Version, Visibility};
use crate::model::thread;
use crate::web::csrf;
use crate::web::multipart;
use crate::web::request::{Form, Request};
use crate::web::who::Browser;

/// What somebody wants to publish, as far as they got.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "boxes of the form, one by one")]
pub(super) struct Typed {
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
    /// It was sent by itself, while somebody writes: no other server is asked anything for it.
    pub by_itself: bool,
    pub reply: Option<NoteId>,
    /// What is answered is to be shown, too: as whoever ticked that saw it (`actions::replies::stamp`).
    pub release: Option<String>,
    /// The address of a post to quote; none where the form did not ask.
    pub quote: Option<String>,
    /// The state that the form began with: the revision of a draft, or the moment since when a post has its words.
    pub revision: u64,
    /// When it is wanted, on the institution's wall; empty for now, none where the form did not ask.
    pub at: Option<String>,
    /// Which of two is meant, when that hour comes twice.
    pub turn: String,
    /// Its session had ended: it is given back with this status to be looked at, and nothing else happens to it.
    pub late: Option<StatusCode>,
    /// It went out already: it stays one post, whatever its text has.
    pub published: bool,
    pub poll: PollForm,
    /// Always `limits::post::PICTURES`.
    pub slots: Vec<Slot>,
    /// What a change of a post says of files so far, that are published with other words.
    pub about: Vec<(MediaId, About)>,
    /// The files of the further posts of a thread, which the form only carries: a line of `---` that is gone for a
    /// moment takes none away. None where the form did not bring them.
    pub later: Option<Vec<Vec<MediaId>>>,
    /// Whom the texts named when that was looked up last.
    pub known: Vec<Mention>,
}

/// One language of it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub lang: String,
    pub text: String,
    pub warning: String,
}

impl Words {
    fn of(version: Version) -> Self {
        Self { lang: version.lang.to_string(), text: version.text, warning: version.warning }
    }

    /// As it is kept.
    pub(super) fn version(&self) -> Version {
        let (text, warning) = (self.text.trim_end().to_owned(), self.warning.trim().to_owned());
        Version { lang: self.language(), text, warning }
    }

    /// Undetermined until one is chosen.
    pub(super) fn language(&self) -> Lang {
        let typed = if self.lang.is_empty() { UNCHOSEN } else { self.lang.as_str() };
        typed.parse().unwrap_or_default()
    }
}

/// The button that was pressed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Press {
    Publish,
    /// Shows everything as it will be, and changes nothing: also what a form means that lost its button on the way.
    #[default]
    Preview,
    /// Comes back with one more language.
    Add,
    /// Keeps it as a draft.
    Save,
    /// Keeps it, and comes back to be written on: by itself, while somebody writes.
    Stay,
    /// Keeps it, and asks for approval.
    Ask,
}

impl Press {
    fn of(form: &Form) -> Self {
        match form.find("do").or_else(|| form.find("keep")) {
            Some("draft") => Self::Save,
            Some("on") => Self::Stay,
            Some("ask") => Self::Ask,
            Some("add") => Self::Add,
            Some("publish") => Self::Publish,
            // A language was taken out, or no button is known: that is to be seen first.
            Some(_) | None => Self::Preview,
        }
    }

    /// Whether it goes on its way by that, and so has to be whole.
    pub(super) fn goes(self) -> bool {
        matches!(self, Self::Publish | Self::Ask)
    }
}

/// The tag of a language that is not chosen yet.
const UNCHOSEN: &str = "und";

/// What a language is called in a form.
pub(super) fn called(lang: &Lang) -> String {
    if lang.as_str() == UNCHOSEN { "another language".to_owned() } else { format!("{} ({lang})", lang.own_name()) }
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
        let sent = |at: &usize| *at == 0 || form.find(&format!("text{}", number(*at))).is_some();
        let leave = form.find("leave").and_then(|n| n.parse::<usize>().ok());
        let stays = |at: &usize| *at == 0 || leave != Some(at + 1);
        let numbers: Vec<String> = (0..limits::post::VERSIONS).take_while(sent).filter(stays).map(number).collect();
        let words = |n: &String| {
            let field = |name: &str| form.text(&format!("{name}{n}"));
            Words { lang: field("lang"), text: field("text"), warning: field("warning") }
        };
        let versions: Vec<Words> = numbers.iter().map(words).collect();
        let main = versions.first().map(Words::language).unwrap_or_default();
        // What is said in another language goes by the number of that language's fields: another may have been chosen.
        let others = numbers.get(1..).unwrap_or_default();
        let press = Press::of(form);
        Self {
            slots: Slot::all(form, files, &main, others),
            poll: PollForm::of(form, others),
            versions,
            whole: form.find("text").is_some(),
            once: form.text("once"),
            account: form.find("account").and_then(|id| id.parse().ok()),
            quiet: form.find("quiet").is_some(),
            urgent: form.find("urgent").is_some(),
            press,
            by_itself: press == Press::Stay || form.find("follow").is_some(),
            quote: form.find("quote").map(|address| address.trim().to_owned()),
            revision: form.find("revision").and_then(|n| n.parse().ok()).unwrap_or_default(),
            reply: form.find("reply").and_then(|id| id.parse().ok()),
            release: form.find("release").map(str::to_owned),
            at: form.find("at").map(|at| at.trim().to_owned()),
            turn: form.text("turn"),
            published: false,
            late: None,
            about: Vec::new(),
            later: form.find("later").map(later),
            known: Vec::new(),
        }
    }

    /// A form whose session had ended: it is given back with this status, and its files are to be chosen again.
    pub(super) fn late(form: &Form, status: StatusCode) -> Self {
        Self { late: Some(status), press: Press::Preview, ..Self::of(form, Vec::new()) }
    }

    /// A form with these words, and files that come with what is said about them.
    fn with(versions: Vec<Version>, media: &[Media]) -> Self {
        let mut typed = Self::blank();
        if !versions.is_empty() {
            typed.versions = versions.into_iter().map(Words::of).collect();
        }
        let main = typed.versions.first().map(Words::language).unwrap_or_default();
        typed.slots = Slot::of_post(media, &main, &typed.others());
        typed
    }

    /// The form of a post that is published, to be changed.
    pub(super) fn of_post(post: &Post, media: &[Media]) -> Self {
        Self { revision: post.since().0, ..Self::with(post.versions.clone(), media).fixed(post) }
    }

    /// The form of a change of a post that is a draft: what of the post cannot be changed is as it is there.
    pub(super) fn of_change(self, draft: &Draft, post: &Post) -> Self {
        Self { about: draft.content.media().map(|file| (file.id, file.about.clone())).collect(), ..self.fixed(post) }
    }

    /// What of a published post cannot be changed is as it is there, whatever came.
    pub(super) fn fixed(self, post: &Post) -> Self {
        let langs = self.others();
        let poll = post.poll.as_ref().map(|poll| {
            let lasts = poll.ends.since(post.published).as_secs();
            PollForm::of_poll(&NewPoll { answers: poll.answers.clone(), multiple: poll.multiple, lasts }, &langs)
        });
        Self {
            account: Some(post.account),
            quiet: post.visibility == Visibility::Quiet,
            poll: poll.unwrap_or_else(PollForm::blank),
            quote: None,
            reply: None,
            at: None,
            published: true,
            known: post.mentions.clone(),
            ..self
        }
    }

    /// The form of a draft, whose files come with what is said about them; what it quotes has an address.
    pub(super) fn of_draft(draft: &Draft, media: &[Media], quote: String, zone: &Zone) -> Self {
        let ids = |part: &Part| part.media.iter().map(|file| file.id).collect();
        let parts: Vec<_> = draft.content.parts.iter().map(|part| part.versions.clone()).collect();
        let typed = Self::with(thread::join(&parts), media);
        let poll = draft.content.poll.as_ref();
        Self {
            account: Some(draft.account),
            quiet: draft.content.visibility == Visibility::Quiet,
            urgent: draft.content.urgent,
            reply: match draft.content.reply_to {
                Some(ReplyTo::Note(id)) => Some(id),
                Some(ReplyTo::Own(_)) | None => None,
            },
            revision: draft.revision,
            poll: poll.map_or_else(PollForm::blank, |poll| PollForm::of_poll(poll, &typed.others())),
            at: Some(draft.when.as_ref().map(|when| zone.wall(when.at)).unwrap_or_default()),
            turn: draft.when.as_ref().and_then(|when| when.turn).map(Turn::name).unwrap_or_default().to_owned(),
            quote: Some(quote),
            later: Some(draft.content.parts.iter().skip(1).map(ids).collect()),
            ..typed
        }
    }

    /// As `later` reads it.
    pub(super) fn later(&self) -> Option<String> {
        let part = |ids: &Vec<MediaId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        self.later.as_ref().map(|parts| parts.iter().map(part).collect::<Vec<_>>().join(","))
    }

    /// The languages besides the main one, in the order of their fields.
    pub(super) fn others(&self) -> Vec<Lang> {
        self.versions.iter().skip(1).map(Words::language).collect()
    }

    fn has(&self, lang: &Lang) -> bool {
        self.versions.iter().any(|words| words.lang == lang.as_str())
    }

    /// One more language: the first of the institution's that is not there, else one to be chosen.
    pub(super) fn add(&mut self, languages: &[Lang]) {
        if self.versions.len() < limits::post::VERSIONS {
            let missing = languages.iter().find(|lang| !self.has(lang));
            self.versions
                .push(Words { lang: missing.map(ToString::to_string).unwrap_or_default(), ..Words::default() });
        }
    }
}

/// The files of the posts behind the first: `1 2,,3`. Bounded by what a draft can hold.
fn later(typed: &str) -> Vec<Vec<MediaId>> {
    let ids = |part: &str| part.split(' ').filter_map(|id| id.parse().ok()).take(limits::post::PICTURES).collect();
    typed.split(',').take(limits::draft::PARTS).map(ids).collect()
}

/// Reads the form, which may bring files. The caller holds a permit for an upload.
pub(super) async fn read(app: &App, request: &mut Request, browser: &Browser) -> Result<Typed> {
    // Each recording may bring captions and a poster.
    let (most, prefixes) = (3 * limits::post::PICTURES, ["picture", "captions-file", "poster"]);
    let parts = multipart::read(request, &app.files, &prefixes, most, app.form_with_files()).await?;
    csrf::check_form(app, browser, &parts.form)?;
    Ok(Typed::of(&parts.form, parts.files))
}

#[cfg(test)]
mod tests {
    use super::*;
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
        assert_eq!((typed.account, typed.versions[0].text.as_str()), (Some(AccountId(17)), "One\nTwo"));
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
    async fn a_form_that_lost_its_button_is_looked_at() {
        let place = Scratch::make();
        for (sent, press) in [
            (("text", "Words"), Press::Preview),
            (("do", "nonsense"), Press::Preview),
            (("leave", "2"), Press::Preview),
            (("do", "publish"), Press::Publish),
            (("keep", "on"), Press::Stay),
        ] {
            assert_eq!(typed(&place, &[(sent.0, None, sent.1)]).await.press, press, "{sent:?}");
        }
    }

    #[tokio::test]
    async fn files_of_later_posts_go_along() {
        let place = Scratch::make();
        let typed = typed(&place, &[("later", None, "17 18,,x 19")]).await;
        assert_eq!(typed.later, Some(vec![vec![MediaId(17), MediaId(18)], Vec::new(), vec![MediaId(19)]]));
        assert_eq!(typed.later().as_deref(), Some("17 18,,19"));
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
