//! Pictures of a published post: descriptions in every language, where to look, files that come and go; and that other
//! servers are told of each change, by whichever door it came.

use std::path::PathBuf;
use std::time::Duration;

use instance::base::time::Clock;
use instance::control::{self, Command, Fault, NewVersion, PostChange, PostNew, Upload};
use instance::media::draw;
use instance::model::ids::PostId;
use instance::model::media::About;
use instance::model::post::{Post, Quoting, Visibility};
use instance::store::schema::MEDIA;
use instance::store::{Rows as _, Span, activities, posts};
use instance::work;
use serde_json::{Value, json};

use crate::client::Program;
use crate::support::http::get;
use crate::support::{Folder, Instance, START};

/// What was said last about a post.
fn last_said(server: &Instance, id: PostId) -> Value {
    let activity = server.app.store.read(|rows| {
        let post = posts::need(rows, id)?;
        activities::get(rows, *post.activities.last().expect("something was said"))
    });
    serde_json::from_str(activity.unwrap().unwrap().json.get()).unwrap()
}

fn stored(server: &Instance, id: &Value) -> Post {
    let id: PostId = id.as_str().unwrap().parse().unwrap();
    server.app.store.read(|rows| posts::need(rows, id)).unwrap()
}

fn picture(folder: &Folder, name: &str) -> PathBuf {
    let path = folder.0.join(name);
    std::fs::write(&path, draw::avatar(name, "P")).unwrap();
    path
}

fn upload(path: &PathBuf, about: About) -> Upload {
    Upload::new(std::fs::File::open(path).unwrap(), about).unwrap()
}

fn version(lang: &str, text: &str) -> NewVersion {
    NewVersion { lang: Some(lang.parse().unwrap()), text: text.into(), warning: String::new() }
}

fn new(media: Vec<Upload>) -> Command {
    Command::PostNew(PostNew {
        account: "press".into(),
        versions: vec![version("en", "The bridge"), version("de", "Die Brücke")],
        media,
        recordings: Vec::new(),
        sensitive: false,
        visibility: Visibility::Public,
        quoting: Quoting::Anyone,
        urgent: false,
        at: None,
        draft: false,
        reply_to: None,
        episode: None,
        poll: None,
        quote: None,
    })
}

fn change(post: &Value) -> PostChange {
    PostChange { post: post["id"].as_str().unwrap().into(), ..PostChange::default() }
}

#[tokio::test]
async fn each_language_has_its_description_and_every_change_is_told() {
    let (server, folder) = (Instance::start(&Clock::by_hand(START)).await, Folder::new());
    let (one, two) = (picture(&folder, "one.png"), picture(&folder, "two.png"));
    let mut about = About { focus: Some((0.5, -0.25)), ..About::words("A bridge") };
    about.describe(&"de".parse().unwrap(), "Eine Brücke".into());
    let made = control::run(&server.app, new(vec![upload(&one, about)])).await.unwrap();
    let id = stored(&server, &made["id"]).id;
    let file = last_said(&server, id)["object"]["attachment"][0].clone();
    assert_eq!((&file["name"], &file["summary"]), (&json!("A bridge"), &json!("A bridge")));
    assert_eq!(file["nameMap"], json!({ "en": "A bridge", "de": "Eine Brücke" }));
    assert_eq!(file["focalPoint"], json!([0.5, -0.25]));
    let page = |lang: &str| server.url(&format!("/@press/{id}{lang}"));
    let german = get(&page("/de"), "text/html").await.text();
    assert!(
        german.contains("alt=\"Eine Brücke\" lang=\"de\"") && german.contains("class=\"u-photo x8 y6\""),
        "{german}"
    );
    assert!(get(&page(""), "text/html").await.text().contains("alt=\"A bridge\" lang=\"en\""));

    let words =
        PostChange { alts: vec![(1, "Eine neue Brücke".into())], lang: Some("de".parse().unwrap()), ..change(&made) };
    let added = PostChange { add: vec![upload(&two, About { decorative: true, ..About::default() })], ..change(&made) };
    control::run(&server.app, Command::PostEdit(words)).await.unwrap();
    let said = last_said(&server, id);
    assert_eq!(
        (&said["type"], &said["object"]["attachment"][0]["nameMap"]["de"]),
        (&json!("Update"), &json!("Eine neue Brücke"))
    );
    control::run(&server.app, Command::PostEdit(added)).await.unwrap();
    let said = last_said(&server, id);
    let files = said["object"]["attachment"].as_array().unwrap();
    assert!(files.len() == 2 && files[1].get("name").is_none() && files[1].get("nameMap").is_none(), "{files:?}");
    let gone = server.app.site.media("").len();
    let address = files[0]["url"].as_str().unwrap().to_owned();
    let removed = PostChange { remove: vec![1], ..change(&made) };
    control::run(&server.app, Command::PostEdit(removed)).await.unwrap();
    assert_eq!(last_said(&server, id)["object"]["attachment"].as_array().unwrap().len(), 1);
    assert_eq!(get(&server.url(&format!("/media/{}", &address[gone..])), "*/*").await.status, 404);
    // Said once for each change, and nothing where nothing changes.
    let before = stored(&server, &made["id"]).activities.len();
    assert_eq!(before, 4);
    control::run(&server.app, Command::PostEdit(PostChange { decorative: vec![1], ..change(&made) })).await.unwrap();
    assert_eq!(stored(&server, &made["id"]).activities.len(), before);
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_before_anything_is_kept() {
    let (server, folder) = (Instance::start(&Clock::by_hand(START)).await, Folder::new());
    let one = picture(&folder, "one.png");
    let refused = async |about: About| -> Fault {
        control::run(&server.app, new(vec![upload(&one, about)])).await.unwrap_err().into()
    };
    let mut described = About::words("A bridge");
    let undescribed = refused(described.clone()).await;
    assert_eq!(
        (undescribed.id.as_str(), undescribed.what.as_str()),
        ("E130", "File 1 has no description in Deutsch (de).")
    );
    described.describe(&"de".parse().unwrap(), "Eine Brücke".into());
    assert_eq!(refused(About::default()).await.id, "E130");
    assert_eq!(refused(About { decorative: true, ..About::words("both") }).await.id, "E190");
    let media = server.app.store.read(|rows| rows.keys(&MEDIA, Span::all()));
    assert_eq!(media.unwrap().len(), 0);
    let made = control::run(&server.app, new(vec![upload(&one, described.clone())])).await.unwrap();
    for (id, wrong) in [
        ("E132", PostChange { remove: vec![2], ..change(&made) }),
        ("E132", PostChange { decorative: vec![0], ..change(&made) }),
        ("E132", PostChange { focus: vec![(2, (0.0, 0.0))], ..change(&made) }),
        ("E130", PostChange { add: vec![upload(&one, About::default())], ..change(&made) }),
    ] {
        let fault: Fault = control::run(&server.app, Command::PostEdit(wrong)).await.unwrap_err().into();
        assert_eq!(fault.id, id);
    }
    assert_eq!(stored(&server, &made["id"]).activities.len(), 1);

    // A further file is described in each language too, in their order.
    let add = |alts: &[&str]| PostChange {
        add: vec![upload(&one, About::words("A second bridge"))],
        add_alts: vec![alts.iter().map(|alt| (*alt).to_owned()).collect()],
        ..change(&made)
    };
    for (alts, id) in [(&[][..], "E130"), (&["Eine zweite Brücke", "Un pont"], "E003")] {
        let fault: Fault = control::run(&server.app, Command::PostEdit(add(alts))).await.unwrap_err().into();
        assert_eq!(fault.id, id, "{}", fault.what);
    }
    let edited = control::run(&server.app, Command::PostEdit(add(&["Eine zweite Brücke"]))).await.unwrap();
    assert_eq!(edited["media"][1]["alts"]["de"], "Eine zweite Brücke");
    // And all of them in a language that comes later.
    let french =
        |alts| PostChange { lang: Some("fr".parse().unwrap()), text: Some("Le pont".into()), alts, ..change(&made) };
    let fault: Fault =
        control::run(&server.app, Command::PostEdit(french(vec![(2, "Deux".into())]))).await.unwrap_err().into();
    assert_eq!(fault.what, "File 1 has no description in français (fr).");
    let both = french(vec![(1, "Un".into()), (2, "Deux".into())]);
    control::run(&server.app, Command::PostEdit(both)).await.unwrap();
}

#[tokio::test]
async fn programs_change_files_of_a_published_post() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let program = Program::new(&server, "read,write").await;
    let picture = draw::avatar("press", "P");
    let (one, two) = (program.upload(&picture, "One").await.json(), program.upload(&picture, "Two").await.json());
    let path = |id: &Value| format!("/api/v1/media/{}", id["id"].as_str().unwrap());
    let told = program.call("PUT", &path(&one), json!({ "focus": "-0.1,0.3" })).await.json();
    assert_eq!((&told["description"], &told["meta"]["focus"]), (&json!("One"), &json!({ "x": -0.1, "y": 0.3 })));
    assert_eq!(program.call("PUT", &path(&one), json!({ "focus": "2,0" })).await.status, 422);
    let made =
        program.call("POST", "/api/v1/statuses", json!({ "status": "x", "media_ids": [one["id"]] })).await.json();
    let status = format!("/api/v1/statuses/{}", made["id"].as_str().unwrap());
    let refused = program.call("PUT", &path(&one), json!({ "description": "Behind everybody's back" })).await;
    assert!(refused.status == 422 && refused.text().contains("published"), "{}", refused.text());

    let attributes = json!([{ "id": two["id"], "description": "Two, better", "focus": "0.1,0.2" }, { "id": one["id"], "focus": "0,0" }]);
    let wanted = json!({ "media_ids": [two["id"], one["id"]], "media_attributes": attributes });
    let edited = program.call("PUT", &status, wanted).await.json();
    let files: Vec<_> =
        edited["media_attachments"].as_array().unwrap().iter().map(|m| m["description"].as_str().unwrap()).collect();
    assert_eq!(files, ["Two, better", "One"], "{edited}");
    let id = stored(&server, &made["id"]).id;
    let said = last_said(&server, id);
    assert_eq!((&said["type"], &said["object"]["attachment"][0]["focalPoint"]), (&json!("Update"), &json!([0.1, 0.2])));
    // Only words: files stay.
    let edited = program.call("PUT", &status, json!({ "status": "y" })).await.json();
    assert_eq!(edited["media_attachments"].as_array().unwrap().len(), 2);
    let edited = program.call("PUT", &status, json!({ "status": "y", "media_ids": [one["id"]] })).await.json();
    assert_eq!(edited["media_attachments"].as_array().unwrap().len(), 1);
    assert_eq!(program.call("GET", &path(&two), Value::Null).await.status, 404);
    let stranger = json!({ "media_ids": ["77"] });
    assert_eq!(program.call("PUT", &status, stranger).await.status, 422);
}

#[tokio::test]
async fn an_account_has_its_share_of_the_disk() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let program = Program::new(&server, "read,write").await;
    let picture = draw::avatar("press", "P");
    let first = program.upload(&picture, "One").await.json();
    let quota = server.app.config.media.quota_gb << 30;
    let id: instance::model::ids::MediaId = first["id"].as_str().unwrap().parse().unwrap();
    let grow = move |tx: &mut instance::store::Write<'_>| {
        let mut media = tx.need(&MEDIA, &id)?;
        media.bytes = quota - 100;
        instance::store::media::put(tx, &media)
    };
    server.app.store.write(grow).await.unwrap();
    let there = server.app.files.list().count();
    let refused = program.upload(&draw::avatar("water", "Q"), "Two").await;
    assert!(refused.status == 507 && refused.text().contains("media.quota_gb"), "{}", refused.text());
    assert_eq!(server.app.files.list().count(), there, "nothing of it stays");
}

#[tokio::test]
async fn what_becomes_part_of_nothing_goes_and_so_does_what_no_row_names() {
    let clock = Clock::by_hand(START);
    let server = Instance::start(&clock).await;
    let program = Program::new(&server, "read,write").await;
    let (one, two) = (draw::avatar("press", "P"), draw::avatar("water", "Q"));
    let (one, two) = (program.upload(&one, "One").await.json(), program.upload(&two, "Two").await.json());
    let made = program.call("POST", "/api/v1/statuses", json!({ "status": "x", "media_ids": [one["id"]] })).await;
    assert_eq!(made.status, 200);
    // As a crash leaves one.
    let orphan = format!("{:032x}.png", 7);
    let path = server.app.files.path(&orphan).unwrap();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, b"nobody knows me").unwrap();
    work::prune::turn(&server.app, true).await.unwrap();
    assert!(server.app.files.list().any(|name| name.unwrap() == orphan), "its row may be on its way");
    assert_eq!(server.app.files.list().count(), 3, "small pictures are their own copies");
    clock.advance(Duration::from_secs(30 * 24 * 3600));
    work::prune::turn(&server.app, true).await.unwrap();
    assert_eq!(server.app.files.list().count(), 1, "that of the post");
    assert_eq!(get(one["url"].as_str().unwrap(), "*/*").await.status, 200);
    assert_eq!(get(two["url"].as_str().unwrap(), "*/*").await.status, 404);
}
