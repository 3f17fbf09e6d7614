//! The audit log: who did what by which door, what must never stand in it, and what happens to whoever tampers with it.

use std::path::Path;
use std::time::Duration;

use instance::actions::{self, users};
use instance::base::time::Clock;
use instance::control::{self, AuditShow, Command};
use instance::crypto::token;
use instance::limits::audit::{DAYS_OF_YEAR, PAGE, YEARS};
use instance::model::client::Scopes;
use instance::model::user::{Rank, Role};
use instance::store::{Write, audit};
use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition};
use serde_json::Value;

use crate::support::data::Data;
use crate::support::http::send;
use crate::support::seat::{FORM, Seat, user};
use crate::support::{Instance, START, at_once, owner};

type Rows<'a> = TableDefinition<'a, &'static [u8], &'static [u8]>;

async fn show(server: &Instance, meant: AuditShow) -> Vec<Value> {
    let mut answer = control::run(&server.app, Command::AuditShow(meant)).await.unwrap();
    assert_eq!((&answer["schema"], &answer["rest"]), (&"instance.audit/1".into(), &Value::Null));
    answer["entries"].as_array_mut().unwrap().drain(..).collect()
}

async fn newest(server: &Instance) -> Value {
    show(server, AuditShow::default()).await.remove(0)
}

fn acts(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["act"].as_str().unwrap()).collect()
}

async fn sound(server: &Instance) -> Value {
    let report = control::run(&server.app, Command::AuditVerify { head: None }).await.unwrap();
    assert_eq!(report["sound"], true, "{report}");
    report
}

#[tokio::test]
async fn each_door_says_who_did_it() {
    let clock = Clock::by_hand(START);
    let server = Instance::start(&clock).await;
    let press = server.account.id;
    let ana = user(&server, "ana@city.example", Rank::Member, press, &[Role::Editor]).await;
    let added = newest(&server).await;
    assert_eq!((&added["act"], &added["by"]), (&"user.add".into(), &"operator".into()));
    assert_eq!((&added["object"], &added["after"]), (&ana.id.to_string().into(), &"member; @press: editor".into()));

    at_once(&server).await;
    let desk = Seat::of(&server, ana.id).await;
    let account = press.to_string();
    let sent = desk.post_parts("/desk/posts", &[("account", &account), ("lang", "en"), ("text", "By the desk")]).await;
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.text());
    let entry = newest(&server).await;
    assert_eq!(
        (&entry["act"], &entry["by"], &entry["account"]),
        (&"post.publish".into(), &"user".into(), &"press".into())
    );
    assert_eq!((&entry["user"], &entry["who"]), (&ana.id.to_string().into(), &"ana@city.example".into()));
    assert!(entry["after"].as_str().unwrap().starts_with("en: 11 characters, "), "{entry}");

    let (text, scopes) = (token::new(), Scopes::parse("read,write").unwrap());
    let (hash, id) = (token::hash(&text), ana.id);
    let add = move |tx: &mut Write<'_>| actions::tokens::add(tx, owner(), press, Some(id), &scopes, "phone", hash);
    server.app.store.write(add).await.unwrap();
    let headers = [("authorization", format!("Bearer {text}")), ("content-type", FORM.to_owned())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let sent = send("POST", &server.url("/api/v1/statuses"), &headers, "status=By+a+program").await;
    assert_eq!(sent.status.as_u16(), 200, "{}", sent.text());
    let entry = newest(&server).await;
    assert_eq!((&entry["by"], &entry["user"]), (&"client".into(), &ana.id.to_string().into()));
    assert_eq!(entry["who"], "ana@city.example (phone)");

    let post = server.publish("By the command line").await;
    control::run(&server.app, Command::PostDelete { post: post.id.to_string(), reason: Vec::new() }).await.unwrap();
    let all = show(&server, AuditShow { act: Some("post".into()), ..AuditShow::default() }).await;
    assert_eq!(acts(&all), ["post.delete", "post.publish", "post.publish", "post.publish"]);
    assert_eq!((&all[0]["by"], &all[0]["object"]), (&"operator".into(), &post.id.to_string().into()));

    let hers = show(&server, AuditShow { user: Some("ANA@city.example".into()), ..AuditShow::default() }).await;
    assert_eq!(acts(&hers), ["post.publish", "post.publish", "user.add"]);
    let of = |since: &str, until: &str| AuditShow {
        account: Some("@press".into()),
        since: Some(since.into()),
        until: Some(until.into()),
        ..AuditShow::default()
    };
    assert!(
        show(&server, of("2026-11-24", "")).await.is_empty() && show(&server, of("", "2026-11-22")).await.is_empty()
    );
    assert_eq!(show(&server, of("2026-11-23", "2026-11-23")).await.len(), 6);
    for wrong in [
        AuditShow { account: Some("nobody".into()), ..AuditShow::default() },
        AuditShow { user: Some("x@y.example".into()), ..AuditShow::default() },
        AuditShow { act: Some("publish".into()), ..AuditShow::default() },
        of("soon", ""),
    ] {
        let fault: control::Fault = control::run(&server.app, Command::AuditShow(wrong)).await.unwrap_err().into();
        assert_eq!(fault.id, "E700");
    }
    crate::support::drain(&[&server]).await;
}

#[tokio::test]
async fn failed_log_ins_are_told_of_those_who_exist_and_not_without_end() {
    let clock = Clock::by_hand(START);
    let server = Instance::start_as(&clock, false).await;
    let ana = user(&server, "ana@city.example", Rank::Owner, server.account.id, &[]).await;
    for email in ["ana@city.example", "nobody@elsewhere.example"].repeat(9) {
        let wrong = [("email", email), ("password", "a guess of somebody"), ("code", "123456")];
        assert_eq!(Seat::empty(&server).post("/desk/login", &wrong).await.status.as_u16(), 422);
    }
    let failed = show(&server, AuditShow { act: Some("session.failed".into()), ..AuditShow::default() }).await;
    assert_eq!(failed.len(), 5);
    for entry in &failed {
        assert_eq!((&entry["by"], &entry["object"]), (&"nobody".into(), &ana.id.to_string().into()));
    }
    let all = raw_text(&server);
    for absent in ["elsewhere", "a guess", "123456", "127.0.0.1"] {
        assert!(!all.contains(absent), "{absent}");
    }
}

/// Everything that the log holds.
fn raw_text(server: &Instance) -> String {
    server
        .app
        .store
        .read(|rows| {
            let rows = audit::oldest(rows, None, usize::MAX)?;
            Ok(serde_json::to_string(&rows).unwrap())
        })
        .unwrap()
}

#[tokio::test]
async fn no_secret_and_no_text_of_a_post_stands_in_the_log() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let ana = user(&server, "ana@city.example", Rank::Owner, server.account.id, &[]).await;
    let desk = Seat::of(&server, ana.id).await;
    let password = "correct horse battery";
    let set = desk.post("/desk/account/password", &[("password", password), ("again", password)]).await;
    assert_eq!(set.status.as_u16(), 303, "{}", set.text());
    let made = control::run(&server.app, Command::LoginLink { user: Some("ana@city.example".into()) }).await.unwrap();
    let code = made["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let new = Command::TokenNew { account: "press".into(), user: None, scopes: "read".into(), name: "t".into() };
    let secret = control::run(&server.app, new).await.unwrap()["token"].as_str().unwrap().to_owned();
    let post = server.publish("Personal words that a court forbids").await;
    control::run(&server.app, Command::PostDelete { post: post.id.to_string(), reason: Vec::new() }).await.unwrap();
    let all = raw_text(&server);
    for absent in [password, &code, &secret, "Personal", "court", &desk.csrf] {
        assert!(!all.contains(absent), "{absent}");
    }
    let found = show(&server, AuditShow::default()).await;
    for act in ["password.set", "link.make", "token.add", "post.publish", "post.delete"] {
        assert!(acts(&found).contains(&act), "{act}");
    }
    crate::support::drain(&[&server]).await;
}

#[tokio::test]
async fn the_page_shows_filters_and_hands_out_files() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let chief = user(&server, "o@city.example", Rank::Auditor, server.account.id, &[]).await;
    let own = owner().for_user(chief.id);
    let name = "=HYPERLINK(\"http://evil.example\")<b>";
    let rename = move |tx: &mut Write<'_>| users::describe(tx, own, name, "o@city.example", &"en".parse()?).map(|_| ());
    server.app.store.write(rename).await.unwrap();
    for n in 0..PAGE {
        server.publish(&format!("Post {n}")).await;
    }
    let desk = Seat::of(&server, chief.id).await;
    let page = desk.get("/desk/audit").await;
    assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, "no-store"));
    let page = page.text();
    assert_eq!(page.matches("<li class=\"row\"").count(), PAGE);
    let (_, older) = page.split_once("href=\"/desk/audit?before=").unwrap();
    let older = desk.get(&format!("/desk/audit?before={}", older.split('"').next().unwrap())).await.text();
    assert!(older.contains("Set the server up") && older.contains("=HYPERLINK(") && !older.contains("<b>=HYPERLINK"));
    assert!(!older.contains(")<b>") && !older.contains("Older entries"));

    let some = desk.get("/desk/audit?account=&user=&act=user&since=2026-11-23&until=").await.text();
    assert_eq!(some.matches("<li class=\"row\"").count(), 2, "added and renamed");
    assert!(some.contains("<option value=\"user\" selected>") && some.contains("type=\"date\" value=\"2026-11-23\""));
    let wrong = desk.get("/desk/audit?since=nonsense").await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert!(wrong.text().contains("href=\"#since\"") && wrong.text().contains("value=\"nonsense\""));

    let table = desk.get("/desk/audit/log.csv?act=user").await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert!(table.header("content-disposition").contains("audit.csv"));
    let table = table.text();
    assert_eq!(table.lines().count(), 3, "{table}");
    assert!(table.contains("\"'=HYPERLINK(") && !table.contains(",=") && !table.contains(",\"="), "{table}");
    let document = desk.get("/desk/audit/log.json").await.json();
    assert_eq!(document["entries"].as_array().unwrap().len() as u64, sound(&server).await["entries"].as_u64().unwrap());
}

#[tokio::test]
async fn what_is_old_is_cut_off_and_the_rest_still_proves_itself() {
    let clock = Clock::by_hand(START);
    let server = Instance::start_as(&clock, false).await;
    server.publish("Early").await;
    let early = sound(&server).await;
    let years = YEARS * DAYS_OF_YEAR * 24 * 3600;
    clock.advance(Duration::from_secs(years - 60));
    instance::work::prune::turn(&server.app, false).await.unwrap();
    assert_eq!(sound(&server).await["first"], 1, "not a minute too early");
    let late = server.publish("Late").await;
    clock.advance(Duration::from_secs(61));
    instance::work::prune::turn(&server.app, false).await.unwrap();
    let report = sound(&server).await;
    assert_eq!(report["entries"], 2, "the late one, and that the others went");
    let left = show(&server, AuditShow::default()).await;
    assert_eq!(acts(&left), ["audit.prune", "post.publish"]);
    assert_eq!(left[1]["object"], late.id.to_string());
    assert!(left[0]["after"].as_str().unwrap().starts_with("entries 1 to "), "{left:?}");
    instance::work::prune::turn(&server.app, false).await.unwrap();
    assert_eq!(sound(&server).await["entries"], 2, "nothing more to cut");
    let head = early["head"]["hash"].as_str().map(str::to_owned);
    let report = control::run(&server.app, Command::AuditVerify { head }).await.unwrap();
    assert!(report["findings"][0].as_str().unwrap().contains("older than what is kept"), "{report}");
}

#[tokio::test]
async fn somebody_who_left_can_be_erased() {
    let server = Instance::start_as(&Clock::by_hand(START), false).await;
    let ana = user(&server, "ana@city.example", Rank::Member, server.account.id, &[Role::Editor]).await;
    at_once(&server).await;
    let desk = Seat::of(&server, ana.id).await;
    let account = server.account.id.to_string();
    desk.post_parts("/desk/posts", &[("account", &account), ("lang", "en"), ("text", "Hers")]).await;
    server.publish("Somebody else's").await;
    let erase = || Command::AuditErase { user: "ana@city.example".into(), why: "Art. 17".into() };
    let fault: control::Fault = control::run(&server.app, erase()).await.unwrap_err().into();
    assert_eq!(fault.id, "E702");
    control::run(&server.app, Command::UserOff { user: "ana@city.example".into(), heir: None }).await.unwrap();
    assert!(raw_text(&server).contains("ana@"));
    assert_eq!(control::run(&server.app, erase()).await.unwrap()["erased"], 3);
    assert!(!raw_text(&server).contains("ana@"), "{}", raw_text(&server));
    assert_eq!(sound(&server).await["erased"], 3);
    let all = show(&server, AuditShow::default()).await;
    assert_eq!(acts(&all)[..4], ["audit.erase", "user.off", "post.publish", "post.publish"]);
    let erased: Vec<bool> = all[..4].iter().map(|entry| entry["erased"].as_bool().unwrap()).collect();
    assert_eq!((erased, &all[0]["why"]), (vec![false, true, false, true], &"Art. 17".into()));
    assert_eq!(control::run(&server.app, erase()).await.unwrap()["erased"], 0, "a second time finds nothing");
}

/// The rows of the log in a file.
fn rows(file: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
    let database = Database::open(file).unwrap();
    let table = database.begin_read().unwrap().open_table(Rows::new("audit")).unwrap();
    let row = |(key, value): (redb::AccessGuard<'_, &[u8]>, redb::AccessGuard<'_, &[u8]>)| {
        (key.value().to_vec(), value.value().to_vec())
    };
    table.iter().unwrap().map(|found| row(found.unwrap())).collect()
}

/// Puts other rows in their place.
fn tamper(file: &Path, rows: &[(Vec<u8>, Vec<u8>)], head: Option<&str>) {
    let database = Database::open(file).unwrap();
    let txn = database.begin_write().unwrap();
    {
        let mut table = txn.open_table(Rows::new("audit")).unwrap();
        table.retain(|_, _| false).unwrap();
        for (key, value) in rows {
            table.insert(key.as_slice(), value.as_slice()).unwrap();
        }
        if let Some(head) = head {
            let mut meta = txn.open_table(Rows::new("meta")).unwrap();
            meta.insert(b"audit_head\0".as_slice(), head.as_bytes()).unwrap();
        }
    }
    txn.commit().unwrap();
}

#[test]
fn verify_ends_with_3_when_somebody_was_at_the_file() {
    let data = Data::set_up();
    for text in ["one", "two", "three"] {
        data.fine(&["post", "new", "--as", "press", "--lang", "en", "--text", text]);
    }
    let told = data.fine(&["audit", "verify"]);
    assert!(told.contains("Each entry is as it was written"), "{told}");
    let shown = data.json(&["audit", "show"]);
    let entries = shown["entries"].as_array().unwrap();
    assert_eq!(entries[0]["act"], "post.publish");
    let head = entries[0]["hash"].as_str().unwrap().to_owned();
    assert!(told.lines().any(|line| line == format!("Head: {head}")), "{told}");
    data.fine(&["audit", "verify", "--head", &head]);
    let table = String::from_utf8(data.run(&["audit", "show", "--csv", "--act", "post"]).stdout).unwrap();
    assert_eq!((table.lines().count(), table.matches("\r\n").count()), (4, 4), "{table}");
    assert!(data.fine(&["audit", "show"]).lines().count() == entries.len());

    let file = data.path.join("store.redb");
    let right = rows(&file);
    let last = right.len() - 1;
    let changed = |n: usize, from: &str, to: &str| {
        let mut rows = right.clone();
        let text = String::from_utf8(rows[n].1.clone()).unwrap();
        assert!(text.contains(from), "{text}");
        rows[n].1 = text.replacen(from, to, 1).into_bytes();
        rows
    };
    let cut = right[..last].to_vec();
    let (mut gone, mut swapped) = (right.clone(), right.clone());
    gone.remove(1);
    (swapped[1].1, swapped[2].1) = (right[2].1.clone(), right[1].1.clone());
    let before = serde_json::from_slice::<Value>(&right[last - 1].1).unwrap();
    let its_head = format!("{{\"seq\":{last},\"hash\":{}}}", before["hash"]);
    for (what, rows, its_head, words) in [
        ("a changed act", changed(last, "post.publish", "post.delete"), None, vec![]),
        ("a changed word", changed(last, "characters", "caricature"), None, vec![]),
        ("another time", changed(1, "\"at\":1", "\"at\":2"), None, vec![]),
        ("an entry less", gone, None, vec![]),
        ("two swapped", swapped, None, vec![]),
        ("no end", cut.clone(), None, vec![]),
        ("no end, and nothing beside it", cut, Some(its_head.as_str()), vec!["--head", head.as_str()]),
    ] {
        tamper(&file, &rows, its_head);
        let output = data.run(&[&["audit", "verify"], words.as_slice()].concat());
        assert_eq!(output.status.code(), Some(3), "{what}: {}", String::from_utf8_lossy(&output.stdout));
        let output = data.run(&[&["audit", "verify", "--json"], words.as_slice()].concat());
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((output.status.code(), &report["sound"]), (Some(3), &false.into()), "{what}");
        let head = format!("{{\"seq\":{},\"hash\":\"{head}\"}}", right.len());
        tamper(&file, &right, Some(&head));
        data.fine(&["audit", "verify"]);
    }
    assert_eq!(data.run(&["audit", "verify", "--head", "abc"]).status.code(), Some(1));
}
