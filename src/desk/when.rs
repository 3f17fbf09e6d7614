//! The field for a time: a day and an hour on the institution's wall, and which of two is meant when that hour comes
//! twice.

use super::faults::Faults;
use crate::base::zone::{Turn, Zone};
use crate::error::Result;
use crate::model::draft::When;

/// As a page shows it.
pub(super) struct Field {
    pub at: String,
    /// Whether it is asked which of two is meant.
    pub twice: bool,
    /// Which was chosen; empty for none.
    pub turn: &'static str,
    /// The clocks that are meant.
    pub zone: String,
}

impl Field {
    pub(super) fn new(zone: &Zone, at: String, turn: &str, faults: &Faults) -> Self {
        let turn = Turn::named(turn);
        let twice = turn.is_some() || faults.has("E507");
        Self { at, twice, turn: turn.map(Turn::name).unwrap_or_default(), zone: zone.name().to_owned() }
    }
}

/// The moment that was typed.
pub(super) fn read(zone: &Zone, at: &str, turn: &str) -> Result<When> {
    // What was chosen for another hour says nothing about one that comes once.
    let turn = Turn::named(turn).filter(|_| zone.moment(at, None).is_err());
    When::on(zone, at, turn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_of_two_is_kept_only_where_there_are_two() {
        let zone = Zone::named("Europe/Brussels");
        let twice = read(&zone, "2027-10-31T02:30", "second").unwrap();
        assert_eq!((twice.turn, twice.at.rfc3339().as_str()), (Some(Turn::Second), "2027-10-31T01:30:00Z"));
        assert_eq!(read(&zone, "2027-11-01T02:30", "second").unwrap().turn, None);
        assert!(read(&zone, "2027-10-31T02:30", "").is_err() && read(&zone, "2027-03-28T02:30", "first").is_err());
    }
}
