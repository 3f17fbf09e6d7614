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
    pub imprint: &'static str,
    pub terms: &'static str,
    pub phone: &'static str,
    /// Digital Services Act, Article 11.
    pub for_authorities: &'static str,
    /// Article 12.
    pub for_readers: &'static str,
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
    pub last_post: &'static str,
    pub official: &'static str,
    pub follow: &'static str,
    pub follow_how: &'static str,
    pub by_feed: &'static str,
    pub tab_posts: &'static str,
    pub tab_replies: &'static str,
    pub pinned: &'static str,
    pub sample: &'static str,
    pub sample_says: &'static str,
    pub moved: &'static str,
    pub profile_says: &'static str,

    pub post_by: &'static str,
    pub in_reply: &'static str,
    pub in_reply_unseen: &'static str,
    pub also_in: &'static str,
    pub megabyte: &'static str,
    pub download: &'static str,
    pub captions: &'static str,
    pub transcript: &'static str,
    pub play: &'static str,
    /// The same without captions.
    pub play_sound: &'static str,
    pub video_by: &'static str,
    pub sound_by: &'static str,
    pub to_post: &'static str,
    pub without: &'static str,
    pub no_speech: &'static str,
    pub in_picture: &'static str,
    pub in_text: &'static str,
    pub description: &'static str,
    pub sensitive: &'static str,
    pub warning: &'static str,
    pub edited: &'static str,
    pub versions: Plural,
    pub history: &'static str,
    pub history_says: &'static str,
    pub changed: &'static str,
    pub first: &'static str,
    pub files_changed: &'static str,
    pub skipped: Plural,
    pub likes: Plural,
    pub boosts: Plural,
    pub replies: Plural,
    pub join: &'static str,
    pub join_how: &'static str,

    pub quotes: &'static str,
    pub voters: Plural,
    pub poll_open: &'static str,
    pub poll_closed: &'static str,
    pub poll_multiple: &'static str,

    pub podcast: &'static str,
    pub podcasts: &'static str,
    pub subscribe: &'static str,
    pub subscribe_how: &'static str,
    pub episodes: &'static str,
    pub all_episodes: &'static str,
    pub season: &'static str,
    pub episode: &'static str,
    pub trailer: &'static str,
    pub bonus: &'static str,
    pub explicit: &'static str,
    pub chapters: &'static str,
    pub more: &'static str,
    pub persons: &'static str,
    pub host: &'static str,
    pub guest: &'static str,

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
    pub reason: &'static str,
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
        ALL.iter().copied().find(|words| words.lang == lang.primary()).unwrap_or(&en::WORDS)
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
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                grouped.push(self.group);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// "12.3 MB"
    pub fn megabytes(&self, bytes: u64) -> String {
        let tenths = (bytes / 100_000).max(1);
        let point = if self.group == ',' { '.' } else { ',' };
        format!("{}{point}{} {}", self.number(tenths / 10), tenths % 10, self.megabyte)
    }
}

/// Puts a word into a sentence's blank.
pub fn fill(sentence: &str, word: &str) -> String {
    sentence.replacen("{}", word, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_counts_follow_the_language() {
        let [en, de, fr] = ALL;
        assert_eq!(en.number(38_410), "38,410");
        assert_eq!(de.number(1_234_567), "1.234.567");
        assert_eq!(fr.number(100), "100");
        assert_eq!(en.count(&en.replies, 0), "0 replies");
        assert_eq!(en.count(&en.replies, 1), "1 reply");
        assert_eq!(fr.count(&fr.replies, 0), "0 réponse");
        assert_eq!(de.count(&de.followers, 2_000), "2.000 Follower");
        assert_eq!((en.megabytes(12_345_678), de.megabytes(9)), ("12.3 MB".to_owned(), "0,1 MB".to_owned()));
    }

    #[test]
    fn a_sentence_has_at_most_one_blank() {
        for words in ALL {
            for sentence in [
                words.in_reply,
                words.not_ours,
                words.moved,
                words.gone_on,
                words.hidden.one,
                words.edited,
                words.changed,
                words.first,
                words.reason,
                words.season,
                words.episode,
                words.without,
                words.video_by,
            ] {
                assert_eq!(sentence.matches("{}").count(), 1, "{sentence}");
            }
            for plural in [&words.hidden, &words.waiting, &words.elsewhere, &words.replies, &words.posts] {
                assert_eq!(plural.other.matches("{}").count(), 1, "{}", plural.other);
            }
        }
    }
}
