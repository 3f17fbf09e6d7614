//! Documents as people read them. (Writing to a string cannot fail.)

mod audit;
mod drafts;
mod house;

use std::fmt::Write as _;

use serde_json::Value;

use super::out::{clean, table};
use crate::control::Command;

pub use house::samples;

/// The answer to a command, in words. What scripts take (an id, a token, an address) stands alone.
pub fn people(command: &Command, answer: &Value) -> String {
    match command {
        Command::AccountAdd(_) => format!("Created {}. Its page: {}\n", text(answer, "address"), text(answer, "url")),
        Command::AccountEdit(_) => format!("Changed {}.\n", text(answer, "address")),
        Command::AccountShow { .. } => account(answer),
        Command::AccountList => table(&rows(answer, "accounts", account_row)),
        Command::PostNew(new) if new.draft || new.at.is_some() => format!("{}\n", text(answer, "id")),
        Command::PostNew(_) => format!("{}\n", text(answer, "uri")),
        Command::PostShow { .. } if answer.get("parts").is_some() => drafts::draft(answer),
        Command::DraftList { .. } => drafts::list(answer),
        Command::DraftStep { .. } | Command::DraftLink { .. } => drafts::done(answer),
        Command::Plans { stop } => drafts::plans(*stop, answer),
        Command::PostShow { .. } => post(answer),
        Command::PostList { .. } => posts(answer),
        Command::PostEdit(_) => format!("Changed {}\n", text(answer, "uri")),
        Command::PostDelete { .. } => format!("Deleted {}\n", text(answer, "uri")),
        Command::PodcastAdd(_) => format!("{}\n", text(answer, "feed")),
        Command::PodcastShow { .. } => podcast(answer),
        Command::PodcastList { .. } => podcasts(answer),
        Command::PodcastEdit(_) => format!("Changed {}\n", text(answer, "url")),
        Command::PodcastDelete { .. } => format!("Given up: {}\n", text(answer, "url")),
        Command::React { .. } | Command::Pin { .. } => format!("Done: {}\n", text(answer, "post")),
        Command::ReplyList { .. } => replies(answer),
        Command::ReplyShow { .. }
        | Command::ReplyOne { .. }
        | Command::ReplyAssign { .. }
        | Command::ReplySet { .. }
        | Command::ReplyNote { .. } => of_reply(command, answer),
        Command::QueueList => queue(answer),
        Command::QueueRetry { .. } => format!("{} deliveries are tried now.\n", text(answer, "deliveries")),
        Command::QueueDrop { .. } => format!("{} deliveries were given up.\n", text(answer, "deliveries")),
        Command::TokenNew { .. } => format!("{}\n", text(answer, "token")),
        Command::TokenList => tokens(answer),
        Command::TokenRevoke { .. } => format!("Revoked {}.\n", text(answer, "id")),
        Command::UserAdd(_) => added(answer),
        Command::LoginLink { .. } => format!("{}\n", text(answer, "url")),
        Command::UserIdentity { .. } => identity(answer),
        Command::BreakGlass { .. } => break_glass(answer),
        Command::UserList => users(answer),
        Command::UserRole(_) => format!("{} is now {}.\n", called(answer), standing(answer)),
        Command::UserOff { .. } => switched_off(answer),
        Command::UserOn { .. } => format!("{} may log in again, as {}.\n", called(answer), standing(answer)),
        Command::UserPassword { .. } => format!("Set the password of {}.\n", called(answer)),
        Command::SessionList { .. } => sessions(answer),
        Command::SessionsEnd { .. } => format!("Ended {} sessions.\n", text(answer, "ended")),
        Command::SecondFactorRequire { required: true } => "Everybody needs a second factor.\n".to_owned(),
        Command::SecondFactorRequire { required: false } => "A second factor is everybody's own choice.\n".to_owned(),
        Command::SecondFactorRemove { .. } => format!("{} has no second factor any more.\n", called(answer)),
        Command::DemoRemove { .. } => house::demo(answer),
        Command::MediaShow | Command::MediaMove { .. } | Command::MediaCarry => house::media(answer),
        Command::AuditShow(_) => audit::entries(answer),
        Command::AuditVerify { .. } => audit::verified(answer),
        Command::AuditErase { .. } => format!("Erased the words of {} entries.\n", text(answer, "erased")),
        Command::EmblemSet { .. } if text(answer, "emblem").is_empty() => "There is no emblem any more.\n".to_owned(),
        Command::EmblemSet { .. } => format!("Pages show {} from now on.\n", text(answer, "emblem")),
        Command::SettingList | Command::SettingFile { .. } | Command::SettingsRead => String::new(),
        Command::SettingGet { .. } => format!("{}\n", text(answer, "value")),
        Command::SettingSet { .. } => format!("Set {} to {}.\n", text(answer, "key"), text(answer, "value")),
        Command::Check => check(answer),
        Command::Institution => format!("{}\n", text(answer, "name")),
    }
}

/// What to know about the words and the files of a post.
pub fn advice(post: &Value) -> impl Iterator<Item = &str> {
    let files = list(post, "media").iter().filter_map(|file| file.get("advice")?.as_str());
    list(post, "advice").iter().filter_map(Value::as_str).chain(files)
}

/// A field as text; empty when it is not there.
fn text(value: &Value, field: &str) -> String {
    match value.get(field) {
        Some(Value::String(text)) => clean(text),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    }
}

fn replies(answer: &Value) -> String {
    let row = |reply: &Value| {
        let words = text(reply, "text");
        let first = crate::base::text::clip(&crate::base::text::one_line(&words), 60).into_owned();
        let private = if reply.get("public") == Some(&Value::Bool(false)) { "private" } else { "" };
        vec![text(reply, "id"), text(reply, "shown"), text(reply, "from"), first, private.to_owned()]
    };
    match list(answer, "replies") {
        [] => "No answer waits for a decision.\n".to_owned(),
        _ => table(&rows(answer, "replies", row)),
    }
}

fn switched_off(answer: &Value) -> String {
    format!(
        "Switched {} off: {} sessions ended, {} tokens revoked.\n",
        called(answer),
        text(answer, "sessions_ended"),
        text(answer, "tokens_revoked")
    )
}

fn of_reply(command: &Command, answer: &Value) -> String {
    let (uri, owner) = (text(answer, "uri"), text(answer, "owner"));
    if matches!(command, Command::ReplyOne { .. }) {
        return one_reply(answer);
    }
    if matches!(command, Command::ReplyNote { .. }) {
        return format!("Noted about {uri}\n");
    }
    if matches!(command, Command::ReplyAssign { .. }) {
        return format!("Taken by {}: {uri}\n", if owner.is_empty() { "nobody" } else { &owner });
    }
    let field = if matches!(command, Command::ReplySet { .. }) { "state" } else { "shown" };
    format!("Now {}: {uri}\n", text(answer, field))
}

fn one_reply(reply: &Value) -> String {
    let public = if reply.get("public") == Some(&Value::Bool(true)) { text(reply, "shown") } else { "private".into() };
    let mut lines = vec![vec!["State".to_owned(), text(reply, "state")], vec!["On our pages".to_owned(), public]];
    for (label, field) in
        [("From", "from"), ("Taken by", "owner"), ("Post", "post"), ("Received", "received"), ("Address", "uri")]
    {
        let value = text(reply, field);
        if !value.is_empty() {
            lines.push(vec![label.to_owned(), value]);
        }
    }
    let mut page = table(&lines);
    let _ = write!(page, "\n{}\n", text(reply, "text"));
    for note in list(reply, "notes") {
        let by = text(note, "by");
        let by = if by.is_empty() { "the operator" } else { &by };
        let _ = write!(page, "\nNoted by {by}, {}: {}\n", text(note, "at"), text(note, "text"));
    }
    page
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn rows(value: &Value, field: &str, row: impl Fn(&Value) -> Vec<String>) -> Vec<Vec<String>> {
    list(value, field).iter().map(row).collect()
}

fn sample(value: &Value) -> &'static str {
    if value.get("demo") == Some(&Value::Bool(true)) { "sample" } else { "" }
}

fn account_row(account: &Value) -> Vec<String> {
    let count = |field: &str| format!("{} {field}", text(account, field));
    vec![
        text(account, "address"),
        text(account, "name"),
        count("followers"),
        count("posts"),
        sample(account).to_owned(),
    ]
}

fn account(account: &Value) -> String {
    let mut lines = vec![vec!["Address".to_owned(), text(account, "address")]];
    for (label, field) in [
        ("Name", "name"),
        ("Kind", "kind"),
        ("Language", "language"),
        ("Replies shown", "replies"),
        ("Languages go out as", "languages"),
        ("Followers", "followers"),
        ("Posts", "posts"),
        ("Page", "url"),
        ("ActivityPub id", "uri"),
        ("Picture", "avatar"),
        ("Wide picture", "header"),
    ] {
        let value = text(account, field);
        if !value.is_empty() {
            lines.push(vec![label.to_owned(), value]);
        }
    }
    lines.extend(rows(account, "fields", |line| vec![format!("· {}", text(line, "name")), text(line, "value")]));
    let summary = text(account, "summary");
    let summary = if summary.is_empty() { String::new() } else { format!("\n{summary}\n") };
    table(&lines) + &summary
}

fn languages(post: &Value) -> String {
    list(post, "versions").iter().map(|version| text(version, "lang")).collect::<Vec<_>>().join(",")
}

fn posts(answer: &Value) -> String {
    let row = |post: &Value| {
        let first = list(post, "versions").first().map(|version| text(version, "text")).unwrap_or_default();
        let beginning: String = first.chars().map(|c| if c == '\n' { ' ' } else { c }).take(60).collect();
        vec![
            text(post, "id"),
            text(post, "published"),
            format!("@{}", text(post, "account")),
            languages(post),
            sample(post).to_owned(),
            beginning,
        ]
    };
    let rows = rows(answer, "posts", row);
    if rows.is_empty() {
        "No posts yet. Publish one: instance post new --as HANDLE --text \"…\"\n".to_owned()
    } else {
        table(&rows)
    }
}

fn post(post: &Value) -> String {
    let mut out =
        format!("@{}, {}  {}\n{}\n", text(post, "account"), text(post, "published"), sample(post), text(post, "uri"));
    for version in list(post, "versions") {
        let warning = text(version, "warning");
        let warning = if warning.is_empty() { String::new() } else { format!("  [{warning}]") };
        let _ = writeln!(out, "\n[{}]{warning}\n{}", text(version, "lang"), text(version, "text"));
    }
    out += &poll(post);
    for (n, media) in list(post, "media").iter().enumerate() {
        let _ = writeln!(out, "\nPicture {}: {}\n{}", n + 1, text(media, "alt"), text(media, "url"));
    }
    out += &delivery(post.get("delivery"));
    out + &format!(
        "\n{} likes, {} boosts, {} replies\n",
        text(post, "likes"),
        text(post, "boosts"),
        text(post, "replies")
    )
}

/// Its answers with the votes, or nothing.
fn poll(post: &Value) -> String {
    let Some(poll) = post.get("poll").filter(|poll| poll.is_object()) else { return String::new() };
    let votes = list(poll, "votes").iter().map(|n| n.as_u64().unwrap_or_default().to_string());
    let answers = list(poll, "answers").iter().map(|answer| text(answer, "text"));
    let table = table(&answers.zip(votes).map(|(answer, votes)| vec![answer, votes]).collect::<Vec<_>>());
    let closed = poll.get("closed") == Some(&Value::Bool(true));
    let until = format!("{} {}", if closed { "closed" } else { "open until" }, text(poll, "ends"));
    format!("\nPoll, {until}, {} voted\n{table}", text(poll, "voters"))
}

/// How far it has come, if that was asked.
fn delivery(way: Option<&Value>) -> String {
    let Some(way) = way else { return String::new() };
    if way.is_null() {
        return "\nNo other server had to be told.\n".to_owned();
    }
    let so = |name: &str, one: &str, many: &str| {
        let n = text(way, name);
        format!("{n} {}", if n == "1" { one } else { many })
    };
    let mut out = format!(
        "\n{}, {}, {}; {} of {} reached\n",
        so("delivered", "server has it", "servers have it"),
        so("waiting", "is retried", "are retried"),
        so("refused", "refuses it", "refuse it"),
        text(way, "reached"),
        so("followers", "follower", "followers")
    );
    let row = |lacks: &Value| {
        let followers = text(lacks, "followers");
        let followers = format!("{followers} follower{}", if followers == "1" { "" } else { "s" });
        vec![text(lacks, "server"), followers, text(lacks, "state"), text(lacks, "said"), text(lacks, "advice")]
    };
    let rows = rows(way, "missing", row);
    if !rows.is_empty() {
        out += "\n";
        out += &table(&rows);
    }
    out
}

fn podcasts(answer: &Value) -> String {
    let row = |podcast: &Value| {
        let title = list(podcast, "versions").first().map(|told| text(told, "title")).unwrap_or_default();
        let account = format!("@{}", text(podcast, "account"));
        let episodes = format!("{} episodes", text(podcast, "episodes"));
        vec![text(podcast, "slug"), account, episodes, title, text(podcast, "feed")]
    };
    match list(answer, "podcasts") {
        [] => "No podcasts yet. Begin one: instance help podcast add\n".to_owned(),
        _ => table(&rows(answer, "podcasts", row)),
    }
}

fn podcast(podcast: &Value) -> String {
    let mut lines = Vec::new();
    for (label, field) in [
        ("Page", "url"),
        ("Account", "account"),
        ("Author", "author"),
        ("Mail", "mail"),
        ("Category", "category"),
        ("Order", "order"),
        ("Explicit", "explicit"),
        ("Locked", "locked"),
        ("Complete", "complete"),
        ("Cover", "cover"),
        ("Episodes", "episodes"),
    ] {
        lines.push(vec![label.to_owned(), text(podcast, field)]);
    }
    let mut out = table(&lines);
    for told in list(podcast, "versions") {
        let (lang, title, about) = (text(told, "lang"), text(told, "title"), text(told, "description"));
        let (feed, guid) = (text(told, "feed"), text(told, "guid"));
        let _ = writeln!(out, "\n[{lang}] {title}\n{about}\nFeed: {feed}\nGuid: {guid}");
    }
    let missing: Vec<&str> = list(podcast, "missing").iter().filter_map(Value::as_str).collect();
    if missing.is_empty() {
        return out + "\nReady for the directories: give them the address of the feed.\n";
    }
    out += "\nBefore you give the feed to directories:\n";
    for line in missing {
        let _ = writeln!(out, "· {}", clean(line));
    }
    out
}

fn queue(answer: &Value) -> String {
    let row = |lane: &Value| {
        let state = match (text(lane, "next"), lane.get("suspended") == Some(&Value::Bool(true))) {
            (next, _) if next.is_empty() => String::new(),
            (next, true) => format!("suspended, tried again {next}"),
            (next, false) => format!("next try {next}"),
        };
        vec![
            text(lane, "server"),
            format!("{} waiting", text(lane, "waiting")),
            format!("{} failed", text(lane, "failed")),
            state,
            text(lane, "said"),
        ]
    };
    let rows = rows(answer, "servers", row);
    if rows.is_empty() {
        return "Nothing waits, and nothing failed.\n".to_owned();
    }
    format!(
        "{} waiting, {} failed in the last 30 days\n\n{}",
        text(answer, "waiting"),
        text(answer, "failed"),
        table(&rows)
    )
}

fn tokens(answer: &Value) -> String {
    let row = |token: &Value| {
        let account = format!("@{}", text(token, "account"));
        let scopes = list(token, "scopes").iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",");
        vec![text(token, "id"), account, scopes, text(token, "created"), text(token, "name")]
    };
    let rows = rows(answer, "tokens", row);
    if rows.is_empty() { "No tokens.\n".to_owned() } else { table(&rows) }
}

/// What a user is called by on the command line.
fn called(user: &Value) -> String {
    let email = text(user, "email");
    if email.is_empty() { text(user, "id") } else { email }
}

/// `owner`, or `author, editor of @press`.
fn standing(user: &Value) -> String {
    let rank = text(user, "rank");
    let mut parts = if rank == "member" { Vec::new() } else { vec![rank] };
    for (account, roles) in user.get("roles").and_then(Value::as_object).into_iter().flatten() {
        let roles: Vec<&str> = roles.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        parts.push(format!("{} of @{}", roles.join(", "), clean(account)));
    }
    if parts.is_empty() { "without a role".to_owned() } else { parts.join("; ") }
}

/// The link for somebody new, who has none where people come through the identity provider.
fn added(user: &Value) -> String {
    match text(user, "url").as_str() {
        "" => format!("Added {}, who logs in through the identity provider.\n", called(user)),
        url => format!("{url}\n"),
    }
}

fn identity(user: &Value) -> String {
    let names: Vec<String> = list(user, "identities").iter().map(|identity| text(identity, "subject")).collect();
    match names.as_slice() {
        [] => format!("The identity provider does not know {} any more.\n", called(user)),
        names => format!("{} is known there as {}.\n", called(user), names.join(", ")),
    }
}

fn break_glass(answer: &Value) -> String {
    match (text(answer, "email").as_str(), text(answer, "password").as_str()) {
        ("", _) => "No owner is named who gets in when the identity provider fails. Name one: instance user break-glass EMAIL\n".to_owned(),
        (who, "true") => format!("{who} gets in without the identity provider.\n"),
        (who, _) => format!(
            "{who} gets in without the identity provider, once they have a password: instance user password {who}\n"
        ),
    }
}

fn sessions(answer: &Value) -> String {
    let row = |session: &Value| {
        let times = format!("{} until {}", text(session, "since"), text(session, "until"));
        vec![text(session, "id"), text(session, "browser"), times]
    };
    match list(answer, "sessions") {
        [] => "Logged in nowhere.\n".to_owned(),
        _ => table(&rows(answer, "sessions", row)),
    }
}

fn users(answer: &Value) -> String {
    let row = |user: &Value| {
        let off = text(user, "off");
        let off = if off.is_empty() { String::new() } else { format!("off since {off}") };
        vec![called(user), text(user, "name"), standing(user), off]
    };
    match list(answer, "users") {
        [] => "Nobody yet. The first owner logs in with: instance user login-link\n".to_owned(),
        _ => table(&rows(answer, "users", row)),
    }
}

fn check(answer: &Value) -> String {
    let number = |table: &Value| table.as_u64().unwrap_or_default();
    let facts = answer.get("facts").and_then(Value::as_object);
    let total: u64 = facts.map(|facts| facts.values().map(number).sum()).unwrap_or_default();
    let mut out = format!("{total} rows were read.\n");
    let wrong = answer.get("wrong").and_then(Value::as_object);
    for (table, difference) in wrong.into_iter().flatten() {
        let (extra, missing) = (text(difference, "extra"), text(difference, "missing"));
        let _ = writeln!(out, "The index '{table}' is wrong: {extra} rows too many, {missing} missing.");
    }
    for name in list(answer, "lost").iter().filter_map(Value::as_str) {
        let _ = writeln!(out, "The media file {name} is nowhere, and a record names it.");
    }
    if answer.get("sound") == Some(&Value::Bool(true)) {
        out += "Every index is what the facts say, and every media file is there.\n";
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_scripts_take_stands_alone() {
        let token =
            Command::TokenNew { account: "press".into(), user: None, scopes: "read".into(), name: String::new() };
        assert_eq!(people(&token, &json!({ "token": "abc", "account": "press" })), "abc\n");
        assert_eq!(
            people(&Command::LoginLink { user: None }, &json!({ "url": "http://x/desk/start/1", "expires": "…" })),
            "http://x/desk/start/1\n"
        );
    }

    #[test]
    fn what_servers_say_does_not_reach_the_terminal_as_orders() {
        let answer = json!({ "waiting": 1, "failed": 0, "servers": [
            { "server": "x.example", "waiting": 1, "failed": 0, "next": "2026-11-23T09:00:00Z", "suspended": false, "said": "500 \u{1b}[2J" } ] });
        let shown = people(&Command::QueueList, &answer);
        assert!(shown.contains("next try 2026-11-23T09:00:00Z") && !shown.contains('\u{1b}'), "{shown}");
        assert_eq!(
            people(&Command::QueueList, &json!({ "waiting": 0, "failed": 0, "servers": [] })),
            "Nothing waits, and nothing failed.\n"
        );
    }

    #[test]
    fn a_broken_index_is_named() {
        let answer = json!({ "sound": false, "facts": { "posts": 3, "meta": 2 }, "wrong": { "outbox": { "extra": 1, "missing": 2 } }, "lost": ["a.png"] });
        let shown = people(&Command::Check, &answer);
        assert!(shown.contains("5 rows") && shown.contains("'outbox' is wrong: 1 rows too many, 2 missing"), "{shown}");
        assert!(shown.contains("file a.png is nowhere") && !shown.contains("is there"), "{shown}");
    }
}
