//! A poll, from the words that were typed.

use super::super::args::poll::Poll;
use crate::base::lang::Lang;
use crate::error::{Problem, Result};
use crate::limits;
use crate::model::poll::{Answer, NewPoll};

/// The poll of a new post, if there are answers.
pub fn poll(typed: Poll) -> Result<Option<NewPoll>> {
    if typed.answer.is_empty() {
        return Ok(None);
    }
    let lasts = match &typed.open_for {
        Some(words) => seconds(words)?,
        None => limits::poll::USUAL.as_secs(),
    };
    let mut answers: Vec<Answer> = typed.answer.into_iter().map(Answer::plain).collect();
    let mut words = typed.answer_in.into_iter();
    while let (Some(code), Some(text)) = (words.next(), words.next()) {
        let lang: Lang = code.parse()?;
        let next = answers.iter_mut().find(|answer| answer.in_language(&lang).is_none());
        let answer = next.ok_or_else(|| {
            Problem::new("E002", format!("There are more answers in {lang} than in the main language."))
                .remedy("Give each --answer at most one --answer-in for each language.")
        })?;
        answer.texts.push((lang, text));
    }
    Ok(Some(NewPoll { answers, multiple: typed.multiple, lasts }))
}

/// `30m`, `12h`, `3d` as seconds.
fn seconds(words: &str) -> Result<u64> {
    let unit = |last| match last {
        'm' => Some(60),
        'h' => Some(3_600),
        'd' => Some(86_400),
        _ => None,
    };
    let read = || {
        let number: u64 = words.get(..words.len().checked_sub(1)?)?.parse().ok()?;
        number.checked_mul(unit(words.chars().last()?)?)
    };
    read().ok_or_else(|| {
        Problem::new("E002", format!("'{words}' is no length of time."))
            .remedy("Write a number and m, h or d: 30m, 12h, 3d.")
            .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(answer_in: &[&str], open_for: Option<&str>) -> Poll {
        Poll {
            answer: vec!["Yes".into(), "No".into()],
            answer_in: answer_in.iter().map(|word| (*word).to_owned()).collect(),
            multiple: false,
            open_for: open_for.map(str::to_owned),
        }
    }

    #[test]
    fn answers_are_paired_with_their_languages() {
        let poll = poll(typed(&["de", "Ja", "fr", "Oui", "de", "Nein"], Some("3d"))).unwrap().unwrap();
        let de: Lang = "de".parse().unwrap();
        let german: Vec<_> = poll.answers.iter().map(|answer| answer.in_language(&de)).collect();
        assert_eq!((german, poll.lasts), (vec![Some("Ja"), Some("Nein")], 259_200));
        assert_eq!(poll.answers[1].in_language(&"fr".parse().unwrap()), None);
        assert!(super::poll(typed(&["de", "Ja", "de", "Nein", "de", "Doch"], None)).is_err());
    }

    #[test]
    fn nonsense_is_no_time() {
        for wrong in ["", "3", "d", "3w", "-1h", "99999999999999999999d", "18446744073709551615d", "3 d", "3\u{e4}"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        assert_eq!(seconds("90m").unwrap(), 5_400);
    }
}
