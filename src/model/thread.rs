//! A thread is written as one text: lines of `---` part it into posts that answer each other. Nothing that was typed is
//! lost on the way there and back, also where it cannot be published yet.

use super::post::Version;
use crate::error::{Problem, Result};
use crate::limits;

/// What stands alone on a line between two posts.
const CUT: &str = "---";

/// The versions of each post of the thread, the main language first; one post where nothing is cut. As many as the main
/// version has: a language with fewer is missing in the last ones, and what one has more of stays in the last.
pub fn cut(versions: &[Version]) -> Vec<Vec<Version>> {
    let count = versions.first().map_or(1, |main| pieces(&main.text).len());
    let mut parts = vec![Vec::new(); count];
    for version in versions {
        let pieces = pieces(&version.text);
        let last = count.saturating_sub(1);
        for (at, part) in parts.iter_mut().enumerate() {
            let text = if at == last { joined(pieces.get(at..)) } else { pieces.get(at).cloned() };
            part.extend(text.map(|text| Version { text, ..version.clone() }));
        }
    }
    parts
}

/// The one text of each language again.
pub fn join(parts: &[Vec<Version>]) -> Vec<Version> {
    let mut whole: Vec<Version> = parts.first().cloned().unwrap_or_default();
    for version in parts.iter().skip(1).flatten() {
        match whole.iter_mut().find(|other| other.lang == version.lang) {
            Some(other) => other.text = [other.text.as_str(), "\n\n---\n\n", &version.text].concat(),
            None => whole.push(version.clone()),
        }
    }
    whole
}

/// Whether it can be published: every language is cut at the same places, and no post is forgotten.
pub fn check(versions: &[Version]) -> Result<()> {
    let Some((main, others)) = versions.split_first() else { return Ok(()) };
    let count = pieces(&main.text).len();
    if count > limits::post::THREAD {
        let what = format!("A thread has at most {} posts; this one has {count}.", limits::post::THREAD);
        return Err(Problem::new("E600", what).field("text").remedy("Make two threads of it.").into());
    }
    for other in others {
        let found = pieces(&other.text).len();
        if found != count {
            let lang = match other.lang.as_str() {
                "und" => "that has no language yet".to_owned(),
                _ => format!("in {} ({})", other.lang.own_name(), other.lang),
            };
            let posts = if found == 1 { "post" } else { "posts" };
            let what = format!("The text {lang} has {found} {posts}, and the main one {count}.");
            return Err(Problem::new("E601", what)
                .field("text")
                .remedy("Part each language at the same places, with lines of ---.")
                .into());
        }
    }
    Ok(())
}

fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for line in text.lines() {
        if line.trim() == CUT {
            pieces.push(String::new());
        } else if let Some(piece) = pieces.last_mut() {
            piece.push_str(line);
            piece.push('\n');
        }
    }
    let mut pieces: Vec<String> =
        pieces.iter().map(|piece| piece.trim_end().trim_start_matches('\n').to_owned()).collect();
    // A line at the very end parts nothing.
    while pieces.len() > 1 && pieces.last().is_some_and(String::is_empty) {
        pieces.pop();
    }
    pieces
}

fn joined(pieces: Option<&[String]>) -> Option<String> {
    pieces.filter(|pieces| !pieces.is_empty()).map(|pieces| pieces.join("\n\n---\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(lang: &str, text: &str) -> Version {
        Version { lang: lang.parse().unwrap(), text: text.into(), warning: String::new() }
    }

    fn texts(parts: &[Vec<Version>]) -> Vec<Vec<&str>> {
        parts.iter().map(|part| part.iter().map(|version| version.text.as_str()).collect()).collect()
    }

    #[test]
    fn lines_of_dashes_part_a_thread_in_every_language() {
        let versions =
            [version("en", "One\n\n---\nTwo -- 2\n --- \nThree\n---\n"), version("de", "Eins\n---\nZwei\n---\nDrei")];
        let parts = cut(&versions);
        assert_eq!(texts(&parts), [["One", "Eins"], ["Two -- 2", "Zwei"], ["Three", "Drei"]]);
        assert!(check(&versions).is_ok());
        assert_eq!(texts(&cut(&join(&parts))), texts(&parts));
        assert_eq!(texts(&cut(&[version("en", "a --- b\n----\nc")])), [["a --- b\n----\nc"]]);
    }

    #[test]
    fn nothing_is_lost_where_the_languages_do_not_agree() {
        let versions =
            [version("en", "One\n---\nTwo"), version("de", "Eins"), version("fr", "Un\n---\nDeux\n---\nTrois")];
        let parts = cut(&versions);
        assert_eq!(texts(&parts), [vec!["One", "Eins", "Un"], vec!["Two", "Deux\n\n---\n\nTrois"]]);
        assert_eq!(texts(&[join(&parts)]), [["One\n\n---\n\nTwo", "Eins", "Un\n\n---\n\nDeux\n\n---\n\nTrois"]]);
        assert!(check(&versions).is_err() && check(&versions[..1]).is_ok());
    }

    #[test]
    fn a_thread_has_an_end() {
        let long = |posts: usize| [version("en", &vec!["x"; posts].join("\n---\n"))];
        assert!(check(&long(limits::post::THREAD)).is_ok() && check(&long(limits::post::THREAD + 1)).is_err());
    }
}
