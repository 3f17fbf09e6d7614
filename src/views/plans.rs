//! What goes out and went out in a stretch of time, over all accounts that somebody may read: the calendar's one question.

use crate::base::lang::Lang;
use crate::base::time::Timestamp;
use crate::base::zone::Zone;
use crate::error::Result;
use crate::limits;
use crate::model::account::Account;
use crate::model::draft::{Draft, Stage, State};
use crate::model::ids::{DraftId, PostId};
use crate::model::post::{Post, Version};
use crate::store::{Rows, accounts, drafts, posts};

/// What another time zone means for what is planned, as sentences; none when nothing is.
pub fn under_another_zone(rows: &impl Rows, zone: &Zone) -> Result<Option<String>> {
    let mut planned = Vec::new();
    for account in accounts::all(rows)? {
        planned.extend(drafts::of(rows, account.id, Stage::Planned, limits::draft::PER_ACCOUNT)?);
    }
    let Some(first) = planned.iter().filter_map(Draft::due).min() else { return Ok(None) };
    let count = match planned.len() {
        1 => "1 post is planned, and keeps".to_owned(),
        n => format!("{n} posts are planned, and keep"),
    };
    let next = zone.wall(first).replace('T', " ");
    Ok(Some(format!("{count} the moment, whatever clocks now say: the next goes out at {next} ({}).", zone.name())))
}

/// Something in the calendar.
#[derive(Debug, Clone)]
pub struct Entry {
    pub at: Timestamp,
    pub handle: String,
    pub first: String,
    pub lang: Option<Lang>,
    pub what: What,
    /// When it was changed last.
    pub changed: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Goes out by itself, unless it is stopped.
    Planned {
        draft: DraftId,
        stopped: bool,
    },
    /// Somebody wants it then, and it is not planned yet.
    Wanted {
        draft: DraftId,
        stage: Stage,
    },
    Missed(DraftId),
    Published(PostId),
}

/// All from a moment up to another, in order of time; `reads` says whose. At most `limits::desk::CALENDAR` posts of each
/// account.
pub fn between(
    rows: &impl Rows,
    reads: impl Fn(&Account) -> bool,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Entry>> {
    let mut all = Vec::new();
    for account in accounts::all(rows)?.into_iter().filter(|account| reads(account)) {
        for stage in Stage::ALL.into_iter().filter(|stage| stage.is_open()) {
            for draft in drafts::of(rows, account.id, stage, limits::draft::PER_ACCOUNT)? {
                all.extend(of_draft(&account, &draft));
            }
        }
        let before = Some(PostId::first_at(to));
        let found = posts::of_account(rows, account.id, before, limits::desk::CALENDAR)?;
        all.extend(found.iter().map(|post| of_post(&account, post)));
    }
    all.retain(|entry| entry.at >= from && entry.at < to);
    all.sort_by_key(|entry| entry.at);
    Ok(all)
}

fn of_draft(account: &Account, draft: &Draft) -> Option<Entry> {
    let wanted = || draft.when.as_ref().map(|when| when.at);
    let (at, what) = match &draft.state {
        State::Planned { due, .. } => {
            (*due, What::Planned { draft: draft.id, stopped: draft.is_stopped(account.approval) })
        }
        State::Missed { due, .. } => (*due, What::Missed(draft.id)),
        State::Draft | State::Asked { .. } | State::Approved => {
            (wanted()?, What::Wanted { draft: draft.id, stage: draft.stage() })
        }
        State::Published { .. } => return None,
    };
    let (first, lang) = known_by(draft.content.main());
    let (handle, changed) = (account.handle.clone(), draft.saved);
    Some(Entry { at, handle, first, lang, what, changed })
}

fn known_by(main: Option<&Version>) -> (String, Option<Lang>) {
    let first = main.map(|version| version.first_words(limits::desk::FIRST_WORDS)).unwrap_or_default();
    (first, main.map(|version| version.lang.clone()))
}

fn of_post(account: &Account, post: &Post) -> Entry {
    let (first, lang) = known_by(post.main());
    Entry {
        at: post.published,
        handle: account.handle.clone(),
        first,
        lang,
        what: What::Published(post.id),
        changed: post.updated.unwrap_or(post.published),
    }
}

/// What a stage is called, for people.
pub fn stage_words(stage: Stage) -> &'static str {
    match stage {
        Stage::Draft => "being written",
        Stage::Asked => "waits for approval",
        Stage::Approved => "approved",
        Stage::Planned => "planned",
        Stage::Missed => "missed",
        Stage::Published => "published",
        Stage::Owing => "published urgently, to be approved",
    }
}
