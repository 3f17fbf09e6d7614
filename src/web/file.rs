//! Media files as they are sent: the whole or one range, under conditions (RFC 9110 §13, §14), and harmless even when
//! one is opened alone.

use std::io;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::header::{self, HeaderMap};
use hyper::{Method, StatusCode};

use super::negotiate;
use super::request::Request;
use super::response::{Body, Response, bare, set, set_text};
use super::who;
use crate::app::files::{self, Found, Shown};
use crate::app::{App, storage};
use crate::error::{Error, Result};
use crate::media::content::{Content, Pieces};
use crate::media::files::Files;
use crate::model::power::Read as See;
use crate::model::stored::Holder;
use crate::store::schema::MEDIA;
use crate::store::{Read, Rows as _, drafts, names};

/// Nothing in it runs, loads anything but itself, or belongs to our origin. The browser's own players are pages that
/// load the file they stand for.
const CSP: &str = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";
/// A name stands for the same bytes for ever.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Browsers ask again each time, and nothing between keeps it.
const INSIDE: &str = "private, no-cache";

/// Answers a GET or HEAD for the file of a name, to whoever may see it: see [`files`].
pub async fn open(app: &App, request: &Request, name: &str) -> Result<Response> {
    // Only what is published is ever at hand: a wave asks the store nothing.
    let since = app.files.changes();
    let shown = match app.files.at_hand(name) {
        Some(_) => Shown::Everybody(since),
        None => app.store.read(|rows| admitted(app, rows, request, name, since))?,
    };
    send(app, request, name, shown).await
}

/// As whom somebody may see a file; `NotFound` for who may not, as for a file that is not there. `since`: changes of files
/// before the store was asked.
fn admitted(app: &App, rows: &Read, request: &Request, name: &str, since: u64) -> Result<Shown> {
    let holders = names::holders(rows, name)?;
    if holders.is_empty() {
        return Err(Error::NotFound);
    }
    if holders.iter().any(|(_, public)| *public) {
        return Ok(Shown::Everybody(since));
    }
    let fits = |pass: &str| {
        holders
            .iter()
            .any(|(holder, _)| matches!(holder, Holder::Media(id) if app.passes.fits(pass, name, *id, app.now())))
    };
    if request.query("pass").is_some_and(fits) {
        return Ok(Shown::Insiders);
    }
    let browser = match who::browser(app, rows, request) {
        Ok(browser) if !who::must_enrol(rows, &browser)? => browser,
        Ok(_) | Err(Error::SignIn) => return Err(Error::NotFound),
        Err(e) => return Err(e),
    };
    for (holder, _) in holders {
        let account = match holder {
            Holder::Media(id) => rows.need(&MEDIA, &id)?.account,
            Holder::Change(id) => drafts::need(rows, id)?.account,
            // These are always for everybody.
            Holder::Copy(_) => continue,
        };
        if browser.asker().can::<See>(account) {
            return Ok(Shown::Insiders);
        }
    }
    Err(Error::NotFound)
}

/// Sends the file of a name without a question, as to those who have been shown it.
pub async fn send(app: &App, request: &Request, name: &str, shown: Shown) -> Result<Response> {
    let kind = Files::mime(name).ok_or(Error::NotFound)?;
    let found = files::find(app, name, shown).await?;
    let tag = format!("\"{}\"", name.split('.').next().unwrap_or_default());
    let length = found.length();
    let verdict = Verdict::on(request.method(), request.headers(), &tag, length);
    let mut response = match verdict {
        Verdict::Whole => part(app, request, &found, 0, length).await?,
        Verdict::Part(from, to) => part(app, request, &found, from, to - from + 1).await?,
        Verdict::Beyond => bare(StatusCode::RANGE_NOT_SATISFIABLE),
        Verdict::Unchanged => bare(StatusCode::NOT_MODIFIED),
        Verdict::Failed => return Ok(bare(StatusCode::PRECONDITION_FAILED)),
    };
    if let Verdict::Part(..) = verdict {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    let headers = response.headers_mut();
    match verdict {
        Verdict::Part(from, to) => {
            set_text(headers, header::CONTENT_RANGE, &format!("bytes {from}-{to}/{length}"));
        }
        Verdict::Beyond => {
            set_text(headers, header::CONTENT_RANGE, &format!("bytes */{length}"));
            return Ok(response);
        }
        Verdict::Whole | Verdict::Unchanged | Verdict::Failed => {}
    }
    if verdict != Verdict::Unchanged {
        set(headers, header::CONTENT_TYPE, kind);
    }
    set_text(headers, header::ETAG, &tag);
    let kept = match shown {
        Shown::Everybody(_) => FOR_EVER,
        Shown::Insiders => INSIDE,
    };
    set(headers, header::CACHE_CONTROL, kept);
    set(headers, header::ACCEPT_RANGES, "bytes");
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::CONTENT_SECURITY_POLICY, CSP);
    if matches!(shown, Shown::Everybody(_)) {
        // Players and readers on other pages may look into it: nothing about who asks changes it.
        set(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    Ok(response)
}

async fn part(app: &App, request: &Request, found: &Found, from: u64, left: u64) -> Result<Response> {
    let body = match found {
        Found::Here(content) => stretch(content, from, left),
        // Nothing of it is sent: nothing is fetched.
        Found::Far(_) if request.method() == Method::HEAD => Body::Pieces { pieces: Box::new(Nothing), left },
        Found::Far(far) if far.is_small() => stretch(&storage::small(app, far).await?, from, left),
        Found::Far(far) => Body::Pieces { pieces: far.stretch(app, from, left).await?, left },
    };
    Ok(Response::new(body))
}

fn stretch(content: &Content, from: u64, left: u64) -> Body {
    match content {
        Content::Small(bytes) => {
            let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(bytes.len());
            Body::Full(Some(bytes.slice(at(from)..at(from + left))))
        }
        Content::Large(large) => Body::Pieces { pieces: Box::new(large.stretch(from, left)), left },
    }
}

struct Nothing;

impl Pieces for Nothing {
    fn poll_piece(&mut self, _: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        Poll::Ready(None)
    }
}

/// What a request for a file comes to.
#[derive(Debug, PartialEq, Clone, Copy)]
enum Verdict {
    Whole,
    /// First and last byte, both included.
    Part(u64, u64),
    /// A range that begins after the end.
    Beyond,
    /// The asker has it already.
    Unchanged,
    /// What was to be the same is not.
    Failed,
}

impl Verdict {
    /// In the order of RFC 9110 §13.2.2. There are no dates to compare: a name stands for the same bytes for ever.
    fn on(method: &Method, headers: &HeaderMap, tag: &str, length: u64) -> Self {
        let lines = |name| headers.get_all(name).iter();
        if lines(header::IF_MATCH).next().is_some()
            && !lines(header::IF_MATCH).any(|line| negotiate::names_strongly(line, tag))
        {
            return Self::Failed;
        }
        if lines(header::IF_NONE_MATCH).any(|line| negotiate::names(line, tag)) {
            return Self::Unchanged;
        }
        let mut ranges = lines(header::RANGE);
        let (Some(range), None, &Method::GET) = (ranges.next(), ranges.next(), method) else { return Self::Whole };
        let same = headers.get(header::IF_RANGE).is_none_or(|known| known.as_bytes().trim_ascii() == tag.as_bytes());
        match range.to_str() {
            Ok(range) if same => Self::of_range(range, length),
            Ok(_) | Err(_) => Self::Whole,
        }
    }

    /// Several ranges at once are answered with the whole (CVE-2011-3192 was about those), and so is what is none.
    fn of_range(text: &str, length: u64) -> Self {
        let Some((unit, set)) = text.split_once('=') else { return Self::Whole };
        let Some((from, to)) = set.trim().split_once('-').filter(|_| unit.trim().eq_ignore_ascii_case("bytes")) else {
            return Self::Whole;
        };
        let (Some(from), Some(to)) = (place(from), place(to)) else { return Self::Whole };
        let last = length.saturating_sub(1);
        match (from, to) {
            (None, None) => Self::Whole,
            (Some(from), Some(to)) if to < from => Self::Whole,
            (Some(from), _) if from >= length => Self::Beyond,
            (Some(from), to) => Self::Part(from, to.unwrap_or(last).min(last)),
            (None, Some(0)) => Self::Beyond,
            (None, Some(_)) if length == 0 => Self::Beyond,
            (None, Some(count)) => Self::Part(length.saturating_sub(count), last),
        }
    }
}

/// A place in a file: none where none is given, and nothing at all where it is no number. One that is larger than any
/// file is so large.
#[expect(clippy::option_option, reason = "absent and wrong are different")]
fn place(text: &str) -> Option<Option<u64>> {
    match text {
        "" => Some(None),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(Some(digits.parse().unwrap_or(u64::MAX))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_one_or_all() {
        let cases = [
            ("bytes=0-0", Verdict::Part(0, 0)),
            ("bytes=5-", Verdict::Part(5, 9)),
            ("BYTES=5-6", Verdict::Part(5, 6)),
            ("bytes= 5-6 ", Verdict::Part(5, 6)),
            ("bytes=-3", Verdict::Part(7, 9)),
            ("bytes=-99", Verdict::Part(0, 9)),
            ("bytes=0-99", Verdict::Part(0, 9)),
            ("bytes=9-9", Verdict::Part(9, 9)),
            ("bytes=0-99999999999999999999", Verdict::Part(0, 9)),
            ("bytes=-99999999999999999999", Verdict::Part(0, 9)),
            ("bytes=10-", Verdict::Beyond),
            ("bytes=10-11", Verdict::Beyond),
            ("bytes=99999999999999999999-", Verdict::Beyond),
            ("bytes=-0", Verdict::Beyond),
            ("bytes=3-1", Verdict::Whole),
            ("bytes=-", Verdict::Whole),
            ("bytes=", Verdict::Whole),
            ("bytes", Verdict::Whole),
            ("", Verdict::Whole),
            ("bytes=+1-3", Verdict::Whole),
            ("bytes=1-+3", Verdict::Whole),
            ("bytes=1--3", Verdict::Whole),
            ("bytes=0x1-3", Verdict::Whole),
            ("bytes=1 - 3", Verdict::Whole),
            ("bytes=0-,0-,0-", Verdict::Whole),
            ("bytes=0-1,3-4", Verdict::Whole),
            ("bytes=0-1,", Verdict::Whole),
            ("lines=0-1", Verdict::Whole),
        ];
        for (text, verdict) in cases {
            assert_eq!(Verdict::of_range(text, 10), verdict, "{text}");
        }
        assert_eq!(Verdict::of_range("bytes=0-", 0), Verdict::Beyond);
        assert_eq!(Verdict::of_range("bytes=-1", 0), Verdict::Beyond);
    }

    #[test]
    fn conditions_come_in_their_order() {
        let on = |method: Method, lines: &[(&'static str, &'static str)]| {
            let headers = lines.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            Verdict::on(&method, &headers, "\"a\"", 10)
        };
        let range = ("range", "bytes=1-2");
        let part = Verdict::Part(1, 2);
        for (lines, verdict) in [
            (&[range][..], part),
            (&[range, range], Verdict::Whole),
            (&[range, ("if-range", "\"a\"")], part),
            (&[range, ("if-range", "W/\"a\"")], Verdict::Whole),
            (&[range, ("if-range", "\"b\"")], Verdict::Whole),
            (&[range, ("if-range", "Mon, 23 Nov 2026 10:00:00 GMT")], Verdict::Whole),
            (&[("range", "bytes=10-"), ("if-range", "\"b\"")], Verdict::Whole),
            (&[range, ("if-none-match", "\"a\"")], Verdict::Unchanged),
            (&[range, ("if-none-match", "\"b\"")], part),
            (&[("if-none-match", "\"x\""), ("if-none-match", "W/\"a\"")], Verdict::Unchanged),
            (&[("if-none-match", "*")], Verdict::Unchanged),
            (&[("if-none-match", "a")], Verdict::Whole),
            (&[("if-modified-since", "Mon, 23 Nov 2026 10:00:00 GMT")], Verdict::Whole),
            (&[range, ("if-match", "\"b\", \"a\"")], part),
            (&[range, ("if-match", "*")], part),
            (&[range, ("if-match", "W/\"a\"")], Verdict::Failed),
            (&[("if-match", "\"b\""), ("if-none-match", "\"a\"")], Verdict::Failed),
        ] {
            assert_eq!(on(Method::GET, lines), verdict, "{lines:?}");
        }
        assert_eq!(on(Method::HEAD, &[range]), Verdict::Whole, "a range is of what GET would send");
        assert_eq!(on(Method::HEAD, &[("if-none-match", "\"a\"")]), Verdict::Unchanged);
    }
}
