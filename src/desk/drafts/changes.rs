//! What became another in a draft since it was let pass, or what a change of a published post changes, for whoever looks
//! at it: every item that would be public, see `said`.

use super::said::Item;
use crate::base::diff::{self, Piece};

/// Something as it was and as it is.
pub(super) struct Change {
    pub what: String,
    pub lang: String,
    pub dir: &'static str,
    /// `del`, `ins` or nothing, and the words.
    pub pieces: Vec<(&'static str, String)>,
}

/// What became another, item by item.
pub(super) fn changes(old: &[Item], new: &[Item]) -> Vec<Change> {
    let mut changes = Vec::new();
    for item in new {
        let was = old.iter().find(|was| was.is_same(item)).map(|was| was.text.as_str()).unwrap_or_default();
        if was != item.text {
            changes.push(change(item, was, &item.text));
        }
    }
    for gone in old.iter().filter(|gone| new.iter().all(|item| !item.is_same(gone))) {
        changes.push(change(gone, &gone.text, ""));
    }
    changes
}

fn change(item: &Item, was: &str, is: &str) -> Change {
    let piece = |piece: Piece<'_>| match piece {
        Piece::Same(text) => ("", text.to_owned()),
        Piece::Gone(text) => ("del", text.to_owned()),
        Piece::New(text) => ("ins", text.to_owned()),
    };
    let pieces = diff::words(was, is).into_iter().map(piece).collect();
    let (lang, dir) = (item.lang.to_string(), item.lang.dir());
    Change { what: format!("{}{}", item.place, item.what), lang, dir, pieces }
}
