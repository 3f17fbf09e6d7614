//! Strangers' pictures: nothing asks for them, unless the institution wants small copies; and then for no more than was
//! shown, from nowhere inside, of no more than was thought of.

use std::time::Duration;

use instance::actions;
use instance::base::time::Clock;
use instance::limits::copies::{COUNT, FACE_KEPT, FETCHED, KEPT, TRIES};
use instance::media::{draw, picture};
use instance::model::copied::{Copied, Copy};
use instance::model::note::{Note, Shown};
use instance::model::post::Post;
use instance::store::schema::COPIES;
use instance::store::{Rows as _, Span, copies, notes};
use instance::work;
use serde_json::json;

use crate::podcast::cover;
use crate::support::evil::{Act, Canary, Evil, Page};
use crate::support::http::get;
use crate::support::{Instance, START, World, drain};

/// A peer with an author who has a face, and a server of ours that does or does not want copies.
struct Scene {
    us: Instance,
    peer: Evil,
    post: Post,
    clock: Clock,
}

impl Scene {
    async fn new(wanted: bool, patience: Option<Duration>) -> Self {
        let clock = Clock::by_hand(START);
        let world = World { patience, ..World::of(&["127.0.0.61/32"]) };
        let (us, peer) = (Instance::start_in(&clock, &world).await, Evil::start("127.0.0.61").await);
        let mut ann = peer.person("ann", crate::support::evil::key(0));
        ann["icon"] = json!({ "type": "Image", "mediaType": "image/png", "url": peer.url("/face.png") });
        peer.serve("/u/ann", Page::activity(&ann));
        let bridge = draw::sample(draw::Sample::Bridge);
        peer.serve("/face.png", Page::typed("image/png", bridge.clone()));
        peer.serve("/bridge.png", Page::typed("image/png", bridge));
        work::copies::switch(&us.app, wanted).await.unwrap();
        let post = us.publish("Bring pictures").await;
        Self { us, peer, post, clock }
    }

    /// An answer with these files, received and kept.
    async fn answer(&self, id: &str, files: &[(&str, &str)]) -> Note {
        let mut note = self.peer.note("ann", id, &self.us.post_uri(self.post.id), "Look");
        let file = |(url, name): &(&str, &str)| json!({ "type": "Document", "mediaType": "image/png", "url": url, "name": name });
        note["attachment"] = files.iter().map(file).collect();
        let said = self.peer.activity("ann", "Create", &format!("{id}/create"), &note);
        assert_eq!(self.peer.say(&self.us, "ann", &said).await, 202);
        drain(&[&self.us]).await;
        self.us.app.store.read(|rows| notes::by_uri(rows, &self.peer.url(id))).unwrap().unwrap()
    }

    async fn show(&self, note: &Note, shown: Shown) {
        let (by, id) = (self.us.by(), note.id);
        self.us.app.store.write(move |tx| actions::replies::show(tx, by, id, shown, None)).await.unwrap();
        drain(&[&self.us]).await;
    }

    async fn page(&self) -> String {
        get(&self.us.url(&format!("/@press/{}", self.post.id)), "text/html").await.text()
    }

    fn copies(&self) -> Vec<((u64, u64), Copy)> {
        self.us.app.store.read(|rows| rows.rows(&COPIES, Span::all())).unwrap()
    }

    fn here(&self) -> usize {
        self.copies().iter().filter(|(_, copy)| copy.here().is_some()).count()
    }

    fn files(&self) -> usize {
        self.us.app.files.list().count()
    }

    fn asked(&self) -> usize {
        self.peer.asked_for("GET /face.png") + self.peer.asked_for("GET /bridge.png")
    }
}

/// Addresses of copies on a page.
fn shown(page: &str) -> Vec<String> {
    let after = page.split("/media/remote/").skip(1);
    after.map(|rest| format!("/media/remote/{}", rest.split('"').next().unwrap())).collect()
}

#[tokio::test]
async fn no_picture_of_a_stranger_is_asked_for() {
    let scene = Scene::new(false, None).await;
    let url = scene.peer.url("/bridge.png");
    let note = scene.answer("/n/1", &[(&url, "A bridge")]).await;
    scene.show(&note, Shown::Released).await;
    let page = scene.page().await;
    assert!(page.contains("A bridge") && page.contains(&url) && shown(&page).is_empty(), "{page}");
    for path in ["/@press", "/", "/feed.atom", "/@press/feed.rss"] {
        assert!(!get(&scene.us.url(path), "text/html").await.text().contains("bridge.png"), "{path}");
    }
    let context = get(&scene.us.url(&format!("/api/v1/statuses/{}/context", scene.post.id)), "*/*").await;
    assert_eq!(context.status, 200);
    drain(&[&scene.us]).await;
    assert_eq!((scene.asked(), scene.copies().len(), scene.files()), (0, 0, 0));
}

#[tokio::test]
async fn copies_are_small_and_of_our_making_and_follow_what_is_shown() {
    let scene = Scene::new(true, None).await;
    let url = scene.peer.url("/bridge.png");
    let note = scene.answer("/n/1", &[(&url, "A bridge"), (&scene.peer.url("/more"), "")]).await;
    assert_eq!((scene.asked(), scene.copies().len()), (0, 0), "nobody has released it");
    scene.show(&note, Shown::Released).await;
    let page = scene.page().await;
    let paths = shown(&page);
    assert_eq!((paths.len(), scene.here(), scene.files()), (2, 2, 2), "{page}");
    assert!(page.contains("alt=\"A bridge\"") && !page.contains("src=\"http"), "{page}");
    for path in &paths {
        let copy = get(&scene.us.url(path), "*/*").await;
        let read = picture::process(&copy.body).unwrap();
        assert!(read.width.max(read.height) <= 480 && copy.body != draw::sample(draw::Sample::Bridge));
        assert_eq!(
            (copy.header("cache-control"), copy.header("x-content-type-options")),
            ("public, max-age=3600", "nosniff")
        );
    }
    // A second look and a second answer ask for nothing again but what is new.
    let more = scene.answer("/n/2", &[(&url, "The same")]).await;
    scene.show(&more, Shown::Released).await;
    assert_eq!(scene.peer.asked_for("GET /face.png"), 1);
    scene.page().await;
    assert_eq!(scene.asked(), 3);

    scene.show(&note, Shown::Hidden).await;
    assert_eq!((scene.here(), scene.files()), (2, 2), "its picture is gone, the face stands by the other");
    let gone = shown(&page).into_iter().find(|path| path.starts_with(&format!("/media/remote/{}-", note.id))).unwrap();
    assert_eq!(get(&scene.us.url(&gone), "*/*").await.status, 404);
    let deleted = scene.peer.activity("ann", "Delete", "/n/2/delete", &json!(scene.peer.url("/n/2")));
    assert_eq!(scene.peer.say(&scene.us, "ann", &deleted).await, 202);
    drain(&[&scene.us]).await;
    assert_eq!((scene.copies().len(), scene.files()), (0, 0));
}

#[tokio::test]
async fn copies_are_swept_after_a_time_and_when_they_are_switched_off() {
    let scene = Scene::new(true, None).await;
    let note = scene.answer("/n/1", &[(&scene.peer.url("/bridge.png"), "A bridge")]).await;
    scene.show(&note, Shown::Released).await;
    assert_eq!(scene.here(), 2);
    work::prune::turn(&scene.us.app, true).await.unwrap();
    assert_eq!((scene.here(), scene.files()), (2, 2), "the sweep knows them");
    work::copies::switch(&scene.us.app, false).await.unwrap();
    assert_eq!((scene.copies().len(), scene.files(), shown(&scene.page().await).len()), (0, 0, 0));
    work::copies::switch(&scene.us.app, true).await.unwrap();
    drain(&[&scene.us]).await;
    assert_eq!(scene.here(), 2, "what was shown lately gets them again");
    scene.clock.advance(KEPT + Duration::from_secs(1));
    work::prune::turn(&scene.us.app, false).await.unwrap();
    assert_eq!((scene.copies().len(), scene.files()), (0, 0));
}

#[tokio::test]
async fn a_face_that_changes_is_not_shown_before_somebody_releases_an_answer_again() {
    let scene = Scene::new(true, None).await;
    let faces = || scene.peer.asked_for("GET /face.png");
    let release = async |id: &str| scene.show(&scene.answer(id, &[]).await, Shown::Released).await;
    release("/n/1").await;
    release("/n/2").await;
    assert_eq!((scene.here(), faces()), (1, 1));
    scene.clock.advance(FACE_KEPT + Duration::from_secs(1));
    release("/n/3").await;
    assert_eq!((scene.here(), scene.files(), faces()), (1, 1, 2), "a day later it may be another");

    let mut ann = scene.peer.person("ann", crate::support::evil::key(0));
    ann["icon"] = json!({ "type": "Image", "mediaType": "image/png", "url": scene.peer.url("/other.png") });
    scene.peer.serve("/u/ann", Page::activity(&ann));
    scene.peer.serve("/other.png", Page::typed("image/png", draw::avatar("ann", "A")));
    let said = scene.peer.activity("ann", "Update", "/u/ann/update", &ann);
    for _ in 0..2 {
        assert_eq!(scene.peer.say(&scene.us, "ann", &said).await, 202);
        drain(&[&scene.us]).await;
        assert_eq!((scene.copies().len(), scene.files(), shown(&scene.page().await).len()), (0, 0, 0));
    }
    release("/n/4").await;
    assert_eq!((scene.here(), scene.files(), faces(), scene.peer.asked_for("GET /other.png")), (1, 1, 2, 1));
    assert_eq!(shown(&scene.page().await).len(), 4, "by each of the answers");
}

#[tokio::test]
async fn no_picture_leads_inside_or_around_for_ever() {
    let (scene, canary) = (Scene::new(true, None).await, Canary::new());
    let inside = [
        format!("http://{}/a.png", canary.address),
        format!("http://[::ffff:127.0.0.1]:{}/a.png", canary.address.port()),
        format!("http://[::1]:{}/a.png", canary.address.port()),
        format!("http://2130706433:{}/a.png", canary.address.port()),
    ];
    let files: Vec<(&str, &str)> = inside.iter().map(|url| (url.as_str(), "Inside")).collect();
    let note = scene.answer("/n/1", &files).await;
    scene.show(&note, Shown::Released).await;
    for (n, to) in inside.iter().enumerate() {
        scene.peer.serve(&format!("/r/{n}"), Page::redirect(to));
    }
    let outside: Vec<String> = (0..3).map(|n| scene.peer.url(&format!("/r/{n}"))).collect();
    scene
        .peer
        .serve_rest(|line| line.starts_with("GET /loop").then(|| Page::redirect(&format!("{}x", &line[4..])).into()));
    let mut files: Vec<(&str, &str)> = outside.iter().map(|url| (url.as_str(), "On")).collect();
    let round = scene.peer.url("/loop");
    files.push((&round, "Round"));
    let note = scene.answer("/n/2", &files).await;
    scene.show(&note, Shown::Released).await;
    assert!(!canary.is_touched(), "nobody comes inside");
    assert_eq!((scene.here(), scene.files()), (1, 1), "the face and nothing else");
    let rounds = scene.peer.asked().iter().filter(|line| line.starts_with("GET /loop")).count();
    assert!(rounds <= 4, "{rounds}");
    // The proxy goes by names that are kept here, and by nothing else.
    for wrong in ["http://127.0.0.61/bridge.png", "1-1", "?url=x", &format!("{}-9", note.id)] {
        assert_eq!(get(&scene.us.url(&format!("/media/remote/{wrong}")), "*/*").await.status, 404, "{wrong}");
    }
}

/// A PNG of few bytes that says it has so many pixels on each side.
fn bomb(side: u32) -> Vec<u8> {
    let mut bytes = cover(8);
    bytes[16..20].copy_from_slice(&side.to_be_bytes());
    bytes[20..24].copy_from_slice(&side.to_be_bytes());
    // The sum of the head's name and content (PNG, Annex D).
    let sum = !bytes[12..29].iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
    });
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

#[tokio::test]
async fn what_is_no_modest_picture_leaves_nothing_behind() {
    assert_eq!(bomb(8), cover(8), "the sum of a head is right, or any reader would stop there");
    let scene = Scene::new(true, None).await;
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    let pages: Vec<(&str, Page)> = vec![
        ("/svg", Page::typed("image/png", svg)),
        ("/html", Page::typed("image/png", "<!doctype html><script>alert(1)</script>")),
        ("/json", Page::typed("image/png", json!({ "type": "Person" }).to_string())),
        ("/empty", Page::typed("image/png", "")),
        ("/vast", Page::typed("image/png", cover(4_001))),
        ("/bomb", Page::typed("image/png", bomb(60_000))),
        ("/cut", Page::typed("image/png", draw::sample(draw::Sample::Bridge)[..200].to_vec())),
        ("/packed", Page::typed("image/png", draw::sample(draw::Sample::Bridge)).with("content-encoding", "gzip")),
        ("/heavy", Page::typed("image/png", vec![0_u8; FETCHED + 1])),
        ("/gone", Page::status(410)),
    ];
    for (path, page) in &pages {
        scene.peer.serve(path, page.clone());
    }
    scene.peer.serve("/pour", Act::Pour(Act::head("\r\n")));
    let urls: Vec<String> =
        pages.iter().map(|(path, _)| *path).chain(["/pour"]).map(|path| scene.peer.url(path)).collect();
    for (n, few) in urls.chunks(4).enumerate() {
        let files: Vec<(&str, &str)> = few.iter().map(|url| (url.as_str(), "x")).collect();
        let note = scene.answer(&format!("/n/{n}"), &files).await;
        scene.show(&note, Shown::Released).await;
    }
    for url in &urls {
        let copies = scene.copies();
        let (_, copy) = copies.iter().find(|(_, copy)| copy.from == *url).expect(url);
        assert!(copy.here().is_none(), "{url}");
    }
    assert_eq!((scene.here(), scene.files()), (1, 1), "the face and nothing else");
    let page = scene.page().await;
    assert_eq!(shown(&page).iter().filter(|path| !path.ends_with("-0")).count(), 0, "{page}");
    scene.peer.serve("/large", Page::typed("image/png", cover(4_000)));
    let note = scene.answer("/n/large", &[(&scene.peer.url("/large"), "x")]).await;
    scene.show(&note, Shown::Released).await;
    assert_eq!((scene.here(), scene.files()), (2, 2), "as large as one may be");
}

#[tokio::test]
async fn a_slow_server_is_asked_a_few_times_and_keeps_nobody_waiting() {
    let scene = Scene::new(true, Some(Duration::from_millis(300))).await;
    scene.peer.serve("/slow", Act::Drip(Act::head("content-length: 4000\r\n\r\n")));
    scene.peer.serve("/silent", Act::Silence);
    let note = scene.answer("/n/1", &[(&scene.peer.url("/slow"), ""), (&scene.peer.url("/silent"), "")]).await;
    scene.show(&note, Shown::Released).await;
    let quick = scene.answer("/n/2", &[(&scene.peer.url("/bridge.png"), "A bridge")]).await;
    scene.show(&quick, Shown::Released).await;
    assert_eq!(scene.here(), 2, "what is behind the slow ones comes all the same");
    for _ in 0..TRIES + 2 {
        scene.clock.advance(Duration::from_secs(24 * 3600));
        drain(&[&scene.us]).await;
    }
    assert_eq!(scene.peer.asked_for("GET /slow"), usize::try_from(TRIES).unwrap());
    scene.peer.hang_up();
}

#[tokio::test]
async fn there_are_so_many_copies_and_no_more() {
    let scene = Scene::new(true, None).await;
    let full = scene.us.app.store.write(|tx| {
        let copy = Copy { state: instance::model::copied::State::Failed, ..Copy::wanted("x".into(), tx.now()) };
        (0..COUNT as u64 - 1).try_for_each(|n| copies::put(tx, (n, 1), &copy))
    });
    full.await.unwrap();
    let note = scene.answer("/n/1", &[(&scene.peer.url("/bridge.png"), "A bridge")]).await;
    scene.show(&note, Shown::Released).await;
    assert_eq!((scene.copies().len(), scene.here()), (COUNT, 1), "there was room for one");
}

#[tokio::test]
async fn a_picture_that_comes_when_nobody_wants_it_any_more_is_not_kept() {
    for hidden in [false, true] {
        let scene = Scene::new(true, None).await;
        let note = scene.answer("/n/1", &[]).await;
        let (by, id) = (scene.us.by(), note.id);
        let show = async |shown: Shown| {
            scene.us.app.store.write(move |tx| actions::replies::show(tx, by, id, shown, None)).await.unwrap();
        };
        show(Shown::Released).await;
        let (key, wanted) = scene.copies().remove(0);
        // It was fetched and made small, and its row is still to be written.
        let mut hold = scene.us.app.files.hold();
        let copied = Copied { file: hold.put(b"a face", "jpg").unwrap(), width: 1, height: 1 };
        if hidden {
            show(Shown::Hidden).await;
        }
        let came = hold.until(move |tx| actions::copies::came(tx, key, &wanted.from, &copied));
        scene.us.app.store.write(came).await.unwrap();
        assert_eq!((scene.here(), scene.files()), if hidden { (0, 0) } else { (1, 1) });
    }
}
