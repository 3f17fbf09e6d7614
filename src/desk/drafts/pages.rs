//! The page of one draft: its state, its text, all that it makes public, what changed since it was let pass, and what was
//! said.

use std::sync::Arc;

use askama::Template;
use hyper::StatusCode;

use super::changes::{Change, changes};
use super::said::{Item, items};
use super::{May, first, name, names, stage_words};
use crate::app::App;
use crate::base::time::Timestamp;
use crate::desk::faults::Faults;
use crate::desk::frame::{self, Frame, Wall};
use crate::desk::links::Links;
use crate::desk::listing;
use crate::desk::preview::advice;
use crate::desk::when;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::account::Account;
use crate::model::draft::{Approval, Attached, Content, Draft, Stage, State};
use crate::model::ids::DraftId;
use crate::model::media::Media;
use crate::model::poll::Answer;
use crate::model::post::{ReplyTo, Version};
use crate::model::power::Read;
use crate::model::user::Asker;
use crate::pages::preview;
use crate::store::schema::MEDIA;
use crate::store::{Rows, accounts, drafts, meta, notes, posts};
use crate::web::request::Request;
use crate::web::response::Response;
use crate::web::who::Browser;

#[derive(Template)]
#[template(path = "desk/draft.html")]
struct Page {
    f: Frame,
    faults: Faults,
    notice: &'static str,
    id: DraftId,
    revision: u64,
    handle: String,
    writer: String,
    saved: String,
    /// Name and whether it is there, for each step of the way.
    steps: Vec<(&'static str, bool)>,
    /// What stands behind the state, as sentences.
    facts: Vec<String>,
    warnings: Vec<String>,
    /// Who else has its form open.
    busy: Vec<String>,
    answers: Option<(String, String)>,
    quotes: Option<(String, String)>,
    /// Of a change: the page of the post.
    edits: Option<String>,
    parts: Vec<PartShown>,
    /// As it will be seen: a part of a page.
    lenses: String,
    /// What else it makes public, or decides.
    said: Vec<Item>,
    /// What can be chosen in its poll.
    poll: Vec<Answer>,
    /// What there is to say before it goes out.
    advice: Vec<String>,
    changes: Vec<Change>,
    remarks: Vec<Remark>,
    links: Links,
    posts: Vec<String>,
    may: May,
    /// As typed, for the form.
    when: when::Field,
    comment: String,
    hold: u16,
    held: bool,
    missed: bool,
}

struct PartShown {
    n: usize,
    versions: Vec<VersionShown>,
    media: Vec<MediaShown>,
}

struct VersionShown {
    lang: String,
    name: String,
    dir: &'static str,
    warning: String,
    text: String,
}

struct MediaShown {
    file: String,
    alt: String,
    decorative: bool,
}

struct Remark {
    by: String,
    time: String,
    machine_time: String,
    text: String,
}

/// What was typed into one of the forms of the page.
#[derive(Debug, Default)]
pub(in crate::desk) struct Typed {
    pub at: Option<String>,
    pub turn: String,
    pub comment: String,
}

/// `GET /desk/drafts/ID`
pub(in crate::desk) async fn page(
    app: &Arc<App>,
    browser: &Browser,
    id: DraftId,
    request: &Request,
) -> Result<Response> {
    let notice = match request.query("done") {
        Some("saved") => "Saved.",
        Some("ask") => "Approval was asked for.",
        Some("withdraw") => "Taken back.",
        Some("approve") => "Approved.",
        Some("send-back") => "Sent back.",
        Some("plan") => "Planned.",
        Some("unplan") => UNPLANNED,
        Some("publish") => "It goes out.",
        Some("comment") => "Said.",
        Some("unshared") => "No link leads to it any more.",
        Some(_) | None => "",
    };
    shown(app, browser, id, Typed::default(), Faults::default(), notice).await
}

const UNPLANNED: &str = "It does not go out by itself.";

pub(super) async fn shown(
    app: &Arc<App>,
    browser: &Browser,
    id: DraftId,
    typed: Typed,
    faults: Faults,
    notice: &'static str,
) -> Result<Response> {
    let status = faults.status();
    let (draft, account) = app.store.read(|rows| seen(rows, &browser.asker(), id))?;
    // To undo "publish now" brings the plan back that was there.
    let planned = draft.stage() == Stage::Planned;
    let notice = if notice == UNPLANNED && planned { "Undone: it is planned as before." } else { notice };
    let (of, whose) = (draft.clone(), account.clone());
    let (advice, lenses) = if draft.stage() == Stage::Published {
        (Vec::new(), String::new())
    } else {
        app.apart(move |app| drawn(app, &whose, &of)).await?
    };
    let extra = (faults, advice, lenses);
    let page = app.store.read(|rows| make(rows, browser, &draft, &account, typed, extra, notice, app.now()))?;
    frame::page(status, &page)
}

/// What there is to say before it goes out, and everything as the public will see it, for whoever is to let it pass: nobody
/// lets pass what they were not shown.
fn drawn(app: &App, account: &Account, draft: &Draft) -> Result<(Vec<String>, String)> {
    let about: Vec<_> = draft.content.media().map(|file| (file.id, file.about.clone())).collect();
    let posts = draft.content.posts(&draft.mentions);
    let advice = if draft.stage().is_open() { advice(app, &posts, &about)? } else { Vec::new() };
    Ok((advice, preview::shown(app, account, draft.goes(app.now()), &posts, &about)?))
}

/// All that a content says, item by item.
fn told(rows: &impl Rows, content: &Content) -> Result<Vec<Item>> {
    let words = |named: Option<(String, String)>| named.map(|(words, page)| format!("{words} {page}"));
    let (answers, quotes) = (words(named(rows, content.reply_to)?), words(named(rows, content.quote)?));
    items(rows, content, answers.as_deref(), quotes.as_deref())
}

/// What a change of a post changes; of another draft, what was changed since it was let pass.
fn compared(rows: &impl Rows, draft: &Draft, now: &[Item]) -> Result<Vec<Change>> {
    let before = draft.edits.as_ref().map(|edits| &edits.was);
    let before = before.or(draft.withdrawn().map(|passed| &passed.content));
    Ok(before.map(|before| told(rows, before)).transpose()?.map(|was| changes(&was, now)).unwrap_or_default())
}

/// The page of the post that a draft is a change of.
fn edited(rows: &impl Rows, account: &Account, draft: &Draft) -> Result<Option<String>> {
    let Some(edits) = &draft.edits else { return Ok(None) };
    let public = posts::get(rows, edits.post)?.is_some_and(|post| post.is_public());
    Ok(Some(if public { listing::path(account, edits.post) } else { String::new() }))
}

/// A draft that somebody may look at, with its account.
pub(super) fn seen(rows: &impl Rows, asker: &Asker, id: DraftId) -> Result<(Draft, Account)> {
    let draft = drafts::need(rows, id)?;
    asker.may::<Read>(draft.account)?;
    let account = accounts::need(rows, draft.account)?;
    Ok((draft, account))
}

#[expect(clippy::too_many_arguments, reason = "all that the one page shows")]
fn make(
    rows: &impl Rows,
    browser: &Browser,
    draft: &Draft,
    account: &Account,
    typed: Typed,
    (faults, advice, lenses): (Faults, Vec<String>, String),
    notice: &'static str,
    now: Timestamp,
) -> Result<Page> {
    let asker = browser.asker();
    let institution = meta::institution(rows)?;
    let wall = Wall::of(&institution);
    let mut parts = Vec::new();
    for (n, part) in draft.content.parts.iter().enumerate() {
        let media = part.media.iter().map(|file| media(rows, file)).collect::<Result<Vec<_>>>()?;
        let versions = part.versions.iter().map(version).collect();
        parts.push(PartShown { n: n + 1, versions, media: media.into_iter().flatten().collect() });
    }
    let remarks = draft.comments.iter().map(|comment| {
        Ok(Remark {
            by: name(rows, comment.by)?,
            time: wall.time(comment.at),
            machine_time: comment.at.rfc3339(),
            text: comment.text.clone(),
        })
    });
    let said = told(rows, &draft.content)?;
    let wanted = draft.due().or(draft.when.as_ref().map(|when| when.at));
    let at = typed.at.unwrap_or_else(|| wanted.map(|at| wall.zone().wall(at)).unwrap_or_default());
    Ok(Page {
        when: when::Field::new(wall.zone(), at, &typed.turn, &faults),
        advice,
        f: Frame::of(rows, browser, "Draft", "/desk/drafts")?.with(&faults),
        faults,
        notice,
        id: draft.id,
        revision: draft.revision,
        handle: account.handle.clone(),
        writer: name(rows, draft.writer)?,
        saved: format!("{}, {}", name(rows, draft.saved_by)?, wall.time(draft.saved)),
        steps: steps(draft),
        facts: facts(rows, &wall, draft, account.approval)?,
        warnings: warnings(rows, account, draft, now)?,
        busy: names(rows, &draft.busy(asker.who(), now))?,
        answers: named(rows, draft.content.reply_to)?,
        quotes: named(rows, draft.content.quote)?,
        edits: edited(rows, account, draft)?,
        parts,
        lenses,
        poll: draft.content.poll.as_ref().map(|poll| poll.answers.clone()).unwrap_or_default(),
        changes: compared(rows, draft, &said)?,
        said: said.into_iter().filter(|item| !item.seen).collect(),
        remarks: remarks.collect::<Result<_>>()?,
        links: Links::of(rows, &asker, &wall, draft, now)?,
        posts: published(rows, account, draft)?,
        may: May::of(&asker, account, draft),
        comment: typed.comment,
        hold: institution.hold,
        held: matches!(draft.state, State::Planned { held: true, .. }),
        missed: draft.stage() == Stage::Missed,
    })
}

/// The way of a draft, and where on it this one is.
fn steps(draft: &Draft) -> Vec<(&'static str, bool)> {
    let here = match draft.stage() {
        Stage::Draft => "Draft",
        Stage::Asked => "Asked",
        Stage::Approved => "Approved",
        Stage::Planned => "Planned",
        Stage::Missed => "Missed",
        Stage::Published | Stage::Owing => "Published",
    };
    let mut way = vec!["Draft", "Asked", "Approved", "Planned", "Published"];
    if here == "Missed" {
        way.insert(4, "Missed");
    }
    way.into_iter().map(|step| (step, step == here)).collect()
}

/// Why a plan that was made before a rule goes nowhere, and what to do.
const UNAPPROVED: &str = "nobody has approved it, and the rule of the account demands that by now. Take the plan back and ask \
                          for approval.";

fn facts(rows: &impl Rows, wall: &Wall, draft: &Draft, approval: Approval) -> Result<Vec<String>> {
    let mut facts = Vec::new();
    if let Some(passed) = draft.approval() {
        facts.push(format!("Approved by {}, {}.", name(rows, passed.by)?, wall.time(passed.at)));
    }
    if let Some(passed) = draft.withdrawn() {
        let (by, at) = (name(rows, passed.by)?, wall.time(passed.at));
        facts.push(format!("An earlier text was approved by {by}, {at}. That approval does not hold any more."));
    }
    if let Some((by, at)) = draft.back {
        let (by, at) = (name(rows, by)?, wall.time(at));
        facts.push(format!("Sent back by {by}, {at}. What is to be changed stands under Comments."));
    }
    match &draft.state {
        State::Draft | State::Approved => {
            facts.extend(draft.when.as_ref().map(|when| format!("It is wanted for {}.", wall.time(when.at))));
        }
        State::Asked { by, at } => {
            facts.push(format!("Approval was asked for by {}, {}.", name(rows, *by)?, wall.time(*at)));
            facts.extend(draft.when.as_ref().map(|when| format!("It is wanted for {}.", wall.time(when.at))));
        }
        State::Planned { by, due, .. } => {
            let (by, at) = (name(rows, *by)?, wall.time(*due));
            facts.push(if draft.is_stopped(approval) {
                format!("Planned by {by} for {at}. It does not go out: everything planned is stopped.")
            } else if draft.is_held_up(approval) {
                format!("Planned by {by} for {at}. It does not go out: {UNAPPROVED}")
            } else {
                format!("Planned by {by}. It goes out on {at}.")
            });
        }
        State::Missed { due, why } => {
            facts.push(format!("It was to go out on {} and did not. {why}", wall.time(*due)));
        }
        State::Published { at, owes, .. } => {
            let what = if draft.edits.is_some() { "The post was changed" } else { "It went out" };
            facts.push(format!("{what} on {}.", wall.time(*at)));
            if *owes {
                facts.push("Nobody has approved it yet: it was urgent.".to_owned());
            }
        }
    }
    Ok(facts)
}

fn warnings(rows: &impl Rows, account: &Account, draft: &Draft, now: Timestamp) -> Result<Vec<String>> {
    let mut warnings = Vec::new();
    if let Some(edits) = draft.edits.as_ref().filter(|_| draft.stage().is_open())
        && posts::get(rows, edits.post)?.is_some_and(|post| post.since() != edits.of)
    {
        warnings.push(
            "The post was changed after this change of it was begun. Edit it: the form shows what the post says now."
                .to_owned(),
        );
    }
    if account.approval.stopped.is_some() && draft.stage().is_open() {
        warnings.push("Everything planned for this account is stopped. What is published now goes out.".to_owned());
    }
    let over = draft.when.as_ref().is_some_and(|when| when.at <= now);
    if over && matches!(draft.stage(), Stage::Draft | Stage::Asked | Stage::Approved) {
        warnings.push("The time for which it is wanted is over.".to_owned());
    }
    Ok(warnings)
}

fn version(version: &Version) -> VersionShown {
    VersionShown {
        lang: version.lang.to_string(),
        name: version.lang.own_name().to_owned(),
        dir: version.lang.dir(),
        warning: version.warning.clone(),
        text: version.text.clone(),
    }
}

fn media(rows: &impl Rows, attached: &Attached) -> Result<Option<MediaShown>> {
    let found: Option<Media> = rows.get(&MEDIA, &attached.id)?;
    Ok(found.map(|media| MediaShown {
        file: media.still().map(|still| format!("/media/{}", still.file)).unwrap_or_default(),
        alt: attached.about.alt.clone(),
        decorative: attached.about.decorative,
    }))
}

/// First words and page of what it answers or quotes.
fn named(rows: &impl Rows, what: Option<ReplyTo>) -> Result<Option<(String, String)>> {
    Ok(match what {
        None => None,
        Some(ReplyTo::Own(id)) => match posts::need(rows, id) {
            Ok(post) => {
                let account = accounts::need(rows, post.account)?;
                Some((listing::first(&post, limits::desk::FIRST_WORDS), listing::path(&account, id)))
            }
            Err(Error::NotFound | Error::Gone) => Some(("a post that is not there any more".to_owned(), String::new())),
            Err(e) => return Err(e),
        },
        Some(ReplyTo::Note(id)) => notes::get(rows, id)?.map(|note| {
            let words = crate::base::text::one_line(&crate::base::html::to_text(&note.content.html));
            (crate::base::text::clip(&words, limits::desk::FIRST_WORDS).into_owned(), note.content.url)
        }),
    })
}

fn published(rows: &impl Rows, account: &Account, draft: &Draft) -> Result<Vec<String>> {
    let State::Published { posts: ids, .. } = &draft.state else { return Ok(Vec::new()) };
    let mut pages = Vec::new();
    for id in ids {
        if posts::get(rows, *id)?.is_some_and(|post| post.is_public()) {
            pages.push(listing::path(account, *id));
        }
    }
    Ok(pages)
}

#[derive(Template)]
#[template(path = "desk/draft_drop.html")]
struct Drop {
    f: Frame,
    id: DraftId,
    first: String,
    stage: &'static str,
    files: usize,
}

/// `GET /desk/drafts/ID/drop`
pub(in crate::desk) fn drop_page(app: &App, browser: &Browser, id: DraftId) -> Result<Response> {
    let page = app.store.read(|rows| {
        let (draft, account) = seen(rows, &browser.asker(), id)?;
        browser.asker().may::<crate::model::power::Draft>(account.id)?;
        let f = Frame::of(rows, browser, "Drop a draft", "/desk/drafts")?;
        let (first, stage) = (first(&draft, limits::desk::FIRST_WORDS), stage_words(draft.stage()));
        Ok(Drop { f, id, first, stage, files: draft.content.media().count() })
    })?;
    frame::page(StatusCode::OK, &page)
}
