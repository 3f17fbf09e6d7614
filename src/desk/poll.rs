//! The poll in the composer: lines for its answers in each language, how many may be chosen, how long it is open.

use super::faults::Faults;
use super::form::{called, number};
use crate::base::lang::Lang;
use crate::error::{Error, Problem};
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

/// A field for an answer, and one for each other language.
#[derive(Debug)]
pub(super) struct Line {
    pub n: usize,
    pub id: String,
    pub text: String,
    /// In the other languages of the post, in their order.
    texts: Vec<String>,
}

impl Line {
    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.texts.iter().all(String::is_empty)
    }

    /// The fields for the other languages: id, language, what that is called, and words.
    pub(super) fn others<'a>(&'a self, langs: &'a [Lang]) -> impl Iterator<Item = (String, &'a Lang, String, &'a str)> {
        langs.iter().enumerate().map(|(at, lang)| {
            let text = self.texts.get(at).map(String::as_str).unwrap_or_default();
            (format!("{}-{}", self.id, number(at + 1)), lang, called(lang), text)
        })
    }
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
        Self::with(|_| (String::new(), Vec::new()), false, limits::poll::USUAL.as_secs())
    }

    /// As it came; `others` are the numbers of its other languages.
    pub(super) fn of(form: &Form, others: &[String]) -> Self {
        let lasts = form.find("lasts").and_then(|seconds| seconds.parse().ok());
        let words = |id: &str| form.text(id).trim().to_owned();
        let answer = |n: usize| {
            let texts = others.iter().map(|other| words(&format!("answer{n}-{other}"))).collect();
            (words(&format!("answer{n}")), texts)
        };
        Self::with(answer, form.find("multiple").is_some(), lasts.unwrap_or(limits::poll::USUAL.as_secs()))
    }

    pub(super) fn of_poll(poll: &NewPoll, langs: &[Lang]) -> Self {
        let words = |answer: &Answer| {
            let text = |lang| answer.in_language(lang).unwrap_or_default().to_owned();
            (answer.text.clone(), langs.iter().map(text).collect())
        };
        let answer = |n: usize| poll.answers.get(n - 1).map(words).unwrap_or_default();
        Self::with(answer, poll.multiple, poll.lasts)
    }

    fn with(answer: impl Fn(usize) -> (String, Vec<String>), multiple: bool, lasts: u64) -> Self {
        let line = |n: usize| {
            let (text, texts) = answer(n);
            Line { n, id: format!("answer{n}"), text, texts }
        };
        Self { lines: (1..=limits::poll::ANSWERS).map(line).collect(), multiple, lasts }
    }

    /// Whether anything was typed, or is wrong with it: then it is shown open.
    pub(super) fn is_open(&self, faults: &Faults) -> bool {
        self.lines.iter().any(|line| !line.is_empty() || faults.at(&line.id).is_some())
    }

    /// Lengths of time, and which is chosen.
    pub(super) fn times(&self) -> impl Iterator<Item = (u64, &'static str, bool)> {
        TIMES.into_iter().map(|(seconds, words)| (seconds, words, seconds == self.lasts))
    }

    /// The poll, if there are answers; `langs` are the other languages. What is wrong with it becomes a fault at its
    /// field.
    pub(super) fn read(&self, langs: &[Lang], faults: &mut Faults) -> Option<NewPoll> {
        let mut answers = Vec::new();
        for line in self.lines.iter().filter(|line| !line.is_empty()) {
            if line.text.is_empty() {
                let what = format!("Answer {} has words in another language alone.", line.n);
                let problem = Problem::new("E520", what);
                faults.push(&line.id, &problem.remedy("Write it in the main language too, or empty its fields."));
            }
            let texts = langs.iter().cloned().zip(line.texts.iter().cloned());
            answers
                .push(Answer { text: line.text.clone(), texts: texts.filter(|(_, text)| !text.is_empty()).collect() });
        }
        if answers.is_empty() {
            return None;
        }
        let poll = NewPoll { answers, multiple: self.multiple, lasts: self.lasts };
        if let Err(Error::Invalid(problem)) = poll.check()
            && !faults.has("E520")
        {
            faults.push(problem.field.unwrap_or("answer1"), &problem);
        }
        Some(poll)
    }
}
