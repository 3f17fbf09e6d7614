//! A poll on a page: each answer with its share, readable without the bar.

use super::shell::Scene;
use super::words::fill;
use crate::model::post::Version;
use crate::views::post::PostView;

/// How a poll stands.
pub struct PollItem {
    pub answers: Vec<AnswerRow>,
    /// How many voted, and until when one can.
    pub facts: String,
}

pub struct AnswerRow {
    pub text: String,
    /// Empty where the words are in the language of the version around them.
    pub lang: String,
    pub percent: u64,
}

impl PollItem {
    pub fn new(scene: &Scene<'_>, view: &PostView, version: &Version) -> Option<Self> {
        let (poll, tally) = (view.post().poll.as_ref()?, view.material.tally.as_ref()?);
        let main = view.post().main().map(|main| &main.lang);
        let row = |(n, answer): (usize, &crate::model::poll::Answer)| {
            let own = answer.in_language(&version.lang);
            let foreign = main.filter(|main| own.is_none() && **main != version.lang);
            AnswerRow {
                text: own.unwrap_or(&answer.text).to_owned(),
                lang: foreign.map(ToString::to_string).unwrap_or_default(),
                percent: tally.percent(n),
            }
        };
        let closed = poll.result.is_some();
        let w = scene.w;
        let until = fill(if closed { w.poll_closed } else { w.poll_open }, &scene.moment(poll.ends));
        let mut facts = vec![w.count(&w.voters, tally.voters), until];
        if poll.multiple {
            facts.push(w.poll_multiple.to_owned());
        }
        Some(Self { answers: poll.answers.iter().enumerate().map(row).collect(), facts: facts.join(" · ") })
    }
}
