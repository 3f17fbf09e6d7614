//! What an account's posts came to, without tracking: for the last months or a month, on screen, on paper, as files.

use std::time::Duration;

use askama::Template;
use hyper::StatusCode;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::frame::{self, Frame};
use super::plot::{self, Figure, Label, Point};
use crate::app::App;
use crate::base::text::grouped;
use crate::base::time::{about, day_number, day_of};
use crate::error::{Error, Result};
use crate::limits::desk::{BARS, DAYS, FEW, LINES, MONTHS};
use crate::model::account::Account;
use crate::model::ids::AccountId;
use crate::model::power::Read;
use crate::model::reach::percent;
use crate::model::user::Asker;
use crate::store::{Rows, accounts, days, meta};
use crate::views::statistics::{Period, Statistics, Told};
use crate::web::request::Request;
use crate::web::response::{self, Response};
use crate::web::who::Browser;

#[derive(Template)]
#[template(path = "desk/statistics.html")]
struct Page {
    f: Frame,
    /// Number, handle, whether it is the one shown.
    accounts: Vec<(AccountId, String, bool)>,
    /// None for somebody without an account.
    shown: Option<Shown>,
}

struct Shown {
    account: AccountId,
    handle: String,
    period: String,
    /// `2026-11`; empty for the last days.
    month: String,
    /// Months that can be looked at, newest first, and their names.
    months: Vec<(String, String)>,
    is_cut: bool,
    figures: Vec<Figure>,
}

pub(super) fn page(app: &App, browser: &Browser, month: Option<&str>, request: &Request) -> Result<Response> {
    let month = month.map(parse).transpose()?;
    let wanted = request.query("account").map(str::parse::<AccountId>).transpose()?;
    let now = app.now();
    let mut page = app.store.read(|rows| {
        let f = Frame::of(rows, browser, "Statistics", "/desk/statistics")?;
        let all = readable(rows, &browser.asker())?;
        let chosen = match wanted {
            Some(wanted) => Some(all.iter().find(|account| account.id == wanted).ok_or(Error::NotFound)?),
            None => all.first(),
        };
        let zone = meta::institution(rows)?.zone();
        let today = now.in_zone(&zone).date();
        if month.is_some_and(|month| month > today) {
            return Err(Error::NotFound);
        }
        let period = match month {
            Some(month) => Period::month(month, zone),
            None => Period::up_to(today, DAYS, zone),
        };
        let shown =
            chosen.map(|account| shown(rows, account, &app.site.handle(&account.handle), &period, month, today));
        let here = |account: &Account| chosen.is_some_and(|chosen| chosen.id == account.id);
        let accounts = all.iter().map(|a| (a.id, app.site.handle(&a.handle), here(a))).collect();
        Ok(Page { f, accounts, shown: shown.transpose()? })
    })?;
    if let Some(name) = request.query("csv") {
        let figures = page.shown.into_iter().flat_map(|shown| shown.figures);
        let figure = figures.into_iter().find(|figure| figure.id == name).ok_or(Error::NotFound)?;
        return Ok(response::csv(
            &format!("{name}-{}", month.map_or_else(|| "latest".to_owned(), short)),
            &figure.table(),
        ));
    }
    for figure in page.shown.iter_mut().flat_map(|shown| &mut shown.figures) {
        figure.rows.truncate(LINES);
    }
    frame::page(StatusCode::OK, &page)
}

fn readable(rows: &impl Rows, asker: &Asker) -> Result<Vec<Account>> {
    Ok(accounts::all(rows)?.into_iter().filter(|account| asker.can::<Read>(account.id)).collect())
}

/// `2026-11`.
fn parse(month: &str) -> Result<Date> {
    let day: Date = format!("{month}-01").parse().map_err(|_| Error::NotFound)?;
    if short(day) == month && day.year() >= 1970 { Ok(day) } else { Err(Error::NotFound) }
}

fn short(day: Date) -> String {
    day.strftime("%Y-%m").to_string()
}

fn long(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

fn shown(
    rows: &impl Rows,
    account: &Account,
    handle: &str,
    period: &Period,
    month: Option<Date>,
    today: Date,
) -> Result<Shown> {
    let statistics = Statistics::of(rows, account.id, period, today)?;
    let begun = period.day(account.created);
    let begun = days::first(rows, account.id)?.map_or(begun, |day| begun.min(day_of(day)));
    let from =
        month.map_or_else(|| "/desk/statistics".to_owned(), |month| format!("/desk/statistics/{}", short(month)));
    let mut figures = vec![
        followers(&statistics, period),
        servers(&statistics, period.last >= today),
        reached(&statistics.posts),
        answers(&statistics),
    ];
    for figure in &mut figures {
        figure.csv = format!("{from}?account={}&csv={}", account.id, figure.id);
    }
    Ok(Shown {
        account: account.id,
        handle: handle.to_owned(),
        period: month.map_or_else(|| format!("the last {DAYS} days"), |month| month.strftime("%B %Y").to_string()),
        month: month.map(short).unwrap_or_default(),
        months: months(begun, today),
        is_cut: statistics.is_cut,
        figures,
    })
}

fn months(begun: Date, today: Date) -> Vec<(String, String)> {
    let back = |first: &Date| first.checked_sub(1.month()).ok();
    let all = std::iter::successors(Some(today.first_of_month()), back);
    let all = all.take_while(|month| *month >= begun.first_of_month()).take(MONTHS);
    all.map(|month| (short(month), month.strftime("%B %Y").to_string())).collect()
}

fn figure(id: &'static str, title: &str, sentence: String, svg: String, heads: Vec<&'static str>) -> Figure {
    Figure { id, title: title.to_owned(), sentence, svg, heads, rows: Vec::new(), csv: String::new() }
}

fn followers(statistics: &Statistics, period: &Period) -> Figure {
    let title = "Followers";
    let (first, last) = (day_number(period.first), day_number(period.last));
    let at = |day: Date| place(day_number(day).saturating_sub(first), last.saturating_sub(first));
    let counted = &statistics.days;
    let sentence = match (counted.first(), counted.last()) {
        (Some((from, had)), Some((to, have))) if from != to => {
            let change = match have.cmp(had) {
                std::cmp::Ordering::Less => format!("{} fewer", grouped(had - have)),
                std::cmp::Ordering::Equal => "as many".to_owned(),
                std::cmp::Ordering::Greater => format!("{} more", grouped(have - had)),
            };
            let (had, have) = (grouped(*had), grouped(*have));
            format!("From {had} on {} to {have} on {}: {change}. Strokes mark days with posts.", long(*from), long(*to))
        }
        (Some((day, have)), _) => format!("{} on {}. Strokes mark days with posts.", grouped(*have), long(*day)),
        (None, _) => "Nothing was counted in this time.".to_owned(),
    };
    let points: Vec<Point> = counted.iter().map(|(day, have)| Point { at: at(*day), height: *have }).collect();
    let posted = |day: Date| statistics.posts.iter().filter(|post| post.day == day).count();
    let mut marks: Vec<Date> = statistics.posts.iter().map(|post| post.day).collect();
    marks.dedup();
    let marks: Vec<f64> = marks.into_iter().map(at).collect();
    let ends = [(0.0, period.first), (1.0, period.last)].map(|(at, day)| Label { at, text: long(day) });
    let heights = || counted.iter().map(|(_, have)| *have);
    let (least, most) = (heights().min().unwrap_or_default(), heights().max().unwrap_or_default());
    // A level line lies on the floor, unless there is room for one.
    let least = if least == most { 0 } else { least };
    let svg = match counted.as_slice() {
        [] => String::new(),
        _ => plot::line((FOLLOWERS, title, &sentence), &points, &ends, &marks, (least, most, "")),
    };
    let rows = counted.iter().map(|(day, have)| vec![day.to_string(), have.to_string(), posted(*day).to_string()]);
    Figure { rows: rows.collect(), ..figure(FOLLOWERS, title, sentence, svg, vec!["Day", "Followers", "Posts"]) }
}

const FOLLOWERS: &str = "followers";
const SERVERS: &str = "servers";
const REACH: &str = "posts";
const ANSWERS: &str = "answers";

#[expect(clippy::cast_precision_loss, reason = "a picture is no exacter than that")]
fn place(day: u64, last: u64) -> f64 {
    day as f64 / last.max(1) as f64
}

/// `goes_on`: the count of the next hour belongs to it.
fn servers(statistics: &Statistics, goes_on: bool) -> Figure {
    let title = "Followers by server";
    let heads = vec!["Server", "Followers"];
    let Some(places) = statistics.places.as_ref().filter(|places| places.servers() > 0) else {
        let none = if goes_on {
            "None so far: servers are counted once an hour."
        } else {
            "Nothing was counted in this time."
        };
        return figure(SERVERS, title, none.to_owned(), String::new(), heads);
    };
    let mut bars = places.largest.clone();
    if places.others.0 > 0 {
        bars.push((format!("{} other servers", grouped(places.others.0)), places.others.1));
    }
    if places.small.0 > 0 {
        let name = match places.small.0 {
            1 => format!("1 server with fewer than {FEW}"),
            n => format!("{} servers with fewer than {FEW} each", grouped(n)),
        };
        bars.push((name, places.small.1));
    }
    let all: u64 = bars.iter().map(|(_, followers)| followers).sum();
    let sentence = match places.largest.first() {
        Some((host, followers)) => format!(
            "On {} servers; {host} is the largest, with {} % of the followers. Servers with fewer than {FEW} are not named.",
            grouped(places.servers()),
            percent(*followers, all)
        ),
        None => format!("On {} servers, none of which has {FEW} or more.", grouped(places.servers())),
    };
    let most = bars.iter().map(|(_, followers)| *followers).max().unwrap_or_default();
    let svg = plot::bars((SERVERS, title, &sentence), &bars, most, "");
    let rows = bars.into_iter().map(|(name, followers)| vec![name, followers.to_string()]).collect();
    Figure { rows, ..figure(SERVERS, title, sentence, svg, heads) }
}

/// Reach and answers, post by post.
fn reached(posts: &[Told]) -> Figure {
    let title = "Reach and answers";
    let heads = vec!["Day", "Post", "Followers reached", "Of", "Percent", "Likes", "Boosts", "Answers"];
    let words = |post: &Told| post.first_words.clone();
    let row = |post: &Told| {
        let (reached, of) = (post.reach.reached(), post.reach.followers);
        let numbers = [reached, of, percent(reached, of), post.likes, post.boosts, post.replies];
        let mut row = vec![post.day.to_string(), words(post)];
        row.extend(numbers.map(|number| number.to_string()));
        row
    };
    let sent: Vec<&Told> = posts.iter().filter(|post| post.reach.followers > 0).collect();
    let answers: u64 = posts.iter().map(|post| post.replies).sum();
    let (reached, of) = sent.iter().fold((0, 0), |(r, o), post| (r + post.reach.reached(), o + post.reach.followers));
    let sentence = match posts.len() {
        0 => "Nothing was published in this time.".to_owned(),
        n => {
            let so = if of > 0 {
                format!(" reached {} % of the followers on average and", percent(reached, of))
            } else {
                String::new()
            };
            let s = |n: u64| if n == 1 { "" } else { "s" };
            let n = u64::try_from(n).unwrap_or(u64::MAX);
            format!("{} post{}{so} had {} answer{}.", grouped(n), s(n), grouped(answers), s(answers))
        }
    };
    let bars: Vec<(String, u64)> = sent
        .iter()
        .take(BARS)
        .map(|post| {
            (
                format!("{}: {}", post.day.strftime("%-d %b"), words(post)),
                percent(post.reach.reached(), post.reach.followers),
            )
        })
        .collect();
    let svg = if bars.is_empty() { String::new() } else { plot::bars((REACH, title, &sentence), &bars, 100, " %") };
    Figure { rows: posts.iter().map(row).collect(), ..figure(REACH, title, sentence, svg, heads) }
}

/// How long strangers waited for our answer.
fn answers(statistics: &Statistics) -> Figure {
    let title = "Time to answer";
    let heads = vec!["Answered", "Answers"];
    let times = &statistics.answers;
    let Some(median) = statistics.median() else {
        return figure(ANSWERS, title, "Nobody was answered in this time.".to_owned(), String::new(), heads);
    };
    let all = grouped(u64::try_from(times.len()).unwrap_or(u64::MAX));
    let within = about(Duration::from_secs(median));
    let sentence = match times.len() {
        1 => format!("One answer came, within {within}."),
        _ => format!("Half of {all} answers came within {within}."),
    };
    let mut before = 0;
    let bounds = [
        (3_600, "within an hour"),
        (14_400, "within 4 hours"),
        (86_400, "within a day"),
        (259_200, "within 3 days"),
        (u64::MAX, "later"),
    ];
    let count = |(bound, name): (u64, &str)| {
        let up_to = u64::try_from(times.partition_point(|time| *time <= bound)).unwrap_or(u64::MAX);
        let here = up_to - before;
        before = up_to;
        (name.to_owned(), here)
    };
    let bars: Vec<(String, u64)> = bounds.into_iter().map(count).collect();
    let most = bars.iter().map(|(_, answers)| *answers).max().unwrap_or_default();
    let svg = plot::bars((ANSWERS, title, &sentence), &bars, most, "");
    let rows = bars.into_iter().map(|(name, answers)| vec![name, answers.to_string()]).collect();
    Figure { rows, ..figure(ANSWERS, title, sentence, svg, heads) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_spelled_one_way() {
        assert_eq!(short(parse("2026-11").unwrap()), "2026-11");
        for wrong in ["2026-13", "2026-1", "26-11", "", "2026-11-01", "+002026-11", "1969-12", "x"] {
            assert!(matches!(parse(wrong), Err(Error::NotFound)), "{wrong}");
        }
    }

    #[test]
    fn months_go_back_to_the_first() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let found = months(day("2026-09-30"), day("2026-11-25"));
        let names: Vec<_> = found.iter().map(|(month, name)| (month.as_str(), name.as_str())).collect();
        assert_eq!(names, [("2026-11", "November 2026"), ("2026-10", "October 2026"), ("2026-09", "September 2026")]);
        assert_eq!(months(day("1990-01-01"), day("2026-11-25")).len(), MONTHS);
    }
}
