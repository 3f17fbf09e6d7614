//! The list of drafts, and the page of one: its state, its text, what changed since it was let pass, and what was said.

use askama::Template;
use hyper::StatusCode;

use super::changes::{Change, changes};
use super::{May, first, name, names, stage_words};
use crate::app::App;
use crate::base::time::Timestamp;
use crate::desk::approval;
use crate::desk::faults::Faults;
use crate::desk::frame::{self, Frame, Wall};
use crate::desk::links::Links;
use crate::desk::listing;
use crate::desk::preview::advice;
use crate::desk::when;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::account::Account;
use crate::model::draft::{Attached, Draft, Stage, State};
use crate::model::ids::{AccountId, DraftId};
use crate::model::media::Media;
use crate::model::poll::Answer;
use crate::model::post::{ReplyTo, Version};
use crate::model::power::Read;
use crate::model::user::Asker;
use crate::store::schema::MEDIA;
use crate::store::{Rows, accounts, drafts, meta, notes, posts};
use crate::web::request::Request;
use crate::web::response::Response;
use crate::web::who::Browser;

#[derive(Template)]
#[template(path = "desk/drafts.html")]
struct List {
    f: Frame,
    notice: &'static str,
    groups: Vec<Group>,
    stopped: bool,
    /// Accounts, and whose look their posts need.
    rules: Vec<(AccountId, String, &'static str)>,
}

/// Drafts of one stage.
struct Group {
    title: &'static str,
    hint: &'static str,
    rows: Vec<Line>,
}

/// A draft in the list.
struct Line {
    id: DraftId,
    first: String,
    lang: String,
    dir: &'static str,
    meta: String,
    /// Somebody waits for whoever looks.
    yours: bool,
}

/// In the order in which somebody has to act.
const GROUPS: [(Stage, &str, &str); 6] = [
    (Stage::Missed, "Missed", "Was to go out and did not: decide what becomes of it."),
    (Stage::Asked, "To approve", "Waits for somebody's look."),
    (Stage::Owing, "Published urgently", "Went out before anybody approved it: look at it now."),
    (Stage::Approved, "Approved", "May go out, and has no time yet."),
    (Stage::Planned, "Planned", "Goes out by itself."),
    (Stage::Draft, "Being written", ""),
];

/// `GET /desk/drafts`
pub(in crate::desk) fn list(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let notice = match request.query("done") {
        Some("dropped") => "Dropped.",
        Some(_) | None => "",
    };
    let list = app.store.read(|rows| {
        let asker = browser.asker();
        let f = Frame::of(rows, browser, "Drafts", "/desk/drafts")?;
        let wall = Wall::of(&meta::institution(rows)?);
        let mine: Vec<Account> =
            accounts::all(rows)?.into_iter().filter(|account| asker.can::<Read>(account.id)).collect();
        let mut groups = Vec::new();
        for (stage, title, hint) in GROUPS {
            let mut lines = Vec::new();
            for account in &mine {
                for draft in drafts::of(rows, account.id, stage, limits::desk::DRAFTS)? {
                    lines.push(line(rows, &wall, &asker, account, &draft)?);
                }
            }
            lines.sort_by_key(|line| !line.yours);
            lines.truncate(limits::desk::DRAFTS);
            if !lines.is_empty() {
                groups.push(Group { title, hint, rows: lines });
            }
        }
        let stopped = mine.iter().any(|account| account.approval.stopped.is_some());
        let rule = |account: Account| (account.id, account.handle, approval::words(account.approval.rule).0);
        let rules = mine.into_iter().map(rule).collect();
        Ok(List { f, notice, groups, stopped, rules })
    })?;
    frame::page(StatusCode::OK, &list)
}

fn line(rows: &impl Rows, wall: &Wall, asker: &Asker, account: &Account, draft: &Draft) -> Result<Line> {
    let version = draft.content.main();
    let when = match &draft.state {
        State::Planned { due, .. } | State::Missed { due, .. } => wall.time(*due),
        State::Draft | State::Asked { .. } | State::Approved | State::Published { .. } => {
            draft.when.as_ref().map(|when| format!("wanted for {}", wall.time(when.at))).unwrap_or_default()
        }
    };
    let mut meta = format!("@{} · by {}", account.handle, name(rows, draft.writer)?);
    for more in [when, format!("{} comments", draft.comments.len())] {
        if !more.is_empty() && more != "0 comments" {
            meta.push_str(" · ");
            meta.push_str(if more == "1 comments" { "1 comment" } else { &more });
        }
    }
    Ok(Line {
        id: draft.id,
        first: first(draft, limits::desk::FIRST_WORDS),
        lang: version.map(|version| version.lang.to_string()).unwrap_or_default(),
        dir: version.map_or("ltr", |version| version.lang.dir()),
        meta,
        yours: May::of(asker, account, draft).approve,
    })
}

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
    parts: Vec<PartShown>,
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
pub(in crate::desk) fn page(app: &App, browser: &Browser, id: DraftId, request: &Request) -> Result<Response> {
    let notice = match request.query("done") {
        Some("saved") => "Saved.",
        Some("ask") => "Approval was asked for.",
        Some("withdraw") => "Taken back.",
        Some("approve") => "Approved.",
        Some("send-back") => "Sent back.",
        Some("plan") => "Planned.",
        Some("unplan") => "It does not go out by itself.",
        Some("publish") => "It goes out.",
        Some("comment") => "Said.",
        Some("unshared") => "No link leads to it any more.",
        Some(_) | None => "",
    };
    shown(app, browser, id, Typed::default(), Faults::default(), notice)
}

pub(super) fn shown(
    app: &App,
    browser: &Browser,
    id: DraftId,
    typed: Typed,
    faults: Faults,
    notice: &'static str,
) -> Result<Response> {
    let status = faults.status();
    let (draft, account) = app.store.read(|rows| seen(rows, &browser.asker(), id))?;
    let open = draft.stage().is_open();
    let advice = if open { advice(app, &draft.content.posts(&draft.mentions))? } else { Vec::new() };
    let page =
        app.store.read(|rows| make(rows, browser, &draft, &account, typed, (faults, advice), notice, app.now()))?;
    frame::page(status, &page)
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
    (faults, advice): (Faults, Vec<String>),
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
        facts: facts(rows, &wall, draft)?,
        warnings: warnings(account, draft, now),
        busy: names(rows, &draft.busy(asker.who(), now))?,
        answers: named(rows, draft.content.reply_to)?,
        quotes: named(rows, draft.content.quote)?,
        parts,
        poll: draft.content.poll.as_ref().map(|poll| poll.answers.clone()).unwrap_or_default(),
        changes: draft.withdrawn().map(|passed| changes(&passed.content, &draft.content)).unwrap_or_default(),
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

fn facts(rows: &impl Rows, wall: &Wall, draft: &Draft) -> Result<Vec<String>> {
    let mut facts = Vec::new();
    if let Some(passed) = draft.approval() {
        facts.push(format!("Approved by {}, {}.", name(rows, passed.by)?, wall.time(passed.at)));
    }
    if let Some(passed) = draft.withdrawn() {
        let (by, at) = (name(rows, passed.by)?, wall.time(passed.at));
        facts.push(format!("An earlier text was approved by {by}, {at}. That approval does not hold any more."));
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
            facts.push(format!("Planned by {}. It goes out on {}.", name(rows, *by)?, wall.time(*due)));
        }
        State::Missed { due, why } => {
            facts.push(format!("It was to go out on {} and did not. {why}", wall.time(*due)));
        }
        State::Published { at, owes, .. } => {
            facts.push(format!("It went out on {}.", wall.time(*at)));
            if *owes {
                facts.push("Nobody has approved it yet: it was urgent.".to_owned());
            }
        }
    }
    Ok(facts)
}

fn warnings(account: &Account, draft: &Draft, now: Timestamp) -> Vec<String> {
    let mut warnings = Vec::new();
    if account.approval.stopped.is_some() && draft.stage().is_open() {
        warnings.push("Everything planned for this account is stopped. What is published now goes out.".to_owned());
    }
    let over = draft.when.as_ref().is_some_and(|when| when.at <= now);
    if over && matches!(draft.stage(), Stage::Draft | Stage::Asked | Stage::Approved) {
        warnings.push("The time for which it is wanted is over.".to_owned());
    }
    warnings
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
