//! The list of drafts, in the order in which somebody has to act.

use askama::Template;
use hyper::StatusCode;

use super::{May, first, name};
use crate::app::App;
use crate::desk::approval;
use crate::desk::frame::{self, Frame, Wall};
use crate::error::Result;
use crate::limits;
use crate::model::account::Account;
use crate::model::draft::{Draft, Stage, State};
use crate::model::ids::{AccountId, DraftId};
use crate::model::power::{self, Read};
use crate::model::user::Asker;
use crate::store::{Rows, accounts, drafts, meta};
use crate::web::request::Request;
use crate::web::response::Response;
use crate::web::who::Browser;

#[derive(Template)]
#[template(path = "desk/drafts.html")]
struct List {
    f: Frame,
    notice: String,
    groups: Vec<Group>,
    stopped: bool,
    /// Accounts, whose look their posts need, and who said so.
    rules: Vec<(AccountId, String, &'static str, String)>,
    /// Accounts of which whoever looks may drop drafts.
    drops: Vec<(AccountId, String)>,
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
    /// Whoever looks wrote it, and was given it back.
    back: bool,
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

/// `GET /desk/drafts`, with `?done=` what was done and, of many, `&gone=` and `&left=`.
pub(in crate::desk) fn list(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let notice = match request.query("done") {
        Some("dropped") => "Dropped.".to_owned(),
        Some("many") => many(request),
        Some(_) | None => String::new(),
    };
    let list = app.store.read(|rows| {
        let asker = browser.asker();
        let f = Frame::of(rows, browser, "Drafts", "/desk/drafts")?;
        let wall = Wall::of(&meta::institution(rows)?);
        let mine: Vec<Account> =
            accounts::all(rows)?.into_iter().filter(|account| asker.can::<Read>(account.id)).collect();
        let mut groups = Vec::new();
        let stopped = mine.iter().any(|account| account.approval.stopped.is_some());
        for (stage, title, hint) in GROUPS {
            let (mut lines, mut stays) = (Vec::new(), 0);
            for account in &mine {
                for draft in drafts::of(rows, account.id, stage, limits::desk::DRAFTS)? {
                    stays += usize::from(draft.is_stopped(account.approval) || draft.is_held_up(account.approval));
                    lines.push(line(rows, &wall, &asker, account, &draft)?);
                }
            }
            let hint = match stays {
                0 => hint,
                n if n == lines.len() => "Does not go out by itself as it stands.",
                _ => "Goes out by itself, where nothing else stands beside it.",
            };
            lines.sort_by_key(|line| !line.yours && !line.back);
            lines.truncate(limits::desk::DRAFTS);
            if !lines.is_empty() {
                groups.push(Group { title, hint, rows: lines });
            }
        }
        let drops = mine.iter().filter(|account| asker.can::<power::Draft>(account.id));
        let drops = drops.map(|account| (account.id, account.handle.clone())).collect();
        let rule = |account: Account| {
            let set = approval::set(rows, &account)?;
            Ok((account.id, account.handle, approval::words(account.approval.rule).0, set))
        };
        let rules = mine.into_iter().map(rule).collect::<Result<_>>()?;
        Ok(List { f, notice, groups, stopped, rules, drops })
    })?;
    frame::page(StatusCode::OK, &list)
}

/// How many of those that were ticked are dropped, and how many are not.
fn many(request: &Request) -> String {
    let count = |name| request.query(name).and_then(|typed| typed.parse().ok()).unwrap_or_default();
    let (gone, left): (usize, usize) = (count("gone"), count("left"));
    let dropped = if gone == 1 { "1 draft is dropped.".to_owned() } else { format!("{gone} drafts are dropped.") };
    match left {
        0 => dropped,
        left => format!("{dropped} {left} not: somebody changed, planned or dropped what you had ticked meanwhile."),
    }
}

fn line(rows: &impl Rows, wall: &Wall, asker: &Asker, account: &Account, draft: &Draft) -> Result<Line> {
    let version = draft.content.main();
    let when = match &draft.state {
        State::Planned { due, .. } if draft.is_stopped(account.approval) => format!("stopped · {}", wall.time(*due)),
        State::Planned { due, .. } if draft.is_held_up(account.approval) => {
            format!("nobody has approved it · {}", wall.time(*due))
        }
        State::Planned { due, .. } | State::Missed { due, .. } => wall.time(*due),
        State::Draft | State::Asked { .. } | State::Approved | State::Published { .. } => {
            draft.when.as_ref().map(|when| format!("wanted for {}", wall.time(when.at))).unwrap_or_default()
        }
    };
    let change = if draft.edits.is_some() { "change of a post · " } else { "" };
    let mut meta = format!("{change}@{} · by {}", account.handle, name(rows, draft.writer)?);
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
        back: draft.back.is_some() && draft.is_by(asker.who()),
    })
}
