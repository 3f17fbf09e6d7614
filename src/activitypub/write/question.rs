//! A post with a poll: a Question, as Mastodon writes and reads it (`poll.rb`, `ActivityPub::Parser::PollParser`).

use serde_json::{Map, Value, json};

use super::parts::NoteParts;
use crate::model::poll::{Answer, Poll, Tally};

/// What a Note has in addition when it is a Question. Nothing for a post without a poll.
pub(super) fn add(object: &mut Map<String, Value>, parts: &NoteParts<'_>) {
    let (Some(poll), Some(tally)) = (&parts.post.poll, parts.tally) else { return };
    object.insert("type".to_owned(), json!("Question"));
    let answers = poll.answers.iter().enumerate().map(|(n, answer)| choice(parts, answer, tally, n));
    let field = if poll.multiple { "anyOf" } else { "oneOf" };
    object.insert(field.to_owned(), answers.collect());
    object.insert("endTime".to_owned(), json!(poll.ends.rfc3339()));
    if is_closed(poll) {
        object.insert("closed".to_owned(), json!(poll.ends.rfc3339()));
    }
    object.insert("votersCount".to_owned(), json!(tally.voters));
}

/// Closed once the result is part of the post: what is kept of a page changes then, and not by the clock.
fn is_closed(poll: &Poll) -> bool {
    poll.result.is_some()
}

/// A Note of one language asks in it; a vote comes back in the words that were shown.
fn choice(parts: &NoteParts<'_>, answer: &Answer, tally: &Tally, n: usize) -> Value {
    let shown = parts.lang.and_then(|lang| answer.in_language(lang)).unwrap_or(&answer.text);
    let main = parts.post.main().map(|version| (version.lang.wire().to_owned(), json!(answer.text)));
    let others = answer.texts.iter().map(|(lang, text)| (lang.wire().to_owned(), json!(text)));
    let mut names = Map::new();
    for (lang, text) in main.into_iter().chain(others) {
        names.entry(lang).or_insert(text);
    }
    json!({
        "type": "Note",
        "name": shown,
        "nameMap": names,
        "replies": { "type": "Collection", "totalItems": tally.votes.get(n).copied().unwrap_or_default() },
    })
}
