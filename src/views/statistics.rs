//! What the institution may know of how it is heard: counts by day, by server and by post. Nobody is named, and nothing
//! is asked of readers.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::base::time::{Timestamp, day_number, day_of, midnight};
use crate::error::Result;
use crate::limits::desk::COUNTED_POSTS;
use crate::limits::desk::SHORT_WORDS;
use crate::model::day::{Day, Places};
use crate::model::ids::{AccountId, PostId};
use crate::model::post::{Post, ReplyTo};
use crate::model::reach::Reach;
use crate::store::counts::{self, Count};
use crate::store::{Rows, days, notes, posts, reach};

/// From one day to another, both included, on the institution's calendar.
#[derive(Debug, Clone)]
pub struct Period {
    pub first: Date,
    pub last: Date,
    pub zone: TimeZone,
}

#[derive(Debug)]
pub struct Statistics {
    /// Followers by day, of the days that were counted.
    pub days: Vec<(Date, u64)>,
    /// Where they are, by the last count of the period.
    pub places: Option<Places>,
    /// What was published, newest first. Answers to strangers are counted, not listed.
    pub posts: Vec<Told>,
    /// Seconds from a stranger's words to our answer to them, shortest first.
    pub answers: Vec<u64>,
    /// More was published than was looked at: the newest of it is here.
    pub is_cut: bool,
}

/// What became of a post.
#[derive(Debug)]
pub struct Told {
    pub id: PostId,
    pub first_words: String,
    pub published: Timestamp,
    pub day: Date,
    pub reach: Reach,
    pub likes: u64,
    pub boosts: u64,
    pub replies: u64,
}

impl Period {
    /// So many days up to today.
    pub fn up_to(today: Date, days: u64, zone: TimeZone) -> Self {
        let first = day_of(day_number(today).saturating_sub(days.saturating_sub(1)));
        Self { first, last: today, zone }
    }

    pub fn month(of: Date, zone: TimeZone) -> Self {
        Self { first: of.first_of_month(), last: of.last_of_month(), zone }
    }

    fn has(&self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }

    pub fn day(&self, moment: Timestamp) -> Date {
        moment.in_zone(&self.zone).date()
    }

    /// An id that is newer than all of the period.
    fn end(&self) -> Option<PostId> {
        midnight(self.last.tomorrow().ok()?, &self.zone).map(PostId::first_at)
    }
}

impl Statistics {
    /// `today`'s followers are those of now: what was counted an hour ago would contradict what posts reached since.
    pub fn of(rows: &impl Rows, account: AccountId, period: &Period, today: Date) -> Result<Self> {
        let counted = days::between(rows, account, day_number(period.first), day_number(period.last))?;
        let places = counted.iter().rev().find_map(|(_, day): &(u64, Day)| day.places.clone());
        let mut all = Self {
            days: counted.into_iter().map(|(day, row)| (day_of(day), row.followers)).collect(),
            places,
            posts: Vec::new(),
            answers: Vec::new(),
            is_cut: false,
        };
        if period.has(today) {
            all.days.retain(|(day, _)| *day != today);
            all.days.push((today, counts::get(rows, Count::Followers(account))?));
        }
        let published = posts::of_account(rows, account, period.end(), COUNTED_POSTS)?;
        all.is_cut = published.len() == COUNTED_POSTS;
        for post in published {
            let day = period.day(post.published);
            if !period.has(day) {
                all.is_cut = false;
                break;
            }
            match post.reply_to {
                Some(ReplyTo::Note(id)) => {
                    let note = notes::get(rows, id)?;
                    all.answers.extend(note.map(|note| post.published.since(note.received).as_secs()));
                }
                Some(ReplyTo::Own(_)) | None => all.posts.push(told(rows, &post, day)?),
            }
        }
        all.answers.sort_unstable();
        Ok(all)
    }

    /// Half of the answers came sooner. In seconds; none when nobody was answered.
    pub fn median(&self) -> Option<u64> {
        self.answers.get(self.answers.len() / 2).copied()
    }
}

fn told(rows: &impl Rows, post: &Post, day: Date) -> Result<Told> {
    let first = post.activities.first();
    Ok(Told {
        id: post.id,
        first_words: post.main().map(|version| version.first_words(SHORT_WORDS)).unwrap_or_default(),
        published: post.published,
        day,
        reach: first.map_or_else(|| Ok(Reach::default()), |activity| reach::of(rows, *activity))?,
        likes: counts::get(rows, Count::Likes(post.id))?,
        boosts: counts::get(rows, Count::Boosts(post.id))?,
        replies: counts::get(rows, Count::Replies(post.id))?,
    })
}
