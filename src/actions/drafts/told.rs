//! What the audit log tells of a draft: where it stood and where it stands, and of an edit which fields it changed. Texts
//! are told by their seals, as those of posts are: what is dropped must not live on in the log.

use crate::actions::publish::sealed;
use crate::model::audit::Deed;
use crate::model::draft::{Content, Draft, Stage};

/// Where a draft is on its way, and when it goes out: `approved`; `planned, 2026-11-24T09:00:00Z`.
pub(super) fn stood(draft: &Draft) -> String {
    let stage = draft.stage().name();
    draft.due().map_or_else(|| stage.to_owned(), |due| format!("{stage}, {}", due.rfc3339()))
}

/// Where a draft was before it is edited. What it said is sealed only when it is told.
pub(super) struct Was {
    pub stage: Stage,
    at: String,
}

impl Was {
    pub(super) fn of(draft: &Draft) -> Self {
        Self { stage: draft.stage(), at: at(draft) }
    }

    /// With what the draft was, `old` in it, and is. The fields that changed come first: of a long thread not all seals
    /// find room.
    pub(super) fn to(self, deed: Deed, old: &Content, draft: &Draft) -> Deed {
        let changed = draft.content.changed_since(old).join(", ");
        let changed = if changed.is_empty() { "nothing that it says".to_owned() } else { changed };
        let is = format!("{}; changed: {changed}; {}", at(draft), seals(&draft.content));
        deed.change(format!("{}; {}", self.at, seals(old)), is)
    }
}

fn at(draft: &Draft) -> String {
    format!("{}; revision {}", stood(draft), draft.revision)
}

fn seals(content: &Content) -> String {
    let parts = content.parts.iter().map(|part| sealed(&part.versions, part.media.len()));
    parts.collect::<Vec<_>>().join(" --- ")
}
