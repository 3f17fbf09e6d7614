//! What the institution has to do about something that strangers said: whether it is open, who takes it, what is noted.
//! A stranger's note without a case is open; what was shared or quoted of a post of ours is one case for each post.

use serde::{Deserialize, Serialize};

use super::ids::{AccountId, CaseId, NoteId, PostId, UserId};
use crate::base::lang::Lang;
use crate::base::text;
use crate::base::time::Timestamp;
use crate::error::{Problem, Result};
use crate::limits;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stand {
    #[default]
    Open,
    /// Somebody has to hear from elsewhere first.
    Waiting,
    Done,
}

impl Stand {
    pub const ALL: [Self; 3] = [Self::Open, Self::Waiting, Self::Done];

    /// As it is typed and stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::Done => "done",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stand| stand.name() == name)
    }
}

/// What it is about. Notes and posts share one number space, so a case has the number of what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    Note(NoteId),
    /// What was shared and quoted of a post of ours.
    Shares(PostId),
}

impl About {
    pub fn case(self) -> CaseId {
        match self {
            Self::Note(id) => CaseId(id.0),
            Self::Shares(id) => CaseId(id.0),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub about: About,
    /// Of these accounts of ours.
    pub accounts: Vec<AccountId>,
    /// For every account that has not said otherwise (`apart`).
    #[serde(default)]
    pub stand: Stand,
    /// Where it is of several accounts, how far each is that has touched it: none of them closes it for another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apart: Vec<(AccountId, Stand)>,
    /// Who takes care of it.
    #[serde(default)]
    pub owner: Option<UserId>,
    /// For the institution alone, oldest first.
    #[serde(default)]
    pub remarks: Vec<Remark>,
    #[serde(default)]
    pub answering: Option<Answering>,
    /// Our answers, oldest first.
    #[serde(default)]
    pub answers: Vec<PostId>,
    /// When it was done for the first time.
    #[serde(default)]
    pub closed: Option<Timestamp>,
    /// How often the post had been shared when somebody last looked.
    #[serde(default)]
    pub seen: u64,
}

/// An internal note. Strangers' words are called notes in this house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Above those of all remarks before it.
    pub number: u32,
    /// None for the command line.
    pub by: Option<UserId>,
    /// Whose it is: to those who work for another account alone there is no such remark. Until November 2026 they were of
    /// all accounts of a case.
    #[serde(default)]
    pub account: Option<AccountId>,
    pub at: Timestamp,
    pub text: String,
}

/// Somebody has the form open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answering {
    pub who: UserId,
    pub until: Timestamp,
}

impl Case {
    /// Of what nobody has touched.
    pub fn new(about: About, accounts: Vec<AccountId>) -> Self {
        Self {
            about,
            accounts,
            stand: Stand::Open,
            apart: Vec::new(),
            owner: None,
            remarks: Vec::new(),
            answering: None,
            answers: Vec::new(),
            closed: None,
            seen: 0,
        }
    }

    pub fn id(&self) -> CaseId {
        self.about.case()
    }

    /// Who is answering at this moment.
    pub fn answering(&self, now: Timestamp) -> Option<UserId> {
        self.answering.filter(|answering| answering.until > now).map(|answering| answering.who)
    }

    /// How far it is for an account.
    pub fn stand_of(&self, account: AccountId) -> Stand {
        self.apart.iter().find(|(of, _)| *of == account).map_or(self.stand, |(_, stand)| *stand)
    }

    /// How far it is for whoever has to do with these accounts: as far as the slowest of them.
    pub fn stand_for(&self, seen: &[AccountId]) -> Stand {
        let stands =
            self.accounts.iter().filter(|account| seen.contains(account)).map(|account| self.stand_of(*account));
        stands.min().unwrap_or(self.stand)
    }

    /// What was noted for these accounts.
    pub fn remarks_for(&self, seen: &[AccountId]) -> impl Iterator<Item = &Remark> {
        self.remarks.iter().filter(move |remark| remark.account.is_none_or(|account| seen.contains(&account)))
    }

    /// Says how far it is for one of its accounts.
    pub fn set(&mut self, account: AccountId, stand: Stand, now: Timestamp) {
        self.apart.retain(|(of, _)| *of != account);
        if self.accounts == [account] {
            self.stand = stand;
        } else {
            self.apart.push((account, stand));
        }
        if stand == Stand::Done {
            self.answering = None;
            self.closed.get_or_insert(now);
        }
    }

    /// Writes a remark down.
    pub fn remark(&mut self, of: AccountId, by: Option<UserId>, at: Timestamp, text: &str) -> Result<()> {
        let text = text.trim();
        if text::is_blank(text) {
            return Err(Problem::new("E584", "The internal note is empty.").field("remark").into());
        }
        if text.chars().count() > limits::desk::REMARK {
            let what = format!("An internal note has at most {} characters.", limits::desk::REMARK);
            return Err(Problem::new("E584", what).field("remark").remedy("Shorten it, or make two of it.").into());
        }
        if self.remarks.len() >= limits::desk::REMARKS {
            let what = format!("There are {} internal notes already.", limits::desk::REMARKS);
            return Err(Problem::new("E584", what).field("remark").remedy("Erase those that are settled.").into());
        }
        let number = self.remarks.last().map_or(1, |last| last.number.saturating_add(1));
        self.remarks.push(Remark { number, by, account: Some(of), at, text: text.to_owned() });
        Ok(())
    }

    /// Whether so many shares are news: the first, and then each doubling since somebody looked.
    pub fn is_news(&self, shares: u64) -> bool {
        self.stand == Stand::Done && shares >= self.seen.saturating_mul(2).max(1)
    }
}

/// A text from which answers begin, in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canned {
    pub lang: Lang,
    /// What it is chosen by; strangers never see it.
    pub title: String,
    pub text: String,
}

impl Canned {
    pub fn check(&self) -> Result<()> {
        let title = self.title.chars().count();
        if text::is_blank(&self.title) || title > limits::desk::CANNED_TITLE {
            let what = format!("A title has 1 to {} characters; this one has {title}.", limits::desk::CANNED_TITLE);
            return Err(Problem::new("E585", what).field("title").into());
        }
        let length = crate::base::markup::length(&self.text);
        if text::is_blank(&self.text) || length > limits::post::TEXT {
            let what = format!("The text has {length} characters; 1 to {} are possible.", limits::post::TEXT);
            return Err(Problem::new("E585", what).field("text").into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case() -> Case {
        Case::new(About::Note(NoteId(7)), vec![AccountId(1)])
    }

    #[test]
    fn internal_notes_are_bounded_and_keep_their_numbers() {
        let mut case = case();
        for n in 1..=limits::desk::REMARKS {
            case.remark(AccountId(1), None, Timestamp(1), &format!(" note {n} ")).unwrap();
        }
        assert_eq!(case.remarks[0].text, "note 1");
        assert!(case.remark(AccountId(1), None, Timestamp(1), "one more").is_err());
        case.remarks.remove(0);
        case.remark(AccountId(1), None, Timestamp(1), "one more").unwrap();
        assert_eq!(case.remarks.last().unwrap().number as usize, limits::desk::REMARKS + 1);
        let mut fresh = self::case();
        let long = "ä".repeat(limits::desk::REMARK);
        assert!(fresh.remark(AccountId(1), None, Timestamp(1), "\u{200b} ").is_err());
        assert!(fresh.remark(AccountId(1), None, Timestamp(1), &format!("{long}!")).is_err());
        fresh.remark(AccountId(1), None, Timestamp(1), &long).unwrap();
    }

    #[test]
    fn who_answers_does_so_until_the_time_is_over_or_it_is_done() {
        let mut case = case();
        case.answering = Some(Answering { who: UserId(3), until: Timestamp(10) });
        assert_eq!((case.answering(Timestamp(9)), case.answering(Timestamp(10))), (Some(UserId(3)), None));
        case.set(AccountId(1), Stand::Done, Timestamp(5));
        assert_eq!((case.answering(Timestamp(6)), case.closed), (None, Some(Timestamp(5))));
        case.set(AccountId(1), Stand::Open, Timestamp(6));
        case.set(AccountId(1), Stand::Done, Timestamp(7));
        assert_eq!(case.closed, Some(Timestamp(5)), "the first time counts");
    }

    #[test]
    fn accounts_of_one_case_do_not_close_it_or_note_for_each_other() {
        let (press, library, other) = (AccountId(1), AccountId(2), AccountId(3));
        let mut case = Case::new(About::Note(NoteId(7)), vec![press, library]);
        case.set(library, Stand::Done, Timestamp(5));
        assert_eq!((case.stand_of(press), case.stand_of(library)), (Stand::Open, Stand::Done));
        assert_eq!((case.stand_for(&[library, other]), case.stand_for(&[library, press])), (Stand::Done, Stand::Open));
        case.set(library, Stand::Waiting, Timestamp(6));
        assert_eq!((case.stand_of(library), case.apart.len()), (Stand::Waiting, 1));
        case.remark(press, None, Timestamp(7), "for ourselves").unwrap();
        assert_eq!((case.remarks_for(&[library]).count(), case.remarks_for(&[library, press]).count()), (0, 1));
        let mut alone = self::case();
        alone.set(press, Stand::Done, Timestamp(5));
        assert_eq!((alone.stand, alone.apart.len()), (Stand::Done, 0));
    }

    #[test]
    fn shares_are_news_when_they_have_doubled() {
        let mut case = Case::new(About::Shares(PostId(7)), vec![AccountId(1)]);
        assert!(!case.is_news(9), "it is open already");
        case.set(AccountId(1), Stand::Done, Timestamp(1));
        case.seen = 5;
        assert_eq!((case.is_news(9), case.is_news(10)), (false, true));
        case.seen = 0;
        assert_eq!((case.is_news(0), case.is_news(1)), (false, true));
    }
}
