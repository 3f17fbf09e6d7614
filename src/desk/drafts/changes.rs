//! What became another in a draft since it was let pass, for whoever looks at it again.

use crate::base::diff::{self, Piece};
use crate::base::lang::Lang;
use crate::model::draft::{Attached, Content, Part};
use crate::model::ids::MediaId;
use crate::model::post::Version;

/// A text as it was let pass and as it is.
pub(super) struct Change {
    pub what: String,
    pub lang: String,
    pub dir: &'static str,
    /// `del`, `ins` or nothing, and the words.
    pub pieces: Vec<(&'static str, String)>,
}

/// What became another since it was let pass, text by text.
pub(super) fn changes(old: &Content, new: &Content) -> Vec<Change> {
    let mut changes = Vec::new();
    for n in 0..old.parts.len().max(new.parts.len()) {
        let part = |content: &Content| content.parts.get(n).cloned().unwrap_or_default();
        let (before, after) = (part(old), part(new));
        let place = if new.parts.len().max(old.parts.len()) > 1 { format!("Part {}: ", n + 1) } else { String::new() };
        let mut langs: Vec<&Version> = after.versions.iter().collect();
        langs.extend(before.versions.iter().filter(|old| after.versions.iter().all(|new| new.lang != old.lang)));
        for version in langs {
            let of = |part: &Part| part.versions.iter().find(|other| other.lang == version.lang).cloned();
            let (was, is) = (of(&before), of(&after));
            let text = |version: &Option<Version>| version.as_ref().map_or(String::new(), |v| v.text.clone());
            let warning = |version: &Option<Version>| version.as_ref().map_or(String::new(), |v| v.warning.clone());
            for (what, was, is) in [("Text", text(&was), text(&is)), ("Content warning", warning(&was), warning(&is))] {
                if was != is {
                    let what = format!("{place}{what}, {}", version.lang.own_name());
                    changes.push(change(what, &version.lang, &was, &is));
                }
            }
        }
        changes.extend(descriptions(&place, &before.media, &after.media, new));
    }
    let seen = |of: &Content| (of.visibility, of.quoting, of.sensitive, of.urgent);
    for (differs, what) in [
        (seen(old) != seen(new), "Who sees it, who may quote it, or how urgent it is, was changed"),
        (old.reply_to != new.reply_to, "What it answers was changed"),
        (old.quote != new.quote, "What it quotes was changed"),
        (old.poll != new.poll, "The poll was changed"),
        (old.episode != new.episode, "What it is in its podcast was changed"),
    ] {
        if differs {
            changes.push(change(what.to_owned(), &Lang::default(), "", ""));
        }
    }
    changes
}

fn descriptions(place: &str, before: &[Attached], after: &[Attached], content: &Content) -> Vec<Change> {
    let main = content.main().map(|v| v.lang.clone()).unwrap_or_default();
    let about = |all: &[Attached], id: MediaId| all.iter().find(|file| file.id == id).map(|file| file.about.clone());
    let mut found = Vec::new();
    for (n, file) in after.iter().enumerate() {
        match about(before, file.id) {
            None => found.push(change(format!("{place}File {} is new", n + 1), &main, "", &file.about.alt)),
            Some(was) if was != file.about => {
                let what = format!("{place}What is said about file {}", n + 1);
                found.push(change(what, &main, &was.alt, &file.about.alt));
            }
            Some(_) => {}
        }
    }
    for file in before.iter().filter(|file| about(after, file.id).is_none()) {
        found.push(change(format!("{place}A file was taken out"), &main, &file.about.alt, ""));
    }
    found
}

fn change(what: String, lang: &Lang, was: &str, is: &str) -> Change {
    let piece = |piece: Piece<'_>| match piece {
        Piece::Same(text) => ("", text.to_owned()),
        Piece::Gone(text) => ("del", text.to_owned()),
        Piece::New(text) => ("ins", text.to_owned()),
    };
    let pieces = diff::words(was, is).into_iter().map(piece).collect();
    Change { what, lang: lang.to_string(), dir: lang.dir(), pieces }
}
