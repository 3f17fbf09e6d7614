//! Identifiers: 64 bits, ordered by time, one number space for all kinds, so that client apps
//! that sort by id sort by time (Mastodon API: posts and boosts share one space).

use std::sync::atomic::{AtomicU64, Ordering};

use super::time::Timestamp;

/// Defines a typed id: a `u64` shown outside as a decimal string.
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::error::Error;

            /// Only the canonical form: digits, no sign, no leading zero.
            fn from_str(text: &str) -> crate::error::Result<Self> {
                let canonical = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
                match text.parse() {
                    Ok(number) if canonical => Ok(Self(number)),
                    _ => Err(crate::error::Error::NotFound),
                }
            }
        }

        impl $name {
            /// The smallest id that is given out at a moment.
            #[must_use]
            pub const fn first_at(moment: $crate::base::time::Timestamp) -> Self {
                Self(moment.0 << 16)
            }

            /// The moment this id was given out.
            #[must_use]
            pub fn time(self) -> $crate::base::time::Timestamp {
                $crate::base::time::Timestamp(self.0 >> 16)
            }
        }
    };
}
pub(crate) use id_type;

/// Gives out ids: milliseconds since 1970 in the upper 48 bits, then 16 bits that start at random within
/// each millisecond and count up, so that a restored backup does not give out the ids of what it lost.
#[derive(Debug, Default)]
pub struct Ids {
    last: AtomicU64,
}

impl Ids {
    /// The next id: never twice the same, never smaller than the one before, also when the clock steps back.
    /// `salt` is any random number.
    pub fn next(&self, now: Timestamp, salt: u16) -> u64 {
        let fresh = (now.0 << 16) | u64::from(salt >> 1);
        let step = |last: u64| Some(fresh.max(last + 1));
        let before = match self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step) {
            Ok(before) | Err(before) => before,
        };
        fresh.max(before + 1)
    }

    /// Makes sure that every later id is above `id`: called with the highest stored id at start.
    pub fn above(&self, id: u64) {
        self.last.fetch_max(id, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    id_type!(TestId);

    #[test]
    fn ids_rise_when_the_clock_falls() {
        let ids = Ids::default();
        let first = ids.next(Timestamp(1_000), 7);
        let second = ids.next(Timestamp(900), 9);
        assert!(second > first);
        assert_eq!(TestId(first).time(), Timestamp(1_000));
        assert!(TestId::first_at(Timestamp(1_000)).0 <= first && first < TestId::first_at(Timestamp(1_001)).0);
    }

    #[test]
    fn only_canonical_text_is_an_id() {
        assert_eq!("42".parse::<TestId>().unwrap(), TestId(42));
        for wrong in ["", "+42", "042", "-1", "4 2", "99999999999999999999", "٤٢"] {
            assert!(wrong.parse::<TestId>().is_err(), "{wrong}");
        }
    }
}
