//! Which server is written to next. Pure: what is due, what is at work, and turns.
//!
//! A lane is one server, worked by one task at a time, so that what was said first arrives first. Between lanes:
//!
//! * Urgent before ordinary: Accepts, Deletes and the like do not wait behind a fan-out of thousands.
//! * Fair between posts: each activity takes turns 1, 2, 3 … from the moment it comes, so that a post to ten servers
//!   goes out among the next twenty lanes, whatever is waiting. Fair between accounts: while an account has k
//!   activities under way, its next one takes only every k+1st turn.
//! * Two pools: healthy servers in the swift one, whose width is given; servers in trouble, those that were slow the
//!   last time, and those that hold their place too long now, in the slow one. So nobody waits for a server that hangs.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use crate::base::time::Timestamp;
use crate::limits::delivery::{SLOW_AFTER, SLOW_LANES, TROUBLED_LANES};
use crate::model::delivery::{Flow, Wake};
use crate::model::ids::{AccountId, ActivityId, ServerId};

/// How a lane's turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    pub server: ServerId,
    /// When it wants to go on, if anything waits.
    pub next: Option<Timestamp>,
    /// Whether what waits first is urgent.
    pub urgent: bool,
    /// Whether the server failed.
    pub troubled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Class {
    Urgent,
    Ordinary,
}

/// Where a lane stands among those that are due.
type Place = (Class, u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pool {
    Swift,
    Slow,
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    at: Timestamp,
    class: Class,
    /// Given when the lane is due.
    turn: Option<u64>,
}

#[derive(Debug)]
struct Busy {
    pool: Pool,
    since: Timestamp,
    /// The soonest wake that came meanwhile.
    again: Option<Waiting>,
}

/// The turns of one class.
#[derive(Debug, Default)]
struct Turns {
    /// The last that was taken.
    now: u64,
    /// Where the activities of each account that are under way end.
    ends: HashMap<AccountId, Vec<u64>>,
}

/// Lanes that wait and lanes at work.
#[derive(Debug, Default)]
pub struct Lanes {
    waiting: HashMap<ServerId, Waiting>,
    later: BTreeSet<(Timestamp, ServerId)>,
    swift: BTreeSet<(Place, ServerId)>,
    slow: BTreeSet<(Place, ServerId)>,
    busy: HashMap<ServerId, Busy>,
    /// In the order in which they began; those that ended since are still in it.
    begun: VecDeque<(Timestamp, ServerId)>,
    at_work: [usize; 2],
    unwell: HashSet<ServerId>,
    urgent: Turns,
    ordinary: Turns,
}

impl Lanes {
    /// What waits and who is in trouble, as the rows say.
    pub fn start(waiting: Vec<Wake>, troubled: Vec<ServerId>, now: Timestamp) -> Self {
        let mut lanes = Self { unwell: troubled.into_iter().collect(), ..Self::default() };
        lanes.hear(waiting, now);
        lanes
    }

    /// Takes in what commits have to tell.
    pub fn hear(&mut self, wakes: Vec<Wake>, now: Timestamp) {
        let mut flows: HashMap<ActivityId, (u64, u64)> = HashMap::new();
        let mut spent: Vec<(ActivityId, Class, AccountId)> = Vec::new();
        for Wake { server, at, of } in wakes {
            let Some(Flow { activity, account, urgent }) = of else {
                self.enter(server, Waiting { at, class: Class::Ordinary, turn: None }, now);
                continue;
            };
            let class = if urgent { Class::Urgent } else { Class::Ordinary };
            let (turn, step) = flows.entry(activity).or_insert_with(|| {
                spent.push((activity, class, account));
                self.turns(class).begin(account)
            });
            let place = *turn;
            *turn += *step;
            self.enter(server, Waiting { at, class, turn: Some(place) }, now);
        }
        for (activity, class, account) in spent {
            let end = flows.get(&activity).map_or(0, |(turn, _)| *turn);
            self.turns(class).ends.entry(account).or_default().push(end);
        }
    }

    fn turns(&mut self, class: Class) -> &mut Turns {
        match class {
            Class::Urgent => &mut self.urgent,
            Class::Ordinary => &mut self.ordinary,
        }
    }

    fn enter(&mut self, server: ServerId, new: Waiting, now: Timestamp) {
        if let Some(busy) = self.busy.get_mut(&server) {
            busy.again = Some(busy.again.map_or(new, |known| known.sooner(new)));
            return;
        }
        let known = self.waiting.remove(&server);
        if let Some(known) = known {
            self.later.remove(&(known.at, server));
            if let Some(turn) = known.turn {
                self.ready(server).remove(&((known.class, turn), server));
            }
        }
        let mut lane = known.map_or(new, |known| known.sooner(new));
        if lane.at > now {
            lane.turn = None;
            self.later.insert((lane.at, server));
        } else {
            // Behind as many as wait now.
            let behind = u64::try_from(self.ready(server).len() + 1).unwrap_or(u64::MAX);
            let turn = *lane.turn.get_or_insert(self.turns(lane.class).now.saturating_add(behind));
            self.ready(server).insert(((lane.class, turn), server));
        }
        self.waiting.insert(server, lane);
    }

    /// Those that are due and of the same health as this one.
    fn ready(&mut self, server: ServerId) -> &mut BTreeSet<(Place, ServerId)> {
        if self.unwell.contains(&server) { &mut self.slow } else { &mut self.swift }
    }

    /// Takes the lane whose turn it is, if a pool has room. `width`: of the swift one.
    pub fn next(&mut self, now: Timestamp, width: usize) -> Option<ServerId> {
        while let Some(&(at, server)) = self.later.first()
            && at <= now
        {
            match self.waiting.get(&server).copied() {
                Some(lane) => self.enter(server, lane, now),
                None => drop(self.later.pop_first()),
            }
        }
        let [swift, slow] = self.at_work;
        let (pool, ((class, turn), server)) = match (self.swift.first(), self.slow.first()) {
            (Some(first), _) if swift < width => (Pool::Swift, *first),
            (_, Some(first)) if slow < TROUBLED_LANES => (Pool::Slow, *first),
            _ => return None,
        };
        self.ready(server).remove(&((class, turn), server));
        self.waiting.remove(&server);
        if pool == Pool::Swift {
            let turns = self.turns(class);
            turns.now = turns.now.max(turn);
        }
        self.busy.insert(server, Busy { pool, since: now, again: None });
        self.begun.push_back((now, server));
        *self.room(pool) += 1;
        Some(server)
    }

    fn room(&mut self, pool: Pool) -> &mut usize {
        let [swift, slow] = &mut self.at_work;
        match pool {
            Pool::Swift => swift,
            Pool::Slow => slow,
        }
    }

    /// Lanes that hold their place for too long leave it to others.
    pub fn age(&mut self, now: Timestamp) {
        while let Some(&(since, server)) = self.begun.front()
            && now.since(since) >= SLOW_AFTER
        {
            let slow = *self.room(Pool::Slow);
            if let Some(busy) = self.busy.get_mut(&server)
                && busy.since == since
                && busy.pool == Pool::Swift
            {
                if slow >= SLOW_LANES {
                    return;
                }
                busy.pool = Pool::Slow;
                *self.room(Pool::Swift) -= 1;
                *self.room(Pool::Slow) += 1;
            }
            self.begun.pop_front();
        }
    }

    /// A lane's turn is over and its outcomes are rows.
    pub fn end(&mut self, ended: Ended, now: Timestamp) {
        let Ended { server, next, urgent, troubled } = ended;
        let Some(busy) = self.busy.remove(&server) else { return };
        *self.room(busy.pool) -= 1;
        if troubled || now.since(busy.since) >= SLOW_AFTER {
            self.unwell.insert(server);
        } else {
            self.unwell.remove(&server);
        }
        // The lane looked at its rows after the wake or before; the later look costs little.
        let class = if urgent { Class::Urgent } else { Class::Ordinary };
        let next = next.map(|at| Waiting { at, class, turn: None });
        for lane in [next, busy.again].into_iter().flatten() {
            self.enter(server, lane, now);
        }
        if self.busy.is_empty() {
            self.begun.clear();
        }
    }

    /// Whether healthy lanes are at work.
    pub fn are_at_work(&self) -> bool {
        let [swift, _] = self.at_work;
        swift > 0
    }

    /// Whether healthy lanes wait for room.
    pub fn are_kept_waiting(&self) -> bool {
        !self.swift.is_empty()
    }

    /// When the next lane is due that is not due yet.
    pub fn soonest(&self) -> Option<Timestamp> {
        self.later.first().map(|(at, _)| *at)
    }
}

impl Waiting {
    fn sooner(self, other: Self) -> Self {
        let turn = match self.class.cmp(&other.class) {
            std::cmp::Ordering::Less => self.turn,
            std::cmp::Ordering::Greater => other.turn,
            std::cmp::Ordering::Equal => self.turn.into_iter().chain(other.turn).min(),
        };
        Self { at: self.at.min(other.at), class: self.class.min(other.class), turn }
    }
}

impl Turns {
    /// The first turn of an account's next activity, and the steps between its turns.
    fn begin(&mut self, account: AccountId) -> (u64, u64) {
        let now = self.now;
        self.ends.retain(|_, ends| {
            ends.retain(|end| *end > now);
            !ends.is_empty()
        });
        let under_way = self.ends.get(&account).map_or(0, Vec::len);
        (now + 1, u64::try_from(under_way).unwrap_or(u64::MAX).saturating_add(1))
    }
}

#[cfg(test)]
mod tests;
