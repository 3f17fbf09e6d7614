//! A poll: a question with answers to choose from, until a moment.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::lang::Lang;
use crate::base::text;
use crate::base::time::Timestamp;
use crate::error::{Problem, Result};
use crate::limits;

/// What an author hands in. How long it lasts counts from the moment of publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPoll {
    pub answers: Vec<Answer>,
    /// More than one may be chosen.
    #[serde(default)]
    pub multiple: bool,
    /// Seconds.
    pub lasts: u64,
}

/// A poll of a published post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    pub answers: Vec<Answer>,
    #[serde(default)]
    pub multiple: bool,
    pub ends: Timestamp,
    /// What came of it, once it is over and the votes are forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Tally>,
    /// It is over, and nobody's vote is kept any more.
    #[serde(default)]
    pub settled: bool,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// In the post's main language: by these words other servers name it when somebody chooses it.
    pub text: String,
    /// In its other languages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<(Lang, String)>,
}

/// How often each answer was chosen, and by how many in all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub votes: Vec<u64>,
    pub voters: u64,
}

/// What somebody chose, kept until the poll is over: nobody votes twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Vote {
    /// A bit for each answer.
    pub chosen: u32,
}

impl Answer {
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), texts: Vec::new() }
    }

    /// Its words in a language, where it has them.
    pub fn in_language(&self, lang: &Lang) -> Option<&str> {
        self.texts.iter().find(|(of, _)| of == lang).map(|(_, text)| text.as_str())
    }
}

impl NewPoll {
    pub fn check(&self) -> Result<()> {
        let (least, most) = (limits::poll::LEAST, limits::poll::ANSWERS);
        if self.answers.len() < least || self.answers.len() > most {
            let what = format!("A poll has {least} to {most} answers; this one has {}.", self.answers.len());
            return Err(Problem::new("E195", what).field("answer1").into());
        }
        self.answers.iter().try_for_each(Answer::check)?;
        self.check_difference()?;
        let lasts = Duration::from_secs(self.lasts);
        if lasts < limits::poll::SHORTEST || lasts > limits::poll::LONGEST {
            return Err(Problem::new("E198", "A poll lasts 5 minutes to 31 days.").field("lasts").into());
        }
        Ok(())
    }

    /// Who chooses an answer names it by its words: two with the same words could not be told apart.
    fn check_difference(&self) -> Result<()> {
        let folded: Vec<String> = self.answers.iter().map(|answer| folded(&answer.text)).collect();
        let twice = folded.iter().enumerate().find(|(n, words)| folded.iter().take(*n).any(|other| other == *words));
        let Some((n, _)) = twice else { return Ok(()) };
        let words = self.answers.get(n).map(|answer| answer.text.as_str()).unwrap_or_default();
        Err(Problem::new("E197", format!("The answer '{words}' stands in the poll twice.")).field("answer1").into())
    }

    /// The poll of a post that is published now.
    pub fn opened(&self, now: Timestamp) -> Poll {
        Poll {
            answers: self.answers.clone(),
            multiple: self.multiple,
            ends: now.plus(Duration::from_secs(self.lasts)),
            result: None,
            settled: false,
        }
    }
}

impl Answer {
    fn check(&self) -> Result<()> {
        let texts = std::iter::once(&self.text).chain(self.texts.iter().map(|(_, text)| text));
        for words in texts {
            let fits = words.chars().count() <= limits::poll::ANSWER
                && !words.contains(['\n', '\t'])
                && words.chars().all(text::printable);
            if words.trim().is_empty() || !fits {
                let what = format!("An answer of a poll has 1 to {} characters on one line.", limits::poll::ANSWER);
                return Err(Problem::new("E196", what).field("answer1").into());
            }
        }
        Ok(())
    }
}

fn folded(words: &str) -> String {
    words.trim().to_lowercase()
}

impl Poll {
    /// Whether a vote counts at a moment.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.result.is_none() && now < self.ends
    }

    /// The place of the answer that a vote names, in the main language or another.
    pub fn named(&self, words: &str) -> Option<usize> {
        let folded_words = folded(words);
        let main = |answer: &Answer| folded(&answer.text) == folded_words;
        let other = |answer: &Answer| answer.texts.iter().any(|(_, text)| folded(text) == folded_words);
        self.answers.iter().position(main).or_else(|| self.answers.iter().position(other))
    }

    /// What a vote for the answer at `place` makes of what its voter chose before; none when it changes nothing. A
    /// choice that was made stays, as on Mastodon.
    pub fn chosen(&self, before: Vote, place: usize) -> Option<Vote> {
        let bit = 1_u32.checked_shl(u32::try_from(place).ok()?)?;
        let free = if self.multiple { before.chosen & bit == 0 } else { before.chosen == 0 };
        (free && place < self.answers.len()).then_some(Vote { chosen: before.chosen | bit })
    }
}

impl Tally {
    /// The share of an answer in the hundred, of those who voted; 0 while nobody has.
    pub fn percent(&self, place: usize) -> u64 {
        let votes = self.votes.get(place).copied().unwrap_or_default();
        (votes * 200 + self.voters).checked_div(self.voters * 2).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(words: &[&str]) -> NewPoll {
        NewPoll { answers: words.iter().map(|words| Answer::plain(*words)).collect(), multiple: false, lasts: 3_600 }
    }

    fn refused(poll: &NewPoll) -> &'static str {
        match poll.check() {
            Err(crate::error::Error::Invalid(problem)) => problem.id,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        assert!(poll(&["Yes", "No"]).check().is_ok());
        assert_eq!(refused(&poll(&["Yes"])), "E195");
        assert_eq!(refused(&poll(&["1", "2", "3", "4", "5", "6", "7", "8", "9"])), "E195");
        assert_eq!(refused(&poll(&["Yes", "  "])), "E196");
        assert_eq!(refused(&poll(&["Yes", &"x".repeat(101)])), "E196");
        assert_eq!(refused(&poll(&["Yes", "N\no"])), "E196");
        assert_eq!(refused(&poll(&["Yes", "yes "])), "E197");
        assert_eq!(refused(&NewPoll { lasts: 299, ..poll(&["Yes", "No"]) }), "E198");
        assert_eq!(refused(&NewPoll { lasts: u64::MAX, ..poll(&["Yes", "No"]) }), "E198");
    }

    #[test]
    fn one_choice_is_one_and_several_are_each_once() {
        let one = poll(&["Yes", "No"]).opened(Timestamp(0));
        let vote = one.chosen(Vote::default(), one.named("No").unwrap()).unwrap();
        assert_eq!(vote.chosen, 2);
        assert_eq!(one.chosen(vote, 0), None);
        let many = NewPoll { multiple: true, ..poll(&["A", "B", "C"]) }.opened(Timestamp(0));
        let both = many.chosen(many.chosen(Vote::default(), 0).unwrap(), 2).unwrap();
        assert_eq!(both.chosen, 5);
        assert_eq!((many.chosen(both, 2), many.chosen(both, 3)), (None, None));
        assert_eq!(one.named("Perhaps"), None);
        assert!(one.is_open(Timestamp(3_599_999)) && !one.is_open(Timestamp(3_600_000)));
    }

    #[test]
    fn shares_are_of_those_who_voted() {
        let tally = Tally { votes: vec![1, 2, 0], voters: 3 };
        assert_eq!([tally.percent(0), tally.percent(1), tally.percent(2), tally.percent(9)], [33, 67, 0, 0]);
        assert_eq!(Tally::default().percent(0), 0);
    }
}
