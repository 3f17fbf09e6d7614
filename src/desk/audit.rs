//! The audit log at the desk: who did what, by account, person, act and day; as a page and as files.

use askama::Template;
use hyper::{StatusCode, header};

use super::faults::Faults;
use super::frame::{self, Frame, Wall};
use super::listing;
use crate::app::App;
use crate::base::text;
use crate::base::time::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::limits;
use crate::model::audit::{Act, Filter};
use crate::model::draft::Stage;
use crate::store::schema::MEDIA;
use crate::store::{Rows, accounts, drafts, meta, posts, users};
use crate::views::audit::{self, Asked, Line};
use crate::views::plans::stage_words;
use crate::web::request::Request;
use crate::web::response::{self, Response};
use crate::web::who::Browser;

#[derive(Template)]
#[template(path = "desk/audit.html")]
struct Log {
    f: Frame,
    faults: Faults,
    accounts: Vec<Choice>,
    people: Vec<Choice>,
    acts: Vec<Group>,
    since: String,
    until: String,
    entries: Vec<Item>,
    /// The address of older entries, and of this page as files.
    older: String,
    query: String,
    /// How many a file holds.
    most: usize,
}

struct Choice {
    value: String,
    title: String,
    chosen: bool,
}

/// Acts that are about the same.
struct Group {
    about: &'static str,
    acts: Vec<Choice>,
}

/// An entry, in words.
struct Item {
    seq: u64,
    title: &'static str,
    who: String,
    time: String,
    machine_time: String,
    account: String,
    object: String,
    /// Where to look at it.
    link: String,
    before: String,
    after: String,
    why: String,
    erased: bool,
}

fn asked(request: &Request) -> Asked<'_> {
    let part = |name| request.query(name).unwrap_or_default();
    Asked { account: part("account"), user: part("user"), act: part("act"), since: part("since"), until: part("until") }
}

/// `GET /desk/audit`
pub(super) fn page(app: &App, browser: &Browser, request: &Request) -> Result<Response> {
    let auditor = browser.asker().may_audit()?;
    let (asked, before) = (asked(request), request.position("before"));
    let page = app.store.read(|rows| {
        let (filter, faults) = match audit::filter(rows, &asked) {
            Ok(filter) => (Some(filter), Faults::default()),
            Err(Error::Invalid(problem)) => (None, fault(&problem)),
            Err(e) => return Err(e),
        };
        let found = filter.map(|filter: Filter| audit::page(rows, auditor, &filter, before, limits::audit::PAGE));
        let found = found.unwrap_or_else(|| Ok(audit::Page { lines: Vec::new(), rest: None }))?;
        let wall = Wall::of(&meta::institution(rows)?);
        let query = query(&asked);
        let older = found.rest.map(|rest| format!("/desk/audit?{query}before={rest}")).unwrap_or_default();
        Ok(Log {
            f: Frame::of(rows, browser, "Audit log", "/desk/audit")?.with(&faults),
            faults,
            accounts: accounts_of(rows, &asked)?,
            people: people_of(rows, &asked)?,
            acts: groups(&asked),
            since: asked.since.to_owned(),
            until: asked.until.to_owned(),
            entries: found.lines.iter().map(|line| item(rows, &wall, line)).collect::<Result<_>>()?,
            older,
            query,
            most: limits::audit::FILE,
        })
    })?;
    frame::page(page.faults.status(), &page)
}

fn fault(problem: &Problem) -> Faults {
    Faults::of(problem.field.unwrap_or("since"), problem)
}

/// What is asked for, to be asked again: empty, or ending with `&`.
fn query(asked: &Asked<'_>) -> String {
    let parts = [
        ("account", asked.account),
        ("user", asked.user),
        ("act", asked.act),
        ("since", asked.since),
        ("until", asked.until),
    ];
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parts.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { query } else { query + "&" }
}

fn accounts_of(rows: &impl Rows, asked: &Asked<'_>) -> Result<Vec<Choice>> {
    let wanted = asked.account.trim_start_matches('@');
    let choice = |handle: String| Choice { title: format!("@{handle}"), chosen: handle == wanted, value: handle };
    Ok(accounts::all(rows)?.into_iter().map(|account| choice(account.handle)).collect())
}

fn people_of(rows: &impl Rows, asked: &Asked<'_>) -> Result<Vec<Choice>> {
    let choice = |user: &crate::model::user::User| {
        let value = user.id.to_string();
        Choice { title: user.told_apart(), chosen: value == asked.user, value }
    };
    Ok(users::all(rows)?.iter().map(choice).collect())
}

fn groups(asked: &Asked<'_>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for act in Act::ALL {
        let about = act.name().split_once('.').map_or("", |(about, _)| about);
        let choice =
            Choice { value: act.name().to_owned(), title: act.title().to_owned(), chosen: act.name() == asked.act };
        match groups.iter_mut().find(|group| group.about == about) {
            Some(group) => group.acts.push(choice),
            None => groups.push(Group { about, acts: vec![choice] }),
        }
    }
    for group in groups.iter_mut().filter(|group| group.acts.len() > 1) {
        let chosen = group.about == asked.act;
        group.acts.insert(0, Choice { value: group.about.to_owned(), title: format!("All: {}", group.about), chosen });
    }
    groups
}

fn item(rows: &impl Rows, wall: &Wall, line: &Line) -> Result<Item> {
    let who = match (line.by, line.who.as_str()) {
        ("operator", _) => "the operator".to_owned(),
        ("nobody", _) => "nobody who is known".to_owned(),
        ("client", "") => "a program".to_owned(),
        ("client", name) => format!("the program {name}"),
        // Only the first owner may have said neither a name nor an address.
        (_, "") if !line.erased => "the first owner".to_owned(),
        (_, "") => format!("user {}", line.user.as_deref().unwrap_or_default()),
        (_, name) => name.to_owned(),
    };
    let id = line.object.clone().unwrap_or_default();
    let (link, words) = leads(rows, line.kind, &id)?;
    let named = [line.name.clone(), words, id].into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    Ok(Item {
        seq: line.seq,
        title: line.did.title(),
        who,
        time: wall.time(line.moment),
        machine_time: line.at.clone(),
        account: line.account.clone().unwrap_or_default(),
        object: line.kind.map(|kind| format!("{kind} {named}")).unwrap_or_default(),
        link,
        before: readable(wall, line.kind, &line.before),
        after: readable(wall, line.kind, &line.after),
        why: line.why.clone(),
        erased: line.erased,
    })
}

/// As a person reads it: where a draft stands, in the words of its own page, and when it goes out, on the wall's clock.
/// The log itself names both as programs do.
fn readable(wall: &Wall, kind: Option<&str>, told: &str) -> String {
    let end = told.find([',', ';']).unwrap_or(told.len());
    let (name, rest) = told.split_at_checked(end).unwrap_or((told, ""));
    let Some(stage) = Stage::named(name).filter(|_| kind == Some("draft")) else {
        return told.to_owned();
    };
    let (due, more) = rest.split_once(';').map_or((rest, String::new()), |(due, more)| (due, format!(";{more}")));
    let moment = due.strip_prefix(", ").and_then(Timestamp::parse_rfc3339);
    let due = moment.map_or_else(|| due.to_owned(), |moment| format!(" for {}", wall.time(moment)));
    format!("{}{due}{more}", stage_words(stage))
}

/// Where to look at what an entry is about, and its first words, as long as it is there.
fn leads(rows: &impl Rows, kind: Option<&str>, id: &str) -> Result<(String, String)> {
    Ok(match kind {
        Some("post") => {
            let post = id.parse().map_or(Ok(None), |post| posts::get(rows, post))?;
            let words = match post.filter(|post| post.deleted.is_none()) {
                Some(post) => quoted(&listing::first(&post, limits::desk::SHORT_WORDS)),
                None => format!("{id}, which is gone"),
            };
            (format!("/ap/posts/{id}"), words)
        }
        Some("user") => {
            let user = id.parse().map_or(Ok(None), |user| users::get(rows, user))?;
            (format!("/desk/users/{id}"), user.map(|user| user.called().to_owned()).unwrap_or_default())
        }
        Some("reply") => (format!("/desk/inbox/{id}"), String::new()),
        Some("draft") => match id.parse().map_or(Ok(None), |draft| drafts::get(rows, draft))? {
            Some(draft) => {
                let text = draft.content.main().map(|version| text::one_line(&version.text)).unwrap_or_default();
                (format!("/desk/drafts/{id}"), quoted(&text::clip(&text, limits::desk::SHORT_WORDS)))
            }
            None => (String::new(), format!("{id}, which is gone")),
        },
        Some("media") => match id.parse().map_or(Ok(None), |media| rows.get(&MEDIA, &media))? {
            Some(media) => {
                let alt = text::clip(&media.alt, limits::desk::SHORT_WORDS);
                (format!("/media/{}", media.file), quoted(&alt))
            }
            None => (String::new(), format!("{id}, which is gone")),
        },
        Some(_) | None => (String::new(), String::new()),
    })
}

/// Nothing where there are no words: the number stands in.
fn quoted(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!("“{words}”") }
}

/// `GET /desk/audit/log.csv` and `log.json`: what the page shows, and older entries besides.
pub(super) fn file(app: &App, browser: &Browser, request: &Request, as_table: bool) -> Result<Response> {
    let auditor = browser.asker().may_audit()?;
    let (asked, before) = (asked(request), request.position("before"));
    let found = app.store.read(|rows| {
        let filter = audit::filter(rows, &asked)?;
        audit::page(rows, auditor, &filter, before, limits::audit::FILE)
    })?;
    let (mut response, name) = if as_table {
        let table = audit::table(&found.lines, true);
        (response::answer(StatusCode::OK, "text/csv; charset=utf-8", table), "attachment; filename=\"audit.csv\"")
    } else {
        let document = serde_json::json!({ "schema": "instance.audit/1", "entries": found.lines, "rest": found.rest });
        (response::json(StatusCode::OK, &document)?, "attachment; filename=\"audit.json\"")
    };
    response::set(response.headers_mut(), header::CONTENT_DISPOSITION, name);
    Ok(response)
}
