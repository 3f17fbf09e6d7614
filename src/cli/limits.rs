//! `instance explain limits`: the limits an administrator meets, with their numbers from `limits` itself, and what the
//! other side sees.

use std::time::Duration;

use crate::limits::{Rate, account, clip, delivery, desk, inbound, inbox, keep, media, outbound, post, store, text};

/// A limit in words.
pub struct Line {
    pub what: &'static str,
    pub number: String,
    /// Why, and what happens beyond it.
    pub beyond: &'static str,
}

/// Limits that belong together.
pub struct Group {
    pub title: &'static str,
    pub lines: Vec<Line>,
}

pub fn all() -> Vec<Group> {
    vec![
        Group { title: "Connections", lines: connections() },
        Group { title: "Requests", lines: requests() },
        Group { title: "Each network (one IPv4 address, or an IPv6 /56)", lines: networks() },
        Group { title: "Other servers", lines: servers() },
        Group { title: "Posts and accounts", lines: posts() },
        Group { title: "Time", lines: times() },
    ]
}

fn line(what: &'static str, number: impl std::fmt::Display, beyond: &'static str) -> Line {
    Line { what, number: number.to_string(), beyond }
}

fn connections() -> Vec<Line> {
    vec![
        line(
            "at once",
            inbound::CONNECTIONS,
            "The one that has been idle longest is closed for a new one; when none is idle, 503 with Retry-After. Fewer when \
             few files may be open (ulimit -n): the log says so at the start.",
        ),
        line("of one network", inbound::CONNECTIONS_OF_NETWORK, "As above, then 429. Not for trusted proxies."),
        line("a request's head", span(inbound::HEADER_TIME), "The connection is closed: slow heads are an attack."),
        line(
            "without a request",
            span(inbound::IDLE_TIME),
            "The connection is closed. Proxies should close theirs sooner, as nginx does after 60 s.",
        ),
        line(
            "taking an answer",
            format!("{} in {}", bytes(inbound::ANSWER_LEAST), span(inbound::ANSWER_TIME)),
            "Who takes less is cut off: nobody can hold connections by reading slowly.",
        ),
        line(
            "HTTP/2 requests at once",
            inbound::STREAMS,
            "More wait for their turn; floods of resets end the connection.",
        ),
    ]
}

fn requests() -> Vec<Line> {
    vec![
        line("path and query", bytes(inbound::TARGET as u64), "414."),
        line("headers", bytes(inbound::HEADERS as u64), "431."),
        line("an activity", bytes(text::JSON as u64), "413. As much as Mastodon takes."),
        line("a form", bytes(inbound::FORM as u64), "413."),
        line(
            "a form with files",
            bytes(inbound::UPLOAD + clip::BYTES),
            "413. The proxy in front must let as much through. With another media.recording_mb, less or more.",
        ),
        line(
            "forms with files at once",
            inbound::UPLOADS,
            "503 with Retry-After: each is written to the disk as it arrives.",
        ),
        line(
            "sending a body",
            format!("{} in {}", bytes(inbound::BODY_LEAST as u64), span(inbound::BODY_PACE)),
            "408. A body that stops growing does not hold its connection.",
        ),
        line("bodies in memory", bytes(inbound::BODIES as u64), "503 with Retry-After. Activities take 2 to 8 kB."),
        line("of one network", bytes(inbound::BODIES_OF_NETWORK as u64), "503 with Retry-After."),
        line("changes that wait", store::WAITING, "503 with Retry-After."),
    ]
}

fn networks() -> Vec<Line> {
    vec![
        line(
            "pages and documents",
            pace(inbound::READS),
            "429 with Retry-After. Only what has to be worked out is counted: no pictures, files, finished pages.",
        ),
        line(
            "faults",
            pace(inbound::FAULTS),
            "429 with Retry-After for everything but reading. Counted are activities that are not signed, wrong log-in links \
             and tokens, forms that do not parse.",
        ),
        line(
            "its counts",
            span(inbound::NETWORK_KEY),
            "At most, and in memory only: under a random mark, so that no address is kept, written or logged.",
        ),
    ]
}

fn servers() -> Vec<Line> {
    vec![
        line(
            "activities of one server",
            pace(inbox::FROM_HOST),
            "429 with Retry-After, and it comes again. Only what is rightly signed is counted, so that nobody can use it up \
             for another.",
        ),
        line("activities that wait for a fetch", inbox::WAITING, "503 with Retry-After."),
        line("fetches from one server", pace(outbound::FETCHES), "What needs more is told to come again later."),
        line("one exchange", span(outbound::DEADLINE), "Tried again later: names, connection and answer together."),
        line(
            "a delivery is tried for",
            span(delivery::LIFETIME),
            "Then it is given up; 'instance queue list' says so.",
        ),
        line(
            "a server that fails for",
            span(delivery::SUSPEND_AFTER),
            "It is suspended: asked once a day until it answers, or until it contacts us.",
        ),
        line(
            "servers written to at once",
            delivery::MOST_LANES,
            "The others wait for their turn, and nothing is lost; slow ones have places of their own.",
        ),
    ]
}

fn posts() -> Vec<Line> {
    vec![
        line("characters of a post", post::TEXT, "The form says so. Counted as Mastodon counts."),
        line("pictures of a post", post::PICTURES, "Other servers show no more."),
        line("a picture", bytes(media::PICTURE as u64), "Other servers fetch no larger one."),
        line("pixels of a picture", media::PIXELS, "As in Mastodon."),
        line("a sound or video", bytes(clip::BYTES), "The form says so; media.recording_mb sets it."),
        line(
            "… for other servers",
            bytes(clip::FEDERATED),
            "Of a larger one they get the poster and a link; media.federated_mb sets less.",
        ),
        line("people named in a post", post::MENTIONS, "Who comes after them stays text."),
        line("characters of a description", post::ALT, "Other servers cut what is longer."),
        line("languages of a post", post::VERSIONS, "The form says so."),
        line("lines of a profile", account::FIELDS, "Other servers drop what is beyond."),
        line("pinned posts", account::PINNED, "As in Mastodon."),
    ]
}

fn times() -> Vec<Line> {
    vec![
        line("a log-in link", span(desk::LINK), "Then a new one is needed."),
        line("a log-in", span(desk::SESSION), "Then one logs in again."),
        line("unused pictures", span(keep::UNUSED_UPLOAD), "Then they are deleted."),
        line("deletions of strangers", span(keep::GONE), "Late copies are refused as long."),
    ]
}

fn pace(rate: Rate) -> String {
    format!("{}, then {} a second", rate.burst, rate.per_second)
}

fn span(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 48 * 3600 => format!("{} days", seconds / (24 * 3600)),
        seconds if seconds >= 3600 => format!("{} h", seconds / 3600),
        seconds => format!("{seconds} s"),
    }
}

fn bytes(number: u64) -> String {
    match number {
        number if number >= 1 << 20 => format!("{} MiB", number >> 20),
        number => format!("{} KiB", number >> 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_exactly() {
        assert_eq!([span(inbound::IDLE_TIME), span(desk::LINK), span(desk::SESSION)], ["75 s", "24 h", "14 days"]);
        let form = inbound::UPLOAD + clip::BYTES;
        let others =
            [inbound::TARGET, inbound::HEADERS, inbound::BODIES, inbound::BODY_LEAST].map(|number| number as u64);
        for number in others.into_iter().chain([form]) {
            let told = bytes(number);
            let (digits, unit) = told.split_once(' ').unwrap();
            let unit = if unit == "MiB" { 1 << 20 } else { 1 << 10 };
            assert_eq!(digits.parse::<u64>().unwrap() * unit, number, "{told}");
        }
        assert_eq!(bytes(form), "2097 MiB", "as README.md says of proxies");
        assert!(all().iter().all(|group| group.lines.iter().all(|line| line.beyond.ends_with('.'))));
    }
}
