//! Dates that have passed: most often last year's text, or a slip in January. Careful: what is more than a year back is
//! told as history.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::base::lang::{self, Lang};
use crate::limits;

/// What to say about the first date of a text that has passed lately.
pub(super) fn past(text: &str, lang: &Lang, today: Date) -> Option<String> {
    let since = today.checked_sub(limits::advice::PAST_DAYS.days()).ok()?;
    let (shown, _) = all(text, lang).into_iter().find(|(_, date)| *date < today && *date >= since)?;
    Some(format!("“{shown}” is in the past: check the date."))
}

/// Dates with day, month and year: `2026-11-20`, `20.11.2026`, `20/11/2026`, and with the month's name in the text's
/// language or in English, in any order.
fn all(text: &str, lang: &Lang) -> Vec<(String, Date)> {
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let words: Vec<String> = text.split_whitespace().map(bare).filter(|word| !is_filler(word)).collect();
    let mut found: Vec<(String, Date)> =
        words.iter().filter_map(|word| Some((word.clone(), in_digits(word)?))).collect();
    found.extend(words.windows(3).filter_map(|three| Some((three.join(" "), named(three, lang)?))));
    found
}

/// Small words that stand between the parts of a date in some languages.
fn is_filler(word: &str) -> bool {
    matches!(word, "" | "de" | "del" | "of" | "the" | "ta" | "m" | "d" | "g" | "r" | "gada")
}

fn in_digits(word: &str) -> Option<Date> {
    let sign = word.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '-' | '.' | '/'))?;
    let parts: Vec<&str> = word.split(sign).collect();
    match (sign, parts.as_slice()) {
        ('-', [year, month, day]) if month.len() == 2 && day.len() == 2 => date(year, month.parse().ok()?, day),
        ('.' | '/', [day, month, year]) if month.len() <= 2 => date(year, month.parse().ok()?, day),
        _ => None,
    }
}

fn named(words: &[String], lang: &Lang) -> Option<Date> {
    let english = Lang::default();
    let month = |word: &str| lang::month(lang, word).or_else(|| lang::month(&english, word));
    let [first, second, third] = words else { return None };
    match (month(first), month(second)) {
        (None, Some(month)) => date(third, month, first).or_else(|| date(first, month, third)),
        (Some(month), None) => date(third, month, second),
        (None, None) => date(first, month(third)?, second),
        (Some(_), Some(_)) => None,
    }
}

/// `day` may end as in `1st`, `1er` or `1º`.
fn date(year: &str, month: i8, day: &str) -> Option<Date> {
    let ending = day.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = day.strip_suffix(ending).filter(|_| ending.chars().count() <= 2)?;
    let year = (year.len() == 4).then(|| year.parse().ok())??;
    Date::new(year, month, number.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(tag: &str, text: &str) -> Vec<Date> {
        all(text, &tag.parse().unwrap()).into_iter().map(|(_, date)| date).collect()
    }

    #[test]
    fn dates_are_read_as_europe_writes_them() {
        let date = Date::constant(2026, 3, 1);
        for (tag, text) in [
            ("en", "on 2026-03-01."),
            ("de", "am 01.03.2026, um zehn"),
            ("fr", "le 1/3/2026"),
            ("en", "on 1 March 2026 at 10"),
            ("en", "March 1, 2026"),
            ("en", "the 1st of March 2026"),
            ("de", "am 1. März 2026"),
            ("fr", "le 1er mars 2026"),
            ("es", "1 de marzo de 2026"),
            ("pl", "1 marca 2026 r."),
            ("hu", "2026. március 1."),
            ("lt", "2026 m. kovo 1 d."),
            ("lv", "2026. gada 1. martā, 2026. gada 1. marts"),
            ("el", "1 Μαρτίου 2026"),
            ("xx", "1 march 2026"),
        ] {
            assert!(found(tag, text).contains(&date), "{tag} {text}: {:?}", found(tag, text));
        }
    }

    #[test]
    fn what_is_no_whole_date_is_none() {
        for text in
            ["1.2.3", "31.02.2026", "20.11.", "Version 2026.11.20", "10/12", "1 May", "May 2026", "2026", "1-2-2026"]
        {
            assert_eq!(found("en", text), [], "{text}");
        }
    }

    #[test]
    fn only_what_has_passed_lately_is_told() {
        let today = Date::constant(2026, 11, 25);
        let past = |text: &str| past(text, &Lang::default(), today).is_some();
        assert!(past("24.11.2026") && past("2025-12-01"));
        assert!(!past("25.11.2026") && !past("26 November 2026") && !past("since 1 May 2020"));
    }
}
