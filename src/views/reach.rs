//! How far a post has come: server by server, follower by follower.

use crate::base::time::Timestamp;
use crate::error::Result;
use crate::limits::delivery::{LIFETIME, TOGETHER};
use crate::limits::desk::SQUARES;
use crate::model::delivery::{Advice, Delivery, State};
use crate::model::ids::{AccountId, ActivityId, InboxId, ServerId};
use crate::model::post::Post;
use crate::model::reach::Reach;
use crate::store::deliveries::Name;
use crate::store::{Rows, actors, deliveries, follows, reach};

/// The way of one activity about a post.
#[derive(Debug)]
pub struct Way {
    pub activity: ActivityId,
    pub reach: Reach,
    /// When the first of those listed is tried again.
    pub next: Option<Timestamp>,
    /// A square for each inbox, by followers, most first; or, of too many inboxes, for equal shares of them.
    pub squares: Vec<Square>,
    pub are_shares: bool,
    /// Those that do not have it, by followers, most first: the stretch that was asked for.
    pub missing: Vec<Missing>,
    /// How many there are in all.
    pub all_missing: usize,
}

/// What a square of the picture stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Square {
    Has,
    Waits,
    Refuses,
}

/// An inbox that does not have it.
#[derive(Debug)]
pub struct Missing {
    pub server: ServerId,
    pub host: String,
    /// Domains of people there, where they are not the host: some of them.
    pub domains: Vec<String>,
    pub followers: u64,
    pub delivery: Delivery,
    /// The next try, while there is one.
    pub due: Option<Timestamp>,
    pub advice: Advice,
}

impl Missing {
    /// When it is given up.
    pub fn until(&self) -> Timestamp {
        self.delivery.created.plus(LIFETIME)
    }
}

/// What was said last about a post. Its languages may have gone out side by side: the one that came least far.
pub fn latest(rows: &impl Rows, post: &Post) -> Result<Option<(ActivityId, Reach)>> {
    let Some(newest) = post.activities.last() else { return Ok(None) };
    let mut found: Option<(ActivityId, Reach)> = None;
    for activity in post.activities.iter().rev().take_while(|id| newest.time().since(id.time()) < TOGETHER) {
        let reach = reach::of(rows, *activity)?;
        if found.as_ref().is_none_or(|(_, worst)| reach.done < worst.done) {
            found = Some((*activity, reach));
        }
    }
    Ok(found)
}

/// Of those that do not have it, up to `most` are looked at, from the place `from` on.
pub fn way(
    rows: &impl Rows,
    account: AccountId,
    activity: ActivityId,
    now: Timestamp,
    (from, most): (usize, usize),
) -> Result<Way> {
    let reach = reach::of(rows, activity)?;
    let states = deliveries::states(rows, activity)?;
    let shown = states.iter().filter(|(_, state)| square(*state).is_some()).count();
    let are_shares = shown > SQUARES || u64::try_from(shown).unwrap_or(u64::MAX) + reach.dropped < reach.inboxes;
    let mut squares = Vec::new();
    let mut missing: Vec<(u64, InboxId)> = Vec::new();
    for (inbox, state) in states {
        let Some(square) = square(state) else { continue };
        if square == Square::Has && are_shares {
            continue;
        }
        let followers = follows::behind(rows, account, inbox)?;
        if square != Square::Has {
            missing.push((followers, inbox));
        }
        squares.push((followers, square));
    }
    squares.sort_by(|(a, _), (b, _)| b.cmp(a));
    missing.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.cmp(y)));
    let squares = if are_shares { shares(&reach) } else { squares.into_iter().map(|(_, square)| square).collect() };
    let all_missing = missing.len();
    let mut listed = Vec::new();
    for (followers, inbox) in missing.into_iter().skip(from).take(most) {
        listed.extend(lacks(rows, (activity, inbox), followers, now)?);
    }
    let next = listed.iter().filter_map(|missing: &Missing| missing.due).min();
    Ok(Way { activity, reach, next, squares, are_shares, missing: listed, all_missing })
}

fn lacks(rows: &impl Rows, name: Name, followers: u64, now: Timestamp) -> Result<Option<Missing>> {
    let Some(delivery) = deliveries::get(rows, name)? else { return Ok(None) };
    let (inbox, server) = (actors::get_inbox(rows, name.1)?, actors::get_server(rows, delivery.server)?);
    Ok(Some(Missing {
        server: server.id,
        host: server.host,
        domains: inbox.domains.into_iter().collect(),
        followers,
        due: (delivery.state == State::Waiting).then(|| delivery.due.max(server.paused_until)),
        advice: delivery.advice(now),
        delivery,
    }))
}

fn square(state: State) -> Option<Square> {
    match state {
        State::Done => Some(Square::Has),
        State::Waiting => Some(Square::Waits),
        State::Refused | State::GivenUp => Some(Square::Refuses),
        State::Dropped => None,
    }
}

/// As many squares as there may be, shared out. Whatever there is of anything is seen.
fn shares(reach: &Reach) -> Vec<Square> {
    let all = reach.done + reach.waiting() + reach.refused;
    let most = u64::try_from(SQUARES).unwrap_or(u64::MAX).min(all);
    let share = |part: u64| if part == 0 { 0 } else { (part * most).checked_div(all).unwrap_or_default().max(1) };
    let (waits, refuses) = (share(reach.waiting()), share(reach.refused));
    let has = if reach.done == 0 { 0 } else { most.saturating_sub(waits + refuses).max(1) };
    let row = |square, count: u64| std::iter::repeat_n(square, usize::try_from(count).unwrap_or(SQUARES));
    row(Square::Has, has).chain(row(Square::Waits, waits)).chain(row(Square::Refuses, refuses)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_show_whatever_there_is() {
        let reach = Reach { inboxes: 9_000, done: 8_990, refused: 1, dropped: 2, ..Reach::default() };
        let squares = shares(&reach);
        let count = |wanted| squares.iter().filter(|square| **square == wanted).count();
        assert_eq!((count(Square::Has), count(Square::Waits), count(Square::Refuses)), (998, 1, 1));
        assert!(shares(&Reach::default()).is_empty());
        let few = Reach { inboxes: 3, done: 1, ..Reach::default() };
        assert_eq!(shares(&few), [Square::Has, Square::Waits, Square::Waits]);
    }
}
