//! Poll.

use serde_json::{Value, json};

use crate::model::post::Material;

/// The poll of a post of ours, if it has one.
pub fn poll(material: &Material) -> Option<Value> {
    let (poll, tally) = (material.post.poll.as_ref()?, material.tally.as_ref()?);
    let options = poll.answers.iter().enumerate();
    let options = options.map(|(n, answer)| json!({ "title": answer.text, "votes_count": tally.votes.get(n) }));
    Some(json!({
        "id": material.post.id.to_string(),
        "expires_at": poll.ends.rfc3339_millis(),
        "expired": poll.result.is_some(),
        "multiple": poll.multiple,
        "votes_count": tally.votes.iter().sum::<u64>(),
        "voters_count": tally.voters,
        "options": options.collect::<Vec<_>>(),
        "emojis": [],
    }))
}
