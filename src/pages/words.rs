//! Every word of the interface, one struct per language. A new language is a new file beside `en.rs` and a line in
//! `ALL`: the compiler asks for each sentence. `{}` is the one blank a sentence may have.

mod de;
mod en;
mod fr;

use crate::base::lang::Lang;

/// Languages with words of their own, English first: it stands in for all others.
pub static ALL: [&Words; 3] = [&en::WORDS, &de::WORDS, &fr::WORDS];

/// A counted thing in the two forms that the languages here have.
pub struct Plural {
    pub one: &'static str,
    pub other: &'static str,
}

pub struct Words {
    /// Language tag of these words.
    pub lang: &'static str,
    pub months: [&'static str; 12],
    /// `{d}`, `{m}`, `{y}`, `{t}`: day, month, year, time of day.
    pub moment: &'static str,
    pub day: &'static str,
    /// The first day of a month, as French wants it: "1er".
    pub first: &'static str,
    /// Between groups of three digits.
    pub group: char,
    /// French says "0 réponse".
    pub zero_is_one: bool,

    pub skip: &'static str,
    pub site: &'static str,
    pub accounts: &'static str,
    pub about: &'static str,
    pub privacy: &'static str,
    pub accessibility: &'static str,
    pub feeds: &'static str,
    pub times_in: &'static str,
    pub trial: &'static str,
    pub trial_says: &'static str,

    pub home_title: &'static str,
    pub lead: &'static str,
    pub latest: &'static str,
    pub all_posts: &'static str,
    pub nothing_yet: &'static str,
    pub older: &'static str,
    pub newest: &'static str,
    pub pages: &'static str,

    pub posts: Plural,
    pub followers: Plural,
    pub since: &'static str,
    pub last_post: &'static str,
    pub official: &'static str,
    pub follow: &'static str,
    pub follow_how: &'static str,
    pub by_feed: &'static str,
    pub tab_posts: &'static str,
    pub tab_replies: &'static str,
    pub pinned: &'static str,
    pub sample: &'static str,
    pub moved: &'static str,
    pub profile_says: &'static str,

    pub post_by: &'static str,
    pub in_reply: &'static str,
    pub also_in: &'static str,
    pub description: &'static str,
    pub sensitive: &'static str,
    pub warning: &'static str,
    pub edited: &'static str,
    pub likes: Plural,
    pub boosts: Plural,
    pub replies: Plural,
    pub join: &'static str,
    pub join_how: &'static str,

    pub replies_title: &'static str,
    pub no_replies: &'static str,
    pub not_ours: &'static str,
    pub hidden: Plural,
    pub waiting: Plural,
    pub elsewhere: Plural,
    pub replies_closed: &'static str,
    pub ours: &'static str,
    pub file: &'static str,

    pub tagged: &'static str,

    pub about_what: &'static str,
    pub about_fediverse: &'static str,
    pub about_counts: &'static str,
    pub privacy_readers: &'static str,
    pub privacy_others: &'static str,
    pub privacy_kept: &'static str,
    pub privacy_copies: &'static str,
    pub accessibility_says: &'static str,
    pub accessibility_tell: &'static str,
    pub contact: &'static str,
    pub software: &'static str,
    pub software_says: &'static str,

    pub not_found: &'static str,
    pub not_found_typed: &'static str,
    pub not_found_pasted: &'static str,
    pub gone: &'static str,
    pub gone_says: &'static str,
    pub gone_on: &'static str,
    pub busy: &'static str,
    pub busy_wait: &'static str,
    pub broken: &'static str,
    pub broken_later: &'static str,
    pub broken_number: &'static str,
    pub bad_request: &'static str,
    pub to_accounts: &'static str,
}

impl Words {
    /// The words for a language: its own, or English.
    pub fn of(lang: &Lang) -> &'static Self {
        let tag = lang.as_str();
        let primary = tag.split('-').next().unwrap_or(tag);
        ALL.iter().copied().find(|words| words.lang == primary).unwrap_or(ALL[0])
    }

    /// Whether a page in this language needs no other words.
    pub fn fits(&self, lang: &Lang) -> bool {
        lang.as_str().split('-').next() == Some(self.lang)
    }

    /// "38,410 followers"
    pub fn count(&self, what: &Plural, n: u64) -> String {
        let one = n == 1 || (n == 0 && self.zero_is_one);
        fill(if one { what.one } else { what.other }, &self.number(n))
    }

    /// Digits in groups of three.
    pub fn number(&self, n: u64) -> String {
        let digits = n.to_string();
        let mut grouped = String::with_capacity(digits.len() + 4);
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i) % 3 == 0 {
                grouped.push(self.group);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// "23 November 2026, 10:15"
    pub fn moment(&self, at: &jiff::Zoned) -> String {
        self.date(self.moment, at)
    }

    /// "23 November 2026"
    pub fn day(&self, at: &jiff::Zoned) -> String {
        self.date(self.day, at)
    }

    /// "March 2022"
    pub fn month(&self, at: &jiff::Zoned) -> String {
        format!("{} {}", self.month_name(at), at.year())
    }

    fn month_name(&self, at: &jiff::Zoned) -> &'static str {
        let index = usize::try_from(at.month() - 1).unwrap_or_default();
        self.months.get(index).copied().unwrap_or_default()
    }

    fn date(&self, form: &str, at: &jiff::Zoned) -> String {
        let day = if at.day() == 1 { self.first.to_owned() } else { at.day().to_string() };
        form.replace("{d}", &day)
            .replace("{m}", self.month_name(at))
            .replace("{y}", &at.year().to_string())
            .replace("{t}", &format!("{:02}:{:02}", at.hour(), at.minute()))
    }
}

/// Puts a word into a sentence's blank.
pub fn fill(sentence: &str, word: &str) -> String {
    sentence.replacen("{}", word, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;

    #[test]
    fn numbers_and_counts_follow_the_language() {
        let [en, de, fr] = ALL;
        assert_eq!(en.number(38_410), "38,410");
        assert_eq!(de.number(1_234_567), "1.234.567");
        assert_eq!(fr.number(100), "100");
        assert_eq!(en.count(&en.replies, 0), "0 replies");
        assert_eq!(en.count(&en.replies, 1), "1 reply");
        assert_eq!(fr.count(&fr.replies, 0), "0 réponse");
        assert_eq!(de.count(&de.followers, 2_000), "2.000 folgen");
    }

    #[test]
    fn dates_follow_the_language_and_the_zone() {
        let zone = jiff::tz::TimeZone::get("Europe/Brussels").unwrap();
        let at = Timestamp(1_795_424_400_000).in_zone(&zone);
        let [en, de, fr] = ALL;
        assert_eq!(en.moment(&at), "23 November 2026, 10:00");
        assert_eq!(de.moment(&at), "23. November 2026, 10:00 Uhr");
        assert_eq!(fr.moment(&at), "23 novembre 2026 à 10:00");
        assert_eq!(fr.month(&at), "novembre 2026");
    }

    #[test]
    fn a_sentence_has_at_most_one_blank() {
        for words in ALL {
            for sentence in [words.in_reply, words.not_ours, words.moved, words.gone_on, words.hidden.one, words.edited] {
                assert_eq!(sentence.matches("{}").count(), 1, "{sentence}");
            }
            for plural in [&words.hidden, &words.waiting, &words.elsewhere, &words.replies, &words.posts] {
                assert_eq!(plural.other.matches("{}").count(), 1, "{}", plural.other);
            }
        }
    }
}
