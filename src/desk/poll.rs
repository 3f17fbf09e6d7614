//! The poll in the composer: lines for its answers, how many may be chosen, how long it is open.

use super::faults::Faults;
use crate::error::Error;
use crate::limits;
use crate::model::poll::{Answer, NewPoll};
use crate::web::request::Form;

/// What stands in the fields, as far as somebody got.
#[derive(Debug, Default)]
pub(super) struct PollForm {
    pub lines: Vec<Line>,
    pub multiple: bool,
    /// Seconds.
    lasts: u64,
}

/// A field for an answer.
#[derive(Debug)]
pub(super) struct Line {
    pub n: usize,
    pub id: String,
    pub text: String,
}

/// How long polls are open, as it is chosen.
const TIMES: [(u64, &str); 7] = [
    (1_800, "30 minutes"),
    (3_600, "1 hour"),
    (6 * 3_600, "6 hours"),
    (86_400, "1 day"),
    (3 * 86_400, "3 days"),
    (7 * 86_400, "7 days"),
    (14 * 86_400, "14 days"),
];

impl PollForm {
    pub(super) fn blank() -> Self {
        Self::with(|_| String::new(), false, limits::poll::USUAL.as_secs())
    }

    pub(super) fn of(form: &Form) -> Self {
        let lasts = form.find("lasts").and_then(|seconds| seconds.parse().ok());
        let answer = |id: &str| form.text(id).trim().to_owned();
        Self::with(answer, form.find("multiple").is_some(), lasts.unwrap_or(limits::poll::USUAL.as_secs()))
    }

    pub(super) fn of_poll(poll: &NewPoll) -> Self {
        let text = |n: usize| poll.answers.get(n - 1).map(|answer| answer.text.clone()).unwrap_or_default();
        let answer = |id: &str| id.trim_start_matches("answer").parse().map(text).unwrap_or_default();
        Self::with(answer, poll.multiple, poll.lasts)
    }

    fn with(answer: impl Fn(&str) -> String, multiple: bool, lasts: u64) -> Self {
        let line = |n: usize| {
            let id = format!("answer{n}");
            Line { n, text: answer(&id), id }
        };
        Self { lines: (1..=limits::poll::ANSWERS).map(line).collect(), multiple, lasts }
    }

    /// Whether anything was typed, or is wrong with it: then it is shown open.
    pub(super) fn is_open(&self, faults: &Faults) -> bool {
        self.lines.iter().any(|line| !line.text.is_empty()) || faults.at("answer1").is_some()
    }

    /// Lengths of time, and which is chosen.
    pub(super) fn times(&self) -> impl Iterator<Item = (u64, &'static str, bool)> {
        TIMES.into_iter().map(|(seconds, words)| (seconds, words, seconds == self.lasts))
    }

    /// The poll, if there are answers. What is wrong with it becomes a fault at its field.
    pub(super) fn read(&self, faults: &mut Faults) -> Option<NewPoll> {
        let answers: Vec<Answer> =
            self.lines.iter().filter(|line| !line.text.is_empty()).map(|line| Answer::plain(&line.text)).collect();
        if answers.is_empty() {
            return None;
        }
        let poll = NewPoll { answers, multiple: self.multiple, lasts: self.lasts };
        if let Err(Error::Invalid(problem)) = poll.check() {
            faults.push(problem.field.unwrap_or("answer1"), &problem);
        }
        Some(poll)
    }
}
