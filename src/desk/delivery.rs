//! How far a post has come, as a picture, in sentences and server by server; and another try.

use std::sync::Arc;

use askama::Template;
use hyper::StatusCode;

use super::frame::{self, Frame, Wall};
use super::listing;
use super::plot::{self, Figure, Label, Point};
use crate::actions;
use crate::app::App;
use crate::base::text::{clip, grouped};
use crate::base::time::{Timestamp, about};
use crate::error::{Error, Result};
use crate::limits::desk::{MISSING, SHORT_WORDS};
use crate::model::delivery::State;
use crate::model::ids::{ActivityId, PostId, ServerId};
use crate::model::post::Post;
use crate::model::power::{Publish, Read};
use crate::model::reach::{Reach, percent};
use crate::store::{Rows, meta, posts};
use crate::views::reach::{self, Missing, Way};
use crate::web::request::{Form, Request};
use crate::web::response::{self, Response};
use crate::web::who::{Acts as _, Browser};

#[derive(Template)]
#[template(path = "desk/delivery.html")]
struct Page {
    f: Frame,
    post: PostId,
    words: String,
    lang: String,
    dir: &'static str,
    /// What was said about it, if more than once: time, whether it is the one shown, and its number.
    said: Vec<(String, bool, ActivityId)>,
    /// None when nobody was told.
    shown: Option<Shown>,
    notice: Option<String>,
    /// Whether anything is sent to other servers at all.
    live: bool,
    /// Whether whoever looks may try again.
    tries: bool,
}

struct Shown {
    activity: ActivityId,
    cards: [(String, String); 4],
    squares: String,
    legend: &'static str,
    /// Some have an inbox for each person.
    personal: bool,
    missing: Vec<Line>,
    all_missing: usize,
    /// Pages of the list of those that do not have it.
    before: Option<usize>,
    after: Option<usize>,
    curve: Option<Figure>,
}

/// A server that does not have it.
struct Line {
    server: ServerId,
    host: String,
    domains: String,
    followers: String,
    state: String,
    refused: bool,
    said: String,
    advice: String,
}

pub(super) fn page(app: &App, browser: &Browser, id: PostId, request: &Request) -> Result<Response> {
    let (asked, number) = (request.position("of"), request.position::<usize>("page").unwrap_or(1).clamp(1, 10_000));
    let now = app.now();
    let (page, curve) = app.store.read(|rows| {
        let asker = browser.asker();
        let post = posts::need(rows, id)?;
        asker.may::<Read>(post.account)?;
        let wall = Wall::of(&meta::institution(rows)?);
        let activity = activity(rows, &post, asked)?;
        let way = activity.map(|of| reach::way(rows, post.account, of, now, ((number - 1) * MISSING, MISSING)));
        let way = way.transpose()?.filter(|way| way.reach.inboxes > 0);
        let curve = way.as_ref().and_then(|way| curve(id, way));
        let said = post.activities.iter().map(|of| (wall.time(of.time()), Some(*of) == activity, *of));
        let main = post.main();
        let page = Page {
            f: Frame::of(rows, browser, "Delivery", "/desk/posts")?,
            post: id,
            words: clip(&listing::first(&post, SHORT_WORDS * 2), SHORT_WORDS * 2).into_owned(),
            lang: main.map(|version| version.lang.to_string()).unwrap_or_default(),
            dir: main.map_or("ltr", |version| version.lang.dir()),
            said: if post.activities.len() > 1 { said.collect() } else { Vec::new() },
            shown: way.map(|way| shown(way, number, now)),
            notice: notice(request),
            live: app.site.live,
            tries: asker.can::<Publish>(post.account),
        };
        Ok((page, curve))
    })?;
    if request.query("csv").is_some() {
        return curve.map_or(Err(Error::NotFound), |curve| Ok(response::csv(&format!("reach-{id}"), &curve.table())));
    }
    let mut page = page;
    if let Some(shown) = &mut page.shown {
        shown.curve = curve;
    }
    frame::page(StatusCode::OK, &page)
}

/// The activity that was asked for, or what was said last.
fn activity(rows: &impl Rows, post: &Post, asked: Option<ActivityId>) -> Result<Option<ActivityId>> {
    match asked {
        Some(asked) if post.activities.contains(&asked) => Ok(Some(asked)),
        Some(_) => Err(Error::NotFound),
        None => Ok(reach::latest(rows, post)?.map(|(activity, _)| activity)),
    }
}

fn notice(request: &Request) -> Option<String> {
    let (tried, spared): (usize, usize) = (request.position("tried")?, request.position("spared").unwrap_or(0));
    let tried = match tried {
        0 => "Nothing is tried again.".to_owned(),
        1 => "One delivery is tried now.".to_owned(),
        n => format!("{n} deliveries are tried now."),
    };
    let spared = match spared {
        0 => "",
        _ => " Those tried within the last minute are left alone.",
    };
    Some(format!("{tried}{spared}"))
}

fn shown(way: Way, number: usize, now: Timestamp) -> Shown {
    let reach = &way.reach;
    let waits = match (reach.waiting(), way.next.filter(|next| *next > now)) {
        (0, _) => "are retried".to_owned(),
        (1, Some(next)) => format!("is retried, next in {}", about(next.since(now))),
        (_, Some(next)) => format!("are retried, next in {}", about(next.since(now))),
        (_, None) => "are being sent".to_owned(),
    };
    let one_has = if reach.done == 1 { "server has it" } else { "servers have it" };
    let one_refuses = if reach.refused == 1 { "refuses it" } else { "refuse it" };
    let told = reach.inboxes.saturating_sub(reach.dropped);
    let followers = if reach.followers == 1 { "follower" } else { "followers" };
    let reached = format!("of {} {followers} reached", grouped(reach.followers));
    let sentence = format!(
        "{} of {} {} the post, {} {} retried, {} {one_refuses}.",
        grouped(reach.done),
        grouped(told),
        match (told, reach.done) {
            (1, _) => "server has",
            (_, 1) => "servers has",
            (_, _) => "servers have",
        },
        grouped(reach.waiting()),
        if reach.waiting() == 1 { "is" } else { "are" },
        grouped(reach.refused)
    );
    Shown {
        activity: way.activity,
        cards: [
            (grouped(reach.done), one_has.to_owned()),
            (grouped(reach.waiting()), waits),
            (grouped(reach.refused), one_refuses.to_owned()),
            (grouped(reach.reached()), reached),
        ],
        squares: plot::squares(("way", "Servers", &sentence), &way.squares),
        legend: if way.are_shares {
            "Squares stand for equal shares of the servers. Filled: delivered. Stroke: retried. Cross: refused."
        } else {
            "One square is one server, those with most followers first. Filled: delivered. Stroke: retried. Cross: refused."
        },
        personal: reach.servers < reach.inboxes,
        before: (number > 1).then(|| number - 1),
        after: (number * MISSING < way.all_missing).then_some(number + 1),
        all_missing: way.all_missing,
        missing: way.missing.into_iter().map(|missing| line(missing, now)).collect(),
        curve: None,
    }
}

fn line(missing: Missing, now: Timestamp) -> Line {
    let Missing { server, host, domains, followers, delivery, due, advice } = missing;
    let tries = match delivery.tries {
        1 => "once".to_owned(),
        tries => format!("{tries} times"),
    };
    let state = match (delivery.state, due.filter(|due| *due > now)) {
        (State::Waiting, Some(due)) if delivery.tries > 0 => {
            format!("tried {tries}, again in {}", about(due.since(now)))
        }
        (State::Waiting, Some(due)) => format!("tried in {}", about(due.since(now))),
        (State::Waiting, None) => "being sent".to_owned(),
        (State::GivenUp, _) => format!("given up, tried {tries}"),
        (State::Refused | State::Done | State::Dropped, _) => "refused".to_owned(),
    };
    Line {
        server,
        host,
        domains: domains.join(", "),
        followers: grouped(followers),
        state,
        refused: delivery.state != State::Waiting,
        said: delivery.said,
        advice: advice.words(),
    }
}

/// Percentage of followers reached, over seconds that grow tenfold from step to step.
fn curve(post: PostId, way: &Way) -> Option<Figure> {
    let Reach { followers, .. } = way.reach;
    let points = way.reach.points();
    if followers == 0 || points.is_empty() {
        return None;
    }
    let title = "Followers reached, by the time it took".to_owned();
    let spans = [50, 95].into_iter().filter_map(|share| {
        let seconds = way.reach.within(share)?;
        Some(format!("{share} % of the followers had it within {}", span(seconds)))
    });
    let spans: Vec<String> = spans.collect();
    let sentence = if spans.is_empty() {
        format!("{} % of the followers have it so far.", percent(way.reach.reached(), followers))
    } else {
        format!("{}.", spans.join("; "))
    };
    let last = points.last().map_or(1, |(seconds, _)| *seconds).max(60);
    let heights = points.iter().map(|(at, sum)| Point { at: tenfold(*at, last), height: percent(*sum, followers) });
    let ticks = [1, 10, 60, 600, 3_600, 36_000, 86_400, 259_200];
    let labels =
        ticks.into_iter().filter(|tick| *tick <= last).map(|at| Label { at: tenfold(at, last), text: span(at) });
    let (heights, labels): (Vec<_>, Vec<_>) = (heights.collect(), labels.collect());
    let rows = points.iter().map(|(at, sum)| vec![span(*at), sum.to_string(), percent(*sum, followers).to_string()]);
    Some(Figure {
        id: "curve",
        svg: plot::line(("curve", &title, &sentence), &heights, &labels, &[], (0, 100, " %")),
        title,
        sentence,
        heads: vec!["Within", "Followers", "Percent"],
        rows: rows.collect(),
        csv: format!("/desk/posts/{post}/delivery?of={}&csv=curve", way.activity),
    })
}

fn span(seconds: u64) -> String {
    about(std::time::Duration::from_secs(seconds))
}

/// Where seconds stand between 1 and `last` on an axis of powers.
#[expect(clippy::cast_precision_loss, reason = "a picture is no exacter than that")]
fn tenfold(seconds: u64, last: u64) -> f64 {
    (seconds.max(1) as f64).ln() / (last.max(2) as f64).ln()
}

/// Tries what one server does not have, or all.
pub(super) async fn try_again(app: &Arc<App>, browser: &Browser, id: PostId, form: &Form) -> Result<Response> {
    let post = app.store.read(|rows| posts::need(rows, id))?;
    let by = browser.asker().may::<Publish>(post.account)?;
    let activity: ActivityId = form.id("of")?;
    let server = form.find("server").map(str::parse).transpose()?;
    let again = browser.write(app, move |tx| actions::queue::try_again(tx, by, id, activity, server)).await?;
    let path = format!("/desk/posts/{id}/delivery?of={activity}&tried={}&spared={}", again.tried, again.spared);
    Ok(response::see_other(&path))
}
