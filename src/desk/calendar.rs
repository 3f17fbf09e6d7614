//! The calendar: a month as a table and as a list of days, over all accounts that somebody may read; the button that stops
//! everything planned; and the feed for calendar programs, at a secret address.

use std::sync::Arc;

use askama::Template;
use hyper::StatusCode;
use jiff::civil::Date;

use super::drafts::{self, stage_words};
use super::frame::{self, Frame, Wall};
use crate::actions::{calendar as keys, drafts as verbs};
use crate::app::App;
use crate::base::lang::Lang;
use crate::base::time::{Timestamp, midnight};
use crate::base::zone::Zone;
use crate::crypto::token;
use crate::error::{Error, Result};
use crate::limits;
use crate::model::account::Account;
use crate::model::draft::Draft;
use crate::model::power::{Publish, Read};
use crate::model::user::Asker;
use crate::store::{accounts, meta};
use crate::views::plans::{self, Entry, What};
use crate::web::request::Request;
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

#[derive(Template)]
#[template(path = "desk/calendar.html")]
struct Calendar {
    f: Frame,
    title: String,
    before: String,
    after: String,
    weeks: Vec<Vec<Cell>>,
    days: Vec<Day>,
    zone: String,
    /// What the signs mean that stand in the table and in the list.
    signs: [(&'static str, &'static str); 4],
    /// Whether whoever looks may stop what is planned, and whether it is stopped.
    stops: bool,
    stopped: bool,
    /// Whether there is a feed of theirs, and its address, once.
    has_feed: bool,
    feed: String,
}

impl Calendar {
    /// Whether the list begins before today and goes on after.
    fn goes_on(&self) -> bool {
        self.days.iter().skip(1).any(|day| day.next)
    }
}

/// A day of the table; none before the first and after the last.
struct Cell {
    day: Option<i8>,
    marks: Vec<Mark>,
    today: bool,
}

/// How much of one kind there is on a day.
struct Mark {
    sign: &'static str,
    words: &'static str,
    count: usize,
}

/// A day of the list.
struct Day {
    number: i8,
    name: String,
    machine: String,
    /// The first one that is not over.
    next: bool,
    items: Vec<Item>,
}

struct Item {
    time: String,
    machine_time: String,
    handle: String,
    first: String,
    lang: String,
    dir: &'static str,
    sign: &'static str,
    state: &'static str,
    page: String,
    /// Needs somebody: shown by more than its words.
    late: bool,
}

/// `GET /desk/calendar?month=2026-12`
pub(super) fn page(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let month = request.query("month").and_then(month);
    shown(app, browser, month, String::new())
}

fn month(typed: &str) -> Option<Date> {
    let (year, month) = typed.split_once('-')?;
    Date::new(year.parse().ok().filter(|year| (1970..=9998).contains(year))?, month.parse().ok()?, 1).ok()
}

fn shown(app: &App, browser: &Browser, month: Option<Date>, feed: String) -> Result<Response> {
    let now = app.now();
    let page = app.store.read(|rows| {
        let asker = browser.asker();
        let zone = Zone::named(&meta::institution(rows)?.time_zone);
        let today = now.in_zone(zone.jiff()).date();
        let first = month.unwrap_or_else(|| today.first_of_month());
        let next = after(first)?;
        let [from, to] = [first, next].map(|day| midnight(day, zone.jiff()).unwrap_or_default());
        let entries = plans::between(rows, |account| asker.can::<Read>(account.id), from, to)?;
        let mine: Vec<Account> =
            accounts::all(rows)?.into_iter().filter(|account| asker.can::<Publish>(account.id)).collect();
        let days = days(first, today, &zone, &entries);
        Ok(Calendar {
            f: Frame::of(rows, browser, "Calendar", "/desk/calendar")?,
            title: first.strftime("%B %Y").to_string(),
            before: first.yesterday().unwrap_or(first).strftime("%Y-%m").to_string(),
            after: next.strftime("%Y-%m").to_string(),
            weeks: weeks(first, next, today, &zone, &entries),
            days,
            zone: zone.name().to_owned(),
            signs: SIGNS,
            stops: !mine.is_empty(),
            stopped: mine.iter().any(|account| account.approval.stopped.is_some()),
            has_feed: keys::has(rows, browser.user.id)?,
            feed,
        })
    })?;
    frame::page(StatusCode::OK, &page)
}

fn after(first: Date) -> Result<Date> {
    first.last_of_month().tomorrow().map_err(|e| Error::broken("the end of time", e))
}

/// Weeks from Monday to Sunday.
fn weeks(first: Date, next: Date, today: Date, zone: &Zone, entries: &[Entry]) -> Vec<Vec<Cell>> {
    let lead = usize::try_from(first.weekday().to_monday_zero_offset()).unwrap_or_default();
    let blank = || Cell { day: None, marks: Vec::new(), today: false };
    let mut cells: Vec<Cell> = std::iter::repeat_with(blank).take(lead).collect();
    for date in first.series(jiff::Span::new().days(1)).take_while(|date| *date < next) {
        let here: Vec<&Entry> = entries.iter().filter(|entry| entry.at.in_zone(zone.jiff()).date() == date).collect();
        let mark = |(sign, words)| Mark { sign, words, count: here.iter().filter(|e| sign_of(e.what) == sign).count() };
        let marks = SIGNS.into_iter().map(mark).filter(|mark| mark.count > 0).collect();
        cells.push(Cell { day: Some(date.day()), marks, today: date == today });
    }
    cells.extend(std::iter::repeat_with(blank).take((7 - cells.len() % 7) % 7));
    let mut weeks = Vec::new();
    while !cells.is_empty() {
        let rest = cells.split_off(cells.len().min(7));
        weeks.push(std::mem::replace(&mut cells, rest));
    }
    weeks
}

/// The days on which there is something.
fn days(first: Date, today: Date, zone: &Zone, entries: &[Entry]) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for entry in entries {
        let local = entry.at.in_zone(zone.jiff());
        if days.last().is_none_or(|day| day.number != local.day()) {
            let came = local.date() >= today && days.iter().all(|day| !day.next);
            days.push(Day {
                number: local.day(),
                name: local.strftime("%A, %-d %B").to_string(),
                machine: first.with().day(local.day()).build().unwrap_or(first).to_string(),
                next: came,
                items: Vec::new(),
            });
        }
        if let Some(day) = days.last_mut() {
            day.items.push(item(entry, local.strftime("%H:%M").to_string()));
        }
    }
    days
}

fn item(entry: &Entry, time: String) -> Item {
    let page = match entry.what {
        What::Planned { draft, .. } | What::Wanted { draft, .. } | What::Missed(draft) => {
            format!("/desk/drafts/{draft}")
        }
        What::Published(post) => format!("/@{}/{post}", entry.handle),
    };
    Item {
        time,
        machine_time: entry.at.rfc3339(),
        handle: entry.handle.clone(),
        first: if entry.first.is_empty() { "(no text)".to_owned() } else { entry.first.clone() },
        lang: entry.lang.as_ref().map(ToString::to_string).unwrap_or_default(),
        dir: entry.lang.as_ref().map_or("auto", Lang::dir),
        sign: sign_of(entry.what),
        state: state(entry.what),
        page,
        late: matches!(entry.what, What::Missed(_) | What::Planned { stopped: true, .. }),
    }
}

/// Told apart by shape, and what each means.
const SIGNS: [(&str, &str); 4] =
    [("○", "planned"), ("◇", "has a time, not planned yet"), ("▲", "missed or stopped"), ("●", "published")];

fn sign_of(what: What) -> &'static str {
    let [planned, wanted, stuck, published] = SIGNS;
    match what {
        What::Planned { stopped: false, .. } => planned.0,
        What::Wanted { .. } => wanted.0,
        What::Planned { stopped: true, .. } | What::Missed(_) => stuck.0,
        What::Published(_) => published.0,
    }
}

fn state(what: What) -> &'static str {
    match what {
        What::Planned { stopped: false, .. } => "planned",
        What::Planned { stopped: true, .. } => "planned, stopped",
        What::Wanted { stage, .. } => stage_words(stage),
        What::Missed(_) => "missed",
        What::Published(_) => "published",
    }
}

/// `POST /desk/calendar/stop` and `/desk/calendar/resume`: for every account that somebody publishes for.
pub(super) async fn halt(app: &Arc<App>, browser: &Browser, stop: bool) -> Result<Response> {
    let asker = browser.asker();
    let mine = app.store.read(accounts::all)?.into_iter().filter(|account| asker.can::<Publish>(account.id));
    let all = mine.map(|account| asker.may(account.id)).collect::<Result<Vec<_>>>()?;
    if all.is_empty() {
        return Err(Error::Forbidden("Stopping what is planned needs the role editor."));
    }
    browser
        .write(app, move |tx| {
            for by in &all {
                if stop {
                    verbs::stop(tx, *by)?;
                } else {
                    verbs::resume(tx, *by)?;
                }
            }
            Ok(())
        })
        .await?;
    Ok(response::see_other("/desk/calendar"))
}

/// `POST /desk/calendar/feed`: a new address, shown once; the one before leads nowhere.
pub(super) async fn make_feed(app: &Arc<App>, browser: &Browser) -> Result<Response> {
    let own = browser.asker().own()?;
    let secret = token::new();
    let hash = token::hash(&secret);
    browser.write(app, move |tx| keys::set(tx, own, Some(hash))).await?;
    shown(app, browser, None, format!("{}/desk/calendar/{secret}.ics", app.site.origin))
}

/// `POST /desk/calendar/feed/end`
pub(super) async fn end_feed(app: &Arc<App>, browser: &Browser) -> Result<Response> {
    let own = browser.asker().own()?;
    browser.write(app, move |tx| keys::set(tx, own, None)).await?;
    Ok(response::see_other("/desk/calendar"))
}

/// `GET /desk/calendar/SECRET.ics`: a month back and a year ahead, for whoever made the address, as long as they log in.
pub(super) fn feed(app: &App, name: &str) -> Result<Response> {
    let secret = name.strip_suffix(".ics").ok_or(Error::NotFound)?;
    let now = app.now();
    let text = app.store.read(|rows| {
        let user = keys::whose(rows, &token::hash(secret))?.filter(|user| user.off.is_none()).ok_or(Error::NotFound)?;
        let asker = Asker::User(user);
        let (from, to) = (now.minus(limits::desk::FEED_BACK), now.plus(limits::desk::FEED_AHEAD));
        let entries = plans::between(rows, |account| asker.can::<Read>(account.id), from, to)?;
        let wall = Wall::of(&meta::institution(rows)?);
        let tasks = drafts::to_approve(rows, &asker)?;
        Ok(ics(&app.site.origin, &meta::institution(rows)?.name, &wall, (&entries, &tasks)))
    })?;
    Ok(response::answer(StatusCode::OK, "text/calendar; charset=utf-8", text))
}

/// RFC 5545. Moments are UTC, so that no description of a time zone is needed; the wall's time stands in the words. What
/// waits for the reader's own approval is a task.
fn ics(origin: &str, name: &str, wall: &Wall, (entries, tasks): (&[Entry], &[(String, Draft)])) -> String {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//instance//calendar//EN".to_owned(),
        format!("X-WR-CALNAME:{}", escaped(name)),
    ];
    let moment = |at: Timestamp| at.jiff().strftime("%Y%m%dT%H%M%SZ").to_string();
    for entry in entries {
        let (kind, id, page) = match entry.what {
            What::Planned { draft, .. } | What::Wanted { draft, .. } | What::Missed(draft) => {
                ("draft", draft.0, format!("{origin}/desk/drafts/{draft}"))
            }
            What::Published(post) => ("post", post.0, format!("{origin}/@{}/{post}", entry.handle)),
        };
        let sure = matches!(entry.what, What::Planned { stopped: false, .. } | What::Published(_));
        lines.extend([
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{kind}-{id}@{host}"),
            format!("DTSTAMP:{}", moment(entry.changed)),
            format!("DTSTART:{}", moment(entry.at)),
            format!("SUMMARY:{}", escaped(&format!("@{}: {} ({})", entry.handle, entry.first, state(entry.what)))),
            format!("DESCRIPTION:{}", escaped(&wall.time(entry.at))),
            format!("STATUS:{}", if sure { "CONFIRMED" } else { "TENTATIVE" }),
            format!("URL:{page}"),
            "END:VEVENT".to_owned(),
        ]);
    }
    for (handle, draft) in tasks {
        let first = drafts::first(draft, limits::desk::FIRST_WORDS);
        lines.extend([
            "BEGIN:VTODO".to_owned(),
            format!("UID:approve-{}@{host}", draft.id),
            format!("DTSTAMP:{}", moment(draft.saved)),
            format!("SUMMARY:{}", escaped(&format!("Waits for your approval: @{handle}: {first}"))),
            "STATUS:NEEDS-ACTION".to_owned(),
            format!("URL:{origin}/desk/drafts/{}", draft.id),
            "END:VTODO".to_owned(),
        ]);
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| folded(line)).collect()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars().filter(|c| *c == '\n' || !c.is_control()) {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A line of at most 75 bytes, then lines that begin with a space (RFC 5545 §3.1).
fn folded(line: &str) -> String {
    let (mut folded, mut width) = (String::new(), 0);
    for c in line.chars() {
        if width + c.len_utf8() > 75 {
            folded.push_str("\r\n ");
            width = 1;
        }
        folded.push(c);
        width += c.len_utf8();
    }
    folded.push_str("\r\n");
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_feed_are_folded_between_letters_and_escaped() {
        let line = folded(&format!("SUMMARY:{}", escaped(&"é, b;\n".repeat(40))));
        assert!(line.split("\r\n").all(|part| part.len() <= 75), "{line}");
        assert_eq!(line.replace("\r\n ", ""), format!("SUMMARY:{}\r\n", "é\\, b\\;\\n".repeat(40)));
        assert_eq!(escaped("a\u{0}b\r\\"), "ab\\\\");
    }

    #[test]
    fn a_month_is_named_or_it_is_this_one() {
        assert_eq!(month("2026-12"), Date::new(2026, 12, 1).ok());
        for wrong in ["", "2026", "2026-13", "x-1", "99999-01", "9999-12"] {
            assert_eq!(month(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn weeks_begin_on_monday_and_are_whole() {
        let first = Date::new(2026, 11, 1).unwrap();
        let weeks = weeks(first, after(first).unwrap(), first, &Zone::named("UTC"), &[]);
        assert_eq!(weeks.iter().map(Vec::len).collect::<Vec<_>>(), [7; 6]);
        assert_eq!(weeks[0][6].day, Some(1), "1 November 2026 is a Sunday");
        assert_eq!(weeks[5][0].day, Some(30));
        assert!(weeks[0][6].today);
    }
}
