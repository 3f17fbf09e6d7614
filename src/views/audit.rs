//! The audit log for people and scripts: entries with the names of those whom they concern.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::base::csv;
use crate::base::time::{Timestamp, midnight};
use crate::error::{Problem, Result};
use crate::model::audit::{Act, Entry, Filter, Hash, Object, Told};
use crate::model::user::{Auditor, Who};
use crate::store::{Rows, accounts, audit, meta, users};

/// An entry, with names. One shape for pages, documents and tables.
#[derive(Debug, Serialize)]
pub struct Line {
    pub seq: u64,
    pub at: String,
    /// `operator`, `user`, `client` or `nobody`.
    pub by: &'static str,
    /// The number of the user.
    pub user: Option<String>,
    /// What they were called then.
    pub who: String,
    pub act: &'static str,
    /// The handle of the account for which it was done.
    pub account: Option<String>,
    /// What kind of thing it was done to.
    pub kind: Option<&'static str>,
    pub object: Option<String>,
    /// What that was called then.
    pub name: String,
    pub before: String,
    pub after: String,
    pub why: String,
    /// Its words were erased.
    pub erased: bool,
    pub prev: Hash,
    pub hash: Hash,
    #[serde(skip)]
    pub moment: Timestamp,
    #[serde(skip)]
    pub did: Act,
}

/// A page of the log.
#[derive(Debug)]
pub struct Page {
    /// Newest first.
    pub lines: Vec<Line>,
    /// Where to go on; there may be more, or none that fits.
    pub rest: Option<u64>,
}

/// Entries that fit, below one where that is said.
pub fn page(rows: &impl Rows, _: Auditor, filter: &Filter, before: Option<u64>, most: usize) -> Result<Page> {
    let found = audit::find(rows, filter, before, most)?;
    let lines = found.entries.into_iter().map(|(entry, told, hash)| line(rows, &entry, told, hash));
    Ok(Page { lines: lines.collect::<Result<_>>()?, rest: found.rest })
}

fn line(rows: &impl Rows, entry: &Entry, told: Option<Told>, hash: Hash) -> Result<Line> {
    let erased = told.is_none();
    let told = told.unwrap_or_default();
    let account = entry.account.map_or(Ok(None), |id| accounts::get(rows, id))?;
    let by = match entry.who {
        Who::Operator => "operator",
        Who::User(_) => "user",
        Who::Client { .. } => "client",
        Who::Nobody => "nobody",
    };
    Ok(Line {
        seq: entry.seq,
        at: entry.at.rfc3339_millis(),
        by,
        user: entry.who.user().map(|id| id.to_string()),
        who: told.who,
        act: entry.act.name(),
        account: account.map(|account| account.handle).or_else(|| entry.account.map(|id| id.to_string())),
        kind: entry.object.as_ref().map(Object::kind),
        object: entry.object.as_ref().map(Object::id),
        name: told.object,
        before: told.before,
        after: told.after,
        why: told.why,
        erased,
        prev: entry.prev,
        hash,
        moment: entry.at,
        did: entry.act,
    })
}

/// The heads of the columns of [`table`].
const HEADS: [&str; 15] = [
    "seq", "at", "by", "user", "who", "act", "account", "kind", "object", "name", "before", "after", "why", "erased",
    "hash",
];

/// Entries as comma-separated values; with their heads, or to go on with.
pub fn table(lines: &[Line], with_heads: bool) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let row = |line: &Line| {
        [
            line.seq.to_string(),
            line.at.clone(),
            line.by.to_owned(),
            text(&line.user),
            line.who.clone(),
            line.act.to_owned(),
            text(&line.account),
            line.kind.unwrap_or_default().to_owned(),
            text(&line.object),
            line.name.clone(),
            line.before.clone(),
            line.after.clone(),
            line.why.clone(),
            line.erased.to_string(),
            line.hash.to_string(),
        ]
    };
    let all = csv::table(HEADS, lines.iter().map(row));
    if with_heads { all } else { all.split_once("\r\n").map(|(_, rest)| rest.to_owned()).unwrap_or_default() }
}

/// What is asked for, as it was typed; empty parts ask for nothing.
#[derive(Debug, Clone, Default)]
pub struct Asked<'a> {
    pub account: &'a str,
    pub user: &'a str,
    pub act: &'a str,
    pub since: &'a str,
    pub until: &'a str,
}

/// The filter that somebody typed. Days are days of the institution; `until` takes its day in.
pub fn filter(rows: &impl Rows, asked: &Asked<'_>) -> Result<Filter> {
    let zone = meta::institution(rows)?.zone();
    let handle = asked.account.trim().trim_start_matches('@');
    let account = if handle.is_empty() {
        None
    } else {
        let found = accounts::by_handle(rows, handle.split('@').next().unwrap_or_default())?;
        Some(found.ok_or_else(|| wrong("account", format!("There is no account @{handle}.")))?)
    };
    let typed = asked.user.trim();
    let user = if typed.is_empty() {
        None
    } else {
        let found = match typed.parse() {
            Ok(id) => users::get(rows, id)?,
            Err(_) => users::by_email(rows, typed)?,
        };
        Some(found.map(|user| user.id).ok_or_else(|| wrong("user", format!("There is no user '{typed}'.")))?)
    };
    let act = Some(asked.act.trim()).filter(|act| !act.is_empty());
    if let Some(act) = act.filter(|act| !Filter::knows(act)) {
        return Err(wrong("act", format!("There is no kind of act '{act}'.")));
    }
    Ok(Filter {
        account,
        user,
        act: act.map(str::to_owned),
        since: moment(&zone, asked.since, "since", false)?,
        until: moment(&zone, asked.until, "until", true)?,
    })
}

fn wrong(field: &'static str, what: String) -> crate::error::Error {
    let remedy = match field {
        "account" => "All accounts: instance account list",
        "user" => "All users: instance user list",
        "act" => "Take a name such as post.publish, or the part before its dot.",
        _ => "Write a day as 2026-11-25, or a moment as 2026-11-25T09:00:00Z.",
    };
    Problem::new("E700", what).field(field).remedy(remedy).into()
}

/// A day, at its beginning or its end, or a moment.
fn moment(zone: &TimeZone, typed: &str, field: &'static str, end: bool) -> Result<Option<Timestamp>> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    if let Some(moment) = Timestamp::parse_rfc3339(typed) {
        return Ok(Some(moment));
    }
    let day = typed.parse::<Date>().and_then(|day| if end { day.tomorrow() } else { Ok(day) });
    let start = day.ok().and_then(|day| midnight(day, zone));
    start.map(Some).ok_or_else(|| wrong(field, format!("'{typed}' is no day.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_institution() {
        let zone = TimeZone::get("Europe/Brussels").unwrap();
        let at = |typed, end| moment(&zone, typed, "since", end).unwrap().map(Timestamp::rfc3339);
        assert_eq!(at("2026-11-25", false).as_deref(), Some("2026-11-24T23:00:00Z"));
        assert_eq!(at("2026-11-25", true).as_deref(), Some("2026-11-25T23:00:00Z"));
        assert_eq!(at("2026-11-25T09:00:00Z", true).as_deref(), Some("2026-11-25T09:00:00Z"));
        assert_eq!(at(" ", false), None);
        for nonsense in ["yesterday", "2026-02-30", "1960-01-01", "-1"] {
            assert!(moment(&zone, nonsense, "since", false).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn a_table_has_as_many_cells_as_heads_and_no_formulas() {
        let line = Line {
            seq: 1,
            at: String::new(),
            by: "user",
            user: None,
            who: "=cmd".into(),
            act: "user.add",
            account: None,
            kind: None,
            object: None,
            name: "@x".into(),
            before: "+1".into(),
            after: "-1+2".into(),
            why: "a,\"b\"".into(),
            erased: false,
            prev: Hash::NONE,
            hash: Hash::NONE,
            moment: Timestamp(0),
            did: Act::UserAdd,
        };
        let table = table(&[line], true);
        assert!(table.starts_with("seq,at,by,"), "{table}");
        for cell in ["\"'=cmd\"", "\"'@x\"", "\"'+1\"", "\"'-1+2\"", "\"a,\"\"b\"\"\""] {
            assert!(table.contains(cell), "{cell} in {table}");
        }
    }
}
