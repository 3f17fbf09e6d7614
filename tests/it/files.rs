//! Media files over real sockets: what a browser, a player, another server and a wave of them get.

use std::collections::BTreeSet;

use bytes::Bytes;
use instance::actions;
use instance::app::upload;
use instance::base::time::Clock;
use instance::error::{Error, Result};
use instance::limits::inbound::HEADERS;
use instance::limits::media::{PASS, PIECE_LEAST, PIECES, SMALL_FILE};
use instance::media::draw;
use instance::model::ids::MediaId;
use instance::model::media::{About, Media, Weight};
use instance::model::post::{NewPost, Post};
use instance::model::user::{Asker, Rank, Role};
use instance::store::check::check;
use instance::store::schema::MEDIA;
use instance::store::{Rows as _, Span, Write, media};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::client::Program;
use crate::support::http::{Line, get, send};
use crate::support::seat::{Seat, user};
use crate::support::{Instance, START, owner, second_account};

/// Bytes that tell where they are.
fn counted(length: usize) -> Vec<u8> {
    (0..=250).cycle().take(length).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges_and_conditions_are_answered_for_small_files_and_large() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    for (ext, kind, length) in [("jpg", "image/jpeg", 1_000), ("mp4", "video/mp4", 3 * SMALL_FILE + 7)] {
        let bytes = counted(length);
        let url = server.url(&format!("/media/{}", server.file(&bytes, ext).await));
        // Cold, then at hand.
        for _ in 0..2 {
            let whole = send("GET", &url, &[], "").await;
            let tag = whole.header("etag").to_owned();
            let about = ["content-type", "content-length", "accept-ranges", "cache-control", "x-content-type-options"];
            assert_eq!(whole.header("access-control-allow-origin"), "*");
            let told = about.map(|name| whole.header(name).to_owned());
            let forever = "public, max-age=31536000, immutable";
            assert_eq!(told, [kind, &length.to_string(), "bytes", forever, "nosniff"]);
            assert!(tag.len() == 34 && tag.starts_with('"') && tag.ends_with('"'), "{tag}");
            assert!(whole.body == bytes);
            let head = send("HEAD", &url, &[("range", "bytes=1-2")], "").await;
            assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
            assert_eq!(about.map(|name| head.header(name).to_owned()), told);

            let last = length - 1;
            for (asked, from, to) in [
                ("bytes=0-0".to_owned(), 0, 0),
                ("bytes=1-3".to_owned(), 1, 3),
                (format!("bytes={}-", length / 3), length / 3, last),
                (format!("bytes=5-{}", u64::MAX), 5, last),
                ("bytes=-9".to_owned(), length - 9, last),
            ] {
                let part = send("GET", &url, &[("range", &asked), ("if-range", &tag)], "").await;
                assert_eq!(part.status, 206, "{asked}");
                assert_eq!(part.header("content-range"), format!("bytes {from}-{to}/{length}"));
                assert_eq!((part.header("content-type"), part.header("etag")), (kind, tag.as_str()));
                assert!(part.body == bytes[from..=to], "{asked}");
            }
            let beyond = send("GET", &url, &[("range", &format!("bytes={length}-"))], "").await;
            assert_eq!((beyond.status.as_u16(), beyond.header("content-range")), (416, &*format!("bytes */{length}")));
            for (name, value, status) in [
                ("if-none-match", tag.as_str(), 304),
                ("if-none-match", "\"another\"", 200),
                ("if-match", "\"another\"", 412),
                ("if-match", tag.as_str(), 200),
            ] {
                for method in ["GET", "HEAD"] {
                    let answer = send(method, &url, &[(name, value)], "").await;
                    assert_eq!(answer.status.as_u16(), status, "{method} {name}: {value}");
                    assert!(status != 304 || answer.body.is_empty() && answer.header("etag") == tag);
                }
            }
            let changed = [("range", "bytes=1-3"), ("if-range", "\"another\"")];
            assert_eq!(send("GET", &url, &changed, "").await.body.len(), length);
        }
        assert_eq!(send("POST", &url, &[], "").await.status, 404);
    }
    assert_eq!(server.app.files.held(), 1_000, "only the small one stays in memory");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_ranges_at_once_are_one_answer() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let url = server.url(&format!("/media/{}", server.file(&counted(2 * SMALL_FILE), "mp3").await));
    for asked in ["bytes=0-,0-,0-,0-".to_owned(), format!("bytes={}", "0-1,".repeat(1_000)), "bytes=9-1".to_owned()] {
        let whole = send("GET", &url, &[("range", &asked)], "").await;
        assert_eq!((whole.status.as_u16(), whole.body.len()), (200, 2 * SMALL_FILE), "{asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_does_nothing_when_it_is_opened_alone_and_is_never_an_activity() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let words = br#"{"@context":"https://www.w3.org/ns/activitystreams","type":"Note"}<script>alert(1)</script>"#;
    for (ext, kind) in [("png", "image/png"), ("webm", "video/webm"), ("ogg", "audio/ogg"), ("flac", "audio/flac")] {
        let url = server.url(&format!("/media/{}", server.file(words, ext).await));
        for accept in ["application/activity+json", "text/html", "*/*"] {
            let answer = get(&url, accept).await;
            assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, kind), "{accept}");
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && policy.ends_with("; sandbox"), "{policy}");
            assert!(!policy.contains("script") && !policy.contains("allow-"), "{policy}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wave_on_one_picture_never_touches_the_disk_and_others_are_served() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let post = server.publish("The bridge is open").await;
    let name = server.file(&counted(100_000), "jpg").await;
    let film = server.file(&counted(8 << 20), "mp4").await;
    let (path, page) = (format!("/media/{name}"), format!("/@press/{}", post.id));
    assert_eq!(send("GET", &server.url(&path), &[], "").await.status, 200);
    // From here on there is no file any more that could be read.
    std::fs::remove_file(server.app.files.path(&name).unwrap()).unwrap();
    // These ask for a film and take nothing of it.
    let mut lazy = Vec::new();
    for _ in 0..200 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(format!("GET /media/{film} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await.unwrap();
        stream.readable().await.unwrap();
        lazy.push(stream);
    }
    let mut wave = JoinSet::new();
    for _ in 0..20 {
        let mut line = Line::open(server.address).await;
        let path = path.clone();
        wave.spawn(async move {
            for _ in 0..500 {
                assert_eq!(line.get(&path).await, (200, 100_000));
            }
        });
    }
    let mut reader = Line::open(server.address).await;
    let mut pages = 0;
    while wave.try_join_next().is_none_or(|ended| ended.is_ok()) && !wave.is_empty() {
        assert_eq!(reader.get(&page).await.0, 200);
        pages += 1;
    }
    assert!(pages > 0 && wave.is_empty());
    let most = PIECES + 200 * (PIECE_LEAST + HEADERS);
    assert!(server.app.files.held() <= most, "{} bytes in memory", server.app.files.held());
    // Who has waited so long still gets all of it.
    let mut one = lazy.pop().unwrap();
    let mut taken = vec![0; 8 << 20];
    one.read_exact(&mut taken).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_is_gone_from_memory_too() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(90, 60).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let about = About::words("A black field");
    let media = upload::take_bytes(&server.app, server.by(), bytes.get_ref(), about).await.unwrap();
    let new = NewPost { media: vec![media.id], ..NewPost::plain("en".parse().unwrap(), "Look") };
    let post = server.publish_new(new).await;
    let urls: Vec<_> = media.files().map(|name| server.url(&format!("/media/{name}"))).collect();
    for url in &urls {
        assert_eq!(send("GET", url, &[], Bytes::new()).await.status, 200);
    }
    let (site, by, id) = (server.app.site.clone(), server.by(), post.id);
    server.app.store.write(move |tx| actions::delete::delete(tx, &site, by, id)).await.unwrap();
    for url in &urls {
        assert_eq!(send("GET", url, &[], Bytes::new()).await.status, 404);
    }
}

/// What a picture answers to: whoever asks, with its pass where the address has one.
async fn at(address: &str) -> (u16, String) {
    let answer = get(address, "*/*").await;
    (answer.status.as_u16(), answer.header("cache-control").to_owned())
}

/// Addresses that a program was told, with their passes and without.
fn addresses(media: &Value) -> [(String, String); 2] {
    ["url", "preview_url"].map(|name| {
        let told = media[name].as_str().unwrap();
        (told.to_owned(), told.split('?').next().unwrap().to_owned())
    })
}

const PUBLIC: &str = "public, max-age=31536000, immutable";

#[tokio::test(flavor = "multi_thread")]
async fn before_it_is_published_a_file_is_for_those_who_work_on_it_and_kept_nowhere() {
    let clock = Clock::by_hand(START);
    let server = Instance::start(&clock).await;
    let program = Program::new(&server, "read,write").await;
    let media = program.upload(&draw::sample(draw::Sample::Label), "A").await.json();
    let (inside, gone) = ((200, "private, no-cache".to_owned()), (404, "no-store".to_owned()));
    let ours = user(&server, "ana@city.example", Rank::Member, server.account.id, &[Role::Approver]).await;
    let another = second_account(&server).await;
    let theirs = user(&server, "ben@city.example", Rank::Member, another.id, &[Role::Editor]).await;
    let (ours, theirs) = (Seat::of(&server, ours.id).await, Seat::of(&server, theirs.id).await);
    for (passed, bare) in addresses(&media) {
        assert_eq!((at(&passed).await, at(&bare).await), (inside.clone(), gone.clone()), "{passed}");
        let path = &bare[server.url("").len()..];
        let seen = ours.get(path).await;
        assert_eq!(seen.header("cache-control"), inside.1);
        assert_eq!(seen.header("access-control-allow-origin"), "", "it is not for pages elsewhere");
        assert_eq!(theirs.get(path).await.status, 404);
        assert_eq!(send("GET", &bare, &[("if-none-match", "*")], "").await.status, 404);
    }
    let [(one, _), (other, _)] = addresses(&media);
    let crossed = format!("{}?{}", one.split('?').next().unwrap(), other.split('?').nth(1).unwrap());
    assert_eq!(at(&crossed).await, gone);
    assert_eq!(server.app.files.held(), 0, "nor in our memory");

    let at_nine = START.plus(PASS * 3).rfc3339();
    let plan = json!({ "status": "Later", "media_ids": [media["id"]], "scheduled_at": at_nine });
    let plan = program.call("POST", "/api/v1/statuses", plan).await.json();
    let told = addresses(&plan["media_attachments"][0]);
    clock.advance(PASS);
    for ((passed, _), (fresh, _)) in addresses(&media).into_iter().zip(told) {
        assert_eq!((at(&passed).await, at(&fresh).await), (gone.clone(), gone.clone()));
    }
    let path = format!("/api/v1/scheduled_statuses/{}", plan["id"].as_str().unwrap());
    let again = program.call("GET", &path, Value::Null).await.json();
    assert_eq!(at(&addresses(&again["media_attachments"][0])[0].0).await, inside, "asked again, a new pass");

    clock.advance(PASS * 2);
    instance::work::publish::turn(&server.app).await.unwrap();
    for (passed, bare) in addresses(&media) {
        let public = (200, PUBLIC.to_owned());
        assert_eq!((at(&bare).await, at(&passed).await), (public.clone(), public), "the same name for everybody");
    }
    assert!(check(&server.app.store).unwrap().is_sound());
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_desk_lets_see_nothing_sees_no_file_either() {
    for passwords in [true, false] {
        let clock = Clock::by_hand(START);
        let server = Instance::start_set(&clock, |config| config.login.passwords = passwords).await;
        let picture = draw::avatar("press", "P");
        let media = upload::take_bytes(&server.app, server.by(), &picture, About::words("A")).await.unwrap();
        let path = format!("/media/{}", media.file);
        let ana = user(&server, "ana@city.example", Rank::Member, server.account.id, &[Role::Editor]).await;
        let seat = Seat::of(&server, ana.id).await;
        let desk = || async { seat.get("/desk").await.status.as_u16() };
        // She came by a password, and that way may be closed since.
        let open = if passwords { (200, 200) } else { (401, 404) };
        assert_eq!((desk().await, seat.get(&path).await.status.as_u16()), open);
        let require = |tx: &mut Write<'_>| actions::users::require_second(tx, owner(), true);
        server.app.store.write(require).await.unwrap();
        assert_ne!(desk().await, 200);
        assert_eq!(seat.get(&path).await.status, 404, "before anything else she sets up a second factor");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_switched_off_while_their_file_came_brings_none() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let ana = user(&server, "ana@city.example", Rank::Member, server.account.id, &[Role::Editor]).await;
    let by = Asker::User(ana.clone()).may(server.account.id).unwrap();
    let take = async || upload::take_bytes(&server.app, by, &draw::avatar("press", "P"), About::words("A")).await;
    assert!(take().await.is_ok());
    let there = server.app.files.list().count();
    server.app.store.write(move |tx| actions::users::switch_off(tx, owner(), ana.id)).await.unwrap();
    assert!(matches!(take().await, Err(Error::SignIn)));
    assert_eq!(server.app.files.list().count(), there, "nothing of it stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_uploaded_in_vain_is_thrown_away_and_what_is_part_of_something_is_not() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let program = Program::new(&server, "read,write").await;
    let picture = |letters| draw::avatar("press", letters);
    let (used, vain) =
        (program.upload(&picture("P"), "A").await.json(), program.upload(&picture("Q"), "A").await.json());
    let path = |media: &Value| format!("/api/v1/media/{}", media["id"].as_str().unwrap());
    let planned = program.upload(&picture("P"), "A").await.json();
    let at_ten = START.plus(PASS).rfc3339();
    let plan = json!({ "status": "Later", "media_ids": [planned["id"]], "scheduled_at": at_ten });
    assert_eq!(program.call("POST", "/api/v1/statuses", plan).await.status, 200);
    let post = json!({ "status": "Look", "media_ids": [used["id"]] });
    assert_eq!(program.call("POST", "/api/v1/statuses", post).await.status, 200);
    for (media, of) in [(&used, "something published"), (&planned, "a draft")] {
        let refused = program.call("DELETE", &path(media), Value::Null).await;
        assert!(refused.status == 422 && refused.text().contains(of), "{}", refused.text());
    }
    let thrown = program.call("DELETE", &path(&vain), Value::Null).await;
    assert_eq!((thrown.status.as_u16(), thrown.json()), (200, json!({})));
    assert_eq!(program.call("DELETE", &path(&vain), Value::Null).await.status, 404);
    for (passed, _) in addresses(&vain) {
        assert_eq!(at(&passed).await.0, 404);
    }
    for (_, bare) in addresses(&used) {
        assert_eq!(at(&bare).await, (200, PUBLIC.to_owned()));
    }
    assert!(check(&server.app.store).unwrap().is_sound());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_has_one_address() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let name = server.file(&counted(9), "png").await;
    assert_eq!(get(&server.url(&format!("/media/{name}")), "*/*").await.status, 200);
    let odd = format!("%{:02x}{}", name.as_bytes()[0], &name[1..]);
    for path in [format!("{name}/"), format!("{name}//"), format!("{name}/x"), format!("/{name}"), odd] {
        assert_eq!(get(&server.url(&format!("/media/{path}")), "*/*").await.status, 404, "{path}");
    }
}

/// A post of its own about the picture that `draw::avatar` makes of these letters.
async fn pictured(server: &Instance, letters: &str) -> (Post, Media) {
    let (picture, about) = (draw::avatar("press", letters), About::words("Letters"));
    let media = upload::take_bytes(&server.app, server.by(), &picture, about).await.unwrap();
    let new = NewPost { media: vec![media.id], ..NewPost::plain("en".parse().unwrap(), "Look") };
    (server.publish_new(new).await, media)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_picture_is_one_file_until_the_last_post_that_shows_it_goes() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let ((one, media), (two, again)) = (pictured(&server, "P").await, pictured(&server, "P").await);
    assert_ne!(media.id, again.id);
    assert!(media.files().eq(again.files()) && media.files().count() > 1);
    let on_disk = || server.app.files.list().count();
    let all = media.files().collect::<BTreeSet<_>>().len();
    assert_eq!(on_disk(), all);
    let is_sound = || check(&server.app.store).unwrap().is_sound();
    let weight = || server.app.store.read(|rows| media::weight(rows, server.account.id)).unwrap();
    assert!(is_sound() && weight() == Weight { media: 2, bytes: 2 * media.weight() });
    let url = server.url(&format!("/media/{}", media.file));
    for (post, left) in [(one.id, 200), (two.id, 404)] {
        let (site, by) = (server.app.site.clone(), server.by());
        server.app.store.write(move |tx| actions::delete::delete(tx, &site, by, post)).await.unwrap();
        assert_eq!(get(&url, "*/*").await.status, left);
        assert_eq!(on_disk(), if left == 200 { all } else { 0 });
        assert!(is_sound());
    }
    assert_eq!(weight(), Weight::default());
    // Another key, as another server has: the name tells nobody what the file is.
    let (_, elsewhere) = pictured(&Instance::start(&Clock::by_hand(START)).await, "P").await;
    assert!(elsewhere.files().all(|name| media.files().all(|known| name != known)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_published_and_is_only_being_worked_on_now_is_not_for_everybody_any_more() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let program = Program::new(&server, "read,write").await;
    let (post, media) = pictured(&server, "P").await;
    let again = program.upload(&draw::avatar("press", "P"), "Once more").await.json();
    let [(passed, bare), _] = addresses(&again);
    assert!(bare.ends_with(&media.file), "it is the same file");
    // It is in memory now.
    assert_eq!((at(&bare).await, at(&bare).await), ((200, PUBLIC.to_owned()), (200, PUBLIC.to_owned())));
    let (site, by) = (server.app.site.clone(), server.by());
    server.app.store.write(move |tx| actions::delete::delete(tx, &site, by, post.id)).await.unwrap();
    assert_eq!(at(&bare).await, (404, "no-store".to_owned()));
    assert_eq!(at(&passed).await, (200, "private, no-cache".to_owned()));
    let made = program.call("POST", "/api/v1/statuses", json!({ "status": "x", "media_ids": [again["id"]] })).await;
    assert_eq!((made.status.as_u16(), at(&bare).await.0), (200, 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_of_ones_own_shows_nothing_that_somebody_else_has() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let program = Program::new(&server, "read,write").await;
    let guess = program.upload(&draw::avatar("press", "P"), "A guess").await.json();
    let other = program.upload(&draw::avatar("press", "P"), "Not told yet").await.json();
    let [(guessed, bare), _] = addresses(&guess);
    let [(passed, same), _] = addresses(&other);
    assert!(bare == same && at(&guessed).await.0 == 200);
    let path = format!("/api/v1/media/{}", guess["id"].as_str().unwrap());
    assert_eq!(program.call("DELETE", &path, Value::Null).await.status, 200);
    assert_eq!((at(&guessed).await.0, at(&passed).await.0), (404, 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_no_record_names_is_not_there_for_anybody() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let mut hold = server.app.files.hold();
    let name = hold.put(b"nobody knows me", "png").unwrap();
    let url = server.url(&format!("/media/{name}"));
    assert_eq!(at(&url).await, (404, "no-store".to_owned()));
    assert_eq!(server.file(b"nobody knows me", "png").await, name);
    assert_eq!(at(&url).await, (200, PUBLIC.to_owned()));
}

type Verb = Box<dyn FnMut(&mut Write<'_>) -> Result<()> + Send>;

/// Has the writer carry these out in one commit, in their order.
async fn in_one_commit(server: &Instance, verbs: Vec<Verb>) {
    let (begun, busy) = std::sync::mpsc::channel();
    let (go, gate) = std::sync::mpsc::channel::<()>();
    let first = move |_: &mut Write<'_>| {
        let _ = (begun.send(()), gate.recv());
        Ok(())
    };
    server.app.store.write_behind(first).unwrap();
    tokio::task::spawn_blocking(move || busy.recv().unwrap()).await.unwrap();
    for verb in verbs {
        server.app.store.write_behind(verb).unwrap();
    }
    go.send(()).unwrap();
    server.app.store.write(|_| Ok(())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_comes_in_the_commit_that_takes_the_last_one_away_keeps_its_file() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let url = |name: &str| server.url(&format!("/media/{name}"));
    let (bytes, is_sound) = (counted(9), || instance::app::files::lost(&server.app).unwrap().is_empty());
    let row = |media: &Media| Media { id: MediaId(media.id.0 + 1), ..media.clone() };
    let name = server.file(&bytes, "png").await;
    let all = || server.app.store.read(|rows| rows.rows(&MEDIA, Span::all())).unwrap();
    let [(_, first)] = &all()[..] else { panic!("one row") };
    let (first, second) = (first.clone(), row(first));

    // Whoever brings the same bytes holds them until their row was heard of.
    let mut hold = server.app.files.hold();
    assert_eq!(hold.put(&bytes, "png").unwrap(), name);
    let (go, new) = (first.id, second.clone());
    let come = hold.until(move |tx| media::put(tx, &new));
    in_one_commit(&server, vec![Box::new(move |tx| media::remove(tx, go).map(drop)), Box::new(come)]).await;
    assert!(get(&url(&name), "*/*").await.status == 200 && is_sound());

    // The other way round: it comes, and then all of it goes.
    let mut hold = server.app.files.hold();
    hold.put(&bytes, "png").unwrap();
    let (new, third, go) = (row(&second), row(&second).id, second.id);
    let come = hold.until(move |tx| media::put(tx, &new));
    let go = move |tx: &mut Write<'_>| media::remove(tx, go).and_then(|_| media::remove(tx, third)).map(drop);
    in_one_commit(&server, vec![Box::new(come), Box::new(go)]).await;
    assert_eq!((get(&url(&name), "*/*").await.status.as_u16(), server.app.files.list().count()), (404, 0));

    // What nobody wants after all goes with whoever kept it.
    let mut hold = server.app.files.hold();
    hold.put(&bytes, "png").unwrap();
    in_one_commit(&server, vec![Box::new(hold.until(|_| Ok(())))]).await;
    assert_eq!(server.app.files.list().count(), 0);

    // A record that would name what is gone is not written, nor is what its verb did besides.
    let (late, id) = (row(&second), second.id);
    let refused = server.app.store.write(move |tx| media::put(tx, &late)).await;
    assert!(matches!(refused, Err(Error::Invalid(problem)) if problem.id == "E213"));
    assert!(all().is_empty() && is_sound(), "{id}");

    // A file that went by other hands is missed.
    let name = server.file(&bytes, "png").await;
    std::fs::remove_file(server.app.files.path(&name).unwrap()).unwrap();
    assert_eq!(instance::app::files::lost(&server.app).unwrap(), [name]);
}

#[tokio::test]
async fn no_address_leads_out_of_the_folder() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let name = server.file(b"a picture", "jpg").await;
    let inside = server.app.files.path(&name).unwrap();
    // Files lie in two folders of the folder of media (`aa/bb/name`).
    let outside = inside.ancestors().nth(4).unwrap().join(format!("aa{}", &name[2..]));
    std::fs::write(&outside, "CANARY").unwrap();
    let out = outside.file_name().unwrap().to_str().unwrap();
    for depth in 1..4 {
        let way = inside.ancestors().nth(depth).unwrap().join("../".repeat(4 - depth)).join(out);
        assert_eq!(std::fs::read(way).unwrap(), b"CANARY", "it is where the addresses lead");
    }
    let asked = async |path: &str| {
        let head = format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", server.address);
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut said = Vec::new();
        stream.read_to_end(&mut said).await.unwrap();
        String::from_utf8_lossy(&said).into_owned()
    };
    let plain = asked(&format!("/media/{name}")).await;
    assert!(plain.starts_with("HTTP/1.1 200"), "{plain}");
    for up in ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..%c0%af", "%252e%252e%252f", "./../", "//"] {
        for up in (1..5).map(|times| up.repeat(times)) {
            for path in [format!("/media/{up}{out}"), format!("/media/{up}etc/passwd"), format!("/{up}{out}")] {
                let said = asked(&path).await;
                assert!(!said.starts_with("HTTP/1.1 2") && !said.contains("CANARY"), "{path}: {said}");
            }
        }
    }
    for path in [format!("/media/{name}%00.png"), format!("/media/./{name}"), format!("/media/{name}/../{out}")] {
        let said = asked(&path).await;
        assert!(!said.starts_with("HTTP/1.1 2") && !said.contains("CANARY"), "{path}: {said}");
    }
}
