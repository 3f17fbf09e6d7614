//! Times as people type them: a day and an hour on the wall of a time zone, and the moment that is meant. An hour that
//! the clocks skip is named, and one that comes twice has to be told which.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use serde::{Deserialize, Serialize};

use super::time::Timestamp;
use crate::error::{Error, Problem, Result};

/// Which of two is meant, when the clocks are set back and an hour comes twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    First,
    Second,
}

impl Turn {
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "first" => Some(Self::First),
            "second" => Some(Self::Second),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
        }
    }
}

/// A time zone with its name.
#[derive(Debug, Clone)]
pub struct Zone {
    zone: TimeZone,
    name: String,
}

impl Zone {
    /// By its IANA name; one that this program does not know is UTC, and called so.
    pub fn named(name: &str) -> Self {
        match TimeZone::get(name) {
            Ok(zone) => Self { zone, name: name.to_owned() },
            Err(_) => Self { zone: TimeZone::UTC, name: "UTC".to_owned() },
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn jiff(&self) -> &TimeZone {
        &self.zone
    }

    /// `2026-12-01T09:00`, as a form's field for a time has it.
    pub fn wall(&self, moment: Timestamp) -> String {
        moment.in_zone(&self.zone).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// The moment that is meant by what was typed: `2026-12-01T09:00`, with a space or seconds too, on this zone's wall;
    /// or a moment with its offset (RFC 3339), whatever the zone.
    pub fn moment(&self, typed: &str, turn: Option<Turn>) -> Result<Timestamp> {
        let typed = typed.trim();
        if let Some(moment) = Timestamp::parse_rfc3339(typed) {
            return Ok(moment);
        }
        let civil: DateTime = match typed.replacen(' ', "T", 1).parse() {
            Ok(civil) if typed.len() > "2026-12-01".len() => civil,
            Ok(_) | Err(_) => return Err(not_a_time(typed)),
        };
        let ambiguous = self.zone.to_ambiguous_timestamp(civil);
        let offset = match (ambiguous.offset(), turn) {
            (AmbiguousOffset::Unambiguous { offset }, _) => offset,
            (AmbiguousOffset::Gap { before, .. }, _) => {
                let later = before.to_timestamp(civil).map_err(|_| not_a_time(typed))?;
                return Err(self.skipped(civil, later.to_zoned(self.zone.clone()).datetime()));
            }
            (AmbiguousOffset::Fold { before, .. }, Some(Turn::First)) => before,
            (AmbiguousOffset::Fold { after, .. }, Some(Turn::Second)) => after,
            (AmbiguousOffset::Fold { before, after }, None) => return Err(self.twice(civil, before, after)),
        };
        let moment = offset.to_timestamp(civil).map_err(|_| not_a_time(typed))?;
        u64::try_from(moment.as_millisecond()).map(Timestamp).map_err(|_| not_a_time(typed))
    }

    fn skipped(&self, civil: DateTime, later: DateTime) -> Error {
        let what = format!("{} does not exist in {}: the clocks are set forward.", Shown(civil), self.name);
        Problem::new("E506", what).field("at").remedy(format!("Do you mean {}?", later.strftime("%H:%M"))).into()
    }

    fn twice(&self, civil: DateTime, before: Offset, after: Offset) -> Error {
        let what = format!("{} comes twice in {}: the clocks are set back.", Shown(civil), self.name);
        let typed = civil.strftime("%Y-%m-%dT%H:%M");
        let remedy = format!("Say whether you mean the first ({typed}{before}) or the second ({typed}{after}).");
        Problem::new("E507", what).field("at").remedy(remedy).into()
    }
}

fn not_a_time(typed: &str) -> Error {
    let shown: String = typed.chars().take(40).collect();
    let what = if shown.is_empty() {
        "The day and time are missing.".into()
    } else {
        format!("'{shown}' is no day and time.")
    };
    Problem::new("E505", what).field("at").remedy("Write it as 2026-12-01T09:00.").into()
}

struct Shown(DateTime);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.strftime("%H:%M on %-d %B %Y").fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(result: Result<Timestamp>) -> Problem {
        match result {
            Err(Error::Invalid(problem)) => *problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_wall_of_a_zone_is_not_utc() {
        let zone = Zone::named("Europe/Brussels");
        let winter = zone.moment("2026-12-01T09:00", None).unwrap();
        assert_eq!(winter.rfc3339(), "2026-12-01T08:00:00Z");
        assert_eq!(zone.moment("2026-07-01 09:00:30", None).unwrap().rfc3339(), "2026-07-01T07:00:30Z");
        assert_eq!(zone.moment("2026-12-01T09:00+09:00", None).unwrap().rfc3339(), "2026-12-01T00:00:00Z");
        assert_eq!(zone.wall(winter), "2026-12-01T09:00");
        for wrong in ["", "soon", "2026-12-01", "2026-13-01T09:00", "1960-01-01T00:00", "2026-12-01T25:00"] {
            assert_eq!(problem(zone.moment(wrong, None)).id, "E505", "{wrong}");
        }
    }

    #[test]
    fn an_hour_that_the_clocks_skip_is_named() {
        let found = problem(Zone::named("Europe/Brussels").moment("2027-03-28T02:30", None));
        assert_eq!((found.id, found.field), ("E506", Some("at")));
        assert!(found.what.contains("02:30 on 28 March 2027 does not exist"), "{}", found.what);
        assert!(found.remedy.contains("03:30"), "{}", found.remedy);
    }

    #[test]
    fn an_hour_that_comes_twice_has_to_be_told_which() {
        let zone = Zone::named("Europe/Brussels");
        let found = problem(zone.moment("2026-10-25T02:30", None));
        assert_eq!(found.id, "E507");
        assert!(found.what.contains("twice"), "{}", found.what);
        // What is offered can be typed.
        assert!(found.remedy.contains("first (2026-10-25T02:30+02)"), "{}", found.remedy);
        assert_eq!(zone.moment("2026-10-25T02:30+02", None).unwrap().rfc3339(), "2026-10-25T00:30:00Z");
        let moment = |turn| zone.moment("2026-10-25T02:30", Some(turn)).unwrap().rfc3339();
        assert_eq!(moment(Turn::First), "2026-10-25T00:30:00Z");
        assert_eq!(moment(Turn::Second), "2026-10-25T01:30:00Z");
    }

    #[test]
    fn a_zone_that_is_not_known_is_utc_and_says_so() {
        assert_eq!(Zone::named("Mars/Base").name(), "UTC");
    }
}
