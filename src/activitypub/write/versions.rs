//! What a Note makes of a post in several languages. Mastodon takes the first key of `contentMap` as the language and
//! shows that one only; GoToSocial looks for the one that is the same as `content`. So the version of the Note comes
//! first, and how readers there come to the others is a choice of the account.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::parts::NoteParts;
use super::text::{players, titled};
use crate::base::{html as escaping, markup, text};
use crate::limits;
use crate::model::account::Languages;
use crate::model::media::Media;
use crate::model::post::{Post, Version};

/// Every version by language, that of the Note first and with what leads to the others.
pub(super) fn contents(parts: &NoteParts<'_>) -> Map<String, Value> {
    let mut contents = Map::new();
    for (n, version) in in_order(parts).enumerate() {
        let body = if n == 0 { whole(parts, version) } else { said(parts, version) };
        contents.entry(version.lang.wire().to_owned()).or_insert(json!(body));
    }
    contents
}

/// The content warning; of everything that stands there.
pub(super) fn warning(parts: &NoteParts<'_>) -> String {
    if !is_stacked(parts.post) {
        return parts.version().map(|version| version.warning.clone()).unwrap_or_default();
    }
    let mut seen = BTreeSet::new();
    let all = in_order(parts).map(|version| version.warning.as_str());
    all.filter(|warning| !warning.is_empty() && seen.insert(*warning)).collect::<Vec<_>>().join(" / ")
}

/// A file's description in each language that the post has and it is described in, that of the Note first.
pub(super) fn descriptions(parts: &NoteParts<'_>, media: &Media) -> Map<String, Value> {
    let main = parts.post.main().map(|version| &version.lang);
    let described = |version: &Version| {
        let other = media.alts.iter().find(|(lang, _)| *lang == version.lang).map(|(_, alt)| alt);
        let alt = if main == Some(&version.lang) { Some(&media.alt) } else { other };
        alt.map(|alt| (version.lang.to_string(), json!(alt)))
    };
    in_order(parts).filter_map(described).collect()
}

fn in_order<'a>(parts: &NoteParts<'a>) -> impl Iterator<Item = &'a Version> {
    let first = parts.version();
    let rest = parts.post.versions.iter().filter(move |version| Some(*version) != first);
    first.into_iter().chain(rest)
}

/// A version with the lines that lead to players.
fn said(parts: &NoteParts<'_>, version: &Version) -> String {
    titled(parts.site, parts.post, version) + &players(parts, version)
}

/// What the Note shows: its version, then the others or the ways to them.
fn whole(parts: &NoteParts<'_>, version: &Version) -> String {
    let mut body = said(parts, version);
    let others: Vec<&Version> = in_order(parts).skip(1).collect();
    if others.is_empty() {
        return body;
    }
    if is_stacked(parts.post) {
        for other in others {
            let (lang, dir) = (&other.lang, other.lang.dir());
            let name = escaping::escape(lang.own_name());
            let below = format!("<p><strong>{name}</strong></p>{}", said(parts, other));
            body.push_str(&below.replace("<p>", &format!("<p lang=\"{lang}\" dir=\"{dir}\">")));
        }
    } else {
        body.push_str(&links(parts, &others));
    }
    body
}

/// Whether all versions stand below each other: where the account has it so and they are short enough to be shown whole.
pub fn is_stacked(post: &Post) -> bool {
    let named = |version: &Version| text::graphemes(version.lang.own_name()) + markup::length(&version.text);
    let titles = |version: &Version| post.episode.as_ref().map_or(0, |e| text::graphemes(e.title(&version.lang)));
    let length: usize = post.versions.iter().map(|version| named(version) + titles(version)).sum();
    post.languages == Languages::Stacked && post.versions.len() > 1 && length <= limits::post::SHOWN_WHOLE
}

/// One line for each of the other languages, to its own page.
fn links(parts: &NoteParts<'_>, others: &[&Version]) -> String {
    let NoteParts { site, account, post, .. } = parts;
    let main = post.main();
    let links = others.iter().map(|version| {
        let page = if main == Some(*version) {
            site.post_page(&account.handle, post.id)
        } else {
            site.version_page(&account.handle, post.id, &version.lang)
        };
        let (address, name) = (escaping::escape(&page), escaping::escape(version.lang.own_name()));
        format!("{name}: <a href=\"{address}\" rel=\"noopener\">{address}</a>")
    });
    format!("<p>{}</p>", links.collect::<Vec<_>>().join("<br>"))
}
