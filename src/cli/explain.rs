//! `instance explain E047`: a paragraph for every id that an error can carry. A test compares the list with the sources.

mod audit;
mod commands;
mod drafts;
mod faults;
mod inbox;
mod podcasts;
mod posts;
mod recordings;
mod users;
mod writing;

use crate::control::Fault;
use crate::error::{Error, Problem};

/// The paragraph of an id, typed in any case, with or without the E.
pub fn on(typed: &str) -> Result<(&'static str, &'static str), Fault> {
    let wanted = format!("E{:0>3}", typed.trim_start_matches(['e', 'E']));
    let found = TEXTS.into_iter().flatten().find(|(id, _)| *id == wanted).copied();
    found.ok_or_else(|| {
        let problem = Problem::new("E001", format!("There is no error '{typed}'."));
        Error::from(problem.remedy("An id is the letter E and three digits, as it stands before a message: E047."))
            .into()
    })
}

/// All of them, in order.
pub fn all() -> Vec<(&'static str, &'static str)> {
    TEXTS.into_iter().flatten().copied().collect()
}

/// In order, a file for each hundred.
const TEXTS: [&[(&str, &str)]; 10] = [
    commands::TEXTS,
    posts::TEXTS,
    recordings::TEXTS,
    users::TEXTS,
    podcasts::TEXTS,
    drafts::TEXTS,
    inbox::TEXTS,
    writing::TEXTS,
    audit::TEXTS,
    faults::TEXTS,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Every id in quotation marks in the sources.
    fn used(folder: &Path, ids: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // They name all of them.
            if path.ends_with("cli/explain") || path.ends_with("cli/explain.rs") {
                continue;
            }
            if path.is_dir() {
                used(&path, ids);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let quoted = text.match_indices("\"E").filter_map(|(at, _)| text.get(at + 1..at + 6));
                let is_id = |word: &&str| word.ends_with('"') && word[1..4].bytes().all(|b| b.is_ascii_digit());
                ids.extend(quoted.filter(is_id).map(|word| word[..4].to_owned()));
            }
        }
    }

    #[test]
    fn every_id_is_explained_once_and_no_other() {
        let mut ids = BTreeSet::new();
        used(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut ids);
        let explained: Vec<String> = TEXTS.into_iter().flatten().map(|(id, _)| (*id).to_owned()).collect();
        let mut sorted = explained.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(explained, sorted, "sorted, each once");
        let missing: Vec<_> = ids.iter().filter(|id| !explained.contains(id)).collect();
        let unused: Vec<_> = explained.iter().filter(|id| !ids.contains(*id)).collect();
        assert!(
            missing.is_empty() && unused.is_empty(),
            "without a paragraph in src/cli/explain: {missing:?}; used nowhere: {unused:?}"
        );
    }

    #[test]
    fn an_id_may_be_typed_as_one_likes() {
        for typed in ["E047", "e047", "047", "47"] {
            assert_eq!(on(typed).unwrap().0, "E047");
        }
        assert_eq!(on("E999").unwrap_err().id, "E001");
        assert!(on("").is_err() && on("Énorme").is_err());
    }
}
