//! The words of one version of a post as HTML: on our pages, in feeds, and to other servers.

use super::parts::NoteParts;
use crate::base::{html as escaping, markup};
use crate::model::media::{Media, Sort};
use crate::model::post::{Mention, Post, ReplyTo, Version};
use crate::model::quoted::Quoted;
use crate::model::site::Site;

/// A version's text as HTML, the same on our pages and elsewhere.
pub fn html(site: &Site, post: &Post, version: &Version) -> String {
    let mention = |user: &str, domain: Option<&str>| {
        let own = |mention: &&Mention| mention.own.is_some() && mention.user.eq_ignore_ascii_case(user);
        let named = |mention: &&Mention| {
            mention.own.is_none()
                && mention.user.eq_ignore_ascii_case(user)
                && domain.is_some_and(|domain| mention.domain.eq_ignore_ascii_case(domain))
        };
        let ours = site.is_ours(domain);
        let found = post.mentions.iter().find(|mention| if ours { own(mention) } else { named(mention) })?;
        Some(if ours { site.profile(&found.user) } else { found.url.clone() })
    };
    markup::render(&version.text, &mention, &|tag| site.tag(tag))
}

/// As `html`, with the title of an episode above it, since a Note has no other place for one, and a line for what it
/// quotes.
pub fn titled(site: &Site, post: &Post, version: &Version) -> String {
    let text = quote_line(site, post) + &html(site, post, version);
    match &post.episode {
        Some(episode) => {
            let title = escaping::escape(episode.title(&version.lang));
            format!("<p><strong>{title}</strong></p>{text}")
        }
        None => text,
    }
}

/// For servers that show no quotes: a line that the others hide (`quote-inline`, as Mastodon writes it).
fn quote_line(site: &Site, post: &Post) -> String {
    let Some(quoted) = &post.quoted else { return String::new() };
    let address = escaping::escape(&quoted_id(site, quoted));
    format!("<p class=\"quote-inline\">RE: <a href=\"{address}\" rel=\"noopener\">{address}</a></p>")
}

pub(super) fn quoted_id(site: &Site, quoted: &Quoted) -> String {
    match quoted.post {
        ReplyTo::Own(id) => site.post(id),
        ReplyTo::Note(_) => quoted.uri.clone(),
    }
}

/// Mastodon shows no captions and no transcripts, and fetches nothing heavy: a line leads to the page that does.
pub(super) fn players(parts: &NoteParts<'_>, version: &Version) -> String {
    let [film, sound, readable] = match version.lang.primary() {
        "de" => ["Hier ansehen", "Hier anhören", "Mit Untertiteln und Abschrift"],
        "fr" => ["À regarder ici", "À écouter ici", "Avec sous-titres et transcription"],
        _ => ["Watch here", "Listen here", "With captions and transcript"],
    };
    let worth = |media: &Media| media.is_local() || media.spoken.texts().next().is_some();
    let line = |(n, media): (usize, &Media)| {
        let called = match media.sort() {
            _ if !media.is_local() => readable,
            Sort::Video => film,
            Sort::Sound | Sort::Picture => sound,
        };
        let address = escaping::escape(&parts.site.player(&parts.account.handle, parts.post.id, n));
        format!("<p>{called}: <a href=\"{address}\" rel=\"noopener\">{address}</a></p>")
    };
    (1..).zip(parts.media).filter(|(_, media)| worth(media)).map(line).collect()
}
