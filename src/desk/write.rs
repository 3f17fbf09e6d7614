//! The page of the composer: for something new, an answer, a draft, or a post that is published. What is wrong comes back
//! with everything that was typed and every picture that was uploaded.

use std::sync::Arc;

use askama::Template;

use super::before::{Before, Form};
use super::faults::Faults;
use super::form::{self, Typed, Words};
use super::frame::{self, Frame, Wall};
use super::inbox::{self, concerned};
use super::listing::{self, Row};
use super::preview::Preview;
use super::slots::{self, Place};
use super::{meaning, press, when};
use crate::actions::{drafts, replies};
use crate::app::App;
use crate::base::lang::{self, Lang};
use crate::base::time::Timestamp;
use crate::base::zone::Zone;
use crate::base::{html, markup, text};
use crate::error::{Error, Result};
use crate::model::account::{Account, Replies};
use crate::model::draft::{Draft, Rule, Stage, State};
use crate::model::ids::{AccountId, CannedId, DraftId, NoteId, PostId};
use crate::model::note::{Note, Shown};
use crate::model::post::{self, Post};
use crate::model::power::{self, Moderate, Publish, Reply};
use crate::model::user::Asker;
use crate::store::schema::MEDIA;
use crate::store::{Rows, accounts, actors, cases, drafts as rows_of, meta, notes, posts};
use crate::web::request::Request;
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

#[derive(Template)]
#[template(path = "desk/write.html")]
struct Write {
    f: Frame,
    faults: Faults,
    answering: Option<Answering>,
    before: Before,
    keeps: bool,
    accounts: Vec<Choice>,
    /// Those of `accounts` for which nothing is kept by itself, by their values: as a draft, whoever writes here could not
    /// send it any more.
    unkept: Vec<String>,
    versions: Vec<Version>,
    /// The languages besides the main one.
    others: Vec<Lang>,
    typed: Typed,
    slots: Vec<Place>,
    when: when::Field,
    /// On the institution's clocks, for what is kept by itself.
    now: String,
    /// Seconds that "publish" waits.
    hold: u64,
    posts: Vec<Row>,
    b: Beside,
}

impl Write {
    fn action(&self) -> String {
        match (self.b.draft, &self.b.post) {
            (Some(id), _) => format!("/desk/drafts/{id}/edit"),
            (None, Some(post)) => format!("/desk/posts/{}/edit", post.id),
            (None, None) => "/desk/posts".to_owned(),
        }
    }
}

/// What stands beside the form.
#[derive(Default)]
pub(super) struct Beside {
    /// Words, and the page of what they speak of.
    pub notice: Option<(&'static str, String)>,
    /// What it will look like, and what there is to say about it.
    pub preview: Option<Preview>,
    /// The draft that is edited.
    pub draft: Option<DraftId>,
    /// Whether somebody let that pass, so that it may go out as it is.
    pub passed: bool,
    /// Whether it is an episode of a podcast, of which the form shows text and recording.
    pub episode: bool,
    /// The moment at which that draft goes out by itself.
    pub due: Option<Timestamp>,
    /// The post that is edited.
    pub post: Option<Published>,
    /// Who else has it open.
    pub busy: Vec<String>,
    /// What somebody else saved meanwhile.
    pub theirs: Option<Theirs>,
    /// What is lost as soon as something is saved, or goes out as it is then.
    pub cancels: Option<&'static str>,
}

impl Beside {
    pub(super) fn of_draft(app: &App, browser: &Browser, draft: &Draft) -> Result<Self> {
        let approval = app.store.read(|rows| accounts::need(rows, draft.account))?.approval;
        let stays = draft.stays_planned(browser.asker().can::<Publish>(draft.account), approval);
        let due = match draft.state {
            State::Planned { due, held: false, .. } => Some(due),
            State::Planned { held: true, .. }
            | State::Draft
            | State::Asked { .. }
            | State::Approved
            | State::Missed { .. }
            | State::Published { .. } => None,
        };
        let (passed, episode) = (draft.is_let_pass(approval), draft.content.episode.is_some());
        let beside = Self { draft: Some(draft.id), passed, episode, due, ..Self::default() };
        let cancels = match draft.stage() {
            Stage::Planned if stays => Some(
                "This is planned, and goes out as it is saved then. While you write nothing is saved by itself: press Save \
                 draft when the text is whole.",
            ),
            Stage::Planned if approval.rule == Rule::None => Some(
                "This is planned. As soon as a change is saved the plan is gone: it does not go out before somebody plans \
                 it again. While you write nothing is saved by itself.",
            ),
            Stage::Planned => Some(
                "This is planned. As soon as a change is saved the plan is gone, and the approval too: press Ask for approval \
                 then, since Publish sends it only as it was approved. While you write nothing is saved by itself.",
            ),
            Stage::Approved => Some(
                "This is approved. As soon as a change is saved, also by itself while you write, the approval is gone: \
                 press Ask for approval after a change, since Publish sends it only as it was approved.",
            ),
            Stage::Draft | Stage::Asked | Stage::Missed | Stage::Published | Stage::Owing => None,
        };
        super::edit::of_change(app, browser, draft, Self { cancels, ..beside })
    }
}

/// A post that is changed.
pub(super) struct Published {
    pub id: PostId,
    /// What stays as it went out, as sentences.
    pub fixed: Vec<String>,
    /// How many servers will be told.
    pub told: String,
    /// Somebody has to let a change pass.
    pub asks: bool,
    /// Whether it may be made at once, and let pass afterwards.
    pub urgent: bool,
    /// Whether whoever looks may make it by themselves, be it in an emergency.
    pub saves: bool,
}

/// What was saved while somebody else wrote.
pub(super) struct Theirs {
    /// Who that was, where it is known.
    pub by: Option<String>,
    pub versions: Vec<post::Version>,
}

/// A line of a list to choose from.
pub(super) struct Choice {
    pub value: String,
    pub name: String,
    pub chosen: bool,
}

/// A language of the form.
struct Version {
    /// Behind the names of its fields; empty for the main one.
    n: String,
    /// As other fields know it.
    lang: String,
    name: String,
    langs: Vec<Choice>,
    text: String,
    warning: String,
    /// As Mastodon counts.
    length: String,
    lang_id: String,
    text_id: String,
    /// What describes the text: the hint and the count.
    hints: String,
    warning_id: String,
}

/// The note that is answered.
struct Answering {
    id: NoteId,
    handle: String,
    lang: String,
    words: String,
    public: bool,
    /// It stands under a post of ours, and our pages do not show it.
    unseen: Option<Unseen>,
    /// Somebody else has the form open.
    busy: Option<String>,
}

/// What is answered and not shown: readers see the answer alone.
struct Unseen {
    /// Its account shows no replies at all.
    closed: bool,
    /// Somebody decided that it is not shown.
    hidden: bool,
    /// For whoever may decide to show it, too: what it says now, sealed.
    stamp: Option<String>,
    ticked: bool,
}

/// `GET /desk`, with `?reply=` the note to answer, `&as=` the account that answers, and `?done=` or `?changed=` the post to
/// speak of.
pub(super) fn page(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let mut typed = Typed { reply: request.position("reply"), account: request.position("as"), ..Typed::blank() };
    let notice = notice(app, request)?;
    let asker = browser.asker();
    if typed.reply.is_none() && !app.store.read(|rows| frame::writes(rows, &asker))? {
        let done = request.position("done").map(|id: PostId| format!("?done={id}")).unwrap_or_default();
        return Ok(response::see_other(&format!("/desk/posts{done}")));
    }
    app.store.read(|rows| prefill(rows, &asker, &mut typed, request.position("canned")))?;
    shown(app, browser, typed, Faults::default(), Beside { notice, ..Beside::default() })
}

/// What became of a post that was sent from somewhere: in words, and where it stands.
pub(super) fn notice(app: &App, request: &Request) -> Result<Option<(&'static str, String)>> {
    if request.query("deleted").is_some() {
        return Ok(Some(("Deleted.", String::new())));
    }
    let found = [
        ("done", "Published.", "Published; nobody has approved it yet."),
        ("changed", "Changed.", "Changed; nobody has approved it yet."),
    ];
    let found = found.into_iter().find_map(|(name, words, owed)| Some((request.position(name)?, words, owed)));
    let Some((id, words, unapproved)) = found else { return Ok(None) };
    app.store.read(|rows| {
        let Some(post) = posts::get(rows, id)?.filter(Post::is_public) else { return Ok(None) };
        let owed =
            rows_of::of(rows, post.account, Stage::Owing, usize::MAX)?.iter().any(|draft| draft.is_about(post.id));
        let words = if owed { unapproved } else { words };
        Ok(Some((words, listing::path(&accounts::need(rows, post.account)?, post.id))))
    })
}

/// An answer is written by the account that was spoken to, and begins with the name of whom it is for and the words that
/// were chosen for it.
fn prefill(rows: &impl Rows, asker: &Asker, typed: &mut Typed, canned: Option<CannedId>) -> Result<()> {
    let Some(id) = typed.reply else { return Ok(()) };
    let note = notes::get(rows, id)?.ok_or(Error::NotFound)?;
    // What is public may be answered by an account that was not spoken to, too.
    let account = match typed.account.filter(|account| note.is_open_to(*account)) {
        Some(account) => asker.may::<Reply>(account)?.account(),
        None => concerned::<Reply>(asker, &note.concerns)?.account(),
    };
    typed.account = Some(account);
    let mut text = format!("{} ", actors::named_by_row(rows, note.author)?.profile.handle());
    if let Some(canned) = canned {
        text.push_str(&inbox::canned_text(rows, account, canned)?);
    }
    let lang = note.content.lang.map(|lang| lang.to_string()).unwrap_or_default();
    typed.versions = vec![Words { lang, text, warning: String::new() }];
    Ok(())
}

const OF_A_FILE: &[&str] = &["picture", "alt", "captions", "transcript", "why", "poster"];

/// The fields of the form, in its order.
const FIELDS: [&[&str]; 6] =
    [&["release", "account"], &["lang", "text", "warning"], &["quote"], &["answer", "lasts"], OF_A_FILE, &["at"]];

pub(super) fn shown(app: &App, browser: &Browser, mut typed: Typed, mut faults: Faults, b: Beside) -> Result<Response> {
    faults.order(&FIELDS);
    let spoken = |n: usize| typed.versions.get(n.saturating_sub(1)).map(|words| form::called(&words.language()));
    faults.tell_apart(&["text", "warning"], spoken);
    faults.tell_apart(OF_A_FILE, |n| Some(format!("File {n}")));
    let status = typed.late.unwrap_or_else(|| faults.status());
    let slots = std::mem::take(&mut typed.slots);
    let write = app.store.read(|rows| {
        let (title, place) = match (&b.post, b.draft) {
            (Some(_), _) => ("Edit a post", "/desk/posts"),
            (None, Some(_)) => ("Edit a draft", "/desk/drafts"),
            (None, None) => ("Write", "/desk"),
        };
        let f = Frame::of(rows, browser, title, place)?.with(&faults).scripted(true);
        let institution = meta::institution(rows)?;
        let (wall, others, asker) = (Wall::of(&institution), typed.others(), browser.asker());
        let wanted = typed.at.clone().or_else(|| b.due.map(|due| wall.zone().wall(due))).unwrap_or_default();
        let writes = |id| asker.can::<power::Draft>(id);
        // Whoever may answer sends it at once; a draft is published by those who publish.
        let keeps = |id| writes(id) && (typed.reply.is_none() || asker.can::<Publish>(id));
        let may = |id| if typed.reply.is_some() { asker.can::<Reply>(id) } else { writes(id) };
        let all: Vec<Account> = accounts::all(rows)?.into_iter().filter(|account| may(account.id)).collect();
        let account = all.iter().find(|a| Some(a.id) == typed.account).or_else(|| all.first());
        Ok(Write {
            f,
            before: {
                let can_be: Vec<&Account> =
                    all.iter().filter(|a| b.draft.is_none() || Some(a.id) == typed.account).collect();
                let form = Form { answers: typed.reply.is_some(), draft: b.draft.map(|_| b.passed) };
                Before::of(&asker, &can_be, account, form)
            },
            keeps: all.iter().any(|account| writes(account.id)),
            answering: answering(rows, browser, app.now(), &typed)?,
            versions: versions(rows, &typed, account)?,
            when: when::Field::new(wall.zone(), wanted, &typed.turn, &faults),
            now: wall.clock(app.now()),
            hold: super::drafts::hold(&institution).as_secs(),
            accounts: all.iter().map(|a| account_choice(app, a, typed.account)).collect(),
            unkept: all.iter().map(|a| a.id).filter(|id| !keeps(*id)).map(|id| id.to_string()).collect(),
            slots: slots::places(rows, slots, &typed.about, &others, &faults)?,
            posts: if place == "/desk" { listing::latest(rows, &app.site, &asker, None)? } else { Vec::new() },
            b,
            others,
            faults,
            typed,
        })
    })?;
    frame::scripted(status, &write.f, &write)
}

fn versions(rows: &impl Rows, typed: &Typed, account: Option<&Account>) -> Result<Vec<Version>> {
    let version = |(at, words): (usize, &Words)| {
        let unchosen = at > 0 && words.lang.is_empty();
        let mut langs = langs(rows, &words.lang, account.filter(|_| !unchosen))?;
        // What another version has is not offered; what was chosen nevertheless is there, with what is wrong about it.
        langs.retain(|choice| choice.chosen || typed.versions.iter().all(|other| other.lang != choice.value));
        let lang = langs.iter().find(|choice| choice.chosen).and_then(|choice| choice.value.parse::<Lang>().ok());
        let lang = if unchosen { words.language() } else { lang.unwrap_or_default() };
        if unchosen {
            langs.insert(0, Choice { value: String::new(), name: "Choose a language".to_owned(), chosen: true });
        }
        let (n, length) = (form::number(at), markup::length(&words.text));
        Ok(Version {
            lang: lang.to_string(),
            name: form::called(&lang),
            langs,
            text: words.text.clone(),
            warning: words.warning.clone(),
            length: if length > 0 { format!("{length} characters.") } else { String::new() },
            lang_id: format!("lang{n}"),
            text_id: format!("text{n}"),
            hints: format!("text-h count{n}"),
            warning_id: format!("warning{n}"),
            n,
        })
    };
    typed.versions.iter().enumerate().map(version).collect()
}

fn account_choice(app: &App, account: &Account, chosen: Option<AccountId>) -> Choice {
    Choice {
        value: account.id.to_string(),
        name: format!(
            "{}{} ({})",
            if account.demo { "Sample: " } else { "" },
            account.name,
            app.site.handle(&account.handle)
        ),
        chosen: Some(account.id) == chosen,
    }
}

/// The institution's languages first, then all we know by name; what was chosen is there in any case.
pub(super) fn langs(rows: &impl Rows, chosen: &str, account: Option<&Account>) -> Result<Vec<Choice>> {
    let mut all = meta::institution(rows)?.languages;
    all.extend(lang::known().filter_map(|tag| tag.parse().ok()));
    all.extend(account.map(|account| account.language.clone()));
    let wanted = chosen.parse::<Lang>().ok().or_else(|| account.map(|account| account.language.clone()));
    all.extend(wanted.clone());
    let mut choices: Vec<Choice> = Vec::with_capacity(all.len());
    for lang in all {
        if choices.iter().all(|known| known.value != lang.as_str()) {
            let name = format!("{} ({lang})", lang.own_name());
            choices.push(Choice { chosen: wanted.as_ref() == Some(&lang), value: lang.to_string(), name });
        }
    }
    Ok(choices)
}

fn answering(rows: &impl Rows, browser: &Browser, now: Timestamp, typed: &Typed) -> Result<Option<Answering>> {
    let Some(id) = typed.reply else { return Ok(None) };
    let seen = |note: &Note| note.content.public || concerned::<power::Read>(&browser.asker(), &note.concerns).is_ok();
    let Some(note) = notes::get(rows, id)?.filter(seen) else { return Ok(None) };
    let busy = inbox::busy(rows, &cases::of_note(rows, &note)?, browser.user.id, now)?;
    Ok(Some(Answering {
        id,
        handle: actors::named_by_row(rows, note.author)?.profile.handle(),
        lang: note.content.lang.as_ref().map(ToString::to_string).unwrap_or_default(),
        words: text::clip(&text::one_line(&html::to_text(&note.content.html)), 300).into_owned(),
        public: note.content.public,
        unseen: unseen(rows, &browser.asker(), &note, typed)?,
        busy,
    }))
}

fn unseen(rows: &impl Rows, asker: &Asker, note: &Note, typed: &Typed) -> Result<Option<Unseen>> {
    let Some(post) = note.thread.map_or(Ok(None), |id| posts::get(rows, id))? else { return Ok(None) };
    let closed = accounts::need(rows, post.account)?.replies == Replies::Never;
    if note.decision().is_none_or(|shown| shown == Shown::Released && !closed) {
        return Ok(None);
    }
    let stamp = replies::stamp(note, &actors::named_by_row(rows, note.author)?.profile)?;
    let hidden = note.shown == Shown::Hidden;
    Ok(Some(Unseen {
        closed,
        hidden,
        ticked: typed.release.as_ref() == Some(&stamp),
        stamp: Some(stamp).filter(|_| !closed && !hidden && asker.can::<Moderate>(post.account)),
    }))
}

/// `GET /desk/drafts/:id/edit`: opens it, and says who else has it open.
pub(super) async fn draft_page(app: &Arc<App>, browser: &Browser, id: DraftId) -> Result<Response> {
    let (draft, pen) = press::draft(app, browser, id)?;
    let busy = browser.write(app, move |tx| drafts::open(tx, pen, id)).await?;
    let busy = app.store.read(|rows| super::drafts::names(rows, &busy))?;
    let media = app.store.read(|rows| {
        let files = draft.content.parts.first().map(|part| part.media.as_slice()).unwrap_or_default();
        let all = files.iter().map(|file| Ok(rows.get(&MEDIA, &file.id)?.map(|media| media.with(file.about.clone()))));
        Ok(all.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect::<Vec<_>>())
    })?;
    let zone = Zone::named(&app.store.read(meta::institution)?.time_zone);
    let mut typed = Typed::of_draft(&draft, &media, meaning::quoted(app, draft.content.quote)?, &zone);
    if let Some(edits) = &draft.edits {
        typed = typed.of_change(&draft, &app.store.read(|rows| posts::need(rows, edits.post))?);
    }
    shown(app, browser, typed, Faults::default(), Beside { busy, ..Beside::of_draft(app, browser, &draft)? })
}
