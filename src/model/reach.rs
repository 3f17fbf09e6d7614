//! How far an activity has come: a few numbers that are kept when the rows of its deliveries are long gone.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::delivery::State;
use crate::limits::delivery::{LATER, MARKS};

/// Counts inboxes, which are other servers nearly always, and followers. Names nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Where it goes, each inbox once …
    pub inboxes: u64,
    /// … on so many servers.
    pub servers: u64,
    /// Followers behind them when it was said.
    pub followers: u64,
    #[serde(default)]
    pub done: u64,
    /// Said no, or were given up.
    #[serde(default)]
    pub refused: u64,
    /// Taken back before it was sent, or overtaken by a newer version.
    #[serde(default)]
    pub dropped: u64,
    /// Followers reached: entry n, those that took up to `MARKS[n]` seconds and longer than the mark before.
    #[serde(default)]
    pub curve: Vec<u64>,
}

impl Reach {
    pub fn waiting(&self) -> u64 {
        self.inboxes.saturating_sub(self.done + self.refused + self.dropped)
    }

    /// Followers behind the inboxes that have it: never more than there were.
    pub fn reached(&self) -> u64 {
        self.curve.iter().sum::<u64>().min(self.followers)
    }

    /// A delivery passes from one state to another.
    pub fn turn(&mut self, was: State, now: State) {
        if let Some(count) = self.count(was) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = self.count(now) {
            *count += 1;
        }
    }

    fn count(&mut self, state: State) -> Option<&mut u64> {
        match state {
            State::Waiting => None,
            State::Done => Some(&mut self.done),
            State::Refused | State::GivenUp => Some(&mut self.refused),
            State::Dropped => Some(&mut self.dropped),
        }
    }

    /// So many followers have it, so long after it was said.
    pub fn came(&mut self, took: Duration, followers: u64) {
        if followers == 0 {
            return;
        }
        let at = MARKS.iter().position(|mark| took <= Duration::from_secs(*mark)).unwrap_or(MARKS.len());
        if self.curve.len() <= at {
            self.curve.resize(at + 1, 0);
        }
        if let Some(count) = self.curve.get_mut(at) {
            *count += followers;
        }
    }

    /// How many followers had it after so many seconds, mark by mark, up to the last that brought any.
    pub fn points(&self) -> Vec<(u64, u64)> {
        let mut all = 0;
        let sums = self.curve.iter().map(|count| {
            all += count;
            all.min(self.followers)
        });
        MARKS.iter().copied().chain([LATER]).zip(sums).collect()
    }

    /// Within how many seconds so many percent of the followers had it, if they have it.
    pub fn within(&self, percent: u64) -> Option<u64> {
        let wanted = (self.followers * percent).div_ceil(100);
        self.points().into_iter().find(|(_, sum)| *sum >= wanted && *sum > 0).map(|(mark, _)| mark)
    }
}

/// Of all, in percent, rounded down: only all are 100.
pub fn percent(part: u64, all: u64) -> u64 {
    (part * 100).checked_div(all).unwrap_or_default().min(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn followers_are_counted_by_how_long_it_took() {
        let mut reach = Reach { inboxes: 4, servers: 4, followers: 100, ..Reach::default() };
        for (milliseconds, followers) in [(0, 40), (1_000, 20), (1_001, 35), (40_000, 0), (400_000_000, 9)] {
            reach.turn(State::Waiting, State::Done);
            reach.came(Duration::from_millis(milliseconds), followers);
        }
        assert_eq!(reach.points()[..2], [(1, 60), (2, 95)]);
        assert_eq!(reach.points().last(), Some(&(LATER, 100)), "never more than all");
        assert_eq!((reach.within(50), reach.within(95), reach.within(96)), (Some(1), Some(2), Some(LATER)));
        assert_eq!((reach.reached(), reach.done, reach.waiting()), (100, 5, 0));
        assert_eq!(Reach::default().within(0), None);
    }

    #[test]
    fn what_is_tried_again_is_counted_once() {
        let mut reach = Reach { inboxes: 2, ..Reach::default() };
        reach.turn(State::Waiting, State::Refused);
        reach.turn(State::Refused, State::Waiting);
        reach.turn(State::Waiting, State::Done);
        assert_eq!((reach.waiting(), reach.refused, reach.done), (1, 0, 1));
    }

    #[test]
    fn only_all_is_a_hundred_percent() {
        assert_eq!((percent(999, 1000), percent(3, 3), percent(0, 0), percent(9, 3)), (99, 100, 0, 100));
    }
}
