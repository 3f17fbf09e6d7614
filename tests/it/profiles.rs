//! What an account says of itself, with its two pictures, and the institution's emblem: changed at the desk without
//! script, by programs and by the command line; other servers are told.

use std::time::Duration;

use instance::base::time::Clock;
use instance::control::{self, AccountChange, Command, Fault, Upload};
use instance::media::draw;
use instance::model::media::About;
use instance::store::{activities, deliveries};
use serde_json::{Value, json};

use crate::client::Program;
use crate::support::http::{Answer, activity, get, send};
use crate::support::seat::owner_seat;
use crate::support::{Folder, Instance, START, drain, follow};

/// All that other servers were told, the last first.
fn told(server: &Instance) -> Vec<Value> {
    let read = server.app.store.read(|rows| {
        let mut ids = Vec::new();
        deliveries::each(rows, |name, _| {
            ids.push(name.0);
            Ok(true)
        })?;
        ids.dedup();
        ids.into_iter().map(|id| activities::get(rows, id)).collect::<Result<Vec<_>, _>>()
    });
    read.unwrap().into_iter().flatten().map(|activity| serde_json::from_str(activity.json.get()).unwrap()).collect()
}

/// The profile as it was told last.
fn last_profile(server: &Instance) -> Value {
    let update = told(server).into_iter().find(|said| said["type"] == "Update").expect("an Update");
    assert_eq!(update["object"]["id"], server.actor());
    update["object"].clone()
}

/// The hidden field of a picture that was uploaded with a form that came back.
fn kept(page: &str, id: &str) -> String {
    let start = page.split(&format!("name=\"kept-{id}\" value=\"")).nth(1).expect("the picture is kept");
    start.split('"').next().unwrap().to_owned()
}

fn files(server: &Instance) -> usize {
    server.app.files.list().count()
}

#[tokio::test]
async fn a_profile_is_changed_at_the_desk_and_other_servers_are_told() {
    let clock = Clock::by_hand(START);
    let (server, reader) = (Instance::start(&clock).await, Instance::start(&clock).await);
    follow(&reader, &server).await;
    drain(&[&server, &reader]).await;
    let seat = owner_seat(&server).await;
    let path = format!("/desk/accounts/{}", server.account.id);
    assert!(seat.get("/desk/accounts").await.text().contains(&path));
    let blank = seat.get(&path).await.text();
    assert!(blank.contains("name=\"picture-avatar\"") && blank.contains("value=\"Press Office\""), "{blank}");

    let picture = draw::sample(draw::Sample::Bridge);
    let words =
        [("name", "Press office"), ("summary", "News"), ("label-1", "Site"), ("value-1", "https://city.example")];
    // Without a description it comes back, with the picture and all words.
    let back = seat.post_files(&path, &words, &[("picture-avatar", &picture)]).await;
    let page = back.text();
    assert!(back.status == 422 && page.contains("href=\"#about-avatar\"") && page.contains("Press office"), "{page}");
    assert!(told(&server).iter().all(|said| said["type"] != "Update"), "nothing is half done");
    let id = kept(&page, "avatar");
    let more = [("kept-avatar", id.as_str()), ("about-avatar", "The old bridge")];
    let saved = seat.post_parts(&path, &[&words[..], &more].concat()).await;
    assert_eq!((saved.status.as_u16(), saved.header("location").starts_with("/desk/accounts?done=")), (303, true));
    drain(&[&server, &reader]).await;
    let profile = last_profile(&server);
    assert_eq!((&profile["name"], &profile["icon"]["summary"]), (&json!("Press office"), &json!("The old bridge")));
    assert_eq!(profile["attachment"][0]["name"], "Site");
    assert_eq!(profile, without_context(&activity(&server.actor()).await.json()));
    let size = shown_size(&get(profile["icon"]["url"].as_str().unwrap(), "*/*").await);
    assert_eq!(size, (400, 400), "it is cut square");
    assert_eq!(reader.knows(&server).unwrap().profile.name, "Press office");

    // Only words about the picture that stays; then it goes, with its files.
    clock.advance(Duration::from_secs(1));
    let (held, more) = (files(&server), [("kept-avatar", id.as_str()), ("about-avatar", "The bridge at dawn")]);
    assert_eq!(seat.post_parts(&path, &[&words[..], &more].concat()).await.status, 303);
    assert_eq!(last_profile(&server)["icon"]["summary"], "The bridge at dawn");
    assert_eq!(files(&server), held);
    let gone = [("kept-avatar", id.as_str()), ("about-avatar", "x"), ("remove-avatar", "1")];
    clock.advance(Duration::from_secs(1));
    assert_eq!(seat.post_parts(&path, &[&words[..], &gone].concat()).await.status, 303);
    drain(&[&server, &reader]).await;
    assert_eq!(last_profile(&server)["icon"], Value::Null);
    assert!(files(&server) < held, "its files are gone");
    // A picture of another account, or one that is used elsewhere, is none to choose.
    let stolen = [("kept-avatar", id.as_str()), ("about-avatar", "x")];
    assert_eq!(seat.post_parts(&path, &[&words[..], &stolen].concat()).await.status, 422);
}

fn without_context(document: &Value) -> Value {
    let mut document = document.clone();
    document.as_object_mut().unwrap().shift_remove("@context");
    document
}

/// Of a PNG or JPEG that was answered.
fn shown_size(answer: &Answer) -> (u32, u32) {
    let picture = instance::media::picture::process(&answer.body).unwrap();
    (picture.width, picture.height)
}

#[tokio::test]
async fn programs_change_a_profile_as_they_do_elsewhere() {
    let clock = Clock::by_hand(START);
    let (server, reader) = (Instance::start(&clock).await, Instance::start(&clock).await);
    follow(&reader, &server).await;
    drain(&[&server, &reader]).await;
    let program = Program::new(&server, "read,write:accounts").await;
    let path = "/api/v1/accounts/update_credentials";
    let wanted = json!({
        "display_name": "Press office", "note": "News", "bot": true,
        "fields_attributes": [{ "name": "Site", "value": "https://city.example" }], "source": { "language": "de" },
    });
    let me = program.call("PATCH", path, wanted).await.json();
    assert_eq!((&me["display_name"], &me["source"]["note"]), (&json!("Press office"), &json!("News")), "{me}");
    assert_eq!((&me["bot"], &me["source"]["language"]), (&json!(true), &json!("de")));
    assert_eq!(me["source"]["fields"][0]["value"], "https://city.example");

    let picture = draw::sample(draw::Sample::Bridge);
    let mut body = b"--x\r\nContent-Disposition: form-data; name=\"avatar_description\"\r\n\r\nA bridge\r\n".to_vec();
    body.extend(b"--x\r\nContent-Disposition: form-data; name=\"header\"; filename=\"b.png\"\r\n\r\n");
    body.extend_from_slice(&picture);
    body.extend(b"\r\n--x\r\nContent-Disposition: form-data; name=\"avatar\"; filename=\"a.png\"\r\n\r\n");
    body.extend_from_slice(&picture);
    body.extend(b"\r\n--x--\r\n");
    let kind = ("content-type", "multipart/form-data; boundary=x");
    clock.advance(Duration::from_secs(1));
    let sent = send("PATCH", &server.url(path), &[("authorization", &program.bearer), kind], body).await;
    let me = sent.json();
    assert_eq!((&me["avatar_description"], &me["header_description"]), (&json!("A bridge"), &json!("Press office")));
    assert_eq!(me["display_name"], "Press office", "what is not sent stays");
    assert_eq!(shown_size(&get(me["header"].as_str().unwrap(), "*/*").await), (1_500, 500));
    drain(&[&server, &reader]).await;
    let told = last_profile(&server);
    assert_eq!((&told["type"], &told["icon"]["summary"]), (&json!("Service"), &json!("A bridge")), "{told}");

    let me = program.call("DELETE", "/api/v1/profile/avatar", Value::Null).await.json();
    assert!(me["avatar"].as_str().unwrap().contains("/assets/") && me["header"] != me["avatar"], "{me}");
    let wrong = program.call("PATCH", path, json!({ "display_name": "" })).await;
    assert_eq!(wrong.status, 422);
    let narrow = Program::new(&server, "read,write:statuses").await;
    assert_eq!(narrow.call("PATCH", path, json!({ "note": "x" })).await.status, 403);
    drain(&[&server, &reader]).await;
}

#[tokio::test]
async fn the_emblem_stands_where_the_institution_speaks() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let seat = owner_seat(&server).await;
    let path = "/desk/settings/emblem";
    let front = get(&server.url("/"), "text/html").await.text();
    assert!(front.contains("emblem.svg") && seat.get(path).await.text().contains("There is none yet"));
    assert_eq!(seat.post_parts(path, &[]).await.status, 422, "no file");
    let refused = seat.post_files(path, &[], &[("picture", b"<svg onload='alert(1)'/>")]).await;
    assert!(refused.status == 422 && refused.text().contains("href=\"#picture\""), "{}", refused.text());

    assert_eq!(seat.post_files(path, &[], &[("picture", &draw::sample(draw::Sample::Bridge))]).await.status, 303);
    let front = get(&server.url("/"), "text/html").await.text();
    let icon = front.split("rel=\"icon\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(
        icon.starts_with("/media/") && front.matches(icon).count() == 2,
        "beside the title and in the head: {front}"
    );
    assert!(get(&server.url("/nothing"), "text/html").await.text().contains(icon));
    assert!(seat.get("/desk/posts").await.text().contains(icon));
    assert!(get(&server.url("/feed.atom"), "*/*").await.text().contains(icon));
    let favicon = get(&server.url("/favicon.ico"), "*/*").await;
    assert_eq!((favicon.status.as_u16(), favicon.header("location")), (302, icon));
    let thumbnail = get(&server.url("/api/v2/instance"), "*/*").await.json()["thumbnail"]["url"].clone();
    assert!(thumbnail.as_str().unwrap().ends_with(icon));
    let picture = get(&server.url(icon), "*/*").await;
    let (width, height) = shown_size(&picture);
    assert!(width == 512 && height < 512, "whole, not cut: {width} × {height}");

    let held = files(&server);
    assert_eq!(seat.post_parts(path, &[("remove", "1")]).await.status, 303);
    assert_eq!((files(&server) < held, get(&server.url(icon), "*/*").await.status.as_u16()), (true, 404));
    assert!(get(&server.url("/"), "text/html").await.text().contains("emblem.svg"));
}

#[tokio::test]
async fn the_command_line_does_the_same() {
    let (server, folder) = (Instance::start(&Clock::by_hand(START)).await, Folder::new());
    let path = folder.0.join("a.png");
    std::fs::write(&path, draw::sample(draw::Sample::Bridge)).unwrap();
    let upload = |about| Upload::new(std::fs::File::open(&path).unwrap(), about).unwrap();
    let blank = || AccountChange { account: "press".into(), ..AccountChange::default() };
    let edit = async |change| control::run(&server.app, Command::AccountEdit(Box::new(change))).await;
    let with = AccountChange { header: Some(upload(About::words("A bridge"))), ..blank() };
    assert_eq!(edit(with).await.unwrap()["header_description"], "A bridge");
    let described = edit(AccountChange { header_alt: Some("The bridge".into()), ..blank() }).await.unwrap();
    assert_eq!(described["header_description"], "The bridge");
    let fault: Fault = edit(AccountChange { header_alt: Some(" ".into()), ..blank() }).await.unwrap_err().into();
    assert_eq!(fault.id, "E130");
    assert_eq!(edit(AccountChange { no_header: true, ..blank() }).await.unwrap()["header"], Value::Null);

    let emblem = async |picture| control::run(&server.app, Command::EmblemSet { picture }).await.unwrap();
    assert!(emblem(Some(upload(About::default()))).await["emblem"].is_string());
    assert_eq!(emblem(None).await["emblem"], Value::Null);
}
