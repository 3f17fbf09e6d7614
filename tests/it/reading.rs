//! What is read by many: every answer in every form and coding, kept while it holds and no longer, whoever asks how.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use instance::actions;
use instance::actions::edit::Change;
use instance::app::lookup;
use instance::base::time::Clock;
use instance::limits::pages::KEPT;
use instance::model::follow::ReactionKind;
use instance::model::ids::PostId;
use instance::model::note::Shown;
use instance::model::post::{NewPost, Version};
use instance::store::notes;

use crate::support::http::{Answer, get, send};
use crate::support::{Instance, START, drain};

const HTML: &str = "text/html";
const ACTIVITY: &str = "application/activity+json";

/// What differs between two answers to the same request stays out of comparisons.
fn head_of(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &hyper::header::HeaderValue| value.to_str().unwrap().to_owned();
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
    headers.map(|(name, value)| (name.to_string(), text(value))).collect()
}

async fn ask(server: &Instance, path: &str, headers: &[(&str, &str)]) -> Answer {
    send("GET", &server.url(path), headers, "").await
}

fn unpacked(answer: &Answer) -> Bytes {
    assert_eq!(answer.header("content-encoding"), "gzip");
    let mut body = Vec::new();
    flate2::read::GzDecoder::new(answer.body.as_ref()).read_to_end(&mut body).unwrap();
    body.into()
}

/// Every kind of address with what is kept of it, with the form that is asked for, and whether others get another.
async fn addresses(server: &Instance) -> Vec<(String, &'static str, bool)> {
    let post = server.publish("Water is safe to drink again. #water").await;
    let (page, id) = (format!("/@press/{}", post.id), format!("/ap/posts/{}", post.id));
    let account = format!("/ap/accounts/{}", server.account.id);
    let handle = server.app.site.handle("press");
    let css = instance::web::assets::path("public.css");
    let one = |path: &str, accept, varies| (path.to_owned(), accept, varies);
    vec![
        one("/", HTML, false),
        one("/about", HTML, false),
        one("/@press", HTML, true),
        one("/@press?replies", HTML, true),
        one(&page, HTML, true),
        one("/tags/water", HTML, false),
        one("/feed.atom", "*/*", false),
        one("/@press/feed.atom", "*/*", false),
        one("/@press/feed.rss", "*/*", false),
        one("/tags/water/feed.atom", "*/*", false),
        one("/robots.txt", "*/*", false),
        one(&css, "text/css", false),
        one("/ap/actor", ACTIVITY, false),
        one(&account, ACTIVITY, true),
        one(&format!("{account}/outbox"), ACTIVITY, false),
        one(&format!("{account}/outbox?page=true"), ACTIVITY, false),
        one(&format!("{account}/followers"), ACTIVITY, false),
        one(&format!("{account}/following"), ACTIVITY, false),
        one(&format!("{account}/featured"), ACTIVITY, false),
        one(&id, ACTIVITY, true),
        one(&format!("{id}/replies"), ACTIVITY, false),
        one(&format!("{id}/replies?page=others"), ACTIVITY, false),
        one(&format!("{id}/likes"), ACTIVITY, false),
        one(&format!("{id}/shares"), ACTIVITY, false),
        one(&format!("/ap/activities/{}", post.activities[0]), ACTIVITY, false),
        one(&format!("/.well-known/webfinger?resource=acct:{}", handle.trim_start_matches('@')), "*/*", false),
        one("/.well-known/host-meta", "*/*", false),
        one("/.well-known/nodeinfo", "*/*", false),
        one("/nodeinfo/2.1", "*/*", false),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_in_every_coding_and_to_those_who_have_it() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    for (path, accept, varies) in addresses(&server).await {
        let before = server.app.kept.size().0;
        let plain = ask(&server, &path, &[("accept", accept)]).await;
        assert_eq!((plain.status.as_u16(), plain.header("content-encoding")), (200, ""), "{path}");
        assert_eq!(server.app.kept.size().0, before + 1, "{path} is kept");
        let vary = if varies { "Accept, Accept-Encoding" } else { "Accept-Encoding" };
        assert_eq!(plain.header("vary"), vary, "{path}");
        let shelf =
            if path.starts_with("/assets") { "public, max-age=31536000, immutable" } else { "public, no-cache" };
        assert_eq!(plain.header("cache-control"), shelf, "{path}");
        assert!(!plain.headers.contains_key("set-cookie"), "{path}");
        let again = ask(&server, &path, &[("accept", accept), ("accept-encoding", "gzip;q=0, br")]).await;
        assert_eq!((head_of(&again), &again.body), (head_of(&plain), &plain.body), "{path}");

        let packed = ask(&server, &path, &[("accept", accept), ("accept-encoding", "identity;q=0, gzip")]).await;
        assert_eq!(unpacked(&packed), plain.body, "{path}");
        assert_eq!((packed.status, packed.header("vary")), (plain.status, vary), "{path}");
        let (tag, packed_tag) = (plain.header("etag"), packed.header("etag"));
        assert!(tag.starts_with('"') && packed_tag.starts_with('"') && tag != packed_tag, "{tag} {packed_tag} {path}");
        if plain.body.len() >= instance::limits::pages::PACK_FROM {
            let liked = ask(&server, &path, &[("accept", accept), ("accept-encoding", "br, gzip")]).await;
            assert_eq!((head_of(&liked), &liked.body), (head_of(&packed), &packed.body), "{path}");
        }

        for (method, coding) in [("GET", "identity"), ("GET", "gzip"), ("HEAD", "gzip"), ("HEAD", "")] {
            let own = if coding == "gzip" { packed_tag } else { tag };
            let (weak, list) = (format!("W/{own}"), format!("\"other\" , W/\"more\",{own}"));
            for known in [vec![own], vec![&weak], vec![&list], vec!["*"], vec!["\"other\"", own]] {
                let mut headers = vec![("accept", accept), ("accept-encoding", coding)];
                headers.extend(known.iter().map(|tag| ("if-none-match", *tag)));
                let same = send(method, &server.url(&path), &headers, "").await;
                assert_eq!((same.status.as_u16(), same.body.len()), (304, 0), "{path} {known:?}");
                assert_eq!((same.header("vary"), same.header("cache-control")), (vary, shelf), "{path}");
                assert!([tag, packed_tag].contains(&same.header("etag")), "{path} {known:?}");
                for name in ["access-control-allow-origin", "content-encoding"] {
                    let wanted = if name == "content-encoding" { "" } else { plain.header(name) };
                    assert_eq!(same.header(name), wanted, "{path}");
                }
            }
        }
        let other = [("accept", accept), ("if-none-match", "\"other\""), ("accept-encoding", "identity")];
        assert_eq!(ask(&server, &path, &other).await.body, plain.body, "{path}");
        let refused = [("accept", accept), ("if-none-match", packed_tag), ("accept-encoding", "identity")];
        assert_eq!(ask(&server, &path, &refused).await.body, plain.body, "who does not take it packed has not got it");

        let head = send("HEAD", &server.url(&path), &[("accept", accept)], "").await;
        assert_eq!((head_of(&head), head.body.len()), (head_of(&plain), 0), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_forms_of_an_address_are_kept_apart() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let post = server.publish("Hello").await;
    let (page, id) = (format!("/@press/{}", post.id), format!("/ap/posts/{}", post.id));
    let account = format!("/ap/accounts/{}", server.account.id);
    for _ in 0..2 {
        for (path, direct, elsewhere) in [
            (&page, HTML, ACTIVITY),
            (&"/@press".to_owned(), "*/*", "text/html, application/ld+json"),
            (&id, ACTIVITY, HTML),
            (&account, "*/*", "text/html,*/*;q=0.1"),
        ] {
            let here = ask(&server, path, &[("accept", direct)]).await;
            assert_eq!((here.status.as_u16(), here.header("vary")), (200, "Accept, Accept-Encoding"), "{path}");
            let there = ask(&server, path, &[("accept", elsewhere)]).await;
            assert_eq!((there.status.as_u16(), there.header("vary")), (302, "Accept"), "{path}");
            assert!(!there.headers.contains_key("etag") && there.body.is_empty());
            // In two lines it means the same as in one.
            let lines = ask(&server, path, &[("accept", "text/plain"), ("accept", elsewhere)]).await;
            assert_eq!(lines.header("location"), there.header("location"), "{path}");
        }
    }
}

/// Publishes, warms everything up, lets something happen, and tells which answers do not hold any more.
struct Shelf<'a> {
    server: &'a Instance,
    paths: Vec<(&'static str, String, &'static str)>,
}

impl<'a> Shelf<'a> {
    fn new(server: &'a Instance, post: PostId, other: PostId) -> Self {
        let account = format!("/ap/accounts/{}", server.account.id);
        let paths = vec![
            ("home", "/".to_owned(), HTML),
            ("about", "/about".to_owned(), HTML),
            ("profile", "/@press".to_owned(), HTML),
            ("post", format!("/@press/{post}"), HTML),
            ("other", format!("/@press/{other}"), HTML),
            ("tag", "/tags/water".to_owned(), HTML),
            ("feed", "/tags/water/feed.atom".to_owned(), HTML),
            ("actor", account.clone(), ACTIVITY),
            ("outbox", format!("{account}/outbox?page=true"), ACTIVITY),
            ("followers", format!("{account}/followers"), ACTIVITY),
            ("featured", format!("{account}/featured"), ACTIVITY),
            ("note", format!("/ap/posts/{post}"), ACTIVITY),
            ("other note", format!("/ap/posts/{other}"), ACTIVITY),
            ("likes", format!("/ap/posts/{post}/likes"), ACTIVITY),
            ("replies", format!("/ap/posts/{post}/replies"), ACTIVITY),
            ("nodeinfo", "/nodeinfo/2.1".to_owned(), "*/*"),
        ];
        Self { server, paths }
    }

    async fn warm(&self) {
        for (name, path, accept) in &self.paths {
            let status = ask(self.server, path, &[("accept", accept)]).await.status;
            assert!(status == 200 || status == 410, "{name}: {status}");
        }
        assert_eq!(self.fallen(), BTreeSet::new());
    }

    fn fallen(&self) -> BTreeSet<&'static str> {
        let app = &self.server.app;
        // `Accept` names ActivityPub for pages of people, and HTML for documents: neither is asked for here.
        let holds = |path: &String| app.kept.get(&app.store, &(path.clone(), false)).is_some();
        self.paths.iter().filter(|(_, path, _)| !holds(path)).map(|(name, ..)| *name).collect()
    }

    /// What has fallen since everything was made, after which everything is made again.
    async fn changed(&self, what: &str, wanted: &[&'static str]) {
        assert_eq!(self.fallen(), wanted.iter().copied().collect(), "{what}");
        self.warm().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_strangers_do_changes_what_shows_it_and_nothing_else() {
    let clock = Clock::by_hand(START);
    let (server, peer) = (Instance::start(&clock).await, Instance::start(&clock).await);
    let post = server.publish("Water is safe. #water").await;
    let other = server.publish("The bridge is open.").await;
    let shelf = Shelf::new(&server, post.id, other.id);
    let actor = lookup::by_uri(&peer.app, &server.actor()).await.unwrap();
    let (peer_site, peer_by) = (peer.app.site.clone(), peer.by());
    peer.app.store.write(move |tx| actions::follow::follow(tx, &peer_site, peer_by, &actor.profile)).await.unwrap();
    // The first delivery of all is a change of the institution's row.
    drain(&[&server, &peer]).await;
    shelf.warm().await;
    let (peer_site, peer_by, whom) = (peer.app.site.clone(), peer.by(), server.actor());
    peer.app.store.write(move |tx| actions::follow::unfollow(tx, &peer_site, peer_by, &whom)).await.unwrap();
    drain(&[&server, &peer]).await;
    shelf.changed("a follower who leaves", &["home", "profile", "followers"]).await;

    let uri = server.post_uri(post.id);
    for (kind, shown) in [(ReactionKind::Like, &["likes"][..]), (ReactionKind::Boost, &[])] {
        let object = lookup::object(&peer.app, &uri, ReactionKind::Boost).await.unwrap();
        let (site, by) = (peer.app.site.clone(), peer.by());
        peer.app.store.write(move |tx| actions::react::react(tx, &site, by, kind, &object)).await.unwrap();
        drain(&[&server, &peer]).await;
        let always = ["home", "profile", "post", "tag", "feed", "note"];
        shelf.changed("a reaction", &[&always[..], shown].concat()).await;
    }

    let target = lookup::reply_target(&peer.app, peer.account.id, &uri).await.unwrap();
    let answer = NewPost { reply_to: Some(target), ..NewPost::plain("de".parse().unwrap(), "Seit wann?") };
    let answer = peer.publish_new(answer).await;
    drain(&[&server, &peer]).await;
    shelf.changed("a reply that waits", &["home", "profile", "post", "tag", "feed"]).await;
    let answered = peer.post_uri(answer.id);
    let note = server.app.store.read(|rows| notes::by_uri(rows, &answered)).unwrap().unwrap();
    let by = server.by();
    server.app.store.write(move |tx| actions::replies::show(tx, by, note.id, Shown::Released, None)).await.unwrap();
    shelf.changed("its release", &["home", "profile", "post", "tag", "feed", "replies"]).await;
    assert!(ask(&server, &format!("/@press/{}", post.id), &[]).await.text().contains("Seit wann?"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_we_do_changes_what_shows_it_and_nothing_else() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let post = server.publish("Water is safe. #water").await;
    let other = server.publish("The bridge is open.").await;
    let shelf = Shelf::new(&server, post.id, other.id);
    shelf.warm().await;
    let (site, by) = (server.app.site.clone(), server.by());

    let (edited, id) = ("Water is good. #water", post.id);
    let change =
        Change::words(vec![Version { lang: "en".parse().unwrap(), text: edited.into(), warning: String::new() }]);
    let its = site.clone();
    server.app.store.write(move |tx| actions::edit::edit(tx, &its, by, id, &change)).await.unwrap();
    let fallen = shelf.fallen();
    let shows = |name: &&str| ["home", "profile", "post", "tag", "feed", "note"].contains(name);
    assert_eq!(fallen.iter().filter(|name| shows(name)).count(), 6, "{fallen:?}");
    let apart = |name: &&str| ["other", "other note", "actor", "followers", "featured"].contains(name);
    assert_eq!(fallen.iter().filter(|name| apart(name)).count(), 0, "{fallen:?}");
    shelf.warm().await;

    let its = site.clone();
    server.app.store.write(move |tx| actions::pin::pin(tx, &its, by, id).map(|_| ())).await.unwrap();
    let of_account = ["home", "about", "profile", "post", "other", "tag", "feed", "actor", "note", "other note"];
    let of_account = [&of_account[..], &["outbox", "followers", "featured", "nodeinfo"]].concat();
    shelf.changed("a pin: the account's row", &of_account).await;

    let (its, by) = (site.clone(), server.by());
    let change = actions::accounts::Change { name: Some("The Press".into()), ..Default::default() };
    server.app.store.write(move |tx| actions::accounts::edit(tx, &its, by, &change).map(|_| ())).await.unwrap();
    shelf.changed("a profile", &of_account).await;
    assert!(ask(&server, "/@press", &[]).await.text().contains("The Press"));

    let (its, by) = (site.clone(), server.by());
    let id = other.id;
    server.app.store.write(move |tx| actions::delete::delete(tx, &its, by, id)).await.unwrap();
    assert_eq!(ask(&server, &format!("/@press/{id}"), &[]).await.status, 410);
    assert_eq!(ask(&server, &format!("/ap/posts/{id}"), &[]).await.status, 410);
    for path in ["/", "/@press"] {
        assert!(!ask(&server, path, &[]).await.text().contains("The bridge is open."), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_asks_after_an_edit_was_answered_sees_it() {
    const EDITS: usize = 60;
    let server = Instance::start(&Clock::by_hand(START)).await;
    let post = server.publish("This is number 0.").await;
    let (done, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (page, document) = (server.url(&format!("/@press/{}", post.id)), server.post_uri(post.id));
    let readers = [
        (page.clone(), HTML, "gzip"),
        (page, HTML, ""),
        (document, ACTIVITY, "gzip"),
        (server.url("/feed.atom"), HTML, ""),
    ];
    let readers = readers.map(|(url, accept, coding)| {
        let (done, over) = (Arc::clone(&done), Arc::clone(&over));
        tokio::spawn(async move {
            let mut looked = 0;
            while !over.load(Ordering::SeqCst) {
                let before = done.load(Ordering::SeqCst);
                let answer = send("GET", &url, &[("accept", accept), ("accept-encoding", coding)], "").await;
                let body =
                    if answer.headers.contains_key("content-encoding") { unpacked(&answer) } else { answer.body };
                let text = String::from_utf8(body.to_vec()).unwrap();
                let number = text.split_once("This is number ").unwrap().1.split_once('.').unwrap().0;
                let number: usize = number.parse().unwrap();
                assert!(number >= before, "{url}: {number} after {before}");
                looked += 1;
            }
            looked
        })
    });
    for n in 1..=EDITS {
        let (site, by, id) = (server.app.site.clone(), server.by(), post.id);
        let text = format!("This is number {n}.");
        let change = Change::words(vec![Version { lang: "en".parse().unwrap(), text, warning: String::new() }]);
        server.app.store.write(move |tx| actions::edit::edit(tx, &site, by, id, &change)).await.unwrap();
        done.store(n, Ordering::SeqCst);
        for url in [server.post_uri(post.id), server.url("/@press")] {
            assert!(get(&url, ACTIVITY).await.status.as_u16() < 400);
        }
    }
    over.store(true, Ordering::SeqCst);
    for reader in readers {
        assert!(reader.await.unwrap() > 0);
    }
    drain(&[&server]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inventions_take_no_place() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    let post = server.publish("Water is safe to drink again. #water_works").await;
    let page = format!("/@press/{}", post.id);
    let hot = ask(&server, &page, &[]).await.header("etag").to_owned();
    let kept = server.app.kept.size();
    assert_eq!(kept.0, 1);
    let domain = &server.app.site.handle_domain;
    for n in 0..1_000 {
        for path in [
            format!("{page}?utm_source={n}"),
            format!("{page}?x={n}&y"),
            format!("/?before={}", n + 1),
            format!("/@press?before={n}&replies"),
            format!("/@press?replies={n}"),
            format!("/nope/{n}"),
            format!("/@someone{n}/{}", post.id),
            format!("/tags/none{n}"),
            format!("/assets/{n}/public.css"),
            format!("/.well-known/webfinger?resource=acct:press@{domain}&rel={n}&resource={n}"),
        ] {
            let _ = ask(&server, &path, &[]).await;
        }
    }
    for odd in
        ["/tags/water_works", "/tags/WATER%5Fworks", "/tags/%77ater%5Fworks", "/@press/", "//@press", "/%40press"]
    {
        let status = ask(&server, odd, &[]).await.status;
        assert!(status == 200 || status == 404, "{odd}: {status}");
    }
    for odd in ["acct:PRESS@", "acct:@press@", "press@", "ACCT:press@"] {
        let status = ask(&server, &format!("/.well-known/webfinger?resource={odd}{domain}"), &[]).await.status;
        assert_eq!(status, 200, "{odd}");
    }
    assert_eq!(server.app.kept.size(), kept, "nothing of that is kept");
    assert!(kept.1 <= KEPT);
    for path in [page.clone(), format!("{page}?utm_source=x&fbclid=y")] {
        let same = ask(&server, &path, &[("if-none-match", &hot)]).await;
        assert_eq!(same.status, 304, "{path}");
    }
    assert!(server.app.kept.get(&server.app.store, &(page, false)).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_request_says_of_our_name_is_in_no_answer() {
    let server = Instance::start(&Clock::by_hand(START)).await;
    for (path, accept, _) in addresses(&server).await {
        let lies = [
            ("accept", accept),
            ("host", "evil.example"),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "gopher"),
            ("x-original-url", "/desk"),
            ("x-rewrite-url", "/about"),
            ("forwarded", "host=evil.example;proto=gopher"),
            ("accept-language", "de"),
            ("cookie", "session=evil"),
            ("authorization", "Bearer evil"),
            ("origin", "https://evil.example"),
        ];
        let told = ask(&server, &path, &lies).await;
        let asked = ask(&server, &path, &[("accept", accept)]).await;
        assert_eq!((head_of(&told), &told.body), (head_of(&asked), &asked.body), "{path}");
        let whole = format!("{:?}{}", asked.headers, asked.text());
        assert!(!whole.contains("evil") && !whole.contains("gopher"), "{path}");
    }
    for path in ["/@Press/%0d%0aX-Evil:%201", "/@press%0d%0aX-Evil:%201", "/tags/a%0d%0aX-Evil:%201"] {
        let split = ask(&server, path, &[]).await;
        assert!(!split.headers.contains_key("x-evil"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_for_all_is_not_kept() {
    for live in [true, false] {
        let server = Instance::start_as(&Clock::by_hand(START), live).await;
        for path in
            ["/desk", "/desk/inbox", "/api/v1/instance", "/api/v1/accounts/verify_credentials", "/healthz", "/x"]
        {
            for _ in 0..2 {
                let answer = ask(&server, path, &[("authorization", "Bearer x")]).await;
                assert!(!answer.header("cache-control").contains("public"), "{path}");
            }
        }
        assert_eq!(server.app.kept.size(), (0, 0));
        for _ in 0..2 {
            assert_eq!(ask(&server, "/@press", &[]).await.status, 200, "a trial keeps its pages too");
        }
        assert_eq!(server.app.kept.size().0, 1);
    }
}
