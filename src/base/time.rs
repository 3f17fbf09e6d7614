//! Moments and the clock. Nothing else in the house asks the system what time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)))
    }

    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)))
    }

    /// How long after `earlier`; zero when it is not after.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0 / 1000
    }

    pub fn jiff(self) -> jiff::Timestamp {
        let millis = i64::try_from(self.0).unwrap_or(i64::MAX);
        jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::MAX)
    }

    /// `2026-11-23T09:00:00Z`, as ActivityPub wants `published`. Whole seconds.
    #[must_use]
    pub fn rfc3339(self) -> String {
        self.jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// `2026-11-23T09:00:00.123Z`, as Mastodon's client API writes moments.
    #[must_use]
    pub fn rfc3339_millis(self) -> String {
        format!("{}.{:03}Z", self.jiff().strftime("%Y-%m-%dT%H:%M:%S"), self.0 % 1000)
    }

    /// `Mon, 23 Nov 2026 09:00:00 GMT` (RFC 9110 §5.6.7), as `Date` wants it.
    #[must_use]
    pub fn http_date(self) -> String {
        self.jiff().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// Reads an RFC 3339 moment of a stranger; nothing before 1970.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let moment: jiff::Timestamp = text.parse().ok()?;
        u64::try_from(moment.as_millisecond()).ok().map(Self)
    }

    /// Reads an HTTP date in the one form that RFC 9110 lets senders generate.
    #[must_use]
    pub fn parse_http_date(text: &str) -> Option<Self> {
        let body = text.strip_suffix(" GMT")?;
        let civil = jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S", body).ok()?;
        let moment = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        u64::try_from(moment.as_millisecond()).ok().map(Self)
    }

    /// The moment on the wall of a time zone, for pages.
    #[must_use]
    pub fn in_zone(self, zone: &jiff::tz::TimeZone) -> jiff::Zoned {
        self.jiff().to_zoned(zone.clone())
    }
}

/// What time it is: the system's clock, or one that tests move by hand.
#[derive(Debug, Clone)]
pub enum Clock {
    System,
    Hand(Arc<AtomicU64>),
}

impl Clock {
    /// A clock that stands still at `start` until it is moved.
    #[must_use]
    pub fn by_hand(start: Timestamp) -> Self {
        Self::Hand(Arc::new(AtomicU64::new(start.0)))
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => system_now(),
            Self::Hand(millis) => Timestamp(millis.load(Ordering::SeqCst)),
        }
    }

    /// Sets a clock by hand, also back; the system's clock does not listen.
    pub fn set(&self, moment: Timestamp) {
        if let Self::Hand(millis) = self {
            millis.store(moment.0, Ordering::SeqCst);
        }
    }

    /// Moves a clock by hand; the system's clock does not listen.
    pub fn advance(&self, span: Duration) {
        if let Self::Hand(millis) = self {
            let step = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
            millis.fetch_add(step, Ordering::SeqCst);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
fn system_now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// How long something takes or took, about: `40 s`, `4 min`, `3 h`, `2 days`.
#[must_use]
pub fn about(span: Duration) -> String {
    match span.as_secs() {
        seconds @ 0..90 => format!("{seconds} s"),
        seconds @ 90..5_400 => format!("{} min", (seconds + 30) / 60),
        seconds @ 5_400..129_600 => format!("{} h", (seconds + 1_800) / 3_600),
        seconds => format!("{} days", (seconds + 43_200) / 86_400),
    }
}

/// The moment at which a day begins in a time zone; none for days that no clock shows.
pub fn midnight(day: Date, zone: &jiff::tz::TimeZone) -> Option<Timestamp> {
    let start = day.to_zoned(zone.clone()).ok()?;
    u64::try_from(start.timestamp().as_millisecond()).ok().map(Timestamp)
}

/// A day as a number: days since 1970-01-01, none of which was before.
pub fn day_number(day: Date) -> u64 {
    u64::try_from(day.duration_since(EPOCH).as_hours() / 24).unwrap_or_default()
}

/// The day of a number.
pub fn day_of(number: u64) -> Date {
    let hours = i64::try_from(number.saturating_mul(24)).unwrap_or(i64::MAX);
    EPOCH.saturating_add(SignedDuration::from_hours(hours.min(i64::from(i32::MAX))))
}

const EPOCH: Date = Date::constant(1970, 1, 1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_about() {
        let told = [0, 89, 90, 5_399, 5_400, 129_599, 129_600].map(|s| about(Duration::from_secs(s)));
        assert_eq!(told, ["0 s", "89 s", "2 min", "90 min", "2 h", "36 h", "2 days"]);
    }

    #[test]
    fn days_have_numbers() {
        let day = Date::constant(2026, 11, 23);
        assert_eq!((day_number(day), day_of(day_number(day))), (20_780, day));
        assert_eq!((day_of(0), day_of(u64::MAX) > day), (EPOCH, true));
    }

    #[test]
    fn dates_round_trip() {
        let moment = Timestamp(1_795_424_400_123);
        assert_eq!(Timestamp::parse_rfc3339(&moment.rfc3339_millis()), Some(moment));
        assert_eq!(Timestamp::parse_http_date(&moment.http_date()), Some(Timestamp(1_795_424_400_000)));
        assert_eq!(moment.http_date(), "Mon, 23 Nov 2026 09:00:00 GMT");
    }

    #[test]
    fn strangers_dates_are_refused_not_clamped() {
        for wrong in ["", "yesterday", "+275760-09-13T00:00:00Z", "1969-12-31T23:59:59Z", "2026-13-01T00:00:00Z"] {
            assert_eq!(Timestamp::parse_rfc3339(wrong), None, "{wrong}");
        }
        for wrong in
            ["Sunday, 06-Nov-94 08:49:37 GMT", "Mon, 23 Nov 2026 09:00:00 CET", "Tue, 23 Nov 2026 09:00:00 GMT"]
        {
            assert_eq!(Timestamp::parse_http_date(wrong), None, "{wrong}");
        }
    }
}
